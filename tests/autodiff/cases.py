"""Every operation with arguments to try it on, and the one helper that tries it.

A case is a function and its arguments; `check` holds its value against NumPy's and its derivatives
against measured ones, by every argument, at order 1 and 2. The tables: ufuncs of one and two
arguments with the interval that each argument is drawn from, then everything else, a line each.
"""

import numpy as np
from drawing import draw
from numpy_cases import NUMPY, NUMPY_FUNCTIONS

from microgd import Value, logsumexp, relu, sigmoid, softmax, vjp
from microgd.autodiff import softplus
from microgd.autodiff.check import check_grads
from microgd.autodiff.primitives import arithmetic, decompositions, gather, linear_algebra, reduction, shape
from microgd.autodiff.trees import tree_leaves, tree_map

# The helper --------------------------------------------------------------------------------------


def check(f, *args, analytic=False):
    """f's value is NumPy's, and its derivatives at order 1 and 2 are the slopes that are there."""
    check_values(f, *args)
    if analytic:
        check_complex_step(f, *args)
    check_grads(f, *args, order=2)


def check_values(f, *args):
    """f of Values computes what f of plain numbers does: entries, shape and dtype."""
    computed, expected = tree_leaves(f(*tree_map(Value, args))), tree_leaves(f(*args))
    for ours, expected_leaf in zip(computed, expected, strict=True):
        numpys = np.asarray(expected_leaf)
        assert ours.shape == numpys.shape
        assert ours.dtype == numpys.dtype or not ours.shape
        tolerance = 1e-5 if numpys.dtype == np.float32 else 1e-13
        np.testing.assert_allclose(ours.data, numpys, rtol=tolerance)


def check_complex_step(f, *args):
    """df/dx = Im f(x + ih) / h: no difference is taken, so h may be tiny and all digits are right.

    W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions", 1998.
    """
    cotangent = np.random.default_rng(2).uniform(0.5, 1.5, np.shape(f(*args)))
    _, pull = vjp(f, tuple(range(len(args))))(*args)
    for i, gradient in enumerate(pull(cotangent if cotangent.shape else float(cotangent))):
        for where in np.ndindex(np.shape(args[i])):
            moved = [np.array(x, complex) for x in args]
            moved[i][where] += 1e-30j
            slope = np.sum(cotangent * f(*moved).imag) / 1e-30
            np.testing.assert_allclose(np.asarray(gradient)[where], slope, rtol=1e-11, atol=1e-13)


def primitives_in(f, *args):
    """The primitives that f records when it is called with Values."""
    outputs = tree_leaves(f(*tree_map(Value, args)))
    waiting, found = [out for out in outputs if isinstance(out, Value)], set()
    while waiting:
        node = waiting.pop()
        found.add(node.op)
        waiting += [arg for arg in node.args if isinstance(arg, Value)]
    return found - {None}


# Arguments ---------------------------------------------------------------------------------------


def one_argument(low, high):
    """Every kind of array that one argument can be."""
    for size in [(), (1,), (3,), (2, 1), (0,), (0, 2)]:
        yield (draw(size, low, high),)
    yield (np.array(draw((), low, high)),)
    yield (draw((3, 2), low, high).T,)
    yield (draw((6,), low, high)[::-2],)
    yield (np.broadcast_to(draw((2,), low, high), (2, 2)),)


PAIRS_OF_SHAPES = [
    ((), ()), ((3,), (3,)), ((3,), ()), ((), (3,)), ((3,), (1,)), ((2, 1), (3,)), ((1, 3), (2, 1)),
    ((2, 3), (1, 3)), ((0,), (1,)), ((2, 0), (2, 1)), ((1,), ()), ((), (1, 1)),
]  # fmt: skip


def two_arguments(a, b):
    """Every way in which two arguments broadcast, drawn from their intervals a and b."""
    for shape_a, shape_b in PAIRS_OF_SHAPES:
        yield draw(shape_a, *a), draw(shape_b, *b, seed=1)
    yield draw((3, 2), *a).T, draw((6,), *b, seed=1)[::-2]
    yield np.array(draw((), *a)), draw((2,), *b, seed=1)


# Ufuncs ------------------------------------------------------------------------------------------

ALL, POSITIVE, INSIDE, AWAY = (-2.0, 2.0), (0.3, 3.0), (-0.8, 0.8), (-3.0, -0.5)

