"""Value: data that remembers how it was computed, and the chain rule that walks back through it.

Read this file from the top. First a Value is recorded: an operation's result, beside what it was made
from. Then the chain rule: one walk over what was recorded, newest first. Then the class itself, whose
operators and methods only name entries of the table in primitives/arithmetic.py. What NumPy's own
functions do with a Value is in numpy_protocol.py.

    a = Value(3.0)
    b = a + a           # created second
    c = b + b           # created third
    c.backward()        # c, then b, then a: a.grad is 4

The order matters: b must have heard from both of its uses before it passes anything on to a. Values
are numbered as they are created, and nothing can be made of what does not exist yet, so descending
numbers are a right order; no search for one, no recursion however long the chain.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from types import FrameType
from typing import Any

import numpy as np

from . import numpy_protocol
from .primitives import arithmetic as ar
from .primitives import elementary, linear_algebra, reduction, shape
from .primitives.primitive import Primitive, evaluate, numpy_functions, with_arrays, with_numpy_floats

Data = float | np.ndarray
"""A Python float (or bool, from a comparison) for a scalar, an array for everything else."""

_FLOAT64 = np.dtype(np.float64)
_PLAIN = {float, int}
_TABLES = {table.__name__ for table in (ar, elementary, linear_algebra, reduction, shape)}
next_number = itertools.count().__next__

under_grad: set[Value] = set()
"""What the transformations that are running (grad and its relatives) differentiate by."""

under_trace: set[Value] = set()
"""The inputs of a function that is being traced for compilation. What is computed from them has numbers,
but these must not decide anything: they would be burnt into the program (see compiler/)."""

derivatives: list[tuple[Value, Value, Any]] = []
"""While a function is traced: (output, variable, d output / d variable) for what the walks have found, so
that the program can say which derivative a line computes."""

callers: dict[FrameType, None] = {}
"""While a function is traced: the calls that Values were made in, each after its own caller. Their local
variables say what a reader would call these Values."""


# Recording ---------------------------------------------------------------------------------------


def record(op: Primitive, *args: Any) -> Value:
    """A new Value: the operation's result, with what it was made from (`args`, Values among them)
    and the numbers these had at the time (`operands`), whatever becomes of them later."""
    operands: tuple[Any, ...]
    if len(args) == 2:  # the common case, written out: loops take half as long again
        a, b = args
        operands = (a._content if isinstance(a, Value) else a, b._content if isinstance(b, Value) else b)
        plain = type(operands[0]) in _PLAIN and type(operands[1]) in _PLAIN
    else:
        operands = tuple([arg._content if isinstance(arg, Value) else arg for arg in args])
        plain = _PLAIN.issuperset(map(type, operands))
    try:
        data = op.compute(*operands)
    except (ArithmeticError, ValueError, TypeError):
        data, operands = evaluate(op, operands)
    if type(data) is not float or not plain:
        for arg in args:
            if isinstance(arg, Value) and arg.op is None and arg._freeze(operands):
                return record(op, *args)
        understood = with_arrays(op, args)
        if understood is not args:
            return record(op, *understood)
        if getattr(data, "dtype", None) == np.float16 and any(map(_is_mask, args)):  # np.exp(True) is 2.719
            return record(op, *(arg * 1.0 if _is_mask(arg) else arg for arg in args))
        data = as_data(data, op.name)
    value: Value = object.__new__(Value)
    value._content = data
    value._grad = 0.0
    value.op = op
    value.args = args
    value.operands = operands
    value.name = ""
    value._number = next_number()
    if under_trace:
        _note_callers()
    return value


def _note_callers() -> None:
    """Who has asked for this Value, up to a call that is known already."""
    frame = sys._getframe(2).f_back  # beyond `record` and the operator that called it
    unknown = []
    while frame is not None and frame not in callers:
        if frame.f_globals.get("__name__") not in _TABLES:  # whose rules are called often, and have no names
            unknown.append(frame)
        frame = frame.f_back
    callers.update(dict.fromkeys(reversed(unknown)))


def as_data(x: Any, name: str = "Value") -> Any:
    """A float for a scalar, otherwise an array of float64; float32 and the bool of a mask stay."""
    if type(x) is float or type(x) is bool:
        return x
    if isinstance(x, (float, int)):  # np.float64 among them: what NumPy's reductions return
        return float(x)
    if type(x) is np.ndarray and x.dtype is _FLOAT64 and x.shape:  # nearly always: nothing to do
        return x
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name}: a masked array's mask would be lost; fill it, or pick what is not masked")
    array = np.asarray(x)
    kind = array.dtype.kind
    if kind not in "fiub":
        what = {"c": "complex numbers", "U": "text", "S": "text", "O": "objects"}.get(kind, str(array.dtype))
        raise TypeError(f"{name}: expected real numbers, got {what} ({_shortened(x)})")
    if array.ndim == 0:
        return bool(array) if kind == "b" else float(array)
    return array if array.dtype in (np.float64, np.float32, np.bool) else array.astype(np.float64)


def _real(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type of data that somebody gives: float32 stays, all else becomes float64, masks too."""
    return dtype if dtype == np.float32 else np.dtype(np.float64)


