"""A compiled function against the function itself: the same results, to the last bit."""

import collections
import copy
import cProfile
import enum
import functools
import gc
import inspect
import math
import threading
import weakref
from typing import NamedTuple

import numpy as np
import pytest
from cases import all_cases, draw

import microgd
from microgd import Value, grad, hessian, hvp, jacobian, sigmoid, value_and_grad
from microgd.autodiff import TracedValueError
from microgd.autodiff.compiler import trace
from microgd.autodiff.compiler.compile import MAX_PROGRAMS
from microgd.autodiff.trees import tree_leaves, tree_map

CASES = list(all_cases())


def plain(x):
    return x.data if isinstance(x, Value) else x


def assert_same(computed, expected):
    """Entry by entry, bit by bit (a nan is a nan), with the same types, shapes and structure."""
    assert tree_map(type, computed) == tree_map(type, expected)
    for ours, theirs in zip(tree_leaves(computed), tree_leaves(expected), strict=True):
        assert np.shape(ours) == np.shape(theirs)
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(np.copysign(1, ours), np.copysign(1, theirs))


def weighted(f):
    """A single number that depends on every entry of f's results."""

    def total(*args):
        parts = [part * draw(np.shape(part), 0.5, 1.5, seed=7) for part in tree_leaves(f(*args))]
        return sum((part.sum() if np.shape(part) else part for part in parts), 0.0)

    return total


def error(knob_weight, input, goal_pred):
    pred = input * knob_weight
    delta = pred - goal_pred
    return delta**2


def layer_loss(weights, bias, x, goal_pred):
    pred = np.tanh(x @ weights + bias)
    return ((pred - goal_pred) ** 2).mean()


LAYER = draw((2, 3)), draw((3,)), draw((5, 2)), draw((5, 3))


# Every operation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(len(CASES)))
def test_every_operation(case):
    f, *args = CASES[case]
    expected = tree_map(plain, f(*tree_map(Value, args)))
    compiled = microgd.compile(lambda *args: f(*args))
    assert_same(compiled(*args), expected)
    assert_same(compiled(*args), expected)


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.filterwarnings("ignore:the gradient is 0")
def test_every_derivative(case):
    f, *args = CASES[case]
    both = value_and_grad(weighted(f), tuple(range(len(args))))
    assert_same(microgd.compile(both)(*args), both(*args))


def test_a_primitive_of_your_own_is_called_by_its_name():
    cube = microgd.primitive(lambda x: x * x * x, lambda g, out, x: 3.0 * g * x * x, name="cube")
    step = microgd.compile(value_and_grad(lambda x: cube(x).sum()))
    x = np.array([1.0, 2.0])
    assert_same(step(x), (9.0, np.array([3.0, 12.0])))
    assert "= cube(x)" in step.source


def test_a_primitive_of_your_own_may_return_its_argument():
    same = microgd.primitive(lambda x: x, lambda g, out, x: g, name="same")
    x = np.ones(3)
    (result,) = microgd.compile(lambda x: (same(x),))(x)
    result[0] = 7.0
    assert x[0] == 1.0


@pytest.mark.parametrize(("rows", "inner", "columns"), [(5, 33, 4), (5, 33, 1), (1, 33, 4), (5, 1, 4)])
@pytest.mark.parametrize(
    "view", [
        lambda a: a, lambda a: a[:, ::2], lambda a: a[::-1], lambda a: a.T[::2].T,
        lambda a: a > 0.0,
    ],
    ids=["as it is", "every other column", "bottom up", "turned", "mask"],
)  # fmt: skip
def test_products_of_matrices_that_lie_differently_in_memory(view, rows, inner, columns):
    def products(a, b, c):
        return view(a) @ b, b.T @ view(a).T, view(a) @ c, view(a) @ view(a).T

    width = 2 * inner - 1 if np.shape(view(np.ones((1, 3)))) == (1, 2) else inner
    a, b = draw((rows, width), seed=0), draw((inner, columns), seed=1)
    arguments = a, b, b.astype(np.float32)
    expected = [product.data for product in products(*map(Value, arguments))]
    assert_same(microgd.compile(products)(*arguments), tuple(expected))


# The source, as a person reads it ----------------------------------------------------------------


def test_source_of_the_knob():
    step = microgd.compile(value_and_grad(error))
    assert step(0.5, 0.5, 0.8) == (0.30250000000000005, -0.55)
    assert (
        step.source
        == """\
def error(knob_weight, input, goal_pred):
    pred = input * knob_weight
    delta = pred - goal_pred
    error = delta ** 2
    d_delta = 2.0 * delta            # d error / d delta, d error / d pred
    d_knob_weight = d_delta * input  # d error / d knob_weight
    return error, d_knob_weight"""
    )


def test_source_of_a_layer():
    step = microgd.compile(value_and_grad(layer_loss, (0, 1)))
    step(*LAYER)
    assert (
        step.source
        == """\
def layer_loss(weights, bias, x, goal_pred):
    # weights (2, 3), bias (3,), x (5, 2), goal_pred (5, 3)
    t1 = x.dot(weights)
    t2 = t1 + bias
    pred = np.tanh(t2)
    t3 = pred - goal_pred
    t4 = t3 ** 2
    t5 = float(np.add.reduce(t4, axis=None))
    layer_loss = t5 / 15
    d_pred = 0.13333333333333333 * t3     # d layer_loss / d pred
    t6 = pred * pred
    t7 = 1.0 - t6
    d_t2 = d_pred * t7                    # d layer_loss / d t2
    d_bias = np.add.reduce(d_t2, axis=0)  # d layer_loss / d bias
    d_weights = x.T.dot(d_t2)             # d layer_loss / d weights
    return layer_loss, d_weights, d_bias"""
    )


