"""Every error in its own words: what was given, what was expected, what to do."""

import numpy as np
import pytest

from microgd import Value, compile, grad, hvp, jacobian, primitive, value_and_grad, vjp


def message(error, act):
    """What `act` says as it raises this error; behind ` (` NumPy may have added words of its own."""
    with pytest.raises(error) as caught:
        act()
    assert type(caught.value) is error
    return str(caught.value)


def two():
    return Value([1.0, 2.0])


# What a Value can hold


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (1j, "complex numbers (1j)"),
        (np.array([1 + 2j]), "complex numbers (array([1.+2.j]))"),
        ("0.5", "text ('0.5')"),
        (b"0.5", "text (b'0.5')"),
        ([1, "a"], "text ([1, 'a'])"),
        (None, "objects (None)"),
        ([None, 1.0], "objects ([None, 1.0])"),
        ({"w": 1.0}, "objects ({'w': 1.0})"),
        (10**30, None),
        (np.datetime64("2020-01-01"), "datetime64[D] (np.datetime64('2020-01-01'))"),
        (["x" * 100], "text (['" + "x" * 55 + "...)"),
    ],
    ids=lambda given: str(given)[:20],
)
def test_only_real_numbers(given, words):
    if words is None:  # a long int is a number like any other
        assert Value(given).data == float(given)
    else:
        assert message(TypeError, lambda: Value(given)) == f"Value: expected real numbers, got {words}"


def test_not_a_value_again():
    assert (
        message(TypeError, lambda: Value(Value(1.0)))
        == "expected a number or an array, got Value(1.0): a Value already"
    )


@pytest.mark.parametrize("given", [1j, "a", None, {"w": 1}, object()], ids=lambda given: type(given).__name__)
def test_operands_are_numbers_arrays_or_values(given):
    words = (
        "expected real numbers, got complex numbers (2j)" if given == 1j
        else f"expected numbers, real arrays or Values, got {type(given).__name__}"
    )  # fmt: skip
    assert message(TypeError, lambda: Value(2.0) * given) == f"*: {words}"
    assert message(TypeError, lambda: given * Value(2.0)) == f"*: {words}"
    assert message(TypeError, lambda: two() * given).startswith(f"*: {words.partition(' (')[0]}")


def test_shapes_that_do_not_fit_together():
    three = np.ones(3)
    for act, words in (
        (lambda: two() + three, "+: shapes (2,) and (3,) do not fit together ("),
        (lambda: three + two(), "+: shapes (3,) and (2,) do not fit together ("),
        (lambda: two() / [1, 2, 3], "/: shapes (2,) and (3,) do not fit together ("),
        (lambda: two() ** Value(three), "**: shapes (2,) and (3,) do not fit together ("),
        (lambda: two() > three, ">: shapes (2,) and (3,) do not fit together ("),
        (lambda: two() @ three, "@: shapes (2,) and (3,) do not fit together ("),
        (lambda: np.eye(2) @ Value(np.eye(3)), "@: shapes (2, 2) and (3, 3) do not fit together ("),
        (lambda: np.maximum(two(), three), "maximum: shapes (2,) and (3,) do not fit together ("),
        (lambda: np.hypot(three, two()), "hypot: shapes (3,) and (2,) do not fit together ("),
    ):
        assert message(ValueError, act).startswith(words)


def test_a_matrix_product_of_numbers():
    assert message(ValueError, lambda: Value(1.0) @ Value(2.0)).startswith(
        "@: shapes () and () do not fit together"
    )


# backward


def test_backward_from_more_than_a_number():
    assert message(ValueError, lambda: (two() * 2).backward()) == (
        "backward() needs a scalar, got shape (2,): "
        "reduce it (.sum(), .mean()) or pass gradient= of that shape"
    )


def test_a_gradient_of_another_shape_or_type():
    for given, shape in (([1.0, 2.0, 3.0], "(3,)"), (1.0, "()"), (np.ones((1, 2)), "(1, 2)")):
        assert message(ValueError, lambda: two().backward(given)) == (  # noqa: B023
            f"gradient: expected shape (2,), got {shape}"
        )
    assert message(ValueError, lambda: Value(1.0).backward([1.0])) == (
        "gradient: expected shape (), got (1,)"
    )
    assert message(TypeError, lambda: two().backward([1j, 2])) == (
        "gradient: expected real numbers, got complex numbers ([1j, 2])"
    )


