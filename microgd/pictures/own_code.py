"""The reader's own code: which expression, on which line of it, computed each Value.

A Value does not keep its place in the source. But the engine shows each new Value to the observers of the
moment (autodiff/active.py). The one that stands here, while a function is called, looks which line of the
reader's is being executed; and Python knows which part of a line an instruction belongs to (PEP 657).
"""

from __future__ import annotations

import inspect
import itertools
import linecache
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.active import observers
from .names import printable

_LIBRARIES = (
    os.path.join(os.path.dirname(os.path.dirname(__file__)), ""),
    os.path.join(os.path.dirname(np.__file__), ""),
    "<microgd.compile(",
)
MOST_LINES = 4
"""The largest number of lines that an expression is shown with."""


@dataclass(frozen=True)
class Place:
    """An expression in the reader's code: the number of its line, and the text before, of and behind it."""

    line: int
    before: str
    expression: str
    after: str


@dataclass(frozen=True)
class Call:
    """A call of a function: its result, the places of the Values that it created, its variables by name."""

    result: Any
    places: dict[Value, Place]
    names: dict[str, Any]


def call(f: Callable[[], Any]) -> Call:
    """Call a function of no arguments, and note where each Value is computed and what variables are called.

    Names are those of variables that hold Values and arrays, of the function itself and of what it calls; an
    outer name counts before an inner one. Raises TypeError if the function needs arguments.
    """
    _check_arguments(f)
    places: dict[Value, Place] = {}
    frames: dict[FrameType, None] = {}
    here, thread = sys._getframe(), threading.get_ident()

    def note(value: Value) -> None:
        if threading.get_ident() != thread:
            return
        mine = list(_frames_of_reader(here))
        frames.update(dict.fromkeys(reversed(mine)))
        if mine and (place := _place_of(mine[0])):
            places[value] = place

    observers.append(note)
    try:
        result = f()
    finally:
        observers.remove(note)
    return Call(result, places, _names_in(frames))


def _check_arguments(f: Callable[..., Any]) -> None:
    try:
        inspect.signature(f).bind()
    except TypeError:
        name = printable(getattr(f, "__name__", "f"))
        raise TypeError(
            f"play: expected a function of no arguments, got {name}{inspect.signature(f)}: give it its "
            f"arguments, as in play(lambda: {name}(...))"
        ) from None
    except ValueError:  # some built-in functions have no signature
        pass


def _frames_of_reader(end: FrameType) -> Iterator[FrameType]:
    """Yield the frames that are running outside of this package and NumPy, inner ones first, up to `end`."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame is not end:
        if not frame.f_code.co_filename.startswith(_LIBRARIES):
            yield frame
        frame = frame.f_back


def _names_in(frames: dict[FrameType, None]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for frame in frames:
        known = {name: frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals}
        for name, x in {**known, **frame.f_locals}.items():
            if isinstance(x, (Value, np.ndarray)):
                names.setdefault(name, x)
    return names


def _place_of(frame: FrameType) -> Place | None:
    """Return the expression that a frame is computing; None if its source is not known."""
    first, last, start, end = _position(frame)
    code, known = frame.f_code, frame.f_globals
    lines = [linecache.getline(code.co_filename, n, known).rstrip("\n") for n in range(first, last + 1)]
    if not lines[0]:
        return None
    before, after = _part(lines[0], 0, start), _part(lines[-1], end, None)
    text = "\n".join(lines)
    indent = text[: len(text) - len(text.lstrip())]
    rows = (
        text[len(before) : len(text) - len(after)]
        .removeprefix(indent)
        .replace(f"\n{indent}", "\n")
        .split("\n")
    )
    if len(rows) > MOST_LINES:
        rows, after = [*rows[: MOST_LINES - 1], "…"], ""
    parts = before.lstrip(), "\n".join(rows), after.rstrip()
    return Place(first, *[printable(part, longest=400) for part in parts])


def _position(frame: FrameType) -> tuple[int, int, int, int]:
    """Return the first and the last line of what a frame is computing, and its first and last column in them.

    With `python -X no_debug_ranges` the columns are not known: the whole line.
    """
    positions = itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    first, last, start, end = next(positions, (None, None, None, None))
    if first is None or last is None or start is None or end is None:
        return frame.f_lineno, frame.f_lineno, 0, sys.maxsize
    return first, last, start, end


def _part(line: str, start: int, end: int | None) -> str:
    """Cut a part out of a line; Python counts its columns in bytes of UTF-8."""
    return line.encode()[start:end].decode(errors="replace")
