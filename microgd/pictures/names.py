"""Names of Values and arrays: from a dict such as `locals()`, and as text that every picture can hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..autodiff.value import Value

LONGEST_NAME = 60


def bound_names(names: Mapping[str, Any] | None) -> dict[int, str]:
    """Map the identity of each Value and array in a dict to its first name; skip names with a leading _."""
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(f"expected names as a dict such as locals(), got {type(names).__name__}")
    labels: dict[int, str] = {}
    for name, bound in (names or {}).items():
        if isinstance(bound, (Value, np.ndarray)) and not str(name).startswith("_"):
            labels.setdefault(id(bound), str(name))
    return labels


def printable(name: str, longest: int = LONGEST_NAME) -> str:
    r"""Shorten a text that is too long, and escape characters that no picture can hold.

    >>> printable("a\0b"), len(printable(100 * "x"))
    ('a\\x00b', 60)
    """
    short = name if len(name) <= longest else f"{name[: longest - 1]}…"
    unfit = [letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in short]
    return "".join(repr(letter)[1:-1] if bad else letter for letter, bad in zip(short, unfit))
