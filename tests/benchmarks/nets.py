"""The nets of the benchmarks, and the peers' ways to compute their error and its gradient.

The net is that of micrograd's demo: layers of relu, a linear one on top, the max-margin error with a
little L2 on every parameter. Its text is written once for numbers (`scalar_error`) and once for arrays
(`vector_error`); every library runs that same text. Only the hand-written NumPy has its own.

A maker takes a problem and returns work for the harness: a function that computes (error, gradients).
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

ALPHA = 1e-4  # the weight of the L2 term


class Problem(NamedTuple):
    """`layers` is a list of (weights, biases), of shapes (inputs, outputs) and (outputs,)."""

    layers: list[tuple[np.ndarray, np.ndarray]]
    inputs: np.ndarray  # (samples, features)
    labels: np.ndarray  # (samples, 1), each -1 or 1


def problem(samples: int, *widths: int) -> Problem:
    """A net of these widths; two moons if it takes two features, otherwise noise with random labels."""
    rng = np.random.default_rng(1337)
    layers = []
    for before, after in itertools.pairwise(widths):
        bound = min(1.0, np.sqrt(6.0 / before))
        layers.append((rng.uniform(-bound, bound, (before, after)), rng.uniform(-0.1, 0.1, after)))
    labels = np.where(np.arange(samples) % 2 == 0, 1.0, -1.0)[:, None]
    inputs = _moons(labels[:, 0], rng) if widths[0] == 2 else rng.normal(size=(samples, widths[0]))
    return Problem(layers, inputs, labels)


def _moons(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two half circles that reach into each other, with noise: one for the label 1, one for -1."""
    angle = rng.uniform(0.0, np.pi, labels.shape)
    x = np.where(labels > 0, 1.0 - np.cos(angle), np.cos(angle))
    y = np.where(labels > 0, 0.5 - np.sin(angle), np.sin(angle))
    return np.stack([x, y], axis=1) + rng.normal(0.0, 0.1, (labels.size, 2))


# Scalars only ------------------------------------------------------------------------------------


