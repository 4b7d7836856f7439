"""Operations and their derivatives as formulas: `2 × diff`, `input.T @ d error/d pred`.

There is no table of derivatives here. A vjp is written with operators and NumPy's functions, so it also runs
on Values; the graph that is recorded when it does is its formula, and `formula_of` writes that as MathML.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...autodiff.primitives import arithmetic as ar
from ...autodiff.primitives import linear_algebra, reduction, shape
from ...autodiff.primitives.primitive import Primitive
from ...autodiff.value import Value, ancestors
from .mathml import Part, constant, identifier, operator, parenthesised, power, row, text_of

SUM, PRODUCT, POWER, ATOM = range(1, 5)
"""Precedences: a formula of lower precedence than its place requires gets parentheses."""

INFIX = {
    ar.add: (SUM, "+"), ar.subtract: (SUM, "−"), ar.multiply: (PRODUCT, "×"), ar.divide: (PRODUCT, "/"),
    linear_algebra.matmul: (PRODUCT, "@"), ar.greater: (0, ">"), ar.greater_equal: (0, "≥"),
    ar.less: (0, "<"), ar.less_equal: (0, "≤"), ar.equal: (0, "="), ar.not_equal: (0, "≠"),
}  # fmt: skip
REDUCTIONS = {
    reduction.reduce_sum, reduction.reduce_max, reduction.reduce_min, reduction.reduce_logsumexp,
    reduction.length, reduction.shift,
}  # fmt: skip
ASSOCIATIVE = {ar.add, ar.multiply}

LONGEST = 100
"""The letters of a formula; a longer one explains nothing and becomes "…"."""

Piece = tuple[Part, int]
"""A formula and its precedence."""
Name = Callable[[Any], Part]
"""The function that writes a number, an array or a Value in a formula: a text, an element or a slot."""


def formula_of(result: Any, name: Name) -> Part:
    """Write the formula that a graph is: leaves and constants as `name` writes them.

    result  a Value, computed from leaves; or a constant.
    name    the function that writes these leaves, and constants.

    Factors and exponents of 1 are left out; a part that is too long to read is "…".

    >>> a, b = Value(3.0, name="a"), Value(2.0, name="b")
    >>> formula = formula_of(1.0 * (a - 2.0) / b**2.0, lambda x: x.name if isinstance(x, Value) else f"{x:g}")
    >>> text_of(formula, str)
    '(a − 2) / b^2'
    """
    if not isinstance(result, Value):
        return name(result)
    pieces: dict[Value, Piece] = {}
    for node in reversed(ancestors(result)):
        operands = [pieces[x] if isinstance(x, Value) else _named(x, name) for x in node.args]
        piece = _without_one(node, operands) if node.op else _named(node, name)
        pieces[node] = piece if _length(piece[0]) <= LONGEST else ("…", ATOM)
    return pieces[result][0]


def _length(part: Part) -> int:
    return len(text_of(part, lambda slot: "number"))


def operation_of(node: Value, name: Name) -> Part:
    """Write the operation that computed a Value, with the names of its operands."""
    assert node.op is not None
    return _operation(node.op, node.args, [_named(x, name) for x in node.args])[0]


def _without_one(node: Value, operands: list[Piece]) -> Piece:
    """Write an operation, without a factor or an exponent of 1."""
    assert node.op is not None
    ones = [_is_one(x) for x in node.args]
    if node.op is ar.multiply and ones[0]:
        return operands[1]
    if node.op in (ar.multiply, ar.divide, ar.power) and ones[1]:
        return operands[0]
    return _operation(node.op, node.args, operands)


def _named(x: Any, name: Name) -> Piece:
    part = name(x)
    if isinstance(part, str):
        part = identifier(part) if part.isidentifier() else constant(part)
    return part, PRODUCT if _starts_with_minus(part) else ATOM


def _operation(op: Primitive, args: tuple[Any, ...], operands: list[Piece]) -> Piece:
    """Write an operation with the formulas of its operands. args: the operands themselves."""
    if op in INFIX:
        return _infix(op, *operands)
    if op is ar.power:
        base, exponent = operands
        return power(_in(base, ATOM), _in(exponent, ATOM)), POWER
    if op is ar.negative:
        return _negative(operands[0])
    if op is ar.identity:
        return operands[0]
    if op is shape.transpose and args[1] in (None, (1, 0)):
        return row(_in(operands[0], ATOM), ["mtext", ".T"]), ATOM
    if op is shape.index:
        where = text_of(operands[1][0], str).strip("(),")
        return row(_in(operands[0], ATOM), ["mtext", f"[{where}]"]), ATOM
    if op in REDUCTIONS:
        return _reduction(op, args, operands), ATOM
    shown = [part for arg, (part, _) in zip(args, operands) if arg is not None and arg is not False]
    return _call(op.name, shown), ATOM


def _call(name: str, arguments: list[Part]) -> Part:
    separated = [part for argument in arguments for part in (operator(", "), argument)][1:]
    return row(identifier(name), operator("("), *separated, operator(")"))


def _reduction(op: Primitive, args: tuple[Any, ...], operands: list[Piece]) -> Part:
    """Write a reduction, with its axes unless they are all; keepdims shows in the next shape."""
    of, axes = operands[0][0], args[1]
    if len(axes) == len(shape.shape_of(args[0])):
        return _call(op.name, [of])
    return _call(op.name, [of, ["mtext", f"axis={axes[0] if len(axes) == 1 else axes}"]])


def _infix(op: Primitive, left: Piece, right: Piece) -> Piece:
    precedence, sign = INFIX[op]
    after = _in(right, precedence if op in ASSOCIATIVE else precedence + 1)
    if _starts_with_minus(after):
        after = parenthesised(after)
    if isinstance(after, dict):
        after = {**after, "brackets": True}
    return row(_in(left, precedence), operator(f" {sign} "), after), precedence


def _negative(piece: Piece) -> Piece:
    """Write a negative; two signs cancel."""
    part, _ = piece
    if isinstance(part, str | dict):
        return row(operator("−"), _in(piece, PRODUCT)), PRODUCT
    if part[0] == "mrow" and part[1:2] == [operator("−")]:
        return part[2], ATOM
    if part[0] == "mn" and _starts_with_minus(part):
        return constant(part[1][1:]), ATOM
    inner = _in(piece, PRODUCT)
    return row(operator("−"), parenthesised(inner) if _starts_with_minus(inner) else inner), PRODUCT


def _in(piece: Piece, required: int) -> Part:
    """Write a piece where this precedence is required: in parentheses if it has a lower one."""
    part, precedence = piece
    if isinstance(part, dict):  # it is a number that may become negative
        return {**part, "brackets": part["brackets"] or required > PRODUCT}
    return part if precedence >= required else parenthesised(part)


def _starts_with_minus(part: Part) -> bool:
    return text_of(part, lambda slot: "").startswith("−")


def _is_one(x: Any) -> bool:
    return not isinstance(x, (Value, np.ndarray)) and x == 1
