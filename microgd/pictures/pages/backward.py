"""The backward pass as frames: each edge of the graph, newest first, with the chain rule in numbers.

At every step the gradient that arrived, times the local derivative, is the share that flows on. All numbers
are the engine's. The formula of a local derivative is not looked up either: it is the graph that is recorded
when the vjp runs on Values (formulas.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ...autodiff import Value
from ..chain_rule import receiving_positions, share
from ..numbers import bracketed, entries, number
from .formulas import formula_of
from .forward import number_or_shape
from .lines import Frame, Line, d, formula, local_derivative, numbers, result, sentence
from .walk import Walk


def backward(walk: Walk) -> Iterator[Frame]:
    """Yield a frame for each edge along which a gradient flows, newest first, and a summary."""
    frames = [_seed(walk), *_edges(walk)]
    for i, frame in enumerate(frames, 1):
        yield {"phase": f"Backward {i} of {len(frames)}"} | frame
    yield _summary(walk)


def _seed(walk: Walk) -> Frame:
    error = walk.name(walk.error)
    lines = [
        sentence(f"Now backward. When {error} itself changes by a little, {error} changes by just that."),
        result(f"{d(error, error)} =", 1.0),
    ]
    return {"at": walk.ids[walk.error], "gradient": entries([1.0]), "edges": [], "lines": lines}


def _edges(walk: Walk) -> Iterator[Frame]:
    shares: dict[Value, list[Any]] = {node: [] for node in walk.nodes}
    for node in walk.newest_first:
        if node not in walk.uses and node is not walk.error:
            continue  # the error is piecewise constant in it
        arrived = walk.gradients[node]
        for position in receiving_positions(node):
            arg = walk.original[node.args[position]]
            shares[arg].append(share(node, position, arrived))
            lines = _by_shape if node.shape or arg.shape else _by_number
            mine, nth = walk.ids[node], walk.count(arg, node.args[:position])
            yield {
                "at": walk.ids[arg],
                "gradient": entries([_total(shares[arg])]),
                "edges": [[f"{mine}_op->{mine}", 0], [f"{walk.ids[arg]}->{mine}_op", nth]],
                "lines": [
                    *lines(walk, node, arrived, position, shares[arg][-1]),
                    *_sum_over_uses(walk, arg, shares[arg]),
                ],
            }


def _by_number(walk: Walk, node: Value, arrived: float, position: int, part: float) -> Iterator[Line]:
    """Explain a scalar edge: d error/d knob_weight = d error/d pred × d pred/d knob_weight = −1.1 × 0.5."""
    error, to, by = (walk.name(x) for x in (walk.error, node, node.args[position]))
    twice = walk.count(walk.original[node.args[position]], node.args) > 1
    operand = f", operand {position + 1}" if twice else ""
    yield sentence(f"The gradient of {to} flows back to {by}{operand}, times the local derivative.")
    derivative = share(node, position, 1.0)
    rule = _rule(node, position, 1.0, walk.name)
    middle = "" if rule in ("…", number(derivative)) else f" {rule} ="
    yield local_derivative(f"{d(to, by)} ={middle} {number(derivative)}", derivative)
    yield formula(f"{d(error, by)} = {d(error, to)} × {d(to, by)}")
    yield numbers(f"{number(arrived)} × {bracketed(derivative)}")
    yield result("=", part)


def _by_shape(walk: Walk, node: Value, arrived: Any, position: int, part: Any) -> Iterator[Line]:
    """Explain an edge of arrays: the vjp as a formula, and the same with shapes in place of the arrays."""
    error, to, by = (walk.name(x) for x in (walk.error, node, node.args[position]))
    assert node.op is not None
    yield sentence(f"The gradient of {to} flows back to {by}, by the rule of {node.op.name}.")
    g = Value(arrived)
    rule = _rule(node, position, g, lambda x: d(error, to) if x is g else walk.name(x))
    if rule != "…":
        yield formula(f"{d(error, by)} = {rule}")
        shapes = _rule(node, position, g, lambda x: number_or_shape(x.content if isinstance(x, Value) else x))
        yield from [numbers(shapes)] if shapes != "…" else []
    yield result("=", part)


def _rule(node: Value, position: int, g: Any, name: Callable[[Any], str]) -> str:
    """Write the vjp by which a gradient g flows back from a Value to one of its operands, as a formula."""
    assert node.op is not None
    operands_with_rule = [x for x, _ in zip(node.args, node.op.vjps) if isinstance(x, Value) or np.shape(x)]
    named = {id(x) for x in [node, *operands_with_rule]}
    pairs = [(node, node.content), *zip(node.args, node.operands, strict=True)]
    symbols = [(Value(data) if id(x) in named else data, x) for x, data in pairs]
    stands_for = {symbol: x for symbol, x in symbols if isinstance(symbol, Value)}
    out, *operands = (symbol for symbol, _ in symbols)
    try:
        recorded = share(node, position, g, lambda _: (out, tuple(operands)))
    except Exception:  # a user's own rule that runs on numbers only
        return "…"
    return formula_of(recorded, lambda x: name(stands_for.get(x, x) if isinstance(x, Value) else x))


def _sum_over_uses(walk: Walk, arg: Value, shares: Sequence[Any]) -> Iterator[Line]:
    """Add up the shares of a Value that is used several times: its gradient is the sum over its uses."""
    error, by, uses = walk.name(walk.error), walk.name(arg), walk.uses[arg]
    if uses > 1:
        yield sentence(f"{by} is used {uses} times, and its gradient is the sum over all uses.")
        yield sentence(f"This is share {len(shares)} of {uses}.")
    if len(shares) > 1 and arg.shape:
        yield result(f"so far {d(error, by)} =", _total(shares))
    elif len(shares) > 1:
        yield numbers(
            " + ".join([number(shares[0]), *map(bracketed, shares[1:])]), f"so far {d(error, by)} ="
        )
        yield result("=", _total(shares))


def _total(shares: Sequence[Any]) -> Any:
    total = shares[0]
    for part in shares[1:]:  # in the order in which the backward pass adds them
        total = total + part
    return total


def _summary(walk: Walk) -> Frame:
    error = walk.name(walk.error)
    lines = [sentence(f"Now each Value has its gradient: how {error} changes with it. Of those given:")]
    for node in walk.nodes:
        if node.op is None:
            gradient = walk.gradients[node]
            lines.append(result(f"{d(error, walk.name(node))} =", gradient))
            lines += [] if np.shape(gradient) else [sentence(_advice(error, walk.name(node), gradient))]
    return {"phase": "Done", "edges": [], "lines": lines}


def _advice(error: str, name: str, gradient: float) -> str:
    if not math.isfinite(gradient):
        return f"It is not finite and gives no direction: somewhere on the way {error} stopped being finite."
    if gradient == 0:
        return f"Turning {name} a little does not change {error}."
    return f"Turn {name} {'down' if gradient > 0 else 'up'}, and {error} falls."
