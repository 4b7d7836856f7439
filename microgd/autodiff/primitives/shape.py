"""The table of derivatives: shape. These operations rearrange entries without computing.

A gradient takes the way of the entries back: `reshape` undoes `reshape`, `scatter` and `index` are each
other's vjp. Below the table stand NumPy's functions that are a line of these.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .primitive import numpy_functions, primitive


def shape_of(a: Any) -> tuple[int, ...]:
    """Return the shape, as `np.shape` does: () of a number, that of an array or a Value, or of a list."""
    if type(a) is list or type(a) is tuple:
        return np.shape(a)
    return getattr(a, "shape", ())


def _scatter(g: Any, where: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Add g to zeros of this shape at the places that an index reads; a place read twice gets both."""
    out = np.zeros(shape, getattr(g, "dtype", float))
    if reads_no_place_twice(where):
        out[where] = g
    else:
        np.add.at(out.reshape(-1), _positions(where, shape), np.reshape(g, -1))
    return out


def _positions(where: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Number the entries that an index reads, as they lie in an array of this shape.

    With numbers `np.add.at` adds up four times as fast as with rows. The axes behind an index of integers are
    read as a whole.
    """
    parts = where if type(where) is tuple else (where,)
    are_integers = [
        type(part) is int or getattr(part, "dtype", np.dtype(bool)).kind in "iu" for part in parts
    ]
    axes = len(parts) if all(are_integers) else len(shape)
    rows = np.arange(math.prod(shape[:axes])).reshape(shape[:axes])[where]
    inner = math.prod(shape[axes:])
    return (rows.reshape(-1, 1) * inner + np.arange(inner)).reshape(-1)


def reads_no_place_twice(where: Any) -> bool:
    """Whether an index is made of slices, plain ints, None, ... and masks, not of arrays of ints."""
    parts = where if type(where) is tuple else (where,)
    return all(
        part is None or part is Ellipsis or isinstance(part, (slice, int, np.integer))
        or (isinstance(part, np.ndarray) and part.dtype == bool)
        for part in parts
    )  # fmt: skip


def _broadcast_to(a: Any, shape: tuple[int, ...]) -> np.ndarray:
    return np.full(shape, a) if type(a) is float else np.broadcast_to(a, shape)


def _concatenate(axis: int, *arrays: Any) -> np.ndarray:
    return np.concatenate(arrays, axis)


def _slice_of(index: int, axis: int, arrays: Sequence[Any]) -> tuple[slice, ...]:
    """The slice of the concatenation that array number `index` fills."""
    ends = list(itertools.accumulate((shape_of(a)[axis] for a in arrays), initial=0))
    return (slice(None),) * axis + (slice(ends[index], ends[index + 1]),)


def _rule_of_concatenate(position: int) -> Any:
    if position == 0:
        return None  # the axis
    return lambda g, out, axis, *arrays: g[_slice_of(position - 1, axis, arrays)]


# fmt: off
reshape      = primitive(lambda a, shape: np.reshape(a, shape),
                         lambda g, out, a, shape: reshape(g, shape_of(a)),              name="reshape")
transpose    = primitive(lambda a, axes: np.transpose(a, axes),
                         lambda g, out, a, axes: transpose(g, inverse_of(axes)),        name="transpose")
broadcast_to = primitive(_broadcast_to,
                         lambda g, out, a, shape: g,     # unbroadcast sums it
                         name="broadcast_to")
index        = primitive(lambda a, where: a[where],
                         lambda g, out, a, where: scatter(g, where, shape_of(a)),       name="index")
scatter      = primitive(_scatter,
                         lambda g, out, a, where, shape: index(g, where),               name="scatter")
concatenate  = primitive(_concatenate, vjp_of=_rule_of_concatenate,                       name="concatenate")
# fmt: on


def inverse_of(axes: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The permutation that undoes this one; None reverses all axes and undoes itself."""
    return None if axes is None else tuple(axes.index(i) for i in range(len(axes)))


def axes_of(a: Any, axis: int | Sequence[int] | None) -> tuple[int, ...]:
    """Return an axis, axes or None (all of them) as a tuple of numbers from 0.

    >>> axes_of(np.ones((2, 3, 4)), -1)
    (2,)
    """
    ndim = len(shape_of(a))
    if axis is None:
        return tuple(range(ndim))
    return tuple(np.lib.array_utils.normalize_axis_tuple(axis, ndim))


def axis_of(a: Any, axis: int) -> int:
    return int(np.lib.array_utils.normalize_axis_index(axis, len(shape_of(a))))


# NumPy's other names for them --------------------------------------------------------------------


def _reshape(a: Any, shape: Any, order: str = "C") -> Any:
    """Read and write the entries row by row, or column by column (order "F"): transposed, that is by rows."""
    if order not in ("C", "F"):
        raise NotImplementedError(f"reshape: expected order='C' or 'F', got {order!r}")
    shape = tuple(shape) if np.ndim(shape) else (int(shape),)
    return reshape(a, shape) if order == "C" else transpose(reshape(transpose(a, None), shape[::-1]), None)


def _transpose(a: Any, axes: Sequence[int] | None = None) -> Any:
    return transpose(a, None if axes is None else axes_of(a, axes))


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    sources, destinations = axes_of(a, source), axes_of(a, destination)
    if len(sources) != len(destinations):
        raise ValueError(f"moveaxis: {len(sources)} axes do not go to {len(destinations)} places")
    order = [i for i in range(len(shape_of(a))) if i not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return transpose(a, tuple(order))


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    order = list(range(len(shape_of(a))))
    i, j = axis_of(a, axis1), axis_of(a, axis2)
    order[i], order[j] = j, i
    return transpose(a, tuple(order))


def _matrix_transpose(x: Any, /) -> Any:
    return swapaxes(x, -1, -2)


def squeeze(a: Any, axis: Any = None) -> Any:
    shape = shape_of(a)
    if not shape and axis in (0, -1):  # of a number NumPy takes these, too
        return a
    axes = [i for i, n in enumerate(shape) if n == 1] if axis is None else axes_of(a, axis)
    for i in axes:
        if shape[i] != 1:
            raise ValueError(f"squeeze: axis {i} of shape {shape} has {shape[i]} entries, not 1")
    return reshape(a, tuple(n for i, n in enumerate(shape) if i not in axes))


def expand_dims(a: Any, axis: Any) -> Any:
    count = len(shape_of(a)) + (1 if isinstance(axis, int) else len(axis))
    axes = np.lib.array_utils.normalize_axis_tuple(axis, count)
    rest = iter(shape_of(a))
    return reshape(a, tuple(1 if i in axes else next(rest) for i in range(count)))


def atleast_1d(a: Any) -> Any:
    return a if shape_of(a) else reshape(a, (1,))


def _concatenate_numpy(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    if axis is None:
        return concatenate(0, *(ravel(a) for a in arrays))
    return concatenate(axis_of(arrays[0], axis), *arrays)


def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    return _concatenate_numpy([expand_dims(a, axis) for a in arrays], axis)


def hstack(tup: Sequence[Any]) -> Any:
    arrays = [atleast_1d(a) for a in tup]
    return _concatenate_numpy(arrays, 0 if len(shape_of(arrays[0])) == 1 else 1)


def vstack(tup: Sequence[Any]) -> Any:
    rows = [atleast_1d(a) for a in tup]
    return _concatenate_numpy([expand_dims(a, 0) if len(shape_of(a)) == 1 else a for a in rows])


def ravel(a: Any, order: str = "C") -> Any:
    return _reshape(a, (-1,), order=order)


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """Return the index that takes `part` along one axis, and all entries along the axes before it."""
    return (slice(None),) * axis + (part,)


def flip(m: Any, axis: Any = None) -> Any:
    axes = axes_of(m, axis)
    backwards = slice(None, None, -1)
    return index(m, tuple(backwards if i in axes else slice(None) for i in range(len(shape_of(m)))))


def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    if axis is None:
        return reshape(roll(ravel(a), shift, 0), shape_of(a))
    for by, one_axis in np.broadcast(shift, axis):
        place = axis_of(a, one_axis)
        a = index(a, along(place, np.roll(np.arange(shape_of(a)[place]), by)))
    return a


def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    if axis is None:
        return repeat(ravel(a), repeats, 0)
    a = atleast_1d(a)
    place = axis_of(a, axis)
    return index(a, along(place, np.repeat(np.arange(shape_of(a)[place]), repeats)))


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    last = moveaxis(a, (axis1, axis2), (-2, -1))
    rows, columns = shape_of(last)[-2:]
    down, right = max(-offset, 0), max(offset, 0)
    along_it = np.arange(max(min(rows - down, columns - right), 0))
    return index(last, (..., along_it + down, along_it + right))


def _stand_in(a: Any) -> np.ndarray:
    """An array of the shape and dtype of a Value, without its numbers, which a traced one does not show."""
    return np.broadcast_to(np.zeros((), a.dtype), a.shape)


def full_like(a: Any, fill_value: Any, *args: Any, **options: Any) -> Any:
    """Fill an array like a with a number, a plain array, or a Value, which is then repeated."""
    if not hasattr(fill_value, "record"):
        return np.full_like(_stand_in(a), fill_value, *args, **options)
    like = np.zeros_like(a, *args, **options)
    out = broadcast_to(fill_value, like.shape)
    return out if out.dtype == like.dtype else out.astype(like.dtype)


def _of_layout(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's function of an array of which only the shape and the dtype count."""
    return lambda a, *args, **options: function(_stand_in(a), *args, **options)


for _function in (
    np.zeros_like, np.ones_like, np.empty_like,
    np.tril_indices_from, np.triu_indices_from, np.diag_indices_from,
):  # fmt: skip
    numpy_functions[_function] = _of_layout(_function)


numpy_functions.update({
    np.full_like: full_like, np.astype: lambda x, dtype, /, *, copy=True: x.astype(dtype),
    np.shape: shape_of,
    np.ndim: lambda a: len(shape_of(a)),
    np.size: lambda a, axis=None: a.size if axis is None else shape_of(a)[axis],
    np.reshape: _reshape, np.ravel: ravel,
    np.transpose: _transpose, np.matrix_transpose: _matrix_transpose,
    np.linalg.matrix_transpose: _matrix_transpose,
    np.linalg.diagonal: lambda x, /, *, offset=0: diagonal(x, offset, -2, -1),
    np.moveaxis: moveaxis, np.swapaxes: swapaxes, np.squeeze: squeeze, np.expand_dims: expand_dims,
    np.broadcast_to: lambda array, shape: broadcast_to(array, tuple(shape) if np.ndim(shape) else (shape,)),
    np.atleast_1d: atleast_1d,
    np.concatenate: _concatenate_numpy, np.stack: stack, np.hstack: hstack, np.vstack: vstack,
    np.flip: flip, np.roll: roll, np.repeat: repeat, np.diagonal: diagonal,
    np.copy: lambda a: a,
})  # fmt: skip
