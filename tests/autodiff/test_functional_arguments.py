"""Arguments of functions of functions: which ones are differentiated, and their structures."""

import collections
import copy

import numpy as np
import pytest
from gradients import same

import microgd
from microgd import grad, hessian, hvp, jacobian, value_and_grad, vjp
from microgd.autodiff.trees import tree_leaves

Net = collections.namedtuple("Net", "weights bias")
A = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])


def test_argnums():
    def f(x, y, z):
        return x * y**2 * z**3

    assert grad(f)(2.0, 3.0, 5.0) == 9 * 125
    assert grad(f, 1)(2.0, 3.0, 5.0) == 2 * 6 * 125
    assert grad(f, -1)(2.0, 3.0, 5.0) == 2 * 9 * 75
    assert same(grad(f, (0, -1))(2.0, 3.0, 5.0), (9 * 125.0, 2 * 9 * 75.0))
    assert same(grad(f, (2,))(2.0, 3.0, 5.0), (2 * 9 * 75.0,))
    assert same(value_and_grad(f, (1, 0))(2.0, 3.0, 5.0), (2250.0, (1500.0, 1125.0)))
    assert same(jacobian(f, (0, 1))(2.0, 3.0, 5.0), (1125.0, 1500.0))
    assert same(hessian(f, (0, 1))(2.0, 3.0, 5.0), ((0.0, 750.0), (750.0, 500.0)))
    assert same(hvp(f, (0, 1))(2.0, 3.0, 5.0, (1.0, 2.0)), (1500.0, 750.0 + 1000.0))
    assert hvp(f, -1)(2.0, 3.0, 5.0, 1.0) == 2 * 9 * 30
    assert same(vjp(f, (0, 2))(2.0, 3.0, 5.0)[1](2.0), (2250.0, 2700.0))


def test_an_argument_is_asked_for_only_once():
    with pytest.raises(ValueError, match="argnums"):
        grad(lambda x, y: x * y, (0, -2))(2.0, 3.0)


def test_argnums_may_be_a_numpy_integer_or_any_sequence():
    assert grad(lambda x, y: x * y, np.int64(1))(2.0, 3.0) == 2.0
    for argnums in ([0, 1], range(2), np.array([0, 1])):
        for transform in (grad, value_and_grad, jacobian, hessian):
            by_both = transform(lambda x, y: x * y**2, argnums)
            assert same(by_both(2.0, 3.0), transform(lambda x, y: x * y**2, (0, 1))(2.0, 3.0))
            assert same(microgd.compile(by_both)(2.0, 3.0), by_both(2.0, 3.0))


def test_keyword_arguments_are_passed_on():
    def power(x, exponent=2, *, scale=1.0):
        return scale * x**exponent

    assert grad(power)(3.0) == 6.0
    assert grad(power)(3.0, exponent=3, scale=10.0) == 270.0
    assert hessian(power)(3.0, scale=2.0) == 4.0
    assert hvp(power)(3.0, 1.0, scale=2.0) == 4.0
    assert hvp(lambda vector: vector**3)(2.0, 10.0) == 120.0  # which has a vector of its own
    assert jacobian(power)(3.0, scale=2.0) == vjp(power)(3.0, scale=2.0)[1](1.0) == 12.0


@pytest.mark.parametrize(
    "x", [3, True + 2, np.int64(3), np.array(3), np.array(3.0), np.float64(3), np.float32(3)]
)
def test_any_kind_of_number_is_a_number(x):
    for result in (grad(lambda x: x * x)(x), jacobian(lambda x: x * x)(x), hvp(lambda x: x**3)(x, x) / 9):
        assert type(result) is float
        assert result == 6.0
    assert hessian(lambda x: x**3)(x) == 18.0


def test_arrays_of_other_types():
    assert same(grad(lambda x: x @ x)(np.array([1, 2])), np.array([2.0, 4.0]))
    assert same(grad(lambda x: x @ x)(np.arange(6.0)[::2]), np.array([0.0, 4.0, 8.0]))
    frozen = np.ones(2)
    frozen.flags.writeable = False
    assert same(grad(lambda x: x @ x)(frozen), np.array([2.0, 2.0]))


