"""Layers and nets: a layer computes `activation(input @ weight + bias)`, an MLP is a chain of layers.

The weight of a layer has a row for each input and a column for each output. (Textbooks that write
`weight @ input` have a row for each output: their matrix is the transpose of ours.) A batch is a matrix with
one example a row, so the same line serves for one example and for many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autodiff import Value, relu
from . import init
from .arguments import Rng, float_dtype, function, generator, whole_number
from .parameters import NamedParameters, in_dtype_of

Activation = Callable[[Any], Any]
Initialisation = Callable[[int, int, Rng], Any]


class Layer:
    """activation(input @ weight + bias).

    inputs, outputs  the sizes of the layer.
    activation       a function of a Value: np.tanh, microgd.relu, microgd.sigmoid, your own; None for none.
    initialise       a function (inputs, outputs, rng) -> first weights, as in init.py; the bias starts at 0.
    rng              a seed or a generator of random numbers.
    name             the prefix of "weight" and "bias" in the names of the parameters.
    dtype            float64, or float32: then inputs become float32 too, and with goals of float32 all of
                     the training stays it.

    An input of shape (inputs,) gives (outputs,), a batch (n, inputs) gives (n, outputs).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Activation | None = None,
        initialise: Initialisation = init.he,
        rng: Rng = None,
        name: str = "layer",
        dtype: Any = np.float64,
    ) -> None:
        _check_functions(activation, initialise)
        inputs = whole_number("Layer: inputs", inputs, "[1, inf)")
        outputs = whole_number("Layer: outputs", outputs, "[1, inf)")
        dtype = float_dtype("Layer: dtype", dtype)
        self.weight = Value(np.asarray(initialise(inputs, outputs, rng), dtype), name=f"{name}.weight")
        self.bias = Value(np.zeros(outputs, dtype), name=f"{name}.bias")
        self.activation = activation
        if self.weight.shape != (inputs, outputs):
            raise ValueError(
                f"initialise: expected an array of shape {(inputs, outputs)}, got {self.weight.shape}"
            )

    @property
    def parameters(self) -> dict[str, Value]:
        """The weight and the bias, by name."""
        return NamedParameters({parameter.name: parameter for parameter in (self.weight, self.bias)})

    def __call__(self, input: Any) -> Value:
        """Compute the output of the layer for an input, or for a batch of inputs as rows."""
        if np.shape(input)[-1:] != self.weight.shape[:1]:
            raise ValueError(
                f"{self!r}: expected {self.weight.shape[0]} numbers along the last axis of the input, "
                f"got shape {np.shape(input)}"
            )
        output = in_dtype_of(self.weight, input) @ self.weight + self.bias
        return output if self.activation is None else self.activation(output)

    def __repr__(self) -> str:
        return f"Layer({self.weight.shape[0]} -> {self._right_side()})"

    def _right_side(self) -> str:
        name = getattr(self.activation, "__name__", None) or getattr(self.activation, "name", "")
        return f"{self.weight.shape[1]} {name}".rstrip()


class MLP:
    """A multilayer perceptron: layers one after the other, the last one without an activation.

    sizes       the number of inputs, then the number of units of each layer; the last are the outputs.
    activation  of the hidden layers. For tanh and sigmoid take initialise=init.xavier.
    rng         a seed or a generator of random numbers: the same seed gives the same net.
    dtype       float64, or float32 for the whole of the training, if the goals are float32, too.

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
        activation: Activation | None = relu,
        initialise: Initialisation = init.he,
        rng: Rng = None,
        dtype: Any = np.float64,
    ) -> None:
        if len(sizes) < 2 or not all(isinstance(size, (int, np.integer)) and size > 0 for size in sizes):
            raise ValueError(f"MLP: expected at least two sizes, positive whole numbers, got {sizes}")
        _check_functions(activation, initialise)
        rng = generator("MLP: rng", rng)
        last = len(sizes) - 1
        self.layers = [
            Layer(
                sizes[i - 1], sizes[i], activation if i < last else None, initialise, rng, f"layer{i}", dtype
            )
            for i in range(1, len(sizes))
        ]

    @property
    def parameters(self) -> dict[str, Value]:
        """All weights and biases by name, in the order of the layers."""
        return NamedParameters({k: value for layer in self.layers for k, value in layer.parameters.items()})

    def zero_grad(self) -> None:
        """Set all gradients to 0; `backward` adds to them."""
        for parameter in self.parameters.values():
            parameter.grad = 0.0

    def __call__(self, input: Any) -> Value:
        """Predict for an input of shape (sizes[0],), or for a batch of inputs as rows."""
        for layer in self.layers:
            input = layer(input)
        return input

    def __repr__(self) -> str:
        sizes = [str(self.layers[0].weight.shape[0]), *(layer._right_side() for layer in self.layers)]
        return f"MLP({' -> '.join(sizes)})"


def _check_functions(activation: Any, initialise: Any) -> None:
    if activation is not None:
        function("activation", activation, "a function such as np.tanh, or None")
    function("initialise", initialise, "a function (inputs, outputs, rng) -> weights, such as init.he")
