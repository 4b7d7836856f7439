"""Comparing a compiled function with the function itself, and the small functions that are compiled."""

import numpy as np
from cases import all_cases, draw

from microgd import Value
from microgd.autodiff.trees import tree_leaves, tree_map

CASES = list(all_cases())


def plain(x):
    return x.data if isinstance(x, Value) else x


def assert_same(computed, expected):
    """Entry by entry, bit by bit (a nan is a nan), with the same types, shapes and structure."""
    assert tree_map(type, computed) == tree_map(type, expected)
    for ours, theirs in zip(tree_leaves(computed), tree_leaves(expected), strict=True):
        assert np.shape(ours) == np.shape(theirs)
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(np.copysign(1, ours), np.copysign(1, theirs))


def weighted(f):
    """A single number that depends on every entry of f's results."""

    def total(*args):
        parts = [part * draw(np.shape(part), 0.5, 1.5, seed=7) for part in tree_leaves(f(*args))]
        return sum((part.sum() if np.shape(part) else part for part in parts), 0.0)

    return total


def error(knob_weight, input, goal_pred):
    pred = input * knob_weight
    delta = pred - goal_pred
    return delta**2


def layer_loss(weights, bias, x, goal_pred):
    pred = np.tanh(x @ weights + bias)
    return ((pred - goal_pred) ** 2).mean()


LAYER = draw((2, 3)), draw((3,)), draw((5, 2)), draw((5, 3))


def branching(x):
    if x > 0:
        return x
    return -x
