"""The error of one knob: a curve, the ball on it, tangents, and the steps of descents.

Every function takes the error as one writes it for Values, evaluates it and its derivative with the library,
draws into the Axes that it is given (or into new ones) and returns the Axes. A plot is composed, titled and
saved as in all of matplotlib: `ax.figure.savefig("curve.svg")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, pairwise
from typing import Any

import numpy as np

from ...autodiff import grad, value_and_grad
from ...learning import arguments
from ..error_function import LARGEST, Error, argument_name, check_span, error_at, finite
from ..numbers import number, signed, without_noise
from .paths import Paths, Span, draw_path, number_the_steps, path_label, steps_inside, styled_paths
from .style import BESIDE, BLUE, GREY, INK, ORANGE, STYLES, arrow, axes, legend_below


def error_curve(error: Error, low: float, high: float, *, ball: float | None = None, ax: Any = None) -> Any:
    """Plot the error over one knob from low to high: the curve, the ball on it, the minima.

    Every local minimum inside is marked, the lowest one with a filled star, the others with hollow ones. It
    is where the derivative, which the library computes, changes sign from - to +; a slope that would change
    the error by less than a billionth of the curve's height from one side of the plot to the other counts as
    0.

    ball  the knob's present setting.

    Raises ValueError if low is not below high, or if the error is finite nowhere in between.

    >>> ax = error_curve(lambda knob_weight: (0.5 * knob_weight - 0.8) ** 2, 0.0, 3.0, ball=0.5)
    >>> ax.get_xlabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('knob_weight', ['here: 0.5, error 0.3025', 'minimum: 1.6, error 0'])
    """
    ax, errors = draw_curve(error, low, high, ax)
    if ball is not None:
        ball = arguments.number("ball", ball, "(-inf, inf)")

    def place(setting: float) -> str:
        x, y = without_noise(setting, high - low), without_noise(error_at(error, setting), height_of(errors))
        return f"{number(x, 4)}, error {number(y, 4)}"

    if ball is not None:
        look = {"markersize": 13, "color": BLUE, "markeredgecolor": INK, "zorder": 6}
        ax.plot(ball, error_at(error, ball), "o", label=f"here: {place(ball)}", **look)
    for i, minimum in enumerate(_minima(error, low, high, _negligible(errors) / (high - low))):
        label = f"{'another pit' if i else 'minimum'}: {place(minimum)}"
        look = {"markersize": 15, "color": INK, "markerfacecolor": "white" if i else ORANGE, "zorder": 5}
        ax.plot(minimum, error_at(error, minimum), "*", label=label, **look)
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False)
    return ax


def tangents(
    error: Error, low: float, high: float, at: Sequence[float], *, learning_rate: float, ax: Any = None
) -> Any:
    """Plot the derivative as a slope: the tangent at several settings of the knob, and the step from each.

    The arrow runs along the axis of the knob, from the setting to where the step -learning_rate * slope
    leads: against the sign of the slope, and far where the curve is steep.

    >>> ax = tangents(lambda knob: (0.5 * knob - 0.8) ** 2, -1.0, 4.0, [0.5, 3.0], learning_rate=0.5)
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['slope −0.55\\nstep +0.275', 'slope +0.7\\nstep −0.35']
    """
    ax, errors = draw_curve(error, low, high, ax)
    learning_rate = arguments.number("learning_rate", learning_rate, "[0, inf)")
    reach = (high - low) / 10
    height = height_of(errors)
    ground = errors.min() - 0.12 * height
    for setting, style in zip(np.atleast_1d(arguments.real_array("at", at)), cycle(STYLES[1:])):
        here, slope = value_and_grad(error)(float(setting))
        if not abs(here) <= LARGEST or not abs(slope) <= LARGEST:
            raise ValueError(f"tangents: the error has no finite slope at {setting}")
        step = -learning_rate * slope
        half = reach / np.hypot(1.0, slope * (high - low) / height)  # equally long on paper
        ends = np.array([setting - half, setting + half])
        tip = np.clip(setting + step, low - 10 * reach, high + 10 * reach)  # a step out of sight is cut
        ax.plot(ends, here + slope * (ends - setting), color=style["color"], linewidth=3, zorder=3)
        ax.plot(setting, here, marker=style["marker"], color=style["color"], markersize=8, zorder=4)
        ax.plot([setting, setting], [ground, here], color=style["color"], linewidth=0.8, linestyle=":")
        arrow(ax, (setting, ground), (tip, ground), style["color"])
        texts = [
            f"slope {signed(without_noise(slope, height / (high - low)), 3)}",
            f"step {signed(without_noise(step, high - low), 3)}",
        ]
        side = -int(np.sign(step)) if abs(step) > reach / 100 else 0  # of the point, where the valley is
        alignment = ["center", "right", "left"][side]
        place = {"xytext": (-14 * side, 8), "ha": alignment, "fontsize": "small"}
        ax.annotate("\n".join(texts), (setting, here), **place, **BESIDE)
    return ax


def paths_on_curve(error: Error, low: float, high: float, paths: Paths, *, ax: Any = None) -> Any:
    """Plot descents on the curve over one knob; a line between two steps shows a leap over the minimum.

    paths  one path (the knob after 0, 1, 2, ... steps) or a dict of them by name. The start is a large
           marker; the first steps are numbered. A path that leaves the plot is cut, and the legend says at
           which step.

    >>> ax = paths_on_curve(lambda knob: knob * knob, -2.0, 2.0, {"rate 0.9": [1.5, -1.2, 0.96]})
    >>> ax.get_legend().get_texts()[0].get_text()
    'rate 0.9'
    """
    ax, errors = draw_curve(error, low, high, ax)
    ax.set(xlim=(low, high), ylim=with_margin(errors))
    for name, settings, style in styled_paths(paths, ndim=1):
        inside = steps_inside(settings, [(low, high)])
        points = np.array([(x, error_at(error, x)) for x in settings[: inside + 1]])
        draw_path(ax, points, path_label(name, inside, settings), style)
    number_the_steps(ax)
    legend_below(ax)
    return ax


def draw_curve(error: Error, low: float, high: float, ax: Any) -> tuple[Any, np.ndarray]:
    """Draw the curve; return the Axes and the errors on it that are finite."""
    check_span(low, high)
    settings = np.linspace(low, high, 401)
    errors = finite([error_at(error, x) for x in settings], f"from {low} to {high}")
    ax = axes(ax)
    ax.plot(settings, errors, color=GREY, linewidth=2, zorder=1)
    ax.set(xlabel=argument_name(error), ylabel="error")
    return ax, errors[~np.isnan(errors)]


def _negligible(errors: np.ndarray) -> float:
    """Return a rise that counts as none: a billionth of the curve's height, at least the rounding error."""
    return float(max(1e-9 * np.ptp(errors), np.spacing(abs(errors).max())))


def _minima(error: Error, low: float, high: float, flat: float) -> list[float]:
    """Find where the derivative turns from below -flat to above flat, by bisection; the lowest first."""
    slope = grad(error)
    slopes = [(x, slope(float(x))) for x in np.linspace(low, high, 401)]
    steep = [(x, s) for x, s in slopes if abs(s) > flat]
    brackets = [(a, b) for (a, left), (b, right) in pairwise(steep) if left < 0 < right]
    minima = []
    for a, b in brackets:
        for _ in range(60):
            middle = (a + b) / 2
            a, b = (middle, b) if slope(float(middle)) < 0 else (a, middle)
        minima.append(float(a + b) / 2)
    return sorted(minima, key=lambda minimum: error_at(error, minimum))


def with_margin(errors: np.ndarray) -> Span:
    """Return the range of the errors with a margin above and below."""
    margin = 0.08 * height_of(errors)
    return errors.min() - margin, errors.max() + margin


def height_of(errors: np.ndarray) -> float:
    """Return the distance from the lowest error to the highest; 1 where they are equal."""
    return float(np.ptp(errors)) or 1.0
