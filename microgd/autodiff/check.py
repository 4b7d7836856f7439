"""Gradient checking: the derivatives that microgd computes against finite differences.

A derivative can be measured without calculus: move an argument a little to either side and see how far the
output moves (the central difference),

    df/dx  ~  (f(x + h) - f(x - h)) / 2h        wrong by about h^2 |f'''| / 6 + u |f| / h,

where u = 2.2e-16 is the rounding of a float64. The first error grows with h, the second shrinks; their
sum is least at about h = u^(1/3), and a function whose derivatives are of the size of its values then
loses a third of its 16 digits. See W. Press et al., "Numerical Recipes", 3rd edition 2007, section 5.7.

`check_grads` measures so each entry of each argument, then a few random directions through all of them
at once. An output with several entries is first reduced to one number: sum(cotangent * output), with fixed
random numbers as cotangent, so that no two wrong entries cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .functional import vjp
from .trees import Tree, tree_leaves, tree_map, tree_paths
from .value import Value

STEP = float(np.finfo(np.float64).eps) ** (1 / 3)
TOLERANCE = {np.dtype(np.float64): 1e-6, np.dtype(np.float32): 1e-3}
FLOOR = 1e-3
DIRECTIONS = 2


def check_grads(f: Callable[..., Any], *args: Tree, order: int = 1, tolerance: float | None = None) -> float:
    """Return the largest relative error of the gradients of f at args, against central differences.

    f          a function of numbers and arrays; it may return a number, an array or a tree of them.
    args       the point: numbers, arrays, or nested tuples, lists and dicts of them. f is differentiated
               by all of them; constants belong into f (a lambda).
    order      2 checks the gradient's own gradient in the same way, and so on.
    tolerance  of the relative error |computed - measured| / max(|computed|, |measured|, floor), where
               floor = max(1, |f|) / 1000 and |f| is the largest output: below it, a difference
               measures only rounding (along a direction, |computed| sums the sizes of its terms).
               1e-6 by default, 1e-3 if there are float32 arguments; the differences are taken in
               float64 all the same, so the constants in f should not be of float32.

    The steps are h = 6e-6 max(1, |x|), so f must be smooth that far around args; on a kink (|x| at 0)
    the measured slope is the mean of both sides, which is not always the one that the table chose.
    Two evaluations of f for each entry, two more for each of 2 directions. Every call draws the same
    random numbers.

    Raises AssertionError where an error exceeds the tolerance (or is nan): it names the argument, the
    index, and both numbers.

    >>> check_grads(np.tanh, 0.5) < 1e-9
    True
    >>> check_grads(lambda net, x: np.tanh(net["w"] @ x + net["b"]),
    ...             {"w": np.eye(2), "b": 0.1}, np.array([0.3, -0.2]), order=2) < 1e-6
    True
    """
    _check_call(f, args, order, tolerance)
    tolerance = _tolerance(args) if tolerance is None else tolerance
    worst = 0.0
    for level in range(1, order + 1):
        cotangent = _cotangent(_outputs(f, args))
        gradient = _gradient(f, cotangent, len(args))
        for where, computed, measured, error in _comparisons(f, args, gradient(*args), cotangent):
            if not np.isfinite(measured):
                raise ValueError(
                    f"check_grads: {where}: f is not finite within a step of {STEP:.0e} max(1, |x|), so no "
                    "slope can be measured there: choose a point further inside of its domain"
                )
            if not error <= tolerance:
                raise AssertionError(
                    f"order {level}, {where}: the gradient computed is {computed:.10g}, "
                    f"the slope measured is {measured:.10g} (relative error {error:.2g})"
                )
            worst = max(worst, error)
        f = gradient
    return worst


def _check_call(f: Any, args: tuple[Tree, ...], order: Any, tolerance: Any) -> None:
    """Raise TypeError or ValueError for what cannot be checked."""
    if not callable(f):
        raise TypeError(f"check_grads: expected a function, got {f!r}: write check_grads(f, x)")
    if not args:
        raise TypeError("check_grads: expected the arguments at which f is to be checked, got none")
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"check_grads: order: expected a whole number from 1, got {order!r}")
    if tolerance is not None and not (isinstance(tolerance, (int, float)) and tolerance >= 0):
        raise ValueError(f"check_grads: tolerance: expected a number from 0, got {tolerance!r}")
    for i, arg in enumerate(args):
        for path, x in tree_paths(arg, str(i)):
            if not np.all(np.isfinite(_plain(Value(x)))):
                raise ValueError(f"check_grads: argument {path}: expected finite numbers, got {x!r}")


def _gradient(f: Callable[..., Any], cotangent: Sequence[Any], count: int) -> Callable[..., Tree]:
    """Return the function (*args) -> the gradient of sum(cotangent * f(*args)) by each of `count` args."""

    def projected(*args: Tree) -> Any:
        outputs = tree_leaves(f(*args))
        return sum((np.sum(c * out) for c, out in zip(cotangent, outputs, strict=True)), start=0.0)

    def gradient(*args: Tree) -> Tree:
        _, pull = vjp(projected, tuple(range(count)))(*args)
        return pull(1.0)

    return gradient


def _cotangent(outputs: list[Any]) -> list[Any]:
    """Draw a number for each entry of the outputs; none is near 0, where it would hide the entry."""
    random = np.random.default_rng(0)
    return [random.uniform(0.5, 1.5, np.shape(out)).astype(out.dtype)[()] for out in outputs]


def _outputs(f: Callable[..., Any], args: tuple[Tree, ...]) -> list[Any]:
    """Evaluate f at args; return the leaves of its output as plain arrays."""
    outputs = tree_leaves(f(*tree_map(Value, args)))
    return [np.asarray(_plain(out)) for out in outputs]


def _plain(x: Any) -> Any:
    return x.snapshot() if isinstance(x, Value) else x


Comparison = tuple[str, float, float, float]
"""The place, the gradient computed there, the slope measured there, and the relative error."""


def _comparisons(
    f: Callable[..., Any], args: tuple[Tree, ...], gradient: Tree, cotangent: Sequence[Any]
) -> Iterator[Comparison]:
    """Compare each entry of each argument, then random directions."""
    points = [np.array(x, np.float64) for x in tree_leaves(args)]
    scales = [np.maximum(1.0, np.abs(x)) for x in points]
    slopes = [np.asarray(_plain(g), np.float64) for g in tree_leaves(gradient)]
    floor = FLOOR * max([1.0, *(np.max(np.abs(out), initial=0.0) for out in _outputs(f, args))])

    def compared(where: str, direction: list[Any], length: float) -> Comparison:
        ahead, behind = (
            _outputs(f, _like(args, [x + side * d for x, d in zip(points, direction, strict=True)]))
            for side in (STEP, -STEP)
        )
        rise = sum(np.sum(c * (a - b * 1.0)) for c, a, b in zip(cotangent, ahead, behind, strict=True))
        measured = float(rise / (2.0 * STEP * length))
        terms = [g * d / length for g, d in zip(slopes, direction, strict=True)]
        computed = float(sum(np.sum(term) for term in terms))
        size = max(float(sum(np.sum(np.abs(term)) for term in terms)), abs(measured), floor)
        return where, computed, measured, abs(computed - measured) / size

    names = [path for i, arg in enumerate(args) for path, _ in tree_paths(arg, str(i))]
    for leaf, name in enumerate(names):
        for index in np.ndindex(points[leaf].shape):
            direction = [np.zeros_like(x) for x in points]
            direction[leaf][index] = scales[leaf][index]
            entry = f"[{', '.join(map(str, index))}]" if index else ""
            yield compared(f"argument {name}{entry}", direction, float(scales[leaf][index]))
    random = np.random.default_rng(1)
    for number in range(DIRECTIONS):
        direction = [scale * random.uniform(-1.0, 1.0, scale.shape) for scale in scales]
        yield compared(f"random direction {number} through all arguments", direction, 1.0)


def _like(tree: Tree, leaves: Sequence[Any]) -> Tree:
    """Put other leaves into the structure of a tree."""
    following = iter(leaves)
    return tree_map(lambda _: next(following), tree)


def _tolerance(args: tuple[Tree, ...]) -> float:
    return max([TOLERANCE[Value(x).dtype] for x in tree_leaves(args)], default=TOLERANCE[np.dtype(float)])
