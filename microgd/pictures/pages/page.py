"""A self-contained HTML page: a template, filled with a picture, its style, its data and its scripts.

A page is the body of a player (templates/page.html), or another body, in templates/frame.html. It loads
nothing from a network: its content security policy forbids that, and allows no script but its own, by its
hash. The data are frames, one for each step of the player, and the table of their numbers (lines.py). Jupyter
shows a Page in a frame of its own; `save` writes it as a file for any browser.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ...learning.files import file_path, write_whole


@dataclass(frozen=True)
class Page:
    """A page that plays: `.save("page.html")` writes it, Jupyter shows it.

    html  the whole page.
    """

    html: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page and return its path; an old file is replaced once the new one is complete.

        Raises ValueError unless the name ends in .html or .htm.
        """
        path = file_path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"expected the name of a page, such as player.html, got {path.name}")
        write_whole(path, self.html.encode())
        return path

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" title="{self._title}" '
            'style="width: 100%; height: 42rem; border: 0"></iframe>'
        )

    @property
    def _title(self) -> str:
        found = re.search("<title>(.*?)</title>", self.html)
        return found[1] if found else ""

    def __repr__(self) -> str:
        return f"<Page {html.unescape(self._title)!r}: .save(path) writes it>"


def make_page(
    *,
    title: str,
    stage: str,
    data: dict[str, Any],
    scripts: list[str],
    program: str = "",
    body: str = "page.html",
    styles: Sequence[str] = ("page.css",),
) -> Page:
    """Fill the templates in: the body, and around it the frame that all pages share.

    stage    HTML of the picture.
    scripts  names of templates, in order.
    program  JavaScript that the compiler wrote, to stand before them.
    body     the name of the body's template; by default that of the player.
    styles   names of style sheets, in order.
    """
    script = "\n".join([program, *map(_template, [*scripts, "theme.js"])])
    parts = {
        "title": html.escape(title),
        "style": "".join(map(_template, styles)),
        "stage": stage,
        "data": json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"),
        "script": script,
        "hash": base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode(),
    }
    return Page(_filled("frame.html", parts | {"body": _filled(body, parts)}))


def _filled(name: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"{{(\w+)}}", lambda hole: parts[hole[1]], _template(name))


def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")
