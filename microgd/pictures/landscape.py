"""Error landscapes on paper: the hill, the ball, the ways down. Needs matplotlib.

The error of one knob is a curve, of two weights a surface. Each function here takes the error as you
would write it for Values, evaluates it and its gradient with the library, draws into the Axes that it
is given (or into new ones) and returns the Axes, so a picture is composed, titled and saved as
matplotlib's users know it: `ax.figure.savefig("curve.svg")`. Nothing here needs a screen.

Read `error_curve`, `tangents` and `paths_on_curve` for one knob, then `error_contour`, `error_surface`
and `gradient_and_step` for two weights. `animate_on_curve` and `animate_on_contour` move the ball. How a run
went over time is in runs.py, what the data look like in data.py.

A path is a sequence of weights as a descent went through them, n numbers for a curve, n pairs for a
surface; or a History of it, where it has a single parameter. Several paths are a dict: name -> path.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, pairwise
from typing import Any

import numpy as np

from ..autodiff import Value, grad, hessian, value_and_grad
from ..learning import History
from .paper import BESIDE, BLUE, GREY, INK, ORANGE, STYLES, VERMILION, legend_below, new_axes

Error = Callable[[Any], Any]
"""A function of a Value (a number, or two weights as a vector) that returns a single number."""
Span = tuple[float, float]
Paths = Any


# One knob: the error as a curve ------------------------------------------------------------------


def error_curve(error: Error, low: float, high: float, *, ball: float | None = None, ax: Any = None) -> Any:
    """The error over one knob from low to high: the hill, the ball on it, the minimum.

    Every pit inside is marked: the deepest with a star, the others with a hollow one. A pit is where the
    derivative, which the library computes, turns from negative to positive; a slope that would not amount to
    a billionth of the curve's height from one side of the picture to the other counts as none.

    ball  the knob's present setting.

    Raises ValueError where low is not below high, or the error is finite nowhere in between.

    >>> ax = error_curve(lambda knob_weight: (0.5 * knob_weight - 0.8) ** 2, 0.0, 3.0, ball=0.5)
    >>> ax.get_xlabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('knob_weight', ['here: 0.5, error 0.3025', 'minimum: 1.6, error 0'])
    """
    ax, errors = _curve(error, low, high, ax)
    if ball is not None:
        _ball(ax, error, ball)
    for i, pit in enumerate(_pits(error, low, high, _flat(errors) / (high - low))):
        label = f"{'another pit' if i else 'minimum'}: {_short(pit)}, error {_short(_error_at(error, pit))}"
        face = "white" if i else ORANGE
        ax.plot(
            pit,
            _error_at(error, pit),
            "*",
            markersize=15,
            color=INK,
            markerfacecolor=face,
            label=label,
            zorder=5,
        )
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False)
    return ax


def tangents(
    error: Error, low: float, high: float, at: Sequence[float], *, learning_rate: float, ax: Any = None
) -> Any:
    """The derivative as a slope: a tangent at each of several settings of the knob, and the step from there.

    The arrow runs along the axis of the knob, from the setting to where the step -learning_rate * slope
    leads: against the sign of the slope, and far where it is steep.

    >>> ax = tangents(lambda knob: (0.5 * knob - 0.8) ** 2, -1.0, 4.0, [0.5, 3.0], learning_rate=0.5)
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['slope −0.55\\nstep +0.275', 'slope +0.7\\nstep −0.35']
    """
    ax, errors = _curve(error, low, high, ax)
    reach = (high - low) / 10
    height = _height(errors)
    ground = errors.min() - 0.12 * height
    for setting, style in zip(at, cycle(STYLES[1:])):
        here, slope = value_and_grad(error)(float(setting))
        step = -learning_rate * slope
        half = reach / np.hypot(1.0, slope * (high - low) / height)  # equally long on paper
        ends = np.array([setting - half, setting + half])
        ax.plot(ends, here + slope * (ends - setting), color=style["color"], linewidth=3, zorder=3)
        ax.plot(setting, here, marker=style["marker"], color=style["color"], markersize=8, zorder=4)
        ax.plot([setting, setting], [ground, here], color=style["color"], linewidth=0.8, linestyle=":")
        _arrow(ax, (setting, ground), (setting + step, ground), style["color"])
        side = -int(np.sign(step)) if abs(step) > reach / 100 else 0  # of the point, where the valley is
        ax.annotate(
            f"slope {_signed(slope)}\nstep {_signed(step)}", (setting, here), xytext=(-14 * side, 8),
            ha=["center", "right", "left"][side], fontsize="small", **BESIDE,
        )  # fmt: skip
    return ax


def paths_on_curve(error: Error, low: float, high: float, paths: Paths, *, ax: Any = None) -> Any:
    """Descents on the curve over one knob: the straight lines between steps show a leap over the minimum.

    paths  one path (the knob after 0, 1, 2, ... steps) or a dict of them by name. The start is a large
           marker; the first steps are numbered. What leaves the picture is cut, and the legend says when.

    >>> ax = paths_on_curve(lambda knob: knob * knob, -2.0, 2.0, {"rate 0.9": [1.5, -1.2, 0.96]})
    >>> ax.get_legend().get_texts()[0].get_text()
    'rate 0.9'
    """
    ax, errors = _curve(error, low, high, ax)
    ax.set(xlim=(low, high), ylim=_with_margin(errors))
    for name, settings, style in _each(paths, ndim=1):
        inside = _steps_inside(settings, [(low, high)])
        points = np.array([(x, _error_at(error, x)) for x in settings[: inside + 1]])
        _draw_path(ax, points, _said(name, inside, settings), style)
    _number_the_steps(ax)
    legend_below(ax)
    return ax


def _curve(error: Error, low: float, high: float, ax: Any) -> tuple[Any, np.ndarray]:
    """The Axes with the curve in them, and the errors on it that are finite."""
    if not low < high:
        raise ValueError(f"expected low < high, got {low} and {high}")
    settings = np.linspace(low, high, 401)
    errors = [_error_at(error, x) for x in settings]
    known = finite(errors, f"from {low} to {high}")
    ax = new_axes() if ax is None else ax
    ax.plot(settings, errors, color=GREY, linewidth=2, zorder=1)
    ax.set(xlabel=argument_name(error), ylabel="error")
    return ax, known


def _ball(ax: Any, error: Error, setting: float) -> None:
    here = _error_at(error, setting)
    label = f"here: {_short(setting)}, error {_short(here)}"
    ax.plot(setting, here, "o", markersize=13, color=BLUE, markeredgecolor=INK, label=label, zorder=6)


def _flat(errors: np.ndarray) -> float:
    """The rise that is none: a billionth of the curve's height, and never less than floats can tell."""
    return float(max(1e-9 * np.ptp(errors), np.spacing(abs(errors).max())))


