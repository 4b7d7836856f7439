"""The JavaScript of one entry: for each operation an expression with {0}, {1}, ... for its operands.

Three tables, because three kinds of numbers behave differently: ENTRIES for floats, MASKS where masks are
combined, WHOLE for whole numbers, which have no -0 and no nan. A function that is no function of JavaScript
stands in runtime.js.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..primitives import arithmetic as ar
from ..primitives import elementary, signals
from ..primitives.primitive import numpy_functions
from .ir import BOOL, Instruction
from .selection import computes_in_integers

_AND, _OR, _NOT = "+({0} != 0 && {1} != 0)", "+({0} != 0 || {1} != 0)", "+({0} == 0)"
_XOR = "+(({0} != 0) !== ({1} != 0))"

ENTRIES: dict[Any, str] = {
    ar.add: "{0} + {1}", ar.subtract: "{0} - {1}", ar.multiply: "{0} * {1}", ar.divide: "{0} / {1}",
    ar.negative: "-{0}", ar.identity: "{0}", ar.absolute: "Math.abs({0})", ar.sign: "(Math.sign({0}) + 0)",
    ar.greater: "+({0} > {1})", ar.greater_equal: "+({0} >= {1})", ar.less: "+({0} < {1})",
    ar.less_equal: "+({0} <= {1})", ar.equal: "+({0} == {1})", ar.not_equal: "+({0} != {1})",
    ar.where: "({0} != 0 ? {1} : {2})", ar.maximum: "Math.max({0}, {1})", ar.minimum: "Math.min({0}, {1})",
    ar.power: "pow({0}, {1})", ar.exp: "Math.exp({0})", ar.log: "Math.log({0})", ar.sqrt: "Math.sqrt({0})",
    ar.sin: "Math.sin({0})", ar.cos: "Math.cos({0})", ar.tanh: "tanh({0})", ar.sech2: "sech2({0})",
    ar.relu: "({0} <= 0 ? 0 : {0})",
    elementary.sigmoid: "sigmoid({0})", elementary.softplus: "softplus({0})",
    elementary.positive: "{0}", elementary.square: "{0} * {0}", elementary.reciprocal: "1 / {0}",
    elementary.astype: "{0}", elementary.float_power: "pow({0}, {1})",
    elementary.cbrt: "Math.cbrt({0})", elementary.exp2: "pow(2, {0})", elementary.expm1: "Math.expm1({0})",
    elementary.log2: "Math.log2({0})", elementary.log10: "Math.log10({0})",
    elementary.log1p: "Math.log1p({0})", elementary.tan: "Math.tan({0})",
    elementary.arcsin: "Math.asin({0})", elementary.arccos: "Math.acos({0})",
    elementary.arctan: "Math.atan({0})", elementary.sinh: "Math.sinh({0})",
    elementary.cosh: "Math.cosh({0})", elementary.arcsinh: "Math.asinh({0})",
    elementary.arccosh: "Math.acosh({0})", elementary.arctanh: "Math.atanh({0})",
    elementary.degrees: "{0} * (180 / Math.PI)", elementary.radians: "{0} * (Math.PI / 180)",
    elementary.hypot: "hypot({0}, {1})", elementary.arctan2: "Math.atan2({0}, {1})",
    elementary.logaddexp: "logaddexp({0}, {1})", elementary.logaddexp2: "logaddexp2({0}, {1})",
    elementary.fmax: "fmax({0}, {1})", elementary.fmin: "fmin({0}, {1})",
    elementary.copysign: "copysign({0}, {1})", elementary.heaviside: "heaviside({0}, {1})",
    elementary.ldexp: "ldexp({0}, {1})", elementary.round_: "round({0}, {1})",
    elementary.floor: "Math.floor({0})", elementary.ceil: "Math.ceil({0})",
    elementary.trunc: "Math.trunc({0})", elementary.rint: "rint({0})",
    elementary.remainder: "remainder({0}, {1})", elementary.fmod: "{0} % {1}",
    elementary.floor_divide: "floor_divide({0}, {1})", signals.sinc: "sinc({0})",
    numpy_functions[np.logical_and]: _AND, numpy_functions[np.logical_or]: _OR,
    numpy_functions[np.logical_not]: _NOT, numpy_functions[np.logical_xor]: _XOR,
    numpy_functions[np.isnan]: "+Number.isNaN({0})",
    numpy_functions[np.isfinite]: "+Number.isFinite({0})",
    numpy_functions[np.isinf]: "+(Math.abs({0}) === Infinity)",
    numpy_functions[np.signbit]: "+({0} < 0 || Object.is({0}, -0))",
}  # fmt: skip
"""Entries that are floats, and comparisons of any."""

MASKS: dict[Any, str] = {
    ar.add: _OR, ar.multiply: _AND,
    numpy_functions[np.bitwise_and]: _AND, numpy_functions[np.bitwise_or]: _OR,
    numpy_functions[np.bitwise_xor]: _XOR, numpy_functions[np.invert]: _NOT,
}  # fmt: skip
"""Where the result is a mask, and NumPy combines masks otherwise than floats."""

WHOLE: dict[Any, str] = {
    **{op: ENTRIES[op] for op in (
        ar.add, ar.subtract, ar.multiply, ar.negative, ar.identity, ar.absolute, ar.sign, ar.where,
        ar.maximum, ar.minimum, ar.relu, elementary.positive, elementary.square, elementary.astype,
        elementary.fmax, elementary.fmin,
    )},
    **dict.fromkeys((elementary.floor, elementary.ceil, elementary.trunc, elementary.rint), "{0}"),
    elementary.floor_divide: "({1} == 0 ? 0 : floor_divide({0}, {1}))",
    elementary.remainder: "({1} == 0 ? 0 : remainder({0}, {1}))",
    elementary.fmod: "({1} == 0 ? 0 : {0} % {1})",
    ar.power: "whole_power({0}, {1})",
    numpy_functions[np.bitwise_and]: "Number(BigInt({0}) & BigInt({1}))",
    numpy_functions[np.bitwise_or]: "Number(BigInt({0}) | BigInt({1}))",
    numpy_functions[np.bitwise_xor]: "Number(BigInt({0}) ^ BigInt({1}))",
    numpy_functions[np.invert]: "-1 - {0}",
}  # fmt: skip
"""Where NumPy computes in integers. A division by 0 gives 0."""

POWERS = {2: "{0} * {0}", 0.5: "Math.sqrt({0})", -1: "1 / {0}", 1: "{0}", 0: "1"}
"""Exponents for which Python and NumPy do not call pow."""


def entry_of(x: Instruction) -> str | None:
    """The expression of one entry of an instruction; None if it is no operation on entries."""
    if x.dtype == BOOL and x.op in MASKS:
        return MASKS[x.op]
    if computes_whole_numbers(x):
        return WHOLE.get(x.op)
    if x.op is ar.power and type(x.args[1]) in (int, float) and x.args[1] in POWERS:
        return "root({0})" if x.args[1] == 0.5 and not x.shape else POWERS[x.args[1]]  # C's, for a number
    return ENTRIES.get(x.op)


def computes_whole_numbers(x: Instruction) -> bool:
    """Whether NumPy computes the result in integers, be it an array of integers or not."""
    return x.dtype.kind in "iu" or (x.op in WHOLE and computes_in_integers(x))
