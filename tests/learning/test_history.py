"""History: the Steps of a descent as arrays, and out of it as a dict and as CSV."""

import csv

import numpy as np
import pytest

from microgd import GradientDescent, History, Value, descend


def make_history(**options):
    w, b = Value([1.0, 2.0], name="w"), Value(0.5, name="b")
    optimizer = GradientDescent([w, b], 0.1)
    return History(descend(lambda: (w * w).sum() + (b - 0.1) ** 2, optimizer, **options))


def test_history_has_the_fields_as_arrays():
    history = make_history(steps=4)
    assert list(history.step) == [0, 1, 2, 3, 4]
    assert np.allclose(history.parameters["w"], np.outer(0.8 ** np.arange(5), [1, 2]), rtol=1e-12)
    assert history.parameters["b"].shape == (5,)
    assert np.allclose(history.error, 0.64 ** np.arange(5) * 5.16, rtol=1e-12)
    assert np.isnan(history.validation_error).all()
    assert history.best is history.steps[-1]
    assert len(history) == len(list(history)) == 5
    assert repr(history) == "History(5 steps: error 5.16 -> 0.865704; budget)"


def test_history_keeps_every_third_and_the_last():
    w = Value(1.0)
    thinned = History(descend(lambda: w * w, GradientDescent([w], 0.1), steps=10), every=3)
    assert list(thinned.step) == [0, 3, 6, 9, 10]


def test_history_to_dict():
    history = make_history(steps=2)
    out = history.to_dict()
    assert list(out["error"]) == list(history.error)
    assert out["parameters"]["w"].shape == (3, 2)
    assert (out["reason"], out["message"]) == ("budget", history.message)


def test_history_to_csv_reads_back_to_the_same_floats(tmp_path):
    history = make_history(steps=3, validation_error=lambda: 1 / 3)
    history.to_csv(tmp_path / "history.csv")
    with open(tmp_path / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:2] == ["step", "error"]
    assert list(rows[0])[5:] == ["w[0]", "w[1]", "b"]
    assert [float(row["error"]) for row in rows] == list(history.error)
    assert [float(row["w[1]"]) for row in rows] == list(history.parameters["w"][:, 1])
    assert {row["validation_error"] for row in rows} == {repr(1 / 3)}


def test_history_refuses_to_keep_every_0th_step():
    with pytest.raises(ValueError, match=r"every: expected a number in \[1, inf\), got 0"):
        History([], every=0)
