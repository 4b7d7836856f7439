"""Divergence: where the first number was no longer finite, and which learning rate is stable.

The graph of the failed evaluation still exists when the error is inf or nan, so the node that produced it can
be named. And a second derivative bounds the step: on a curve of second derivative L each step of gradient
descent multiplies the distance to the minimum by 1 - rate * L, whose size is below 1 for rates below 2 / L.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.functional import pull_back, recorded_gradients
from ..autodiff.value import ancestors, next_number
from .arguments import Error, check_dependence, check_error, error_function, whole_number
from .parameters import Parameters, named

# Where it began ----------------------------------------------------------------------------------


def first_not_finite(output: Value) -> Value | None:
    """Return the first ancestor of the output that contains an inf or a nan; None if there is none."""
    if not isinstance(output, Value):
        raise TypeError(f"first_not_finite: expected a Value, got {output!r}")
    return next((node for node in reversed(ancestors(output)) if not _finite(node.data)), None)


def where_it_began(output: Value) -> str:
    """Describe, after `backward`, where numbers or gradients were first not finite; empty if nowhere."""
    node = first_not_finite(output)
    if node is not None:
        return f". The first value that is not finite: {_described(node)}"
    nodes = ancestors(output)
    for node in nodes:
        if not _finite(node.grad):
            users = sorted({user.op.name for user in nodes if user.op and any(a is node for a in user.args)})
            return (
                f". The first gradient that is not finite is {_text(node.grad)}, which came through "
                f"{' and '.join(users)} to {_shown(node, node.data)}"
            )
    return ""


def _described(node: Value) -> str:
    if node.op is None:
        given = _shown(node, node.data) + _place(node.data)
        return f"{given}, which was not computed but given, by the step before or by you"
    parents = zip(node.args, node.operands, node.op.vjps)
    made_from = " and ".join(_shown(arg, operand) + _place(operand) for arg, operand, _ in parents)
    return f"{_shown(node, node.data)}, computed by {node.op.name} from {made_from}"


def _place(data: Any) -> str:
    """The place of the first entry that is not finite: its row and column, counted from 0."""
    if isinstance(data, Value) or not isinstance(data, np.ndarray) or _finite(data):
        return ""
    places = np.argwhere(~np.isfinite(data))
    index = tuple(map(int, places[0]))
    names = {1: ("entry",), 2: ("row", "column")}.get(len(index), [f"axis {i}:" for i in range(len(index))])
    where = ", ".join(f"{name} {i}" for name, i in zip(names, index, strict=True))
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    return f" ({data[index]} in {where}, counted from 0{more})"


def _shown(arg: Any, data: Any) -> str:
    """The numbers that an operation used, with the name of the Value that held them."""
    name = getattr(arg, "name", "")
    return f"{name} = {_text(data)}" if name else _text(data)


def _text(data: Any) -> str:
    if isinstance(data, np.ndarray):
        return np.array2string(data, threshold=20, edgeitems=2, precision=6, separator=", ").replace("\n", "")
    return repr(float(data))


def _finite(data: Any) -> bool:
    return bool(np.all(np.isfinite(data)))


# What would hold ---------------------------------------------------------------------------------


def largest_stable_rate(error: Error, parameters: Parameters, rounds: int = 50) -> float:
    """Return 2 / L, the learning rate above which gradient descent does not converge.

    L is the largest second derivative of the error in any direction, at the present parameters. It is found
    by power iteration from a random direction, the same each time: at most `rounds` Hessian-vector
    products, the Hessian is never built. For one parameter, and for an error that is quadratic in it, this
    is exact; for many it approaches L from below. math.inf where no direction curves upwards, nan where its
    derivatives are not finite. Raises TypeError or ValueError where error() is not a scalar Value that
    depends on the parameters.

    Y. LeCun, P. Simard, B. Pearlmutter, "Automatic learning rate maximization by on-line estimation of
    the Hessian's eigenvectors", 1993.

    >>> knob_weight = Value(0.5)
    >>> largest_stable_rate(lambda: (2.0 * knob_weight - 0.8) ** 2, [knob_weight])   # 1 / input^2
    0.25
    """
    rounds = whole_number("largest_stable_rate: rounds", rounds, "[1, inf)")
    by_name, since = named(parameters), next_number()
    values = list(by_name.values())
    output = error_function(error)()
    check_error(output)
    check_dependence(output, by_name, since)
    found = recorded_gradients(output)
    gradients = [found.get(parameter, 0.0) for parameter in values]
    random = np.random.default_rng(0)
    at_random = [random.normal(size=p.shape) for p in values]

    def curve(direction: list[Any]) -> list[Any]:
        return _hessian_times(direction, gradients, values)

    size, direction = _largest_size(curve, at_random, rounds)
    if size == 0.0:
        return math.inf
    if _inner(direction, curve(direction)) > 0.999 * size:  # it is upwards
        return 2.0 / size

    def lifted(direction: list[Any]) -> list[Any]:
        """Shift all curvatures from [-size, size] to [0, 2 size]: the highest is now the largest."""
        return [product + size * part for product, part in zip(curve(direction), direction, strict=True)]

    steepest = _largest_size(lifted, at_random, rounds)[0] - size
    return math.inf if steepest <= 1e-9 * size else 2.0 / steepest


def _hessian_times(direction: list[Any], gradients: list[Any], parameters: list[Value]) -> list[Any]:
    """Multiply by the Hessian as Pearlmutter does: the gradient of (gradient . direction)."""
    slope: Any = sum(np.sum(g * part) for g, part in zip(gradients, direction, strict=True))
    walk = pull_back(slope, 1.0, ancestors(slope)) if isinstance(slope, Value) else ()
    found = {node: arrived for node, arrived in walk if node.op is None}
    return [found.get(parameter, 0.0 * part) for parameter, part in zip(parameters, direction, strict=True)]


def _largest_size(
    curve: Callable[[list[Any]], list[Any]], direction: list[Any], rounds: int
) -> tuple[float, list[Any]]:
    """Power iteration: return the size of the largest eigenvalue and its direction, of length 1."""
    size = 0.0
    for _ in range(rounds):
        length = _length(direction)
        if length == 0:
            return 0.0, direction
        direction = [part / length for part in direction]
        product = curve(direction)
        before, size = size, _length(product)
        if not abs(size - before) > 1e-9 * size:
            break
        direction = product
    return size, direction


def _inner(a: list[Any], b: list[Any]) -> Any:
    return sum(np.sum(x * y) for x, y in zip(a, b, strict=True))


def _length(direction: list[Any]) -> float:
    return math.sqrt(_inner(direction, direction))


def what_would_hold(error: Error, parameters: Parameters) -> str:
    """Describe the largest stable learning rate at the present parameters; empty if there is none."""
    try:
        with np.errstate(all="ignore"):
            rate = largest_stable_rate(error, parameters)
    except Exception:  # a message about one failure must not become another one
        return ""
    if not 0 < rate < math.inf:
        return ""
    return f". There gradient descent is stable below a learning rate of {rate:.4g} (2 / second derivative)"
