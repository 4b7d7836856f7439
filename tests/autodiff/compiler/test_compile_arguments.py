"""The arguments of a compiled function: their structure, dtypes, names and static values."""

import collections
import copy
import enum
import functools
import inspect
import math
from typing import NamedTuple

import numpy as np
import pytest
from cases import draw
from comparing import assert_same, error, plain

import microgd
from microgd import Value, grad, hessian, value_and_grad
from microgd.autodiff import TracedValueError
from microgd.autodiff.trees import tree_leaves, tree_map


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
