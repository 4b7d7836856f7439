"""Programs through numba: the same results, or one line that names the operation which it lacks."""

import numpy as np
import pytest
from cases import draw

import microgd
from microgd import Value, logsumexp, losses, softmax, value_and_grad
from microgd.autodiff.trees import tree_leaves

numba = pytest.importorskip("numba")


def assert_close(computed, expected):
    for a, b in zip(tree_leaves(computed), tree_leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


GOALS = np.eye(3)[[0, 2, 1, 1]]
OPERATIONS = {
    "softmax_cross_entropy": lambda z: np.mean(losses.softmax_cross_entropy(z, GOALS)),
    "softmax": lambda z: np.sum(softmax(z) ** 2),
    "logsumexp": logsumexp,
    "logsumexp of rows": lambda z: np.sum(logsumexp(z, axis=1)),
    "max": np.max,
    "max of rows": lambda z: np.sum(np.max(z, axis=1) ** 2),
    "max of columns": lambda z: np.sum(np.max(z, axis=0) * z[0]),
    "max that keeps its axis": lambda z: np.sum(np.max(z, axis=-1, keepdims=True) * z),
    "max over two of three axes": lambda z: np.sum(np.max(np.reshape(z, (2, 2, 3)), axis=(0, 2)) ** 2),
    "max of a view": lambda z: np.sum(np.max(z.T[:, ::2], axis=1) ** 2),
    "ties": lambda z: np.sum(np.max(np.abs(z) * 0.0 + z[0], axis=0) ** 2),
    "min": lambda z: np.sum(np.min(z, axis=0) ** 2),
    "sum over two of three axes": lambda z: np.sum(np.sum(np.reshape(z, (2, 2, 3)), axis=(0, 2)) ** 2),
    "std": np.std,
    "det": lambda z: np.linalg.det(z[:3] + 3.0 * np.eye(3)),
    "a column as a vector": lambda z: np.sum(np.reshape(z[:, 1:2], (4,)) ** 2),
    "transposed, then flat": lambda z: np.sum(np.ravel(z.T) * np.arange(12.0)),
}


@pytest.mark.filterwarnings("ignore::numba.NumbaPerformanceWarning")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_numba_computes_value_and_gradient(operation):
    z = draw((4, 3))
    both = value_and_grad(OPERATIONS[operation])
    assert_close(microgd.compile(both, jit=numba.njit)(z), both(z))


def test_a_classifier():
    """Class numbers as an argument, and the weights as leaves from outside."""
    weights, x, labels = Value(draw((3, 4))), draw((5, 3), seed=1), np.array([0, 3, 3, 1, 2])

    def error(x, labels):
        return np.mean(losses.softmax_cross_entropy(x @ weights, labels))

    expected = value_and_grad(lambda w: np.mean(losses.softmax_cross_entropy(x @ w, labels)))(weights.data)
    output = microgd.compile(error, jit=numba.njit)(x, labels)
    output.backward()
    assert_close((output.data, weights.grad), expected)


def test_nan_is_the_largest():
    z = np.array([[1.0, np.nan, 2.0], [3.0, 1.0, -np.inf]])
    f = microgd.compile(lambda z: np.max(z, axis=1) * 1.0, jit=numba.njit)
    np.testing.assert_array_equal(f(z), [np.nan, 3.0])


@pytest.mark.parametrize(("f", "line"), [
    (lambda z: np.einsum("ij,ij->i", z, z), r"np\.einsum\('ij,ij->i', z, z\)"),
    (value_and_grad(lambda z: np.sum(z[:, np.array([0, 0, 1])] ** 2)), r"np\.add\.at"),
    (microgd.primitive(lambda z: z * 2.0, lambda g, out, z: 2.0 * g, name="doubled"), r"doubled\("),
])  # fmt: skip
def test_what_numba_lacks_is_named_in_one_line(f, line):
    with pytest.raises(TypeError, match=f"numba cannot compile `.*{line}.*`") as caught:
        microgd.compile(f, jit=numba.njit)(draw((4, 3)))
    assert "\n" not in str(caught.value)


def test_an_error_of_parameters_from_outside_as_well():
    w = Value(draw((2, 2)))
    with pytest.raises(TypeError, match=r"numba cannot compile `.*einsum"):
        microgd.compile(lambda: np.einsum("ij,ij->", w, w), jit=numba.njit)().data
