"""A Value behaves like the number or the array in it: what it holds, operators, conversions."""

import copy
import copyreg
import functools
import math
import operator
import pickle
import sys

import numpy as np
import pytest
from gradients import gradient_of

import microgd
from microgd import Value, grad, relu

# What it holds


@pytest.mark.parametrize(
    "number", [3, 3.0, True, np.float64(3), np.float32(3), np.int8(3), np.array(3), np.array(3.0)]
)
def test_a_single_number_is_a_python_float(number):
    x = Value(number)
    assert type(x.data) is float
    assert x.data == float(number)
    assert (x.shape, x.ndim, x.size, x.dtype) == ((), 0, 1, np.float64)


@pytest.mark.parametrize(
    "dtype", [int, np.int8, np.uint64, bool, np.float16, np.float64, np.longdouble, ">f8"]
)
def test_an_array_is_of_float64(dtype):
    x = Value(np.array([[0, 1, 1]], dtype))
    assert x.data.dtype == np.dtype(np.float64)
    assert x.data.tolist() == [[0.0, 1.0, 1.0]]
    assert (x.shape, x.ndim, x.size) == ((1, 3), 2, 3)


def test_float32_stays_float32_in_results_and_gradients():
    x = Value(np.array([1, 2], np.float32))
    for y in (
        x * 2.0,
        2 / x,
        x**2,
        0.5**x,
        x @ np.eye(2, dtype=np.float32),
        np.exp(x),
        x.sigmoid(),
        x[::-1],
        abs(x),
        x.max(axis=0, keepdims=True),
        Value(2.0) * x,
        np.where(x > 1, x, 0.0),
        x.softplus(),
    ):
        assert y.dtype == np.float32
        assert gradient_of(y.sum(), x)[0].dtype == np.float32


def test_float32_stays_float32_on_the_way_back():
    x = Value(np.ones(3, np.float32))
    y = x * 2.0
    (y * y).sum().backward()
    assert y.grad.dtype == np.float32


def test_lists_are_arrays():
    assert Value([1, 2]).data.tolist() == [1.0, 2.0]
    assert Value([[1], [2]]).shape == (2, 1)
    assert Value([]).shape == (0,)
    assert Value([True, False]).dtype == np.float64


def test_an_input_array_is_copied():
    array = np.array([1.0, 2.0])
    x = Value(array)
    array[0] = 99.0
    assert x.data.tolist() == [1.0, 2.0]
    x.data[1] = 77.0
    assert array.tolist() == [99.0, 2.0]


def test_it_knows_what_it_was_made_from():
    x = Value(2.0, name="x")
    y = x * 3.0
    assert (x.name, x.op, x.args) == ("x", None, ())
    assert (y.name, y.op.name, y.args) == ("", "*", (x, 3.0))


# Operators: the same as those of the number or array in it

BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.pow,
    operator.floordiv,
    operator.mod,
    operator.gt,
    operator.ge,
    operator.lt,
    operator.le,
    operator.eq,
    operator.ne,
]


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize(
    "other",
    [
        2,
        2.0,
        True,
        np.float64(2),
        np.float32(2),
        np.int64(2),
        np.array(2),
        np.array(2.0),
        np.array([1.0, 3.0]),
        np.array([[1], [3]]),
        [1, 3],
        [[1.0], [3.0]],
        (1, 3),
    ],
    ids=repr,
)
@pytest.mark.parametrize("number", [3.0, [3.0, 1.0]], ids=repr)
def test_a_plain_operand_on_either_side(op, other, number):
    a, b = (np.array(x) if type(x) in (list, tuple) else x for x in (number, other))
    b = float(b) if type(b) is np.float32 else b  # a number is a number: no single precision from it
    for ours, numpys in ((op(Value(number), other), op(a, b)), (op(other, Value(number)), op(b, a))):
        assert type(ours) is Value
        assert ours.shape == np.shape(numpys)
        assert np.array_equal(ours.data, numpys)


