"""Instruction selection: the Python expression of each instruction, from one table with a row a primitive.

There are three targets. `native` is NumPy: scalars are Python's floats and use `math`, which is faster on
them; arrays use operators and ufuncs; a reduction calls its ufunc's `reduce`. `portable` expects of the
library behind the name `np` only NumPy's best-known functions, for scalars and arrays alike, so it runs on
jax.numpy and dask.array. `jitted` is for numba, which lacks some arguments of these functions.

A primitive without a row is written as a call of NumPy's function of its name, or else (a user-defined one)
as a call of its own function. `Text` writes an operand: the name of an instruction, a literal, or the name of
a constant that has no literal.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import (
    einsum,
    elementary,
    gather,
    linear_algebra,
    order,
    questions,
    reduction,
    shape,
    signals,
)
from ..primitives.primitive import Primitive
from .ir import (
    BOOL,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    INT64,
    LIBRARY,
    Instruction,
    Operand,
    general_function,
    instructions_in,
    is_column_major,
    is_row_major,
    shape_of_operand,
)

Text = Callable[[Operand], str]
Writer = Callable[[Instruction, Text], str]
UfuncCall = tuple[Any, tuple[Operand, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """How one primitive is written, and how its result uses memory.

    operator  a template for scalars and arrays alike, such as "{0} + {1}".
    number    a template or writer for Python's floats; without one the array's expression is converted.
    array     a template or writer for arrays.
    portable  the same for other libraries; by default that of arrays.
    jitted    the same for NumPy through a compiler such as numba, which knows fewer arguments of NumPy's
              functions; by default that of other libraries.
    ufunc     a function of the instruction that returns the ufunc with `out=` and its operands.
    aliases   whether the result may share memory with an operand.
    """

    operator: str | None = None
    number: str | Writer | None = None
    array: str | Writer | None = None
    portable: str | Writer | None = None
    jitted: str | Writer | None = None
    ufunc: Callable[[Instruction], UfuncCall] = lambda x: (general_function(x.op), x.args)
    aliases: Callable[[Instruction], bool] = lambda x: False


# Writers -----------------------------------------------------------------------------------------


_PYTHON: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float}
"""Python's type for a scalar of a dtype."""


def _where_of_numbers(x: Instruction, text: Text) -> str:
    condition, a, b = x.args
    a, b = [_branch(branch, x, text) for branch in (a, b)]
    return f"{a} if {text(condition)} else {b}"


def _where_of_arrays(x: Instruction, text: Text) -> str:
    """Write our own `where` for a gradient that is 0 elsewhere: it is faster than NumPy's (evaluate.py)."""
    condition, a, b = x.args
    if shape_of_operand(condition) and shape_of_operand(a) and type(b) is float and b == 0.0:
        return _own_call(x, text)
    return f"np.where({text(condition)}, {text(a)}, {text(b)})"


def _branch(operand: Operand, x: Instruction, text: Text) -> str:
    if isinstance(operand, Instruction):
        return text(operand) if operand.dtype == x.dtype else _as_python(text(operand), x)
    return text(_PYTHON[x.dtype.kind](operand))


def _power_of_numbers(x: Instruction, text: Text) -> str:
    """Write `**` with a whole exponent; with another one it makes a complex number of (-1) ** 0.5."""
    a, b = x.args
    if isinstance(b, (int, float)) and float(b).is_integer():
        return f"{text(a)} ** {text(b)}"
    return f"math.pow({text(a)}, {text(b)})"


def _power(x: Instruction, text: Text) -> str:
    base = text(x.args[0])
    return f"({base}) ** {text(x.args[1])}" if base.startswith("-") else f"{base} ** {text(x.args[1])}"


_SHORT_CUTS = {2: np.square, 0.5: np.sqrt, -1: np.reciprocal}
"""The exponents for which NumPy's operator calls another ufunc."""


