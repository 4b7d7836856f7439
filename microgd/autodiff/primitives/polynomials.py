"""NumPy's functions of polynomials, which are lines of coefficients, that of the highest power first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arithmetic import add, subtract
from .primitive import numpy_functions
from .shape import atleast_1d, concatenate, expand_dims, index, shape_of


def _length(line: Any) -> int:
    """The number of entries, where there is one axis."""
    if len(shape_of(line)) != 1:
        raise ValueError(f"expected a line of numbers, got shape {shape_of(line)}")
    return shape_of(line)[0]


def polyval(p: Any, x: Any) -> Any:
    """Evaluate the polynomial by Horner's rule."""
    out: Any = np.zeros_like(x)
    for i in range(shape_of(p)[0]):
        out = out * x + index(p, i)
    return out


def _termwise(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The function of two polynomials that adds or subtracts coefficients of equal powers."""

    def of_both(a1: Any, a2: Any) -> Any:
        a1, a2 = atleast_1d(a1), atleast_1d(a2)
        degrees = max(_length(a1), _length(a2))
        return operation(*[np.pad(a, (degrees - _length(a), 0)) for a in (a1, a2)])

    return of_both


def polymul(a1: Any, a2: Any) -> Any:
    """Multiply; NumPy drops leading zeros, which depend on the numbers: here they stay."""
    return np.convolve(a1, a2)


def poly(seq_of_zeros: Any) -> Any:
    """Multiply the factors (x - zero)."""
    out = one = np.ones(1, seq_of_zeros.dtype)
    for i in range(_length(seq_of_zeros)):
        out = np.convolve(out, concatenate(0, one, -index(seq_of_zeros, slice(i, i + 1))))
    return out


def polyder(p: Any, m: int = 1) -> Any:
    """Differentiate m times."""
    for _ in range(m):
        degree = _length(p) - 1
        p = index(p, slice(0, degree)) * np.arange(degree, 0, -1)
    return p


def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """Integrate m times, each time with its constant k."""
    constants = np.zeros(m) if k is None else atleast_1d(k)
    for i in range(m):
        constant = index(constants, slice(i, i + 1) if shape_of(constants)[0] > 1 else slice(0, 1))
        p = concatenate(0, p / np.arange(_length(p), 0, -1), constant)
    return p


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Make a row of powers of each number."""
    powers = np.arange(_length(x) if N is None else N)
    return expand_dims(x, -1) ** (powers if increasing else powers[::-1])


numpy_functions.update({
    np.polyval: polyval, np.polyadd: _termwise(add), np.polysub: _termwise(subtract), np.polymul: polymul,
    np.poly: poly, np.polyder: polyder, np.polyint: polyint, np.vander: vander,
})  # fmt: skip
