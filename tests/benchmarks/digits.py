"""A training step with Adam on the handwritten digits: a net 64-64-10, all of a step one program.

The data stay whole: a step takes the numbers of the rows of its mini-batch, and the labels are class numbers.
The text of the step is written once, for any library with NumPy's functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgd

RATE, DECAY, DECAY_2, EPSILON = 0.001, 0.9, 0.999, 1e-8
BATCH, STEPS = 128, 10
State = tuple[Any, ...]


def problem() -> State:
    """Weights, Adam's two averages and its step; the digits, their labels, and the rows of ten batches."""
    from sklearn.datasets import load_digits

    data = load_digits()
    rng = np.random.default_rng(0)
    weights = [rng.normal(0, 0.1, shape) for shape in ((64, 64), (64,), (64, 10), (10,))]
    averages = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    batches = [rng.integers(len(data.target), size=BATCH) for _ in range(STEPS)]
    return weights, *averages, 1.0, data.data / 16.0, data.target, batches


def error_of(np: Any, logsumexp: Any) -> Callable[..., Any]:
    """The softmax cross-entropy in the words of a library."""

    def error(weights: Any, x: Any, labels: Any) -> Any:
        w1, b1, w2, b2 = weights
        logits = np.tanh(x @ w1 + b1) @ w2 + b2
        picked = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
        return (logsumexp(logits, axis=1) - picked).mean()

    return error


def adam_step(error_and_slopes: Callable[..., Any], np: Any) -> Callable[..., Any]:
    """The step: take the batch, compute error and gradients, update as Adam does."""

    def train(weights: Any, first: Any, second: Any, count: Any, x: Any, labels: Any, rows: Any) -> Any:
        error, slopes = error_and_slopes(weights, x[rows], labels[rows])
        first = [DECAY * m + (1 - DECAY) * g for m, g in zip(first, slopes, strict=True)]
        second = [DECAY_2 * v + (1 - DECAY_2) * g * g for v, g in zip(second, slopes, strict=True)]
        rate, scale = RATE / (1 - DECAY**count), np.sqrt(1 - DECAY_2**count)
        moments = zip(weights, first, second, strict=True)
        weights = [w - rate * m / (np.sqrt(v) / scale + EPSILON) for w, m, v in moments]
        return weights, first, second, count + 1.0, error

    return train


def ten_steps(train: Callable[..., Any], state: State) -> Callable[[], Any]:
    def work() -> Any:
        *moving, x, labels, batches = state
        for rows in batches:
            *moving, error = train(*moving, x, labels, rows)
        return error, moving[0]

    work()
    return work


def by_hand(weights: Any, x: Any, labels: Any) -> Any:
    """The error and its gradients, as one writes them in NumPy."""
    w1, b1, w2, b2 = weights
    picked = np.arange(len(x)), labels
    h = np.tanh(x @ w1 + b1)
    logits = h @ w2 + b2
    top = logits.max(axis=1, keepdims=True)
    g = np.exp(logits - top)
    total = g.sum(axis=1, keepdims=True)
    error = (np.log(total[:, 0]) + top[:, 0] - logits[picked]).mean()
    g /= total
    g[picked] -= 1.0
    g /= len(x)
    back = (g @ w2.T) * (1.0 - h * h)
    return error, [x.T @ back, back.sum(axis=0), h.T @ g, g.sum(axis=0)]


OURS = microgd.value_and_grad(error_of(np, microgd.logsumexp))


def jax(state: State) -> Callable[[], Any]:
    import jax

    slopes = jax.value_and_grad(error_of(jax.numpy, jax.nn.logsumexp))
    steps = ten_steps(jax.jit(adam_step(slopes, jax.numpy)), jax.tree.map(jax.numpy.asarray, state))
    return lambda: jax.block_until_ready(steps())  # a call returns before its result is computed


def torch(state: State) -> Callable[[], Any]:
    import torch

    weights, _, _, _, x, labels, batches = state
    x, labels = torch.tensor(x), torch.tensor(labels)

    def work() -> Any:
        parameters = [torch.tensor(w, requires_grad=True) for w in weights]
        adam = torch.optim.Adam(parameters, lr=RATE, betas=(DECAY, DECAY_2), eps=EPSILON)
        for rows in batches:
            adam.zero_grad()
            w1, b1, w2, b2 = parameters
            logits = torch.tanh(x[rows] @ w1 + b1) @ w2 + b2
            error = torch.nn.functional.cross_entropy(logits, labels[rows])
            error.backward()
            adam.step()
        return error.detach(), [p.detach() for p in parameters]

    return work


PEERS = {
    "microgd compiled": lambda state: ten_steps(microgd.compile(adam_step(OURS, np)), state),
    "microgd eager": lambda state: ten_steps(adam_step(OURS, np), state),
    "NumPy by hand": lambda state: ten_steps(adam_step(by_hand, np), state),
    "jax.jit": jax,
    "PyTorch eager": torch,
}
