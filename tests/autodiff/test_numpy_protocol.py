"""NumPy's functions and a Value: a gradient, or a plain answer to a question, or a refusal by name."""

import numpy as np
import pytest
import scipy.special

from microgd import Value, grad, hessian, jacobian, primitive
from microgd.autodiff.check import check_grads
from microgd.autodiff.primitives.primitive import numpy_functions

ARRAY = np.array([[0.5, 2.0, -1.0], [3.0, -0.25, 1.5]])


def slope_of(f, x=ARRAY):
    """d sum(f(x)) / dx by backward."""
    leaf = Value(x)
    f(leaf).sum().backward()
    return leaf.grad


# Arrays and Values side by side


def test_an_array_on_the_left_gives_a_value():
    x = Value([1.0, 2.0])
    for result in (
        np.ones(2) + x,
        np.ones(2) - x,
        np.ones(2) * x,
        np.ones(2) / x,
        np.ones(2) ** x,
        np.eye(2) @ x,
        np.ones(2) > x,
        np.ones(2) == x,
        np.ones(2) // x,
        np.ones(2) % x,
        np.arange(2) * x,
        np.float64(2) * x,
        np.True_ * x,
        np.array([True, False]) & (x > 1),
    ):
        assert type(result) is Value
        assert result.data.dtype != object


def test_gradients_through_an_array_on_the_left():
    assert slope_of(lambda x: ARRAY * x).tolist() == ARRAY.tolist()
    assert slope_of(lambda x: ARRAY.T @ x).tolist() == [[s] * 3 for s in ARRAY.sum(axis=1).tolist()]
    assert slope_of(lambda x: ARRAY - x).tolist() == (-np.ones((2, 3))).tolist()
    assert slope_of(lambda x: np.float64(3.0) * x, 2.0) == 3.0


def test_adding_to_a_value_makes_a_new_one():
    x = Value([1.0, 2.0])
    y = x
    y += np.ones(2)
    y *= 2
    assert y is not x
    assert (x.data.tolist(), y.data.tolist()) == ([1.0, 2.0], [4.0, 6.0])


def test_a_masked_array_is_refused():
    masked = np.ma.masked_array([1.0, 2.0], [True, False])
    for act in (
        lambda x: Value(masked),
        lambda x: x * masked,
        lambda x: masked * x,
        lambda x: np.exp(x) + masked,
    ):
        with pytest.raises(TypeError, match="would be lost"):
            act(Value([1.0, 2.0]))


# Ufuncs and their methods


def test_a_ufunc_is_the_same_as_the_method_and_the_operator():
    x = Value(ARRAY)
    for by_numpy, by_value in (
        (np.add(x, 1), x + 1),
        (np.multiply(2, x), 2 * x),
        (np.tanh(x), x.tanh()),
        (np.matmul(x, ARRAY.T), x @ ARRAY.T),
        (np.negative(x), -x),
        (np.greater(x, 0), x > 0),
    ):
        assert by_numpy.op is by_value.op
        assert np.array_equal(by_numpy.data, by_value.data)


@pytest.mark.parametrize(
    ("reduced", "function"),
    [
        (np.add.reduce, np.sum),
        (np.multiply.reduce, np.prod),
        (np.maximum.reduce, np.max),
        (np.minimum.reduce, np.min),
    ],
)
@pytest.mark.parametrize(
    "options", [{}, {"axis": 1}, {"axis": None}, {"axis": (0, 1)}, {"axis": -1, "keepdims": True}]
)
def test_reduce(reduced, function, options):
    result = reduced(Value(ARRAY), **options)
    np.testing.assert_allclose(result.data, reduced(ARRAY, **options), rtol=1e-15)
    axis = options.get("axis", 0)  # reduce takes the first axis where its function takes all
    assert np.array_equal(
        slope_of(lambda x: reduced(x, **options)), slope_of(lambda x: function(x, axis=axis))
    )


def test_accumulate_and_outer():
    for options in ({}, {"axis": 1}, {"axis": -1}):
        np.testing.assert_allclose(
            np.add.accumulate(Value(ARRAY), **options).data, np.add.accumulate(ARRAY, **options)
        )
    assert slope_of(np.add.accumulate, np.ones(4)).tolist() == [4.0, 3.0, 2.0, 1.0]
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0, 7.0])
    for ufunc in (np.multiply, np.subtract, np.maximum):
        for result in (ufunc.outer(Value(x), y), ufunc.outer(x, Value(y)), ufunc.outer(Value(x), Value(y))):
            assert np.array_equal(result.data, ufunc.outer(x, y))
    assert slope_of(lambda v: np.multiply.outer(v, y), x).tolist() == [15.0, 15.0]
    assert slope_of(lambda v: np.multiply.outer(ARRAY, v), x).tolist() == [ARRAY.sum()] * 2
    assert np.logaddexp.reduce(Value([1000.0, 1000.0])).data == pytest.approx(1000 + np.log(2))


# Questions


def test_a_question_is_answered_in_plain_numbers():
    x = Value(ARRAY)
    for function, *more in (
        (np.argmax,),
        (np.argmin, 1),
        (np.argsort,),
        (np.count_nonzero,),
        (np.all,),
        (np.any,),
        (np.allclose, ARRAY),
        (np.isclose, ARRAY),
        (np.array_equal, ARRAY),
        (np.result_type,),
        (np.array2string,),
        (np.iscomplexobj,),
    ):
        answer = function(x, *more)
        assert np.array_equal(answer, function(ARRAY, *more))
        assert not isinstance(answer, Value)
    assert np.nonzero(x > 0)[0].tolist() == np.nonzero(ARRAY > 0)[0].tolist()
    assert np.searchsorted(Value([1.0, 2.0, 3.0]), 2.5) == 2
    assert np.where(x > 0)[1].tolist() == np.where(ARRAY > 0)[1].tolist()
    assert (np.shape(x), np.ndim(x), np.size(x), np.size(x, 1)) == ((2, 3), 2, 6, 3)


