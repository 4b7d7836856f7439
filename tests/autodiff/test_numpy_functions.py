"""NumPy's functions of shape, order and statistics against NumPy's values and measured slopes.

In float32 and compiled they are tried beside all other operations, in test_operations.py and compiler/.
"""

import re

import numpy as np
import pytest
from cases import check
from drawing import draw
from numpy_cases import NUMPY_FUNCTIONS

import microgd
from microgd import Value, grad, jacobian, value_and_grad


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


def test_q_is_static():
    for f in (np.quantile, np.percentile, np.nanquantile):
        with pytest.raises(TypeError, match=r"tile: no gradient flows through q; give the numbers"):
            f(np.ones(3), Value(0.5))


def test_a_compiled_sort_reads_as_one_would_write_it():
    step = microgd.compile(lambda x: np.sort(x)[0])
    assert step(np.array([3.0, 1.0, 2.0])) == 1.0
    assert "np.argsort(x, 0, kind='stable')" in step.source


@pytest.mark.parametrize("library", ["jax", "numba"])
def test_sort_in_other_libraries(library):
    module = pytest.importorskip(library)
    options = {"jit": module.njit} if library == "numba" else {"namespace": module.numpy, "jit": module.jit}
    both = value_and_grad(lambda x: (np.sort(x) * np.arange(4.0)).sum() + np.median(x))
    x = np.array([3.0, 1.0, 4.0, 2.0])
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
