"""NumPy's functions that put entries in other places: split, tile, insert, diag, tril, rot90 and their like.

None has a rule of its own: each is a line or two of the table in shape.py, so its derivatives of every order
follow. Where NumPy decides which entry goes where, its own function is asked about the places: `delete` picks
the entries `np.delete(np.arange(n), ...)`, `resize` those of `np.resize(np.arange(n), ...)`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arithmetic import where
from .elementary import in_precision_of
from .gather import take_along_axis
from .primitive import numpy_functions
from .shape import (
    along,
    atleast_1d,
    axes_of,
    axis_of,
    broadcast_to,
    concatenate,
    diagonal,
    expand_dims,
    flip,
    index,
    moveaxis,
    ravel,
    reshape,
    roll,
    scatter,
    shape_of,
    stack,
    swapaxes,
)

# Take apart --------------------------------------------------------------------------------------


def _splitting(places: Callable[..., list[np.ndarray]]) -> Callable[..., list[Any]]:
    """Make the function that splits an array as NumPy's function `places` splits the numbers 0, 1, 2 ..."""

    def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
        place = axis_of(ary, axis)
        parts = places(np.arange(shape_of(ary)[place]), indices_or_sections)
        ends = [(part[0], part[-1] + 1) if part.size else (0, 0) for part in parts]
        return [index(ary, along(place, slice(int(start), int(stop)))) for start, stop in ends]

    return split


split = _splitting(np.split)


def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    return split(ary, indices_or_sections, min(1, len(shape_of(ary)) - 1))


def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    if len(shape_of(ary)) < 2:
        raise ValueError(f"vsplit: expected rows, got shape {shape_of(ary)}")
    return split(ary, indices_or_sections, 0)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    place = axis_of(x, axis)
    return tuple(index(x, along(place, i)) for i in range(shape_of(x)[place]))


def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    if axis is None:
        return delete(ravel(arr), obj, 0)
    place = axis_of(arr, axis)
    return index(arr, along(place, np.delete(np.arange(shape_of(arr)[place]), obj)))


def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    if axis is None:
        return compress(condition, ravel(a), 0)
    a = atleast_1d(a)
    return index(a, along(axis_of(a, axis), np.flatnonzero(condition)))


def extract(condition: Any, arr: Any) -> Any:
    return compress(ravel(condition), arr)


# Put together ------------------------------------------------------------------------------------


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    if axis is None:
        return concatenate(0, ravel(arr), ravel(values))
    return concatenate(axis_of(arr, axis), arr, values)


def column_stack(tup: Sequence[Any]) -> Any:
    return concatenate(1, *[a if len(shape_of(a)) > 1 else reshape(a, (-1, 1)) for a in tup])


def dstack(tup: Sequence[Any]) -> Any:
    return concatenate(2, *map(_atleast_3d, tup))


def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Join the array and the values, in the array's dtype, then pick: NumPy tells in which order."""
    if axis is None:
        return insert(ravel(arr), obj, values, 0)
    place, shape = axis_of(arr, axis), shape_of(arr)
    values = reshape(values, (1,) * (len(shape) - len(shape_of(values))) + shape_of(values))
    values = in_precision_of(arr, values)
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        values = moveaxis(values, 0, place)
    numbers = np.arange(shape[place])
    places = numbers[obj] if isinstance(obj, slice) else np.asarray(obj, None if np.size(obj) else int)
    if places.dtype == bool:
        places = np.flatnonzero(places)
    count = places.size if places.size != 1 else shape_of(values)[place]
    values = broadcast_to(values, (*shape[:place], count, *shape[place + 1 :]))
    order = np.insert(numbers, places, np.arange(shape[place], shape[place] + count))
    return index(concatenate(place, arr, values), along(place, order))


def block(arrays: Any) -> Any:
    """Join the innermost lists along the last axis, those around them along the axis before, and so on."""
    depth, ndim = _depth(arrays), _most_axes(arrays)
    return _joined(arrays, -depth, max(depth, ndim))


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _most_axes(arrays: Any) -> int:
    return max(map(_most_axes, arrays)) if isinstance(arrays, list) else len(shape_of(arrays))


def _joined(arrays: Any, axis: int, ndim: int) -> Any:
    if isinstance(arrays, list):
        return concatenate(ndim + axis, *[_joined(part, axis + 1, ndim) for part in arrays])
    if axis != 0:
        raise ValueError("block: expected lists of one depth everywhere")
    return reshape(arrays, (1,) * (ndim - len(shape_of(arrays))) + shape_of(arrays))


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Take the first choice whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError(f"select: {len(condlist)} conditions do not go with {len(choicelist)} choices")
    out = default * 1.0
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        out = where(condition, choice, out)
    return out


def choose(a: Any, choices: Sequence[Any]) -> Any:
    """Take each entry from the choice of this number."""
    numbers, *parts = broadcast_arrays(a, *choices)
    return index(take_along_axis(stack(parts), expand_dims(numbers, 0), 0), 0)


# Repeat ------------------------------------------------------------------------------------------


def tile(A: Any, reps: Any) -> Any:
    """Put an axis before each axis, broadcast along it, and make one axis of the two."""
    counts = tuple(np.atleast_1d(reps).tolist())
    ndim = max(len(counts), len(shape_of(A)))
    counts = (1,) * (ndim - len(counts)) + counts
    shape = (1,) * (ndim - len(shape_of(A))) + shape_of(A)
    pairs = tuple(itertools.chain.from_iterable(zip(counts, shape, strict=True)))
    apart = tuple(itertools.chain.from_iterable((1, n) for n in shape))
    return reshape(broadcast_to(reshape(A, apart), pairs), tuple(map(math.prod, zip(counts, shape))))


