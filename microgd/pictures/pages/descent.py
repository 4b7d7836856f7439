"""A page on which gradient descent goes down an error, live: `play_descent`, one HTML file for any browser.

The page computes every step itself, by programs that the compiler wrote: the error with its gradient, and the
formulas of the optimizers (training.py). One knob is a ball on its curve; two knobs are a path on a map. The
scripts of the page: descent.js runs the programs, descent_picture.js draws, descent_words.js says what a step
does, descent_controls.js has what the reader sets.
"""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import learning
from ...autodiff import compile, grad, hessian, value_and_grad
from ...learning import Optimizer, arguments
from ..error_function import argument_name, check_span, error_at, finite
from ..numbers import number
from ..scales import round_ticks
from .chart import Chart, points, text
from .page import Page, make_page
from .training import as_expression, update_step

OPTIMIZERS: tuple[type[Optimizer], ...] = (
    learning.GradientDescent, learning.Momentum, learning.Nesterov, learning.Adagrad, learning.RMSprop,
    learning.Adam, learning.AdamW,
)  # fmt: skip
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 480.0, 58.0, 14.0, 14.0, 58.0
"""The width of the picture and its margins, left and right at least; it is scaled to the page."""
LOW, HIGH = 270.0, 480.0
"""The height of a curve, and the greatest one of a map."""
LETTER = 13.5
"""The greatest width of a letter of a number: the style sheet uses larger letters on small screens."""

Knobs = float | Sequence[float]


def play_descent(
    error: Callable[[Any], Any],
    low: Knobs,
    high: Knobs,
    start: Knobs,
    learning_rate: float = 0.1,
    out: str | os.PathLike[str] | None = None,
) -> Page:
    """Make a page on which gradient descent goes down an error, under the fingers of its reader.

    error          a function of one knob, or of a vector of two, that returns a scalar.
    low, high      the range of the knob that is shown; for two knobs a pair each.
    start          where the descent begins; a pair for two knobs.
    learning_rate  the rate to begin with, > 0.
    out            the file to write, if any.

    The reader sets the learning rate, the start (a click, the ball dragged, or a number), the optimizers, of
    which several may run from one start, each with its own rate, and the numbers of their formulas. The whole
    path follows at once. The page marks the largest stable rate of gradient descent, 2 / L, where L is the
    largest second derivative at the minimum; for momentum m it is 2 (1 + m) / L, for Nesterov's form
    2 (1 + m) / ((1 + 2 m) L).

    Jupyter shows the Page that is returned; `.save("page.html")` writes it.

    Raises TypeError or ValueError for arguments that make no picture, and TypeError for an error that cannot
    be written in JavaScript.

    >>> play_descent(lambda knob: (0.5 * knob - 0.8) ** 2, -1, 4, 0.5)
    <Page 'Gradient descent on knob': .save(path) writes it>
    >>> play_descent(lambda w: w[0] ** 2 + 5 * w[1] ** 2, (-2, -2), (2, 2), (-1.5, 1.0))
    <Page 'Gradient descent on w[0] and w[1]': .save(path) writes it>
    """
    arguments.function("error", error, "a function of one knob, such as lambda knob: knob ** 2, or of two")
    lows, highs, starts = _checked(low, high, start)
    rate = arguments.number("learning_rate", learning_rate, "(0, inf)")
    name = argument_name(error)
    names = [name] if np.ndim(low) == 0 else [f"{name}[0]", f"{name}[1]"]
    chart, picture = (_curve if len(names) == 1 else _map)(error, lows, highs, names)
    formulas, descriptions = _formulas(starts)
    page = make_page(
        title=f"Gradient descent on {' and '.join(names)}",
        stage=picture,
        data={
            "numbers": {},
            "names": names,
            "low": lows,
            "high": highs,
            "start": starts,
            "rate": rate,
            "chart": {**vars(chart), "width": WIDTH, "height": chart.bottom + BOTTOM},
            "formulas": descriptions,
            "curvature": _curvature(error, lows, highs),
        },
        scripts=[
            "numbers.js", "descent.js", "descent_picture.js", "descent_words.js", "descent_controls.js",
        ],
        program="\n".join([*_programs(error, starts), formulas]),
        body="descent.html",
        styles=["page.css", "descent.css"],
    )  # fmt: skip
    if out is not None:
        page.save(out)
    return page


