"""The pictures of a lesson, written as SVG files that are the same for the same numbers."""

import io
import re
import sys
from pathlib import Path
from typing import Any

try:
    import matplotlib
except ModuleNotFoundError:
    print("This lesson draws and needs matplotlib: pip install matplotlib", file=sys.stderr)
    raise SystemExit(2) from None

from microgd.learning.files import write_whole

# The same numbers give the same file, and its texts stay texts.
PLAIN = {"svg.hashsalt": "microgd", "svg.fonttype": "none"}


def save(ax: Any, path: Path, see: str = "") -> None:
    """Write the picture that these Axes are part of as SVG; say where, and what there is to see."""
    svg = io.StringIO()
    with matplotlib.rc_context(PLAIN):
        ax.figure.savefig(svg, format="svg", metadata={"Date": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, rounded(svg.getvalue()).encode())
    print(f"wrote {path}{f': {see}' if see else ''}")


def rounded(svg: str) -> str:
    """Coordinates to a hundredth of a point, which halves the file; the rest is not visible."""
    return re.sub(
        r' (d|x|y|transform|points)="[^"]*"', lambda hit: re.sub(r"(\.\d\d)\d+", r"\1", hit[0]), svg
    )
