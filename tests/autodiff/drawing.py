"""Numbers to try operations on."""

import numpy as np


def draw(shape, low=-2.0, high=2.0, seed=0):
    """Numbers in an interval, the same at each run; a Python float for shape ()."""
    numbers = np.random.default_rng([seed, *shape]).uniform(low, high, shape)
    return numbers if shape else float(numbers)
