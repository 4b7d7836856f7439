"""The plots of two weights: the lines and texts drawn, against closed forms and the library's numbers."""

import numpy as np
import pytest
from axes import drawn, legend, lines
from landscapes import bowl, descent

from microgd import plots


@pytest.mark.parametrize("draw", [plots.error_contour, plots.error_surface])
def test_a_map_that_is_finite_nowhere_is_refused(draw):
    with pytest.raises(ValueError, match=r"finite nowhere over \(-1, 1\) and \(0, 2\): choose a range"):
        draw(lambda w: np.sum(w) - np.inf, (-1, 1), (0, 2))


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


def test_the_gradient_on_the_surface_lies_in_the_tangent_plane():
    ax = plots.error_surface(bowl, (-2, 2), (-1.5, 1.5))
    at, rate = np.array([0.0, 0.25]), 0.05
    plots.gradient_on_surface(bowl, at, rate, ax=ax)
    gradient = np.array([-2.0, 6.0])
    arrows = [c for c in ax.collections if c.get_label().startswith(("gradient", "step"))]
    for arrow, across in zip(arrows, (0.8 * gradient / np.hypot(*gradient), -rate * gradient), strict=True):
        end, start = np.array(arrow._segments3d[0])
        assert start == pytest.approx([*at, bowl(at)])
        assert end - start == pytest.approx([*across, gradient @ across])
    assert legend(ax) == ["gradient, uphill: 6.325 long", "step at rate 0.05, against it"]
    drawn(ax)