def test_arrays_like_a_value_are_plain_and_new():
    x = Value(ARRAY)
    for made, expected in (
        (np.zeros_like(x), np.zeros((2, 3))),
        (np.ones_like(x), np.ones((2, 3))),
        (np.full_like(x, 7.0), np.full((2, 3), 7.0)),
        (np.empty_like(x) * 0, np.zeros((2, 3))),
    ):
        assert type(made) is np.ndarray
        assert made.flags.writeable
        assert np.array_equal(np.nan_to_num(made), expected)
    assert np.zeros_like(Value(np.ones(2, np.float32))).dtype == np.float32
    assert np.zeros_like(x, dtype=int).dtype == int
    assert np.zeros_like(Value(3.0)).shape == ()
    leaf = np.zeros_like(x)
    leaf += 1
    assert x.data.tolist() == ARRAY.tolist()


def test_numpy_prints_a_value():
    assert np.array_str(Value([1.0, 2.0])) == "[1. 2.]"


# A primitive of one's own


@pytest.fixture
def registry():
    """What NumPy's functions mean for Values, put back as it was."""
    before = dict(numpy_functions)
    yield numpy_functions
    numpy_functions.clear()
    numpy_functions.update(before)


def test_three_lines_make_a_primitive(registry):
    cube = primitive(
        lambda x: x * x * x,
        lambda g, out, x: 3 * g * x * x,
        name="cube",
    )
    assert cube(2.0) == 8.0
    assert cube(np.array([1.0, 2.0])).tolist() == [1.0, 8.0]
    assert cube(Value(2.0)).op is cube
    assert slope_of(cube, 2.0) == 12.0
    assert slope_of(cube).tolist() == (3 * ARRAY**2).tolist()
    assert grad(grad(cube))(2.0) == 12.0
    assert grad(grad(grad(cube)))(2.0) == 6.0
    assert np.array_equal(hessian(lambda x: np.sum(cube(x)))(np.array([1.0, 2.0])), np.diag([6.0, 12.0]))
    check_grads(cube, ARRAY, order=3)


def test_a_primitive_of_two_arguments_broadcasts(registry):
    damped = primitive(
        lambda x, k: x * np.exp(-k * x),
        lambda g, out, x, k: g * (1 - k * x) * np.exp(-k * x),
        lambda g, out, x, k: -g * x * out,
        name="damped",
    )
    for x, k in (
        (0.7, 0.3),
        (ARRAY, 0.3),
        (0.7, ARRAY),
        (ARRAY, np.array([0.1, 0.2, 0.3])),
        (ARRAY, ARRAY[:, :1]),
    ):
        check_grads(damped, x, k, order=2)
    x = Value(0.5)
    damped(x, x).backward()  # x e^(-x^2)
    assert x.grad == pytest.approx((1 - 2 * 0.25) * np.exp(-0.25))


def test_arguments_beyond_the_rules_are_static(registry):
    shifted = primitive(lambda x, by: np.roll(x, by), lambda g, out, x, by: shifted(g, -by), name="shifted")
    assert np.array_equal(jacobian(lambda x: shifted(x, 1))(np.ones(3)), np.roll(np.eye(3), 1, axis=0))
    check_grads(lambda x: shifted(x, 1) ** 2, np.array([1.0, 2.0, 3.0]), order=2)


def test_a_step_has_a_rule_that_says_so(registry):
    rounded = primitive(np.round, None)
    x = Value([0.4, 1.6])
    (rounded(x) * x).sum().backward()
    assert x.grad.tolist() == [0.0, 2.0]
    assert np.round(x).data.tolist() == [0.0, 2.0]


def test_a_value_where_no_rule_is_loses_no_gradient_in_silence(registry):
    product = primitive(lambda a, b: a * b, lambda g, out, a, b: g * b, name="product")
    with pytest.raises(TypeError, match=r"^product: "):
        product(Value(2.0), Value(3.0)).backward()


def test_a_rule_for_scipys_erf_makes_scipys_erf_work(registry):
    erf = scipy.special.erf
    with pytest.raises(TypeError, match="erf has no derivative rule"):
        erf(Value(0.5))
    primitive(erf, lambda g, out, x: g * 2 / np.sqrt(np.pi) * np.exp(-x * x))
    assert erf(Value(0.5)).data == erf(0.5)
    assert erf(Value(0.5)).op.name == "erf"
    assert grad(erf)(0.0) == pytest.approx(2 / np.sqrt(np.pi), rel=1e-15)
    assert grad(grad(erf))(0.5) == pytest.approx(-2 / np.sqrt(np.pi) * np.exp(-0.25), rel=1e-14)
    check_grads(erf, ARRAY, order=2)


def test_a_new_rule_for_a_function_of_numpys_replaces_the_old(registry):
    primitive(np.sort, lambda g, out, x: g[np.argsort(np.argsort(x))])
    assert slope_of(
        lambda x: np.sort(x) * np.array([1.0, 10.0, 100.0]), np.array([3.0, 1.0, 2.0])
    ).tolist() == [100, 1, 10]
