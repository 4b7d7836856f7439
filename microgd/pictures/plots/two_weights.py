"""The error of two weights: a map with contour lines, a surface, the gradient and the step against it.

As in one_knob.py the functions take the error as a function of a Value, here of a vector of two weights, and
draw into the Axes that they are given or into new ones, which they return.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...autodiff import grad, hessian
from ...learning import arguments
from ..error_function import Error, argument_name, check_spans, error_at, finite
from ..numbers import number
from .one_knob import height_of
from .paths import Paths, Span, draw_path, number_the_steps, path_label, steps_inside, styled_paths
from .style import BLUE, GREY, INK, ORANGE, VERMILION, arrow, axes, legend_below


def error_contour(error: Error, x: Span, y: Span, paths: Paths = None, *, ax: Any = None) -> Any:
    """Plot the error over two weights as a map, with descents on it; lighter is lower, a star the minimum.

    error  a function of a vector of two weights.
    x, y   (low, high) of the first and of the second weight.
    paths  one path (pairs of weights), a dict of them by name, or none.

    The contour lines are quantiles of the error: between neighbouring lines lies an equal share of the map,
    so a flat valley has lines too. One unit is equally long in both directions, so that the gradient is at
    right angles to the lines; if the weights differ in size, `ax.set_aspect("auto")` fills the plot and gives
    that up.

    >>> bowl = lambda w: np.sum(np.array([1.0, 5.0]) * w * w)
    >>> ax = error_contour(bowl, (-2, 2), (-2, 2), {"gradient descent": [(1.5, 1.0), (1.2, 0.1)]})
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('w[0]', 'w[1]')
    """
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    across, up, errors = _grid(error, x, y)
    ax = axes(ax, 6.0, 5.0)
    levels = _levels(errors)
    if len(levels) > 1:
        shades = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#b8c4d2"])
        ax.contourf(across, up, errors, levels, cmap=shades, norm=BoundaryNorm(levels, shades.N))
        ax.contour(across, up, errors, levels[1:-1], colors=GREY, linewidths=0.6, linestyles="solid")
    star = {"markersize": 14, "color": INK, "markerfacecolor": ORANGE, "zorder": 3}
    ax.plot(*_lowest(error, across, up, errors), "*", **star)
    ax.set(xlim=x, ylim=y, aspect="equal" if 1e-3 < np.ptp(x) / np.ptp(y) < 1e3 else "auto")
    ax.set(xlabel=f"{argument_name(error)}[0]", ylabel=f"{argument_name(error)}[1]")
    for name, points, style in styled_paths(paths, ndim=2):
        inside = steps_inside(points, [x, y])
        draw_path(ax, points[: inside + 1], path_label(name, inside, points), style)
    number_the_steps(ax)
    legend_below(ax)
    return ax


def error_surface(error: Error, x: Span, y: Span, paths: Paths = None, *, ax: Any = None) -> Any:
    """Plot the same in three dimensions, with the error upwards. The arguments are those of `error_contour`.

    ax  must be three-dimensional: `figure.add_subplot(projection="3d")`.

    >>> ax = error_surface(lambda w: np.sum(w * w), (-2, 2), (-2, 2), [(1.5, 1.0), (0.3, 0.2)])
    >>> ax.get_zlabel()
    'error'
    """
    across, up, errors = _grid(error, x, y)
    bottom, height = np.nanmin(errors), height_of(errors[np.isfinite(errors)])
    floor = bottom - 0.35 * height
    ax = axes(ax, 7.0, 5.5, projection="3d")
    ax.computed_zorder = False  # draw the paths, which lie on the surface, in front of it
    ground = {"zdir": "z", "offset": floor, "colors": GREY, "linewidths": 0.5, "linestyles": "solid"}
    ax.contour(across, up, errors, _levels(errors), **ground)
    ax.plot_surface(across, up, errors, color="#dfe6ee", alpha=0.55, rcount=40, ccount=40, shade=False)
    ax.plot_wireframe(across, up, errors, color=GREY, rcount=16, ccount=16, linewidth=0.4)
    for name, points, style in styled_paths(paths, ndim=2):
        inside = steps_inside(points, [x, y])
        heights = [error_at(error, point) for point in points[:inside]]
        shadow = {"color": style["color"], "linewidth": 1, "alpha": 0.6}
        ax.plot(*points[:inside].T, floor, **shadow)
        ax.plot(*points[:inside].T, heights, label=path_label(name, inside, points), **style, markersize=4)
    ax.set(xlim=x, ylim=y, zlim=(floor, bottom + height), zlabel="error")
    ax.set(xlabel=f"{argument_name(error)}[0]", ylabel=f"{argument_name(error)}[1]")
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.get_major_locator().set_params(nbins=5)
    ax.set_zticks([tick for tick in ax.get_zticks() if tick >= bottom])  # none between map and surface
    ax.set_box_aspect((1, 1, 0.8), zoom=0.9)  # room for the label of the third axis
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False, fontsize="small", loc="upper left")
    return ax


def gradient_and_step(error: Error, at: Sequence[float], learning_rate: float, *, ax: Any) -> Any:
    """Draw on a map of `error_contour` the gradient, which points uphill, and the step against it.

    The step has its own length. The gradient has other units (error per weight): its arrow is a fifth of the
    map's width long (shorter at the border), and its norm stands in the legend.

    >>> bowl = lambda w: np.sum(np.array([1.0, 5.0]) * w * w)
    >>> ax = error_contour(bowl, (-2, 2), (-2, 2))
    >>> ax = gradient_and_step(bowl, (1.5, 0.4), learning_rate=0.1, ax=ax)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['gradient, uphill: 5 long', 'step at rate 0.1, against it']
    """
    start, learning_rate = _place(at), arguments.number("learning_rate", learning_rate, "[0, inf)")
    ax = axes(ax)
    gradient = grad(error)(start)
    norm = float(np.linalg.norm(gradient))
    uphill = gradient * (np.ptp(ax.get_xlim()) / 5 / norm if norm else 0.0)
    borders = np.where(uphill > 0, *np.transpose([ax.get_xlim(), ax.get_ylim()])[::-1])
    uphill *= min(1.0, *(0.95 * abs(borders - start) / np.maximum(abs(uphill), 1e-300)))
    step = -learning_rate * gradient
    arrow(ax, start, start + uphill, VERMILION, f"gradient, uphill: {number(norm, 4)} long", linestyle=":")
    arrow(ax, start, start + step, BLUE, f"step at rate {number(learning_rate, 4)}, against it")
    ax.plot(*start, "o", color=INK, markersize=7, zorder=5)
    legend_below(ax)
    return ax


def gradient_on_surface(error: Error, at: Sequence[float], learning_rate: float, *, ax: Any) -> Any:
    """Draw on a surface of `error_surface` the gradient and the step, as tangents at a place.

    Both arrows lie in the tangent plane, so the step ends beside the surface where it bends. The gradient's
    arrow is a fifth of the map's width long across, as in `gradient_and_step`.

    >>> bowl = lambda w: np.sum(w * w)
    >>> ax = error_surface(bowl, (-2, 2), (-2, 2))
    >>> ax = gradient_on_surface(bowl, (1.5, 0.0), learning_rate=0.2, ax=ax)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['gradient, uphill: 3 long', 'step at rate 0.2, against it']
    """
    start, learning_rate = _place(at), arguments.number("learning_rate", learning_rate, "[0, inf)")
    gradient = grad(error)(start)
    norm = float(np.linalg.norm(gradient))
    uphill = gradient * (np.ptp(ax.get_xlim()) / 5 / norm if norm else 0.0)
    here = np.append(start, error_at(error, start))
    for change, colour, name in (
        (uphill, VERMILION, f"gradient, uphill: {number(norm, 4)} long"),
        (-learning_rate * gradient, BLUE, f"step at rate {number(learning_rate, 4)}, against it"),
    ):
        tangent = np.append(change, gradient @ change)
        ax.quiver(*here, *tangent, color=colour, linewidth=2.4, arrow_length_ratio=0.15, label=name, zorder=6)
    ax.legend(frameon=False, fontsize="small", loc="upper left")
    return ax


def _place(at: Sequence[float]) -> np.ndarray:
    place = arguments.real_array("at", at)
    if place.shape != (2,):
        raise ValueError(f"at: expected two weights, got shape {place.shape}")
    return place


def _grid(error: Error, x: Span, y: Span) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both weights and the error on a grid, nan where the error is not finite."""
    check_spans(x=x, y=y)
    across, up = np.meshgrid(np.linspace(*x, 61), np.linspace(*y, 61))
    errors = np.array([error_at(error, point) for point in zip(across.flat, up.flat)])
    return across, up, finite(errors, f"over {x} and {y}").reshape(across.shape)


def _levels(errors: np.ndarray) -> np.ndarray:
    """Return the errors of the contour lines: quantiles."""
    return np.unique(np.nanquantile(errors, np.linspace(0, 1, 16)))


def _lowest(error: Error, across: np.ndarray, up: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Find the minimum: the lowest point of the grid, refined by Newton's method.

    The refined point counts only if it is lower and Newton's method stays in the plot.
    """
    lowest = np.nanargmin(errors)
    on_grid = point = np.array([across.flat[lowest], up.flat[lowest]])
    for _ in range(20):
        try:
            point = point - np.linalg.solve(hessian(error)(point), grad(error)(point))
        except np.linalg.LinAlgError:  # flat in some direction
            break
        if not steps_inside(point[np.newaxis], [(across.min(), across.max()), (up.min(), up.max())]):
            return on_grid
    return min(on_grid, point, key=lambda place: error_at(error, place))
