"""A page on which a ball rolls down the error curve: `play_descent`, one HTML file for any browser.

A slider chooses the learning rate, among runs that have all been computed beforehand: which rates crawl,
which swing and which diverge is what they did, not what a drawing says.
"""

from __future__ import annotations

import html
import math
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..autodiff import Value
from ..learning import GradientDescent, Step, descend
from .landscape import argument_name, finite
from .pages import Frame, Line, bracketed, d, formula, local, numbers, result, text_of, words, write_page

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480.0, 300.0, 56.0, 14.0, 14.0, 46.0
"""The picture and its margins, left and right at least; it is scaled to the page."""
LETTER = 13.5
"""How wide a letter of a number is at most: the style writes larger on small screens."""


def play_descent(
    error: Callable[[Value], Any],
    low: float,
    high: float,
    start: float,
    learning_rates: float | Sequence[float],
    out: str | os.PathLike[str] = "descent.html",
    steps: int = 30,
) -> Path:
    """Write a page that plays gradient descent on one knob, at a learning rate that its reader chooses.

    error           a function of one Value, a number, that returns a single number.
    low, high       the range of the knob that is shown.
    start           where the ball begins.
    learning_rates  a run is computed for each; a single one may stand alone.
    out             the file to write; its path is returned.
    steps           how many steps a run has at most; it ends sooner where it converges or diverges.

    Raises ValueError where low is not below high, start is not between them, the error is finite nowhere
    there, or there is no rate.

    >>> play_descent(lambda knob: (0.5 * knob - 0.8) ** 2, -1, 4, 0.5, [0.5, 3.6])  # doctest: +SKIP
    PosixPath('descent.html')
    """
    if not low <= start <= high or low == high:
        raise ValueError(f"play_descent: expected low <= start <= high, got {low}, {start} and {high}")
    rates = sorted(np.ravel(learning_rates).tolist())
    if not rates:
        raise ValueError("play_descent: expected at least one learning rate, got none")
    chart = _Chart(error, low, high)
    runs = [
        {"rate": text_of(rate), "frames": list(_frames(error, float(start), rate, steps, chart))}
        for rate in rates
    ]
    return write_page(
        out,
        title=f"Gradient descent on {chart.name}",
        stage=chart.svg(),
        data={"runs": runs},
        script="descent.js",
    )


# A run -------------------------------------------------------------------------------------------


def _frames(
    error: Callable[[Value], Any], start: float, rate: float, steps: int, chart: _Chart
) -> Iterator[Frame]:
    """A frame for each step."""
    knob = Value(start, name="knob")
    for step in descend(lambda: error(knob), GradientDescent([knob], rate), steps):
        here, slope = step.parameters["knob"], knob.grad
        shown = chart.shows(here, step.error)
        yield {
            "phase": f"Step {step.number}",
            "place": chart.place(here, step.error) if shown else None,
            "tangent": chart.tangent(here, step.error, slope) if shown else None,
            "lines": list(_told(chart.name, step, here, slope, rate, shown)),
        }


def _told(name: str, step: Step, here: float, slope: float, rate: float, shown: bool) -> Iterator[Line]:
    """Where the ball is, and the step that comes, or why none does."""
    yield result(f"{name} =", here)
    yield result("error =", step.error)
    if not shown:
        yield words("The ball is out of the picture.")
    yield local(f"slope = {d('error', name)} = {text_of(slope)}", slope)
    if step.reason:
        yield words(f"{step.message[:1].upper()}{step.message[1:]}.")
        return
    yield words(_direction(name, slope))
    yield formula(f"next {name} = {name} − learning rate × slope")
    yield numbers(f"{text_of(here)} − {text_of(rate)} × {bracketed(slope)}")
    yield result("=", here - rate * slope)


def _direction(name: str, slope: float) -> str:
    if slope == 0:
        return "The curve is level here: there is no step to take."
    rise, step = ("right", "left: down") if slope > 0 else ("left", "right: up")
    return f"The curve rises to the {rise}, so the step goes {step} with {name}."


# The picture -------------------------------------------------------------------------------------


class _Chart:
    """The curve of an error, and where on the picture a point of it is."""

    def __init__(self, error: Callable[[Value], Any], low: float, high: float) -> None:
        self.name = argument_name(error)
        settings = np.linspace(low, high, 241)
        points = [(float(x), float(error(Value(x)))) for x in settings]
        self.curve = [(x, y) for x, y in points if math.isfinite(y)]
        errors = finite([y for _, y in points], f"from {low} to {high}")
        margin = 0.06 * (np.ptp(errors) or 1.0)
        self.low = np.array([low, errors.min() - margin])
        self.high = np.array([high, errors.max() + margin])
        self.ticks = [[(mark, text_of(mark)) for mark in _ticks(*ends)] for ends in zip(self.low, self.high)]
        across, up = (max(len(text) for _, text in ticks) for ticks in self.ticks)
        self.left = max(LEFT, up * LETTER + 8)
        self.right = WIDTH - max(RIGHT, across * LETTER / 2)

    def place(self, x: float, y: float) -> list[float]:
        """Across and down, in units of the picture."""
        across, up = (np.array([x, y]) - self.low) / (self.high - self.low)
        return [
            round(float(self.left + across * (self.right - self.left)), 2),
            round(float(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)), 2),
        ]

    def shows(self, x: float, y: float) -> bool:
        """Whether a point is inside; what is no number is not."""
        return bool(np.all((self.low <= (x, y)) & ((x, y) <= self.high)))

    def tangent(self, x: float, y: float, slope: float) -> list[float]:
        """Both ends of a piece of the tangent that is equally long everywhere."""
        width = float(self.high[0] - self.low[0])
        here, there = np.array(self.place(x, y)), np.array(self.place(x + width, y + slope * width))
        along = (there - here) / np.linalg.norm(there - here) * 45
        return [round(float(end), 2) for end in (*(here - along), *(here + along))]

    def svg(self) -> str:
        """The picture; ball, tangent and trail are placed by the page's script."""
        bottom, left, right = HEIGHT - BOTTOM, self.left, self.right
        points = " ".join(f"{x},{y}" for x, y in (self.place(*point) for point in self.curve))
        texts = [
            _text((left + right) / 2, HEIGHT - 4, "middle", self.name),
            _text(left + 8, TOP + 10, "start", "error"),
        ]
        marks = []
        for x, text in self.ticks[0]:
            across = self.place(x, self.low[1])[0]
            marks.append(f"M{across},{bottom}v5")
            texts.append(_text(across, bottom + 19, "middle", text))
        for y, text in self.ticks[1]:
            down = self.place(self.low[0], y)[1]
            marks.append(f"M{left},{down}h-5")
            texts.append(_text(left - 8, down + 5, "end", text))
        return "\n".join([
            f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="the error curve">',
            f'<path class="axis" d="M{left},{TOP}V{bottom}H{right}{"".join(marks)}"/>',
            *texts,
            f'<polyline id="curve" points="{points}"/>',
            '<polyline id="trail"/><line id="tangent"/><circle id="ball" r="9"/>',
            "</svg>",
        ])  # fmt: skip


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Some five round numbers in a range, 1, 2 or 5 times a power of ten apart.

    >>> _ticks(-0.2, 3.4)
    [0.0, 1.0, 2.0, 3.0]
    """
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10) if unit * n >= rough * 0.999)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
