"""Pictures: what a graph of Values and a descent look like. Nothing here computes anything new.

In which order to read it: graph.py draws the computation graph, `draw(error)` (nodes.py, layers.py and
rolled_up.py say what is shown, cards.py how, render.py who makes an image of it). landscape.py, runs.py and
data.py draw errors, descents, their histories and data with matplotlib (paper.py says in which style).
player.py writes a page that plays a computation forward and backward, `play(error)`, and descent_player.py
one with a ball on the error curve, `play_descent(...)`; both are filled into templates/ by pages.py. What a
picture needs (graphviz, matplotlib) is imported when the first one is drawn, never by `import microgd`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .descent_player import play_descent
    from .graph import draw
    from .player import play

__all__ = ["draw", "play", "play_descent"]

_WHERE = {"draw": "graph", "play": "player", "play_descent": "descent_player"}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f".{_WHERE[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
