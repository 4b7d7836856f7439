"""The computation graph as a picture: how a number was computed, and which gradient reached each part of it.

Read `draw` first. It writes one card for each Value (name, data, gradient), one small node for each operation
and a grey card for each constant, oldest first, as text in Graphviz's language DOT. selection.py decides what
is shown, labels.py writes the cards, picture.py turns the text into an image. Two modules make large nets
readable: layers.py finds out what belongs to a layer, merge_equal.py what has equal structure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ...autodiff.value import Value
from ..chain_rule import local_derivative
from ..numbers import entries
from .labels import escaped, first_to_last, operation_label, plain_label, times, value_label
from .layers import Layer, layers_of
from .nodes import Edge, NameOf, Node
from .picture import Picture
from .selection import merged, naming, nearest, requested, roles_of
from .style import DERIVATIVE, FONT, LAYER_BOX, LINE, TEXT

MOST_VALUES, MOST_MERGED = 150, 100_000
RANKDIR = {"right": "LR", "down": "TB"}


def draw(
    value: Value | tuple[Value, Any],
    names: Mapping[str, Any] | None = None,
    derivatives: bool = False,
    *,
    limit: int = MOST_VALUES,
    merge_equal: bool | None = None,
    direction: Literal["right", "down"] | None = None,
) -> Picture:
    """Draw the graph that computed a Value, from its inputs to the result, as a Graphviz object.

    A blue card is a leaf (a Value that you made), a white one a result, the green one the result that is
    drawn, a grey one a constant. The orange line of a card is the gradient of the last `backward`. An array
    is shown by its shape, the range of its entries and a histogram. Operands enter an operation in their
    order, the first on top; static arguments (an axis, an index) stand in its label: `sum axis=0`. No
    gradient flows along a dashed line. Parameters whose names agree up to the last dot (`layer1.weight`,
    `layer1.bias`) are in one box with the operations that read them, up to the activation; edges may enter a
    box from below.

    value        the Value; or the pair that `value_and_grad(f)(...)` returns when it is called with Values.
                 Then the graph that computed the gradients is drawn as well, in orange.
    names        a dict such as `locals()`: a Value or an array that has no name of its own gets the
                 first name that it is bound to there. Names that begin with _ are skipped.
    derivatives  True writes the local derivative on each edge: the derivative of the sum of the result's
                 entries by each entry of the argument.
    limit        a larger graph is cut: only the `limit` Values nearest to the output are drawn, and
                 the picture says how many are left out.
    merge_equal  True draws equal structure once: Values that were computed alike and are used alike (the
                 neurons of a layer, the samples of a batch) share a card marked `× 16`, with the range of
                 their numbers; an edge marked `× 3` stands for three such operands of each. Sums of sums
                 become one sum. merge_equal.py defines what is alike. None, the default, does so before a
                 graph would be cut, unless it has more than 100,000 Values; False never does.
    direction    "right": the inputs are on the left; "down": they are at the top. None, the default, lets a
                 net of several layers run down, everything else to the right.

    Graphs of equal structure and numbers give equal text. Raises TypeError if value is neither a Value nor
    a pair of a Value and its gradients, or if names is not a dict, ValueError for another direction.

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
    >>> "slope|−0.55" in picture.source
    True
    """
    outputs = requested(value)
    name_of = naming(outputs, names)
    roles = roles_of(outputs)
    total = sum(role != "copy" for role in roles.values())
    if merge_equal is None:
        merge_equal = limit < total <= MOST_MERGED
    if merge_equal:
        nodes, shown = merged(outputs, roles, limit, name_of)
    else:
        nodes = shown = nearest(outputs, roles, limit)
    forward = [node for node in nodes if not node.role.startswith("gradient")]
    layers = _boxed(layers_of(forward, name_of), shown)
    if direction is None:
        direction = "down" if len(set(layers.values())) > 1 else "right"
    label = plain_label if isinstance(value, tuple) else value_label

    picture = _empty_picture(_notes(total, len(nodes) if merge_equal else total, len(shown)), direction)
    ids = {node: f"value{i}" for i, node in enumerate(shown)}
    for node in shown:
        picture.node(ids[node], **label(_names_on_card(node, layers.get(node, ()), name_of), node, direction))
        if node.first.op is not None:
            _draw_operation(picture, node, ids, name_of, derivatives, direction)
    for node in layers:
        _keep_behind(picture, node, ids, layers)
    for i, layer in enumerate(dict.fromkeys(layers.values())):
        _draw_box(picture, f"cluster_{i}", layer, [node for node in layers if layers[node] == layer], ids)
    return picture


def _notes(total: int, after_merging: int, shown: int) -> list[str]:
    """Write what the reader must know about Values that are merged or left out."""
    notes = []
    if after_merging < total:
        notes.append(f"{total} Values. Equal structure is drawn once: × is followed by the number of copies.")
    if shown < after_merging:
        kind = "Values" if after_merging == total else "cards"
        rest = after_merging - shown
        notes.append(f"Cut: the {shown} {kind} nearest to the output. {rest} more are not drawn.")
    return notes


def _empty_picture(notes: list[str], direction: str) -> Picture:
    if direction not in RANKDIR:
        raise ValueError(f'draw: expected direction "right" or "down", got {direction!r}')
    layout = {"rankdir": RANKDIR[direction], "nodesep": "0.2", "ranksep": "0.3"}
    picture = Picture(
        "graph",
        format="svg",
        graph_attr={**layout, "bgcolor": "transparent", **FONT},
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
    """List the members' names, without the prefix that the box around the card shows."""
    names = map(name_of, node.members)
    return [name.rpartition(".")[2] if name.rpartition(".")[0] in layer else name for name in names]


