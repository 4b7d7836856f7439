"""Descents: what they show, why they stop, what they leave behind; and what is built on them."""

import csv
import functools
import math
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from microgd import (
    MLP,
    Adam,
    GradientDescent,
    History,
    Momentum,
    Value,
    descend,
    sigmoid,
    transforms,
)
from microgd.learning import (
    Stop,
    batches,
    coordinate_search,
    first_not_finite,
    largest_stable_rate,
    restarts,
    standardize,
)


def knob_descent(input=0.5, rate=0.5, start=0.5, **options):
    """One knob, squared error, goal 0.8: the knob and its descent."""
    knob = Value(start, name="knob")
    return knob, descend(lambda: (input * knob - 0.8) ** 2, GradientDescent([knob], rate), **options)


# What a descent shows


def test_each_step_shows_what_the_parameters_hold():
    knob, descent = knob_descent(steps=3)
    for number, step in enumerate(descent):
        assert step.number == number
        assert step.parameters == {"knob": knob.data}
        assert step.error == (0.5 * knob.data - 0.8) ** 2
        assert step.gradient_norm == pytest.approx(abs(0.5 * knob.data - 0.8), rel=1e-12)
        assert (step.reason is None) == (number < 3)
    assert step.reason == "budget"


def test_the_learning_rate_is_that_of_the_coming_step():
    knob = Value(1.0)
    optimizer = GradientDescent([knob], lambda step: 0.1 / (1 + step))
    history = History(descend(lambda: knob**2, optimizer, steps=2))
    assert list(history.learning_rate) == [0.1, 0.05, 0.1 / 3]
    assert list(history.error) == pytest.approx([1, 0.8**2, (0.8 * 0.9) ** 2], rel=1e-12)


def test_arrays_in_a_step_stay_as_they_were():
    w = Value([1.0, 2.0], name="w")
    steps = list(descend(lambda: (w * w).sum(), GradientDescent([w], 0.25), steps=2))
    w.data[0] = 77.0
    assert [list(step.parameters["w"]) for step in steps] == [[1, 2], [0.5, 1], [0.25, 0.5]]
    with pytest.raises(ValueError, match="read-only"):
        steps[0].parameters["w"][0] = 5.0


def test_the_norm_is_over_all_parameters_and_before_clipping():
    a, b = Value([3.0, 0.0]), Value(2.0)
    optimizer = GradientDescent([a, b], 0.1, [transforms.clip_by_norm(1.0)])
    step = next(descend(lambda: (a * a).sum() / 2 + 2 * b * b, optimizer))
    assert step.gradient_norm == pytest.approx(math.hypot(3, 8), rel=1e-15)


def test_a_person_may_leave_the_loop():
    knob, descent = knob_descent()
    for step in descent:
        if step.error < 0.1:
            break
    assert knob.data == step.parameters["knob"]


# Why it stops


def test_converged():
    # 0.75 per step: the norm is 0.55 * 0.75^k, at most 1e-3 from k = 22 on
    history = History(knob_descent(gtol=1e-3)[1])
    assert history.reason is Stop.CONVERGED
    assert history.step[-1] == math.ceil(math.log(1e-3 / 0.55) / math.log(0.75)) == 22
    assert "gradient norm 0.000981 is at most gtol, 0.001" in history.message


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


def test_explosion():
    knob, descent = knob_descent(input=2.0, dtol=1e6)
    history = History(descent)
    assert history.reason is Stop.DIVERGED
    assert history.error[-1] == pytest.approx(0.04 * 9 ** (len(history) - 1), rel=1e-9)
    assert history.error[-2] <= 1e6 < history.error[-1]
    assert knob.data == 0.5  # the best seen: the start
    assert "diverged at step 8, learning rate 0.5: error 1.72187e+06 is more than dtol" in history.message
    assert "The parameters are back at step 0 (error 0.04)" in history.message
    assert "stable below a learning rate of 0.25 (2 / second derivative)" in history.message


