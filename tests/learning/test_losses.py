"""Losses against closed forms, at ordinary numbers and at +-1000; their gradients against differences."""

import numpy as np
import pytest

import microgd
from microgd import Value, grad, logsumexp, value_and_grad
from microgd.learning.losses import (
    absolute_error,
    binary_cross_entropy,
    hinge,
    huber,
    mean_squared_error,
    softmax_cross_entropy,
    squared_error,
)

rng = np.random.default_rng(0)
PREDS = rng.normal(0, 2, 7)
ROWS = rng.normal(0, 2, (5, 4))
PROBABILITIES = rng.dirichlet(np.ones(4), 5)

CASES = [
    # loss, a prediction, its goal, the closed form
    (squared_error, PREDS, PREDS[::-1], (PREDS - PREDS[::-1]) ** 2),
    (mean_squared_error, PREDS, PREDS[::-1], np.mean((PREDS - PREDS[::-1]) ** 2)),
    (absolute_error, PREDS, 0.1, np.abs(PREDS - 0.1)),
    (huber, PREDS, 0.1, np.where(abs(PREDS - 0.1) <= 1, (PREDS - 0.1) ** 2 / 2, abs(PREDS - 0.1) - 0.5)),
    (hinge, PREDS, np.sign(PREDS[::-1]), np.maximum(0, 1 - PREDS * np.sign(PREDS[::-1]))),
    (binary_cross_entropy, PREDS, 1.0, np.log(1 + np.exp(-PREDS))),
    (binary_cross_entropy, PREDS, 0.25, 0.25 * np.log(1 + np.exp(-PREDS)) + 0.75 * np.log(1 + np.exp(PREDS))),
    (softmax_cross_entropy, ROWS, np.array([0, 3, 1, 1, 2]),
     -np.log(np.exp(ROWS) / np.exp(ROWS).sum(1, keepdims=True))[range(5), [0, 3, 1, 1, 2]]),
    (softmax_cross_entropy, ROWS, PROBABILITIES,
     -(PROBABILITIES * np.log(np.exp(ROWS) / np.exp(ROWS).sum(1, keepdims=True))).sum(1)),
]  # fmt: skip
IDS = [f"{loss.__name__}-{i}" for i, (loss, *_) in enumerate(CASES)]


def central_differences(f, x, h=1e-6):
    x = np.asarray(x, float)
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        out[i] = (f(x + step) - f(x - step)) / (2 * h)
    return out


@pytest.mark.parametrize(("loss", "pred", "goal_pred", "closed_form"), CASES, ids=IDS)
def test_closed_form_for_arrays_and_values(loss, pred, goal_pred, closed_form):
    assert np.allclose(loss(pred, goal_pred), closed_form, rtol=1e-12, atol=1e-15)
    value = loss(Value(pred), goal_pred)
    assert value.shape == np.shape(closed_form)
    assert np.allclose(value.data, closed_form, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("loss", "pred", "goal_pred", "closed_form"), CASES, ids=IDS)
