"""A line chart as SVG, without matplotlib: the error curve of `play_descent`, the curve of a History.

A Chart has a range in both directions, a size, and margins; it maps points to places and writes lines, axes
with round numbers along them, and texts. Colours are left to the page that shows it: everything is drawn in
the current colour, so that it is legible on light and dark pages.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Chart:
    """A rectangle of the picture (y grows downwards) that shows a range of x and a range of y."""

    x: Point
    y: Point
    left: float
    right: float
    top: float
    bottom: float

    def across(self, x: float) -> float:
        """Return the place of x; the left border if the range of x is empty."""
        return self.left + _fraction(x, *self.x) * (self.right - self.left)

    def down(self, y: float) -> float:
        """Return the place of y; the top if the range of y is empty."""
        return self.top + _fraction(-y, -self.y[1], -self.y[0]) * (self.bottom - self.top)

    def place(self, point: Point) -> Point:
        """Return the place of a point, to hundredths."""
        return round(self.across(point[0]), 2), round(self.down(point[1]), 2)

    def shows(self, point: Point) -> bool:
        """Tell whether a point is inside; a point that is not finite is not."""
        (x_low, x_high), (y_low, y_high) = self.x, self.y
        return bool(x_low <= point[0] <= x_high and y_low <= point[1] <= y_high)

    def axes(self) -> str:
        """Write the lines of both axes as the data of an SVG path."""
        return f"M{self.left:g},{self.top:g}V{self.bottom:g}H{self.right:g}"


def _fraction(x: float, low: float, high: float) -> float:
    """Return how far x is from low to high, without overflow between huge floats; 0 if they are equal."""
    size = max(abs(low), abs(high)) or 1.0
    return (x / size - low / size) / ((high / size - low / size) or 1.0)


def points(places: Iterable[Sequence[float]]) -> str:
    """Write places as the points of an SVG polyline."""
    return " ".join(f"{x:g},{y:g}" for x, y in places)


def text(x: float, y: float, anchor: str, content: object) -> str:
    """Write an SVG text; anchor: "start", "middle" or "end"."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{html.escape(str(content))}</text>'