def _draw_operation(
    picture: Picture,
    node: Node,
    ids: dict[Node, str],
    name_of: NameOf,
    derivatives: bool,
    direction: str,
) -> None:
    """Draw the operation, an edge to it from each operand, and one from it to the result.

    A constant gets its card here: a number one card for each use, an array one for all. Operands beyond the
    cut share one mark that there is more.
    """
    result = ids[node]
    operation, cut = f"{result}_op", f"{result}_cut"
    picture.node(operation, **operation_label(node))
    for i, edge in enumerate(node.operands):
        source = edge.source
        if source.is_constant and source not in ids:
            ids[source] = f"{result}_constant{i}"
            picture.node(ids[source], **plain_label(map(name_of, source.members), source, direction))
        if source in ids:
            picture.edge(ids[source], operation, **_edge(edge, len(node.members), derivatives))
        elif cut:
            picture.node(cut, "…", shape="plaintext", style="", fontcolor=LINE)
            picture.edge(cut, operation, style="dotted", penwidth="1.5")
            cut = ""
    picture.edge(operation, result, weight="4")


def _edge(edge: Edge, members: int, derivatives: bool) -> dict[str, str]:
    """Style an operand's edge: dashed if no gradient flows, marked if each result has several of them."""
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
    """Keep the layers of the nodes that are shown, if there is more than one node to put a box around."""
    inside = {node: layers[node] for node in shown if node in layers}
    count = Counter(inside.values())
    return {node: layer for node, layer in inside.items() if count[layer] > 1}


def _keep_behind(picture: Picture, node: Node, ids: dict[Node, str], layers: dict[Node, Layer]) -> None:
    """Put the parameters that a layer reads behind the result of the layer before.

    Without these invisible edges the boxes of a net overlap in one direction and form a staircase.
    """
    sources = [edge.source for edge in node.operands if edge.source in layers]
    for before in sources:
        for parameter in sources:
            if parameter.role == "leaf" and layers[before] != layers[parameter]:
                picture.edge(ids[before], ids[parameter], style="invis")


def _draw_box(picture: Picture, name: str, layer: Layer, nodes: list[Node], ids: dict[Node, str]) -> None:
    """Draw a box around the nodes of a layer, their operations, and the numbers among their operands."""
    label = f"{first_to_last(layer)} {times(len(layer))}".rstrip()
    with picture.subgraph(name=name) as box:
        box.attr(label=escaped(label), **LAYER_BOX)
        for node in nodes:
            box.node(ids[node])
            if node.operands:
                box.node(f"{ids[node]}_op")
            for edge in node.operands:
                if edge.source.is_constant and not isinstance(edge.source.first, np.ndarray):
                    box.node(ids[edge.source])
