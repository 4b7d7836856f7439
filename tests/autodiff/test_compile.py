"""A compiled function against the function itself: the same results, to the last bit."""

import numpy as np
import pytest
from cases import all_cases, draw

import microgd
from microgd import Value, grad, value_and_grad
from microgd.autodiff.functional import tree_leaves, tree_map

CASES = list(all_cases())


def plain(x):
    return x.data if isinstance(x, Value) else x


def assert_same(computed, expected):
    """Entry by entry, bit by bit (a nan is a nan), with the same types and shapes."""
    for ours, theirs in zip(tree_leaves(computed), tree_leaves(expected), strict=True):
        assert type(ours) is type(theirs)
        if isinstance(theirs, np.ndarray):
            assert ours.shape == theirs.shape
            assert ours.dtype == theirs.dtype
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(np.signbit(ours) | np.isnan(ours), np.signbit(theirs) | np.isnan(theirs))


def weighted(f):
    """A single number that depends on every entry of f's results."""

    def total(*args):
        parts = [part * draw(np.shape(part), 0.5, 1.5, seed=7) for part in tree_leaves(f(*args))]
        return sum((part.sum() if np.shape(part) else part for part in parts), 0.0)

    return total


@pytest.mark.parametrize("case", range(len(CASES)))
def test_every_operation(case):
    f, *args = CASES[case]
    expected = tree_map(plain, f(*tree_map(Value, args)))
    compiled = microgd.compile(lambda *args: f(*args))
    assert_same(compiled(*args), expected)
    assert_same(compiled(*args), expected)


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.filterwarnings("ignore:the gradient is 0")
def test_every_derivative(case):
    f, *args = CASES[case]
    both = value_and_grad(weighted(f), tuple(range(len(args))))
    assert_same(microgd.compile(both)(*args), both(*args))
