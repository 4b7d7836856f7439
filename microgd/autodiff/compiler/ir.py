"""The intermediate representation: a program is inputs, instructions in order, and outputs.

An instruction is one primitive applied to operands. An operand is an earlier instruction (its result), a
constant (a number, an array), or static (an axis, a shape, an index). Passes are functions from program to
program; they never change an instruction, but replace it by another one or by a constant.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..primitives import (
    arithmetic,
    decompositions,
    einsum,
    elementary,
    gather,
    linear_algebra,
    order,
    reduction,
    shape,
    signals,
)
from ..primitives.primitive import Primitive, numpy_functions
from ..value import Value

BOOL, INT64 = np.dtype(np.bool), np.dtype(np.int64)
FLOAT64, FLOAT32, FLOAT16 = np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.float16)
DTYPES = {bool: BOOL, int: INT64, float: FLOAT64}
"""The dtypes of Python's numbers."""

Operand = Any
"""An Instruction, or a constant: a number, an array, an axis, an index (a tuple may hold instructions)."""


class Instruction:
    """A primitive (None for an input of the program), its operands, and the layout of its result.

    shape, dtype  of the result; () and float64, int64 or bool for a scalar, one of Python's numbers.
    strides       the steps in memory along each axis, in bytes.
    """

    __slots__ = ("args", "dtype", "op", "shape", "strides")

    def __init__(
        self,
        op: Primitive | None,
        args: tuple[Operand, ...],
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strides: tuple[int, ...],
    ) -> None:
        self.op = op
        self.args = args
        self.shape = shape
        self.dtype = dtype
        self.strides = strides

    def with_operation(self, op: Primitive | None, args: tuple[Operand, ...]) -> Instruction:
        """The same result computed by another operation."""
        return Instruction(op, args, self.shape, self.dtype, self.strides)


def instruction_for(op: Primitive | None, args: tuple[Operand, ...], data: Any) -> Instruction:
    """Create the instruction whose result has the layout of this number or array."""
    if isinstance(data, np.ndarray):
        return Instruction(op, args, data.shape, data.dtype, data.strides)
    return Instruction(op, args, (), DTYPES[type(data)], ())


@dataclass(frozen=True)
class Program:
    """Inputs, instructions in an order in which they can run, and outputs.

    operand_of   the operand that each traced Value was lowered to.
    replacement  the operand that replaced an instruction in a later pass.
    array_names  the reader's names of constant arrays, by their identity.
    """

    inputs: list[Instruction]
    instructions: list[Instruction]
    outputs: list[Operand]
    operand_of: dict[Value, Operand]
    replacement: dict[Instruction, Operand]
    array_names: dict[int, str]

    def current(self, operand: Operand) -> Operand:
        """Follow the replacements of an operand."""
        while type(operand) is Instruction and operand in self.replacement:
            operand = self.replacement[operand]
        if type(operand) is tuple and any(type(part) in (Instruction, tuple) for part in operand):
            return tuple([self.current(part) for part in operand])
        return operand

    def instruction_of(self, value: Any) -> Instruction | None:
        """The instruction that computes a traced Value; None if it is constant, or not needed."""
        operand = self.operand_of.get(value) if type(value) is Value else None
        while type(operand) is Instruction and operand in self.replacement:
            operand = self.replacement[operand]
        return operand if type(operand) is Instruction else None

    def without_trace(self) -> Program:
        """The same program without references to the traced Values, which hold the memory of the trace."""
        return dataclasses.replace(self, operand_of={}, replacement={}, array_names={})

    def with_instructions(self, instructions: list[Instruction]) -> Program:
        """The same program with other instructions, or in another order."""
        return dataclasses.replace(self, instructions=instructions)


def rewritten(program: Program, rule: Callable[[Instruction], Operand]) -> Program:
    """Replace each instruction, in order, by the operand that the rule returns for it.

    The rule sees the instruction after its own operands have been replaced, and returns it unchanged, or an
    earlier operand, or a new instruction.
    """
    kept: dict[Instruction, None] = {}
    replacement = program.replacement
    for instruction in program.instructions:
        present = instruction
        for arg in instruction.args:
            if (type(arg) is Instruction and arg in replacement) or type(arg) is tuple:
                args = tuple([program.current(arg) for arg in instruction.args])
                present = instruction.with_operation(instruction.op, args)
                break
        result = rule(present)
        if result is not instruction:
            replacement[instruction] = result
        if type(result) is Instruction and result.op is not None:
            kept[result] = None
    outputs = [program.current(output) for output in program.outputs]
    return dataclasses.replace(program, instructions=list(kept), outputs=outputs)


def instructions_in(operands: Iterable[Operand]) -> list[Instruction]:
    """List the instructions among the operands, those inside of an index included."""
    found: list[Instruction] = []
    for operand in operands:
        if type(operand) is Instruction:
            found.append(operand)
        elif type(operand) is tuple:
            found += instructions_in(operand)
    return found


def shape_of_operand(operand: Operand) -> tuple[int, ...]:
    """The shape of an instruction or of a constant array; () for numbers and static operands."""
    return operand.shape if type(operand) is Instruction or isinstance(operand, np.ndarray) else ()


# Layout in memory --------------------------------------------------------------------------------


def steps(array: Operand) -> list[int]:
    """The distance in memory between entries along each axis longer than 1, counted in entries."""
    return [step // array.dtype.itemsize for n, step in zip(array.shape, array.strides, strict=True) if n > 1]


def has_layout_of(a: Instruction, b: Instruction) -> bool:
    """Whether both have their entries in the same order in memory, so that sums of them round alike."""
    return a.shape == b.shape and steps(a) == steps(b)


def is_row_major(array: Operand) -> bool:
    """Whether the entries lie row after row, so that each reshape of them is a view."""
    return steps(array) == [math.prod(array.shape[i + 1 :]) for i, n in enumerate(array.shape) if n > 1]


def is_column_major(array: Operand) -> bool:
    """Whether the entries lie column after column, as those of a transposed matrix do."""
    return steps(array) == [math.prod(array.shape[:i]) for i, n in enumerate(array.shape) if n > 1]


# The primitives ----------------------------------------------------------------------------------

_tables = (
    arithmetic, elementary, shape, gather, reduction, order, signals, linear_algebra, einsum, decompositions,
)  # fmt: skip
LIBRARY = {op for table in _tables for op in vars(table).values() if isinstance(op, Primitive)}
"""The primitives of this package. Nothing is known about user-defined ones."""

_functions: dict[Any, Callable[..., Any]] = {}


def general_function(op: Primitive | None) -> Callable[..., Any] | None:
    """NumPy's function that a primitive computes, or one written with NumPy's functions; None if unknown."""
    if op not in _functions:
        for function, ours in numpy_functions.items():
            if ours in LIBRARY or (isinstance(ours, Primitive) and ours.compute is function):
                _functions.setdefault(ours, function)
    return _functions.get(op)


def is_elementwise(op: Primitive | None) -> bool:
    """Whether each entry of the result depends on one entry of each argument only."""
    function = general_function(op)
    is_ufunc = isinstance(function, np.ufunc) and function.signature is None
    return op in (arithmetic.where, arithmetic.relu) or is_ufunc
