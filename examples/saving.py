"""Saving: the examples write their matplotlib pictures with it, as SVG."""

import io
import re
from pathlib import Path
from typing import Any

try:
    import matplotlib
except ModuleNotFoundError:
    raise SystemExit("This example draws and needs matplotlib: pip install matplotlib") from None

# The same numbers give the same file, and its texts stay texts.
PLAIN = {"svg.hashsalt": "microgd", "svg.fonttype": "none"}


def save(ax: Any, path: str) -> None:
    """Write the picture that these Axes are part of as SVG, and say where."""
    svg = io.StringIO()
    with matplotlib.rc_context(PLAIN):
        ax.figure.savefig(svg, format="svg", metadata={"Date": None})
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(rounded(svg.getvalue()), encoding="utf-8")
    print(f"wrote {path}")


def rounded(svg: str) -> str:
    """Coordinates to a hundredth of a point, which halves the file; the rest is not visible."""
    return re.sub(
        r' (d|x|y|transform|points)="[^"]*"', lambda hit: re.sub(r"(\.\d\d)\d+", r"\1", hit[0]), svg
    )
