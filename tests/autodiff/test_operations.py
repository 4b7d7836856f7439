"""Every operation against NumPy's values and measured slopes, and what happens at kinks and far out."""

import math
import operator
import re
from functools import partial

import numpy as np
import pytest
from cases import ANALYTIC, OTHERS, REDUCTIONS, all_cases, check, check_values, draw

import microgd
from microgd import Value, grad, hessian, jacobian, logsumexp, relu, sigmoid, softmax, value_and_grad
from microgd.autodiff import softplus
from microgd.autodiff.trees import tree_leaves


@pytest.mark.parametrize("case", ANALYTIC.values(), ids=ANALYTIC.keys())
def test_analytic_operation(case):
    check(*case, analytic=True)


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS.keys())
def test_other_operation(case):
    check(*case)


# Reductions: every axis, kept or not -------------------------------------------------------------

AXES = {0: [None, ()], 1: [None, 0, -1, (0,), ()], 3: [None, 0, -2, (0, 2), (-1, 0), (2, 1, 0), ()]}
ARRAYS = [
    draw(()), draw((1,)), draw((4,)), draw((8,))[::-2], draw((2, 1, 3)), draw((3, 2, 2)).transpose(2, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("f", REDUCTIONS, ids=lambda f: f.__name__)
def test_reduction(f, keepdims):
    for a in ARRAYS:
        for axis in AXES[np.ndim(a)]:
            if f is np.linalg.norm and (axis == () or np.size(axis) > 2):
                continue  # NumPy's norm is of vectors and matrices
            reduced = partial(f, axis=axis, keepdims=keepdims)
            if f is np.std and np.size(reduced(a)) == np.size(a):
                check_values(reduced, a)  # 0 of a single number, which is a kink
            else:
                check(reduced, a)


@pytest.mark.parametrize("f", [np.sum, np.prod, np.linalg.norm, np.cumsum, np.diff], ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)], ids=str)
def test_reduction_of_nothing(f, shape):
    check(f, draw(shape))
    if f is not np.linalg.norm:
        check(lambda a: f(a, axis=0), draw(shape))


@pytest.mark.parametrize("f", [np.max, np.min, np.ptp], ids=lambda f: f.__name__)
def test_nothing_has_no_largest_entry(f):
    with pytest.raises(ValueError, match="has no identity"):
        f(Value(draw((0,))))


@pytest.mark.parametrize("method", ["sum", "mean", "max", "min"])
def test_methods_reduce_as_the_functions_do(method):
    check(lambda a: getattr(a, method)(axis=-1, keepdims=True), draw((2, 3)))


ROWS = draw((500, 4))
ROWS[::5, 1], ROWS[::7, 2], ROWS[3, 0], ROWS[8, 3] = ROWS[::5, 2], math.inf, math.nan, -math.inf


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    "rows", [ROWS, ROWS.astype(np.float32), ROWS.T.copy().T, ROWS[:, ::-1]], ids=["64", "32", "F", "strided"]
)
@pytest.mark.parametrize("f", [np.max, np.min, logsumexp], ids=lambda f: f.__name__)
def test_many_short_rows_are_reduced_like_single_ones(f, rows, compiled):
    @np.errstate(all="ignore")
    def results(a):
        step = value_and_grad(lambda a: np.sum(f(a, axis=-1)))
        return (microgd.compile(step) if compiled else step)(a)

    expected = [results(row) for row in rows]  # a single row is short of what is laid out as columns
    whole, slopes = results(rows)
    np.testing.assert_allclose(whole, np.sum([value for value, _ in expected], dtype=rows.dtype))
    np.testing.assert_allclose(slopes, [slope for _, slope in expected], rtol=4 * np.finfo(rows.dtype).eps)
    assert slopes.dtype == rows.dtype


def test_variance_of_fewer_numbers_than_ddof_is_infinite():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert np.var(Value([1.0, 2.0]), ddof=3).data == np.inf


# Constants on either side ------------------------------------------------------------------------

