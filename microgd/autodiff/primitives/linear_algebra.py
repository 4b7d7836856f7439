"""The table of derivatives: linear algebra. Most of it rests on one product, `matmul`.

The gradient of a matrix product is a matrix product again: for C = A B, dA = G B^T and dB = A^T G. A vector
is a matrix with one row (on the left) or one column (on the right); a stack of matrices is multiplied
matrix by matrix.

Source of the rules for inv, det and solve: M. Giles, "An extended collection of matrix derivative
results for forward and reverse mode algorithmic differentiation", 2008. The gradient of det by cofactors,
which needs no inverse: R. Horn, C. Johnson, "Matrix Analysis", 2nd edition 2013, section 0.8.10.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from .primitive import Primitive, numpy_functions, primitive
from .reduction import reduce_sum
from .shape import (
    axes_of,
    diagonal,
    expand_dims,
    index,
    moveaxis,
    reshape,
    shape_of,
    squeeze,
    swapaxes,
    transpose,
)


def transposed(a: Any) -> Any:
    """Transpose each matrix of a stack."""
    return a.T if a.ndim == 2 else swapaxes(a, -1, -2)


def _matmul_left(g: Any, out: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:  # out is a scalar, or has an entry for each row of a
        return g * b if a.ndim == 1 else expand_dims(g, -1) * b
    if a.ndim > 1 or b.ndim == 2:
        return g @ transposed(b)
    return squeeze(expand_dims(g, -2) @ transposed(b), -2)  # a vector, times each matrix of a stack


def _matmul_right(g: Any, out: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1:  # out is a scalar, or has an entry for each column of b
        return g * a if b.ndim == 1 else expand_dims(a, -1) * expand_dims(g, -2)
    if b.ndim == 2 and a.ndim > 2:  # one matrix for a stack: a single product in place of a stack and its sum
        return _rows(a).T @ _rows(g)
    if b.ndim > 1 or a.ndim == 2:
        return transposed(a) @ g
    return squeeze(transposed(a) @ expand_dims(g, -1), -1)  # each matrix of a stack, times a vector


def _rows(a: Any) -> Any:
    """Lay the matrices of a stack one below the other."""
    return reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))


def sparse_matmul(matrix: Any, x: Any) -> Any:
    """SciPy's sparse matrix times x, a linear map of x: its vjp is the transposed matrix times g."""

    def vjp(g: Any, out: Any, x: Any) -> Any:
        return sparse_matmul(matrix.T, g)

    return Primitive("sparse @", lambda x: matrix @ x, (vjp,))(x)


def leave_one_out(s: np.ndarray) -> np.ndarray:
    """Multiply, for each entry along the last axis, all the others, without a division."""
    ones = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate([ones, s[..., :-1]], -1), -1)
    behind = np.cumprod(np.concatenate([ones, s[..., :0:-1]], -1), -1)[..., ::-1]
    return before * behind


