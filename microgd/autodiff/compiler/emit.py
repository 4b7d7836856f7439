"""Writing: the lines of a program as the source of a Python function.

First each line gets a name: the one that the function itself had for it, `d_x` for a derivative by x,
`t1`, `t2` ... for the rest; and a comment that says which derivative it is. Then memory is planned: an
array that nobody will read again is written over by the next result of its size (`out=`) or deleted.
Small arrays are left to NumPy, whose own store of small blocks is as fast, and the source reads better.

Only arrays that the program itself has made are ever written over, and none that it returns: nothing
that a caller holds changes, and the function may run in several threads at once.
"""

from __future__ import annotations

import itertools
import keyword
import math
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..primitives import shape
from ..primitives.primitive import Primitive
from ..value import Value
from .expressions import (
    can_be_written_into,
    in_place,
    is_fresh,
    is_turned,
    keeps_its_arguments,
    literal,
    native,
    portable,
    scattered,
)
from .simplify import LIBRARY, Line, Simplified, Term, is_elementwise, lines_in, shape_of_term
from .trace import Trace

VOCABULARY = {"np": np, "math": math, "float": float, "bool": bool, "abs": abs, "slice": slice}
"""What a program's source may use besides its own names."""

LARGE = 1 << 14
"""From so many bytes on an array's memory is planned."""


class Text(NamedTuple):
    """The parts of a function, and what its names mean besides its parameters."""

    parameters: list[str]
    body: list[tuple[str, str]]
    """Statements, each with its comment."""
    results: list[str]
    globals: dict[str, Any]


def write_native(program: Simplified, trace: Trace, parameters: list[str], reserved: Iterable[str]) -> Text:
    """The function for NumPy."""
    names = Names(program, trace, parameters, reserved)
    memory = Memory(program)
    body: list[tuple[str, str]] = []
    for i, line in enumerate(program.lines):
        if line in memory.buffers:
            body.append(names.assignment(line, in_place(line, names.text, memory.buffers[line])))
        elif line.op is shape.scatter:
            body += names.commented(line, scattered(line, names.of[line], names.text, np))
        elif not is_turned(line):
            body.append(names.assignment(line, native(line, names.text)))
        if i in memory.deleted:
            body.append((f"del {', '.join([names.of[dead] for dead in memory.deleted[i]])}", ""))
    return names.function(body, program)


def write_portable(
    program: Simplified, trace: Trace, parameters: list[str], reserved: Iterable[str], library: ModuleType
) -> Text:
    """The function for any library that has NumPy's functions; whose arrays nobody writes over."""
    names = Names(program, trace, parameters, reserved)
    names.globals["np"] = library
    body: list[tuple[str, str]] = []
    for line in program.lines:
        if line.op is shape.scatter:
            body += names.commented(line, scattered(line, names.of[line], names.text, library))
        elif not is_turned(line):
            body.append(names.assignment(line, portable(line, names.text)))
    return names.function(body, program)


# Names -------------------------------------------------------------------------------------------


