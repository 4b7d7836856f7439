"""Data preparation: batches of rows, and standardised columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from .arguments import Rng, whole_number


def batches(n: int, size: int, rng: Rng = None, epochs: int | None = None) -> Iterator[np.ndarray]:
    """Yield the row numbers of batch after batch: each epoch visits all n rows once, in a new random order.

    size    n is batch descent, 1 is stochastic descent, anything between is mini-batch descent. The last
            batch of an epoch is smaller where size does not divide n.
    rng     a seed or a generator. From a seed the batches are always the same, so a resumed run goes on
            where it was with `itertools.islice(batches(n, size, seed), optimizer.steps, None)`.
    epochs  the number of epochs; by default without end, for an error() that takes the next batch.

    >>> epoch = list(batches(5, 2, rng=0, epochs=1))
    >>> [len(rows) for rows in epoch], sorted(int(row) for rows in epoch for row in rows)
    ([2, 2, 1], [0, 1, 2, 3, 4])
    """
    size = whole_number("batches: size", size, f"[1, {n}]")
    rng = np.random.default_rng(rng)
    return (
        order[first : first + size]
        for order in (rng.permutation(n) for _ in (itertools.count() if epochs is None else range(epochs)))
        for first in range(0, n, size)
    )


def standardize(data: Any, like: Any = None) -> np.ndarray:
    """Compute (data - mean) / standard deviation, column by column (for a vector: of all entries).

    like  the data whose means and deviations are used, `data` itself by default. Held-out data is
          brought to the scale of the training data: `standardize(test, like=train)`.

    A constant column becomes 0, not 0 / 0.

    >>> standardize([[1.0, 5.0], [3.0, 5.0]])
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    data = np.asarray(data, float)
    like = data if like is None else np.asarray(like, float)
    if like.ndim == 0 or like.shape[1:] != data.shape[1:]:
        raise ValueError(
            f"standardize: expected rows with the same columns in both, got {data.shape} and {like.shape}"
        )
    never_changes = (like == like[:1]).all(axis=0)  # rounding would give it some deviation
    mean = np.where(never_changes, like[:1], like.mean(axis=0))
    return (data - mean) / np.where(never_changes, 1.0, like.std(axis=0))
