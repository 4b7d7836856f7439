"""NumPy's statistics and running products: cumprod, cov, and the functions that leave out nan.

Each is composed of the tables. A nan-function puts in place of a nan what does not change the result (0 in a
sum, 1 in a product, -inf in a maximum), so no gradient flows to that entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .arithmetic import where
from .elementary import astype
from .primitive import numpy_functions
from .reduction import Axis, length, max, mean, min, prod, reduced_axes, sum
from .shape import (
    along,
    atleast_1d,
    axis_of,
    concatenate,
    index,
    ravel,
    reshape,
    shape_of,
    transpose,
)

# Running sums and products -----------------------------------------------------------------------


def cumprod(a: Any, axis: int | None = None) -> Any:
    """Multiply by the product that ends 1, 2, 4, 8 ... entries before: right to every order, at 0 as well."""
    a = ravel(a) if axis is None else atleast_1d(a)
    place = axis_of(a, 0 if axis is None else axis)
    step = 1
    while step < shape_of(a)[place]:
        head, tail = index(a, along(place, slice(step))), index(a, along(place, slice(step, None)))
        before = index(a, along(place, slice(-step)))
        a = concatenate(place, head, before * tail)
        step *= 2
    return a


def _cumulative(running: Callable[..., Any], start: float) -> Callable[..., Any]:
    def cumulative(x: Any, /, *, axis: int | None = None, include_initial: bool = False) -> Any:
        x = atleast_1d(x)
        if axis is None:
            if len(shape_of(x)) > 1:
                raise ValueError(
                    f"expected axis= for an array of {len(shape_of(x))} axes, shape {shape_of(x)}"
                )
            axis = 0
        out, place = running(x, axis), axis_of(x, axis)
        if not include_initial:
            return out
        before = np.full((*shape_of(x)[:place], 1, *shape_of(x)[place + 1 :]), start, x.dtype)
        return concatenate(place, before, out)

    return cumulative


# Without nan -------------------------------------------------------------------------------------


def _without_nan(reduce: Callable[..., Any], filling: float) -> Callable[..., Any]:
    """The function of an array in which `filling` stands for nan."""

    def of_the_others(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
        return reduce(where(np.isnan(a), filling, a), axis, keepdims=keepdims)

    return of_the_others


def _running_without_nan(running: Callable[..., Any], filling: float) -> Callable[..., Any]:
    return lambda a, axis=None: running(where(np.isnan(a), filling, a), axis)


def _extreme(reduce: Callable[..., Any], filling: float) -> Callable[..., Any]:
    """The same for a maximum or minimum, which is nan where there is nothing but nan."""

    def extreme(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
        out = reduce(where(np.isnan(a), filling, a), axis, keepdims=keepdims)
        return where(_present(a, axis, keepdims) == 0, math.nan, out)

    return extreme


def _present(a: Any, axis: Axis, keepdims: bool) -> Any:
    """Count the entries that are not nan."""
    present = np.logical_not(np.isnan(a))
    return sum(astype(present, a.dtype) if shape_of(a) else present * 1.0, axis, keepdims=keepdims)


nansum = _without_nan(sum, 0.0)


def nanmean(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return nansum(a, axis, keepdims=keepdims) / _present(a, axis, keepdims)


def _distances(a: Any, axis: Axis) -> Any:
    """The distances from the mean, 0 for nan."""
    return where(np.isnan(a), 0.0, a - nanmean(a, axis, keepdims=True))


def nanvar(a: Any, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    distance = _distances(a, axis)
    return sum(distance * distance, axis, keepdims=keepdims) / _degrees(a, axis, ddof, keepdims)


def nanstd(a: Any, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Compute the standard deviation; where all entries are equal, a kink, its slope is 0."""
    spread = length(_distances(a, axis), reduced_axes(a, axis), keepdims)
    return spread / np.sqrt(_degrees(a, axis, ddof, keepdims))


def _degrees(a: Any, axis: Axis, ddof: float, keepdims: bool) -> Any:
    """The degrees of freedom: entries less ddof; nan where there are none."""
    count = _present(a, axis, keepdims) - ddof
    return where(count > 0, count, math.nan)


def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:  # fmt: skip
    """Replace nan and the infinities, by default these by the largest floats; there the slope is 0."""
    largest = float(np.finfo(x.dtype).max)
    above, below = largest if posinf is None else posinf, -largest if neginf is None else neginf
    for mask, filling in ((np.isnan(x), nan), (x == math.inf, above), (x == -math.inf, below)):
        x = where(mask, filling, x)
    return x


# Covariance --------------------------------------------------------------------------------------


def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None,
) -> Any:  # fmt: skip
    """Compute the covariances of variables, a row each (a column each, if not rowvar)."""
    rows = _variables(m, rowvar)
    if y is not None:
        rows = concatenate(0, rows, _variables(y, rowvar))
    ddof = int(not bias) if ddof is None else ddof
    weights = _product_of_weights(fweights, aweights)
    if weights is None:
        count = shape_of(rows)[1]
        distance = rows - mean(rows, 1, keepdims=True)
        return _scalar_if_one(distance @ transpose(distance, None) / np.maximum(count - ddof, 0))
    total = sum(weights)
    distance = rows - reshape(rows @ weights, (-1, 1)) / total
    lost = ddof * (sum(weights * aweights) / total if aweights is not None else 1.0)
    return _scalar_if_one((distance * weights) @ transpose(distance, None) / np.maximum(total - lost, 0))


def _variables(m: Any, rowvar: bool) -> Any:
    """A row for each variable, in float64 as NumPy computes it."""
    if len(shape_of(m)) > 2:
        raise ValueError(f"cov: expected 2 axes at most, got shape {shape_of(m)}")
    rows = astype(m if len(shape_of(m)) == 2 else reshape(m, (1, -1)), np.dtype(float))
    return rows if rowvar or shape_of(rows)[0] == 1 else transpose(rows, None)


def _product_of_weights(fweights: Any, aweights: Any) -> Any:
    if fweights is None or aweights is None:
        return _as_floats(aweights if fweights is None else fweights)
    return _as_floats(fweights) * aweights


def _as_floats(weights: Any) -> Any:
    return weights if weights is None or hasattr(weights, "record") else np.asarray(weights, float)


def _scalar_if_one(matrix: Any) -> Any:
    return reshape(matrix, ()) if shape_of(matrix) == (1, 1) else matrix


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """Divide the covariances by both standard deviations."""
    covariance = cov(x, y, rowvar)
    if not shape_of(covariance):
        return covariance / covariance
    spread = np.sqrt(np.diagonal(covariance))
    return np.clip(covariance / reshape(spread, (-1, 1)) / spread, -1.0, 1.0)


numpy_functions.update({
    np.cumprod: cumprod, np.cov: cov, np.corrcoef: corrcoef,
    np.nansum: nansum, np.nanprod: _without_nan(prod, 1.0), np.nanmean: nanmean,
    np.nanvar: nanvar, np.nanstd: nanstd,
    np.nanmax: _extreme(max, -math.inf), np.nanmin: _extreme(min, math.inf),
    np.nancumsum: _running_without_nan(np.cumsum, 0.0), np.nancumprod: _running_without_nan(cumprod, 1.0),
    np.nan_to_num: nan_to_num,
})  # fmt: skip
if hasattr(np, "cumulative_sum"):  # since NumPy 2.1
    numpy_functions[np.cumulative_sum] = _cumulative(np.cumsum, 0.0)
    numpy_functions[np.cumulative_prod] = _cumulative(cumprod, 1.0)
