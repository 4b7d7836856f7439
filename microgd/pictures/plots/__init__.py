"""Plots of errors, descents and data, drawn by matplotlib: `from microgd import plots`.

One knob    `error_curve`, `tangents`, `paths_on_curve`, `animate_on_curve`
Two weights `error_contour`, `error_surface`, `gradient_and_step`, `gradient_on_surface`,
            `animate_on_contour`
A descent   `history`, `parameters`, `history_panels`
Descents    `learning_rate_sweep`, `batch_size_sweep`
Data        `histogram`, `decision_boundary`

Each function draws into the Axes that it is given as `ax=`, or into new ones, and returns them; none opens a
window. `plots.style` has the colours and line styles, for plots of your own beside these.
"""

from . import style
from .animation import animate_on_contour, animate_on_curve
from .data import decision_boundary, histogram
from .descents import batch_size_sweep, history, history_panels, learning_rate_sweep, parameters
from .one_knob import error_curve, paths_on_curve, tangents
from .two_weights import error_contour, error_surface, gradient_and_step, gradient_on_surface

__all__ = [
    "animate_on_contour", "animate_on_curve", "batch_size_sweep", "decision_boundary", "error_contour",
    "error_curve", "error_surface", "gradient_and_step", "gradient_on_surface", "histogram", "history",
    "history_panels", "learning_rate_sweep", "parameters", "paths_on_curve", "style", "tangents",
]  # fmt: skip
