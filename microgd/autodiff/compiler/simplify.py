"""Simplifying: from the Values of a trace to the lines of a program, fewer but with the same results.

A line is one operation on earlier lines and constants. Going through the trace in the order of its
creation, each operation is first rewritten where a shorter one has the very same result (a product
with exactly 1, a reshape of a reshape, an array of equal entries where the one number does). Then it
gets the line that already computes it, if there is one (value numbering: equal operations on equal
lines have equal results). Last, the lines that no output needs are dropped.

Only what IEEE 754 says is the same counts as the same: x + 0 is not x (x may be -0), 0 * x is not 0
(x may be inf or nan), (a + b) + c is not a + (b + c). One liberty is taken: a sum of one term is the
term, where NumPy turns a term of -0 to 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import elementary, linear_algebra, reduction, shape
from ..primitives.primitive import Primitive, numpy_functions
from ..trees import tree_leaves
from ..value import Value, ancestors, next_number
from .trace import Trace, place_of

_BOOL, _FLOAT64, _FLOAT32 = np.dtype(np.bool), np.dtype(np.float64), np.dtype(np.float32)


class Line:
    """One operation: of which lines and constants (`args`) it makes what kind of array or number.

    `op` is None for an input. `strides` tell how the entries lie in memory.
    """

    __slots__ = ("args", "dtype", "op", "shape", "strides")

    def __init__(self, op: Primitive | None, args: tuple[Any, ...], data: Any) -> None:
        self.op = op
        self.args = args
        if isinstance(data, np.ndarray):
            self.shape, self.dtype, self.strides = data.shape, data.dtype, data.strides
        else:
            self.shape, self.dtype, self.strides = (), _BOOL if type(data) is bool else _FLOAT64, ()


Term = Any
"""What a line is computed from: another line, or a constant (a number, an array, an axis, an index)."""


def shape_of_term(term: Term) -> tuple[int, ...]:
    """Of a line or constant array its shape; () for a number, and for what is no operand (an axis)."""
    return term.shape if type(term) is Line or isinstance(term, np.ndarray) else ()


def _steps(array: Term) -> list[int]:
    """From entry to entry in memory along each axis that is longer than 1, counted in entries."""
    return [step // array.dtype.itemsize for n, step in zip(array.shape, array.strides, strict=True) if n > 1]


def _lies_like(a: Line, b: Line) -> bool:
    """Whether both have their entries in the same order in memory: then sums of them round alike."""
    return a.shape == b.shape and _steps(a) == _steps(b)


def lies_in_rows(array: Term) -> bool:
    """Whether the entries lie row after row, so that each reshape of them is a view."""
    return _steps(array) == [math.prod(array.shape[i + 1 :]) for i, n in enumerate(array.shape) if n > 1]


def lies_in_columns(array: Term) -> bool:
    """Whether the entries lie column after column, as those of a transposed matrix do."""
    return _steps(array) == [math.prod(array.shape[:i]) for i, n in enumerate(array.shape) if n > 1]


class Simplified:
    """The lines that a trace needs, oldest first, and which term each of its Values has become.

    With `expand` the operations that are written in other operations are replaced by these.
    """

    def __init__(self, trace: Trace, *, expand: bool = False) -> None:
        self._trace = trace
        self._expand = expand
        self._copies: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self.array_names: dict[int, str] = {}
        self.terms: dict[Value, Term] = {}
        self._known: dict[Hashable, Line] = {}
        self._uniform: dict[int, bool] = {}
        self.inputs = [Line(None, (), value.content) for value in trace.inputs]
        self.terms.update(zip(trace.inputs, self.inputs, strict=True))
        for node in trace.nodes:
            if node not in self.terms:
                self.terms[node] = self._term_of(node)
        outputs = tree_leaves(trace.output)
        self.outputs = [self.terms[x] if isinstance(x, Value) else self._constant(x) for x in outputs]
        self.lines = _needed(self._known.values(), self.outputs)
        if any([line.shape for line in self.lines]):  # noqa: C419  # there is memory to be saved
            self.lines = _close_to_their_use(self.lines, self.outputs)

    def line(self, value: Any) -> Line | None:
        """The line that a Value has become; None if it is constant, or not needed."""
        term = self.terms.get(value) if isinstance(value, Value) else None
        return term if type(term) is Line else None

    def _term_of(self, node: Value) -> Term:
        args = tuple([self.terms[x] if isinstance(x, Value) else self._constant(x) for x in node.args])
        types = [*map(type, args)]
        if node.op is None or Line not in types or _is_one_everywhere(node.op, args):
            return node.content
        if np.ndarray in types and not any(map(shape_of_term, args)):  # among numbers only numbers
            args = tuple([arg.item() if _is_plain_number(arg) else arg for arg in args])
        if self._expand and node.op in _WRITTEN_IN_NUMPY:
            return self._expanded(node)
        return self._numbered(Line(node.op, args, node.content))

    def _constant(self, x: Any) -> Term:
        """What f reads besides its arguments, as it is now: the array is the caller's and may change."""
        if type(x) is tuple:
            return tuple([self._constant(part) for part in x])
        if not isinstance(x, np.ndarray):
            return x
        if id(x) not in self._copies:
            copy = _copy_of(x)
            self._copies[id(x)] = x, copy
            self.array_names[id(copy)] = self._name_of(x)
        return self._copies[id(x)][1]

    def _name_of(self, array: np.ndarray) -> str:
        names = self._trace.array_names
        turned = names.get(place_of(array.T))
        return names.get(place_of(array)) or (f"{turned}_T" if turned else "constant")

    def _expanded(self, node: Value) -> Term:
        """An operation by the operations that it is written in."""
        start = next_number()
        with np.errstate(all="ignore"):
            out = general_function(node.op)(*node.args)  # type: ignore[misc]
        for inner in reversed(ancestors(out, start)):
            if inner not in self.terms:
                self.terms[inner] = self._term_of(inner)
        return self.terms[out]

    def _numbered(self, line: Line) -> Term:
        while True:
            if (same := _same_as(line)) is not None:
                return same
            if not self._rewrite(line):
                break
        return self._known.setdefault(_key_of(line), line)

    def _rewrite(self, line: Line) -> bool:
        """A shorter operation with the same result, if there is one: the line then has it."""
        rule = _REWRITES.get(line.op)  # type: ignore[arg-type]
        if rule is not None and (shorter := rule(line)) is not None:
            line.op, line.args = shorter
            return True
        return bool(line.shape) and is_elementwise(line.op) and self._without_repetition(line)

    def _without_repetition(self, line: Line) -> bool:
        """Take one number where an array of equal entries stands, if the others make the shape anyway."""
        for i, arg in enumerate(line.args):
            one = self._what_is_repeated(arg)
            if one is None or (
                line.op is ar.power and i == 1
            ):  # x ** 2.0 is a square, x ** [2.0, 2.0] is not
                continue
            others = line.args[:i] + line.args[i + 1 :]
            if not any(_lies_like(x, line) for x in lines_in(others)):
                continue  # the result would lie in memory in another way
            shapes = [shape_of_term(term) for term in (*others, one)]
            if np.broadcast_shapes(*shapes) == line.shape and (
                shape_of_term(one) or _same_type_without(arg.dtype, others)
            ):
                line.args = (*line.args[:i], one, *line.args[i + 1 :])
                return True
        return False

    def _what_is_repeated(self, arg: Term) -> Term | None:
        if type(arg) is Line:
            return arg.args[0] if arg.op is shape.broadcast_to else None
        if type(arg) is not np.ndarray or not arg.shape or arg.dtype not in (_FLOAT64, _FLOAT32):
            return None
        if id(arg) not in self._uniform:
            self._uniform[id(arg)] = _is_uniform(arg)
        return float(arg.flat[0]) if self._uniform[id(arg)] else None


