"""The site: docstrings as Sphinx reads them, links that lead somewhere. .ci/run builds all of it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SITE = Path(__file__).parents[1] / "docs" / "site"


def module(name):
    spec = importlib.util.spec_from_file_location(f"site_{name}", SITE / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_columns_of_a_docstring_become_a_list():
    about = [
        "Do it.",
        "",
        "rate   the step,",
        "       in units of x",
        "x      an *array*, |x| < 1",
        "",
        ">>> 1",
        "1",
    ]
    assert module("conf").as_rst(about) == [
        "Do it.", "",
        "``rate``", "    the step, in units of x", "``x``", r"    an \*array\*, \|x\| < 1", "",
        ">>> 1", "1", "",
    ]  # fmt: skip


def test_links_that_lead_nowhere_and_loads_from_elsewhere_are_found(tmp_path):
    (tmp_path / "there.html").write_text('<p id="place">')
    page = tmp_path / "page.html"
    page.write_text(
        '<a href="there.html#place">good</a> <a href="https://elsewhere.example">good</a>'
        '<a href="there.html#missing">bad</a> <img src="gone.png"> <script src="https://elsewhere.example/a.js">'
    )
    assert sorted(module("build").broken(page, tmp_path)) == [
        "page.html: gone.png is not there",
        "page.html: loads https://elsewhere.example/a.js from the network",
        "page.html: there.html#missing: no such place in the page",
    ]


def test_a_lesson_has_a_page_with_its_picture_and_the_reference_its_functions(tmp_path):
    for library in ("sphinx", "furo", "myst_parser", "matplotlib"):
        pytest.importorskip(library)
    out = tmp_path / "site"
    command = [sys.executable, SITE / "build.py", "--out", out, "--lessons", "slope"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lesson = (out / "course" / "slope.html").read_text(encoding="utf-8")
    assert 'src="slope/out/slope/tangents.svg"' in lesson
    assert "The script" in lesson
    assert (out / "course" / "slope" / "out" / "slope" / "tangents.svg").exists()
    assert 'id="microgd.value_and_grad"' in (out / "api.html").read_text(encoding="utf-8")


def test_no_folder_is_replaced_but_a_site(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    command = [sys.executable, SITE / "build.py", "--out", tmp_path, "--lessons", "slope"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"--out {tmp_path}: expected a new or empty folder" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
