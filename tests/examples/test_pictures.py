"""The committed pictures are those that the examples draw; the table of contents shows them all.

`examples/pictures/NAME/PICTURE.svg` is `out/NAME/PICTURE.svg` as `examples/NAME.py` writes it. After a change
that is meant, `python tests/examples/test_pictures.py` runs the examples and renews the pictures.
"""

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMITTED = sorted(EXAMPLES.glob("pictures/*/*.svg"))
CONTENTS = EXAMPLES / "README.md"
ARE_NO_EXAMPLES = {"saving", "many_machines"}  # the latter draws nothing: tests/test_distributed.py
MEASURE_TIMES = {"how_fast"}


def texts(svg):
    """Also where matplotlib drew the letters as outlines: it says in a comment what they spell."""
    written = re.findall(r">([^<>]+)</text>", svg) + re.findall(r"<!-- (.*?) -->", svg)
    return [text.strip() for text in written]


def without_numbers(svg):
    return [re.sub(r"[\d.]+", "a number", text) for text in texts(svg)]


def coordinates(svg):
    drawn = re.findall(r' (?:d|x|y|transform)="([^"]*)"', svg)
    return [float(x) for text in drawn for x in re.findall(r"-?\d+\.?\d*", text)]


def drawn_by(svg):
    return re.findall(r"Matplotlib v[\d.]+", svg)


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
    scripts = {path.stem for path in EXAMPLES.glob("*.py")} - ARE_NO_EXAMPLES
    assert set(re.findall(r"\]\((\w+)\.py\)", contents)) == scripts
    pictures = re.findall(r'src="(pictures/[^"]+)"', contents)
    assert len(pictures) == len(set(pictures)) == len(scripts)
    assert {str(path.relative_to(EXAMPLES)) for path in COMMITTED} <= set(pictures)
    assert all((EXAMPLES / picture).exists() for picture in pictures)


def test_committed_pictures_are_small():
    assert max(path.stat().st_size for path in COMMITTED) < 150_000


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_examples_are_short_and_say_first_what_will_be_seen(path):
    text = path.read_text(encoding="utf-8")
    if path.stem in ARE_NO_EXAMPLES:
        return
    assert "What you will see: " in text.split('"""')[1]
    assert f"python examples/{path.name}" in text.split('"""')[1]
    assert re.search(r"^# %% ", text, flags=re.MULTILINE)
    if path.stem != "cats_vs_dogs":  # that one is a program with options
        assert len(text.splitlines()) <= 100


def test_without_matplotlib_an_example_says_in_one_line_what_to_install(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.delitem(sys.modules, "saving", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as if it were not installed
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(EXAMPLES / "slope.py"), run_name="__main__")
    assert stopped.value.code == "This example draws and needs matplotlib: pip install matplotlib"
    assert not list(tmp_path.iterdir())


def renew():
    """Run the examples and put what they draw in the place of the committed pictures."""
    import os
    import shutil
    import subprocess
    import tempfile

    for path in COMMITTED:
        name = path.parent.name
        with tempfile.TemporaryDirectory() as folder:
            script = [sys.executable, str(EXAMPLES / f"{name}.py")]
            path_to_us = os.pathsep.join([str(EXAMPLES.parent), os.environ.get("PYTHONPATH", "")])
            subprocess.run(script, cwd=folder, check=True, env={**os.environ, "PYTHONPATH": path_to_us})
            shutil.copy(Path(folder) / "out" / name / path.name, path)


if __name__ == "__main__":
    renew()
