"""Graphs and pages that play, which a lesson goes on without where nothing on the machine can draw them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from microgd.pictures.graph import RendererMissing


def save_drawn(make: Callable[[], Any], path: Path, see: str) -> None:
    """Write what `draw`, `play` or `play_descent` makes, and say what there is to see.

    Without a renderer of graphs the lesson's numbers stand all the same: one line says what to install.
    """
    try:
        drawn = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn.save(path)
    except RendererMissing as missing:
        print(f"not written: {path}: {missing}")
    else:
        print(f"wrote {path}: {see}")
