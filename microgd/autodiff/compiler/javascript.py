"""The JavaScript dialect: a finished program as a function that any page can run, without a server.

    step = microgd.compile(microgd.value_and_grad(error))
    step(0.5, 0.5, 0.8)
    print(step.javascript)

It is a function of the numbers and arrays among the arguments, one after the other, as `source` is. A number
is a number (a boolean 0 or 1); an array is a Float64Array of its entries row by row, and one of integers may
be an Int32Array or a plain Array as well. It returns an array of the results, in the order in which they
stand in the result of the compiled function.

Numbers are those of Python. + - * / and sqrt are equal to the last bit. exp, tanh, pow and their kind are
within 2 units in the last place (ulp) of the true number, as far as a dense scan in Chromium goes; functions
that are composed of several of them, such as sech2, which is the slope of tanh, are within 6 of Python's. A
sum over entries that lie in memory without gaps is added in NumPy's order, in pairs of pairs, and equal to
the last bit. Products of matrices are added from the first term to the last, where BLAS has another order,
and so are sums over entries with gaps: of n terms they differ by at most 2 (n - 1) 2**-53 sum |x|
(N. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition 2002, section 4.2). Whole numbers
are exact up to 2**53; a result beyond it throws RangeError, as does an index that is out of bounds.

A line for a number is an expression. A line for an array calls one of the functions in runtime.js, which gets
tables of places that are computed here: shapes are known when a program is written. What the dialect cannot
say (float32, integers of fewer than 64 bits in arithmetic, decompositions, operations of one's own, more than
MOST entries) raises TypeError by name.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from ..primitives import shape
from .ir import FLOAT64, INT64, Instruction, Operand, Program, instructions_in, shape_of_operand
from .javascript_arrays import MOVES, array_of, places_of
from .javascript_entries import computes_whole_numbers, entry_of
from .javascript_operands import RUNTIME, Operands, numbered, safe

MOST = 16_384
"""The largest number of entries of an array."""


def javascript(
    name: str, program: Program, names: dict[Instruction | None, str], comments: dict[Any, str]
) -> str:
    """Write a program as a JavaScript function of this name. Raises TypeError for what it cannot say."""
    operands = Operands(names)
    parameters = [operands.named(x) for x in program.inputs]
    lines = []
    for x in program.instructions:
        statement = f"const {operands.named(x)} = {_expression(x, operands)};"
        comment = re.sub(r"[^\w /(),]", "?", comments.get(x, ""), flags=re.ASCII)
        lines.append(f"{statement}  // {comment}" if comment else statement)
    for x in program.inputs:
        _check_layout(x, "an argument")
    results = ", ".join(operands.text(output) for output in program.outputs)
    shapes = ", ".join(f"{operands.named(x)} {x.shape}" for x in program.inputs if x.shape)
    body = [f"// {shapes}"] * bool(shapes) + [*operands.constants, *lines, f"return [{results}];"]
    head = f"function {safe(name, 'program')}({', '.join(parameters)}) {{"
    inside = [*body, *_runtime("\n".join(body))]  # declarations are hoisted: the program is read first
    return "\n".join([head, *[f"  {line}" for line in inside], "}"])


def _runtime(body: str) -> list[str]:
    """The functions that the body calls, and those that they call, in the order of RUNTIME."""
    needed: set[str] = set()
    waiting = [body]
    while waiting:
        text = waiting.pop()
        new = {name for name in RUNTIME if re.search(rf"(?<![.\w]){name}[(),]", text)} - needed
        needed |= new
        waiting += [RUNTIME[name] for name in new]
    return [line for name, text in RUNTIME.items() if name in needed for line in text.splitlines()]


def _expression(x: Instruction, operands: Operands) -> str:
    """Write the right side of an instruction's line."""
    assert x.op is not None
    for operand in (x, *instructions_in(x.args)):
        _check_layout(operand, x.op.name)
    text = _computed(x, operands)
    if not computes_whole_numbers(x) or x.op in MOVES:
        return text
    if x.dtype.kind in "iu" and x.dtype != INT64:
        raise TypeError(f"javascript: {x.op.name} of {x.dtype} cannot be written; take int64")
    return f"{text}.map(whole)" if x.shape else f"whole({text})"


def _computed(x: Instruction, operands: Operands) -> str:
    if (how := entry_of(x)) is not None:
        return _entrywise(x, how, operands)
    if x.op is shape.index and not x.shape:
        return f"{operands.text(x.args[0])}[{int(places_of(x))}]"
    if (text := array_of(x, operands)) is None:
        raise _cannot_be_written(x)
    return text if x.shape else f"{text}[0]"


def _entrywise(x: Instruction, how: str, operands: Operands) -> str:
    """Write an operation on entries; what is static behind its operands is left out."""
    args = x.args[: 1 + max(map(int, re.findall(r"{(\d)}", how)), default=-1)]
    if not x.shape:
        return how.format(*[_in_brackets(operands.text(arg)) for arg in args])
    entries = [
        f"{operands.text(arg)}[{_place(arg, x.shape, operands)}]" if shape_of_operand(arg) else
        _in_brackets(operands.text(arg)) for arg in args
    ]  # fmt: skip
    return f"each({math.prod(x.shape)}, i => {how.format(*entries)})"


def _place(arg: Operand, wanted: tuple[int, ...], operands: Operands) -> str:
    """Write where the entry for entry i of the result stands: at i, or in a table if it is stretched."""
    given = shape_of_operand(arg)
    return "i" if given == wanted else f"{operands.table(np.broadcast_to(numbered(given), wanted))}[i]"


def _check_layout(x: Instruction, name: str) -> None:
    if x.dtype.kind == "f" and x.dtype != FLOAT64:
        raise TypeError(f"javascript: {name}: {x.dtype} cannot be written; take float64")
    if math.prod(x.shape) > MOST:
        raise TypeError(f"javascript: {name}: expected at most {MOST:,} entries, got shape {x.shape}")


def _cannot_be_written(x: Instruction) -> TypeError:
    assert x.op is not None
    if x.dtype.kind in "iu":
        kind, advice = " of integers", "convert them to floats, x.astype(float)"
    else:
        kind, advice = "", "write it with others"
    return TypeError(f"javascript: the operation {x.op.name}{kind} cannot be written; {advice}")


def _in_brackets(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
