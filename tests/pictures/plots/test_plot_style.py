"""All plots draw into the Axes given, open no window, and tell lines apart by three signs."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from axes import drawn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from microgd import plots
from microgd.pictures.plots.style import STYLES


def one_knob(knob_weight):
    return (0.5 * knob_weight - 0.8) ** 2


def bowl(w):
    return (w[0] - 1) ** 2 + 4 * (w[1] + 0.5) ** 2


PICTURES = {
    "error_curve": lambda ax: plots.error_curve(one_knob, -1.0, 4.0, ball=0.5, ax=ax),
    "tangents": lambda ax: plots.tangents(one_knob, -1.0, 4.0, [0.0, 3.0], learning_rate=0.5, ax=ax),
    "paths_on_curve": lambda ax: plots.paths_on_curve(one_knob, -1.0, 4.0, {"a": [0.0, 1.0]}, ax=ax),
    "error_contour": lambda ax: plots.error_contour(bowl, (-1, 1), (-1, 1), [(0.0, 0.0), (0.5, 0.5)], ax=ax),
    "histogram": lambda ax: plots.histogram({"cat": [1.0, 2.0]}, cut=1.5, ax=ax),
    "decision_boundary": lambda ax: plots.decision_boundary(
        lambda x: x[:, 0], {"a": [(0, 0)], "b": [(1, 1)]}, ax=ax
    ),
}


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
def test_a_picture_goes_into_the_axes_given_or_into_its_own_without_a_window(draw):
    given = Figure(layout="constrained").add_subplot()
    assert draw(given) is given
    own = draw(None)
    assert isinstance(own, Axes)
    assert np.ptp(drawn(own)) == 255
    assert len(own.figure.axes) == 1
    assert plt.get_fignums() == []


def test_lines_that_stand_together_differ_in_everything():
    for a, b in itertools.combinations(STYLES, 2):
        assert all(a[look] != b[look] for look in a)
