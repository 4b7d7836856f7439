"""The code on the pages, run: blocks of Python print what their comments promise; links lead somewhere."""

import re
import textwrap
from pathlib import Path

import pytest

from microgd import Value, draw

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
RUN = [README, *[ROOT / "docs" / f"{name}.md" for name in ("guide", "contributing", "description")]]
"""Pages that need no extra; other_libraries.md is run where these libraries are (tests/interop)."""


def blocks(page):
    """The code blocks in order: (language, text)."""
    found = re.findall(
        r"^ *```(python|text)\n(.*?)^ *```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return [(language, textwrap.dedent(text)) for language, text in found]


def promised_output(page):
    """The comment behind each print, and the text shown below a block."""
    for language, text in blocks(page):
        comments = re.findall(r"^print\(.*\)  # (.*)$", text, flags=re.MULTILINE)
        yield from comments if language == "python" else text.splitlines()


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_code_prints_what_it_promises(page, capsys):
    code = "\n".join(text for language, text in blocks(page) if language == "python")
    exec(compile(code, str(page), "exec"), {"__name__": "page"})
    assert capsys.readouterr().out.splitlines() == list(promised_output(page))


def test_readme_has_the_two_commands_near_its_top():
    top = README.read_text(encoding="utf-8").splitlines()[:30]
    assert 'pip install -e ".[pictures]" && python examples/cats_vs_dogs.py' in top
    assert 'pip install -e ".[test]" && pytest' in top


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not link.startswith("http") and not (page.parent / link).exists()]
    assert not missing


def knob_picture():
    input = 0.5
    goal_pred = 0.8
    knob_weight = Value(0.5, name="knob_weight")
    pred = input * knob_weight
    error = (pred - goal_pred) ** 2
    error.backward()
    return draw(error, locals(), derivatives=True)


def test_readme_picture_is_the_one_that_draw_draws():
    committed = (README.parent / "examples" / "pictures" / "five_lines" / "graph.svg").read_text(
        encoding="utf-8"
    )
    assert texts_of(committed) == texts_of(knob_picture().pipe(format="svg").decode("utf-8"))


def texts_of(svg):
    return re.findall(r">([^<>\n]+)</text>", svg)
