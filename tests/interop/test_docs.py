"""The page on other libraries: its blocks of code print what their comments promise."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "other_libraries.md"
LIBRARIES = ["pandas", "torch", "scipy", "sklearn"]


def test_the_page_prints_what_it_promises(capsys):
    for library in LIBRARIES:
        pytest.importorskip(library)
    names = {"__name__": "page"}
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL):
        exec(compile(code, str(PAGE), "exec"), names)
        promised = re.findall(r"^print\(.*\)  # (.*)$", code, flags=re.MULTILINE)
        assert capsys.readouterr().out.splitlines() == promised


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8"))
    assert links
    assert all((PAGE.parent / link).exists() for link in links)
