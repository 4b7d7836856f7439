"""The pictures of landscapes: what the artists hold, against closed forms and the library's numbers."""

import numpy as np
import pytest
from axes import drawn, legend, lines
from PIL import Image

from microgd import Value, plots
from microgd.learning import GradientDescent, History, descend
from microgd.pictures.plots.style import GREY


def one_knob(knob_weight):
    """Minimum 0 at 1.6, slope 0.5 knob - 0.8."""
    return (0.5 * knob_weight - 0.8) ** 2


def bowl(w):
    """Minimum 0 at (1, -0.5), gradient (2 (w0 - 1), 8 (w1 + 0.5))."""
    return (w[0] - 1) ** 2 + 4 * (w[1] + 0.5) ** 2


def descent(gradient, start, rate, steps):
    path = [np.asarray(start, float)]
    for _ in range(steps):
        path.append(path[-1] - rate * gradient(path[-1]))
    return np.array(path)


# One knob


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


@pytest.mark.parametrize("draw", [plots.error_contour, plots.error_surface])
def test_a_map_that_is_finite_nowhere_is_refused(draw):
    with pytest.raises(ValueError, match=r"finite nowhere over \(-1, 1\) and \(0, 2\): choose a range"):
        draw(lambda w: np.sum(w) - np.inf, (-1, 1), (0, 2))


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


# Two weights


def test_the_map_has_its_star_at_the_minimum_and_paths_as_given():
    path = descent(lambda w: np.array([2 * (w[0] - 1), 8 * (w[1] + 0.5)]), (-1.5, 1.0), 0.1, 20)
    ax = plots.error_contour(bowl, (-2, 2), (-1.5, 1.5), {"gradient descent": path})
    np.testing.assert_allclose(lines(ax, marker="*")[0].get_xydata(), [(1.0, -0.5)], atol=1e-12)
    np.testing.assert_array_equal(lines(ax, gid="path")[0].get_xydata(), path)
    assert ax.get_aspect() == 1.0
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w[0]", "w[1]")


def test_the_star_is_more_exact_than_the_grid():
    ax = plots.error_contour(lambda w: (w[0] - 0.123) ** 2 + 4 * (w[1] + 0.321) ** 4, (-2, 2), (-1.5, 1.5))
    np.testing.assert_allclose(lines(ax, marker="*")[0].get_xydata(), [(0.123, -0.321)], atol=1e-3)


@pytest.mark.parametrize("x", [(-1.6, 1.6), (-0.8, 2.2), (-3.0, 3.0)])
def test_the_star_follows_a_curved_valley_to_its_end(x):
    def rosenbrock(w):
        return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2

    star = lines(plots.error_contour(rosenbrock, x, (-0.6, 1.8)), marker="*")[0]
    np.testing.assert_allclose(star.get_xydata(), [(1.0, 1.0)])


def test_the_star_does_not_climb_to_a_flat_place_that_is_higher():
    # its minima lie outside, at w[1] = +-1.39
    saddle_between_walls = lambda w: w[0] ** 2 - w[1] ** 2 + 0.26 * w[1] ** 4  # noqa: E731
    ax = plots.error_contour(saddle_between_walls, (-1, 1), (-0.3, 0.3))
    np.testing.assert_allclose(np.abs(lines(ax, marker="*")[0].get_xydata()), [(0.0, 0.3)], atol=1e-12)


def test_a_star_stays_on_the_grid_where_newtons_method_runs_away():
    ax = plots.error_contour(
        lambda w: -np.exp(-np.sum((w - 0.9) ** 2)), (-1, 0), (-1, 0)
    )  # falls beyond the map
    np.testing.assert_array_equal(lines(ax, marker="*")[0].get_xydata(), [(0.0, 0.0)])


def test_the_star_stays_in_the_picture_where_the_minimum_lies_outside():
    ax = plots.error_contour(bowl, (-2.0, 0.5), (-1.5, 1.5))
    np.testing.assert_allclose(lines(ax, marker="*")[0].get_xydata(), [(0.5, -0.5)], atol=1e-12)


def test_contour_lines_are_at_the_errors_they_stand_for():
    ax = plots.error_contour(bowl, (-2, 2), (-1.5, 1.5))
    lines_of_equal_error = ax.collections[1]
    for level, path in zip(lines_of_equal_error.levels, lines_of_equal_error.get_paths()):
        on_it = bowl(path.vertices.T)
        np.testing.assert_allclose(on_it, level, rtol=0.05, atol=0.02)  # straight pieces between grid points


def test_a_valley_without_a_single_minimum_is_starred_on_the_grid():
    ax = plots.error_contour(lambda w: (w[0] - w[1]) ** 2, (-1, 1), (-1, 1))  # singular second derivative
    x, y = lines(ax, marker="*")[0].get_xydata()[0]
    assert x == pytest.approx(y)


