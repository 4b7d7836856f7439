"""Lowering: from the Values of a trace to a program.

Each operation of the trace becomes an instruction. An operation on constants alone becomes its result, which
the trace has computed: constant folding. Arrays that the function reads besides its arguments become
constants: the copies that the operations have made of them, one for all that are equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import kept
from ..functional import as_values
from ..primitives import arithmetic as ar
from ..primitives import elementary, reduction
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

_WRITTEN_IN_NUMPY = {
    ar.sech2, elementary.sigmoid, elementary.softplus, reduction.reduce_logsumexp, reduction.length,
}  # fmt: skip
"""Primitives that other libraries do not have, but that are written in NumPy's functions."""

_SHARING = {reduction.reduce_logsumexp}
"""Those of them that share operations with their gradient: its softmax has the same powers and sums."""


def lower(trace: Trace, expand: bool) -> Program:
    """Turn a trace into a program. With `expand`, all composed primitives become their operations."""
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
        self._copies: dict[int, list[np.ndarray]] = {}

    def add(self, node: Value) -> None:
        if node not in self.operand_of:
            self.operand_of[node] = self._lowered(node)

    def operand(self, x: Any, was: Any = None) -> Operand:
        """The operand for a Value, or for a constant, which `was` this when an operation read it."""
        if isinstance(x, Value):
            return self.operand_of[x]
        if type(x) is tuple:
            return tuple([self.operand(*pair) for pair in zip(x, x if was is None else was, strict=True)])
        if not isinstance(x, np.ndarray):
            return x
        return was if type(was) in (float, int) else self._constant(x, was)  # a number: without axes

    def _constant(self, array: np.ndarray, was: np.ndarray | None) -> np.ndarray:
        """The copy that stands for an array; further ones where f has written to it between its uses."""
        copies = self._copies.setdefault(id(array), [])
        for copy in copies:
            if _is_same(copy, array if was is None else was):
                return copy
        copy = kept(array) if was is None else was
        copies.append(copy)
        self.array_names[id(copy)] = name = self._name_of(array)
        self.trace.array_names.setdefault(place_of(copy), name)  # of which vjps may take the transpose
        return copy

    def _lowered(self, node: Value) -> Operand:
        args = tuple(map(self.operand, node.args, node.operands))
        if node.op is None or not instructions_in(args) or _is_one_everywhere(node.op, args):
            return node.content
        if np.ndarray in map(type, args) and not any(map(shape_of, args)):  # among numbers only numbers
            args = tuple([arg.item() if _is_plain_number(arg) else arg for arg in args])
        if node.op in (_WRITTEN_IN_NUMPY if self.expand else _SHARING):
            return self._expanded(node)
        instruction = instruction_for(node.op, args, node.content)
        self.instructions.append(instruction)
        return instruction

    def _expanded(self, node: Value) -> Operand:
        """Record the operations that a composed primitive consists of, and lower these."""
        start = next_number()
        with np.errstate(all="ignore"):
            out = general_function(node.op)(*as_values(node)[1])  # type: ignore[misc]
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


def _is_same(a: np.ndarray, b: np.ndarray) -> bool:
    return a is b or (a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
