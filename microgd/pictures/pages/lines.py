"""The lines of a frame and the table of numbers that they refer to.

A line has a kind (a class in the style sheet) and parts (see mathml.py). Its numbers stand in one table for
the whole page: a line holds only their keys, and the page's script writes them, in the same way as
numbers.py. When a number changes, everything that shows it can follow.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..numbers import entries
from ..own_code import Place
from .mathml import Part, Slot, slot

Line = dict[str, Any]
Frame = dict[str, Any]
"""One step of the player: `phase` (a title), `lines`, and what the page's script draws."""

MOST_ENTRIES = 2000
"""A larger array is in the table by its range only."""


class Table:
    """The numbers of a page by their keys; a slot refers to one of them."""

    def __init__(self) -> None:
        self.numbers: dict[str, Any] = {}

    def put(self, key: str, x: Any, *, brackets: bool = False) -> Slot:
        """Put a scalar or an array into the table, and return a slot that shows it."""
        self.numbers[key] = _encoded(x)
        return slot(key, brackets=brackets)


def _encoded(x: Any) -> Any:
    """Encode a number for JSON, which has no nan and no infinity; an array with its shape."""
    if not np.shape(x):
        x = np.asarray(x).item()
        return x if isinstance(x, bool) or math.isfinite(x) else str(x)
    if x.size <= MOST_ENTRIES:
        return {"shape": x.shape, "entries": [_encoded(entry) for entry in x.ravel().tolist()]}
    return {"shape": x.shape, "low": _encoded(x.min()), "high": _encoded(x.max()), "card": entries([x])}


def code(place: Place) -> Line:
    """Make a line of the reader's own code, with the expression that is meant marked in it."""
    return {"kind": "code", "line": place.line, "parts": (place.before, place.expression, place.after)}


def sentence(*parts: Part) -> Line:
    """Make a line of words."""
    return {"kind": "words", "parts": parts}


def formula(*parts: Part) -> Line:
    """Make a line with an equation in names."""
    return {"kind": "formula", "parts": parts}


def local_derivative(*parts: Part) -> Line:
    """Make a line with a local derivative."""
    return {"kind": "local", "parts": parts}


def numbers(*parts: Part) -> Line:
    """Make a line with the right side of an equation in numbers, or in shapes, in place of the names."""
    return {"kind": "numbers", "parts": parts}


def result(*parts: Part) -> Line:
    """Make a line that ends with a slot: a number, or an array with its shape, range and entries."""
    return {"kind": "result", "parts": parts}


def by_sign(number: Slot, *, positive: str, negative: str, zero: str, otherwise: str) -> Part:
    """Make a text that depends on the sign of a number; otherwise: if it is not finite."""
    choices = {"positive": positive, "negative": negative, "zero": zero, "otherwise": otherwise}
    return {"sign of": number["number"], **choices}
