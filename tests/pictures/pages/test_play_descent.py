"""What `play_descent` says and shows: every run is the library's."""

import re

import numpy as np
import pytest
from page_data import data_of, exact, texts

from microgd import GradientDescent, Value, descend
from microgd.pictures import play_descent


def one_knob(knob_weight):
    return (0.5 * knob_weight - 0.8) ** 2


def test_every_run_in_the_page_is_the_librarys():
    page = play_descent(one_knob, -2, 5, 0.5, [3.6, 0.5, 1e30], steps=12)
    runs = data_of(page)["runs"]
    assert [run["rate"] for run in runs] == ["0.5", "3.6", "1e+30"]
    for run, rate in zip(runs[:2], (0.5, 3.6)):
        knob_weight = Value(0.5, name="knob_weight")
        steps = list(descend(lambda: one_knob(knob_weight), GradientDescent([knob_weight], rate), 12))  # noqa: B023
        shown = [exact(frame) for frame in run["frames"]]
        assert [numbers[0] for numbers in shown] == [step.parameters["knob_weight"] for step in steps]
        assert [numbers[1] for numbers in shown] == [step.error for step in steps]
        assert [numbers[3] for numbers in shown[:-1]] == [numbers[0] for numbers in shown[1:]]  # as announced


def test_a_step_is_told_in_words():
    (run,) = data_of(play_descent(one_knob, -2, 5, 0.5, [0.5], steps=1))["runs"]
    assert texts(run["frames"][0]) == [
        "knob_weight = 0.5",
        "error = 0.3025",
        "slope = d error/d knob_weight = −0.55",
        "The curve rises to the left, so the step goes right: up with knob_weight.",
        "next knob_weight = knob_weight − learning rate × slope",
        "= 0.5 − 0.5 × (−0.55)",
        "= 0.775",
    ]
    assert texts(run["frames"][1])[-1] == "Budget: 1 steps taken, error 0.170156."


def test_the_ball_is_on_the_curve_and_the_tangent_touches_it():
    page = play_descent(one_knob, -2, 5, 0.5, [0.5], steps=8)
    points = re.search(r'id="curve" points="(.*?)"', page.html)[1]
    curve = np.array([point.split(",") for point in points.split()], float)
    for frame in data_of(page)["runs"][0]["frames"]:
        across, down = frame["place"]
        assert np.interp(across, *curve.T) == pytest.approx(down, abs=0.1)
        x1, y1, x2, y2 = frame["tangent"]
        assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((across, down), abs=0.02)
        slope = np.interp([across - 1, across + 1], *curve.T)
        assert (y2 - y1) / (x2 - x1) == pytest.approx(np.diff(slope)[0] / 2, abs=0.03)


def test_a_ball_that_leaves_has_no_place_and_says_so():
    page = play_descent(one_knob, -2, 5, 0.5, [6.0, 1e200], steps=400)
    for run in data_of(page)["runs"]:
        last = run["frames"][-1]
        assert last["place"] is None
        assert last["tangent"] is None
        assert "The ball is out of the picture." in texts(last)
        assert any(line.startswith("Diverged at step") for line in texts(last))


def test_a_descent_that_cannot_be_shown_is_refused():
    with pytest.raises(ValueError, match="low <= start <= high, got 0, 2 and 1"):
        play_descent(one_knob, 0, 1, 2, [0.5])
    with pytest.raises(ValueError, match="at least one learning rate"):
        play_descent(one_knob, 0, 1, 0.5, [])
    with pytest.raises(ValueError, match="finite nowhere from 0 to 1: choose a range"):
        play_descent(lambda knob: knob + np.inf, 0, 1, 0.5, [0.5])


def test_a_single_rate_may_stand_alone():
    (run,) = data_of(play_descent(one_knob, -2, 5, 0.5, 0.25))["runs"]
    assert run["rate"] == "0.25"
    rates = np.array([0.5, 0.25])
    both = data_of(play_descent(one_knob, -2, 5, 0.5, rates))["runs"]
    assert [run["rate"] for run in both] == ["0.25", "0.5"]


@pytest.mark.parametrize(
    ("error", "high"),
    [(one_knob, 5), (lambda knob: 1e305 * one_knob(knob), 5), (lambda knob: -1e-6 * knob, 2e7)],
)
def test_the_numbers_on_the_axes_have_room(error, high):
    page = play_descent(error, -2, high, 0.5, 0.5, steps=1).html
    texts = re.findall(r'<text x="(.*?)" y=.*? text-anchor="(.*?)">(.*?)</text>', page)
    for x, anchor, text in texts:
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        left = float(x) - share * 13 * len(text)  # 13: a letter of 20 px, the largest that the style has
        assert 0 <= left <= 480 - 13 * len(text)
