"""Tracing: call a function once, with Values in place of its numbers, and record the operations it performs.

The Values carry numbers of the right shapes, so the function runs as usual; but reading one raises
TracedValueError (`active.traced`), because a branch on it would specialise the program to this number. The
result is a `Trace`: the Values that went in, those that came out, the graph between them, and names for the
reader: those of the function's own variables, and the derivatives that backward passes have computed.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from ..active import active, observers
from ..functional import recorded_gradients
from ..primitives.primitive import Primitive, VjpOf
from ..trees import Tree, tree_leaves, tree_map
from ..value import Value, ancestors, next_number
from .guard import is_static

_NUMPY, _AUTODIFF = os.path.dirname(np.__file__), os.path.dirname(os.path.dirname(__file__))
_ENGINE = {
    os.path.join(_AUTODIFF, *name)
    for name in [
        ("value.py",), ("active.py",), ("operators.py",),
        *[("primitives", name) for name in os.listdir(os.path.join(_AUTODIFF, "primitives"))],
    ]
}  # fmt: skip
"""The files whose functions create Values and have no names for a reader."""

_outputs = Primitive("outputs", lambda *outputs: 0.0, VjpOf(lambda position: None))


Place = tuple[int, tuple[int, ...], tuple[int, ...]]


def place_of(array: np.ndarray) -> Place:
    """The place of an array in memory, equal for another view of the same entries in the same order."""
    return array.__array_interface__["data"][0], array.shape, array.strides


class Trace(NamedTuple):
    """One recorded call."""

    inputs: list[Value]
    """The Values for the numbers of the arguments, then the parameters from outside."""
    output: Tree
    nodes: list[Value]
    """The ancestors of the outputs, oldest first."""
    outside: list[Value]
    """Those of the nodes that are no inputs, but were created before the call."""
    names: dict[Value, str]
    """The function's own names for them."""
    array_names: dict[Place, str]
    """The same for plain arrays, by their place in memory."""
    derivatives: list[tuple[Value, Value, Any]]
    """(output, variable, d output / d variable), from all backward passes of the call."""


def trace(f: Callable[..., Any], args: Iterable[Any], options: dict[str, Any], inputs: list[Value]) -> Trace:
    """Call f(*args, **options), where the Values `inputs` stand for the numbers of the arguments.

    Where f computes an error from parameters from outside, these become inputs as well. f is called again, so
    that reading their numbers is noticed, and the output is (error, [d error / d parameter, ...]). Data from
    outside that the second call finds changed (the next batch, random numbers) are noticed as well.

    Raises TracedValueError, with the place in the source, where f reads the number of an input, and
    ValueError where it uses a Value from outside in another way, or reads data that change.
    """
    recorded = _called(f, args, options, inputs)
    parameters = recorded.outside
    if parameters:
        _check_parameters(parameters, recorded.output)
        constants = _constants_of(recorded.output)
        recorded = _called(_with_gradients(f, parameters), args, options, [*inputs, *parameters])
        _check_parameters(recorded.outside, recorded.output)
        _check_unchanged(constants, _constants_of(recorded.output[0]))
    return recorded


def _called(
    f: Callable[..., Any], args: Iterable[Any], options: dict[str, Any], inputs: list[Value]
) -> Trace:
    """Record one call of f."""
    start = next_number()
    callers: dict[FrameType, None] = {sys._getframe(): None}
    observer = _notes_callers(callers)
    active.traced.update(inputs)
    refusals_around, active.refusals = active.refusals, []
    observers.append(observer)
    try:
        with np.errstate(all="ignore"):
            output = f(*args, **options)
        if active.refusals:  # f has caught the error, and gone another way than with numbers
            raise active.refusals[0]
        _check_output(output)
        found = list(active.derivatives)
        names, array_names = _names_of_variables(filter(_has_names, reversed(list(callers))))
    except Exception as error:
        if not active.refusals:
            raise
        refusal = active.refusals[0]  # NumPy and f may have put another error in its place
        raise refusal.with_traceback(None) from (None if error is refusal else error)
    finally:
        active.refusals = refusals_around
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
    """Raise TypeError for an output that a program cannot return."""
    for x in tree_leaves(output):
        is_array = hasattr(x, "shape") and hasattr(x, "dtype")  # of whatever library
        if not (x is None or is_array or isinstance(x, (int, float, str, bytes))):
            raise TypeError(
                f"the compiled function returned {x!r}: expected numbers and arrays, in tuples, lists and "
                "dicts. Another object would always be that of the first call; instead of returning a "
                "function (such as the pull of vjp), compile the function that calls it"
            )


def _check_parameters(outside: list[Value], output: Tree) -> None:
    """Raise ValueError unless the Values from outside are the parameters of an error."""
    is_error = isinstance(output, Value) and not output.shape
    for value in outside:
        if value.op is not None or not is_error:
            raise ValueError(
                f"the compiled function uses {value!r}, which comes from outside: its number would become a "
                "constant of the program. Pass its number or array as an argument. Only an error, a scalar "
                "that is all the function returns, may be computed from leaves from outside, its parameters"
            )


