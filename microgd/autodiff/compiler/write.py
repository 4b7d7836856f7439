"""Writing: the instructions of a program as the statements of a Python function."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..primitives.primitive import Primitive
from .allocate import ELSEWHERE, Allocation, memory_of, owners_of
from .ir import Instruction, Program
from .naming import Names
from .selection import STATEMENTS, Statements, Text, in_place, is_matrix_transpose, jitted, native, portable

Statement = tuple[str, str]
"""A line of source, and its comment."""


class Source(NamedTuple):
    """The parts of a function, the objects that its global names stand for, and all names that it uses."""

    parameters: list[str]
    body: list[Statement]
    results: list[str]
    globals: dict[str, Any]
    names: set[str]


def write_native(program: Program, names: Names, allocation: Allocation) -> Source:
    """Write the function for NumPy."""
    body: list[Statement] = []
    for i, x in enumerate(program.instructions):
        if x in allocation.buffers:
            buffer = allocation.buffers[x]
            body.append(_assignment(x, in_place(x, names.text, buffer), names))
        else:
            body += _statements(x, native, names, STATEMENTS["native"])
        if i in allocation.deleted:
            body.append((f"del {', '.join([names.of[dead] for dead in allocation.deleted[i]])}", ""))
    return _function(program, names, body)


def write_portable(program: Program, names: Names, library: ModuleType) -> Source:
    """Write the function for a library that has NumPy's functions; no array is written over."""
    names.globals["np"] = library
    has_at = hasattr(library.zeros(1), "at")
    target = "numba" if library is np else "jax" if has_at else "portable"
    expression = jitted if library is np else portable
    place = names.unique("place")
    body: list[Statement] = []
    for x in program.instructions:
        body += _statements(x, expression, names, STATEMENTS[target], place)
    return _function(program, names, body)


def _statements(
    x: Instruction,
    expression: Callable[[Instruction, Text], str],
    names: Names,
    statements: dict[Primitive | None, Statements],
    place: str = "",
) -> list[Statement]:
    if is_matrix_transpose(x):
        return []
    if x.op in statements:
        *before, last = statements[x.op](x, names.of[x], names.text, place)
        return [*[(statement, "") for statement in before], (last, names.comments.get(x, ""))]
    return [_assignment(x, expression(x, names.text), names)]


def _assignment(x: Instruction, expression: str, names: Names) -> Statement:
    return f"{names.of[x]} = {expression}", names.comments.get(x, "")


def _function(program: Program, names: Names, body: list[Statement]) -> Source:
    """Put the parts together. No two results share memory, with each other or with an argument."""
    owners = owners_of(program)
    results, returned = [], set[Instruction]()
    for output in program.outputs:
        memory = memory_of(output, owners)
        is_shared = not memory.isdisjoint(returned | ELSEWHERE)
        returned.update(memory)
        results.append(names.text(output) + (".copy()" if is_shared else ""))
    return Source([names.of[x] for x in program.inputs], body, results, names.globals, set(names.taken))
