"""One check for every number that a person hands in: a wrong one is named at once, not 200 steps later."""

from __future__ import annotations

from numbers import Real
from typing import Any


def number(name: str, given: Any, interval: str) -> float:
    """The number given, as a float; an error if it is not one, or not in the interval. nan is in none.

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


def whole_number(name: str, given: Any, interval: str) -> int:
    """The whole number given, as an int; an error if it is not one, or not in the interval.

    >>> whole_number("steps", 2.5, "[0, inf)")
    Traceback (most recent call last):
    ValueError: steps: expected a whole number, got 2.5
    """
    x = number(name, given, interval)
    if x % 1:
        raise ValueError(f"{name}: expected a whole number, got {given!r}")
    return int(x)
