"""Moving plots: one frame a step, the ball where the path is."""

import numpy as np
import pytest
from landscapes import bowl, descent, one_knob
from PIL import Image

from microgd import plots


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
