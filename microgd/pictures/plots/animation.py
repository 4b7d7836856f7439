"""Moving plots: the ball rolls along a path, one frame a step.

Both functions return matplotlib's animation: `.to_jshtml()` is a player for a notebook or a page,
`.save("descent.gif", writer="pillow")` writes a GIF.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...learning import arguments
from ..error_function import Error, error_at
from ..numbers import number
from .one_knob import draw_curve, with_margin
from .paths import Span, as_path, steps_inside
from .style import BLUE, INK
from .two_weights import error_contour


def animate_on_curve(error: Error, low: float, high: float, path: Any, *, interval: int = 400) -> Any:
    """Animate a path on the curve over one knob, `interval` milliseconds a step.

    Raises ValueError if the path starts outside the plot, or is not a sequence of numbers.

    >>> animation = animate_on_curve(lambda knob: knob * knob, -2.0, 2.0, [1.5, 0.3, 0.06])
    >>> animation.to_jshtml().count("data:image/png")  # a picture for each step
    3
    """
    settings = as_path(path, ndim=1)
    settings = settings[: steps_inside(settings, [(low, high)])]
    points = np.array([(x, error_at(error, x)) for x in settings]).reshape(-1, 2)
    ax, errors = draw_curve(error, low, high, None)
    ax.set(xlim=(low, high), ylim=with_margin(errors))
    return _animated(ax, points, points[:, 1], interval)


def animate_on_contour(error: Error, x: Span, y: Span, path: Any, *, interval: int = 400) -> Any:
    """Animate a path over two weights, on the map that `error_contour` draws, `interval` milliseconds a step.

    Raises ValueError as `animate_on_curve` does.

    >>> animation = animate_on_contour(lambda w: np.sum(w * w), (-2, 2), (-2, 2), [(1.5, 1.0), (0.3, 0.2)])
    >>> animation.to_jshtml().count("data:image/png")
    2
    """
    points = as_path(path, ndim=2)
    points = points[: steps_inside(points, [x, y])]
    return _animated(error_contour(error, x, y), points, [error_at(error, p) for p in points], interval)


def _animated(ax: Any, points: np.ndarray, errors: Any, interval: int) -> Any:
    from matplotlib.animation import FuncAnimation

    interval = arguments.whole_number("interval", interval, "[1, inf)")
    if not len(points):
        raise ValueError("path: expected a start inside the picture, got one outside")
    (trace,) = ax.plot([], [], color=BLUE, linewidth=1.2, marker="o", markersize=3, zorder=5)
    (ball,) = ax.plot([], [], "o", markersize=13, color=BLUE, markeredgecolor=INK, zorder=6)
    title = ax.set_title("step 0", loc="left", fontsize="medium")

    def show(step: int) -> list[Any]:
        trace.set_data(*points[: step + 1].T)
        ball.set_data(*points[step : step + 1].T)
        title.set_text(f"step {step}: error {number(errors[step], 4)}")
        return [trace, ball, title]

    return FuncAnimation(ax.figure, show, frames=len(points), interval=interval)
