"""The part of a graph that a picture shows: the requested Values, their ancestors, and where it is cut.

`requested` reads the argument of `draw`. `roles_of` walks back from there and gives each Value its role.
`nearest` and `merged` make the nodes, one for each Value or one for all Values of equal structure, and keep
the nodes nearest to the output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from ...autodiff.primitives.arithmetic import identity
from ...autodiff.trees import tree_paths
from ...autodiff.value import Value
from ..names import bound_names
from .merge_equal import merge_equal
from .nodes import NameOf, Node, nearest_first, nodes_of, read, values_of


def requested(value: Any) -> dict[Value, str]:
    """Map the Values to be drawn to the names that they have if they have no other."""
    if isinstance(value, Value):
        return {value: ""}
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], Value):
        raise TypeError(
            "draw: expected a Value, which remembers how it was computed, or the pair of Values that "
            f"value_and_grad(f)(...) returns when it is called with Values, got {value!r:.60}"
        )
    output, gradient = value
    found = {output: ""}
    for path, leaf in tree_paths(gradient, "gradient"):
        if isinstance(leaf, Value):  # a gradient that is constant is a plain number
            found.setdefault(leaf, path)
    return found


def roles_of(outputs: dict[Value, str]) -> dict[Value, str]:
    """Map these Values and all their ancestors, oldest first, to their roles (see style.ROLES)."""
    output, *_ = outputs
    forward = set(nearest_first([output], values_of))
    everything = nearest_first(outputs, values_of)
    roles = dict.fromkeys(sorted(everything, key=attrgetter("number")), "gradient")
    for value in roles:
        if value.op is None:
            roles[value] = "leaf"
        elif value is output:
            roles[value] = "output"
        elif value in outputs:
            roles[value] = "gradient output"
        elif value.op is identity:  # value_and_grad differentiates with respect to copies of its arguments
            roles[value] = "copy"
        elif value in forward:
            roles[value] = "result"
    return roles


def naming(outputs: dict[Value, str], names: Mapping[str, Any] | None) -> NameOf:
    """Return the function that names a Value or an array: its own name, or the first one in `names`."""
    labels = bound_names(names)
    for value, path in outputs.items():
        labels.setdefault(id(value), path)
    return lambda x: (x.name if isinstance(x, Value) else "") or labels.get(id(x), "")


def nearest(outputs: Iterable[Value], roles: dict[Value, str], limit: int) -> list[Node]:
    """Make a node for each of the Values nearest to the outputs, oldest first."""
    near = set(nearest_first(outputs, values_of)[:limit])
    return list(read([value for value in roles if value in near], roles).values())


def merged(
    outputs: Iterable[Value], roles: dict[Value, str], limit: int, name_of: NameOf
) -> tuple[list[Node], list[Node]]:
    """Make the nodes of the graph with equal structure merged; return all of them, and those to be shown."""
    graph = merge_equal(read(roles, roles), name_of)
    nodes = list(dict.fromkeys(graph.values()))
    near = set(nearest_first(dict.fromkeys(graph[value] for value in outputs), nodes_of)[:limit])
    return nodes, [node for node in nodes if node in near]