def _is_plain_number(term: Term) -> bool:
    """An array of one number, which may as well be that number. A float32 makes float32 of its company."""
    return type(term) is np.ndarray and term.dtype != _FLOAT32


def _copy_of(array: np.ndarray) -> np.ndarray:
    """A plain array (a np.matrix has its own *) that lies in memory as the other does, repeats included."""
    once = array[tuple([slice(1) if step == 0 else slice(None) for step in array.strides])]
    copy = np.array(once, order="K")
    return copy if copy.shape == array.shape else np.broadcast_to(copy, array.shape)


def _needed(lines: Iterable[Line], outputs: list[Term]) -> list[Line]:
    """The lines that lead to the outputs, in the order in which they are."""
    found = set(lines_in(outputs))
    waiting = list(found)
    while waiting:
        for arg in lines_in(waiting.pop().args):
            if arg not in found:
                found.add(arg)
                waiting.append(arg)
    return [line for line in lines if line in found]


_WRITTEN_IN_NUMPY = {ar.sigmoid, ar.softplus, reduction.reduce_logsumexp, reduction.length}


def _close_to_their_use(lines: list[Line], outputs: list[Term]) -> list[Line]:
    """The lines in another order: what is computed from inputs alone waits until it is needed.

    It takes memory for a shorter time then, and reads better: the gradient of a penalty on the weights
    stands where it is added to the rest.
    """
    users = Counter([arg for line in lines for arg in set(lines_in(line.args))])
    place = {line: i for i, line in enumerate(lines)}
    final = set(lines_in(outputs))
    waiting: set[Line] = set()
    ordered: list[Line] = []
    for line in lines:
        operands = lines_in(line.args)
        if line not in final and all(x.op is None or (x in waiting and users[x] == 1) for x in operands):
            waiting.add(line)
            continue
        now_needed = [x for x in operands if x in waiting]
        for x in now_needed:  # which grows as it is read
            waiting.discard(x)
            now_needed += [arg for arg in lines_in(x.args) if arg in waiting]
        ordered += sorted(dict.fromkeys(now_needed), key=place.__getitem__)
        ordered.append(line)
    return ordered


