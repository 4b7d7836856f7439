"""Nets: KnobNet shows the whole of learning with nothing but weights; MLP is the same with layers.

A knob is a weight: a number that the net turns until its predictions fit. Three verbs do all the work.

    net = KnobNet(0.5)
    for step in range(20):
        pred = net.predict(input)                  # input * knob_weight
        error = net.compare(pred, goal_pred)       # (pred - goal_pred)^2
        net.learn(error, alpha=0.5)                # turn the knob against the error's derivative

Layer and MLP follow: what a layer computes is one line, `activation(input @ weight + bias)`, and a net is
layers one after the other. In between stand the initialisations: where the weights of a layer start.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autodiff import Value, relu
from .arguments import whole_number
from .losses import squared_error

Rng = np.random.Generator | int | None
"""A generator of random numbers, a seed for one, or None: different numbers each time."""


class KnobNet:
    """Weights only, no bias: each input is scaled by its knob, and what comes out is the prediction.

    knob_weight       input             pred
    a number          a number or (n,)  the same shape: one input, one output
    (k,)              (k,) or (n, k)    a number or (n,): k inputs, one output
    (k, m)            (k,) or (n, k)    (m,) or (n, m): k inputs, m outputs

    A leading n is a batch: n inputs as rows. The knobs are in `net.knob_weight`, a Value.

    >>> net = KnobNet(0.5)
    >>> pred = net.predict(0.5)
    >>> error = net.compare(pred, 0.8)
    >>> pred, error
    (Value(0.25), Value(0.30250000000000005))
    >>> net.learn(error, alpha=0.5)
    >>> net
    KnobNet(knob_weight=0.775)
    """

    def __init__(self, knob_weight: Any) -> None:
        self.knob_weight = Value(knob_weight, name="knob_weight")
        if self.knob_weight.ndim > 2:
            raise ValueError(
                "knob_weight: expected a number, a vector (one knob for each input) or a matrix "
                f"(inputs x outputs), got shape {self.knob_weight.shape}"
            )

    @property
    def parameters(self) -> dict[str, Value]:
        """The knobs, as optimizers and checkpoints take them."""
        return {"knob_weight": self.knob_weight}

    def predict(self, input: Any) -> Value:
        """input * knob_weight, added up over the inputs where there are several."""
        if self.knob_weight.ndim == 0:
            return input * self.knob_weight
        return input @ self.knob_weight

    def compare(self, pred: Any, goal_pred: Any) -> Any:
        """The error as a single number: (pred - goal_pred)^2, its sum over the outputs, its mean over the
        rows of a batch.

        Raises ValueError where goal_pred is of another shape than pred (a single number fits all).
        """
        error = squared_error(pred, goal_pred)
        if self.knob_weight.ndim == 2:
            error = np.sum(error, axis=-1)
        return np.mean(error) if np.ndim(error) else error

    def learn(self, error: Value, alpha: float) -> None:
        """knob_weight -= alpha * d error / d knob_weight.

        The derivative is the true one: of (input * knob_weight - goal_pred)^2 it is
        2 * input * (pred - goal_pred). Textbooks that drop the 2 and step by their alpha do the same as
        `learn` with alpha / 2. For one knob it converges where 0 < alpha < 1 / input^2.
        """
        if not isinstance(error, Value):
            raise TypeError(f"learn: expected the error that compare returned, a Value, got {error!r}")
        self.knob_weight.grad = 0.0
        error.backward()
        self.knob_weight.data -= alpha * self.knob_weight.grad

    def __repr__(self) -> str:
        return f"KnobNet(knob_weight={np.array2string(np.asarray(self.knob_weight.data), separator=', ')})"


# Initialisations: where the weights of a layer start, an array of shape (inputs, outputs) ----------


def init_zeros(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """All 0: right for a layer alone, while hidden units that start alike stay alike for ever."""
    return np.zeros((inputs, outputs))


def init_uniform(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Anything from -1 to 1 alike."""
    return np.random.default_rng(rng).uniform(-1.0, 1.0, (inputs, outputs))


