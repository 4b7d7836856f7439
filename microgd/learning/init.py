"""Initialisation: the weights from which a layer starts to learn.

An initialisation is a function (inputs, outputs, rng) that returns an array of shape (inputs, outputs).
Units that start alike stay alike, so weights are random. Their size decides whether signals keep their size
from layer to layer: too small and they vanish, too large and they explode. They are float64 or, with
dtype=np.float32, the same numbers rounded.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arguments import Rng, float_dtype, generator, whole_number


def zeros(inputs: int, outputs: int, rng: Rng = None, dtype: Any = np.float64) -> np.ndarray:
    """Return zeros: right for a single layer, while hidden units that start alike stay alike.

    >>> zeros(2, 1).tolist()
    [[0.0], [0.0]]
    """
    return np.zeros(_sizes("zeros", inputs, outputs), float_dtype("zeros: dtype", dtype))


def uniform(inputs: int, outputs: int, rng: Rng = None, dtype: Any = np.float64) -> np.ndarray:
    """Draw from the uniform distribution on [-1, 1).

    >>> uniform(2, 3, rng=0).shape
    (2, 3)
    """
    sizes, dtype = _sizes("uniform", inputs, outputs), float_dtype("uniform: dtype", dtype)
    return generator("uniform: rng", rng).uniform(-1.0, 1.0, sizes).astype(dtype, copy=False)


def xavier(inputs: int, outputs: int, rng: Rng = None, dtype: Any = np.float64) -> np.ndarray:
    """Draw uniformly from +-sqrt(6 / (inputs + outputs)), with variance 2 / (inputs + outputs).

    For tanh, sigmoid and no activation it keeps signals forward and gradients backward at about one size.
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> bool(abs(xavier(3, 3, rng=0)).max() <= 1.0)
    True
    """
    sizes, dtype = _sizes("xavier", inputs, outputs), float_dtype("xavier: dtype", dtype)
    limit = math.sqrt(6.0 / sum(sizes))
    return generator("xavier: rng", rng).uniform(-limit, limit, sizes).astype(dtype, copy=False)


def he(inputs: int, outputs: int, rng: Rng = None, dtype: Any = np.float64) -> np.ndarray:
    """Draw from the normal distribution with variance 2 / inputs: for relu, which drops half of its input.

    K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", 2015.

    >>> round(float(he(1000, 1000, rng=0).var() * 1000), 2)
    2.0
    """
    sizes, dtype = _sizes("he", inputs, outputs), float_dtype("he: dtype", dtype)
    width = math.sqrt(2.0 / sizes[0])
    return generator("he: rng", rng).normal(0.0, width, sizes).astype(dtype, copy=False)


def _sizes(name: str, inputs: int, outputs: int) -> tuple[int, int]:
    """Check the sizes of a layer."""
    return (
        whole_number(f"{name}: inputs", inputs, "[1, inf)"),
        whole_number(f"{name}: outputs", outputs, "[1, inf)"),
    )
