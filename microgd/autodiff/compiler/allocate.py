"""Allocation: which results are written into the memory of earlier ones, and when memory is freed.

Liveness: an array is alive until its last use, or that of any alias of it (a view). Afterwards the next
result of the same layout is written over it (`out=`), or it is deleted. Small arrays are left to NumPy, whose
cache of small blocks is as fast, and the source reads better.

Only arrays that the program itself has made are written over, and none that it returns: no array of the
caller changes, and the function may run in several threads at once.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..primitives import shape
from .ir import LIBRARY, Instruction, Operand, Program, instructions_in, is_elementwise, shape_of_operand
from .selection import is_matrix_transpose, may_alias, may_keep_operands, takes_out

LARGE = 1 << 14
"""The size in bytes from which on an array's memory is planned."""

Owners = frozenset[Instruction]
"""The instructions that made the arrays with which a result may share memory."""

NO_OWNER: Owners = frozenset()
ELSEWHERE: Owners = frozenset([Instruction(None, (), (), np.dtype(float), ())])
"""Stands for an owner outside of the program: the caller, or a holder of an array that is read-only."""


@dataclass
class Allocation:
    """The plan of a program's memory.

    owners   of each instruction's result.
    buffers  the earlier instruction over whose result an instruction's result is written.
    deleted  by the number of an instruction: the results that are freed after it.
    """

    owners: dict[Instruction, Owners]
    buffers: dict[Instruction, Instruction] = field(default_factory=dict)
    deleted: dict[int, list[Instruction]] = field(default_factory=lambda: defaultdict(list))


def allocate(program: Program) -> Allocation:
    """Plan the memory of a program."""
    allocation = Allocation(owners_of(program))
    if any(map(_is_large, program.instructions)):
        dying = last_uses(program, allocation.owners)
        share_buffers(program, allocation, dying)
        free_dead(program, allocation, dying)
    return allocation


# Alias analysis ----------------------------------------------------------------------------------


def owners_of(program: Program) -> dict[Instruction, Owners]:
    """Find for each result the instructions in whose memory it may lie."""
    owners: dict[Instruction, Owners] = {x: ELSEWHERE if x.shape else NO_OWNER for x in program.inputs}
    for x in program.instructions:
        arrays = [arg for arg in x.args if shape_of_operand(arg)] if x.shape else []
        if not x.shape:
            owners[x] = NO_OWNER
        elif not may_alias(x) or (x.op in LIBRARY and not arrays):
            owners[x] = frozenset([x])
        else:
            is_open = x.op is shape.broadcast_to or x.op not in LIBRARY
            owners[x] = NO_OWNER.union(
                *[memory_of(arg, owners) for arg in arrays], ELSEWHERE if is_open else ()
            )
    return owners


def memory_of(operand: Operand, owners: dict[Instruction, Owners]) -> Owners:
    """The owners of the memory in which an operand lies."""
    if type(operand) is Instruction:
        return owners[operand]
    return ELSEWHERE if type(operand) is np.ndarray else NO_OWNER


def _owners_inside(operand: Operand, owners: dict[Instruction, Owners]) -> Iterable[Instruction]:
    return owners[operand] - ELSEWHERE if type(operand) is Instruction else ()


# Liveness ----------------------------------------------------------------------------------------


def last_uses(program: Program, owners: dict[Instruction, Owners]) -> dict[int, list[Instruction]]:
    """List by number of instruction the large arrays whose last use it is, themselves or through a view."""
    last_use: dict[Instruction, int] = {}
    for i, x in enumerate(program.instructions):
        for operand in (x, *instructions_in(x.args)):
            for owner in _owners_inside(operand, owners):
                if _is_large(owner):
                    last_use[owner] = i
    kept = [arg for x in program.instructions if may_keep_operands(x) for arg in x.args]
    for owner in {owner for x in [*program.outputs, *kept] for owner in _owners_inside(x, owners)}:
        last_use.pop(owner, None)
    dying: dict[int, list[Instruction]] = defaultdict(list)
    for owner, i in last_use.items():
        dying[i].append(owner)
    return dying


def share_buffers(program: Program, allocation: Allocation, dying: dict[int, list[Instruction]]) -> None:
    """Write results over arrays that are no longer alive: over a dying operand, or else over a free one."""
    free: dict[Hashable, list[Instruction]] = defaultdict(list)
    for i, x in enumerate(program.instructions):
        dead = dying.get(i, [])
        if takes_out(x):
            operands = [arg for arg in instructions_in(x.args) if arg in dead and is_elementwise(x.op)]
            fitting = [
                arg for arg in operands if _layout(arg) == _layout(x) and _is_unshared(arg, x, allocation)
            ]
            if fitting:
                allocation.buffers[x] = fitting[0]
            elif free[_layout(x)]:
                allocation.buffers[x] = free[_layout(x)].pop()
        for owner in dead:
            if owner is not allocation.buffers.get(x):
                free[_layout(owner)].append(owner)


def _is_unshared(operand: Instruction, x: Instruction, allocation: Allocation) -> bool:
    """Whether no other operand is a view of this one; NumPy would copy it before it writes."""
    return all(arg is operand or operand not in _owners_inside(arg, allocation.owners) for arg in x.args)


def free_dead(program: Program, allocation: Allocation, dying: dict[int, list[Instruction]]) -> None:
    """Delete each dead array under all its names: its own, those written into it, and views of these."""
    written_over = set(allocation.buffers.values())
    names: dict[Instruction, list[Instruction]] = defaultdict(list)
    for x in program.instructions:
        if x in allocation.buffers:
            names[x] += names[allocation.buffers[x]]
        for owner in _owners_inside(x, allocation.owners):
            names[owner] += [] if is_matrix_transpose(x) else [x]
    gone: set[Instruction] = set()
    for i, owners in dying.items():
        for owner in owners:
            if owner not in written_over:
                allocation.deleted[i] += [x for x in names[owner] if x not in gone]
                gone.update(names[owner])


def _is_large(x: Instruction) -> bool:
    return x.shape != () and math.prod(x.shape) * x.dtype.itemsize >= LARGE


def _layout(x: Instruction) -> Any:
    """The layout of an array; arrays of equal layout can be written over one another."""
    return x.shape, x.dtype, x.strides
