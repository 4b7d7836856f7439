"""The style of all plots: colours, dashes and markers, new Axes, the legend.

The colours are those of M. Okabe and K. Ito, "Color universal design", 2008, which colour-blind readers can
tell apart. Lines differ in dash and marker too, for print without colour.
"""

from __future__ import annotations

from typing import Any

from ..names import LONGEST_NAME, printable

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
"""The looks of lines in one plot: each differs from the others in colour, dash and marker."""

ZERO_WIDTH_SPACE = "\u200b"

BESIDE = {"textcoords": "offset points", "color": INK}
"""Arguments of `annotate` for a text beside a point."""


def label(name: object, longest: int = LONGEST_NAME) -> str:
    """Write a name so that matplotlib shows it as it is.

    Matplotlib reads text between $ as mathematics, and leaves out of a legend what begins with _.
    """
    text = printable(str(name), longest).replace("$", r"\$")
    return f"{ZERO_WIDTH_SPACE}{text}" if text.startswith("_") else text


def axes(ax: Any, width: float = 7.0, height: float = 4.0, **kind: Any) -> Any:
    """Return the Axes that were given, new ones for None; raise TypeError for anything else."""
    if ax is None:
        return new_axes(width, height, **kind)
    if not hasattr(ax, "plot"):
        raise TypeError(f"ax: expected Axes of matplotlib, or None for new ones, got {ax!r}")
    return ax


def new_axes(width: float = 7.0, height: float = 4.0, **kind: Any) -> Any:
    """Make the Axes of a new figure, in inches, that belongs to no window. kind: `projection="3d"`."""
    from matplotlib.figure import Figure

    axes = Figure(figsize=(width, height), layout="constrained").add_subplot(**kind)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def legend_below(ax: Any) -> None:
    """Put the legend under the plot, where it hides no data; without labels there is none."""
    names = ax.get_legend_handles_labels()[1]
    if names:
        under = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "borderaxespad": 4.8}
        ax.legend(frameon=False, fontsize="small", ncols=1 if max(map(len, names)) > 32 else 2, **under)


def arrow(ax: Any, start: Any, end: Any, colour: str, label: str = "", linestyle: str = "-") -> None:
    """Draw an arrow as a line, which a legend can show, with a head at its end."""
    ax.plot(*zip(start, end), color=colour, linestyle=linestyle, linewidth=2.4, label=label or None, zorder=4)
    head = {
        "arrowstyle": "-|>",
        "color": colour,
        "mutation_scale": 22,
        "linewidth": 0,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", tuple(end), tuple(start), arrowprops=head, zorder=4)
