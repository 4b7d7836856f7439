"""The rules for stopping: each where it should, and the same in other units; their memory in a checkpoint."""

import math

import numpy as np
import pytest
from stepping import knob_descent

from microgd import Adam, GradientDescent, History, Value, checkpoint, descend, sigmoid
from microgd.learning import Stop


def test_converged():
    # 0.75 per step: the norm is 0.55 * 0.75^k, at most 1e-3 of the first from k = 25 on
    history = History(knob_descent(gtol=1e-3)[1])
    assert history.reason is Stop.CONVERGED
    assert history.step[-1] == math.ceil(math.log(1e-3) / math.log(0.75)) == 25
    assert "gradient norm 0.000414 is at most gtol, 0.001, times that of the start" in history.message


def test_plateau_of_a_saturated_sigmoid():
    knob = Value(-30.0)
    optimizer = GradientDescent([knob], 1.0)
    history = History(descend(lambda: (sigmoid(knob) - 1.0) ** 2, optimizer, gtol=None, patience=5))
    assert history.reason is Stop.SETTLED
    assert len(history) == 6
    assert history.error[-1] == pytest.approx(1, rel=1e-9)


def test_swinging_about_the_goal_is_a_plateau_not_a_budget():
    history = History(knob_descent(input=2.0, rate=0.25, patience=9)[1])  # exactly at the boundary
    assert history.reason is Stop.SETTLED
    assert list(history.parameters["knob"]) == pytest.approx([0.5, 0.3] * 5, rel=1e-12)


def test_a_falling_error_is_no_plateau():
    # 1 % less each step, so far below 1 that only a relative change can tell
    knob = Value(1e-150)
    history = History(descend(lambda: knob**2, GradientDescent([knob], 0.0025), steps=200, gtol=None))
    assert history.reason is Stop.BUDGET


def test_early_stopping_goes_back_to_the_best_validation():
    # learning runs to the knob 1.6, the validation wants 1.2
    knob, descent = knob_descent(validation_error=lambda: (knob.data - 1.2) ** 2, patience=3)
    history = History(descent)
    assert history.reason is Stop.EARLY_STOPPING
    best = int(np.argmin(history.validation_error))
    assert history.step[-1] == best + 3
    assert knob.data == history.parameters["knob"][best]
    assert f"at step {best}" in history.message
    assert f"back at step {best}" in history.message


def test_a_validation_error_of_nan_is_no_low():
    w = Value(1.0)
    found = iter([math.nan, *[1.0 / n for n in range(1, 20)]])
    history = History(
        descend(
            lambda: w * w, GradientDescent([w], 0.1), 10, validation_error=lambda: next(found), patience=5
        )
    )
    assert history.reason is Stop.BUDGET


def test_adam_leaves_a_plateau_where_gradient_descent_stands_still():
    def final_error(optimizer):
        knob.data = 8.0
        return History(descend(lambda: sigmoid(knob) ** 2, optimizer, steps=300)).error[-1]

    knob = Value(8.0)
    assert final_error(GradientDescent([knob], 0.1)) > 0.99
    assert final_error(Adam([knob], 0.1)) < 0.01


# Whatever the units


@pytest.mark.parametrize("size", [1e-150, 1e-6, 1.0, 1e6, 1e100])
def test_the_units_of_the_error_do_not_matter(size):
    w = Value(0.0)
    history = History(descend(lambda: size * (w - 3.0) ** 2, GradientDescent([w], 0.1 / size)))
    assert history.reason is Stop.CONVERGED
    assert history.step[-1] == math.ceil(math.log(1e-8) / math.log(0.8)) == 83
    assert w.data == pytest.approx(3.0, rel=1e-7)


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1.0, 1e6])
def test_the_units_of_the_data_do_not_matter(unit):
    x = unit * np.array([1.0, 2.0, 3.0])
    w = Value(0.0)
    history = History(descend(lambda: np.mean((w * x - 3.0 * x) ** 2), GradientDescent([w], 0.1 / unit**2)))
    assert history.reason is Stop.CONVERGED
    assert w.data == pytest.approx(3.0, rel=1e-7)


