"""A History as HTML, which is how Jupyter shows it: the curve of the error, and a table of a few Steps.

`as_html` puts the two together, `_curve` and `_table` make them. The curve is a small SVG without any
colour of its own, so it is legible on light and on dark pages. `log_bottom` decides for it, and for the
pictures of runs, when a scale is logarithmic.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from ...learning.training import Step

ROWS = 10
"""So many Steps the table has at most."""
NUMBERS = 6
"""Parameters are in the table where they are at most so many numbers."""
PIECES = 150
"""Of a long run the curve shows the lowest and the highest error in each of so many pieces."""
WIDTH, HEIGHT = 440, 140
LEFT, RIGHT, TOP, BOTTOM = 70, 430, 20, 120


def as_html(steps: Sequence[Step]) -> str:
    """Why the descent stopped, the curve of its error and a table of its first, its last and some Steps
    between them."""
    return f"<div>{_paragraph(steps[-1].message)}{_curve(steps)}{_table(steps)}</div>"


def log_bottom(runs: Sequence[np.ndarray]) -> float | None:
    """Where a logarithmic scale for all the runs begins; None where a linear one serves them better.

    Logarithmic is what is never negative and spreads over more than two powers of ten. It reaches down to
    the least number above 0, but at most twenty powers of ten below the lowest start of a run.

    >>> log_bottom([np.array([1.0, 1e-6, 0.0])]), log_bottom([np.array([1.0, 0.5])])
    (1e-06, None)
    """
    known = [run[np.isfinite(run)] for run in runs]
    together = np.concatenate(known)
    positive = together[together > 0]
    if not positive.size or together.min() < 0 or positive.max() / 100 <= positive.min():
        return None
    starts = [run[run > 0][0] for run in known if (run > 0).any()]
    return float(max(positive.min(), 1e-20 * min(starts)))


def _paragraph(message: str) -> str:
    return f"<p>{escape(message)}</p>" if message else ""


# The curve ---------------------------------------------------------------------------------------


def _curve(steps: Sequence[Step]) -> str:
    """The error over the steps; broken where it is no number, and no curve where it never is one."""
    errors = np.array([step.error for step in steps], dtype=float)
    bottom = log_bottom([errors])
    drawn = np.isfinite(errors) & (errors >= (-np.inf if bottom is None else bottom))
    if not drawn.any():
        return ""
    across = _between(LEFT, RIGHT, np.array([step.number for step in steps], dtype=float))
    down = np.full(len(errors), np.nan)
    down[drawn] = _between(TOP, BOTTOM, -errors[drawn] if bottom is None else -np.log10(errors[drawn]))
    lines = [_polyline(across[piece], down[piece]) for piece in _pieces(down)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        ' role="img" style="max-width: 100%" fill="currentColor" font-size="11" font-family="sans-serif">'
        f"<title>error over the steps</title>{''.join(lines)}{_axes(steps, errors[drawn])}"
        f"{_text(0, 11, 'error' if bottom is None else 'error, logarithmic')}</svg>"
    )


def _between(start: float, end: float, values: np.ndarray) -> np.ndarray:
    """The values moved and stretched to reach from start to end; all at the start if they are the same."""
    values = values / (abs(values).max() or 1.0)  # or the difference of two huge ones overflows
    return start + (end - start) * (values - values.min()) / (np.ptp(values) or 1.0)


def _pieces(down: np.ndarray) -> list[list[int]]:
    """The indices of the points to draw, a list of them for each unbroken line."""
    steps = np.arange(len(down))
    lines: list[list[int]] = [[]]
    for part in np.array_split(steps, len(steps) if len(steps) <= 2 * PIECES else PIECES):
        known = part[np.isfinite(down[part])]
        if known.size:
            lines[-1] += sorted({known[down[known].argmin()], known[down[known].argmax()]})
        else:
            lines.append([])
    return [line for line in lines if line]


def _polyline(across: np.ndarray, down: np.ndarray) -> str:
    """A line that consists of one point is drawn twice to the same place: its round end makes it a dot."""
    places = [f"{x:.1f},{y:.1f}" for x, y in zip(across, down)] * (2 if len(across) == 1 else 1)
    look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<polyline points="{" ".join(places)}" {look} stroke-width="{4 if len(across) == 1 else 1.6}"/>'


def _axes(steps: Sequence[Step], errors: np.ndarray) -> str:
    corner = f"{LEFT},{TOP} {LEFT},{BOTTOM} {RIGHT},{BOTTOM}"
    texts = [
        _text(LEFT - 6, TOP + 4, _short(errors.max()), "end"),
        _text(LEFT - 6, BOTTOM + 4, _short(errors.min()), "end") if errors.min() < errors.max() else "",
        _text(LEFT, HEIGHT - 5, f"step {steps[0].number}"),
        _text(RIGHT, HEIGHT - 5, steps[-1].number, "end") if len(steps) > 1 else "",
    ]
    return f'<polyline points="{corner}" fill="none" stroke="currentColor" opacity="0.4"/>{"".join(texts)}'


def _text(x: float, y: float, said: Any, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(str(said))}</text>'


# The table ---------------------------------------------------------------------------------------


def _table(steps: Sequence[Step]) -> str:
    names = _few_parameters(steps[0])
    validated = any(step.validation_error is not None for step in steps)
    titles = ["step", "error", "gradient norm", "learning rate", *["validation error"] * validated, *names]
    few = np.unique(np.linspace(0, len(steps) - 1, ROWS).round().astype(int))
    rows = [_row("td", _cells(steps[i], names, validated)) for i in few]
    return f'<table cellpadding="4">{_row("th", titles)}{"".join(rows)}</table>'


def _few_parameters(step: Step) -> list[str]:
    return list(step.parameters) if sum(map(np.size, step.parameters.values())) <= NUMBERS else []


def _cells(step: Step, names: Sequence[str], validated: bool) -> list[str]:
    validation = ["" if step.validation_error is None else _short(step.validation_error)] * validated
    numbers = [_short(x) for x in (step.error, step.gradient_norm, step.learning_rate)]
    return [str(step.number), *numbers, *validation, *(_entries(step.parameters[name]) for name in names)]


def _row(cell: str, texts: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(text)}</{cell}>' for text in texts)}</tr>"


def _short(x: float | np.floating[Any]) -> str:
    return f"{x:.6g}"


def _entries(data: Any) -> str:
    return np.array2string(np.asarray(data), separator=", ", formatter={"float_kind": _short})
