"""Every function over the whole range of floats, against mpmath with hundreds of digits.

The value and the first two derivatives keep at least half of their digits, in float64 and float32, from
denormal numbers up to the largest; where they cannot, LOSSES says why. Results that are themselves denormal
may have lost digits, and may be 0.
"""

import math

import numpy as np
import pytest

import microgd
from microgd import Value, grad, logsumexp, losses, relu, sigmoid, softmax
from microgd.autodiff import softplus
from microgd.autodiff.primitives import reduction

mp = pytest.importorskip("mpmath").mp

# name: (the function, the same in mpmath)
FUNCTIONS = {
    "exp": (np.exp, mp.exp),
    "exp2": (np.exp2, lambda x: mp.mpf(2) ** x),
    "expm1": (np.expm1, mp.expm1),
    "log": (np.log, mp.log),
    "log2": (np.log2, lambda x: mp.log(x) / mp.log(2)),
    "log10": (np.log10, lambda x: mp.log(x) / mp.log(10)),
    "log1p": (np.log1p, mp.log1p),
    "sqrt": (np.sqrt, mp.sqrt),
    "cbrt": (np.cbrt, lambda x: mp.sign(x) * mp.cbrt(abs(x))),
    "square": (np.square, lambda x: x * x),
    "reciprocal": (np.reciprocal, lambda x: 1 / x),
    "sin": (np.sin, mp.sin),
    "cos": (np.cos, mp.cos),
    "tan": (np.tan, mp.tan),
    "arcsin": (np.arcsin, mp.asin),
    "arccos": (np.arccos, mp.acos),
    "arctan": (np.arctan, mp.atan),
    "sinh": (np.sinh, mp.sinh),
    "cosh": (np.cosh, mp.cosh),
    "tanh": (np.tanh, mp.tanh),
    "arcsinh": (np.arcsinh, mp.asinh),
    "arccosh": (np.arccosh, mp.acosh),
    "arctanh": (np.arctanh, mp.atanh),
    "degrees": (np.degrees, mp.degrees),
    "radians": (np.radians, mp.radians),
    "sigmoid": (sigmoid, lambda x: 1 / (1 + mp.exp(-x))),
    "softplus": (softplus, lambda x: mp.log(1 + mp.exp(x))),
    "relu": (relu, lambda x: max(x, mp.mpf(0))),
    "abs": (abs, abs),
    "x + 3": (lambda x: x + 3.0, lambda x: x + 3),
    "3 - x": (lambda x: 3.0 - x, lambda x: 3 - x),
    "x / 3": (lambda x: x / 3.0, lambda x: x / 3),
    "3 / x": (lambda x: 3.0 / x, lambda x: 3 / x),
    "x * x": (lambda x: x * x, lambda x: x * x),
    "x ** 0": (lambda x: x**0, lambda x: mp.mpf(1)),
    "x ** 1": (lambda x: x**1, lambda x: x),
    "x ** 2": (lambda x: x**2, lambda x: x**2),
    "x ** 3": (lambda x: x**3, lambda x: x**3),
    "x ** 0.5": (lambda x: x**0.5, lambda x: mp.sqrt(x)),
    "x ** -1.5": (lambda x: x**-1.5, lambda x: x ** mp.mpf(-1.5)),
    "2 ** x": (lambda x: 2.0**x, lambda x: mp.mpf(2) ** x),
    "x ** x": (lambda x: x**x, lambda x: x**x),
    "hypot": (lambda x: np.hypot(x, 3.0), lambda x: mp.sqrt(x * x + 9)),
    "arctan2 of x": (lambda x: np.arctan2(x, 3.0), lambda x: mp.atan(x / 3)),
    "arctan2 to x": (lambda x: np.arctan2(3.0, x), lambda x: mp.atan2(3, x)),
    "logaddexp": (lambda x: np.logaddexp(x, 1.0), lambda x: mp.log(mp.exp(x) + mp.e)),
    "logaddexp2": (lambda x: np.logaddexp2(x, 1.0), lambda x: mp.log(2**x + 2) / mp.log(2)),
    "float_power": (lambda x: np.float_power(x, 3.0), lambda x: x**3),
    "remainder": (lambda x: x % 2.6875, lambda x: x - 2.6875 * mp.floor(x / 2.6875)),
    "length": (
        lambda x: reduction.length(np.stack([x, 3.0 * np.ones_like(x)]), (0,), False),
        lambda x: mp.sqrt(x * x + 9),
    ),
    "logsumexp": (
        lambda x: logsumexp(np.stack([x, np.ones_like(x)]), axis=0),
        lambda x: mp.log(mp.exp(x) + mp.e),
    ),
    "std": (
        lambda x: reduction.std(np.stack([x, 3.0 * np.ones_like(x), 5.0 * np.ones_like(x)]), 0),
        lambda x: mp.sqrt(2 * (x * x - 8 * x + 19)) / 3,
    ),
    "prod": (lambda x: np.prod(np.stack([x, x, x]), axis=0), lambda x: x**3),
    "squared_error": (lambda x: losses.squared_error(x, 0.25), lambda x: (x - 0.25) ** 2),
    "absolute_error": (lambda x: losses.absolute_error(x, 0.25), lambda x: abs(x - 0.25)),
    "huber": (
        lambda x: losses.huber(x, 0.25),
        lambda x: min(abs(x - 0.25), mp.mpf(1)) * (abs(x - 0.25) - min(abs(x - 0.25), mp.mpf(1)) / 2),
    ),
    "hinge": (lambda x: losses.hinge(1.25 * x, 1.0), lambda x: max(mp.mpf(0), 1 - 1.25 * x)),
    "softmax_cross_entropy": (
        lambda x: losses.softmax_cross_entropy(np.stack([x, np.ones_like(x)], -1), np.zeros(1, int)),
        lambda x: mp.log(1 + mp.exp(1 - x)),
    ),
    "binary_cross_entropy of a soft goal": (
        lambda x: losses.binary_cross_entropy(x, 0.25),
        lambda x: mp.log(1 + mp.exp(x)) - x / 4,
    ),
    "binary_cross_entropy": (lambda x: losses.binary_cross_entropy(x, 1.0), lambda x: mp.log(1 + mp.exp(-x))),
}

