"""The JavaScript of operations on whole arrays: each is a call of a function of runtime.js.

Shapes are known when a program is written, so axes, steps and indices become tables of places. Each function
here writes an array, of one entry where the result is a number.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..data import OF_INTEGERS
from ..primitives import einsum, gather, linear_algebra, order, questions, reduction, shape, signals
from ..primitives.primitive import Primitive
from .ir import Instruction, Operand, shape_of_operand
from .javascript_operands import Operands, numbered

Write = Callable[[Instruction, Operands], str]

# Moving entries ----------------------------------------------------------------------------------


def places_of(x: Instruction) -> np.ndarray:
    """Return the places of the entries that an operation picks from its operand."""
    a, *static = x.args
    return np.asarray(x.op.compute(numbered(shape_of_operand(a)), *static))  # type: ignore[union-attr]


def _picked(x: Instruction, operands: Operands) -> str:
    a = x.args[0]
    return operands.picked(operands.array(a), math.prod(shape_of_operand(a)), places_of(x))


def _reshaped(x: Instruction, operands: Operands) -> str:
    return operands.array(x.args[0])


def _scattered(x: Instruction, operands: Operands) -> str:
    g, where, into = x.args
    function = "put" if shape.reads_no_place_twice(where) else "scatter"
    places = operands.table(numbered(into)[where])
    return f"{function}({operands.array(g)}, {places}, {math.prod(into)})"


def _gathered(x: Instruction, operands: Operands) -> str:
    a, pattern, *integers = x.args
    return f"pick({operands.array(a)}, {_located(pattern, integers, operands)})"


def _scatter_added(x: Instruction, operands: Operands) -> str:
    g, pattern, *integers = x.args
    places = _located(pattern, integers, operands)
    return f"scatter({operands.array(g)}, {places}, {math.prod(pattern.shape)})"


def _located(pattern: gather.Pattern, integers: list[Operand], operands: Operands) -> str:
    """Write the places that an index reads: those for zeros, and what each integer adds to them."""
    zeros = [_zeros(x) if isinstance(x, Instruction) else x for x in integers]
    parts = [operands.table(numbered(pattern.shape)[pattern.filled(zeros)])]
    for hole, (x, axis) in enumerate(zip(integers, pattern.axes(), strict=True)):
        if isinstance(x, Instruction):
            entries = operands.table(_entries_read(pattern, zeros, hole, x.shape))
            length, step = pattern.shape[axis], math.prod(pattern.shape[axis + 1 :])
            parts.append(f"[{operands.array(x)}, {entries}, {length}, {axis}, {step}]")
    return f"located({', '.join(parts)})"


def _entries_read(pattern: gather.Pattern, zeros: list[Any], hole: int, given: tuple[int, ...]) -> np.ndarray:
    """Return which of the integers in a hole, an array of this shape, picks each entry of the result.

    The integers are numbered, and pick from an array whose entries are their own places along the axis.
    """
    axis, entries = pattern.axes()[hole], numbered(given)
    line = np.arange(entries.size).reshape(-1, *[1] * (len(pattern.shape) - axis - 1))
    places = np.broadcast_to(line, (*pattern.shape[:axis], entries.size, *pattern.shape[axis + 1 :]))
    return np.asarray(places[pattern.filled([*zeros[:hole], entries, *zeros[hole + 1 :]])])


def _zeros(x: Instruction) -> Any:
    return np.zeros(x.shape, int) if x.shape else 0


def _joined(x: Instruction, operands: Operands) -> str:
    axis, *parts = x.args
    shapes = [shape_of_operand(part) for part in parts]
    ends = np.cumsum([0, *map(math.prod, shapes)])
    places = np.concatenate([start + numbered(given) for start, given in zip(ends, shapes)], axis)
    return operands.picked(f"join({', '.join(map(operands.array, parts))})", int(ends[-1]), places)


# Reducing ----------------------------------------------------------------------------------------


def _reduced(
    function: str, a: Operand, axes: tuple[int, ...], steps: tuple[int, ...], operands: Operands
) -> str:
    """Write a reduction in the order in which NumPy adds: run after run as the entries lie in memory.

    A run is entries that lie one behind the other and are all reduced to one: NumPy adds it up in pairs.
    steps  how far the entries are from one another along each axis, in bytes.
    """
    given = shape_of_operand(a)
    moved = sorted(range(len(given)), key=lambda i: -abs(steps[i]))
    inner = _axes_of_a_run([(given[i], steps[i], i in axes) for i in reversed(moved)])
    run = math.prod(given[i] for i in moved[len(moved) - inner :])
    kept = tuple([1 if axis in axes else n for axis, n in enumerate(given)])
    first_of_run: Any = (..., *[slice(1)] * inner)
    groups = np.broadcast_to(numbered(kept), given).transpose(moved)[first_of_run]
    entries = operands.picked(operands.array(a), math.prod(given), numbered(given).transpose(moved))
    return f"{function}({entries}, {operands.table(groups)}, {run}, {math.prod(kept)})"


def _axes_of_a_run(axes: list[tuple[int, int, bool]]) -> int:
    """Count the axes of a run, from the innermost on: each is a length, a step, and whether it is reduced."""
    inner, next_step = 0, 0
    for n, step, is_reduced in axes:
        if n != 1:
            if not is_reduced or next_step not in (0, step):
                break
            next_step = step * n
        inner += 1
    return inner


def _by(function: str) -> Write:
    """Write a reduction of the operand itself."""

    def write(x: Instruction, operands: Operands) -> str:
        a, axes, _ = x.args
        return _reduced(function, a, axes, getattr(a, "strides", ()), operands)

    return write


def _by_computed(function: str) -> Write:
    """Write a reduction of what is computed from the entries, an array without gaps."""

    def write(x: Instruction, operands: Operands) -> str:
        a, axes, _ = x.args
        given = shape_of_operand(a)
        like = np.lib.stride_tricks.as_strided(np.empty(0), given, getattr(a, "strides", ()))
        return _reduced(function, a, axes, np.empty_like(like).strides, operands)

    return write


# Along an axis -----------------------------------------------------------------------------------


def _lines(given: tuple[int, ...], axis: int, operands: Operands) -> str:
    """Write the places of the entries line after line along an axis, and the length of a line."""
    return f"{operands.table(np.moveaxis(numbered(given), axis, -1))}, {given[axis]}"


def _accumulated(x: Instruction, operands: Operands) -> str:
    a, axis = x.args
    return f"cumsum({operands.array(a)}, {_lines(shape_of_operand(a), axis, operands)})"


def _sorted(x: Instruction, operands: Operands) -> str:
    """Write the places in ascending order. A sorted line is a partition, too."""
    a, axis = x.args[0], x.args[-1]
    return f"argsort({operands.array(a)}, {_lines(shape_of_operand(a), axis, operands)})"


def _searched(x: Instruction, operands: Operands) -> str:
    a, v, side = x.args
    return _places_among(a, v, side, operands)


def _places_among(a: Operand, v: Operand, side: str, operands: Operands) -> str:
    return f"searchsorted({operands.array(a)}, {operands.array(v)}, {int(side == 'right')})"


def _convolved(x: Instruction, operands: Operands) -> str:
    a, v = x.args
    short, long = sorted([a.shape[0], v.shape[0]])
    whole = f"convolve({operands.array(a)}, {operands.array(v)})"
    return whole if x.op is signals.convolve_full else f"{whole}.slice({short - 1}, {long})"


# Products ----------------------------------------------------------------------------------------


def _product(x: Instruction, operands: Operands) -> str:
    """Write a product of matrices, or of stacks of them."""
    a, b = x.args
    left, right = shape_of_operand(a), shape_of_operand(b)
    rows, columns = left[-2] if len(left) > 1 else 1, right[-1] if len(right) > 1 else 1
    return _of_stacks("matmul", a, b, (rows, left[-1], columns), operands)


def _of_stacks(function: str, a: Operand, b: Operand, sizes: tuple[int, ...], operands: Operands) -> str:
    """Write a function of matrices, or of stacks of them, which broadcast."""
    shapes = [shape_of_operand(x) for x in (a, b)]
    stack = np.broadcast_shapes(*[given[:-2] for given in shapes])
    starts = [np.broadcast_to(numbered(given[:-2]), stack) * math.prod(given[-2:]) for given in shapes]
    return _from_places(function, operands.array(a), operands.array(b), sizes, starts, operands)


def _from_places(
    function: str, a: str, b: str, sizes: tuple[int, ...], starts: list[np.ndarray], operands: Operands
) -> str:
    """Write a function of matrices of these sizes, which begin at these places of two arrays."""
    tables = "".join([f", {operands.table(places)}" for places in starts]) if starts[0].size != 1 else ""
    return f"{function}({a}, {b}, {', '.join(map(str, sizes))}{tables})"


def _solved(x: Instruction, operands: Operands) -> str:
    """Write the solution of linear equations; an inverse is that for the unit matrix."""
    a, b = x.args if x.op is linear_algebra.solve else (x.args[0], np.eye(x.shape[-1]))
    return _of_stacks("solve", a, b, (x.shape[-2], x.shape[-1]), operands)


def _einsum(x: Instruction, operands: Operands) -> str:
    """Write a product of axes with letters as products of stacks of matrices, operand by operand."""
    subscripts, *arrays = x.args
    inputs, output = subscripts.split("->")
    letters = inputs.split(",")
    sizes = {c: n for name, a in zip(letters, arrays) for c, n in zip(name, shape_of_operand(a))}
    text, have = operands.array(arrays[0]), letters[0]
    for i, (array, other) in enumerate(zip(arrays[1:], letters[1:], strict=True), 2):
        later = output + "".join(letters[i:])
        both = [c for c in have if c in other]
        stack, summed = [c for c in both if c in later], [c for c in both if c not in later]
        left, right = [c for c in have if c not in both], [c for c in other if c not in both]
        count, *counts = [math.prod(sizes[c] for c in group) for group in (stack, left, summed, right)]
        a = _in_order(text, have, [*stack, *left, *summed], sizes, operands)
        b = _in_order(operands.array(array), other, [*stack, *summed, *right], sizes, operands)
        starts = [np.arange(count) * counts[k] * counts[k + 1] for k in (0, 1)]
        text = _from_places("matmul", a, b, tuple(counts), starts, operands)
        have = "".join([*stack, *left, *right])
    return _in_order(text, have, list(output), sizes, operands)


def _in_order(a: str, have: str, wanted: list[str], sizes: dict[str, int], operands: Operands) -> str:
    """Write an array with its axes, which have letters, in another order."""
    places = numbered(tuple([sizes[c] for c in have]))
    return operands.picked(a, places.size, places.transpose([have.index(c) for c in wanted]))


# Functions with discrete results -------------------------------------------------------------------


def _question(x: Instruction, operands: Operands) -> str | None:
    """Write a function of QUESTIONS; None where it is another one, or has other options than these."""
    function, names = questions.CALLS[x.op]  # type: ignore[index]
    args, options = questions.split(x.args, names)
    given = inspect.signature(function).bind(*args, **options).arguments
    if function not in QUESTIONS or not given.keys() <= OPTIONS:
        return None
    return QUESTIONS[function](given, operands)


def _counted(function: str) -> Question:
    def write(given: dict[str, Any], operands: Operands) -> str:
        a = given["a"]
        return _reduced(function, a, shape.axes_of(a, given.get("axis")), a.strides, operands)

    return write


def _found(function: str, default: int | None) -> Question:
    def write(given: dict[str, Any], operands: Operands) -> str:
        a, axis = given["a"], given.get("axis", default)
        lines = a.shape if axis is not None else (math.prod(a.shape),)
        return f"{function}({operands.array(a)}, {_lines(lines, axis or 0, operands)})"

    return write


Question = Callable[[dict[str, Any], Operands], str]

QUESTIONS: dict[Any, Question] = {
    np.any: _counted("any"), np.all: _counted("all"), np.count_nonzero: _counted("count_nonzero"),
    np.argmax: _found("argmax", None), np.argmin: _found("argmin", None), np.argsort: _found("argsort", -1),
    np.searchsorted: lambda given, operands: _places_among(
        given["a"], given["v"], given.get("side", "left"), operands
    ),
}  # fmt: skip
"""How functions with discrete results are written, of their arguments by name."""

OPTIONS = {"a", "v", "axis", "keepdims", "kind", "stable", "side"}
"""Their arguments that make no difference, or are known. Equal entries are always sorted as they stand."""

# The table ---------------------------------------------------------------------------------------

ARRAYS: dict[Primitive, Write] = {
    shape.reshape: _reshaped, shape.concatenate: _joined, shape.scatter: _scattered,
    **dict.fromkeys([shape.transpose, shape.broadcast_to, shape.index], _picked),
    gather.gather: _gathered, gather.scatter_add: _scatter_added,
    reduction.reduce_sum: _by("sum"), reduction.reduce_logsumexp: _by_computed("logsumexp"),
    reduction.reduce_max: _by("max"), reduction.reduce_min: _by("min"), reduction.shift: _by("max"),
    reduction.length: _by_computed("norm"), reduction.cumsum: _accumulated,
    **dict.fromkeys([order.argsort, order.argpartition], _sorted), signals.searchsorted: _searched,
    **dict.fromkeys([signals.convolve_full, signals.convolve_valid], _convolved),
    linear_algebra.matmul: _product, linear_algebra.solve: _solved, linear_algebra.inv: _solved,
    einsum.einsum: _einsum,
}  # fmt: skip

MOVES = {
    shape.reshape, shape.transpose, shape.broadcast_to, shape.index, shape.concatenate, shape.scatter,
    gather.gather, gather.scatter_add, *OF_INTEGERS,
}  # fmt: skip
"""Operations that compute nothing with the entries: those of integers of few bits may be moved."""


def array_of(x: Instruction, operands: Operands) -> str | None:
    """Write an operation on arrays; None if it cannot be written."""
    write = _question if x.op in questions.CALLS else ARRAYS.get(x.op)  # type: ignore[arg-type]
    return None if write is None else write(x, operands)
