"""The computation graph as a picture: what a number was made of, and what gradient reached it.

Read `draw` first. It puts down one card for each Value (name, data, grad), one small node for each
operation and a grey card for each constant, oldest first, as text in Graphviz's language DOT. What stands
on the cards is in cards.py, what becomes of the text in render.py. Large nets are made readable by two
modules: layers.py finds out what belongs to a layer, rolled_up.py what has equal structure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from ..autodiff.primitives.arithmetic import identity
from ..autodiff.value import Value
from .cards import (
    BOX,
    DERIVATIVE,
    FONT,
    LINE,
    TEXT,
    entries,
    escaped,
    first_to_last,
    operation_card,
    plain_card,
    times,
    value_card,
)
from .layers import Layer, layers_of
from .nodes import Edge, NameOf, Node, bound_names, local_derivative, nearest_first, nodes_of, read, values_of
from .render import Picture, RendererMissing
from .rolled_up import rolled_up

__all__ = ["MOST_VALUES", "Picture", "RendererMissing", "draw"]

MOST_VALUES, MOST_ROLLED_UP = 150, 100_000


def draw(
    value: Value | tuple[Value, Any],
    names: Mapping[str, Any] | None = None,
    derivatives: bool = False,
    *,
    limit: int = MOST_VALUES,
    roll_up: bool | None = None,
) -> Picture:
    """The graph that computed a Value, inputs on the left, as a Graphviz object.

    Blue: a Value that you made. White: a result. Green: the result that is drawn. Grey: a constant. The
    orange line of a card is the gradient of the last `backward`. An array is shown by its shape, the range
    of its entries and how they are spread over it. Operands enter an operation in their order, the first
    on top; what is static (an axis, an index) stands in its label: `sum axis=0`. Along a dashed line no
    gradient flows. Parameters named alike up to the last dot (`layer1.weight`, `layer1.bias`) are in one
    box with the operations that read them, up to the activation; what enters a box may do so from below.

    value        whose graph; or the pair that `value_and_grad(f)(...)` returns when it is called with
                 Values. Then the gradients' graph is drawn as well, in orange: how they are computed.
    names        a dict such as `locals()`: a Value or an array bound to a name in it is labelled with
                 the first such name (those that begin with _ do not count). A Value's own `name` wins.
    derivatives  True writes the local derivative on each edge: what the operation's own rule (vjp) makes
                 of an arriving gradient of 1. For arrays that is the derivative of the sum of the result's
                 entries by each entry of the argument, before broadcasting is undone.
    limit        a larger graph is cut: only this many Values nearest to the output are drawn, and the
                 picture says how many more there are.
    roll_up      True draws equal structure once: Values that were computed alike and are used alike (the
                 neurons of a layer, the samples of a batch) share a card marked `× 16`, with the range of
                 their numbers; an edge marked `× 3` stands for three such operands of each. Sums of sums
                 become one sum. See rolled_up.py for what is alike. None, the default, does so before a
                 graph would be cut, unless it has more than 100,000 Values; False never.

    Graphs of equal structure and numbers give equal text. Raises TypeError where value is not a Value, nor
    a pair of a Value and its gradients, or names is not a dict.

    >>> knob_weight = Value(0.5, name="knob_weight")
    >>> error = (0.5 * knob_weight - 0.8) ** 2
    >>> picture = draw(error, locals(), derivatives=True)
    >>> "knob_weight" in picture.source
    True
    >>> picture.render("knob.svg")  # doctest: +SKIP
    'knob.svg'

    The graph of a gradient:

    >>> from microgd import value_and_grad
    >>> error, slope = value_and_grad(lambda knob: (0.5 * knob - 0.8) ** 2)(knob_weight)
    >>> picture = draw((error, slope), locals())
    >>> "slope|-0.55" in picture.source
    True
    """
    asked_for = _asked_for(value)
    name_of = _naming(asked_for, names)
    roles = _roles(asked_for)
    total = sum(role != "copy" for role in roles.values())
    if roll_up is None:
        roll_up = limit < total <= MOST_ROLLED_UP
    if roll_up:
        nodes, shown = _all_alike(asked_for, roles, limit, name_of)
    else:
        nodes = shown = _nearest(asked_for, roles, limit)
    forward = [node for node in nodes if not node.role.startswith("gradient")]
    layers = _boxed(layers_of(forward, name_of), shown)
    card = plain_card if isinstance(value, tuple) else value_card

    picture = _empty_picture(_notes(total, len(nodes) if roll_up else total, len(shown)))
    ids = {node: f"value{i}" for i, node in enumerate(shown)}
    for node in shown:
        picture.node(ids[node], **card(_names_on_card(node, layers.get(node, ()), name_of), node))
        if node.first.op is not None:
            _draw_operation(picture, node, ids, name_of, derivatives)
    for i, layer in enumerate(dict.fromkeys(layers.values())):
        _draw_box(picture, f"cluster_{i}", layer, [node for node in layers if layers[node] == layer], ids)
    return picture


# What is asked for -------------------------------------------------------------------------------


def _asked_for(value: Any) -> dict[Value, str]:
    """The Values to be drawn, and what they are called in case they have no name."""
    if isinstance(value, Value):
        return {value: ""}
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], Value):
        raise TypeError(
            "draw: expected a Value, which remembers how it was computed, or the pair of Values that "
            f"value_and_grad(f)(...) returns when it is called with Values, got {value!r:.60}"
        )
    output, gradient = value
    asked_for = {output: ""}
    for path, leaf in _leaves(gradient, "gradient"):
        if isinstance(leaf, Value):  # not a gradient that is the same number everywhere
            asked_for.setdefault(leaf, path)
    return asked_for


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a tree of tuples, lists and dicts, each with the way to it: `gradient[weight]`."""
    if isinstance(tree, (dict, list, tuple)):
        for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _leaves(part, f"{path}[{key}]")
    else:
        yield path, tree


