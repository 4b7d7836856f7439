"""Descents over time: the History of one run, or of several runs for comparison.

`history` plots one quantity of one or several runs, `parameters` the course of the parameters,
`history_panels` all of one run on a sheet. Two comparisons follow: `learning_rate_sweep` (which rates crawl,
converge, diverge) and `batch_size_sweep` (full batch against mini-batch and stochastic descent).

Positive numbers that spread over more than two powers of ten are plotted on a logarithmic scale, where a
descent that converges is a straight line; `ax.set_yscale` overrules it. As in one_knob.py each function draws
into the Axes that it is given and returns them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np

from ...learning import History, Stop, arguments
from ..error_function import LARGEST
from ..numbers import number
from ..scales import log_scale_bottom
from .style import BLUE, GREY, INK, STYLES, VERMILION, axes, label, legend_below

QUANTITIES = {
    "error": "error",
    "validation_error": "validation error",
    "gradient_norm": "norm of the gradient",
    "learning_rate": "learning rate",
}


def history(runs: History | Mapping[str, History], what: str = "error", *, ax: Any = None) -> Any:
    """Plot one quantity over the steps of one run, or of several runs by name.

    what  "error", "validation_error", "gradient_norm" or "learning_rate".

    Raises ValueError for any other.

    >>> from microgd import Value
    >>> from microgd.learning import GradientDescent, descend
    >>> knob = Value(0.5, name="knob")
    >>> run = History(descend(lambda: (0.5 * knob - 0.8) ** 2, GradientDescent([knob], 0.5), steps=20))
    >>> ax = history(run)
    >>> ax.get_yscale(), ax.get_ylabel()
    ('log', 'error')
    """
    if what not in QUANTITIES:
        raise ValueError(f"what: expected one of {', '.join(QUANTITIES)}, got {what!r}")
    named = _some(runs if isinstance(runs, Mapping) else {"": runs})
    ax = axes(ax)
    for (name, run), style in zip(named.items(), cycle(STYLES)):
        _line(ax, run.step, getattr(run, what), style, name)
    ax.set(xlabel="step", ylabel=QUANTITIES[what])
    _scale(ax)
    legend_below(ax)
    return ax


def parameters(run: History, *, ax: Any = None) -> Any:
    """Plot every entry of every parameter over the steps.

    Each parameter has a style of its own, with thinner lines if it has many entries.

    >>> from microgd import Adam, History, Value, descend
    >>> weight = Value([1.0, -2.0], name="weight")
    >>> run = History(descend(lambda: np.sum(weight * weight), Adam([weight], 0.1), steps=5))
    >>> len(parameters(run).lines)
    2
    """
    _some({"": run})
    ax = axes(ax)
    for (name, data), style in zip(run.parameters.items(), cycle(STYLES)):
        entries = data.reshape(len(data), -1)
        few = entries.shape[1] <= 4
        for i, entry in enumerate(entries.T):
            look = {"color": style["color"], "linestyle": style["linestyle"]}
            look |= {"alpha": 1.0, "linewidth": 2.0} if few else {"alpha": 0.5, "linewidth": 0.8}
            ax.plot(run.step, entry, **look, label="__more" if i else label(name))
    ax.set(xlabel="step", ylabel="parameters")
    _keep_drawable(ax)
    legend_below(ax)
    return ax


def history_panels(run: History) -> Any:
    """Plot error, gradient norm, learning rate and parameters of a run; return an array of 4 Axes.

    >>> from microgd import Adam, History, Value, descend
    >>> knob = Value(0.5, name="knob")
    >>> run = History(descend(lambda: (0.5 * knob - 0.8) ** 2, Adam([knob], 0.1), steps=5))
    >>> [ax.get_ylabel() for ax in history_panels(run)]
    ['error', 'norm of the gradient', 'learning rate', 'parameters']
    """
    from matplotlib.figure import Figure

    _some({"": run})
    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for ax, what in zip(panels, ("error", "gradient_norm", "learning_rate")):
        history(run, what, ax=ax)
    parameters(run, ax=panels[3])
    for ax in panels:
        ax.spines[["top", "right"]].set_visible(False)
    panels[0].set_xlabel("")
    panels[1].set_xlabel("")
    figure.suptitle(label(run.message, longest=300), fontsize="medium", wrap=True)
    return panels


def learning_rate_sweep(
    runs: Mapping[float, History], largest_stable: float | None = None, *, ax: Any = None
) -> Any:
    """Plot the same run at several learning rates: the error at its end over the rate.

    runs            learning rate -> its run.
    largest_stable  drawn as a line; `microgd.learning.largest_stable_rate` computes it.

    Runs that diverged are crosses on the upper border, because their errors have no bound. The dashed line is
    the error at the start: a run that ends on it has made no progress. Raises ValueError without a run.

    >>> from microgd import GradientDescent, History, Value, descend
    >>> def run(rate):
    ...     knob = Value(0.5, name="knob")
    ...     return History(descend(lambda: (0.5 * knob - 0.8) ** 2, GradientDescent([knob], rate), steps=9))
    >>> ax = learning_rate_sweep({rate: run(rate) for rate in (0.1, 1.0, 3.9)}, largest_stable=4.0)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['error at the start', 'error at the end', 'largest stable rate: 4']
    """
    for rate in _some(runs):
        arguments.number("learning rate", rate, "[0, inf)")
    start = _drawable(next(iter(runs.values())).error)[0]
    ax = axes(ax)
    diverged = {rate: run for rate, run in runs.items() if run.reason is Stop.DIVERGED}
    ended = {rate: run for rate, run in sorted(runs.items()) if rate not in diverged}
    ax.axhline(start, color=GREY, linestyle="--", label="error at the start")
    ends = _drawable(np.array([run.error[-1] for run in ended.values()]))
    ax.plot(list(ended), ends, "o-", color=BLUE, label="error at the end")
    if np.isnan(ends).all():  # without a point there is nothing to choose the range of the rates by
        ax.set_xlim(min(runs) / 2, 2 * max(runs))
    border = {"transform": ax.get_xaxis_transform(), "clip_on": False}
    if diverged:
        look = {"color": VERMILION, "markersize": 9, "label": "diverged"}
        ax.plot(list(diverged), [1.0] * len(diverged), "X", **look, **border)
    if largest_stable is not None:
        bound = f"largest stable rate: {number(largest_stable, 4)}"
        ax.axvline(largest_stable, color=INK, linestyle=":", label=bound)
    ax.set(xscale="log", xlabel="learning rate", ylabel="error")
    _scale(ax)
    legend_below(ax)
    return ax


def batch_size_sweep(runs: Mapping[int, History], examples: int, *, ax: Any = None) -> Any:
    """Plot full-batch, mini-batch and stochastic descent at equal cost: the error over the examples seen.

    runs      batch size -> its run, with the error of each batch.
    examples  the number of examples: an epoch is one pass over all of them.

    The error of each batch is faint, its mean over an epoch bold. Small batches are noisy: the error of a few
    examples is an estimate of the error of all. Raises ValueError without a run.

    >>> from microgd import GradientDescent, History, Value, descend
    >>> weight = Value(0.0, name="weight")
    >>> run = History(descend(lambda: (weight - 1.0) ** 2, GradientDescent([weight], 0.1), steps=8))
    >>> batch_size_sweep({8: run}, examples=32).get_xlabel()
    'epochs (32 examples each)'
    """
    examples = arguments.whole_number("examples", examples, "[1, inf)")
    for size in _some(runs):
        arguments.whole_number("batch size", size, "[1, inf)")
    ax = axes(ax)
    for (size, run), style in zip(runs.items(), cycle(STYLES)):
        an_epoch = max(1, round(examples / size))
        window = min(an_epoch, len(run))
        epochs = run.step * size / examples
        ax.plot(epochs, run.error, color=style["color"], linewidth=0.6, alpha=0.4, label="__each")
        bold = np.convolve(run.error, np.ones(window) / window, mode="valid")
        name = f"size {size}: {an_epoch} step{'s'[: an_epoch > 1]} an epoch"
        _line(ax, epochs[window - 1 :], bold, style, name)
    ax.set(xlabel=f"epochs ({examples} examples each)", ylabel="error")
    _scale(ax)
    legend_below(ax)
    return ax


def _some(runs: Mapping[Any, History]) -> Mapping[Any, History]:
    """Return the runs; raise TypeError or ValueError unless they are one History or more, by name."""
    if not isinstance(runs, Mapping):
        raise TypeError(f"runs: expected a dict of Histories, got {runs!r}")
    if not runs:
        raise ValueError("runs: expected at least one run, got none")
    for run in runs.values():
        if not isinstance(run, History):
            raise TypeError(f"runs: expected a History, such as History(descend(...)), got {run!r}")
    return runs


def _line(ax: Any, x: np.ndarray, y: np.ndarray, style: Mapping[str, Any], name: str) -> None:
    """Draw a line with some ten markers, however many points it has."""
    ax.plot(x, _known(y), **style, markersize=5, markevery=max(1, len(x) // 10), label=label(name) or None)


def _known(y: np.ndarray) -> np.ndarray:
    """Replace numbers that are not finite by nan, which breaks a line."""
    return np.where(np.isfinite(y), y, np.nan)


def _drawable(y: np.ndarray) -> np.ndarray:
    """Cut numbers of a size whose range would overflow; replace nan and infinities by nan."""
    return np.clip(_known(y), -LARGEST, LARGEST)


def _scale(ax: Any) -> None:
    """Choose the scale by the lines in the legend; on a logarithmic one an error of exactly 0 falls out."""
    labelled = [line for line in ax.lines if not str(line.get_label()).startswith("__")]
    bottom = log_scale_bottom([_heights(line) for line in labelled])
    if bottom is None:
        _keep_drawable(ax)
        return
    top = max((np.nanmax(_heights(line), initial=0.0) for line in ax.lines), default=0.0)
    if top < 1e100:
        ax.set_yscale("log")
        ax.set_ylim(bottom=bottom / 3)
    else:
        _scale_up_to_largest_floats(ax, bottom, top)


def _keep_drawable(ax: Any) -> None:
    """Draw numbers of a size whose range overflows at the largest size that does not."""
    if all(np.nanmax(abs(_known(_heights(line))), initial=0.0) <= LARGEST for line in ax.lines):
        return
    for line in ax.lines:
        line.set_ydata(_drawable(_heights(line)))
    heights = np.concatenate([_heights(line) for line in ax.lines])
    margin = 0.05 * LARGEST
    ax.set_autoscaley_on(False)  # or the limits of before would be computed first
    ax.set_ylim(np.nanmin(heights) - margin, np.nanmax(heights) + margin)


def _scale_up_to_largest_floats(ax: Any, bottom: float, top: float) -> None:
    """Set a logarithmic scale up to the largest floats, where matplotlib's own margin and ticks overflow."""
    ax.set_ylim(bottom / 3, min(3.0 * float(top), 1e308))  # before the scale, which would compute limits
    ax.set_yscale("log")
    lowest, highest = np.ceil(np.log10(bottom)), np.floor(np.log10(top))
    ax.set_yticks(10.0 ** np.unique(np.linspace(lowest, highest, 6).round()))
    ax.minorticks_off()


def _heights(line: Any) -> np.ndarray:
    return np.asarray(line.get_ydata(), dtype=float)