def _ufunc_of_power(x: Instruction) -> UfuncCall:
    a, b = x.args
    return (_SHORT_CUTS[b], (a,)) if isinstance(b, (int, float)) and b in _SHORT_CUTS else (None, ())


def _matrix_product(x: Instruction, text: Text) -> str:
    if all(_is_plain_matrix(arg, x.dtype) for arg in x.args):
        return f"{text(x.args[0])}.dot({text(x.args[1])})"  # the same product, and @ takes longer
    return f"{text(x.args[0])} @ {text(x.args[1])}"


def _is_plain_matrix(operand: Operand, dtype: np.dtype[Any]) -> bool:
    """Whether BLAS reads the matrix in place; otherwise `dot` and @ sum the terms in different orders."""
    is_matrix = len(shape_of_operand(operand)) == 2 and operand.dtype == dtype
    return is_matrix and (is_row_major(operand) or is_column_major(operand))


def _reduced_by(ufunc: str) -> Writer:
    def write(x: Instruction, text: Text) -> str:
        a, axes, keepdims = x.args
        kept = ", keepdims=True" if keepdims else ""
        return f"np.{ufunc}.reduce({text(a)}, axis={text(_axis(a, axes))}{kept})"

    return write


def _extreme_by(ufunc: str) -> Writer:
    """Write our own reduction where it is faster than NumPy's (reduction.py)."""
    by_numpy = _reduced_by(ufunc)

    def write(x: Instruction, text: Text) -> str:
        a, axes, _ = x.args
        return (_own_call if reduction.has_short_rows(shape_of_operand(a), axes) else by_numpy)(x, text)

    return write


def _reduced_portably(function: str) -> Writer:
    def write(x: Instruction, text: Text) -> str:
        """Write a reduction without keepdims, which numba does not know."""
        a, axes, keepdims = x.args
        axis = _axis(a, axes)
        along = "" if axis is None else f", axis={text(axis)}"
        total = f"np.{function}({text(a)}{along})"
        return f"np.reshape({total}, {text(x.shape)})" if keepdims and x.shape else total

    return write


def _summed_jitted(x: Instruction, text: Text) -> str:
    """Write a sum along one axis after the other, the last one first."""
    a, axes, keepdims = x.args
    if len(axes) == len(a.shape):
        total = f"np.sum({text(a)})"
        return f"np.full({text(x.shape)}, {total})" if keepdims else total
    total = text(a)
    for axis in sorted(axes, reverse=True):
        total = f"np.sum({total}, axis={axis})"
    return f"np.reshape({total}, {text(x.shape)})" if keepdims else total


def _extreme_jitted(function: str) -> Writer:
    def write(x: Instruction, text: Text) -> str:
        """Write a maximum or minimum along an axis by its places: numba's own knows no axis."""
        a, axes, keepdims = x.args
        if len(axes) == len(a.shape):
            total = f"np.{function}({text(a)})"
            return f"np.full({text(x.shape)}, {total})" if keepdims else total
        total = text(a)
        for axis in axes:
            places = f"np.expand_dims(np.arg{function}({total}, axis={axis}), {axis})"
            total = f"np.take_along_axis({total}, {places}, {axis})"
        return total if keepdims else f"np.reshape({total}, {text(x.shape)})"

    return write


def _reshaped_jitted(x: Instruction, text: Text) -> str:
    a = x.args[0]
    if not a.shape:
        return f"np.full({text(x.shape)}, {text(a)})" if x.shape else text(a)
    if not x.shape:
        return f"{text(a)}[{', '.join(['0'] * len(a.shape))}]"
    is_contiguous = is_row_major(a) and not row_of(a.op).aliases(a)
    return f"np.reshape({text(a) if is_contiguous else f'np.ascontiguousarray({text(a)})'}, {text(x.shape)})"


def _axis(a: Instruction, axes: tuple[int, ...]) -> Any:
    """The axes as a person writes them: None for all, a number for one."""
    return None if len(axes) == len(a.shape) else axes[0] if len(axes) == 1 else axes


