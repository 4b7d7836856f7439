"""Decompositions: gradients of first and second order, stacks, degenerate matrices, compiled programs."""

import numpy as np
import pytest
from cases import check, draw

import microgd
from microgd import Value, grad
from microgd.autodiff.trees import tree_map

SQUARE, STACK, TALL, WIDE = draw((3, 3)), draw((2, 3, 3)), draw((4, 2)), draw((2, 4))
DEFINITE, DEFINITES = SQUARE @ SQUARE.T + np.eye(3), STACK @ STACK.mT + np.eye(3)
REAL_EIGENVALUES = np.diag([1.0, 2.0, 4.0]) + 0.1 * SQUARE

DIFFERENTIABLE = {
    **{
        f"{name}, {shape}": (f, a)
        for shape, a in {
            "square": SQUARE, "stack": STACK, "1 x 1": draw((1, 1)), "empty": draw((0, 0)),
        }.items()
        for name, f in {
            "eigh": np.linalg.eigh,
            "eigh, upper": lambda a: np.linalg.eigh(a, "U"),
            "eigvalsh": np.linalg.eigvalsh,
            "slogdet": np.linalg.slogdet,
            "power 3": lambda a: np.linalg.matrix_power(a, 3),
            "power 0": lambda a: np.linalg.matrix_power(a, 0),
        }.items()
    },
    **{
        f"{name}, {shape}": (f, a)
        for shape, a in {
            "square": SQUARE, "stack": STACK, "tall": TALL, "wide": WIDE, "stack of tall": draw((2, 3, 2)),
            "column": draw((3, 1)), "row": draw((1, 3)), "strided": draw((6, 6))[::2, ::-3],
        }.items()
        for name, f in {
            "svd": lambda a: np.linalg.svd(a, full_matrices=False),
            "svd, values": lambda a: np.linalg.svd(a, compute_uv=False),
            "svdvals": np.linalg.svdvals,
            "qr": np.linalg.qr,
            "qr, r": lambda a: np.linalg.qr(a, mode="r"),
            "pinv": np.linalg.pinv,
            "norm, nuc": lambda a: np.linalg.norm(a, "nuc", axis=(-2, -1)),
            "norm, 2": lambda a: np.linalg.norm(a, 2, axis=(-1, -2), keepdims=True),
            "norm, -2": lambda a: np.linalg.matrix_norm(a, ord=-2),
            "vector norm": np.linalg.vector_norm,
            "cond": np.linalg.cond,
        }.items()
    },
    "eig": (np.linalg.eig, REAL_EIGENVALUES),
    "eig, stack": (np.linalg.eig, np.stack([REAL_EIGENVALUES, REAL_EIGENVALUES.T * 2.0])),
    "eigvals": (np.linalg.eigvals, REAL_EIGENVALUES),
    "cholesky": (np.linalg.cholesky, DEFINITE),
    "cholesky, stack": (np.linalg.cholesky, DEFINITES),
    "cholesky, upper": (lambda a: np.linalg.cholesky(a, upper=True), DEFINITE),
    "power -2": (lambda a: np.linalg.matrix_power(a, -2), DEFINITE),
    "lstsq, tall": (lambda a, b: np.linalg.lstsq(a, b)[:2], TALL, draw((4,))),
    "lstsq, wide": (lambda a, b: np.linalg.lstsq(a, b)[0], WIDE, draw((2, 3))),
    "lstsq, square": (lambda a, b: np.linalg.lstsq(a, b)[3], SQUARE, draw((3,))),
    "multi_dot": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), TALL, WIDE, draw((4, 3))),
    "multi_dot, vectors": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), draw((4,)), TALL, draw((2,))),
    "multi_dot, two": (lambda a, b: np.linalg.multi_dot([a, b]), TALL, WIDE),
    "vector norm, axes": (lambda a: np.linalg.vector_norm(a, axis=(0, 2), ord=3, keepdims=True), STACK),
    "cond, 1": (lambda a: np.linalg.cond(a, 1), DEFINITE),
    "cond, -2": (lambda a: np.linalg.cond(a, -2), TALL),
    "tensorsolve": (np.linalg.tensorsolve, draw((2, 3, 6)), draw((2, 3))),
    "tensorsolve, axes": (lambda a, b: np.linalg.tensorsolve(a, b, (0,)), draw((6, 2, 3)), draw((2, 3))),
    "tensorinv": (np.linalg.tensorinv, draw((2, 3, 6))),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_derivatives_of_first_and_second_order(case):
    check(*case)