def _pits(error: Error, low: float, high: float, flat: float) -> list[float]:
    """Where the derivative turns from below -flat to above flat, found by halving; the deepest first."""
    slope = grad(error)
    slopes = [(x, slope(float(x))) for x in np.linspace(low, high, 401)]
    steep = [(x, s) for x, s in slopes if abs(s) > flat]
    brackets = [(a, b) for (a, left), (b, right) in pairwise(steep) if left < 0 < right]
    pits = []
    for a, b in brackets:
        for _ in range(60):
            middle = (a + b) / 2
            a, b = (middle, b) if slope(float(middle)) < 0 else (a, middle)
        pits.append(float(a + b) / 2)
    return sorted(pits, key=lambda pit: _error_at(error, pit))


# Two weights: the error as a surface -------------------------------------------------------------


def error_contour(error: Error, x: Span, y: Span, paths: Paths = None, *, ax: Any = None) -> Any:
    """The error over two weights as a map, and descents on it. Lighter is lower; the star is the minimum.

    error  a function of a vector of two weights.
    x, y   (low, high) of the first and of the second weight.
    paths  one path (pairs of weights), a dict of them by name, or none.

    Between neighbouring lines lies an equal share of the map, so a flat valley has lines too; they are
    not at equal distances in error. One unit is equally long in both directions, so that the gradient stands
    at right angles to the lines; where the weights are of unlike size, `ax.set_aspect("auto")` fills the
    picture and gives that up.

    >>> bowl = lambda w: np.sum(np.array([1.0, 5.0]) * w * w)
    >>> ax = error_contour(bowl, (-2, 2), (-2, 2), {"gradient descent": [(1.5, 1.0), (1.2, 0.1)]})
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('w[0]', 'w[1]')
    """
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    across, up, errors = _grid(error, x, y)
    ax = new_axes(6.0, 5.0) if ax is None else ax
    levels = _levels(errors)
    if len(levels) > 1:
        paper = LinearSegmentedColormap.from_list("paper", ["#ffffff", "#b8c4d2"])
        ax.contourf(across, up, errors, levels, cmap=paper, norm=BoundaryNorm(levels, paper.N))
        ax.contour(across, up, errors, levels[1:-1], colors=GREY, linewidths=0.6)
    ax.plot(
        *_lowest(error, across, up, errors), "*", markersize=14, color=INK, markerfacecolor=ORANGE, zorder=3
    )
    ax.set(
        xlim=x,
        ylim=y,
        aspect="equal",
        xlabel=f"{argument_name(error)}[0]",
        ylabel=f"{argument_name(error)}[1]",
    )
    for name, points, style in _each(paths, ndim=2):
        inside = _steps_inside(points, [x, y])
        _draw_path(ax, points[: inside + 1], _said(name, inside, points), style)
    _number_the_steps(ax)
    legend_below(ax)
    return ax


