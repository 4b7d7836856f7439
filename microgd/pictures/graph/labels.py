"""The labels of a graph: the text of a card and of an operation, as attributes of Graphviz's nodes.

`value_label` and `plain_label` make a card (title, data, gradient), `operation_label` the small node of an
operation. Cards are labels of the kind that Graphviz calls records, because the embedded build has no
HTML-like tables and no images; the histogram of an array is therefore a line of block characters.
"""

from __future__ import annotations

import functools
import inspect
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np

from ...autodiff.value import Value
from ..names import printable
from ..numbers import entries, literal
from .nodes import Node, is_static, rules_of
from .style import FIELD_MARGIN, GRADIENT_FILL, LINE_HEIGHT, ROLES, WIDE_LETTER

# An operation ------------------------------------------------------------------------------------


def operation_label(node: Node) -> dict[str, str]:
    """Label an operation: a circle with a sign, or a box with a name and the static arguments."""
    label = first_to_last(operation_text(value) for value in node.members)
    form = {"shape": "circle", "margin": "0"} if len(label) <= 2 else {"shape": "box", "margin": "0.13,0.04"}
    size = {"width": "0.3", "height": "0.3"}
    role = "gradient" if node.role.startswith("gradient") else "result"
    return (
        {"label": escaped(label), "class": f"operation {role}", "style": "rounded,filled", "ordering": "in"}
        | form
        | size
        | ROLES[role]
    )


def operation_text(value: Value) -> str:
    """Write an operation's name and its static arguments: `sum axis=0`, `index [1:, 0]`."""
    assert value.op is not None
    return printable(" ".join([value.op.name, *(text for _, text in static_arguments(value))]))


def static_arguments(value: Value) -> list[tuple[str, str]]:
    """List the static arguments of an operation as (parameter, text), without those that change nothing."""
    assert value.op is not None
    rules, found = rules_of(value), []
    for i, arg in enumerate(value.args):
        if not is_static(arg, i, rules) or arg is None or arg is False:
            continue
        names = _parameters(value.op.compute)
        name = names[i] if i < len(names) else ""
        if name == "where":
            places = arg if type(arg) is tuple else (arg,)
            found.append((name, f"[{', '.join(map(literal, places))}]"))
        elif name == "axis" and type(arg) is tuple:
            if len(arg) < np.ndim(value.operands[0]):  # otherwise all axes, which is the default
                found.append((name, f"axis={literal(arg[0] if len(arg) == 1 else arg)}"))
        else:
            found.append((name, f"{name}={literal(arg)}" if name and type(arg) is not str else literal(arg)))
    return found


@functools.lru_cache
def _parameters(compute: Any) -> list[str]:
    """List the names of a function's parameters; none if it has no signature, as some of NumPy's."""
    try:
        parameters = inspect.signature(compute).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]


# A card ------------------------------------------------------------------------------------------


def value_label(names: Iterable[str], node: Node, direction: str) -> dict[str, str]:
    """Label a card with its title, its data and its gradient, the gradient on a ground of its own.

    A record has one fill. A colour gradient that changes sharply, at a fraction of the height, gives it two.
    """
    title = _title(names, node)
    data = entries([value.content for value in node.members])
    gradient = entries([value.grad for value in node.members])
    columns = f"{{{{data|grad}}|{{{data}|{gradient}}}}}"
    heights = [LINE_HEIGHT * lines + FIELD_MARGIN for lines in (title.count("\n") + 1, 1, 1)]
    above = sum(heights[:2] if title else heights[1:2]) / sum(heights if title else heights[1:])
    ground = {
        "fillcolor": f"{ROLES[node.role]['fillcolor']};{above:.3f}:{GRADIENT_FILL}",
        "gradientangle": "270",
    }
    label = f"{escaped(title)}|{columns}" if title else columns
    return _card(label, title, node.role, direction) | ground


def plain_label(names: Iterable[str], node: Node, direction: str) -> dict[str, str]:
    """Label a card with its title and data: a constant, or a Value if gradients are nodes of their own."""
    title = _title(names, node)
    data = entries([getattr(member, "content", member) for member in node.members])
    label = f"{escaped(title)}|{data}" if title else data
    return _card(label, title, node.role, direction)


def _card(label: str, title: str, role: str, direction: str) -> dict[str, str]:
    """Make a card from a label for a graph that runs to the right; one that runs down turns its fields."""
    turned = label if direction == "right" else f"{{{label}}}"
    return {"label": turned, "class": role, **_room_for(title)} | ROLES[role]


def _title(names: Iterable[str], node: Node) -> str:
    """Compose the name, an array's shape, its dtype unless it is the usual one, the number of members."""
    data = getattr(node.first, "content", node.first)
    parts = [first_to_last(name for name in map(printable, names) if name)]
    if isinstance(data, np.ndarray):
        parts += [literal(data.shape), "" if data.dtype in (np.float64, np.bool) else str(data.dtype)]
    parts += [times(len(node.members))]
    return " ".join(part for part in parts if part)


def first_to_last(texts: Iterable[str]) -> str:
    """Abbreviate several texts to the first and the last, sorted with the numbers in them in numerical order.

    >>> first_to_last(["w10", "w9", "w10"])
    'w9 … w10'
    """
    different = sorted(set(texts), key=lambda text: [part.zfill(20) for part in re.split(r"(\d+)", text)])
    return " … ".join(different if len(different) < 2 else [different[0], different[-1]])


def times(count: int) -> str:
    """Mark a count above 1: `× 16`."""
    return f"× {count}" if count > 1 else ""


def _room_for(title: str) -> dict[str, str]:
    """Set a card's width so that its title fits.

    The embedded Graphviz knows neither the widths of letters beyond Latin nor which font the reader's machine
    has in Helvetica's place, so the longest line gets the room that it takes in a wide font.
    """
    lines = [
        sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6 for letter in line)
        for line in title.split("\n")
    ]
    return {"width": f"{(max(lines) * WIDE_LETTER + 2 * FIELD_MARGIN) / 72:.2f}"}


def escaped(text: str) -> str:
    """Escape a text so that a label shows it as it is, whatever signs of Graphviz's own are in it."""
    text = re.sub(r"[\\{}|<> ]", r"\\\g<0>", text.replace("&", "&amp;"))
    return text.replace("\n", r"\n")