# (name, order of the derivative): why digits are lost, and where
LOSSES = {
    ("hypot", 2): ("9 / r^3 is a difference of 1 / r and x^2 / r^3, nearly equal", lambda x: abs(x) > 100),
    ("length", 2): ("9 / r^3 is a difference of 1 / r and x^2 / r^3, nearly equal", lambda x: abs(x) > 10),
    ("logsumexp", 2): ("p - p^2 is a difference of nearly equal probabilities", lambda x: x >= 10),
    ("softmax_cross_entropy", 0): ("log p is a difference of nearly equal logits", lambda x: x >= 10),
    ("softmax_cross_entropy", 1): ("p - 1 is a difference of nearly equal numbers", lambda x: x >= 10),
    ("softmax_cross_entropy", 2): ("p - p^2 is a difference of nearly equal numbers", lambda x: x >= 10),
    ("std", 2): ("1 / s - d^2 / s^3 is a difference of nearly equal numbers", lambda x: abs(x) > 10),
    ("x ** x", 1): ("x^(x - 1) overflows before it is multiplied by x", lambda x: 0 < x < 1e-37),
    ("x ** x", 2): ("x^(x - 2) overflows before it is multiplied by x", lambda x: 0 < x < 1e-15),
}  # fmt: skip

AROUND_1 = [
    1e-30,
    1e-20,
    1e-10,
    1e-5,
    0.01,
    0.3,
    1 - 1e-6,
    1.0,
    1 + 1e-6,
    1.5,
    3.0,
    10.0,
    20.0,
    40.0,
    80.0,
    88.0,
]
FAR = [1e3, 1e5, 1e10, 1e15, 1e19, 1e25]
RANGES = {
    np.float64: [1e-310, 1e-300, 1e-200, 1e-160, *AROUND_1, 200.0, 355.0, 400.0, 700.0, 720.0, *FAR,
                 1e50, 1e100, 1e150, 1e160, 1e200, 1e300],
    np.float32: [1e-40, 1e-38, *AROUND_1, *FAR, 1e37],
}  # fmt: skip


