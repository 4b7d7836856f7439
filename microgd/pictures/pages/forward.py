"""The forward pass as frames: each Value in the order in which it was computed, in names and in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...autodiff import Value
from ..numbers import literal
from .formulas import operation_of
from .lines import Frame, Line, formula, numbers, result, sentence
from .mathml import Part, constant
from .walk import Walk


def forward(walk: Walk) -> Iterator[Frame]:
    """Yield a frame for each Value, oldest first."""
    for i, node in enumerate(walk.nodes, 1):
        yield {
            "phase": f"Forward {i} of {len(walk.nodes)}",
            "at": walk.ids[node],
            "edges": _edges_into(walk, node),
            "lines": list(_given(walk, node) if node.op is None else _computed(walk, node)),
        }


def _given(walk: Walk, node: Value) -> Iterator[Line]:
    yield sentence(f"{walk.name(node)} is given. The computation starts from it.")
    yield result(walk.symbol(node), " = ", walk.value(node))


def _computed(walk: Walk, node: Value) -> Iterator[Line]:
    yield sentence(f"{walk.name(node)} is computed.")
    yield from walk.code(node)
    yield formula(walk.symbol(node), " = ", operation_of(node, walk.symbol))
    yield numbers("= ", operation_of(node, lambda x: number_or_shape(walk, node, x)))
    yield result("= ", walk.value(node))


def number_or_shape(walk: Walk, node: Value, x: Any) -> Part:
    """Write an operand of a Value by its number; an array by its shape."""
    data = next(data for arg, data in zip(node.args, node.operands) if arg is x)  # as it was at the time
    if isinstance(data, np.ndarray) and data.ndim:
        return constant(literal(data.shape))
    return walk.value(x) if isinstance(x, Value) and x.content is data else constant(literal(data))


def _edges_into(walk: Walk, node: Value) -> list[list[Any]]:
    """List the edges of an operation as [title in the picture, number among the edges of the same title]."""
    if node.op is None:
        return []
    mine = walk.ids[node]
    titles = [f"{walk.ids[x]}->{mine}_op" for x in node.args if isinstance(x, Value)]
    return [[t, titles[:i].count(t)] for i, t in enumerate(titles)] + [[f"{mine}_op->{mine}", 0]]