def error_surface(error: Error, x: Span, y: Span, paths: Paths = None, *, ax: Any = None) -> Any:
    """The same in three dimensions, with the error upwards: `error_contour` says what the arguments are.

    ax  must be 3-D: `figure.add_subplot(projection="3d")`.

    >>> ax = error_surface(lambda w: np.sum(w * w), (-2, 2), (-2, 2), [(1.5, 1.0), (0.3, 0.2)])
    >>> ax.get_zlabel()
    'error'
    """
    across, up, errors = _grid(error, x, y)
    bottom, height = np.nanmin(errors), _height(errors[np.isfinite(errors)])
    floor = bottom - 0.35 * height
    ax = new_axes(7.0, 5.5, projection="3d") if ax is None else ax
    ax.computed_zorder = False  # the paths lie on the surface, hence in front of it
    ax.contour(across, up, errors, _levels(errors), zdir="z", offset=floor, colors=GREY, linewidths=0.5)
    ax.plot_surface(across, up, errors, color="#dfe6ee", alpha=0.55, rcount=40, ccount=40, shade=False)
    ax.plot_wireframe(across, up, errors, color=GREY, rcount=16, ccount=16, linewidth=0.4)
    for name, points, style in _each(paths, ndim=2):
        inside = _steps_inside(points, [x, y])
        heights = [_error_at(error, point) for point in points[:inside]]
        ax.plot(
            *points[:inside].T, floor, color=style["color"], linewidth=1, alpha=0.6
        )  # its shadow on the map
        ax.plot(*points[:inside].T, heights, label=_said(name, inside, points), **style, markersize=4)
    ax.set(xlim=x, ylim=y, zlim=(floor, bottom + height), zlabel="error")
    ax.set(xlabel=f"{argument_name(error)}[0]", ylabel=f"{argument_name(error)}[1]")
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.get_major_locator().set_params(nbins=5)
    ax.set_zticks([tick for tick in ax.get_zticks() if tick >= bottom])  # none down to the map
    ax.set_box_aspect((1, 1, 0.8), zoom=0.9)  # room for the label of the third axis
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False, fontsize="small", loc="upper left")
    return ax


