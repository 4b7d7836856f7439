"""The JavaScript dialect: a finished program as a function that any page can run, without a server.

    step = microgd.compile(microgd.value_and_grad(error))
    step(0.5, 0.5, 0.8)
    print(step.javascript)

It is a function of the numbers and arrays among the arguments, one after the other, as `source` is. A number
is a number (a boolean 0 or 1), an array a Float64Array of its entries row by row. It returns an array of the
results, in the order in which they stand in the result of the compiled function.

Numbers are those of Python: + - * / and sqrt to the last bit, exp, tanh, pow and their kind within 2 units
in the last place (ulp); sums of arrays are added up from the first term to the last, where NumPy adds pairs.
A line for a number is an expression. A line for an array calls one of the functions in RUNTIME, which gets
tables of places that are computed here: shapes are known when a program is written. What the dialect cannot
say (float32, integers that index, decompositions, operations of one's own, more than MOST entries) raises
TypeError by name.
"""

from __future__ import annotations

import keyword
import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import elementary, linear_algebra, reduction, shape
from ..primitives.primitive import Primitive, numpy_functions
from .ir import FLOAT32, INT64, Instruction, Operand, Program, shape_of_operand

MOST = 16_384
"""The largest number of entries of an array."""

LISTED = 16
"""The length up to which every table of places, and every constant array, is written out."""

# How an entry is computed from entries: an expression with {0}, {1}, ...
ENTRIES: dict[Any, str] = {
    ar.add: "{0} + {1}", ar.subtract: "{0} - {1}", ar.multiply: "{0} * {1}", ar.divide: "{0} / {1}",
    ar.negative: "-{0}", ar.identity: "{0}", elementary.astype: "{0}",
    ar.absolute: "Math.abs({0})", ar.sign: "(Math.sign({0}) + 0)",
    ar.greater: "+({0} > {1})", ar.greater_equal: "+({0} >= {1})", ar.less: "+({0} < {1})",
    ar.less_equal: "+({0} <= {1})", ar.equal: "+({0} == {1})", ar.not_equal: "+({0} != {1})",
    ar.where: "({0} != 0 ? {1} : {2})", ar.maximum: "Math.max({0}, {1})", ar.minimum: "Math.min({0}, {1})",
    ar.power: "pow({0}, {1})", ar.exp: "Math.exp({0})", ar.log: "Math.log({0})", ar.sqrt: "Math.sqrt({0})",
    ar.sin: "Math.sin({0})", ar.cos: "Math.cos({0})", ar.tanh: "Math.tanh({0})", ar.sech2: "sech2({0})",
    ar.relu: "({0} <= 0 ? 0 : {0})",
    elementary.sigmoid: "sigmoid({0})", elementary.softplus: "softplus({0})",
    elementary.positive: "{0}", elementary.square: "{0} * {0}", elementary.reciprocal: "1 / {0}",
    elementary.cbrt: "Math.cbrt({0})", elementary.exp2: "pow(2, {0})", elementary.expm1: "Math.expm1({0})",
    elementary.log2: "Math.log2({0})", elementary.log10: "Math.log10({0})",
    elementary.log1p: "Math.log1p({0})", elementary.tan: "Math.tan({0})",
    elementary.arcsin: "Math.asin({0})", elementary.arccos: "Math.acos({0})",
    elementary.arctan: "Math.atan({0})", elementary.sinh: "Math.sinh({0})",
    elementary.cosh: "Math.cosh({0})", elementary.arcsinh: "Math.asinh({0})",
    elementary.arccosh: "Math.acosh({0})", elementary.arctanh: "Math.atanh({0})",
    elementary.hypot: "Math.hypot({0}, {1})", elementary.arctan2: "Math.atan2({0}, {1})",
    elementary.logaddexp: "logaddexp({0}, {1})", elementary.floor: "Math.floor({0})",
    elementary.ceil: "Math.ceil({0})", elementary.trunc: "Math.trunc({0})",
    elementary.remainder: "remainder({0}, {1})", elementary.fmod: "{0} % {1}",
    elementary.rint: "rint({0})", elementary.floor_divide: "floor_divide({0}, {1})",
    numpy_functions[np.logical_and]: "+({0} != 0 && {1} != 0)",
    numpy_functions[np.logical_not]: "+({0} == 0)",
    numpy_functions[np.logical_or]: "+({0} != 0 || {1} != 0)",
    numpy_functions[np.isnan]: "+Number.isNaN({0})",
    numpy_functions[np.isfinite]: "+Number.isFinite({0})",
    numpy_functions[np.isinf]: "+(Math.abs({0}) === Infinity)",
}  # fmt: skip

POWERS = {2: "{0} * {0}", 0.5: "Math.sqrt({0})", -1: "1 / {0}", 1: "{0}", 0: "1"}
"""Exponents for which Python and NumPy do not call pow."""

