"""NumPy's functions that have no gradient: those that answer in plain numbers, and those that are refused.

    DISCRETE   indices, counts, booleans, bins: they are computed from the numbers of their Values.
    REASONS    what is refused, with the reason, which the error names.

A name that this NumPy does not have is skipped. docs/numpy_functions.md lists all functions by these tables
and those of the derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Function = Callable[..., Any]


def named(names: str) -> Iterable[Function]:
    """The functions of NumPy of these names ("argmax linalg.det"), without those that are not there."""
    for name in names.split():
        function: Any = np
        for part in name.split("."):
            function = getattr(function, part, None)
        if callable(function):
            yield function


DISCRETE: set[Function] = set(
    named("""
    argmax argmin argsort argpartition argwhere nanargmax nanargmin nonzero flatnonzero count_nonzero
    searchsorted digitize lexsort bincount histogram histogram2d histogramdd histogram_bin_edges
    all any allclose isclose array_equal array_equiv isreal iscomplex isrealobj iscomplexobj isposinf isneginf
    isin unique unique_all unique_counts unique_inverse unique_values intersect1d setdiff1d setxor1d union1d
    may_share_memory shares_memory can_cast result_type min_scalar_type common_type isfortran einsum_path
    array2string array_str array_repr linalg.matrix_rank
    """)
)
"""Functions with discrete results, and bookkeeping. They return plain numbers and arrays."""

OF_STATIC_SHAPE: set[Function] = set(
    named("""
    argmax argmin argsort argpartition nanargmax nanargmin count_nonzero searchsorted digitize
    all any allclose isclose array_equal array_equiv isreal iscomplex isposinf isneginf isin
    linalg.matrix_rank
    """)
)
"""Those of them whose result has a shape that follows from shapes alone. A compiled program can hold them."""

WEIGHTED: dict[Function, int] = {np.bincount: 1, np.histogram: 4, np.histogram2d: 5, np.histogramdd: 4}
"""Those of them whose results do have a gradient, by the weights: their place among the arguments."""

COMPLEX = "it is for complex numbers, a Value is real"
IN_PLACE = (
    "it writes into an array, where the gradient would be lost; np.where and np.concatenate make a new one"
)
INTEGERS = "it is for integers"
BITS = "it takes a float apart into bits"
COUNTS_FLOATS = "it counts floats, not numbers"
DATES = "it is for dates"
FILES = "it writes a file"
TEXT = "it is for text"
COMPRESSES = "it guesses a size from the numbers; pick the entries by an index"
POLYNOMIALS = "it solves for the coefficients; np.linalg.solve does it with a matrix of np.vander"

REASONS: dict[Function, str] = {
    function: reason
    for reason, names in {
        COMPLEX: """fft.fft fft.ifft fft.fft2 fft.ifft2 fft.fftn fft.ifftn fft.rfft fft.irfft fft.rfft2
            fft.irfft2 fft.rfftn fft.irfftn fft.hfft fft.ihfft sort_complex roots""",
        IN_PLACE: "copyto place put putmask put_along_axis fill_diagonal",
        INTEGERS: """gcd lcm left_shift right_shift bitwise_left_shift bitwise_right_shift bitwise_count
            packbits unpackbits ravel_multi_index unravel_index""",
        BITS: "frexp",
        COUNTS_FLOATS: "nextafter spacing",
        DATES: "isnat busday_count busday_offset is_busday datetime_as_string",
        FILES: "save savez savez_compressed savetxt",
        COMPRESSES: "trim_zeros",
        POLYNOMIALS: "polydiv polyfit",
    }.items()
    for function in named(names)
}
"""Why a function is refused."""
