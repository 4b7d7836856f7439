"""The exercises of parts 1 to 3: each answer in the file is what running it gives.

A test `test_NAME_1` answers the first exercise of the lesson NAME, and finds its result in the lesson's text.
"""

import numpy as np
import pytest
from exercises import answer, walked

from microgd import GradientDescent, History, KnobNet, Value, descend, grad, hessian
from microgd.learning import largest_stable_rate, restarts


def learned(knob, input, goal_pred, alpha, rounds):
    """The knob after so many rounds of predict, compare, learn."""
    net = KnobNet(knob)
    for _ in range(rounds):
        net.learn(net.compare(net.predict(input), goal_pred), alpha)
    return net.knob_weight.item()


# 1. One knob


def test_five_lines_1():
    assert answer("five_lines", 1).startswith("0.5,")
    assert walked(lambda x: x**2, -1.0, 0.5, 1).parameters["x"][-1] == 0


def test_five_lines_2():
    errors = [(0.25 * learned(0.5, 0.25, 0.8, 0.5, rounds) - 0.8) ** 2 for rounds in (29, 30)]
    assert errors[1] < 0.01 <= errors[0]
    assert answer("five_lines", 2).startswith("30:")


def test_five_lines_3():
    knob = Value(0.5)
    for _ in range(3):
        ((0.5 * knob - 0.8) ** 2).backward()
        knob.data -= 0.5 * knob.grad
    assert f"is at {knob.item():.4f}," in answer("five_lines", 3)
    assert f"should be at {learned(0.5, 0.5, 0.8, 0.5, 3):.4f}." in answer("five_lines", 3)


def knob_error(knob):
    return (0.5 * knob - 0.8) ** 2


def test_slope_1():
    assert (grad(knob_error)(3.6), knob_error(3.6)) == pytest.approx((1, 1))
    assert answer("slope", 1).startswith("At 3.6, where the error is 1:")


def test_slope_2():
    for h, off in zip((0.1, 0.01, 0.001), (0.025, 0.0025, 0.00025), strict=True):
        assert (knob_error(0.5 + h) - knob_error(0.5)) / h - grad(knob_error)(0.5) == pytest.approx(off)
        assert f"{off:g}" in answer("slope", 2).replace("0.00025", f"{0.00025:g}")


def test_watch_the_walk_1():
    with_one, without = (walked(lambda x, c=c: (x - 3) ** 2 + c, -1.0, 0.1, 50) for c in (1.0, 0.0))
    assert with_one.parameters["x"].tolist() == without.parameters["x"].tolist()
    assert answer("watch_the_walk", 1).startswith("No:")


def test_watch_the_walk_2():
    off = abs(walked(lambda x: (x - 3) ** 2, -1.0, 0.3, gtol=None, ftol=None, steps=20).parameters["x"] - 3)
    assert np.argmax(off <= 1e-6) == 17
    assert answer("watch_the_walk", 2).startswith("17:")


def check_overshoot(number, input, rate, factor):
    goal = 0.8 / input
    run = walked(lambda x: (input * x - 0.8) ** 2, 0.9, rate, 1)
    assert run.parameters["x"][-1] - goal == pytest.approx(factor * (0.9 - goal))
    assert answer("overshoot", number).startswith(f"{rate:g}")


def test_overshoot_1():
    check_overshoot(1, 2, 0.1375, -0.1)


def test_overshoot_2():
    check_overshoot(2, 4, 0.03125, 0.0)


def bound_of(weights, goals):
    net = KnobNet(0.5)
    return largest_stable_rate(lambda: net.compare(net.predict(weights), goals), net.parameters)


@pytest.fixture
def animals(course):
    names = course("learning_rates").names
    return names["weights"], names["goals"]


def test_learning_rates_1(animals):
    weights, goals = animals
    assert bound_of(1000 * weights, goals) == pytest.approx(1e-6 * bound_of(weights, goals))
    assert "By a millionth" in answer("learning_rates", 1)


def test_learning_rates_2(animals):
    bound = bound_of(*(np.tile(column, 10) for column in animals))
    assert bound == pytest.approx(bound_of(*animals))
    assert f"{bound:.6g}" in answer("learning_rates", 2)


WEIGHINGS = np.array([4.0, 4.1, 4.2, 4.3, 43.0])


