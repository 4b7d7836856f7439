"""Operators: the names that Python and NumPy have for the primitives, as a mixin for Value.

`a @ b` is `matmul`, `a.sum()` is `reduction.sum`, `np.exp(a)` is `exp`: nothing is computed here. The
arithmetic operators and the functions of the first table are made in value.py, beside the recording.
The last part takes numbers out of the graph: a plain float, a truth value, a text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import neighbours, numpy_protocol
from .active import check_readable, warn_if_differentiated
from .data import Array, printed
from .primitives import arithmetic as ar
from .primitives import elementary, gather, linear_algebra, numpy_functions, reduction, shape

if TYPE_CHECKING:
    from .value import Value

HABITS = {
    "detach": ".data has the numbers, outside of the graph",
    "numpy": ".data has the array",
    "zero_grad": "write .grad = 0, or optimizer.zero_grad() for all parameters",
    "requires_grad": "what is wrapped in a Value gets a gradient; a plain number or array is a constant",
    "grad_fn": ".op is the primitive that computed it, .args are its arguments",
    "view": ".reshape does it",
    "permute": ".transpose does it",
}
"""Names that other libraries have, each with what to write here."""


class Operators:
    """Operators, methods and NumPy's protocols, each a name for an entry of the tables in primitives/."""

    __slots__ = ()
    __pandas_priority__ = 10_000  # `series * value` is left to the Value
    record: ClassVar[Callable[..., Any]]
    content: Any
    data: Any
    name: str
    _grad: Any

    def __matmul__(self, other: Any) -> Value:  # self @ other
        if neighbours.is_sparse(other):
            return linear_algebra.sparse_matmul(other.T, self.T).T
        return self.record(linear_algebra.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Value:  # other @ self
        if neighbours.is_sparse(other):
            return linear_algebra.sparse_matmul(other, self)
        return self.record(linear_algebra.matmul, other, self)

    def __floordiv__(self, other: Any) -> Value:  # self // other
        return self.record(elementary.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Value:  # other // self
        return self.record(elementary.floor_divide, other, self)

    def __mod__(self, other: Any) -> Value:  # self % other
        return self.record(elementary.remainder, self, other)

    def __rmod__(self, other: Any) -> Value:  # other % self
        return self.record(elementary.remainder, other, self)

    def __divmod__(self, other: Any) -> tuple[Value, Value]:  # divmod(self, other)
        return self // other, self % other

    def __pos__(self) -> Value:  # +self
        return self  # type: ignore[return-value]

    def __gt__(self, other: Any) -> Value:  # self > other
        return self.record(ar.greater, self, other)

    def __ge__(self, other: Any) -> Value:  # self >= other
        return self.record(ar.greater_equal, self, other)

    def __lt__(self, other: Any) -> Value:  # self < other
        return self.record(ar.less, self, other)

    def __le__(self, other: Any) -> Value:  # self <= other
        return self.record(ar.less_equal, self, other)

    def __eq__(self, other: Any) -> Value:  # type: ignore[override]  # self == other
        return self.record(ar.equal, self, other)

    def __ne__(self, other: Any) -> Value:  # type: ignore[override]  # self != other
        return self.record(ar.not_equal, self, other)

    def __invert__(self) -> Value:  # ~self, for masks
        return np.invert(self)  # type: ignore[return-value]

    def __and__(self, other: Any) -> Value:  # self & other, for masks
        return np.bitwise_and(self, other)

    def __or__(self, other: Any) -> Value:  # self | other, for masks
        return np.bitwise_or(self, other)

    __hash__ = object.__hash__

    # Reductions: over all entries, one axis or several

    def sum(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """Sum the entries."""
        return reduction.sum(self, axis, keepdims=keepdims)

    def mean(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """Take the arithmetic mean of the entries."""
        return reduction.mean(self, axis, keepdims=keepdims)

    def max(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """Take the largest entry; entries that tie for it share the gradient equally."""
        return reduction.max(self, axis, keepdims=keepdims)

    def min(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """Take the smallest entry; entries that tie for it share the gradient equally."""
        return reduction.min(self, axis, keepdims=keepdims)

    def logsumexp(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """Compute log(sum(e^x)) without an overflow for any x; its gradient is the softmax."""
        return reduction.logsumexp(self, axis, keepdims=keepdims)

    # Shape

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis; () for a scalar."""
        return shape.shape_of(self.content)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of entries."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the entries: float64, float32, or bool for the result of a comparison."""
        return self.content.dtype if isinstance(self.content, Array) else np.dtype(type(self.content))

    @property
    def T(self) -> Value:
        """Reverse the order of all axes."""
        return self.transpose()

    def reshape(self, *shape: Any) -> Value:
        """Arrange the entries in another shape; -1 stands for the length that remains."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)  # type: ignore[return-value]

    def transpose(self, *axes: Any) -> Value:
        """Put the axes in this order; in reverse order if none is given."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)  # type: ignore[return-value]

    def astype(self, dtype: Any) -> Value:
        """Convert to float64 or float32, a mask to 1 and 0; a scalar stays a float.

        Integers, which are arguments of a compiled function, can be converted to other integers as well.
        """
        are_integers = self.dtype.kind in "iu" and np.dtype(dtype).kind in "iu"
        if (dtype := np.dtype(dtype)) not in (np.float64, np.float32) and not are_integers:
            raise TypeError(f"astype: expected float64 or float32, got {dtype}: only these have derivatives")
        return self.record(elementary.astype, self, dtype)

    def ravel(self) -> Value:
        """Arrange all entries along one axis."""
        return self.reshape(-1)

    def __getitem__(self, where: Any) -> Value:
        """Pick an entry, a slice, or the entries at a mask or an array of integers, as in NumPy."""
        if not self.shape:
            raise TypeError(f"{self!r} is a scalar: it has no entries to pick")
        return gather.pick(self, where)

    def __setitem__(self, where: Any, new: Any) -> None:
        raise TypeError(
            "a Value cannot be assigned into: results computed from it before would not see the change. "
            "Write to .data of a leaf, or build a new Value with np.where or np.concatenate"
        )

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"{self!r} is a scalar: it has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Value]:
        return (self[i] for i in range(len(self)))

    if not TYPE_CHECKING:  # for which a name that is not there is an error

        def __getattr__(self, name: str) -> Any:
            hint = HABITS.get(name, "")
            if getattr(np, name, None) in numpy_functions:
                hint = f"np.{name}(value) does it"
            raise AttributeError(
                f"a Value has no attribute {name!r}{'; ' * bool(hint)}{hint}", name=name, obj=self
            )

    # NumPy's protocols

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Refuse np.asarray(value). For type checkers it is an array of objects, of which NumPy's reductions
        are Any: they do not take np.mean(value) for a number of NumPy's."""
        return neighbours.array_for_caller(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Answer np.exp(value), array * value and every other ufunc."""
        return numpy_protocol.apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """Answer np.sum(value), np.concatenate([value, ...]) and every other function of NumPy."""
        return numpy_protocol.apply_function(function, args, options)

    # Out of the graph: plain Python

    def item(self) -> float:
        """Return the scalar as a plain float."""
        if self.size != 1:
            raise ValueError(f"item: expected a scalar, this Value has shape {self.shape}")
        return float(self.data.item() if self.shape else self.data)

    def __float__(self) -> float:
        neighbours.refuse_float_for_caller()
        number = self.item()
        warn_if_differentiated(self)
        return number

    def __bool__(self) -> bool:
        return bool(self.data)

    def __index__(self) -> int:  # range(self), np.zeros(self), x[:self]
        if self.shape and self.dtype.kind in "iu":
            raise TypeError(neighbours.PICKED)
        check_readable(self)
        raise TypeError(
            f"{self!r} is not a whole number, for a length, a shape or an index: int(value.item()) makes one"
        )

    def __format__(self, spec: str) -> str:
        if self.shape and spec:
            return np.array2string(self.content, formatter={"all": lambda entry: format(entry, spec)})
        return format(self.content, spec)

    def __repr__(self) -> str:
        parts = [printed(self.content)]
        if self.name:
            parts.append(f"name={self.name!r}")
        if np.any(self._grad):
            parts.append(f"grad={printed(self._grad)}")
        return f"Value({', '.join(parts)})"
