"""The notebook, run from its first cell to its last in a kernel of its own, says what is committed in it."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "examples" / "first_steps.ipynb"
ROOT = NOTEBOOK.parents[1]


@pytest.fixture(scope="module")
def committed():
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.mark.filterwarnings("default")  # how Jupyter's parts speak with one another is theirs
def test_the_notebook_runs_and_says_what_is_committed(committed, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    import nbformat

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    fresh = nbformat.from_dict({**committed, "cells": [without_outputs(cell) for cell in committed.cells]})
    nbclient.NotebookClient(fresh, timeout=120, kernel_name="python3").execute()
    assert said(fresh) == said(committed)
    assert shown(fresh) == shown(committed)
    assert {"image/svg+xml", "image/png", "text/html"} <= set(shown(fresh))  # graph, plots and live pages
    assert sum("<iframe srcdoc=" in page for page in pages(fresh)) == 2


def test_the_notebook_says_what_is_true(committed):
    printed = "".join(said(committed))
    assert "pred 0.25, error 0.30250000000000005, derivative -0.55" in printed
    assert "error 3.04212e-06" in printed  # 0.3025 * 0.5625^20
    assert printed.count("0.5625") == 20
    assert "largest stable rate 4" in printed  # 2 / (2 * 0.5^2)
    assert "mean miss 0, mean squared miss 2.5" in printed


def test_the_notebook_has_the_numbers_of_the_lessons(committed, course):
    printed = "".join(said(committed))
    assert f"by hand: error {course('five_lines').names['by_hand'][-1]:.6e}" in printed
    for end in ("5.408208e-06", "5.403407e+16", "1.485277e-10"):
        assert end in printed
        assert end in course("predict_compare_learn").printed
    for end in ("knob 1.600, error 1.0799506e-27", "knob 1.601, error 2.5e-07"):
        assert end in printed
        assert end.replace(",", " ") in course("hot_and_cold").printed
    for error in ("0.0196", "0.0013135188", "8.8027125e-05"):
        assert error in printed
        assert error in course("many_knobs").printed


def without_outputs(cell):
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def said(notebook):
    """What was printed."""
    return [output["text"] for output in outputs(notebook) if output["output_type"] == "stream"]


def shown(notebook):
    """The kinds of what was shown."""
    return [kind for output in outputs(notebook) for kind in sorted(output.get("data", {}))]


def pages(notebook):
    """What was shown as HTML."""
    return [output["data"].get("text/html", "") for output in outputs(notebook) if "data" in output]
