"""Naming: the names of a program's variables, and the comments that say which derivative a line computes.

An instruction is called as the function itself called its result; a derivative by x is `d_x`; the rest is
`t1`, `t2` and so on. Constants that have no literal become variables of the program's globals.
"""

from __future__ import annotations

import itertools
import keyword
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..primitives.primitive import Primitive
from ..value import Value
from .ir import Instruction, Operand, Program
from .selection import is_matrix_transpose, literal
from .trace import Trace

VOCABULARY = {"np": np, "math": math, "float": float, "int": int, "bool": bool, "abs": abs, "slice": slice}
"""The globals that a program's source may use besides its own names."""


class Names:
    """The name of each input, instruction and constant of a program.

    of        the name of each instruction.
    comments  the derivative that an instruction computes, in words.
    globals   the objects that the names in the source stand for, besides its parameters.
    """

    def __init__(self, array_names: dict[int, str], reserved: Iterable[str]) -> None:
        self.of: dict[Instruction | None, str] = {}
        self.comments: dict[Instruction | None, str] = {}
        self.globals: dict[str, Any] = dict(VOCABULARY)
        self._array_names = array_names
        self.taken = dict.fromkeys([*self.globals, *keyword.kwlist, *reserved], 1)
        self._bound: dict[int, str] = {}

    def unique(self, wanted: str) -> str:
        """Return the wanted name, with a number behind it where it is taken already."""
        wanted = name = _as_word(wanted)
        while name in self.taken:
            self.taken[wanted] += 1
            name = f"{wanted}_{self.taken[wanted]}"
        self.taken[name] = 1
        return name

    def text(self, operand: Operand) -> str:
        """Write an operand: an instruction by its name, a constant as a literal or by a global name."""
        if type(operand) is Instruction:
            return f"{self.text(operand.args[0])}.T" if is_matrix_transpose(operand) else self.of[operand]
        written = literal(operand)
        return self._global(operand) if written is None else written

    def _global(self, x: Any) -> str:
        if id(x) not in self._bound:
            is_primitive = isinstance(x, Primitive)
            wanted = x.name if is_primitive else self._array_names.get(id(x), "constant")
            name = self._bound[id(x)] = self.unique(wanted)
            self.globals[name] = x.compute if is_primitive else x
        return self._bound[id(x)]


def name(program: Program, trace: Trace, inputs: Iterable[str], reserved: Iterable[str]) -> Names:
    """Name the inputs as they are called, then the instructions.

    inputs    the wanted names of the inputs.
    reserved  the parameters of the function itself, which keep their names.
    """
    reserved = list(reserved)
    names = Names(program.array_names, reserved)
    own = set(reserved) - {*VOCABULARY, *keyword.kwlist}
    for instruction, wanted in zip(program.inputs, inputs, strict=True):
        names.of[instruction] = wanted if wanted in own else names.unique(wanted)
        own.discard(wanted)
    given = {program.instruction_of(value): given for value, given in trace.names.items()}
    derivatives: dict[Instruction | None, list[Instruction]] = defaultdict(list)
    for _, value, derivative in trace.derivatives:
        if (variable := program.instruction_of(value)) is not None:
            derivatives[program.instruction_of(derivative)].append(variable)
    numbered = (f"t{i}" for i in itertools.count(1))
    for x in program.instructions:
        if is_matrix_transpose(x):
            continue
        wanted = given.get(x) or _derivative_name(derivatives.get(x, ()), names, given)
        names.of[x] = names.unique(wanted or next(numbered))
    _comment(program, trace, names, given)
    return names


def _derivative_name(
    variables: Iterable[Instruction], names: Names, given: dict[Instruction | None, str]
) -> str:
    """`d_x`, where the instruction is a derivative by x; variables with a name in the function come first."""
    named = [x for x in variables if x in names.of]
    named.sort(key=lambda x: x not in given and x.op is not None)
    return f"d_{names.of[named[0]]}" if named else ""


def _comment(program: Program, trace: Trace, names: Names, given: dict[Instruction | None, str]) -> None:
    """Say which derivative an instruction computes: by each variable that has a name in the function.

    If there is none, it is by the first variable on the way back.
    """
    meanings: dict[Value, str] = {}
    labels: dict[Instruction | None, list[str]] = defaultdict(list)
    labels_by_name: dict[Instruction | None, list[str]] = defaultdict(list)

    def description(value: Value) -> str | None:
        if value in meanings:
            return f"({meanings[value]})"
        return names.of.get(program.instruction_of(value)) or trace.names.get(value)

    for output, variable, derivative in trace.derivatives:
        above, below = description(output), description(variable)
        if isinstance(derivative, Value) and above and below:
            label = f"d {above} / d {below}"
            meanings.setdefault(derivative, label)
            x, by = program.instruction_of(derivative), program.instruction_of(variable)
            labels[x].append(label)
            if by in given or (by and by.op is None):
                labels_by_name[x].append(label)
    for x, all_labels in labels.items():
        names.comments[x] = ", ".join(dict.fromkeys(labels_by_name[x][:3] or all_labels[:1]))


def _as_word(text: str) -> str:
    """The text as a Python identifier, in the form in which Python compares names."""
    if text.isidentifier() and text.isascii():  # nearly always
        return text
    normal = unicodedata.normalize("NFKC", text)
    word = "".join([x if ("a" + x).isidentifier() else "_" for x in normal])
    return word if word.isidentifier() else "_" + word