@pytest.mark.parametrize(
    "other",
    [[[2.0, 1.0], [0.0, 3.0]], np.array([[2.0, 1.0], [0.0, 3.0]]), Value([[2.0, 1.0], [0.0, 3.0]])],
    ids=lambda x: type(x).__name__,
)
def test_matrix_products_on_either_side(other):
    x = Value([1.0, 5.0])
    assert (x @ other).data.tolist() == [2.0, 16.0]
    assert (other @ x).data.tolist() == [7.0, 15.0]
    assert type(other @ x) is Value


def test_unary_operators():
    for number in (-2.0, np.array([-2.0, 0.0, 3.0])):
        x = Value(number)
        assert np.array_equal((-x).data, -number)
        assert np.array_equal(abs(x).data, abs(number))
        assert (+x) is x


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh"])
def test_methods_are_numpys_functions(name):
    for number in (0.7, np.array([[0.7, 1.9]])):
        np.testing.assert_allclose(getattr(Value(number), name)().data, getattr(np, name)(number), rtol=1e-15)
        np.testing.assert_allclose(
            getattr(np, name)(Value(number)).data, getattr(np, name)(number), rtol=1e-15
        )


@pytest.mark.parametrize("number", [-2.0, -0.3, 0.0, 0.3, 2.0])
def test_methods_without_a_name_in_numpy(number):
    for x in (Value(number), Value([number])):
        assert x.sigmoid().item() == pytest.approx(1 / (1 + math.exp(-number)), rel=1e-15)
        assert x.softplus().item() == pytest.approx(math.log(1 + math.exp(number)), rel=1e-14)
        assert x.relu().item() == max(number, 0.0)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (-1, 0), ()])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_are_numpys(name, axis, keepdims):
    array = np.array([[3.0, 1.0, 4.0], [1.0, 5.0, 9.0]])
    ours = getattr(Value(array), name)(axis, keepdims=keepdims)
    numpys = getattr(array, name)(axis=axis, keepdims=keepdims)
    assert ours.shape == numpys.shape
    np.testing.assert_allclose(ours.data, numpys, rtol=1e-15)


def test_shapes_are_moved_about_as_in_numpy():
    array = np.arange(6.0).reshape(2, 3)
    x = Value(array)
    assert np.array_equal(x.T.data, array.T)
    assert np.array_equal(x.transpose(1, 0).data, array.T)
    assert np.array_equal(x.ravel().data, array.ravel())
    for shape in ((3, 2), (-1,), (3, -1), (1, 6)):
        assert np.array_equal(x.reshape(*shape).data, array.reshape(shape))
        assert np.array_equal(x.reshape(shape).data, array.reshape(shape))
    assert Value(2.0).T.data == 2.0
    assert Value(2.0).reshape(1, 1).shape == (1, 1)
    assert type(Value([[2.0]]).reshape(()).data) is float


def test_transpose_takes_a_tuple():
    assert Value(np.ones((2, 3))).transpose((1, 0)).shape == (3, 2)


def test_numbers_reduce_like_arrays_of_no_axes():
    x = Value(2.0)
    for y in (x.sum(), x.mean(), x.max(), x.min()):
        assert y.data == 2.0
        assert gradient_of(y, x) == [1.0]


# Comparisons and masks


def test_comparisons_decide():
    x = Value(3.0)
    assert x > 2
    assert not x < 2
    assert 0 < x < 4
    assert (x if x >= 3 else -x) is x
    assert max([Value(1.0), x, Value(2.0)]) is x
    assert [v.data for v in sorted([x, Value(1.0)])] == [1.0, 3.0]


def test_comparisons_are_recorded_and_carry_no_gradient():
    x = Value([1.0, -1.0])
    mask = x > 0
    assert (mask.op.name, mask.args, mask.dtype, mask.data.tolist()) == (">", (x, 0), bool, [True, False])
    assert gradient_of((mask * x).sum(), x)[0].tolist() == [1.0, 0.0]
    assert (~mask).data.tolist() == [False, True]
    assert (mask & (x < 5)).data.tolist() == [True, False]
    assert (mask | (x < 0)).data.tolist() == [True, True]
    scalar = Value(1.0) > 0
    assert type(scalar.data) is bool
    assert type((~scalar).data) is bool