CONSTANTS = [
    2, 2.0, True, np.float64(2.0), np.int64(2), np.array(2), np.array(2.0), [1, 2, 3], [[1.0], [2.0]],
    np.arange(1, 4), np.array([[1], [2]]), np.array([True, False, True]),
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
@pytest.mark.parametrize(
    "f", [np.add, np.multiply, np.divide, np.power, np.maximum, np.arctan2, np.hypot, np.logaddexp],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_constant_beside_a_value(f, constant):
    for x in (1.3, np.array(1.3), draw((3,), 0.2, 0.9)):
        if f is not np.divide or np.all(constant):
            check(lambda x: f(x, constant), x)
        check(lambda x: f(constant, x), x)


@pytest.mark.parametrize("f", [np.dot, np.inner, np.outer, np.vdot, np.matmul, operator.matmul])
def test_list_beside_a_value(f):
    check(lambda x: f(x, [1.0, 2.0, 3.0]), draw((3,)))
    if f is not operator.matmul:
        check(lambda x: f([1.0, 2.0, 3.0], x), draw((3,)))


def test_list_among_values():
    check(lambda x: np.concatenate([[1.0, 2.0], x]), draw((3,)))
    check(lambda x: np.stack([[1.0, 2.0, 3.0], x]), draw((3,)))
    check(lambda x: np.tensordot(x, [1.0, 2.0, 3.0], 1), draw((2, 3)))
    check(lambda x: np.multiply.outer([1.0, 2.0], x), draw((3,)))
    check(lambda x: np.average(x, axis=0, weights=[1, 2]), draw((2, 3)))
    check(lambda x: np.where(x > 0, [1.0, 2.0, 3.0], x), draw((3,)))


# float32 stays float32 ---------------------------------------------------------------------------


def narrow(x):
    return x.astype(np.float32) if isinstance(x, np.ndarray) and x.shape else x


# Beside a Python float np.dot and np.inner alone go over to float64; for a Value they are a product as any.
NARROW = [
    case for case in all_cases() if case[0] not in (np.dot, np.inner) or all(map(np.shape, case[1:]))
]  # fmt: skip


@pytest.mark.parametrize("case", NARROW, ids=lambda case: getattr(case[0], "__name__", ""))
def test_float32_stays(case):
    f, *args = case
    args = [narrow(x) for x in args]
    check_values(f, *args)
    values = [Value(x) for x in args]
    for out in tree_leaves(f(*values)):
        if isinstance(out, Value):
            out.backward(np.ones(out.shape, out.dtype) if out.shape else None)
    for value in values:
        assert value.grad.dtype == np.float32 if value.shape else type(value.grad) is float


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool])
def test_sigmoid_of_integers(dtype):
    given = np.array([-128, 0, 1, 127, 200]).astype(dtype)
    assert np.array_equal(sigmoid(given), sigmoid(given.astype(float)))


def test_softmax_against_its_closed_form():
    rows = draw((3, 4), -5.0, 5.0)
    np.testing.assert_allclose(
        softmax(rows), np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True), rtol=1e-14
    )
    assert softmax([1000.0, 1000.0, -1000.0]).tolist() == [0.5, 0.5, 0.0]
    p = softmax(rows[0])
    np.testing.assert_allclose(
        jacobian(softmax)(rows[0]), np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-16
    )


def test_slopes_of_large_logits_keep_their_digits():
    assert grad(logsumexp)(np.array([1e16, 1e16])).tolist() == [0.5, 0.5]
    assert grad(logsumexp)(np.full(2, 1e5, np.float32)).tolist() == [0.5, 0.5]


def test_second_derivatives_of_a_power_where_it_is_flat():
    f = lambda v: v[0] ** v[1]  # noqa: E731
    log_2 = np.log(2.0)
    np.testing.assert_allclose(hessian(f)(np.array([2.0, 0.0])), [[0.0, 0.5], [0.5, log_2**2]], rtol=1e-12)
    assert grad(lambda a: a**0)(0.0) == 0.0


def test_small_integers_beside_a_value_do_not_wrap_round():
    check(lambda b: np.arctan2(np.array([20, 200], np.uint8), b), draw((2,), 1.0, 3.0))
    check(lambda a: np.arctan2(a, np.array([20, 200], np.uint8)), draw((2,), 1.0, 3.0))