def test_the_best_seen_need_not_be_the_start():
    knob = Value(3.0, name="knob")
    optimizer = GradientDescent([knob], lambda step: 0.001 if step < 4 else 1e200)
    history = History(descend(lambda: knob**4, optimizer))
    assert history.reason is Stop.DIVERGED
    assert history.best.number == 4
    assert knob.data == history.best.parameters["knob"]
    assert "learning rate 1e+200" in history.message  # the rate of the step that led there


def test_divergence_names_the_node():
    w = Value([1.0, 2.0], name="w")
    history = History(descend(lambda: np.exp(w * w).sum(), GradientDescent([w], 0.5)))
    assert history.reason is Stop.DIVERGED
    assert history.step[-1] == 1
    w1 = np.array([1.0, 2.0]) * (1 - np.exp([1.0, 4.0]))  # w - 0.5 * 2 w exp(w^2)
    assert f"The first value that is not finite: [{np.exp(w1[0] ** 2):.6f}," in history.message
    assert "inf], computed by exp from [" in history.message
    assert np.array_equal(w.data, [1.0, 2.0])


def test_divergence_names_a_parameter_that_was_given():
    w = Value(math.nan, name="w")
    history = History(descend(lambda: (w - 1.0) ** 2, GradientDescent([w], 0.5)))
    assert "not finite: w = nan, which was not computed but given" in history.message
    assert "nothing better to go back to" in history.message


def test_divergence_names_the_operation_whose_gradient_broke():
    w = Value(0.0, name="w")
    history = History(descend(lambda: np.sqrt(w) + 1.0, GradientDescent([w], 0.5)))
    assert history.reason is Stop.DIVERGED
    assert "first gradient that is not finite is inf, which came through sqrt to w = 0.0" in history.message


def test_first_not_finite():
    x = Value(800.0, name="x")
    with np.errstate(over="ignore"):
        middle = np.exp(x)
    output = 1.0 / middle - 3.0
    assert first_not_finite(output) is middle
    assert first_not_finite(x * 2) is None


def test_divergence_is_told_even_where_another_evaluation_fails():
    knob = Value(3.0, name="knob")
    batch = iter(range(2))

    def error():
        next(batch)
        return knob**4

    history = History(descend(error, GradientDescent([knob], 1e200)))
    assert history.reason is Stop.DIVERGED
    assert history.message.endswith("The parameters are back at step 0 (error 81)")


def test_ctrl_c_stops_cleanly_and_descending_can_go_on():
    def error():
        if optimizer.steps == 5 and not interrupted:
            interrupted.append(True)
            signal.raise_signal(signal.SIGINT)
        return (0.5 * knob - 0.8) ** 2

    interrupted = []
    knob = Value(0.5)
    optimizer = Momentum([knob], 0.1)
    history = History(descend(error, optimizer, steps=20))
    assert history.reason is Stop.INTERRUPTED
    assert list(history.step) == [0, 1, 2, 3, 4, 5]
    assert knob.data == history.steps[-1].parameters["[0]"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    rest = History(descend(error, optimizer, steps=15))

    uninterrupted = Value(0.5)
    whole = History(
        descend(lambda: (0.5 * uninterrupted - 0.8) ** 2, Momentum([uninterrupted], 0.1), steps=20)
    )
    assert [*history.error, *rest.error[1:]] == list(whole.error)


def test_ctrl_c_during_an_update_lets_it_finish():
    class Interrupted(GradientDescent):
        def step(self):
            if self.steps == 2:
                signal.raise_signal(signal.SIGINT)
            super().step()

    a, b = Value(1.0, name="a"), Value(1.0, name="b")
    history = History(descend(lambda: a * a + b * b, Interrupted([a, b], 0.25), steps=20))
    assert history.reason is Stop.INTERRUPTED
    assert history.steps[-1].parameters == {"a": 0.125, "b": 0.125} == {"a": a.data, "b": b.data}


def test_a_second_ctrl_c_is_immediate():
    knob = Value(1.0)

    def error():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return knob**2

    with pytest.raises(KeyboardInterrupt):
        next(descend(error, GradientDescent([knob], 0.1)))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_between_the_steps_keeps_the_history():
    def steps_then_ctrl_c():
        for step in knob_descent()[1]:
            yield step
            if step.number == 3:
                raise KeyboardInterrupt

    history = History(steps_then_ctrl_c())
    assert list(history.step) == [0, 1, 2, 3]
    assert history.reason is Stop.INTERRUPTED


def test_a_handler_of_the_users_own_is_left_alone():
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(True))
    try:
        knob = Value(1.0)

        def error():
            signal.raise_signal(signal.SIGINT)
            return knob**2

        history = History(descend(error, GradientDescent([knob], 0.1), steps=3))
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.reason is Stop.BUDGET
    assert len(seen) == 4


