"""The lessons of parts 1 to 3 print what is true; each number is held against a closed form or the text.

What a lesson checks while it runs (a slope measured with a ruler, say) is read from what it printed.
"""

import re

import numpy as np
import pytest
from printed import numbers, table

from microgd import course as contents


def in_order(printed, rows):
    places = [printed.find(row) for row in rows]
    assert -1 not in places, rows[places.index(-1)]
    assert places == sorted(places)


# 1. One knob


def test_five_lines(course):
    run = course("five_lines")
    rows = ["0.1 * 5 = 0.5", "at rate 0.25: -1, -0.5, -0.25, -0.125", "at rate 2: -1, 3, -9, 27"]
    rows += ["0.30250000, 0.17015625", "by hand", "5.408208e-06", "a Value", "5.408208e-06"]
    for row in rows:
        assert row in run.printed
    expected = 0.3025 * 0.5625 ** np.arange(20)
    for way in ("by_hand", "with_value", "with_net"):
        assert run.names[way] == pytest.approx(expected)
    page = (run.folder / "out" / "five_lines" / "page.html").read_text(encoding="utf-8")
    assert "knob_weight" in page


def test_slope(course):
    rows = table(course("slope").printed, " knob   error")
    knob, error, derivative, measured, step, after = np.array(rows).T
    assert list(knob) == [0, 0.5, 1.6, 2, 3]
    assert error == pytest.approx((0.5 * knob - 0.8) ** 2, abs=1e-6)
    assert derivative == pytest.approx(0.5 * knob - 0.8, abs=1e-6)
    assert measured == pytest.approx(derivative, abs=1e-5)
    assert step == pytest.approx(-0.5 * derivative, abs=1e-6)
    assert after == pytest.approx((0.5 * (knob + step) - 0.8) ** 2, abs=1e-6)


def test_watch_the_walk(course):
    run = course("watch_the_walk")
    step, x, derivative, error = np.array(table(run.printed, "step         x")).T
    assert x == pytest.approx(3 - 4 * 0.8**step, abs=1e-5)
    assert derivative == pytest.approx(-8 * 0.8**step, abs=1e-5)
    assert error == pytest.approx(1 + 16 * 0.64**step, abs=1e-6)
    assert "after 69 steps\nin the run: after 69 steps" in run.printed  # 4 * 0.8^69 <= 1e-6 < 4 * 0.8^68
    assert 4 * 0.8**69 <= 1e-6 < 4 * 0.8**68


def test_overshoot(course):
    rows = table(course("overshoot").printed, " rate   factor")
    rate, theory, seen, *_ = np.array([row[:5] for row in rows]).T
    assert list(rate) == [0.05, 0.125, 0.23, 0.25, 0.27]
    assert theory == pytest.approx(1 - 8 * rate)
    assert seen == pytest.approx(theory)
    ends = [row[-1] for row in rows]
    assert ends == pytest.approx(0.4 + 0.5 * theory**12, abs=1e-4)
    assert (course("overshoot").folder / "out" / "overshoot" / "page.html").exists()


def test_learning_rates(course):
    run = course("learning_rates")
    weights = run.names["weights"]
    bounds = [float(x) for x in re.findall(r"largest stable rate (\S+)", run.printed)]
    raw = 1 / np.mean(weights**2)
    wanted = [1 / 2**2, raw, 100 * raw, 1 / (8.5**2 + 0.65**2 + 1.2**2)]
    assert bounds == pytest.approx(wanted, rel=1e-5)
    assert "raw kilograms: second derivative 186.4" in run.printed
    assert len(re.findall("0.99 of it: (converged|settled)", run.printed)) == 4
    assert len(re.findall("1.01 of it: diverged", run.printed)) == 4
    for rate, history in run.names["runs"].items():
        assert (history.reason == "diverged") == (rate > 0.25)
        assert history.error[3] == pytest.approx(0.04 * (1 - 8 * rate) ** 6, rel=1e-6)
    for rate in (0.0005, 0.03, 0.245, 0.252):
        (line,) = re.findall(rf"  rate {rate} +(0\.5.*)", run.printed)
        *first, last = numbers(line)
        factor = 1 - 8 * rate
        assert first == pytest.approx(0.4 + 0.1 * factor ** np.arange(6), abs=6e-4)
        assert last == pytest.approx(0.4 + 0.1 * factor**30, abs=6e-4)


def test_why_squared(course):
    run = course("why_squared")
    assert table(run.printed, "  miss  squared")[:5] == [
        [-2, 4],
        [-0.5, 0.25],
        [0.1, 0.01],
        [2, 4],
        [10, 100],
    ]
    assert "the mean miss is 0,\n" in run.printed
    assert "the mean squared miss is 2.5," in run.printed
    weighings = np.array([4, 4.1, 4.2, 4.3, 43])
    assert run.names["with_squares"][-1] == pytest.approx(np.mean(weighings))
    assert run.names["with_sizes"][-1] == pytest.approx(np.median(weighings), abs=0.021)
    for at, squared, absolute in table(run.printed, "  kg    slope of the squared error")[:5]:
        assert squared == pytest.approx(2 * np.mean(at - weighings), abs=6e-4)
        assert absolute == pytest.approx(np.mean(np.sign(at - weighings)), abs=6e-4)


