"""Data preparation: batches of rows, and standardised columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from .arguments import Rng, generator, real_array, whole_number


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
    n = whole_number("batches: n", n, "[1, inf)")
    size = whole_number("batches: size", size, f"[1, {n}]")
    if epochs is not None:
        epochs = whole_number("batches: epochs", epochs, "[1, inf)")
    rng = generator("batches: rng", rng)
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
    data = real_array("standardize: data", data)
    like = data if like is None else real_array("standardize: like", like)
    if like.ndim == 0 or like.shape[1:] != data.shape[1:]:
        raise ValueError(
            f"standardize: expected rows with the same columns in both, got {data.shape} and {like.shape}"
        )
    if not like.size or np.isnan(like).any():
        missing = f"nan at {tuple(map(int, np.argwhere(np.isnan(like))[0]))}" if like.size else "none"
        raise ValueError(f"standardize: expected numbers to take the mean of, got {missing}: drop or fill it")
    never_changes = (like == like[:1]).all(axis=0)  # rounding would give it some deviation
    mean = np.where(never_changes, like[:1], like.mean(axis=0))
    return (data - mean) / np.where(never_changes, 1.0, like.std(axis=0))
