"""Active transformations: which calls of `grad` and its relatives, and which traces, run in this thread.

The engine itself does not depend on them. It asks here at two places: a Value whose number leaves the graph
calls `check_readable` (tracing forbids it) or `warn_if_differentiated` (the derivative would be lost), and
each new result is shown to the `observers`, which is how the compiler learns the names of variables, and the
pages that play the lines of the reader's code.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

_INSIDE = os.path.join(os.path.dirname(os.path.dirname(__file__)), ""), "<microgd.compile("
_NUMPY = os.path.join(os.path.dirname(np.__file__), "")


class TracedValueError(TypeError):
    """Raised where Python reads a number while a function is traced for compilation."""


class Active(threading.local):
    """The state of the running transformations, separate in each thread."""

    def __init__(self) -> None:
        self.differentiated: set[Any] = set()
        """The variables of the running calls of grad and its relatives."""
        self.traced: set[Any] = set()
        """The inputs of the running traces: branching on one would specialise the program to its number."""
        self.refusals: list[TracedValueError] = []
        """The errors of the running trace. It fails with the first one, even if the function catches it."""
        self.derivatives: list[tuple[Any, Any, Any]] = []
        """While tracing: (output, variable, d output / d variable), for the comments of the program."""


active = Active()

observers: list[Callable[[Any], None]] = []
"""Functions that are shown each new result, of all threads. Empty unless a function is traced or played."""


def observed(value: Any) -> None:
    """Show a new Value to all observers."""
    for observe in observers:
        observe(value)


def is_traced(value: Any) -> bool:
    """Whether the Value depends on the input of a running trace, so that its number must not be read."""
    return bool(active.traced) and value.depends_on(active.traced)


def check_readable(value: Any) -> None:
    """Raise TracedValueError, with the place in the source, if the Value depends on the input of a trace."""
    if not is_traced(value):
        return
    names = sorted({x.name.partition("[")[0] for x in active.traced if x.name and value.depends_on({x})})
    argument = f"argument {' or '.join(names)}" if names else "the argument that decides"
    option = f" (static_argnames={(names[0] if len(names) == 1 else tuple(names))!r})" if names else ""
    error = TracedValueError(
        f"{_place_of_caller()}: the number of a traced Value was read (if, float(), .data, .item(), "
        ".backward(), a length, a shape or a mask as an index), which cannot be compiled: the program would "
        f"be right for this number only. Use np.where, or make {argument} static{option}; for gradients, "
        "grad or value_and_grad"
    )
    active.refusals.append(error)
    raise error


def _place_of_caller() -> str:
    """The file, line and text of the innermost call outside of microgd and NumPy."""
    frame = sys._getframe()
    while frame.f_back and frame.f_code.co_filename.startswith((*_INSIDE, _NUMPY)):
        frame = frame.f_back
    filename, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(filename, line, frame.f_globals).strip()
    return f"{filename}, line {line}, in {frame.f_code.co_name}" + (f": `{text}`" if text else "")


def warn_if_differentiated(value: Any) -> None:
    """Warn if a plain number is taken out of a Value while its derivative is being computed."""
    if active.differentiated and value.depends_on(active.differentiated):
        warn_caller(
            "float() takes the plain number out of a Value while its derivative is computed; the derivative "
            "of all that follows from it is lost (math.sin(x) and array[i] = x call float() too). Use "
            "np.sin(x) and np.stack; to read the number only, x.item()"
        )


def warn_caller(message: str) -> None:
    """Warn with the file and line of the code that called into this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_code.co_filename.startswith(_INSIDE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, RuntimeWarning, stacklevel=level)