def test_a_constant_error_is_drawn_without_lines():
    ax = plots.error_contour(lambda w: 0.0 * np.sum(w) + 3.0, (-1, 1), (-1, 1))
    assert not ax.collections


def test_the_surface_carries_the_path_at_its_height():
    path = [(-1.5, 1.0), (0.0, 0.0), (9.0, 9.0)]
    ax = plots.error_surface(bowl, (-2, 2), (-1.5, 1.5), {"a walk": path})
    (walk,) = [line for line in ax.lines if line.get_label().startswith("a walk")]
    x, y, z = walk.get_data_3d()
    np.testing.assert_allclose(z, bowl(np.array([x, y])))
    assert walk.get_label() == "a walk (leaves the picture at step 2)"
    assert min(ax.get_zticks()) >= 0
    drawn(ax)


def test_gradient_and_step_are_opposite_and_at_right_angles_to_the_contour():
    ax = plots.error_contour(bowl, (-2, 2), (-1.5, 1.5))
    plots.gradient_and_step(bowl, (0.0, 0.25), 0.05, ax=ax)
    up, step = (np.diff(line.get_xydata(), axis=0)[0] for line in lines(ax, linewidth=2.4))
    np.testing.assert_allclose(step, -0.05 * np.array([-2.0, 6.0]))
    assert np.dot(up, step) == pytest.approx(-np.linalg.norm(up) * np.linalg.norm(step))
    assert np.linalg.norm(up) == pytest.approx(4 / 5)  # a fifth of the width
    assert legend(ax) == ["gradient, uphill: 6.325 long", "step at rate 0.05, against it"]


def test_the_gradient_arrow_stays_inside_and_vanishes_at_the_minimum():
    ax = plots.error_contour(bowl, (-2, 2), (-1.5, 1.5))
    plots.gradient_and_step(bowl, (0.0, 1.4), 0.01, ax=ax)
    up = lines(ax, linewidth=2.4)[0].get_xydata()
    assert up[1, 1] < 1.5
    plots.gradient_and_step(bowl, (1.0, -0.5), 0.01, ax=ax)
    assert lines(ax, linewidth=2.4)[2].get_xydata().tolist() == [[1.0, -0.5], [1.0, -0.5]]


@pytest.mark.parametrize(
    ("path", "said"),
    [([], r"shape \(0,\)"), ([(1, 2)], r"shape \(1, 2\)"), (3.0, r"shape \(\)")],
)
def test_a_path_of_the_wrong_shape_is_refused(path, said):
    with pytest.raises(ValueError, match=f"path: expected n numbers.*{said}"):
        plots.paths_on_curve(one_knob, 0.0, 1.0, path)
    with pytest.raises(ValueError, match="n pairs of weights"):
        plots.error_contour(bowl, (-1, 1), (-1, 1), [(1.0, 2.0, 3.0)])


def test_a_history_of_one_parameter_is_a_path():
    def run(**parameters):
        error = lambda: sum(p * p for p in parameters.values())  # noqa: E731
        return History(descend(error, GradientDescent(parameters, 0.25), steps=3))

    ax = plots.paths_on_curve(lambda knob: knob * knob, -2.0, 2.0, {"descent": run(knob=Value(1.0))})
    assert lines(ax, gid="path")[0].get_xdata().tolist() == [1.0, 0.5, 0.25, 0.125]
    with pytest.raises(ValueError, match="a History of one parameter, got a, b"):
        plots.paths_on_curve(lambda knob: knob, -2.0, 2.0, run(a=Value(1.0), b=Value(1.0)))


# Moving pictures


def test_the_ball_rolls_a_frame_a_step(tmp_path):
    path = descent(lambda x: 0.5 * x - 0.8, 0.1, 3.0, 5)
    animation = plots.animate_on_curve(one_knob, -2.0, 5.0, path)
    animation.save(tmp_path / "descent.gif", writer="pillow")
    with Image.open(tmp_path / "descent.gif") as gif:
        assert gif.n_frames == 6
    (ax,) = animation._fig.axes  # after the last frame
    assert ax.get_title(loc="left").startswith("step 5: error ")
    ball = next(line for line in ax.lines if line.get_markersize() == 13)
    np.testing.assert_allclose(ball.get_xydata(), [(path[5], (0.5 * path[5] - 0.8) ** 2)])
    trace = next(line for line in ax.lines if line.get_markersize() == 3)
    np.testing.assert_array_equal(trace.get_xdata(), path)


def test_a_page_holds_every_frame():
    page = plots.animate_on_contour(
        bowl, (-2, 2), (-1.5, 1.5), [(-1.0, 1.0), (0.0, 0.0), (1.0, -0.5)]
    ).to_jshtml()
    assert page.count("data:image/png;base64") == 3


def test_a_start_outside_is_refused():
    with pytest.raises(ValueError, match="a start inside the picture"):
        plots.animate_on_curve(one_knob, 0.0, 1.0, [2.0, 0.5])
