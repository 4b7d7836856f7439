"""The computation graph, drawn by Graphviz. Start with `draw` in drawing.py."""

from .drawing import draw
from .picture import Picture, RendererMissing

__all__ = ["Picture", "RendererMissing", "draw"]
