"""Data from outside that change between two calls: refused, for they would be constants of the program."""

import itertools

import numpy as np
import pytest
from cases import draw

import microgd
from microgd import Value

X = draw((6, 3))


def next_rows(w, rows):
    return lambda: np.mean((X[next(rows)] @ w - 1.0) ** 2)


def dropout(w, rng):
    return lambda: np.sum((w * (rng.random(3) > 0.5) - 1.0) ** 2)


def next_rate(w, rows):
    return lambda: np.sum(w**2) * float(next(rows))


def next_entry(w, rows):
    return lambda: np.sum(w[next(rows) % 3] ** 2)


def longer_each_time(w, rows):
    return lambda: sum((np.sum(w) * 2.0 for _ in range(next(rows))), np.sum(w))


def refilled(w, rows):
    buffer = np.zeros(3)

    def error():
        buffer[:] = X[next(rows)]
        return np.sum(w * buffer)

    return error


@pytest.mark.parametrize("start", [np.zeros(3), np.ones(3), np.ones(3, np.float32)])
@pytest.mark.parametrize(
    "make", [next_rows, next_rate, next_entry, longer_each_time, refilled], ids=lambda f: f.__name__
)
def test_the_next_batch(make, start):
    step = microgd.compile(make(Value(start), itertools.count(1)))
    with pytest.raises(
        ValueError, match=r"called again.*pass the data \(the batch, the mask\) as an argument"
    ):
        step()


def test_random_numbers():
    with pytest.raises(ValueError, match="random numbers"):
        microgd.compile(dropout(Value(np.ones(3)), np.random.default_rng(0)))()


def test_the_batch_as_an_argument():
    w = Value(np.ones(3))
    step = microgd.compile(lambda x: np.mean((x @ w - 1.0) ** 2))
    for i in range(3):
        assert step(X[i : i + 2]).data == pytest.approx(np.mean((X[i : i + 2].sum(1) - 1.0) ** 2), rel=1e-14)
    assert len(step.programs) == 1


@pytest.mark.parametrize("constant", [
    np.nan, np.array([1.0, np.nan, -0.0]), np.array([True, False, True]), np.array([2, 0, 1]), X[1, ::-1],
])  # fmt: skip
def test_data_that_stay_are_the_same(constant):
    w = Value(np.ones(3))

    def error():
        halved = microgd.primitive(lambda x: x / 2.0, lambda g, out, x: g / 2.0, name="halved")
        return np.sum(halved(w) * np.array(constant)) + np.sum(w[np.array([0, 2])] + w[..., None][1:])

    expected = error()
    for _ in range(2):
        np.testing.assert_array_equal(microgd.compile(error)().data, expected.data)
