"""Constants without axes beside arrays of float32: like Python's numbers they promote nothing.

Otherwise the vjps compute in float64 what a compiled program, where the constant is a number, computes in
float32, and the last digits differ.
"""

import numpy as np
import pytest
from drawing import draw

import microgd
from microgd import Value, grad, sigmoid
from microgd.autodiff.data import kept

FUNCTIONS = {
    "a + c": lambda a, c: (a + c) * a,
    "a * c": lambda a, c: a * c * a,
    "c / a": lambda a, c: c / a,
    "a ** c": lambda a, c: a**c,
    "power(c, a)": lambda a, c: np.power(c, a),  # NumPy 2.0 reads the exponent of an array's **
    "maximum": np.maximum,
    "copysign": np.copysign,
    "remainder": lambda a, c: np.remainder(a, c) * a,
    "hypot": np.hypot,
    "arctan2": np.arctan2,
    "logaddexp": np.logaddexp,
    "where": lambda a, c: np.where(a > 1.0, a, c) * a,
    "sign": lambda a, c: sigmoid(a * np.sign(c)),
}


@pytest.mark.parametrize("constant", [np.array(1.7), np.array(2), np.array(1.7, np.float32), np.float64(1.7)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_constant_without_axes_promotes_nothing(name, constant):
    f, x, weights = FUNCTIONS[name], draw((50,), 0.3, 2.5).astype(np.float32), draw((50,)).astype(np.float32)
    first = grad(lambda x: np.sum(f(x, constant) * weights))
    second = grad(lambda x: np.sum(first(x) * weights))
    assert f(Value(x), constant).dtype == np.float32
    for derivative in (first, second):
        eager, compiled = derivative(x), microgd.compile(derivative)(x)
        assert eager.dtype == compiled.dtype == np.float32
        np.testing.assert_array_equal(compiled, eager)
    np.testing.assert_array_equal(first(x), grad(lambda x: np.sum(f(x, constant.item()) * weights))(x))


def test_a_constant_without_axes_is_kept_as_a_number():
    place = np.array(3.0)
    x = Value(2.0)
    out = x * place
    place[...] = 100.0
    out.backward()
    assert x.grad == 3.0
    assert type(kept(np.array(3))) is int
