"""Every lesson of parts 5 and 6 prints what is true; each number is held against a closed form or the text.

What an example checks while it runs (a slope measured with a ruler, say) is read from what it printed.
"""

import re

import numpy as np
import pytest
from printed import table

from microgd import value_and_grad

# Nets


def test_initialisation(course):
    run = course("initialisation")
    rows = [row[-3:] for row in table(run.printed, "what leaves the first")]
    assert [row[0] for row in rows] == pytest.approx([1, 0.5, 100 / 6], abs=0.01)
    for theory, there, again in rows:
        assert there == pytest.approx(theory, rel=0.15)
        assert again == pytest.approx(theory, rel=0.15)
    assert re.search(r"zeros .* 51% right; the hidden weights moved by up to 0\.00", run.printed)
    assert re.search(r"he .* 9\d% right", run.printed)


def test_why_bend(course):
    run = course("why_bend")
    assert "no hidden layer:             error 0.693147; ln 2 = 0.693147" in run.printed
    assert "a hidden layer of 8, linear: error 0.693147" in run.printed
    assert "the same answers? True" in run.printed
    rows = table(run.printed, "units  right, of 100")
    assert [row[:2] for row in rows] == [[1, 0], [2, 55], [3, 87], [4, 98], [8, 100]]
    assert rows[1][2] == pytest.approx(np.log(2) / 2, abs=0.005)
    assert run.names["away"] < 1e-15
    page = (run.folder / "out" / "why_bend" / "page.html").read_text(encoding="utf-8")
    assert "A small net learns" in page


def test_by_heart(course):
    run = course("by_heart")
    rows = np.array(table(run.printed, "  step  error on these")[:7])
    assert list(rows[:, 0]) == [0, 10, 30, 100, 300, 1000, 2000]
    assert all(np.diff(rows[:, 1]) < 0)
    assert rows[:, 2].argmin() == 3
    assert rows[-1, 2] > np.log(2) > rows[3, 2]
    assert set(run.names["FEW"]).isdisjoint(run.names["WATCH"])
    assert set(run.names["MANY"]).isdisjoint(run.names["JUDGE"])
    assert set(run.names["WATCH"]).isdisjoint(run.names["JUDGE"])
    forgetful, stopped, decayed, more = (row[-1] for row in table(run.printed, "error on the 232"))
    assert max(stopped, decayed, more) < forgetful / 2


def test_many_weights(course):
    ends = course("many_weights").names["ends"]
    spread = {size: np.ptp(np.log10(end)) for size, end in ends.items()}
    assert spread[4,] > 1.5  # the start decides
    assert spread[16,] < 0.3  # it does not
    assert [np.sum(end < 0.02) for end in ends.values()] == [0, 0, 7, 11, 22, 24, 24]
    assert "of 16 units, all nets: 15.4, and 13 at least" in course("many_weights").printed


# Cats, dogs, moons


def test_cats_dogs_net(course):
    scores = {name: np.mean(right) for name, right in course("cats_dogs_net").names["scores"].items()}
    knob, cut, bias, net, both = scores.values()
    assert knob == pytest.approx(0.722, abs=0.005)
    assert cut == pytest.approx(0.775, abs=0.01)
    assert bias > knob + 0.04
    assert abs(bias - cut) < 0.02
    assert abs(net - bias) < 0.02  # the hidden layer adds nothing
    assert abs(both - net) < 0.02  # sex adds nothing


def test_two_moons(course):
    straight, bent = re.findall(
        r"right on (\S+)% of its points and (\S+)% of new", course("two_moons").printed
    )
    assert float(straight[0]) < 90
    assert float(bent[0]) == 100
    assert float(bent[1]) > 99


# From the reader to the machine


def test_graph_as_a_program(course):
    run = course("graph_as_a_program")
    knob, wasteful, *_ = (
        [line.split("  #")[0].strip() for line in text.splitlines() if " = " in line]
        for text in run.printed.split("def ")[1:]
    )
    assert run.printed.startswith("(0.30250000000000005, -0.55) from\n")  # (0.25 - 0.8)^2, 2 (0.25 - 0.8) 0.5
    assert knob == [
        "pred = input * knob_weight",
        "t1 = pred - goal_pred",
        "error = t1 ** 2",
        "d_pred = 2.0 * t1",
        "d_knob_weight = d_pred * input",
    ]
    assert sum("exp(" in line for line in wasteful) == 1
    assert not any("tanh" in line for line in wasteful)
    assert any(line.endswith("= 0 * x") for line in wasteful)
    assert "nan at inf" in run.printed
    assert re.search(r"program\.py, line \d+, in .*if pred > 0.* was read .*np\.where", run.printed)
    assert "right for both: 0.5, -0.05\n" in run.printed
    recorded, lines = map(int, re.search(r"(\d+) operations recorded, (\d+) lines", run.printed).groups())
    picture = (run.folder / "out/graph_as_a_program/lines.svg").read_text(encoding="utf-8")
    assert recorded > lines == picture.count(" = ")
    assert re.search(r"the same 200 steps: recorded \d+ ms, compiled \d+ ms", run.printed)
    first, *_, last = [np.frombuffer(step[0])[0] for step in run.names["walk"](run.names["HOW"][1])]
    assert last < first / 4  # it learned


def test_graph_as_a_program_against_the_gradient_by_hand(course):
    names = course("graph_as_a_program").names
    points, goals = names["points"], names["goals"]
    w, b, v, c = arrays = [p.data for p in names["parameters"]]
    hidden = np.tanh(points @ w + b)
    off = hidden @ v + c - goals
    back = off @ v.T * (1 - hidden**2)
    error, *gradients = np.mean(off**2), points.T @ back, back.sum(0), hidden.T @ off, off.sum(0)
    seen, its_gradients = names["program"](*arrays)
    assert seen == pytest.approx(error)
    for gradient, its_own in zip(gradients, its_gradients, strict=True):
        assert its_own == pytest.approx(2 / 20 * gradient)


def test_how_fast(course):
    run = course("how_fast")
    names = run.names
    shown = [row[3:] for row in table(run.printed, "microseconds a call")]
    assert shown == [pytest.approx(ratios[:2], abs=0.006) for ratios in names["ratios"].values()]
    by_hand = names["knob_by_hand"](0.5, 0.5, 0.8)
    assert value_and_grad(names["knob_error"])(0.5, 0.5, 0.8) == pytest.approx(by_hand)
    error, by_array = names["net_by_hand"](names["arrays"])
    for kind, expected in ("array", by_array), ("number", np.vstack(by_array).T):
        seen, gradients = value_and_grad(names[f"{kind}_error"])(names[f"{kind}s"])
        assert seen == pytest.approx(error)
        assert all(np.allclose(*both) for both in zip(gradients, expected, strict=True))
