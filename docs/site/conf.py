"""Sphinx's settings, and docstrings as it understands them. See build.py.

Sphinx was chosen because it reads docstrings, has a search that needs no server, and has been kept well for
many years; furo, because its pages are read on a phone, in light and dark, and load nothing from elsewhere.
"""

import re

import microgd

project = "microgd"
author = "the microgd maintainers"
release = microgd.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
html_theme = "furo"
html_title = "microgd"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["extra"]
html_show_sphinx = False
html_copy_source = False
exclude_patterns = ["description.md", "extra"]
pygments_style = "friendly"
pygments_dark_style = "monokai"
myst_heading_anchors = 3
myst_links_external_new_tab = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
suppress_warnings = ["myst.header"]

ROW = re.compile(r"(\S.*?) {2,}(\S.*)")


def as_rst(docstring: list[str]) -> list[str]:
    """Convert a docstring: examples stay, columns (`name   text`) become a list, the rest are paragraphs."""
    blocks = re.split(r"\n[ ]*\n", "\n".join(docstring).strip())
    return [*"\n\n".join(map(_block, blocks)).splitlines(), ""]


def _block(text: str) -> str:
    lines = text.splitlines()
    if lines[0].startswith(">>>"):
        return text
    if ROW.fullmatch(lines[0]) and not lines[0].startswith(" "):
        return _columns(lines)
    if all(line.startswith("    ") for line in lines):
        return "::\n\n" + text
    return (
        _escaped(text)
        if not any(line.startswith("  ") for line in lines)
        else "| " + "\n| ".join(map(_escaped, lines))
    )


def _columns(lines: list[str]) -> str:
    rows: list[tuple[str, list[str]]] = []
    for line in lines:
        row = ROW.fullmatch(line)
        if row and not line.startswith(" "):
            rows.append((row[1], [row[2]]))
        elif rows:
            rows[-1][1].append(line.strip())
    return "\n".join(f"``{name}``\n    {_escaped(' '.join(text))}" for name, text in rows)


def _escaped(text: str) -> str:
    """Write names in backticks as code, and take from other signs their meaning in reStructuredText."""
    parts = re.split(r"(`+[^`]+`+)", text)
    return "".join(
        f"``{part.strip('`')}``" if i % 2 else re.sub(r"([*|_\\])", r"\\\1", part)
        for i, part in enumerate(parts)
    )


def setup(app):
    """Let autodoc convert docstrings."""

    def convert(app, what, name, obj, options, lines):
        lines[:] = as_rst(lines)

    app.connect("autodoc-process-docstring", convert)
