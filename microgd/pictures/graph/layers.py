"""The layers of a net in its graph: `layer1.weight` and `layer1.bias`, and what is computed from them.

To a layer belong the parameters whose names have the same prefix, up to the last dot; the operations that
read them and parameters of no other layer; and its activation: operations on the layer's results alone that
keep their shape. On the way to another layer that may be any operation. The loss begins behind the last
layer, so there the activation is a chain only: no constant (0.01 in a leaky relu), and no result is used
twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .nodes import NameOf, Node, nodes_of

Layer = tuple[str, ...]
"""The prefix of the names; several prefixes where layers of equal structure are drawn as one."""


def layers_of(nodes: list[Node], name_of: NameOf) -> dict[Node, Layer]:
    """Map each node that belongs to a layer to that layer. The nodes must come oldest first."""
    parameters = _made_of_parameters(nodes, name_of)
    reads = {
        node: layer
        for node in nodes
        if (layer := _common(parameters[source] for source in nodes_of(node) if source in parameters))
    }
    inner = _before(reads, nodes) | _chained(nodes)
    layers = parameters | reads
    for node in nodes:
        follows = node in inner and _keeps_shape(node)
        if node not in layers and follows and (layer := _common(map(layers.get, nodes_of(node)))):
            layers[node] = layer
    return layers


def _made_of_parameters(nodes: list[Node], name_of: NameOf) -> dict[Node, Layer]:
    """Find the parameters, and what is computed from those of one layer alone, such as their squares."""
    found: dict[Node, Layer] = {}
    for node in nodes:
        if node.role == "leaf":
            layer = tuple(dict.fromkeys(name_of(value).rpartition(".")[0] for value in node.members))
            if all(layer):
                found[node] = layer
        elif not _has_constant(node) and (common := _common(map(found.get, nodes_of(node)))):
            found[node] = common
    return found


def _before(reads: Iterable[Node], nodes: list[Node]) -> set[Node]:
    """Find the ancestors of the operations that read parameters."""
    found: set[Node] = set()
    ends = set(reads)
    for node in reversed(nodes):
        if node in found or node in ends:
            found.update(nodes_of(node))
    return found


def _chained(nodes: list[Node]) -> set[Node]:
    """Find the nodes that have no constant among their operands and are the only users of all of them."""
    uses: Counter[Node] = Counter()
    for node in nodes:
        for edge in node.operands:
            uses[edge.source] += len(edge.uses)
    used_once = {source for source in uses if uses[source] == len(source.members)}
    return {node for node in nodes if not _has_constant(node) and used_once.issuperset(nodes_of(node))}


def _has_constant(node: Node) -> bool:
    return any(edge.source.is_constant for edge in node.operands)


def _keeps_shape(node: Node) -> bool:
    return all(source.first.shape == node.first.shape for source in nodes_of(node))


def _common(layers: Iterable[Layer | None]) -> Layer | None:
    """Return the layer that all of these are, if there is one."""
    different = set(layers)
    return different.pop() if len(different) == 1 else None