def _roles(asked_for: dict[Value, str]) -> dict[Value, str]:
    """All that the Values were computed from and they themselves, oldest first, each with its role."""
    output, *_ = asked_for
    forward = set(nearest_first([output], values_of))
    everything = nearest_first(asked_for, values_of)
    roles = dict.fromkeys(sorted(everything, key=attrgetter("_number")), "gradient")
    for value in roles:
        if value.op is None:
            roles[value] = "leaf"
        elif value is output:
            roles[value] = "output"
        elif value in asked_for:
            roles[value] = "gradient output"
        elif value.op is identity:  # value_and_grad differentiates by copies of its arguments
            roles[value] = "copy"
        elif value in forward:
            roles[value] = "result"
    return roles


def _naming(asked_for: dict[Value, str], names: Mapping[str, Any] | None) -> NameOf:
    """How a Value or an array is called: its own name comes first, then the first in `names`."""
    labels = bound_names(names)
    for value, path in asked_for.items():
        labels.setdefault(id(value), path)
    return lambda x: (x.name if isinstance(x, Value) else "") or labels.get(id(x), "")


# What is shown -----------------------------------------------------------------------------------


def _nearest(asked_for: Iterable[Value], roles: dict[Value, str], limit: int) -> list[Node]:
    """A node for each of the Values nearest to what is asked for."""
    near = set(nearest_first(asked_for, values_of)[:limit])
    return list(read([value for value in roles if value in near], roles).values())


def _all_alike(
    asked_for: Iterable[Value], roles: dict[Value, str], limit: int, name_of: NameOf
) -> tuple[list[Node], list[Node]]:
    """The nodes of the graph with equal structure drawn once, and those of them to be shown."""
    graph = rolled_up(read(roles, roles), name_of)
    nodes = list(dict.fromkeys(graph.values()))
    near = set(nearest_first(dict.fromkeys(graph[value] for value in asked_for), nodes_of)[:limit])
    return nodes, [node for node in nodes if node in near]


# The picture -------------------------------------------------------------------------------------


