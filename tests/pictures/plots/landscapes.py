"""Errors whose minima and gradients are known in closed form, for the tests of plots."""

import numpy as np


def one_knob(knob_weight):
    """Minimum 0 at 1.6, slope 0.5 knob - 0.8."""
    return (0.5 * knob_weight - 0.8) ** 2


def bowl(w):
    """Minimum 0 at (1, -0.5), gradient (2 (w0 - 1), 8 (w1 + 0.5))."""
    return (w[0] - 1) ** 2 + 4 * (w[1] + 0.5) ** 2


def descent(gradient, start, rate, steps):
    path = [np.asarray(start, float)]
    for _ in range(steps):
        path.append(path[-1] - rate * gradient(path[-1]))
    return np.array(path)