def test_why_squared_1():
    run = walked(lambda x: np.mean((x - WEIGHINGS) ** 4), 8.0, 1e-4)
    assert f"{run.parameters['x'][-1]:.2f} kg" in answer("why_squared", 1)


def test_why_squared_2():
    right = WEIGHINGS[:4]
    assert np.mean(right) == pytest.approx(np.median(right))
    assert f"both are {np.mean(right):.2f} kg" in answer("why_squared", 2)


def test_predict_compare_learn_1():
    assert learned(0.5, 2, 0.8, 0.125, 1) == pytest.approx(0.4)
    assert answer("predict_compare_learn", 1).startswith("0.125,")


def test_predict_compare_learn_2():
    assert learned(0.5, -0.5, 0.8, 0.5, 100) == pytest.approx(-1.6)
    assert grad(lambda knob: (-0.5 * knob - 0.8) ** 2)(0.5) > 0
    assert answer("predict_compare_learn", 2).startswith("At -1.6, and the derivative is positive")


def test_hot_and_cold_1(course):
    ends = [probe.knob_weight for probe in course("hot_and_cold").names["search"](0.4, 1200)[-2:]]
    nearer, other = sorted(ends, key=lambda knob: abs(knob - 1.6))
    assert answer("hot_and_cold", 1).startswith(f"{nearer:.1f}, the other is {other:.1f}")
    assert f"an error of {knob_error(nearer):.4f}" in answer("hot_and_cold", 1)


def test_hot_and_cold_2():
    knob = 0.5
    for _ in range(20):
        knob = min(knob, knob + 0.4, knob - 0.4, key=knob_error)
    assert answer("hot_and_cold", 2).startswith(f"At {knob:.1f} as well")


def test_many_knobs_1():
    net = KnobNet([0.1, 0.2, -0.1])
    net.learn(net.compare(net.predict([8.5, 0.65, 1.2]), 1), alpha=0.005)
    first, second, _ = net.knob_weight.data - [0.1, 0.2, -0.1]
    assert answer("many_knobs", 1).startswith(
        f"By {first:.4f} and {second:.5f}: the ratio is {first / second:.1f},"
    )


def test_many_knobs_2():
    knobs = []
    for goals in ([0.1, 1.0, 0.1], [1.0, 1.0, 1.0]):
        net = KnobNet([[0.3, 0.2, 0.9]])
        net.learn(net.compare(net.predict([0.65]), np.array(goals)), alpha=0.05)
        knobs.append(net.knob_weight.data[0])
    assert (knobs[0] != knobs[1]).tolist() == [True, False, True]
    assert answer("many_knobs", 2).startswith("The first and the third:")


# 2. Real data


def test_plus_minus_one_1(course):
    knobs = course("plus_minus_one").names["search"](0, 0.1)
    assert f"At {knobs[-1]:.1f} kg, after {len(knobs) - 1} rounds" in answer("plus_minus_one", 1)


def test_plus_minus_one_2(course):
    names = course("plus_minus_one").names
    knobs = names["search"](12, 5)
    assert f"At {knobs[-1]:g} kg: from 12 it sees 7 and 17, and 7 is lower" in answer("plus_minus_one", 2)
    assert names["error"](7) < names["error"](17)


def test_cats_dogs_pits_1(course):
    names = course("cats_dogs_pits").names
    error, knob = names["error_of"](names["like_a_dog"]), Value(0.0, name="knob")
    optimizer = lambda: GradientDescent([knob], 10.0)  # noqa: E731
    found = restarts(lambda: error(knob), optimizer, range(1, 60, 2), xtol=0.02, gtol=1e-6)
    pits = [pit for pit in found if names["is_pit"](error, pit.parameters["knob"])]
    assert len(pits) == 8
    (hidden,) = [pit for pit in pits if abs(pit.parameters["knob"] - 29.27) < 0.01]
    assert [start["knob"] for start in hidden.starts] == [29]
    assert answer("cats_dogs_pits", 1).startswith("All eight: one of them, 29,")


def test_cats_dogs_pits_2():
    assert answer("cats_dogs_pits", 2).startswith(f"{1 - np.exp(-(((1 - 2.7) / 2) ** 2) / 2):.2f} of a dog")


def test_local_minima_1(course):
    share = (4 - course("local_minima").names["borders"][1]) / 9
    assert answer("local_minima", 1).startswith(f"{share:.3f},")


