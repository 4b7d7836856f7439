"""What a picture of a graph is made of: a node for each Value and each constant, with its operands.

A node is one card in the picture, with the operation that made it. It stands for one Value, or for many
where equal structure is drawn once (rolled_up.py): then it has several members, and an edge several uses.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ..autodiff.primitives.primitive import Each, Vjp, with_numpy_floats
from ..autodiff.value import Value

NameOf = Callable[[Any], str]
"""What the reader calls a Value or an array; "" for one without a name."""


def bound_names(names: Mapping[str, Any] | None) -> dict[int, str]:
    """By identity, the first name of each Value and each array in a dict; a name with _ in front is none."""
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(f"expected names as a dict such as locals(), got {type(names).__name__}")
    labels: dict[int, str] = {}
    for name, bound in (names or {}).items():
        if isinstance(bound, (Value, np.ndarray)) and not str(name).startswith("_"):
            labels.setdefault(id(bound), str(name))
    return labels


ASKED_FOR = ("output", "gradient output")
"""The roles of what is drawn; all else is there because that was made from it."""


@dataclass(eq=False, slots=True)
class Node:
    """A card: the Values or constants it stands for, in order of creation, and what they were made from.

    The role (a key of cards.ROLES) is one for all members.
    """

    members: list[Any]
    role: str
    operands: list[Edge] = field(default_factory=list)

    @property
    def first(self) -> Any:
        """The member whose operation speaks for all."""
        return self.members[0]

    @property
    def is_constant(self) -> bool:
        """Whether it stands for a number or an array that is no Value."""
        return not isinstance(self.members[0], Value)


@dataclass(eq=False, slots=True)
class Edge:
    """An operand: where it comes from, and each use of it, (the Value computed, as which argument)."""

    source: Node
    uses: list[tuple[Value, int]]

    @property
    def carries_gradient(self) -> bool:
        """Whether a gradient goes back along it."""
        return not self.source.is_constant and rule_of(*self.uses[0]) is not None


def read(values: Iterable[Value], roles: Mapping[Value, str]) -> dict[Value, Node]:
    """The nodes of these Values, which must come oldest first, each with the nodes of its operands.

    A number is a constant of its own at each use, an array one for all its uses. A Value of the role "copy"
    has no node: in its place stands what it is a copy of. Operands that are not among the values have
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
    """The parts of a graph and all that they are made from, by the number of operations in between."""
    nodes = list(parts)
    found = set(nodes)
    for node in nodes:  # which grows while we walk along it
        new = [source for source in made_from(node) if source not in found]
        found.update(new)
        nodes += dict.fromkeys(new)
    return nodes


def values_of(value: Value) -> list[Value]:
    """What a Value was made from, without constants."""
    return [arg for arg in value.args if isinstance(arg, Value)]


def nodes_of(node: Node) -> list[Node]:
    """What a node was made from, without constants."""
    return [edge.source for edge in node.operands if not edge.source.is_constant]


# One operation -----------------------------------------------------------------------------------


def rules_of(value: Value) -> list[Vjp | None]:
    """For each argument with a rule in the table: how a gradient goes back to it."""
    return [rule for _, rule in zip(value.args, value.op.vjps)] if value.op else []


def operands(value: Value) -> Iterator[tuple[int, Any]]:
    """What an operation computed with: position and argument."""
    rules = rules_of(value)
    return ((i, arg) for i, arg in enumerate(value.args) if not is_static(arg, i, rules))


def is_static(arg: Any, position: int, rules: list[Vjp | None]) -> bool:
    """An axis, a shape, an index: how to compute, not what to compute with. It has no rule, in an
    operation that has one for other arguments; a mask is an operand nevertheless."""
    if isinstance(arg, Value):
        return False
    if position >= len(rules):
        return True
    return rules[position] is None and any(rules) and not isinstance(arg, (bool, float, np.ndarray))


def rule_of(value: Value, position: int) -> Vjp | None:
    """How a gradient goes back to one argument."""
    assert value.op is not None
    rules = value.op.vjps
    return (
        rules.rule(position)
        if isinstance(rules, Each)
        else next(itertools.islice(rules, position, None), None)
    )


def local_derivative(value: Value, position: int) -> Any:
    """What the operation's own rule makes of a gradient of 1 for each entry of its result."""
    rule: Any = rule_of(value, position)
    ones = np.ones_like(value._content) if isinstance(value._content, np.ndarray) else 1.0
    with np.errstate(all="ignore"):
        try:
            return rule(ones, value._content, *value.operands)
        except ArithmeticError:  # 1/0 and the like: as IEEE 754 has it
            return rule(*with_numpy_floats((ones, value._content, *value.operands)))
