"""The committed pictures are those that the examples draw; the table of contents shows them all.

`examples/pictures/NAME/PICTURE.svg` is `out/NAME/PICTURE.svg` as the lesson NAME writes it. After a change
that is meant, `python tests/examples/test_pictures.py` runs the examples and renews the pictures.
"""

import functools
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from microgd.course import script, scripts

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMITTED = sorted(EXAMPLES.glob("pictures/*/*.svg"))
CONTENTS = EXAMPLES / "README.md"
DRAW_NO_PLOT = {"many_machines", "tiny_gpt"}  # tests/test_distributed.py, test_tiny_gpt.py
MEASURE_TIMES = {"how_fast"}


def texts(svg):
    """Also where matplotlib drew the letters as outlines: it says in a comment what they spell."""
    written = re.findall(r">([^<>]+)</text>", svg) + re.findall(r"<!-- (.*?) -->", svg)
    return [text.strip() for text in written]


def without_numbers(svg):
    """The texts but for the numbers beside the axes, of which there are more or fewer by the scale."""
    changed = [re.sub(r"[\d.]+", "a number", text) for text in texts(svg)]
    return [text for text in changed if re.search(r"[a-z]{3}", text.replace("a number", ""))]


def coordinates(svg):
    drawn = re.findall(r' (?:d|x|y|transform)="([^"]*)"', svg)
    return [float(x) for text in drawn for x in re.findall(r"-?\d+\.?\d*", text)]


def drawn_by(svg):
    return re.findall(r"Matplotlib v[\d.]+|graphviz version [\d.]+", svg)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_pictures_are_what_the_examples_draw(course, path):
    name = path.parent.name
    committed = path.read_text(encoding="utf-8")
    drawn = (course(name).folder / "out" / name / path.name).read_text(encoding="utf-8")
    if name in MEASURE_TIMES:  # which are others in each run
        assert without_numbers(committed) == without_numbers(drawn)
        return
    assert texts(committed) == texts(drawn)
    assert texts(committed)
    if drawn_by(committed) == drawn_by(drawn):  # another version sets its lines elsewhere
        assert np.allclose(coordinates(committed), coordinates(drawn), atol=0.1)


def test_every_example_is_in_the_contents_with_a_picture_of_its_own():
    contents = CONTENTS.read_text(encoding="utf-8")
    scripts = {path.stem for path in EXAMPLES.glob("*.py")} - DRAW_NO_PLOT
    assert set(re.findall(r"\]\((\w+)\.py\)", contents)) == scripts | DRAW_NO_PLOT
    pictures = re.findall(r'src="(pictures/[^"]+)"', contents)
    assert len(pictures) == len(set(pictures)) == len(scripts)
    assert {str(path.relative_to(EXAMPLES)) for path in COMMITTED} <= set(pictures)
    assert all((EXAMPLES / picture).exists() for picture in pictures)


def test_the_contents_in_russian_name_every_lesson_and_link_to_it():
    text = (EXAMPLES / "README.ru.md").read_text(encoding="utf-8")
    links = re.findall(r"^- \[(\w+)\]\((\w+\.py)\): .*\?", text, flags=re.MULTILINE)  # each with its question
    assert links == [(name, path.name) for name, path in scripts().items()]
    assert max(map(len, text.splitlines())) <= 130


def test_committed_pictures_are_small():
    assert max(path.stat().st_size for path in COMMITTED) < 150_000


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_a_lesson_prints_its_first_lines_for_help_and_refuses_what_it_does_not_know(path, tmp_path):
    if path.stem == "many_machines":
        pytest.importorskip("distributed")
    command = [sys.executable, str(path)]
    run = functools.partial(subprocess.run, cwd=tmp_path, capture_output=True, text=True, check=False)
    asked = run([*command, "--help"])
    assert asked.returncode == 0, asked.stderr
    title = path.read_text(encoding="utf-8").split('"""')[1].splitlines()[0]
    assert title in asked.stdout
    refused = run([*command, "--sped", "1"])
    assert refused.returncode == 2
    assert "unrecognized arguments: --sped 1" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_examples_are_short_and_say_first_what_will_be_seen(path):
    text = path.read_text(encoding="utf-8")
    if path.stem in DRAW_NO_PLOT:
        return
    assert "What you will see: " in text.split('"""')[1]
    assert f"python examples/{path.name}" in text.split('"""')[1]
    assert re.search(r"^# %% ", text, flags=re.MULTILINE)
    if path.stem != "cats_vs_dogs":  # that one is a program with options
        assert len(text.splitlines()) <= 120


def test_without_matplotlib_an_example_says_in_one_line_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.delitem(sys.modules, "helpers.pictures", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as if it were not installed
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(script("slope")), run_name="__main__")
    assert stopped.value.code == 2
    assert capsys.readouterr().err == "This lesson draws and needs matplotlib: pip install matplotlib\n"
    assert not list(tmp_path.iterdir())


def renew():
    """Run the examples and put what they draw in the place of the committed pictures."""
    import os
    import shutil
    import tempfile

    for path in COMMITTED:
        name = path.parent.name
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, str(script(name))]
            path_to_us = os.pathsep.join([str(EXAMPLES.parent), os.environ.get("PYTHONPATH", "")])
            subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PYTHONPATH": path_to_us})
            shutil.copy(Path(folder) / "out" / name / path.name, path)


if __name__ == "__main__":
    renew()
