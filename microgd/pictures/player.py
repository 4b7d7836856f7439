"""A page that plays a computation: forward number by number, then backward gradient by gradient.

`play` writes it, one HTML file for any browser. At every step of the way back the chain rule stands there
in words and in numbers: what arrived, times the local derivative, is what goes on. All numbers are the
engine's: a step is `pull_back` over a single edge of the graph. The formula of a local derivative is not
looked up either, it is what the engine records when the rule runs on Values.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.primitives.arithmetic import identity
from ..autodiff.value import View, ancestors, as_numbers, pull_back
from .formulas import one_operation, written
from .graph import MOST_VALUES, draw
from .nodes import bound_names
from .pages import (
    Frame,
    Line,
    bracketed,
    constant,
    d,
    formula,
    local,
    numbers,
    on_card,
    result,
    sized,
    text_of,
    words,
    write_page,
)


def play(
    error: Value, out: str | os.PathLike[str] = "player.html", names: Mapping[str, Any] | None = None
) -> Path:
    """Write a page that plays forward and then backward through the graph that computed `error`.

    error  a Value of a single number. Its graph is read; no `.grad` is changed.
    out    the file to write; its path is returned.
    names  a dict such as `locals()`, from which Values and arrays without a name take theirs. What has
           none is called v1, v2, ..., and the last one error.

    In the page the space bar plays and pauses, the arrow keys step, Home and End jump.

    Raises TypeError where out is a dict or names is not, ValueError where error is not a single number or
    its graph has more Values than a person can follow, and RendererMissing where nothing can draw SVG
    (`pip install "microgd[pictures]"` can).

    >>> knob_weight = Value(0.5, name="knob_weight")
    >>> play((0.5 * knob_weight - 0.8) ** 2, "knob.html")  # doctest: +SKIP
    PosixPath('knob.html')
    """
    if isinstance(out, Mapping):
        raise TypeError(
            "play: expected out as the path of a file, got a dict: names come after it, "
            'as in play(error, "player.html", locals())'
        )
    with np.errstate(all="ignore"):  # a gradient that is not finite is told in the page
        story = _Story(error, names)
        frames = [*story.forward(), *story.backward()]
    return write_page(
        out,
        title=f"How {story.name(error)} is computed, and how it changes",
        stage=story.picture(),
        data={"frames": frames},
        script="graph.js",
    )


class _Story:
    """The graph of an error, told node by node."""

    def __init__(self, error: Value, names: Mapping[str, Any] | None) -> None:
        self.error = error
        self.newest_first = _checked(error)
        self.original = _originals(self.newest_first)
        self.nodes = list(dict.fromkeys(self.original.values()))
        self.ids = {node: f"value{i}" for i, node in enumerate(self.nodes)}  # as `draw` has them
        self.labels = _labels(self.nodes, error, names)
        for node, original in self.original.items():
            self.ids[node], self.labels[id(node)] = self.ids[original], self.labels[id(original)]
        self.gradients = dict(pull_back(error, 1.0, self.newest_first))
        self.uses = _uses(self.newest_first, self.original)

    def name(self, x: Any) -> str:
        """What formulas call a Value, an array or a number."""
        return self.labels.get(id(x)) or constant(x)

    def picture(self) -> str:
        """The graph as SVG, with the gradients of this walk on its cards, whatever `.grad` holds."""
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
        """What `draw` must be told the names of."""
        for node in self.nodes:
            if not node.name:
                yield node
            yield from (x for x in node.args if isinstance(x, np.ndarray) and id(x) in self.labels)

    # Forward

    def forward(self) -> Iterator[Frame]:
        """A frame for each Value, in the order in which they were computed."""
        for i, node in enumerate(self.nodes, 1):
            told = self._given(node) if node.op is None else self._computed(node)
            yield {
                "phase": f"Forward {i} of {len(self.nodes)}",
                "at": self.ids[node],
                "edges": self._edges_into(node),
                "lines": list(told),
            }

    def _given(self, node: Value) -> Iterator[Line]:
        yield words(f"{self.name(node)} is given. The computation starts from it.")
        yield result(f"{self.name(node)} =", node._content)

    def _computed(self, node: Value) -> Iterator[Line]:
        then = dict(zip(map(id, node.args), node.operands))  # the numbers as they were
        yield words(f"{self.name(node)} is computed.")
        yield formula(f"{self.name(node)} = {one_operation(node, self.name)}")
        yield numbers(one_operation(node, lambda x: sized(then[id(x)])))
        yield result("=", node._content)

    def _edges_into(self, node: Value) -> list[list[Any]]:
        """An edge is found in the picture by its title, and by how many before it have the same."""
        if node.op is None:
            return []
        mine = self.ids[node]
        titles = [f"{self.ids[x]}->{mine}_op" for x in node.args if isinstance(x, Value)]
        return [[t, titles[:i].count(t)] for i, t in enumerate(titles)] + [[f"{mine}_op->{mine}", 0]]

    # Backward

    def backward(self) -> Iterator[Frame]:
        """A frame for each use of a Value, as the chain rule walks over them, and a summary."""
        frames = [self._seed(), *self._walk()]
        for i, frame in enumerate(frames, 1):
            yield {"phase": f"Backward {i} of {len(frames)}"} | frame
        yield self._summary()

    def _seed(self) -> Frame:
        error = self.name(self.error)
        lines = [
            words(f"Now backward. When {error} itself changes by a little, {error} changes by just that."),
            result(f"{d(error, error)} =", 1.0),
        ]
        return {"at": self.ids[self.error], "gradient": on_card(1.0), "edges": [], "lines": lines}

    def _walk(self) -> Iterator[Frame]:
        shares: dict[Value, list[Any]] = {node: [] for node in self.nodes}
        for node, arrived in pull_back(self.error, 1.0, self.newest_first):
            if node not in self.uses and node is not self.error:
                continue  # the error is piecewise constant in it
            for position in _ways_back(node):
                arg = self.original[node.args[position]]
                shares[arg].append(_share(node, position, arrived))
                told = self._by_shape if node.shape or arg.shape else self._by_number
                mine, nth = self.ids[node], self._count(arg, node.args[:position])
                yield {
                    "at": self.ids[arg],
                    "gradient": on_card(_total(shares[arg])),
                    "edges": [[f"{mine}_op->{mine}", 0], [f"{self.ids[arg]}->{mine}_op", nth]],
                    "lines": [
                        *told(node, arrived, position, shares[arg][-1]),
                        *self._together(arg, shares[arg]),
                    ],
                }

    def _count(self, arg: Value, args: tuple[Any, ...]) -> int:
        """How often a Value is among these, as itself or as a copy."""
        return sum(isinstance(x, Value) and self.original[x] is arg for x in args)

    def _by_number(self, node: Value, arrived: float, position: int, share: float) -> Iterator[Line]:
        """d error/d knob_weight = d error/d pred × d pred/d knob_weight = −1.1 × 0.5 = −0.55."""
        error, to, by = (self.name(x) for x in (self.error, node, node.args[position]))
        twice = self._count(self.original[node.args[position]], node.args) > 1
        operand = f", operand {position + 1}" if twice else ""
        yield words(f"What arrived at {to} flows back to {by}{operand}, times the local derivative.")
        derivative = _share(node, position, 1.0)
        rule = self._rule_of(node, position, 1.0, self.name)
        told = "" if rule in ("…", text_of(derivative)) else f" {rule} ="
        yield local(f"{d(to, by)} ={told} {text_of(derivative)}", derivative)
        yield formula(f"{d(error, by)} = {d(error, to)} × {d(to, by)}")
        yield numbers(f"{text_of(arrived)} × {bracketed(derivative)}")
        yield result("=", share)

    def _by_shape(self, node: Value, arrived: Any, position: int, share: Any) -> Iterator[Line]:
        """The rule itself as a formula, and the same with shapes in place of the arrays."""
        error, to, by = (self.name(x) for x in (self.error, node, node.args[position]))
        assert node.op is not None
        yield words(f"What arrived at {to} flows back to {by}, by the rule of {node.op.name}.")
        g = Value(arrived)
        rule = self._rule_of(node, position, g, lambda x: d(error, to) if x is g else self.name(x))
        if rule != "…":
            yield formula(f"{d(error, by)} = {rule}")
            sizes = self._rule_of(
                node, position, g, lambda x: sized(x._content if isinstance(x, Value) else x)
            )
            yield from [numbers(sizes)] if sizes != "…" else []
        yield result("=", share)

    def _rule_of(self, node: Value, position: int, g: Any, name: Callable[[Any], str]) -> str:
        """The rule by which a gradient g goes back from a Value to one of its operands, as a formula."""
        assert node.op is not None
        operands_with_rule = [
            x for x, _ in zip(node.args, node.op.vjps) if isinstance(x, Value) or np.shape(x)
        ]
        named = {id(x) for x in [node, *operands_with_rule]}
        pairs = [(node, node._content), *zip(node.args, node.operands, strict=True)]
        symbols = [(Value(data) if id(x) in named else data, x) for x, data in pairs]
        stands_for = {symbol: x for symbol, x in symbols if isinstance(symbol, Value)}
        out, *operands = (symbol for symbol, _ in symbols)
        try:
            recorded = _share(node, position, g, lambda _: (out, tuple(operands)))
        except Exception:  # somebody's own rule that runs on numbers only
            return "…"
        return written(recorded, lambda x: name(stands_for.get(x, x) if isinstance(x, Value) else x))

    def _together(self, arg: Value, shares: list[Any]) -> Iterator[Line]:
        """Where a Value is used several times its gradient is the sum over its uses."""
        error, by, uses = self.name(self.error), self.name(arg), self.uses[arg]
        if uses > 1:
            yield words(f"{by} is used {uses} times, and every use counts; this was number {len(shares)}.")
        if len(shares) > 1 and arg.shape:
            yield result(f"so far {d(error, by)} =", _total(shares))
        elif len(shares) > 1:
            yield numbers(
                " + ".join([text_of(shares[0]), *map(bracketed, shares[1:])]), f"so far {d(error, by)} ="
            )
            yield result("=", _total(shares))

    def _summary(self) -> Frame:
        error = self.name(self.error)
        lines = [words(f"Each Value knows now how {error} changes with it. Of those that were given:")]
        for node in self.nodes:
            if node.op is None:
                gradient = self.gradients[node]
                lines.append(result(f"{d(error, self.name(node))} =", gradient))
                lines += [] if np.shape(gradient) else [words(_advice(error, self.name(node), gradient))]
        return {"phase": "Done", "edges": [], "lines": lines}


def _ways_back(node: Value) -> list[int]:
    """The positions of the operands to which a gradient goes back."""
    rules = zip(node.args, node.op.vjps) if node.op else ()
    return [i for i, (arg, rule) in enumerate(rules) if isinstance(arg, Value) and rule is not None]


def _originals(newest_first: list[Value]) -> dict[Value, Value]:
    """Of each Value itself, oldest first; of a copy, such as `value_and_grad` works with, what was copied."""
    error = newest_first[0]
    original: dict[Value, Value] = {}
    for node in reversed(newest_first):
        is_copy = node.op is identity and node is not error
        original[node] = original[node.args[0]] if is_copy else node
    return original


def _uses(newest_first: list[Value], original: Mapping[Value, Value]) -> Counter[Value]:
    """How many gradients arrive at each Value that the error depends on."""
    uses: Counter[Value] = Counter()
    for node in newest_first:
        if node in uses or node is newest_first[0]:
            uses.update(original[node.args[i]] for i in _ways_back(node))
    return uses


def _share(node: Value, position: int, arrived: Any, view: View = as_numbers) -> Any:
    """What one operand gets of a gradient that arrived: the engine's own walk, over this edge alone."""
    assert node.op is not None
    operand = Value(node.operands[position])
    others = node.operands[:position], node.operands[position + 1 :]
    edge = Value.record(node.op, *others[0], operand, *others[1])
    return dict(pull_back(edge, arrived, [edge, operand], view))[operand]


