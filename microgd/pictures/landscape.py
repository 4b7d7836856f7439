"""Curves on paper: matplotlib pictures of data and of descents.

Each function draws into the Axes that it is given (or into a new one) and returns the Axes, so that a
picture can be composed, titled and saved as matplotlib's users know it. Nothing here needs a screen.
Colours are from Okabe and Ito's palette, which stays apart for the colour-blind and in grey print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
INK = "#222222"


def new_axes(width: float = 7.0, height: float = 4.0) -> Any:
    """Axes of a new figure (in inches) that belongs to no window."""
    from matplotlib.figure import Figure

    axes = Figure(figsize=(width, height), layout="constrained").add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def histogram(
    groups: Mapping[str, Sequence[float]],
    cut: float | None = None,
    *,
    unit: str = "",
    bins: int = 38,
    ax: Any = None,
) -> Any:
    """How each group spreads over one measurement, and the cut that is to tell them apart.

    groups  name -> its numbers, two or more; drawn over each other, translucent, so that what no cut
            can separate is seen.
    cut     drawn as a line, with what is on either side of it.
    unit    of the measurement, for the axis and the line's label.

    Raises ValueError where there is nothing to draw.

    >>> ax = histogram({"cat": [3.5, 4.0, 4.2], "dog": [4.1, 9.0, 20.0]}, cut=5.27, unit="kg")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['cat (3)', 'dog (3)']
    """
    numbers = np.concatenate([np.asarray(group, dtype=float) for group in groups.values()] or [np.empty(0)])
    if not numbers.size:
        raise ValueError("histogram: expected at least one number in the groups, got none")
    ax = new_axes() if ax is None else ax
    edges = np.linspace(min(0.0, numbers.min()), numbers.max(), bins + 1)
    for (name, group), colour, hatch in zip(
        groups.items(), (BLUE, ORANGE, GREEN, PURPLE), ("", "//", "\\\\", "..")
    ):
        label = f"{name} ({len(group)})"
        ax.hist(group, edges, label=label, color=colour, alpha=0.55, edgecolor=colour, hatch=hatch)
    ax.set_xlabel(unit)
    ax.set_ylabel("how many")
    if cut is not None:
        ax.axvline(cut, color=INK, linewidth=2)
        ax.annotate(
            f"cut at {cut:.2f} {unit}".rstrip(),
            (cut, 0.62), xycoords=("data", "axes fraction"), xytext=(6, 0), textcoords="offset points", color=INK,
        )  # fmt: skip
    ax.legend(frameon=False)
    return ax