def test_descending_in_a_thread():
    reasons = []
    thread = threading.Thread(target=lambda: reasons.append(History(knob_descent(steps=3)[1]).reason))
    thread.start()
    thread.join()
    assert reasons == [Stop.BUDGET]


# Wrong uses


def test_descend_refuses():
    knob = Value(0.5, name="knob")
    optimizer = GradientDescent([knob], 0.1)
    with pytest.raises(TypeError, match=r"error\(\): expected a Value, got 0\.25: compute it from"):
        next(descend(lambda: knob.data**2, optimizer))
    with pytest.raises(ValueError, match=r"expected a scalar, got shape \(2,\)"):
        next(descend(lambda: knob * np.ones(2), optimizer))
    with pytest.raises(ValueError, match=r"does not depend on any of the optimizer's parameters \(knob\)"):
        next(descend(lambda: Value(0.5) ** 2, optimizer))
    with pytest.raises(ValueError, match=r"patience: expected a number in \[1, inf\), got 0"):
        next(descend(lambda: knob**2, optimizer, patience=0))
    with pytest.raises(ValueError, match=r"steps: expected a number in \[0, inf\), got -1"):
        next(descend(lambda: knob**2, optimizer, steps=-1))
    descent = descend(lambda: knob**2, optimizer, steps=2)
    list(descent)
    with pytest.raises(ValueError, match="has the descent been run before"):
        History(descent)


# The bar


def test_the_bar_counts_steps(capsys):
    History(knob_descent(steps=30, bar=True)[1])
    shown = capsys.readouterr().err
    assert "30/30" in shown
    assert "error=" in shown


def test_tqdm_is_imported_only_for_the_bar():
    code = "import sys, microgd.learning; print({'tqdm', 'matplotlib', 'graphviz'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# History


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


# The largest stable rate


def test_largest_stable_rate_of_a_quadratic_in_many_directions():
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    curvatures = np.array([1.0, 2.0, 3.0, 5.0, 40.0])
    matrix = rotation @ np.diag(curvatures) @ rotation.T
    w = Value(rng.normal(size=5))

    def error():
        return w @ (matrix @ w) / 2

    limit = largest_stable_rate(error, [w])
    assert limit == pytest.approx(2 / 40, rel=1e-6)
    for rate, reason in ((0.99 * limit, Stop.CONVERGED), (1.01 * limit, Stop.DIVERGED)):
        w.data = rng.normal(size=5)
        descent = descend(error, GradientDescent([w], rate), steps=20_000, ftol=None)
        assert History(descent, every=1000).reason is reason


def test_largest_stable_rate_over_several_parameters_and_a_saddle():
    a, b = Value(1.0), Value([2.0, 0.0])
    assert largest_stable_rate(lambda: 3 * a**2 + (b * b).sum(), {"a": a, "b": b}) == pytest.approx(1 / 3)
    assert largest_stable_rate(lambda: a**2 - 50 * (b * b).sum(), [a, b]) == pytest.approx(1)
    assert largest_stable_rate(lambda: 2.0 * a, [a]) == math.inf
    assert largest_stable_rate(lambda: -(a**2), [a]) == math.inf
    a.data = 0.0
    assert largest_stable_rate(lambda: a**2, [a]) == 1.0  # at the minimum, where no gradient points anywhere