def derivatives(f, x):
    """f(x), f'(x) and f''(x), by differences so narrow that with these digits they are exact for us."""
    x = mp.mpf(float(x))
    far = abs(math.log10(abs(x))) if x else 0
    mp.dps = int(200 + 4 * far + 2 * min(abs(x), 1000))  # e^-x beside 1
    h = (min(abs(x), mp.mpf(1)) or mp.mpf(1)) * mp.mpf(10) ** -(40 + int(far) if abs(x) > 1 else 40)
    below, here, above = f(x - h), f(x), f(x + h)
    return here, (above - below) / (2 * h), (above - 2 * here + below) / (h * h)


def defined(f, x):
    try:
        found = derivatives(f, x)
    except (ValueError, ZeroDivisionError, ArithmeticError):
        return None
    return found if all(isinstance(d, mp.mpf) and mp.isfinite(d) for d in found) else None


def orders(f):
    def summed(function):
        return lambda x: np.sum(function(x))

    first = grad(summed(f))
    return [f, first, grad(summed(first))]


def lost(got, truth, dtype):
    """Whether more than half of the digits are lost."""
    limits = np.finfo(dtype)
    if abs(truth) > float(limits.max):
        return math.isnan(got)
    if abs(truth) < float(limits.tiny) or (truth and abs(truth) < mp.mpf(10) ** -60 and got == 0.0):
        return not abs(got) <= 2 * float(limits.tiny)
    return not abs(mp.mpf(got) - truth) <= mp.sqrt(float(limits.eps)) * abs(truth)