def _reshaped(x: Instruction, text: Text) -> str:
    return f"np.reshape({text(x.args[0])}, {text(x.shape)})" if x.shape else f"{text(x.args[0])}.item()"


def _broadcast(x: Instruction, text: Text) -> str:
    if not x.args[0].shape:
        return f"np.full({text(x.shape)}, {text(x.args[0])})"
    return _broadcast_portably(x, text)


def _broadcast_portably(x: Instruction, text: Text) -> str:
    return f"np.broadcast_to({text(x.args[0])}, {text(x.shape)})"


def _where_of(x: Instruction) -> Any:
    """The index of `index`, `gather` and their gradients, with the operands in it."""
    where, *rest = x.args[1:]
    return where.filled(rest) if isinstance(where, gather.Pattern) else where


def _indexed(x: Instruction, text: Text) -> str:
    return f"{text(x.args[0])}[{_subscript(_where_of(x), text)}]"


def _concatenated(x: Instruction, text: Text) -> str:
    parts = ", ".join(map(text, x.args[1:])) + "," * (len(x.args) == 2)
    return f"np.concatenate(({parts}), axis={x.args[0]})"


def _einsum(x: Instruction, text: Text) -> str:
    optimize = ", optimize=True" if len(x.args) > 3 else ""
    return f"np.einsum({', '.join(map(text, x.args))}{optimize})"


def _cofactors(x: Instruction, text: Text) -> str:
    """Write the gradient of det for libraries that have det and inv; not finite for a singular matrix."""
    a = text(x.args[0])
    if len(x.shape) == 2:
        return f"np.linalg.det({a}) * np.linalg.inv({a}).T"
    return f"np.linalg.det({a})[..., None, None] * np.swapaxes(np.linalg.inv({a}), -1, -2)"


def _call(x: Instruction, text: Text) -> str:
    name = _qualified(general_function(x.op))
    return f"{name}({', '.join(map(text, x.args))})" if name else _own_call(x, text)


def _question(x: Instruction, text: Text) -> str:
    function, names = questions.CALLS[x.op]  # type: ignore[index]
    args, options = questions.split(x.args, names)
    given = [*map(text, args), *[f"{name}={text(operand)}" for name, operand in options.items()]]
    return f"{_qualified(function)}({', '.join(given)})"


def _own_call(x: Instruction, text: Text) -> str:
    return f"{text(x.op)}({', '.join(map(text, x.args))})"


def _qualified(function: Any) -> str | None:
    """The name of a function of NumPy in a program; None for other functions."""
    name = getattr(function, "__name__", "unknown")
    if getattr(np, name, None) is function:
        return f"np.{name}"
    return f"np.linalg.{name}" if getattr(np.linalg, name, None) is function else None


# The table ---------------------------------------------------------------------------------------


def _is_view(x: Instruction) -> bool:
    return True


