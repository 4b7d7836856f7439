"""What stands on a card and beside an operation: text, colours, room, as attributes of Graphviz's nodes.

Cards are labels of the kind that Graphviz calls records: the embedded build knows no other tables, and no
images in them, so the histogram of an array is a line of block characters.
"""

from __future__ import annotations

import functools
import inspect
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..autodiff.value import Value
from .nodes import Node, is_static, rules_of

LONGEST_NAME = 60
HISTOGRAM_FROM = 8  # fewer entries are shown by their range
BLOCKS = "▁▂▃▄▅▆▇█"

# Text reads at 4.5 : 1 and better on every fill. Lines, and text beside them, are of a middle
# lightness: for white pages and dark ones. Roles differ in line width too, for print.
TEXT, LINE, DERIVATIVE, GRADIENT_FILL = "#1a1a1a", "#767676", "#bc5a00", "#fbe3c4"
ROLES = {
    "leaf": {"fillcolor": "#cfe3f5", "color": "#1f77b4", "penwidth": "1.5"},
    "constant": {"fillcolor": "#e3e3e3", "color": "#8c8c8c", "penwidth": "0.75"},
    "result": {"fillcolor": "#ffffff", "color": LINE, "penwidth": "1"},
    "output": {"fillcolor": "#cde9dd", "color": "#0a8060", "penwidth": "2.5"},
    "gradient": {"fillcolor": GRADIENT_FILL, "color": DERIVATIVE, "penwidth": "1.25"},
    "gradient output": {"fillcolor": GRADIENT_FILL, "color": DERIVATIVE, "penwidth": "3"},
}
# The embedded Graphviz knows the widths of Helvetica, not those of a list; it adds sans-serif itself.
FONT = {"fontname": "Helvetica", "fontsize": "11"}
BOX = {
    "style": "rounded,filled",
    "color": LINE,
    "penwidth": "0.75",
    "fillcolor": f"{LINE}14",
    "fontcolor": LINE,
    "labelloc": "t",
    "fontsize": "13",
    "margin": "10",
}
LINE_HEIGHT, FIELD_MARGIN, WIDE_LETTER = 13.2, 8.0, 11.0  # points, at this size of the font


# An operation ------------------------------------------------------------------------------------


def operation_card(node: Node) -> dict[str, str]:
    """A circle with a sign, a box with a name and what is static."""
    label = first_to_last(operation_label(value) for value in node.members)
    form = {"shape": "circle", "margin": "0"} if len(label) <= 2 else {"shape": "box", "margin": "0.13,0.04"}
    size = {"width": "0.3", "height": "0.3"}
    return (
        {"label": escaped(label), "style": "rounded,filled", "ordering": "in"}
        | form
        | size
        | ROLES["gradient" if node.role.startswith("gradient") else "result"]
    )


def operation_label(value: Value) -> str:
    """The operation's name and its static arguments: `sum axis=0`, `index [1:, 0]`."""
    assert value.op is not None
    return _legible(" ".join([value.op.name, *(text for _, text in static_arguments(value))]))


def static_arguments(value: Value) -> list[tuple[str, str]]:
    """How the operation computed: the parameter, and what was given for it as one writes it."""
    assert value.op is not None
    rules, found = rules_of(value), []
    for i, arg in enumerate(value.args):
        if not is_static(arg, i, rules) or arg is None or arg is False:
            continue
        names = _parameters(value.op.compute)
        name = names[i] if i < len(names) else ""
        if name == "where":
            places = arg if type(arg) is tuple else (arg,)
            found.append((name, f"[{', '.join(_static(place) for place in places)}]"))
        elif name == "axis" and type(arg) is tuple:
            if len(arg) < np.ndim(value.operands[0]):  # otherwise all of them, as usual
                found.append((name, f"axis={_static(arg[0] if len(arg) == 1 else arg)}"))
        else:
            found.append((name, f"{name}={_static(arg)}" if name and type(arg) is not str else _static(arg)))
    return found


@functools.lru_cache
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


