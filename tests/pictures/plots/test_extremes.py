"""Extreme data and names: a plot is drawn without a warning, or refused in a sentence."""

import contextlib
import itertools

import numpy as np
import pytest
from axes import drawn, legend

from microgd import plots
from microgd.learning import History, Step
from microgd.pictures.names import printable

LARGE = [0.0, 5e-324, 1e155, 1.7e308, -1.7e308, np.nan, np.inf]
SERIES = [[x] for x in LARGE] + [list(pair) for pair in itertools.combinations(LARGE, 2)]


def recorded(errors, message=""):
    return History(Step(i, x, abs(x), 0.1, {"w": np.array(x)}, message=message) for i, x in enumerate(errors))


@pytest.mark.filterwarnings("ignore:invalid value encountered")  # abs(nan) on some platforms
@pytest.mark.parametrize("errors", SERIES, ids=str)
def test_any_history_is_drawn(errors):
    run = recorded(errors)
    for ax in (
        plots.history(run),
        plots.parameters(run),
        plots.learning_rate_sweep({0.1: run, 0.2: run}, 0.3),
        plots.batch_size_sweep({32: run, 1: run}, 32),
    ):
        drawn(ax)


def test_a_run_shorter_than_an_epoch_is_averaged_over_what_there_is():
    each, mean = plots.batch_size_sweep({4: recorded([1.0, 2.0, 6.0])}, 100).lines
    np.testing.assert_array_equal(each.get_ydata(), [1.0, 2.0, 6.0])
    np.testing.assert_array_equal(mean.get_ydata(), [3.0])
    np.testing.assert_allclose(mean.get_xdata(), [2 * 4 / 100])


@pytest.mark.parametrize("draw", [plots.history, plots.learning_rate_sweep])
def test_no_run_is_refused(draw):
    with pytest.raises(ValueError, match="runs: expected at least one run, got none"):
        draw({})


ERRORS = {
    "square": lambda knob: knob * knob,
    "huge": lambda knob: 1e304 * knob * knob,
    "tiny": lambda knob: 1e-300 * knob * knob,
    "logarithm": np.log,
    "reciprocal": lambda knob: 1 / knob,
    "constant": lambda knob: 0.0 * knob + 3.0,
}
SPANS = [(0.0, 1.0), (-1e150, 1e150), (0.0, 1e-200), (1e300, 1e301), (0.5, 0.5 + 1e-9)]


class NotFinite(Exception):
    pass


def refusing(draw):
    """A picture; NotFinite where it is refused because the error is not finite."""
    try:
        return draw()
    except ValueError as refused:
        if "finite" in str(refused):
            raise NotFinite from refused
        raise


@pytest.mark.parametrize("span", SPANS, ids=str)
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_any_curve_is_drawn_or_refused_in_a_sentence(error, span):
    low, high = span
    for draw in (
        lambda: plots.error_curve(error, low, high, ball=low),
        lambda: plots.tangents(error, low, high, [low, high], learning_rate=0.1),
        lambda: plots.paths_on_curve(error, low, high, [low, high]),
    ):
        with np.errstate(all="ignore"), contextlib.suppress(NotFinite):
            drawn(refusing(draw))


BAD_SPANS = [(0.0, 5e-324), (-1.7e308, 1.7e308), (0.0, np.inf), (1.0, 1.0 + 1e-15)]


@pytest.mark.parametrize("span", BAD_SPANS)
def test_a_range_that_no_picture_can_show_is_refused(span):
    with pytest.raises(ValueError, match=r"a range within 1e\+306 and wider than rounding errors"):
        plots.error_curve(lambda knob: knob * knob, *span)
    with pytest.raises(ValueError, match=r"a range within 1e\+306"):
        plots.error_contour(lambda w: np.sum(w * w), (0, 1), span)


def test_weights_of_unlike_size_fill_the_map():
    ax = plots.error_contour(lambda w: w[0] ** 2 + 1e12 * w[1] ** 2, (-1, 1), (-1e-6, 1e-6))
    assert ax.get_aspect() == "auto"
    drawn(ax)


@pytest.mark.parametrize(
    ("group", "counted"),
    [([1.0, 1.0], "a (2)"), ([np.nan, 1.0], "a (2, 1 not finite)"), ([5e-324], "a (1)"), ([], "a (0)")],
)
def test_histograms_count_what_is_not_finite(group, counted):
    ax = plots.histogram({"a": group, "b": [0.0]})
    assert legend(ax)[0] == counted
    drawn(ax)


@pytest.mark.parametrize("points", [[(0.0, 0.0)], [(1.0, 1.0), (1.0, 1.0)], [(0.0, 0.0), (0.0, 1.0)]])
def test_points_without_any_width_have_a_boundary_around_them(points):
    drawn(plots.decision_boundary(lambda x: x[:, 0], {"a": points}))


@pytest.mark.parametrize("points", [[], [(np.nan, 1.0)], [(np.inf, 1.0), (0.0, 0.0)]])
def test_points_that_are_none_or_not_finite_are_refused(points):
    with pytest.raises(ValueError, match="expected one point at least, and finite features"):
        plots.decision_boundary(lambda x: x[:, 0], {"a": points})


# Names


NAMES = ["$x$", "$", "a$b$c", "$$", "_hidden", "__x", "\\frac{", "%s", "\0", "\x1b[1m", "\ud800", "\uffff",
         "two\nlines", "tab\t", "x" * 500, "${", "a_b^c"]  # fmt: skip


def shown(text):
    """What matplotlib draws for a text: dollars that are escaped, and nothing of zero width."""
    assert (text.count("$") - text.count(r"\$")) == 0  # or it would be mathematics
    return text.replace(r"\$", "$").removeprefix("\u200b")


FOURS = [NAMES[i : i + 4] for i in range(0, len(NAMES), 4)]


@pytest.mark.parametrize("names", FOURS, ids=repr)
def test_names_are_shown_as_they_are_whatever_matplotlib_makes_of_their_signs(names):
    expected = [printable(name) for name in names]
    runs = {name: recorded([1.0, 0.5]) for name in names}
    everything = History([Step(i, 1.0, 1.0, 0.1, dict.fromkeys(names, np.array(1.0))) for i in range(2)])
    points = {name: [(0, 0), (1, 1)] for name in names}
    for ax in (
        plots.history(runs),
        plots.parameters(everything),
        plots.histogram({name: [1.0, 2.0] for name in names}, cut=1.5, unit=names[0]),
        plots.decision_boundary(lambda x: x[:, 0], points, labels=(names[0], names[-1])),
        plots.paths_on_curve(lambda knob: knob * knob, -1, 1, {name: [0.5, 0.2] for name in names}),
    ):
        drawn(ax)
        found = [shown(text) for text in legend(ax)]
        assert all(text.startswith(name) for text, name in zip(found, expected, strict=True))


@pytest.mark.parametrize("message", ["costs $5 and $6", "nul\0", "_", "x" * 500])
def test_a_message_is_shown_as_it_is(message):
    drawn(plots.history_panels(recorded([1.0, 0.5], message=message))[0])
