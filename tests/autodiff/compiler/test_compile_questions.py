"""NumPy's functions with discrete results in compiled functions: as on plain arrays, and they may index."""

import numpy as np
import pytest
from cases import draw
from comparing import plain

import microgd
from microgd import grad, losses, value_and_grad
from microgd.autodiff import TracedValueError
from microgd.autodiff.numpy_without_gradient import OF_STATIC_SHAPE

TABLE = draw((4, 3))

QUESTIONS = {
    np.argmax: [
        lambda a: np.argmax(a), lambda a: np.argmax(a, 1), lambda a: np.argmax(a, axis=0, keepdims=True),
    ],
    np.argmin: [lambda a: a.argmin(), lambda a: a.argmin(-1)],
    np.argsort: [
        lambda a: np.argsort(a), lambda a: np.argsort(a, axis=None), lambda a: a.argsort(0, kind="stable"),
    ],
    np.argpartition: [lambda a: np.argpartition(a, 1)[..., 0]],
    np.nanargmax: [lambda a: np.nanargmax(np.where(a > 1, np.nan, a), axis=1)],
    np.nanargmin: [lambda a: np.nanargmin(a)],
    np.count_nonzero: [
        lambda a: np.count_nonzero(a > 0), lambda a: np.count_nonzero(a > 0, axis=1, keepdims=True),
    ],
    np.searchsorted: [
        lambda a: np.searchsorted([-1.0, 0.0, 1.0], a),
        lambda a: np.searchsorted(np.sort(a[0]), a[1], side="right"),
        lambda a: np.searchsorted(a[:, 0], 0.1, sorter=np.argsort(a[:, 0])),
    ],
    np.digitize: [lambda a: np.digitize(a, [-1.0, 0.0, 1.0], right=True)],
    np.all: [lambda a: np.all(a > -1), lambda a: (a > 0).all(axis=(0, 1)), lambda a: np.all(a < 1, axis=1)],
    np.any: [lambda a: np.any(a > 1, axis=0, keepdims=True), lambda a: np.logical_or.reduce(a > 1)],
    np.allclose: [lambda a: np.allclose(a, a + 1e-12)],
    np.isclose: [lambda a: np.isclose(a, 0.0, atol=0.5), lambda a: np.isclose(a[0, 0], 0.0)],
    np.array_equal: [lambda a: np.array_equal(a, abs(a))],
    np.array_equiv: [lambda a: np.array_equiv(a, a[0])],
    np.isreal: [lambda a: np.isreal(a)],
    np.iscomplex: [lambda a: np.iscomplex(a)],
    np.isposinf: [lambda a: np.isposinf(np.where(a > 1, np.inf, a))],
    np.isneginf: [lambda a: np.isneginf(a)],
    np.isin: [lambda a: np.isin(np.round(a), [0, 1]), lambda a: np.isin(np.round(a), [0, 1], invert=True)],
    np.linalg.matrix_rank: [lambda a: np.linalg.matrix_rank(a)],
}  # fmt: skip


def test_every_function_of_a_static_shape_is_asked():
    assert set(QUESTIONS) == OF_STATIC_SHAPE


@pytest.mark.parametrize("f", [f for calls in QUESTIONS.values() for f in calls])
def test_the_answer_is_that_of_numpy_also_for_other_numbers(f):
    compiled = microgd.compile(f)
    compiled(TABLE)
    for a in (TABLE, -TABLE, np.roll(TABLE, 1, 0), np.zeros((4, 3)), TABLE[::-1]):
        expected, found = f(a), compiled(a)
        np.testing.assert_array_equal(found, expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype
    assert len(compiled.programs) == 1


INDEXED = {
    "sorted": lambda a: a[np.argsort(a[:, 0])] * np.arange(4.0)[:, None],
    "the largest": lambda a: a[np.argmax(a[:, 0])] ** 2,
    "the largest of each row": lambda a: np.take_along_axis(a, np.argmax(a, axis=1, keepdims=True), 1) ** 2,
    "the two largest": lambda a: a[np.argsort(a[:, 0])[-2:]] ** 2,
    "the column of a bin": lambda a: a[:, np.digitize(a[0, 0], [-1.0, 0.0]) % 3] ** 2,
    "chosen by any": lambda a: np.where(np.any(a > 1, axis=1, keepdims=True), a**2, a),
}


@pytest.mark.parametrize("f", INDEXED.values(), ids=INDEXED)
def test_answers_index_and_no_gradient_flows_through_them(f):
    slope = grad(lambda a: np.sum(f(a)))
    compiled = microgd.compile(slope)
    for a in (TABLE, -TABLE, TABLE[::-1].copy()):
        np.testing.assert_array_equal(compiled(a), slope(a))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_training_step_reports_its_accuracy(dtype):
    def loss(w, x, label):
        logits = x @ w
        right = np.mean(np.argmax(logits, axis=1) == label)
        return np.mean(losses.softmax_cross_entropy(logits, label)), right

    step = value_and_grad(loss, has_aux=True)
    compiled = microgd.compile(step)
    x, w = draw((6, 4)).astype(dtype), draw((4, 3)).astype(dtype)
    for label in ([0, 1, 2, 0, 1, 2], [2, 2, 2, 0, 0, 0]):
        (here, right), slope = compiled(w, x, np.array(label))
        (expected, share), expected_slope = step(w, x, np.array(label))
        assert (here, right) == (expected, plain(share))
        np.testing.assert_array_equal(slope, expected_slope)
        assert slope.dtype == dtype
        assert right == np.mean(np.argmax(x @ w, axis=1) == label)


def test_python_cannot_branch_on_an_answer():
    with pytest.raises(TracedValueError, match="number of a traced Value was read"):
        microgd.compile(lambda a: a if np.any(a > 1) else -a)(TABLE)
    with pytest.raises(TracedValueError):
        microgd.compile(lambda a: np.unique(a))(TABLE)  # how many there are depends on the numbers


def test_other_libraries_are_asked_by_the_same_names():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)

    def f(a):
        best = np.argmax(a, axis=1, keepdims=True)
        return (
            np.take_along_axis(a, best, 1),
            np.searchsorted(np.sort(a[0]), a[1], side="right"),
            np.any(a > 1),
        )

    there = microgd.compile(f, namespace=jax.numpy, jit=jax.jit)(TABLE)
    for found, expected in zip(there, f(TABLE), strict=True):
        np.testing.assert_array_equal(found, expected)