# Arguments ---------------------------------------------------------------------------------------


def _checked(low: Knobs, high: Knobs, start: Knobs) -> tuple[list[float], list[float], list[float]]:
    """Return the ranges and the start as lists of one or two floats."""
    given = {"low": low, "high": high, "start": start}
    shapes = {name: np.shape(arguments.real_array(name, x)) for name, x in given.items()}
    if len(set(shapes.values())) > 1 or shapes["low"] not in ((), (2,)):
        found = ", ".join(f"{name} of shape {shape}" for name, shape in shapes.items())
        raise ValueError(f"play_descent: expected three numbers, or three pairs for two knobs, got {found}")
    for a, b, x in zip(*(np.ravel(np.asarray(x)).tolist() for x in given.values()), strict=True):
        check_span(a, b)
        arguments.number("start", x, "(-inf, inf)")
        if not a <= x <= b:
            raise ValueError(f"play_descent: expected low <= start <= high, got {a:g}, {x:g} and {b:g}")
    lows, highs, starts = (np.ravel(np.asarray(x, float)).tolist() for x in given.values())
    return lows, highs, starts


def _knobs(numbers: Any) -> Any:
    """Return the argument of the error: a number, or a vector of two."""
    return float(numbers[0]) if len(numbers) == 1 else np.array(numbers, float)


# Programs ----------------------------------------------------------------------------------------


def _programs(error: Callable[[Any], Any], starts: list[float]) -> list[str]:
    """Write the error alone, and with its gradient."""
    alone, both = compile(lambda knobs: error(knobs)), compile(value_and_grad(error))
    written = []
    for name, program in (("errorAt", alone), ("slopeAt", both)):
        program(_knobs(starts))
        written.append(f"const {name} = {as_expression(program.javascript)};")
    return written


def _formulas(starts: list[float]) -> tuple[str, dict[str, Any]]:
    """Write the formulas of the optimizers, and describe their memory, their settings, and what they do."""
    entries, descriptions = [], {}
    for kind in OPTIMIZERS:
        name = kind.__name__
        script, about = update_step("step", kind, _knobs(starts))
        entries.append(f"{name}: {script.removeprefix('const step = ').removesuffix(';')},")
        descriptions[name] = {
            "memory": about["memory"],
            "settings": about["settings"],
            "about": _first_words(kind),
        }
    return "\n".join(["const updates = {", *entries, "};"]), descriptions