def test_nan_compares_as_nan():
    nan = Value(math.nan)
    assert not nan == nan  # noqa: SIM201
    assert nan != nan
    assert not nan > 0
    assert not nan <= 0


def test_a_value_hashes_by_identity():
    x, y = Value(1.0), Value(1.0)
    assert x == y
    assert len({x, y, x}) == 2
    names = {x: "x", y: "y"}
    assert (names[x], names[y]) == ("x", "y")
    many = [Value(np.ones(2)) for _ in range(1000)]  # arrays, whose == cannot be asked for one answer
    assert len(set(many)) == 1000
    assert all(value in set(many) for value in many)


# Indexing

INDICES = [
    0,
    -1,
    3,
    np.int64(2),
    slice(1, 3),
    slice(None, None, -1),
    slice(3, 1),
    None,
    ...,
    (),
    [0, 0],
    [-1, 0, 0],
    [],
    np.array([[0, 1], [1, 1]]),
    [True, False, True, False],
    np.array([False] * 4),
    (None, [2, 2]),
    (..., 1),
]


@pytest.mark.parametrize("where", INDICES, ids=repr)
def test_indexing_a_vector(where):
    array = np.array([10.0, 20.0, 30.0, 40.0])
    check_index(array, where, where)


@pytest.mark.parametrize(
    "where",
    [
        0,
        (0, 1),
        (slice(None), 1),
        (slice(None), [0, 0, 2]),
        ([0, 1, 0], [2, 0, 2]),
        ([[0], [1]], [0, 2]),
        (..., 0),
        (0, ...),
        (None, 1),
        (slice(None, None, -1), slice(None, None, 2)),
        np.eye(2, 3) > 0,
        (np.array([True, False]), slice(1, None)),
        (1, [0, 0]),
        [1, 1, 1],
        (np.array(1), 2),
        ([], []),
    ],
    ids=repr,
)
def test_indexing_a_matrix(where):
    array = np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]])
    check_index(array, where, where)


def test_indexing_by_a_mask_that_is_a_value():
    array = np.array([10.0, 20.0, 30.0, 40.0])
    check_index(array, Value(array) > 15, array > 15)
    check_index(array, (Value(array) > 15) & (Value(array) < 35), slice(1, 3))
    check_index(array.reshape(2, 2), (Value([1.0, 2.0]) > 1, 0), ([1], 0))


def check_index(array, where, plain_where):
    """The entries are NumPy's; each gets back a gradient of 1 for every time it was picked."""
    x = Value(array)
    picked = x[where]
    assert picked.shape == np.shape(array[plain_where])
    assert np.array_equal(picked.data, array[plain_where])
    times = np.zeros_like(array)
    np.add.at(times, plain_where, 1.0)
    assert np.array_equal(gradient_of(picked.sum(), x)[0], times)


def test_iteration_gives_the_entries():
    first, second = Value([[1.0, 2.0], [3.0, 4.0]])
    assert (first.data.tolist(), second.data.tolist()) == ([1.0, 2.0], [3.0, 4.0])
    x = Value([1.0, 2.0, 3.0])
    assert gradient_of(sum(i * entry for i, entry in enumerate(x)), x)[0].tolist() == [0.0, 1.0, 2.0]
    assert [len(x), len(x[:0]), list(x[:0])] == [3, 0, []]


# Out of the graph


