"""What `play_descent` puts into its page: the chart, the curvature, the formulas, and what it refuses."""

import json
import re

import numpy as np
import pytest
from page_data import Parsed

from microgd.pictures import play_descent
from microgd.pictures.pages.descent import OPTIMIZERS


def one_knob(knob_weight):
    return (0.5 * knob_weight - 0.8) ** 2


def valley(w):
    return w[0] ** 2 + 10 * w[1] ** 2 + w[0] * w[1]


def data_in(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.html, re.DOTALL)[1])


def test_the_largest_second_derivative_is_that_at_the_minimum():
    assert data_in(play_descent(one_knob, -2, 5, 0.5))["curvature"] == pytest.approx(0.5)
    largest = 11 + np.sqrt(82)  # of the Hessian [[2, 1], [1, 20]]
    found = data_in(play_descent(valley, (-2, -2), (2, 2), (1, 1)))["curvature"]
    assert found == pytest.approx(largest)
    bent = data_in(play_descent(lambda knob: np.cos(knob), 0, 5, 1))["curvature"]
    assert bent == pytest.approx(1.0)  # at pi


@pytest.mark.parametrize(
    "error", [lambda knob: -(knob**2), lambda knob: knob, lambda knob: 0.0 * knob, lambda knob: np.exp(knob)]
)
def test_without_a_minimum_in_the_picture_there_is_no_curvature(error):
    assert data_in(play_descent(error, -1, 2, 0.5))["curvature"] is None


@pytest.mark.parametrize("place", [0.0, 0.3])
def test_a_minimum_without_curvature_has_no_largest_stable_rate(place):
    flat = lambda w: (w - place) ** 4  # noqa: E731
    assert data_in(play_descent(flat, -2, 3.1, 1.0))["curvature"] is None
    ravine = lambda w: (w[0] + w[1] - place) ** 2  # noqa: E731
    assert data_in(play_descent(ravine, (-2, -2), (2, 3), (1, 1)))["curvature"] is None


def test_the_unit_of_the_error_decides_no_more_than_the_curvature():
    small = lambda w: 1e-170 * valley(w)  # noqa: E731
    found = data_in(play_descent(small, (-2, -2), (2, 2), (1, 1)))["curvature"]
    assert found == pytest.approx(1e-170 * (11 + np.sqrt(82)), abs=0)


def test_the_curve_is_the_error():
    page = play_descent(one_knob, -2, 5, 0.5)
    chart = data_in(page)["chart"]
    places = np.array([
        place.split(",") for place in re.search(r'id="curve" points="(.*?)"', page.html)[1].split()
    ], float)  # fmt: skip
    knob = np.interp(places[:, 0], [chart["left"], chart["right"]], chart["x"])
    height = np.interp(-places[:, 1], [-chart["bottom"], -chart["top"]], chart["y"])
    assert height == pytest.approx(one_knob(knob), abs=0.01)


def test_a_unit_is_equally_long_in_both_directions_of_a_map():
    for low, high in [((-2, -2), (2, 2)), ((-1, 0), (3, 2)), ((0, -2), (2, 3))]:
        chart = data_in(play_descent(valley, low, high, low))["chart"]
        across = (chart["right"] - chart["left"]) / (high[0] - low[0])
        assert across == pytest.approx((chart["bottom"] - chart["top"]) / (high[1] - low[1]))
    chart = data_in(play_descent(valley, (-100, -1), (100, 1), (1, 1)))["chart"]
    assert chart["right"] - chart["left"] > 350  # a map of 400 by 4 pixels would be none


def test_each_formula_is_told_in_the_words_of_the_library():
    formulas = data_in(play_descent(one_knob, -2, 5, 0.5))["formulas"]
    assert list(formulas) == [kind.__name__ for kind in OPTIMIZERS]
    assert formulas["GradientDescent"]["about"] == "Gradient descent: w <- w - rate * gradient."
    for name, formula in formulas.items():
        assert "w <- " in formula["about"], name
    assert [setting["name"] for setting in formulas["Adam"]["settings"]] == ["beta1", "beta2", "epsilon"]


def test_the_page_is_small_and_loads_nothing():
    page = play_descent(valley, (-2, -2), (2, 2), (1, 1))
    assert len(page.html) < 80_000
    assert set(Parsed(page).links) == {"data:,"}
    assert "default-src 'none'" in page.html


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(ValueError, match="low <= start <= high, got 0, 2 and 1"):
        play_descent(one_knob, 0, 1, 2)
    with pytest.raises(ValueError, match="finite nowhere from 0 to 1: choose a range"):
        play_descent(lambda knob: knob + np.inf, 0, 1, 0.5)
    with pytest.raises(
        ValueError, match=r"three pairs for two knobs, got low of shape \(2,\), high of shape \(\)"
    ):
        play_descent(valley, (0, 0), 1, (0, 0))
    with pytest.raises(ValueError, match=r"error\(weights\): expected a scalar, got shape \(2,\)"):
        play_descent(lambda w: w**2, (0, 0), (1, 1), (0, 0))
    with pytest.raises(TypeError, match="javascript: "):
        play_descent(
            lambda w: np.sum(np.linalg.svd(np.outer(w, w) + np.eye(2) * [1, 2])[1]), (0, 0), (1, 1), (1, 1)
        )


@pytest.mark.parametrize(
    ("error", "high"),
    [(one_knob, 5), (lambda knob: 1e305 * one_knob(knob), 5), (lambda knob: -1e-6 * knob, 2e7)],
)
def test_the_numbers_on_the_axes_have_room(error, high):
    page = play_descent(error, -2, high, 0.5).html
    texts = re.findall(r'<text x="(.*?)" y=.*? text-anchor="(.*?)">(.*?)</text>', page)
    for x, anchor, text in texts:
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        left = float(x) - share * 13 * len(text)  # 13: a letter of 20 px, the largest that the style has
        assert 0 <= left <= 480 - 13 * len(text)