def test_largest_stable_rate_where_the_gradient_does_not_point_to_the_steepest_direction():
    w = Value([4.0, 0.0])
    assert largest_stable_rate(lambda: w[0] ** 2 + 50.0 * w[1] ** 2, [w]) == pytest.approx(0.02)
    w.data = [1.0, 1.0]
    assert largest_stable_rate(lambda: (w[0] - w[1]) ** 2, [w]) == pytest.approx(0.5)


# Batches, one scale


@pytest.mark.parametrize("size", [1, 3, 4, 10])
def test_each_epoch_visits_every_row_once(size):
    epochs = list(batches(10, size, rng=0, epochs=3))
    per_epoch = -(-10 // size)
    assert len(epochs) == 3 * per_epoch
    for k in range(3):
        rows = epochs[k * per_epoch : (k + 1) * per_epoch]
        assert sorted(np.concatenate(rows)) == list(range(10))
        assert all(len(batch) == size for batch in rows[:-1])
    first, second = np.concatenate(epochs[:per_epoch]), np.concatenate(epochs[per_epoch : 2 * per_epoch])
    assert list(first) != list(second)


def test_descend_names_what_is_no_function_and_no_optimizer():
    w = Value(1.0)
    with pytest.raises(TypeError, match="error: expected a function without arguments"):
        next(descend(w * w, GradientDescent([w], 0.1)))
    with pytest.raises(TypeError, match="optimizer: expected one such as GradientDescent"):
        next(descend(lambda: w * w, [w]))


def test_largest_stable_rate_where_two_curvatures_are_of_one_size():
    w, signs = Value([1.0, 1.0]), np.array([-0.5, 0.5])
    assert largest_stable_rate(lambda: np.sum(signs * w * w), [w]) == pytest.approx(2.0)


def test_a_validation_error_of_nan_is_no_low():
    w = Value(1.0)
    found = iter([math.nan, *[1.0 / n for n in range(1, 20)]])
    history = History(
        descend(
            lambda: w * w, GradientDescent([w], 0.1), 10, validation_error=lambda: next(found), patience=5
        )
    )
    assert history.reason is Stop.BUDGET


def test_the_norm_of_a_gradient_whose_squares_do_not_fit():
    w, slopes = Value([0.0, 0.0]), np.array([3.0, 4.0])
    for size in (1e200, 1e-200):
        step = next(descend(functools.partial(np.vdot, size * slopes, w), GradientDescent([w], 0.0)))
        assert step.gradient_norm == pytest.approx(5.0 * size, rel=1e-14)


def test_steps_may_be_a_whole_float():
    w = Value(1.0)
    assert len(History(descend(lambda: w * w, GradientDescent([w], 0.1), steps=3.0, patience=2.0))) == 4


def test_largest_stable_rate_without_an_answer():
    w = Value(0.0)
    with np.errstate(all="ignore"):
        assert math.isnan(largest_stable_rate(lambda: np.sqrt(w), [w]))
    assert largest_stable_rate(lambda: 3.0, [w]) == math.inf
    with pytest.raises(TypeError, match="put it in a list"):
        largest_stable_rate(lambda: w * w, w)


@pytest.mark.parametrize("size", [2.5, 0, 11, "all"])
def test_batches_refuse(size):
    with pytest.raises((TypeError, ValueError), match="batches: size: expected a"):
        batches(10, size)


def test_history_refuses_to_keep_every_0th_step():
    with pytest.raises(ValueError, match=r"every: expected a number in \[1, inf\), got 0"):
        History([], every=0)


def test_batches_by_seed_and_without_end():
    once, again = batches(10, 4, rng=1), batches(10, 4, rng=1)
    assert all(np.array_equal(next(once), next(again)) for _ in range(100))


def test_a_mini_batch_gradient_is_right_on_average():
    x, y = np.random.default_rng(0).normal(size=(2, 12))
    knob = Value(0.5)
    gradients = []
    for rows in batches(12, 3, rng=0, epochs=1):
        knob.grad = 0.0
        ((x[rows] * knob - y[rows]) ** 2).mean().backward()
        gradients.append(knob.grad)
    assert np.mean(gradients) == pytest.approx(np.mean(2 * x * (0.5 * x - y)), rel=1e-12)


def test_a_column_that_never_changes_becomes_0_whatever_its_mean_rounds_to():
    same = np.full((3, 1), 0.1)
    assert np.std(same) > 0
    assert standardize(same).tolist() == [[0.0]] * 3
    assert standardize([[0.1], [2.1]], like=same).tolist() == [[0.0], [2.0]]


def test_standardize():
    rng = np.random.default_rng(0)
    train, test = rng.normal(5, 3, (50, 2)), rng.normal(5, 3, (20, 2))
    scaled = standardize(train)
    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-14)
    assert np.allclose(scaled.std(axis=0), 1, rtol=1e-14)
    held_out = standardize(test, like=train)
    assert np.allclose(held_out * train.std(axis=0) + train.mean(axis=0), test, rtol=1e-14)
    assert np.array_equal(standardize([2, 2, 2]), [0, 0, 0])
    assert standardize([4.0], like=[1.0, 3.0]) == [2.0]
    with pytest.raises(ValueError, match=r"the same columns in both, got \(2, 3\) and \(2, 2\)"):
        standardize(np.ones((2, 3)), like=np.ones((2, 2)))


