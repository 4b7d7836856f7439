"""Tracing: a function is called once, with Values in place of its numbers, to see what it computes.

The Values carry numbers of the right shapes, so the function runs as ever; but nobody may look at them
(`value.under_trace`), because the answer would hold for these numbers only. What comes back is a
`Trace`: the Values that went in and the Values that came out, which know how they were computed; and
what a reader would call things: the names of the function's own variables, and which derivatives the
walks back have found.
"""

from __future__ import annotations

import inspect
import linecache
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from ..functional import Tree, tree_leaves
from ..primitives.primitive import Each, Primitive
from ..value import TracedValueError, Value, _next_number, ancestors, callers, derivatives, under_trace

_NUMPY, _AUTODIFF = os.path.dirname(np.__file__), os.path.dirname(os.path.dirname(__file__))
_LIBRARIES = (os.path.dirname(_AUTODIFF), _NUMPY)

_outputs = Primitive("outputs", lambda *outputs: 0.0, Each(lambda position: None))


class Trace(NamedTuple):
    """One recorded call."""

    inputs: list[Value]
    output: Tree
    nodes: list[Value]
    """What the outputs were computed from, oldest first."""
    names: dict[Value, str]
    """What the function itself calls them."""
    array_names: dict[int, str]
    """The same for plain arrays, by their id."""
    derivatives: list[tuple[Value, Value, Any]]
    """(output, variable, d output / d variable), as the walks back have found them."""


def trace(f: Callable[..., Any], args: Iterable[Any], options: dict[str, Any], inputs: list[Value]) -> Trace:
    """Call f(*args, **options), where the Values `inputs` stand for the numbers of the arguments.

    Raises TracedValueError, with the place in the source, where f looks at their numbers, and ValueError
    where it uses a Value that was made before the call.
    """
    start = _next_number()
    under_trace.update(inputs)
    callers[sys._getframe()] = None  # who calls us has no part in it
    try:
        with np.errstate(all="ignore"):
            output = f(*args, **options)
        found = list(derivatives)
        names, array_names = _names_of_variables(filter(_has_names, reversed(callers)))
    except TracedValueError as error:
        raise TracedValueError(f"{_place(error)}: {error}") from None
    finally:
        under_trace.difference_update(inputs)
        if not under_trace:
            derivatives.clear()
            callers.clear()
    nodes = _nodes_of(output, inputs, start)
    _name_the_result(f, output, found, names)
    return Trace(inputs, output, nodes, names, array_names, found)


def _nodes_of(output: Tree, inputs: list[Value], start: int) -> list[Value]:
    """What the output was computed from, oldest first."""
    outputs = [x for x in tree_leaves(output) if isinstance(x, Value)]
    nodes = ancestors(_outputs(*outputs), start)[:0:-1] if outputs else []
    mine = set(inputs)
    for node in nodes:
        if node._number < start and node not in mine:
            raise ValueError(
                f"the compiled function uses {node!r}, which was made outside: its number would be burnt in. "
                "Pass its number or array as an argument"
            )
    return nodes


# What the function calls its variables -----------------------------------------------------------


def _has_names(frame: FrameType) -> bool:
    """Whether these are the reader's own variables: not those of this folder and NumPy, nor those of a
    comprehension, which are for one round only."""
    code = frame.f_code
    return code.co_name[0] != "<" and not code.co_filename.startswith((_AUTODIFF, _NUMPY))


def _names_of_variables(calls: Iterable[FrameType]) -> tuple[dict[Value, str], dict[int, str]]:
    """What these calls, the inner ones first, named the Values and (by id) the arrays that they used.

    A caller's name for a thing replaces that of the function which made it. Parameters do not count: they
    are other people's things.
    """
    names: dict[Value, str] = {}
    arrays: dict[int, str] = {}
    for frame in calls:
        code = frame.f_code
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        for name, x in frame.f_locals.items():
            if isinstance(x, np.ndarray):
                arrays[id(x)] = name
            elif isinstance(x, Value) and name not in parameters and name.isidentifier():
                names[x] = name
        for name in code.co_names:  # the globals that it uses
            if isinstance(constant := frame.f_globals.get(name), np.ndarray):
                arrays[id(constant)] = name
    return names, arrays


def _name_the_result(f: Callable[..., Any], output: Tree, found: list[Any], names: dict[Value, str]) -> None:
    """What f returns is called like f; where f is the gradient of a function, what that returned."""
    inner = inspect.unwrap(f)
    result = found[0][0] if inner is not f and found else output
    name = getattr(inner, "__name__", "")
    if isinstance(result, Value):
        names.setdefault(result, name if name.isidentifier() else "output")


# Where a number was looked at --------------------------------------------------------------------


def _place(error: TracedValueError) -> str:
    """The file, line and text of the innermost call outside microgd (and NumPy)."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    outside = [(f, n) for f, n in frames if not f.f_code.co_filename.startswith(_LIBRARIES)]
    frame, line = (outside or frames)[-1]
    filename = frame.f_code.co_filename
    text = linecache.getline(filename, line, frame.f_globals).strip()
    return f"{filename}, line {line}, in {frame.f_code.co_name}" + (f": `{text}`" if text else "")