def init_xavier(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Uniform in +-sqrt(6 / (inputs + outputs)), of variance 2 / (inputs + outputs): for tanh, sigmoid and
    no activation it keeps signals forward and gradients backward at about one size from layer to layer.

    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    limit = math.sqrt(6.0 / (inputs + outputs))
    return np.random.default_rng(rng).uniform(-limit, limit, (inputs, outputs))


def init_he(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Normal with variance 2 / inputs: for relu, which drops half of what comes in.

    K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", 2015.
    """
    return np.random.default_rng(rng).normal(0.0, math.sqrt(2.0 / inputs), (inputs, outputs))


# Layers ------------------------------------------------------------------------------------------


class Layer:
    """activation(input @ weight + bias).

    inputs, outputs  how many numbers go in and come out.
    activation       a function of a Value: np.tanh, microgd.relu, microgd.sigmoid, your own; None for none.
    initialise       a function (inputs, outputs, rng) -> the first weights; the bias starts at 0.
    rng              a seed or a generator.
    name             comes before "weight" and "bias" in the names of the parameters.

    An input of shape (inputs,) gives (outputs,), a batch (n, inputs) gives (n, outputs).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Callable[[Any], Any] | None = None,
        initialise: Callable[[int, int, Rng], Any] = init_he,
        rng: Rng = None,
        name: str = "layer",
    ) -> None:
        if activation is not None and not callable(activation):
            raise TypeError(f"activation: expected a function such as np.tanh, or None, got {activation!r}")
        inputs = whole_number("Layer: inputs", inputs, "[1, inf)")
        outputs = whole_number("Layer: outputs", outputs, "[1, inf)")
        self.weight = Value(initialise(inputs, outputs, rng), name=f"{name}.weight")
        self.bias = Value(np.zeros(outputs), name=f"{name}.bias")
        self.activation = activation
        if self.weight.shape != (inputs, outputs):
            raise ValueError(
                f"initialise: expected an array of shape {(inputs, outputs)}, got {self.weight.shape}"
            )

    @property
    def parameters(self) -> dict[str, Value]:
        """The weight and the bias, by name."""
        return {parameter.name: parameter for parameter in (self.weight, self.bias)}

    def __call__(self, input: Any) -> Value:
        """What the layer makes of an input or of a batch of them."""
        if np.shape(input)[-1:] != self.weight.shape[:1]:
            raise ValueError(
                f"{self!r}: expected {self.weight.shape[0]} numbers along the last axis of the input, "
                f"got shape {np.shape(input)}"
            )
        output = input @ self.weight + self.bias
        return output if self.activation is None else self.activation(output)

    def __repr__(self) -> str:
        return f"Layer({self.weight.shape[0]} -> {self._right_side()})"

    def _right_side(self) -> str:
        name = getattr(self.activation, "__name__", None) or getattr(self.activation, "name", "")
        return f"{self.weight.shape[1]} {name}".rstrip()


class MLP:
    """A multilayer perceptron: layers one after the other, the last one without an activation.

    sizes       how many numbers go in, how many units each layer has, the last being the outputs.
    activation  of the hidden layers. For tanh and sigmoid take initialise=init_xavier.
    rng         a seed or a generator: the same seed gives the same net.

    Calling it predicts; its parameters, by name, go to an optimizer.

    >>> net = MLP(2, 16, 16, 1, rng=0)
    >>> net
    MLP(2 -> 16 relu -> 16 relu -> 1)
    >>> net(np.zeros((100, 2))).shape
    (100, 1)
    >>> list(net.parameters)[:3]
    ['layer1.weight', 'layer1.bias', 'layer2.weight']
    """

    def __init__(
        self,
        *sizes: int,
        activation: Callable[[Any], Any] | None = relu,
        initialise: Callable[[int, int, Rng], Any] = init_he,
        rng: Rng = None,
    ) -> None:
        if len(sizes) < 2 or not all(isinstance(size, (int, np.integer)) and size > 0 for size in sizes):
            raise ValueError(f"MLP: expected at least two sizes, positive whole numbers, got {sizes}")
        rng = np.random.default_rng(rng)
        last = len(sizes) - 1
        self.layers = [
            Layer(sizes[i - 1], sizes[i], activation if i < last else None, initialise, rng, name=f"layer{i}")
            for i in range(1, len(sizes))
        ]

    @property
    def parameters(self) -> dict[str, Value]:
        """All weights and biases by name, in the order of the layers."""
        return {name: value for layer in self.layers for name, value in layer.parameters.items()}

    def zero_grad(self) -> None:
        """Set all gradients to 0; `backward` adds to them."""
        for parameter in self.parameters.values():
            parameter.grad = 0.0

    def __call__(self, input: Any) -> Value:
        """The prediction for an input of shape (sizes[0],), or for a batch of them as rows."""
        for layer in self.layers:
            input = layer(input)
        return input

    def __repr__(self) -> str:
        sizes = [str(self.layers[0].weight.shape[0]), *(layer._right_side() for layer in self.layers)]
        return f"MLP({' -> '.join(sizes)})"
