"""The programs of `play_net`: what the page computes, written in JavaScript by the compiler.

For each activation and number of hidden layers there are two: `learn` gives a batch's error and its
gradients, `look` the probabilities, the errors and the outputs of each layer, which are shown. For each
optimizer there is its formula. Everything else is an argument, so that it needs no program of its own:

- a layer always has MOST_UNITS units. The outputs of those that are not used are multiplied by 0, so their
  gradients are 0 and they stay what they are: the others learn as if they were alone.
- a batch is all rows, each with its share of the error: 1 / size in the batch and 0 elsewhere.
- with one input the second one is 0.
- all weights are one long array for the formula of an optimizer, which is the same for every entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...autodiff import compile, relu, sigmoid, value_and_grad
from ...learning import MLP, init, losses
from .training import Kind, as_expression, update_step

INPUTS, MOST_UNITS, MOST_HIDDEN = 2, 16, 2
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
    "none": lambda x: x,
}


def layers(hidden: int) -> list[dict[str, Any]]:
    """Describe the parameters of a net for the page: name, shape, and where it begins in the long array."""
    found, at = [], 0
    for name, parameter in _mlp(hidden).parameters.items():
        found.append({"name": name, "shape": list(parameter.shape), "at": at})
        at += parameter.data.size
    return found


def size() -> int:
    """Return the number of weights and biases of the largest net."""
    return sum(parameter.data.size for parameter in _mlp(MOST_HIDDEN).parameters.values())


def net_programs(rows: int, activations: Mapping[str, Callable[[Any], Any]]) -> str:
    """Write `nets`, an object of the programs of each net: nets.tanh[2].learn, nets.tanh[2].look."""
    linear = _programs(rows, 0, ACTIVATIONS["none"])
    entries = [
        f"{key}: [linear, {', '.join(_programs(rows, n, f) for n in range(1, MOST_HIDDEN + 1))}],"
        for key, f in activations.items()
    ]
    return "\n".join([f"const linear = {linear};", "const nets = {", *entries, "};"])


def _programs(rows: int, hidden: int, activation: Callable[[Any], Any]) -> str:
    weights = {name: value.data for name, value in _mlp(hidden).parameters.items()}
    input, column = np.zeros((rows, INPUTS)), np.zeros((rows, 1))
    units = [np.ones(MOST_UNITS)] * hidden

    def batch_error(weights: Any, input: Any, goal: Any, share: Any, units: Any) -> Any:
        logits = _with_weights(weights, activation, units)(input)
        return np.sum(share * losses.binary_cross_entropy(logits, goal))

    def learn(weights: Any, input: Any, goal: Any, share: Any, units: Any) -> Any:
        return value_and_grad(batch_error)(weights, input, goal, share, units)

    def look(weights: Any, input: Any, goal: Any, training: Any, held_out: Any, units: Any) -> Any:
        outputs = [input]
        for layer in _with_weights(weights, activation, units).layers:
            outputs.append(layer(outputs[-1]))
        losses_of_rows = losses.binary_cross_entropy(outputs[-1], goal)
        errors = np.sum(training * losses_of_rows), np.sum(held_out * losses_of_rows)
        return sigmoid(outputs[-1]), errors, outputs[1:]

    learns, looks = compile(learn), compile(look)
    learns(weights, input, column, column, units)
    looks(weights, input, column, column, column, units)
    return f"{{learn: {as_expression(learns.javascript)}, look: {as_expression(looks.javascript)}}}"


def _mlp(hidden: int) -> MLP:
    return MLP(INPUTS, *[MOST_UNITS] * hidden, 1, initialise=init.zeros)


def _with_weights(weights: Mapping[str, Any], activation: Callable[[Any], Any], units: Sequence[Any]) -> MLP:
    """Return a net with these weights, which may be Values of a trace, and with these units in use."""
    net = _mlp(len(units))
    for layer in net.layers:
        layer.weight, layer.bias = weights[layer.weight.name], weights[layer.bias.name]
    for layer, used in zip(net.layers, units):
        layer.activation = lambda x, used=used: activation(x) * used
    return net


def update_programs(kinds: Mapping[str, Kind]) -> tuple[str, dict[str, Any]]:
    """Write `updates`, an object of the formulas, and describe the memory and the settings of each."""
    entries, about = [], {}
    for key, kind in kinds.items():
        script, description = update_step("step", kind, np.zeros(size()))
        entries.append(f"{key}: {script.removeprefix('const step = ').removesuffix(';')},")
        about[key] = {"memory": description["memory"], "settings": description["settings"]}
        for memory in about[key]["memory"]:  # zeros, as long as the weights
            memory["start"] = memory["start"][0]
    return "\n".join(["const updates = {", *entries, "};"]), about
