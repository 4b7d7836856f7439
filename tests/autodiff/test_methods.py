"""A Value has the methods of an ndarray, with its arguments, and Python rounds it as it rounds a float."""

import inspect
import math
import warnings

import numpy as np
import pytest

from microgd import Value, compile, grad
from microgd.autodiff.operators import HABITS

ARRAY = np.array([[0.5, 2.0, -1.0], [3.0, -0.25, 1.5]])

WITH_GRADIENT = [
    ("sum", (), {}), ("sum", (0, None, None, True), {}), ("sum", (), {"axis": 1, "dtype": float}),
    ("mean", (1,), {"out": None}), ("prod", (0,), {}), ("max", (0, None, True), {}), ("min", (), {}),
    ("var", (0, None, None, 1), {}), ("std", (), {"axis": 1, "ddof": 1, "keepdims": True}),
    ("cumsum", (1,), {}), ("clip", (-0.5, 1.0), {}), ("clip", (), {"min": 0.0}), ("dot", (ARRAY.T,), {}),
    ("trace", (1,), {}), ("diagonal", (), {"offset": 1}), ("take", ([0, 4],), {}), ("take", ([2, 0], 1), {}),
    ("repeat", (2, 0), {}), ("squeeze", (), {}), ("swapaxes", (0, 1), {}), ("ravel", (), {"order": "C"}),
    ("flatten", (), {}), ("copy", (), {}), ("copy", ("F",), {}), ("conj", (), {}), ("conjugate", (), {}),
    ("transpose", (), {}), ("reshape", (3, 2), {}), ("reshape", ((3, 2),), {"order": "C"}),
    ("astype", (np.float32,), {"copy": False}),
]  # fmt: skip
PLAIN = [
    ("all", (), {}), ("any", (0,), {}), ("argmax", (), {}), ("argmin", (1,), {"keepdims": True}),
    ("argsort", (0,), {}), ("argpartition", (1,), {}), ("nonzero", (), {}), ("tolist", (), {}),
    ("item", (4,), {}), ("item", (1, 2), {}), ("astype", (int,), {}), ("astype", (bool,), {"order": "C"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "options"), WITH_GRADIENT)
def test_a_method_is_an_ndarrays(name, args, options):
    value = Value(ARRAY)
    result = getattr(value, name)(*args, **options)
    assert type(result) is Value
    np.testing.assert_allclose(result.data, getattr(ARRAY, name)(*args, **options), rtol=1e-6)
    result.sum().backward()
    assert np.any(value.grad)


@pytest.mark.parametrize(("name", "args", "options"), PLAIN)
def test_a_method_without_gradient_is_plain(name, args, options):
    result, expected = (getattr(x, name)(*args, **options) for x in (Value(ARRAY), ARRAY))
    assert type(result) is type(expected)
    assert np.array_equal(result, expected)


def test_every_attribute_of_an_ndarray_is_there_or_its_error_says_what_to_write():
    value = Value(ARRAY)
    for name in dir(np.ndarray):
        if name.startswith("_") or hasattr(value, name) or not hasattr(ARRAY, name):
            continue
        with pytest.raises(AttributeError, match=f"a Value has no attribute '{name}'; "):
            getattr(value, name)


def test_no_hint_hides_what_is_there():
    assert not [name for name in HABITS if hasattr(Value(ARRAY), name)]


@pytest.mark.parametrize("name", ["sum", "argmax", "round"])
def test_a_method_has_a_docstring_and_its_name(name):
    method = getattr(Value, name)
    assert method.__name__ == name
    assert f"`np.{name}`" in method.__doc__
    assert (
        list(inspect.signature(method).parameters)[1:]
        == list(inspect.signature(getattr(np, name)).parameters)[1:]
    )


def test_round_is_numpys_and_has_no_gradient():
    for x in (ARRAY, 2.675, ARRAY.astype(np.float32)):
        for digits in (0, 1, -1):
            assert np.array_equal(Value(x).round(digits).data, np.round(x, digits))
    assert np.array_equal(np.around(Value(ARRAY)).data, np.around(ARRAY))
    assert np.array_equal(np.fix(Value(ARRAY)).data, np.trunc(ARRAY))
    assert grad(lambda x: np.sum(x * np.round(x, 1)))(ARRAY).tolist() == np.round(ARRAY, 1).tolist()
    program = compile(lambda x: x - np.round(x, 1))
    assert np.array_equal(program(ARRAY), ARRAY - np.round(ARRAY, 1))
    assert program(2.34) == 2.34 - np.round(2.34, 1)


# Python's functions of numbers


ROUNDINGS = {
    "int": int, "round": round, "math.floor": math.floor, "math.ceil": math.ceil, "math.trunc": math.trunc,
}  # fmt: skip


@pytest.mark.parametrize("number", [2.5, -2.5, 0.0, 7.000001, 1e20])
@pytest.mark.parametrize("convert", [*ROUNDINGS.values(), lambda x: round(x, 2), float])
def test_python_rounds_a_scalar_as_a_float(convert, number):
    result = convert(Value(number))
    assert (type(result), result) == (type(convert(number)), convert(number))


@pytest.mark.parametrize(("name", "convert"), ROUNDINGS.items())
def test_python_does_not_round_an_array(name, convert):
    with pytest.raises(TypeError, match=rf"^{name}: expected a scalar, this Value has shape \(2, 3\): "):
        convert(Value(ARRAY))


@pytest.mark.parametrize("convert", [int, round, math.floor])
def test_rounding_takes_the_number_out_of_a_derivative(convert):
    with pytest.warns(RuntimeWarning, match="takes the plain number out of a Value while its derivative"):
        grad(lambda x: x * convert(x))(2.5)
    with pytest.raises(TypeError, match="the number of a traced Value was read"):
        compile(lambda x: x * convert(x))(2.5)


def test_divmod_from_both_sides():
    for a, b in ((7.0, 2.5), (-7.0, 2.5), (ARRAY, 0.7), (3.0, ARRAY)):
        for left, right in ((Value(a), b), (a, Value(b)), (Value(a), Value(b))):
            quotient, rest = divmod(left, right)
            assert np.array_equal(quotient.data, np.floor_divide(a, b))
            assert np.array_equal(rest.data, np.remainder(a, b))
            assert np.array_equal((left // right).data, quotient.data)
            assert np.array_equal((left % right).data, rest.data)


# Steps that learn nothing


def differentiated(x):
    parameter = Value(x)
    (parameter * parameter).sum().backward()
    return parameter


@pytest.mark.parametrize("x", [3.0, ARRAY])
def test_a_step_on_the_name_of_a_parameter_warns(x):
    parameter = before = differentiated(x)
    with pytest.warns(RuntimeWarning, match=r"the parameter keeps its number .* Write p\.data -= rate"):
        parameter -= 0.1 * parameter.grad
    assert parameter is not before


def test_other_steps_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parameter = differentiated(3.0)
        parameter.data -= 0.1 * parameter.grad
        total = Value(0.0)
        total -= 1.0  # no gradient
        total -= parameter
        total += 1.0
        total -= 1.0  # a result
        parameter -= total  # the other is a Value: a sum


def test_none_resets_a_gradient():
    for x in (3.0, ARRAY):
        parameter = differentiated(x)
        parameter.grad = None
        assert np.array_equal(parameter.grad, np.zeros(np.shape(x)))
        (parameter * parameter).sum().backward()
        assert np.array_equal(parameter.grad, 2.0 * np.asarray(x))