# fmt: off
TABLE: dict[Primitive, Row] = {
    ar.add:           Row("{0} + {1}"),
    ar.subtract:      Row("{0} - {1}"),
    ar.multiply:      Row("{0} * {1}"),
    ar.divide:        Row("{0} / {1}"),
    ar.negative:      Row("-{0}"),
    ar.absolute:      Row("abs({0})", portable="np.abs({0})"),  # numba's abs is for scalars only
    ar.greater:       Row("{0} > {1}"),
    ar.greater_equal: Row("{0} >= {1}"),
    ar.less:          Row("{0} < {1}"),
    ar.less_equal:    Row("{0} <= {1}"),
    ar.equal:         Row("{0} == {1}"),
    ar.not_equal:     Row("{0} != {1}"),
    ar.exp:           Row(number="math.exp({0})"),
    ar.log:           Row(number="math.log({0})"),
    ar.sqrt:          Row(number="math.sqrt({0})"),
    ar.sin:           Row(number="math.sin({0})"),
    ar.cos:           Row(number="math.cos({0})"),
    ar.tanh:          Row(number="math.tanh({0})"),
    ar.power:         Row(number=_power_of_numbers, array=_power, ufunc=_ufunc_of_power),
    ar.relu:          Row(number="0.0 if {0} <= 0.0 else {0}", array="np.maximum({0}, 0.0)",
                          ufunc=lambda x: (np.maximum, (*x.args, 0.0))),
    ar.where:         Row(number=_where_of_numbers, array=_where_of_arrays,
                          portable="np.where({0}, {1}, {2})"),
    elementary.expm1:      Row(number="math.expm1({0})"),
    elementary.log1p:      Row(number="math.log1p({0})"),
    elementary.square:     Row(number="{0} * {0}"),
    elementary.reciprocal: Row(number="1.0 / {0}"),
    elementary.astype:     Row(array=lambda x, text: f"{text(x.args[0])}.astype(np.{x.args[1]})"),
    linear_algebra.matmul: Row(array=_matrix_product, portable="{0} @ {1}"),
    linear_algebra.solve:  Row(array="np.linalg.solve({0}, {1})"),
    linear_algebra.cofactors: Row(portable=_cofactors),
    einsum.einsum:         Row(array=_einsum, aliases=lambda x: len(x.args) == 2),
    reduction.reduce_sum:  Row(array=_reduced_by("add"), portable=_reduced_portably("sum"),
                               jitted=_summed_jitted),
    reduction.reduce_max:  Row(array=_extreme_by("maximum"), portable=_reduced_portably("max"),
                               jitted=_extreme_jitted("max")),
    reduction.shift:       Row(array=_extreme_by("maximum"), portable=_reduced_portably("max"),
                               jitted=_extreme_jitted("max")),
    reduction.reduce_min:  Row(array=_extreme_by("minimum"), portable=_reduced_portably("min"),
                               jitted=_extreme_jitted("min")),
    reduction.cumsum:      Row(array="np.cumsum({0}, {1})"),
    shape.reshape:         Row(array=_reshaped, aliases=_is_view, jitted=_reshaped_jitted,
                               portable=lambda x, text: f"np.reshape({text(x.args[0])}, {text(x.shape)})"),
    shape.transpose:       Row(array="np.transpose({0}, {1})", aliases=_is_view),
    shape.broadcast_to:    Row(array=_broadcast, portable=_broadcast_portably, aliases=_is_view),
    shape.index:           Row(array=_indexed, aliases=_is_view),
    gather.gather:         Row(array=_indexed, aliases=lambda x: not any(map(shape_of_operand, x.args[2:]))),
    shape.concatenate:     Row(array=_concatenated),
    order.argsort:         Row(array="np.argsort({0}, {1}, kind='stable')", portable="np.argsort({0}, {1})"),
    order.argpartition:    Row(array="np.argpartition({0}, {1}, {2})", portable="np.argsort({0}, {2})"),
    signals.searchsorted:  Row(array="np.searchsorted({0}, {1}, {2})"),
    signals.convolve_full: Row(array="np.convolve({0}, {1})"),
    signals.convolve_valid: Row(array="np.convolve({0}, {1}, 'valid')"),
}
# fmt: on


@functools.cache
def row_of(op: Primitive | None) -> Row:
    """The row of a primitive. A user-defined one may return an argument, unless it is a ufunc."""
    if op in TABLE:
        return TABLE[op]
    if op in questions.CALLS:
        return Row(number=lambda x, text: _as_python(_question(x, text), x), array=_question)
    is_known = op in LIBRARY or isinstance(general_function(op), np.ufunc)
    return Row() if is_known else Row(aliases=_is_view)


def _written(how: str | Writer, x: Instruction, text: Text) -> str:
    return how.format(*map(text, x.args)) if isinstance(how, str) else how(x, text)


# The three targets -------------------------------------------------------------------------------


