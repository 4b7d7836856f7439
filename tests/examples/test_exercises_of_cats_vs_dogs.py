"""The exercises of the flagship: each answer in the file is what running it gives."""

import re

from exercises import answer
from test_cats_vs_dogs import run  # noqa: F401, a fixture


def shares(printed):
    """What is right of the animals held out, in percent: (one knob, knob and bias)."""
    return [float(re.search(rf"  {name} +([\d.]+)%", printed)[1]) for name in ("one knob", "knob and bias")]


def test_cats_vs_dogs_1(run):  # noqa: F811
    _, printed, _ = run("--weight", 5.3)
    probability = re.search(r"the probability of a dog is (\S+),", printed)[1]
    count, dogs = re.search(r"nearest to it are (\d+) animals .*; (\d+)% of these are dogs", printed).groups()
    assert answer("cats_vs_dogs", 1).startswith(
        f"{probability}, and {dogs} % of its {count} nearest are dogs:"
    )


def test_cats_vs_dogs_2(run):  # noqa: F811
    status, _, complaint = run("--learning-rate", 0.02)
    assert status == 2
    assert "too large, the error rose from" in complaint
    bound = re.search(r"expected less than (\S+),", complaint)[1]
    assert f"below {bound} it is stable" in answer("cats_vs_dogs", 2)


def test_cats_vs_dogs_3(run):  # noqa: F811
    (knob, both), (other_knob, other_both) = (shares(run("--seed", seed)[1]) for seed in (0, 1))
    assert answer("cats_vs_dogs", 3).startswith(
        f"The knob's from {knob} to {other_knob} %, the other's from {both} to {other_both} %:"
    )
