"""A transformer on single numbers: one layer, 4 heads, 16 wide, on one document of five letters.

Every number is a Value of its own, and every vector a list of them: about 42,000 nodes, of which 18,700 are
`+` and 18,500 `*`. The text is written once, for any engine with + * / - **, exp, log and relu.
"""

from __future__ import annotations

import itertools
import math
import random
import sys
from collections.abc import Callable
from typing import Any

WIDTH, HEADS, LETTERS, CONTEXT = 16, 4, 27, 8
START = LETTERS - 1  # the token before the first letter
DOCUMENT = [START, 4, 12, 12, 0, 8]  # "emmai"

Vector = list[Any]
Matrix = list[Vector]


def parameters(Value: Callable[[float], Any]) -> dict[str, Matrix]:
    """Random matrices of Values, one row an output; always the same ones."""
    rng = random.Random(42)
    shapes = {
        "token": (LETTERS, WIDTH), "position": (CONTEXT, WIDTH), "logits": (LETTERS, WIDTH),
        "query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH), "value": (WIDTH, WIDTH), "mixed": (WIDTH, WIDTH),
        "up": (4 * WIDTH, WIDTH), "down": (WIDTH, 4 * WIDTH),
    }  # fmt: skip
    return {
        name: [[Value(rng.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes.items()
    }


def product(matrix: Matrix, x: Vector) -> Vector:
    return [sum(w * a for w, a in zip(row, x)) for row in matrix]


def plus(x: Vector, y: Vector) -> Vector:
    return [a + b for a, b in zip(x, y)]


def normalized(x: Vector) -> Vector:
    """Divide by the root mean square."""
    scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def softmax(logits: Vector) -> Vector:
    top = max(logit.data for logit in logits)
    powers = [(logit - top).exp() for logit in logits]
    total = sum(powers)
    return [power / total for power in powers]


def attended(query: Vector, keys: Matrix, values: Matrix) -> Vector:
    """Mix the values so far by how well their keys fit the query, head by head."""
    mixed = []
    for first in range(0, WIDTH, WIDTH // HEADS):
        head = slice(first, first + WIDTH // HEADS)
        scores = [sum(q * k for q, k in zip(query[head], key[head])) for key in keys]
        weights = softmax([score / math.sqrt(WIDTH / HEADS) for score in scores])
        mixed += [sum(w * v[i] for w, v in zip(weights, values)) for i in range(*head.indices(WIDTH))]
    return mixed


def loss(p: dict[str, Matrix]) -> Any:
    """The mean cross-entropy of each next letter of the document."""
    keys: Matrix = []
    values: Matrix = []
    losses = []
    for position, (token, following) in enumerate(itertools.pairwise(DOCUMENT)):
        x = normalized(plus(p["token"][token], p["position"][position]))
        seen = normalized(x)
        keys.append(product(p["key"], seen))
        values.append(product(p["value"], seen))
        x = plus(x, product(p["mixed"], attended(product(p["query"], seen), keys, values)))
        hidden = [a.relu() for a in product(p["up"], normalized(x))]
        x = plus(x, product(p["down"], hidden))
        losses.append(-softmax(product(p["logits"], x))[following].log())
    return sum(losses) / len(losses)


def _training_step(Value: Callable[[float], Any]) -> Callable[[], Any]:
    """Work for the harness: the loss, and its gradient by all parameters."""
    sys.setrecursionlimit(100_000)  # the lean engine recurses
    p = parameters(Value)
    entries = [entry for matrix in p.values() for row in matrix for entry in row]

    def work() -> Any:
        for entry in entries:
            entry.grad = 0.0
        error = loss(p)
        error.backward()
        return error.data, [entry.grad for entry in entries]

    return work


def microgd() -> Callable[[], Any]:
    from microgd import Value

    return _training_step(Value)


def lean() -> Callable[[], Any]:
    from lean import Value

    return _training_step(Value)
