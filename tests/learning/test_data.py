"""Batches and one scale: every row once an epoch, held-out data on the scale of the training data."""

import numpy as np
import pytest

from microgd import Value
from microgd.learning import batches, standardize


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


@pytest.mark.parametrize("size", [2.5, 0, 11, "all"])
def test_batches_refuse(size):
    with pytest.raises((TypeError, ValueError), match="batches: size: expected a"):
        batches(10, size)


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