# Restarts


def test_restarts_find_all_pits_the_best_first():
    x = Value(0.0, name="x")

    def error():
        return x**4 - 2 * x**2 + 0.3 * x

    minima = sorted(np.roots([4, 0, -4, 0.3]).real)[::2]  # where 4 x^3 - 4 x + 0.3 = 0, the hill left out
    pits = restarts(error, lambda: GradientDescent([x], 0.05), starts=[2.0, -2.0, 0.5, -0.5, 1.0])
    assert [pit.parameters["x"] for pit in pits] == pytest.approx(minima, rel=1e-6)
    assert [pit.error for pit in pits] == pytest.approx([m**4 - 2 * m**2 + 0.3 * m for m in minima])
    assert [[start["x"] for start in pit.starts] for pit in pits] == [[-2, -0.5], [2, 0.5, 1]]
    assert x.data == pits[0].parameters["x"]


def test_restarts_of_several_parameters_with_a_diverging_one():
    a, b = Value(0.0, name="a"), Value([0.0, 0.0], name="b")

    def error():
        return (a**2 - 1) ** 2 + (b * b).sum()

    starts = [{"a": s, "b": np.ones(2)} for s in (50.0, 0.5, -0.5)]
    pits = restarts(error, lambda: Momentum([a, b], 0.05), starts, steps=2000, every=100)
    assert [round(pit.parameters["a"], 6) for pit in pits[:2]] in ([1, -1], [-1, 1])
    assert pits[2].error == math.inf
    assert pits[2].descents[0].reason is Stop.DIVERGED
    assert np.allclose(b.data, 0, atol=1e-6)


def test_restarts_leave_a_pit_where_the_descent_has_put_the_parameters():
    x = Value(0.0, name="x")
    descent = {"validation_error": lambda: (x.data - 1.0) ** 2, "patience": 5, "steps": 500}
    (pit,) = restarts(lambda: (x - 3.0) ** 2, lambda: GradientDescent([x], 0.05), starts=[0.0], **descent)
    assert pit.descents[0].reason is Stop.EARLY_STOPPING
    assert pit.parameters["x"] == x.data == pytest.approx(1.0, abs=0.15)  # the best on the validation data
    assert pit.error == (x.data - 3.0) ** 2

    (pit,) = restarts(
        lambda: np.where(x > 2.0, np.inf, (x - 3.0) ** 2), lambda: GradientDescent([x], 0.05), [0.0], every=10
    )
    assert pit.descents[0].reason is Stop.DIVERGED
    assert pit.error == np.inf
    assert pit.parameters["x"] == x.data > pit.descents[0].parameters["x"][0]