def gradient_and_step(error: Error, at: Sequence[float], learning_rate: float, *, ax: Any) -> Any:
    """On a map of `error_contour`: the gradient, which points uphill, and the step against it.

    The step is as long as it is. The gradient has other units (error per weight): its arrow is drawn a
    fifth of the map's width long (shorter at the border), and its length stands in the legend.
    """
    start = np.asarray(at, dtype=float)
    gradient = grad(error)(start)
    norm = float(np.linalg.norm(gradient))
    uphill = gradient * (np.ptp(ax.get_xlim()) / 5 / norm if norm else 0.0)
    borders = np.where(uphill > 0, *np.transpose([ax.get_xlim(), ax.get_ylim()])[::-1])
    uphill *= min(1.0, *(0.95 * abs(borders - start) / np.maximum(abs(uphill), 1e-300)))
    step = -learning_rate * gradient
    _arrow(ax, start, start + uphill, VERMILION, f"gradient, uphill: {_short(norm)} long", linestyle=":")
    _arrow(ax, start, start + step, BLUE, f"step at rate {_short(learning_rate)}, against it")
    ax.plot(*start, "o", color=INK, markersize=7, zorder=5)
    legend_below(ax)
    return ax


def _grid(error: Error, x: Span, y: Span) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both weights and the error on a grid; nan where it is not finite."""
    across, up = np.meshgrid(np.linspace(*x, 61), np.linspace(*y, 61))
    errors = np.array([_error_at(error, point) for point in zip(across.flat, up.flat)])
    finite(errors, f"over {x} and {y}")
    known = np.where(np.isfinite(errors), errors, np.nan)
    return across, up, known.reshape(across.shape)


def _levels(errors: np.ndarray) -> np.ndarray:
    return np.unique(np.nanquantile(errors, np.linspace(0, 1, 16)))


def _lowest(error: Error, across: np.ndarray, up: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """The lowest point of the grid, or where Newton's method leads from there within the picture, if that
    is lower still."""
    lowest = np.nanargmin(errors)
    corner = point = np.array([across.flat[lowest], up.flat[lowest]])
    for _ in range(20):
        try:
            point = point - np.linalg.solve(hessian(error)(point), grad(error)(point))
        except np.linalg.LinAlgError:  # flat in some direction
            break
        if not _steps_inside(point[np.newaxis], [(across.min(), across.max()), (up.min(), up.max())]):
            return corner
    return min(corner, point, key=lambda place: _error_at(error, place))


# Paths -------------------------------------------------------------------------------------------


def _each(paths: Paths, ndim: int) -> Iterator[tuple[str, np.ndarray, Mapping[str, Any]]]:
    """Name, points and look of every path."""
    if paths is None:
        return
    named = paths if isinstance(paths, Mapping) else {"": paths}
    for (name, path), style in zip(named.items(), cycle(STYLES)):
        yield name, _as_path(path, ndim), style


def _as_path(path: Any, ndim: int) -> np.ndarray:
    if isinstance(path, History):
        if len(path.parameters) != 1:
            raise ValueError(
                f"path: expected a History of one parameter, got {', '.join(path.parameters)}: "
                "put what you want to see together, np.column_stack([history.parameters[...], ...])"
            )
        (path,) = path.parameters.values()
    points = np.asarray(path, dtype=float)
    wanted = "n numbers" if ndim == 1 else "n pairs of weights"
    if points.ndim != ndim or not len(points) or (ndim == 2 and points.shape[1] != 2):
        raise ValueError(f"path: expected {wanted}, n at least 1, got shape {points.shape}")
    return points


def _steps_inside(points: np.ndarray, spans: Sequence[Span]) -> int:
    """How many points of a path come before the first that is out of the picture, or no number."""
    columns = points.reshape(len(points), -1).T
    inside = np.logical_and.reduce([(low <= x) & (x <= high) for x, (low, high) in zip(columns, spans)])
    return len(points) if inside.all() else int(np.argmin(inside))


def _said(name: str, inside: int, points: np.ndarray) -> str:
    return name if inside == len(points) else f"{name} (leaves the picture at step {inside})".strip()


def _draw_path(ax: Any, points: np.ndarray, label: str, style: Mapping[str, Any]) -> None:
    """A line through the points and a large marker at the start."""
    points = points[np.isfinite(points).all(axis=1)]
    ax.plot(*points.T, **style, markersize=4, linewidth=1.6, label=label or None, zorder=4, gid="path")
    start = {"marker": style["marker"], "color": style["color"], "markersize": 11, "markeredgecolor": INK}
    ax.plot(*points[:1].T, **start, zorder=5)


def _number_the_steps(ax: Any) -> None:
    """The first steps of a path that is alone, as long as their numbers have room."""
    paths = [line.get_xydata() for line in ax.lines if line.get_gid() == "path"]
    if len(paths) != 1:
        return
    places = ax.transAxes.inverted().transform(ax.transData.transform(paths[0][:7]))
    taken: list[np.ndarray] = []
    for number, place in enumerate(places):
        if np.all((place >= 0) & (place <= 1)) and all(np.linalg.norm(place - x) > 0.06 for x in taken):
            taken.append(place)
            at = {"xytext": (0, 9), "ha": "center", "fontsize": "small", "zorder": 7}
            ax.annotate(str(number), paths[0][number], **at, **BESIDE)


def _arrow(ax: Any, start: Any, end: Any, colour: str, label: str = "", linestyle: str = "-") -> None:
    """A line, which a legend can show, and the head at its end."""
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


def _with_margin(errors: np.ndarray) -> Span:
    margin = 0.08 * _height(errors)
    return errors.min() - margin, errors.max() + margin


def _height(errors: np.ndarray) -> float:
    """From the lowest to the highest; of flat ground 1."""
    return float(np.ptp(errors)) or 1.0


def finite(errors: Any, where: str) -> np.ndarray:
    """Those errors that are finite; a picture needs one at least."""
    errors = np.asarray(errors)
    known: np.ndarray = errors[np.isfinite(errors)]
    if not known.size:
        raise ValueError(f"the error is finite nowhere {where}: choose a range in which it is")
    return known


def _error_at(error: Error, weights: Any) -> float:
    return float(error(Value(weights)))


def argument_name(error: Error) -> str:
    """What the function calls its argument: the name of the knob."""
    try:
        return next(iter(inspect.signature(error).parameters), "weight")
    except (TypeError, ValueError):
        return "weight"


def _short(x: float) -> str:
    return (f"{x:.4g}" if abs(x) > 1e-12 else "0").replace("-", "−")


def _signed(x: float) -> str:
    return (f"{x:+.3g}" if abs(x) > 1e-12 else "0").replace("-", "−")


# Moving pictures ---------------------------------------------------------------------------------


def animate_on_curve(error: Error, low: float, high: float, path: Any, *, interval: int = 400) -> Any:
    """The ball rolling along a path over one knob, a picture a step, `interval` milliseconds each.

    Returns matplotlib's animation: `.to_jshtml()` is a player for a notebook or a page,
    `.save("descent.gif", writer="pillow")` a GIF.
    """
    settings = _as_path(path, ndim=1)
    settings = settings[: _steps_inside(settings, [(low, high)])]
    points = np.array([(x, _error_at(error, x)) for x in settings]).reshape(-1, 2)
    ax, errors = _curve(error, low, high, None)
    ax.set(xlim=(low, high), ylim=_with_margin(errors))
    return _animated(ax, points, points[:, 1], interval)


def animate_on_contour(error: Error, x: Span, y: Span, path: Any, *, interval: int = 400) -> Any:
    """The same over two weights, on the map that `error_contour` draws."""
    points = _as_path(path, ndim=2)
    points = points[: _steps_inside(points, [x, y])]
    return _animated(error_contour(error, x, y), points, [_error_at(error, p) for p in points], interval)


def _animated(ax: Any, points: np.ndarray, errors: Any, interval: int) -> Any:
    from matplotlib.animation import FuncAnimation

    if not len(points):
        raise ValueError("path: expected a start inside the picture, got one outside")
    (trace,) = ax.plot([], [], color=BLUE, linewidth=1.2, marker="o", markersize=3, zorder=5)
    (ball,) = ax.plot([], [], "o", markersize=13, color=BLUE, markeredgecolor=INK, zorder=6)
    title = ax.set_title("step 0", loc="left", fontsize="medium")

    def show(step: int) -> list[Any]:
        trace.set_data(*points[: step + 1].T)
        ball.set_data(*points[step : step + 1].T)
        title.set_text(f"step {step}: error {_short(errors[step])}")
        return [trace, ball, title]

    return FuncAnimation(ax.figure, show, frames=len(points), interval=interval)