def _is_mask(x: Any) -> bool:
    return type(x) is bool or getattr(x, "dtype", None) == np.bool


def _shortened(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 60 else text[:57] + "..."


# The chain rule ----------------------------------------------------------------------------------


def ancestors(output: Value, since: int = 0) -> list[Value]:
    """The output and all that it was made from, newest first: each before what it was made from.

    What is older than number `since` is listed where it was used, but not traced back any further.
    """
    found = {output}
    waiting = [output]
    while waiting:
        for arg in waiting.pop().args:
            if isinstance(arg, Value) and arg not in found:
                found.add(arg)
                if arg._number >= since:
                    waiting.append(arg)
    return sorted(found, key=attrgetter("_number"), reverse=True)


View = Callable[["Value"], tuple[Any, tuple[Any, ...]]]


def as_numbers(node: Value) -> tuple[Any, tuple[Any, ...]]:
    """A node's output and operands as the plain numbers that they were: for a gradient of numbers."""
    return node._content, node.operands


def as_values(node: Value) -> tuple[Any, tuple[Any, ...]]:
    """The same as Values: for a gradient that is itself recorded, to be differentiated once more."""
    pairs = zip(node.args, node.operands, strict=True)
    return node, tuple(_unchanged(arg, was) if isinstance(arg, Value) else was for arg, was in pairs)


def _unchanged(arg: Value, was: Data) -> Value:
    if arg._content is was or np.array_equal(arg._content, was, equal_nan=True):
        return arg
    raise RuntimeError(
        f"{arg!r} was changed after a result was computed from it, so the derivative of a derivative "
        "would mix old numbers with new: compute the result again first"
    )


def pull_back(
    output: Value, gradient: Any, nodes: Iterable[Value], view: View = as_numbers
) -> Iterator[tuple[Value, Any]]:
    """The chain rule: each of the nodes (newest first) with d output / d node, once it is complete.

    Every use of a node adds its share: what has arrived at the use, times the local derivative.
    """
    gradients = dict.fromkeys(nodes)
    gradients[output] = gradient
    for node in list(gradients):
        arrived = gradients.pop(node)
        if arrived is None:  # the output is piecewise constant in it
            yield node, np.zeros(node.shape, _real(node.dtype)) if node.shape else 0.0
            continue
        yield node, arrived
        if node.op is None:
            continue
        out, operands = view(node)
        for arg, vjp in zip(node.args, node.op.vjps):
            if vjp is not None and isinstance(arg, Value) and arg in gradients:
                try:
                    share = vjp(arrived, out, *operands)
                except ArithmeticError:  # 1/0 and the like: as IEEE 754 has it
                    share = vjp(*with_numpy_floats((arrived, out, *operands)))
                if type(share) is not float or type(arg._content) is not float:
                    share = _fitted(share, arg, node.op, node.ndim)
                before = gradients[arg]
                gradients[arg] = share if before is None else before + share


def _fitted(share: Any, arg: Value, op: Primitive, ndim: int) -> Any:
    """A share in the shape and type of the argument that it is for. Broadcasting is undone: where an
    argument's entries were repeated, in an output of `ndim` axes, their shares are added up."""
    share = share if isinstance(share, Value) else as_data(share, f"{op.name}: a vjp's gradient")
    was, wanted = shape.shape_of(share), shape.shape_of(arg._content)
    if was != wanted:
        in_front = tuple(range(len(was) - len(wanted)))  # axes that the argument has not
        summed = reduction.reduce_sum(share, in_front, False) if in_front else share
        stretched = tuple(i for i, (n, m) in enumerate(zip(shape.shape_of(summed), wanted)) if n != m == 1)
        summed = reduction.reduce_sum(summed, stretched, True) if stretched else summed
        if (in_front and len(was) > ndim) or shape.shape_of(summed) != wanted:
            raise ValueError(
                f"{op.name}: a vjp must return a gradient of its argument's shape {wanted} "
                f"(or of the output's, where the argument was broadcast), got shape {was}"
            )
        share = summed
    if not wanted:
        return share if isinstance(share, Value) else float(share)
    dtype = arg._content.dtype
    return share if share.dtype == dtype or dtype == np.bool else elementary.astype(share, dtype)


class TracedValueError(TypeError):
    """Raised where Python looks at a number while a function is traced for compilation."""


# The Value ---------------------------------------------------------------------------------------


class Value:
    """A number or an array that remembers how it was computed, so that `backward` can tell how a
    result changes with it.

    What is wrapped in a Value gets a gradient; what is a plain number or array is a constant (read by
    reference, not copied: change it between recording and `backward`, and the gradient is of the
    changed one).

    data   a float for a scalar, otherwise an array: float64, a float32 array stays float32, integers
           become float64. Complex numbers, text and objects are refused with a TypeError. An input
           array is copied. A result's data is read-only; a leaf's can be replaced (`p.data -= step`)
           and written to (`p.data[0] = 1`), and no graph ever sees the change: what was recorded
           before keeps the numbers that it was computed with.
    grad   d output / d self after `output.backward()`, 0 before: same shape as data. On a Value that
           you made (a leaf) every `backward` adds to it until you set it to 0; on a result it is that
           of the last `backward`.
    name   for pictures and messages.
    op     the primitive that made it, and `args`, what it was made from; None and () for a leaf.

    Comparisons, == among them, are elementwise and carry no gradient; a Value hashes by identity.
    float(value), and with it what calls it (math.exp, array[0] = value), gives the plain number; inside
    of grad and its relatives with a RuntimeWarning, because a gradient is lost.

    >>> knob_weight = Value(0.5, name="knob_weight")
    >>> error = (0.5 * knob_weight - 0.8) ** 2
    >>> error
    Value(0.30250000000000005)
    >>> error.backward()
    >>> knob_weight
    Value(0.5, name='knob_weight', grad=-0.55)
    """

    __slots__ = ("_content", "_grad", "_number", "args", "name", "op", "operands")

    _content: Any
    _grad: Any
    _number: int
    args: tuple[Any, ...]
    operands: tuple[Any, ...]
    op: Primitive | None
    name: str

    def __init__(self, data: Any, name: str = "") -> None:
        if isinstance(data, Value):
            raise TypeError(f"expected a number or an array, got {data!r}: a Value already")
        data = as_data(data)
        self._content = data.astype(_real(data.dtype)) if isinstance(data, np.ndarray) else float(data)
        self._grad = 0.0
        self.op = None
        self.args = ()
        self.operands = ()
        self.name = name
        self._number = next_number()

    record = staticmethod(record)

    # Data and gradient

    @property
    def data(self) -> Any:
        """The number, or the array: to be read on a result, to be written to on a leaf as well."""
        if under_trace:
            self._refuse_to_be_looked_at()
        if isinstance(self._content, np.ndarray):
            if self.op is not None:
                self._content = _read_only_view(self._content)
            elif not self._content.flags.writeable:  # some operation has read it: it keeps that one
                self._content = self._content.copy()
        return self._content

    @data.setter
    def data(self, new: Any) -> None:
        if self.op is not None:
            raise AttributeError(
                f"{self!r} was computed (by {self.op.name}): "
                "only the data of a Value that you made can be set"
            )
        if new is self._content:  # the end of `p.data -= step`, which has changed the array in place
            return
        new = as_data(new)
        if np.shape(new) != self.shape:
            raise ValueError(
                f"data: expected shape {self.shape}, got {np.shape(new)}; make a new Value for that"
            )
        self._content = new.astype(self._content.dtype) if isinstance(new, np.ndarray) else float(new)

    def snapshot(self) -> Any:
        """The data as they are now: a number, or an array that nobody can write to. Nothing is copied."""
        if under_trace:
            self._refuse_to_be_looked_at()
        if isinstance(self._content, np.ndarray):
            self._freeze(())
            return _read_only_view(self._content)
        return self._content

    def _refuse_to_be_looked_at(self) -> None:
        if not under_trace.isdisjoint(ancestors(self)):
            raise TracedValueError(
                "the number of a traced Value was looked at (if, float(), .data, .item(), .backward() or a "
                "mask as an index), which cannot be compiled: the branch taken would be burnt in. Use "
                "np.where, or make the argument that decides static; for gradients, grad or value_and_grad"
            )

    def _freeze(self, operands: tuple[Any, ...]) -> bool:
        """Nobody may write any more to an array that an operation reads. True if somebody who holds a
        view of it still could: then the data is now a copy that nobody else has."""
        if not isinstance(self._content, np.ndarray) or not self._content.flags.writeable:
            return False
        self._content.flags.writeable = False
        references = 2 + sum([x is self._content for x in operands])  # ours, and the question's own
        if sys.getrefcount(self._content) == references:
            return False
        self._content = self._content.copy("K")
        self._content.flags.writeable = False
        return True

    @property
    def grad(self) -> Any:
        """d output / d self, from `output.backward()`."""
        if isinstance(self._content, np.ndarray):
            if not isinstance(self._grad, np.ndarray):
                self._grad = np.zeros(self._content.shape, self._content.dtype)
            elif self.op is not None:
                self._grad = _read_only_view(self._grad)
        return self._grad

    @grad.setter
    def grad(self, new: Any) -> None:
        if new is self._grad:  # the end of `p.grad *= 0.5`, which has changed the array in place
            return
        new = as_data(new, "grad")
        if not isinstance(new, np.ndarray):
            self._grad = np.full(self.shape, new, self.dtype) if new and self.shape else float(new)
        elif new.shape == self.shape:
            self._grad = new.astype(self.dtype)
        else:
            raise ValueError(f"grad: expected shape {self.shape} or a number, got {new.shape}")

    def backward(self, gradient: Any = None) -> None:
        """Set `.grad` of everything that this Value was computed from: the chain rule, newest first.

        gradient  what arrives at this Value: 1 for a scalar; for an array it must be given, in the
                  array's shape (the result is then the gradient of sum(gradient * self)).

        Leaves add up over calls until their `grad` is set to 0; results get this call's.
        Raises ValueError where the gradient is missing or of another shape.
        """
        if under_trace:
            self._refuse_to_be_looked_at()
        for node, arrived in pull_back(self, self._seed(gradient), ancestors(self)):
            if node.op is not None:
                node._grad = arrived
            elif isinstance(node._content, np.ndarray):
                node._grad = (node._grad + arrived).astype(node._content.dtype, copy=False)
            else:
                node._grad = node._grad + arrived

    def _seed(self, gradient: Any) -> Data:
        if gradient is None:
            if self.shape:
                raise ValueError(
                    f"backward starts from a single number, this Value has shape {self.shape}: "
                    "reduce it (.sum(), .mean()) or give a gradient of its shape"
                )
            return 1.0
        data = as_data(gradient, "gradient")
        if np.shape(data) != self.shape:
            raise ValueError(f"gradient: expected the shape of the Value, {self.shape}, got {np.shape(data)}")
        return data.astype(_real(data.dtype)) if isinstance(data, np.ndarray) else float(data)

    # Operators: a glossary of Python's names for them

    def __add__(self, other: Any) -> Value:  # self + other
        return record(ar.add, self, other)

    def __radd__(self, other: Any) -> Value:  # other + self
        return record(ar.add, other, self)

    def __sub__(self, other: Any) -> Value:  # self - other
        return record(ar.subtract, self, other)

    def __rsub__(self, other: Any) -> Value:  # other - self
        return record(ar.subtract, other, self)

    def __mul__(self, other: Any) -> Value:  # self * other
        return record(ar.multiply, self, other)

    def __rmul__(self, other: Any) -> Value:  # other * self
        return record(ar.multiply, other, self)

    def __truediv__(self, other: Any) -> Value:  # self / other
        return record(ar.divide, self, other)

    def __rtruediv__(self, other: Any) -> Value:  # other / self
        return record(ar.divide, other, self)

    def __pow__(self, other: Any) -> Value:  # self ** other
        return record(ar.power, self, other)

    def __rpow__(self, other: Any) -> Value:  # other ** self
        return record(ar.power, other, self)

    def __matmul__(self, other: Any) -> Value:  # self @ other
        return record(linear_algebra.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Value:  # other @ self
        return record(linear_algebra.matmul, other, self)

    def __floordiv__(self, other: Any) -> Value:  # self // other
        return record(elementary.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Value:  # other // self
        return record(elementary.floor_divide, other, self)

    def __mod__(self, other: Any) -> Value:  # self % other
        return record(elementary.remainder, self, other)

    def __rmod__(self, other: Any) -> Value:  # other % self
        return record(elementary.remainder, other, self)

    def __divmod__(self, other: Any) -> tuple[Value, Value]:  # divmod(self, other)
        return self // other, self % other

    def __neg__(self) -> Value:  # -self
        return record(ar.negative, self)

    def __pos__(self) -> Value:  # +self
        return self

    def __abs__(self) -> Value:  # abs(self)
        return record(ar.absolute, self)

    def __gt__(self, other: Any) -> Value:  # self > other
        return record(ar.greater, self, other)

    def __ge__(self, other: Any) -> Value:  # self >= other
        return record(ar.greater_equal, self, other)

    def __lt__(self, other: Any) -> Value:  # self < other
        return record(ar.less, self, other)

    def __le__(self, other: Any) -> Value:  # self <= other
        return record(ar.less_equal, self, other)

    def __eq__(self, other: Any) -> Value:  # type: ignore[override]  # self == other
        return record(ar.equal, self, other)

    def __ne__(self, other: Any) -> Value:  # type: ignore[override]  # self != other
        return record(ar.not_equal, self, other)

    def __invert__(self) -> Value:  # ~self, for masks
        return np.invert(self)  # type: ignore[return-value]

    def __and__(self, other: Any) -> Value:  # self & other, for masks
        return np.bitwise_and(self, other)

    def __or__(self, other: Any) -> Value:  # self | other, for masks
        return np.bitwise_or(self, other)

    __hash__ = object.__hash__

    # Functions

    def exp(self) -> Value:
        """e^x."""
        return record(ar.exp, self)

    def log(self) -> Value:
        """The natural logarithm."""
        return record(ar.log, self)

    def sqrt(self) -> Value:
        """The square root; its slope at 0 is infinite."""
        return record(ar.sqrt, self)

    def sin(self) -> Value:
        """The sine of radians."""
        return record(ar.sin, self)

    def cos(self) -> Value:
        """The cosine of radians."""
        return record(ar.cos, self)

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        return record(ar.tanh, self)

    def sigmoid(self) -> Value:
        """1 / (1 + e^-x), without an overflow for any x."""
        return record(ar.sigmoid, self)

    def softplus(self) -> Value:
        """log(1 + e^x), without an overflow for any x."""
        return record(ar.softplus, self)

    def relu(self) -> Value:
        """x where x > 0, else 0; the slope at 0 is 0."""
        return record(ar.relu, self)

    # Reductions: over all entries, one axis or several

    def sum(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """The sum of the entries."""
        return reduction.sum(self, axis, keepdims=keepdims)

    def mean(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """The arithmetic mean of the entries."""
        return reduction.mean(self, axis, keepdims=keepdims)

    def max(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """The largest entry; where several tie, each gets an equal share of the gradient."""
        return reduction.max(self, axis, keepdims=keepdims)

    def min(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """The smallest entry; where several tie, each gets an equal share of the gradient."""
        return reduction.min(self, axis, keepdims=keepdims)

    def logsumexp(self, axis: reduction.Axis = None, *, keepdims: bool = False) -> Value:
        """log(sum(e^x)), without an overflow for any x; its gradient is the softmax."""
        return reduction.logsumexp(self, axis, keepdims=keepdims)

    # Shape

    @property
    def shape(self) -> tuple[int, ...]:
        """() for a single number."""
        return shape.shape_of(self._content)

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many entries."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the entries: float64, float32, or bool for the result of a comparison."""
        return self._content.dtype if isinstance(self._content, np.ndarray) else np.dtype(type(self._content))

    @property
    def T(self) -> Value:
        """All axes in reverse order."""
        return self.transpose()

    def reshape(self, *shape: Any) -> Value:
        """The same entries in another shape; -1 stands for what is left."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)  # type: ignore[return-value]

    def transpose(self, *axes: Any) -> Value:
        """The axes in this order; in reverse order if none is given."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)  # type: ignore[return-value]

    def astype(self, dtype: Any) -> Value:
        """The entries in float64 or float32, those of a mask as 1 and 0; a single number stays a float."""
        if (dtype := np.dtype(dtype)) not in (np.float64, np.float32):
            raise TypeError(f"astype: expected float64 or float32, got {dtype}: only these have slopes")
        return record(elementary.astype, self, dtype)

    def ravel(self) -> Value:
        """All entries in a row."""
        return self.reshape(-1)

    def __getitem__(self, where: Any) -> Value:
        """An entry, a slice, or what a mask or an array of integers picks, as in NumPy."""
        if not self.shape:
            raise TypeError(f"{self!r} is a single number: it has no entries to pick")
        return record(shape.index, self, _plain(where))

    def __setitem__(self, where: Any, new: Any) -> None:
        raise TypeError(
            "a Value cannot be assigned into: what was computed from it would not know. "
            "Write to .data of a Value that you made, or build a new one with np.where or np.concatenate"
        )

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"{self!r} is a single number: it has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Value]:
        return (self[i] for i in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        hint = f"; np.{name}(value) does it" if getattr(np, name, None) in numpy_functions else ""
        raise AttributeError(f"a Value has no attribute {name!r}{hint}", name=name, obj=self)

    # Out of the graph: plain Python

    def item(self) -> float:
        """The single number in it, as a float."""
        if self.size != 1:
            raise ValueError(f"item: expected a single number, this Value has shape {self.shape}")
        return float(self.data.item() if self.shape else self.data)

    def __float__(self) -> float:
        number = self.item()
        if under_grad and not under_grad.isdisjoint(ancestors(self)):
            warn_caller(
                "float() takes the plain number out of a Value while its derivative is wanted, and what is "
                "computed from it has none (math.sin(x) and array[i] = x call float() too). Use np.sin(x) "
                "and np.stack; only to look at the number, x.item()"
            )
        return number

    def __bool__(self) -> bool:
        return bool(self.data)

    def __format__(self, spec: str) -> str:
        if self.shape and spec:
            return np.array2string(self._content, formatter={"all": lambda entry: format(entry, spec)})
        return format(self._content, spec)

    def __repr__(self) -> str:
        parts = [_printed(self._content)]
        if self.name:
            parts.append(f"name={self.name!r}")
        if np.any(self._grad):
            parts.append(f"grad={_printed(self._grad)}")
        return f"Value({', '.join(parts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        """For copy and pickle: a new leaf of the same data, name and gradient."""
        if under_trace:
            self._refuse_to_be_looked_at()
        if self.op is not None:
            raise TypeError(f"{self!r} was computed: copy or pickle its .data, or the Values that you made")
        return Value, (self._content, self.name), (None, {"grad": self._grad})

    # NumPy

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise TypeError(
            "a Value does not turn into an array by itself, its gradient would be lost: "
            "take .data for the numbers, or np.stack([...]) to make one Value of several"
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Called by NumPy for np.exp(value), array * value and all of that kind."""
        return numpy_protocol.apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """Called by NumPy for np.sum(value), np.concatenate([value, ...]) and all of that kind."""
        return numpy_protocol.apply_function(function, args, options)


def _plain(where: Any) -> Any:
    """An index with the numbers of any mask Value in it."""
    if isinstance(where, tuple):
        return tuple(_plain(part) for part in where)
    if isinstance(where, list):
        return np.asarray([_plain(part) for part in where], dtype=None if where else int)
    return where.data if isinstance(where, Value) else where


def warn_caller(message: str) -> None:
    """Warn in the name of whoever called into this package."""
    package = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_code.co_filename.startswith(package):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, RuntimeWarning, stacklevel=level)


def _read_only_view(array: np.ndarray) -> np.ndarray:
    """A view that cannot be written to, whoever else may hold the array."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def _printed(data: Data) -> str:
    if isinstance(data, np.ndarray):
        return np.array2string(data, separator=", ", prefix="Value(", threshold=20, edgeitems=2, precision=6)
    return repr(data)
