"""The training step of examples/tiny_gpt.py: a transformer on batches of 32 names, context 16, with Adam.

    python tests/benchmarks/gpt.py

The lesson's own text runs in microgd, and with jax.numpy as its `np` in JAX. In PyTorch it is written with
PyTorch's functions, and once by hand in NumPy, its backward pass included. Ten steps from one start, in
float64; all peers end at the same parameters. `tokens_a_second` puts the transformer on single numbers of
transformer.py beside it.
"""

from __future__ import annotations

import os

for library in ("OMP", "OPENBLAS", "MKL"):  # who multiplies matrices for whom; to be said before the imports
    os.environ.setdefault(f"{library}_NUM_THREADS", "2")

import importlib.util  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from types import ModuleType, SimpleNamespace  # noqa: E402
from typing import Any  # noqa: E402

import harness  # noqa: E402
import numpy as np  # noqa: E402
import transformer  # noqa: E402

import microgd  # noqa: E402

PACKAGES = ("microgd", "numpy", "jax", "torch")
EXAMPLES = Path(__file__).parents[2] / "examples"
RATE, STEPS = 0.01, 10
Problem = tuple[dict[str, np.ndarray], np.ndarray, list[np.ndarray]]


def lesson() -> ModuleType:
    """A copy of the lesson, whose names may be changed."""
    sys.path.insert(0, str(EXAMPLES))
    spec = importlib.util.spec_from_file_location("tiny_gpt_copy", EXAMPLES / "tiny_gpt.py")
    assert spec
    assert spec.loader
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


GPT = lesson()


def problem() -> Problem:
    """The start: parameters, 1,000 made-up words of 2 to 11 letters as token numbers, ten batches of rows."""
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list(GPT.LETTERS[1:]), size=rng.integers(2, 12))) for _ in range(1_000)]
    batches = [rng.integers(1_000, size=GPT.BATCH) for _ in range(STEPS)]
    return GPT.new_parameters(rng), GPT.tokens_of(words), batches


def ten_steps(step: Callable[..., Any], start: Problem) -> Callable[[], Any]:
    """Work for the harness: the last error, and where ten steps lead."""
    parameters, data, batches = start
    memory = GPT.new_memory({name: np.asarray(x) for name, x in parameters.items()})

    def work() -> Any:
        p, m, error = parameters, memory, None
        for rows in batches:
            error, p, m = step(p, m, data, rows, RATE)
        return error, [p[name] for name in sorted(p)]

    work()
    return work


def compiled(*start: Any) -> Callable[[], Any]:
    return ten_steps(microgd.compile(GPT.train), start)


def eager(*start: Any) -> Callable[[], Any]:
    return ten_steps(GPT.train, start)


def jax(*start: Any) -> Callable[[], Any]:
    import jax

    jax.config.update("jax_enable_x64", True)

    def cross_entropy(logits: Any, goals: Any) -> Any:
        picked = jax.numpy.take_along_axis(logits, goals[..., None], -1)[..., 0]
        return jax.nn.logsumexp(logits, -1) - picked

    theirs = lesson()
    theirs.np, theirs.relu, theirs.softmax = jax.numpy, jax.nn.relu, jax.nn.softmax
    theirs.losses = SimpleNamespace(softmax_cross_entropy=cross_entropy)
    theirs.value_and_grad = jax.value_and_grad
    parameters, data, batches = start
    steps = ten_steps(jax.jit(theirs.train), (jax.tree.map(jax.numpy.asarray, parameters), data, batches))
    return lambda: jax.block_until_ready(steps())  # a call returns before its result is computed


def by_hand(*start: Any) -> Callable[[], Any]:
    theirs = lesson()
    theirs.value_and_grad = lambda loss: loss_and_gradient_by_hand
    return ten_steps(theirs.train, start)


def torch(*start: Any) -> Callable[[], Any]:
    return _torch(lambda loss: loss, *start)


def torch_compile(*start: Any) -> Callable[[], Any]:
    import torch

    return _torch(torch.compile, *start)


def _torch(compiled: Callable[..., Any], *start: Any) -> Callable[[], Any]:
    import torch
    from torch.nn import functional

    parameters, data, batches = start
    data = torch.tensor(data)
    places = torch.arange(GPT.CONTEXT)
    later = torch.triu(torch.ones(GPT.CONTEXT, GPT.CONTEXT, dtype=torch.bool), 1)

    def norm(x: Any) -> Any:
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5)

    def heads(x: Any) -> Any:
        return x.reshape(*x.shape[:-1], GPT.HEADS, -1).transpose(-2, -3)

    def loss(p: Any, rows: Any) -> Any:
        tokens, goals = rows[:, :-1], rows[:, 1:]
        x = p["letter"][tokens] + p["place"]
        seen = norm(x)
        query, key, value = (heads(seen @ p[name]) for name in ("query", "key", "value"))
        score = query @ key.transpose(-1, -2) / key.shape[-1] ** 0.5
        share = torch.softmax(score.masked_fill(later, -1e9), -1)
        x = x + (share @ value).transpose(-2, -3).reshape(x.shape) @ p["mix"]
        x = x + torch.relu(norm(x) @ p["up"]) @ p["down"]
        logits = norm(x) @ p["out"]
        losses = functional.cross_entropy(logits.transpose(1, 2), goals, reduction="none")
        counts = torch.where((tokens == 0) & (places > 0), 0.0, 1.0)
        return (losses * counts).sum() / counts.sum()

    loss_of = compiled(loss)

    def work() -> Any:
        p = {name: torch.tensor(x, requires_grad=True) for name, x in parameters.items()}
        adam = torch.optim.Adam(p.values(), lr=RATE, betas=(0.9, 0.99), eps=1e-8)
        for rows in batches:
            adam.zero_grad()
            error = loss_of(p, data[rows])
            error.backward()
            adam.step()
        return error.detach(), [p[name].detach() for name in sorted(p)]

    work()
    return work