def native(x: Instruction, text: Text) -> str:
    """The expression of an instruction for NumPy and Python's floats."""
    if not any(map(shape_of_operand, x.args)):
        return _of_arrays(x, text) if x.shape else _of_numbers(x, text)
    if not x.shape:
        return _as_python(_of_arrays(x, text), x)
    expression = _of_arrays(x, text)
    return f"({expression}).astype(float)" if computes_in_integers(x) else expression


def _of_arrays(x: Instruction, text: Text) -> str:
    row = row_of(x.op)
    return _written(row.operator or row.array or _call, x, text)


def _of_numbers(x: Instruction, text: Text) -> str:
    row = row_of(x.op)
    if np.ndarray in map(type, x.args):  # a float32 constant, which makes a float32 of the others
        return _as_python(_own_call(x, text), x)
    if row.operator:
        expression = _written(row.operator, x, text)
        is_count = x.dtype == BOOL and x.op in (ar.add, ar.multiply)  # Python makes an int of it
        return _as_python(expression, x) if is_count or computes_in_integers(x) else expression
    if x.op is not ar.where and not {BOOL, INT64}.isdisjoint([arg.dtype for arg in instructions_in(x.args)]):
        return _as_python(_own_call(x, text), x)  # `math` and ** give other types with masks and integers
    if row.number:
        return _written(row.number, x, text)
    return _as_python(_call(x, text), x)


def portable(x: Instruction, text: Text) -> str:
    """The expression of an instruction for any library that has NumPy's best-known functions."""
    row = row_of(x.op)
    return _written(row.portable or row.operator or row.array or _call, x, text)


def jitted(x: Instruction, text: Text) -> str:
    """The expression of an instruction for NumPy through numba."""
    row = row_of(x.op)
    return _written(row.jitted, x, text) if row.jitted else portable(x, text)


def _as_python(expression: str, x: Instruction) -> str:
    """A scalar as Python's own, not NumPy's."""
    return f"{_PYTHON[x.dtype.kind].__name__}({expression})"


def computes_in_integers(x: Instruction) -> bool:
    """Whether NumPy computes in integers (the sum of a mask) or in float16, where a Value has floats."""
    args = x.args[1:] if x.op is ar.where else x.args
    dtypes = {arg.dtype for arg in args if isinstance(arg, np.ndarray) or shape_of_operand(arg)}
    if FLOAT16 in dtypes and dtypes.isdisjoint({FLOAT32, FLOAT64}):  # an array from outside
        return x.dtype == np.float64
    if {BOOL} < {BOOL, *[arg.dtype for arg in args if isinstance(arg, Instruction)]}:
        return False
    types = [arg.dtype.kind if isinstance(arg, (Instruction, np.ndarray)) else type(arg) for arg in args]
    return x.dtype == np.float64 and "f" not in types and float not in types


# Memory ------------------------------------------------------------------------------------------


def in_place(x: Instruction, text: Text, buffer: Instruction) -> str:
    """The expression of an instruction whose result is written into a buffer."""
    function, args = row_of(x.op).ufunc(x)
    return f"{_qualified(function)}({', '.join(map(text, args))}, out={text(buffer)})"


def takes_out(x: Instruction) -> bool:
    """Whether a ufunc with `out=` computes this instruction."""
    function, _ = row_of(x.op).ufunc(x)
    known = isinstance(function, np.ufunc) and _qualified(function) is not None
    return known and x.shape != () and not computes_in_integers(x)


def may_alias(x: Instruction) -> bool:
    """Whether the result may share memory with an operand, or with an array that is held elsewhere."""
    return row_of(x.op).aliases(x)


def may_keep_operands(x: Instruction) -> bool:
    """Whether the primitive may hold on to its operands: user-defined ones may."""
    return x.op not in LIBRARY and not isinstance(general_function(x.op), np.ufunc)


# Statements and literals -------------------------------------------------------------------------


Statements = Callable[[Instruction, str, Text, str], list[str]]
"""A writer of statements: of an instruction, the name of its result, and a name for a variable in a loop."""


