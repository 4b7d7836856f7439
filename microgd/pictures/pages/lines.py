"""The lines of a frame: sentences, formulas, numbers and results, as dicts that the page's script shows.

A line has a kind (a class in the style sheet), its text and, if it is a result, the exact number. A small
array has its entries too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numbers import described, number

Line = dict[str, str]
Frame = dict[str, Any]
"""One step of the player: `phase` (a title), `lines`, and what the page's script draws."""

MOST_ENTRIES = 24
"""The entries of a larger array are not listed."""


def sentence(text: str) -> Line:
    """Make a line of words."""
    return {"kind": "words", "text": text}


def formula(text: str) -> Line:
    """Make a line with an equation in names."""
    return {"kind": "formula", "text": text}


def local_derivative(text: str, x: float) -> Line:
    """Make a line with a local derivative and its exact number."""
    return {"kind": "local", "text": text, "exact": repr(float(x))}


def numbers(text: str, before: str = "=") -> Line:
    """Make a line with the right side of an equation in numbers, or in shapes, in place of the names."""
    return {"kind": "numbers", "text": f"{before} {text}"}


def result(before: str, x: Any) -> Line:
    """Make a line with a number, or with an array: its shape and range, and its entries if they are few."""
    line = {"kind": "result", "text": f"{before} {described(x)}", "exact": repr(np.asarray(x).tolist())}
    if np.shape(x) and np.size(x) <= MOST_ENTRIES:
        line["entries"] = np.array2string(np.asarray(x), formatter={"all": number}, separator="  ")
    return line


def d(variable: str, by: str) -> str:
    """Write a derivative that does not break over lines."""
    return f"d\N{NO-BREAK SPACE}{variable}/d\N{NO-BREAK SPACE}{by}"