def _first_words(kind: type[Optimizer]) -> str:
    """Return the beginning of an optimizer's docstring, up to the end of its formula."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    end = next((i for i, paragraph in enumerate(paragraphs) if "<-" in paragraph), 0)
    return "\n".join(paragraphs[: end + 1])


def _curvature(error: Callable[[Any], Any], lows: list[float], highs: list[float]) -> float | None:
    """Return the largest second derivative at the lowest place of the range; None if it is not curved."""
    axes = [np.linspace(a, b, 121 if len(lows) == 1 else 41) for a, b in zip(lows, highs, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    errors = np.array([error_at(error, _knobs(place)) for place in grid])
    here = grid[np.nanargmin(np.where(np.isfinite(errors), errors, np.nan))]
    step = np.full(len(axes), np.inf)
    for _ in range(20):  # Newton's method
        bend, slope = np.atleast_2d(hessian(error)(_knobs(here))), np.ravel(grad(error)(_knobs(here)))
        if not np.all(np.isfinite(bend)) or np.linalg.matrix_rank(bend) < len(axes):
            return None
        step = np.linalg.solve(bend, slope)
        here = here - step
        if np.any(here < lows) or np.any(here > highs):
            return None
    if np.any(abs(step) > 1e-9 * np.subtract(highs, lows)):  # slow: the error is flat there, as w^4 at 0
        return None
    curvatures = np.linalg.eigvalsh(np.atleast_2d(hessian(error)(_knobs(here))))
    return float(curvatures[-1]) if curvatures[0] > 0 else None


# The picture -------------------------------------------------------------------------------------


def _curve(
    error: Callable[[Any], Any], lows: list[float], highs: list[float], names: list[str]
) -> tuple[Chart, str]:
    """Draw the error over one knob: the chart, and its SVG."""
    (low,), (high,) = lows, highs
    settings = np.linspace(low, high, 241)
    errors = finite([error_at(error, float(x)) for x in settings], f"from {low:g} to {high:g}")
    curve = np.column_stack([settings, errors])[~np.isnan(errors)]
    margin = 0.06 * (np.ptp(curve[:, 1]) or 1.0)
    chart = _chart((low, high), (float(curve[:, 1].min() - margin), float(curve[:, 1].max() + margin)))
    line = f'<polyline id="curve" points="{points(map(chart.place, curve.tolist()))}"/>'
    return chart, _svg(chart, names[0], "error", line)


def _map(
    error: Callable[[Any], Any], lows: list[float], highs: list[float], names: list[str]
) -> tuple[Chart, str]:
    """Draw the frame of the map over two knobs; the page paints it."""
    x, y = zip(lows, highs, strict=True)
    chart = _chart(x, y, HIGH)
    grid = [np.array([across, up]) for across in np.linspace(*x, 13) for up in np.linspace(*y, 13)]
    finite([error_at(error, place) for place in grid], f"over {x} and {y}")
    drawing = _svg(_with_equal_units(chart), names[0], names[1], "")
    return _with_equal_units(chart), f'<canvas id="map" width="360" height="300" hidden></canvas>{drawing}'


def _chart(x: tuple[float, float], y: tuple[float, float], bottom: float = LOW) -> Chart:
    """Give the numbers along both axes the room that they need."""
    longest_x, longest_y = (max(len(number(tick)) for tick in round_ticks(*ends)) for ends in (x, y))
    left = max(LEFT, longest_y * LETTER + 8)
    return Chart(x, y, left, WIDTH - max(RIGHT, longest_x * LETTER / 2), TOP, bottom)


def _with_equal_units(chart: Chart) -> Chart:
    """Let a unit be equally long in both directions, so that the gradient is at right angles to the lines.

    Where the knobs differ too much in size for that the chart is as wide as it may be, and 270 high.
    """
    wide, high = np.ptp(chart.x), np.ptp(chart.y)
    room, height = chart.right - chart.left, chart.bottom - chart.top
    if not 1 / 3 < high / wide < 3:
        return dataclasses.replace(chart, bottom=LOW)
    unit = min(room / wide, height / high)
    spare = (room - unit * wide) / 2
    return dataclasses.replace(
        chart, left=chart.left + spare, right=chart.right - spare, bottom=chart.top + unit * high
    )


def _svg(chart: Chart, across: str, up: str, inside: str) -> str:
    """Draw the axes; the page's script draws what moves into the group."""
    height = chart.bottom + BOTTOM
    texts = [text((chart.left + chart.right) / 2, height - 8, "middle", across)]
    marks = []
    for tick in round_ticks(*chart.x):
        marks.append(f"M{chart.across(tick):g},{chart.bottom:g}v5")
        texts.append(text(chart.across(tick), chart.bottom + 25, "middle", number(tick)))
    for tick in round_ticks(*chart.y):
        marks.append(f"M{chart.left:g},{chart.down(tick):g}h-5")
        texts.append(text(chart.left - 10, chart.down(tick) + 5, "end", number(tick)))
    return "\n".join([
        f'<svg id="plane" viewBox="0 0 {WIDTH:g} {height:g}" role="img">',
        f'<path class="axis" d="{chart.axes()}{"".join(marks)}"/>', *texts,
        text(chart.left + 8, TOP + 12, "start", up),
        inside, '<g id="moving"></g>', "</svg>",
    ])  # fmt: skip
