"""Arguments: one check for each kind of thing that a caller passes in, so that a wrong one is named."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.data import as_data
from ..autodiff.value import ancestors

Rng = np.random.Generator | int | None
"""A generator of random numbers, a seed for one, or None: different numbers each time."""

Error = Callable[[], Value]
"""A function without arguments that computes the error from the parameters: a scalar Value."""


# Numbers -----------------------------------------------------------------------------------------


def number(name: str, given: Any, interval: str) -> float:
    """Return the number as a float; raise TypeError or ValueError if it is none, or not in the interval.

    nan is in no interval.

    >>> number("momentum", 0.9, "[0, 1)")
    0.9
    >>> number("momentum", 1, "[0, 1)")
    Traceback (most recent call last):
    ValueError: momentum: expected a number in [0, 1), got 1
    """
    if not isinstance(given, Real):
        raise TypeError(f"{name}: expected a number in {interval}, got {given!r}")
    x, (low, high) = float(given), _bounds(interval)
    above = low <= x if interval[0] == "[" else low < x
    below = x <= high if interval[-1] == "]" else x < high
    if not (above and below):
        raise ValueError(f"{name}: expected a number in {interval}, got {given!r}")
    return x


@functools.cache
def _bounds(interval: str) -> tuple[float, float]:
    low, high = map(float, interval[1:-1].split(","))
    return low, high


def whole_number(name: str, given: Any, interval: str) -> int:
    """Return the whole number as an int; raise TypeError or ValueError if it is none, or not in the interval.

    >>> whole_number("steps", 2.5, "[0, inf)")
    Traceback (most recent call last):
    ValueError: steps: expected a whole number, got 2.5
    """
    x = number(name, given, interval)
    if x % 1:
        raise ValueError(f"{name}: expected a whole number, got {given!r}")
    return int(x)


def argument(interval: str, default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """Declare a field of a dataclass that is a number: the interval in which it must lie, and its default.

    With `whole=True` it is a whole number. `check_arguments` does the checking.
    """
    metadata = {"interval": interval, "whole": options.pop("whole", False)}
    return dataclasses.field(default=default, metadata=metadata, **options)


def check_arguments(x: Any, prefix: str = "") -> None:
    """Convert the fields of a dataclass that `argument` declares; raise TypeError or ValueError."""
    for field in dataclasses.fields(x):
        if "interval" in field.metadata:
            check = whole_number if field.metadata["whole"] else number
            checked = check(f"{prefix}{field.name}", getattr(x, field.name), field.metadata["interval"])
            object.__setattr__(x, field.name, checked)


def generator(name: str, rng: Any) -> np.random.Generator:
    """Return the generator, or the one of this seed; raise TypeError or ValueError if it is neither.

    >>> generator("rng", "zero")
    Traceback (most recent call last):
    TypeError: rng: expected a seed (a whole number from 0), a generator or None, got 'zero'
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        expected = "a seed (a whole number from 0), a generator or None"
        raise type(error)(f"{name}: expected {expected}, got {rng!r}") from None


def as_number(name: str, found: Any) -> float:
    """Return what a function of the caller found as a float; raise TypeError if it is no number."""
    try:
        return float(found)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a number, got {found!r}") from None


def real_array(name: str, given: Any) -> np.ndarray:
    """Return numbers as an array of floats; raise TypeError or ValueError if they are something else."""
    return np.asarray(as_data(given, name), dtype=float)


def float_dtype(name: str, given: Any) -> np.dtype[Any]:
    """Return float64 or float32 as a dtype; raise TypeError if it is another one."""
    try:
        dtype = np.dtype(given)
    except TypeError:
        dtype = None
    if given is None or dtype not in (np.float64, np.float32):
        raise TypeError(f"{name}: expected float64 or float32, got {given!r}")
    return dtype


# Functions ---------------------------------------------------------------------------------------


def function(name: str, given: Any, meaning: str) -> Any:
    """Return the function; raise TypeError if it is none. `meaning` says what it should be.

    >>> function("error", 0.25, "a function without arguments that computes it")
    Traceback (most recent call last):
    TypeError: error: expected a function without arguments that computes it, got 0.25
    """
    if not callable(given):
        raise TypeError(f"{name}: expected {meaning}, got {given!r}")
    return given


def error_function(given: Any) -> Error:
    """Return the error as a function; raise TypeError if it is something else, such as the error itself."""
    advice = "a function without arguments that computes it"
    if isinstance(given, Value):
        advice += " (lambda: ... makes one; the Value itself is computed once and for all)"
    found: Error = function("error", given, advice)
    return found


def check_error(output: Any) -> None:
    """Raise TypeError or ValueError if error() returned anything else than a scalar Value."""
    if not isinstance(output, Value):
        raise TypeError(
            f"error(): expected a Value, got {output!r}: compute it from the parameters, not from their .data"
        )
    if output.shape:
        raise ValueError(f"error(): expected a scalar, got shape {output.shape}: reduce it (.mean(), .sum())")


def check_dependence(output: Value, parameters: Mapping[str, Value], since: int) -> None:
    """Raise ValueError if the error does not depend on the parameters as they are now.

    Values with numbers below `since` were computed before this call of error(): from the parameters as they
    were then.
    """
    dependent = set(parameters.values())
    nodes = ancestors(output)
    if dependent.isdisjoint(nodes):
        raise ValueError(
            f"error() does not depend on any of the optimizer's parameters ({', '.join(parameters)}): "
            "nothing could be learned. Is it computed from other Values, or once and for all?"
        )
    for node in reversed(nodes):
        if not dependent.isdisjoint(arg for arg in node.args if isinstance(arg, Value)):
            dependent.add(node)
            if node.number < since:
                raise computed_before(node)


def computed_before(node: Value) -> ValueError:
    """The error to raise for a Value that error() should have computed in this call."""
    return ValueError(
        f"error(): {node!r} was computed before this call, so it does not "
        "change with the parameters: compute it anew from them inside of error()"
    )
