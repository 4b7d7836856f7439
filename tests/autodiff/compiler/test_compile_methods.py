"""@compile on a method: each instance is static and has programs of its own."""

import numpy as np
import pytest

import microgd
from microgd import MLP


class Model:
    def __init__(self, factor):
        self.factor = factor

    @microgd.compile
    def scaled(self, x):
        return x * self.factor

    @microgd.compile
    def error(self, x, goal_pred):
        return np.mean((self.scaled(x) - goal_pred) ** 2)


@pytest.mark.parametrize("x", [3.0, np.array([3.0, -1.0]), np.ones((0, 2))])
def test_each_instance_has_its_own_program(x):
    double, triple = Model(2.0), Model(3.0)
    for _ in range(2):
        np.testing.assert_array_equal(double.scaled(x), 2.0 * x)
        np.testing.assert_array_equal(triple.scaled(x), 3.0 * x)
        np.testing.assert_array_equal(Model.scaled(double, x), 2.0 * x)


def test_a_method_that_calls_another_one():
    model = Model(2.0)
    assert model.error(np.ones(3), 1.0) == 1.0
    assert model.error.func is Model.error


def test_an_instance_that_does_not_hash_is_refused():
    class Unhashable:
        __hash__ = None

        @microgd.compile
        def doubled(self, x):
            return x * 2.0

    with pytest.raises(TypeError, match=r"static argument self: expected something hashable"):
        Unhashable().doubled(3.0)


def test_the_parameters_of_a_model_get_their_gradients():
    class Trainer:
        def __init__(self):
            self.net = MLP(2, 3, 1)

        @microgd.compile
        def error(self, x):
            return np.mean(self.net(x) ** 2)

    trainer, x = Trainer(), np.ones((4, 2))
    trainer.error(x).backward()
    compiled = [np.array(p.grad) for p in trainer.net.parameters.values()]
    for p in trainer.net.parameters.values():
        p.grad = 0.0
    np.mean(trainer.net(x) ** 2).backward()
    for p, grad in zip(trainer.net.parameters.values(), compiled, strict=True):
        np.testing.assert_array_equal(p.grad, grad)
