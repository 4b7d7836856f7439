"""Plots of data: the counts of a histogram, and the place of a boundary, against closed forms."""

import numpy as np
import pytest
from axes import legend

from microgd import plots, sigmoid


def test_the_histogram_counts_and_cuts():
    ax = plots.histogram({"cat": [1.0, 1.0, 2.0], "dog": [2.0, 9.5, 10.0]}, cut=5.27, unit="kg", bins=10)
    counts = [[bar.get_height() for bar in bars] for bars in ax.containers]
    assert counts == [[0, 2, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0, 0, 2]]
    assert [line.get_xdata() for line in ax.lines] == [[5.27, 5.27]]
    assert ax.texts[0].get_text() == "cut at 5.27 kg"
    with pytest.raises(ValueError, match="at least one finite number"):
        plots.histogram({"cat": []})


@pytest.mark.parametrize("column", [False, True])
def test_the_boundary_is_where_the_score_crosses_the_threshold(column):
    def score(points):
        logits = points[:, 0] + 2 * points[:, 1] - 1
        return sigmoid(np.reshape(logits, (-1, 1)) if column else logits)

    ax = plots.decision_boundary(score, {"below": [(0.0, 0.0)], "above": [(1.0, 1.0), (2.0, 2.0)]})
    boundary = ax.collections[1].get_paths()[0].vertices
    np.testing.assert_allclose(boundary @ [1, 2], 1, atol=1e-3)
    np.testing.assert_array_equal(ax.collections[3].get_offsets(), [(1.0, 1.0), (2.0, 2.0)])
    assert legend(ax) == ["below (1)", "above (2)"]
    blue, orange = ax.collections[0].get_paths()
    assert blue.contains_point((0.0, 0.0))
    assert orange.contains_point((1.5, 1.5))


def test_a_classifier_that_says_the_same_everywhere_has_no_boundary():
    ax = plots.decision_boundary(lambda points: np.zeros(len(points)), {"a": [(0, 0)], "b": [(1, 1)]})
    assert len(ax.collections) == 3  # the ground and two groups


def test_several_cuts_are_lines_of_their_own_named_in_the_legend():
    ax = plots.histogram({"cat": [3.5, 4.0]}, {"knob": 8.0, "bias": 5.25}, unit="kg")
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["cat (2)", "knob at 8.00 kg", "bias at 5.25 kg"]
    assert [line.get_xdata()[0] for line in ax.lines] == [8.0, 5.25]
    assert len({line.get_linestyle() for line in ax.lines}) == 2
