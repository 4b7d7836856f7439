"""Passes: functions from program to program, each named as compiler books name it.

    simplify             algebraic simplification: x * 1 is x, a reshape of a reshape is one
    number_values        common subexpressions: equal operations on equal operands run once
    eliminate_dead_code  instructions that no output needs are dropped
    schedule             an instruction on inputs alone waits until its result is needed

All results stay equal to the last bit. Only what IEEE 754 calls equal counts as equal: x + 0 is not x (x may
be -0), 0 * x is not 0 (x may be inf or nan), (a + b) + c is not a + (b + c). One liberty is taken: a sum of
one term is the term, where NumPy turns a term of -0 to 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import elementary, reduction, shape
from ..primitives.primitive import Primitive
from .ir import (
    BOOL,
    FLOAT32,
    FLOAT64,
    Instruction,
    Operand,
    Program,
    has_layout_of,
    instructions_in,
    is_elementwise,
    is_row_major,
    rewritten,
    shape_of_operand,
    steps,
)

# Algebraic simplification ------------------------------------------------------------------------


def simplify(program: Program) -> Program:
    """Replace each instruction by a simpler one, or an earlier one, with the same result."""
    uniform = _Uniform()

    def simplified(instruction: Instruction) -> Operand:
        while (same := _identity(instruction)) is None:
            simpler = _shorter(instruction) or _without_repetition(instruction, uniform)
            if simpler is None:
                return instruction
            instruction = simpler
        return same

    return rewritten(program, simplified)


def _is_one(operand: Operand) -> bool:
    return type(operand) is not Instruction and isinstance(operand, (float, int)) and operand == 1


def _product(a: Operand, b: Operand) -> Operand | None:
    return b if _is_one(a) else a if _is_one(b) else None


def _negated_twice(a: Operand) -> Operand | None:
    return a.args[0] if a.op is ar.negative else None


def _transposed_twice(a: Instruction, axes: Any) -> Operand | None:
    if axes is not None and axes == tuple(range(len(a.shape))):
        return a
    if a.op is shape.transpose and shape.inverse_of(axes) == a.args[1]:
        return a.args[0]
    return None


_IDENTITIES: dict[Primitive | None, Callable[..., Operand | None]] = {
    ar.identity: lambda a: a,
    elementary.positive: lambda a: a,
    elementary.astype: lambda a, dtype: a,  # if it has this dtype already
    ar.negative: _negated_twice,
    ar.multiply: _product,
    ar.divide: lambda a, b: a if _is_one(b) else None,
    ar.power: lambda a, b: a if _is_one(b) else None,
    shape.transpose: _transposed_twice,
    shape.reshape: lambda a, shape: a,  # if it has this shape already
    shape.broadcast_to: lambda a, shape: a,
}


def _identity(instruction: Instruction) -> Operand | None:
    """Return the operand that the operation leaves as it is; None if it changes something."""
    rule = _IDENTITIES.get(instruction.op)
    same = rule(*instruction.args) if rule else None
    if type(same) is Instruction and same.dtype == instruction.dtype and has_layout_of(same, instruction):
        return same
    return None


def _sum_of_one_term(instruction: Instruction) -> Instruction | None:
    a, axes, _ = instruction.args
    if all(a.shape[i] == 1 for i in axes) and a.dtype == instruction.dtype and steps(a) == steps(instruction):
        return instruction.with_operation(shape.reshape, (a, instruction.shape))
    return None


def _reshape_of_other(instruction: Instruction) -> Instruction | None:
    a = instruction.args[0]
    if type(a) is not Instruction:
        return None
    if a.op is shape.reshape and a.args[0].dtype == instruction.dtype and is_row_major(a.args[0]):
        return instruction.with_operation(shape.reshape, (a.args[0], instruction.shape))
    if a.op in _REDUCTIONS and a.args[2]:  # it has kept its axes
        operand, axes, _ = a.args
        if instruction.shape == tuple(n for i, n in enumerate(operand.shape) if i not in axes):
            return instruction.with_operation(a.op, (operand, axes, False))
    return None


_REDUCTIONS = {reduction.reduce_sum, reduction.reduce_max, reduction.reduce_min, reduction.shift}
_SHORTER: dict[Primitive | None, Callable[[Instruction], Instruction | None]] = {
    **dict.fromkeys(_REDUCTIONS, _sum_of_one_term),
    shape.reshape: _reshape_of_other,
}


def _shorter(instruction: Instruction) -> Instruction | None:
    """Return a shorter operation with the same result, if there is one."""
    rule = _SHORTER.get(instruction.op)
    return rule(instruction) if rule else None


def _without_repetition(instruction: Instruction, uniform: _Uniform) -> Instruction | None:
    """Replace a uniform array operand by its scalar, if the others broadcast to the result's shape."""
    if not instruction.shape or not is_elementwise(instruction.op):
        return None
    args = instruction.args
    for i, arg in enumerate(args):
        one = uniform.entry_of(arg)
        if one is None or (
            instruction.op is ar.power and i == 1
        ):  # x ** 2.0 is a square, x ** [2.0, 2.0] not
            continue
        others = args[:i] + args[i + 1 :]
        if not any(has_layout_of(x, instruction) for x in others if type(x) is Instruction):
            continue  # the result would have another layout in memory
        shapes = [shape_of_operand(operand) for operand in (*others, one)]
        keeps_dtype = shape_of_operand(one) or _keeps_dtype(arg.dtype, others)
        if np.broadcast_shapes(*shapes) == instruction.shape and keeps_dtype:
            return instruction.with_operation(instruction.op, (*args[:i], one, *args[i + 1 :]))
    return None