_TEXT = (Path(__file__).parent / "runtime.js").read_text(encoding="utf-8")
RUNTIME = dict(re.findall(r"^(?=function (\w+))(.*?^}$)", _TEXT, flags=re.MULTILINE | re.DOTALL))
"""The functions that lines call, by name."""

RESERVED = {
    *RUNTIME, *keyword.kwlist, "Math", "Number", "Infinity", "NaN", "undefined", "Float64Array", "Int32Array",
    "arguments", "await", "case", "catch", "const", "debugger", "default", "delete", "do", "enum", "eval",
    "export", "extends", "false", "function", "i", "implements", "instanceof", "interface", "let", "new",
    "null", "package", "private", "protected", "public", "static", "super", "switch", "this", "throw", "true",
    "typeof", "var", "void", "__proto__", "constructor", "prototype", "window", "self", "globalThis",
    "document",
}  # fmt: skip
"""Names that a line must not take: JavaScript's words, and what lines call."""

REDUCTIONS: dict[Primitive, str] = {
    reduction.reduce_sum: "sum", reduction.reduce_max: "max", reduction.reduce_min: "min",
    reduction.shift: "max", reduction.reduce_logsumexp: "logsumexp", reduction.length: "norm",
}  # fmt: skip

REARRANGEMENTS = {shape.transpose, shape.broadcast_to, shape.index}
"""Operations whose result is entries of their operand, at places that are known."""


def javascript(
    name: str, program: Program, names: dict[Instruction | None, str], comments: dict[Any, str]
) -> str:
    """Write a program as a JavaScript function of this name. Raises TypeError for what it cannot say."""
    writer = _Writer(names)
    parameters = [writer.named(x) for x in program.inputs]
    lines = []
    for x in program.instructions:
        statement = f"const {writer.named(x)} = {writer.expression(x)};"
        comment = re.sub(r"[^\w /(),]", "?", comments.get(x, ""), flags=re.ASCII)
        lines.append(f"{statement}  // {comment}" if comment else statement)
    for x in program.inputs:
        _check_layout(x, "an argument")
    results = ", ".join(writer.text(output) for output in program.outputs)
    shapes = ", ".join(f"{writer.named(x)} {x.shape}" for x in program.inputs if x.shape)
    body = [f"// {shapes}"] * bool(shapes) + [*writer.constants, *lines, f"return [{results}];"]
    head = f"function {_safe(name, 'program')}({', '.join(parameters)}) {{"
    inside = [*_runtime("\n".join(body)), *body]
    return "\n".join([head, *[f"  {line}" for line in inside], "}"])


def _runtime(body: str) -> list[str]:
    """The functions that the body calls, and those that they call, in the order of RUNTIME."""
    needed: set[str] = set()
    waiting = [body]
    while waiting:
        text = waiting.pop()
        new = {name for name in RUNTIME if re.search(rf"(?<![.\w]){name}\(", text)} - needed
        needed |= new
        waiting += [RUNTIME[name] for name in new]
    return [line for name, text in RUNTIME.items() if name in needed for line in text.splitlines()]