def test_restarts_refuse():
    x = Value(0.0, name="x")
    with pytest.raises(ValueError, match="at least one start"):
        restarts(lambda: x**2, lambda: GradientDescent([x], 0.1), [])
    with pytest.raises(ValueError, match=r"a start is a dict with the parameters x, got \{'y': 1\}"):
        restarts(lambda: x**2, lambda: GradientDescent([x], 0.1), [{"y": 1}])


# One weight at a time


def test_coordinate_search_finds_the_minimum():
    w = Value([5.0, -3.0], name="w")
    history = History(coordinate_search(lambda: (w[0] - 1) ** 2 + 3 * (w[1] + 2) ** 2, [w], steps=500))
    assert history.reason is Stop.CONVERGED
    assert np.allclose(w.data, [1, -2], atol=1e-7)
    assert np.all(np.diff(history.error) <= 0)
    assert history.learning_rate[-1] < 1e-8
    assert np.array_equal(history.parameters["w"][0], [5, -3])


@pytest.mark.parametrize(("correlation", "one_at_a_time", "all_at_once"), [(0.9, 42, 14), (0.99, 346, 47)])
def test_one_weight_at_a_time_crawls_along_a_correlated_valley(correlation, one_at_a_time, all_at_once):
    # In rounds to a ten-thousandth of the error; each round of the search is 2 to 4 evaluations
    w = Value([0.0, 0.0], name="w")
    slant = np.array([[1.0, correlation], [correlation, 1.0]])

    def error():
        d = w - np.array([3.0, -3.0])  # the way leads along the valley, at 45 degrees to both axes
        return d @ (slant @ d)

    def rounds(descent):
        w.data = np.zeros(2)
        wanted = error().item() * 1e-4
        return next(step.number for step in descent if step.error <= wanted)

    steep, flat = math.sqrt(2 * (1 + correlation)), math.sqrt(2 * (1 - correlation))
    rate, momentum = (2 / (steep + flat)) ** 2, ((steep - flat) / (steep + flat)) ** 2  # Polyak's best
    assert rounds(coordinate_search(error, [w], step_amount=1.0)) == pytest.approx(one_at_a_time, rel=0.05)
    assert rounds(descend(error, Momentum([w], rate, momentum=momentum))) == pytest.approx(all_at_once, abs=2)


def test_one_weight_at_a_time_is_fine_without_correlation():
    w = Value([0.0, 0.0])
    steps = coordinate_search(lambda: ((w - np.array([3.3, -1.7])) ** 2).sum(), [w], step_amount=1.0)
    assert next(step.number for step in steps if step.error <= 1e-4 * 13.78) < 20


def test_coordinate_search_budget():
    w = Value(100.0)
    *_, last = coordinate_search(lambda: w**2, [w], step_amount=1.0, steps=5)
    assert (last.reason, last.error, w.data) == (Stop.BUDGET, 95.0**2, 95.0)


# A plateau, and what helps


def test_adam_leaves_a_plateau_where_gradient_descent_stands_still():
    def final_error(optimizer):
        knob.data = 8.0
        return History(descend(lambda: sigmoid(knob) ** 2, optimizer, steps=300)).error[-1]

    knob = Value(8.0)
    assert final_error(GradientDescent([knob], 0.1)) > 0.99
    assert final_error(Adam([knob], 0.1)) < 0.01


def test_a_step_and_an_optimizer_print_in_a_line():
    net = MLP(64, 100, 10, rng=0)
    optimizer = Adam(net.parameters, 0.01)
    step = next(descend(lambda: np.sum(net(np.ones(64))) * 0 + 1.0, optimizer, steps=1))
    assert repr(step) == "Step(0: error 1, gradient norm 0; converged)"
    assert repr(optimizer) == (
        "Adam(layer1.weight, layer1.bias, layer2.weight, layer2.bias; learning rate 0.01, step 0)"
    )
    many = GradientDescent([Value(0.0) for _ in range(100)], 0.01)
    assert repr(many) == (
        "GradientDescent([0], [1], [2], [3], [4], ... 100 parameters; learning rate 0.01, step 0)"
    )
