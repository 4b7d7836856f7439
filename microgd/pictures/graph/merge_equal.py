"""Equal structure drawn once: the sixteen neurons of a layer as one node, the samples of a batch as one.

Two Values are alike if they were computed alike (by the same operation, of the same shape, from alike
operands in the same places) and are used alike (by alike Values, in the same places, equally often). A node
then stands for all that are alike, `× 16`; an edge marked `× 3` says that each of them has three such
operands. This is colour refinement, after B. Weisfeiler and A. Leman, 1968: every node starts with the colour
of its own kind; nodes whose neighbours differ in colour get different colours, until the number of colours no
longer grows.

Before that a sum of sums becomes one sum: `b + w0 * x0 + w1 * x1` has three operands, in no order. Numbers do
not matter, except an exponent: x^2 and x^3 are different operations. Names do not matter either. What is
repeated in sequence (equal layers, the steps of a recurrence) is not alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

import numpy as np

from ...autodiff.primitives import arithmetic as ar
from ...autodiff.primitives.shape import concatenate
from ...autodiff.value import Value
from .labels import static_arguments
from .nodes import REQUESTED, Edge, NameOf, Node

WITHOUT_ORDER = {ar.add, concatenate}
"""Operations whose operands are alike in whatever place: summands, and the parts of a whole."""


def merge_equal(graph: dict[Value, Node], name_of: NameOf) -> dict[Value, Node]:
    """Map each Value, which must come oldest first, to the node of all that are alike.

    Nodes of different roles are not alike. A sum that becomes a part of a larger one has no node.
    """
    nodes = _with_long_sums(list(graph.values()), name_of)
    edges = [edge for node in nodes for edge in node.operands]
    constants = dict.fromkeys(edge.source for edge in edges if edge.source.is_constant)
    everything = [*constants, *nodes]
    merged = _merged(everything, _refined(everything))
    return {value: merged[node] for value, node in graph.items() if node in merged}


# Sums --------------------------------------------------------------------------------------------


def _with_long_sums(nodes: list[Node], name_of: NameOf) -> list[Node]:
    """Return the nodes after each sum that is used once, in another sum, has become a part of that.

    A sum that has a name, or that is an output, stays.
    """
    uses = Counter(edge.source for node in nodes for edge in node.operands)
    parts = {
        edge.source
        for node in nodes
        if _is_sum(node)
        for edge in node.operands
        if uses[edge.source] == 1
        and _is_sum(edge.source)
        and edge.source.first.shape == node.first.shape
        and edge.source.role not in REQUESTED
        and not name_of(edge.source.first)
    }
    for node in nodes:
        if _is_sum(node) and node not in parts:
            node.operands = _summands(node, parts)
    return [node for node in nodes if node not in parts]


def _is_sum(node: Node) -> bool:
    return isinstance(node.first, Value) and node.first.op is ar.add


def _summands(node: Node, parts: set[Node]) -> list[Edge]:
    """List the summands in order, without the 0 that Python's `sum` starts from."""
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
    """Return the kind of a node, whatever its neighbours are: operation, shape, dtype, static arguments.

    The place of an index is left out, so the rows of a table are alike.
    """
    if isinstance(node.first, Value):
        value = node.first
        how = [argument for argument in static_arguments(value) if argument[0] != "where"] if value.op else []
        return value.op, value.shape, value.dtype, *how
    return (node.first.shape, node.first.dtype) if isinstance(node.first, np.ndarray) else "number"


def _place(edge: Edge) -> Hashable:
    """Return the place of an operand as far as it matters; of an exponent also its number."""
    value, position = edge.uses[0]
    if value.op in WITHOUT_ORDER:
        return 0
    if value.op is ar.power and position == 1 and not isinstance(edge.source.first, (Value, np.ndarray)):
        return position, edge.source.first
    return position


def _refined(nodes: list[Node]) -> list[int]:
    """Give each node a colour, the same one to nodes that are alike.

    One sweep along the graph and one back spread a difference over any distance. Nodes that both leave in one
    colour are alike, so the sweeps end when the number of colours no longer grows.
    """
    operands, uses = _neighbours(nodes)
    colours, count = _numbered([(node.role, _structure(node)) for node in nodes]), 0
    while count < len(set(colours)):
        count = len(set(colours))
        _sweep(range(len(nodes)), operands, colours)
        _sweep(range(len(nodes) - 1, -1, -1), uses, colours)
    return colours


Neighbours = list[list[tuple[int, int]]]
"""For each node the (place, node) of its neighbours, as numbers."""


def _neighbours(nodes: list[Node]) -> tuple[Neighbours, Neighbours]:
    """List the operands of each node, and its uses."""
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
    """Recolour the nodes one by one: by their own colour and those of their neighbours, swept before."""
    numbers: dict[Hashable, int] = {}
    for i in order:
        around = sorted([(place, colours[j]) for place, j in neighbours[i]])
        colours[i] = numbers.setdefault((colours[i], *around), len(numbers))


def _numbered(kinds: list[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(kind, len(numbers)) for kind in kinds]


def _merged(nodes: list[Node], colours: list[int]) -> dict[Node, Node]:
    """Map each node to the one node that has the members and the edges of all nodes of its colour."""
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