def test_the_slope_of_fmod_where_the_quotient_rounds_up():
    assert np.float64(1.0) / 0.1 == 10.0
    assert grad(lambda b: np.fmod(1.0, b))(0.1) == -9.0  # 1 - 9 * 0.1 is left


def test_a_matrix_is_an_array():
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]]).view(np.matrix)
    x = Value(np.ones((2, 2)))
    (x * matrix).sum().backward()
    assert x.grad.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_astype():
    check(lambda x: (x > 0).astype(float) * x, draw((3,)))
    x = Value([1.0, 2.0])
    narrowed = x.astype(np.float32)
    assert narrowed.dtype == np.float32
    (narrowed * narrowed).sum().backward()
    assert narrowed.grad.dtype == np.float32
    assert x.grad.dtype == np.float64
    assert x.grad.tolist() == [2.0, 4.0]
    assert type(Value(3.0).astype(np.float32).data) is float
    for dtype in (int, bool, np.uint8):  # which have no gradient: plain
        plain = Value([0.0, 1.5]).astype(dtype)
        assert (type(plain), plain.dtype, plain.tolist()) == (np.ndarray, dtype, [0, 1])
    assert Value(2.5).astype(int) == 2
    with pytest.raises(TypeError, match=r"astype: expected a real dtype .*, got <class 'complex'>"):
        x.astype(complex)


# The same Value twice ----------------------------------------------------------------------------


@pytest.mark.parametrize("f", [np.outer, np.inner, np.dot, np.vdot, np.matmul, np.tensordot])
def test_the_same_value_as_both_arguments(f):
    check(lambda x: f(x, x), draw((3, 3)))


def test_broadcast_against_itself():
    check(lambda a: a * np.transpose(a), draw((3, 1)))
    check(lambda a: a[:, None] - a, draw((3,)))
    check(lambda a: np.concatenate([a, a * a, a]).sum() * a, draw((2,)))


# Kinks: the slope that the docstrings promise ----------------------------------------------------


def slope(f, x):
    return grad(lambda x: np.sum(f(x)))(x)


def test_absolute_value_has_slope_0_at_0():
    assert slope(np.abs, 0.0) == 0.0
    assert slope(abs, np.array([0.0, -0.0, -2.0])).tolist() == [0.0, 0.0, -1.0]


def test_relu_is_off_at_0():
    assert slope(relu, 0.0) == 0.0
    assert slope(relu, np.array([-1.0, 0.0, 1.0])).tolist() == [0.0, 0.0, 1.0]


def test_ties_share_the_gradient():
    a, b = Value(np.array([1.0, 2.0, 3.0])), Value(np.array([1.0, 3.0, 2.0]))
    for f, of_a in [
        (np.maximum, [0.5, 0.0, 1.0]), (np.minimum, [0.5, 1.0, 0.0]),
        (np.fmax, [0.5, 0.0, 1.0]), (np.fmin, [0.5, 1.0, 0.0]),
    ]:  # fmt: skip
        a.grad, b.grad = 0.0, 0.0
        f(a, b).sum().backward()
        assert a.grad.tolist() == of_a
        assert (a.grad + b.grad).tolist() == [1.0, 1.0, 1.0]
    assert slope(lambda x: np.maximum(x, x), 1.0) == 1.0
    assert slope(np.max, np.array([2.0, 1.0, 2.0])).tolist() == [0.5, 0.0, 0.5]
    assert slope(np.min, np.array([1.0, 1.0, 1.0, 2.0])) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0])
    assert slope(lambda x: np.max(x, axis=0), np.ones((2, 2))).tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_clip_shares_the_gradient_with_its_bounds():
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert slope(lambda x: np.clip(x, -1.0, 1.0), x).tolist() == [0.0, 0.5, 1.0, 0.5, 0.0]
    assert slope(lambda bound: np.clip(x, -1.0, bound), 1.0) == 1.5


def test_fmax_prefers_a_number_to_nan():
    assert slope(lambda x: np.fmax(x, np.nan), 1.0) == 1.0
    assert slope(lambda x: np.fmin(x, 1.0), np.nan) == 0.0


