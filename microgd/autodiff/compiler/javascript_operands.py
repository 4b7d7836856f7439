"""The operands of a program in JavaScript: names, numbers, constant arrays, tables of places."""

from __future__ import annotations

import keyword
import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from .ir import FLOAT16, FLOAT32, Instruction, Operand, shape_of_operand

MOST_EXACT = 2**53
"""JavaScript's numbers are floats: up to here all whole numbers are among them."""

LISTED = 16
"""The length up to which every table of places, and every constant array, is written out."""

_TEXT = (Path(__file__).parent / "runtime.js").read_text(encoding="utf-8")
RUNTIME = dict(re.findall(r"^(?=function (\w+))(.*?^}$)", _TEXT, flags=re.MULTILINE | re.DOTALL))
"""The functions that lines call, by name."""

RESERVED = {
    *RUNTIME, *keyword.kwlist,
    "Math", "Number", "Infinity", "NaN", "undefined", "Float64Array", "Int32Array", "Array", "BigInt",
    "Object", "RangeError", "arguments", "await", "case", "catch", "const", "debugger", "default",
    "delete", "do", "enum", "eval", "export", "extends", "false", "function", "i", "implements",
    "instanceof", "interface", "let", "new", "null", "package", "private", "protected", "public",
    "static", "super", "switch", "this", "throw", "true", "typeof", "var", "void", "__proto__",
    "constructor", "prototype", "window", "self", "globalThis", "document",
}  # fmt: skip
"""Names that a line must not take: JavaScript's words, and what lines call."""


def safe(name: str, otherwise: str) -> str:
    """Return a name that JavaScript can have: a reserved word with _ behind it, or else another one."""
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        return otherwise
    return f"{name}_" if name in RESERVED else name


class Operands:
    """Writes the operands of a program, and collects its constant arrays."""

    def __init__(self, names: dict[Instruction | None, str]) -> None:
        self.constants: list[str] = []
        self._wanted = names
        self._names: dict[Any, str] = {}
        self._taken: set[str] = set()

    def named(self, x: Instruction) -> str:
        """Return the name of an instruction: the reader's own, if JavaScript can have it."""
        if x not in self._names:
            self._names[x] = self._unique(safe(self._wanted.get(x, ""), "t"))
        return self._names[x]

    def _unique(self, wanted: str) -> str:
        number, name = 1, wanted if wanted != "t" else "t1"
        while name in self._taken:
            number, name = number + 1, f"{wanted}_{number + 1}" if wanted != "t" else f"t{number + 1}"
        self._taken.add(name)
        return name

    def text(self, x: Operand) -> str:
        """Write an operand: a name, a number, or the name of a constant array."""
        if type(x) is Instruction:
            return self.named(x)
        if not isinstance(x, np.ndarray):
            return _number(x)
        if x.dtype == FLOAT16 or (x.dtype == FLOAT32 and not x.shape):  # which make the others less precise
            raise TypeError(f"javascript: a constant of {x.dtype} cannot be written; take float64")
        return self._constant(x.ravel(), "Float64Array") if x.shape else _number(x.item())

    def table(self, places: np.ndarray) -> str:
        """Write a table of places as a constant, a long one by its steps where they are regular."""
        steps = _steps(places) if places.size > LISTED else None
        if steps is None:
            return self._constant(places.ravel(), "Int32Array")
        shape, first = list(places.shape), places.flat[0]
        return self._unique_constant("places", places.tobytes(), f"stepped({first}, {shape}, {steps})")

    def _constant(self, entries: np.ndarray, kind: str) -> str:
        numbers = list(map(_number, entries.tolist()))
        is_long_and_uniform = len(numbers) > LISTED and len(set(numbers)) == 1
        made = f"({len(numbers)}).fill({numbers[0]})" if is_long_and_uniform else f"([{', '.join(numbers)}])"
        wanted = "places" if kind == "Int32Array" else "constant"
        return self._unique_constant(
            wanted, f"{entries.dtype}".encode() + entries.tobytes(), f"new {kind}{made}"
        )

    def _unique_constant(self, wanted: str, entries: bytes, text: str) -> str:
        """Return the name of a constant; the same entries get one constant."""
        key = wanted, entries
        if key not in self._names:
            name = self._names[key] = self._unique(wanted)
            self.constants.append(f"const {name} = {text};")
        return self._names[key]

    def array(self, a: Operand) -> str:
        """Write an operand as an array; a number is one of one entry."""
        return self.text(a) if shape_of_operand(a) else f"[{self.text(a)}]"

    def picked(self, a: str, size: int, places: np.ndarray) -> str:
        """Write the entries at these places of an array of this size; all of them in order are the array."""
        is_same = np.array_equal(places.ravel(), np.arange(size))
        return a if is_same else f"pick({a}, {self.table(places)})"


def numbered(given: tuple[int, ...]) -> np.ndarray:
    """Return the places 0, 1, 2, ... of the entries of an array of this shape."""
    return np.arange(math.prod(given)).reshape(given)


def _steps(places: np.ndarray) -> list[int] | None:
    """Return by how much places grow along each axis; None if they do not grow regularly."""
    first = int(places.flat[0])
    steps = [int(places.take(1, axis).flat[0]) - first if n > 1 else 0 for axis, n in enumerate(places.shape)]
    index = np.indices(places.shape, sparse=True)
    return steps if np.array_equal(places, first + sum(map(np.multiply, steps, index))) else None


def _number(x: Any) -> str:
    if isinstance(x, (int, np.integer, np.bool)):
        if abs(int(x)) > MOST_EXACT:
            raise TypeError(f"javascript: the constant {x} is beyond 2**53, up to which integers are exact")
        return str(int(x))
    if not isinstance(x, (float, np.floating)):
        raise TypeError(f"javascript: the constant {x!r:.60} cannot be written")
    if math.isnan(x):
        return "NaN"
    return repr(float(x)) if math.isfinite(x) else "Infinity" if x > 0 else "-Infinity"
