"""What the README says, run: its blocks of Python print what their comments promise."""

import re
from pathlib import Path

from microgd import Value, draw

README = Path(__file__).parent.parent / "README.md"


def blocks():
    """The code blocks in order: (language, text)."""
    return re.findall(r"```(python|text)\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def promised_output():
    """The comment behind each print, and the text shown below a block."""
    for language, text in blocks():
        comments = re.findall(r"^print\(.*\)  # (.*)$", text, flags=re.MULTILINE)
        yield from comments if language == "python" else text.splitlines()


def test_readme_code_prints_what_it_promises(capsys):
    code = "\n".join(text for language, text in blocks() if language == "python")
    exec(compile(code, str(README), "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out.splitlines() == list(promised_output())


def test_readme_has_the_two_commands_near_its_top():
    top = README.read_text(encoding="utf-8").splitlines()[:30]
    assert 'pip install -e ".[pictures]" && python examples/cats_vs_dogs.py' in top
    assert 'pip install -e ".[test]" && pytest' in top


def test_readme_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    missing = [link for link in links if not link.startswith("http") and not (README.parent / link).exists()]
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
    committed = (README.parent / "examples" / "pictures" / "knob.svg").read_text(encoding="utf-8")
    assert texts_of(committed) == texts_of(knob_picture().pipe(format="svg").decode("utf-8"))


def texts_of(svg):
    return re.findall(r">([^<>\n]+)</text>", svg)