def test_a_primitives_rule_of_the_wrong_shape():
    def broken(shape, name="broken"):
        return primitive(lambda x: x * 2, lambda g, out, x: np.ones(shape), name=name)

    for given, shape in (
        (two(), (3,)),
        (two(), ()),
        (Value(np.ones((2, 3))), (3,)),
        (Value(np.ones((2, 3))), (3, 2)),
    ):
        assert message(ValueError, lambda: broken(shape)(given).sum().backward()) == (  # noqa: B023
            f"broken: a vjp must return a gradient of its argument's shape {given.shape} "
            f"(or of the output's, where the argument was broadcast), got shape {shape}"
        )


@pytest.mark.parametrize("x", [Value(1.0), Value([1.0, 2.0])], ids=str)
def test_a_primitives_rule_of_a_shape_that_is_too_large(x):
    square = primitive(lambda x: x * x, lambda g, out, x: 2 * g * x * np.ones((2, 2)), name="square")
    assert message(ValueError, lambda: square(x).sum().backward()).startswith(
        "square: a vjp must return a gradient of"
    )


@pytest.mark.parametrize("returned", [None, 1j, "a"], ids=str)
def test_a_primitives_rule_that_returns_no_number(returned):
    broken = primitive(lambda x: x * 2, lambda g, out, x: returned, name="broken")
    with pytest.raises((TypeError, ValueError), match=r"^broken: "):
        broken(Value(1.0)).backward()


def test_an_error_inside_a_primitive_names_it():
    def compute(x):
        raise ValueError("out of ink")

    with pytest.raises(ValueError, match="out of ink") as caught:
        primitive(compute, lambda g, out, x: g, name="write")(two())
    assert str(caught.value) == "write(array of shape (2,)): out of ink"


# Data and gradients that are set


def test_setting_data():
    def of_a_result():
        y = Value(2.0) * 3
        y.data -= 1.0

    def of_another_shape():
        x = two()
        x.data = np.ones(3)

    def to_a_value():
        x = Value(1.0)
        x.data -= Value(0.5)

    assert message(AttributeError, of_a_result) == (
        "Value(6.0) was computed (by *): only the data of a leaf can be set"
    )
    assert message(ValueError, of_another_shape) == (
        "data: expected shape (2,), got (3,); make a new Value for that"
    )
    assert message(TypeError, to_a_value) == NOT_AN_ARRAY


def test_setting_a_gradient():
    x = two()
    assert message(ValueError, lambda: setattr(x, "grad", np.ones(3))) == (
        "grad: expected shape (2,), got (3,); or a number"
    )
    assert (
        message(TypeError, lambda: setattr(x, "grad", "0")) == "grad: expected real numbers, got text ('0')"
    )


def test_assignment_into_a_value():
    def assign():
        x = two()
        x[0] = 5.0

    assert message(TypeError, assign) == (
        "a Value cannot be assigned into: results computed from it before would not see the "
        "change. Write to .data of a leaf, or build a new Value with np.where or np.concatenate"
    )


def test_a_change_between_a_derivative_and_its_derivative():
    p = Value(3.0)
    _, pull = vjp(lambda x: p * x * x)(2.0)
    p.data = 5.0
    assert message(RuntimeError, lambda: pull(1.0)) == (
        "Value(5.0) was changed after a result was computed from it, so the derivative of a derivative "
        "would mix old numbers with new: compute the result again first"
    )
    p.data = 3.0  # back as it was: nothing to mix
    assert pull(1.0).data == 12.0


# Numbers and arrays are different things


def test_a_number_has_no_entries():
    x = Value(1.5)
    assert message(TypeError, lambda: x[0]) == "Value(1.5) is a scalar: it has no entries to pick"
    assert message(TypeError, lambda: len(x)) == "Value(1.5) is a scalar: it has no length"
    assert message(TypeError, lambda: list(x)) == "Value(1.5) is a scalar: it has no length"


def test_an_array_is_no_number():
    assert message(ValueError, two().item) == "item: expected a scalar, this Value has shape (2,)"
    assert message(ValueError, lambda: float(two())) == "item: expected a scalar, this Value has shape (2,)"
    assert "ambiguous" in message(ValueError, lambda: 1 if two() > 0 else 0)


# NumPy

NOT_AN_ARRAY = (
    "a Value is not converted to an array implicitly, its gradient would be lost: "
    "take .data for the numbers, or np.stack([...]) to make one Value of several"
)


@pytest.mark.parametrize(
    "act",
    [
        lambda x: np.asarray(x),
        lambda x: np.array(x),
        lambda x: np.array([x, x]),
        lambda x: np.asarray(x, dtype=object),
        lambda x: np.mean([x, x]),
        lambda x: np.exp([x, x]),
        lambda x: Value([x, x]),
        lambda x: np.ones(2) * [x, x],
        lambda x: x.backward(x),
        lambda x: setattr(Value(1.0), "data", x),
        lambda x: setattr(Value(1.0), "grad", x),
    ],
)
def test_a_value_is_not_turned_into_an_array(act):
    for x in (Value(1.0), two()):
        assert message(TypeError, lambda: act(x)) == NOT_AN_ARRAY  # noqa: B023


