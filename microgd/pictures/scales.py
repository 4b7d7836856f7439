"""Scales of a chart: when one is logarithmic, and which round numbers stand along its axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def log_scale_bottom(series: Sequence[np.ndarray]) -> float | None:
    """Choose where a logarithmic scale for several series begins; None where a linear scale serves better.

    The scale is logarithmic where no number is negative and they spread over more than two powers of ten. It
    reaches down to the least number above 0, but at most twenty powers of ten below the lowest start of a
    series.

    >>> log_scale_bottom([np.array([1.0, 1e-6, 0.0])]), log_scale_bottom([np.array([1.0, 0.5])])
    (1e-06, None)
    """
    known = [numbers[np.isfinite(numbers)] for numbers in series]
    together = np.concatenate(known)
    positive = together[together > 0]
    if not positive.size or together.min() < 0 or positive.max() / 100 <= positive.min():
        return None
    starts = [numbers[numbers > 0][0] for numbers in known if (numbers > 0).any()]
    bottom = float(max(positive.min(), 1e-20 * min(starts), 1e-300))  # beyond that a scale has no more digits
    return None if positive.max() / 100 <= bottom else bottom


def round_ticks(low: float, high: float) -> list[float]:
    """Choose some five round numbers in a range, 1, 2 or 5 times a power of ten apart.

    >>> round_ticks(-0.2, 3.4)
    [0.0, 1.0, 2.0, 3.0]
    """
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * n for n in (1, 2, 5, 10) if unit * n >= rough * 0.999)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
