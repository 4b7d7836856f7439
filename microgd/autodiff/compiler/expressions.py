"""How an operation is written in Python: the words of a program.

Two dialects. `native` is for NumPy: numbers are Python's floats and use `math`, which NumPy is slow at;
arrays use operators and ufuncs; a reduction calls its ufunc's `reduce`. `portable` asks nothing of the
library behind the name `np` but NumPy's best-known functions, for numbers and arrays alike, so it also
runs on jax.numpy and dask.array and through numba.

An expression is made from a line and from `text`, which says how a term is written: the name of a line,
a literal, or a name for what has no literal. What neither dialect has words for (a primitive of your
own) is a call of the primitive's own function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import elementary, linear_algebra, reduction, shape
from .simplify import (
    LIBRARY,
    Line,
    Term,
    general_function,
    lies_in_columns,
    lies_in_rows,
    shape_of_term,
)

Text = Callable[[Term], str]
"""How a term is written."""

_BOOL = np.dtype(np.bool)

# fmt: off
OPERATORS = {
    ar.add: "{0} + {1}", ar.subtract: "{0} - {1}", ar.multiply: "{0} * {1}", ar.divide: "{0} / {1}",
    ar.negative: "-{0}", ar.absolute: "abs({0})",
    ar.greater: "{0} > {1}", ar.greater_equal: "{0} >= {1}", ar.less: "{0} < {1}",
    ar.less_equal: "{0} <= {1}", ar.equal: "{0} == {1}", ar.not_equal: "{0} != {1}",
}
SCALARS = {
    ar.exp: "math.exp({0})", ar.log: "math.log({0})", ar.sqrt: "math.sqrt({0})", ar.sin: "math.sin({0})",
    ar.cos: "math.cos({0})", ar.tanh: "math.tanh({0})",
    elementary.expm1: "math.expm1({0})", elementary.log1p: "math.log1p({0})",
    elementary.square: "{0} * {0}", elementary.reciprocal: "1.0 / {0}",
    ar.relu: "0.0 if {0} <= 0.0 else {0}",
}
ARRAYS = OPERATORS | {
    linear_algebra.matmul: "{0} @ {1}", ar.relu: "np.maximum({0}, 0.0)", ar.where: "np.where({0}, {1}, {2})",
    reduction.cumsum: "np.cumsum({0}, {1})", linear_algebra.solve: "np.linalg.solve({0}, {1})",
}
REDUCED = {reduction.reduce_sum: "add", reduction.reduce_max: "maximum", reduction.reduce_min: "minimum"}
REDUCED_PORTABLY = {reduction.reduce_sum: "sum", reduction.reduce_max: "max", reduction.reduce_min: "min"}
POWERS = {2: np.square, 0.5: np.sqrt, -1: np.reciprocal}
# fmt: on


# The dialect of NumPy ----------------------------------------------------------------------------


def native(line: Line, text: Text) -> str:
    """The line's expression for NumPy and Python's floats."""
    if not any(map(shape_of_term, line.args)):
        return _of_arrays(line, text) if line.shape else _of_numbers(line, text)
    if not line.shape:
        return _plain(_of_arrays(line, text), line)
    expression = _of_arrays(line, text)
    return f"({expression}).astype(float)" if _may_be_integers(line) else expression


def _of_numbers(line: Line, text: Text) -> str:
    if np.ndarray in map(type, line.args):  # a float32 from outside, which makes a float32 of the others
        return _plain(_own_call(line, text), line)
    if line.op is ar.where:
        condition, a, b = line.args
        a, b = [_branch(x, line, text) for x in (a, b)]
        return f"{a} if {text(condition)} else {b}"
    if line.op in OPERATORS:
        expression = OPERATORS[line.op].format(*map(text, line.args))
        is_count = line.dtype == _BOOL and line.op in (ar.add, ar.multiply)  # of which Python makes an int
        return _plain(expression, line) if is_count or _may_be_integers(line) else expression
    if _BOOL in [arg.dtype for arg in line.args if isinstance(arg, Line)]:  # of which `math` thinks otherwise
        return _plain(_own_call(line, text), line)
    if line.op in SCALARS:
        return SCALARS[line.op].format(*map(text, line.args))
    return _power_of_numbers(line, text) if line.op is ar.power else _plain(_call(line, text), line)


def _power_of_numbers(line: Line, text: Text) -> str:
    """With a whole exponent `**` says it; otherwise it would make a complex number of (-1) ** 0.5."""
    a, b = line.args
    if isinstance(b, (int, float)) and float(b).is_integer():
        return f"{text(a)} ** {text(b)}"
    return f"math.pow({text(a)}, {text(b)})"


def _branch(term: Term, line: Line, text: Text) -> str:
    if isinstance(term, Line):
        return text(term) if term.dtype == line.dtype else _plain(text(term), line)
    return text(bool(term) if line.dtype == _BOOL else float(term))


def _plain(expression: str, line: Line) -> str:
    """A number as Python's own, not NumPy's."""
    return f"{'bool' if line.dtype == np.bool else 'float'}({expression})"


def _may_be_integers(line: Line) -> bool:
    """NumPy counts masks in integers (their sum), where a Value has floats."""
    args = line.args[1:] if line.op is ar.where else line.args
    if {_BOOL} < {_BOOL, *[arg.dtype for arg in args if isinstance(arg, Line)]}:
        return False
    types = [arg.dtype.kind if isinstance(arg, (Line, np.ndarray)) else type(arg) for arg in args]
    return line.dtype == np.float64 and "f" not in types and float not in types


def _of_arrays(line: Line, text: Text) -> str:
    if line.op in REDUCED:
        a, axes, keepdims = line.args
        kept = ", keepdims=True" if keepdims else ""
        return f"np.{REDUCED[line.op]}.reduce({text(a)}, axis={text(_axis(a, axes))}{kept})"
    if line.op is shape.reshape and not line.shape:
        return f"{text(line.args[0])}.item()"
    if line.op is shape.broadcast_to and not line.args[0].shape:
        return f"np.full({text(line.shape)}, {text(line.args[0])})"
    if line.op is linear_algebra.matmul and all(_is_plain_matrix(arg, line.dtype) for arg in line.args):
        return f"{text(line.args[0])}.dot({text(line.args[1])})"  # the same product, and @ takes longer
    return _of_either(line, text)


def _is_plain_matrix(term: Term, dtype: np.dtype[Any]) -> bool:
    """Whether BLAS reads it as it lies in memory, row after row or column after column: of others, `dot`
    and @ add up the terms in different orders."""
    is_matrix = len(shape_of_term(term)) == 2 and term.dtype == dtype
    return is_matrix and (lies_in_rows(term) or lies_in_columns(term))


def _axis(a: Line, axes: tuple[int, ...]) -> Any:
    """As a person writes it: None for all axes, a number for one."""
    return None if len(axes) == len(a.shape) else axes[0] if len(axes) == 1 else axes


def in_place(line: Line, text: Text, buffer: Line) -> str:
    """The line's expression, its result written into a buffer."""
    function, args = _ufunc_call(line)
    return f"{_qualified(function)}({', '.join(map(text, args))}, out={text(buffer)})"


