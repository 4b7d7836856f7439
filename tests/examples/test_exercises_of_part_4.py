"""The exercises of part 4: each answer in the file is what running it gives."""

import math
from functools import partial

import numpy as np
import pytest
from exercises import answer, listed, walked

from microgd import GradientDescent, History, Momentum, RMSprop, Value, descend, grad, transforms


def test_plateau_1(course):
    way_out = course("plateau").names["way_out"]
    from_4, from_6, from_8 = (way_out(GradientDescent, 0.1, start).step[-1] for start in (4.0, 6.0, 8.0))
    assert answer("plateau", 1).startswith(f"{from_4}. From 6 it takes {from_6:,}, from 8 {from_8:,}:")


def test_plateau_2(course):
    slope = grad(course("plateau").names["error"])
    knobs = np.linspace(-8, 8, 16_001)
    assert knobs[np.argmax([slope(knob) for knob in knobs])] == pytest.approx(math.log(2), abs=1e-3)
    assert slope(math.log(2)) == pytest.approx(8 / 27)
    assert answer("plateau", 2) == "At ln 2 = 0.6931, where the sigmoid is 2/3: there it is 8/27 = 0.2963."


def test_error_and_accuracy_1(course):
    best = course("error_and_accuracy").names["best"]
    loud, wrong = (best * 38 - 1) ** 2, (best * 4 - 1) ** 2
    assert best * 4 < 0.5
    assert answer("error_and_accuracy", 1).startswith(f"{loud:.2f} and {wrong:.2f}:")


def test_error_and_accuracy_2(course):
    names = course("error_and_accuracy").names
    error = lambda knob: np.mean(abs(knob * names["input"] - names["goal"]))  # noqa: E731
    knob = walked(error, 0.1024, 1e-5, 5000, gtol=None, ftol=None).parameters["x"][-1]
    right = 100 * names["accuracy"](0.05)
    expected = f"At {knob:.4f}, a cut at {0.5 / knob:.0f} kg: right for {right:.1f} %"
    assert answer("error_and_accuracy", 2).startswith(expected)


def test_error_and_accuracy_3(course):
    assert np.mean(course("error_and_accuracy").names["goal"] == 0) == 0.5
    assert answer("error_and_accuracy", 3).startswith("Half of the time, and 90 %")


def test_batch_sizes_1(course):
    names = course("batch_sizes").names
    slow, quick = (names["error_at_the_end"](names["walk"](1, rate)) for rate in (0.005, 0.05))
    least = names["error"](names["best"])
    assert answer("batch_sizes", 1).startswith(f"{100 * (quick / least - 1):.1f} %:")
    assert f"(At 0.005: {100 * (slow / least - 1):.2f} %.)" in listed("batch_sizes")[0][0]


def test_batch_sizes_2():
    noise = lambda k, n=200_000: math.sqrt((n - k) / (n - 1) / k)  # noqa: E731
    assert noise(18_198) == pytest.approx(noise(200) / 10, rel=1e-4)
    assert answer("batch_sizes", 2).startswith("18,198:")


def test_noise_helps_1(course):
    names = course("noise_helps").names
    outcome = names["outcome"]([names["on_batches"](1, 1.0, seed) for seed in range(10)])
    assert outcome.split()[0] == "2"
    assert answer("noise_helps", 1).startswith("Two:")


def test_noise_helps_2(course):
    end = course("noise_helps").names["on_all"](16.8, 1000.0).parameters["knob"][-1]
    assert answer("noise_helps", 2).startswith(f"At {end:.2f} kg:")


def test_falling_rates_1(course):
    rate = 1 / 101
    assert rate * 4 / (2 * (2 - rate * 2)) == pytest.approx(0.01)
    walk = course("falling_rates").names["run"](lambda step: rate).parameters["knob_weight"][1000:]
    variance = np.mean((walk - 2) ** 2)
    expected = f"1 / 101 = 0.0099. (The second half of the run has {variance:.4f}:"
    assert answer("falling_rates", 1).startswith(expected)


def test_falling_rates_2(course):
    names = course("falling_rates").names
    end = names["run"](lambda step: 1 / (2 * (step + 1))).parameters["knob_weight"][-1]
    assert end == pytest.approx(names["measured"][:2000].mean())
    assert answer("falling_rates", 2).startswith(f"At {end:.4f}, the mean of the 2,000 measurements")


def test_race_1(course):
    names = course("race").names
    steps = names["arrivals"](names["bowl"], partial(Momentum, momentum=0.5))
    assert answer("race", 1).startswith(f"{steps.min():.0f}, at {names['RATES'][steps.argmin()]:.3f}:")


def test_race_2(course):
    w = Value((-4.0, 1.0))
    optimizer = RMSprop([w], lambda step: 0.3 * 0.95**step)
    run = History(descend(lambda: course("race").names["bowl"](w), optimizer, 300, gtol=None, ftol=None))
    assert answer("race", 2).startswith(f"From step {np.flatnonzero(run.error >= 1e-4)[-1] + 1} on:")


def test_exploding_gradients_1(course):
    error = course("exploding_gradients").names["error"]
    assert f"{0.2 / grad(error)(1.2):.1e}" == "7.4e-06"
    run = walked(error, 1.2, 7e-6, 5000, dtol=np.inf)
    assert run.reason == "converged"
    expected = f"Below 7.4e-06, and at 7e-06 it takes {run.step[-1]:,} steps"
    assert answer("exploding_gradients", 1).startswith(expected)


def test_exploding_gradients_2(course):
    run = course("exploding_gradients").names["run"]
    (arrived, knob), (stuck, _) = (run(transforms.clip_by_norm(most)) for most in (100.0, 1000.0))
    assert knob.item() == pytest.approx(10 ** (1 / 30), abs=1e-6)
    assert stuck.reason == "budget"
    there = stuck.parameters["knob_weight"][1]
    assert answer("exploding_gradients", 2).startswith(
        f"To 100 in {arrived.step[-1]} steps. To 1000 not in 3,000: its first step leads to {there:.2f},"
    )
