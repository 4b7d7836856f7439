"""Random graphs, computed twice: by the function itself and by its program. Bit by bit the same.

A recipe is a list of steps; each applies an operation to two of the results so far, or to one of them and an
array of integers, which is an argument. The graph has shared subexpressions, dead ends, broadcasting, views,
constants and exact ones: whatever a simplification or a buffer could get wrong.
"""

import numpy as np
import pytest
from comparing import assert_same, plain
from hypothesis import given, settings
from hypothesis import strategies as st

import microgd
from microgd import Value, hvp, sigmoid, value_and_grad
from microgd.autodiff.compiler import allocate
from microgd.autodiff.trees import tree_map

OPERATIONS = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1.0),
    lambda a, b: -a, lambda a, b: a * 1.0, lambda a, b: 1.0 * a / 1, lambda a, b: a**1, lambda a, b: a**2,
    lambda a, b: np.tanh(a), lambda a, b: np.exp(-a * a), lambda a, b: sigmoid(a), lambda a, b: np.sin(a) * b,
    lambda a, b: np.maximum(a, b), lambda a, b: np.where(a > b, a, b * 2.0), lambda a, b: abs(a) + (a > 0),
    lambda a, b: np.mean(a) + b, lambda a, b: np.sum(a, axis=-1, keepdims=True) * b if np.ndim(a) else a,
    lambda a, b: np.sum(a, axis=0) if np.ndim(a) else a, lambda a, b: a[..., :1] + b if np.ndim(a) else a,
    lambda a, b: a.T if np.ndim(a) == 2 else a, lambda a, b: np.reshape(a, (1,)) if np.size(a) == 1 else a,
    lambda a, b: np.ones(np.shape(a)) * a, lambda a, b: np.broadcast_to(a, (3, *np.shape(a)))[0],
    lambda a, b: a @ b.T if np.ndim(a) == np.ndim(b) == 2 and np.shape(a)[1] == np.shape(b)[1] else a,
    lambda a, b: a[::-1] if np.ndim(a) else a, lambda a, b: np.full(2, 3.0)[1] * a + np.zeros(1)[0],
    lambda a, b: np.concatenate([a, a])[: len(a)] if np.ndim(a) else a, lambda a, b: np.logaddexp(a, b),
]  # fmt: skip

PICKED = [
    lambda a, i: a[i], lambda a, i: a[..., i], lambda a, i: a[i[0]], lambda a, i: np.take(a, i, axis=-1),
    lambda a, i: a[i, 0], lambda a, i: a[:1, i[:1]], lambda a, i: a[(i + 1) % 2] * i[1], lambda a, i: a[i, i],
    lambda a, i: a * (i[0] == i), lambda a, i: np.where(i > 0, 2.0, 0.5) * np.sum(a),
]  # fmt: skip
"""Operations on a result and the integers that are the last argument."""

STEP = st.tuples(st.sampled_from(OPERATIONS + PICKED), st.integers(0, 30), st.integers(0, 30))
RECIPE = st.lists(STEP, min_size=1, max_size=12)
ARGUMENTS = [(0.7, -1.2, 0.3), (np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([1.5, -0.5]), 0.3)]
INTEGERS = np.array([1, -2, 0, 1])


def cooked(recipe):
    """The function that a recipe describes."""

    def f(*args):
        *results, integers = args
        for operation, i, j in recipe:
            a, b = results[i % len(results)], results[j % len(results)]
            b = integers if operation in PICKED else b
            try:
                results.append(operation(a, b))
            except (ValueError, IndexError, TypeError):  # shapes that do not fit
                results.append(a)
        return results[-1], results[-2]

    return f


def loss(f):
    def total(*args):
        return sum(np.sum(part * part) if np.ndim(part) else part * part for part in f(*args))

    return total


@pytest.mark.parametrize("args", ARGUMENTS)
@pytest.mark.parametrize("large", [1, allocate.LARGE])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(RECIPE)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_random_graphs(large, args, recipe):
    """With memory planned for every array, and as it is."""
    f = cooked(recipe)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allocate, "LARGE", large)
        compiled, gradient = microgd.compile(f), microgd.compile(value_and_grad(loss(f), (0, 1, 2)))
        for scale, integers in ((1.0, INTEGERS), (0.5, INTEGERS[::-1])):
            scaled = [x * scale for x in args]
            assert_same(compiled(*scaled, integers), tree_map(plain, f(*map(Value, scaled), integers)))
            assert_same(gradient(*scaled, integers), value_and_grad(loss(f), (0, 1, 2))(*scaled, integers))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(RECIPE)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_random_graphs_twice_differentiated(recipe):
    x, y, z = ARGUMENTS[1]
    product = hvp(loss(cooked(recipe)))
    args = x, y, z, INTEGERS, x[::-1]
    assert_same(microgd.compile(product)(*args), product(*args))