@pytest.mark.parametrize("dtype", RANGES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # out of the domain, and overflows that are true
def test_value_and_derivatives_keep_half_of_their_digits(name, dtype):
    ours, theirs = FUNCTIONS[name]
    checked = 0
    for x in sorted({sign * x for x in RANGES[dtype] for sign in (-1, 1)}):
        truths = defined(theirs, dtype(x))
        for order, f in enumerate(orders(ours) if truths else []):
            _, is_known = LOSSES.get((name, order), ("", lambda x: False))
            got = float(f(np.array([x], dtype))[0])
            if lost(got, truths[order], dtype) and not is_known(x):
                pytest.fail(f"order {order} at {x:g}: {got:g}, expected {mp.nstr(truths[order], 8)}")
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(("name", "order"), LOSSES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_listed_as_lost_is_lost(name, order):
    ours, theirs = FUNCTIONS[name]
    _, is_known = LOSSES[name, order]
    places = [x for x in RANGES[np.float64] if is_known(x)]
    results = [float(orders(ours)[order](np.array([x]))[0]) for x in places]
    assert any(lost(got, derivatives(theirs, x)[order], np.float64) for x, got in zip(places, results))


# Two arguments, and points where a product of 0 and infinity waits --------------------------------


@pytest.mark.parametrize("dtype", RANGES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("exponent", [-170, -25, -10, 0, 10, 25, 170])
@pytest.mark.parametrize("f", [np.arctan2, np.hypot])
def test_slopes_of_an_angle_and_a_distance_whatever_the_unit(f, exponent, dtype):
    if abs(exponent) > 30 and dtype == np.float32:
        return
    unit = dtype(10.0**exponent)
    x, y = grad(lambda x, y: np.sum(f(x, y)), (0, 1))(np.array([3 * unit]), np.array([4 * unit]))
    expected = np.array([4, -3]) / 25 / unit.astype(float) if f is np.arctan2 else [0.6, 0.8]
    assert [*x, *y] == pytest.approx(expected, rel=1e-5)
    assert x.dtype == dtype


@pytest.mark.parametrize("exponent", [-315, -307, -200, -160, 0, 160, 200, 307])
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.filterwarnings("error")
def test_a_length_whose_squares_are_out_of_range(exponent, compiled):
    unit = 10.0**exponent
    rows = np.array([[3.0 * unit, 4.0 * unit], [3.0, -4.0], [0.0, 0.0]])

    def lengths(rows):
        return np.linalg.norm(Value(rows) if type(rows) is np.ndarray else rows, axis=1)

    slopes = grad(lambda rows: np.sum(lengths(rows)))
    if compiled:
        lengths, slopes = microgd.compile(lengths), microgd.compile(slopes)
    found = lengths(rows) if compiled else lengths(rows).data
    assert found == pytest.approx(np.array([5.0 * unit, 5.0, 0.0]), rel=1e-12 if unit > 1e-308 else 1e-8)
    of_unit = (
        [0.6, 0.8] if unit > 1e-308 else [0.0, 0.0]
    )  # a denormal length counts as 0, where the slope is 0
    assert slopes(rows) == pytest.approx(np.array([of_unit, [0.6, -0.8], [0.0, 0.0]]), rel=1e-12)


def test_lengths_of_what_is_not_finite_or_empty():
    for x in ([np.inf, 1.0], [np.nan, 1.0], [1e308] * 4, []):
        with np.errstate(over="ignore"):
            expected = np.linalg.norm(x) if len(x) < 4 else 2e308
            np.testing.assert_equal(np.linalg.norm(Value(np.array(x))).item(), expected)
    assert np.linalg.norm(Value(np.ones((0, 2))), axis=1).shape == (0,)
    assert np.linalg.norm(Value(np.ones((2, 0))), axis=1).data.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("x", [5e-324, -5e-324, 1e-310, 0.0, 5.5e-309, 6e-309, 2.0])
@pytest.mark.parametrize("dtype", [None, np.float64, np.float32])
@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value|overflow)")
def test_a_zeroth_power_whose_exponent_is_an_argument(x, dtype):
    args = (x, 0.0) if dtype is None else (np.array([x], dtype), np.zeros(1, dtype))
    slopes = grad(lambda x, b: np.sum(np.power(x, b)), (0, 1))
    eager, compiled = slopes(*args), microgd.compile(slopes)(*args)
    assert eager[0] == 0.0
    np.testing.assert_array_equal(compiled, eager)


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_the_sum_of_two_impossible_ones_has_no_slope(f):
    """log(0 + 0) is -inf, and its slope 0 / 0: nan, as in PyTorch and JAX."""
    assert np.isnan(grad(f, (0, 1))(-math.inf, -math.inf)).all()
    assert grad(f, (0, 1))(-math.inf, 0.0) == (0.0, 1.0)


@pytest.mark.parametrize("x", [0.0, 1e-310, -1e-310, 5e-324, 1.0, math.inf])
@pytest.mark.parametrize("zero", [0, 0.0, np.zeros(1)])
def test_a_zeroth_power_is_constant_everywhere(x, zero):
    for first in (grad(lambda x: np.sum(x**zero)), grad(lambda x: np.sum(np.power(x, zero)))):
        second = grad(lambda x, first=first: np.sum(first(x)))
        for point in (x, np.array([x])):
            assert np.all(first(point) == 0.0)
            assert np.all(second(point) == 0.0)


def test_the_mixed_derivative_of_a_power_at_exponent_0():
    """d^2 a^b / da db = a^(b - 1) (1 + b log a), which is 1 / a at b = 0."""
    assert grad(lambda b: grad(lambda a: a**b)(4.0))(0.0) == 0.25


@pytest.mark.parametrize("goal", [0, [1.0, 0.0]])
def test_what_is_impossible_and_does_not_happen_costs_nothing(goal):
    logits = np.array([0.0, -np.inf])
    goal = np.asarray(goal)
    assert losses.softmax_cross_entropy(logits, goal) == 0.0
    assert grad(lambda x: losses.softmax_cross_entropy(x, goal))(logits).tolist() == [0.0, 0.0]
    assert softmax(logits).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("logit", "goal"), [(math.inf, 1.0), (-math.inf, 0.0)])
def test_a_certain_answer_that_is_right_costs_nothing(logit, goal):
    assert losses.binary_cross_entropy(logit, goal) == 0.0
    assert grad(lambda x: losses.binary_cross_entropy(x, goal))(logit) == 0.0


def test_the_slope_by_a_soft_goal_is_the_loss():
    slope = grad(lambda y: np.sum(losses.softmax_cross_entropy(np.array([0.0, 2.0]), y)))(
        np.array([0.0, 1.0])
    )
    assert slope == pytest.approx(np.logaddexp(0.0, 2.0) - np.array([0.0, 2.0]))


@pytest.mark.parametrize("f", [relu, lambda x: np.maximum(x, 0.0), lambda x: -np.minimum(-x, 0.0)])
@pytest.mark.parametrize("x", [-1.0, np.array([-1.0])])
def test_an_infinite_gradient_does_not_get_through_where_the_slope_is_0(f, x):
    """sqrt(relu(x)) is 0 below 0, and so is its slope, though that of the square root is infinite at 0."""
    with np.errstate(divide="ignore"):
        assert grad(lambda x: np.sum(np.sqrt(f(x))))(x) == 0.0
        assert microgd.compile(grad(lambda x: np.sum(np.sqrt(f(x)))))(x) == 0.0


SPECIAL = np.array([1.5, -1.5, 0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("other", [0.0, -0.0])
@pytest.mark.parametrize(
    ("condition", "a"),
    [
        (np.arange(16).reshape(2, 8) % 3 > 0, np.vstack([SPECIAL, SPECIAL[::-1]])),
        (np.arange(16).reshape(8, 2) % 3 > 0, np.vstack([SPECIAL, SPECIAL[::-1]]).T),
        (np.arange(8) % 2 > 0, SPECIAL[::-1]),
        (np.array([[True], [False]]), SPECIAL),
        (np.arange(8) % 2 > 0, SPECIAL[:1]),
        (np.array(False), SPECIAL),
        (np.zeros((0, 2), bool), np.zeros((0, 2))),
    ],
    ids=["matrix", "transposed", "reversed", "column", "stretched", "one condition", "empty"],
)
def test_where_has_the_bits_of_numpys(condition, a, other, dtype):
    """Signs of zeros and nan included, recorded and compiled, whatever the layout in memory."""
    a = a.astype(dtype)
    expected = np.where(condition, a, other)
    recorded = np.where(condition, microgd.Value(a), other).data
    compiled = microgd.compile(lambda a: np.where(condition, a, other))(a)
    for got in (np.asarray(recorded), np.asarray(compiled)):
        assert got.dtype == expected.dtype
        assert got.strides == expected.strides
        assert got.tobytes() == expected.tobytes()


@pytest.mark.parametrize("reduce", [np.max, np.min])
@pytest.mark.parametrize("compiled", [False, True])
def test_an_infinite_gradient_goes_to_the_winner_only(reduce, compiled):
    slope = grad(lambda x: np.sum(np.sqrt(abs(reduce(x, axis=1, keepdims=True) - x))))
    slope = microgd.compile(slope) if compiled else slope
    with np.errstate(all="ignore"):
        found = slope(np.array([[1.0, 1.25, 5.0], [2.0, 5.0, 1.0]]))
    expected = {
        np.max: [[-0.25, -0.5 / math.sqrt(3.75), np.nan], [-0.5 / math.sqrt(3), np.nan, -0.25]],
        np.min: [[np.nan, 1.0, 0.25], [0.5, 0.25, np.nan]],
    }[reduce]
    np.testing.assert_allclose(found, expected, rtol=1e-14)  # at the winner it is inf - inf
