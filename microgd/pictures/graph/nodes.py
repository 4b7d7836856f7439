"""The nodes of a picture: one for each Value and each constant of a graph, with edges from its operands.

A Node is one card in the picture, with the operation that computed it. It stands for one Value, or for many
where equal structure is drawn once (merge_equal.py): then it has several members, and an edge several uses.
`read` makes the nodes; `nearest_first` is the one walk over a graph that the pictures need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ...autodiff.primitives.primitive import Vjp
from ...autodiff.value import Value
from ..chain_rule import rule_of

NameOf = Callable[[Any], str]
"""The reader's name for a Value or an array; "" for one without a name."""


REQUESTED = ("output", "gradient output")
"""The roles of the Values that were passed to `draw`; all others are there because these depend on them."""


@dataclass(eq=False, slots=True)
class Node:
    """A card: the Values or constants that it stands for, in order of creation, and its operands.

    All members have the same role (a key of style.ROLES).
    """

    members: list[Any]
    role: str
    operands: list[Edge] = field(default_factory=list)

    @property
    def first(self) -> Any:
        """The oldest member, whose operation represents that of all."""
        return self.members[0]

    @property
    def is_constant(self) -> bool:
        """Whether it stands for a number or an array, not for a Value."""
        return not isinstance(self.members[0], Value)


@dataclass(eq=False, slots=True)
class Edge:
    """An operand: its node, and each use of it as (the Value computed, the position among its arguments)."""

    source: Node
    uses: list[tuple[Value, int]]

    @property
    def carries_gradient(self) -> bool:
        """Whether a gradient flows back along it."""
        return not self.source.is_constant and rule_of(*self.uses[0]) is not None


def read(values: Iterable[Value], roles: Mapping[Value, str]) -> dict[Value, Node]:
    """Make the nodes of these Values, which must come oldest first, with edges from their operands.

    A number is a constant of its own at each use, an array one constant for all its uses. A Value of the role
    "copy" has no node: the Value that it copies takes its place. Operands that are not among the values have
    nodes without operands.
    """
    nodes: dict[Value, Node] = {}
    others: dict[Any, Node] = {}

    def source_of(arg: Any) -> Node:
        while isinstance(arg, Value):
            if roles[arg] != "copy":
                return nodes.get(arg) or others.setdefault(arg, Node([arg], roles[arg]))
            arg = arg.args[0]
        constant = Node([arg], "constant")
        return others.setdefault(id(arg), constant) if isinstance(arg, np.ndarray) else constant

    for value in values:
        if roles[value] != "copy":
            edges = [Edge(source_of(arg), [(value, i)]) for i, arg in operands(value)]
            nodes[value] = Node([value], roles[value], edges)
    return nodes


Part = TypeVar("Part", Value, Node)


def nearest_first(parts: Iterable[Part], made_from: Callable[[Part], Iterable[Part]]) -> list[Part]:
    """List these parts of a graph and all their ancestors, breadth first."""
    nodes = list(parts)
    found = set(nodes)
    for node in nodes:  # the list grows during the walk
        new = [source for source in made_from(node) if source not in found]
        found.update(new)
        nodes += dict.fromkeys(new)
    return nodes


def values_of(value: Value) -> list[Value]:
    """List the arguments of a Value that are Values."""
    return [arg for arg in value.args if isinstance(arg, Value)]


def nodes_of(node: Node) -> list[Node]:
    """List the operands of a node that are not constants."""
    return [edge.source for edge in node.operands if not edge.source.is_constant]


def operands(value: Value) -> Iterator[tuple[int, Any]]:
    """Yield the position and the argument of each operand: of each argument that is not static."""
    rules = rules_of(value)
    return ((i, arg) for i, arg in enumerate(value.args) if not is_static(arg, i, rules))


def rules_of(value: Value) -> list[Vjp | None]:
    """List the vjps of an operation's arguments, as far as the table has an entry for them."""
    return [rule for _, rule in zip(value.args, value.op.vjps)] if value.op else []


def is_static(arg: Any, position: int, rules: list[Vjp | None]) -> bool:
    """Tell whether an argument is static: an axis, a shape, an index.

    Such an argument has no vjp in an operation that has one for other arguments. A mask is an operand.
    """
    if isinstance(arg, Value):
        return False
    if position >= len(rules):
        return True
    return rules[position] is None and any(rules) and not isinstance(arg, (bool, float, np.ndarray))
