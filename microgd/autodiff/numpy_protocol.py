"""NumPy's protocols: how NumPy's own functions work on Values.

NumPy hands a call with a Value among its arguments to the Value (`__array_ufunc__`, `__array_function__`),
which brings it here. A function in the table `numpy_functions` is recorded; a function with discrete results
returns plain arrays; every other one is refused by name, so that no gradient is lost in silence.

Arguments that say nothing (`out=None`, `where=True`, `order="K"`, a default written out) are left out before,
and `dtype=` converts the operands, for all functions at once: the tables need not know of them.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .active import is_traced
from .numpy_without_gradient import DISCRETE, OF_STATIC_SHAPE, REASONS, WEIGHTED
from .primitives import numpy_functions, reduction, shape
from .primitives.evaluate import named_error
from .primitives.questions import question_in_program

if TYPE_CHECKING:
    from .value import Value

Function = Callable[..., Any]
Options = dict[str, Any]

REDUCTIONS: dict[np.ufunc, Function] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any, np.logaddexp: reduction.logsumexp,
}  # fmt: skip
"""The reductions of a ufunc (`np.add.reduce`) for which there is a function."""

ACCUMULATIONS: dict[np.ufunc, Function] = {np.add: np.cumsum, np.multiply: np.cumprod}

SAYS_NOTHING: dict[str, tuple[Any, ...]] = {
    "out": (None,), "where": (True,), "dtype": (None,), "order": ("K",), "subok": (True, False),
    "casting": ("same_kind", "unsafe"), "keepdims": (False,), "copy": (None, True),
    "like": (None,), "device": (None, "cpu"),
}  # fmt: skip
"""What an optional argument of NumPy's may be without changing a result."""

CURES = {
    "out": "out= and in-place operations would write a Value's numbers into an array and lose the gradient; "
    "use the result: y = y + value instead of y += value",
    "where": "where= is not supported with Values; use np.where(mask, result, other)",
}
"""What to write instead of an argument that is not supported."""


# Ufuncs ------------------------------------------------------------------------------------------


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: Options) -> Any:
    """Answer `ufunc(*inputs)` and its methods reduce, accumulate and outer."""
    if method == "__call__" and not options and ufunc in numpy_functions:
        return numpy_functions[ufunc](*inputs)
    name = name_of(ufunc) + f".{method}" * (method != "__call__")
    options = meaningful(options, {})
    options.pop("order", None)  # the layout in memory, not the entries
    if "dtype" in options:
        inputs = in_dtype(name, inputs, options.pop("dtype"))
    if method == "outer":
        a, b = inputs
        return ufunc(np.reshape(a, shape.shape_of(a) + (1,) * len(shape.shape_of(b))), b, **options)
    if method == "reduce" and ufunc in REDUCTIONS:
        _refuse_options(name, options, {"axis", "keepdims"})
        return _whole_array(REDUCTIONS[ufunc], *inputs, **{"axis": 0} | options)
    if method == "accumulate" and ufunc in ACCUMULATIONS:
        _refuse_options(name, options, {"axis"})
        return _whole_array(ACCUMULATIONS[ufunc], *inputs, **{"axis": 0} | options)
    _refuse_options(name, options, set())
    if method != "__call__":
        raise TypeError(f"{name} has no derivative rule: write it with operations on whole arrays")
    if ufunc not in numpy_functions:
        raise _no_rule(ufunc)
    return numpy_functions[ufunc](*inputs)


def _whole_array(function: Function, *args: Any, **options: Any) -> Any:
    """Call NumPy's function, or one of ours that NumPy does not have."""
    known = function in DISCRETE or function in numpy_functions
    return apply_function(function, args, options) if known else function(*args, **options)


def _refuse_options(name: str, options: Options, expected: set[str]) -> None:
    """Raise TypeError for an option that is not one of the expected ones."""
    for option in sorted(options, key=list(CURES).__contains__, reverse=True):
        if option not in expected:
            raise TypeError(f"{name}: {CURES.get(option, f'{option}= is not supported with Values')}")


# Array functions ---------------------------------------------------------------------------------


def apply_function(function: Function, args: tuple[Any, ...], options: Options) -> Any:
    """Answer `function(*args, **options)` of NumPy's array functions; its errors name the call."""
    if function not in DISCRETE and function not in numpy_functions:
        raise _no_rule(function)
    try:
        return (_recorded if function in numpy_functions else _discrete)(function, args, options)
    except Exception as error:
        named = named_error(error, name_of(function), args, options)
        if named is error:
            raise
        raise named from error


def _recorded(function: Function, args: tuple[Any, ...], options: Options) -> Any:
    ours = numpy_functions[function]
    try:
        return ours(*args, **options)
    except TypeError as error:
        failed = error
    fewer = _fewer_arguments(function, ours, args, options)
    if fewer is None:
        raise failed
    return ours(*fewer[0], **fewer[1])


def _discrete(function: Function, args: tuple[Any, ...], options: Options) -> Any:
    weights = options.get("weights"), *args[WEIGHTED.get(function, len(args)) :]
    if function in WEIGHTED and any(hasattr(x, "record") for x in weights):
        raise TypeError(
            f"{name_of(function)}: the gradient of weights would be lost; give weights=weights.data for the "
            "numbers, or sum by a matrix of ones and zeros: weights @ (labels[:, None] == np.arange(count))"
        )
    if function in OF_STATIC_SHAPE and any(map(_is_traced, (*args, *options.values()))):
        return _answered_later(function, args, options)
    return function(*numbers_of(args), **numbers_of(options))