class _Uniform:
    """The one number in each constant array of equal entries; each array is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def entry_of(self, operand: Operand) -> Operand | None:
        """The scalar that an operand repeats; None if it has different entries."""
        if type(operand) is Instruction:
            return operand.args[0] if operand.op is shape.broadcast_to else None
        if type(operand) is not np.ndarray or not operand.shape or operand.dtype not in (FLOAT64, FLOAT32):
            return None
        if id(operand) not in self._known:
            self._known[id(operand)] = _is_uniform(operand)
        return float(operand.flat[0]) if self._known[id(operand)] else None


def _is_uniform(array: np.ndarray) -> bool:
    if not array.size:
        return False
    first = array.flat[0]
    return bool((array.flat[-1] == first) and (array == first).all() and (first != 0 or _has_one_sign(array)))


def _has_one_sign(zeros: np.ndarray) -> bool:
    signs = np.signbit(zeros)
    return bool(signs.all() or not signs.any())


def _keeps_dtype(dtype: np.dtype[Any], others: tuple[Operand, ...]) -> bool:
    """Whether a plain number in place of an array of this dtype leaves the result's dtype unchanged."""
    dtypes = {operand.dtype for operand in others if shape_of_operand(operand)} - {BOOL}
    return dtypes == {dtype} or (not dtypes and dtype == FLOAT64)


# Common subexpressions ---------------------------------------------------------------------------


def number_values(program: Program) -> Program:
    """Replace each instruction by the first one with the same operation on the same operands."""
    first: dict[Hashable, Instruction] = {}
    return rewritten(program, lambda instruction: first.setdefault(_key_of(instruction), instruction))


def _key_of(instruction: Instruction) -> Hashable:
    """A key that is equal for instructions with equal results."""
    if instruction.op is ar.multiply or instruction.op is ar.add:
        a, b = instruction.args
        if type(a) is type(b) is Instruction and a.strides == b.strides:
            return instruction.op, frozenset(instruction.args)  # a b = b a, with the same layout in memory
    return instruction.op, *map(_key, instruction.args)


def _key(operand: Operand) -> Hashable:
    kind = type(operand)
    if kind is Instruction:
        return operand
    if kind is float:
        return kind, operand, math.copysign(1.0, operand)  # 0.0 and -0.0 are two
    if kind is tuple:
        return kind, *map(_key, operand)
    if kind is slice:
        return kind, operand.start, operand.stop, operand.step
    try:
        hash(operand)
    except TypeError:  # an array is equal to itself only
        return kind, id(operand)
    return kind, operand


# Dead code ---------------------------------------------------------------------------------------


def eliminate_dead_code(program: Program) -> Program:
    """Drop the instructions that no output depends on."""
    needed = set(instructions_in(program.outputs))
    waiting = list(needed)
    while waiting:
        for arg in instructions_in(waiting.pop().args):
            if arg not in needed:
                needed.add(arg)
                waiting.append(arg)
    return program.with_instructions([x for x in program.instructions if x in needed])


# The schedule ------------------------------------------------------------------------------------


def schedule(program: Program) -> Program:
    """Move instructions on inputs alone to the place where their result is needed.

    They take memory for a shorter time then, and the source reads better: the gradient of a penalty on the
    weights stands where it is added to the rest. A program of scalars stays as it is.
    """
    if not any([instruction.shape for instruction in program.instructions]):  # noqa: C419  faster
        return program
    users = Counter([arg for x in program.instructions for arg in set(instructions_in(x.args))])
    place = {instruction: i for i, instruction in enumerate(program.instructions)}
    final = set(instructions_in(program.outputs))
    waiting: set[Instruction] = set()
    ordered: list[Instruction] = []
    for instruction in program.instructions:
        operands = instructions_in(instruction.args)
        can_wait = all(x.op is None or (x in waiting and users[x] == 1) for x in operands)
        if can_wait and instruction not in final:
            waiting.add(instruction)
            continue
        now_needed = [x for x in operands if x in waiting]
        for x in now_needed:  # the list grows while it is read
            waiting.discard(x)
            now_needed += [arg for arg in instructions_in(x.args) if arg in waiting]
        ordered += sorted(dict.fromkeys(now_needed), key=place.__getitem__)
        ordered.append(instruction)
    return program.with_instructions(ordered)
