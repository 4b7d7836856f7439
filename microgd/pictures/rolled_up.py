"""Equal structure drawn once: the sixteen neurons of a layer as one, the samples of a batch as one.

Two Values are alike where they were computed alike (by the same operation, of the same shape, from alike
operands in the same places) and are used alike (by alike Values, in the same places, equally often). A
card then stands for all that are alike, `× 16`; an edge marked `× 3` says that each of them has three such
operands. This is colour refinement, after B. Weisfeiler and A. Leman, 1968: every node starts with the
colour of its own kind; nodes whose neighbours differ in colour are told apart, until no more can be.

Before that a sum of sums becomes one sum: `b + w0 * x0 + w1 * x1` has three operands, without an order.
Numbers do not count, with the exception of an exponent: x^2 and x^3 are different things. Names do not
count either. What is repeated one after the other (equal layers, the steps of a recurrence) is not alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

import numpy as np

from ..autodiff.primitives import arithmetic as ar
from ..autodiff.primitives.shape import concatenate
from ..autodiff.value import Value
from .cards import static_arguments
from .nodes import ASKED_FOR, Edge, NameOf, Node

WITHOUT_ORDER = {ar.add, concatenate}
"""Operations whose operands are alike wherever they stand: summands, and the parts of a whole."""


def rolled_up(graph: dict[Value, Node], name_of: NameOf) -> dict[Value, Node]:
    """For each Value, which must come oldest first, the node of all that are alike.

    Nodes of different roles are not alike. A sum that vanishes in a larger one has no node.
    """
    nodes = _with_long_sums(list(graph.values()), name_of)
    edges = [edge for node in nodes for edge in node.operands]
    constants = dict.fromkeys(edge.source for edge in edges if edge.source.is_constant)
    everything = [*constants, *nodes]
    merged = _merged(everything, _refined(everything))
    return {value: merged[node] for value, node in graph.items() if node in merged}


# Sums --------------------------------------------------------------------------------------------


def _with_long_sums(nodes: list[Node], name_of: NameOf) -> list[Node]:
    """The same nodes, where a sum that is used once, in another sum, has become a part of that.

    A sum that has a name, or that was asked for, stays.
    """
    times = Counter(edge.source for node in nodes for edge in node.operands)
    parts = {
        edge.source
        for node in nodes
        if _is_sum(node)
        for edge in node.operands
        if times[edge.source] == 1
        and _is_sum(edge.source)
        and edge.source.first.shape == node.first.shape
        and edge.source.role not in ASKED_FOR
        and not name_of(edge.source.first)
    }
    for node in nodes:
        if _is_sum(node) and node not in parts:
            node.operands = _summands(node, parts)
    return [node for node in nodes if node not in parts]


def _is_sum(node: Node) -> bool:
    return isinstance(node.first, Value) and node.first.op is ar.add


def _summands(node: Node, parts: set[Node]) -> list[Edge]:
    """All that is added up, in order; the 0 that Python's `sum` starts from is not among them."""
    waiting, found = node.operands[::-1], []
    while waiting:
        edge = waiting.pop()
        if edge.source in parts:
            waiting.extend(reversed(edge.source.operands))
        else:
            found.append(edge)
    return [edge for edge in found if not _is_zero(edge.source)] if len(found) > 2 else found


def _is_zero(node: Node) -> bool:
    return isinstance(node.first, (float, int)) and node.first == 0


# Colours -----------------------------------------------------------------------------------------


def _structure(node: Node) -> Hashable:
    """What tells a node from others whatever its neighbours are. Which entries an index takes does not:
    the rows of a table are alike."""
    if isinstance(node.first, Value):
        value = node.first
        how = [argument for argument in static_arguments(value) if argument[0] != "where"] if value.op else []
        return value.op, value.shape, value.dtype, *how
    return (node.first.shape, node.first.dtype) if isinstance(node.first, np.ndarray) else "number"


def _place(edge: Edge) -> Hashable:
    """Where an operand stands, as far as it counts; an exponent with its number."""
    value, position = edge.uses[0]
    if value.op in WITHOUT_ORDER:
        return 0
    if value.op is ar.power and position == 1 and not isinstance(edge.source.first, (Value, np.ndarray)):
        return position, edge.source.first
    return position


def _refined(nodes: list[Node]) -> list[int]:
    """A colour for each node: the same for those that are alike.

    One sweep along the graph and one back spread a difference over any distance; what they cannot tell
    apart is alike, so the sweeps end when the number of colours no longer grows.
    """
    operands, uses = _neighbours(nodes)
    colours, count = _numbered([(node.role, _structure(node)) for node in nodes]), 0
    while count < len(set(colours)):
        count = len(set(colours))
        _sweep(range(len(nodes)), operands, colours)
        _sweep(range(len(nodes) - 1, -1, -1), uses, colours)
    return colours


Neighbours = list[list[tuple[int, int]]]
"""For each node, the (place, node) of those that it has to do with, as numbers."""


def _neighbours(nodes: list[Node]) -> tuple[Neighbours, Neighbours]:
    """The operands of each node, and its uses."""
    index = {node: i for i, node in enumerate(nodes)}
    places: dict[Hashable, int] = {}
    operands: Neighbours = [[] for _ in nodes]
    uses: Neighbours = [[] for _ in nodes]
    for user, node in enumerate(nodes):
        for edge in node.operands:
            place, source = places.setdefault(_place(edge), len(places)), index[edge.source]
            operands[user].append((place, source))
            uses[source].append((place, user))
    return operands, uses


def _sweep(order: Iterable[int], neighbours: Neighbours, colours: list[int]) -> None:
    """Tell apart, one after the other, those of one colour whose neighbours, swept before, are not alike."""
    numbers: dict[Hashable, int] = {}
    for i in order:
        around = sorted([(place, colours[j]) for place, j in neighbours[i]])
        colours[i] = numbers.setdefault((colours[i], *around), len(numbers))


def _numbered(kinds: list[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(kind, len(numbers)) for kind in kinds]


def _merged(nodes: list[Node], colours: list[int]) -> dict[Node, Node]:
    """For each node the one that has the members of all of its colour, and their edges."""
    groups: dict[int, Node] = {}
    merged: dict[Node, Node] = {}
    edges: dict[tuple[Node, Node, Hashable], Edge] = {}
    for node, colour in zip(nodes, colours, strict=True):
        merged[node] = group = groups.setdefault(colour, Node([], node.role))
        group.members += node.members
        for edge in node.operands:
            key = group, merged[edge.source], _place(edge)
            if key not in edges:
                edges[key] = Edge(merged[edge.source], [])
                group.operands.append(edges[key])
            edges[key].uses += edge.uses
    return merged
