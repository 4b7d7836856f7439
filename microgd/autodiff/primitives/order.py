"""NumPy's functions of order: sort, partition, median, quantile. They pick entries, by their rank.

Which entry has which rank is found by `argsort`, an operation of the graph whose result is integers. They
index, as `gather` does it, and have no gradient: where no two entries are equal, a small change of the
entries leaves their order as it is. The gradient of a sorted array is that array's gradient put back to where
the entries came from. Where entries are equal, the first of them counts as the smaller one: the function has
a kink there, and this is one of its slopes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data import OF_INTEGERS
from .arithmetic import maximum, where
from .elementary import astype
from .gather import take_along_axis
from .primitive import Primitive, numpy_functions
from .reduction import Axis, in_front, mean, reduce_sum
from .shape import axes_of, axis_of, expand_dims, index, ravel, reshape, shape_of

argsort = Primitive("argsort", lambda a, axis: np.argsort(a, axis, kind="stable"), (None,))
argpartition = Primitive("argpartition", lambda a, kth, axis: np.argpartition(a, kth, axis), (None,))
OF_INTEGERS.update((argsort, argpartition))


def sort(a: Any, axis: int | None = -1, kind: str | None = None, *, stable: bool | None = None) -> Any:
    """Sort along an axis; every kind of algorithm gives the same result."""
    if axis is None:
        return sort(ravel(a), 0)
    place = axis_of(a, axis)
    return take_along_axis(a, argsort(a, place), place)


def partition(a: Any, kth: int | Sequence[int], axis: int | None = -1, kind: str = "introselect") -> Any:
    if axis is None:
        return partition(ravel(a), kth, 0)
    place = axis_of(a, axis)
    return take_along_axis(a, argpartition(a, tuple(np.atleast_1d(kth).tolist()), place), place)


# Order statistics --------------------------------------------------------------------------------

_PICKING = {"inverted_cdf", "closest_observation", "lower", "higher", "nearest"}
"""The methods of a quantile that never interpolate."""


def median(a: Any, axis: Axis = None, *, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """Take the middle one of the sorted entries, or the mean of the two in the middle."""
    axes = axes_of(a, axis)
    rows = sort(in_front(a, axes), 0)
    count = shape_of(rows)[0]
    if not count:
        return mean(a, axis, keepdims=keepdims)
    middle = _row(rows, count // 2)
    if count % 2 == 0:
        middle = (_row(rows, count // 2 - 1) + middle) / 2.0
    return _reduced(_nan_where_one_is(rows, middle), a, axes, keepdims)


def quantile(
    a: Any, q: Any, axis: Axis = None, *, overwrite_input: bool = False, method: str = "linear",
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """Interpolate between the two sorted entries around rank q (n - 1), or by another method of NumPy's.

    NumPy, asked for the quantile of the ranks 0, 1, 2 ... themselves, tells between which two and where.
    """
    _check_static("quantile", q)
    axes = axes_of(a, axis)
    rows = sort(in_front(a, axes), 0)
    count = shape_of(rows)[0]
    rank = np.quantile(np.arange(float(count)), np.ravel(q), method=method)
    low, nearest = np.floor(rank).astype(int), np.floor(rank + 0.5).astype(int)
    out = index(rows, nearest)
    if method not in _PICKING:
        step = index(rows, np.minimum(low + 1, count - 1)) - index(rows, low)
        out = out + step * _for_each_row(rank - nearest, np.shape(q), rows)
    return _reduced(_nan_where_one_is(rows, out), a, axes, keepdims, np.shape(q))


def nanquantile(
    a: Any, q: Any, axis: Axis = None, *, overwrite_input: bool = False, method: str = "linear",
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """Take the quantile of the entries that are not nan, which is nan where there is none.

    How many they are depends on the data, so all sorted entries are added up with weights: 1 - |r - rank| for
    the two around the rank, 0 for the others.
    """
    _check_static("nanquantile", q)
    if method != "linear":
        raise NotImplementedError(f"nanquantile: expected method='linear', got {method!r}")
    axes = axes_of(a, axis)
    rows = expand_dims(sort(in_front(a, axes), 0), 0)  # the first axis is that of the q
    missing, dtype = np.isnan(rows), np.result_type(rows.dtype, np.float32)
    count = reduce_sum(astype(np.logical_not(missing), dtype), (1,), True)
    ranks = np.arange(shape_of(rows)[1], dtype=dtype).reshape((-1,) + (1,) * (len(shape_of(rows)) - 2))
    rank = _for_each_row(np.ravel(q), np.shape(q), rows) * maximum(count - 1.0, 0.0)
    weight = maximum(1.0 - abs(ranks - rank), 0.0)
    total = reduce_sum(where(missing | (weight == 0), 0.0, rows) * weight, (1,), True)
    return _reduced(where(count == 0, np.nan, total), a, axes, keepdims, np.shape(q))


def _check_static(name: str, q: Any) -> None:
    if hasattr(q, "record"):
        raise TypeError(f"{name}: no gradient flows through q; give the numbers, q=value.data")


def _row(rows: Any, i: int) -> Any:
    return index(rows, slice(i, i + 1))


def _for_each_row(numbers: np.ndarray, shape: tuple[int, ...], rows: Any) -> Any:
    """The numbers of all q along the first axis; a single one as a float, beside which float32 stays."""
    return numbers.reshape((-1,) + (1,) * (len(shape_of(rows)) - 1)) if shape else float(numbers[0])


def _nan_where_one_is(rows: Any, out: Any) -> Any:
    """Put nan where a nan was sorted: it is the last one."""
    return where(np.isnan(_row(rows, shape_of(rows)[0] - 1)), np.nan, out)


def _reduced(
    out: Any, a: Any, axes: tuple[int, ...], keepdims: bool, shape_of_q: tuple[int, ...] = ()
) -> Any:
    """Give the result its axes: those of q, then those of a, without the reduced ones or with length 1."""
    kept = [1 if i in axes else n for i, n in enumerate(shape_of(a)) if keepdims or i not in axes]
    return reshape(out, (*shape_of_q, *kept))


def _percent(of: Any) -> Any:
    def percentile(a: Any, q: Any, *args: Any, **options: Any) -> Any:
        _check_static("percentile", q)
        return of(a, np.true_divide(q, 100), *args, **options)

    return percentile


numpy_functions.update({
    np.sort: sort, np.partition: partition,
    np.median: median, np.quantile: quantile, np.percentile: _percent(quantile),
    np.nanquantile: nanquantile, np.nanpercentile: _percent(nanquantile),
    np.nanmedian: lambda a, axis=None, *, overwrite_input=False, keepdims=False: nanquantile(
        a, 0.5, axis, keepdims=keepdims
    ),
})  # fmt: skip
