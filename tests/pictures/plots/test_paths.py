"""Paths: numbers, pairs and Histories are taken, other shapes are refused."""

import numpy as np
import pytest
from axes import lines
from landscapes import bowl, one_knob

from microgd import GradientDescent, History, Value, descend, plots


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


@pytest.mark.parametrize("way", [(1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (1, 0), (0, -1)])
def test_the_numbers_of_steps_stand_at_right_angles_beside_the_path(way):
    ax = plots.error_contour(bowl, (-2, 2), (-2, 2), [np.multiply(way, 0.4 * i) for i in range(4)])
    numbers = [text for text in ax.texts if text.get_text().isdigit()]
    assert len(numbers) == 4
    for text in numbers:
        offset = np.array(text.xyann)
        assert np.hypot(*offset) == pytest.approx(13)
        assert offset @ way == pytest.approx(0, abs=1e-9)
        assert offset[1] >= 0  # on the upper side
