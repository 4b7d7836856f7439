"""Operators: the names that Python and NumPy have for the primitives, as a mixin for Value.

`a @ b` is `matmul`, `a.sum()` is `reduction.sum`, `np.exp(a)` is `exp`: nothing is computed here. The
arithmetic operators and the functions of the first table are made in value.py, beside the recording.
The last part takes numbers out of the graph: a plain float, a truth value, a text.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import neighbours, numpy_protocol
from .active import check_readable, warn_caller, warn_if_differentiated
from .data import Array, printed
from .numpy_protocol import method, question
from .primitives import arithmetic as ar
from .primitives import elementary, gather, linear_algebra, numpy_functions, reduction, shape
from .primitives.evaluate import described, named_error

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
    "sort": "np.sort(value) does it: a Value is not changed in place",
    "partition": "np.partition(value, k) does it: a Value is not changed in place",
    "fill": "write .data = a new array of this shape, on a leaf",
    "put": "np.where does it: a Value is not changed in place",
    "resize": ".reshape does it: a Value is not changed in place",
    "choose": "np.choose(value.data, choices) does it",
    "compress": "value[mask] does it",
    "flat": ".ravel() does it",
    **dict.fromkeys(
        (
            "byteswap",
            "ctypes",
            "dump",
            "dumps",
            "getfield",
            "setfield",
            "setflags",
            "tobytes",
            "tostring",
            "tofile",
            "base",
            "flags",
            "strides",
            "itemsize",
            "nbytes",
            "device",
            "to_device",
        ),
        ".data has the array, with its bytes",
    ),
}
"""Names that other libraries have, each with what to write here."""

STEP_WITHOUT_DATA = (
    "p -= ... gives the name p to a new Value: the parameter keeps its number (in a loop over parameters "
    "nothing is learnt), or the graph of every step contains the one before. Write p.data -= rate * p.grad; "
    "for a new Value on purpose, q = p - ..."
)


class Operators:
    """Operators, methods and NumPy's protocols, each a name for an entry of the tables in primitives/."""

    __slots__ = ()
    __pandas_priority__ = 10_000  # `series * value` is left to the Value
    record: ClassVar[Callable[..., Any]]
    snapshot: Callable[[], Any]
    content: Any
    data: Any
    name: str
    op: Any
    _grad: Any

    def __init_subclass__(cls) -> None:
        """Name the methods that are made from the tables, as messages show them: Value.exp."""
        for name, made in [*vars(Operators).items(), *vars(cls).items()]:
            if isinstance(made, FunctionType):
                made.__name__, made.__qualname__ = name, f"Value.{name}"

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

    def __rdivmod__(self, other: Any) -> tuple[Value, Value]:  # divmod(other, self)
        return other // self, other % self

    def __isub__(self, other: Any) -> Value:  # self -= other
        if self.op is None and type(other) is not type(self) and np.any(self._grad):
            warn_caller(STEP_WITHOUT_DATA)
        return self - other

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

    # Methods as an ndarray has them, with its arguments

    sum = method(np.sum, "Sum the entries.")
    mean = method(np.mean, "Take the arithmetic mean of the entries.")
    prod = method(np.prod, "Multiply the entries.")
    var = method(np.var, "Compute the variance of the entries.")
    std = method(np.std, "Compute the standard deviation of the entries.")
    max = method(np.max, "Take the largest entry; entries that tie for it share the gradient equally.")
    min = method(np.min, "Take the smallest entry; entries that tie for it share the gradient equally.")
    cumsum = method(np.cumsum, "Add up the entries one after the other.")
    cumprod = method(np.cumprod, "Multiply the entries one after the other.")
    clip = method(np.clip, "Limit the entries to an interval.")
    dot = method(np.dot, "Multiply matrices or vectors.")
    trace = method(np.trace, "Sum the diagonal.")
    diagonal = method(np.diagonal, "Take the diagonal.")
    take = method(np.take, "Take the entries at these places.")
    repeat = method(np.repeat, "Repeat each entry.")
    squeeze = method(np.squeeze, "Remove axes of length 1.")
    swapaxes = method(np.swapaxes, "Exchange two axes.")
    ravel = method(np.ravel, "Arrange all entries along one axis.")
    flatten = method(np.ravel, "Arrange all entries along one axis.")
    copy = method(np.copy, "Return the Value: it does not change.")
    conj = method(np.conjugate, "Return the Value: it is real.")
    conjugate = conj
    round = method(np.round, "Round each entry; no gradient flows.")
    all = question(np.all, "Whether all entries are true: a plain truth value or array.")
    any = question(np.any, "Whether any entry is true: a plain truth value or array.")
    argmax = question(np.argmax, "Find the place of the largest entry: a plain integer or array.")
    argmin = question(np.argmin, "Find the place of the smallest entry: a plain integer or array.")
    argsort = question(np.argsort, "Find the places of the entries in ascending order: a plain array.")
    argpartition = question(np.argpartition, "Find the places of the entries in a partition: a plain array.")
    nonzero = question(np.nonzero, "Find the places of the entries that are not 0: plain arrays.")
    searchsorted = question(
        np.searchsorted, "Find where numbers belong among the sorted entries: plain integers."
    )

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

    @property
    def real(self) -> Value:
        """The Value: it is real."""
        return self  # type: ignore[return-value]

    @property
    def imag(self) -> Any:
        """Zeros, a plain array: it is real."""
        return np.zeros_like(self)

    @property
    def mT(self) -> Value:
        """Exchange the last two axes."""
        return np.matrix_transpose(self)  # type: ignore[return-value]

    def reshape(self, *shape: Any, **options: Any) -> Value:
        """Arrange the entries in another shape; -1 stands for the length that remains."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **options)  # type: ignore[return-value]

    def transpose(self, *axes: Any) -> Value:
        """Put the axes in this order; in reverse order if none is given."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)  # type: ignore[return-value]

    def astype(self, dtype: Any, **options: Any) -> Any:
        """Convert to float64 or float32, a mask to 1 and 0; a scalar stays a float.

        To bool or integers, which have no gradient: a plain array, or number. Only integers, which are
        arguments of a compiled function, remain Values.
        """
        try:
            found = np.dtype(dtype)
        except TypeError:
            found = np.dtype(object)
        if found in (np.float64, np.float32) or (self.dtype.kind in "iu" and found.kind in "iu"):
            return self.record(elementary.astype, self, found)
        if found.kind not in "biu":
            raise TypeError(f"astype: expected a real dtype (float64, float32, bool, int), got {dtype!r}")
        return np.asarray(self.snapshot()).astype(found, **options)[()]

    def __getitem__(self, where: Any) -> Value:
        """Pick an entry, a slice, or the entries at a mask or an array of integers, as in NumPy."""
        try:
            return gather.pick(self, where)
        except IndexError as error:
            wrong = str(error).rpartition("): ")[2]
            raise IndexError(
                f"value[{described(where)}] of a Value of shape {self.shape}: {wrong}"
            ) from error

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
            if not hint and getattr(np, name, None) in numpy_functions:
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

    def item(self, *place: Any) -> float:
        """Return the scalar, or the entry at this place, as a plain float."""
        if self.size != 1 and not place:
            raise ValueError(f"item: expected a scalar, this Value has shape {self.shape}")
        try:
            return float(np.asarray(self.snapshot()).item(*place))
        except (IndexError, ValueError, TypeError) as error:
            raise named_error(error, f"value.item of shape {self.shape}", place) from error

    def tolist(self) -> Any:
        """Return plain numbers in nested lists; the number of a scalar."""
        return np.asarray(self.snapshot()).tolist()

    def __float__(self) -> float:
        neighbours.refuse_float_for_caller()
        number = self.item()
        warn_if_differentiated(self)
        return number

    def _rounded(self, by: Callable[[float], Any], name: str) -> Any:
        """Round the scalar to a plain number, as Python's functions do with a float."""
        if self.shape:
            raise TypeError(
                f"{name}: expected a scalar, this Value has shape {self.shape}: write np.round, np.floor, "
                "np.ceil or np.trunc of the Value, or value.astype(int)"
            )
        warn_if_differentiated(self)
        return by(self.item())

    def __int__(self) -> int:
        return self._rounded(int, "int")

    def __round__(self, digits: Any = None) -> Any:
        return self._rounded(lambda x: builtins.round(x, digits), "round")

    def __floor__(self) -> int:  # math.floor(self)
        return self._rounded(math.floor, "math.floor")

    def __ceil__(self) -> int:  # math.ceil(self)
        return self._rounded(math.ceil, "math.ceil")

    def __trunc__(self) -> int:  # math.trunc(self)
        return self._rounded(math.trunc, "math.trunc")

    def __bool__(self) -> bool:
        if self.size != 1:
            check_readable(self)
            raise ValueError(
                f"the truth value of a Value of shape {self.shape} is ambiguous: "
                "write value.any() or value.all()"
            )
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
