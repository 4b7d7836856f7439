"""Where the lessons of the course are, and what they are called; `python -m microgd` runs and copies them.

In a clone they are the folder examples/, in an installed package they lie beside the modules. A lesson is a
script whose docstring begins with its title and says how to run it. The order is that of the table of
contents, README.md, in the same folder.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

_HERE = Path(__file__).parent


def folder() -> Path:
    """Find the lessons, their data and their pictures.

    Raises FileNotFoundError where the package was installed without them.
    """
    candidates = (_HERE / "lessons", _HERE.parent / "examples")
    for candidate in candidates:
        if (candidate / "README.md").exists():
            return candidate
    raise FileNotFoundError(
        f"no lessons in {candidates[0]} or {candidates[1]}: microgd was installed without"
    )


def scripts() -> dict[str, Path]:
    """List the scripts of the lessons by name, in the order of the course.

    A file's number, its part and its place in it, is no part of the name: 14_overshoot.py is "overshoot".
    """
    contents = (folder() / "README.md").read_text(encoding="utf-8")
    linked = [folder() / f"{stem}.py" for stem in re.findall(r"\]\((\w+)\.py\)", contents)]
    found = [path for path in dict.fromkeys([*linked, *sorted(folder().glob("*.py"))]) if path.exists()]
    return {re.sub(r"^\d+_", "", path.stem): path for path in found}


def lessons() -> dict[str, str]:
    """List the lessons by name, each with its title, in the order of the course.

    >>> lessons()["overshoot"]
    'A step that is too large jumps over the minimum.'
    """
    return {name: _documentation(path).partition("\n")[0] for name, path in scripts().items()}


def script(lesson: str) -> Path:
    """Find the script of a lesson by its name, its number, or both: overshoot, 14, 14_overshoot.

    Raises ValueError for a lesson that is not there.
    """
    for name, path in scripts().items():
        if lesson in (name, path.stem, path.stem.removesuffix(f"_{name}")):
            return path
    raise ValueError(f"there is no lesson {lesson!r}: python -m microgd lists them")


def _documentation(script: Path) -> str:
    return ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