def lines_in(terms: Iterable[Term]) -> list[Line]:
    """Those of the terms that are no constants."""
    return [term for term in terms if type(term) is Line]


# Equal operations on equal terms -----------------------------------------------------------------


def _key_of(line: Line) -> Hashable:
    """Equal for lines with equal results."""
    if line.op is ar.multiply or line.op is ar.add:
        a, b = line.args
        if type(a) is type(b) is Line and a.strides == b.strides:
            return line.op, frozenset(line.args)  # a b = b a, and lies in memory as that does
    return line.op, *map(_key, line.args)


def _key(term: Term) -> Hashable:
    kind = type(term)
    if kind is Line:
        return term
    if kind is float:
        return kind, term, math.copysign(1.0, term)  # 0.0 and -0.0 are two
    if kind is tuple:
        return kind, *map(_key, term)
    if kind is slice:
        return kind, term.start, term.stop, term.step
    try:
        hash(term)
    except TypeError:  # an array: nothing is equal to it but itself
        return kind, id(term)
    return kind, term


# The same result by less -------------------------------------------------------------------------


def _is_one(term: Term) -> bool:
    return type(term) is not Line and isinstance(term, (float, int)) and term == 1


def _is_one_everywhere(op: Primitive, args: tuple[Term, ...]) -> bool:
    """Whether this is x ** 0, which is 1 even where x is nan: the slope of a slope of a square has it."""
    return op is ar.power and type(args[1]) in (float, int) and args[1] == 0


def _product(a: Term, b: Term) -> Term | None:
    return b if _is_one(a) else a if _is_one(b) else None


def _negated_twice(a: Term) -> Term | None:
    return a.args[0] if a.op is ar.negative else None


def _turned_twice(a: Line, axes: Any) -> Term | None:
    if axes is not None and axes == tuple(range(len(a.shape))):
        return a
    if a.op is shape.transpose and shape.inverse_of(axes) == a.args[1]:
        return a.args[0]
    return None


