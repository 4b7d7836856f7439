"""Restarts: all pits from several starts, the best first."""

import math

import numpy as np
import pytest

from microgd import GradientDescent, Momentum, Value
from microgd.learning import Stop, restarts


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


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_pits_are_told_apart_in_any_unit(unit):
    x = Value(0.0, name="x")

    def error():
        z = x / unit
        return z**4 - 2 * z**2 + 0.3 * z

    starts = unit * np.array([2.0, -2.0, 0.5])
    pits = restarts(error, lambda: GradientDescent([x], 0.05 * unit**2), starts)
    assert [len(pit.starts) for pit in pits] == [1, 2]


def test_ends_on_both_sides_of_0_are_one_pit():
    x = Value(0.0, name="x")
    (pit,) = restarts(lambda: x * x, lambda: GradientDescent([x], 0.1), [3.0, -3.0, 1.0])
    assert len(pit.starts) == 3
