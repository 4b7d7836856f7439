"""One edge of the chain rule: the share of a gradient that one operand of an operation receives.

`draw` writes local derivatives on the edges of a graph, and `play` follows the gradient from edge to edge.
All numbers are the engine's: a share is a step of its backward pass, `local_gradients`.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..autodiff.primitives.primitive import Vjp
from ..autodiff.value import Value, View, local_gradients


def rule_of(node: Value, position: int) -> Vjp | None:
    """Return the vjp of one argument of the operation that computed a Value; None if no gradient flows."""
    assert node.op is not None
    rules = node.op.vjps
    return next(itertools.islice(rules, position, None), None)


def receiving_positions(node: Value) -> list[int]:
    """List the positions of the arguments that receive a gradient: the Values that have a vjp."""
    rules = zip(node.args, node.op.vjps) if node.op else ()
    return [i for i, (arg, rule) in enumerate(rules) if isinstance(arg, Value) and rule is not None]


def share(node: Value, position: int, arrived: Any, view: View | None = None) -> Any:
    """Return the share of the gradient that arrived at a Value which the argument at a position receives."""
    for receiving, (_, part) in zip(receiving_positions(node), local_gradients(node, arrived, view)):
        if receiving == position:
            return part
    raise ValueError(f"{node.op}: no gradient flows back to argument {position}")


def local_derivative(node: Value, position: int) -> Any:
    """Return the derivative of the sum of a Value's entries by each entry of one argument."""
    with np.errstate(all="ignore"):
        return share(node, position, np.ones(node.shape, node.dtype) if node.shape else 1.0)