def kron(a: Any, b: Any) -> Any:
    """Multiply each entry of a with all of b: axes of a and b take turns, then two become one."""
    ndim = max(len(shape_of(a)), len(shape_of(b)))
    rows = (1,) * (ndim - len(shape_of(a))) + shape_of(a)
    inner = (1,) * (ndim - len(shape_of(b))) + shape_of(b)
    left = reshape(a, tuple(itertools.chain.from_iterable((n, 1) for n in rows)))
    right = reshape(b, tuple(itertools.chain.from_iterable((1, n) for n in inner)))
    return reshape(left * right, tuple(map(math.prod, zip(rows, inner))))


def resize(a: Any, new_shape: Any) -> Any:
    if not math.prod(shape_of(a)):
        return np.zeros(new_shape)
    return index(ravel(a), np.resize(np.arange(math.prod(shape_of(a))), new_shape))


def broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    shape = np.broadcast_shapes(*map(shape_of, args))
    return tuple(broadcast_to(a, shape) for a in args)


def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: expected indexing='xy' or 'ij', got {indexing!r}")
    axes = list(range(len(xi)))
    if indexing == "xy":
        axes[:2] = axes[:2][::-1]
    grids = [reshape(x, (-1,) + (1,) * (len(xi) - 1 - axis)) for axis, x in zip(axes, xi, strict=True)]
    if sparse:
        return tuple(reshape(grid, (1,) * (len(xi) - len(shape_of(grid))) + shape_of(grid)) for grid in grids)
    return broadcast_arrays(*grids)


# Axes --------------------------------------------------------------------------------------------


def _for_each(of_one: Callable[[Any], Any]) -> Callable[..., Any]:
    """The function of several arrays, which gives a tuple of results if there is more than one."""

    def of_several(*arys: Any) -> Any:
        return of_one(arys[0]) if len(arys) == 1 else tuple(map(of_one, arys))

    return of_several


def _atleast_2d(a: Any) -> Any:
    return a if len(shape_of(a)) > 1 else reshape(a, (1, -1))


def _atleast_3d(a: Any) -> Any:
    return a if len(shape_of(a)) > 2 else expand_dims(_atleast_2d(a), -1)


def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """Move an axis before the axis `start`; len(a.shape) stands for the end."""
    place, ndim = axis_of(a, axis), len(shape_of(a))
    target = start if start == ndim else axis_of(a, start)
    return moveaxis(a, place, target - (place < target))


def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turn by k quarters: a quarter is a transpose and a flip, half a turn is two flips."""
    first, second = axes
    if axis_of(m, first) == axis_of(m, second):
        raise ValueError(f"rot90: expected two different axes, got {tuple(axes)}")
    if k % 2 == 0:
        return flip(m, (first, second)) if k % 4 else m
    return (
        swapaxes(flip(m, second), first, second) if k % 4 == 1 else flip(swapaxes(m, first, second), second)
    )


def fftshift(x: Any, axes: Any = None) -> Any:
    """Put the entry for frequency 0 into the middle: half a turn along each axis."""
    places = axes_of(x, axes)
    return roll(x, tuple(shape_of(x)[i] // 2 for i in places), places)


def ifftshift(x: Any, axes: Any = None) -> Any:
    places = axes_of(x, axes)
    return roll(x, tuple(-(shape_of(x)[i] // 2) for i in places), places)


# Diagonals and triangles -------------------------------------------------------------------------


def diag(v: Any, k: int = 0) -> Any:
    """Read the diagonal of a matrix, or write a vector on the diagonal of zeros."""
    if len(shape_of(v)) == 2:
        return diagonal(v, k)
    (count,) = shape_of(v)
    n = count + abs(k)
    start = k if k >= 0 else -k * n
    flat = scatter(v, slice(start, start + count * (n + 1), n + 1) if count else slice(0, 0), (n * n,))
    return reshape(flat, (n, n))


def tril(m: Any, k: int = 0) -> Any:
    return where(np.tri(*shape_of(m)[-2:], k=k, dtype=bool), m, 0.0)


def triu(m: Any, k: int = 0) -> Any:
    return where(np.tri(*shape_of(m)[-2:], k=k - 1, dtype=bool), 0.0, m)


numpy_functions.update({
    np.split: split, np.array_split: _splitting(np.array_split), np.hsplit: hsplit,
    np.vsplit: vsplit,
    np.dsplit: lambda ary, indices_or_sections: split(ary, indices_or_sections, 2),
    np.delete: delete, np.compress: compress, np.extract: extract,
    np.append: append, np.column_stack: column_stack, np.dstack: dstack, np.insert: insert, np.block: block,
    np.select: select, np.choose: choose,
    np.tile: tile, np.kron: kron, np.resize: resize,
    np.broadcast_arrays: broadcast_arrays, np.meshgrid: meshgrid,
    np.atleast_1d: _for_each(atleast_1d), np.atleast_2d: _for_each(_atleast_2d),
    np.atleast_3d: _for_each(_atleast_3d),
    np.rollaxis: rollaxis, np.rot90: rot90, np.fft.fftshift: fftshift, np.fft.ifftshift: ifftshift,
    np.fliplr: lambda m: flip(m, 1), np.flipud: lambda m: flip(m, 0),
    np.diag: diag, np.diagflat: lambda v, k=0: diag(ravel(v), k),
    np.tril: tril, np.triu: triu,
})  # fmt: skip
if hasattr(np, "unstack"):  # since NumPy 2.1
    numpy_functions[np.unstack] = unstack
