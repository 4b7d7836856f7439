"""Cats against dogs, run as a person runs it: what it prints, what it writes, what it refuses."""

import runpy
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "cats_vs_dogs.py"
HEADER = "species,weight_kg,sex,breed\n"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the example with these arguments, in an empty folder: (exit status, printed, complaint)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["cats_vs_dogs.py", *map(str, arguments)])
        try:
            runpy.run_path(str(EXAMPLE), run_name="__main__")
            status = 0
        except SystemExit as stop:
            status = stop.code
        printed, complaint = capsys.readouterr()
        return status, printed, complaint

    return run


@pytest.fixture
def csv_file(tmp_path):
    """Write a data file."""

    def write(text, name="animals.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_it_learns_what_the_data_say(run, tmp_path):
    status, printed, _ = run()
    assert status == 0
    assert "knob_weight 0.0569, mean squared error 0.1981" in printed
    assert "above 8.79 kg, and is right for 72.8%" in printed  # 0.5 / knob_weight
    assert "above 5.27 kg, is right for 80.5%" in printed
    for name in ("graph.svg", "histogram.svg"):
        path = Path("out") / "cats_vs_dogs" / name
        assert f"wrote {path}" in printed
        assert (tmp_path / path).read_text(encoding="utf-8").rstrip().endswith("</svg>")
    assert "knob_weight" in (tmp_path / "out/cats_vs_dogs/graph.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_start_ends_at_the_same_knob(run, seed):
    assert "knob_weight 0.0569" in run("--seed", seed)[1]


@pytest.mark.parametrize(
    ("weight", "answer"), [(4.2, "a cat"), (8.7, "a cat"), (8.8, "a dog"), (30, "a dog")]
)
def test_it_judges_a_weight_that_it_never_saw(run, weight, answer):
    status, printed, _ = run("--weight", weight)
    assert status == 0
    assert f"{weight:g} kg: pred {0.0569109778 * weight:.3f}, so {answer}" in printed
    assert "are dogs: the probability of a dog is about" in printed


def test_it_says_when_a_weight_is_beyond_all_data(run):
    assert "no animal in the data weighs that" in run("--weight", 400)[1]


def test_it_trains_on_data_of_your_own(run, csv_file):
    # The least squares knob of (2, cat), (6, dog) is 6 / 40; the cut is 0.5 / 0.15.
    data = csv_file(HEADER + "cat,2,M,tabby\ndog,6,F,pug\n")
    status, printed, _ = run("--data", data, "--out", "mine")
    assert status == 0
    assert "knob_weight 0.1500" in printed
    assert "above 3.33 kg, and is right for 100.0%" in printed
    assert Path("mine/graph.svg").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected columns 'species' and 'weight_kg', found no columns at all: it is empty"),
        ("kind,weight_kg\ncat,3\n", "expected columns 'species' and 'weight_kg', found 'kind', 'weight_kg'"),
        (HEADER, "expected at least one cat and one dog, found 0 animals"),
        (HEADER + "cat,3,M,\ncat,4,M,\n", "expected at least one cat and one dog, found 2 animals"),
        (HEADER + "cat,3,M,\ndog,abc,M,\n", "row 3: expected a weight in kilograms above 0, got 'abc'"),
        (HEADER + "cat,nan,M,\ndog,9,M,\n", "row 2: expected a weight in kilograms above 0, got 'nan'"),
        (HEADER + "cat,-3,M,\ndog,9,M,\n", "row 2: expected a weight in kilograms above 0, got '-3'"),
        (HEADER + "cat,inf,M,\ndog,9,M,\n", "row 2: expected a weight in kilograms above 0, got 'inf'"),
        (HEADER + "cat\ndog,9,M,\n", "row 2: expected a weight in kilograms above 0, got None"),
        (HEADER + "cat,3,M,\nhorse,400,F,\n", "row 3: expected species 'cat' or 'dog', got 'horse'"),
        (b"\xff\xfe\x00\x01", "not a CSV file in UTF-8"),
    ],
)
def test_bad_data_is_one_line_and_nothing_is_overwritten(run, csv_file, tmp_path, text, complaint):
    kept = tmp_path / "out" / "cats_vs_dogs" / "graph.svg"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    path = csv_file(text)
    status, printed, said = run("--data", path)
    assert status == 2
    assert printed == ""
    assert said.startswith(f"cats_vs_dogs: {path}")
    assert complaint in said
    assert said.count("\n") == 1
    assert kept.read_text() == "mine"
    assert [p.name for p in kept.parent.iterdir()] == ["graph.svg"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--data", "nowhere.csv"], "nowhere.csv: No such file or directory"),
        (["--data", "."], ".: Is a directory"),
        (["--weight", "abc"], "--weight: expected a weight in kilograms above 0, got 'abc'"),
        (["--weight", "nan"], "--weight: expected a weight in kilograms above 0, got 'nan'"),
        (["--weight", "-3"], "--weight: expected a weight in kilograms above 0, got '-3'"),
        (["--learning-rate", "0"], "--learning-rate: expected a number above 0, got '0'"),
        (["--steps", "0"], "expected --steps of at least 1"),
        (["--steps", "many"], "argument --steps: invalid int value: 'many'"),
        (["--sped", "1"], "unrecognized arguments: --sped 1"),
    ],
)
def test_bad_options_are_one_line(run, tmp_path, arguments, complaint):
    status, printed, said = run(*arguments)
    assert (status, printed) == (2, "")
    assert complaint in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("learning_rate", [1e300, 1, 0.0108])
def test_a_learning_rate_that_diverges_is_named_with_one_that_does_not(run, tmp_path, learning_rate):
    # 2 / (second derivative of the mean squared error) = 1 / mean(weight^2) = 0.010729
    status, printed, said = run("--learning-rate", learning_rate)
    assert (status, printed) == (2, "")
    assert said.splitlines()[-1].startswith(f"cats_vs_dogs: --learning-rate {learning_rate:g}: too large")
    assert "expected less than 0.01073" in said
    assert not list(tmp_path.iterdir())


def test_a_learning_rate_just_below_converges(run):
    assert run("--learning-rate", 0.0107, "--steps", 4000)[0] == 0


def test_pictures_do_not_replace_a_file_that_is_no_folder(run, tmp_path):
    (tmp_path / "taken").write_text("mine")
    status, _, said = run("--out", "taken")
    assert status == 2
    assert "--out taken: " in said
    assert (tmp_path / "taken").read_text() == "mine"