ANALYTIC_UFUNCS = {
    np.add: [ALL, ALL], np.subtract: [ALL, ALL], np.multiply: [ALL, ALL], np.divide: [ALL, AWAY],
    np.power: [POSITIVE, ALL], np.float_power: [POSITIVE, ALL],
    np.negative: [ALL], np.positive: [ALL], np.square: [ALL], np.reciprocal: [AWAY], np.sqrt: [POSITIVE],
    np.exp: [ALL], np.exp2: [ALL], np.expm1: [ALL],
    np.log: [POSITIVE], np.log2: [POSITIVE], np.log10: [POSITIVE], np.log1p: [INSIDE],
    np.sin: [ALL], np.cos: [ALL], np.tan: [INSIDE], np.arcsin: [INSIDE], np.arccos: [INSIDE],
    np.arctan: [ALL], np.sinh: [ALL], np.cosh: [ALL], np.tanh: [ALL], np.arcsinh: [ALL],
    np.arccosh: [(1.3, 3.0)], np.arctanh: [INSIDE],
}  # fmt: skip
"""With the interval of each argument. NumPy computes these of complex numbers as well."""

REAL_UFUNCS = {
    np.absolute: [ALL], np.fabs: [ALL], np.cbrt: [AWAY], np.conjugate: [ALL],
    np.degrees: [ALL], np.rad2deg: [ALL], np.radians: [ALL], np.deg2rad: [ALL], np.modf: [(-5.0, 5.0)],
    np.maximum: [ALL, ALL], np.minimum: [ALL, ALL], np.fmax: [ALL, ALL], np.fmin: [ALL, ALL],
    np.hypot: [ALL, ALL], np.arctan2: [ALL, AWAY], np.copysign: [ALL, ALL], np.heaviside: [ALL, ALL],
    np.logaddexp: [ALL, ALL], np.logaddexp2: [ALL, ALL],
    np.remainder: [(-5.0, 5.0), AWAY], np.fmod: [(-5.0, 5.0), AWAY], np.divmod: [(-5.0, 5.0), AWAY],
}  # fmt: skip

PIECEWISE_CONSTANT = {
    np.sign: [ALL], np.floor: [ALL], np.ceil: [ALL], np.trunc: [ALL], np.rint: [ALL],
    np.isfinite: [ALL], np.isinf: [ALL], np.isnan: [ALL], np.signbit: [ALL], np.logical_not: [ALL],
    np.floor_divide: [(-5.0, 5.0), AWAY],
    np.greater: [ALL, ALL], np.greater_equal: [ALL, ALL], np.less: [ALL, ALL], np.less_equal: [ALL, ALL],
    np.equal: [ALL, ALL], np.not_equal: [ALL, ALL],
    np.logical_and: [ALL, ALL], np.logical_or: [ALL, ALL], np.logical_xor: [ALL, ALL],
}  # fmt: skip


def arguments_of(ufunc):
    """Tuples of arguments to try a ufunc on."""
    domains = (ANALYTIC_UFUNCS | REAL_UFUNCS | PIECEWISE_CONSTANT)[ufunc]
    return one_argument(*domains[0]) if len(domains) == 1 else two_arguments(*domains)


# Everything else: a line each --------------------------------------------------------------------

scalar, vector, matrix, tensor = draw(()), draw((3,)), draw((2, 3)), draw((2, 1, 3))
square, stack = draw((3, 3)) + 3.0 * np.eye(3), draw((2, 3, 3)) + 3.0 * np.eye(3)
mask = np.array([[True, False, True], [False, False, True]])
repeated = np.array([0, 2, 2, 0, 1])
rows_of_square = gather.Pattern((gather.HOLE,), (3, 3))

