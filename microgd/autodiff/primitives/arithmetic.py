"""The table of derivatives: arithmetic. Start here after primitive.py; the other tables only add to it.

A row is one operation: its function, then the vjp of each argument. Read

    multiply = primitive(operator.mul, lambda g, out, a, b: g * b, ...)     # d(a b)/da = b

as "d(a b)/da is b, so the arriving gradient g is multiplied by b". The vjps are written with operators and
with other rows, so they hold for numbers, arrays and Values alike. `None` in place of a vjp says that the
function is piecewise constant in this argument: its derivative is 0 wherever it exists, no gradient flows.

Where a function has a kink, the row says which of the possible slopes it takes.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from .evaluate import select, smallest_divisor
from .primitive import primitive

# fmt: off
add      = primitive(operator.add,     lambda g, out, a, b: g,              # d(a + b)/da = 1
                                       lambda g, out, a, b: g,              # d(a + b)/db = 1
                     name="+", numpy=np.add)
subtract = primitive(operator.sub,     lambda g, out, a, b: g,              # d(a - b)/da = 1
                                       lambda g, out, a, b: -g,             # d(a - b)/db = -1
                     name="-", numpy=np.subtract)
multiply = primitive(operator.mul,     lambda g, out, a, b: g * b,          # d(a b)/da = b
                                       lambda g, out, a, b: g * a,          # d(a b)/db = a
                     name="*", numpy=np.multiply)
divide   = primitive(operator.truediv, lambda g, out, a, b: g / b,          # d(a / b)/da = 1 / b
                                       lambda g, out, a, b: -g * out / b,   # d(a / b)/db = -(a / b) / b
                     name="/", numpy=np.divide)
negative = primitive(operator.neg,     lambda g, out, a: -g,                # d(-a)/da = -1
                     name="neg", numpy=np.negative)
identity = primitive(lambda a: a,       lambda g, out, a: g,                # dx/dx = 1
                     name="identity")


def _base(a: Any, b: Any) -> Any:
    """The base a, but 1 where the exponent is 0: a ** 0 is constant, and 0 * a ** -1 may be 0 * infinity.

    A recorded exponent has the mixed derivative 1 / a: a is replaced only where that is infinite.
    """
    if type(b) in (float, int) and b:
        return a
    if not hasattr(b, "record"):
        return where(b == 0, 1.0, a)
    smallest = smallest_divisor(a)
    return where((absolute(a) <= smallest) & (b == 0), smallest, a)


def _sech2(a: Any) -> Any:
    with np.errstate(over="ignore"):  # 1 / infinity is the right 0
        shape = 1.0 / np.cosh(a)
    return shape * shape


# 0 ** b is constant for b > 0, and the second vjp must not compute log 0: `where` replaces the base by 1.
power    = primitive(operator.pow,
                     lambda g, out, a, b: g * b * power(_base(a, b), b - 1.0),             # b a^(b - 1)
                     lambda g, out, a, b: g * out * log(where(a == 0, 1.0, a)),            # a^b log a
                     name="**", numpy=np.power, scalar=math.pow)

exp      = primitive(np.exp,  lambda g, out, a: g * out,              # d(e^a)/da = e^a: already computed
                     scalar=math.exp)
log      = primitive(np.log,  lambda g, out, a: g / a,                # d(log a)/da = 1 / a
                     scalar=math.log)
sqrt     = primitive(np.sqrt, lambda g, out, a: g / (2.0 * out),      # 1 / (2 sqrt a): infinite at 0
                     scalar=math.sqrt)
sin      = primitive(np.sin,  lambda g, out, a: g * cos(a),           # d(sin a)/da = cos a
                     scalar=math.sin)
cos      = primitive(np.cos,  lambda g, out, a: -g * sin(a),          # d(cos a)/da = -sin a
                     scalar=math.cos)
tanh     = primitive(np.tanh, lambda g, out, a: g * sech2(a),         # 1 - tanh^2 a, but exact far out
                     scalar=math.tanh)
sech2    = primitive(_sech2,  lambda g, out, a: -2.0 * g * out * tanh(a),     # 1 / cosh^2 a
                     name="sech2", scalar=lambda a: (1.0 / math.cosh(a)) ** 2)

# Step functions: comparisons and the sign. They are piecewise constant, no gradient flows.
greater       = primitive(operator.gt, None, None, name=">",  numpy=np.greater)
greater_equal = primitive(operator.ge, None, None, name=">=", numpy=np.greater_equal)
less          = primitive(operator.lt, None, None, name="<",  numpy=np.less)
less_equal    = primitive(operator.le, None, None, name="<=", numpy=np.less_equal)
equal         = primitive(operator.eq, None, None, name="==", numpy=np.equal)
not_equal     = primitive(operator.ne, None, None, name="!=", numpy=np.not_equal)
sign          = primitive(np.sign, None)


where    = primitive(select, None, lambda g, out, condition, a, b: where(condition, g, 0.0),
                                   lambda g, out, condition, a, b: where(condition, 0.0, g),
                     name="where", numpy=np.where)

# Kinks. |a| at 0: slope 0. maximum and minimum of two equal numbers: half to each, as for max and min of an
# array with ties. relu at 0: slope 0, that of its negative side. Where the slope is 0, no gradient flows,
# not even an infinite one.
absolute = primitive(operator.abs, lambda g, out, a: g * sign(a),
                     name="abs", numpy=np.absolute)
maximum  = primitive(np.maximum,   lambda g, out, a, b: where(a > b, g, where(a == b, 0.5 * g, 0.0)),
                                   lambda g, out, a, b: where(b > a, g, where(a == b, 0.5 * g, 0.0)))
minimum  = primitive(np.minimum,   lambda g, out, a, b: where(a < b, g, where(a == b, 0.5 * g, 0.0)),
                                   lambda g, out, a, b: where(b < a, g, where(a == b, 0.5 * g, 0.0)))
relu     = primitive(lambda a: np.maximum(a, 0.0),  lambda g, out, a: where(out > 0, g, 0.0),
                     name="relu", scalar=lambda a: 0.0 if a <= 0 else a)
# fmt: on
