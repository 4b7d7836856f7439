"""The walk over a graph that a page plays: its Values oldest first, their names, gradients and uses.

A Walk reads the graph of an error once, and changes nothing in it. Transformations such as value_and_grad
differentiate with respect to copies of their arguments (the operation `identity`): a Walk sees through these,
so that a copy has the name and the place of the Value that was copied. forward.py, backward.py and chain.py
write what a page says about it; the numbers go into the table of the page.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...autodiff import Value
from ...autodiff.functional import pull_back
from ...autodiff.primitives.arithmetic import identity
from ...autodiff.value import ancestors
from ..chain_rule import receiving_positions, share
from ..graph.drawing import MOST_VALUES, draw
from ..names import bound_names, printable
from ..numbers import literal
from ..own_code import Place
from .lines import Line, Table, code
from .mathml import Part, Slot, constant, derivative, identifier, slot


@dataclass(frozen=True, eq=False)
class Step:
    """One edge of the backward pass: the gradient of a Value flows back to one of its operands.

    node      the Value whose gradient flows back.
    position  which of its arguments receives a share.
    operand   that argument, or the Value that it is a copy of.
    share     the share of the gradient that the operand receives.
    nth       how often the operand is among the arguments before this position.
    """

    number: int
    node: Value
    position: int
    operand: Value
    share: Any
    nth: int

    @property
    def is_scalar(self) -> bool:
        """Whether both ends are scalars, so that there is one local derivative."""
        return not self.node.shape and not self.operand.shape


class Walk:
    """The graph of an error, ready to be walked forward and backward.

    error, names  as `play` takes them.
    places        where in the reader's code a Value was computed, if that is known.

    nodes         the Values without copies, oldest first.
    newest_first  all Values, as the backward pass visits them.
    original      of each Value itself, of a copy the Value that was copied.
    ids           the names of the cards in the picture, as `draw` gives them.
    gradients     d error / d Value of each.
    steps         the edges along which a gradient flows, in the order of the backward pass.
    uses          the steps that end at each Value: its gradient is the sum of their shares.
    table         the numbers of the page: "value0", "gradient0", "local3", "share3", "sum3".
    """

    def __init__(
        self, error: Value, names: Mapping[str, Any] | None, places: Mapping[Value, Place] | None = None
    ) -> None:
        self.error = error
        self.places = places or {}
        self.newest_first = _values_of(error)
        self.original = _originals(self.newest_first)
        self.nodes = list(dict.fromkeys(self.original.values()))
        self.ids = {node: f"value{i}" for i, node in enumerate(self.nodes)}
        self.labels = _labels(self.nodes, error, names)
        for node, original in self.original.items():
            self.ids[node], self.labels[id(node)] = self.ids[original], self.labels[id(original)]
        self.gradients = dict(pull_back(error, 1.0, self.newest_first))
        self.steps = list(self._steps())
        self.uses = {node: [step for step in self.steps if step.operand is node] for node in self.nodes}
        self.table = self._table()

    def name(self, x: Any) -> str:
        """Return the name of a Value or an array; a constant is written out."""
        return self.labels.get(id(x)) or literal(x)

    def symbol(self, x: Any) -> Part:
        """Write a Value, an array or a constant in a formula, by its name."""
        return identifier(self.name(x)) if id(x) in self.labels else constant(literal(x))

    def derivative(self, variable: Value, by: Value) -> Part:
        """Write the derivative of one Value by another."""
        return derivative(self.name(variable), self.name(by))

    def code(self, node: Value) -> list[Line]:
        """Return the line of the reader's code that computed a Value; none if it is not known."""
        return [code(self.places[node])] if node in self.places else []

    def value(self, node: Value, *, brackets: bool = False) -> Slot:
        """Return the slot that shows the data of a Value."""
        return slot(f"value{self._index(node)}", brackets=brackets)

    def gradient(self, node: Value, *, brackets: bool = False) -> Slot:
        """Return the slot that shows the gradient of a Value."""
        return slot(f"gradient{self._index(node)}", brackets=brackets)

    def _index(self, node: Value) -> str:
        return self.ids[node].removeprefix("value")

    def _steps(self) -> Iterator[Step]:
        """Yield the edges of the backward pass, from the error on."""
        number = itertools.count()
        reached = {self.error}
        for node in self.newest_first:
            if node not in reached:
                continue  # a copy, or a Value that the error is piecewise constant in
            for position in receiving_positions(node):
                operand = self.original[node.args[position]]
                reached.add(operand)
                part = share(node, position, self.gradients[node])
                nth = sum(isinstance(x, Value) and self.original[x] is operand for x in node.args[:position])
                yield Step(next(number), node, position, operand, part, nth)

    def _table(self) -> Table:
        """Collect the numbers of the page."""
        table = Table()
        for node in self.nodes:
            table.put(f"value{self._index(node)}", node.content)
            table.put(f"gradient{self._index(node)}", self.gradients[node])
        for steps in self.uses.values():
            totals = itertools.accumulate(step.share for step in steps)  # in the order of the backward pass
            for step, total in zip(steps, totals):
                table.put(f"sum{step.number}", total)
        for step in self.steps:
            table.put(f"share{step.number}", step.share)
            if step.is_scalar:
                table.put(f"local{step.number}", share(step.node, step.position, 1.0))
        return table

    def picture(self) -> str:
        """Draw the graph as SVG in both directions, with the gradients of this walk, whatever `.grad` holds.

        The page shows the picture that fits its window better.
        """
        named = {self.labels[id(x)]: x for x in self._unnamed()}
        kept = [node.grad for node in self.nodes]
        try:
            for node in self.nodes:
                node.grad = self.gradients[node]
            return "\n".join(self._svg(named, direction) for direction in ("right", "down"))
        finally:
            for node, gradient in zip(self.nodes, kept, strict=True):
                node.grad = gradient

    def _svg(self, names: dict[str, Any], direction: Literal["right", "down"]) -> str:
        """Draw the graph in one direction; the ids in it begin with the direction."""
        picture = draw(self.error, names, limit=len(self.newest_first), direction=direction)
        svg: str = picture.pipe("svg", encoding="utf-8")
        svg = re.sub(r'(<\w+ id="|url\(#)', rf"\g<1>{direction}_", svg[svg.index("<svg") :])
        return svg.replace("<svg ", f'<svg class="graph" data-direction="{direction}" ', 1)

    def _unnamed(self) -> Iterator[Any]:
        """Yield the Values and arrays whose names `draw` must be given."""
        for node in self.nodes:
            if not node.name:
                yield node
            yield from (x for x in node.args if isinstance(x, np.ndarray) and id(x) in self.labels)


