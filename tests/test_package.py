"""The package as it is installed: its data, its lessons, its command line, its description."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from microgd import course, datasets
from microgd.__main__ import main

ROOT = Path(__file__).parents[1]
DESCRIPTION = ROOT / "docs" / "description.md"


def test_cats_and_dogs():
    animals = datasets.cats_dogs()
    assert {column.shape for column in animals} == {(632,)}
    kinds, counts = np.unique(animals.species, return_counts=True)
    assert dict(zip(kinds.tolist(), counts.tolist(), strict=True)) == {"cat": 316, "dog": 316}
    assert animals.weight_kg.dtype == float
    assert 0.5 < animals.weight_kg.min() < animals.weight_kg.max() < 100
    assert set(animals.sex) == {"M", "F", ""}


def test_lessons_come_in_the_order_of_the_course_and_helpers_are_none():
    names = list(course.lessons())
    contents = (course.folder() / "README.md").read_text(encoding="utf-8")
    places = [contents.find(f"({course.script(name).name})") for name in names]
    assert len(places) > 20
    assert places == sorted(places)


@pytest.mark.parametrize("asked", ["overshoot", "14", "14_overshoot"])
def test_a_lesson_is_found_by_its_name_or_number(asked):
    assert course.script(asked).name == "14_overshoot.py"


def test_without_the_lessons_the_message_says_where_they_were_sought(monkeypatch, tmp_path):
    monkeypatch.setattr(course, "_HERE", tmp_path / "microgd")
    with pytest.raises(FileNotFoundError, match=r"no lessons in .*lessons or .*examples"):
        course.folder()


@pytest.mark.parametrize(
    ("library", "code", "cure"),
    [
        ("sklearn", "import microgd.sklearn", "microgd.sklearn needs scikit-learn 1.6 or newer: pip install"),
        ("scipy", "import microgd.special", "microgd.special needs SciPy: pip install scipy"),
        (
            "dask",
            "from microgd.distributed import sharded; sharded(abs, {}, [], None)",
            "sharded needs Dask: pip install",
        ),
    ],
)
def test_a_library_that_is_missing_is_named(library, code, cure):
    code = f"import sys; sys.modules[{library!r}] = None; {code}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f"ImportError: {cure}" in run.stderr


def test_the_build_adds_the_lessons_and_the_tests():
    """.ci/wheel builds and installs; here only that the backend which does so is the one that is named."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert settings["build-backend"] == "build_backend"
    assert (ROOT / settings["backend-path"][0] / "build_backend.py").exists()


# The command line --------------------------------------------------------------------------------


def test_the_list_of_lessons(capsys):
    assert main([]) == 0
    printed = capsys.readouterr().out
    for name, title in course.lessons().items():
        assert re.search(rf"^  {name} +{re.escape(title)}$", printed, re.MULTILINE)
    assert "python -m microgd run slope" in printed


def test_a_lesson_is_run_with_its_options(tmp_path):
    command = [sys.executable, "-m", "microgd", "run", "cats_vs_dogs", "--help"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "usage: cats_vs_dogs [-h]" in run.stdout
    assert not list(tmp_path.iterdir())


def test_lessons_are_copied_with_their_data_to_a_new_folder(tmp_path, capsys):
    target = tmp_path / "mine"
    assert main(["copy", str(target)]) == 0
    assert (target / "12_slope.py").read_bytes() == course.script("slope").read_bytes()
    assert (target / "data" / "cats_dogs.csv").exists()
    assert f"copied {len(course.lessons())} lessons to {target}" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["knob", "descent"])
def test_pages_are_written_and_opened(page, tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    target = tmp_path / "page.html"
    assert main(["open", page, "--out", str(target)]) == 0
    assert opened == [target.as_uri()]
    assert "knob_weight" in target.read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"wrote {target}\n"


def test_wrong_uses_are_one_line_and_status_2(tmp_path, capsys):
    assert main(["run", "slop"]) == 2
    assert capsys.readouterr().err == "microgd: there is no lesson 'slop': python -m microgd lists them\n"
    (tmp_path / "mine").mkdir()
    assert main(["copy", str(tmp_path / "mine")]) == 2
    assert "exists already: nothing was copied" in capsys.readouterr().err
    assert not list((tmp_path / "mine").iterdir())
    assert main(["open", "knob", "--out", str(tmp_path / "no" / "such" / "folder.html")]) == 2
    assert capsys.readouterr().err.startswith("microgd: ")
    with pytest.raises(SystemExit, match="2"):
        main(["open", "knop"])


def test_a_closed_pipe_is_no_error(tmp_path):
    command = f"{sys.executable} -m microgd | head -1"
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "The lessons, in the order of the course:\n", "")


# The description that an index shows --------------------------------------------------------------


def test_the_description_has_no_links_and_its_code_prints_what_it_promises(capsys):
    text = DESCRIPTION.read_text(encoding="utf-8")
    assert "](" not in text
    [code] = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    exec(compile(code, str(DESCRIPTION), "exec"), {})
    [promised] = re.findall(r"^print\(.*\)  # (.*)$", code, flags=re.MULTILINE)
    assert capsys.readouterr().out == promised + "\n"