def _total(shares: Sequence[Any]) -> Any:
    total = shares[0]
    for share in shares[1:]:  # in the order in which the chain rule adds them
        total = total + share
    return total


def _checked(error: Any) -> list[Value]:
    """All that the error was computed from, newest first."""
    if not isinstance(error, Value):
        raise TypeError(f"play: expected a Value, which remembers how it was computed, got {error!r:.60}")
    if error.shape:
        raise ValueError(
            f"play: expected a single number, got shape {error.shape}: reduce it (.sum(), .mean())"
        )
    nodes = ancestors(error)
    if len(nodes) > MOST_VALUES:
        raise ValueError(
            f"play: nobody follows a graph of {len(nodes)} Values, expected at most {MOST_VALUES}: "
            "take fewer rows or layers, or arrays instead of single numbers"
        )
    return nodes


def _labels(nodes: list[Value], error: Value, names: Mapping[str, Any] | None) -> dict[int, str]:
    """By identity, what each Value and each array with a name is called; a Value's own name comes first."""
    labels = bound_names(names) | {id(node): node.name for node in nodes if node.name}
    taken = set(labels.values())
    if "error" not in taken:
        labels.setdefault(id(error), "error")
    free = (f"v{i}" for i in range(1, 2 * len(nodes) + len(taken)) if f"v{i}" not in taken)
    for node in nodes:
        if id(node) not in labels:
            labels[id(node)] = next(free)
    return labels


def _advice(error: str, name: str, gradient: float) -> str:
    if not math.isfinite(gradient):
        return f"No number to go by: somewhere on the way {error} stopped being finite."
    if gradient == 0:
        return f"Turning {name} a little does not change {error}."
    return f"Turn {name} {'down' if gradient > 0 else 'up'}, and {error} falls."
