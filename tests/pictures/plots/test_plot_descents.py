"""Plots of descents: they draw the numbers of the History."""

import io

import numpy as np
import pytest
from axes import legend
from matplotlib.figure import Figure

from microgd import GradientDescent, History, Value, descend, plots
from microgd.learning import Step, batches, largest_stable_rate


def knob_run(rate, steps=20, start=0.5):
    knob_weight = Value(start, name="knob_weight")
    optimizer = GradientDescent([knob_weight], rate)
    return History(descend(lambda: (0.5 * knob_weight - 0.8) ** 2, optimizer, steps=steps))


@pytest.mark.parametrize("what", ["error", "gradient_norm", "learning_rate", "validation_error"])
def test_a_quantity_over_the_steps_is_that_of_the_history(what):
    history = knob_run(lambda step: 0.5 / (1 + step))
    (line,) = plots.history(history, what).lines
    np.testing.assert_array_equal(line.get_xdata(), range(21))
    np.testing.assert_array_equal(line.get_ydata(), getattr(history, what))


def test_what_spreads_wide_is_on_a_logarithmic_scale():
    assert plots.history(knob_run(0.5), "error").get_yscale() == "log"  # 0.3 to 3e-6
    assert plots.history(knob_run(0.01), "error").get_yscale() == "linear"
    assert plots.history(knob_run(2.0), "error").get_yscale() == "linear"  # at 0 after one step


def test_an_exact_zero_does_not_spoil_the_scale():
    ax = plots.history({"slow": knob_run(0.5), "at once": knob_run(2.0)})
    assert ax.get_yscale() == "log"
    assert 1e-7 < ax.get_ylim()[0] < 3.1e-6
    assert legend(ax) == ["slow", "at once"]


def recorded(norms):
    return History(Step(i, norm, norm, 0.1, {}) for i, norm in enumerate(norms))


@pytest.mark.parametrize("largest", [1e120, 1e294, 1.7e308])
def test_norms_up_to_the_largest_floats_are_drawn_and_hide_no_other_run(largest):
    exploding = recorded([*np.geomspace(1.0, largest, 20), np.inf])
    ax = plots.history({"exploding": exploding, "ordinary": recorded([1.0, 0.1, 1e-6])}, "gradient_norm")
    bottom, top = ax.get_ylim()
    assert ax.get_yscale() == "log"
    assert 1e-7 < bottom < 1e-6
    assert largest / 3 <= top
    ax.figure.savefig(io.BytesIO())
    ticks = ax.get_yticks()
    assert len(ticks) >= 4
    assert bottom < min(ticks) < 1e3
    assert top >= max(ticks) > 1e100


def test_the_scale_reaches_twenty_powers_of_ten_below_the_start_and_no_further():
    assert plots.history(recorded([1.0, 1e-9, 1e-300])).get_ylim()[0] == pytest.approx(1e-20 / 3, abs=0)
    assert plots.history({"a": recorded([1e-25, 1e-26]), "b": recorded([1.0])}).get_ylim()[0] < 1e-26


def test_another_quantity_is_refused():
    with pytest.raises(ValueError, match=r"expected one of error, .* got 'loss'"):
        plots.history(knob_run(0.5), "loss")


def test_parameters_have_a_line_for_each_entry_and_a_name_for_each_parameter():
    w, b = Value(np.ones((2, 3)), name="w"), Value(1.0, name="b")
    history = History(descend(lambda: np.sum(w * w) + b * b, GradientDescent([w, b], 0.1), steps=3))
    ax = plots.parameters(history)
    assert len(ax.lines) == 7
    assert legend(ax) == ["w", "b"]
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], np.tile(0.8 ** np.arange(4), (7, 1)))


def test_the_sheet_shows_all_four_and_why_it_stopped():
    history = knob_run(0.5)
    panels = plots.history_panels(history)
    assert [ax.get_ylabel() for ax in panels] == [
        "error", "norm of the gradient", "learning rate", "parameters",
    ]  # fmt: skip
    figure = panels[0].figure
    assert figure.get_suptitle() == history.message
    figure.canvas.draw()


def test_the_sweep_parts_at_the_largest_stable_rate():
    knob = Value(0.5)
    boundary = largest_stable_rate(lambda: (0.5 * knob - 0.8) ** 2, [knob])
    runs = {rate: knob_run(rate, steps=400) for rate in (0.01, 0.5, 3.9, 4.1, 9.0)}
    ax = plots.learning_rate_sweep(runs, boundary)
    start, ended, diverged, line = ax.lines
    assert start.get_ydata()[0] == pytest.approx(0.3025)
    np.testing.assert_array_equal(ended.get_ydata(), [runs[r].error[-1] for r in ended.get_xdata()])
    assert list(diverged.get_xdata()) == [9.0]
    assert list(ended.get_xdata()) == [0.01, 0.5, 3.9, 4.1]
    assert line.get_xdata()[0] == pytest.approx(4.0)
    above = ended.get_xdata() > line.get_xdata()[0]
    assert (ended.get_ydata()[above] > 0.3025).all()
    assert (ended.get_ydata()[~above] < 0.3025).all()
    assert "largest stable rate: 4" in legend(ax)


def test_batch_sizes_are_compared_at_equal_cost():
    rng = np.random.default_rng(0)
    inputs, noise = rng.normal(size=32), rng.normal(size=32)

    def run(size):
        w, picked = Value(0.0, name="w"), batches(32, size, rng=1)
        error = lambda: np.mean((inputs[i := next(picked)] * w - 2 * inputs[i] - noise[i]) ** 2)  # noqa: E731
        return History(descend(error, GradientDescent([w], 0.02), steps=3 * 32 // size, gtol=None, ftol=None))

    runs = {32: run(32), 4: run(4)}
    whole, mean_of_whole, each, mean_of_each = plots.batch_size_sweep(runs, 32).lines
    np.testing.assert_array_equal(whole.get_xdata(), range(4))
    np.testing.assert_array_equal(mean_of_whole.get_ydata(), runs[32].error)  # one step is an epoch
    np.testing.assert_allclose(each.get_xdata(), np.arange(25) / 8)
    np.testing.assert_allclose(mean_of_each.get_ydata()[0], runs[4].error[:8].mean())
    np.testing.assert_allclose(mean_of_each.get_ydata()[-1], runs[4].error[-8:].mean())
    assert legend(plots.batch_size_sweep(runs, 32)) == [
        "size 32: 1 step an epoch",
        "size 4: 8 steps an epoch",
    ]


@pytest.mark.parametrize("draw", [plots.history, plots.parameters])
def test_a_picture_goes_into_the_axes_given(draw):
    ax = Figure(layout="constrained").add_subplot()
    assert draw(knob_run(0.5), ax=ax) is ax
    ax.figure.canvas.draw()
