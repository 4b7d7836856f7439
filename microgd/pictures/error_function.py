"""An error as a function of its weights: its argument's name, its values as floats, where it is finite."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autodiff import Value

Error = Callable[[Any], Any]
"""A function of a Value (a scalar, or two weights as a vector) that returns a scalar."""


def error_at(error: Error, weights: Any) -> float:
    """Evaluate the error as a float."""
    return float(error(Value(weights)))


def finite(errors: Any, where: str) -> np.ndarray:
    """Keep the errors that are finite; raise ValueError if there is none."""
    errors = np.asarray(errors)
    known: np.ndarray = errors[np.isfinite(errors)]
    if not known.size:
        raise ValueError(f"the error is finite nowhere {where}: choose a range in which it is")
    return known


def argument_name(error: Error) -> str:
    """Return the name of the function's argument: the name of the knob."""
    try:
        return next(iter(inspect.signature(error).parameters), "weight")
    except (TypeError, ValueError):
        return "weight"