class Names:
    """What everything is called."""

    def __init__(
        self, program: Simplified, trace: Trace, parameters: list[str], reserved: Iterable[str]
    ) -> None:
        self.globals: dict[str, Any] = dict(VOCABULARY)
        self._taken = dict.fromkeys([*self.globals, *keyword.kwlist], 1)
        self._array_names = program.array_names
        self._bound: dict[int, str] = {}
        own = set(reserved) - set(self._taken)  # the function's own parameters keep their names
        self._taken |= dict.fromkeys(reserved, 1)
        self.parameters: list[str] = []
        for name in parameters:
            self.parameters.append(name if name in own else self._unique(name))
            own.discard(name)
        self.of: dict[Line | None, str] = dict(zip(program.inputs, self.parameters, strict=True))
        self._comments: dict[Line | None, str] = {}
        self._name(program, trace)

    def _name(self, program: Simplified, trace: Trace) -> None:
        """As the function called it, or after the variable that it is the derivative by, or by a number."""
        given = {program.line(value): name for value, name in trace.names.items()}
        variables: dict[Line | None, list[Line]] = defaultdict(list)
        for _, value, derivative in trace.derivatives:
            if (variable := program.line(value)) is not None:
                variables[program.line(derivative)].append(variable)
        numbered = (f"t{i}" for i in itertools.count(1))
        for line in program.lines:
            if is_turned(line):
                continue
            wanted = given.get(line)
            if wanted is None and line in variables:
                named = [x for x in variables[line] if x in self.of]
                named.sort(key=lambda x: x not in given and x.op is not None)  # those of the function first
                wanted = f"d_{self.of[named[0]]}" if named else None
            self.of[line] = self._unique(wanted or next(numbered))
        self._comment(program, trace, given)

    def _comment(self, program: Simplified, trace: Trace, given: dict[Line | None, str]) -> None:
        """Say of a derivative what it is the derivative of: by each variable that the function has a name
        for; if there is none, by the first one on the way back."""
        meanings: dict[Value, str] = {}
        labels: dict[Line | None, list[str]] = defaultdict(list)
        labels_by_name: dict[Line | None, list[str]] = defaultdict(list)

        def words(value: Value) -> str | None:
            if value in meanings:
                return f"({meanings[value]})"
            return self.of.get(program.line(value)) or trace.names.get(value)

        for output, variable, derivative in trace.derivatives:
            above, below = words(output), words(variable)
            if isinstance(derivative, Value) and above and below:
                label = f"d {above} / d {below}"
                meanings.setdefault(derivative, label)
                line, x = program.line(derivative), program.line(variable)
                labels[line].append(label)
                if x in given or (x and x.op is None):
                    labels_by_name[line].append(label)
        for line, all_labels in labels.items():
            self._comments[line] = ", ".join(dict.fromkeys(labels_by_name[line][:3] or all_labels[:1]))

    def _unique(self, wanted: str) -> str:
        wanted = name = _as_word(wanted)
        while name in self._taken:
            self._taken[wanted] += 1
            name = f"{wanted}_{self._taken[wanted]}"
        self._taken[name] = 1
        return name

    def text(self, term: Term) -> str:
        """A line by its name, a constant as Python writes it, or by a name in the function's globals."""
        if type(term) is Line:
            return f"{self.text(term.args[0])}.T" if is_turned(term) else self.of[term]
        written = literal(term)
        return self._global(term) if written is None else written

    def _global(self, x: Any) -> str:
        if id(x) not in self._bound:
            is_primitive = isinstance(x, Primitive)
            wanted = x.name if is_primitive else self._array_names.get(id(x), "constant")
            name = self._bound[id(x)] = self._unique(wanted)
            self.globals[name] = x.compute if is_primitive else x
        return self._bound[id(x)]

    def assignment(self, line: Line, expression: str) -> tuple[str, str]:
        """`name = expression`, and which derivative this is."""
        return f"{self.of[line]} = {expression}", self._comments.get(line, "")

    def commented(self, line: Line, statements: list[str]) -> list[tuple[str, str]]:
        """The last statement says which derivative this is."""
        comments = [""] * (len(statements) - 1) + [self._comments.get(line, "")]
        return list(zip(statements, comments, strict=True))

    def function(self, body: list[tuple[str, str]], program: Simplified) -> Text:
        """The whole. No two results share memory, with each other or with an argument."""
        owners = _owners(program)
        results, given_out = [], set[Line]()
        for term in program.outputs:
            memory = _memory_of(term, owners)
            shared = not memory.isdisjoint(given_out | _ELSEWHERE)
            given_out.update(memory)
            results.append(self.text(term) + (".copy()" if shared else ""))
        return Text(self.parameters, body, results, self.globals)


def _as_word(text: str) -> str:
    """The text as Python could call something, in the form in which Python compares names."""
    if text.isidentifier() and text.isascii():  # nearly always
        return text
    normal = unicodedata.normalize("NFKC", text)
    word = "".join([x if ("a" + x).isidentifier() else "_" for x in normal])
    return word if word.isidentifier() else "_" + word


# Memory ------------------------------------------------------------------------------------------

Owners = frozenset[Line]
"""The lines that made the arrays which a line may share memory with."""


_NOBODY: Owners = frozenset()
_ELSEWHERE: Owners = frozenset([Line(None, (), 0.0)])
"""In place of a line: a caller, or whoever has an array that is not for writing."""


