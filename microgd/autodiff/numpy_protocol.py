"""NumPy's protocols: how NumPy's own functions work on Values.

NumPy hands a call with a Value among its arguments to the Value (`__array_ufunc__`, `__array_function__`),
which brings it here. A function in the table `numpy_functions` is recorded; a function with discrete results
returns plain arrays; every other one is refused by name, so that no gradient is lost in silence.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .primitives import numpy_functions, reduction, shape
from .primitives.elementary import NOT_DIFFERENTIABLE

HOW_TO_ADD = (
    "If it has a derivative, add it in one line: microgd.primitive({name}, lambda g, out, x: g * ...). "
    "If you want plain numbers, give it .data"
)

# Functions with discrete results (indices, counts, booleans). They return plain numbers and arrays.
DISCRETE = {
    np.argmax, np.argmin, np.argsort, np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted,
    np.all, np.any, np.allclose, np.isclose, np.array_equal, np.result_type, np.iscomplexobj,
    np.isrealobj, np.array2string, np.array_str, np.array_repr,
}  # fmt: skip

# The reductions of a ufunc (`np.add.reduce`) for which NumPy has a function.
REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: reduction.sum,
    np.multiply: reduction.prod,
    np.maximum: reduction.max,
    np.minimum: reduction.min,
    np.logaddexp: reduction.logsumexp,
}


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Answer `ufunc(*inputs)` and its methods reduce, accumulate and outer."""
    if method == "__call__" and not options and ufunc in numpy_functions:
        return numpy_functions[ufunc](*inputs)
    name = _name(ufunc)
    if method != "__call__":
        name += f".{method}"
    if options.get("out") is not None:
        raise TypeError(
            f"{name}: out= and in-place operations would write a Value's numbers into an array "
            "and lose the gradient; use the result: y = y + value instead of y += value"
        )
    if "where" in options:
        raise TypeError(f"{name}: where= is not supported with Values; use np.where(mask, result, other)")
    if method == "reduce" and ufunc in REDUCTIONS:
        return _reduce(ufunc, name, *inputs, **options)
    if method == "accumulate" and ufunc is np.add:
        return _accumulate(name, *inputs, **options)
    if method == "outer":
        a, b = inputs
        return ufunc(np.reshape(a, shape.shape_of(a) + (1,) * len(shape.shape_of(b))), b, **options)
    if method == "__call__" and ufunc in numpy_functions:
        raise TypeError(f"{name}: {', '.join(options)}= is not supported with Values")
    if method != "__call__":
        raise TypeError(f"{name} has no derivative rule: write it with operations on whole arrays")
    raise _no_rule(name, NOT_DIFFERENTIABLE.get(ufunc))


def _reduce(ufunc: np.ufunc, name: str, a: Any, axis: Any = 0, dtype: Any = None, **options: Any) -> Any:
    keepdims = options.pop("keepdims", False)
    if dtype is not None or options:
        raise TypeError(f"{name}: expected axis= and keepdims= only, got {', '.join(options) or 'dtype'}=")
    return REDUCTIONS[ufunc](a, axis, keepdims=keepdims)


def _accumulate(name: str, a: Any, axis: int = 0, **options: Any) -> Any:
    if options:
        raise TypeError(f"{name}: expected axis= only, got {', '.join(options)}=")
    return np.cumsum(a, axis)


def apply_function(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Answer `function(*args, **options)` of NumPy's array functions."""
    if function in DISCRETE:
        return function(*numbers_of(args), **numbers_of(options))
    if function not in numpy_functions:
        raise _no_rule(_name(function))
    ours = numpy_functions[function]
    try:
        return ours(*args, **options)
    except TypeError:
        _check_arguments(function, ours, args, options)
        raise


def _check_arguments(
    function: Callable[..., Any], ours: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    """Name the options of NumPy's function (dtype=, out=, where=) that ours does not have."""
    try:
        inspect.signature(ours).bind(*args, **options)
    except TypeError as error:
        raise TypeError(f"{_name(function)} with a Value: {error}") from None


def numbers_of(x: Any) -> Any:
    """Put plain numbers in place of the Values in tuples, lists and dicts."""
    if isinstance(x, (tuple, list)):
        return type(x)(numbers_of(part) for part in x)
    if isinstance(x, dict):
        return {key: numbers_of(part) for key, part in x.items()}
    return x.snapshot() if hasattr(x, "record") else x


def _name(function: Callable[..., Any]) -> str:
    name = function.__name__
    if isinstance(function, np.ufunc):  # which does not know its module
        return f"np.{name}" if getattr(np, name, None) is function else name
    return f"{function.__module__.replace('numpy', 'np', 1)}.{name}"


def _no_rule(name: str, why: str | None = None) -> TypeError:
    because = f": {why}" if why else ""
    return TypeError(f"{name} has no derivative rule{because}. {HOW_TO_ADD.format(name=name)}")
