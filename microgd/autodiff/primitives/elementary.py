"""The table of derivatives: the other ufuncs of NumPy, which apply a function to each entry.

First come the smooth ones, then kinks and remainders, then the piecewise constant ones. A function that is a
line or two of others (`modf`, `divmod`) has no rule of its own. Derivatives are written so that they and
their own derivatives keep their digits over the whole range of floats: that of arcsin is 1 / cos(out),
because 1 - a^2 cancels near 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arithmetic import absolute, cos, exp, power, sech2, sign, sqrt, where
from .primitive import numpy_functions, primitive


def _as_type(a: Any, dtype: np.dtype[Any]) -> Any:
    if isinstance(a, np.ndarray):
        return a.astype(dtype)
    return float(a) if dtype.kind == "f" else dtype.type(a).item()


def _sigmoid(a: Any) -> Any:
    decay = np.exp(-abs(1.0 * a))  # at most 1: neither tail overflows or loses its digits
    return np.where(a < 0, decay, 1.0) / (1.0 + decay)


def _sigmoid_of_float(a: float) -> float:
    decay = math.exp(-abs(a))
    return (decay if a < 0 else 1.0) / (1.0 + decay)


LOG_2, LOG_10, DEGREE = math.log(2), math.log(10), math.pi / 180

# fmt: off
positive   = primitive(np.positive,   lambda g, out, a: g)
astype     = primitive(_as_type,      lambda g, out, a, dtype: g, name="astype")    # in another precision
square     = primitive(np.square,     lambda g, out, a: g * 2.0 * a,  scalar=lambda a: a * a)
reciprocal = primitive(np.reciprocal, lambda g, out, a: -g * out * out, scalar=lambda a: 1.0 / a)
cbrt       = primitive(np.cbrt,       lambda g, out, a: g / (3.0 * out * out))      # infinite at 0

# The sigmoid 1 / (1 + e^-a), and its integral log(1 + e^a), a smooth relu.
sigmoid  = primitive(_sigmoid, lambda g, out, a: g * 0.25 * sech2(0.5 * a),
                     name="sigmoid", scalar=_sigmoid_of_float)
softplus = primitive(lambda a: np.logaddexp(1.0 * a, 0.0), lambda g, out, a: g * sigmoid(a),
                     name="softplus", scalar=lambda a: max(a, 0.0) + math.log1p(math.exp(-abs(a))))

exp2       = primitive(np.exp2,       lambda g, out, a: g * out * LOG_2)
expm1      = primitive(np.expm1,      lambda g, out, a: g * exp(a),        scalar=math.expm1)
log2       = primitive(np.log2,       lambda g, out, a: g / (a * LOG_2))
log10      = primitive(np.log10,      lambda g, out, a: g / (a * LOG_10))
log1p      = primitive(np.log1p,      lambda g, out, a: g / (1.0 + a),     scalar=math.log1p)

tan        = primitive(np.tan,        lambda g, out, a: g * (1.0 + out * out))
arcsin     = primitive(np.arcsin,     lambda g, out, a: g / cos(out))            # 1 / sqrt(1 - a^2)
arccos     = primitive(np.arccos,     lambda g, out, a: -g / cos(arcsin(a)))     # -1 / sqrt(1 - a^2)
arctan     = primitive(np.arctan,     lambda g, out, a: g / (1.0 + a * a))
sinh       = primitive(np.sinh,       lambda g, out, a: g * cosh(a))
cosh       = primitive(np.cosh,       lambda g, out, a: g * sinh(a))
arcsinh    = primitive(np.arcsinh,    lambda g, out, a: g / hypot(a, 1.0))       # 1 / sqrt(a^2 + 1)
arccosh    = primitive(np.arccosh,    lambda g, out, a: g / (sqrt(a - 1.0) * sqrt(a + 1.0)))
arctanh    = primitive(np.arctanh,    lambda g, out, a: g * cosh(out) ** 2)      # 1 / (1 - a^2)
degrees    = primitive(np.degrees,    lambda g, out, a: g / DEGREE)
radians    = primitive(np.radians,    lambda g, out, a: g * DEGREE)

# Two arguments. At the origin hypot, like every norm here, takes slope 0: a / inf.
hypot      = primitive(np.hypot,      lambda g, out, a, b: g * a / where(out == 0, math.inf, out),
                                      lambda g, out, a, b: g * b / where(out == 0, math.inf, out),
                       scalar=math.hypot)
arctan2    = primitive(np.arctan2,    lambda g, out, a, b: g * (b / hypot(a, b)) / hypot(a, b),
                                      lambda g, out, a, b: -g * (a / hypot(a, b)) / hypot(a, b))
logaddexp  = primitive(np.logaddexp,  lambda g, out, a, b: g * sigmoid(a - b),
                                      lambda g, out, a, b: g * sigmoid(b - a))
logaddexp2 = primitive(np.logaddexp2, lambda g, out, a, b: g * sigmoid((a - b) * LOG_2),
                                      lambda g, out, a, b: g * sigmoid((b - a) * LOG_2))
ldexp      = primitive(np.ldexp,      lambda g, out, a, exponent: ldexp(g, exponent))    # a 2^exponent

float_power = primitive(np.float_power, *power.vjps)                       # power, always in float64

# maximum and minimum that prefer a number to nan; ties share the gradient as there.
fmax       = primitive(np.fmax,       lambda g, out, a, b: g * _won(a, b, a > b),
                                      lambda g, out, a, b: g * _won(b, a, b > a))
fmin       = primitive(np.fmin,       lambda g, out, a, b: g * _won(a, b, a < b),
                                      lambda g, out, a, b: g * _won(b, a, b < a))

# out = a - b * (a / b rounded down, or towards 0): linear in a, and piecewise linear in b.
remainder  = primitive(np.remainder,  lambda g, out, a, b: g,
                                      lambda g, out, a, b: -g * floor_divide(a, b))
fmod       = primitive(np.fmod,       lambda g, out, a, b: g,
                                      lambda g, out, a, b: -g * rint((a - out) / b))
copysign   = primitive(np.copysign,   lambda g, out, a, b: g * sign(a) * copysign(1.0, b), None)
heaviside  = primitive(np.heaviside,  None, lambda g, out, a, b: g * (a == 0))     # b is the value at 0

# Piecewise constant: the derivative is 0 wherever it exists, no gradient flows.
floor_divide = primitive(np.floor_divide, None, None)
floor        = primitive(np.floor, None)
ceil         = primitive(np.ceil, None)
trunc        = primitive(np.trunc, None)
rint         = primitive(np.rint, None)
round_       = primitive(lambda a, decimals: np.round(a, decimals), None, name="round")
# fmt: on


def in_precision_of(a: Any, x: Any) -> Any:
    """Convert x to float32 if a is an array of float32, so that beside x it stays one."""
    return astype(x, a.dtype) if getattr(a, "dtype", None) == np.float32 else x


def _won(a: Any, b: Any, ahead: Any) -> Any:
    """Return 1 where a is ahead of b or b is nan, 1/2 where they are equal."""
    return ahead + (b != b) * (a == a) + 0.5 * (a == b)


for _question in (np.isfinite, np.isinf, np.isnan, np.signbit, np.logical_not, np.invert):
    primitive(_question, None)
for _connective in (
    np.logical_and, np.logical_or, np.logical_xor, np.bitwise_and, np.bitwise_or, np.bitwise_xor,
):  # fmt: skip
    primitive(_connective, None, None)


def modf(a: Any) -> Any:
    """Split into the fractional part, whose derivative is 1, and the whole part, whose derivative is 0."""
    whole = trunc(a)
    return a - whole, whole


def angle(z: Any, deg: bool = False) -> Any:
    """Compute the angle of a real number in the complex plane: 0 or half a turn, no gradient flows."""
    return (1.0 - copysign(1.0, z)) * (90.0 if deg else math.pi / 2)


numpy_functions |= {
    np.real: lambda val: val,
    np.real_if_close: lambda a, tol=100: a,
    np.imag: lambda val: np.zeros_like(val)[()],
    np.angle: angle,
    np.fabs: absolute,
    np.conjugate: positive,  # of a real number: itself
    np.rad2deg: degrees,
    np.deg2rad: radians,
    np.modf: modf,
    np.fix: trunc,
    np.round: lambda a, decimals=0: round_(a, decimals),
    np.around: lambda a, decimals=0: round_(a, decimals),
    np.divmod: lambda a, b: (floor_divide(a, b), remainder(a, b)),
    np.where: lambda condition, *branches: where(condition, *branches) if branches else np.nonzero(condition),
}
