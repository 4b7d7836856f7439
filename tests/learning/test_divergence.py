"""Why a descent blew up: the first number that is not finite, by name and place; the rate that would hold."""

import math

import numpy as np
import pytest
from stepping import knob_descent

from microgd import MLP, GradientDescent, History, KnobNet, Value, descend, losses
from microgd.learning import Stop, first_not_finite, largest_stable_rate


def test_explosion():
    knob, descent = knob_descent(input=2.0, dtol=1e6)
    history = History(descent)
    assert history.reason is Stop.DIVERGED
    assert history.error[-1] == pytest.approx(0.04 * 9 ** (len(history) - 1), rel=1e-9)
    assert history.error[-2] <= 1e6 < history.error[-1]
    assert knob.data == 0.5  # the best seen: the start
    assert "diverged at step 8, learning rate 0.5: error 1.72187e+06 is more than dtol" in history.message
    assert "The parameters are back at step 0 (error 0.04)" in history.message
    assert "stable below a learning rate of 0.25 (2 / second derivative)" in history.message


def test_the_best_seen_need_not_be_the_start():
    knob = Value(3.0, name="knob")
    optimizer = GradientDescent([knob], lambda step: 0.001 if step < 4 else 1e200)
    history = History(descend(lambda: knob**4, optimizer))
    assert history.reason is Stop.DIVERGED
    assert history.best.number == 4
    assert knob.data == history.best.parameters["knob"]
    assert "learning rate 1e+200" in history.message  # the rate of the step that led there


def test_divergence_names_the_node():
    w = Value([1.0, 2.0], name="w")
    history = History(descend(lambda: np.exp(w * w).sum(), GradientDescent([w], 0.5)))
    assert history.reason is Stop.DIVERGED
    assert history.step[-1] == 1
    w1 = np.array([1.0, 2.0]) * (1 - np.exp([1.0, 4.0]))  # w - 0.5 * 2 w exp(w^2)
    assert f"The first value that is not finite: [{np.exp(w1[0] ** 2):.6f}," in history.message
    assert "inf], computed by exp from [" in history.message
    assert np.array_equal(w.data, [1.0, 2.0])


def test_divergence_names_a_parameter_that_was_given():
    w = Value(math.nan, name="w")
    history = History(descend(lambda: (w - 1.0) ** 2, GradientDescent([w], 0.5)))
    assert "not finite: w = nan, which was not computed but given" in history.message
    assert "nothing better to go back to" in history.message


def test_divergence_names_the_operation_whose_gradient_broke():
    w = Value(0.0, name="w")
    history = History(descend(lambda: np.sqrt(w) + 1.0, GradientDescent([w], 0.5)))
    assert history.reason is Stop.DIVERGED
    assert "first gradient that is not finite is inf, which came through sqrt to w = 0.0" in history.message


def test_first_not_finite():
    x = Value(800.0, name="x")
    with np.errstate(over="ignore"):
        middle = np.exp(x)
    output = 1.0 / middle - 3.0
    assert first_not_finite(output) is middle
    assert first_not_finite(x * 2) is None


def test_divergence_is_told_even_where_another_evaluation_fails():
    knob = Value(3.0, name="knob")
    batch = iter(range(2))

    def error():
        next(batch)
        return knob**4

    history = History(descend(error, GradientDescent([knob], 1e200)))
    assert history.reason is Stop.DIVERGED
    assert history.message.endswith("The parameters are back at step 0 (error 81)")


def test_largest_stable_rate_of_a_quadratic_in_many_directions():
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    curvatures = np.array([1.0, 2.0, 3.0, 5.0, 40.0])
    matrix = rotation @ np.diag(curvatures) @ rotation.T
    w = Value(rng.normal(size=5))

    def error():
        return w @ (matrix @ w) / 2

    limit = largest_stable_rate(error, [w])
    assert limit == pytest.approx(2 / 40, rel=1e-6)
    for rate, reason in ((0.99 * limit, Stop.CONVERGED), (1.01 * limit, Stop.DIVERGED)):
        w.data = rng.normal(size=5)
        descent = descend(error, GradientDescent([w], rate), steps=20_000, ftol=None)
        assert History(descent, every=1000).reason is reason


