"""Forward-mode differentiation with dual numbers: an oracle that shares nothing with microgd.

A dual number x + e v, with e * e = 0, carries a value x and a tangent v, the derivative along one direction.
A function of it gives f(x) + e f'(x) v. So each rule below is a derivative from a table of calculus, written
for values and tangents that go forward; microgd's rules are transposed ones that go backward. The two meet in
one number: <g, J v> = <J^T g, v> for any direction v and any cotangent g.

Values and tangents may be dual numbers themselves, of a lower level: that gives second derivatives. The
higher level is the outer one; what is of a lower level is a constant for it (no perturbation confusion).
W. K. Clifford, "Preliminary sketch of biquaternions", 1873; J. M. Siskind, B. A. Pearlmutter, "Perturbation
confusion and referential transparency", 2005.
"""

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class Dual(NDArrayOperatorsMixin):
    """An array of dual numbers: `value` and `tangent` have one shape."""

    __hash__ = None

    def __init__(self, value, tangent, level=1):
        assert np.shape(value) == np.shape(tangent), (np.shape(value), np.shape(tangent))
        self.value, self.tangent, self.level = value, tangent, level

    shape = property(lambda self: np.shape(self.value))
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: np.size(plain(self.value)))
    T = property(lambda self: np.transpose(self))

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, where):
        return Dual(self.value[where], self.tangent[where], self.level)

    def reshape(self, *shape):
        return np.reshape(self, shape)

    def sum(self, axis=None):
        return np.sum(self, axis=axis)

    def mean(self, axis=None):
        return np.mean(self, axis=axis)

    def astype(self, dtype):
        return Dual(self.value.astype(dtype), self.tangent.astype(dtype), self.level)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        assert method == "__call__", method
        assert not options, options
        level = max(x.level for x in inputs if isinstance(x, Dual))
        values = [value_at(level, x) for x in inputs]
        out = ufunc(*values)
        if ufunc in COMPARISONS:
            return plain(out)
        if ufunc is np.matmul:
            terms = [
                ufunc(*before, tangent, *after) for before, tangent, after in each_tangent(level, inputs)
            ]
        else:
            slopes = SLOPES[ufunc](out, *values)
            terms = [
                slope * x.tangent
                for slope, x in zip(slopes, inputs, strict=True)
                if isinstance(x, Dual) and x.level == level
            ]
        return Dual(out, spread(sum(terms[1:], terms[0]), np.shape(out)), level)

    def __array_function__(self, function, types, args, options):
        if function in RULES:
            return RULES[function](*args, **options)
        level = max(x.level for x in flat(args) if isinstance(x, Dual))
        if function in LINEAR:
            out = function(*value_at(level, args), **options)
            return Dual(out, function(*tangent_at(level, args), **options), level)
        assert function in MULTILINEAR, function
        terms = [
            function(*before, tangent, *after, **options)
            for before, tangent, after in each_tangent(level, args)
        ]
        return Dual(function(*value_at(level, args), **options), sum(terms[1:], terms[0]), level)


# Looking into arguments ---------------------------------------------------------------------------


def plain(x):
    """The innermost numbers."""
    return plain(x.value) if isinstance(x, Dual) else x


def flat(tree):
    return [leaf for part in tree for leaf in flat(part)] if isinstance(tree, (tuple, list)) else [tree]


def value_at(level, tree):
    if isinstance(tree, (tuple, list)):
        return type(tree)(value_at(level, part) for part in tree)
    return tree.value if isinstance(tree, Dual) and tree.level == level else tree


def tangent_at(level, tree):
    """The same with tangents in place of the numbers of this level, and zeros in place of constant arrays."""
    if isinstance(tree, (tuple, list)) and any(isinstance(x, (Dual, np.ndarray, float)) for x in flat(tree)):
        return type(tree)(tangent_at(level, part) for part in tree)
    if isinstance(tree, Dual):
        return tree.tangent if tree.level == level else 0.0 * tree
    return (
        0.0 * tree if isinstance(tree, (float, np.ndarray)) and np.asarray(tree).dtype.kind == "f" else tree
    )


def each_tangent(level, args):
    """For each dual argument: the values before it, its tangent, the values after it."""
    for i, x in enumerate(args):
        if isinstance(x, Dual) and x.level == level:
            yield value_at(level, args[:i]), x.tangent, value_at(level, args[i + 1 :])


def spread(tangent, shape):
    return tangent if np.shape(tangent) == shape else np.broadcast_to(tangent, shape)


# The table of derivatives: for each function of numbers, its slope by each argument ----------------

COMPARISONS = {
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.isfinite, np.signbit,
}  # fmt: skip

