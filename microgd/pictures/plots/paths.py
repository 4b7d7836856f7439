"""Paths of descents: how they are given, where they leave a plot, how they are drawn.

A path is a sequence of weights as a descent went through them, n numbers for a curve, n pairs for a surface;
or a History with a single parameter. Several paths are a dict: name -> path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from ...learning import History, arguments
from ..error_function import LARGEST
from .style import BESIDE, INK, STYLES, label

Span = tuple[float, float]
Paths = Any


def styled_paths(paths: Paths, ndim: int) -> Iterator[tuple[str, np.ndarray, Mapping[str, Any]]]:
    """Yield the name, the points and the style of every path."""
    if paths is None:
        return
    named = paths if isinstance(paths, Mapping) else {"": paths}
    for (name, path), style in zip(named.items(), cycle(STYLES)):
        yield name, as_path(path, ndim), style


def as_path(path: Any, ndim: int) -> np.ndarray:
    """Convert a sequence or a History to an array of points. Raises ValueError if it is not a path."""
    if isinstance(path, History):
        if len(path.parameters) != 1:
            raise ValueError(
                f"path: expected a History of one parameter, got {', '.join(path.parameters)}: "
                "put what you want to see together, np.column_stack([history.parameters[...], ...])"
            )
        (path,) = path.parameters.values()
    points = arguments.real_array("path", path)
    wanted = "n numbers" if ndim == 1 else "n pairs of weights"
    if points.ndim != ndim or not len(points) or (ndim == 2 and points.shape[1] != 2):
        raise ValueError(f"path: expected {wanted}, n at least 1, got shape {points.shape}")
    return points


def steps_inside(points: np.ndarray, spans: Sequence[Span]) -> int:
    """Count the points of a path before the first one that is outside the plot or not finite."""
    columns = points.reshape(len(points), -1).T
    inside = np.logical_and.reduce([(low <= x) & (x <= high) for x, (low, high) in zip(columns, spans)])
    return len(points) if inside.all() else int(np.argmin(inside))


def path_label(name: str, inside: int, points: np.ndarray) -> str:
    """Label a path in the legend, with the step at which it leaves the plot."""
    shown = label(name)
    return shown if inside == len(points) else f"{shown} (leaves the picture at step {inside})".strip()


def draw_path(ax: Any, points: np.ndarray, name: str, style: Mapping[str, Any]) -> None:
    """Draw a line through the points and a large marker at the start."""
    points = points[(abs(points) <= LARGEST).all(axis=1)]
    ax.plot(*points.T, **style, markersize=4, linewidth=1.6, label=name or None, zorder=4, gid="path")
    start = {"marker": style["marker"], "color": style["color"], "markersize": 11, "markeredgecolor": INK}
    ax.plot(*points[:1].T, **start, zorder=5)


def number_the_steps(ax: Any) -> None:
    """Number the first steps of a path that is alone, beside the path, as long as the numbers have room."""
    paths = [line.get_xydata() for line in ax.lines if line.get_gid() == "path"]
    if len(paths) != 1:
        return
    ax.apply_aspect()  # as it will be drawn: one unit equally long in both directions, or not
    on_paper = ax.transData.transform(paths[0][:8])
    places = ax.transAxes.inverted().transform(on_paper)
    taken: list[np.ndarray] = []
    for step, place in enumerate(places[:7]):
        if np.all((place >= 0) & (place <= 1)) and all(np.linalg.norm(place - x) > 0.06 for x in taken):
            taken.append(place)
            at = {"xytext": _beside(on_paper, step), "ha": "center", "va": "center"}
            ax.annotate(str(step), paths[0][step], **at, fontsize="small", zorder=7, **BESIDE)


def _beside(on_paper: np.ndarray, step: int) -> tuple[float, float]:
    """Return an offset in points, at right angles to the path as it comes and goes, to the upper side."""
    before, after = on_paper[max(step - 1, 0)], on_paper[min(step + 1, len(on_paper) - 1)]
    across, up = np.asarray(after - before, float)
    length = float(np.hypot(across, up))
    if not length > 0.0:  # the path stands still, or turns back
        return 0.0, 13.0
    side = 1.0 if across > 0.0 else -1.0
    return -13.0 * side * up / length, 13.0 * side * across / length