def test_predict_compare_learn_prints_the_rows_of_the_textbook(course):
    rows = ["0.30250000000000005", "derivative is -0.55", "0.3025, 0.17015625", "5.408208e-06"]
    rows += ["errors 0.64, 0.36, 0.2025, 0.11390625", "errors 0.04, 0.36, 3.24, 29.16"]
    rows += ["errors 0.04, 0.0144", "1.485277e-10"]
    in_order(course("predict_compare_learn").printed, rows)


def test_hot_and_cold_prints_the_rows_of_the_textbook(course):
    run = course("hot_and_cold")
    rows = ["error 0.022500 as it is, 0.004225 up, 0.055225 down"]
    rows += ["round    2  knob 0.501  error 0.30195025"]
    rows += ["round 1101  knob 1.600  error 1.0799506e-27", "round 1102  knob 1.601  error 2.5e-07"]
    rows += ["by 0.4   ends with knobs 1.70, 1.30, 1.70, 1.30", "below 2.5e-07"]
    in_order(run.printed, rows)
    needed = int(np.ceil(np.log(2.5e-7 / 0.3025) / np.log(0.5625))) + 1  # counted from 1
    assert f"at round {needed}\n" in run.printed


def test_many_knobs_prints_the_rows_of_the_textbook(course):
    rows = ["errors 0.0196, 0.0013135188, 8.8027125e-05"]
    rows += ["pred [0.195 0.13  0.585], errors [0.009025 0.7569   0.235225]"]
    rows += ["knobs [0.293825 0.25655  0.868475]"]  # 0.1 * input * (pred - goal_pred) less, each
    rows += ["all free, step  0  error 0.0196", "first held, step 20  error 1.2e-16  first 0.1000"]
    in_order(course("many_knobs").printed, rows)


# 2. Real data


def test_plus_minus_one(course):
    run = course("plus_minus_one")
    rows = table(run.printed, "start   kg on the way")[:3]
    assert [(row[0], row[-4], row[-3]) for row in rows] == [(0, 3, 4), (12, 17, 6), (20, 29, 10)]
    weights, goals = run.names["weights"], run.names["goals"]
    for start, *_, end, _, error, wrong in rows:
        dog = 1 - np.exp(-((weights - end) ** 2) / 8)
        assert error == pytest.approx(np.mean((dog - goals) ** 2), abs=6e-5)
        assert wrong == pytest.approx(100 * np.mean((dog >= 0.5) != (goals == 1)), abs=0.51)
        assert run.names["searches"][start][-1] == end
    for here, below, above in re.findall(r" kg (\S+), one kilogram below (\S+), above (\S+)", run.printed):
        assert float(here) < min(float(below), float(above))


def test_cats_dogs_pits(course):
    printed = course("cats_dogs_pits").printed
    unlike, like = printed.split("like_a_dog: ")
    assert "hills at 10.9, 19.4," in unlike
    assert "pit at  2.70 kg: error 0.1525, 20% wrong; from starts at 0 to 10 kg" in unlike
    assert "pit at 16.77 kg: error 0.5379, 56% wrong; from starts at 12 to 18 kg" in unlike
    assert "the best is kept: 2.70 kg" in unlike
    for pit in ("7.06 kg: error 0.4053, 43%", "13.63 kg: error 0.4533, 48%", "19.17 kg: error 0.4508, 45%"):
        assert f"{pit} wrong" in like
    assert "the best is kept: 7.06 kg" in like
    assert "the curve has 4 pits, thirty starts found 4" in unlike
    assert "the curve has 8 pits, thirty starts found 7" in like
    assert "between the hills at 28.0 and 29.7 kg, where no start stays: from 28.85 to 29.27 kg" in like


def test_local_minima(course):
    run = course("local_minima")
    pits = [pit.parameters["knob_weight"] for pit in run.names["pits"]]
    slope = 0.1 * (np.array(pits) - 1) + np.cos(2 * np.array(pits))
    assert slope == pytest.approx(0, abs=1e-7)
    assert sorted(pits) == pytest.approx([-3.6833, -0.7, 2.2914], abs=1e-4)
    assert run.names["knob_weight"].item() == pytest.approx(2.2914, abs=1e-4)  # momentum's last, the best too
    low, high = run.names["borders"]
    for pit in run.names["pits"]:
        for start in pit.starts:
            where, ended = start["knob_weight"], pit.parameters["knob_weight"]
            assert (where > low, where > high) == (ended > low, ended > high)  # nobody crossed a hill
    assert "from -2.5360 to -0.7000\n  from -2.5380 to -3.6833" in run.printed
    rows = table(run.printed, " step   error from -5")[:5]
    assert [row[0] for row in rows] == [0, 5, 10, 20, 30]
    flat, _ = rows[3:]
    assert flat[1:4:2] == pytest.approx(rows[4][1:4:2], abs=1e-5)  # both errors have become flat,
    assert flat[1] > flat[3] + 1  # and one of them far above the other


