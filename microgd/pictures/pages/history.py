"""A History as HTML, for Jupyter: the curve of the error, and a table of a few Steps.

`as_html` puts the two together. The curve is a small SVG in the current colour, so it is legible on light and
dark pages. Of a long run it shows the lowest and the highest error in each of many pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from ...learning.stopping import Step
from ..names import printable
from ..numbers import literal, number
from ..scales import log_scale_bottom
from .chart import Chart, points, text

MOST_ROWS = 10
"""The greatest number of Steps in the table."""
MOST_NUMBERS = 6
"""Parameters are in the table if they have at most so many entries together."""
PIECES = 150
"""A run of more than twice as many Steps is drawn in so many pieces."""
WIDTH, HEIGHT = 440, 140
LEFT, RIGHT, TOP, BOTTOM = 70, 430, 20, 120


def as_html(steps: Sequence[Step]) -> str:
    """Write why the descent stopped, the curve of its error, and a table of some of its Steps."""
    message = steps[-1].message
    paragraph = f"<p>{escape(printable(message, longest=300))}</p>" if message else ""
    return f"<div>{paragraph}{_curve(steps)}{_table(steps)}</div>"


# The curve ---------------------------------------------------------------------------------------


def _curve(steps: Sequence[Step]) -> str:
    """Draw the error over the steps; the line breaks where it is not finite."""
    numbers = [step.number for step in steps]
    errors = np.array([step.error for step in steps], dtype=float)
    bottom = log_scale_bottom([errors])
    errors[~(np.isfinite(errors) & (errors >= (-np.inf if bottom is None else bottom)))] = np.nan
    if np.isnan(errors).all():
        return ""
    heights = errors if bottom is None else np.log10(errors)
    y = float(np.nanmin(heights)), float(np.nanmax(heights))
    chart = Chart((numbers[0], numbers[-1]), y, LEFT, RIGHT, TOP, BOTTOM)
    lines = [_polyline([chart.place((numbers[i], heights[i])) for i in piece]) for piece in _pieces(heights)]
    title = "error" if bottom is None else "error, logarithmic"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        ' role="img" style="max-width: 100%" fill="currentColor" font-size="11" font-family="sans-serif">'
        f"<title>error over the steps</title>{''.join(lines)}{_axes(chart, numbers, errors)}"
        f"{text(0, 11, 'start', title)}</svg>"
    )


def _pieces(heights: np.ndarray) -> list[list[int]]:
    """List the indices of the points to draw, one list for each unbroken line."""
    steps = np.arange(len(heights))
    lines: list[list[int]] = [[]]
    for part in np.array_split(steps, len(steps) if len(steps) <= 2 * PIECES else PIECES):
        known = part[np.isfinite(heights[part])]
        if known.size:
            lines[-1] += sorted({known[heights[known].argmin()], known[heights[known].argmax()]})
        else:
            lines.append([])
    return [line for line in lines if line]


def _polyline(places: list[tuple[float, float]]) -> str:
    """Draw a line. One of a single point goes twice to the same place: its round end makes it a dot."""
    alone = len(places) == 1
    look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<polyline points="{points(places * (1 + alone))}" {look} stroke-width="{4 if alone else 1.6}"/>'


def _axes(chart: Chart, numbers: Sequence[int], errors: np.ndarray) -> str:
    """Draw the axes with the greatest and the least error, the first and the last step."""
    low, high = np.nanmin(errors), np.nanmax(errors)
    texts = [
        text(LEFT - 6, TOP + 4, "end", number(high)),
        text(LEFT - 6, BOTTOM + 4, "end", number(low)) if low < high else "",
        text(LEFT, HEIGHT - 5, "start", f"step {numbers[0]}"),
        text(RIGHT, HEIGHT - 5, "end", numbers[-1]) if len(numbers) > 1 else "",
    ]
    line = f'<path d="{chart.axes()}" fill="none" stroke="currentColor" opacity="0.4"/>'
    return f"{line}{''.join(texts)}"


# The table ---------------------------------------------------------------------------------------


def _table(steps: Sequence[Step]) -> str:
    names = _few_parameters(steps[0])
    validated = any(step.validation_error is not None for step in steps)
    titles = ["step", "error", "gradient norm", "learning rate", *["validation error"] * validated]
    titles += map(printable, names)
    few = np.unique(np.linspace(0, len(steps) - 1, MOST_ROWS).round().astype(int))
    rows = [_row("td", _cells(steps[i], names, validated)) for i in few]
    return f'<table cellpadding="4">{_row("th", titles)}{"".join(rows)}</table>'


def _few_parameters(step: Step) -> list[str]:
    return list(step.parameters) if sum(map(np.size, step.parameters.values())) <= MOST_NUMBERS else []


def _cells(step: Step, names: Sequence[str], validated: bool) -> list[str]:
    validation = ["" if step.validation_error is None else number(step.validation_error)] * validated
    numbers = [number(x) for x in (step.error, step.gradient_norm, step.learning_rate)]
    return [str(step.number), *numbers, *validation, *(_entries(step.parameters[name]) for name in names)]


def _entries(data: Any) -> str:
    return literal(np.asarray(data).tolist())


def _row(cell: str, texts: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(text)}</{cell}>' for text in texts)}</tr>"
