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


def lessons() -> dict[str, str]:
    """List the lessons by name, each with its title, in the order of the course.

    >>> lessons()["overshoot"]
    'A step that is too large jumps over the minimum.'
    """
    contents = (folder() / "README.md").read_text(encoding="utf-8")
    in_order = re.findall(r"\]\((\w+)\.py\)", contents)
    scripts = {path.stem: _documentation(path) for path in sorted(folder().glob("*.py"))}
    names = [name for name in dict.fromkeys([*in_order, *scripts]) if f"{name}.py" in scripts.get(name, "")]
    return {name: scripts[name].partition("\n")[0] for name in names}


def _documentation(script: Path) -> str:
    return ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
