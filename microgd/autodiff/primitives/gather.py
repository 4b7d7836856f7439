"""The table of derivatives: entries at places that are themselves operands.

`x[labels]` with a plain array of labels is `index`: the places are static. In a function that is being
compiled the labels are an argument, a Value of integers. They have no gradient, but the program needs them as
operands. So `gather` takes an index apart into a static pattern and the integers:

    x[:, labels]   is   gather(x, Pattern((slice, HOLE), x.shape), labels)

Its gradient is `scatter_add`, which adds up where a place is read twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .evaluate import AS_THEY_ARE
from .primitive import numpy_functions, primitive
from .shape import along, atleast_1d, axis_of, index, ravel, reshape, scatter, shape_of

HOLE = "integers"
"""Stands in a pattern for an operand."""

Slice = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Pattern:
    """The static part of an index: parts with holes, and the shape of the array that it reads.

    A slice is kept as (start, stop, step), because slices do not hash.
    """

    parts: tuple[Any, ...]
    shape: tuple[int, ...]

    def filled(self, operands: Iterable[Any]) -> Any:
        """The index with these operands in the holes."""
        rest = iter(operands)
        where = [
            next(rest) if part == HOLE else slice(*part) if type(part) is tuple else part
            for part in self.parts
        ]  # fmt: skip
        return where[0] if len(where) == 1 else tuple(where)

    def axes(self) -> list[int]:
        """For each hole the axis that its integers count."""
        rest = len(self.shape) - sum(part is not None and part is not Ellipsis for part in self.parts)
        axis, axes = 0, []
        for part in self.parts:
            axes += [axis] if part == HOLE else []
            axis += rest if part is Ellipsis else part is not None
        return axes

    def lengths(self) -> list[int]:
        """For each hole the length of this axis."""
        return [self.shape[axis] for axis in self.axes()]


AS_THEY_ARE.add(Pattern)


def _first_only(vjp: Callable[..., Any]) -> Callable[[int], Any]:
    return lambda position: vjp if position == 0 else None


# fmt: off
gather      = primitive(
    lambda a, pattern, *integers: a[pattern.filled(integers)],
    vjp_of=_first_only(lambda g, out, a, pattern, *integers: scatter_add(g, pattern, *integers)),
    name="gather")
scatter_add = primitive(
    lambda a, pattern, *integers: scatter.compute(a, pattern.filled(integers), pattern.shape),
    vjp_of=_first_only(lambda g, out, a, pattern, *integers: gather(g, pattern, *integers)),
    name="scatter_add")
# fmt: on


def pick(a: Any, where: Any) -> Any:
    """a[where], recorded: the static `index`, or `gather` where the index has a Value of integers in it."""
    parts = where if isinstance(where, tuple) else (where,)
    if not shape_of(a):
        return _of_number(a, parts)
    if not any(map(_is_operand, parts)):
        return index(a, _plain(where))
    parts = tuple([np.asarray(_plain(part)) if isinstance(part, list) else part for part in parts])
    static = [_static(part) for part in parts]
    operands = [part for part, kept in zip(parts, static, strict=True) if kept == HOLE]
    return gather(a, Pattern(tuple(static), shape_of(a)), *operands)


def _of_number(a: Any, parts: tuple[Any, ...]) -> Any:
    """Index a number: with (), ..., None and masks, as NumPy does it. A traced integer is refused, too."""
    where = tuple([0 if _is_operand(part) else _plain(part) for part in parts])
    try:
        shape = np.zeros(())[where].shape
    except IndexError:
        raise TypeError(f"{a!r} is a scalar: it has no entries to pick") from None
    return reshape(a, shape) if math.prod(shape) else index(reshape(a, (1,)), np.zeros(shape, int))


def _is_operand(part: Any) -> bool:
    return hasattr(part, "record") and part.dtype.kind in "iu"


def _static(part: Any) -> Any:
    if isinstance(part, slice):
        return part.start, part.stop, part.step
    return HOLE if _is_operand(part) or isinstance(part, np.ndarray) else _plain(part)


def _plain(where: Any) -> Any:
    """An index with the numbers of any mask Value in it."""
    if isinstance(where, tuple):
        return tuple(_plain(part) for part in where)
    if isinstance(where, list):
        return np.asarray([_plain(part) for part in where], dtype=None if where else int)
    return where.data if hasattr(where, "record") else where


# What NumPy calls by other names -----------------------------------------------------------------


def take(a: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """Pick entries along an axis; mode "wrap" counts on beyond an end, "clip" stays at the end."""
    line = ravel(a) if axis is None else atleast_1d(a)
    place = axis_of(line, 0 if axis is None else axis)
    indices = indices if hasattr(indices, "record") else np.asarray(indices)
    if mode == "wrap":
        indices = indices % shape_of(line)[place]
    elif mode == "clip":
        indices = np.clip(indices, 0, shape_of(line)[place] - 1)
    elif mode != "raise":
        raise ValueError(f"take: expected mode 'raise', 'wrap' or 'clip', got {mode!r}")
    return pick(line, along(place, indices))


def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        return take_along_axis(ravel(arr), indices, 0)
    place, shape = axis_of(arr, axis), shape_of(arr)
    if len(shape_of(indices)) != len(shape):
        raise ValueError(
            f"take_along_axis: expected indices of {len(shape)} axes, got shape {shape_of(indices)}"
        )
    grid = [np.arange(n).reshape((-1,) + (1,) * (len(shape) - 1 - i)) for i, n in enumerate(shape)]
    return pick(arr, (*grid[:place], indices, *grid[place + 1 :]))


def ix_(*args: Any) -> tuple[Any, ...]:
    """Lay each index along an axis of its own."""
    lines = [x if hasattr(x, "record") else np.ix_(x)[0] for x in args]
    return tuple([
        reshape(x, (1,) * i + (-1,) + (1,) * (len(lines) - 1 - i)) for i, x in enumerate(lines)
    ])  # fmt: skip


numpy_functions.update({np.ix_: ix_, np.take: take, np.take_along_axis: take_along_axis})
