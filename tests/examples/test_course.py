"""Every lesson of parts 4 to 6 prints what is true; each number is held against a closed form or the text.

What an example checks while it runs (a slope measured with a ruler, say) is read from what it printed.
"""

import re

import numpy as np
import pytest
from printed import numbers, table

from microgd import value_and_grad

# The process


def test_plateau(course):
    run = course("plateau")
    for knob, error, gradient, bend in table(run.printed, " knob  error")[:3]:
        p = 1 / (1 + np.exp(-knob))
        assert error == pytest.approx(p**2, abs=1e-4)
        assert gradient == pytest.approx(2 * p**2 * (1 - p), abs=1e-6)
        assert bend == pytest.approx(2 * p**2 * (1 - p) * (2 - 3 * p), abs=1e-6)
    steps = {name: history.step[-1] for name, history in run.names["runs"].items()}
    slowest = steps.pop("rate 0.1")
    # d knob / d step = -2 rate p^2 (1 - p): integrated from 8 down to where p^2 = 0.01, by many small steps
    knob = np.linspace(np.log(0.1 / 0.9), 8, 1_000_001)
    p = 1 / (1 + np.exp(-knob))
    assert slowest == pytest.approx(np.trapezoid(1 / (0.2 * p**2 * (1 - p)), knob), rel=0.01)
    assert all(slowest > 9 * faster for faster in steps.values())
    assert "settled at step 20" in run.printed


def test_batch_sizes(course):
    run = course("batch_sizes")
    for _, theory, seen, _ in table(run.printed, "how far the gradient"):
        assert seen == pytest.approx(theory, rel=0.05, abs=1e-12)
    rows = table(run.printed, "after 8 epochs")
    batch, mini, single, falling, best = (row[-3:-1] for row in [*rows[:4], [*rows[4][-2:], 0.0]])
    assert best[0] == pytest.approx(run.names["error"](run.names["best"]), abs=1e-4)
    assert mini[1] < batch[1]  # as much data seen, more steps taken
    assert falling[1] < single[1] / 3  # the noise is taken out
    assert min(batch[0], mini[0], single[0], falling[0]) >= best[0]


# The ways down


def test_race(course):
    best = course("race").names["best"]
    steps = {
        (error.__name__, optimizer.__name__): run.step[-1] if run.error[-1] < 1e-4 else None
        for (error, optimizer), (run, _) in best.items()
    }
    for plain in ("GradientDescent", "Momentum", "Nesterov"):  # do not care which way the valley runs
        assert steps["bowl", plain] == steps["slanted", plain]
    for own in ("Adagrad", "RMSprop"):
        assert steps["slanted", own] > 5 * steps["bowl", own]
    arrived = {name for (error, name), count in steps.items() if error == "rosenbrock" and count}
    assert arrived == {"Momentum", "Adam"}
    # At rate 0.03 the flat direction shrinks by 1 - 0.06 a step, the steep one by 1 - 1.8: 16 * 0.94^(2n)
    assert steps["bowl", "GradientDescent"] == np.ceil(np.log(1e-4 / 16) / np.log(0.94**2))


def test_falling_rates(course):
    run = course("falling_rates")
    for rate, theory, seen in table(run.printed, "constant rate"):
        assert theory == pytest.approx(rate / (1 - rate), abs=1e-4)
        assert seen == pytest.approx(theory, rel=0.25)
    rows = {row: numbers(line)[-5:] for line in run.printed.splitlines() for row in [line[:22].strip()]
            if row in run.names["SCHEDULES"]}  # fmt: skip
    off = {name: row[-1] for name, row in rows.items()}
    assert all(off[name] < off["constant"] / 2 for name in off if name not in ("constant", "cyclic"))
    for name, by_hand in {  # at steps 0, 250, 1100, 2000
        "step decay": [0.1, 0.1, 0.1 * 0.3**2, 0.1 * 0.3**4],
        "cosine": [0.1, *0.05 * (1 + np.cos(np.pi * np.array([1 / 8, 11 / 20, 1])))],
        "cyclic": [0.005, 0.1, 0.005 + 0.095 * 100 / 250, 0.005],  # up and down in 500
        "warm-up, then cosine": [0.1 / 201, 0.05 * (1 + np.cos(np.pi * 50 / 1800)), 0.05, 0],
    }.items():
        assert rows[name][:4] == pytest.approx(by_hand, abs=5e-5)


def test_exploding_gradients(course):
    run = course("exploding_gradients")
    for knob, gradient in table(run.printed, " knob  gradient"):
        assert gradient == pytest.approx(2 * (0.1 * knob**30 - 1) * 3 * knob**29, rel=0.01)
    assert "diverged at step 2" in run.printed
    assert "first value that is not finite: inf, computed by *" in run.printed
    clipped = re.findall(r"clipped by \w+ to 10: converged at step \d+, knob (\S+)", run.printed)
    assert [float(knob) for knob in clipped] == pytest.approx([10 ** (1 / 30)] * 2, abs=1e-6)
    assert "they make [5.    0.067] and [5.  0.4]" in run.printed


def test_initialisation(course):
    run = course("initialisation")
    rows = [row[-3:] for row in table(run.printed, "what leaves the first")]
    assert [row[0] for row in rows] == pytest.approx([1, 0.5, 100 / 6], abs=0.01)
    for theory, there, again in rows:
        assert there == pytest.approx(theory, rel=0.15)
        assert again == pytest.approx(theory, rel=0.15)
    assert re.search(r"zeros .* 51% right; the hidden weights moved by up to 0\.00", run.printed)
    assert re.search(r"he .* 9\d% right", run.printed)


# Cats, dogs, moons


def test_cats_dogs_net(course):
    scores = {name: np.mean(right) for name, right in course("cats_dogs_net").names["scores"].items()}
    knob, cut, net, both = scores.values()
    assert knob == pytest.approx(0.722, abs=0.005)
    assert cut == pytest.approx(0.775, abs=0.01)
    assert net > knob + 0.04
    assert abs(net - cut) < 0.02
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
