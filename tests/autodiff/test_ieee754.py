"""Numbers as IEEE 754 has them: inf and nan with a warning, never an exception, as in NumPy."""

import math
import operator

import numpy as np
import pytest
from gradients import gradient_of

from microgd import Value

SPECIAL = [0.0, -0.0, 1.0, -1.5, 1e308, 5e-324, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("op", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
def test_numbers_compute_as_arrays_do(op):
    with np.errstate(all="ignore"):
        for a in SPECIAL:
            for b in SPECIAL:
                expected = op(np.array([a]), np.array([b]))[0]
                for ours in (op(Value(a), Value(b)), op(Value(a), b), op(a, Value(b))):
                    np.testing.assert_equal(ours.data, expected, err_msg=f"{op.__name__} of {a} and {b}")


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh"])
def test_functions_of_numbers_compute_as_those_of_arrays_do(name):
    with np.errstate(all="ignore"):
        for a in SPECIAL:
            np.testing.assert_allclose(
                getattr(Value(a), name)().data, getattr(np, name)(np.array([a]))[0], rtol=1e-15
            )


@pytest.mark.parametrize(
    ("compute", "expected", "words"),
    [
        (lambda: 1 / Value(0.0), math.inf, "divide by zero"),
        (lambda: Value(-1.0) / 0, -math.inf, "divide by zero"),
        (lambda: Value(0.0) / Value(0.0), math.nan, "invalid value"),
        (lambda: Value(0.0) ** -1, math.inf, "divide by zero"),
        (lambda: Value(-8.0) ** (1 / 3), math.nan, "invalid value"),
        (lambda: (-8.0) ** Value(0.5), math.nan, "invalid value"),
        (lambda: Value(10.0) ** 400, math.inf, "overflow"),
        (lambda: Value(1000.0).exp(), math.inf, "overflow"),
        (lambda: Value(0.0).log(), -math.inf, "divide by zero"),
        (lambda: Value(-1.0).log(), math.nan, "invalid value"),
        (lambda: Value(-1.0).sqrt(), math.nan, "invalid value"),
        (lambda: Value(math.inf).sin(), math.nan, "invalid value"),
        (lambda: Value([1.0, 1.0]) / Value([0.0, 1.0]), [math.inf, 1.0], "divide by zero"),
        (lambda: Value(5.0) % 0.0, math.nan, "invalid value"),
    ],
)
def test_an_impossible_result_is_inf_or_nan_with_a_warning(compute, expected, words):
    with pytest.warns(RuntimeWarning, match=words):
        np.testing.assert_equal(compute().data, expected)


def test_a_negative_integer_to_a_broken_power_is_nan():
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert math.isnan(((-2) ** Value(0.5)).data)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: 1 / x, 0.0, -math.inf),
        (lambda x: x.log(), 0.0, math.inf),
        (lambda x: x.sqrt(), 0.0, math.inf),
    ],
)
def test_an_infinite_slope_is_infinite(f, x, slope):
    x = Value(x)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert gradient_of(f(x), x) == [slope]


@pytest.mark.parametrize(
    ("f", "far_left", "far_right"),
    [
        (Value.sigmoid, (0.0, 0.0), (1.0, 0.0)),  # the result, its slope
        (Value.tanh, (-1.0, 0.0), (1.0, 0.0)),
        (Value.softplus, (0.0, 0.0), (1e308, 1.0)),
        (Value.relu, (0.0, 0.0), (1e308, 1.0)),
    ],
)
def test_squashing_functions_do_not_overflow(f, far_left, far_right):
    for number, expected in ((-1e308, far_left), (1e308, far_right)):
        for x in (Value(number), Value([number])):
            y = f(x)
            assert (y.item(), *gradient_of(y.sum(), x)) == expected


def test_gradients_beside_lists_and_tuples():
    for plain in ([2, 3], (2, 3)):
        for x in (Value(2.0), Value([2.0, 2.0])):
            assert np.sum(gradient_of((x * plain).sum(), x)[0]) == 5.0
            assert np.sum(gradient_of((x**plain).sum(), x)[0]) == 2 * 2 + 3 * 4
            assert np.sum(gradient_of((plain / x).sum(), x)[0]) == -5 / 4
            assert np.sum(gradient_of(np.maximum(plain, x).sum(), x)[0]) == 0.5
        x = Value([2.0, 2.0])
        assert gradient_of(x @ plain, x)[0].tolist() == [2.0, 3.0]
        assert gradient_of(plain @ x, x)[0].tolist() == [2.0, 3.0]


# Powers


def test_power_by_its_exponent_and_by_its_base():
    x, y = Value(3.0), Value(2.5)
    assert gradient_of(x**y, x, y) == pytest.approx([2.5 * 3**1.5, 3**2.5 * math.log(3)])
    assert gradient_of(2**x, x) == pytest.approx([8 * math.log(2)])
    assert gradient_of(x**2, x) == [6.0]
    assert gradient_of(x**x, x) == pytest.approx([27 * (math.log(3) + 1)])
    assert gradient_of(x**-1, x) == pytest.approx([-1 / 9])


def test_power_where_the_formulas_meet_their_poles():
    x, y = Value(0.0), Value(2.0)
    assert gradient_of(x**0, x) == [0.0]
    assert gradient_of(x**1, x) == [1.0]
    assert gradient_of(x**2, x) == [0.0]
    assert gradient_of(x**y, x, y) == [0.0, 0.0]
    assert gradient_of(0**y, y) == [0.0]
    negative = Value(-3.0)
    assert gradient_of(negative**2, negative) == [-6.0]
    assert gradient_of(negative**3.0, negative) == [27.0]
