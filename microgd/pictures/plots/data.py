"""Data: the `histogram` of one measurement, the `decision_boundary` of a classifier of two features.

As in one_knob.py each function draws into the Axes that it is given, or into new ones, and returns them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from ...autodiff import Value
from ...learning import arguments
from ..error_function import LARGEST
from .style import BESIDE, INK, STYLES, axes, label, legend_below


def histogram(
    groups: Mapping[str, Sequence[float]],
    cut: float | Mapping[str, float] | None = None,
    *,
    unit: str = "",
    bins: int = 38,
    ax: Any = None,
) -> Any:
    """Plot the distribution of a measurement in each group, and the cuts that are to separate the groups.

    groups  name -> its numbers. The bars are translucent and drawn over each other: where they overlap no cut
            separates the groups.
    cut     drawn as a line; several cuts, as name -> place, are named in the legend.
    unit    the unit of the measurement, for the axis and the names of the lines.

    Raises ValueError if there is no finite number.

    >>> ax = histogram({"cat": [3.5, 4.0, 4.2], "dog": [4.1, 9.0, 20.0]}, cut=5.27, unit="kg")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['cat (3)', 'dog (3)']
    """
    bins = arguments.whole_number("histogram: bins", bins, "[1, inf)")
    known = {name: _finite(name, group) for name, group in _checked("histogram", groups).items()}
    numbers = np.concatenate([*known.values(), np.empty(0)])
    if not numbers.size:
        raise ValueError("histogram: expected at least one finite number in the groups, got none")
    ax = axes(ax)
    low, high = min(0.0, numbers.min()), numbers.max()
    edges = np.linspace(low, high if high - low > 1e-300 else low + 1.0, bins + 1)
    for (name, group), style, hatch in zip(
        groups.items(), cycle(STYLES), cycle(["", "//", "\\\\", "..", "xx"])
    ):
        lost = len(group) - len(known[name])
        counted = f"{label(name)} ({len(group)}{f', {lost} not finite' if lost else ''})"
        look = {"color": style["color"], "edgecolor": style["color"], "alpha": 0.55, "hatch": hatch}
        ax.hist(known[name], edges, label=counted, **look)
    ax.set_xlabel(label(unit))
    ax.set_ylabel("how many")
    if isinstance(cut, Mapping):
        for (name, place), style in zip(cut.items(), cycle(STYLES)):
            text = f"{label(name)} at {place:.2f} {label(unit)}".rstrip()
            ax.axvline(place, color=INK, linewidth=2, linestyle=style["linestyle"], label=text)
    elif cut is not None:
        ax.axvline(cut, color=INK, linewidth=2)
        text = f"cut at {cut:.2f} {label(unit)}".rstrip()
        ax.annotate(
            text, (cut, 0.62), xycoords=("data", "axes fraction"), xytext=(6, 0), in_layout=False, **BESIDE
        )
    ax.legend(frameon=False)
    return ax


def _checked(plot: str, groups: Any) -> Any:
    if not isinstance(groups, Mapping):
        raise TypeError(f"{plot}: expected groups as a dict, name -> numbers, got {groups!r}")
    return groups


def _finite(name: str, group: Sequence[float]) -> np.ndarray:
    numbers = np.atleast_1d(arguments.real_array(f"histogram: group {name}", group))
    return numbers[abs(numbers) <= LARGEST]


def _points(name: str, group: Any) -> np.ndarray:
    points = arguments.real_array(f"decision_boundary: group {name}", group)
    if points.size and points.shape[1:] != (2,):
        raise ValueError(
            f"decision_boundary: group {name}: expected two features, shape (n, 2), got {points.shape}"
        )
    return points.reshape(-1, 2)


def decision_boundary(
    score: Callable[[Any], Any],
    groups: Mapping[str, Any],
    *,
    threshold: float = 0.5,
    labels: tuple[str, str] = ("", ""),
    ax: Any = None,
) -> Any:
    """Plot the regions of a classifier of two features, the boundary between them, and the data.

    score      a function of an array (n, 2) of points that returns one number for each, as a Value or an
               array of shape (n,) or (n, 1): a net, or its sigmoid.
    groups     name -> points of shape (n, 2); the first group is to score below the threshold.
    threshold  the score at the boundary: 0.5 for probabilities, 0 for logits.
    labels     the names of the two features, for the axes.

    >>> ax = decision_boundary(lambda x: x[:, 0] + x[:, 1], {"low": [(0.1, 0.2)], "high": [(0.9, 0.8)]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['low (1)', 'high (1)']
    """
    arguments.function("decision_boundary: score", score, "a function of points, such as a net")
    named = {name: _points(name, group) for name, group in _checked("decision_boundary", groups).items()}
    points_of_all = np.concatenate([*named.values(), np.empty((0, 2))])
    if not points_of_all.size or not (abs(points_of_all) <= LARGEST).all():
        raise ValueError("decision_boundary: expected one point at least, and finite features")
    ax = axes(ax, 6.0, 5.0)
    width = np.ptp(points_of_all, axis=0)
    margin = np.where(width > 1e-300, 0.08 * width, 1.0)
    low, high = points_of_all.min(axis=0) - margin, points_of_all.max(axis=0) + margin
    across, up = np.meshgrid(np.linspace(low[0], high[0], 201), np.linspace(low[1], high[1], 201))
    scores = score(np.column_stack([across.ravel(), up.ravel()]))
    scores = np.reshape(scores.data if isinstance(scores, Value) else scores, across.shape)
    ax.contourf(across, up, scores > threshold, [-0.5, 0.5, 1.5], colors=["#dbe9f4", "#fbe9dd"])
    if scores.min() < threshold < scores.max():
        ax.contour(across, up, scores, [threshold], colors=INK, linewidths=2)
    for (name, points), style in zip(named.items(), cycle(STYLES)):
        look = {
            "color": style["color"],
            "marker": style["marker"],
            "s": 26,
            "edgecolors": "white",
            "linewidths": 0.6,
        }
        ax.scatter(*points.T, label=f"{label(name)} ({len(points)})", zorder=3, **look)
    ax.set(xlabel=label(labels[0]), ylabel=label(labels[1]))
    legend_below(ax)
    return ax