def can_be_written_into(line: Line) -> bool:
    """Whether a ufunc with `out=` computes this line."""
    function, _ = _ufunc_call(line)
    known = isinstance(function, np.ufunc) and _qualified(function) is not None
    return known and line.shape != () and not _may_be_integers(line)


def _ufunc_call(line: Line) -> tuple[Any, tuple[Term, ...]]:
    """The ufunc that computes a line, and of what."""
    if line.op is ar.relu:
        return np.maximum, (*line.args, 0.0)
    if line.op is ar.power:  # NumPy's operator has short cuts for three exponents
        a, b = line.args
        return (POWERS[b], (a,)) if isinstance(b, (int, float)) and b in POWERS else (None, ())
    return general_function(line.op), line.args


# What both have in common ------------------------------------------------------------------------


def _of_either(line: Line, text: Text) -> str:
    op, args = line.op, line.args
    if op in ARRAYS:
        return ARRAYS[op].format(*map(text, args))
    if op is ar.power:
        base = text(args[0])
        return f"({base}) ** {text(args[1])}" if base.startswith("-") else f"{base} ** {text(args[1])}"
    if op is shape.reshape:
        return f"np.reshape({text(args[0])}, {text(line.shape)})"
    if op is shape.transpose:
        return f"np.transpose({text(args[0])}, {text(args[1])})"
    if op is shape.broadcast_to:
        return f"np.broadcast_to({text(args[0])}, {text(line.shape)})"
    if op is elementary.astype:
        return f"{text(args[0])}.astype(np.{args[1]})"
    if op is shape.index:
        return f"{text(args[0])}[{_subscript(args[1], text)}]"
    if op is shape.concatenate:
        return f"np.concatenate(({', '.join(map(text, args[1:]))}), axis={args[0]})"
    if op is linear_algebra.einsum:
        optimize = ", optimize=True" if len(args) > 3 else ""
        return f"np.einsum({', '.join(map(text, args))}{optimize})"
    return _call(line, text)