# The backward pass by hand -----------------------------------------------------------------------


def _norm_back(g: np.ndarray, x: np.ndarray, out: np.ndarray) -> np.ndarray:
    """The gradient of norm: g / s - out * mean(g * out) / s, where s is the root mean square."""
    scale = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-5)
    return (g - out * np.mean(g * out, axis=-1, keepdims=True)) / scale


def _flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(-1, x.shape[-1])


def _joined(x: np.ndarray) -> np.ndarray:
    """The heads side by side again."""
    x = x.swapaxes(-2, -3)
    return x.reshape(*x.shape[:-2], -1)


def loss_and_gradient_by_hand(p: dict[str, np.ndarray], rows: np.ndarray) -> Any:
    tokens, goals = rows[:, :-1], rows[:, 1:]
    counts = np.where((tokens == 0) & (np.arange(GPT.CONTEXT) > 0), 0.0, 1.0)
    later = np.triu(np.ones((GPT.CONTEXT, GPT.CONTEXT), bool), 1)
    x0 = p["letter"][tokens] + p["place"]
    n0 = GPT.norm(x0)
    query, key, value = (GPT.heads_of(n0 @ p[name]) for name in ("query", "key", "value"))
    root = np.sqrt(key.shape[-1])
    score = np.where(later, -1e9, query @ key.swapaxes(-1, -2) / root)
    share = np.exp(score - score.max(-1, keepdims=True))
    share /= share.sum(-1, keepdims=True)
    mixed = _joined(share @ value)
    x1 = x0 + mixed @ p["mix"]
    n1 = GPT.norm(x1)
    hidden = np.maximum(n1 @ p["up"], 0.0)
    x2 = x1 + hidden @ p["down"]
    n2 = GPT.norm(x2)
    logits = n2 @ p["out"]
    top = logits.max(-1, keepdims=True)
    powers = np.exp(logits - top)
    total = powers.sum(-1, keepdims=True)
    places = np.ix_(np.arange(len(rows)), np.arange(GPT.CONTEXT))
    picked = logits[(*places, goals)]
    loss = np.sum((np.log(total[..., 0]) + top[..., 0] - picked) * counts) / counts.sum()

    g = powers / total
    g[(*places, goals)] -= 1.0
    g *= (counts / counts.sum())[..., None]
    d = {"out": _flat(n2).T @ _flat(g)}
    g2 = _norm_back(g @ p["out"].T, x2, n2)
    d["down"] = _flat(hidden).T @ _flat(g2)
    up = (g2 @ p["down"].T) * (hidden > 0)
    d["up"] = _flat(n1).T @ _flat(up)
    g1 = g2 + _norm_back(up @ p["up"].T, x1, n1)
    d["mix"] = _flat(mixed).T @ _flat(g1)
    gm = GPT.heads_of(g1 @ p["mix"].T)
    gs = gm @ value.swapaxes(-1, -2)
    gs = share * (gs - np.sum(gs * share, axis=-1, keepdims=True)) / root
    back = {"query": gs @ key, "key": gs.swapaxes(-1, -2) @ query, "value": share.swapaxes(-1, -2) @ gm}
    seen = np.zeros_like(x0)
    for name, part in back.items():
        part = _joined(part)
        d[name] = _flat(n0).T @ _flat(part)
        seen += part @ p[name].T
    g0 = g1 + _norm_back(seen, x0, n0)
    d["place"] = g0.sum(axis=0)
    d["letter"] = np.zeros_like(p["letter"])
    np.add.at(d["letter"], tokens, g0)
    return loss, d


# Tokens a second --------------------------------------------------------------------------------


def tokens_a_second() -> list[harness.Line]:
    """Tokens a second, padding among them, with their gradients: batches of arrays, and single numbers."""
    arrays, numbers = compiled(*problem()), transformer.microgd()
    numbers()

    def rate(work: Callable[[], Any], letters: int) -> list[float]:
        samples = []
        for _ in range(7):
            start = time.perf_counter()
            work()
            samples.append(letters / (time.perf_counter() - start))
        return samples

    name = "tiny GPT, tokens"
    return [
        harness.Line(name, "arrays, compiled", "a second", rate(arrays, STEPS * GPT.BATCH * GPT.CONTEXT)),
        harness.Line(name, "single numbers", "a second", rate(numbers, len(transformer.DOCUMENT) - 1)),
    ]


PEERS = {
    "microgd compiled": compiled,
    "microgd eager": eager,
    "NumPy by hand": by_hand,
    "jax.jit": jax,
    "PyTorch eager": torch,
    "torch.compile": torch_compile,
}


def rows() -> list[harness.Row]:
    return [harness.Row("tiny GPT, ten steps with Adam", ["NumPy by hand", "jax.jit"], PEERS, problem())]


MEASURES = [harness.Measure("tiny GPT, tokens", ["single numbers"], tokens_a_second)]

if __name__ == "__main__":
    harness.run(__doc__, PACKAGES, rows(), MEASURES)
