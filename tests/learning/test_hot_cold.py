"""Hot and cold: what goes wrong without a derivative. The textbook's figures: test_textbook.py."""

import math

import numpy as np
import pytest

from microgd import History, Momentum, Value, descend
from microgd.learning import Stop
from microgd.learning.hot_cold import coordinate_search, hot_cold


def test_fixed_steps_swing_about_the_goal():
    knob = Value(0.5)
    probes = list(hot_cold(lambda: (0.5 * knob - 0.8) ** 2, knob, step_amount=0.001, steps=1103))
    goal, beside = 1.6, probes[1101].knob_weight
    assert abs(beside - goal) == pytest.approx(0.001, rel=1e-9)
    assert [p.knob_weight for p in probes[1100:]] == pytest.approx([goal, beside, goal, beside], rel=1e-9)
    assert probes[-1].knob_weight == knob.data


def test_both_sides_alike_stays():
    knob = Value(0.0)
    probes = list(hot_cold(lambda: knob**2, knob, step_amount=1.0, steps=3))
    assert [p.knob_weight for p in probes] == [0.0] * 4


def test_the_knob_is_put_back_when_the_error_fails():
    knob = Value(0.5)

    def error():
        if knob.data != 0.5:
            raise RuntimeError("the probe fell off")
        return knob**2

    with pytest.raises(RuntimeError, match="fell off"):
        next(hot_cold(error, knob))
    assert knob.data == 0.5


def test_many_knobs_are_for_coordinate_search():
    with pytest.raises(ValueError, match="one knob, a scalar Value"):
        next(hot_cold(lambda: 0.0, Value([1.0, 2.0])))


@pytest.mark.parametrize(
    "walk", [hot_cold, lambda error, knob, **options: coordinate_search(error, [knob], **options)]
)
def test_a_search_refuses_what_could_not_move(walk):
    knob = Value(1.0)
    with pytest.raises(ValueError, match=r"step_amount: expected a number in \(0, inf\), got -1"):
        next(walk(lambda: knob * knob, knob, step_amount=-1))
    with pytest.raises(ValueError, match="steps: expected a number"):
        next(walk(lambda: knob * knob, knob, steps=-1))


def test_a_knob_is_a_value():
    with pytest.raises(ValueError, match=r"a scalar Value; got 0\.5"):
        next(hot_cold(lambda: 0.25, 0.5))


def test_coordinate_search_stops_where_the_error_is_nan():
    knob = Value(1.0)
    *_, last = coordinate_search(lambda: np.sqrt(np.nan * knob), [knob], steps=5)
    assert (last.number, last.reason) == (0, "diverged")
    assert "nan" in last.message


def test_a_knob_does_not_walk_to_where_the_error_is_nan():
    knob = Value(0.0005)
    with np.errstate(all="ignore"):
        probes = list(hot_cold(lambda: np.log(knob) ** 2, knob, step_amount=0.001, steps=3))
    assert [probe.knob_weight for probe in probes] == pytest.approx([0.0005, 0.0015, 0.0025, 0.0035])


# One weight at a time


def test_coordinate_search_finds_the_minimum():
    w = Value([5.0, -3.0], name="w")
    history = History(coordinate_search(lambda: (w[0] - 1) ** 2 + 3 * (w[1] + 2) ** 2, [w], steps=500))
    assert history.reason is Stop.CONVERGED
    assert np.allclose(w.data, [1, -2], atol=1e-7)
    assert np.all(np.diff(history.error) <= 0)
    assert history.learning_rate[-1] < 1e-8
    assert np.array_equal(history.parameters["w"][0], [5, -3])


@pytest.mark.parametrize(("correlation", "one_at_a_time", "all_at_once"), [(0.9, 42, 14), (0.99, 346, 47)])
def test_one_weight_at_a_time_crawls_along_a_correlated_valley(correlation, one_at_a_time, all_at_once):
    # In rounds to a ten-thousandth of the error; each round of the search is 2 to 4 evaluations
    w = Value([0.0, 0.0], name="w")
    slant = np.array([[1.0, correlation], [correlation, 1.0]])

    def error():
        d = w - np.array([3.0, -3.0])  # the way leads along the valley, at 45 degrees to both axes
        return d @ (slant @ d)

    def rounds(descent):
        w.data = np.zeros(2)
        wanted = error().item() * 1e-4
        return next(step.number for step in descent if step.error <= wanted)

    steep, flat = math.sqrt(2 * (1 + correlation)), math.sqrt(2 * (1 - correlation))
    rate, momentum = (2 / (steep + flat)) ** 2, ((steep - flat) / (steep + flat)) ** 2  # Polyak's best
    assert rounds(coordinate_search(error, [w], step_amount=1.0)) == pytest.approx(one_at_a_time, rel=0.05)
    assert rounds(descend(error, Momentum([w], rate, momentum=momentum))) == pytest.approx(all_at_once, abs=2)


def test_one_weight_at_a_time_is_fine_without_correlation():
    w = Value([0.0, 0.0])
    steps = coordinate_search(lambda: ((w - np.array([3.3, -1.7])) ** 2).sum(), [w], step_amount=1.0)
    assert next(step.number for step in steps if step.error <= 1e-4 * 13.78) < 20


def test_coordinate_search_budget():
    w = Value(100.0)
    *_, last = coordinate_search(lambda: w**2, [w], step_amount=1.0, steps=5)
    assert (last.reason, last.error, w.data) == (Stop.BUDGET, 95.0**2, 95.0)


def test_coordinate_search_converges_in_any_unit():
    w = Value(0.0)
    *_, last = coordinate_search(lambda: (w / 1e-12 - 3.0) ** 2, [w], step_amount=1e-12)
    assert last.reason is Stop.CONVERGED
    assert w.data == pytest.approx(3e-12, rel=1e-7)


def test_searches_check_their_arguments_at_the_call():
    knob = Value(0.5)
    with pytest.raises(TypeError, match="error: expected a function"):
        hot_cold(knob * 2.0, knob)
    with pytest.raises(ValueError, match="step_amount: expected a number in"):
        hot_cold(lambda: knob, knob, step_amount=-1.0)
    with pytest.raises(TypeError, match="error: expected a function"):
        coordinate_search(0.5, [knob])
    with pytest.raises(ValueError, match="steps: expected a whole number"):
        coordinate_search(lambda: knob, [knob], steps=1.5)
