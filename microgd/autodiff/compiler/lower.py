"""Lowering: from the Values of a trace to a program.

Each operation of the trace becomes an instruction. An operation on constants alone becomes its result, which
the trace has computed: constant folding. Arrays that the function reads besides its arguments become
constants, copies of the arrays as they were.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import reduction
from ..primitives.primitive import Primitive
from ..trees import tree_leaves
from ..value import Value, ancestors, next_number
from .ir import (
    FLOAT16,
    FLOAT32,
    Instruction,
    Operand,
    Program,
    general_function,
    instruction_for,
    instructions_in,
)
from .ir import shape_of_operand as shape_of
from .trace import Trace, place_of

_WRITTEN_IN_NUMPY = {ar.sigmoid, ar.softplus, reduction.reduce_logsumexp, reduction.length}
"""Primitives that other libraries do not have, but that are written in NumPy's functions."""


def lower(trace: Trace, expand: bool) -> Program:
    """Turn a trace into a program. With `expand`, composed primitives are replaced by their operations."""
    inputs = [instruction_for(None, (), value.content) for value in trace.inputs]
    lowering = _Lowering(trace, expand, dict(zip(trace.inputs, inputs, strict=True)))
    for node in trace.nodes:
        lowering.add(node)
    outputs = [lowering.operand(x) for x in tree_leaves(trace.output)]
    return Program(inputs, lowering.instructions, outputs, lowering.operand_of, {}, lowering.array_names)


class _Lowering:
    """The state of the pass: the instructions so far, and the constants."""

    def __init__(self, trace: Trace, expand: bool, operand_of: dict[Value, Operand]) -> None:
        self.trace = trace
        self.expand = expand
        self.operand_of = operand_of
        self.instructions: list[Instruction] = []
        self.array_names: dict[int, str] = {}
        self._copies: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def add(self, node: Value) -> None:
        if node not in self.operand_of:
            self.operand_of[node] = self._lowered(node)

    def operand(self, x: Any) -> Operand:
        """The operand for a Value or a constant; an array is copied, because its owner may change it."""
        if isinstance(x, Value):
            return self.operand_of[x]
        if type(x) is tuple:
            return tuple([self.operand(part) for part in x])
        if not isinstance(x, np.ndarray):
            return x
        if id(x) not in self._copies:
            copy = _copy_of(x)
            self._copies[id(x)] = x, copy
            self.array_names[id(copy)] = self._name_of(x)
        return self._copies[id(x)][1]

    def _lowered(self, node: Value) -> Operand:
        args = tuple([self.operand(x) for x in node.args])
        if node.op is None or not instructions_in(args) or _is_one_everywhere(node.op, args):
            return node.content
        if np.ndarray in map(type, args) and not any(map(shape_of, args)):  # among numbers only numbers
            args = tuple([arg.item() if _is_plain_number(arg) else arg for arg in args])
        if self.expand and node.op in _WRITTEN_IN_NUMPY:
            return self._expanded(node)
        instruction = instruction_for(node.op, args, node.content)
        self.instructions.append(instruction)
        return instruction

    def _expanded(self, node: Value) -> Operand:
        """Record the operations that a composed primitive consists of, and lower these."""
        start = next_number()
        with np.errstate(all="ignore"):
            out = general_function(node.op)(*node.args)  # type: ignore[misc]
        for inner in reversed(ancestors(out, start)):
            self.add(inner)
        return self.operand_of[out]

    def _name_of(self, array: np.ndarray) -> str:
        names = self.trace.array_names
        transposed = names.get(place_of(array.T))
        return names.get(place_of(array)) or (f"{transposed}_T" if transposed else "constant")


def _is_plain_number(operand: Operand) -> bool:
    """Whether an array of one number may become the number. float32 and float16 promote differently."""
    return type(operand) is np.ndarray and operand.dtype not in (FLOAT32, FLOAT16)


def _is_one_everywhere(op: Primitive, args: tuple[Operand, ...]) -> bool:
    """Whether this is x ** 0, which is 1 even where x is nan; second derivatives of squares contain it."""
    return op is ar.power and type(args[1]) in (float, int) and args[1] == 0


def _copy_of(array: np.ndarray) -> np.ndarray:
    """Copy to a plain array (the * of a np.matrix differs) of the same layout in memory, repeats included.

    An array with gaps or in reverse stays so, because BLAS and NumPy sum in another order then.
    """
    once = array[tuple([slice(1) if step == 0 else slice(None) for step in array.strides])]
    copy = np.array(once, order="K") if _is_dense(once) else _copy_with_gaps(once)
    return copy if copy.shape == array.shape else np.broadcast_to(copy, array.shape)


def _is_dense(array: np.ndarray) -> bool:
    """Whether the entries lie side by side and forwards, in whatever order of axes."""
    extent = sum([(n - 1) * step for n, step in zip(array.shape, array.strides, strict=True)])
    return array.size == 0 or (extent < array.nbytes and min(array.strides, default=0) >= 0)


def _copy_with_gaps(array: np.ndarray) -> np.ndarray:
    """Copy with a gap of one entry behind each entry, or behind each row if the rows themselves have none."""
    order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    directions = tuple([slice(None, None, -1 if step < 0 else 1) for step in array.strides])
    forwards = np.asarray(array)[directions].transpose(order)
    *rows, length = forwards.shape
    if forwards.strides[-1] == array.itemsize:
        copy = np.empty([*rows, length + 1], array.dtype)[..., :length]
    else:
        copy = np.empty([*rows, 2 * length], array.dtype)[..., ::2]
    copy[...] = forwards
    return copy.transpose(np.argsort(order))[directions]
