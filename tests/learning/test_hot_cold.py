"""Hot and cold: what goes wrong without a derivative. The textbook's figures: test_textbook.py."""

import numpy as np
import pytest

from microgd import Value
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
    with pytest.raises(ValueError, match="one knob, a Value of a single number"):
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
    with pytest.raises(ValueError, match=r"a Value of a single number; got 0\.5"):
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
