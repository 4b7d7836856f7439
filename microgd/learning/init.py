"""Initialisation: the weights from which a layer starts to learn.

An initialisation is a function (inputs, outputs, rng) that returns an array of shape (inputs, outputs).
Units that start alike stay alike, so weights are random. Their size decides whether signals keep their size
from layer to layer: too small and they vanish, too large and they explode.
"""

from __future__ import annotations

import math

import numpy as np

from .arguments import Rng


def zeros(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Return zeros: right for a single layer, while hidden units that start alike stay alike.

    >>> zeros(2, 1).tolist()
    [[0.0], [0.0]]
    """
    return np.zeros((inputs, outputs))


def uniform(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Draw from the uniform distribution on [-1, 1).

    >>> uniform(2, 3, rng=0).shape
    (2, 3)
    """
    return np.random.default_rng(rng).uniform(-1.0, 1.0, (inputs, outputs))


def xavier(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Draw uniformly from +-sqrt(6 / (inputs + outputs)), with variance 2 / (inputs + outputs).

    For tanh, sigmoid and no activation it keeps signals forward and gradients backward at about one size.
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> bool(abs(xavier(3, 3, rng=0)).max() <= 1.0)
    True
    """
    limit = math.sqrt(6.0 / (inputs + outputs))
    return np.random.default_rng(rng).uniform(-limit, limit, (inputs, outputs))


def he(inputs: int, outputs: int, rng: Rng = None) -> np.ndarray:
    """Draw from the normal distribution with variance 2 / inputs: for relu, which drops half of its input.

    K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", 2015.

    >>> round(float(he(1000, 1000, rng=0).var() * 1000), 2)
    2.0
    """
    return np.random.default_rng(rng).normal(0.0, math.sqrt(2.0 / inputs), (inputs, outputs))