def _notes(total: int, after_rolling_up: int, shown: int) -> list[str]:
    """What the reader must know about what is not drawn one by one."""
    notes = []
    if after_rolling_up < total:
        notes.append(f"{total} Values. Equal structure is drawn once: × tells how often it is there.")
    if shown < after_rolling_up:
        what = "Values" if after_rolling_up == total else "cards"
        rest = after_rolling_up - shown
        notes.append(f"Cut: the {shown} {what} nearest to the output. {rest} more are not drawn.")
    return notes


def _empty_picture(notes: list[str]) -> Picture:
    picture = Picture(
        "graph",
        format="svg",
        graph_attr={"rankdir": "LR", "bgcolor": "transparent", "nodesep": "0.2", "ranksep": "0.3", **FONT},
        node_attr={
            "shape": "record",
            "style": "filled",
            "height": "0.25",
            "margin": "0.13,0.055",
            "fontcolor": TEXT,
            **FONT,
        },
        edge_attr={"color": LINE, "fontcolor": DERIVATIVE, "arrowsize": "0.6", **FONT},
    )
    if notes:
        picture.attr(label=r"\n".join(notes), labelloc="t", fontcolor=LINE, fontsize="16")
    return picture


def _names_on_card(node: Node, layer: Layer, name_of: NameOf) -> list[str]:
    """The names of what the card stands for, without the beginning that the box around it shows."""
    names = map(name_of, node.members)
    return [name.rpartition(".")[2] if name.rpartition(".")[0] in layer else name for name in names]


def _draw_operation(
    picture: Picture, node: Node, ids: dict[Node, str], name_of: NameOf, derivatives: bool
) -> None:
    """The operation, an edge to it from each operand, one from it to the result.

    A constant gets its card here: a number one for each use, an array one for all. Operands beyond the
    cut share one mark that there is more.
    """
    result = ids[node]
    operation, cut = f"{result}_op", f"{result}_cut"
    picture.node(operation, **operation_card(node))
    for i, edge in enumerate(node.operands):
        source = edge.source
        if source.is_constant and source not in ids:
            ids[source] = f"{result}_constant{i}"
            picture.node(ids[source], **plain_card(map(name_of, source.members), source))
        if source in ids:
            picture.edge(ids[source], operation, **_edge(edge, len(node.members), derivatives))
        elif cut:
            picture.node(cut, "…", shape="plaintext", style="", fontcolor=LINE)
            picture.edge(cut, operation, style="dotted", penwidth="1.5")
            cut = ""
    picture.edge(operation, result, weight="4")


def _edge(edge: Edge, members: int, derivatives: bool) -> dict[str, str]:
    """An operand's edge: dashed where no gradient flows, marked where each result has several of them."""
    count = times(len(edge.uses) // members)
    flows = edge.carries_gradient
    derivative = (
        f"∂ {entries([local_derivative(*use) for use in edge.uses])}" if flows and derivatives else ""
    )
    look = {"label": " ".join(filter(None, [count, derivative])), "style": "" if flows else "dashed"}
    if count and not derivative:
        look["fontcolor"] = LINE
    if not edge.source.is_constant:
        look["weight"] = "4" if flows and edge.source.first.op is not None else "1"
    return {attribute: wanted for attribute, wanted in look.items() if wanted}


def _boxed(layers: dict[Node, Layer], shown: list[Node]) -> dict[Node, Layer]:
    """The layers of those that are shown, where there is more than one node to put a box around."""
    inside = {node: layers[node] for node in shown if node in layers}
    count = Counter(inside.values())
    return {node: layer for node, layer in inside.items() if count[layer] > 1}


def _draw_box(picture: Picture, name: str, layer: Layer, nodes: list[Node], ids: dict[Node, str]) -> None:
    """A box around the nodes of a layer, their operations, and the numbers in these."""
    label = f"{first_to_last(layer)} {times(len(layer))}".rstrip()
    with picture.subgraph(name=name) as box:
        box.attr(label=escaped(label), **BOX)
        for node in nodes:
            box.node(ids[node])
            if node.operands:
                box.node(f"{ids[node]}_op")
            for edge in node.operands:
                if edge.source.is_constant and not isinstance(edge.source.first, np.ndarray):
                    box.node(ids[edge.source])
