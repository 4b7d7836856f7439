"""Value: a number or an array that remembers how it was computed, and the chain rule that walks back.

    a = Value(3.0)
    b = a + a           # created second
    c = b + b           # created third
    c.backward()        # c, then b, then a: a.grad is 4

Each operation is recorded: its result is a new Value that keeps the primitive, its arguments, and the numbers
that these had. So Values form a graph, in which each refers to those it was computed from.

The backward pass visits the graph in reverse topological order: b must receive both contributions of c before
it propagates to a. An operation can only use Values that already exist, so descending creation numbers are
such an order: no search for one, no recursion. At each node `local_gradients` applies the chain rule.

Read primitives/primitive.py and arithmetic.py before this file; data.py and unbroadcast.py after it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

import numpy as np

from .active import check_readable, observed, observers
from .data import Array, as_result, filled, fitted, is_integer, kept, own, read_only, unshared
from .operators import Operators
from .primitives import arithmetic as ar
from .primitives import elementary
from .primitives.evaluate import AS_THEY_ARE, evaluate, understood, with_numpy_floats
from .primitives.primitive import Primitive
from .unbroadcast import unbroadcast

View = Callable[["Value"], tuple[Any, tuple[Any, ...]]]
next_number = itertools.count().__next__


# Recording ---------------------------------------------------------------------------------------


def record(op: Primitive, *args: Any) -> Value:
    """Compute the operation on the numbers of its arguments, and remember both in a new Value."""
    args = understood(op, args)
    operands = tuple([arg.operand() if isinstance(arg, Value) else kept(arg) for arg in args])
    data = evaluate(op, operands)
    return remembered(op, args + operands, data if type(data) is float else as_result(data, args, op))


def remembered(op: Primitive, inputs: tuple[Any, ...], data: Any) -> Value:
    """Create the Value of a result. `inputs` are the arguments, then the numbers that they have now."""
    value: Value = object.__new__(Value)
    value.content = data
    value._grad = 0.0
    value.op = op
    value.inputs = inputs
    value.number = next_number()
    value.name = ""
    if observers:
        observed(value)
    return value


def binary(op: Primitive) -> tuple[Callable[[Value, Any], Value], Callable[[Value, Any], Value]]:
    """The methods for `self op other` and `other op self`, with a short way for Python's numbers."""
    compute = op.scalar

    def operator(a: Any, b: Any) -> Value:
        x = a.content if type(a) is Value else a
        y = b.content if type(b) is Value else b
        if (type(x) is float or type(x) is int) and (type(y) is float or type(y) is int):
            try:
                return remembered(op, (a, b, x, y), compute(x, y))
            except (ArithmeticError, ValueError):  # `record` knows the result in IEEE 754
                pass
        return record(op, a, b)

    return operator, lambda self, other: operator(other, self)


def unary(op: Primitive) -> Callable[[Value], Value]:
    """The method for `op(self)`."""
    return lambda self: record(op, self)


# The Value ---------------------------------------------------------------------------------------