def test_largest_stable_rate_over_several_parameters_and_a_saddle():
    a, b = Value(1.0), Value([2.0, 0.0])
    assert largest_stable_rate(lambda: 3 * a**2 + (b * b).sum(), {"a": a, "b": b}) == pytest.approx(1 / 3)
    assert largest_stable_rate(lambda: a**2 - 50 * (b * b).sum(), [a, b]) == pytest.approx(1)
    assert largest_stable_rate(lambda: 2.0 * a, [a]) == math.inf
    assert largest_stable_rate(lambda: -(a**2), [a]) == math.inf
    a.data = 0.0
    assert largest_stable_rate(lambda: a**2, [a]) == 1.0  # at the minimum, where no gradient points anywhere


def test_largest_stable_rate_where_the_gradient_does_not_point_to_the_steepest_direction():
    w = Value([4.0, 0.0])
    assert largest_stable_rate(lambda: w[0] ** 2 + 50.0 * w[1] ** 2, [w]) == pytest.approx(0.02)
    w.data = [1.0, 1.0]
    assert largest_stable_rate(lambda: (w[0] - w[1]) ** 2, [w]) == pytest.approx(0.5)


def test_largest_stable_rate_where_two_curvatures_are_of_one_size():
    w, signs = Value([1.0, 1.0]), np.array([-0.5, 0.5])
    assert largest_stable_rate(lambda: np.sum(signs * w * w), [w]) == pytest.approx(2.0)


def test_largest_stable_rate_without_an_answer():
    w = Value(0.0)
    with np.errstate(all="ignore"):
        assert math.isnan(largest_stable_rate(lambda: np.sqrt(w), [w]))
    with pytest.raises(TypeError, match="put it in a list"):
        largest_stable_rate(lambda: w * w, w)


def test_a_nan_in_the_input_is_named_by_row_and_column():
    x = np.ones((6, 3))
    x[4, 1] = math.nan
    net = MLP(3, 2, 1, rng=0)
    (step,) = descend(
        lambda: losses.mean_squared_error(net(x), np.ones((6, 1))), GradientDescent(net.parameters, 0.1)
    )
    assert step.message.startswith("diverged at step 0, before any step was taken: error nan")
    assert "(nan in row 4, column 1, counted from 0)" in step.message
    assert "learning rate" not in step.message

    knob_net, weights = KnobNet(0.5), np.array([1.0, math.inf, math.nan])
    (step,) = descend(
        lambda: knob_net.compare(knob_net.predict(weights), np.ones(3)),
        GradientDescent(knob_net.parameters, 0.1),
    )
    assert "(inf in entry 1, counted from 0, and 1 more)" in step.message


def test_a_nan_in_an_array_of_many_axes_is_named_by_axis():
    x, w = np.ones((2, 2, 2)), Value(0.5, name="w")
    x[1, 0, 1] = math.nan
    (step,) = descend(lambda: np.mean(w * x), GradientDescent([w], 0.1))
    assert "(nan in axis 0: 1, axis 1: 0, axis 2: 1, counted from 0)" in step.message


def test_largest_stable_rate_of_nonsense_is_no_number():
    w, other = Value(1.0), Value(2.0)
    with pytest.raises(TypeError, match="error: expected a function"):
        largest_stable_rate(w * w, [w])
    with pytest.raises(TypeError, match=r"error\(\): expected a Value, got 3\.0"):
        largest_stable_rate(lambda: 3.0, [w])
    with pytest.raises(ValueError, match="does not depend on any"):
        largest_stable_rate(lambda: other * other, [w])
    with pytest.raises(ValueError, match="expected a scalar"):
        largest_stable_rate(lambda: w * np.ones(2), [w])
    with pytest.raises(ValueError, match=r"rounds: expected a number in \[1, inf\), got 0"):
        largest_stable_rate(lambda: w * w, [w], rounds=0)
