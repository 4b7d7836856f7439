"""The weights from which the page of `play_net` begins: those of a net, or those of a seed."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ...learning import MLP, init
from .net_programs import ACTIVATIONS, size

SEEDS = 10
OWN = "own"
"""The key of an activation or a formula that came with the net."""


def default_net(inputs: int) -> MLP:
    """Make the net of a page for which none was given; it is that of seed 0."""
    return MLP(inputs, 8, 8, 1, activation=np.tanh, initialise=init.xavier, rng=0)


def activation_of(net: MLP) -> Any:
    """Return the activation of the hidden layers; tanh for a net without."""
    return net.layers[0].activation if len(net.layers) > 1 else np.tanh


def name_of(activation: Any) -> str:
    """Return what the page calls an activation."""
    return getattr(activation, "__name__", None) or getattr(activation, "name", "") or "your own"


def start_from(net: MLP) -> dict[str, Any]:
    """Describe the net from which the page begins: its sizes, its activation, its numbers in a row."""
    offered = [*ACTIVATIONS.items(), ("none", None)]
    return {
        "inputs": net.layers[0].weight.shape[0],
        "units": [layer.weight.shape[1] for layer in net.layers[:-1]],
        "activation": next((key for key, f in offered if f is activation_of(net)), OWN),
        "numbers": [x for value in net.parameters.values() for x in np.ravel(value.data).tolist()],
    }


def draws() -> dict[str, list[str]]:
    """Draw the numbers from which `init.he` and `init.xavier` make the weights of a net, for each seed.

    They are those of NumPy's generator, in its order, so that seed 3 on the page gives the weights of
    MLP(..., rng=3). Each is an array of float64 in base64.
    """
    rng = np.random.default_rng
    return {
        "he": [_base64(rng(seed).standard_normal(size())) for seed in range(SEEDS)],
        "xavier": [_base64(rng(seed).random(size())) for seed in range(SEEDS)],
    }


def _base64(x: np.ndarray) -> str:
    return base64.b64encode(x.astype("<f8").tobytes()).decode()