SLOPES = {
    np.add: lambda out, a, b: (1.0, 1.0),
    np.subtract: lambda out, a, b: (1.0, -1.0),
    np.multiply: lambda out, a, b: (b, a),
    np.divide: lambda out, a, b: (1 / b, -a / (b * b)),
    np.power: lambda out, a, b: (b * a ** (b - 1), out * np.log(a) if np.all(plain(a) > 0) else 0.0),
    np.negative: lambda out, a: (-1.0,),
    np.positive: lambda out, a: (1.0,),
    np.absolute: lambda out, a: (np.where(plain(a) > 0, 1.0, -1.0),),
    np.fabs: lambda out, a: (np.where(plain(a) > 0, 1.0, -1.0),),
    np.square: lambda out, a: (2 * a,),
    np.reciprocal: lambda out, a: (-1 / (a * a),),
    np.sqrt: lambda out, a: (0.5 / np.sqrt(a),),
    np.cbrt: lambda out, a: (1 / (3 * np.cbrt(a) ** 2),),
    np.exp: lambda out, a: (np.exp(a),),
    np.exp2: lambda out, a: (np.log(2.0) * np.exp2(a),),
    np.expm1: lambda out, a: (np.exp(a),),
    np.log: lambda out, a: (1 / a,),
    np.log2: lambda out, a: (1 / (a * np.log(2.0)),),
    np.log10: lambda out, a: (1 / (a * np.log(10.0)),),
    np.log1p: lambda out, a: (1 / (1 + a),),
    np.float_power: lambda out, a, b: (b * a ** (b - 1), out * np.log(a)),
    np.fmax: lambda out, a, b: (1.0 * (plain(a) > plain(b)), 1.0 * (plain(a) <= plain(b))),
    np.fmin: lambda out, a, b: (1.0 * (plain(a) < plain(b)), 1.0 * (plain(a) >= plain(b))),
    np.logaddexp2: lambda out, a, b: (1 / (1 + 2.0 ** (b - a)), 1 / (1 + 2.0 ** (a - b))),
    np.copysign: lambda out, a, b: (np.sign(plain(a)) * np.sign(plain(b)), 0.0),
    np.fmod: lambda out, a, b: (1.0, -np.trunc(plain(a) / plain(b))),
    np.arccos: lambda out, a: (-1 / np.sqrt(1 - a * a),),
    np.arctanh: lambda out, a: (1 / (1 - a * a),),
    np.arccosh: lambda out, a: (1 / np.sqrt(a * a - 1),),
    np.degrees: lambda out, a: (180 / np.pi,),
    np.radians: lambda out, a: (np.pi / 180,),
    np.sin: lambda out, a: (np.cos(a),),
    np.cos: lambda out, a: (-np.sin(a),),
    np.tan: lambda out, a: (1 / np.cos(a) ** 2,),
    np.arcsin: lambda out, a: (1 / np.sqrt(1 - a * a),),
    np.arctan: lambda out, a: (1 / (1 + a * a),),
    np.sinh: lambda out, a: (np.cosh(a),),
    np.cosh: lambda out, a: (np.sinh(a),),
    np.tanh: lambda out, a: ((1 - out) * (1 + out),),
    np.arcsinh: lambda out, a: (1 / np.sqrt(1 + a * a),),
    np.maximum: lambda out, a, b: (1.0 * (plain(a) > plain(b)), 1.0 * (plain(a) <= plain(b))),
    np.minimum: lambda out, a, b: (1.0 * (plain(a) < plain(b)), 1.0 * (plain(a) >= plain(b))),
    np.hypot: lambda out, a, b: (a / np.hypot(a, b), b / np.hypot(a, b)),
    np.arctan2: lambda out, a, b: (b / (a * a + b * b), -a / (a * a + b * b)),
    np.logaddexp: lambda out, a, b: (1 / (1 + np.exp(b - a)), 1 / (1 + np.exp(a - b))),
    np.remainder: lambda out, a, b: (1.0, -np.floor(plain(a) / plain(b))),
    np.floor: lambda out, a: (0.0,),
    np.sign: lambda out, a: (0.0,),
}

LINEAR = {
    np.sum, np.mean, np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims,
    np.broadcast_to, np.flip, np.roll, np.repeat, np.diagonal, np.trace, np.cumsum, np.diff, np.take,
    np.concatenate, np.stack, np.hstack, np.vstack, np.copy,
}  # fmt: skip

MULTILINEAR = {np.dot, np.outer, np.inner, np.tensordot, np.vdot}


def where(mask, a, b):
    return mask * a + ~mask * b if np.shape(mask) else (a if mask else b) + 0.0 * (a + b)


def einsum(letters, *arrays):
    level = max(x.level for x in arrays if isinstance(x, Dual))
    terms = [
        np.einsum(letters, *before, tangent, *after) for before, tangent, after in each_tangent(level, arrays)
    ]
    return Dual(np.einsum(letters, *value_at(level, arrays)), sum(terms[1:], terms[0]), level)


def inverse(a):
    inv = np.linalg.inv(a.value)
    return Dual(inv, -(inv @ a.tangent @ inv), a.level)


def solve(a, b):
    """From a x = b: a dx = db - da x. Written for both, by the inverse."""
    return np.linalg.inv(a) @ b


def determinant(a):
    """Jacobi's formula: d det a = det a trace(a^-1 da)."""
    det = np.linalg.det(a.value)
    return Dual(det, det * np.trace(np.linalg.inv(a.value) @ a.tangent), a.level)


def product(a, axis=None):
    """By the product rule, entry by entry."""
    if axis is None:
        a, axis = np.ravel(a), 0
    a = np.moveaxis(a, axis, 0)
    out = a[0]
    for row in range(1, len(a)):
        out = out * a[row]
    return out


def largest(a, axis=None):
    """The entry that is the largest: picked by its place, which does not change."""
    if axis is None:
        return np.ravel(a)[np.argmax(plain(a))]
    numbers = np.moveaxis(plain(a), axis, 0)
    return np.sum(np.moveaxis(a, axis, 0) * (numbers == numbers.max(axis=0)), axis=0)


def variance(a, axis=None):
    off = a - np.mean(a, axis=axis, keepdims=True)
    return np.mean(off * off, axis=axis)


RULES = {
    np.where: where,
    np.einsum: einsum,
    np.linalg.inv: inverse,
    np.linalg.solve: solve,
    np.linalg.det: determinant,
    np.linalg.norm: lambda a, axis=None: np.sqrt(np.sum(a * a, axis=axis)),
    np.prod: product,
    np.max: largest,
    np.min: lambda a, axis=None: -largest(-a, axis),
    np.var: variance,
    np.std: lambda a, axis=None: np.sqrt(variance(a, axis)),
    np.clip: lambda a, low, high: np.minimum(np.maximum(a, low), high),
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
}
