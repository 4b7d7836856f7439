"""Where Python raises an error the program is interpreted, which must not hide a wrong program."""

import math

import numpy as np
import pytest

import microgd
from microgd import value_and_grad
from microgd.autodiff.compiler import selection


@pytest.fixture
def wrong_concatenation(monkeypatch):
    """Write concatenate without the tuple around its arrays, as it once was for a single array."""
    op = microgd.autodiff.primitives.shape.concatenate
    wrong = selection.Row(array=lambda x, text: f"np.concatenate({text(x.args[1])}, axis={x.args[0]})")
    monkeypatch.setitem(selection.TABLE, op, wrong)
    selection.row_of.cache_clear()
    yield
    selection.row_of.cache_clear()


def test_a_wrong_text_is_an_error(wrong_concatenation):
    with pytest.raises(ValueError, match="zero-dimensional arrays cannot be concatenated"):
        microgd.compile(lambda x: np.concatenate([x]))(np.ones(3))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1), (0, 2)])
@pytest.mark.parametrize("join", [np.concatenate, np.stack, np.vstack, np.hstack])
def test_a_single_array_is_joined_as_it_is(join, shape):
    x = np.arange(math.prod(shape), dtype=float).reshape(shape)
    error, gradient = microgd.compile(value_and_grad(lambda x: np.sum(join([x]) ** 2)))(x)
    assert error == np.sum(x**2)
    np.testing.assert_array_equal(gradient, 2.0 * x)
    np.testing.assert_array_equal(microgd.compile(lambda x: join([x]))(x), join([x]))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("f", "x"), [
    (np.log, 0.0), (np.log, -1.0), (np.sqrt, -1.0), (np.sin, math.inf), (np.exp, 1000.0),
    (lambda x: 1.0 / x, 0.0), (lambda x: x**0.5, -1.0), (np.log1p, -2.0), (lambda x: x**-1.0, 0.0),
])  # fmt: skip
def test_errors_of_python_are_results_of_ieee_754(f, x):
    np.testing.assert_array_equal(microgd.compile(f)(x), f(np.float64(x)))


def test_an_error_is_explained_by_its_primitive():
    step = microgd.compile(np.linalg.inv)
    step(np.eye(2))
    with pytest.raises(ValueError) as compiled:
        step(np.ones((2, 2)))
    with pytest.raises(ValueError) as eager:
        np.linalg.inv(microgd.Value(np.ones((2, 2))))
    assert str(compiled.value) == str(eager.value)
