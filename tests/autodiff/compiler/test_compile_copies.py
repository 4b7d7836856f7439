"""Compiled functions can be copied and pickled, and work afterwards."""

import copy
import pickle

import numpy as np
import pytest

import microgd
from microgd import MLP, Adam, value_and_grad


def square(x):
    return x * x


def scaled(x, times):
    return x * float(times)


@microgd.compile
def decorated(x):
    return 3.0 * x


class Model:
    def __init__(self):
        self.net = MLP(2, 3, 1, rng=0)
        self.compiled_error = microgd.compile(self.error)

    def error(self, x):
        return np.mean((self.net(x) - 1.0) ** 2)

    @microgd.compile
    def tripled(self, x):
        return 3.0 * x


def unpickled(x):
    return pickle.loads(pickle.dumps(x))


TWINS = [copy.copy, copy.deepcopy, unpickled]


@pytest.mark.parametrize("is_called_before", [False, True])
@pytest.mark.parametrize("twin", TWINS)
def test_a_twin_computes_the_same(twin, is_called_before):
    step = microgd.compile(square)
    if is_called_before:
        step(3.0)
    made = twin(step)
    assert made is not step
    assert made(3.0) == 9.0
    assert len(made.programs) == 1


@pytest.mark.parametrize("twin", TWINS)
def test_a_twin_has_the_same_options(twin):
    jax_numpy = pytest.importorskip("jax.numpy")
    step = twin(microgd.compile(scaled, static_argnames="times", namespace=jax_numpy, jit=copy.copy))
    assert float(step(2.0, 3)) == 6.0
    assert step.programs[0].function.__globals__["np"] is jax_numpy


@pytest.mark.parametrize("twin", TWINS)
def test_a_decorated_function_is_pickled_by_its_name(twin):
    assert twin(decorated) is decorated
    assert decorated(2.0) == 6.0
    assert twin(Model.tripled) is Model.tripled


def test_a_gradient_is_deep_copied():
    assert copy.deepcopy(microgd.compile(value_and_grad(square)))(3.0) == (9.0, 6.0)


@pytest.mark.parametrize("twin", TWINS[1:])
def test_a_model_learns_on_apart_from_its_twin(twin):
    model, x = Model(), np.ones((4, 2))
    model.compiled_error(x).backward()
    made = twin(model)
    before = made.compiled_error(x).data
    assert before == model.compiled_error(x).data
    optimizer = Adam(model.net.parameters, learning_rate=0.1)
    model.compiled_error(x).backward()
    optimizer.step()
    assert model.compiled_error(x).data != before
    assert made.compiled_error(x).data == made.error(x).data == before
