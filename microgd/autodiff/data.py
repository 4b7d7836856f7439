"""Data: the numbers that a Value holds, and who may write to them.

A scalar is a Python float, which NumPy would make ten times slower; everything else is an array of float64.
An array of float32 keeps its precision, the mask of a comparison keeps its booleans.

A leaf owns its array: `own` copies the given one and makes the copy read-only. `Value.data` hands out a
writable copy, and the next operation copies once more (copy on write). So the flag `writeable` says whether
other code may hold the array, and no recorded graph ever sees a change of its operands. Of a constant, an
array that is no Value, an operation keeps a copy: its owner may fill it anew before the backward pass reads
it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray
Data = float | Array
"""A Python float (or a bool, from a comparison) for a scalar; an array for everything else."""

FLOAT64 = np.dtype(np.float64)


def as_data(x: Any, name: str = "Value") -> Any:
    """Convert to a float or an array of float64; float32 and the bool of a mask stay.

    Raises TypeError for complex numbers, text, objects and masked arrays; `name` begins the message.
    """
    if type(x) is float or type(x) is bool:
        return x
    if isinstance(x, (float, int)):  # np.float64 among them: what NumPy's reductions return
        return float(x)
    if type(x) is Array and x.dtype is FLOAT64 and x.shape:  # nearly always: nothing to convert
        return x
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name}: a masked array's mask would be lost; fill it, or pick what is not masked")
    try:
        array = np.asarray(x)
    except ValueError:  # NumPy's message does not show what it was given
        raise ValueError(f"{name}: expected rows of equal length, got {_shortened(x)}") from None
    kind = array.dtype.kind
    if kind not in "fiub":
        got = {"c": "complex numbers", "U": "text", "S": "text", "O": "objects"}.get(kind, str(array.dtype))
        raise TypeError(f"{name}: expected real numbers, got {got} ({_shortened(x)})")
    if array.ndim == 0:
        return bool(array) if kind == "b" else float(array)
    return array if array.dtype in (np.float64, np.float32, np.bool) else array.astype(FLOAT64)


def is_integer(x: Any) -> bool:
    """Whether the data are whole numbers: an int, or an array of an integer dtype.

    Only the tracer (labels, row numbers) and operations like `argsort` make Values of such data, which may
    index.
    """
    return type(x) is int or (type(x) is Array and x.dtype.kind in "iu")


def as_integers(x: Any) -> Any:
    """Convert NumPy's integers to an int, and leave an array of integers; None for other data."""
    if isinstance(x, (int, np.integer)) and not isinstance(x, bool):
        return int(x)
    return x if is_integer(x) else None


OF_INTEGERS: set[Any] = set()
"""The primitives whose results are integers, to index with; order.py adds them."""


def as_result(x: Any, args: tuple[Any, ...], op: Any) -> Any:
    """Convert the result of an operation on these arguments as `as_data` does.

    Integers stay where an argument is a Value of integers, and where the operation finds places.
    """
    if getattr(x, "dtype", None) is not FLOAT64:
        integers = as_integers(x)
        if integers is not None and (op in OF_INTEGERS or any(map(_is_value_of_integers, args))):
            return integers
    return as_data(x, op.name)


def _is_value_of_integers(x: Any) -> bool:
    return hasattr(x, "record") and is_integer(x.content)


def _shortened(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 60 else text[:57] + "..."


def own(x: Any, name: str, dtype: np.dtype[Any] | None = None) -> Data:
    """Copy x for a leaf: a float, or a read-only array of this dtype (by default the differentiable one)."""
    data = as_data(x, name)
    if not isinstance(data, Array):
        return float(data)
    data = data.astype(dtype or differentiable(data.dtype))
    data.flags.writeable = False
    return data


def fitted(x: Any, name: str, shape: tuple[int, ...], advice: str) -> Any:
    """Convert x to data of this shape, or raise ValueError."""
    data = as_data(x, name)
    if np.shape(data) != shape:
        raise ValueError(f"{name}: expected shape {shape}, got {np.shape(data)}{advice}")
    return data


def filled(x: Any, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Convert x to data of this shape and dtype; a number fills an array, and 0 or None stands for zeros."""
    if x is None:
        return 0.0
    if isinstance(x, (list, Array)):
        return fitted(x, name, shape, "; or a number").astype(dtype)
    number = float(as_data(x, name))
    return np.full(shape, number, dtype) if number and shape else number


def unshared(array: Array) -> Array:
    """Return the array if it is read-only; otherwise other code may write to it: a read-only copy."""
    if not array.flags.writeable:
        return array
    array = array.copy("K")
    array.flags.writeable = False
    return array


def read_only(array: Array) -> Array:
    """A view of the array that cannot be written to."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def differentiable(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a leaf and of a gradient: float32 stays, everything else becomes float64, masks too."""
    return dtype if dtype == np.float32 else FLOAT64


def printed(data: Data) -> str:
    """Write the data as `repr` of a Value shows it."""
    if isinstance(data, Array):
        return np.array2string(data, separator=", ", prefix="Value(", threshold=20, edgeitems=2, precision=6)
    return repr(data)


# Constants ---------------------------------------------------------------------------------------


def kept(x: Any) -> Any:
    """A constant as an operation keeps it: arrays are read-only copies, in tuples and lists as well.

    A number in an array without axes becomes Python's, which does not promote float32. An array whose memory
    cannot be written to is kept itself.
    """
    if type(x) is Array or (isinstance(x, Array) and not isinstance(x, np.ma.MaskedArray)):
        if not x.ndim and x.dtype.kind in "fiu":
            return x.item()
        if not x.flags.writeable and _is_locked(x if x.base is None else x.base):
            return x
        x = x.copy("K") if x.flags.forc and type(x) is Array else _copy_of(x)
        x.flags.writeable = False
    elif type(x) is tuple or type(x) is list:
        return type(x)([kept(part) for part in x])
    return x


def _is_locked(owner: Any) -> bool:
    """Whether this is an array with memory of its own that cannot be written to."""
    return isinstance(owner, Array) and owner.flags.owndata and not owner.flags.writeable


def _copy_of(array: Array) -> Array:
    """Copy to a plain array (the * of a np.matrix differs) of the same layout in memory, repeats included.

    An array with gaps or in reverse stays so, because BLAS and NumPy sum in another order then.
    """
    once = array[tuple([slice(1) if step == 0 else slice(None) for step in array.strides])]
    copy = np.array(once, order="K") if _is_dense(once) else _copy_with_gaps(once)
    return copy if copy.shape == array.shape else np.broadcast_to(copy, array.shape)


def _is_dense(array: Array) -> bool:
    """Whether the entries lie side by side and forwards, in whatever order of axes."""
    extent = sum([(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)])
    return array.size == 0 or (extent < array.nbytes and min(array.strides, default=0) >= 0)


def _copy_with_gaps(array: Array) -> Array:
    """Copy with a gap of one entry behind each entry, or behind each row if the rows themselves have none."""
    order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    directions = tuple([slice(None, None, -1 if step < 0 else 1) for step in array.strides])
    forwards = np.asarray(array)[directions].transpose(order)
    *rows, length = forwards.shape
    if forwards.strides[-1] == array.itemsize:
        copy = np.empty([*rows, length + 1], array.dtype)[..., :length]
    else:
        copy = np.empty([*rows, 2 * length], array.dtype)[..., ::2]
    copy[...] = forwards
    return copy.transpose(np.argsort(order))[directions]
