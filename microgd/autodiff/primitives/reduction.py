"""The table of derivatives: reductions, which combine the entries along some axes into one.

The gradient of a sum goes back to all its terms; that of a maximum goes to the largest entry. Below the table
stand the functions composed of these: the mean, the variance, the product and others. `axis` is always a
tuple of axes counted from 0 (see `axes_of`); `keepdims` leaves axes of length 1.
"""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..data import FLOAT64
from .arithmetic import absolute, maximum, minimum, where
from .elementary import astype
from .evaluate import naming_errors, smallest_divisor
from .primitive import numpy_functions, primitive
from .shape import (
    along,
    atleast_1d,
    axes_of,
    axis_of,
    broadcast_to,
    concatenate,
    expand_dims,
    flip,
    index,
    ravel,
    reshape,
    shape_of,
    transpose,
)

Axis = int | Sequence[int] | None


def _back(g: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Put the reduced axes back into a gradient or an output, as axes of length 1."""
    return g if keepdims or not shape_of(g) else expand_dims(g, axis)


def _as_floats(a: Any) -> Any:
    """Convert integers to floats, because those of few bits overflow."""
    return a * 1.0 if hasattr(a, "dtype") and a.dtype.kind in "iu" else a


def _widened(a: Any) -> Any:
    """Convert integers of few bits to those in which NumPy adds and multiplies."""
    if not hasattr(a, "dtype") or a.dtype.kind not in "iu":
        return a
    return a.astype(np.result_type(a.dtype, np.uint if a.dtype.kind == "u" else np.int_))


def has_short_rows(shape: tuple[int, ...], axis: tuple[int, ...]) -> bool:
    """Whether many short rows are reduced, such as the logits of ten classes."""
    return axis == (len(shape) - 1,) and 1 < shape[-1] <= 16 and math.prod(shape) >= 1000


def _extreme(ufunc: np.ufunc) -> Callable[..., Any]:
    """Return the reduction by np.maximum or np.minimum, which find the same in any order.

    NumPy reduces short rows entry by entry. Laid out as columns they are compared in one sweep for each place
    in a row, up to twenty times as fast.
    """

    def reduce(a: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
        if not (isinstance(a, np.ndarray) and has_short_rows(a.shape, axis)):
            return ufunc.reduce(a, axis=axis, keepdims=keepdims)
        out = ufunc.reduce(np.ascontiguousarray(np.moveaxis(a, -1, 0)), 0)
        return np.expand_dims(out, -1) if keepdims else out

    return reduce


def _to_the_winner(g: Any, out: Any, a: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Give the gradient to the entry that equals the output; where k entries tie for it, g/k to each.

    It is chosen, not multiplied by 1 and 0, because 0 times an infinite gradient is nan. Where the output is
    nan no entry equals it, and 0/0 makes all gradients nan.
    """
    won = a == _back(out, axis, keepdims)
    count = reduce_sum(astype(won, getattr(a, "dtype", FLOAT64)), axis, True)
    return where(won, _back(g, axis, keepdims) / count, 0.0 / count)


def _finite_top(a: Any, axis: tuple[int, ...]) -> Any:
    """The maximum, or 0 where it is infinite. It is subtracted before exp, so that nothing overflows."""
    top = shift(a, axis, True)
    return where(np.isfinite(top), top, 0.0)


def _logsumexp(a: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    top = _finite_top(a, axis)
    out = np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True)) + top
    return out if keepdims else np.squeeze(out, axis)