Constants = list[tuple[Primitive, tuple[Any, ...]]]
"""The operations of an error, oldest first, each with its arguments; None stands for a Value."""


def _constants_of(error: Value) -> Constants:
    """List the constants that an error is computed from."""

    def constants(node: Value) -> tuple[Any, ...]:
        pairs = zip(node.args, node.operands, strict=True)
        return tuple([None if isinstance(arg, Value) else was for arg, was in pairs])

    return [(node.op, constants(node)) for node in reversed(ancestors(error)) if node.op is not None]


def _check_unchanged(first: Constants, second: Constants) -> None:
    """Raise ValueError if two calls with the same arguments read different data."""
    if [op.name for op, _ in first] != [op.name for op, _ in second]:
        place = "it performs other operations"
    else:
        changed = [op.name for (op, a), (_, b) in zip(first, second, strict=True) if not _is_same(a, b)]
        if not changed:
            return
        place = f"another constant in {changed[0]}"
    raise ValueError(
        f"the compiled function computes something else when it is called again ({place}): it reads data "
        "from outside that change, such as the next batch or random numbers. Those of the first call would "
        "be constants of the program: pass the data (the batch, the mask) as an argument"
    )


def _is_same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_is_same, a, b))
    if isinstance(a, (np.ndarray, np.generic, float)):
        return np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
    return a is b or callable(a) or a == b  # a function may be made anew in each call


def _with_gradients(f: Callable[..., Any], parameters: list[Value]) -> Callable[..., Any]:
    """Return the function of the same arguments to (f, [df/d parameter, ...]), all of it recorded."""

    @functools.wraps(f)
    def error_and_gradients(*args: Any, **options: Any) -> tuple[Value, list[Any]]:
        error = f(*args, **options)
        gradients = recorded_gradients(error)
        active.derivatives.extend([(error, node, gradient) for node, gradient in gradients.items()])
        return error, [gradients[parameter] for parameter in parameters]

    return error_and_gradients


# The names of variables --------------------------------------------------------------------------


def _notes_callers(callers: dict[FrameType, None]) -> Callable[[Value], None]:
    """Return an observer that notes the frames in which this thread creates Values, callers first."""
    thread = threading.get_ident()

    def note(value: Value) -> None:
        if threading.get_ident() != thread:
            return
        frame = sys._getframe(1).f_back
        while frame is not None and frame.f_code.co_filename in _ENGINE:
            frame = frame.f_back
        unknown = []
        while frame is not None and frame not in callers:
            if frame.f_code.co_filename not in _ENGINE:
                unknown.append(frame)
            frame = frame.f_back
        callers.update(dict.fromkeys(reversed(unknown)))

    return note


def _has_names(frame: FrameType) -> bool:
    """Whether a frame has variables of the reader: not one of this folder or NumPy, nor a comprehension."""
    name, filename = frame.f_code.co_name, frame.f_code.co_filename
    return (name[0] != "<" or name == "<lambda>") and not filename.startswith((_AUTODIFF, _NUMPY))


def _names_of_variables(calls: Iterable[FrameType]) -> tuple[dict[Value, str], dict[Place, str]]:
    """Collect the names that these frames, inner ones first, have for Values and arrays.

    A caller's name replaces that of the function which made the Value. Parameters are skipped: they name the
    caller's values.
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
    """Name the output like f; where f is the gradient of a function, the output of that function."""
    inner = inspect.unwrap(f)
    result = found[0][0] if inner is not f and found else output
    name = getattr(inner, "__name__", "")
    if isinstance(result, Value):
        names.setdefault(result, name if name.isidentifier() else "output")


# The stand-ins for arguments -----------------------------------------------------------------------


def value_like(x: Any, name: str) -> Value:
    """Make a Value that stands for an argument of this name.

    Arrays of booleans and of integers keep their dtype: they have no gradient, and integers may index. An
    array of another library may be large, or not computed yet: a single 1 stands for all its entries, a 0 for
    integers, because that is a place on every axis.
    """
    is_theirs = not isinstance(x, (int, float, np.generic, np.ndarray))
    if is_theirs:
        one = np.zeros if x.dtype.kind in "iu" else np.ones
        value = value_like(one((1,) * len(x.shape), x.dtype), name)
        if x.shape:
            value.content = np.broadcast_to(value.content, x.shape)
        return value
    if not np.shape(x) or x.dtype.kind not in "iub":
        return Value(x, name)
    value = Value(0.0, name)
    value.content = np.array(x, order="K")
    value.content.flags.writeable = False
    return value


def with_values(
    bound: inspect.BoundArguments, inputs: list[Value], static_argnames: set[str]
) -> inspect.BoundArguments:
    """Put the Values in place of the numbers and arrays among the arguments."""
    values = iter(inputs)
    arguments = {
        name: x if name in static_argnames else tree_map(lambda x: x if is_static(x) else next(values), x)
        for name, x in bound.arguments.items()
    }
    return inspect.BoundArguments(bound.signature, arguments)


def parameter_name(parameter: Value, traced: Trace) -> str:
    """The name of a Value from outside in a program."""
    name = re.sub(r"\W", "_", parameter.name or traced.names.get(parameter, ""))
    return name if name.isidentifier() else f"parameter{name}"