def _singular_triplets(a: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return U, S, V^T with a = U diag(S) V^T, det U = det V = 1, so that the last of S may be negative."""
    u, s, vt = np.linalg.svd(a)
    turn_u, turn_v = [np.sign(np.linalg.det(turn))[..., None] for turn in (u, vt)]
    u[..., -1] *= turn_u
    vt[..., -1, :] *= turn_v
    s[..., -1:] *= turn_u * turn_v
    return u, s, vt


def _cofactors(a: Any) -> Any:
    """Compute det(a) inv(a)^T; where there is no inverse, U diag(product of the other s) V^T."""
    if np.shape(a)[-1] == 0:
        return np.zeros_like(a)
    with np.errstate(all="ignore"):
        det = np.asarray(np.linalg.det(a))[..., None, None]
    if np.all(np.isfinite(det) & (abs(det) >= np.finfo(det.dtype).tiny)):
        return det * np.linalg.inv(a).mT
    u, s, vt = _singular_triplets(a)
    return (u * leave_one_out(s)[..., None, :]) @ vt


def _change_of_cofactors(a: Any, g: Any) -> Any:
    """Compute d cofactors(a) in the direction g, for any matrix.

    With B = U^T g V and P_ij the product of all singular values but those of i and j it is U H V^T, where
    H_ii = sum of P_ij B_jj over j != i, and H_ij = -P_ij B_ji.
    """
    if np.shape(a)[-1] == 0:
        return np.zeros_like(a)
    u, s, vt = _singular_triplets(a)
    b, same = u.mT @ g @ vt.mT, np.eye(s.shape[-1], dtype=bool)
    others = leave_one_out(np.where(same, 1.0, s[..., None, :]))
    others = np.where(same, 0.0, others)
    diagonal_of_h = others @ np.diagonal(b, 0, -2, -1)[..., None]
    return (u @ (np.where(same, diagonal_of_h, -others * b.mT)).astype(s.dtype)) @ vt


def _second_change_of_cofactors(g: Any, out: Any, a: Any, direction: Any) -> Any:
    """Contract the third derivative of det with g and a direction; here inv(a) is needed."""
    t = transposed(inv(a))
    by_g, by_d = t @ transposed(g) @ t, t @ transposed(direction) @ t
    trace_g, trace_d, trace_gd = _trace_of(t * g), _trace_of(t * direction), _trace_of(by_g * direction)
    both = by_g @ transposed(direction) @ t + by_d @ transposed(g) @ t
    size = expand_dims(det(a), (-1, -2))
    return size * (t * (trace_g * trace_d - trace_gd) - by_g * trace_d - by_d * trace_g + both)


def _trace_of(products: Any) -> Any:
    axes = len(shape_of(products)) - 2, len(shape_of(products)) - 1
    return reduce_sum(products, axes, True)


# fmt: off
matmul = primitive(operator.matmul, _matmul_left, _matmul_right,              name="@", numpy=np.matmul)
inv    = primitive(np.linalg.inv,   lambda g, out, a: -transposed(out) @ g @ transposed(out))
det    = primitive(np.linalg.det,   lambda g, out, a: expand_dims(g, (-1, -2)) * cofactors(a))
solve  = primitive(lambda a, b: np.linalg.solve(a, b),
                   lambda g, out, a, b: -solve(transposed(a), g) @ transposed(out),
                   lambda g, out, a, b: solve(transposed(a), g),                  name="solve")
# The gradient of det, of singular matrices too. It has a derivative everywhere; the third derivative of det
# takes inv(a), which raises LinAlgError for a singular matrix.
cofactors = primitive(_cofactors, lambda g, out, a: change_of_cofactors(a, g), name="cofactors")
change_of_cofactors = primitive(
    _change_of_cofactors, _second_change_of_cofactors,
    lambda g, out, a, direction: change_of_cofactors(a, g),                     name="change_of_cofactors")
# fmt: on


# NumPy's other names for them --------------------------------------------------------------------


def _solve(a: Any, b: Any) -> Any:
    """Solve for a vector or a stack of matrices b, as NumPy 2 does; the rules above are for matrices."""
    if len(shape_of(b)) == 1:
        return squeeze(solve(a, expand_dims(b, -1)), -1)
    return solve(a, b)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum over pairs of axes: move them together, make two matrices, multiply."""
    if isinstance(axes, int):
        axes = (range(len(shape_of(a)) - axes, len(shape_of(a))), range(axes))
    summed_a, summed_b = axes_of(a, axes[0]), axes_of(b, axes[1])
    kept_a = [i for i in range(len(shape_of(a))) if i not in summed_a]
    kept_b = [i for i in range(len(shape_of(b))) if i not in summed_b]
    sizes_a, sizes_b = [shape_of(a)[i] for i in kept_a], [shape_of(b)[i] for i in kept_b]
    if [shape_of(a)[i] for i in summed_a] != [shape_of(b)[i] for i in summed_b]:
        raise ValueError(f"tensordot: shapes {shape_of(a)} and {shape_of(b)} do not fit over axes {axes}")
    length = math.prod(shape_of(a)[i] for i in summed_a)
    left = reshape(transpose(a, (*kept_a, *summed_a)), (math.prod(sizes_a), length))
    right = reshape(transpose(b, (*summed_b, *kept_b)), (length, math.prod(sizes_b)))
    return reshape(left @ right, (*sizes_a, *sizes_b))


def dot(a: Any, b: Any) -> Any:
    if not shape_of(a) or not shape_of(b):
        return a * b
    if len(shape_of(b)) <= 2 and len(shape_of(a)) <= 2:
        return a @ b
    return tensordot(a, b, (-1, -1 if len(shape_of(b)) == 1 else -2))


def inner(a: Any, b: Any) -> Any:
    return tensordot(a, b, (-1, -1)) if shape_of(a) and shape_of(b) else a * b


def outer(a: Any, b: Any) -> Any:
    return reshape(a, (-1, 1)) * reshape(b, (1, -1))


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Multiply vectors of 3 entries; one of 2 has a 0 for the third, two of them have a number as product."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if shape_of(a)[-1] == shape_of(b)[-1] == 2:
        return index(a, (..., 0)) * index(b, (..., 1)) - index(a, (..., 1)) * index(b, (..., 0))
    a, b = _in_space(a), _in_space(b)
    following, before = (..., [1, 2, 0]), (..., [2, 0, 1])
    out = index(a, following) * index(b, before) - index(a, before) * index(b, following)
    return moveaxis(out, -1, axisc)


def _in_space(a: Any) -> Any:
    """Put a 0 behind vectors of two entries."""
    count = shape_of(a)[-1]
    if count not in (2, 3):
        raise ValueError(f"cross: expected vectors of 2 or 3 entries, got {count}")
    return a if count == 3 else np.pad(a, [(0, 0)] * (len(shape_of(a)) - 1) + [(0, 1)])


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return diagonal(a, offset, axis1, axis2).sum(axis=-1)


def _vecdot(x1: Any, x2: Any) -> Any:
    return squeeze(expand_dims(x1, -2) @ expand_dims(x2, -1), (-2, -1))


numpy_functions.update({
    np.linalg.solve: _solve,
    np.dot: dot, np.inner: inner, np.outer: outer, np.tensordot: tensordot,
    np.trace: trace, np.cross: cross, np.linalg.cross: lambda x1, x2, /, *, axis=-1: cross(x1, x2, axis=axis),
    np.vdot: lambda a, b: reshape(a, (-1,)) @ reshape(b, (-1,)),
    np.vecdot: _vecdot,
    np.linalg.matmul: matmul, np.linalg.outer: outer, np.linalg.tensordot: tensordot,
    np.linalg.trace: lambda x, offset=0: trace(x, offset, -2, -1),
    np.linalg.vecdot: _vecdot,
})  # fmt: skip
if hasattr(np, "matvec"):  # since NumPy 2.2
    numpy_functions[np.matvec] = lambda x1, x2: squeeze(x1 @ expand_dims(x2, -1), -1)
    numpy_functions[np.vecmat] = lambda x1, x2: squeeze(expand_dims(x1, -2) @ x2, -2)
