"""NumPy's functions that call a function of the user for parts of an array, and put its results together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arithmetic import where
from .gather import pick
from .primitive import numpy_functions
from .shape import axis_of, expand_dims, index, moveaxis, ravel, reshape, scatter, shape_of, stack


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the function for each line along an axis; the axes of its results take the place of this one."""
    place = axis_of(arr, axis)
    lines = moveaxis(arr, place, -1)
    around = shape_of(lines)[:-1]
    if not math.prod(around):
        raise ValueError(f"apply_along_axis: there is no line along axis {axis} of shape {shape_of(arr)}")
    results = [func1d(index(lines, i), *args, **kwargs) for i in np.ndindex(around)]
    out = reshape(stack(results), (*around, *shape_of(results[0])))
    if arr.dtype == np.float32 and not shape_of(results[0]):  # numbers are Python's floats
        out = out.astype(arr.dtype)
    inner = range(len(around), len(shape_of(out)))
    return moveaxis(out, inner, [place + i for i in range(len(inner))])


def apply_over_axes(func: Callable[..., Any], a: Any, axes: int | Sequence[int]) -> Any:
    """Call func(a, axis) for one axis after the other, which stay as axes of length 1."""
    for axis in np.atleast_1d(axes):
        place = axis_of(a, int(axis))
        out = func(a, place)
        a = out if len(shape_of(out)) == len(shape_of(a)) else expand_dims(out, place)
    return a


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """Call each function for the entries where its condition holds; a further one is for all others.

    Where several hold, the last one counts. The gradient is that of the function that was called; where one
    piece ends, nothing is known of the next.
    """
    line, masks = ravel(x), _masks(x, condlist)
    if len(funclist) == len(masks) + 1:
        masks.append(np.logical_not(np.logical_or.reduce(masks)))
    if len(funclist) != len(masks):
        raise ValueError(f"piecewise: {len(masks)} conditions do not go with {len(funclist)} functions")
    out: Any = np.zeros_like(line)
    for mask, function in zip(masks, funclist, strict=True):
        if not callable(function):
            out = where(mask, function, out)
        elif mask.any():
            piece = function(pick(line, mask), *args, **kw)
            out = where(mask, scatter(piece, mask, shape_of(line)), out)
    return reshape(out, shape_of(x))


def _masks(x: Any, condlist: Any) -> list[np.ndarray]:
    """The conditions as plain masks of the flattened array."""
    are_several = isinstance(condlist, (list, tuple)) or shape_of(condlist)
    is_one = not are_several or (shape_of(x) and not shape_of(condlist[0]))
    plain = [x.data if hasattr(x, "record") else x for x in ([condlist] if is_one else condlist)]
    return [np.broadcast_to(np.asarray(mask, bool), shape_of(x)).reshape(-1) for mask in plain]


numpy_functions.update({
    np.apply_along_axis: apply_along_axis, np.apply_over_axes: apply_over_axes, np.piecewise: piecewise,
})  # fmt: skip