class Value(Operators):
    """A scalar or an array that remembers how it was computed, so that it can be differentiated.

    A Value has a gradient; plain numbers and arrays are constants (of an array an operation keeps a copy).

    data    a float, or an array of float64 (float32 stays, integers become float64). An input array is
            copied. A result's data is read-only. The data of a leaf, a Value that was not computed, can be
            replaced (`p.data -= step`) or written to (`p.data[0] = 1`); graphs recorded before keep their
            numbers. Complex numbers, text and objects raise a TypeError.
    grad    d output / d self after `output.backward()`, 0 before, of the shape of data. On a leaf it adds up
            over calls of `backward` until it is set to 0; on a result it is that of the last call.
    name    for pictures and messages.
    op      the primitive that computed it, None for a leaf. Its `args` are Values and constants, its
            `operands` the numbers that these had; `number` is its place in the order of creation, `content`
            its data as the graph holds it, not to be changed.

    Comparisons, == among them, are elementwise and have no gradient; a Value hashes by identity.

    >>> knob_weight = Value(0.5, name="knob_weight")
    >>> error = (0.5 * knob_weight - 0.8) ** 2
    >>> error
    Value(0.30250000000000005)
    >>> error.backward()
    >>> knob_weight
    Value(0.5, name='knob_weight', grad=-0.55)
    """

    __slots__ = ("_grad", "content", "inputs", "name", "number", "op")

    content: Any
    inputs: tuple[Any, ...]
    op: Primitive | None

    def __init_subclass__(cls) -> None:
        raise TypeError(f"{cls.__name__}: a Value has no subclasses; write functions of Values instead")

    def __init__(self, data: Any, name: str = "") -> None:
        if isinstance(data, Value):
            raise TypeError(f"expected a number or an array, got {data!r}: a Value already")
        if not isinstance(name, str):
            raise TypeError(f"Value: expected a text as name, got {name!r}; [a, b] makes an array of numbers")
        self.content, self._grad = own(data, "Value"), 0.0
        self.op, self.inputs = None, ()
        self.name, self.number = name, next_number()

    record = staticmethod(record)
    __add__, __radd__ = binary(ar.add)
    __sub__, __rsub__ = binary(ar.subtract)
    __mul__, __rmul__ = binary(ar.multiply)
    __truediv__, __rtruediv__ = binary(ar.divide)
    __pow__, __rpow__ = binary(ar.power)
    __neg__, __abs__ = unary(ar.negative), unary(ar.absolute)
    exp, log, sqrt, sin, cos = map(unary, (ar.exp, ar.log, ar.sqrt, ar.sin, ar.cos))
    tanh, relu, sigmoid, softplus = map(unary, (ar.tanh, ar.relu, elementary.sigmoid, elementary.softplus))

    @property
    def args(self) -> tuple[Any, ...]:
        """The arguments that it was computed from: Values and constants."""
        return self.inputs[: len(self.inputs) // 2]

    @property
    def operands(self) -> tuple[Any, ...]:
        """The numbers that the arguments had when it was computed."""
        return self.inputs[len(self.inputs) // 2 :]

    # Data: copy on write

    @property
    def data(self) -> Any:
        """The number or the array: read-only on a result, writable on a leaf."""
        check_readable(self)
        if isinstance(self.content, Array):
            if self.op is not None:
                self.content = read_only(self.content)
            elif not self.content.flags.writeable:
                self.content = self.content.copy("K")
        return self.content

    @data.setter
    def data(self, given: Any) -> None:
        if self.op is not None:
            raise AttributeError(
                f"{self!r} was computed (by {self.op.name}): only the data of a leaf can be set"
            )
        if given is not self.content:  # otherwise `p.data -= step` has changed the array in place
            data = fitted(given, "data", self.shape, "; make a new Value for that")
            self.content = own(data, "data", self.dtype)

    def operand(self) -> Any:
        """The data for an operation; an array that `.data` has handed out is copied first."""
        if self.op is None and isinstance(self.content, Array):
            self.content = unshared(self.content)
        return self.content

    def snapshot(self) -> Any:
        """The data as they are now: a number, or a read-only array that no later change reaches."""
        check_readable(self)
        return read_only(self.operand()) if isinstance(self.content, Array) else self.content

    # Gradient

    @property
    def grad(self) -> Any:
        """d output / d self, from `output.backward()`."""
        if isinstance(self.content, Array):
            if not isinstance(self._grad, Array):
                self._grad = np.zeros(self.content.shape, self.content.dtype)
            elif self.op is not None:
                self._grad = read_only(self._grad)
        return self._grad

    @grad.setter
    def grad(self, given: Any) -> None:
        if given is not self._grad:  # otherwise `p.grad *= 0.5` has changed the array in place
            self._grad = filled(given, "grad", self.shape, self.dtype)

    def backward(self, gradient: Any = None) -> None:
        """Set `.grad` of every Value that this one was computed from.

        gradient  the seed of the backward pass: 1 by default for a scalar; required for an array, in its
                  shape (the gradients are then those of sum(gradient * self)).

        Leaves add up over calls until their `grad` is set to 0; results get the gradient of this call.
        Raises ValueError where the gradient is missing or has another shape.
        """
        check_readable(self)
        if gradient is None and self.shape:
            raise ValueError(
                f"backward() needs a scalar, got shape {self.shape}: "
                "reduce it (.sum(), .mean()) or pass gradient= of that shape"
            )
        seed = own(fitted(1.0 if gradient is None else gradient, "gradient", self.shape, ""), "gradient")
        nodes, leaves = ancestors(self), []
        for node in nodes:
            if node.op is None:
                leaves.append((node, node._grad))
            node._grad = None
        self._grad = seed
        try:
            accumulate(nodes)
        except BaseException:  # a wrong vjp, or Ctrl-C: the leaves keep what they had
            for node in nodes:
                node._grad = 0.0
            for leaf, before in leaves:
                leaf._grad = before
            raise
        for leaf, before in leaves:
            leaf._grad = before + leaf._grad

    def depends_on(self, values: set[Value]) -> bool:
        """Whether one of these Values is this one or was used to compute it."""
        return not values.isdisjoint(ancestors(self))


AS_THEY_ARE.add(Value)


# The chain rule ----------------------------------------------------------------------------------

SHORT: dict[Primitive | None, Any] = {op: op.vjps for op in (ar.add, ar.subtract, ar.multiply)}
"""Operators of two numbers whose vjps are two multiplications at most: most nodes of a scalar graph."""


def ancestors(output: Value, since: int = 0) -> list[Value]:
    """List the output and every Value that it was computed from, newest first: reverse topological order.

    Values older than number `since` are listed where they were used, but not traced back any further.
    """
    found = {output.number: output}
    waiting = [output]
    while waiting:
        for arg in waiting.pop().inputs:
            if type(arg) is Value:
                number = arg.number
                if number not in found:
                    found[number] = arg
                    if number >= since:
                        waiting.append(arg)
    return [found[number] for number in sorted(found, reverse=True)]


def accumulate(nodes: Iterable[Value]) -> None:
    """Propagate the gradient of the first node to all others, which are in reverse topological order.

    When its turn comes, a node has received the contributions of all its uses. A gradient is None until the
    first one arrives. For sums, differences and products of two numbers the chain rule is written out, which
    takes half the time.
    """
    for node in nodes:
        op, grad = node.op, node._grad
        if grad is None:  # no path to the output has a derivative
            node._grad = 0.0
        if grad is None or op is None:
            continue
        if op in SHORT and type(grad) is float:
            a, b, x, y = node.inputs
            if (type(x) is float or type(x) is int) and (type(y) is float or type(y) is int):
                vjp_a, vjp_b = SHORT[op]
                if type(a) is Value:
                    share, before = vjp_a(grad, node.content, x, y), a._grad
                    a._grad = share if before is None else before + share
                if type(b) is Value:
                    share, before = vjp_b(grad, node.content, x, y), b._grad
                    b._grad = share if before is None else before + share
                continue
        for arg, share in local_gradients(node, grad):
            arg._grad = share if arg._grad is None else arg._grad + share


def local_gradients(
    node: Value, arrived: Any, view: View | None = None, wanted: Container[Value] | None = None
) -> Iterator[tuple[Value, Any]]:
    """Apply the chain rule at one node: yield each argument (each wanted one) with its share of the gradient.

    share = arrived * d node / d argument, which the argument's vjp computes, in the argument's shape. The
    vjps take the node's output and operands as plain numbers, or as `view` returns them for the node.
    """
    if node.op is None:
        return
    out, operands = view(node) if view else (node.content, node.operands)
    for arg, operand, vjp in zip(node.args, node.operands, node.op.vjps):
        if vjp is None or not isinstance(arg, Value) or (wanted is not None and arg not in wanted):
            continue
        if type(operand) is not float and is_integer(operand):  # whole numbers have no gradient
            continue
        try:
            share = vjp(arrived, out, *operands)
        except ArithmeticError:  # 1/0 and the like: IEEE 754 defines a result
            share = vjp(*with_numpy_floats((arrived, out, *operands)))
        if type(share) is not float or type(operand) is not float:
            share = unbroadcast(share, operand, node)
        yield arg, share
