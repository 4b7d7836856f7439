"""The plots of one knob: the lines and texts drawn, against closed forms and the library's numbers."""

import numpy as np
import pytest
from axes import drawn, legend, lines
from landscapes import descent, one_knob

from microgd import plots
from microgd.pictures.plots.style import GREY


def test_the_curve_is_the_error():
    ax = plots.error_curve(one_knob, -1.0, 4.0)
    x, y = lines(ax, color=GREY)[0].get_data()
    np.testing.assert_allclose(y, (0.5 * x - 0.8) ** 2, atol=1e-15)
    assert (x[0], x[-1]) == (-1.0, 4.0)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("knob_weight", "error")


def test_ball_and_minimum_stand_where_they_are():
    ax = plots.error_curve(one_knob, -1.0, 4.0, ball=0.5)
    (minimum,) = lines(ax, marker="*")
    (ball,) = lines(ax, marker="o")
    np.testing.assert_allclose(minimum.get_xydata(), [(1.6, 0.0)], atol=1e-12)
    np.testing.assert_allclose(ball.get_xydata(), [(0.5, 0.3025)])
    assert legend(ax) == ["here: 0.5, error 0.3025", "minimum: 1.6, error 0"]


def test_all_pits_are_marked_and_the_deepest_is_the_filled_star():
    # (x^2 - 1)^2 + x / 2: pits where 4 x^3 - 4 x + 1/2 = 0, the left one deeper
    ax = plots.error_curve(lambda x: (x * x - 1) ** 2 + 0.5 * x, -2.0, 2.0)
    stars = lines(ax, marker="*")
    roots = np.sort(np.roots([4, 0, -4, 0.5]))
    np.testing.assert_allclose([star.get_xdata()[0] for star in stars], [roots[0], roots[2]])
    assert [star.get_markerfacecolor() for star in stars] == ["#E69F00", "white"]


def test_a_slope_that_never_turns_has_no_minimum_and_no_legend():
    ax = plots.error_curve(np.exp, 0.0, 1.0)
    assert not lines(ax, marker="*")
    assert ax.get_legend() is None


def test_a_kink_is_a_pit_and_a_flat_floor_is_one_pit():
    assert lines(plots.error_curve(lambda x: abs(x - 0.3), -1.0, 1.0), marker="*")[0].get_xdata()[
        0
    ] == pytest.approx(0.3)
    floor = lines(plots.error_curve(lambda x: np.maximum(abs(x) - 0.5, 0.0), -1.0, 1.0), marker="*")
    assert len(floor) == 1
    assert abs(floor[0].get_xdata()[0]) <= 0.5


def test_flat_ground_has_no_pits_but_those_that_floats_can_tell():
    def plateau(knob):  # from a pit at 2 it rises to 0.5, and there its slope is 1e-30 in both directions
        return 0.5 - 0.4 * np.exp(-((knob - 2) ** 2) / 2) - 1e-30 * np.exp(-((knob - 50) ** 2) / 2)

    (star,) = lines(plots.error_curve(plateau, 0.0, 60.0), marker="*")
    assert star.get_xdata()[0] == pytest.approx(2)
    assert not lines(plots.error_curve(plateau, 40.0, 60.0), marker="*")  # all of it flat
    # small throughout, but not flat
    low = plots.error_curve(lambda knob: 1e-30 * (knob - 0.25) ** 2, 0.0, 1.0)
    assert lines(low, marker="*")[0].get_xdata()[0] == pytest.approx(0.25)


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match=r"low < high, got 2.0 and 1.0"):
        plots.error_curve(one_knob, 2.0, 1.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda error: plots.error_curve(error, -1.0, 2.0),
        lambda error: plots.tangents(error, -1.0, 2.0, [0.0], learning_rate=0.1),
        lambda error: plots.paths_on_curve(error, -1.0, 2.0, [0.0, 1.0]),
        lambda error: plots.animate_on_curve(error, -1.0, 2.0, [0.0, 1.0]),
    ],
)
def test_a_curve_that_is_finite_nowhere_is_refused(draw):
    with pytest.raises(ValueError, match=r"finite nowhere from -1.0 to 2.0: choose a range"):
        draw(lambda knob: knob + np.inf)


