"""Pictures of graphs, errors and descents. Every number in a picture is computed by autodiff and learning.

Three rooms, each for one tool:

graph/   the computation graph, drawn by Graphviz: `draw(error)`.
plots/   curves, surfaces, paths, histories and data, drawn by matplotlib: `plots.error_curve(...)`.
pages/   self-contained HTML: `play(error)` steps forward and backward through a computation,
         `play_descent(...)` rolls a ball down an error curve, `play_net()` lets a small net learn.

They share numbers.py (numbers as text), scales.py (the axes of charts) and chain_rule.py (the gradient's
share along one edge of a graph). graphviz and matplotlib are imported when the first picture is drawn, never
by `import microgd`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import plots
    from .graph.drawing import draw
    from .pages.computation import play
    from .pages.descent import play_descent
    from .pages.net import play_net

__all__ = ["draw", "play", "play_descent", "play_net", "plots"]

_MODULE_OF = {
    "draw": "graph.drawing",
    "play": "pages.computation",
    "play_descent": "pages.descent",
    "play_net": "pages.net",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import a public name, and what it needs, when it is first used."""
    if name in _MODULE_OF:
        return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    if name == "plots":
        return import_module(".plots", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
