"""The forward pass as frames: each Value in the order in which it was computed, in names and in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...autodiff import Value
from ..numbers import literal
from .formulas import operation_of
from .lines import Frame, Line, formula, numbers, result, sentence
from .walk import Walk


def forward(walk: Walk) -> Iterator[Frame]:
    """Yield a frame for each Value, oldest first."""
    for i, node in enumerate(walk.nodes, 1):
        lines = _given(walk, node) if node.op is None else _computed(walk, node)
        yield {
            "phase": f"Forward {i} of {len(walk.nodes)}",
            "at": walk.ids[node],
            "edges": _edges_into(walk, node),
            "lines": list(lines),
        }


def _given(walk: Walk, node: Value) -> Iterator[Line]:
    yield sentence(f"{walk.name(node)} is given. The computation starts from it.")
    yield result(f"{walk.name(node)} =", node.content)


def _computed(walk: Walk, node: Value) -> Iterator[Line]:
    operand = dict(zip(map(id, node.args), node.operands))  # the numbers at the time of the computation
    yield sentence(f"{walk.name(node)} is computed.")
    yield formula(f"{walk.name(node)} = {operation_of(node, walk.name)}")
    yield numbers(operation_of(node, lambda x: number_or_shape(operand[id(x)])))
    yield result("=", node.content)


def number_or_shape(x: Any) -> str:
    """Write an array by its shape, everything else in full."""
    return str(x.shape) if isinstance(x, np.ndarray) and x.ndim else literal(x)


def _edges_into(walk: Walk, node: Value) -> list[list[Any]]:
    """List the edges of an operation as [title in the picture, number among the edges of the same title]."""
    if node.op is None:
        return []
    mine = walk.ids[node]
    titles = [f"{walk.ids[x]}->{mine}_op" for x in node.args if isinstance(x, Value)]
    return [[t, titles[:i].count(t)] for i, t in enumerate(titles)] + [[f"{mine}_op->{mine}", 0]]
