"""NumPy's functions and a Value: a gradient, or a plain answer to a question, or a refusal by name."""

import inspect

import numpy as np
import pytest
import scipy.special

from microgd import Value, grad, hessian, jacobian, primitive
from microgd.autodiff.check import check_grads
from microgd.autodiff.primitives.primitive import Primitive, numpy_functions

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


# Arguments that say nothing

SAY_NOTHING = [
    (np.exp, (), {"out": None}), (np.exp, (), {"where": True, "casting": "same_kind", "order": "K"}),
    (np.exp, (), {"dtype": float, "subok": True, "where": np.True_, "out": None}),
    (np.add, (1.0,), {"out": (None,)}),
    (np.sum, (0, None, None, False), {}), (np.sum, (), {"out": None, "where": True, "dtype": "float64"}),
    (np.mean, (None, float), {}), (np.var, (0, None, None, 1), {}), (np.std, (), {"dtype": float}),
    (np.max, (0, None), {}), (np.prod, (1, None, None), {"keepdims": True}), (np.cumsum, (0, float), {}),
    (np.clip, (0.0, 1.0, None), {}), (np.clip, (0.0, 1.0), {"out": None, "dtype": float}),
    (np.trace, (0, 0, 1, None, None), {}), (np.take, ([0, 1], None, None), {}),
    (np.take, ([0, 1],), {"mode": "raise"}), (np.diff, (1, -1), {}), (np.reshape, (6, "C"), {}),
    (np.ravel, ("C",), {}), (np.copy, ("K",), {"subok": False}), (np.round, (1, None), {}),
    (np.add.reduce, (0, None, None, False), {}), (np.add.reduce, (), {"where": True, "dtype": float}),
    (np.add.accumulate, (0, None, None), {}), (np.multiply.outer, ([1.0, 2.0],), {"dtype": float}),
    (np.exp, (), {"order": "F"}), (np.copy, ("C",), {}), (np.copy, (), {"order": "F"}),
    (np.dot, (ARRAY.T,), {"out": None}), (np.linalg.norm, (None, None, False), {}),
]  # fmt: skip


@pytest.mark.parametrize(("function", "more", "options"), SAY_NOTHING)
def test_an_argument_that_says_nothing_is_left_out(function, more, options):
    expected = function(ARRAY, *more, **options)
    result = function(Value(ARRAY), *more, **options)
    np.testing.assert_allclose(result.data, expected, rtol=1e-15)
    assert result.data.dtype == expected.dtype if result.shape else type(result.data) is float


def test_a_dtype_converts_the_operands_as_numpy_does():
    narrow = ARRAY.astype(np.float32)
    for use in (
        lambda x: np.exp(x, dtype=np.float64),
        lambda x: np.sum(x, axis=0, dtype=np.float64),
        lambda x: np.add.reduce(x, dtype=np.float64),
        lambda x: np.concatenate([x, narrow], dtype=np.float64),
        lambda x: np.multiply(x, narrow, dtype=np.float32),
    ):
        value = Value(narrow)
        result = use(value)
        assert result.data.dtype == use(narrow).dtype
        assert np.array_equal(result.data, use(narrow))
        result.sum().backward()
        assert value.grad.dtype == np.float32
    assert np.exp(Value(ARRAY), dtype=np.float32).dtype == np.float32


def named(function):
    """The names of the arguments that a function takes by position; None for those without a name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # a built-in function of an older NumPy
        return []
    if any(x.kind is x.VAR_POSITIONAL for x in parameters):
        return []
    return [
        None if x.kind is x.POSITIONAL_ONLY else x.name for x in parameters if x.kind is not x.KEYWORD_ONLY
    ]


def test_ours_take_the_arguments_of_numpys_in_its_order():
    compared = 0
    for function, ours in numpy_functions.items():
        if isinstance(function, np.ufunc) or isinstance(ours, Primitive):
            continue
        for numpys, name in zip(named(function)[1:], named(ours)[1:], strict=False):  # the first is the Value
            assert numpys in (None, name, "newshape"), function  # as NumPy 2.0 calls a shape
            compared += 1
    assert compared > 40


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
        (np.argwhere,),
        (np.argpartition, 1),
        (np.isreal,),
        (np.iscomplex,),
        (np.isposinf,),
        (np.isneginf,),
        (np.array_equiv, ARRAY),
        (np.digitize, [0.0, 1.0]),
        (np.unique,),
        (np.isin, [2.0]),
        (np.union1d, [2.0]),
        (np.may_share_memory, [1.0]),
    ):
        answer = function(x, *more)
        assert np.array_equal(answer, function(ARRAY, *more))
        assert not isinstance(answer, Value)
    for counted, expected in zip(np.histogram(x, bins=3), np.histogram(ARRAY, bins=3), strict=True):
        assert np.array_equal(counted, expected)
    assert np.bincount([0, 2, 2], weights=Value([1.0, 2.0, 3.0]).data).tolist() == [1.0, 0.0, 5.0]
    with pytest.raises(TypeError, match=r"^np.histogram: the gradient of weights would be lost"):
        np.histogram(ARRAY, weights=x)
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


def test_a_rule_for_scipys_erfi_makes_scipys_erfi_work(registry):
    erfi = scipy.special.erfi
    with pytest.raises(TypeError, match="erfi has no derivative rule"):
        erfi(Value(0.5))
    primitive(erfi, lambda g, out, x: g * 2 / np.sqrt(np.pi) * np.exp(x * x))
    assert erfi(Value(0.5)).data == erfi(0.5)
    assert erfi(Value(0.5)).op.name == "erfi"
    assert grad(erfi)(0.0) == pytest.approx(2 / np.sqrt(np.pi), rel=1e-15)
    assert grad(grad(erfi))(0.5) == pytest.approx(2 / np.sqrt(np.pi) * np.exp(0.25), rel=1e-14)
    check_grads(erfi, ARRAY, order=2)


def test_a_new_rule_for_a_function_of_numpys_replaces_the_old(registry):
    primitive(np.sort, lambda g, out, x: g[np.argsort(np.argsort(x))])
    assert slope_of(
        lambda x: np.sort(x) * np.array([1.0, 10.0, 100.0]), np.array([3.0, 1.0, 2.0])
    ).tolist() == [100, 1, 10]