def test_conversions_to_plain_python():
    assert float(Value(2.5)) == Value(2.5).item() == Value([[2.5]]).item() == float(Value([2.5])) == 2.5
    assert type(Value(2).item()) is float
    assert type(Value(np.ones(1, np.float32)).item()) is float
    assert math.isclose(Value(2.5), 2.5)
    assert bool(Value(0.0)) is False
    assert bool(Value([3.0])) is True


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(0.5), "Value(0.5)"),
        (Value(1), "Value(1.0)"),
        (Value(math.nan), "Value(nan)"),
        (Value(0.5, name="knob_weight"), "Value(0.5, name='knob_weight')"),
        (Value([1, 2.5]), "Value([1. , 2.5])"),
        (Value([]), "Value([])"),
        (Value([[1, 2], [3, 4]], "w"), "Value([[1., 2.],\n       [3., 4.]], name='w')"),
        (Value(np.arange(100)), "Value([ 0.,  1., ..., 98., 99.])"),
        (Value(1.0) > 0, "Value(True)"),
        (Value([1.0, -1.0]) > 0, "Value([ True, False])"),
        (Value(2.0) * 3, "Value(6.0)"),
    ],
    ids=str,
)
def test_repr_is_what_one_would_write(value, text):
    assert repr(value) == str(value) == text


def test_repr_tells_the_gradient_once_there_is_one():
    x, w = Value(3.0, name="x"), Value([1.0, 2.0])
    (x * w).sum().backward()
    assert repr(x) == "Value(3.0, name='x', grad=3.0)"
    assert repr(w) == "Value([1., 2.], grad=[3., 3.])"
    x.grad, w.grad = 0, 0
    assert repr(x) == "Value(3.0, name='x')"
    assert repr(w) == "Value([1., 2.])"


def test_format_takes_the_specification_of_a_number():
    error = Value(0.123456)
    assert f"{error:.4f} {error:8.2e} {error}" == "0.1235 1.23e-01 0.123456"
    assert f"{Value([1.0, 2.5]):.2f}" == "[1.00 2.50]"
    assert f"{Value([1.0, 2.5])}" == "[1.  2.5]"
    assert f"{Value(2.0)!r:>12}" == "  Value(2.0)"


# Copies


def test_copies_are_values_of_their_own():
    x = Value([1.0, 2.0], name="x")
    for twin in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert (twin.data.tolist(), twin.name) == ([1.0, 2.0], "x")
        (x * twin).sum().backward()
        assert twin.grad.tolist() == [1.0, 2.0]
        twin.data -= 1
        assert x.data.tolist() == [1.0, 2.0]
        x.grad = 0


def test_a_primitive_is_the_same_in_every_copy(monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "activation", relu, raising=False)
    for twin in (copy.copy(relu), copy.deepcopy(relu), pickle.loads(pickle.dumps(relu))):
        assert twin is relu
    assert copyreg.dispatch_table[type(relu)](relu)[1][0].startswith(
        "microgd"
    )  # not __main__, which may mean another by the name
    nameless = microgd.primitive(functools.partial(np.multiply, 2.0), lambda g, out, x: 2.0 * g)
    assert grad(nameless)(3.0) == 2.0
    with pytest.raises(TypeError, match="<primitive primitive> is no module's variable"):
        pickle.dumps(nameless)


def test_an_array_that_nobody_else_holds_is_not_copied_when_it_is_read():
    for read in (lambda x: x * x, lambda x: x * 2.0, lambda x: 2.0 * x, np.exp, np.sum):
        x = Value(np.ones((2, 3)))
        address = x.content.ctypes.data
        read(x)
        assert x.content.ctypes.data == address


def test_a_pickle_of_another_process_is_older_than_what_is_made_of_it():
    x = Value(3.0)
    x.number = 10**15  # the other process has made many Values before
    y = pickle.loads(pickle.dumps(x))
    assert gradient_of(y * y, y) == [6.0]


def test_a_function_of_a_mask_has_the_digits_of_a_number():
    # NumPy answers np.exp(True) in half precision: 2.719.
    assert np.exp(Value(2.0) > 1).data == np.exp(1.0)
    assert np.exp(Value([2.0, 0.0]) > 1).data.tolist() == [np.exp(1.0), 1.0]
