"""`np.pad`: axis by axis, a block of new entries before and one after.

The modes edge, reflect, symmetric and wrap repeat entries: NumPy, asked to pad the numbers 0, 1, 2 ..., tells
which. The other modes compute the two blocks. In no mode is there a rule to write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .elementary import in_precision_of
from .order import median
from .primitive import numpy_functions
from .reduction import max, mean, min
from .shape import along, broadcast_to, concatenate, index, shape_of

Block = Callable[..., Any]
"""(a, axis, width, side, option) -> the block of this width on a side of a: 0 before it, 1 after it."""


def pad(array: Any, pad_width: Any, mode: str = "constant", **kwargs: Any) -> Any:
    """Pad with constants, repeated entries, ramps or statistics; the modes and options are NumPy's.

    Not there are mode="empty", a function as mode, and reflect_type="odd".
    """
    widths = _pairs(pad_width, array)
    if mode in _OF_ENTRIES:
        return _repeated(array, widths, mode, **kwargs)
    if mode not in _BLOCKS:
        expected = ", ".join(map(repr, (*_BLOCKS, *_OF_ENTRIES)))
        raise ValueError(f"pad: expected a mode of {expected}, got {mode!r}")
    option, default, block = _BLOCKS[mode]
    of_sides = _sides(kwargs.pop(option, default), array)
    if kwargs:
        raise TypeError(f"pad: mode {mode!r} takes the option {option}, got {', '.join(kwargs)}")
    for axis, (before, after) in enumerate(widths):
        if mode != "constant" and before + after and not shape_of(array)[axis]:
            raise ValueError(f"pad: axis {axis} has no entries, which mode {mode!r} needs")
        first, last = of_sides[axis]
        parts = block(array, axis, before, 0, first), array, block(array, axis, after, 1, last)
        array = concatenate(axis, *parts)
    return array


def _pairs(given: Any, array: Any) -> list[tuple[int, int]]:
    """(before, after) of each axis, from what NumPy takes for it: a number, a pair, a pair for each axis."""
    ndim = len(shape_of(array))
    if isinstance(given, dict):
        by_axis = {range(ndim)[axis]: pair for axis, pair in given.items()}
        given = [by_axis.get(axis, 0) for axis in range(ndim)]
        given = [(pair, pair) if np.ndim(pair) == 0 else pair for pair in given]
    pairs = np.broadcast_to(np.asarray(given), (ndim, 2))
    if pairs.dtype.kind not in "iu" or (pairs < 0).any():
        raise ValueError(f"pad: expected widths that are integers from 0 on, got {given!r}")
    return [(int(before), int(after)) for before, after in pairs]


def _sides(given: Any, array: Any) -> list[Any]:
    """The option for both sides of each axis, in the same forms; it may be a Value, or hold Values."""
    ndim = len(shape_of(array))
    if not isinstance(given, (tuple, list)):
        return [(given, given)] * ndim
    pairs = given if isinstance(given[0], (tuple, list)) else [given]
    pairs = [tuple(pair) * 2 if len(pair) == 1 else tuple(pair) for pair in pairs]
    return pairs * ndim if len(pairs) == 1 else pairs


_OF_ENTRIES = ("edge", "reflect", "symmetric", "wrap")


def _repeated(array: Any, widths: list[tuple[int, int]], mode: str, reflect_type: str = "even") -> Any:
    if reflect_type != "even":
        raise NotImplementedError(f"pad: expected reflect_type='even', got {reflect_type!r}")
    for axis, width in enumerate(widths):
        places: Any = np.pad(np.arange(shape_of(array)[axis]), width, mode)
        array = index(array, along(axis, places))
    return array


def _widened(column: Any, a: Any, axis: int, width: int) -> Any:
    """Repeat a column, one entry along the axis, or a number."""
    shape = shape_of(a)
    return broadcast_to(column, (*shape[:axis], width, *shape[axis + 1 :]))


def _constant(a: Any, axis: int, width: int, side: int, value: Any) -> Any:
    return in_precision_of(a, _widened(value, a, axis, width))


def _ramp(a: Any, axis: int, width: int, side: int, end: Any) -> Any:
    """Go from the end value in equal steps towards the entry at the edge, which stands in the array."""
    ndim, edge = len(shape_of(a)), slice(0, 1) if side == 0 else slice(-1, None)
    share = np.arange(width).reshape((-1,) + (1,) * (ndim - axis - 1)) / (width or 1)
    share = in_precision_of(a, share if side == 0 else np.flip(share, 0))
    return end + (index(a, along(axis, edge)) - end) * share


def _statistic(of: Callable[..., Any]) -> Block:
    def block(a: Any, axis: int, width: int, side: int, length: int | None) -> Any:
        """A statistic of the entries next to the edge, or of all."""
        length = np.minimum(length or shape_of(a)[axis], shape_of(a)[axis])
        part = slice(0, int(length)) if side == 0 else slice(-int(length), None)
        return _widened(of(index(a, along(axis, part)), axis, keepdims=True), a, axis, width)

    return block


_BLOCKS: dict[str, tuple[str, Any, Block]] = {
    "constant": ("constant_values", 0.0, _constant),
    "linear_ramp": ("end_values", 0.0, _ramp),
    "maximum": ("stat_length", None, _statistic(max)),
    "minimum": ("stat_length", None, _statistic(min)),
    "mean": ("stat_length", None, _statistic(mean)),
    "median": ("stat_length", None, _statistic(median)),
}
"""mode -> (its option, the default of it, the block)."""

numpy_functions[np.pad] = pad
