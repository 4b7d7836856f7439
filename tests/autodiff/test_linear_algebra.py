"""einsum in all its forms, and determinants and systems of singular matrices."""

import numpy as np
import pytest
from cases import check, draw

import microgd
from microgd import Value, grad, hessian
from microgd.autodiff.primitives import linear_algebra

# einsum -------------------------------------------------------------------------------------------

STRETCHED = [
    ("i,i->", (3,), (1,)), ("i,i", (1,), (3,)), ("ij,ij->i", (2, 3), (2, 1)), ("ij,jk->ik", (2, 3), (1, 4)),
    ("ij,ij->ij", (1, 3), (2, 1)), ("...i,...i->...", (2, 1, 3), (4, 1)), ("i,i->i", (1,), (1,)),
    ("i,i->", (0,), (1,)),
]  # fmt: skip


@pytest.mark.parametrize(("subscripts", "a", "b"), STRETCHED)
def test_einsum_stretches_axes_of_length_1(subscripts, a, b):
    f = lambda a, b: np.einsum(subscripts, a, b)  # noqa: E731
    check(f, draw(a), draw(b, seed=1))
    check(lambda b: np.einsum(subscripts, np.ones(a), b), draw(b, seed=1))


def test_einsum_with_lists():
    a, b = draw((2, 3)), draw((3, 4))
    check(lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [0, 2]), a, b)
    check(lambda a, b: np.einsum(a, [30, 1], b, [1, 2]), a, b)
    check(lambda a: np.einsum(a, [..., 0], [0, ...]), a)
    check(lambda a: np.einsum(a, [0, 0], []), draw((3, 3)))
    with pytest.raises(ValueError, match=r"einsum: expected subscripts as a string.* 0 to 51, got \[99\]"):
        np.einsum(Value(a), [99])


def test_einsum_with_arguments_that_say_nothing():
    a = draw((2, 3))
    for options in ({"optimize": True}, {"optimize": "greedy"}, {"out": None}, {"dtype": float}):
        check(lambda a: np.einsum("ij,ij->j", a, a, **options), a)  # noqa: B023


# Determinants -------------------------------------------------------------------------------------

SINGULAR = {
    "rank 1 of 2": np.array([[1.0, 2.0], [2.0, 4.0]]),
    "rank 2 of 3": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [5.0, 7.0, 9.0]]),
    "rank 1 of 3": np.outer([1.0, 2.0, 3.0], [1.0, -1.0, 0.5]),
    "rank 0 of 3": np.zeros((3, 3)),
    "zero": np.zeros((1, 1)),
}


def test_the_gradient_of_a_singular_determinant():
    assert grad(np.linalg.det)(SINGULAR["rank 1 of 2"]) == pytest.approx(np.array([[4.0, -2.0], [-2.0, 1.0]]))
    tiny = np.full((2, 2), 1e-200) * [[1.0, 0.0], [0.0, 2.0]]  # det underflows
    np.testing.assert_allclose(grad(np.linalg.det)(tiny), [[2e-200, 0.0], [0.0, 1e-200]], atol=1e-215)


@pytest.mark.parametrize("matrix", SINGULAR.values(), ids=SINGULAR)
def test_determinants_of_singular_matrices_to_second_order(matrix):
    microgd.check_grads(np.linalg.det, matrix, order=2)
    pair = np.stack([matrix, matrix + np.eye(len(matrix))])
    microgd.check_grads(np.linalg.det, pair, order=2)


def test_second_derivatives_of_a_determinant_are_exact():
    assert hessian(lambda v: np.linalg.det(v.reshape(2, 2)))(np.array([1.0, 2.0, 2.0, 4.0])) == pytest.approx(
        np.array([[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1.0, 0, 0, 0]]), abs=1e-12
    )


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [1, 2, 0]])
def test_determinants_of_either_sign_to_second_order(order):
    regular = (draw((3, 3)) + 3.0 * np.eye(3))[order]
    microgd.check_grads(np.linalg.det, regular, order=2)
    microgd.check_grads(np.linalg.det, regular * [1.0, -1.0, 1.0], order=2)


def test_third_derivatives_of_a_determinant_need_a_regular_matrix():
    regular = draw((3, 3)) + 3.0 * np.eye(3)
    microgd.check_grads(np.linalg.det, regular, order=3)
    third = grad(lambda x: np.sum(hessian(np.linalg.det)(x) ** 2))
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        third(SINGULAR["rank 2 of 3"] * 0.0)


@pytest.mark.parametrize("matrix", [*SINGULAR.values(), draw((3, 3)), draw((2, 3, 3)), np.zeros((0, 0))])
def test_compiled_determinants_are_the_eager_ones(matrix):
    f = grad(lambda x: np.sum(np.linalg.det(x) ** 2 + np.linalg.det(x)))
    np.testing.assert_array_equal(microgd.compile(f)(matrix), f(matrix))


def test_the_cofactors_themselves():
    matrix = draw((3, 3))
    by_minors = [
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(matrix, i, 0), j, 1)) for j in range(3)]
        for i in range(3)
    ]
    np.testing.assert_allclose(linear_algebra.cofactors(matrix), by_minors, rtol=1e-12)


def test_a_singular_system_is_called_singular():
    with pytest.raises(np.linalg.LinAlgError, match=r"solve\(array of shape \(2, 2\), .*: Singular matrix"):
        np.linalg.solve(Value(SINGULAR["rank 1 of 2"]), np.ones(2))
