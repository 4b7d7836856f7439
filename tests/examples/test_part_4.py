"""The lessons of part 4 print what is true; each number is held against a closed form or the text."""

import re

import numpy as np
import pytest
from printed import numbers, table


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


def test_error_and_accuracy(course):
    run = course("error_and_accuracy")
    input, goal = run.names["input"], run.names["goal"]
    rows = table(run.printed, "a descent at a tenth")[1:-1]
    step, knob, error, right = np.array(rows).T
    assert list(step) == list(range(0, 45, 5))
    assert error == pytest.approx([np.mean((k * input - goal) ** 2) for k in knob], abs=2e-4)
    assert right == pytest.approx([100 * np.mean((input > 0.5 / k) == (goal == 1)) for k in knob], abs=0.2)
    assert (right[0], right[-1]) == (79.3, 72.8)
    assert np.all(np.diff(error) <= 0)
    assert "the least squared error is at 0.0569, theory says" in run.printed
    assert "most often right knob is 0.0937: 80.5%, error 0.3243" in run.printed
    assert "there and at 0.0569: 0 and 0" in run.printed
    falling, jumping = (
        numbers(line) for line in re.findall(r"^  (?:error|accuracy) +(0.*)$", run.printed, re.M)
    )
    assert all(np.diff(falling) < 0)
    assert jumping == [0.793, 0.5, 0.791, 0.505, 0.797, 0.511]
    assert "above 5.22 kg: right for 80.5%; the best cut of all for 80.5%" in run.printed


def test_error_and_accuracy_ends_at_the_minimum_of_the_cross_entropy(course):
    names = course("error_and_accuracy").names
    knob, bias, x, goal = (names[name] for name in ("knob_weight", "bias", "x", "goal"))
    off = 1 / (1 + np.exp(-(knob.item() * x + bias.item()))) - goal
    assert [np.mean(off * x), np.mean(off)] == pytest.approx([0, 0], abs=1e-4)


def test_batch_sizes(course):
    run = course("batch_sizes")
    for _, theory, seen, _ in table(run.printed, "how far the gradient"):
        assert seen == pytest.approx(theory, rel=0.05, abs=1e-12)
    *rows, best = table(run.printed, "8 epochs: best of 10 rates")
    size, rate, steps, error, away = np.array(rows).T
    assert list(size * steps) == [8 * 256] * 3  # the same look at the data
    assert list(error) == [0.2368, 0.2361, 0.2360]
    assert list(rate) == [0.5, 0.05, 0.005]
    assert all(away > 0)
    assert all(away < 0.05)
    assert best == [0.2359, 0.0]


def test_batch_sizes_on_large_data(course):
    rows = table(course("batch_sizes").printed.replace(",", ""), "200000 examples to within")
    (all_steps, all_looks), (few_steps, few_looks), (_, least_looks) = (row[1:3] for row in rows)
    assert all_looks == 200_000 * all_steps
    assert few_steps < 1.5 * all_steps
    assert least_looks < few_looks < all_looks / 1000


def test_noise_helps(course):
    run = course("noise_helps")
    assert "ends between 16.768 and 16.768 kg, error 0.5379" in run.printed
    assert "(the largest stable rate there is 269)" in run.printed
    rows = [numbers(line) for line in re.findall(r"^  batches of .*$", run.printed, re.M)]
    assert rows == [[1, 3, 10, 5], [4, 3, 0, 0], [4, 12, 10, 4], [16, 3, 0, 0], [16, 48, 10, 2]]
    error, slope = run.names["error"], run.names["slope"]
    for place in {round(pit.parameters["knob"][-1], 3) for pit in run.names["rest"]}:
        assert slope(place) == pytest.approx(0, abs=1e-5)
    assert "the best of them: 2.70 kg, error 0.1525" in run.printed
    assert error(2.70) < min(error(knob) for knob in (1.5, 4.0, 16.768, 33.6, 43.0))


def test_noise_helps_measures_the_slope_of_each_animal(course):
    names = course("noise_helps").names
    weight, goal = names["weights"], names["goals"]
    e = np.exp(-(((weight - 16.8) / 2) ** 2) / 2)
    by_hand = -2 * (1 - e - goal) * e * (weight - 16.8) / 4
    assert names["singles"] == pytest.approx(by_hand, abs=1e-12)
    assert f"spread by {by_hand.std():.4f} around" in course("noise_helps").printed


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


def test_race(course):
    run = course("race")
    rows = dict(re.findall(r"^(\w+)  +(.*)$", run.printed.split("\n\n")[0], re.M))
    steps = {name: [float(x) for x in re.findall(r"(\d+)(?= \(| *$|  )", row)] for name, row in rows.items()}
    for plain in ("GradientDescent", "Momentum", "Nesterov"):  # do not care which way the valley runs
        assert steps[plain][0] == steps[plain][1]
    assert steps["Adagrad"][1] > 20 * steps["Adagrad"][0]
    assert {name for name, row in rows.items() if "not in 3000" in row} == {
        "GradientDescent",
        "Adagrad",
        "RMSprop",
    }
    assert steps["Momentum"][2] == min(row[2] for row in steps.values() if row[2] != 3000)
    assert "arrives in rosenbrock's valley at rate 0.001, in step 9,339" in run.printed
    for rate, swing, share in table(run.printed, "RMSprop in the bowl"):
        assert swing == pytest.approx(rate, rel=1e-3)
        assert share == 1


def test_race_counts_the_steps_of_gradient_descent_as_a_closed_form_does(course):
    names = course("race").names
    across, up = np.abs(names["around"])
    rate = names["best"][names["bowl"], names["GradientDescent"]][1]
    step = np.arange(500)[:, None]
    errors = (across * abs(1 - 2 * rate) ** step) ** 2 + 30 * (up * abs(1 - 60 * rate) ** step) ** 2
    assert (
        np.median(np.argmax(errors < 1e-4, axis=0))
        == names["best"][names["bowl"], names["GradientDescent"]][0]
    )


def test_exploding_gradients(course):
    run = course("exploding_gradients")
    for knob, gradient in table(run.printed, " knob  gradient"):
        assert gradient == pytest.approx(2 * (0.1 * knob**30 - 1) * 3 * knob**29, rel=0.01)
    assert "diverged at step 2" in run.printed
    assert "first value that is not finite: inf, computed by *" in run.printed
    clipped = re.findall(r"clipped by \w+ to 10: converged at step \d+, knob (\S+)", run.printed)
    assert [float(knob) for knob in clipped] == pytest.approx([10 ** (1 / 30)] * 2, abs=1e-6)
    assert "they make [5.    0.067] and [5.  0.4]" in run.printed
