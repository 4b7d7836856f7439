"""The source of a program as a person reads it, and what passes simplify."""

import math

import numpy as np
import pytest
from cases import draw
from comparing import LAYER, assert_same, error, layer_loss, plain

import microgd
from microgd import Value, grad, hessian, losses, value_and_grad
from microgd.autodiff.trees import tree_map

# The source, as a person reads it ----------------------------------------------------------------


def test_source_of_the_knob():
    step = microgd.compile(value_and_grad(error))
    assert step(0.5, 0.5, 0.8) == (0.30250000000000005, -0.55)
    assert (
        step.source
        == """\
def error(knob_weight, input, goal_pred):
    pred = input * knob_weight
    delta = pred - goal_pred
    error = delta ** 2
    d_delta = 2.0 * delta            # d error / d delta, d error / d pred
    d_knob_weight = d_delta * input  # d error / d knob_weight
    return error, d_knob_weight"""
    )


def test_source_of_a_layer():
    step = microgd.compile(value_and_grad(layer_loss, (0, 1)))
    step(*LAYER)
    assert (
        step.source
        == """\
def layer_loss(weights, bias, x, goal_pred):
    # weights (2, 3), bias (3,), x (5, 2), goal_pred (5, 3)
    t1 = x.dot(weights)
    t2 = t1 + bias
    pred = np.tanh(t2)
    t3 = pred - goal_pred
    t4 = t3 ** 2
    t5 = float(np.add.reduce(t4, axis=None))
    layer_loss = t5 / 15
    d_pred = 0.13333333333333333 * t3     # d layer_loss / d pred
    t6 = sech2(t2)
    d_t2 = d_pred * t6                    # d layer_loss / d t2
    d_bias = np.add.reduce(d_t2, axis=0)  # d layer_loss / d bias
    d_weights = x.T.dot(d_t2)             # d layer_loss / d weights
    return layer_loss, d_weights, d_bias"""
    )


def test_source_of_many_arguments_is_folded():
    step = microgd.compile(lambda weights: [w * 2.0 for w in weights])
    assert step([1.0] * 30) == [2.0] * 30
    assert max(map(len, step.source.splitlines())) <= 110
    assert step.programs[0].function(*[1.0] * 30) == (2.0,) * 30


def test_second_derivatives_say_what_they_are_of():
    step = microgd.compile(grad(grad(lambda x: x**3)))
    assert step(2.0) == 12.0
    assert (
        step.source
        == """\
def program(x):
    d_x = 6.0 * x  # d (d output / d x) / d x
    return d_x"""
    )


def test_names_are_kept_however_much_was_computed_before():
    def f(x):
        for _ in range(3_000):
            x = x * 0.5
        return finish(x)

    def finish(x):
        last = x + 1.0
        return last * last

    step = microgd.compile(f)
    step(0.5)
    assert "last = " in step.source


def test_a_callers_name_goes_before_that_of_whom_it_calls():
    def double(x):
        result = x + x
        return result

    def f(x):
        first = double(x)
        second = double(first * x)
        return double(second)

    step = microgd.compile(f)
    step(0.5)
    names = [line.split(" = ")[0].strip() for line in step.source.splitlines() if " = " in line]
    assert names == ["first", "t1", "second", "result"]


def test_the_names_of_whoever_calls_do_not_count():
    outside = np.array([1.0, 2.0])

    def scaling(inside):
        def scaled(x):
            return x * inside

        return scaled

    step = microgd.compile(scaling(outside))
    step(np.ones(2))
    assert "x * inside" in step.source


def test_arrays_from_outside_keep_their_names_in_a_lambda_and_turned():
    points, goals = draw((5, 2)), draw((5, 3))
    step = microgd.compile(value_and_grad(lambda w: ((points @ w - goals) ** 2).sum()))
    step(draw((2, 3)))
    assert "= points.dot(w)" in step.source
    assert "- goals" in step.source
    assert "= points_T.dot(" in step.source


