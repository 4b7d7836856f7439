"""Numbers and arrays as text, the same way in every picture: `−0.55`, `(4, 2) from −1 to 3`.

`number` formats a scalar and everything else here is built on it: a card of the graph shows an array by
its range and a small histogram (`entries`), a sentence by its shape and range (`described`), a formula by
its entries if they are few (`literal`). Minus is the sign of mathematics, U+2212, as on matplotlib's axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

HISTOGRAM_FROM = 8
"""An array of fewer entries is shown by its range alone."""
BLOCKS = "▁▂▃▄▅▆▇█"
FEW_ENTRIES = 4
"""An array of at most so many entries is written out in a formula."""


def number(x: Any, digits: int = 6) -> str:
    """Format a scalar to so many significant digits, its whole part to at least 6; an integer in full.

    >>> number(0.30250000000000005), number(123456.7, digits=4), number(5.408208e-06), number(-0.0)
    ('0.3025', '123457', '5.40821e−06', '0')
    """
    if isinstance(x, (bool, np.bool, int, np.integer)):
        return str(x).replace("-", "−")
    return f"{x + 0.0:.{digits if abs(x) < 10**digits else max(digits, 6)}g}".replace("-", "−")


def signed(x: float, digits: int = 6) -> str:
    """Format a scalar with its sign, + too.

    >>> signed(0.275), signed(-0.55), signed(0.0)
    ('+0.275', '−0.55', '0')
    """
    return f"+{number(x, digits)}" if x > 0 else number(x, digits)


def without_noise(x: float, size: float) -> float:
    """Return 0 for a number that is rounding error beside numbers of this size, otherwise the number."""
    return 0.0 if abs(x) <= 1e-12 * size else x


def described(x: Any) -> str:
    """Format a scalar; describe an array by its shape and its range.

    >>> described(np.array([1.0, -2.0])), described(np.ones((2, 3))), described(np.ones((0, 3)))
    ('(2,) from −2 to 1', '(2, 3), all 1', '(0, 3), no entries')
    """
    if not np.shape(x):
        return number(x)
    ends = _ends(x, digits=6)
    before = {0: ", no entries", 1: ", all ", 2: " from "}[len(ends)]
    return f"{literal(np.shape(x))}{before}{' to '.join(ends)}"


def entries(data: Sequence[Any]) -> str:
    """Summarise a scalar, or the entries of several scalars or arrays together, in the room of a card.

    Several numbers are shown by the least and the greatest, from 8 on with a histogram between them; masks
    by how many of their entries are true.

    >>> entries([0.3]), entries([np.array([0.1 + 0.2, -1.1, 1.0])])
    ('0.3', '−1.1 to 1')
    >>> entries([np.array([0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 4.0, 8.0])])
    '0 ▄▆█▁▄▁▁▄ 8'
    """
    if len(data) == 1 and not isinstance(data[0], np.ndarray):
        return number(data[0], digits=4)
    numbers = np.concatenate([np.ravel(x) for x in data])
    if numbers.dtype == bool:
        return f"{np.count_nonzero(numbers)} of {numbers.size} true"
    known = numbers[~np.isnan(numbers)]
    between = " to "
    if known.size >= HISTOGRAM_FROM and np.isfinite(known).all():
        between = f" {histogram(known)} "
    nans = numbers.size - known.size
    parts = [between.join(_ends(known, digits=3)), f"{nans} nan" if nans else ""]
    return ", ".join(filter(None, parts)) or "no entries"


def _ends(x: np.ndarray, digits: int) -> list[str]:
    """The least and the greatest entry as text: one text where they look the same, none without entries."""
    return list(dict.fromkeys(number(end, digits) for end in (x.min(), x.max()))) if x.size else []


def histogram(numbers: np.ndarray) -> str:
    """Count the numbers in each eighth of their range, as block characters.

    The lowest block stands for a count of 0, the highest for the largest count.
    """
    scaled = numbers / (abs(numbers).max() or 1.0)  # so that their difference does not overflow
    low, high = scaled.min(), scaled.max()
    eighths = np.minimum((scaled - low) / ((high - low) or 1.0) * 8, 7).astype(int)
    counts = np.bincount(eighths, minlength=8)
    return "".join(BLOCKS[height] for height in np.ceil(counts / counts.max() * 7).astype(int))


def literal(x: Any) -> str:
    """Write a constant or a static argument as it stands in a formula: a number, a shape, an axis, an index.

    >>> literal((slice(1, None), 0)), literal(np.array([1.0, 2.0])), literal(np.ones((4, 3)))
    ('(1:, 0)', '[1, 2]', 'array(4, 3)')
    """
    if isinstance(x, slice):
        ends = ["" if end is None else number(end) for end in (x.start, x.stop)]
        return ":".join(ends if x.step is None else [*ends, number(x.step)])
    if isinstance(x, tuple):
        return f"({', '.join(map(literal, x))}{',' * (len(x) == 1)})"
    if isinstance(x, list):
        return f"[{', '.join(map(literal, x))}]"
    if isinstance(x, np.ndarray) and x.ndim:
        return literal(x.tolist()) if x.size <= FEW_ENTRIES else f"array{literal(x.shape)}"
    if isinstance(x, (float, int, np.number, np.bool, np.ndarray)):
        return number(x)
    return "..." if x is Ellipsis else str(x)