_SAME: dict[Primitive, Callable[..., Term | None]] = {
    ar.identity: lambda a: a,
    elementary.positive: lambda a: a,
    elementary.astype: lambda a, dtype: a,  # if it has this type already
    ar.negative: _negated_twice,
    ar.multiply: _product,
    ar.divide: lambda a, b: a if _is_one(b) else None,
    ar.power: lambda a, b: a if _is_one(b) else None,
    shape.transpose: _turned_twice,
    shape.reshape: lambda a, shape: a,  # likewise
    shape.broadcast_to: lambda a, shape: a,
}


def _same_as(line: Line) -> Term | None:
    """The earlier line with the same entries, if the operation changes nothing."""
    rule = _SAME.get(line.op)  # type: ignore[arg-type]
    same = rule(*line.args) if rule else None
    if type(same) is Line and same.dtype == line.dtype and _lies_like(same, line):
        return same
    return None


Operation = tuple[Primitive, tuple[Term, ...]]


def _sum_of_one_term(line: Line) -> Operation | None:
    a, axes, _ = line.args
    if all(a.shape[i] == 1 for i in axes) and a.dtype == line.dtype and _steps(a) == _steps(line):
        return shape.reshape, (a, line.shape)
    return None


def _reshape_of_other(line: Line) -> Operation | None:
    a = line.args[0]
    if type(a) is not Line:
        return None
    if a.op is shape.reshape and a.args[0].dtype == line.dtype and lies_in_rows(a.args[0]):
        return shape.reshape, (a.args[0], line.shape)
    if a.op in _REDUCTIONS and a.args[2]:  # which has kept its axes
        operand, axes, _ = a.args
        if line.shape == tuple(n for i, n in enumerate(operand.shape) if i not in axes):
            return a.op, (operand, axes, False)
    return None


_REDUCTIONS = {reduction.reduce_sum, reduction.reduce_max, reduction.reduce_min}
_REWRITES: dict[Primitive, Callable[[Line], Operation | None]] = {
    **dict.fromkeys(_REDUCTIONS, _sum_of_one_term),
    shape.reshape: _reshape_of_other,
}


# Arrays of equal entries -------------------------------------------------------------------------


def _is_uniform(array: np.ndarray) -> bool:
    if not array.size:
        return False
    first = array.flat[0]
    return bool((array.flat[-1] == first) and (array == first).all() and (first != 0 or _one_sign(array)))


def _one_sign(zeros: np.ndarray) -> bool:
    signs = np.signbit(zeros)
    return bool(signs.all() or not signs.any())


def _same_type_without(dtype: np.dtype[Any], others: tuple[Term, ...]) -> bool:
    """Whether a plain number in place of an array of this type leaves the result's type alone."""
    types = {term.dtype for term in others if shape_of_term(term)} - {_BOOL}
    return types == {dtype} or (not types and dtype == _FLOAT64)


# What NumPy calls an operation -------------------------------------------------------------------

_tables = (ar, elementary, shape, reduction, linear_algebra)
LIBRARY = {op for table in _tables for op in vars(table).values() if isinstance(op, Primitive)}
"""The primitives of this package, of which everything is known."""

_functions: dict[Any, Callable[..., Any]] = {}


def general_function(op: Primitive | None) -> Callable[..., Any] | None:
    """What a primitive computes, as NumPy's function or as one written with those; None if that is not
    known."""
    if op not in _functions:
        for function, ours in numpy_functions.items():
            if ours in LIBRARY or (isinstance(ours, Primitive) and ours.compute is function):
                _functions.setdefault(ours, function)
    return _functions.get(op)


def is_elementwise(op: Primitive | None) -> bool:
    """Whether each entry of the result depends on one entry of each argument only."""
    function = general_function(op)
    return op in (ar.where, ar.relu) or (isinstance(function, np.ufunc) and function.signature is None)