def _owners(program: Simplified) -> dict[Line, Owners]:
    """In whose memory each line's array may lie."""
    owners: dict[Line, Owners] = {x: _ELSEWHERE if x.shape else _NOBODY for x in program.inputs}
    for line in program.lines:
        arrays = [x for x in line.args if shape_of_term(x)] if line.shape else []
        if not line.shape:
            owners[line] = _NOBODY
        elif is_fresh(line) or (line.op in LIBRARY and not arrays):
            owners[line] = frozenset([line])
        else:
            is_open = line.op is shape.broadcast_to or line.op not in LIBRARY
            owners[line] = _NOBODY.union(
                *[_memory_of(x, owners) for x in arrays], _ELSEWHERE if is_open else ()
            )
    return owners


def _memory_of(term: Term, owners: dict[Line, Owners]) -> Owners:
    return owners[term] if type(term) is Line else _ELSEWHERE if type(term) is np.ndarray else _NOBODY


class Memory:
    """Who writes into whose buffer, and who is deleted after which line."""

    def __init__(self, program: Simplified) -> None:
        self.owners = _owners(program)
        self.buffers: dict[Line, Line] = {}
        """A line's result is written over that of an earlier one."""
        self.deleted: dict[int, list[Line]] = defaultdict(list)
        """After line number i nobody needs these any more."""
        self._lines = program.lines
        if any(map(_is_large, program.lines)):
            self._dying = self._last_uses(program.outputs)
            self._share()
            self._delete()

    def _owners_of(self, term: Term) -> Iterable[Line]:
        return self.owners[term] - _ELSEWHERE if type(term) is Line else ()

    def _last_uses(self, outputs: Iterable[Term]) -> dict[int, list[Line]]:
        """Which arrays are read, themselves or through a view, for the last time by line number i."""
        last_use: dict[Line, int] = {}
        for i, line in enumerate(self._lines):
            for term in (line, *line.args):
                for owner in self._owners_of(term):
                    if _is_large(owner):
                        last_use[owner] = i
        kept = [x for line in self._lines if keeps_its_arguments(line) for x in line.args]
        for owner in {owner for term in [*outputs, *kept] for owner in self._owners_of(term)}:
            last_use.pop(owner, None)
        dying: dict[int, list[Line]] = defaultdict(list)
        for owner, i in last_use.items():
            dying[i].append(owner)
        return dying

    def _share(self) -> None:
        free: dict[Hashable, list[Line]] = defaultdict(list)
        for i, line in enumerate(self._lines):
            dying = self._dying.get(i, [])
            if can_be_written_into(line):
                operands = [x for x in lines_in(line.args) if x in dying and is_elementwise(line.op)]
                fitting = [x for x in operands if _kind(x) == _kind(line) and self._alone(x, line)]
                if fitting:
                    self.buffers[line] = fitting[0]
                elif free[_kind(line)]:
                    self.buffers[line] = free[_kind(line)].pop()
            for owner in dying:
                if owner is not self.buffers.get(line):
                    free[_kind(owner)].append(owner)

    def _alone(self, operand: Line, line: Line) -> bool:
        """No other operand is a view of this one: NumPy would have to copy that before it writes."""
        return all(arg is operand or operand not in self._owners_of(arg) for arg in line.args)

    def _delete(self) -> None:
        """An array dies when nothing is called by it any more: neither its own line, nor those written
        into it, nor views of these."""
        written_over = set(self.buffers.values())
        names: dict[Line, list[Line]] = defaultdict(list)
        for line in self._lines:
            if line in self.buffers:
                names[line] += names[self.buffers[line]]
            for owner in self._owners_of(line):
                names[owner] += [] if is_turned(line) else [line]
        gone: set[Line] = set()
        for i, dying in self._dying.items():
            for owner in dying:
                if owner not in written_over:
                    self.deleted[i] += [line for line in names[owner] if line not in gone]
                    gone.update(names[owner])


def _is_large(line: Line) -> bool:
    return line.shape != () and math.prod(line.shape) * line.dtype.itemsize >= LARGE


def _kind(line: Line) -> Hashable:
    """Arrays of one kind can be written over one another."""
    return line.shape, line.dtype, line.strides
