"""The exercises of many_machines: each answer in the file is what running it gives."""

import numpy as np
import pytest
from exercises import answer

pytest.importorskip("dask.distributed")

from microgd.distributed import _mean_of, _merged


def error(parameters, shard):
    x, goal = shard
    hidden = np.tanh(x @ parameters["first"])
    return np.mean((hidden @ parameters["second"] - goal) ** 2)


RNG = np.random.default_rng(0)
WEIGHTS = {"first": RNG.normal(size=(10, 8)), "second": RNG.normal(size=8)}


def shard(rows):
    return RNG.normal(size=(rows, 10)), RNG.normal(size=rows)


def test_many_machines_1():
    for rows in (10, 1000):
        found = _mean_of(error, WEIGHTS, shard(rows))
        numbers = 2 + sum(np.size(gradient) for gradient in found.gradient.values())
        assert answer("many_machines", 1).startswith(f"{numbers}: the gradients of 88 weights,")


def test_many_machines_2():
    large, small = shard(5000), shard(10)
    together = tuple(np.concatenate(parts) for parts in zip(large, small, strict=True))
    merged = _merged([_mean_of(error, WEIGHTS, one) for one in (large, small)])
    whole = _mean_of(error, WEIGHTS, together)
    assert merged.error == pytest.approx(whole.error, rel=1e-12)
    assert merged.rows == 5010
    assert answer("many_machines", 2).startswith("As much as any other row:")