ANALYTIC = {
    # matmul in all its forms: vectors, matrices, stacks, and stacks that broadcast
    "vector @ vector": (lambda a, b: a @ b, vector, draw((3,), seed=1)),
    "matrix @ vector": (lambda a, b: a @ b, matrix, vector),
    "vector @ matrix": (lambda a, b: a @ b, vector, matrix.T),
    "matrix @ matrix": (lambda a, b: a @ b, matrix, draw((3, 4))),
    "matrix @ matrix, strided": (lambda a, b: a @ b, draw((3, 2)).T, draw((3, 8))[:, ::-2]),
    "row @ column": (lambda a, b: a @ b, draw((1, 3)), draw((3, 1))),
    "column @ row": (lambda a, b: a @ b, draw((3, 1)), draw((1, 2))),
    "empty @ empty": (lambda a, b: a @ b, draw((2, 0)), draw((0, 3))),
    "no rows @ matrix": (lambda a, b: a @ b, draw((0, 3)), draw((3, 2))),
    "stack @ matrix": (lambda a, b: a @ b, draw((2, 2, 3)), draw((3, 2))),
    "stack @ matrix, strided": (lambda a, b: a @ b, draw((3, 2, 2, 2)).transpose(2, 3, 1, 0), draw((3, 2))),
    "empty stack @ matrix": (lambda a, b: a @ b, draw((0, 2, 3)), draw((3, 2))),
    "stack of no columns @ matrix": (lambda a, b: a @ b, draw((2, 2, 0)), draw((0, 3))),
    "matrix @ stack": (lambda a, b: a @ b, matrix, draw((2, 3, 2))),
    "stack @ vector": (lambda a, b: a @ b, draw((2, 2, 3)), vector),
    "vector @ stack": (lambda a, b: a @ b, vector, draw((2, 3, 2))),
    "stack @ stack": (lambda a, b: a @ b, draw((2, 2, 3)), draw((2, 3, 1))),
    "stack @ stack, broadcast": (lambda a, b: a @ b, draw((2, 1, 2, 3)), draw((1, 2, 3, 1))),
    "a @ a": (lambda a: a @ a, square),
    "a @ a.T": (lambda a: a @ a.T, matrix),
    "np.matmul": (np.matmul, matrix, vector),
    # other products
    "dot, numbers": (np.dot, scalar, matrix),
    "dot, vectors": (np.dot, vector, draw((3,), seed=1)),
    "dot, matrices": (np.dot, matrix, square),
    "dot, matrix and vector": (np.dot, matrix, vector),
    "dot, stacks": (np.dot, draw((2, 1, 3)), draw((2, 3, 2))),
    "dot, stack and vector": (np.dot, draw((2, 1, 3)), vector),
    "inner, vectors": (np.inner, vector, draw((3,), seed=1)),
    "inner, matrices": (np.inner, matrix, draw((4, 3))),
    "inner, numbers": (np.inner, matrix, scalar),
    "outer": (np.outer, vector, draw((2,))),
    "outer, flattened": (np.outer, matrix, draw((1, 2))),
    "tensordot, 2 axes": (np.tensordot, matrix, draw((2, 3), seed=1)),
    "tensordot, 1 axis": (lambda a, b: np.tensordot(a, b, 1), draw((2, 2, 3)), draw((3, 2))),
    "tensordot, 0 axes": (lambda a, b: np.tensordot(a, b, 0), vector, matrix),
    "tensordot, pairs": (lambda a, b: np.tensordot(a, b, ([0, -1], [1, 0])), tensor, draw((3, 2, 2))),
    "einsum, product": (lambda a, b: np.einsum("ij,jk->ik", a, b), matrix, draw((3, 2))),
    "einsum, no arrow": (lambda a, b: np.einsum("ij,kj", a, b), matrix, draw((4, 3))),
    "einsum, dots": (lambda a, b: np.einsum("...ij,...jk->...ik", a, b), draw((2, 2, 3)), draw((1, 3, 2))),
    "einsum, trace": (lambda a: np.einsum("ii", a), square),
    "einsum, diagonal": (lambda a: np.einsum("ii->i", a), square),
    "einsum, sum of an axis": (lambda a: np.einsum("ij->i", a), matrix),
    "einsum, transposed": (lambda a: np.einsum("ij->ji", a), matrix),
    "einsum, three": (lambda a, b, c: np.einsum("i,ij,j->", a, b, c), draw((2,)), matrix, vector),
    "einsum, itself twice": (lambda a: np.einsum("ij,ij->j", a, a), matrix),
    "trace": (np.trace, square),
    "trace, offset": (lambda a: np.trace(a, 1), draw((3, 4))),
    "trace, axes": (lambda a: np.trace(a, 0, -1, 0), draw((2, 1, 3))),
    "inv": (np.linalg.inv, square),
    "inv, stack": (np.linalg.inv, stack),
    "det": (np.linalg.det, square),
    "det, stack": (np.linalg.det, stack),
    "det, 1 x 1": (np.linalg.det, draw((1, 1))),
    "solve, vector": (np.linalg.solve, square, vector),
    "solve, matrix": (np.linalg.solve, square, draw((3, 2))),
    "solve, stack": (np.linalg.solve, stack, draw((2, 3, 2))),
    "solve, broadcast": (np.linalg.solve, stack, draw((3, 2))),
    "solve, one matrix": (np.linalg.solve, square, draw((2, 3, 2))),
    "solve, stack and vector": (np.linalg.solve, stack, vector),
    # shape
    "reshape": (lambda a: np.reshape(a, (3, 2)), matrix),
    "reshape, strided": (lambda a: np.reshape(a, (2, -1)), draw((4, 6))[::2, ::3].T),
    "reshape to a number": (lambda a: np.reshape(a, ()), draw((1, 1))),
    "reshape a number": (lambda a: np.reshape(a, (1, 1)), scalar),
    "reshape, method": (lambda a: a.reshape(3, -1), matrix),
    "ravel": (np.ravel, matrix.T),
    "transpose": (np.transpose, tensor),
    "transpose, axes": (lambda a: np.transpose(a, (1, -1, 0)), tensor),
    "a.T": (lambda a: a.T, matrix),
    "matrix_transpose": (np.matrix_transpose, tensor),
    "swapaxes": (lambda a: np.swapaxes(a, 0, -1), tensor),
    "moveaxis": (lambda a: np.moveaxis(a, 0, -1), tensor),
    "moveaxis, several": (lambda a: np.moveaxis(a, (0, 1), (-1, 0)), tensor),
    "squeeze": (np.squeeze, tensor),
    "squeeze, axis": (lambda a: np.squeeze(a, -2), tensor),
    "squeeze, axes": (lambda a: np.squeeze(a, (0, 2)), draw((1, 2, 1))),
    "expand_dims": (lambda a: np.expand_dims(a, -1), matrix),
    "expand_dims, several": (lambda a: np.expand_dims(a, (0, -1)), matrix),
    "expand_dims of a number": (lambda a: np.expand_dims(a, 0), scalar),
    "broadcast_to": (lambda a: np.broadcast_to(a, (2, 2, 3)), draw((2, 1))),
    "broadcast_to of a number": (lambda a: np.broadcast_to(a, (2, 3)), scalar),
    "broadcast_to, a number of entries": (lambda a: np.broadcast_to(a, 3), draw((1,))),
    "atleast_1d": (np.atleast_1d, scalar),
    "copy": (np.copy, matrix),
    "concatenate": (lambda a, b: np.concatenate([a, b]), matrix, draw((1, 3))),
    "concatenate, last axis": (lambda a, b: np.concatenate((a, b), axis=-1), matrix, draw((2, 1))),
    "concatenate, flattened": (lambda a, b: np.concatenate([a, b], axis=None), matrix, vector),
    "concatenate, itself and a constant": (lambda a: np.concatenate([a, np.ones(2), a]), vector),
    "concatenate, an empty one": (lambda a, b: np.concatenate([a, b]), draw((0,)), vector),
    "stack": (lambda a, b: np.stack([a, b]), matrix, draw((2, 3), seed=1)),
    "stack, last axis": (lambda a, b: np.stack([a, b], axis=-1), matrix, draw((2, 3), seed=1)),
    "stack, numbers": (lambda a, b: np.stack([a, b, 1.0]), scalar, 2.0),
    "hstack": (lambda a, b: np.hstack([a, b]), matrix, draw((2, 1))),
    "hstack, numbers": (lambda a, b: np.hstack([a, b]), scalar, vector),
    "vstack": (lambda a, b: np.vstack([a, b]), matrix, vector),
    "flip": (np.flip, matrix),
    "flip, axis": (lambda a: np.flip(a, -1), matrix),
    "flip, axes": (lambda a: np.flip(a, (0, -1)), tensor),
    "roll": (lambda a: np.roll(a, 2), matrix),
    "roll, axis": (lambda a: np.roll(a, -1, axis=-1), matrix),
    "roll, axes": (lambda a: np.roll(a, (1, 2), axis=(0, -1)), matrix),
    "repeat": (lambda a: np.repeat(a, 2), matrix),
    "repeat, axis": (lambda a: np.repeat(a, 2, axis=-1), matrix),
    "repeat, counts": (lambda a: np.repeat(a, [2, 0, 1], axis=1), matrix),
    "repeat of a number": (lambda a: np.repeat(a, 3), scalar),
    "diagonal": (np.diagonal, square),
    "diagonal, offset": (lambda a: np.diagonal(a, -1), draw((3, 4))),
    "diagonal, axes": (lambda a: np.diagonal(a, 1, -1, 0), tensor),
    # picking entries
    "a[i]": (lambda a: a[1], matrix),
    "a[-1, 0]": (lambda a: a[-1, 0], matrix),
    "a[slice]": (lambda a: a[::-1, 1:], matrix),
    "a[..., None]": (lambda a: a[..., None], matrix),
    "a[empty slice]": (lambda a: a[2:], matrix),
    "a[mask]": (lambda a: a[mask], matrix),
    "a[mask of rows]": (lambda a: a[np.array([False, True])], matrix),
    "a[integers]": (lambda a: a[repeated], square),
    "a[list]": (lambda a: a[[1, 1]], matrix),
    "a[:, list]": (lambda a: a[:, [1, 1, 0]], matrix),
    "a[integers, integers]": (lambda a: a[[0, 0, 1], [1, 1, 2]], matrix),
    "a[empty list]": (lambda a: a[[]], matrix),
    "a[np.ix_]": (lambda a: a[np.ix_([0, 1, 1], [2, 2])], matrix),
    "a[a[0]] twice": (lambda a: a[0] * a[:, 1:2], square),
    "take": (lambda a: np.take(a, [0, 4, 4]), matrix),
    "take, axis": (lambda a: np.take(a, [[0, 2], [2, 2]], axis=-1), matrix),
    "take, one": (lambda a: np.take(a, 1, axis=0), matrix),
    "take_along_axis": (lambda a: np.take_along_axis(a, np.array([[0, -1], [1, 1]]), 1), matrix),
    "take_along_axis, rows": (lambda a: np.take_along_axis(a, np.array([[1, 0, 1]]), axis=0), matrix),
    "take_along_axis, flattened": (lambda a: np.take_along_axis(a, np.array([5, 0, 5]), None), matrix),
    "iteration": (lambda a: sum(row * i for i, row in enumerate(a)), matrix),
    # running sums and the like
    "cumsum": (np.cumsum, matrix),
    "cumsum, axis": (lambda a: np.cumsum(a, axis=-1), matrix),
    "cumsum of a number": (np.cumsum, scalar),
    "diff": (np.diff, matrix),
    "diff, twice": (lambda a: np.diff(a, 2, axis=0), square),
    "where": (lambda a, b: np.where(mask, a, b), matrix, vector),
    "where, a number": (lambda a: np.where(mask, a, 0.0), scalar),
    "where, numbers": (lambda a, b: np.where(True, a, b), scalar, 2.0),
    "roll, twice the same axis": (lambda a: np.roll(a, (1, 2), axis=(0, 0)), square),
    "where, itself twice": (lambda a: np.where(mask, a, a * a), matrix),
}  # fmt: skip
"""What NumPy computes of complex numbers as well."""

