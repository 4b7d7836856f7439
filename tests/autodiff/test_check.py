"""check_grads can fail: a rule that is wrong by a hundredth is found, for every rule in the tables."""

import inspect
import re

import numpy as np
import pytest
from cases import all_cases, primitives_in

from microgd import Value, primitive
from microgd.autodiff import primitives
from microgd.autodiff.check import check_grads
from microgd.autodiff.primitives.primitive import Primitive, VjpOf


def registered_for_this_test(compute, *vjps):
    """A primitive that NumPy's functions do not come to know."""
    return primitive(compute, *vjps, name="mine", numpy=lambda: None)


# Every rule is broken on purpose -----------------------------------------------------------------

TABLES = [module for _, module in inspect.getmembers(primitives, inspect.ismodule)]
OF_NUMPY = {
    function: ours
    for function, ours in primitives.numpy_functions.items()
    if getattr(np, function.__name__, None) is function
    or str(getattr(function, "__module__", "")).startswith("numpy")
}  # without SciPy's, which have tests of their own, and the primitives of other tests
ENTRIES = {
    entry: None
    for table in [*map(vars, TABLES), OF_NUMPY]
    for entry in table.values()
    if isinstance(entry, Primitive)
}


def rules_of(entry):
    """The positions of the arguments that have a rule; of any number of arguments, the first two."""
    return [i for i, rule in zip(range(3), entry.vjps) if rule is not None]


def scaled(rule):
    return lambda *args: 1.01 * rule(*args)


def with_one_scaled(rules, position):
    if isinstance(rules, VjpOf):
        return VjpOf(lambda i: scaled(rules.vjp_of(i)) if i == position else rules.vjp_of(i))
    return [scaled(rule) if i == position else rule for i, rule in enumerate(rules)]


@pytest.fixture(scope="module")
def cases_of():
    """entry -> its cases."""
    found = {entry: [] for entry in ENTRIES}
    for f, *args in all_cases():
        for entry in primitives_in(f, *args) & found.keys():
            found[entry].append((f, *args))
    return found


def test_the_tables_are_found():
    assert len(ENTRIES) > 80
    assert {primitives.arithmetic.multiply, primitives.shape.scatter, primitives.linear_algebra.det} <= set(
        ENTRIES
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=repr)
def test_every_entry_has_a_case(entry, cases_of):
    assert cases_of[entry], f"no case in cases.py uses {entry}"


@pytest.mark.parametrize(
    ("entry", "position"), [(entry, i) for entry in ENTRIES for i in rules_of(entry)], ids=repr
)
def test_a_rule_that_is_one_percent_off_is_found(entry, position, cases_of, monkeypatch):
    monkeypatch.setattr(entry, "vjps", with_one_scaled(entry.vjps, position))
    assert any(fails(*case) for case in cases_of[entry])


def fails(f, *args):
    try:
        check_grads(f, *args)
    except AssertionError:
        return True
    return False


# What it says ------------------------------------------------------------------------------------


def test_the_error_names_argument_index_and_both_numbers():
    wrong = registered_for_this_test(lambda a: 2.0 * a, lambda g, out, a: 3.0 * g)
    with pytest.raises(AssertionError) as caught:
        check_grads(lambda a, b: a.sum() + wrong(b)[1, 0], np.ones(2), np.ones((2, 2)))
    found = re.match(
        r"order 1, argument 1\[1, 0\]: the gradient computed is (.*), the slope measured is (.*) \(relative",
        str(caught.value),
    )
    computed, measured = map(float, found.groups())
    assert computed / measured == pytest.approx(3 / 2)


def test_the_error_names_the_leaf_of_a_tree():
    wrong = registered_for_this_test(lambda a: 2.0 * a, lambda g, out, a: 3.0 * g)
    with pytest.raises(AssertionError, match=r"argument 0\['layers'\]\[1\]: "):
        check_grads(lambda net: wrong(net["layers"][1]), {"layers": [1.0, 2.0]})