def test_source_of_many_arguments_is_folded():
    step = microgd.compile(lambda weights: [w * 2.0 for w in weights])
    assert step([1.0] * 30) == [2.0] * 30
    assert max(map(len, step.source.splitlines())) <= 110
    assert step.programs[0].function(*[1.0] * 30) == (2.0,) * 30


def test_second_derivatives_say_what_they_are_of():
    step = microgd.compile(grad(grad(lambda x: x**3)))
    assert step(2.0) == 12.0
    assert (
        step.source
        == """\
def program(x):
    d_x = 6.0 * x  # d (d output / d x) / d x
    return d_x"""
    )


def test_names_are_kept_however_much_was_computed_before():
    def f(x):
        for _ in range(3_000):
            x = x * 0.5
        return finish(x)

    def finish(x):
        last = x + 1.0
        return last * last

    step = microgd.compile(f)
    step(0.5)
    assert "last = " in step.source


def test_a_callers_name_goes_before_that_of_whom_it_calls():
    def double(x):
        result = x + x
        return result

    def f(x):
        first = double(x)
        second = double(first * x)
        return double(second)

    step = microgd.compile(f)
    step(0.5)
    names = [line.split(" = ")[0].strip() for line in step.source.splitlines() if " = " in line]
    assert names == ["first", "t1", "second", "result"]


def test_the_names_of_whoever_calls_do_not_count():
    outside = np.array([1.0, 2.0])

    def scaling(inside):
        def scaled(x):
            return x * inside

        return scaled

    step = microgd.compile(scaling(outside))
    step(np.ones(2))
    assert "x * inside" in step.source


def test_arrays_from_outside_keep_their_names_in_a_lambda_and_turned():
    points, goals = draw((5, 2)), draw((5, 3))
    step = microgd.compile(value_and_grad(lambda w: ((points @ w - goals) ** 2).sum()))
    step(draw((2, 3)))
    assert "= points.dot(w)" in step.source
    assert "- goals" in step.source
    assert "= points_T.dot(" in step.source


def test_printed_it_shows_every_program():
    step = microgd.compile(error)
    assert "programs: 0" in str(step)
    with pytest.raises(ValueError, match="not been called"):
        step.source
    step(0.5, 0.5, 0.8)
    step(np.ones(2), 0.5, 0.8)
    assert repr(step) == "<compiled error, programs: 2>"
    assert str(step).count("def error(knob_weight, input, goal_pred):") == 2


# What is simplified, and what is not -------------------------------------------------------------


def lines_of(f, *args):
    """The statements of f's program, without its comments."""
    compiled = microgd.compile(f)
    compiled(*args)
    lines = [line.strip() for line in compiled.source.splitlines()]
    return [line for line in lines if not line.startswith(("#", "def ", "return "))]


def test_a_repeated_subexpression_is_computed_once():
    assert len(lines_of(lambda x, y: np.exp(x * y) + np.exp(y * x), 1.0, 2.0)) == 3


def test_what_nobody_needs_is_not_computed():
    def f(x):
        np.exp(x)
        return x * 2.0

    assert len(lines_of(f, 1.0)) == 1