def _plain_length(a: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    return np.sqrt(np.sum(a * a, axis=axis, keepdims=keepdims))


def _length(a: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Compute the root of the sum of squares; in units of the largest entry where these are out of range."""
    with np.errstate(over="ignore"):
        squares = np.add.reduce(a * a, axis, None, None, keepdims)
    smallest, largest = _range_of_squares(squares.dtype)
    if not squares.shape:
        is_in_range = smallest < squares <= largest
    else:
        is_in_range = not squares.size or (
            smallest < np.minimum.reduce(squares, None) and np.maximum.reduce(squares, None) <= largest
        )
    return np.sqrt(squares) if is_in_range else _scaled_length(a, squares, axis, keepdims)


def _scaled_length(a: Any, squares: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Compute the lengths in units of the largest entry, except where the squares are in range."""
    smallest, largest = _range_of_squares(squares.dtype)
    longest = np.max(abs(a), axis=axis, keepdims=True, initial=0.0)
    unit = np.where((longest > 0) & (longest < np.inf), longest, 1.0).astype(squares.dtype)
    scaled = unit * _plain_length(a / unit, axis, True)
    is_in_range = (smallest < squares) & (squares <= largest)
    return np.where(is_in_range, np.sqrt(squares), scaled if keepdims else np.squeeze(scaled, axis))


@functools.cache
def _range_of_squares(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The smallest number to which denormal squares are rounding errors, and the largest number."""
    limits = np.finfo(dtype if dtype.kind == "f" else FLOAT64)
    return float(limits.tiny / limits.eps), float(limits.max)


# fmt: off
reduce_sum = primitive(
    lambda a, axis, keepdims: np.add.reduce(a, axis, None, None, keepdims),
    lambda g, out, a, axis, keepdims: broadcast_to(_back(g, axis, keepdims), shape_of(a)), name="sum")
reduce_max = primitive(_extreme(np.maximum), _to_the_winner, name="max")
reduce_min = primitive(_extreme(np.minimum), _to_the_winner, name="min")
cumsum = primitive(
    lambda a, axis: np.cumsum(a, axis),
    lambda g, out, a, axis: flip(cumsum(flip(g, axis), axis), axis), name="cumsum")
# The maximum as a shift that the result does not depend on, as in the softmax: no gradient flows.
shift = primitive(_extreme(np.maximum), None, name="max")
# log(sum(e^a)) without an overflow; its gradient is the softmax.
reduce_logsumexp = primitive(_logsumexp,
    lambda g, out, a, axis, keepdims: _back(g, axis, keepdims) * softmax(a, axis), name="logsumexp")
# The Euclidean length. At the zero vector, where it has a kink, slope 0: that is a / inf. A denormal length,
# whose reciprocal may be infinite, counts as 0 there.
length = primitive(_length,
    lambda g, out, a, axis, keepdims:
        _back(g / where(out <= smallest_divisor(out), math.inf, out), axis, keepdims) * a,
    name="length", numpy=_plain_length)
# fmt: on


def reduced_axes(a: Any, axis: Axis) -> tuple[int, ...]:
    """The axes to reduce; of a number, axis 0 and -1 are none, as NumPy's ufuncs have it."""
    return () if isinstance(axis, int) and axis in (0, -1) and not shape_of(a) else axes_of(a, axis)


def sum(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return reduce_sum(a, reduced_axes(a, axis), keepdims)


def max(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return reduce_max(a, reduced_axes(a, axis), keepdims)


def min(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return reduce_min(a, reduced_axes(a, axis), keepdims)


@naming_errors
def logsumexp(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """Compute log(sum(e^a)) along axes (all by default), of numbers, arrays and Values; finite wherever a is.

    Its gradient is the softmax. NumPy has it for two numbers only, as np.logaddexp.

    >>> float(logsumexp(np.array([1000.0, 1000.0])))
    1000.6931471805599
    """
    return reduce_logsumexp(a, reduced_axes(a, axis), keepdims)


@naming_errors
def softmax(a: Any, axis: Axis = -1) -> Any:
    """Compute e^a / sum(e^a) along axes (the last one by default), of arrays and Values.

    It turns logits, one for each class, into probabilities, which add up to 1.

    >>> softmax(np.array([1000.0, 1000.0, 0.0]))
    array([0.5, 0.5, 0. ])
    """
    a = _as_floats(a)
    powers = np.exp(a - _finite_top(a, axes_of(a, axis)))  # at most 1
    return powers / np.sum(powers, axis, keepdims=True)


def in_front(a: Any, axes: tuple[int, ...]) -> Any:
    """Make one axis of these, and put it before the others."""
    rest = tuple([i for i in range(len(shape_of(a))) if i not in axes])
    return reshape(transpose(a, (*axes, *rest)), (_count(a, axes), *[shape_of(a)[i] for i in rest]))


def _count(a: Any, axis: Axis) -> int:
    return math.prod(shape_of(a)[i] for i in axes_of(a, axis))


def mean(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    count = _count(a, axis)
    return sum(a, axis, keepdims=keepdims) / count if count else sum(a, axis, keepdims=keepdims) * math.nan


def _average(a: Any, axis: Axis = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    if weights is None:
        return mean(a, axis, keepdims=keepdims)
    if isinstance(axis, int) and shape_of(weights) == (
        shape_of(a)[axis],
    ):  # one for each place along the axis
        behind = len(shape_of(a)) - 1 - axis_of(a, axis)
        weights = broadcast_to(reshape(weights, (-1,) + (1,) * behind), shape_of(a))
    if shape_of(weights) != shape_of(a):
        raise ValueError(f"average: expected weights of shape {shape_of(a)}, got {shape_of(weights)}")
    return sum(a * weights, axis, keepdims=keepdims) / sum(weights, axis, keepdims=keepdims)


def var(a: Any, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    distance = a - mean(a, axis, keepdims=True)
    return sum(distance * distance, axis, keepdims=keepdims) / builtins.max(_count(a, axis) - ddof, 0)


def std(a: Any, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    distance = a - mean(a, axis, keepdims=True)
    return length(distance, axes_of(a, axis), keepdims) / math.sqrt(builtins.max(_count(a, axis) - ddof, 0))


def prod(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """Multiply one half of the entries with the other: correct to every order, also where entries are 0."""
    a, axes = _widened(a), reduced_axes(a, axis)
    halves = in_front(a, axes)
    while (count := shape_of(halves)[0]) > 1:
        left, right = index(halves, slice(0, count // 2)), index(halves, slice(count // 2, count // 2 * 2))
        odd = index(halves, slice(count // 2 * 2, None))
        halves = left * right if count % 2 == 0 else np.concatenate([left * right, odd])
    out = index(halves, 0) if shape_of(halves)[0] else reduce_sum(halves, (0,), False) + 1.0
    return expand_dims(out, axes) if keepdims and axes else out


def _cumsum(a: Any, axis: int | None = None) -> Any:
    line = ravel(a) if axis is None else atleast_1d(a)
    return cumsum(line, axis_of(line, 0 if axis is None else axis))


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Subtract neighbours, n times; before that put a number or an array at an end."""
    if n < 0:
        raise ValueError(f"diff: expected n >= 0, got {n}")
    place = axis_of(a, axis)
    if prepend is not None:
        a = concatenate(place, _end(prepend, a, place), a)
    if append is not None:
        a = concatenate(place, a, _end(append, a, place))
    for _ in range(n):
        a = index(a, along(place, slice(1, None))) - index(a, along(place, slice(None, -1)))
    return a


def _end(x: Any, a: Any, axis: int) -> Any:
    """Make of a number an array that fits to an end of a."""
    return x if shape_of(x) else broadcast_to(x, (*shape_of(a)[:axis], 1, *shape_of(a)[axis + 1 :]))


def _ptp(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Any:
    return max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Limit the entries; at a bound the gradient is shared with it, as for a tie of maximum and minimum."""
    if (a_min is not None or a_max is not None) and (min is not None or max is not None):
        raise ValueError("clip: expected the bounds as a_min, a_max or as min=, max=, got both")
    low, high = a_min if min is None else min, a_max if max is None else max
    if low is not None:
        a = maximum(a, low)
    return a if high is None else minimum(a, high)


def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """Compute the Euclidean (Frobenius) norm; for vectors also those of order inf, -inf, 0, 1, 2 and p."""
    x, axes = _as_floats(x), axes_of(x, axis)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return length(x, axes, keepdims)
    if len(axes) == 2 and ord in (1, -1, np.inf, -np.inf):
        summed, picked = axes if abs(ord) == 1 else axes[::-1]
        sums = reduce_sum(absolute(x), (summed,), True)
        out = (reduce_max if ord > 0 else reduce_min)(sums, (picked,), True)
        return out if keepdims else np.squeeze(out, axes)
    if len(axes) != 1 or isinstance(ord, str):
        raise NotImplementedError(
            f"norm: order {ord!r} over {len(axes)} axes has no derivative rule here; "
            "expected None, 'fro', 'nuc', 1, 2 or inf for a matrix, a number for a vector"
        )
    if ord == np.inf:
        return reduce_max(absolute(x), axes, keepdims)
    if ord == -np.inf:
        return reduce_min(absolute(x), axes, keepdims)
    if ord == 0:
        return reduce_sum((x != 0) * 1.0, axes, keepdims)
    total = reduce_sum(absolute(x) ** ord, axes, keepdims)
    at_zero = ord > 0 and total == 0  # a kink, where the slope is 0 as well
    return where(at_zero, 0.0, where(at_zero, 1.0, total) ** (1.0 / ord))


numpy_functions.update({
    np.sum: sum, np.max: max, np.min: min, np.mean: mean, np.average: _average, np.var: var, np.std: std,
    np.prod: prod, np.cumsum: _cumsum, np.diff: _diff, np.clip: _clip, np.linalg.norm: norm,
    np.ptp: _ptp, np.amax: max, np.amin: min,
})  # fmt: skip
