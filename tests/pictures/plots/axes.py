"""The contents of matplotlib's Axes, for the tests of plots."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg


def lines(ax, **wanted):
    return [line for line in ax.lines if all(getattr(line, f"get_{k}")() == v for k, v in wanted.items())]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def drawn(ax):
    """The pixels, for which everything must really be drawn: a layout that fails warns, and fails here."""
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())