ADD_IT = ". If it has a derivative, add it in one line: microgd.primitive({0}, lambda g, out, x: {1})"


@pytest.mark.parametrize(
    ("act", "name", "why"),
    [
        (np.frompyfunc(lambda x: x, 1, 1), "<lambda> (vectorized)", ADD_IT.format("{0}", "g * ...")),
        (np.i0, "np.i0", ADD_IT.format("{0}", "the gradient in the shape of x")),
        (np.fft.fft, "np.fft.fft", ": it is for complex numbers, a Value is real"),
        (lambda x: np.nextafter(x, 1.0), "np.nextafter", ": it counts floats, not numbers"),
        (lambda x: np.gcd(x, 2), "np.gcd", ": it is for integers"),
    ],
)
def test_a_function_without_a_rule_is_refused_by_name(act, name, why):
    assert message(TypeError, lambda: act(two())) == (
        f"{name} has no derivative rule{why.format(name)}. If you want plain numbers, give it .data"
    )


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (lambda x: np.subtract.reduce(x), "np.subtract.reduce"),
        (lambda x: np.add.reduceat(x, [0]), "np.add.reduceat"),
        (lambda x: np.add.at(np.ones(2), [0], x), "np.add.at"),
    ],
)
def test_a_method_of_a_ufunc_without_a_rule_is_refused_by_name(act, name):
    assert message(TypeError, lambda: act(two())) == (
        f"{name} has no derivative rule: write it with operations on whole arrays"
    )


def test_a_function_of_others_is_not_called_numpys():
    special = pytest.importorskip("scipy.special")
    assert message(TypeError, lambda: special.j0(two())).startswith("j0 has no derivative rule")


def test_in_place_and_out_are_refused():
    def in_place():
        array = np.ones(2)
        array += two()

    words = (
        "out= and in-place operations would write a Value's numbers into an array and lose the gradient; "
        "use the result: y = y + value instead of y += value"
    )
    assert message(TypeError, in_place) == f"np.add: {words}"
    assert message(TypeError, lambda: np.exp(two(), out=np.ones(2))) == f"np.exp: {words}"
    assert message(TypeError, lambda: np.add(1.0, two(), np.ones(2))) == f"np.add: {words}"
    assert message(TypeError, lambda: np.sum(two(), out=np.ones(()))) == f"np.sum: {words}"


def test_options_that_a_value_cannot_take():
    mask = np.array([True, False])
    for act, words in (
        (
            lambda: np.exp(two(), where=mask),
            "np.exp: where= is not supported with Values; use np.where(mask, result, other)",
        ),
        (
            lambda: np.exp(two(), dtype=int),
            "np.exp: dtype=int64 has no derivative, expected float64 or float32",
        ),
        (
            lambda: np.sum(two(), dtype=bool),
            "np.sum: dtype=bool has no derivative, expected float64 or float32",
        ),
        (
            lambda: np.sum(two(), where=mask),
            "np.sum: where= is not supported with Values; use np.where(mask, result, other)",
        ),
        (lambda: np.sum(two(), initial=1.0), "np.sum: initial= is not supported with Values"),
        (
            lambda: np.bincount([0, 1], two()),
            "np.bincount: the gradient of weights would be lost; give weights=weights.data for the numbers, "
            "or sum by a matrix of ones and zeros: weights @ (labels[:, None] == np.arange(count))",
        ),
    ):
        assert message(TypeError, act) == words


# Functions of functions


def test_a_gradient_of_more_than_a_number():
    def twice(x):
        return x * 2

    words = "reduce it (.sum(), .mean()) or use jacobian"
    for transformed in (grad(twice), value_and_grad(twice), grad(twice, (0,))):
        assert message(ValueError, lambda: transformed(np.ones(3))) == (  # noqa: B023
            f"grad: twice must return a scalar, got shape (3,); {words}"
        )
    assert message(ValueError, lambda: grad(lambda x: (x, x))(1.0)) == (
        f"grad: <lambda> must return a scalar, got a tuple; {words}"
    )


@pytest.mark.parametrize("returned", [None, "0.5", 1j])
@pytest.mark.filterwarnings("ignore:the gradient is 0")
def test_a_gradient_of_what_is_no_number(returned):
    def forgetful(x):
        return returned

    words = message(ValueError, lambda: grad(forgetful)(1.0))
    assert words.startswith("grad: forgetful must return a scalar, got ")


