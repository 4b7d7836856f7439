"""The table of derivatives: decompositions of matrices, with NumPy's named tuples as results.

A primitive has one output. So each decomposition is one primitive that packs its parts into one array (the
rows of `svd` are singular triplets u, s, v; the columns of `eigh` are pairs of an eigenvalue and its vector),
from which the parts are read. Eigenvalues and singular values are read by a primitive with a rule of its own,
because they are smooth in more places than the vectors are: a sum of them is right where some are equal.

Where eigenvalues are equal, or singular values are equal or 0, single vectors are a choice and have no
derivative: a gradient through the vectors is nan or inf there, with a RuntimeWarning of a division, also for
functions that do not depend on the choice. Gradients of the values alone are finite; second derivatives of
them, which take the vectors' gradient, are not. A vector's sign is LAPACK's. `eigh` and `cholesky` read one
triangle, and their gradient has zeros in the other, as the measured slope has.

Sources: M. Giles, "An extended collection of matrix derivative results for forward and reverse mode
algorithmic differentiation", 2008 (eig, svd); M. Seeger et al., "Auto-differentiating linear algebra", 2017
(eigh); I. Murray, "Differentiation of the Cholesky decomposition", 2016; S. Walter, L. Lehmann, "Algorithmic
differentiation of linear algebra functions with application in optimum experimental design", 2010 (qr);
G. Golub, V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
variables separate", 1973 (pinv, lstsq).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arithmetic import absolute, where
from .einsum import _einsum
from .linear_algebra import _solve, inv, outer, solve, transposed
from .primitive import numpy_functions, primitive
from .reduction import Axis, norm, reduce_max, reduce_min, reduce_sum
from .shape import axes_of, concatenate, expand_dims, index, moveaxis, reshape, shape_of, transpose

EigResult: Any = type(np.linalg.eig(np.eye(1)))
EighResult: Any = type(np.linalg.eigh(np.eye(1)))
QRResult: Any = type(np.linalg.qr(np.eye(1)))
SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))
SVDResult: Any = type(np.linalg.svd(np.eye(1)))
"""NumPy's named tuples, which have no public name."""


# Parts of packed results, and matrices of differences ---------------------------------------------


def _row(packed: Any, i: int) -> Any:
    return index(packed, (..., i, slice(None)))


def _rows(packed: Any, start: int) -> Any:
    return index(packed, (..., slice(start, None), slice(None)))


def _columns(packed: Any, start: int | None, stop: int | None) -> Any:
    return index(packed, (..., slice(start, stop)))


def _off_diagonal(numerator: Any, differences: Any) -> Any:
    """Divide off the diagonal; on it is 0, that is a / inf."""
    return numerator / where(np.eye(shape_of(differences)[-1], dtype=bool), math.inf, differences)


def _differences(values: Any) -> Any:
    """The matrix of v_j - v_i."""
    return expand_dims(values, -2) - expand_dims(values, -1)


def _of_triangle(g: Any, uplo: str) -> Any:
    """Give an entry of the triangle that is read the gradients of both entries that it stands for."""
    n = shape_of(g)[-1]
    strict = np.tri(n, k=-1, dtype=bool) if uplo.upper() == "L" else ~np.tri(n, dtype=bool)
    return where(np.eye(n, dtype=bool), g, where(strict, g + transposed(g), 0.0))


# Computations -------------------------------------------------------------------------------------


def _packed_eigh(a: Any, uplo: str) -> np.ndarray:
    values, vectors = np.linalg.eigh(a, uplo)
    return np.concatenate([values[..., None, :], vectors], -2)


def _packed_eig(a: Any) -> np.ndarray:
    values, vectors = np.linalg.eig(a)
    if np.iscomplexobj(values):
        raise ValueError(
            "eig: the matrix has complex eigenvalues, and a Value holds real numbers; "
            "of a symmetric matrix np.linalg.eigh takes the real ones"
        )
    return np.concatenate([values[..., None, :], vectors], -2)


def _packed_svd(a: Any) -> np.ndarray:
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([np.swapaxes(u, -1, -2), s[..., None], vt], -1)


def _packed_qr(a: Any) -> np.ndarray:
    q, r = np.linalg.qr(a)
    return np.concatenate([np.swapaxes(q, -1, -2), r], -1)


# Rules --------------------------------------------------------------------------------------------


def _rule_of_eigh(g: Any, out: Any, a: Any, uplo: str) -> Any:
    """V ((V^T g - g^T V) / 2 (w_j - w_i)) V^T."""
    vectors, by_vectors = _rows(out, 1), _rows(g, 1)
    turned = transposed(vectors) @ by_vectors
    inner = _off_diagonal(0.5 * (turned - transposed(turned)), _differences(eigh_values(a, out, uplo)))
    return _of_triangle(vectors @ inner @ transposed(vectors), uplo)