def test_gradient_by_the_prediction(loss, pred, goal_pred, closed_form):
    weights = rng.normal(size=np.shape(closed_form))  # so that no two entries are alike

    def total(x):
        return np.sum(loss(x, goal_pred) * weights)

    assert np.allclose(grad(total)(pred), central_differences(total, pred), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("loss", [squared_error, mean_squared_error, absolute_error, huber])
def test_gradient_by_the_goal(loss):
    def total(goal):
        return np.sum(loss(PREDS, goal))

    goal = PREDS[::-1] + 0.01
    assert np.allclose(grad(total)(goal), central_differences(total, goal), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("loss", "pred", "goal_pred", "value", "slope"),
    [
        (squared_error, 1000.0, -1000.0, 4e6, 4000.0),
        (mean_squared_error, 1000.0, -1000.0, 4e6, 4000.0),
        (absolute_error, -1000.0, 0.0, 1000.0, -1.0),
        (huber, 1000.0, 0.0, 999.5, 1.0),
        (huber, -1000.0, 0.0, 999.5, -1.0),
        (hinge, 1000.0, 1.0, 0.0, 0.0),
        (hinge, -1000.0, 1.0, 1001.0, -1.0),
        (binary_cross_entropy, 1000.0, 1.0, 0.0, 0.0),
        (binary_cross_entropy, 1000.0, 0.0, 1000.0, 1.0),
        (binary_cross_entropy, -1000.0, 1.0, 1000.0, -1.0),
        (binary_cross_entropy, -1000.0, 0.0, 0.0, 0.0),
        (binary_cross_entropy, 30.0, 1.0, 9.357622968839298e-14, -9.357622968839298e-14),  # e^-30
    ],
)
def test_stable_far_out(loss, pred, goal_pred, value, slope):
    x = Value(pred)
    error = loss(x, goal_pred)
    error.backward()
    assert float(error) == pytest.approx(value, rel=1e-12, abs=0)
    assert x.grad == pytest.approx(slope, rel=1e-12, abs=0)


def test_softmax_cross_entropy_far_out():
    logits = Value([[1000.0, 0.0, -1000.0], [-1000.0, 0.0, 1000.0]])
    errors = softmax_cross_entropy(logits, np.array([1, 2]))
    errors.sum().backward()
    assert np.array_equal(errors.data, [1000.0, 0.0])
    assert np.array_equal(logits.grad, [[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]])


def test_softmax_cross_entropy_of_one_row_is_a_number():
    logits = Value([1.0, 2.0, 3.0])
    error = softmax_cross_entropy(logits, 2)
    error.backward()
    softmax = np.exp([1.0, 2.0, 3.0]) / np.exp([1.0, 2.0, 3.0]).sum()
    assert error.item() == pytest.approx(-np.log(softmax[2]), rel=1e-12)
    assert np.allclose(logits.grad, softmax - [0, 0, 1], rtol=1e-12)


def test_binary_is_the_softmax_of_two():
    for z in (-3.0, 0.0, 0.5):
        two = softmax_cross_entropy(np.array([0.0, z]), 1)
        assert binary_cross_entropy(z, 1.0) == pytest.approx(float(two), rel=1e-14)


@pytest.mark.parametrize("goal_pred", [0.0, 0.3, 1.0])
def test_second_derivative_of_binary_cross_entropy_at_zero(goal_pred):
    # p (1 - p) = 1/4: a form with |logit| in it would have a kink there
    second = grad(grad(lambda z: binary_cross_entropy(z, goal_pred)))(0.0)
    assert second == pytest.approx(0.25, rel=1e-12)


def test_kinks():
    assert grad(lambda x: absolute_error(x, 1.0))(1.0) == 0.0
    assert grad(lambda x: hinge(x, 1))(1.0) == -0.5
    assert grad(lambda x: huber(x, 0.0))(1.0) == 1.0  # none: both pieces have slope delta there
    assert grad(lambda x: huber(x, 0.0, delta=0.5))(-0.5) == -0.5
    assert grad(grad(lambda x: huber(x, 0.0)))(0.0) == 1.0


def test_logsumexp_is_softplus_of_two():
    assert logsumexp(np.array([0.0, -1000.0])) == 0.0


def test_shapes_that_would_broadcast_by_mistake():
    for loss in (squared_error, mean_squared_error, absolute_error, huber, binary_cross_entropy):
        with pytest.raises(ValueError, match=r"predictions of shape \(3, 1\) and goals of shape \(3,\)"):
            loss(Value(np.zeros((3, 1))), np.zeros(3))
    with pytest.raises(ValueError, match=r"classes of shape \(3,\).*got goals of shape \(2,\)"):
        softmax_cross_entropy(np.zeros((3, 4)), np.array([0, 1]))
    with pytest.raises(ValueError, match="got a scalar"):
        softmax_cross_entropy(1.0, 0)


def test_goals_that_make_no_sense():
    with pytest.raises(ValueError, match="labels -1 and 1, got 0"):
        hinge(np.zeros(3), np.array([1, 0, -1]))
    with pytest.raises(ValueError, match=r"goals from 0 to 1, got 2\.0"):
        binary_cross_entropy(Value(0.0), 2.0)
    with pytest.raises(ValueError, match="classes from 0 to 3, got 4"):
        softmax_cross_entropy(np.zeros((2, 4)), np.array([0, 4]))
    with pytest.raises(ValueError, match="classes from 0 to 3, got -1"):
        softmax_cross_entropy(np.zeros((2, 4)), [0, -1])
    with pytest.raises(TypeError, match="whole numbers"):
        softmax_cross_entropy(np.zeros((2, 4)), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="probabilities from 0 to 1, got -1"):
        softmax_cross_entropy(np.zeros((1, 2)), np.array([[2.0, -1.0]]) * [0.5, 1])
    with pytest.raises(ValueError, match=r"delta: expected a number in \(0, inf\], got 0"):
        huber(1.0, 0.0, delta=0)


# Types of numbers


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool])
@pytest.mark.parametrize(
    "loss",
    [
        squared_error,
        mean_squared_error,
        absolute_error,
        huber,
        hinge,
        binary_cross_entropy,
        softmax_cross_entropy,
    ],
)
def test_small_integers_do_not_wrap_round(loss, dtype):
    goals = {hinge: [1, 1, 1], softmax_cross_entropy: [0, 0, 1]}
    pred, goal_pred = np.array([1, 1, 0]), np.array(goals.get(loss, [1, 0, 1]))
    expected = loss(pred.astype(float), goal_pred.astype(float))
    np.testing.assert_array_equal(loss(pred.astype(dtype), goal_pred.astype(dtype)), expected)


def test_class_numbers_may_be_an_argument_of_a_compiled_function():
    def error(rows, classes):
        return softmax_cross_entropy(rows, classes).mean()

    for rows, classes in ((ROWS, np.array([0, 3, 1, 1, 2])), (ROWS[0], 2)):
        (ours, slope), (theirs, its_slope) = (
            f(rows, classes) for f in (microgd.compile(value_and_grad(error)), value_and_grad(error))
        )
        assert ours == pytest.approx(theirs, rel=1e-14)
        np.testing.assert_allclose(slope, its_slope, rtol=1e-12)


@pytest.mark.parametrize("wrong", [4, -1])
def test_a_class_that_is_none_is_refused_in_a_compiled_function(wrong):
    error = microgd.compile(softmax_cross_entropy)
    error(ROWS, np.array([0, 3, 1, 0, 2]))
    with pytest.raises(IndexError, match="index 4 is out of bounds for axis 1 with size 4"):
        error(ROWS, np.array([0, 3, 1, wrong, 2]))