def test_square_root_is_vertical_at_0():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert slope(np.sqrt, 0.0) == np.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert slope(np.sqrt, np.array([0.0, 4.0])).tolist() == [np.inf, 0.25]


@pytest.mark.parametrize("order", [None, 1, 2, 3, np.inf])
def test_norms_are_flat_at_0(order):
    def norm(x):
        return np.linalg.norm(x, order)

    assert slope(norm, np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert slope(lambda x: slope(norm, x), np.zeros(3)).tolist() == [0.0, 0.0, 0.0]


def test_hypot_and_the_standard_deviation_are_flat_at_0():
    assert slope(lambda x: np.hypot(x, 0.0), 0.0) == 0.0
    assert slope(lambda x: slope(lambda x: np.hypot(x, x), x), np.zeros(1)).tolist() == [0.0]
    assert slope(np.std, np.ones(3)).tolist() == [0.0, 0.0, 0.0]


def test_powers_at_0():
    for zero in (0.0, np.zeros(1)):
        for exponent, first, second in [(0, 0, 0), (1, 1, 0), (2, 0, 2), (3, 0, 0), (2.5, 0, 0)]:
            power = partial(lambda exponent, x: x**exponent, exponent)
            assert slope(power, zero) == first
            assert slope(partial(slope, power), zero) == second
    for b in (0.0, 2.0, np.array([0.0, 2.0])):
        assert np.all(slope(lambda b: 0.0**b, b) == 0.0)
    assert slope(lambda x: x**x, 0.0) == 0.0  # not nan: both rules step aside


def test_powers_of_negative_numbers():
    check(lambda x: x**3, -1.5)
    check(lambda x: x**-2, np.array([-1.5, 2.0]))


def test_the_product_of_zeros_has_a_gradient_at_every_order():
    check(np.prod, np.array([0.0, 2.0, 3.0]))
    check(np.prod, np.array([0.0, 0.0, 3.0]))
    check(lambda a: np.prod(a, axis=-1), np.array([[0.0, 2.0], [0.0, 0.0]]))


# Far out: at +-1000 neither value nor gradient overflows -----------------------------------------

FAR_OUT = [  # function, x, value, gradient: closed forms, e^-1000 being 0 in float64
    (sigmoid, 1000.0, 1.0, 0.0),
    (sigmoid, -1000.0, 0.0, 0.0),
    (sigmoid, -40.0, math.exp(-40.0), math.exp(-40.0)),
    (softplus, 1000.0, 1000.0, 1.0),
    (softplus, -1000.0, 0.0, 0.0),
    (softplus, -40.0, math.exp(-40.0), math.exp(-40.0)),
    (np.tanh, 1000.0, 1.0, 0.0),
    (np.tanh, -1000.0, -1.0, 0.0),
    (lambda x: np.logaddexp(x, 0.0), 1000.0, 1000.0, 1.0),
    (lambda x: np.logaddexp(x, 0.0), -1000.0, 0.0, 0.0),
    (lambda x: np.logaddexp(x, x), 1000.0, 1000.0 + math.log(2.0), 1.0),
    (lambda x: np.logaddexp(x, -np.inf), -1000.0, -1000.0, 1.0),
    (lambda x: np.logaddexp2(x, x), -1000.0, -999.0, 1.0),
    (np.log1p, 1000.0, math.log(1001.0), 1.0 / 1001.0),
    (np.log1p, 1e-20, 1e-20, 1.0),
    (np.expm1, -1000.0, -1.0, 0.0),
    (np.expm1, 1e-20, 1e-20, 1.0),
    (np.exp, -1000.0, 0.0, 0.0),
]


@pytest.mark.parametrize(("f", "x", "value", "gradient"), FAR_OUT)
def test_far_out(f, x, value, gradient):
    for at in (x, np.array([x, x])):
        assert f(Value(at)).data == pytest.approx(value, rel=1e-15, abs=0)
        assert slope(f, at) == pytest.approx(gradient, rel=1e-15, abs=0)
        assert np.all(np.isfinite(slope(lambda x: slope(f, x), at)))


def test_logsumexp_far_out():
    for top in (1000.0, -1000.0):
        x = np.array([top, top, top - 1000.0])
        assert logsumexp(Value(x)).item() == pytest.approx(top + math.log(2.0), rel=1e-15)
        assert slope(logsumexp, x) == pytest.approx([0.5, 0.5, 0.0], rel=1e-12)  # 1e-13 of 1000 are lost
    assert slope(logsumexp, np.array([-np.inf, 1.0])).tolist() == [0.0, 1.0]


def test_an_honest_overflow_says_so():
    for x in (1000.0, np.array([1000.0])):
        with pytest.warns(RuntimeWarning, match="overflow"):
            assert np.exp(Value(x)).data == np.inf


# What is not supported is refused by name --------------------------------------------------------

UNKNOWN_OPTIONS = [
    (lambda v: np.sum(v, out=np.zeros(())), "np.sum: out= and in-place operations would write"),
    (lambda v: np.sum(v, where=v.data > 0), "np.sum: where= is not supported with Values; use np.where(mask"),
    (lambda v: np.max(v, initial=3.0), "np.max: initial= is not supported with Values"),
    (lambda v: np.mean(v, dtype=int), "np.mean: dtype=int64 has no derivative, expected float64 or float32"),
    (lambda v: np.clip(v, 0, 1, out=v.data), "np.clip: out= and in-place operations would write"),
]


@pytest.mark.parametrize(("use", "message"), UNKNOWN_OPTIONS)
def test_unknown_option_is_refused_by_name(use, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        use(Value(draw((2, 3))))


REFUSED = [
    (lambda v: np.clip(v, 0, 1, min=0), "clip: expected the bounds as a_min, a_max or as min=, max="),
    (lambda v: np.cumsum(v, axis=(0, 1)), "'tuple' object cannot be interpreted as an integer"),
    (lambda v: np.diff(v, n=-1), "diff: expected n >= 0, got -1"),
    (lambda v: np.reshape(v, 6, order="A"), "reshape: expected order='C' or 'F', got 'A'"),
    (lambda v: np.ravel(v, order="K"), "reshape: expected order='C' or 'F', got 'K'"),
    (lambda v: np.take(v, 0, mode="wraps"), "take: expected mode 'raise', 'wrap' or 'clip', got 'wraps'"),
    (lambda v: np.squeeze(v, 0), "squeeze: axis 0 of shape (2, 3) has 2 entries, not 1"),
    (lambda v: np.moveaxis(v, (0, 1), 0), "moveaxis: 2 axes do not go to 1 places"),
    (lambda v: np.tensordot(v, v, 1), "tensordot: shapes (2, 3) and (2, 3) do not fit over axes"),
    (lambda v: np.einsum("ij,jk", v, v), "einsum: shapes (2, 3) and (2, 3) do not fit"),
    (lambda v: np.einsum("ij", v, v), "einsum: 'ij' is for 1 operands, got 2"),
    (lambda v: np.einsum(v, [0, 99]), "einsum: expected subscripts as a string"),
    (lambda v: np.linalg.norm(v, 3), "norm: order 3 over 2 axes has no derivative rule here"),
    (lambda v: np.average(v, weights=[1.0]), "average: expected weights of shape (2, 3), got (1,)"),
    (lambda v: np.stack([v, v[0]]), "concatenate: shapes (1, 2, 3) and (1, 3) do not fit together"),
    (lambda v: np.i0(v), "np.i0 has no derivative rule. If it has a derivative, add it in one line"),
    (lambda v: np.fft.fft(v), "np.fft.fft has no derivative rule"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "message"), REFUSED)
def test_refused_by_name(use, message):
    with pytest.raises((TypeError, ValueError, NotImplementedError), match=re.escape(message)):
        use(Value(draw((2, 3))))


def test_questions_are_answered_with_plain_numbers():
    v = Value(np.array([1.0, 3.0, 2.0]))
    assert np.argmax(v) == 1
    assert [where.tolist() for where in np.where(v > 1.5)] == [[1, 2]]
    assert type(np.ones_like(v)) is np.ndarray
    assert np.argsort(v).tolist() == [0, 2, 1]