def test_saddle(course):
    run = course("saddle")
    assert "from (1, 0): converged" in run.printed
    stayed, left = (history.parameters["w"][-1] for history in run.names["runs"].values())
    assert stayed == pytest.approx([0, 0], abs=1e-6)
    assert left == pytest.approx([0, np.sqrt(2)], abs=1e-6)  # 2 y = y^3, where the error is -1
    assert "(0.0000, 0.0000)  -2.0000, +2.0000   a saddle" in run.printed
    assert "(0.0000, 1.4142)  +2.0000, +4.0000   a minimum" in run.printed  # 2 and 3 y^2 - 2
    (needed, seen) = re.findall(r"at 1.2 a step: (\d+) steps; in the run (\d+)", run.printed)[0]
    assert needed == seen == str(int(np.ceil(np.log(1e5) / np.log(1.2))))


# 3. The chain rule


def test_chain_rule(course):
    run = course("chain_rule")
    assert "de/da = -1.80844 * -0.7 * 0.97783 * 0.5 = 0.61892" in run.printed
    assert "de/db = -1.80844 * 0.14889 = -0.26925" in run.printed
    h = np.tanh(0.15)
    exact = 2 * (-0.7 * h - 0.8) * np.array([-0.7 * (1 - h**2) * 0.5, h])
    for row, derivative in zip(table(run.printed, "by hand   thirty lines"), exact, strict=False):
        assert row == pytest.approx([derivative] * 4, abs=6e-6)
    names = run.names
    assert [names["node_a"].grad, names["node_b"].grad] == pytest.approx(exact)
    assert names["fork"].grad == 4
    script = contents.script("chain_rule").read_text(encoding="utf-8")
    lines = script[script.index("class Node") : script.index("node_a, node_b")].split("\n")
    assert sum(bool(line.strip()) and '"""' not in line for line in lines) <= 30
    for made in ("graph.svg", "page.html"):
        assert (run.folder / "out" / "chain_rule" / made).exists()


def test_two_weights(course):
    run = course("two_weights")
    gradient = run.names["gradient"]
    input, off = run.names["input"], run.names["input"] @ (run.names["start"] - [1.5, -0.5])
    assert gradient == pytest.approx(2 / 4 * off @ input)
    assert abs(run.names["points_to"] - run.names["steepest"]) <= 0.5
    assert run.names["climbs"].max() == pytest.approx(np.hypot(*gradient), rel=1e-4)
    assert "at right angles to it the slope is 0.00000" in run.printed
    assert run.names["history"].parameters["knob_weight"][-1] == pytest.approx([1.5, -0.5], abs=1e-7)


def test_one_weight_at_a_time(course):
    run = course("one_weight_at_a_time")
    rows = np.array(table(run.printed, " correlation"))
    correlation, one, descent, momentum = rows.T
    # The best rate shrinks the worst direction by (1 + c - (1 - c)) / 2 = c a round, its error by c^2.
    expected = np.log(1e-4) / np.log(correlation**2)
    assert np.all(abs(descent - np.ceil(expected)) <= 1)
    assert np.all(momentum <= descent)
    assert np.all(np.diff(one) > 0)
    goals = re.findall(r"with w1 at (\S+) the lowest error is at w0 = (\S+)", run.printed)
    assert [(float(w1), float(w0)) for w1, w0 in goals] == [(-1, 0.9), (0, 0), (1, -0.9)]
    for weights, rounds, looks, by_descent, by_momentum in table(run.printed, " weights  one at a time")[:3]:
        assert weights <= looks / rounds <= 2 * weights  # one or two looks for each weight
        assert by_momentum < by_descent < looks
    assert looks > 20 * by_descent  # with fifty


def test_scale(course):
    run = course("scale")
    raw = np.array([[1, 30], [1, 70], [7, 30], [7, 70.0]])
    inputs = {"raw": raw, "centred": raw - raw.mean(0), "standardised": (raw - raw.mean(0)) / raw.std(0)}
    for name, input in inputs.items():
        with_bias = np.column_stack([input, np.ones(4)])
        curvatures = np.linalg.eigvalsh(2 / 4 * with_bias.T @ with_bias)
        assert run.names["curvatures"][name] == pytest.approx(curvatures)
    steps = {name: history.step[-1] for name, history in run.names["runs"].items()}
    assert (steps["raw"], steps["standardised"]) == (20_000, 1)
    assert 1_000 < steps["centred"] < 20_000
    assert "centred: a step leaves 1 - 2 / 800 = 0.997500" in run.printed
    assert "0.5000 kg a year, 0.3000 kg a cm, bias 1.0000" in run.printed