@pytest.mark.parametrize("case", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_compiled_is_eager(case):
    f, *args = case

    def error(*args):
        parts = f(*args)
        parts = parts if isinstance(parts, tuple) else (parts,)
        return sum(np.sum(part**2 + 0.5 * part) for part in parts) + np.sum(args[0])

    gradients = grad(error, tuple(range(len(args))))
    for ours, eager in zip(microgd.compile(gradients)(*args), gradients(*args), strict=True):
        np.testing.assert_array_equal(ours, eager)


def test_results_have_numpys_names():
    a = Value(DEFINITE)
    assert np.linalg.eigh(a).eigenvalues.shape == (3,)
    assert np.linalg.eig(a).eigenvectors.shape == (3, 3)
    assert np.linalg.svd(a).Vh.shape == (3, 3)
    assert np.linalg.qr(a).R.shape == (3, 3)
    assert np.linalg.slogdet(a).logabsdet.shape == ()
    named = microgd.compile(np.linalg.eigh)(DEFINITE)
    assert type(named) is type(np.linalg.eigh(DEFINITE))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays(dtype):
    a = Value(DEFINITE.astype(dtype))
    for f in (np.linalg.eigh, np.linalg.eig, np.linalg.svd, np.linalg.qr, np.linalg.slogdet):
        out = sum(np.sum(part) for part in f(a))
        out.backward()
        assert a.grad.dtype == dtype
        assert np.all(np.isfinite(a.grad))


def test_functions_of_equal_eigenvalues_and_singular_values():
    """The trace, the Frobenius norm and the nuclear norm do not depend on the choice of vectors."""
    equal = 2.0 * np.eye(3)
    gradient = grad(lambda a: np.sum(np.linalg.eigh(a).eigenvalues ** 2))(equal)
    np.testing.assert_allclose(gradient, 2.0 * equal, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda a: np.linalg.norm(a, "nuc"))(equal), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(grad(lambda a: np.linalg.norm(a, 2))(equal), np.eye(3) / 3.0, atol=1e-12)
    rank_one = np.outer([3.0, 4.0], [1.0, 0.0])
    np.testing.assert_allclose(grad(lambda a: np.sum(np.linalg.svd(a).S ** 2))(rank_one), 2.0 * rank_one)
    assert grad(lambda a: np.linalg.norm(a, "nuc"))(np.zeros((2, 3))).tolist() == [[0.0] * 3] * 2


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_vectors_of_equal_values_have_no_gradient():
    """Finite numbers would be wrong here, as for V diag(w) V^T, which is the matrix itself."""

    def itself(a):
        values, vectors = np.linalg.eigh(a)
        return np.sum((vectors * values) @ vectors.T * np.arange(4.0).reshape(2, 2))

    def itself_by_svd(a):
        u, s, vt = np.linalg.svd(a)
        return np.sum((u * s) @ vt * np.arange(4.0).reshape(2, 2))

    for matrix in (np.eye(2), np.zeros((2, 2))):
        assert not np.all(np.isfinite(grad(itself)(matrix)))
        assert not np.all(np.isfinite(grad(itself_by_svd)(matrix)))


def test_the_triangle_that_is_not_read_has_no_gradient():
    for f, upper in [
        (np.linalg.cholesky, False), (np.linalg.eigvalsh, False), (lambda a: np.linalg.eigvalsh(a, "U"), 1),
    ]:  # fmt: skip
        gradient = grad(lambda a: np.sum(f(a) ** 2))(DEFINITE)  # noqa: B023
        unread = np.tril(gradient, -1) if upper else np.triu(gradient, 1)
        assert not unread.any()
        assert gradient.any()


def test_log_det_of_a_covariance_against_its_closed_form():
    gradient = grad(lambda a: 2.0 * np.sum(np.log(np.diagonal(np.linalg.cholesky(a)))))(DEFINITE)
    symmetric = (gradient + gradient.T) / 2.0
    np.testing.assert_allclose(symmetric, np.linalg.inv(DEFINITE), rtol=1e-10)


REFUSED = [
    (lambda v: np.linalg.svd(v), "svd: the further columns of U or V"),
    (lambda v: np.linalg.svd(v, hermitian=True), "svd: hermitian=True"),
    (lambda v: np.linalg.qr(v.T, "complete"), "qr: mode='complete' has no derivative rule"),
    (lambda v: np.linalg.pinv(v, hermitian=True), "pinv: hermitian=True"),
    (lambda v: np.linalg.eig(v[:, :2] * 0.0 + [[0.0, 1.0], [-1.0, 0.0]]), "eig: .* complex"),
    (lambda v: np.linalg.lstsq(v[0], v), r"lstsq: expected a matrix.* shapes \(3,\) and \(2, 3\)"),
    (lambda v: np.linalg.cholesky(-v @ v.T), "Matrix is not positive definite"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "message"), REFUSED)
def test_refused_by_name(use, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        use(Value(draw((2, 3))))


def test_rank_deficient_qr_is_called_singular():
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        grad(lambda a: np.sum(np.linalg.qr(a).R))(np.zeros((3, 2)))


def test_small_singular_values_are_left_out_as_in_numpy():
    nearly_one = 1e4 * np.outer(draw((3,)), draw((2,))) + 1e-2 * draw((3, 2))
    for options in ({}, {"rcond": 1e-3}, {"rtol": 1e-3}, {"rtol": None}):
        ours = np.linalg.pinv(Value(nearly_one), **options)
        np.testing.assert_allclose(ours.data, np.linalg.pinv(nearly_one, **options), rtol=1e-12)
    for rcond in (None, 1e-3):
        x, _, rank, _ = np.linalg.lstsq(Value(nearly_one), np.ones(3), rcond)
        expected = np.linalg.lstsq(nearly_one, np.ones(3), rcond)
        np.testing.assert_allclose(x.data, expected[0], rtol=1e-12)
        assert rank.data == expected[2]


def test_the_pseudo_inverse_of_a_matrix_of_rank_one_along_its_rank():
    check(lambda a, b: np.linalg.pinv(np.outer(a, b), 1e-5), draw((3,)), draw((2,)))


@pytest.mark.parametrize("matrix", [[[1, 2], [3, 4], [5, 7]], np.array([[1, 2], [3, 4], [5, 7]])])
def test_least_squares_with_a_constant_matrix(matrix):
    check(lambda b: np.linalg.lstsq(matrix, b)[0], draw((3,)))


def test_lstsq_has_all_four_results():
    ours = np.linalg.lstsq(Value(TALL), draw((4,)))
    for x, y in zip(ours, np.linalg.lstsq(TALL, draw((4,))), strict=True):
        np.testing.assert_allclose(tree_map(lambda x: x.data, x), y, rtol=1e-12)
