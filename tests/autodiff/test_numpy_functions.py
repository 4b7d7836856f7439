"""NumPy's functions of shape, order and statistics against NumPy's values and measured slopes.

In float32 and compiled they are tried beside all other operations, in test_operations.py and compiler/.
"""

import math
import re

import numpy as np
import pytest
from cases import check
from drawing import draw
from numpy_cases import NUMPY_FUNCTIONS

import microgd
from microgd import Value, grad, hessian, jacobian, value_and_grad


@pytest.mark.parametrize("case", NUMPY_FUNCTIONS.values(), ids=NUMPY_FUNCTIONS)
def test_function_of_numpy(case):
    check(*case)


@pytest.mark.parametrize(
    "use", [
        lambda v: v[0], lambda v: v[1:], lambda v: np.sum(v, axis=1), lambda v: np.max(v, axis=(0,)),
        lambda v: np.mean(v, axis=0), lambda v: np.squeeze(v, 1), lambda v: np.take(v, 1, axis=0),
    ],
)  # fmt: skip
def test_a_number_has_no_more_than_that(use):
    for number in (np.float64(3.0), Value(3.0)):
        with pytest.raises((IndexError, TypeError, np.exceptions.AxisError)):
            use(number)


# Order: nan, ties, and what is refused -----------------------------------------------------------


def test_quantiles_of_what_is_there():
    """A list of q: NumPy interpolates float32 in other steps, so this is no case of the table."""
    check(lambda a: np.nanquantile(np.where(a > 0, a, np.nan), [0.3, 0.8], axis=1), draw((3, 4), seed=2))


@pytest.mark.parametrize("f", [np.median, lambda a: np.quantile(a, 0.4), np.sort])
def test_nan_is_the_last_and_spoils_the_median(f):
    x = np.array([2.0, np.nan, 1.0])
    np.testing.assert_array_equal(f(Value(x)).data, f(x))


