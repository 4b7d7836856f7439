"""The table of derivatives: linear algebra. Most of it rests on one product, `matmul`.

The gradient of a matrix product is a matrix product again: for C = A B, dA = G B^T and dB = A^T G. A vector
is a matrix with one row (on the left) or one column (on the right); a stack of matrices is multiplied
matrix by matrix.

Source of the rules for inv, det and solve: M. Giles, "An extended collection of matrix derivative
results for forward and reverse mode algorithmic differentiation", 2008.
"""

from __future__ import annotations

import math
import operator
import string
from collections.abc import Sequence
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
    if b.ndim > 1 or a.ndim == 2:
        return transposed(a) @ g
    return squeeze(transposed(a) @ expand_dims(g, -1), -1)  # each matrix of a stack, times a vector


def sparse_matmul(matrix: Any, x: Any) -> Any:
    """SciPy's sparse matrix times x, a linear map of x: its vjp is the transposed matrix times g."""

    def vjp(g: Any, out: Any, x: Any) -> Any:
        return sparse_matmul(matrix.T, g)

    return Primitive("sparse @", lambda x: matrix @ x, (vjp,))(x)


def _rule_of_einsum(position: int) -> Any:
    """Swap an operand's letters with the output's: this einsum of g and the others is its gradient."""
    if position == 0:
        return None  # the subscripts

    def rule(g: Any, out: Any, subscripts: str, *operands: Any) -> Any:
        inputs, output = subscripts.split("->")
        letters = inputs.split(",")
        i = position - 1
        others = [*letters[:i], output, *letters[i + 1 :]]
        return einsum(f"{','.join(others)}->{letters[i]}", *operands[:i], g, *operands[i + 1 :])

    return rule


# fmt: off
matmul = primitive(operator.matmul, _matmul_left, _matmul_right,              name="@", numpy=np.matmul)
inv    = primitive(np.linalg.inv,   lambda g, out, a: -transposed(out) @ g @ transposed(out))
det    = primitive(np.linalg.det,   lambda g, out, a: expand_dims(g * out, (-1, -2)) * transposed(inv(a)))
solve  = primitive(lambda a, b: np.linalg.solve(a, b),
                   lambda g, out, a, b: -solve(transposed(a), g) @ transposed(out),
                   lambda g, out, a, b: solve(transposed(a), g),                  name="solve")
einsum = primitive(lambda subscripts, *operands: np.einsum(subscripts, *operands, optimize=len(operands) > 2),
                   vjp_of=_rule_of_einsum,                                      name="einsum")
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


def _einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Any:
    """Bring every form of einsum to one: letters only, each once in an operand, with the output named."""
    if not isinstance(subscripts, str):
        raise NotImplementedError("einsum: expected subscripts as a string, such as 'ij,jk->ik'")
    inputs, output = _spelled_out(subscripts.replace(" ", ""), operands)
    plain = [_diagonals(letters, a) for letters, a in zip(inputs, operands, strict=True)]
    for i, (letters, a) in enumerate(plain):
        elsewhere = output + "".join(other for j, (other, _) in enumerate(plain) if j != i)
        alone = tuple(k for k, letter in enumerate(letters) if letter not in elsewhere)
        plain[i] = (
            "".join(x for x in letters if x in elsewhere),
            reduce_sum(a, alone, False) if alone else a,
        )
    return einsum(",".join(letters for letters, _ in plain) + "->" + output, *(a for _, a in plain))


def _spelled_out(subscripts: str, operands: Sequence[Any]) -> tuple[list[str], str]:
    """Write letters in place of `...`, and the output where there is none."""
    left, arrow, output = subscripts.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ValueError(f"einsum: {subscripts!r} is for {len(inputs)} operands, got {len(operands)}")
    free = [x for x in string.ascii_letters if x not in subscripts]
    longest = ""
    for i, (letters, a) in enumerate(zip(inputs, operands, strict=True)):
        if "..." in letters:
            count = len(shape_of(a)) - len(letters) + 3
            dots = "".join(free[:count])[::-1]  # the last axis has the first free letter
            inputs[i] = letters.replace("...", dots)
            longest = dots if len(dots) > len(longest) else longest
    if not arrow:
        letters = left.replace("...", "").replace(",", "")
        output = "..." * bool(longest) + "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    elif longest and "..." not in output:
        raise ValueError(f"einsum: {subscripts!r} has ... on its left side only")
    return inputs, output.replace("...", longest)


def _diagonals(letters: str, a: Any) -> tuple[str, Any]:
    """Take the diagonal of the two axes of a letter that occurs twice."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            i = letters.index(letter)
            j = letters.index(letter, i + 1)
            if shape_of(a)[i] != shape_of(a)[j]:
                raise ValueError(
                    f"einsum: {letter!r} stands for axes of lengths {shape_of(a)[i]}, {shape_of(a)[j]}"
                )
            a = diagonal(a, 0, i, j)  # which puts the diagonal last
            letters = letters[:i] + letters[i + 1 : j] + letters[j + 1 :] + letter
    return letters, a


def _vecdot(x1: Any, x2: Any) -> Any:
    return squeeze(expand_dims(x1, -2) @ expand_dims(x2, -1), (-2, -1))


numpy_functions.update({
    np.linalg.solve: _solve,
    np.dot: dot, np.inner: inner, np.outer: outer, np.tensordot: tensordot, np.einsum: _einsum,
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