def test_order_2_finds_a_rule_that_is_right_only_once():
    def rule(g, out, a):
        return g * 2.0 * (a.data if isinstance(a, Value) else a)  # the number, not what it depends on

    forgetful = registered_for_this_test(lambda a: a * a, rule)
    assert check_grads(forgetful, 3.0) < 1e-9
    with pytest.raises(AssertionError, match="order 2, argument 0: the gradient computed is 0,"):
        check_grads(forgetful, 3.0, order=2)


def test_order_3():
    assert check_grads(lambda x: np.sin(x) * np.exp(x), 0.3, order=3) < 1e-8


def test_nan_is_an_error():
    not_a_number = registered_for_this_test(lambda a: a * 1.0, lambda g, out, a: g * np.nan)
    with pytest.raises(AssertionError, match="computed is nan"):
        check_grads(not_a_number, 1.0)


def test_a_shape_that_is_right_by_accident_is_found():
    transposed = registered_for_this_test(lambda a: 2.0 * a.T, lambda g, out, a: 2.0 * g)
    with pytest.raises(AssertionError, match=r"argument 0\[0, 1\]"):
        check_grads(transposed, np.ones((2, 2)))


def test_it_returns_the_largest_relative_error():
    off = registered_for_this_test(lambda a: 2.0 * a, lambda g, out, a: 2.0 * g * np.array([1.0, 1.001]))
    assert check_grads(off, np.ones(2), tolerance=0.1) == pytest.approx(0.001, rel=2e-3)
    with pytest.raises(AssertionError, match=r"0\[1\]"):
        check_grads(off, np.ones(2), tolerance=1e-4)


def test_a_function_of_a_value_from_outside_too():
    outside = Value(2.0)
    assert check_grads(lambda x: outside * x * x, 3.0) < 1e-8


def test_nothing_to_check():
    with pytest.raises(TypeError, match="the arguments at which f is to be checked, got none"):
        check_grads(np.exp)


def test_a_tolerance_of_0_is_one():
    with pytest.raises(AssertionError, match="the slope measured is"):
        check_grads(np.exp, 1.0, tolerance=0.0)


# What it takes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [
        2.0, 2, np.array(2.0), np.float32(2.0), np.array([2.0]), np.ones((1, 1)), np.zeros((0,)),
        np.zeros((2, 0)),
        np.arange(6.0).reshape(2, 3).T, np.arange(8.0)[::-3], np.broadcast_to(1.5, (2, 2)), np.arange(3),
        np.asfortranarray(np.ones((2, 3))), np.ones((2, 3), np.float32),
    ],
    ids=repr,
)  # fmt: skip
def test_every_kind_of_argument(x):
    assert check_grads(lambda x: np.tanh(x) * x, x, order=2) < 1e-3
    wrong = registered_for_this_test(lambda x: x * x, lambda g, out, x: 2.02 * g * x)
    if np.size(x):
        with pytest.raises(AssertionError, match="argument 0"):
            check_grads(wrong, x)


def test_float32_is_measured_in_float64():
    x = np.linspace(0.1, 1.0, 5, dtype=np.float32)
    assert check_grads(lambda x: np.sum(np.exp(x) / x), x, order=2) < 1e-4


def test_outputs_may_be_trees_masks_and_constants():
    assert (
        check_grads(
            lambda a, b: {"sum": a + b, "mask": a > b, "fixed": 3.0, "pair": (a * b, b)}, 2.0, np.ones(2)
        )
        < 1e-9
    )


def test_what_does_not_depend_on_an_argument_has_gradient_0():
    assert check_grads(lambda a, b: np.floor(a) + 0.0 * b, 1.5, 2.5, order=2) == 0.0


def test_it_is_deterministic_and_leaves_everything_as_it_was():
    x = np.arange(1.0, 4.0)
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    assert check_grads(np.log, x, order=2) == check_grads(np.log, x, order=2) > 0.0
    assert (np.random.get_state()[1] == state).all()
    assert (x == [1.0, 2.0, 3.0]).all()


def test_large_and_small_numbers():
    assert check_grads(np.sqrt, 1e8) < 1e-6
    assert check_grads(np.exp, np.array([-20.0, 20.0])) < 1e-6
    assert check_grads(lambda x: 1e9 * x * x, 1.0, order=2) < 1e-6
