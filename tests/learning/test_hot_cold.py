"""Hot and cold: the textbook's figures, and what goes wrong without a derivative."""

import pytest

from microgd import Value
from microgd.learning.hot_cold import hot_cold


def test_probing_one_knob_up_and_down():  # row A2 of the textbook
    knob = Value(0.1)
    probe = next(hot_cold(lambda: (8.5 * knob - 1) ** 2, knob, step_amount=0.01))
    assert probe.error == pytest.approx(0.0225, rel=1e-9)
    assert probe.up == pytest.approx(0.004225, rel=1e-9)
    assert probe.down == pytest.approx(0.055225, rel=1e-9)
    assert knob.data == 0.1


def test_fixed_steps_reach_the_goal_and_then_swing():  # row A3
    knob = Value(0.5)
    probes = list(hot_cold(lambda: (0.5 * knob - 0.8) ** 2, knob, step_amount=0.001, steps=1103))
    assert [p.error for p in probes[:2]] == pytest.approx([0.3025, 0.30195025], rel=1e-9)
    assert probes[1100].error < 1e-25  # the 1101st
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
    with pytest.raises(ValueError, match="one knob, a single number"):
        next(hot_cold(lambda: 0.0, Value([1.0, 2.0])))
