"""The computation graph, drawn by Graphviz. Start with `draw` in drawing.py.

Picture is what `draw` returns; RendererMissing is raised if nothing on the machine can turn it into an image.
"""

from .picture import Picture, RendererMissing

__all__ = ["Picture", "RendererMissing"]