@pytest.mark.parametrize(
    "f", [
        lambda x: x * 1.0, lambda x: 1.0 * x, lambda x: x / 1, lambda x: x**1,
        lambda x: np.negative(np.negative(x)), lambda x: x.reshape(6).reshape(2, 3), lambda x: x.T.T,
        lambda x: np.positive(x), lambda x: x.sum(axis=()),
        lambda x: x * np.ones((2, 3)), lambda x: x / np.ones(3), lambda x: np.broadcast_to(x, (2, 3)),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_left_out(f):
    assert lines_of(f, draw((2, 3))) == []


def test_what_looks_like_nothing_but_is_not_stays():
    step = microgd.compile(lambda x: (x + 0.0, 0.0 * x, x - 0.0, 0.0 - x))
    for x in (math.nan, math.inf, -0.0):
        assert_same(step(x), (x + 0.0, 0.0 * x, x - 0.0, 0.0 - x))


@pytest.mark.parametrize(
    "x", [2.0, np.array([1.0, np.nan, 0.0, -np.inf]), np.array([2.0, np.nan], np.float32)]
)
def test_a_zeroth_power_is_1_and_needs_no_line(x):
    f = lambda x: (np.exp(x) * x**0, x**0.0 + 2.0)  # noqa: E731
    step = microgd.compile(f)
    assert_same(step(x), tree_map(plain, f(Value(x))))
    assert step.source.count(" = ") == 1
    square = microgd.compile(hessian(lambda x: (x * x + x**2).sum()))
    assert_same(square(np.arange(3.0)), 4.0 * np.eye(3))
    assert "**" not in square.source


def test_two_zeros_are_two_constants():
    assert_same(microgd.compile(lambda x: (x * 0.0, x * -0.0))(2.0), (0.0, -0.0))


@pytest.mark.parametrize(
    "f", [
        lambda x: (x > 0) * 1.0, lambda x: np.sum(x > 0), lambda x: np.cumsum(x > 0),
        lambda x: (x > 0) + (x > 1), lambda x: (x > 0) ** 2, lambda x: np.max(x > 0),
        lambda x: (x > 0) // (x < 5), lambda x: np.exp(x > 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("x", [2.0, np.array([-1.0, 2.0])])
def test_masks_are_counted_in_floats(f, x):
    assert_same(microgd.compile(f)(x), plain(f(Value(x))))


def test_an_array_of_equal_entries_leaves_its_type_and_its_signs():
    x = np.ones(2, np.float32)
    for constant in (np.ones(2), np.full(2, 3.0), np.ones(2, np.float32), np.array([0.0, -0.0])):
        assert_same(microgd.compile(lambda x, c=constant: x * c)(x), x * constant)


# Arguments ---------------------------------------------------------------------------------------


class Weights(NamedTuple):
    first: np.ndarray
    second: float


def test_arguments_and_results_keep_their_structure():
    def f(tree, *rest, scale=2.0, **options):
        return {
            "named": Weights(tree["w"].first * scale, tree["w"].second), "list": [rest[0] + rest[1][0], None],
            "more": options["bias"] - 1.0, "constant": (3.0, "text", np.arange(3.0)),
        }  # fmt: skip

    args = {"w": Weights(np.ones(3), 2.0)}, 1.0, (np.full(2, 5.0),)
    assert_same_but_text(microgd.compile(f)(*args, bias=4.0), f(*args, bias=4.0))
    assert_same_but_text(microgd.compile(f)(*args, bias=4.0, scale=3.0), f(*args, bias=4.0, scale=3.0))


def assert_same_but_text(computed, expected):
    assert tree_map(type, computed) == tree_map(type, expected)
    for ours, theirs in zip(tree_leaves(computed), tree_leaves(expected), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_dict_stays_of_its_kind():
    params = collections.defaultdict(float, w=2.0, b=1.0)
    slope = microgd.compile(grad(lambda params: params["w"] ** 2 * params["b"]))
    for _ in range(2):
        assert slope(params) == {"w": 4.0, "b": 4.0}
        assert slope(params).default_factory is float
    ordered = microgd.compile(lambda x: collections.OrderedDict(one=x, two=2.0 * x))(3.0)
    assert ordered == collections.OrderedDict(one=3.0, two=6.0)


def test_a_default_that_is_not_given_keeps_its_number():
    """The entry x[0] goes by the name x_0 in the program, and so does the parameter."""

    def f(x, x_0=5.0, np=None):
        return x[0] * x[1] + 100.0 * x_0

    step = microgd.compile(f)
    for _ in range(2):
        assert step([3.0, 2.0]) == 506.0
        assert step([3.0, 2.0], 1.0) == 106.0


def test_an_entry_never_goes_by_the_name_of_a_parameter():
    def f(x, x_0, x_0_):
        return x[0] + 10.0 * x_0 + 100.0 * x_0_

    assert microgd.compile(f)([1.0], 2.0, 3.0) == 321.0

    def g(p, p_a_b_2):
        return p["a b"] + 10.0 * p["a_b"] + 100.0 * p_a_b_2

    assert microgd.compile(g)({"a b": 1.0, "a_b": 2.0}, 3.0) == 321.0


class Key(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize("keys", [("\u00b5", "\u03bc"), ("x\u00b2", "1st"), ("R\u00b2", "if"), (Key.ONE, 2)])
def test_keys_that_are_no_names(keys):
    one, other = keys
    step = microgd.compile(lambda p: p[one] + 10.0 * p[other])
    assert step({one: 1.0, other: 2.0}) == step({one: 1.0, other: 2.0}) == 21.0


def test_a_function_may_be_called_like_a_word_that_it_uses():
    def abs(x):
        return np.abs(x)

    assert microgd.compile(abs)(-2.0) == 2.0

    def kernel(x):
        kernel = np.array([1.0, 2.0, 3.0])
        return x * kernel, x

    step = microgd.compile(kernel)
    for _ in range(2):
        assert_same(step(np.ones(3)), (np.array([1.0, 2.0, 3.0]), np.ones(3)))


class Doubling:
    factor = 2.0

    @functools.partial(microgd.compile, static_argnames="self")
    def doubled(self, x):
        return x * self.factor


def test_a_method_is_compiled_with_its_instance_as_static_argument():
    doubling = Doubling()
    assert doubling.doubled(3.0) == Doubling.doubled(doubling, 3.0) == 6.0


def test_a_parameter_may_be_called_self():
    assert microgd.compile(lambda self: self * 2.0)(self=3.0) == 6.0


def test_arrays_of_no_axes_differ_in_their_type():
    step = microgd.compile(lambda x: x * 2.0)
    assert step(np.array(2.0)) == 4.0
    with pytest.raises(TypeError):
        step(np.array("3.0"))


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy])
def test_a_copy_looks_at_the_number(twin):
    with pytest.raises(TracedValueError, match="was read"):
        microgd.compile(lambda x: twin(x) * 2.0)(1.0)


@pytest.mark.parametrize("exponent", [np.inf, -np.inf, np.nan, 2.0, 0.5, -1.0])
def test_powers_of_a_number(exponent):
    assert_same(microgd.compile(lambda x: x**exponent)(0.5), 0.5**exponent)


def test_arrays_of_the_same_shape_ask_for_no_number():
    def f(x):
        return x * np.ones_like(x) + np.zeros_like(x) - 0.0 * np.empty_like(x, dtype=bool)

    x = draw((2, 3))
    assert_same(microgd.compile(f)(x), f(x))


def test_names_in_the_program_are_those_in_the_tree():
    step = microgd.compile(lambda net, x: net["w"].first * x + net["layers"][0])
    step({"w": Weights(1.0, 2.0), "layers": [3.0]}, 4.0)
    assert step.source.startswith("def program(net_w_first, net_w_second, net_layers_0, x):")


@pytest.mark.parametrize(
    "number", [2, np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0), np.array(2)]
)
def test_every_number_is_a_float(number):
    assert_same(microgd.compile(lambda x: (x * x, x))(number), (4.0, 2.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, np.bool, np.float16])
def test_arrays_of_every_type(dtype):
    x = np.array([[0, 1, 2], [3, 4, 0]], dtype)
    f = value_and_grad(lambda w, x: np.sum(np.where(x, w * x, w)))
    assert_same(microgd.compile(f)(2.0, x), f(2.0, x))


def test_float32_stays():
    x = draw((3,)).astype(np.float32)
    both = value_and_grad(lambda w: (2.0 * np.tanh(w) * w).mean())
    assert_same(microgd.compile(both)(x), both(x))


@pytest.mark.parametrize("transformation", [value_and_grad, grad, hessian])
def test_float32_beside_float64(transformation):
    def f(weights):
        return ((np.tanh(x @ weights) - goal_pred) ** 2).mean() + 0.01 * (weights * weights).sum()

    x, goal_pred = draw((5, 3)), draw((5, 2))
    weights = draw((3, 2)).astype(np.float32)
    both = transformation(f)
    assert tree_leaves(both(weights))[-1].dtype == np.float32
    assert_same(microgd.compile(both)(weights), both(weights))


def test_arrays_however_they_lie_in_memory():
    step = microgd.compile(lambda x: np.exp(x) * 2.0)
    for x in (draw((4, 6)), draw((6, 4)).T, draw((8, 12))[::2, ::2], draw((4, 6))[::-1]):
        assert_same(step(x), np.exp(x) * 2.0)


@pytest.mark.parametrize("name", ["np", "float", "math", "bool", "abs", "type", "len", "t1", "dispatch"])
def test_an_argument_may_be_called_anything(name):
    scope = {"numpy": np}
    exec(
        f"def f({name}, x): return numpy.exp(abs({name} * x)) if 0 else numpy.exp({name} * x) + {name}", scope
    )
    step = microgd.compile(grad(scope["f"]))
    assert step(0.5, 2.0) == grad(scope["f"])(0.5, 2.0) == step(0.5, 2.0)
    assert step(**{name: 0.5, "x": 2.0}) == step(0.5, 2.0)


def test_static_arguments_have_a_program_each():
    def power(x, n, how="product"):
        return math.prod([x] * n) if how == "product" else x**n

    step = microgd.compile(grad(power), static_argnames=["n"])
    assert [step(2.0, n) for n in (1, 2, 3, 2)] == [1.0, 4.0, 12.0, 4.0]
    assert step(2.0, n=3, how="power") == 12.0
    assert len(step.programs) == 4


@pytest.mark.parametrize(
    ("first", "second"), [
        (1.0, 2), (1.0, np.float64(2.0)), (1.0, np.ones(2)), (1.0, [1.0]), (1.0, None), (True, False),
        ("sum", "mean"), (np.ones(2), np.ones(3)), (np.ones((2, 3)), np.ones((3, 2))),
        (np.ones(2), np.ones(2, np.float32)), ([1.0], (1.0,)), ([1.0], [1.0, 2.0]), ([1.0], [[1.0]]),
        ({"w": 1.0}, {"b": 1.0}), ({"w": 1.0}, {"w": 1.0, "b": 1.0}), ({"w": [1.0]}, {"w": [1]}),
    ],
)  # fmt: skip
def test_a_program_turns_down_arguments_of_another_kind(first, second):
    step = microgd.compile(lambda x: 7.0)
    assert [step(first), step(second), step(first), step(second)] == [7.0] * 4
    assert len(step.programs) == 2


@pytest.mark.parametrize(
    ("more", "options"), [((), {"scale": 3.0}), ((2.0, 1.0), {}), ((), {"mode": "b"}), ((), {"act": np.exp})]
)
def test_a_program_turns_down_what_it_had_no_argument_for(more, options):
    def f(x, scale=2.0, *rest, mode="a", act=np.tanh):
        return 7.0

    step = microgd.compile(f, static_argnames=["mode", "act"])
    assert [step(1.0), step(1.0, *more, **options), step(1.0)] == [7.0] * 3
    assert len(step.programs) == 2


def test_a_default_may_be_anything():
    step = microgd.compile(lambda x, act=np.tanh: act(x))
    for x in (1.0, np.ones(2), 0.5):
        assert_same(step(x), plain(np.tanh(Value(x))))


def test_text_and_truth_values_and_none_are_static():
    step = microgd.compile(lambda x, double, unit=None: x * 2.0 if double else x + 0.0)
    assert [step(3.0, True), step(3.0, False), step(3.0, True, "m")] == [6.0, 3.0, 6.0]


def test_wrong_arguments():
    with pytest.raises(TypeError, match=r"argument f: expected numbers.*static_argnames='f'"):
        microgd.compile(lambda f, x: f(x))(np.exp, 1.0)
    with pytest.raises(TypeError, match="complex"):
        microgd.compile(lambda x: x)(1j * np.ones(2))
    with pytest.raises(TypeError, match="hashable"):
        microgd.compile(lambda x, how: x, static_argnames="how")(1.0, ["a"])
    with pytest.raises(ValueError, match=r"static_argnames: hwo.*which has x, how"):
        microgd.compile(lambda x, how: x, static_argnames="hwo")
    with pytest.raises(TypeError, match="missing a required argument"):
        microgd.compile(error)(1.0)


def test_a_function_without_a_signature():
    assert microgd.compile(np.exp)(1.0) == math.exp(1.0)
    assert microgd.compile(grad(np.exp))(1.0) == math.exp(1.0)


def test_it_looks_like_the_function():
    step = microgd.compile(grad(error))
    assert step.__name__ == "error"
    assert list(inspect.signature(step).parameters) == ["knob_weight", "input", "goal_pred"]


# Transformations and whole steps -----------------------------------------------------------------


def test_hessian_jacobian_and_hvp():
    def f(x):
        return np.sum(np.exp(x[:-1]) * x[1:] ** 2) / x[0]

    x, v = draw((4,), 0.5, 1.5), draw((4,))
    assert_same(microgd.compile(hessian(f))(x), hessian(f)(x))
    assert_same(
        microgd.compile(jacobian(lambda x: np.sin(x) * x[0]))(x), jacobian(lambda x: np.sin(x) * x[0])(x)
    )
    assert_same(microgd.compile(hvp(f))(x, v), hvp(f)(x, v))


def momentum_step(params, velocity, x, goal_pred, learning_rate):
    loss, slope = value_and_grad(lambda p: layer_loss(p["weights"], p["bias"], x, goal_pred))(params)
    velocity = {name: 0.9 * velocity[name] - learning_rate * slope[name] for name in params}
    return {name: params[name] + velocity[name] for name in params}, velocity, loss


def test_a_training_step_in_one_program():
    weights, bias, x, goal_pred = LAYER
    params = eager = {"weights": weights, "bias": bias}
    velocity = eager_velocity = {"weights": 0 * weights, "bias": 0 * bias}
    step = microgd.compile(momentum_step)
    for _ in range(5):
        params, velocity, loss = step(params, velocity, x, goal_pred, 0.1)
        eager, eager_velocity, eager_loss = momentum_step(eager, eager_velocity, x, goal_pred, 0.1)
        assert_same((params, velocity, loss), (eager, eager_velocity, eager_loss))
    assert len(step.programs) == 1


def test_called_with_values_it_is_the_function_itself():
    knob_weight = Value(0.5)
    microgd.compile(error)(knob_weight, 0.5, 0.8).backward()
    assert knob_weight.grad == -0.55
    assert grad(microgd.compile(error))(0.5, 0.5, 0.8) == -0.55


def test_a_profiler_keeps_running():
    step, profiler = microgd.compile(value_and_grad(error)), cProfile.Profile()
    assert profiler.runcall(step, 0.5, 0.5, 0.8) == (0.30250000000000005, -0.55)
    assert "error" in {entry.code.co_name for entry in profiler.getstats() if hasattr(entry.code, "co_name")}
    assert "pred = input * knob_weight" in step.source


# What cannot be recorded -------------------------------------------------------------------------


def branching(x):
    if x > 0:
        return x
    return -x


@pytest.mark.parametrize(
    ("f", "text"), [
        (branching, "if x > 0:"),
        (lambda x: x * float(x), "float(x)"),
        (lambda x: x * x.data, "x.data"),
        (lambda x: x * x.item(), "x.item()"),
        (lambda x: (x * x).backward(), "backward()"),
    ],
)  # fmt: skip
def test_looking_at_a_number_names_the_line(f, text):
    with pytest.raises(TracedValueError) as caught:
        microgd.compile(f)(1.0)
    assert __file__ in str(caught.value)
    assert text in str(caught.value)
    assert "np.where" in str(caught.value)
    assert Value(1.0).data == 1.0  # nothing is under trace any more


@pytest.mark.parametrize("f", [
    microgd.vjp(lambda x: x * x), lambda x: lambda z: x * z, lambda x: {x}, lambda x: (x, range(3)),
])  # fmt: skip
def test_what_is_returned_are_numbers(f):
    with pytest.raises(TypeError, match=r"the compiled function returned .*: expected numbers and arrays"):
        microgd.compile(f)(2.0)


def test_a_mask_as_an_index_is_looked_at():
    with pytest.raises(TracedValueError, match="mask"):
        microgd.compile(lambda x: x[x > 0])(np.ones(3))


def test_what_has_no_number_may_be_looked_at():
    def f(x):
        return sum(row * i for i, row in enumerate(x)) * len(x) * x.shape[1] * x.ndim

    x = draw((3, 2))
    assert_same(microgd.compile(f)(x), f(x))


def test_a_constant_of_a_class_with_its_own_product_is_a_plain_array():
    class Matrix(np.ndarray):
        def __mul__(self, other):
            return self @ other

    constant = np.arange(4.0).reshape(2, 2)
    step = microgd.compile(lambda x: x * constant.view(Matrix))
    assert_same(step(np.ones((2, 2)) * 3.0), constant * 3.0)


def test_a_value_made_inside_is_a_constant():
    assert microgd.compile(lambda x: x * np.exp(Value(0.0)) + Value(2.0) * 3.0)(1.0) == 7.0


# Where Python raises -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x"), [
        (lambda x: 1.0 / x, 0.0), (lambda x: x / (x - x), 2.0), (np.log, 0.0), (np.log, -1.0),
        (np.sqrt, -1.0), (np.exp, 1000.0), (lambda x: x**-1.5, 0.0), (lambda x: x**0.5, -1.0),
        (lambda x: x**3, 1e200), (lambda x: np.sin(x), math.inf), (lambda x: x**-2, 0.0),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numbers_that_python_has_no_answer_for(f, x):
    """The rest of the program is computed as ever: to the last bit."""

    def g(x, y):
        return f(x) * 2.0, np.exp(y) + np.tanh(y) ** 2

    step = microgd.compile(g)
    expected = tree_map(plain, g(Value(x), Value(0.7)))
    for _ in range(2):
        assert_same(step(x, 0.7), expected)


def test_a_number_without_an_answer_is_a_warning_as_ever():
    step = microgd.compile(lambda x: 1.0 / x)
    assert step(2.0) == 0.5
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert step(0.0) == math.inf


def test_an_error_in_a_primitive_of_your_own_arrives():
    def picky(x):
        if x < 0:
            raise ValueError("negative")
        return x

    step = microgd.compile(microgd.primitive(picky, lambda g, out, x: g))
    assert step(1.0) == 1.0
    with pytest.raises(ValueError, match="negative"):
        step(-1.0)


# The order of the entries in memory, which decides how a sum is rounded --------------------------


GRID = draw((201, 300))


@pytest.mark.parametrize(
    "f", [
        lambda x: (np.full((300, 201), 3.0) * x.T).sum(),
        lambda x: (np.broadcast_to(x.mean(), (300, 201)) * x.T).sum(),
        lambda x: (x[:, ::2] * 1.0).sum(),
        lambda x: x.T.reshape(-1).reshape(300, 201).sum(),
        lambda x: (np.sum(x[:, ::2], axis=()) * 2.0).sum(),
        lambda x: (x.mean() * np.broadcast_to(GRID[0], (201, 300))).sum(),
        lambda x: x ** np.full(x.shape, 2.0),
        lambda x: np.exp(x[::-1]),
    ],
)  # fmt: skip
def test_entries_keep_their_order_in_memory(f):
    for x in (GRID, np.asfortranarray(GRID)):
        assert_same(microgd.compile(lambda x: (f(x),))(x), (plain(f(Value(x))),))


def test_a_leaf_in_columns_stays_so_when_a_view_of_it_is_read():
    given = np.asfortranarray(draw((3, 4)))
    x = Value(given)
    view = x.data[:1]  # somebody who could still write: the leaf gets a copy
    x * 2.0
    assert x.content.strides == given.strides
    view[:] = 7.0
    assert x.data[0, 0] == given[0, 0]


@pytest.mark.parametrize(
    "f", [
        lambda x: np.where(x, 1, 2), lambda x: np.where(x > 0, x > 0, 2.0),
        lambda x: np.where(x > 0, True, False),
        lambda x: (x > 0) + np.zeros_like(x > 0), lambda x: x * np.array(0.1, np.float32),
    ],
)  # fmt: skip
@pytest.mark.parametrize("x", [2.0, -1.0, np.array([-1.0, 2.0])])
def test_types_of_results(f, x):
    assert_same(microgd.compile(lambda x: (f(x),))(x), (plain(f(Value(x))),))


def test_float32_by_way_of_a_single_number():
    x = draw((5, 1)).astype(np.float32)
    f = lambda x: np.cumsum(np.squeeze(x.sum(0)))  # noqa: E731
    assert_same(microgd.compile(lambda x: (f(x),))(x), (plain(f(Value(x))),))


def test_an_index_that_picks_rows():
    x = draw((3, 2))
    f = lambda x: (x[(0, 1),] * 2.0).sum()  # noqa: E731
    assert_same(microgd.compile(value_and_grad(f))(x), value_and_grad(f)(x))


# Memory, threads, many programs ------------------------------------------------------------------

LARGE = draw((64, 96)), draw((96, 96)), draw((64, 96), seed=1)  # large enough for buffers


def large(x, w, y):
    h = np.tanh(x @ w)
    out = np.exp(h * sigmoid(y)) - h.T.reshape(64, 96)
    return (out * out).sum() + (h * w[:64]).sum(), out, h.T, x, x.T


def large_gradient(x, w, y):
    return value_and_grad(lambda x, w, y: large(x, w, y)[0], (0, 1, 2))(x, w, y)


@pytest.mark.parametrize("f", [large, large_gradient])
def test_large_arrays_are_written_over_and_nobody_notices(f):
    step = microgd.compile(f)
    before = [x.copy() for x in LARGE]
    results = [step(*LARGE), step(*(2.0 * x for x in LARGE)), step(*LARGE)]
    assert "out=" in step.source
    assert "del " in step.source
    kept = [tree_map(np.copy, result) for result in results]
    step(*(3.0 * x for x in LARGE))
    expected = [tree_map(plain, f(*(scale * x for x in LARGE))) for scale in (1.0, 2.0, 1.0)]
    for result, earlier, eager in zip(results, kept, expected, strict=True):
        for ours, then, theirs in zip(
            tree_leaves(result), tree_leaves(earlier), tree_leaves(eager), strict=True
        ):
            np.testing.assert_array_equal(ours, then)
            np.testing.assert_array_equal(ours, theirs)
    assert_same(list(LARGE), before)


def test_results_are_the_callers_own():
    constant = np.arange(3.0)
    step = microgd.compile(lambda x: (x, x, x.reshape(3, 1), x * 2.0, x * 2.0, (x * 2.0)[:1], constant))
    x = np.ones(3)
    results = step(x)
    for i, result in enumerate(results):
        result[...] = i + 10.0
    assert [result.flat[0] for result in results] == [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]
    assert x[0] == 1.0
    assert constant[2] == 2.0


def test_what_is_read_from_outside_is_read_once():
    """Burnt in as it was, in the forward lines and in the gradient alike, and where the call is repeated."""
    weights, rows = np.ones((3, 2)), np.array([0, 1])
    step = microgd.compile(value_and_grad(lambda x: (x @ weights)[rows, rows].sum()))
    before = step(np.ones((4, 3)))
    weights[...], rows[...] = 7.0, 0
    assert_same(step(np.ones((4, 3))), before)


def test_the_trace_is_let_go():
    seen = []

    def f(x):
        seen.append(np.exp(x))
        return seen[0] * 2.0

    step = microgd.compile(f)
    step(np.ones(3))
    array = weakref.ref(seen.pop().content)
    assert array() is None


def test_a_large_array_from_outside_is_not_written_over():
    x, constant = draw((100, 64), seed=0), draw((100, 64), seed=1)
    unchanged = constant.copy()
    both = value_and_grad(lambda x: (np.exp(x * constant) * constant).sum())
    step = microgd.compile(both)
    for _ in range(2):
        assert_same(step(x), both(x))
    assert "out=" in step.source
    np.testing.assert_array_equal(constant, unchanged)


same = microgd.primitive(lambda x, y: y, None, lambda g, out, x, y: g, name="same")
kept = []
keeping = microgd.primitive(lambda x: kept.append(x) or x * 2.0, lambda g, out, x: g * 2.0, name="keeping")


@pytest.mark.parametrize(
    "f", [
        lambda x: (np.broadcast_to(y := np.exp(x), (2, 100, 64)), np.tanh(y)),
        lambda x: (np.einsum("ij->ji", y := np.exp(x)), np.tanh(y)),
        lambda x: (np.einsum("ij->ji", x), x),
        lambda x: (same(x, y := np.exp(x)), np.tanh(y)),
        lambda x: (y := np.reshape(x.sum() * 2.0, (1,)), y),
    ],
)  # fmt: skip
def test_no_result_lies_where_something_else_is_written(f):
    x = draw((100, 64))
    results = microgd.compile(f)(x)
    assert_same(results, tree_map(plain, f(Value(x))))
    assert not np.shares_memory(results[0], results[1])
    assert not any(np.shares_memory(x, result) for result in results)


def test_a_primitive_of_your_own_may_keep_its_argument():
    x = draw((100, 64))
    step = microgd.compile(lambda x: np.tanh(y := keeping(np.exp(x)) + 1.0) * np.sin(y))
    step(x)
    kept.clear()
    step(x)
    np.testing.assert_array_equal(kept[0], np.exp(x))


def test_another_thread_may_compute_while_names_are_collected(monkeypatch):
    def has_names(frame):
        thread = threading.Thread(target=lambda: Value(3.0) * 2.0)
        thread.start()
        thread.join()
        return really(frame)

    really = trace._has_names
    monkeypatch.setattr(trace, "_has_names", has_names)
    step = microgd.compile(value_and_grad(error))
    assert step(0.5, 0.5, 0.8) == (0.30250000000000005, -0.55)
    assert "pred = input * knob_weight" in step.source


def test_several_threads_at_once():
    step = microgd.compile(large_gradient)
    inputs = [tuple(scale * x for x in LARGE) for scale in (0.5, 1.0, 1.5, 2.0)]
    expected = [large_gradient(*args) for args in inputs]
    wrong = []

    def work(i):
        for _ in range(10):
            for ours, theirs in zip(tree_leaves(step(*inputs[i])), tree_leaves(expected[i]), strict=True):
                if not np.array_equal(ours, theirs):
                    wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_other_threads_may_look_at_their_numbers_meanwhile():
    looked = []

    def f(x):
        thread = threading.Thread(target=lambda: looked.append(float(Value(3.0) * 2.0)))
        thread.start()
        thread.join()
        return x * x

    assert microgd.compile(f)(2.0) == 4.0
    assert looked == [6.0]


def test_it_may_call_itself():
    step = microgd.compile(lambda x, inner: np.sum(x) * 1.0 if inner is None else x, static_argnames="inner")
    outer = microgd.compile(lambda x: step(x, None) * 2.0)
    assert outer(np.ones(3)) == 6.0


def test_a_program_for_each_kind_and_not_more():
    step = microgd.compile(lambda x: np.sum(x * x))
    for x in (
        1.0,
        2.0,
        np.ones(3),
        np.ones(3) * 2,
        np.ones((3, 1)),
        np.ones(3, np.float32),
        1,
        2.0,
        np.ones(3),
    ):
        step(x)
    assert len(step.programs) == 5


def test_programs_are_bounded():
    step = microgd.compile(lambda x: x * 2.0)
    for n in range(1, MAX_PROGRAMS + 1):
        step(np.ones(n))
    with pytest.warns(RuntimeWarning, match=f"more than {MAX_PROGRAMS} signatures of arguments"):
        step(np.ones(MAX_PROGRAMS + 1))
    assert len(step.programs) == MAX_PROGRAMS
    assert step(np.ones(2))[0] == 2.0


def test_the_bare_function_takes_numbers_one_after_the_other():
    step = microgd.compile(lambda params, x: (params["a"] * x, params["b"]))
    step({"a": 2.0, "b": 3.0}, 4.0)
    (program,) = step.programs
    assert program.function(2.0, 3.0, 5.0) == (10.0, 3.0)


# Other array libraries, and what compiles further ------------------------------------------------


def assert_close(computed, expected):
    for ours, theirs in zip(tree_leaves(computed), tree_leaves(expected), strict=True):
        np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-12, atol=1e-15)


def many_words(params, x):
    """Something of every kind that the portable dialect has words for."""
    h = np.tanh(x @ params["w"] + params["b"])
    p = (
        sigmoid(h[:, 1:]) * np.where(h[:, :1] > 0, 1.0, 0.5)
        + microgd.autodiff.softplus(x[:, :1])
        - abs(h[:, 2:])
    )
    z = microgd.logsumexp(h, axis=1) + np.linalg.norm(h, axis=1) + microgd.relu(x[:, 0]) ** 1.5
    q = np.concatenate([p, np.reshape(z, (-1, 1)).T.T], axis=1).T
    rows = np.broadcast_to(np.max(q, axis=0), (2, 5)) * np.mean(q, axis=1, keepdims=True)[:2]
    return np.sum(rows) + params["s"] * np.exp(params["s"]) + np.sum(q[np.array([0, 0, 1])])


WORDS = {"b": LAYER[1], "s": 0.3, "w": LAYER[0]}, LAYER[2]  # in the order in which jax.jit passes them on


@pytest.fixture
def jax():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        yield jax


@pytest.mark.parametrize("jitted", [False, True])
def test_jax(jax, jitted):
    both = value_and_grad(many_words)
    step = microgd.compile(both, namespace=jax.numpy, jit=jax.jit if jitted else None)
    for _ in range(2):
        computed = step(*WORDS)
        assert all(isinstance(x, jax.Array) for x in tree_leaves(computed))
        assert_close(computed, both(*WORDS))
    assert_close(step(*tree_map(jax.numpy.asarray, WORDS)), both(*WORDS))


def test_inside_of_a_jitted_function(jax):
    step = microgd.compile(value_and_grad(many_words), namespace=jax.numpy)
    assert_close(jax.jit(step)(*WORDS), value_and_grad(many_words)(*WORDS))


def test_dask():
    dask_array = pytest.importorskip("dask.array")

    def f(params, x):
        h = sigmoid(x @ params["w"] + params["b"])
        return np.mean((h - x[:, :1]) ** 2) + np.sum(h[1:, 0])

    params, x = WORDS
    step = microgd.compile(value_and_grad(f), namespace=dask_array)
    computed = step(params, dask_array.from_array(x, chunks=(2, 2)))
    assert isinstance(computed[0], dask_array.Array)
    assert_close(computed, value_and_grad(f)(params, x))


def test_numba():
    numba = pytest.importorskip("numba")
    weights, _, x, goal_pred = LAYER
    both = value_and_grad(lambda weights: np.mean((x @ weights - goal_pred) ** 2))
    assert_close(microgd.compile(both, jit=numba.njit)(weights), both(weights))


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_numba_with_numbers():
    numba = pytest.importorskip("numba")
    both = value_and_grad(lambda x: np.exp(-x) / x + sigmoid(x))
    step = microgd.compile(both, jit=numba.njit)
    assert_close(step(0.5), both(0.5))
    assert step(0.0)[0] == math.inf  # where compiled code raises as Python does


def test_what_another_library_has_no_word_for():
    cube = microgd.primitive(lambda x: x * x * x, lambda g, out, x: 3.0 * g * x * x, name="cube")
    step = microgd.compile(cube, jit=lambda function: function)
    assert step(2.0) == 8.0


def test_the_garbage_collector_is_on_again():
    assert gc.isenabled()
    microgd.compile(error)(0.5, 0.5, 0.8)
    assert gc.isenabled()
    with pytest.raises(TracedValueError):
        microgd.compile(branching)(1.0)
    assert gc.isenabled()


def test_what_the_function_has_made_is_gone_after_the_trace():
    class Large:
        pass

    def f(x):
        large = Large()
        made.append(weakref.ref(large))
        return x * x

    made = []
    gc.disable()
    microgd.compile(f)(2.0)
    is_gone = made[0]() is None
    gc.enable()
    assert is_gone


# Size --------------------------------------------------------------------------------------------


def test_a_long_program():
    """40,000 lines: nothing recurses, in here or in Python's compiler."""

    def f(x):
        for _ in range(10_000):
            x = x * x - 0.001
        return x

    step = microgd.compile(value_and_grad(f))
    assert step(0.9) == value_and_grad(f)(0.9)
    assert len(step.source.splitlines()) > 40_000