def test_local_minima_2(course):
    missed = (1 - (4 - course("local_minima").names["borders"][1]) / 9) ** 10
    assert answer("local_minima", 2).startswith(f"{missed:.3f},")
    assert 80 < 1 / missed < 90


def test_saddle_1(course):
    run = course("saddle").names["descent"]([1.0, -1e-6])
    assert run.error[-1] == pytest.approx(-1)
    assert f"At y = {run.parameters['w'][-1][1]:.4f}, with the error -1" in answer("saddle", 1)


def test_saddle_2():
    assert np.linalg.eigvalsh(hessian(lambda w: np.sum(w * w))(np.zeros(2))) == pytest.approx([2, 2])
    assert answer("saddle", 2) == "2 and 2: a minimum."


def test_saddle_3():
    assert answer("saddle", 3).startswith(f"1 / {2**10}:")


# 3. The chain rule


@pytest.mark.parametrize("start", [-2.0, 3.0])
def test_chain_rule_1(course, start):
    node_class = course("chain_rule").names["Node"]
    x = node_class(start)
    (result := node_class(max(start, 0.0), [(x, float(start > 0))])).backward()
    expected = Value(start)
    np.maximum(expected, 0.0).backward()
    assert (result.data, x.grad) == (max(start, 0), expected.grad)
    assert answer("chain_rule", 1) == "1 where the number is positive, else 0."


def test_chain_rule_2(course):
    a = course("chain_rule").names["Node"](2.0)
    (a * a * a).backward()
    assert answer("chain_rule", 2).startswith(f"{a.grad:g}: ")


def test_chain_rule_3(course):
    a = course("chain_rule").names["Node"](3.0)
    b = a + a
    c = b + b
    c.grad = 1.0
    for node in (a, b, c):  # the earliest first
        for argument, derivative in node.arguments:
            argument.grad += derivative * node.grad
    assert answer("chain_rule", 3).startswith(f"a gets {a.grad:g}:")


def test_two_weights_1(course):
    names = course("two_weights").names
    turn = np.radians(60)
    rotated = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ names["gradient"]
    direction = rotated / np.hypot(*rotated)
    climb = names["error"](names["start"] + 1e-6 * direction) - names["error"](names["start"])
    assert climb / 1e-6 / np.hypot(*names["gradient"]) == pytest.approx(0.5, abs=1e-4)
    assert answer("two_weights", 1).startswith("Half,")


def test_two_weights_2(course):
    first, second = course("two_weights").names["gradient"]
    assert answer("two_weights", 2).startswith("The second,")
    assert f"{second:.2f} to {first:.2f}" in answer("two_weights", 2)


def test_one_weight_at_a_time_1(course):
    names = course("one_weight_at_a_time").names
    rounds, *_ = names["race"](names["valley"](2, 0.0), np.array([1.6, -1.0]))["gradient descent"]
    assert rounds == 1
    assert "a single round does" in answer("one_weight_at_a_time", 1)


def test_one_weight_at_a_time_2():
    w, looks = Value(np.ones(1000), name="w"), 0

    def error():
        nonlocal looks
        looks += 1
        return np.sum(w * w)

    next(steps := descend(error, GradientDescent([w], 0.1), steps=1))
    first = looks
    next(steps)
    assert looks - first == 1
    assert answer("one_weight_at_a_time", 2).startswith("1,000, and 1 ")


def test_scale_1(course):
    raw = course("scale").names["raw"]
    ratios = []
    for unit in (1, 0.01):
        inputs = np.column_stack([raw * [1, unit], np.ones(4)])
        low, *_, high = np.linalg.eigvalsh(inputs.T @ inputs / 2)
        ratios.append(high / low)
    assert ratios[1] < ratios[0]
    assert answer("scale", 1).startswith(f"Smaller, {ratios[1]:.0f}:")


@pytest.mark.parametrize("share", [0.45, 0.5, 0.55])
def test_scale_2(course, share):
    names = course("scale").names
    w = Value(np.zeros(3), name="w")
    error = lambda: names["errors"]["standardised"](w)  # noqa: E731
    rate = share * largest_stable_rate(error, [w])
    run = History(descend(error, GradientDescent([w], rate), 100, ftol=None))
    assert (run.step[-1] == 1) == (share == 0.5)
    assert answer("scale", 2).startswith("At any other than half:")