def _values_of(error: Any) -> list[Value]:
    """Check the argument of `play`, and list the error and its ancestors, newest first."""
    if not isinstance(error, Value):
        raise TypeError(
            "play: expected a Value, which remembers how it was computed, or a function of no arguments that "
            f"returns one, got {error!r:.60}"
        )
    if error.shape:
        raise ValueError(f"play: expected a scalar, got shape {error.shape}: reduce it (.sum(), .mean())")
    values = ancestors(error)
    if len(values) > MOST_VALUES:
        raise ValueError(
            f"play: a graph of {len(values)} Values is too large to follow, expected at most {MOST_VALUES}: "
            "take fewer rows or layers, or arrays instead of single numbers"
        )
    return values


def _originals(newest_first: list[Value]) -> dict[Value, Value]:
    """Map each Value, oldest first, to itself, and a copy to the Value that was copied."""
    error = newest_first[0]
    original: dict[Value, Value] = {}
    for node in reversed(newest_first):
        is_copy = node.op is identity and node is not error
        original[node] = original[node.args[0]] if is_copy else node
    return original


def _labels(nodes: list[Value], error: Value, names: Mapping[str, Any] | None) -> dict[int, str]:
    """Map the identity of each Value and each named array to its name; number the Values without one."""
    labels = bound_names(names) | {id(node): node.name for node in nodes if node.name}
    taken = set(labels.values())
    if "error" not in taken:
        labels.setdefault(id(error), "error")
    free = (f"v{i}" for i in range(1, 2 * len(nodes) + len(taken)) if f"v{i}" not in taken)
    for node in nodes:
        if id(node) not in labels:
            labels[id(node)] = next(free)
    return {key: printable(name) for key, name in labels.items()}