def _call(line: Line, text: Text) -> str:
    """NumPy's function of this name, or the primitive's own."""
    name = _qualified(general_function(line.op))
    return f"{name}({', '.join(map(text, line.args))})" if name else _own_call(line, text)


def _own_call(line: Line, text: Text) -> str:
    return f"{text(line.op)}({', '.join(map(text, line.args))})"


def _qualified(function: Any) -> str | None:
    name = getattr(function, "__name__", "")
    if getattr(np, name, None) is function:
        return f"np.{name}"
    return f"np.linalg.{name}" if getattr(np.linalg, name, None) is function else None


# The dialect of every array library --------------------------------------------------------------


def portable(line: Line, text: Text) -> str:
    """The line's expression for any library that has NumPy's best-known functions."""
    if line.op in REDUCED_PORTABLY:
        return _reduced_portably(line, text)
    if line.op is ar.absolute:  # Python's abs is for numbers only in numba
        return f"np.abs({text(line.args[0])})"
    return _of_either(line, text)


def _reduced_portably(line: Line, text: Text) -> str:
    """Without keepdims, which numba does not know."""
    a, axes, keepdims = line.args
    axis = _axis(a, axes)
    along = "" if axis is None else f", axis={text(axis)}"
    total = f"np.{REDUCED_PORTABLY[line.op]}({text(a)}{along})"  # type: ignore[index]
    return f"np.reshape({total}, {text(line.shape)})" if keepdims and line.shape else total


def scattered(line: Line, name: str, text: Text, library: Any) -> list[str]:
    """The statements that make zeros with something added where an index says."""
    g, where, _ = line.args
    like = "" if line.dtype == np.float64 else f", dtype=np.{line.dtype}"
    zeros, place = f"np.zeros({text(line.shape)}{like})", _subscript(where, text)
    if hasattr(library.zeros(1), "at"):  # as in jax.numpy, where nobody writes into an array
        return [f"{name} = {zeros}.at[{place}].add({text(g)})"]
    if shape.reads_no_place_twice(where):
        return [f"{name} = {zeros}", f"{name}[{place}] = {text(g)}"]
    return [f"{name} = {zeros}", f"np.add.at({name}, {text(where)}, {text(g)})"]


# Literals ----------------------------------------------------------------------------------------


def literal(x: Any) -> str | None:
    """How Python writes a number, an axis, an index; None for what has to be given a name."""
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
    """An index as it stands in brackets."""
    if isinstance(where, tuple) and where:
        parts = [text(part) if isinstance(part, tuple) else _subscript(part, text) for part in where]
        return ", ".join(parts) + "," * (len(where) == 1)
    if isinstance(where, slice):
        start, stop, step = ["" if x is None else text(x) for x in (where.start, where.stop, where.step)]
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return text(where)


def is_turned(line: Line) -> bool:
    """Whether this is the transpose of a matrix, which is written as a matter of course: a.T."""
    return len(line.shape) == 2 and line.op is shape.transpose


def keeps_its_arguments(line: Line) -> bool:
    """Whether it may: of a primitive of your own nothing is known."""
    return line.op not in LIBRARY and not isinstance(general_function(line.op), np.ufunc)


def is_fresh(line: Line) -> bool:
    """Whether the result is an array that nobody else has. A reshape may be a view of what it was made
    from, and of a primitive of your own nothing is known."""
    views = (shape.reshape, shape.transpose, shape.broadcast_to, shape.index)
    is_known = line.op in LIBRARY or isinstance(general_function(line.op), np.ufunc)
    turns_one = line.op is linear_algebra.einsum and len(line.args) == 2
    return is_known and line.op not in views and not turns_one
