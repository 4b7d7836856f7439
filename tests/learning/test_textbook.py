"""The textbook's figures, rows A1 to A9 as the example prints them, to 1e-9 relative.

The learning rates are for the true gradient; the textbook's alpha is twice as large, as it drops the 2.
"""

import numpy as np
import pytest

from microgd import GradientDescent, History, KnobNet, Value, descend, losses, transforms
from microgd.learning import hot_cold, largest_stable_rate


def approx(figures):
    return pytest.approx(figures, rel=1e-9, abs=0)


def errors_seen(knob_weight, input, goal_pred, alpha, rounds):
    """The three verbs in a loop, as the textbook has it."""
    net = KnobNet(knob_weight)
    errors = []
    for _ in range(rounds):
        pred = net.predict(input)
        error = net.compare(pred, goal_pred)
        net.learn(error, alpha)
        errors.append(error.item())
    return errors


def test_a1_compare():
    net = KnobNet(0.5)
    pred = net.predict(0.5)
    error = net.compare(pred, 0.8)
    error.backward()
    assert (pred.item(), error.item()) == (0.25, 0.30250000000000005)
    assert net.knob_weight.grad == approx(-0.55)


def test_a2_probing_one_knob():
    net = KnobNet(0.1)
    probe = next(hot_cold(lambda: net.compare(net.predict(8.5), 1), net.knob_weight, step_amount=0.01))
    assert [probe.error, probe.up, probe.down] == approx([0.0225, 0.004225, 0.055225])


def test_a3_hot_and_cold():
    net = KnobNet(0.5)
    probes = hot_cold(lambda: net.compare(net.predict(0.5), 0.8), net.knob_weight, 0.001, steps=1101)
    errors = [probe.error for probe in probes]
    assert errors[:2] == approx([0.3025, 0.30195025])
    assert errors[1100] == pytest.approx(0, abs=1e-25)
    assert errors[1101] == pytest.approx(2.5e-7, rel=1e-6)  # it does not stay there


def test_a4_the_derivative_tells_direction_and_amount():
    errors = errors_seen(0.5, 0.5, 0.8, alpha=0.5, rounds=20)
    assert errors[:2] == approx([0.3025, 0.17015625])
    assert errors == approx([0.3025 * 0.5625**k for k in range(20)])  # (1 - 2 * 0.5 * 0.5^2)^2 each
    assert f"{errors[-1]:.6e}" == "5.408208e-06"


def test_a5_only_lowering_the_error():
    assert errors_seen(0.0, 0.5, 0.8, alpha=0.5, rounds=4) == approx([0.64, 0.36, 0.2025, 0.11390625])


def test_a6_a_large_input_overshoots():
    errors = errors_seen(0.5, 2, 0.8, alpha=0.5, rounds=20)
    assert errors == approx([0.04 * 9**k for k in range(20)])  # (1 - 2 * 0.5 * 2^2)^2 each


def test_a7_alpha_repairs_it():
    errors = errors_seen(0.5, 2, 0.8, alpha=0.05, rounds=20)
    assert errors[:2] == approx([0.04, 0.0144])
    assert f"{errors[-1]:.6e}" == "1.485277e-10"


def test_a8_several_inputs_one_weight_each():
    errors = errors_seen([0.1, 0.2, -0.1], [8.5, 0.65, 1.2], 1, alpha=0.005, rounds=3)
    scale = (1 - 2 * 0.005 * (8.5**2 + 0.65**2 + 1.2**2)) ** 2
    assert errors == approx([0.0196 * scale**k for k in range(3)])
    assert [f"{error:.5g}" for error in errors] == ["0.0196", "0.0013135", "8.8027e-05"]