def value_card(names: Iterable[str], node: Node) -> dict[str, str]:
    """Title, then data and grad in two columns, the grad on a ground of its own: the one way to two colours
    in a record is a gradient of colours that changes sharply, at a fraction of the height."""
    title = _title(names, node)
    data = entries([value._content for value in node.members])
    grad = entries([value._grad for value in node.members])
    columns = f"{{{{data|grad}}|{{{data}|{grad}}}}}"
    heights = [LINE_HEIGHT * lines + FIELD_MARGIN for lines in (title.count("\n") + 1, 1, 1)]
    above = sum(heights[:2] if title else heights[1:2]) / sum(heights if title else heights[1:])
    ground = {
        "fillcolor": f"{ROLES[node.role]['fillcolor']};{above:.3f}:{GRADIENT_FILL}",
        "gradientangle": "270",
    }
    label = f"{escaped(title)}|{columns}" if title else columns
    return {"label": label, **_room_for(title)} | ROLES[node.role] | ground


def plain_card(names: Iterable[str], node: Node) -> dict[str, str]:
    """Title and data, without a grad: a constant, and all in a picture where gradients are Values too."""
    title = _title(names, node)
    data = entries([getattr(member, "_content", member) for member in node.members])
    label = f"{escaped(title)}|{data}" if title else data
    return {"label": label, **_room_for(title)} | ROLES[node.role]


def _title(names: Iterable[str], node: Node) -> str:
    """The name; of an array the shape, and the dtype where it is not the usual one; of how many it is."""
    data = getattr(node.first, "_content", node.first)
    parts = [first_to_last(name for name in map(_legible, names) if name)]
    if isinstance(data, np.ndarray):
        parts += [str(data.shape), "" if data.dtype in (np.float64, np.bool) else str(data.dtype)]
    parts += [times(len(node.members))]
    return " ".join(part for part in parts if part)


def first_to_last(texts: Iterable[str]) -> str:
    """One text for those of many, numbers in them in their order.

    >>> first_to_last(["w10", "w9", "w10"])
    'w9 … w10'
    """
    different = sorted(set(texts), key=lambda text: [part.zfill(20) for part in re.split(r"(\d+)", text)])
    return " … ".join(different if len(different) < 2 else [different[0], different[-1]])


def times(count: int) -> str:
    """How many, where it is more than one."""
    return f"× {count}" if count > 1 else ""


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


def escaped(text: str) -> str:
    """Text that draws itself in a label, whatever signs of Graphviz's own are in it."""
    text = re.sub(r"[\\{}|<> ]", r"\\\g<0>", text.replace("&", "&amp;"))
    return text.replace("\n", r"\n")


def entries(data: Sequence[Any]) -> str:
    """A number; of many numbers, or of arrays, the least and the greatest, and in between, from 8 on, how the
    numbers are spread from one to the other; of masks how many are true.

    >>> entries([0.3]), entries([np.array([0.1 + 0.2, -1.1, 1.0])])
    ('0.3', '-1.1 to 1')
    >>> entries([np.array([0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 4.0, 8.0])])
    '0 ▄▆█▁▄▁▁▄ 8'
    """
    if len(data) == 1 and not isinstance(data[0], np.ndarray):
        return number(data[0])
    numbers = np.concatenate([np.ravel(x) for x in data])
    if numbers.dtype == bool:
        return f"{np.count_nonzero(numbers)} of {numbers.size} true"
    known = numbers[~np.isnan(numbers)]
    ends = dict.fromkeys(number(end, 3) for end in ((known.min(), known.max()) if known.size else ()))
    between = " to "
    if known.size >= HISTOGRAM_FROM and np.isfinite(known).all():
        between = f" {histogram(known)} "
    parts = [between.join(ends)] * bool(ends) + [f"{numbers.size - known.size} nan"] * (
        known.size < numbers.size
    )
    return ", ".join(parts) or "no entries"


def histogram(numbers: np.ndarray) -> str:
    """How many of the numbers are in each eighth of their range, as the heights of blocks.

    The lowest block says that there are none, the highest stands for most.
    """
    scaled = numbers / (abs(numbers).max() or 1.0)  # so that no distance between them overflows
    low, high = scaled.min(), scaled.max()
    eighths = np.minimum((scaled - low) / ((high - low) or 1.0) * 8, 7).astype(int)
    counts = np.bincount(eighths, minlength=8)
    return "".join(BLOCKS[height] for height in np.ceil(counts / counts.max() * 7).astype(int))


def number(x: Any, digits: int = 4) -> str:
    """A number for people: to so many digits, its whole part to 6.

    >>> number(0.30250000000000005), number(123456.7), number(5.408208e-06), number(-0.0)
    ('0.3025', '123457', '5.408e-06', '0')
    """
    if isinstance(x, (bool, np.bool)):
        return str(x)
    return f"{x + 0.0:.{digits if abs(x) < 10**digits else 6}g}"
