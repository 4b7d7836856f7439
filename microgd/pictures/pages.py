"""Self-contained HTML pages: the template filled in, and how numbers and formulas are written on them.

A page is templates/player.html with the style, the frames as data and two scripts put in. It asks nothing
of any network. All sentences and numbers are made in Python; the scripts show them and compute nothing.
"""

from __future__ import annotations

import html
import json
import os
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

Line = dict[str, str]
"""A line of a frame: its kind (a class in the style), its text, and of a number the exact one."""
Frame = dict[str, Any]
"""What a page shows at one moment: `phase` (a title), `lines`, and what its script draws."""

MOST_ENTRIES = 24
"""The entries of a larger array are not listed."""


def write_page(
    out: str | os.PathLike[str], *, title: str, stage: str, data: dict[str, Any], script: str
) -> Path:
    """Fill the page in, and put it in place only once it is complete."""
    parts = {
        "title": html.escape(title),
        "style": _part("player.css"),
        "stage": stage,
        "data": json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"),
        "player": _part("player.js"),
        "script": _part(script),
    }
    page = re.sub(r"{{(\w+)}}", lambda hole: parts[hole[1]], _part("player.html"))
    path = Path(out)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(page, encoding="utf-8")
    return unfinished.replace(path)


def _part(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")


# Words and numbers -------------------------------------------------------------------------------


def words(text: str) -> Line:
    """A sentence."""
    return {"kind": "words", "text": text}


def formula(text: str) -> Line:
    """An equation in names."""
    return {"kind": "formula", "text": text}


def local(text: str, x: float) -> Line:
    """A local derivative, and its exact number."""
    return {"kind": "local", "text": text, "exact": repr(float(x))}


def numbers(text: str, before: str = "=") -> Line:
    """The right side of an equation with numbers, or shapes, in place of the names."""
    return {"kind": "numbers", "text": f"{before} {text}"}


def result(before: str, x: Any) -> Line:
    """A number; an array by its shape and range, with its entries where these are few."""
    line = {"kind": "result", "text": f"{before} {text_of(x)}", "exact": repr(np.asarray(x).tolist())}
    if np.shape(x) and np.size(x) <= MOST_ENTRIES:
        line["entries"] = np.array2string(np.asarray(x), formatter={"all": text_of}, separator="  ")
    return line


def d(what: str, by: str) -> str:
    """A derivative, which does not break over lines."""
    return f"d\N{NO-BREAK SPACE}{what}/d\N{NO-BREAK SPACE}{by}"


def text_of(x: Any) -> str:
    """A number for people; an array by its shape and range.

    >>> text_of(0.30250000000000005), text_of(-0.0)
    ('0.3025', '0')
    >>> text_of(np.array([1.0, -2.0])), text_of(np.ones((2, 3)))
    ('(2,) from −2 to 1', '(2, 3), all 1')
    >>> text_of(np.ones((0, 3)))
    '(0, 3), no entries'
    """
    if np.shape(x):
        ends = dict.fromkeys(text_of(end) for end in (x.min(), x.max())) if x.size else {}
        told = {0: ", no entries", 1: ", all ", 2: " from "}[len(ends)]
        return f"{np.shape(x)}{told}{' to '.join(ends)}"
    if isinstance(x, (bool, np.bool)):
        return str(x)
    return f"{x + 0.0:.6g}".replace("-", "−")


def on_card(x: Any) -> str:
    """The same where room is short, on a card of the graph.

    >>> on_card(0.123456), on_card(np.array([1.0, -0.123456]))
    ('0.1235', '−0.123 to 1')
    """
    ends = (
        [f"{x + 0.0:.4g}"]
        if not np.shape(x)
        else [f"{end + 0.0:.3g}" for end in (x.min(), x.max()) if x.size]
    )
    return " to ".join(dict.fromkeys(ends)).replace("-", "−")


def bracketed(x: Any) -> str:
    """A number as the second operand of an operation."""
    return f"({text_of(x)})" if text_of(x).startswith("−") else text_of(x)


def sized(x: Any) -> str:
    """The shape of an array, or the number."""
    return str(x.shape) if isinstance(x, np.ndarray) and x.ndim else constant(x)


def constant(x: Any) -> str:
    """What stands in a formula for a constant: a number, an array by its shape, an axis, an index."""
    if isinstance(x, slice):
        ends = ["" if end is None else str(end) for end in (x.start, x.stop, x.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(x, tuple):
        return f"({', '.join(map(constant, x))}{',' * (len(x) == 1)})"
    if isinstance(x, np.ndarray) and x.ndim:
        return f"array{x.shape}"
    return text_of(x) if isinstance(x, (float, int, np.number, np.ndarray)) else str(x)