def test_a9_several_outputs():
    net = KnobNet([[0.3, 0.2, 0.9]])
    pred = net.predict([0.65])
    goal_pred = np.array([0.1, 1.0, 0.1])
    assert pred.data == approx(np.array([0.195, 0.13, 0.585]))
    assert losses.squared_error(pred, goal_pred).data == approx(np.array([0.009025, 0.7569, 0.235225]))
    net.learn(net.compare(pred, goal_pred), alpha=0.05)
    deltas = np.array([[0.06175, -0.5655, 0.31525]])  # input * (pred - goal_pred)
    assert net.knob_weight.data == approx(np.array([[0.3, 0.2, 0.9]]) - 0.1 * deltas)


def test_a9_a_frozen_weight_stays_while_the_others_learn():
    first, second, third = (Value(w) for w in (0.1, 0.2, -0.1))

    def error():
        return (8.5 * first + 0.65 * second + 1.2 * third - 1.0) ** 2

    optimizer = GradientDescent(
        [first, second, third], learning_rate=0.15, transforms=[transforms.freeze(first)]
    )
    history = History(descend(error, optimizer, steps=3))
    scale = (1 - 2 * 0.15 * (0.65**2 + 1.2**2)) ** 2  # without the frozen 8.5
    assert list(history.error) == approx([0.0196 * scale**k for k in range(4)])
    assert first.data == 0.1
    assert second.data != 0.2
    assert third.data != -0.1


@pytest.mark.parametrize(("input", "alpha", "rounds"), [(0.5, 0.5, 20), (2, 0.5, 20), (2, 0.05, 20)])
def test_descend_sees_what_the_three_verbs_see(input, alpha, rounds):
    net = KnobNet(0.5)
    optimizer = GradientDescent(net.parameters, alpha)
    history = History(descend(lambda: net.compare(net.predict(input), 0.8), optimizer, steps=rounds))
    assert list(history.error[:-1]) == errors_seen(0.5, input, 0.8, alpha, rounds)


@pytest.mark.parametrize("input", [0.5, 2.0, 8.5])
def test_theory_and_run_agree_on_the_largest_stable_rate(input):
    net = KnobNet(0.5)

    def error():
        return net.compare(net.predict(input), 0.8)

    limit = largest_stable_rate(error, net.parameters)
    assert limit == approx(1 / input**2)
    just_below = errors_seen(0.5, input, 0.8, alpha=limit * 0.999, rounds=20)
    just_above = errors_seen(0.5, input, 0.8, alpha=limit * 1.001, rounds=20)
    assert np.all(np.diff(just_below) < 0)
    assert np.all(np.diff(just_above) > 0)


def test_nets_in_a_row_learn_from_one_error():
    first, second = KnobNet(0.5), KnobNet(0.4)
    error = second.compare(second.predict(first.predict(0.5)), 0.8)
    first.learn(error, alpha=0.1)
    second.learn(error, alpha=0.1)  # by the knobs as they were: 2 (0.1 - 0.8) times the rest of the chain
    assert first.knob_weight.item() == approx(0.5 + 0.1 * 1.4 * 0.5 * 0.4)
    assert second.knob_weight.item() == approx(0.4 + 0.1 * 1.4 * 0.5 * 0.5)


def test_one_input_and_three_outputs_as_the_textbook_writes_it():
    """One number in, a row of three knobs, three errors kept apart."""
    net, goals = KnobNet([[0.3, 0.2, 0.9]]), np.array([0.1, 1.0, 0.1])
    pred = net.predict(0.65)
    assert pred.data == approx([0.195, 0.13, 0.585])
    assert losses.squared_error(pred, goals).data == approx([0.009025, 0.7569, 0.235225])
    net.learn(net.compare(pred, goals), alpha=0.05)  # the textbook's 0.1: it drops the 2
    assert net.knob_weight.data[0] == approx(0.1 * 0.65 * np.array([-0.095, 0.87, -0.485]) + [0.3, 0.2, 0.9])
    with pytest.raises(
        ValueError, match=r"expected 3 inputs, one for each knob, got a number: write \[\[...\]\]"
    ):
        KnobNet([0.3, 0.2, 0.9]).predict(0.65)