def scalar_error(layers: Any, inputs: list[list[Any]], labels: list[float]) -> Any:
    """micrograd's demo, operation by operation. A layer is a list of neurons, each (weights, bias)."""
    scores = [_score(layers, x) for x in inputs]
    losses = [(1 + -label * score).relu() for label, score in zip(labels, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = ALPHA * sum(p * p for p in scalar_parameters(layers))
    return data_loss + reg_loss


def _score(layers: Any, x: list[Any]) -> Any:
    *hidden, last = layers
    for layer in hidden:
        x = [_neuron(weights, bias, x).relu() for weights, bias in layer]
    return _neuron(*last[0], x)


def _neuron(weights: list[Any], bias: Any, x: list[Any]) -> Any:
    return sum((w * xi for w, xi in zip(weights, x)), bias)


def scalar_parameters(layers: Any) -> list[Any]:
    return [p for layer in layers for weights, bias in layer for p in (*weights, bias)]


def _neurons(layers: Any, wrap: Callable[[float], Any]) -> Any:
    """The arrays of a problem as lists of neurons of plain floats, each number wrapped."""
    return [
        [([wrap(w) for w in column], wrap(b)) for column, b in zip(weights.T.tolist(), biases.tolist())]
        for weights, biases in layers
    ]


def scalar_forward(Value: Any, problem: Problem) -> tuple[Callable[[], Any], list[Any]]:
    """A function that computes the error, and its parameters. The inputs are Values, as in the demo."""
    layers = _neurons(problem.layers, Value)
    rows, labels = problem.inputs.tolist(), problem.labels[:, 0].tolist()
    return (
        lambda: scalar_error(layers, [list(map(Value, row)) for row in rows], labels),
        scalar_parameters(layers),
    )


def _scalar_backward(Value: Any, problem: Problem) -> Callable[[], Any]:
    forward, parameters = scalar_forward(Value, problem)

    def work() -> Any:
        error = forward()
        for p in parameters:
            p.grad = 0
        error.backward()
        return error.data, [p.grad for p in parameters]

    return work


def scalar_micrograd(problem: Problem) -> Callable[[], Any]:
    from micrograd.engine import Value

    return _scalar_backward(Value, problem)


def scalar_microgd(problem: Problem) -> Callable[[], Any]:
    from microgd import Value

    return _scalar_backward(Value, problem)


def scalar_microgd_function(problem: Problem) -> Callable[[], Any]:
    from microgd import value_and_grad

    layers = _neurons(problem.layers, float)
    rows, labels = problem.inputs.tolist(), problem.labels[:, 0].tolist()
    error_and_gradient = value_and_grad(scalar_error)

    def work() -> Any:
        error, gradients = error_and_gradient(layers, rows, labels)
        return error, scalar_parameters(gradients)

    return work


# Arrays ------------------------------------------------------------------------------------------


def vector_error(relu: Any, layers: Any, inputs: Any, labels: Any) -> Any:
    """The same net for all samples at once."""
    *hidden, (weights, biases) = layers
    x = inputs
    for w, b in hidden:
        x = relu(x @ w + b)
    score = x @ weights + biases
    data_loss = relu(1.0 - labels * score).mean()
    reg_loss = ALPHA * sum((p * p).sum() for layer in layers for p in layer)
    return data_loss + reg_loss


def by_hand(problem: Problem) -> Callable[[], Any]:
    """NumPy as one writes it for this net and no other."""
    layers, inputs, labels = problem

    def work() -> Any:
        x, seen = inputs, []
        for w, b in layers[:-1]:
            seen.append(x)
            x = np.maximum(x @ w + b, 0.0)
        seen.append(x)
        w, b = layers[-1]
        margin = np.maximum(1.0 - labels * (x @ w + b), 0.0)
        error = margin.mean() + ALPHA * sum((w * w).sum() + (b * b).sum() for w, b in layers)

        g = (margin > 0) * (-labels / len(labels))
        gradients = []
        for (w, b), x in zip(reversed(layers), reversed(seen), strict=True):
            gradients.append((x.T @ g + 2 * ALPHA * w, g.sum(axis=0) + 2 * ALPHA * b))
            if x is not inputs:
                g = (g @ w.T) * (x > 0)
        return error, gradients[::-1]

    return work


def microgd_backward(problem: Problem) -> Callable[[], Any]:
    from microgd import Value, relu

    layers = [(Value(w), Value(b)) for w, b in problem.layers]
    parameters = [p for layer in layers for p in layer]

    def work() -> Any:
        error = vector_error(relu, layers, problem.inputs, problem.labels)
        for p in parameters:
            p.grad = 0
        error.backward()
        return error.data, [p.grad for p in parameters]

    return work


def microgd_function(problem: Problem) -> Callable[[], Any]:
    from microgd import relu, value_and_grad

    error_and_gradient = value_and_grad(vector_error, argnums=1)
    return lambda: error_and_gradient(relu, *problem)


def autograd(problem: Problem) -> Callable[[], Any]:
    import autograd.numpy as anp
    from autograd import value_and_grad

    error_and_gradient = value_and_grad(vector_error, argnum=1)
    return lambda: error_and_gradient(lambda x: anp.maximum(x, 0.0), *problem)


def autograd_tuned(problem: Problem) -> Callable[[], Any]:
    """As autograd likes it best: no lists of arrays, whose every access it records, no np.maximum."""
    from autograd import value_and_grad

    parameters = [p for layer in problem.layers for p in layer]

    def error(*parameters: Any) -> Any:
        layers = list(zip(parameters[::2], parameters[1::2], strict=True))
        return vector_error(lambda x: x * (x > 0), layers, problem.inputs, problem.labels)

    error_and_gradient = value_and_grad(error, argnum=tuple(range(len(parameters))))
    return lambda: error_and_gradient(*parameters)


def mygrad(problem: Problem) -> Callable[[], Any]:
    import mygrad
    from mygrad.nnet.activations import relu

    layers = [(mygrad.tensor(w), mygrad.tensor(b)) for w, b in problem.layers]
    parameters = [p for layer in layers for p in layer]

    def work() -> Any:
        error = vector_error(relu, layers, problem.inputs, problem.labels)
        error.backward()  # the gradients of the round before are gone by now: MyGrad drops them itself
        return error.data, [p.grad for p in parameters]

    return work


def torch_compiled(problem: Problem) -> Callable[[], Any]:
    import torch as library

    if shutil.which("c++") is None:  # which its programs are written for
        raise ModuleNotFoundError(name="a C++ compiler")
    return torch(problem, library.compile(vector_error))


def torch(problem: Problem, vector_error: Callable[..., Any] = vector_error) -> Callable[[], Any]:
    import torch

    layers = [tuple(torch.tensor(p, requires_grad=True) for p in layer) for layer in problem.layers]
    parameters = [p for layer in layers for p in layer]
    inputs, labels = torch.tensor(problem.inputs), torch.tensor(problem.labels)

    def work() -> Any:
        error = vector_error(torch.relu, layers, inputs, labels)
        for p in parameters:
            p.grad = None
        error.backward()
        return error.detach(), [p.grad for p in parameters]

    return work
