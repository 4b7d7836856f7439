"""Arguments: one check for every number that a person hands in, so that a wrong one is named at once."""

from __future__ import annotations

import functools
from numbers import Real
from typing import Any

import numpy as np

Rng = np.random.Generator | int | None
"""A generator of random numbers, a seed for one, or None: different numbers each time."""


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