def test_printed_it_shows_every_program():
    step = microgd.compile(error)
    assert "programs: 0" in str(step)
    with pytest.raises(ValueError, match="not been called"):
        step.source
    step(0.5, 0.5, 0.8)
    step(np.ones(2), 0.5, 0.8)
    assert repr(step) == "<compiled error, programs: 2>"
    assert str(step).count("def error(knob_weight, input, goal_pred):") == 2


# What is simplified, and what is not -------------------------------------------------------------


def lines_of(f, *args):
    """The statements of f's program, without its comments."""
    compiled = microgd.compile(f)
    compiled(*args)
    lines = [line.strip() for line in compiled.source.splitlines()]
    return [line for line in lines if not line.startswith(("#", "def ", "return "))]


def test_a_repeated_subexpression_is_computed_once():
    assert len(lines_of(lambda x, y: np.exp(x * y) + np.exp(y * x), 1.0, 2.0)) == 3


def test_the_gradient_of_a_cross_entropy_takes_its_powers_from_the_loss():
    def error(logits, label):
        return np.mean(losses.softmax_cross_entropy(logits, label))

    lines = "\n".join(lines_of(value_and_grad(error), draw((6, 3)), np.array([0, 1, 2, 2, 1, 0])))
    assert lines.count("np.exp(") == lines.count("np.maximum.reduce(") == lines.count("np.log(") == 1


def test_what_nobody_needs_is_not_computed():
    def f(x):
        np.exp(x)
        return x * 2.0

    assert len(lines_of(f, 1.0)) == 1


@pytest.mark.parametrize(
    "f", [
        lambda x: x * 1.0, lambda x: 1.0 * x, lambda x: x / 1, lambda x: x**1,
        lambda x: np.negative(np.negative(x)), lambda x: x.reshape(6).reshape(2, 3), lambda x: x.T.T,
        lambda x: np.positive(x), lambda x: x.sum(axis=()),
        lambda x: x * np.ones((2, 3)), lambda x: x / np.ones(3), lambda x: np.broadcast_to(x, (2, 3)),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_left_out(f):
    assert lines_of(f, draw((2, 3))) == []


def test_what_looks_like_nothing_but_is_not_stays():
    step = microgd.compile(lambda x: (x + 0.0, 0.0 * x, x - 0.0, 0.0 - x))
    for x in (math.nan, math.inf, -0.0):
        assert_same(step(x), (x + 0.0, 0.0 * x, x - 0.0, 0.0 - x))


@pytest.mark.parametrize(
    "x", [2.0, np.array([1.0, np.nan, 0.0, -np.inf]), np.array([2.0, np.nan], np.float32)]
)
def test_a_zeroth_power_is_1_and_needs_no_line(x):
    f = lambda x: (np.exp(x) * x**0, x**0.0 + 2.0)  # noqa: E731
    step = microgd.compile(f)
    assert_same(step(x), tree_map(plain, f(Value(x))))
    assert step.source.count(" = ") == 1
    square = microgd.compile(hessian(lambda x: (x * x + x**2).sum()))
    assert_same(square(np.arange(3.0)), 4.0 * np.eye(3))
    assert "**" not in square.source


def test_two_zeros_are_two_constants():
    assert_same(microgd.compile(lambda x: (x * 0.0, x * -0.0))(2.0), (0.0, -0.0))


@pytest.mark.parametrize(
    "f", [
        lambda x: (x > 0) * 1.0, lambda x: np.sum(x > 0), lambda x: np.cumsum(x > 0),
        lambda x: (x > 0) + (x > 1), lambda x: (x > 0) ** 2, lambda x: np.max(x > 0),
        lambda x: (x > 0) // (x < 5), lambda x: np.exp(x > 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("x", [2.0, np.array([-1.0, 2.0])])
def test_masks_are_counted_in_floats(f, x):
    assert_same(microgd.compile(f)(x), plain(f(Value(x))))


def test_an_array_of_equal_entries_leaves_its_type_and_its_signs():
    x = np.ones(2, np.float32)
    for constant in (np.ones(2), np.full(2, 3.0), np.ones(2, np.float32), np.array([0.0, -0.0])):
        assert_same(microgd.compile(lambda x, c=constant: x * c)(x), x * constant)
