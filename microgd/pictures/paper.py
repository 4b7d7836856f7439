"""How pictures on paper look: their colours and dashes, new Axes, the legend. Needs matplotlib.

The colours are those of M. Okabe and K. Ito, "Color universal design", 2008, which stay apart for the
colour-blind. Lines differ in dash and marker too, for print without colour.
"""

from __future__ import annotations

from typing import Any

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILION, SKY, INK, GREY = "#D55E00", "#56B4E9", "#222222", "#767676"
STYLES: list[dict[str, Any]] = [
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILION, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PURPLE, "linestyle": ":", "marker": "D"},
    {"color": ORANGE, "linestyle": (0, (6, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": SKY, "linestyle": (0, (8, 2)), "marker": "P"},
    {"color": INK, "linestyle": (0, (1, 1)), "marker": "X"},
]
"""How lines that stand together are told apart: each by colour, by dash and by marker."""

BESIDE = {"textcoords": "offset points", "color": INK}
"""What `annotate` needs for words beside a point."""


def new_axes(width: float = 7.0, height: float = 4.0, **kind: Any) -> Any:
    """Axes of a new figure (in inches) that belongs to no window. kind: `projection="3d"`."""
    from matplotlib.figure import Figure

    axes = Figure(figsize=(width, height), layout="constrained").add_subplot(**kind)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def legend_below(ax: Any) -> None:
    """Under the picture, so never over the data; none where nothing has a name."""
    names = ax.get_legend_handles_labels()[1]
    if names:
        under = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "borderaxespad": 4.8}
        ax.legend(frameon=False, fontsize="small", ncols=1 if max(map(len, names)) > 32 else 2, **under)
