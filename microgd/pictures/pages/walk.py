"""The walk over a graph that a page plays: its Values oldest first, their names, gradients and uses.

A Walk reads the graph of an error once, and changes nothing in it. Transformations such as value_and_grad
differentiate with respect to copies of their arguments (the operation `identity`): a Walk sees through these,
so that a copy has the name and the place of the Value that was copied. forward.py and backward.py make the
frames of the player from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...autodiff import Value
from ...autodiff.functional import pull_back
from ...autodiff.primitives.arithmetic import identity
from ...autodiff.value import ancestors
from ..chain_rule import receiving_positions
from ..graph.drawing import MOST_VALUES, draw
from ..graph.nodes import bound_names
from ..numbers import literal


class Walk:
    """The graph of an error, ready to be walked forward and backward.

    error, names  as `play` takes them.

    nodes         the Values without copies, oldest first.
    newest_first  all Values, as the backward pass visits them.
    original      of each Value itself, of a copy the Value that was copied.
    ids           the names of the cards in the picture, as `draw` gives them.
    gradients     d error / d Value of each.
    uses          the number of shares that arrive at each Value that the error depends on.
    """

    def __init__(self, error: Value, names: Mapping[str, Any] | None) -> None:
        self.error = error
        self.newest_first = _values_of(error)
        self.original = _originals(self.newest_first)
        self.nodes = list(dict.fromkeys(self.original.values()))
        self.ids = {node: f"value{i}" for i, node in enumerate(self.nodes)}
        self.labels = _labels(self.nodes, error, names)
        for node, original in self.original.items():
            self.ids[node], self.labels[id(node)] = self.ids[original], self.labels[id(original)]
        self.gradients = dict(pull_back(error, 1.0, self.newest_first))
        self.uses = _uses(self.newest_first, self.original)

    def name(self, x: Any) -> str:
        """Return the name of a Value or an array in formulas; a constant is written out."""
        return self.labels.get(id(x)) or literal(x)

    def count(self, value: Value, args: tuple[Any, ...]) -> int:
        """Count how often a Value is among these arguments, as itself or as a copy."""
        return sum(isinstance(x, Value) and self.original[x] is value for x in args)

    def picture(self) -> str:
        """Draw the graph as SVG, with the gradients of this walk on its cards, whatever `.grad` holds."""
        named = {self.labels[id(x)]: x for x in self._unnamed()}
        kept = [node.grad for node in self.nodes]
        try:
            for node in self.nodes:
                node.grad = self.gradients[node]
            svg: str = draw(self.error, named, limit=len(self.newest_first)).pipe("svg", encoding="utf-8")
        finally:
            for node, gradient in zip(self.nodes, kept, strict=True):
                node.grad = gradient
        return svg[svg.index("<svg") :]

    def _unnamed(self) -> Iterator[Any]:
        """Yield the Values and arrays whose names `draw` must be given."""
        for node in self.nodes:
            if not node.name:
                yield node
            yield from (x for x in node.args if isinstance(x, np.ndarray) and id(x) in self.labels)


def _values_of(error: Any) -> list[Value]:
    """Check the argument of `play`, and list the error and its ancestors, newest first."""
    if not isinstance(error, Value):
        raise TypeError(f"play: expected a Value, which remembers how it was computed, got {error!r:.60}")
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


def _uses(newest_first: list[Value], original: Mapping[Value, Value]) -> Counter[Value]:
    """Count the shares that arrive at each Value that the error depends on."""
    uses: Counter[Value] = Counter()
    for node in newest_first:
        if node in uses or node is newest_first[0]:
            uses.update(original[node.args[i]] for i in receiving_positions(node))
    return uses


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
    return labels