REDUCTIONS = [
    np.sum, np.prod, np.mean, np.var, np.std, np.max, np.min, np.ptp, np.linalg.norm, logsumexp,
]  # fmt: skip

OTHERS = {
    "softmax": (softmax, matrix),
    "softmax along the first axis": (lambda a: softmax(a, 0), matrix),
    "astype": (lambda a: a.astype(float), matrix),
    "relu": (lambda a: relu(a) if isinstance(a, Value) else np.maximum(a, 0), matrix),
    "sigmoid": (sigmoid, matrix),
    "sech2": (arithmetic.sech2, matrix),
    "sigmoid of a number": (sigmoid, scalar),
    "softplus": (softplus, matrix),
    "softplus of a number": (softplus, scalar),
    "identity": (arithmetic.identity, matrix),
    "index": (lambda a: shape.index(a, repeated), square),
    "gather": (lambda a: gather.gather(a, rows_of_square, repeated), square),
    "scatter_add": (lambda g: gather.scatter_add(g, rows_of_square, repeated), draw((len(repeated), 3))),
    "scatter": (lambda a: shape.scatter(a, repeated, (3,)), draw((5,))),
    "scatter, a slice": (lambda a: shape.scatter(a, slice(0, 2), (3,)), draw((2,))),
    "length": (lambda a: reduction.length(a, (0,), False), matrix),
    **{f.__name__: (f, matrix) for f in REDUCTIONS},
    "weighted average": (lambda a, w: np.average(a, weights=w), matrix, draw((2, 3), 0.5, 1.0)),
    "weighted average, axis": (lambda a, w: np.average(a, -1, w), matrix, draw((2, 3), 0.5, 1.0)),
    "var, ddof": (lambda a: np.var(a, -1, ddof=1), matrix),
    "std, ddof": (lambda a: np.std(a, -1, ddof=1), matrix),
    "weights of the rows": (lambda a, w: np.average(a, 0, w), matrix, draw((2,), 0.5, 1.0)),
    "clip": (lambda a: np.clip(a, -0.5, 0.5), matrix),
    "clip, bounds too": (np.clip, matrix, -0.5, draw((3,), 0.1, 1.0)),
    "clip, one bound": (lambda a: np.clip(a, None, 0.5), matrix),
    "norm, 1": (lambda a: np.linalg.norm(a, 1), vector),
    "norm, 3": (lambda a: np.linalg.norm(a, 3, axis=-1), matrix),
    "norm, inf": (lambda a: np.linalg.norm(a, np.inf), vector),
    "norm, -inf": (lambda a: np.linalg.norm(a, -np.inf, axis=0), matrix),
    "norm, 0": (lambda a: np.linalg.norm(a, 0), vector),
    "norm, fro": (lambda a: np.linalg.norm(a, "fro"), matrix),
    "norm, matrix 1": (lambda a: np.linalg.norm(a, 1), matrix),
    "norm, matrix inf": (lambda a: np.linalg.norm(a, np.inf, keepdims=True), matrix),
    "norm, matrices of a stack": (lambda a: np.linalg.norm(a, -1, axis=(0, 2)), tensor),
    "vdot": (np.vdot, matrix, draw((2, 3), seed=1)),
    "vecdot": (np.vecdot, draw((2, 1, 3)), draw((2, 3))),
    "round": (lambda a: np.round(a, 1) + np.round(a) * a, vector + 0.01),
    "ldexp": (lambda a: np.ldexp(a, 3), vector),
    "linalg.solve itself": (linear_algebra.solve, square, draw((3, 2))),
    "eigh": (np.linalg.eigh, square),
    "eig": (np.linalg.eig, square @ square.T + np.diag([0.0, 2.0, 4.0])),
    "svd": (lambda a: np.linalg.svd(a, full_matrices=False), matrix),
    "qr": (np.linalg.qr, matrix),
    "cholesky": (np.linalg.cholesky, square @ square.T),
    "slogdet": (np.linalg.slogdet, square),
    "pinv": (np.linalg.pinv, matrix),
    "lstsq": (lambda a, b: np.linalg.lstsq(a, b)[0], matrix.T, vector),
    "rank": (lambda a: decompositions.rank(a, None) * 1.0, matrix),
    "cofactors": (linear_algebra.cofactors, stack),
    "change of cofactors": (linear_algebra.change_of_cofactors, square, draw((3, 3), seed=1)),
    "heaviside at 0": (lambda b: np.heaviside([0.0, 1.0], b), draw((2,))),
    "a % b": (lambda a, b: a % b, draw((3,), -5.0, 5.0), 1.3),
    "a // b + a": (lambda a: a // 0.7 + a, vector),
    "a * a": (lambda a: a * a, vector),
    "a / a": (lambda a: a / a, draw((3,), 0.5, 2.0)),
    "a ** a": (lambda a: a**a, draw((3,), 0.5, 2.0)),
    "a ** 3": (lambda a: a**3, vector),
    "a ** -2": (lambda a: a**-2, vector),
    "2 ** a": (lambda a: 2**a, vector),
    "a - a": (lambda a: a - a, vector),
    "masks": (lambda a: np.where(~(a > 1) & (a > -1) | np.bitwise_xor(a < 0, a < -1), a, 0.0), vector),
    "a > b": (lambda a, b: (a > b) * a + (a <= b) * b, vector, draw((3,), seed=1)),
}  # fmt: skip


if NUMPY >= (2, 1):
    OTHERS["clip, by name"] = (lambda a: np.clip(a, min=-0.5), matrix)
if NUMPY >= (2, 2):
    OTHERS["matvec"] = (np.matvec, draw((2, 2, 3)), vector)
    OTHERS["vecmat"] = (np.vecmat, vector, draw((2, 3, 2)))


def all_cases():
    """(function, *arguments) of every operation: of each ufunc with two vectors, then the tables."""
    for ufunc in ANALYTIC_UFUNCS | REAL_UFUNCS | PIECEWISE_CONSTANT:
        yield ufunc, *next(args for args in arguments_of(ufunc) if np.shape(args[0]) == (3,))
    yield from (ANALYTIC | OTHERS).values()
    yield from NUMPY_FUNCTIONS.values()
