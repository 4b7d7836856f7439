"""One check for every number that a person hands in: a wrong one is named at once, not 200 steps later."""

from __future__ import annotations

from numbers import Real
from typing import Any


def number(name: str, given: Any, interval: str) -> float:
    """The number given, as a float; an error if it is none, or not in the interval. nan is in none.

    >>> number("momentum", 0.9, "[0, 1)")
    0.9
    >>> number("momentum", 1, "[0, 1)")
    Traceback (most recent call last):
    ValueError: momentum: expected a number in [0, 1), got 1
    """
    if not isinstance(given, Real):
        raise TypeError(f"{name}: expected a number in {interval}, got {given!r}")
    x = float(given)
    low, high = map(float, interval[1:-1].split(","))
    above = low <= x if interval[0] == "[" else low < x
    below = x <= high if interval[-1] == "]" else x < high
    if not (above and below):
        raise ValueError(f"{name}: expected a number in {interval}, got {given!r}")
    return x