def test_float32_stays():
    x = np.ones(2, np.float32)
    for result in (
        grad(lambda x: x @ x)(x),
        jacobian(lambda x: x * x)(x),
        hessian(lambda x: x @ x)(x),
        hvp(lambda x: x @ x)(x, x),
        vjp(lambda x: x * x)(x)[1](np.ones(2)),
        vjp(lambda x: x * x)(x)[0],
    ):
        assert result.dtype == np.float32
    of_used, of_unused = grad(lambda x, y: x @ x, (0, 1))(x, x)
    assert of_used.dtype == of_unused.dtype == np.float32


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ((1.0, np.ones(2)), (14.0, np.full(2, 14.0))),
        ([1.0, [np.ones(2)]], [14.0, [np.full(2, 14.0)]]),
        ({"w": np.ones(2), "b": (1.0,)}, {"w": np.full(2, 14.0), "b": (14.0,)}),
        (Net([np.ones((1, 2))], 1.0), Net([np.full((1, 2), 14.0)], 14.0)),
        (collections.OrderedDict(b=1, a=np.ones(2)), collections.OrderedDict(b=14.0, a=np.full(2, 14.0))),
        ([np.ones(3), (), {}], [np.full(3, 14.0), (), {}]),
    ],
    ids=lambda tree: type(tree).__name__,
)
def test_a_gradient_has_the_structure_of_its_argument(tree, expected):
    def f(tree):  # all three entries are 1: each has the derivative 4 + 2 * 5 (1 + 1 + 1)^4 / 81 = 14
        leaves = tree_leaves(tree)
        return sum(np.sum(x**4) for x in leaves) + 2 * sum(np.sum(x) for x in leaves) ** 5 / 81

    before = copy.deepcopy(tree)
    assert same(grad(f)(tree), expected)
    assert same(value_and_grad(f, (0,))(tree)[1], (expected,))
    assert same(vjp(f)(tree)[1](1.0), expected)
    assert repr(tree) == repr(before)


@pytest.mark.parametrize(
    "kind",
    [
        lambda w: collections.defaultdict(float, w=w),
        pytest.param(
            lambda w: collections.Counter(w=w),
        ),
    ],
)
def test_other_kinds_of_dict(kind):
    assert grad(lambda tree: tree["w"] ** 2)(kind(3)) == kind(6.0)


def test_vjp_of_an_empty_tree():
    assert vjp(lambda x: ())(np.ones(2))[1](()).tolist() == [0.0, 0.0]


def test_jacobian_of_trees():
    def f(p):
        return {"scaled": p["w"] * p["b"], "rest": (p["w"].sum(), 3.0)}

    w = np.array([1.0, 2.0])
    assert same(
        jacobian(f)({"w": w, "b": 5.0}),
        {
            "scaled": {"w": 5 * np.eye(2), "b": w},
            "rest": ({"w": np.ones(2), "b": 0.0}, {"w": np.zeros(2), "b": 0.0}),
        },
    )
    assert same(jacobian(lambda x, y: [x * y, y], (0, 1))(w, 2.0), [(2 * np.eye(2), w), (np.zeros(2), 1.0)])


def test_hessian_and_hvp_of_trees():
    def f(p):
        return np.sum(p["w"] ** 2) * p["b"]

    w = np.array([1.0, 2.0])
    assert same(
        hessian(f)({"w": w, "b": 3.0}),
        {"w": {"w": 6 * np.eye(2), "b": 2 * w}, "b": {"w": 2 * w, "b": 0.0}},
    )
    v = {"w": np.array([1.0, -1.0]), "b": 10.0}
    assert same(hvp(f)({"w": w, "b": 3.0}, v), {"w": 6 * v["w"] + 20 * w, "b": float(2 * w @ v["w"])})


def test_hvp_goes_by_the_keys_of_a_dict():
    product = hvp(lambda p: p["a"] ** 2 + 3 * p["b"] ** 2)({"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 0.0})
    assert product == {"a": 0.0, "b": 6.0}


def test_vjp_of_a_tree():
    y, pull = vjp(lambda x: (x * 2, {"sum": x.sum()}))(np.ones(2))
    assert same(y, (np.full(2, 2.0), {"sum": 2.0}))
    assert same(pull((np.array([1.0, 10.0]), {"sum": 100.0})), np.array([102.0, 120.0]))