def _rule_of_eig(g: Any, out: Any, a: Any) -> Any:
    """V^-T ((V^T g - V^T V diag(V^T g)) / (w_j - w_i)) V^T, for columns of V of length 1."""
    vectors, by_vectors = _rows(out, 1), _rows(g, 1)
    back = transposed(vectors)
    along = expand_dims(reduce_sum(vectors * by_vectors, (len(shape_of(a)) - 2,), False), -2)
    inner = _off_diagonal(back @ (by_vectors - vectors * along), _differences(eig_values(a, out)))
    return solve(back, inner @ back)


def _rule_of_svd(g: Any, out: Any, a: Any) -> Any:
    """U X V^T, with P = U^T gU, Q = V^T gV, both minus their transposes, and
    X_ij = (P_ij s_j + Q_ij s_i) / (s_j^2 - s_i^2) = ((P + Q) / (s_j - s_i) + (P - Q) / (s_j + s_i)) / 2;
    and the parts of gU and gV that are orthogonal to U and V, over s.
    """
    rows, columns = shape_of(a)[-2:]
    ut, vt, s = _columns(out, None, rows), _columns(out, rows + 1, None), svd_values(a, out)
    u, by_u, by_vt = transposed(ut), transposed(_columns(g, None, rows)), _columns(g, rows + 1, None)
    of_u, of_v = ut @ by_u, vt @ transposed(by_vt)
    p, q = of_u - transposed(of_u), of_v - transposed(of_v)
    sums = expand_dims(s, -2) + expand_dims(s, -1)
    back = u @ (0.5 * (_off_diagonal(p + q, _differences(s)) + _off_diagonal(p - q, sums))) @ vt
    if rows > columns:
        back = back + ((by_u - u @ of_u) / expand_dims(s, -2)) @ vt
    if columns > rows:
        back = back + u @ ((by_vt - transposed(of_v) @ vt) / expand_dims(s, -1))
    return back


def _rule_of_qr(g: Any, out: Any, a: Any) -> Any:
    """(gQ + Q sym(M)) R^-T, where M = R gR^T - gQ^T Q and sym repeats the lower triangle of M above it."""
    rows = shape_of(a)[-2]
    q, r = transposed(_columns(out, None, rows)), _columns(out, rows, None)
    by_q, by_r = transposed(_columns(g, None, rows)), _columns(g, rows, None)
    m = r @ transposed(by_r) - transposed(by_q) @ q
    mirrored = where(np.tri(shape_of(m)[-1], dtype=bool), m, transposed(m))
    return transposed(solve(r, transposed(by_q + q @ mirrored)))


def _rule_of_cholesky(g: Any, out: Any, a: Any) -> Any:
    """L^-T P L^-1, where P is the lower triangle of L^T g with half its diagonal."""
    n, back = shape_of(out)[-1], transposed(out)
    whole = back @ g
    half = where(np.eye(n, dtype=bool), 0.5 * whole, where(np.tri(n, dtype=bool), whole, 0.0))
    return _of_triangle(transposed(solve(back, transposed(solve(back, half)))), "L")


def _rule_of_pinv(g: Any, out: Any, a: Any, rtol: Any) -> Any:
    """-P^T g P^T + (1 - A P) g^T P P^T + P^T P g^T (1 - P A), for a rank that stays the same.

    Singular values below the limit rtol count as 0.
    """
    back, turned = transposed(out), transposed(g)
    left, right = turned @ out @ back, back @ out @ turned
    return left - a @ (out @ left) + right - (right @ out) @ a - back @ g @ back


def _rule_of_lstsq(g: Any, out: Any, a: Any, b: Any, rcond: Any) -> Any:
    """-y x^T + (b - A x) (P y)^T + (P^T x) ((1 - P A) g)^T with P = pinv(A), y = P^T g."""
    p = pinv(a, rcond)
    y = transposed(p) @ g
    by_row_space = (transposed(p) @ out) @ transposed(g - p @ (a @ g))
    return (b - a @ out) @ transposed(p @ y) - y @ transposed(out) + by_row_space


# fmt: off
eigh        = primitive(_packed_eigh, _rule_of_eigh, name="eigh")
eigh_values = primitive(lambda a, pairs, uplo: pairs[..., 0, :].copy(),                   # V diag(g) V^T
                        lambda g, out, a, pairs, uplo: _of_triangle(
                            (_rows(pairs, 1) * expand_dims(g, -2)) @ transposed(_rows(pairs, 1)), uplo), None,
                        name="eigvalsh")
eig         = primitive(_packed_eig, _rule_of_eig, name="eig")
eig_values  = primitive(lambda a, pairs: pairs[..., 0, :].copy(),                         # V^-T diag(g) V^T
                        lambda g, out, a, pairs: solve(
                            transposed(_rows(pairs, 1)), expand_dims(g, -1) * transposed(_rows(pairs, 1))),
                        None, name="eigvals")