@pytest.mark.parametrize("offset", [-1e9, -7.0, 0.0, 1e3, 1e9, 1e15])
def test_a_constant_in_the_error_does_not_stop_the_descent(offset):
    w = Value(0.0)
    history = History(descend(lambda: offset + (w - 3.0) ** 2, GradientDescent([w], 0.1)))
    assert history.reason in (Stop.CONVERGED, Stop.SETTLED)
    rounding = np.spacing(abs(offset)) ** 0.5  # from where on the error itself cannot tell
    assert w.data == pytest.approx(3.0, abs=max(1e-7, 0.1 * rounding))


def test_a_float32_error_settles_at_its_own_rounding():
    x = np.linspace(0.0, 1.0, 50, dtype=np.float32)
    w = Value(np.zeros(2, np.float32))
    history = History(
        descend(lambda: np.mean((w[0] * x + w[1] - np.sin(x)) ** 2), GradientDescent([w], 0.5), gtol=1e-12)
    )
    assert history.reason is Stop.SETTLED
    assert "by no more than its rounding" in history.message
    assert np.allclose(w.data, np.polyfit(x, np.sin(x), 1), atol=2e-3)


def test_a_start_at_the_minimum_stops():
    w = Value(3.0)
    first = next(descend(lambda: (w - 3.0) ** 2, GradientDescent([w], 0.1)))
    assert first.reason is Stop.CONVERGED
    x = np.array([0.1, 0.7, 0.9])
    w = Value(0.3)  # whose gradient is not 0, but rounding
    history = History(descend(lambda: np.mean((w * x - 0.3 * x) ** 2) + 1.0, GradientDescent([w], 0.1)))
    assert history.reason in (Stop.CONVERGED, Stop.SETTLED)
    assert len(history) <= 21


# Going on


def test_early_stopping_survives_interruptions(tmp_path):
    def parts():
        knob = Value(0.5, name="knob")
        optimizer = GradientDescent([knob], 0.5)
        validation = {"validation_error": lambda: (knob.data - 1.2) ** 2, "patience": 8}
        return knob, optimizer, descend(lambda: (0.5 * knob - 0.8) ** 2, optimizer, **validation)

    knob, _, descent = parts()
    whole = History(descent)
    assert whole.reason is Stop.EARLY_STOPPING

    path, runs, errors = tmp_path / "knob.npz", 0, []
    while True:
        resumed, optimizer, descent = parts()
        if runs:
            checkpoint.load(path, [resumed], optimizer, descent)
        for _, step in zip(range(4), descent):
            errors.append(step.error)
        runs += 1
        if step.reason:
            break
        checkpoint.save(path, [resumed], optimizer, descent)
        del errors[-1]  # the next run begins here
    assert runs >= 4
    assert (step.number, step.message) == (whole.step[-1], whole.message)
    assert errors == list(whole.error)
    assert resumed.data == knob.data


def test_the_budget_counts_the_steps_of_all_runs(tmp_path):
    knob, descent = knob_descent(steps=10)
    for step in descent:
        if step.number == 7:
            break
    checkpoint.save(tmp_path / "knob", [knob], descent=descent)
    knob, descent = knob_descent(steps=10)
    checkpoint.load(tmp_path / "knob", [knob], descent=descent)
    assert [step.number for step in descent] == [7, 8, 9, 10]


def test_states_of_other_descents_are_refused():
    _, descent = knob_descent(steps=3)
    list(descent)
    state = descent.state()
    with pytest.raises(ValueError, match="this descent has begun"):
        descent.load_state(state)
    _, fresh = knob_descent()
    for wrong, message in [
        ({}, "not the state of a descent"),
        (state | {"other": 1}, "not the state of a descent: it holds number"),
        ({k: v for k, v in state.items() if k != "best.error"}, r"missing \['best\.error'\]"),
        (state | {"best.parameters.knob": [1.0, 2.0]}, r"best: knob: expected shape \(\), got \(2,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            fresh.load_state(wrong)
    fresh.load_state(state)
    assert next(fresh).number == 3
