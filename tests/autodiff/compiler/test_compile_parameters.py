"""An error of parameters from outside, compiled: the same Value and gradients as those of the function."""

import functools

import numpy as np
import pytest
from cases import draw

import microgd
from microgd import MLP, Adam, GradientDescent, Value, descend
from microgd.autodiff import TracedValueError
from microgd.autodiff.functional import recorded_gradients
from microgd.learning import largest_stable_rate

INPUT, GOAL_PRED = draw((5, 2), seed=0), draw((5, 1), seed=1)


def knob_error(knob_weight):
    def error():
        pred = 0.5 * knob_weight
        return (pred - 0.8) ** 2

    return error


def net_error(net):
    return lambda: ((net(INPUT) - GOAL_PRED) ** 2).mean()


def gradients_of(error, parameters):
    """The error and its gradients, bit by bit."""
    for parameter in parameters:
        parameter.grad = 0.0
    output = error()
    output.backward()
    return output.data, [np.asarray(parameter.grad).tobytes() for parameter in parameters]


# The same as the function's own ------------------------------------------------------------------


def test_knob():
    knob_weight = Value(0.5, name="knob_weight")
    error = microgd.compile(knob_error(knob_weight))
    output = error()
    assert output.data == 0.30250000000000005
    output.backward()
    assert knob_weight.grad == -0.55
    assert (
        error.source
        == """\
def error(knob_weight):
    pred = 0.5 * knob_weight
    t1 = pred - 0.8
    error = t1 ** 2
    d_pred = 2.0 * t1             # d error / d pred
    d_knob_weight = d_pred * 0.5  # d error / d knob_weight
    return error, d_knob_weight"""
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_net(dtype):
    parameters = [
        Value(draw(shape, seed=i).astype(dtype)) for i, shape in enumerate([(2, 3), (3,), (3, 1), (1,)])
    ]
    w, b, v, c = parameters

    def error():
        return ((np.tanh(INPUT @ w + b) @ v + c - GOAL_PRED) ** 2).mean() + 0.01 * (w * w).sum()

    compiled = microgd.compile(error)
    for _ in range(3):
        assert gradients_of(compiled, parameters) == gradients_of(error, parameters)
        for parameter in parameters:
            parameter.data = parameter.data - 0.1 * parameter.grad
    assert len(compiled.programs) == 1


def test_it_learns_as_the_function_itself():
    compiled, itself = MLP(2, 4, 1, rng=0), MLP(2, 4, 1, rng=0)
    walks = [
        [(step.error, {name: x.tobytes() for name, x in step.parameters.items()}) for step in descent]
        for descent in (
            descend(microgd.compile(net_error(compiled)), Adam(compiled.parameters, 0.01), steps=20),
            descend(net_error(itself), Adam(itself.parameters, 0.01), steps=20),
        )
    ]
    assert walks[0] == walks[1]
    assert walks[0][-1][0] < walks[0][0][0]


def test_the_parameters_numbers_are_those_of_the_call():
    knob_weights = Value([1.0, 2.0])
    error = microgd.compile(lambda: (knob_weights * knob_weights).sum())
    before = error()
    knob_weights.data[0] = 3.0
    after = error()
    assert (before.data, after.data) == (5.0, 13.0)
    before.backward()
    assert knob_weights.grad.tolist() == [2.0, 4.0]
    after.backward()
    assert knob_weights.grad.tolist() == [8.0, 8.0]  # added


def test_the_program_runs_once_for_the_error_and_its_gradients():
    calls = []
    cube = microgd.primitive(
        lambda x: calls.append(1) or x * x * x, lambda g, out, x: g * 3.0 * x * x, name="cube"
    )
    x = Value([1.0, 2.0])
    error = microgd.compile(lambda: cube(x).sum())
    error().backward()
    for i in range(3):
        x.data = [1.0 * i, 2.0]
        calls.clear()
        error().backward()
        assert len(calls) == 1


def test_arguments_are_as_ever():
    knob_weight = Value(2.0)

    def error(input, goal_pred=1.0, *, power=2):
        return (abs(input * knob_weight - goal_pred) ** power).mean()

    compiled = microgd.compile(error, static_argnames="power")
    for args, options in [((INPUT,), {}), ((INPUT, GOAL_PRED), {"power": 4}), ((INPUT[:2],), {"power": 2})]:
        ours, theirs = (functools.partial(f, *args, **options) for f in (compiled, error))
        assert gradients_of(ours, [knob_weight]) == gradients_of(theirs, [knob_weight])
    assert len(compiled.programs) == 3


def test_where_python_raises_the_answer_is_that_of_IEEE_754():
    x = Value(1.0)
    error = microgd.compile(lambda: 1.0 / x)
    error()
    x.data = 0.0
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert error().data == np.inf


def test_without_a_slope_the_gradient_is_0():
    x = Value(2.5)
    error = microgd.compile(lambda: np.floor(x) * 3.0)
    error().backward()
    assert x.grad == 0.0


# As one operation of a graph ---------------------------------------------------------------------


def test_second_derivatives_are_those_of_the_function():
    x = Value([0.5, 2.0])
    itself = lambda: (np.exp(x) * x[::-1]).sum()  # noqa: E731
    compiled = microgd.compile(itself)
    for error in (itself, compiled):
        x.grad = 0.0
        (recorded_gradients(error() * 3.0)[x] ** 2).sum().backward()
        np.testing.assert_allclose(x.grad, 18.0 * hessian_times_gradient(x.data), rtol=1e-12)
    assert largest_stable_rate(compiled, [x]) == largest_stable_rate(itself, [x])


def hessian_times_gradient(x):
    (a, b), (ea, eb) = x, np.exp(x)
    gradient = np.array([ea * b + eb, eb * a + ea])
    return np.array([[ea * b, ea + eb], [ea + eb, eb * a]]) @ gradient


def test_in_a_larger_graph():
    x, y = Value(2.0), Value(3.0)
    square = microgd.compile(lambda: x * x)
    (square() * y + square()).backward()
    assert (x.grad, y.grad) == (16.0, 4.0)


def test_inside_of_another_compiled_function():
    x = Value(2.0)
    inner = microgd.compile(lambda factor: factor * x * x)
    assert inner(1.0).data == 4.0
    outer = microgd.compile(lambda factor: inner(factor) + inner(1.0) * 2.0)
    for _ in range(2):
        x.grad = 0.0
        outer(3.0).backward()
        assert x.grad == 20.0
        x.data = 2.0


def test_the_operation_knows_its_gradient_wherever_it_is_asked():
    """A picture may compute it anew, with other numbers."""
    x = Value(2.0)
    output = microgd.compile(lambda: x * x * x)()
    assert output.op.compute(3.0) == 27.0
    rule = next(iter(output.op.vjps))
    assert rule(1.0, 8.0, 2.0) == 12.0
    assert rule(1.0, 27.0, 3.0) == 27.0


@pytest.mark.parametrize("library", ["numba", "jax"])
def test_other_libraries(library):
    module = pytest.importorskip(library)
    how = {"jit": module.njit} if library == "numba" else {"jit": module.jit, "namespace": module.numpy}
    if library == "jax":
        module.config.update("jax_enable_x64", True)
    net = MLP(2, 3, 1, activation=np.tanh, rng=0)
    parameters = list(net.parameters.values())
    itself = net_error(net)
    compiled = microgd.compile(itself, **how)
    (error, gradients), (its_error, its_gradients) = (gradients_of(f, parameters) for f in (compiled, itself))
    np.testing.assert_allclose(error, its_error, rtol=1e-12)
    for ours, theirs in zip(gradients, its_gradients, strict=True):
        np.testing.assert_allclose(np.frombuffer(ours), np.frombuffer(theirs), rtol=1e-9, atol=1e-15)


# What cannot be compiled -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f", [lambda x: x * 2.0, lambda x: (x[0] * 2.0, 1.0), lambda x: [x.sum()]],
    ids=["an array", "two numbers", "a list"],
)  # fmt: skip
def test_only_an_error_has_parameters_from_outside(f):
    outside = Value([1.0, 2.0])
    with pytest.raises(ValueError, match="comes from outside"):
        microgd.compile(lambda: f(outside))()


def test_what_was_computed_outside_is_no_parameter():
    computed = Value(2.0) * 3.0
    with pytest.raises(ValueError, match="comes from outside"):
        microgd.compile(lambda: computed * computed)()


def test_nobody_looks_at_the_numbers_of_parameters():
    knob_weight = Value(2.0)

    def error():
        return knob_weight * 2.0 if knob_weight > 1.0 else knob_weight * 3.0

    with pytest.raises(TracedValueError, match=r"if knob_weight > 1\.0"):
        microgd.compile(error)()
    assert knob_weight.data == 2.0  # nothing is under trace any more


def test_divergence_is_told_as_ever():
    knob_weight = Value(0.5, name="knob_weight")
    *_, last = descend(microgd.compile(knob_error(knob_weight)), GradientDescent([knob_weight], 1e200))
    assert last.reason == "diverged"
    assert "stable below a learning rate of 4 " in last.message