svd         = primitive(_packed_svd, _rule_of_svd, name="svd")
svd_values  = primitive(lambda a, triplets: triplets[..., np.shape(a)[-2]].copy(),        # U diag(g) V^T
                        lambda g, out, a, triplets:
                            transposed(expand_dims(g, -1) * _columns(triplets, None, shape_of(a)[-2]))
                            @ _columns(triplets, shape_of(a)[-2] + 1, None), None,
                        name="svdvals")
qr          = primitive(_packed_qr, _rule_of_qr, name="qr")  # of a tall or square matrix
cholesky    = primitive(lambda a: np.linalg.cholesky(a), _rule_of_cholesky, name="cholesky")
pinv        = primitive(lambda a, rtol: np.linalg.pinv(a, rtol), _rule_of_pinv, name="pinv")
lstsq       = primitive(lambda a, b, rcond: np.linalg.lstsq(a, b, rcond)[0], _rule_of_lstsq,
                        lambda g, out, a, b, rcond: transposed(pinv(a, rcond)) @ g, name="lstsq")
rank        = primitive(lambda a, rtol: np.linalg.matrix_rank(a, rtol=rtol), None, name="matrix_rank")
# (sign, log |det|): the sign is piecewise constant, d log |det a| / da = a^-T.
slogdet     = primitive(lambda a: np.stack(np.linalg.slogdet(a), -1),
                        lambda g, out, a: expand_dims(index(g, (..., 1)), (-1, -2)) * transposed(inv(a)),
                        name="slogdet")
# fmt: on


# NumPy's functions --------------------------------------------------------------------------------


def _eigh(a: Any, UPLO: str = "L") -> Any:
    pairs = eigh(a, UPLO)
    return EighResult(eigh_values(a, pairs, UPLO), _rows(pairs, 1))


def _eig(a: Any) -> Any:
    pairs = eig(a)
    return EigResult(eig_values(a, pairs), _rows(pairs, 1))


def _singular_values(a: Any) -> Any:
    return svd_values(a, svd(a))


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if hermitian:
        raise NotImplementedError("svd: hermitian=True has no derivative rule; leave it out, or take eigh")
    triplets = svd(a)
    if not compute_uv:
        return svd_values(a, triplets)
    rows, columns = shape_of(a)[-2:]
    if full_matrices and rows != columns:
        raise NotImplementedError(
            f"svd: the further columns of U or V of a matrix of shape {(rows, columns)} are any basis, "
            "without a derivative; write full_matrices=False, or compute_uv=False for the singular values"
        )
    u, vt = transposed(_columns(triplets, None, rows)), _columns(triplets, rows + 1, None)
    return SVDResult(u, svd_values(a, triplets), vt)


def _qr(a: Any, mode: str = "reduced") -> Any:
    """Decompose; of a wide matrix the square part, which determines the rest."""
    rows, columns = shape_of(a)[-2:] if len(shape_of(a)) > 1 else (0, 0)
    if mode not in ("reduced", "r") and not (mode == "complete" and rows <= columns):
        raise NotImplementedError(
            f"qr: mode={mode!r} has no derivative rule for shape {shape_of(a)}; expected 'reduced' or 'r'"
        )
    packed = qr(_columns(a, None, rows) if columns > rows else a)
    q, r = transposed(_columns(packed, None, rows)), _columns(packed, rows, None)
    if columns > rows:
        r = concatenate(len(shape_of(a)) - 1, r, transposed(q) @ _columns(a, rows, None))
    return r if mode == "r" else QRResult(q, r)


def _cholesky(a: Any, /, *, upper: bool = False) -> Any:
    return transposed(cholesky(transposed(a))) if upper else cholesky(a)


def _slogdet(a: Any) -> Any:
    both = slogdet(a)
    return SlogdetResult(index(both, (..., 0)), index(both, (..., 1)))


def _precision(a: Any) -> float:
    """Singular values below this part of the largest are rounding errors, to NumPy."""
    dtype = np.result_type(getattr(a, "dtype", float), np.float32)
    return float(max(shape_of(a)[-2:]) * np.finfo(dtype).eps)


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = 1e-15) -> Any:
    if hermitian:
        raise NotImplementedError("pinv: hermitian=True has no derivative rule; leave it out")
    if rcond is None:
        rcond = _precision(a) if rtol is None else rtol
    return pinv(a, rcond)


