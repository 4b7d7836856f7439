"""An error as a function of its weights: its argument's name, its values as floats, where it is finite."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.data import as_data
from ..learning.arguments import function

Error = Callable[[Any], Any]
"""A function of a Value (a scalar, or two weights as a vector) that returns a scalar."""


LARGEST = 1e306
"""Larger numbers count as infinite: the arithmetic of a scale overflows."""


def error_at(error: Error, weights: Any) -> float:
    """Evaluate the error as a float; raise TypeError or ValueError if it is not a function, or no scalar."""
    found = function("error", error, "a function of the weights, such as lambda w: w ** 2")(Value(weights))
    found = found.data if isinstance(found, Value) else as_data(found, "error(weights)")
    if np.shape(found):
        raise ValueError(
            f"error(weights): expected a scalar, got shape {np.shape(found)}: reduce it (.sum())"
        )
    return float(found)


def finite(errors: Any, where: str) -> np.ndarray:
    """Replace errors that a picture cannot show by nan; raise ValueError if none is left."""
    errors = np.asarray(errors, dtype=float)
    known = np.where(abs(errors) <= LARGEST, errors, np.nan)
    if np.isnan(known).all():
        raise ValueError(f"the error is finite nowhere {where}: choose a range in which it is")
    return known


def check_span(low: float, high: float) -> None:
    """Raise TypeError or ValueError unless a picture can show the range from low to high."""
    for name, end in (("low", low), ("high", high)):
        if not isinstance(end, Real):
            raise TypeError(f"{name}: expected a number, got {end!r}")
    if not low < high:
        raise ValueError(f"expected low < high, got {low} and {high}")
    size = max(abs(low), abs(high))
    if size > LARGEST or high - low < max(1e-12 * size, 1 / LARGEST):
        raise ValueError(
            f"expected a range within {LARGEST:g} and wider than rounding errors, got {low} and {high}"
        )


def check_spans(**spans: Any) -> None:
    """Raise TypeError or ValueError unless each of these is a pair (low, high) that a picture can show."""
    for name, span in spans.items():
        if not isinstance(span, Sequence) or isinstance(span, str) or len(span) != 2:
            raise TypeError(f"{name}: expected a pair (low, high), got {span!r}")
        check_span(*span)


def argument_name(error: Error) -> str:
    """Return the name of the function's argument: the name of the knob."""
    try:
        return next(iter(inspect.signature(error).parameters), "weight")
    except (TypeError, ValueError):
        return "weight"