def _is_traced(x: Any) -> bool:
    return hasattr(x, "record") and is_traced(x)


def _answered_later(function: Function, args: tuple[Any, ...], options: Options) -> Any:
    """Record the call as an operation of the program that is being compiled."""
    defaults = _defaults(function)
    given = meaningful(dict(zip(defaults, args, strict=False)) | options, defaults)
    by_position = list(itertools.takewhile(lambda name: name in given, list(defaults)[: len(args)]))
    by_name = [name for name in given if name not in by_position]
    operands = [given[name] for name in (*by_position, *by_name)]
    operands = [np.asarray(x) if isinstance(x, list) else x for x in operands]
    count = 1 + max(i for i, x in enumerate(operands) if hasattr(x, "record"))  # the others are static
    return question_in_program(function, count, tuple(by_name))(*operands)


def _fewer_arguments(
    function: Function, ours: Function, args: tuple[Any, ...], options: Options
) -> tuple[tuple[Any, ...], Options] | None:
    """The arguments without those that say nothing, in the dtype that is asked for; None if that is no less.

    Raises TypeError for an option of NumPy's that ours does not have.
    """
    defaults = _defaults(function)
    given = dict(zip(defaults, args, strict=False))
    kept = meaningful(given | options, defaults)
    parameters = inspect.signature(ours).parameters
    dtype = None if "dtype" in parameters else kept.pop("dtype", None)
    if "order" not in parameters:  # the layout in memory, not the entries
        kept.pop("order", None)
    by_position = list(itertools.takewhile(lambda name: name in kept, given))
    fewer = tuple([kept.pop(name) for name in by_position]) + args[len(given) :]
    if dtype is not None:
        fewer, kept = in_dtype(name_of(function), (fewer, kept), dtype)
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        _refuse_options(name_of(function), kept, set(parameters))
    return None if len(fewer) == len(args) and kept.keys() == options.keys() else (fewer, kept)


@functools.cache
def _defaults(function: Function) -> dict[str, Any]:
    """The parameters of NumPy's function in their order, with their defaults; none if it takes `*args`."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # some built-in functions have no signature
        return {}
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return {}
    return {parameter.name: parameter.default for parameter in parameters}


# Arguments ---------------------------------------------------------------------------------------


def meaningful(options: Options, defaults: dict[str, Any]) -> Options:
    """The options without those that change nothing."""

    def changes_something(name: str, given: Any) -> bool:
        if given is defaults.get(name, inspect.Parameter.empty):
            return False
        if name == "out" and isinstance(given, tuple):
            return any(array is not None for array in given)
        is_plain = isinstance(given, (bool, np.bool, str, type(None)))
        return not (is_plain and given in SAYS_NOTHING.get(name, ()))

    return {name: given for name, given in options.items() if changes_something(name, given)}


def in_dtype(name: str, arguments: Any, dtype: Any) -> Any:
    """Convert the operands to the dtype that is asked for, in which NumPy computes."""
    dtype = np.dtype(dtype)
    if dtype not in (np.float64, np.float32):
        raise TypeError(f"{name}: dtype={dtype} has no derivative, expected float64 or float32")
    return mapped(
        lambda x: x.astype(dtype) if hasattr(x, "dtype") and x.dtype != dtype else x,
        arguments,
    )


def mapped(f: Function, x: Any) -> Any:
    """Apply f to what is in tuples, lists and dicts."""
    if isinstance(x, (tuple, list)):
        return type(x)(mapped(f, part) for part in x)
    if isinstance(x, dict):
        return {key: mapped(f, part) for key, part in x.items()}
    return f(x)


def numbers_of(x: Any) -> Any:
    """Put plain numbers in place of the Values in tuples, lists and dicts."""
    return mapped(lambda part: part.snapshot() if hasattr(part, "record") else part, x)


# Methods -----------------------------------------------------------------------------------------


def method(function: Function, doc: str) -> Callable[..., Value]:
    """Make the method of a Value that calls a function of NumPy's, with an ndarray's arguments."""
    name = function.__name__

    def of_value(self: Any, *args: Any, **options: Any) -> Any:
        return apply_function(function, (self, *args), options)

    of_value.__name__, of_value.__doc__ = name, f"{doc} See `np.{name}`."
    of_value.__signature__ = _signature_of_method(function)  # type: ignore[attr-defined]
    return of_value


def _signature_of_method(function: Function) -> inspect.Signature:
    """The parameters of NumPy's function, as `help` shows them, with self for the first."""
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    try:
        _, *others = inspect.signature(function).parameters.values()
    except ValueError:  # some built-in functions have no signature
        others = []
    return inspect.Signature([own, *others])


question: Callable[[Function, str], Callable[..., Any]] = method
"""The same for a function with discrete results, which are plain."""


# Names -------------------------------------------------------------------------------------------


def name_of(function: Function) -> str:
    """The name of a function as one writes it: np.exp, np.linalg.det."""
    name = function.__name__
    if isinstance(function, np.ufunc):  # which does not know its module
        return f"np.{name}" if getattr(np, name, None) is function else name
    return f"{function.__module__.replace('numpy', 'np', 1)}.{name}"


def _no_rule(function: Function) -> TypeError:
    name, reason = name_of(function), REASONS.get(function)
    rule = "x: g * ..." if isinstance(function, np.ufunc) else "x: the gradient in the shape of x"
    add = f"If it has a derivative, add it in one line: microgd.primitive({name}, lambda g, out, {rule}). "
    because = f": {reason}. " if reason else f". {add}"
    return TypeError(f"{name} has no derivative rule{because}If you want plain numbers, give it .data")
