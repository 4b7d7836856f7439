"""Neighbours: other libraries whose objects meet a Value in one operation.

Where a Value answers the operation, their numbers become a plain array, which is a constant: see `constant`.
Where the other library computes itself, it asks the Value for plain numbers, by `__float__` or `__array__`,
and the gradient would be lost. These two ask here, by the name of the calling module, whether to refuse, and
what to write instead. NumPy's tests only look at the numbers, so they get them.
"""

from __future__ import annotations

import decimal
import numbers
import sys
from typing import Any

import numpy as np

from .active import check_readable, warn_caller

CURES = {
    "pandas": "put pandas' numbers on the left as an array: table.to_numpy() @ value",
    "polars": "put polars' numbers on the left as an array: series.to_numpy() * value",
    "sympy": "give SymPy's numbers as floats, float(x) * value; a symbol has no number",
    "matplotlib": "plot the numbers: value.data",
    "numpy.ma": "fill the masked array first: array.filled(0.0) + value",
}
"""What to write instead, by the library that asks a Value for plain numbers."""

LOST = "a Value is not converted to {what} implicitly, its gradient would be lost: {cure}"

PICKED = (
    "a plain array cannot be indexed by the integers of an argument while a function is compiled: pass the "
    "array as an argument too, or write Value(array)[integers]"
)
"""The message for `array[labels]`, where the labels are traced."""


def array_for_caller(value: Any) -> np.ndarray:
    """Answer `np.asarray(value)`, called from two frames up.

    SciPy's sparse matrices leave `matrix @ value` to the Value if it is an object to them. Raises TypeError
    for every library but this one and NumPy's tests.
    """
    modules = calling_modules(2)
    if _is_of(modules[0], "numpy.testing"):
        return np.asarray(value.snapshot())
    if _is_of(modules[0], "scipy.sparse"):
        unknown = np.empty((), object)
        unknown[()] = value
        return unknown
    if sys._getframe(2).f_code is np.full.__code__:  # which does not ask a Value, as other functions do
        raise TypeError(
            LOST.format(what="an array", cure="np.broadcast_to(value, shape) fills an array with it")
        )
    cure = _cure(modules) or "take .data for the numbers, or np.stack([...]) to make one Value of several"
    if not value.shape:  # np.arange(n), np.reshape(x, (n, -1))
        check_readable(value)
    if value.dtype.kind in "iu":  # array[labels] in a function that is being compiled
        raise TypeError(PICKED)
    raise TypeError(LOST.format(what="an array", cure=cure))


def refuse_float_for_caller() -> None:
    """Raise TypeError if `float(value)`, called from two frames up, is a library's way to lose the gradient.

    Polars puts a TypeError of its own in place of this one, so a RuntimeWarning names the cure as well.
    """
    modules = calling_modules(2)
    if cure := _cure(modules):
        message = LOST.format(what="a number", cure=cure)
        if _is_of(modules[0], "polars"):
            warn_caller(message)
        raise TypeError(message)


def calling_modules(depth: int) -> list[str]:
    """Name the module `depth` frames up; if it is NumPy's, also the modules from which NumPy is called."""
    frame = sys._getframe(depth + 1)
    modules = [str(frame.f_globals.get("__name__"))]
    while frame.f_back and _is_of(modules[-1], "numpy"):
        frame = frame.f_back
        modules.append(str(frame.f_globals.get("__name__")))
    return modules


def _cure(modules: list[str]) -> str:
    """What to write instead, of the outermost library that we know; else an empty text."""
    return next((CURES[name] for module in reversed(modules) for name in CURES if _is_of(module, name)), "")


def _is_of(module: str, library: str) -> bool:
    return f"{module}.".startswith(f"{library}.")


# Constants ---------------------------------------------------------------------------------------


def is_sparse(x: Any) -> bool:
    """Tell whether x is one of SciPy's sparse matrices."""
    return hasattr(type(x), "tocsr")


def constant(x: Any, name: str) -> Any:
    """Convert another library's numbers to a float or a plain array; leave what is no number.

    Raises TypeError where that would lose something (a gradient of that library, objects among the numbers)
    or cost much more than it seems to (a sparse matrix). `name` begins the message.
    """
    kind = f"{type(x).__module__.partition('.')[0]}'s {type(x).__name__}"
    if is_sparse(x):
        raise TypeError(f"{name}: {kind} with a Value has only @; x.toarray() makes it dense")
    if isinstance(x, (numbers.Real, decimal.Decimal)):
        return float(x)
    if not hasattr(x, "__array__"):
        return x
    try:
        array = np.asarray(x)
    except Exception as error:
        raise TypeError(f"{name}: {kind} does not become an array: {error}") from error
    if array.dtype == object:
        raise TypeError(
            f"{name}: expected numbers, {kind} holds objects: fill what is missing, "
            "and convert with x.astype(float)"
        )
    return array