def scattered(x: Instruction, name: str, text: Text, variable: str) -> list[str]:
    """Make zeros and add something at the places of an index."""
    g, where = text(x.args[0]), _where_of(x)
    if _reads_no_place_twice(x, where):
        return [f"{name} = {_zeros(x, text)}", f"{name}[{_subscript(where, text)}] = {g}"]
    return [f"{name} = {text(shape.scatter)}({g}, {_index_object(where, text)}, {text(x.shape)})"]


def scattered_portably(x: Instruction, name: str, text: Text, variable: str) -> list[str]:
    """Write what dask.array has, which cannot add at places that may repeat."""
    g, where = text(x.args[0]), _where_of(x)
    once = f"{name}[{_subscript(where, text)}] = {g}"
    repeated = f"np.add.at({name}, {_index_object(where, text)}, {g})"
    return [f"{name} = {_zeros(x, text)}", once if _reads_no_place_twice(x, where) else repeated]


def scattered_in_jax(x: Instruction, name: str, text: Text, variable: str) -> list[str]:
    """Arrays of jax.numpy cannot be written to: `at` makes another one."""
    place = _subscript(_where_of(x), text)
    return [f"{name} = {_zeros(x, text)}.at[{place}].add({text(x.args[0])})"]


def gathered_in_jax(x: Instruction, name: str, text: Text, variable: str) -> list[str]:
    """Integers that are out of bounds pick nan; by default jax takes the nearest entry."""
    place = _subscript(_where_of(x), text)
    return [f"{name} = np.asarray({text(x.args[0])}).at[{place}].get(mode='fill')"]


def gathered_in_numba(x: Instruction, name: str, text: Text, place: str) -> list[str]:
    """Check the integers, which numba does not, and pick entry by entry: it knows one array in an index."""
    where, axes = _places(x, text, place)
    if axes is None:
        return [*_bounds(x, text), f"{name} = {_indexed(x, text)}"]
    empty = _zeros(x, text).replace("zeros", "empty", 1)
    loop = f"for {place} in np.ndindex({text(axes)}): {name}[{place}] = {text(x.args[0])}[{where}]"
    return [*_bounds(x, text), f"{name} = {empty}", loop]


def scattered_in_numba(x: Instruction, name: str, text: Text, place: str) -> list[str]:
    """Add entry by entry: numba has no np.add.at."""
    where, axes = _places(x, text, place)
    if axes is None:
        return scattered_portably(x, name, text, place)
    loop = f"for {place} in np.ndindex({text(axes)}): {name}[{where}] += {text(x.args[0])}[{place}]"
    return [f"{name} = {_zeros(x, text)}", loop]


def argsorted_in_numba(x: Instruction, name: str, text: Text, place: str) -> list[str]:
    """Sort line by line: numba knows one axis. A sorted line is a partition, too."""
    a, axis = text(x.args[0]), x.args[-1]
    if len(x.shape) == 1:
        return [f"{name} = np.argsort({a}, kind='mergesort')"]
    others = [n for i, n in enumerate(x.shape) if i != axis]
    line = [f"{place}[{i}]" for i in range(len(others))]
    line.insert(axis, ":")
    where = ", ".join(line)
    loop = f"for {place} in np.ndindex({text(tuple(others))}): "
    return [
        f"{name} = {_zeros(x, text)}",
        f"{loop}{name}[{where}] = np.argsort({a}[{where}], kind='mergesort')",
    ]


STATEMENTS: dict[str, dict[Primitive | None, Statements]] = {
    "native": {shape.scatter: scattered, gather.scatter_add: scattered},
    "portable": dict.fromkeys([shape.scatter, gather.scatter_add], scattered_portably),
    "jax": {
        **dict.fromkeys([shape.scatter, gather.scatter_add], scattered_in_jax),
        gather.gather: gathered_in_jax,
    },
    "numba": {
        **dict.fromkeys([shape.scatter, gather.scatter_add], scattered_in_numba),
        gather.gather: gathered_in_numba,
        **dict.fromkeys([order.argsort, order.argpartition], argsorted_in_numba),
    },
}
"""By target the primitives that are statements and not an expression."""


