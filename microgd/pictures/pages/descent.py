"""A page on which a ball rolls down the error curve: `play_descent`, one HTML file for any browser.

A slider chooses the learning rate, among runs that have been computed beforehand. Which rates crawl,
oscillate or diverge is therefore the result of `descend`, not of a drawing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ...autodiff import Value
from ...learning import GradientDescent, Step, arguments, descend
from ..error_function import argument_name, check_span, error_at, finite
from ..numbers import number
from ..scales import round_ticks
from .chart import Chart, points, tangent, text
from .lines import Frame, Line, Table, formula, local_derivative, numbers, result, sentence
from .mathml import Slot, derivative, identifier
from .page import Page, make_page

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480.0, 300.0, 56.0, 14.0, 14.0, 46.0
"""The picture and its margins, left and right at least; it is scaled to the page."""
LETTER = 13.5
"""The greatest width of a letter of a number: the style sheet uses larger letters on small screens."""
TANGENT = 90.0


def play_descent(
    error: Callable[[Value], Any],
    low: float,
    high: float,
    start: float,
    learning_rates: float | Sequence[float],
    out: str | os.PathLike[str] | None = None,
    *,
    steps: int = 30,
) -> Page:
    """Make a page that plays gradient descent on one knob, at a learning rate that its reader chooses.

    error           a function of one Value, a scalar, that returns a scalar.
    low, high       the range of the knob that is shown.
    start           where the ball begins.
    learning_rates  a run is computed for each; a single rate may stand alone.
    out             the file to write, if any.
    steps           the greatest number of steps of a run; it ends sooner if it converges or diverges.

    Jupyter shows the Page that is returned; `.save("page.html")` writes it.

    Raises ValueError if low is not below high, start is not between them, the error is finite nowhere
    there, or there is no rate.

    >>> play_descent(lambda knob: (0.5 * knob - 0.8) ** 2, -1, 4, 0.5, [0.5, 3.6])
    <Page 'Gradient descent on knob': .save(path) writes it>
    """
    arguments.function("error", error, "a function of one knob, such as lambda knob: knob ** 2")
    check_span(low, high)
    rates = sorted(np.ravel(arguments.real_array("learning_rates", learning_rates)).tolist())
    arguments.number("start", start, "(-inf, inf)")
    if not low <= start <= high or low == high:
        raise ValueError(f"play_descent: expected low <= start <= high, got {low}, {start} and {high}")
    if not rates:
        raise ValueError("play_descent: expected at least one learning rate, got none")
    name = argument_name(error)
    curve = _curve(error, low, high)
    chart = _chart(curve, low, high)
    table = Table()
    runs = [
        {"rate": number(rate), "frames": list(_frames(error, name, float(start), rate, steps, chart, table))}
        for rate in rates
    ]
    page = make_page(
        title=f"Gradient descent on {name}",
        stage=_svg(chart, curve, name),
        data={"numbers": table.numbers, "runs": runs},
        scripts=["numbers.js", "player.js", "descent.js"],
    )
    if out is not None:
        page.save(out)
    return page


# A run -------------------------------------------------------------------------------------------


def _frames(
    error: Callable[[Value], Any],
    name: str,
    start: float,
    rate: float,
    steps: int,
    chart: Chart,
    table: Table,
) -> Iterator[Frame]:
    """Yield a frame for each step of a run, and put its numbers into the table of the page."""
    knob = Value(start, name="knob")
    for step in descend(lambda: error(knob), GradientDescent([knob], rate), steps):
        here, slope = step.parameters["knob"], knob.grad
        point = here, step.error
        inside = chart.shows(point)
        yield {
            "phase": f"Step {step.number}",
            "place": chart.place(point) if inside else None,
            "tangent": tangent(chart, point, slope, TANGENT) if inside else None,
            "lines": list(_lines(name, step, slope, rate, inside, table)),
        }


def _lines(name: str, step: Step, slope: float, rate: float, inside: bool, table: Table) -> Iterator[Line]:
    """Yield the lines of a step: where the ball is, and the next step, or why there is none."""
    here = step.parameters["knob"]

    def shown(x: float, *, brackets: bool = False) -> Slot:
        return table.put(f"number{len(table.numbers)}", x, brackets=brackets)

    yield result(identifier(name), " = ", shown(here))
    yield result("error = ", shown(step.error))
    if not inside:
        yield sentence("The ball is out of the picture.")
    yield local_derivative("slope = ", derivative("error", name), " = ", shown(slope))
    if step.reason:
        yield sentence(f"{step.message[:1].upper()}{step.message[1:]}.")
        return
    yield sentence(_direction(name, slope))
    yield formula("next ", identifier(name), " = ", identifier(name), " − learning rate × slope")
    yield numbers("= ", shown(here), " − ", shown(rate), " × ", shown(slope, brackets=True))
    yield result("= ", shown(here - rate * slope))


def _direction(name: str, slope: float) -> str:
    if slope == 0:
        return "The curve is level here: there is no step to take."
    rise, step = ("right", "left: down") if slope > 0 else ("left", "right: up")
    return f"The curve rises to the {rise}, so the step goes {step} with {name}."


# The picture -------------------------------------------------------------------------------------


def _curve(error: Callable[[Value], Any], low: float, high: float) -> np.ndarray:
    """Evaluate the error over the range: an array of points, without those that are not finite."""
    settings = np.linspace(low, high, 241)
    errors = finite([error_at(error, float(x)) for x in settings], f"from {low} to {high}")
    return np.column_stack([settings, errors])[~np.isnan(errors)]


def _chart(curve: np.ndarray, low: float, high: float) -> Chart:
    """Give the curve a margin, and the numbers along both axes the room that they need."""
    errors = curve[:, 1]
    margin = 0.06 * (np.ptp(errors) or 1.0)
    x = float(low), float(high)
    y = float(errors.min() - margin), float(errors.max() + margin)
    longest_x, longest_y = (max(len(number(tick)) for tick in round_ticks(*ends)) for ends in (x, y))
    left = max(LEFT, longest_y * LETTER + 8)
    right = WIDTH - max(RIGHT, longest_x * LETTER / 2)
    return Chart(x, y, left, right, TOP, HEIGHT - BOTTOM)


def _svg(chart: Chart, curve: np.ndarray, name: str) -> str:
    """Draw the axes and the curve; the page's script places ball, tangent and trail."""
    texts = [
        text((chart.left + chart.right) / 2, HEIGHT - 4, "middle", name),
        text(chart.left + 8, TOP + 10, "start", "error"),
    ]
    marks = []
    for tick in round_ticks(*chart.x):
        marks.append(f"M{chart.across(tick):g},{chart.bottom:g}v5")
        texts.append(text(chart.across(tick), chart.bottom + 19, "middle", number(tick)))
    for tick in round_ticks(*chart.y):
        marks.append(f"M{chart.left:g},{chart.down(tick):g}h-5")
        texts.append(text(chart.left - 8, chart.down(tick) + 5, "end", number(tick)))
    return "\n".join([
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="the error curve">',
        f'<path class="axis" d="{chart.axes()}{"".join(marks)}"/>',
        *texts,
        f'<polyline id="curve" points="{points(map(chart.place, curve.tolist()))}"/>',
        '<polyline id="trail"/><line id="tangent"/><circle id="ball" r="9"/>',
        "</svg>",
    ])  # fmt: skip