@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_there_is_no_quantile_of_nothing_but_nan():
    x = np.array([[1.0, 2.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(np.nanmedian(Value(x), axis=1).data, np.nanmedian(x, axis=1))


def test_of_equal_entries_the_first_one_is_the_smaller():
    x = np.array([2.0, 1.0, 2.0, 1.0])
    assert jacobian(np.sort)(x).tolist() == np.eye(4)[[1, 3, 0, 2]].tolist()
    assert grad(np.median)(x).tolist() == [0.5, 0.0, 0.0, 0.5]
    assert microgd.compile(grad(np.median))(x).tolist() == [0.5, 0.0, 0.0, 0.5]


def test_many_equal_entries_keep_their_order():
    x = np.arange(60.0) % 3
    order = [*range(0, 60, 3), *range(1, 60, 3), *range(2, 60, 3)]
    assert jacobian(np.sort)(x).tolist() == np.eye(60)[order].tolist()


def test_q_is_static():
    for f in (np.quantile, np.percentile, np.nanquantile):
        with pytest.raises(TypeError, match=r"tile: no gradient flows through q; give the numbers"):
            f(np.ones(3), Value(0.5))


def test_a_compiled_sort_reads_as_one_would_write_it():
    step = microgd.compile(lambda x: np.sort(x)[0])
    assert step(np.array([3.0, 1.0, 2.0])) == 1.0
    assert "np.argsort(x, 0, kind='stable')" in step.source


ORDERED = {
    "sort": lambda x: np.sort(x)[::2] * np.array([1.0, 3.0]),
    "sort of a matrix": lambda x: np.sort(np.reshape(x, (2, 2)), axis=0) * np.array([[1.0, 2.0], [3.0, 5.0]]),
    "median": np.median,
    "partition": lambda x: np.partition(np.reshape(x, (2, 2)), (0, 1)) * np.array([1.0, 3.0]),
    "interp": lambda x: np.interp(x, np.array([0.0, 2.0, 5.0]), np.array([0.0, 1.0, 5.0])),
    "convolve": lambda x: np.convolve(x, x[:2]),
    "convolve, valid": lambda x: np.convolve(x, x[:2], "valid"),
}


@pytest.mark.parametrize("f", ORDERED.values(), ids=ORDERED)
@pytest.mark.parametrize("library", ["jax", "numba"])
@pytest.mark.filterwarnings("ignore:.*faster on contiguous arrays")  # a warning of numba
def test_other_libraries(library, f):
    module = pytest.importorskip(library)
    options = {"jit": module.njit} if library == "numba" else {"namespace": module.numpy, "jit": module.jit}
    both = value_and_grad(lambda x: np.sum(f(x) ** 2))
    x = np.array([3.5, 1.5, 4.5, 2.5])
    error, slope = microgd.compile(both, **options)(x)
    np.testing.assert_allclose(float(error), both(x)[0], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(slope), both(x)[1], rtol=1e-6)


# Padding -----------------------------------------------------------------------------------------


def test_constants_around_an_array_have_a_gradient():
    check(lambda a, c: np.pad(a, 1, constant_values=c), draw((2, 2)), 3.0)
    check(lambda a, c: np.pad(a, 1, constant_values=((c, 1.0), (2.0, c))), draw((2, 2)), 3.0)
    check(lambda a, c: np.pad(a, 1, "linear_ramp", end_values=c), draw((2, 2)), 3.0)


PADDING_REFUSED = [
    (lambda v: np.pad(v, 1, "empty"), "pad: expected a mode of 'constant', 'linear_ramp',"),
    (lambda v: np.pad(v[:0], 1, "mean"), "pad: axis 0 has no entries, which mode 'mean' needs"),
    (lambda v: np.pad(v, -1), "pad: expected widths that are integers from 0 on, got -1"),
    (lambda v: np.pad(v, 1, "reflect", reflect_type="odd"), "pad: expected reflect_type='even', got 'odd'"),
    (
        lambda v: np.pad(v, 1, end_values=1),
        "pad: mode 'constant' takes the option constant_values, got end_v",
    ),
]


@pytest.mark.parametrize(("use", "message"), PADDING_REFUSED)
def test_padding_refused(use, message):
    with pytest.raises((TypeError, ValueError, NotImplementedError), match=re.escape(message)):
        use(Value(draw((2, 3))))


# Statistics, samples, parts ----------------------------------------------------------------------


def test_the_pieces_may_depend_on_the_numbers():
    for x in (draw((2, 3)), draw((4,)), draw(())):
        check(lambda x: np.piecewise(x, [x > 1, x > 0], [np.square, np.sqrt, np.exp]), x)
        check(lambda x: np.piecewise(x, [x > -9], [np.exp]), x)
    check(lambda x: np.piecewise(x, x > 0, [np.sqrt, 1.0]), draw((4,)))


def test_a_piece_sees_only_its_own_numbers():
    x = np.array([-1.0, 4.0])
    slope = grad(lambda x: np.sum(np.piecewise(x, [x > 0], [np.sqrt, 0.0])))(x)
    assert slope.tolist() == [0.0, 0.25]


def test_half_a_period_is_not_unwrapped():
    x = np.array([0.0, 1.0, 0.0, 1.5, 0.0, -1.0])
    np.testing.assert_array_equal(np.unwrap(Value(x), period=2.0).data, np.unwrap(x, period=2.0))
    assert grad(lambda x: np.sum(np.unwrap(x, period=2.0)))(x).tolist() == [1.0] * 6


@pytest.mark.parametrize("f", [np.nanmax, np.nanmin])
def test_the_largest_of_nothing_but_nan_is_nan(f):
    x = np.array([[np.nan, np.nan], [3.0, np.nan]])
    assert np.array_equal(f(Value(x), axis=1).data, [np.nan, 3.0], equal_nan=True)
    assert grad(lambda x: f(x))(x).tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_no_gradient_flows_to_nan():
    x = np.array([1.0, np.nan, 3.0])
    for f in (np.nansum, np.nanmean, np.nanvar, np.nanstd, np.nanprod, lambda x: np.nancumsum(x)[2]):
        slope = grad(f)(x)
        assert slope[1] == 0.0
        assert np.all(np.isfinite(slope))


def test_the_standard_deviation_of_equal_numbers_is_flat():
    assert grad(np.nanstd)(np.array([2.0, np.nan, 2.0])).tolist() == [0.0, 0.0, 0.0]


def test_nan_to_num_is_flat_where_it_replaces():
    x = np.array([np.nan, np.inf, -np.inf, 2.0])
    for narrow in (x, x.astype(np.float32)):
        np.testing.assert_array_equal(np.nan_to_num(Value(narrow)).data, np.nan_to_num(narrow))
    assert np.nan_to_num(Value(x), nan=np.inf).data[0] == np.inf  # which is not replaced once more
    assert grad(lambda x: np.nan_to_num(x, posinf=1.0).sum())(x).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_the_slope_of_interp_at_a_point_is_that_to_its_right():
    at = np.array([-1.0, 0.0, 1.0, 2.0, 3.0])
    slopes = grad(lambda x: np.sum(np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0])))(at)
    assert slopes.tolist() == [0.0, 1.0, 4.0, 4.0, 0.0]
    assert np.isnan(np.interp(Value(np.nan), [0.0, 1.0], [0.0, 1.0]).data)


def test_a_compiled_interp_finds_its_piece_anew():
    both = value_and_grad(lambda x, y: np.interp(x, [0.0, 1.0, 2.0], y).sum(), (0, 1))
    step, heights = microgd.compile(both), np.array([0.0, 1.0, 5.0])
    for x in (np.array([0.5, 1.5]), np.array([1.7, -3.0])):
        for ours, eager in zip(step(x, heights)[1], both(x, heights)[1], strict=True):
            np.testing.assert_array_equal(ours, eager)
    assert len(step.programs) == 1


def test_sinc_against_its_series():
    """1 - (pi x)^2 / 6 + ...: its second derivative at 0 is -pi^2 / 3."""
    assert grad(np.sinc)(0.0) == 0.0
    assert grad(grad(np.sinc))(0.0) == pytest.approx(-(np.pi**2) / 3, rel=1e-15)
    for x in (1e-8, 1e-3, 0.3, 0.318, 0.319, 0.9):
        t = np.pi * x
        exact = np.pi * sum(
            (-1) ** k * 2 * k * t ** (2 * k - 1) / math.factorial(2 * k + 1) for k in range(1, 25)
        )
        assert grad(np.sinc)(x) == pytest.approx(exact, rel=1e-14)


def test_cumprod_at_zeros_to_every_order():
    x = np.array([2.0, 0.0, 3.0])
    product = lambda x: np.cumprod(x)[2]  # noqa: E731
    assert grad(product)(x).tolist() == [0.0, 6.0, 0.0]
    assert hessian(product)(x).tolist() == [[0.0, 3.0, 0.0], [3.0, 0.0, 2.0], [0.0, 2.0, 0.0]]


REFUSED = [
    (lambda v: np.split(v, 2, axis=1), "does not result in an equal division"),
    (lambda v: np.convolve(v[0], v[1], "valids"), "expected mode 'full', 'same' or 'valid', got 'valids'"),
    (lambda v: np.gradient(v, edge_order=3), "gradient: expected edge_order 1 or 2"),
    (lambda v: np.gradient(v, 1.0, 2.0, 3.0), "gradient: expected a spacing for each of 2 axes, got 3"),
    (lambda v: np.gradient(v, [0.0, 1.0], axis=1), "gradient: expected 3 coordinates, got shape (2,)"),
    (lambda v: np.interp(v, [0.0, 1.0], [1.0]), "interp: expected as many fp as xp"),
    (lambda v: np.cross(v[:, :1], v[:, :1]), "cross: expected vectors of 2 or 3 entries, got 1"),
    (lambda v: np.rot90(v, axes=(1, -1)), "rot90: expected two different axes, got (1, -1)"),
    (lambda v: np.meshgrid(v, v, indexing="yx"), "meshgrid: expected indexing='xy' or 'ij', got 'yx'"),
    (lambda v: np.select([v > 0], []), "select: 1 conditions do not go with 0 choices"),
    (lambda v: np.block([[v], v]), "block: expected lists of one depth everywhere"),
    (lambda v: np.piecewise(v, [v > 0], []), "piecewise: 1 conditions do not go with 0 functions"),
    (lambda v: np.nanquantile(v, 0.5, method="lower"), "nanquantile: expected method='linear', got 'lower'"),
    (lambda v: np.vsplit(v[0], 1), "vsplit: expected rows, got shape (3,)"),
    (lambda v: np.cov(v[None]), "cov: expected 2 axes at most, got shape (1, 2, 3)"),
    (lambda v: np.poly(v), "expected a line of numbers, got shape (2, 3)"),
    (lambda v: np.fill_diagonal(v, 1.0), "np.fill_diagonal has no derivative rule: it writes into an array"),
]


@pytest.mark.parametrize(("use", "message"), REFUSED)
def test_refused_by_name(use, message):
    with pytest.raises((TypeError, ValueError, NotImplementedError), match=re.escape(message)):
        use(Value(draw((2, 3))))
