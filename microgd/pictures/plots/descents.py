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

from ...learning import History, Stop
from ..numbers import number
from ..scales import log_scale_bottom
from .style import BLUE, GREY, INK, STYLES, VERMILION, legend_below, new_axes

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
    ax = new_axes() if ax is None else ax
    named = runs if isinstance(runs, Mapping) else {"": runs}
    for (name, run), style in zip(named.items(), cycle(STYLES)):
        _line(ax, run.step, getattr(run, what), style, label=name)
    ax.set(xlabel="step", ylabel=QUANTITIES[what])
    _scale(ax)
    legend_below(ax)
    return ax


def parameters(run: History, *, ax: Any = None) -> Any:
    """Plot every entry of every parameter over the steps.

    Each parameter has a style of its own, with thinner lines if it has many entries.
    """
    ax = new_axes() if ax is None else ax
    for (name, data), style in zip(run.parameters.items(), cycle(STYLES)):
        entries = data.reshape(len(data), -1)
        few = entries.shape[1] <= 4
        for i, entry in enumerate(entries.T):
            ax.plot(
                run.step, entry, color=style["color"], linestyle=style["linestyle"],
                alpha=1.0 if few else 0.5, linewidth=2.0 if few else 0.8, label="__more" if i else name,
            )  # fmt: skip
    ax.set(xlabel="step", ylabel="parameters")
    legend_below(ax)
    return ax


def history_panels(run: History) -> Any:
    """Plot error, gradient norm, learning rate and parameters of a run; return an array of 4 Axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for ax, what in zip(panels, ("error", "gradient_norm", "learning_rate")):
        history(run, what, ax=ax)
    parameters(run, ax=panels[3])
    for ax in panels:
        ax.spines[["top", "right"]].set_visible(False)
    panels[0].set_xlabel("")
    panels[1].set_xlabel("")
    figure.suptitle(run.message, fontsize="medium", wrap=True)
    return panels


def learning_rate_sweep(
    runs: Mapping[float, History], largest_stable: float | None = None, *, ax: Any = None
) -> Any:
    """Plot the same run at several learning rates: the error at its end over the rate.

    runs            learning rate -> its run.
    largest_stable  drawn as a line; `microgd.learning.largest_stable_rate` computes it.

    Runs that diverged are crosses on the upper border, because their errors have no bound. The dashed line is
    the error at the start: a run that ends on it has made no progress.
    """
    ax = new_axes() if ax is None else ax
    diverged = {rate: run for rate, run in runs.items() if run.reason is Stop.DIVERGED}
    ended = {rate: run for rate, run in sorted(runs.items()) if rate not in diverged}
    ax.axhline(next(iter(runs.values())).error[0], color=GREY, linestyle="--", label="error at the start")
    ax.plot(
        list(ended), [run.error[-1] for run in ended.values()], "o-", color=BLUE, label="error at the end"
    )
    border = {"transform": ax.get_xaxis_transform(), "clip_on": False}
    if diverged:
        look = {"color": VERMILION, "markersize": 9, "label": "diverged"}
        ax.plot(list(diverged), [1.0] * len(diverged), "X", **look, **border)
    if largest_stable is not None:
        label = f"largest stable rate: {number(largest_stable, 4)}"
        ax.axvline(largest_stable, color=INK, linestyle=":", label=label)
    ax.set(xscale="log", xlabel="learning rate", ylabel="error")
    _scale(ax)
    legend_below(ax)
    return ax


def batch_size_sweep(runs: Mapping[int, History], examples: int, *, ax: Any = None) -> Any:
    """Plot full-batch, mini-batch and stochastic descent at equal cost: the error over the examples seen.

    runs      batch size -> its run, with the error of each batch.
    examples  the number of examples: an epoch is one pass over all of them.

    The error of each batch is faint, its mean over an epoch bold. Small batches are noisy: the error of a few
    examples is an estimate of the error of all.
    """
    ax = new_axes() if ax is None else ax
    for (size, run), style in zip(runs.items(), cycle(STYLES)):
        an_epoch = max(1, round(examples / size))
        epochs = run.step * size / examples
        ax.plot(epochs, run.error, color=style["color"], linewidth=0.6, alpha=0.4, label="__each")
        bold = np.convolve(run.error, np.ones(an_epoch) / an_epoch, mode="valid")
        label = f"size {size}: {an_epoch} step{'s'[: an_epoch > 1]} an epoch"
        _line(ax, epochs[an_epoch - 1 :], bold, style, label=label)
    ax.set(xlabel=f"epochs ({examples} examples each)", ylabel="error")
    _scale(ax)
    legend_below(ax)
    return ax


def _line(ax: Any, x: np.ndarray, y: np.ndarray, style: Mapping[str, Any], label: str) -> None:
    """Draw a line with some ten markers, however many points it has."""
    known = np.where(np.isfinite(y), y, np.nan)
    ax.plot(x, known, **style, markersize=5, markevery=max(1, len(x) // 10), label=label or None)


def _scale(ax: Any) -> None:
    """Choose the scale by the lines in the legend; on a logarithmic one an error of exactly 0 falls out."""
    labelled = [line for line in ax.lines if not str(line.get_label()).startswith("__")]
    bottom = log_scale_bottom([_heights(line) for line in labelled])
    if bottom is None:
        return
    top = max((np.nanmax(_heights(line), initial=0.0) for line in ax.lines), default=0.0)
    if top < 1e100:
        ax.set_yscale("log")
        ax.set_ylim(bottom=bottom / 3)
    else:
        _scale_up_to_largest_floats(ax, bottom, top)


def _scale_up_to_largest_floats(ax: Any, bottom: float, top: float) -> None:
    """Set a logarithmic scale up to the largest floats, where matplotlib's own margin and ticks overflow."""
    ax.set_ylim(bottom / 3, min(3.0 * float(top), 1e308))  # before the scale, which would compute limits
    ax.set_yscale("log")
    lowest, highest = np.ceil(np.log10(bottom)), np.floor(np.log10(top))
    ax.set_yticks(10.0 ** np.unique(np.linspace(lowest, highest, 6).round()))
    ax.minorticks_off()


def _heights(line: Any) -> np.ndarray:
    return np.asarray(line.get_ydata(), dtype=float)