@pytest.mark.parametrize("returned", [None, "0.5", {"y": None}])
@pytest.mark.parametrize("transformed", [jacobian, vjp])
def test_a_derivative_of_what_is_no_number(transformed, returned):
    with pytest.raises((TypeError, ValueError), match="<lambda>"):
        transformed(lambda x: returned)(1.0)


@pytest.mark.parametrize("argnums", ["x", None, (0, "x"), [], True, 0.0])
def test_argnums_of_another_kind(argnums):
    with pytest.raises(TypeError, match=r"^argnums="):
        grad(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_argnums_out_of_range():
    def product(x, y):
        return x * y

    for argnums, act in (
        (2, lambda: grad(product, 2)(1.0, 2.0)),
        (-3, lambda: grad(product, -3)(1.0, 2.0)),
        (5, lambda: jacobian(product, (0, 5))(1.0, 2.0)),
    ):
        assert message(TypeError, act) == (
            f"argnums={argnums}: product was called with 2 positional arguments; "
            "the arguments to differentiate must be positional"
        )
    assert message(TypeError, lambda: grad(product)(x=1.0, y=2.0)) == (
        "argnums=0: product was called with 0 positional arguments; "
        "the arguments to differentiate must be positional"
    )


def test_an_argument_that_is_no_number():
    assert (
        message(TypeError, lambda: grad(lambda x: x)(1j))
        == "Value: expected real numbers, got complex numbers (1j)"
    )
    assert message(TypeError, lambda: grad(lambda p: p["w"])({"w": 1.0, "by": "adam"})) == (
        "Value: expected real numbers, got text ('adam')"
    )


def test_a_gradient_to_pull_back_of_the_wrong_shape():
    _, pull = vjp(lambda x: x * 2)(np.ones(2))
    assert message(ValueError, lambda: pull(np.ones(3))) == "vjp: expected a gradient of shape (2,), got (3,)"
    assert message(ValueError, lambda: pull(1.0)) == "vjp: expected a gradient of shape (2,), got ()"
    assert message(ValueError, lambda: pull([1.0, 2.0])) == "vjp: expected a number or an array, got a list"
    assert message(TypeError, lambda: pull(1j)) == "vjp: expected real numbers, got complex numbers (1j)"
    _, pull = vjp(lambda x: {"a": x, "b": x})(1.0)
    assert message(ValueError, lambda: pull({"a": 1.0})) == (
        "vjp: expected a dict with ['a', 'b'], got {'a': 1.0}"
    )
    assert message(ValueError, lambda: pull(2.0)) == "vjp: expected a dict with ['a', 'b'], got 2.0"


@pytest.mark.parametrize("direction", [1.0, np.ones((2, 3)), [1.0, 0.0, 0.0], np.ones(2)], ids=repr)
def test_a_direction_of_another_structure(direction):
    words = message(ValueError, lambda: hvp(lambda x: np.sum(x**3))(np.ones(3), direction))
    assert words.startswith("hvp: ")


def test_hvp_without_a_direction():
    assert "slope_along_v" not in message(TypeError, lambda: hvp(lambda x: x**3)(1.0))


# What a Value has not


def test_an_attribute_that_arrays_have_is_named_as_numpys_function():
    assert (
        message(AttributeError, lambda: two().outer())
        == "a Value has no attribute 'outer'; np.outer(value) does it"
    )
    assert message(AttributeError, lambda: two().sort()) == (
        "a Value has no attribute 'sort'; np.sort(value) does it: a Value is not changed in place"
    )
    assert message(AttributeError, lambda: two().bakward()) == "a Value has no attribute 'bakward'"


def test_a_compiled_function_is_named():
    def error(knob_weight):
        return knob_weight

    assert message(TypeError, lambda: compile(error)(1.0, 2.0)) == "error(): too many positional arguments"
    assert (
        message(TypeError, lambda: compile(error)()) == "error(): missing a required argument: 'knob_weight'"
    )


# What NumPy refuses


@pytest.mark.parametrize(
    "act", [
        lambda x: np.einsum("ii", x), lambda x: np.einsum("...i->i", x), lambda x: np.vecdot(x, x[:, :1]),
        lambda x: np.average(x, axis=0, weights=[2.0]), lambda x: np.average(x, axis=1, weights=[1.0, 2.0]),
    ],
    ids=["no square", "dots on one side", "vectors of two lengths", "one weight", "two weights"],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_refused_as_by_numpy(act):
    for x in (np.ones((2, 3)), Value(np.ones((2, 3)))):
        with pytest.raises((ValueError, TypeError)):
            act(x)
