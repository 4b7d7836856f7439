"""Self-contained HTML pages: a template, filled with a picture, its style, its data and its scripts.

A page is templates/player.html. It loads nothing from a network, and its content security policy forbids to.
The data are frames, one for each step of the player. lines.py writes what stands in a frame.
"""

from __future__ import annotations

import html
import json
import os
import re
from importlib import resources
from pathlib import Path
from typing import Any


def write_page(
    out: str | os.PathLike[str], *, title: str, stage: str, data: dict[str, Any], script: str
) -> Path:
    """Fill the template in and write the page; an old page is replaced once the new one is complete."""
    parts = {
        "title": html.escape(title),
        "style": _template("player.css"),
        "stage": stage,
        "data": json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"),
        "player": _template("player.js"),
        "script": _template(script),
    }
    page = re.sub(r"{{(\w+)}}", lambda hole: parts[hole[1]], _template("player.html"))
    path = Path(out)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(page, encoding="utf-8")
    return unfinished.replace(path)


def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")
