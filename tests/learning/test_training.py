"""Descents: what they show, what they leave behind, Ctrl-C, wrong uses, and the progress bar."""

import functools
import gc
import math
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from stepping import knob_descent

from microgd import MLP, Adam, GradientDescent, History, Momentum, Value, descend, transforms
from microgd.learning import Stop, training
from microgd.learning.stopping import Rules


@pytest.fixture(autouse=True)
def pythons_own_handler():
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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


def test_the_bar_counts_steps(capsys):
    History(knob_descent(steps=30, bar=True)[1])
    shown = capsys.readouterr().err
    assert "30/30" in shown
    assert "error=" in shown


def test_tqdm_is_imported_only_for_the_bar():
    code = "import sys, microgd.learning; print({'tqdm', 'matplotlib', 'graphviz'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_descend_names_what_is_no_function_and_no_optimizer():
    w = Value(1.0)
    with pytest.raises(TypeError, match="error: expected a function without arguments"):
        next(descend(w * w, GradientDescent([w], 0.1)))
    with pytest.raises(TypeError, match="optimizer: expected one such as GradientDescent"):
        next(descend(lambda: w * w, [w]))


def test_the_norm_of_a_gradient_whose_squares_do_not_fit():
    w, slopes = Value([0.0, 0.0]), np.array([3.0, 4.0])
    for size in (1e200, 1e-200):
        step = next(descend(functools.partial(np.vdot, size * slopes, w), GradientDescent([w], 0.0)))
        assert step.gradient_norm == pytest.approx(5.0 * size, rel=1e-14)


def test_steps_may_be_a_whole_float():
    w = Value(1.0)
    assert len(History(descend(lambda: w * w, GradientDescent([w], 0.1), steps=3.0, patience=2.0))) == 4


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


def test_ctrl_c_between_evaluation_and_yield_loses_no_step(monkeypatch):
    judge = Rules.judge

    def interrupted_afterwards(self, step, interrupted):
        found = judge(self, step, interrupted)
        if step.number == 3:
            signal.raise_signal(signal.SIGINT)
        return found

    class Bar:
        n = initial = 0

        def set_postfix(self, **_):
            pass

        def update(self, by):
            self.n += by
            if self.n == 3:
                signal.raise_signal(signal.SIGINT)

        def close(self):
            pass

    def last_step(**options):
        knob, descent = knob_descent(**options)
        *_, last = descent
        assert last.reason is Stop.INTERRUPTED
        assert last.parameters["knob"] == knob.data
        return last.number

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    monkeypatch.setattr(training, "_progress_bar", lambda *_: Bar())
    assert last_step(bar=True) == 4
    monkeypatch.setattr(Rules, "judge", interrupted_afterwards)
    assert last_step() == 4


# At the call


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": -1}, "steps: expected a number in"),
        ({"patience": 0}, "patience: expected a number in"),
        ({"gtol": "tight"}, "gtol: expected a number in"),
        ({"ftol": -1e-9}, "ftol: expected a number in"),
        ({"dtol": math.nan}, "dtol: expected a number in"),
        ({"validation_error": 0.5}, "validation_error: expected a function without arguments"),
    ],
)
def test_arguments_are_checked_at_the_call(arguments, message):
    w = Value(1.0)
    with pytest.raises((TypeError, ValueError), match=message):
        descend(lambda: w * w, GradientDescent([w], 0.1), **arguments)
    with pytest.raises(TypeError, match="the Value itself is computed once and for all"):
        descend(w * w, GradientDescent([w], 0.1))


def test_a_descent_that_was_never_run_says_so():
    with pytest.warns(RuntimeWarning, match="never run, so nothing was learned"):
        knob_descent()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        next(knob_descent()[1])
        History(knob_descent(steps=2)[1])
        gc.collect()
    assert not caught


def test_an_abandoned_descent_gives_ctrl_c_back_at_once():
    for step in knob_descent()[1]:
        if step.number == 2:
            break
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# An error that was computed before


def test_an_error_computed_once_and_for_all_is_refused():
    w = Value(3.0, name="w")
    once = w * w
    with pytest.raises(ValueError, match=r"was computed before this call.* compute it anew"):
        next(descend(lambda: once, GradientDescent([w], 0.1)))
    assert w.data == 3.0
    features = np.exp(w)
    with pytest.raises(ValueError, match=r"error\(\): Value\(20\.08.* was computed before this call"):
        next(descend(lambda: (features - 1.0) ** 2, GradientDescent([w], 0.1)))
    descent = descend(functools.cache(lambda: w * w), GradientDescent([w], 0.1))
    with pytest.raises(ValueError, match="was computed before this call"):
        list(descent)


def test_what_does_not_depend_on_the_parameters_may_be_computed_before():
    w, scale = Value(3.0), np.exp(Value(0.0))
    assert History(descend(lambda: scale * w * w, GradientDescent([w], 0.1), steps=3)).reason is Stop.BUDGET
    w.data = 3.0
    assert History(descend(lambda: w, GradientDescent([w], 0.1), steps=3)).error[-1] == pytest.approx(2.7)


def test_an_exception_says_at_which_step_and_where():
    w = Value(1.0, name="w")

    def error():
        return w * w if w.data > 0.6 else w / "goal"

    with pytest.raises(TypeError) as caught:
        list(descend(error, GradientDescent([w], 0.1)))
    assert caught.value.__notes__ == ["raised at step 3 of descend, at w = 0.512"]


def test_an_inner_value_that_the_first_call_keeps_is_refused_at_the_second():
    knob_weight, kept = Value(1.0, name="knob_weight"), []

    def error():
        kept.append(knob_weight * knob_weight)
        return kept[0] + 1.0

    with pytest.raises(ValueError, match="was computed before this call"):
        list(descend(error, GradientDescent([knob_weight], 0.1), 5))