def _safe(name: str, otherwise: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name not in RESERVED else otherwise


class _Writer:
    """Writes operands and expressions; collects constant arrays."""

    def __init__(self, names: dict[Instruction | None, str]) -> None:
        self.constants: list[str] = []
        self._wanted = names
        self._names: dict[Any, str] = {}
        self._taken: set[str] = set()

    def named(self, x: Instruction) -> str:
        """Return the name of an instruction: the reader's own, if JavaScript can have it."""
        if x not in self._names:
            self._names[x] = self._unique(_safe(self._wanted.get(x, ""), "t"))
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
        if isinstance(x, np.ndarray):
            return (
                self._constant(np.asarray(x, float).ravel(), "Float64Array") if x.shape else _number(x.item())
            )
        return _number(x)

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
        return self._unique_constant(wanted, entries.tobytes(), f"new {kind}{made}")

    def _unique_constant(self, wanted: str, entries: bytes, text: str) -> str:
        """Return the name of a constant; the same entries get one constant."""
        key = wanted, entries
        if key not in self._names:
            name = self._names[key] = self._unique(wanted)
            self.constants.append(f"const {name} = {text};")
        return self._names[key]

    def expression(self, x: Instruction) -> str:
        """Write the right side of an instruction's line."""
        assert x.op is not None
        _check_layout(x, x.op.name)
        for arg in x.args:
            if type(arg) is Instruction:
                _check_layout(arg, x.op.name)
        if x.op in ENTRIES:
            return self._entrywise(x)
        if x.op in REDUCTIONS:
            a, axes, _ = x.args
            return self._reduced(REDUCTIONS[x.op], x, a, axes)
        if x.op in REARRANGEMENTS or x.op is shape.reshape:
            return self._rearranged(x)
        if x.op is shape.scatter:
            g, where, into = x.args
            places = np.arange(math.prod(into)).reshape(into)[where]
            return f"scatter({self._array(g)}, {self.table(places)}, {math.prod(into)})"
        if x.op is linear_algebra.matmul:
            return self._product(x)
        if x.op is shape.concatenate:
            return self._joined(x)
        raise TypeError(f"javascript: the operation {x.op.name} cannot be written; write it with others")

    def _entrywise(self, x: Instruction) -> str:
        how = ENTRIES[x.op]
        args = list(x.args[:1] if x.op is elementary.astype else x.args)
        if x.op is ar.power and isinstance(args[1], (int, float)) and args[1] in POWERS:
            how = POWERS[args[1]] if x.shape or args[1] != 0.5 else "root({0})"  # Python's is that of C
        if not x.shape:
            return how.format(*[_in_brackets(self.text(arg)) for arg in args])
        entries = [f"{self.text(arg)}[{self._place(arg, x.shape)}]" if shape_of_operand(arg) else
                   _in_brackets(self.text(arg)) for arg in args]  # fmt: skip
        return f"each({math.prod(x.shape)}, i => {how.format(*entries)})"

    def _place(self, arg: Operand, wanted: tuple[int, ...]) -> str:
        """Write where the entry for entry i of the result stands: at i, or in a table if it is stretched."""
        given = shape_of_operand(arg)
        if given == wanted:
            return "i"
        places = np.broadcast_to(np.arange(math.prod(given)).reshape(given), wanted)
        return f"{self.table(places)}[i]"

    def _reduced(self, function: str, x: Instruction, a: Operand, axes: tuple[int, ...]) -> str:
        given = shape_of_operand(a)
        kept = tuple([1 if axis in axes else n for axis, n in enumerate(given)])
        groups = np.broadcast_to(np.arange(math.prod(kept)).reshape(kept), given)
        call = f"{function}({self._array(a)}, {self.table(groups)}, {math.prod(kept)})"
        return call if x.shape else f"{call}[0]"

    def _rearranged(self, x: Instruction) -> str:
        a, *static = x.args
        given = shape_of_operand(a)
        if x.op is shape.reshape:
            return self._array(a) if x.shape else f"{self._array(a)}[0]"
        places = np.asarray(x.op.compute(np.arange(math.prod(given)).reshape(given), *static))  # type: ignore[union-attr]
        if not x.shape:
            return f"{self.text(a)}[{int(places)}]"
        if not given:
            return f"each({math.prod(x.shape)}, i => {self.text(a)})"
        return f"pick({self.text(a)}, {self.table(places)})"

    def _array(self, a: Operand) -> str:
        return self.text(a) if shape_of_operand(a) else f"[{self.text(a)}]"

    def _product(self, x: Instruction) -> str:
        a, b = map(shape_of_operand, x.args)
        if len(a) > 2 or len(b) > 2:
            raise TypeError("javascript: a product of stacks of matrices cannot be written; take matrices")
        rows, columns = a[0] if len(a) == 2 else 1, b[1] if len(b) == 2 else 1
        call = f"matmul({self.text(x.args[0])}, {self.text(x.args[1])}, {rows}, {b[0]}, {columns})"
        return call if x.shape else f"{call}[0]"

    def _joined(self, x: Instruction) -> str:
        axis, *parts = x.args
        shapes = [shape_of_operand(part) for part in parts]
        ends = np.cumsum([0, *map(math.prod, shapes)])
        numbered = [np.arange(start, start + math.prod(s)).reshape(s) for start, s in zip(ends, shapes)]
        places = np.concatenate(numbered, axis)
        return f"pick(join({', '.join(map(self.text, parts))}), {self.table(places)})"


def _steps(places: np.ndarray) -> list[int] | None:
    """Return by how much places grow along each axis; None if they do not grow regularly."""
    first = int(places.flat[0])
    steps = [int(places.take(1, axis).flat[0]) - first if n > 1 else 0 for axis, n in enumerate(places.shape)]
    index = np.indices(places.shape, sparse=True)
    return steps if np.array_equal(places, first + sum(map(np.multiply, steps, index))) else None


def _check_layout(x: Instruction, name: str) -> None:
    if x.dtype == FLOAT32:
        raise TypeError(f"javascript: {name}: float32 cannot be written; take float64")
    if x.dtype == INT64 or x.dtype.kind in "iu":
        raise TypeError(f"javascript: {name}: integers that index cannot be written; make them static")
    if math.prod(x.shape) > MOST:
        raise TypeError(f"javascript: {name}: expected at most {MOST:,} entries, got shape {x.shape}")


def _number(x: Any) -> str:
    if isinstance(x, (bool, np.bool)):
        return str(int(x))
    if not isinstance(x, (int, float, np.number)):
        raise TypeError(f"javascript: the constant {x!r:.60} cannot be written")
    x = float(x) if not isinstance(x, int) else x
    if math.isnan(x):
        return "NaN"
    return repr(x) if math.isfinite(x) else "Infinity" if x > 0 else "-Infinity"


def _in_brackets(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