def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """(solution, residuals, rank, singular values), all recorded. The residuals are there for every tall
    matrix; NumPy leaves them out where the rank is less than the number of columns."""
    if len(shape_of(a)) != 2 or len(shape_of(b)) not in (1, 2):
        raise ValueError(
            f"lstsq: expected a matrix, and a vector or a matrix, got shapes {shape_of(a)} and {shape_of(b)}"
        )
    rcond = _precision(a) if rcond is None else rcond
    columns = expand_dims(b, -1) if len(shape_of(b)) == 1 else b
    x = lstsq(a, columns, rcond)
    residuals = reduce_sum((columns - a @ x) ** 2, (0,), False) if np.greater(*shape_of(a)) else np.empty(0)
    solution = index(x, (slice(None), 0)) if len(shape_of(b)) == 1 else x
    return solution, residuals, rank(a, rcond), _singular_values(a)


def _matrix_power(a: Any, n: int) -> Any:
    """Square and multiply: correct to every order."""
    if n < 0:
        return _matrix_power(inv(a), -n)
    if n == 0:
        return np.broadcast_to(np.eye(shape_of(a)[-1], dtype=a.dtype), shape_of(a)) + 0.0
    half = _matrix_power(a, n // 2) if n > 1 else None
    return a if half is None else half @ half @ a if n % 2 else half @ half


def _multi_dot(arrays: Any) -> Any:
    """Multiply matrices in a cheap order, which einsum finds; the first and the last may be vectors."""
    if len(arrays) <= 2:
        return arrays[0] @ arrays[-1]
    pairs = [list(range(i, i + 2)) for i in range(len(arrays))]
    if len(shape_of(arrays[0])) == 1:
        pairs[0] = pairs[0][1:]
    if len(shape_of(arrays[-1])) == 1:
        pairs[-1] = pairs[-1][:1]
    ends = [*pairs[0][:-1], *pairs[-1][1:]]
    return _einsum(*[x for pair in zip(arrays, pairs, strict=True) for x in pair], ends)


def _norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """Of a matrix also the largest (2) and the smallest (-2) singular value and their sum ("nuc").

    Ties share the gradient. A singular value of exactly 0 has slope 0, as every norm here.
    """
    axes = axes_of(x, axis)
    if len(axes) != 2 or ord not in (2, -2, "nuc"):
        return norm(x, ord, axis, keepdims)
    values = absolute(_singular_values(moveaxis(x, axes, (-2, -1)) * 1.0))
    last = (len(shape_of(values)) - 1,)
    reduced = {2: reduce_max, -2: reduce_min, "nuc": reduce_sum}[ord](values, last, False)
    return expand_dims(reduced, axes) if keepdims else reduced


def _vector_norm(x: Any, /, *, axis: Axis = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of all entries along the axes, as of one vector."""
    axes = axes_of(x, axis)
    rest = tuple(i for i in range(len(shape_of(x))) if i not in axes)
    vectors = reshape(transpose(x, (*rest, *axes)), (*(shape_of(x)[i] for i in rest), -1))
    out = norm(vectors, ord, -1)
    return expand_dims(out, axes) if keepdims and axes else out


def _cond(x: Any, p: Any = None) -> Any:
    """The largest singular value over the smallest, or norm(x) norm(inv(x)) of another order."""
    if p in (None, 2, -2):
        values = _singular_values(x)
        most, least = index(values, (..., 0)), index(values, (..., -1))
        return least / most if p == -2 else most / least
    return _norm(x, p, (-2, -1)) * _norm(inv(x), p, (-2, -1))


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        a = moveaxis(a, axes, tuple(range(len(shape_of(a)) - len(axes), len(shape_of(a)))))
    size = math.prod(shape_of(b))
    return reshape(_solve(reshape(a, (size, -1)), reshape(b, (-1,))), shape_of(a)[len(shape_of(b)) :])


def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = shape_of(a)
    return reshape(inv(reshape(a, (math.prod(shape[:ind]), -1))), (*shape[ind:], *shape[:ind]))


numpy_functions.update({
    np.linalg.eigh: _eigh, np.linalg.eigvalsh: lambda a, UPLO="L": _eigh(a, UPLO)[0],
    np.linalg.eig: _eig, np.linalg.eigvals: lambda a: _eig(a)[0],
    np.linalg.svd: _svd, np.linalg.svdvals: lambda x, /: _singular_values(x),
    np.linalg.qr: _qr, np.linalg.cholesky: _cholesky, np.linalg.slogdet: _slogdet,
    np.linalg.pinv: _pinv, np.linalg.lstsq: _lstsq,
    np.linalg.matrix_power: _matrix_power, np.linalg.multi_dot: _multi_dot,
    np.linalg.norm: _norm, np.linalg.cond: _cond, np.linalg.vector_norm: _vector_norm,
    np.linalg.matrix_norm:
        lambda x, /, *, keepdims=False, ord="fro": _norm(x, ord, (-2, -1), keepdims),
    np.linalg.tensorsolve: _tensorsolve, np.linalg.tensorinv: _tensorinv, np.linalg.outer: outer,
})  # fmt: skip
