"""Clipping, weight decay and freezing: what they keep, what they change, and how they stand together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from stepping import bare_loop

from microgd import Value
from microgd.learning.optimizers import (
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSprop,
)
from microgd.learning.transforms import clip_by_norm, clip_by_value, freeze, weight_decay

ALL = [GradientDescent, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW]

entries = st.floats(-1e6, 1e6)
gradient_lists = st.lists(
    st.one_of(
        entries, arrays(np.float64, array_shapes(min_dims=1, max_dims=2, max_side=3), elements=entries)
    ),
    min_size=1,
    max_size=4,
)
limits = st.floats(1e-3, 1e3)


def in_a_row(gradients):
    return np.concatenate([np.ravel(g) for g in gradients])


# Clipping ----------------------------------------------------------------------------------------


@given(gradient_lists, limits)
def test_clipped_gradients_are_no_longer_than_the_limit_and_point_the_same_way(gradients, limit):
    before, after = in_a_row(gradients), in_a_row(clip_by_norm(limit)(gradients, []))
    length = np.linalg.norm(before)
    assert np.linalg.norm(after) == pytest.approx(min(length, limit), rel=1e-12)
    np.testing.assert_allclose(after * max(length, limit), before * limit, rtol=1e-12, atol=1e-300)


@given(gradient_lists)
def test_gradients_within_the_limit_are_untouched(gradients):
    length = np.linalg.norm(in_a_row(gradients))
    assert (in_a_row(clip_by_norm(1.01 * length + 1e-9)(gradients, [])) == in_a_row(gradients)).all()


@given(gradient_lists, limits)
def test_clipped_entries_are_within_the_limit_and_keep_their_sign(gradients, limit):
    before, after = in_a_row(gradients), in_a_row(clip_by_value(limit)(gradients, []))
    assert (abs(after) == np.minimum(abs(before), limit)).all()
    assert (np.sign(after) == np.sign(before)).all()


@pytest.mark.parametrize("clip", [clip_by_norm(2.0), clip_by_value(2.0)])
def test_a_zero_gradient_stays_zero(clip):
    assert (in_a_row(clip([0.0, np.zeros(3)], [])) == 0.0).all()


@pytest.mark.parametrize("clip", [clip_by_norm(2.0), clip_by_value(2.0), weight_decay(0.1)])
def test_what_is_given_is_not_written_to(clip):
    gradient = np.array([30.0, 40.0])
    clip([gradient], [Value([1.0, 2.0])])
    assert (gradient == [30.0, 40.0]).all()


def test_a_nan_makes_every_gradient_nan_when_clipped_by_norm():
    assert np.isnan(in_a_row(clip_by_norm(1.0)([np.nan, np.array([1.0, 2.0])], []))).all()


def test_an_infinite_entry_has_no_direction_to_keep():
    with pytest.warns(RuntimeWarning, match="invalid value"):
        clipped = in_a_row(clip_by_norm(1.0)([np.array([np.inf, 1.0]), 2.0], []))
    assert np.isnan(clipped[0])
    assert (clipped[1:] == 0.0).all()


def test_clipped_by_value_nan_stays_nan_and_infinity_becomes_the_limit():
    clipped = in_a_row(clip_by_value(3.0)([np.nan, np.array([np.inf, -np.inf, 1.0])], []))
    np.testing.assert_array_equal(clipped, [np.nan, 3.0, -3.0, 1.0])


def test_squares_of_large_float32_gradients_do_not_overflow():
    weight = Value(np.zeros(2, np.float32))
    weight.grad = np.array([3e30, -4e30], np.float32)
    GradientDescent([weight], 1.0, [clip_by_norm(1.0)]).step()
    np.testing.assert_allclose(weight.data, [-0.6, 0.8], rtol=1e-6)
    assert weight.dtype == np.float32


def test_clipping_tames_a_step_that_would_diverge():
    """Input 2 with learning rate 0.5 multiplies the error by 9 in each step (row A6)."""

    def errors(transforms):
        knob_weight = Value(0.5)
        optimizer = GradientDescent([knob_weight], 0.5, transforms)
        return list(bare_loop(optimizer, lambda: (2.0 * knob_weight - 0.8) ** 2, 20))

    assert errors([])[:3] == pytest.approx([0.04, 0.36, 3.24])
    assert max(errors([clip_by_norm(0.1)])) == pytest.approx(0.04)


# Weight decay ------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [GradientDescent, Momentum, Adam])
def test_weight_decay_is_the_gradient_of_a_penalty(optimizer):
    """Learning with the transform is learning on error + rate / 2 * sum of squares."""
    decayed, punished = Value([3.0, -2.0]), Value([3.0, -2.0])

    def error(w):
        return ((w - 1.0) ** 4).sum()

    a = optimizer([decayed], 0.01, [weight_decay(0.3)])
    b = optimizer([punished], 0.01)
    list(bare_loop(a, lambda: error(decayed), 30))
    list(bare_loop(b, lambda: error(punished) + 0.15 * (punished**2).sum(), 30))
    np.testing.assert_allclose(decayed.data, punished.data, rtol=1e-12)


def test_transforms_are_applied_in_their_order():
    def after_one_step(*transforms):
        weight = Value(10.0)
        weight.grad = 3.0
        GradientDescent([weight], 1.0, transforms).step()
        return weight.data

    decay, clip = weight_decay(0.5), clip_by_value(2.0)
    assert after_one_step(decay, clip) == 10.0 - 2.0
    assert after_one_step(clip, decay) == 10.0 - (2.0 + 0.5 * 10.0)


# Freezing ----------------------------------------------------------------------------------------


def test_a_frozen_weight_stays_while_the_others_lower_the_error():
    knob_weights = [Value(x) for x in (0.1, 0.2, -0.1)]
    input, goal_pred = (8.5, 0.65, 1.2), 1.0

    def error():
        pred = sum(weight * x for weight, x in zip(knob_weights, input))
        return (pred - goal_pred) ** 2

    errors = list(bare_loop(GradientDescent(knob_weights, 0.05, [freeze(knob_weights[0])]), error, 40))
    assert knob_weights[0].data == 0.1
    assert errors[0] == pytest.approx(0.0196)
    assert errors[-1] < 1e-6
    assert knob_weights[1].data != 0.2


@pytest.mark.parametrize("others", [[], [clip_by_norm(0.5)], [clip_by_value(0.5)], [weight_decay(0.5)]])
@pytest.mark.parametrize("optimizer", ALL)
def test_frozen_half_way_a_weight_and_its_memory_stay(optimizer, others):
    a, b = Value([1.0, 2.0], name="a"), Value(3.0, name="b")
    it = optimizer([a, b], 0.01, others)

    def error():
        return (a * a).sum() * b

    list(bare_loop(it, error, 5))
    at, remembered, other = a.data.copy(), it.state(), b.data
    it.transforms = (freeze(a), *others)
    list(bare_loop(it, error, 5))
    assert (a.data == at).all()
    assert b.data != other
    for name, x in it.state().items():
        assert not name.startswith("a.") or np.array_equal(x, remembered[name])


def test_frozen_gradients_are_not_part_of_the_norm_if_frozen_first():
    def second_after_one_step(*transforms):
        first.grad, second.grad, second.data = 300.0, 4.0, 0.0
        GradientDescent([first, second], 1.0, transforms).step()
        return second.data

    first, second = Value(0.0), Value(0.0)
    assert second_after_one_step(freeze(first), clip_by_norm(2.0)) == -2.0
    assert second_after_one_step(clip_by_norm(2.0), freeze(first)) == pytest.approx(-2.0 * 4 / 300, rel=1e-3)
    assert first.data == 0.0


def test_adam_takes_a_full_first_step_with_a_weight_thawed_late():
    early, late = Value(0.0), Value(0.0)
    optimizer = Adam([early, late], 0.01, [freeze(late)])
    list(bare_loop(optimizer, lambda: early + late, 100))
    optimizer.transforms = ()
    list(bare_loop(optimizer, lambda: early + late, 1))
    assert late.data == pytest.approx(-0.01, rel=1e-6)


# A user's own, and wrong arguments ---------------------------------------------------------------


def test_a_function_is_a_transform():
    def sign_only(gradients, parameters):
        return [np.sign(g) for g in gradients]

    weight = Value([5.0, -7.0])
    list(bare_loop(GradientDescent([weight], 0.5, [sign_only]), lambda: (weight**2).sum(), 4))
    assert (weight.data == [3.0, -5.0]).all()


def test_a_transform_that_returns_another_shape_is_named():
    def total(gradients, parameters):
        return [g.sum() for g in gradients]

    weight = Value([5.0, -7.0], name="w")
    optimizer = GradientDescent([weight], 0.5, [total])
    with pytest.raises(
        ValueError, match=r"total: expected a gradient of shape \(2,\) for parameter w, got \(\)"
    ):
        optimizer.step()
    assert optimizer.steps == 0


def test_a_transform_that_loses_a_gradient_is_named():
    optimizer = GradientDescent([Value(1.0), Value(2.0)], 0.5, [lambda gradients, parameters: gradients[:1]])
    with pytest.raises(ValueError, match=r"lambda.*: expected 2 gradients, got 1"):
        optimizer.step()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: clip_by_norm(0.0), r"clip_by_norm: limit: expected a number in \(0, inf\), got 0.0"),
        (lambda: clip_by_norm(float("nan")), "clip_by_norm: limit: .*, got nan"),
        (lambda: clip_by_value(-1.0), r"clip_by_value: limit: expected a number in \(0, inf\), got -1.0"),
        (lambda: weight_decay(-0.1), r"weight_decay: rate: expected a number in \[0, inf\), got -0.1"),
        (lambda: freeze([Value(1.0)]), r"freeze: expected Values, got \[Value\(1.0\)\]"),
        (lambda: freeze("w"), "freeze: expected Values, got 'w'"),
        (lambda: freeze(), "freeze: expected at least one Value, got none"),
        (
            lambda: GradientDescent([Value(1.0)], 0.1, [freeze(Value(2.0, name="else"))]).step(),
            r"freeze: Value\(2.0, name='else'\) is not among the optimizer's parameters",
        ),
    ],
)
def test_wrong_arguments_are_named(make, says):
    with pytest.raises((ValueError, TypeError), match=says):
        make()
