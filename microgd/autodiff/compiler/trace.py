"""Tracing: a function is called once, with Values in place of its numbers, to see what it computes.

The Values carry numbers of the right shapes, so the function runs as ever; but nobody may look at them
(`active.traced`), because the answer would hold for these numbers only. What comes back is a
`Trace`: the Values that went in and the Values that came out, which know how they were computed; and
what a reader would call things: the names of the function's own variables, and which derivatives the
walks back have found.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from ..active import TracedValueError, active, observers
from ..functional import recorded_gradients
from ..primitives.primitive import Primitive, VjpOf
from ..trees import Tree, tree_leaves
from ..value import Value, ancestors, next_number

_NUMPY, _AUTODIFF = os.path.dirname(np.__file__), os.path.dirname(os.path.dirname(__file__))
_ENGINE = tuple(
    os.path.join(_AUTODIFF, name) for name in ("value.py", "active.py", "operators.py", "primitives")
)
_LIBRARIES = (os.path.dirname(_AUTODIFF), _NUMPY)

_outputs = Primitive("outputs", lambda *outputs: 0.0, VjpOf(lambda position: None))


Place = tuple[int, tuple[int, ...], tuple[int, ...]]


def place_of(array: np.ndarray) -> Place:
    """Where an array lies: the same for another view of the same entries in the same order."""
    return array.__array_interface__["data"][0], array.shape, array.strides


class Trace(NamedTuple):
    """One recorded call."""

    inputs: list[Value]
    """What stood for the numbers of the arguments, and then the parameters from outside."""
    output: Tree
    nodes: list[Value]
    """What the outputs were computed from, oldest first."""
    outside: list[Value]
    """Those of the nodes that are no inputs, but were made before the call."""
    names: dict[Value, str]
    """What the function itself calls them."""
    array_names: dict[Place, str]
    """The same for plain arrays, by where they lie."""
    derivatives: list[tuple[Value, Value, Any]]
    """(output, variable, d output / d variable), as the walks back have found them."""


def trace(f: Callable[..., Any], args: Iterable[Any], options: dict[str, Any], inputs: list[Value]) -> Trace:
    """Call f(*args, **options), where the Values `inputs` stand for the numbers of the arguments.

    Where f computes an error from parameters that were made outside, these become inputs as well. f is
    called again, so that nobody looks at their numbers unseen, and the output is (error, [d error / d
    parameter, ...]).

    Raises TracedValueError, with the place in the source, where f looks at the numbers of inputs, and
    ValueError where it uses a Value from outside in another way.
    """
    recorded = _called(f, args, options, inputs)
    parameters = recorded.outside
    if parameters:
        _check_parameters(parameters, recorded.output)
        recorded = _called(_with_gradients(f, parameters), args, options, [*inputs, *parameters])
        _check_parameters(recorded.outside, recorded.output)
    return recorded


def _called(
    f: Callable[..., Any], args: Iterable[Any], options: dict[str, Any], inputs: list[Value]
) -> Trace:
    """What f computes in one call."""
    start = next_number()
    callers: dict[FrameType, None] = {sys._getframe(): None}
    observer = _notes_callers(callers)
    active.traced.update(inputs)
    observers.append(observer)
    try:
        with np.errstate(all="ignore"):
            output = f(*args, **options)
        _check_output(output)
        found = list(active.derivatives)
        names, array_names = _names_of_variables(filter(_has_names, reversed(list(callers))))
    except TracedValueError as error:
        raise TracedValueError(f"{_place(error)}: {error}") from None
    finally:
        observers.remove(observer)
        callers.clear()
        active.traced.difference_update(inputs)
        if not active.traced:
            active.derivatives.clear()
    _name_the_result(f, output, found, names)
    outputs = [x for x in tree_leaves(output) if isinstance(x, Value)]
    nodes = ancestors(_outputs(*outputs), start)[:0:-1] if outputs else []
    mine = set(inputs)
    outside = [node for node in nodes if node.number < start and node not in mine]
    return Trace(inputs, output, nodes, outside, names, array_names, found)


def _check_output(output: Tree) -> None:
    """Whether it is something that a program can return."""
    for x in tree_leaves(output):
        is_array = hasattr(x, "shape") and hasattr(x, "dtype")  # of whatever library
        if not (x is None or is_array or isinstance(x, (int, float, str, bytes))):
            raise TypeError(
                f"the compiled function returned {x!r}: expected numbers and arrays, in tuples, lists and "
                "dicts. What else it returns would always be that of the first call; of a function "
                "(such as the pull of vjp) compile the function that calls it"
            )


def _check_parameters(outside: list[Value], output: Tree) -> None:
    """Whether the Values from outside are the parameters of an error."""
    is_error = isinstance(output, Value) and not output.shape
    for value in outside:
        if value.op is not None or not is_error:
            raise ValueError(
                f"the compiled function uses {value!r}, which was made outside: its number would be burnt "
                "in. Pass its number or array as an argument. Only an error, a single number that is all "
                "the function returns, may be computed from parameters, Values that you made"
            )


def _with_gradients(f: Callable[..., Any], parameters: list[Value]) -> Callable[..., Any]:
    """The function of the same arguments to (f, [df/d parameter, ...]), all of it recorded."""

    @functools.wraps(f)
    def error_and_gradients(*args: Any, **options: Any) -> tuple[Value, list[Any]]:
        error = f(*args, **options)
        gradients = recorded_gradients(error)
        active.derivatives.extend([(error, node, gradient) for node, gradient in gradients.items()])
        return error, [gradients[parameter] for parameter in parameters]

    return error_and_gradients


# What the function calls its variables -----------------------------------------------------------


def _notes_callers(callers: dict[FrameType, None]) -> Callable[[Value], None]:
    """An observer that notes the calls in which this thread makes Values, each after its own caller."""
    thread = threading.get_ident()

    def note(value: Value) -> None:
        if threading.get_ident() != thread:
            return
        frame = sys._getframe(1).f_back
        unknown = []
        while frame is not None and frame not in callers:
            if not frame.f_code.co_filename.startswith(
                _ENGINE
            ):  # called often, and without names for a reader
                unknown.append(frame)
            frame = frame.f_back
        callers.update(dict.fromkeys(reversed(unknown)))

    return note


def _has_names(frame: FrameType) -> bool:
    """Whether these are the reader's own variables: not those of this folder and NumPy, nor those of a
    comprehension, which are for one round only."""
    name, filename = frame.f_code.co_name, frame.f_code.co_filename
    return (name[0] != "<" or name == "<lambda>") and not filename.startswith((_AUTODIFF, _NUMPY))


def _names_of_variables(calls: Iterable[FrameType]) -> tuple[dict[Value, str], dict[Place, str]]:
    """What these calls, the inner ones first, named the Values and the arrays that they used.

    A caller's name for a thing replaces that of the function which made it. Parameters do not count: they
    are other people's things.
    """
    names: dict[Value, str] = {}
    arrays: dict[Place, str] = {}
    for frame in calls:
        code = frame.f_code
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        for name, x in frame.f_locals.items():
            if isinstance(x, np.ndarray):
                arrays[place_of(x)] = name
            elif isinstance(x, Value) and name not in parameters and name.isidentifier():
                names[x] = name
        for name in code.co_names:  # the globals that it uses
            if isinstance(constant := frame.f_globals.get(name), np.ndarray):
                arrays[place_of(constant)] = name
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