def test_pictures_leave_out_where_the_error_is_not_finite():
    def walled(knob):  # infinite below 0
        return knob * knob if knob >= 0 else knob + np.inf

    ax = plots.tangents(walled, -1.0, 2.0, [1.0], learning_rate=0.1)
    assert lines(ax, linewidth=2.4)[0].get_ydata()[0] == pytest.approx(-0.12 * 4, rel=1e-3)  # below the curve
    length = np.hypot(*(np.ptp(lines(ax, linewidth=3)[0].get_xydata(), axis=0) / (3.0, 4.0)))
    assert length == pytest.approx(0.2, rel=1e-3)
    drawn(ax)

    def cliff(w):
        return np.sum(w * w) if w[0] >= 0 else w[0] - np.inf

    ax = plots.error_contour(cliff, (-1, 1), (-1, 1))
    np.testing.assert_allclose(lines(ax, marker="*")[0].get_xydata(), [(0.0, 0.0)], atol=1e-12)
    ax = plots.error_surface(cliff, (-1, 1), (-1, 1))
    assert ax.get_zlim() == pytest.approx((-0.7, 2.0))
    drawn(ax)


def test_flat_ground_is_drawn():
    ax = plots.tangents(lambda knob: 0.0 * knob + 3.0, -1.0, 1.0, [0.0], learning_rate=0.1)
    assert ax.texts[-1].get_text() == "slope 0\nstep 0"
    drawn(ax)
    ax = plots.error_surface(lambda w: 0.0 * np.sum(w) + 3.0, (-1, 1), (-1, 1))
    assert ax.get_zlim() == pytest.approx((2.65, 4.0))
    drawn(ax)


def test_tangents_have_the_slope_of_the_curve_and_steps_go_against_it():
    ax = plots.tangents(one_knob, -1.0, 4.0, [0.5, 1.6, 3.0], learning_rate=0.5)
    touching = lines(ax, linewidth=3)
    assert [np.diff(t.get_ydata())[0] / np.diff(t.get_xdata())[0] for t in touching] == pytest.approx(
        [-0.55, 0.0, 0.7], abs=1e-12
    )
    lengths = [np.linalg.norm(np.diff(t.get_xydata(), axis=0) / (5.0, 1.69)) for t in touching]
    np.testing.assert_allclose(lengths, 0.2)  # of the picture, everywhere
    arrows = [line.get_xdata() for line in lines(ax, linewidth=2.4)]
    np.testing.assert_allclose(arrows, [(0.5, 0.775), (1.6, 1.6), (3.0, 2.65)])
    assert [t.get_text() for t in ax.texts if t.get_text()] == [
        "slope −0.55\nstep +0.275", "slope 0\nstep 0", "slope +0.7\nstep −0.35",
    ]  # fmt: skip


def test_a_path_on_the_curve_leaps_over_the_minimum():
    path = descent(lambda x: 0.5 * x - 0.8, 0.1, 3.6, 4)  # 1.6 - 1.5 (-0.8)^n
    ax = plots.paths_on_curve(one_knob, -2.0, 5.2, path)
    (line,) = lines(ax, gid="path")
    np.testing.assert_allclose(line.get_xdata(), 1.6 - 1.5 * (-0.8) ** np.arange(5))
    np.testing.assert_allclose(line.get_ydata(), (0.5 * line.get_xdata() - 0.8) ** 2)
    numbers = [text.get_text() for text in ax.texts]
    assert numbers == [*"01234"][: len(numbers)]
    assert len(numbers) >= 3


def test_a_path_that_leaves_is_cut_and_the_legend_says_when():
    path = [0.1, 3.1, -4.0, 1e30, float("nan")]
    ax = plots.paths_on_curve(one_knob, -2.0, 5.2, {"rate 4.3": path, "at rest": [1.6]})
    assert legend(ax) == ["rate 4.3 (leaves the picture at step 2)", "at rest"]
    assert lines(ax, gid="path")[0].get_xdata().tolist() == [0.1, 3.1, -4.0]  # one step out, to show where to
    assert ax.get_xlim() == (-2.0, 5.2)
    assert ax.get_ylim()[1] < 4