def _index_object(where: Any, text: Text) -> str:
    """Write an index as an argument of a function."""
    return f"({', '.join(map(text, where))})" if isinstance(where, tuple) else text(where)


def _zeros(x: Instruction, text: Text) -> str:
    like = "" if x.dtype == np.float64 else f", dtype=np.{x.dtype}"
    return f"np.zeros({text(x.shape)}{like})"


def _reads_no_place_twice(x: Instruction, where: Any) -> bool:
    """Whether it is known that the index reads each place once: its operands are scalars."""
    if x.op is gather.scatter_add:
        return not any(map(shape_of_operand, x.args[2:]))
    return shape.reads_no_place_twice(where)


def _places(x: Instruction, text: Text, place: str) -> tuple[str, tuple[int, ...] | None]:
    """Write an index at one place of its arrays, and return the axes of these.

    The axes are None where it has other parts than integers, or no array.
    """
    where = _where_of(x)
    parts = where if isinstance(where, tuple) else (where,)
    arrays = [part for part in parts if shape_of_operand(part)]
    numbers = [part for part in parts if type(part) is int or isinstance(part, Instruction)]
    if not arrays or any(array.dtype.kind not in "iu" for array in arrays):
        return "", None
    if len(numbers) + sum(type(array) is np.ndarray for array in arrays) < len(parts):
        return "", None
    axes = np.broadcast_shapes(*map(shape_of_operand, arrays))
    written = [_at_place(part, text, place, axes) if shape_of_operand(part) else text(part) for part in parts]
    return ", ".join(written), axes


def _at_place(array: Operand, text: Text, place: str, axes: tuple[int, ...]) -> str:
    whole = text(array) if array.shape == axes else f"np.broadcast_to({text(array)}, {text(axes)})"
    return f"{whole}[{place}]"


def _bounds(x: Instruction, text: Text) -> list[str]:
    """Statements that raise IndexError where an operand is not within the bounds of its axis."""
    _, pattern, *integers = x.args
    statements = []
    for operand, n in zip(integers, pattern.lengths(), strict=True):
        if isinstance(operand, Instruction):
            low, high = f"{text(operand)} < {-n}", f"{text(operand)} >= {n}"
            outside = f"np.any({low}) or np.any({high})" if operand.shape else f"{low} or {high}"
            message = f"{text(operand)}: an index is out of bounds for an axis with size {n}"
            statements.append(f"if {outside}: raise IndexError({message!r})")
    return statements


def literal(x: Any) -> str | None:
    """Write a number, an axis or an index as Python does; None for what has to be given a name."""
    kind = type(x)
    if kind is float:
        return repr(x) if math.isfinite(x) else f"math.{x!r}".replace("math.-", "-math.")
    if kind in (int, bool, str, bytes) or x is None:
        return repr(x)
    if x is Ellipsis:
        return "..."
    if kind is slice:
        return f"slice({x.start}, {x.stop}, {x.step})"
    if kind is tuple:
        parts = [literal(part) for part in x]
        return None if None in parts else f"({', '.join(map(str, parts))}{',' * (len(parts) == 1)})"
    return None


def _subscript(where: Any, text: Text) -> str:
    """Write an index as it stands in brackets."""
    if isinstance(where, tuple) and where:
        parts = [text(part) if isinstance(part, tuple) else _subscript(part, text) for part in where]
        return ", ".join(parts) + "," * (len(where) == 1)
    if isinstance(where, slice):
        start, stop, step = ["" if x is None else text(x) for x in (where.start, where.stop, where.step)]
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return text(where)


def is_matrix_transpose(x: Instruction) -> bool:
    """Whether this is the transpose of a matrix, which is written in place of its name: a.T."""
    return len(x.shape) == 2 and x.op is shape.transpose
