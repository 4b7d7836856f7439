"""No ufunc is left to chance: each one of NumPy's has a rule, or is flat, or is refused by name."""

import re
from functools import partial

import numpy as np
import pytest
from cases import ANALYTIC_UFUNCS, PIECEWISE_CONSTANT, REAL_UFUNCS, arguments_of, check, draw

from microgd import Value, grad


def by_name(ufuncs):
    """A fixed order, which a set does not have from one process to the next."""
    return sorted(ufuncs, key=lambda f: f.__name__)


UFUNCS = {id(f): f for f in vars(np).values() if isinstance(f, np.ufunc)}.values()

SMOOTH = ANALYTIC_UFUNCS | REAL_UFUNCS
# With cases of their own in cases.py; the last two are there since NumPy 2.2.
PRODUCTS = {getattr(np, name, np.matmul) for name in ("matmul", "vecdot", "matvec", "vecmat")}
FOR_MASKS = {np.invert, np.bitwise_and, np.bitwise_or, np.bitwise_xor}
ON_INTEGERS_TOO = {np.ldexp}
REFUSED = {
    np.frexp, np.nextafter, np.spacing, np.gcd, np.lcm, np.left_shift, np.right_shift,
    np.bitwise_count, np.isnat,
}  # fmt: skip


def test_every_ufunc_of_numpy_is_accounted_for():
    assert len(UFUNCS) > 80
    kinds = [ANALYTIC_UFUNCS, REAL_UFUNCS, PIECEWISE_CONSTANT, PRODUCTS, FOR_MASKS, ON_INTEGERS_TOO, REFUSED]
    for ufunc in UFUNCS:
        assert sum(ufunc in kind for kind in kinds) == 1, f"{ufunc} is in no table of ours, or in two"


@pytest.mark.parametrize("ufunc", by_name(ANALYTIC_UFUNCS), ids=lambda f: f.__name__)
def test_analytic_ufunc(ufunc):
    for args in arguments_of(ufunc):
        check(ufunc, *args, analytic=True)


@pytest.mark.parametrize("ufunc", by_name(REAL_UFUNCS), ids=lambda f: f.__name__)
def test_real_ufunc(ufunc):
    for args in arguments_of(ufunc):
        check(ufunc, *args)


@pytest.mark.parametrize("ufunc", by_name(PIECEWISE_CONSTANT), ids=lambda f: f.__name__)
def test_piecewise_constant_ufunc(ufunc):
    for args in arguments_of(ufunc):
        check(ufunc, *args)
        values = [Value(x) for x in args]
        np.sum(ufunc(*values)).backward()
        assert not any(np.any(value.grad) for value in values)


@pytest.mark.parametrize(
    "ufunc",
    by_name(f for f in SMOOTH if f.nin == 2),
    ids=lambda f: f.__name__,
)
def test_the_same_value_as_both_arguments(ufunc):
    for x in (1.5, draw((3,), 0.5, 2.0), draw((2, 1), 0.5, 2.0)):
        if ufunc in (np.remainder, np.fmod, np.divmod):
            check(lambda x: ufunc(x, 0.7 * x), x)  # a jump where the arguments are equal
        else:
            check(lambda x: ufunc(x, x), x)


@pytest.mark.parametrize("ufunc", by_name(FOR_MASKS), ids=lambda f: f.__name__)
def test_ufunc_for_masks(ufunc):
    x = Value(draw((4,)))
    masks = [x > 0.0, x < 1.0][: ufunc.nin]
    assert (ufunc(*masks).data == ufunc(*[mask.data for mask in masks])).all()
    np.sum(ufunc(*masks) * x).backward()
    assert (x.grad == ufunc(*[mask.data for mask in masks])).all()
    with pytest.raises(TypeError, match=f"'{ufunc.__name__}' not supported"):
        ufunc(*[x, x][: ufunc.nin])


@pytest.mark.parametrize("exponent", [3, -1, np.array([1, 0, 2])], ids=str)
def test_ldexp(exponent):
    check(lambda x: np.ldexp(x, exponent), draw((3,)))
    check(lambda x: np.ldexp(x, exponent), 1.5)


@pytest.mark.parametrize("ufunc", by_name(REFUSED), ids=lambda f: f.__name__)
def test_refused_ufunc(ufunc):
    name = re.escape(f"np.{ufunc.__name__}")
    message = rf"^{name} has no derivative rule: it .*\. If you want plain numbers, give it \.data$"
    with pytest.raises(TypeError, match=message):
        ufunc(*[Value(2.0), 1][: ufunc.nin])


def test_a_user_ufunc_is_refused_with_the_way_to_add_it():
    mine = np.frompyfunc(lambda x: x, 1, 1)
    with pytest.raises(
        TypeError, match=r"has no derivative rule\. If it has a derivative, add it in one line"
    ):
        mine(Value(1.0))


# Their methods -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum, np.minimum], ids=lambda f: f.__name__)
def test_reduce(ufunc):
    a = draw((2, 3, 2))
    check(ufunc.reduce, a)
    for axis in (None, 1, -1, (0, 2)):
        check(partial(ufunc.reduce, axis=axis), a)
        check(partial(ufunc.reduce, axis=axis, keepdims=True), a)


def test_logaddexp_reduce():
    check(lambda a: np.logaddexp.reduce(a, axis=-1), draw((2, 3)))


def test_accumulate():
    check(np.add.accumulate, draw((2, 3)))
    check(lambda a: np.add.accumulate(a, axis=-1), draw((2, 3)))


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.arctan2, np.maximum], ids=lambda f: f.__name__)
def test_outer(ufunc):
    for a, b in [((2,), (3,)), ((), (3,)), ((3,), ()), ((2, 1), (3,)), ((0,), (2,))]:
        check(ufunc.outer, draw(a), draw(b, seed=1))


METHODS_REFUSED = {
    "np.subtract.reduce": lambda x: np.subtract.reduce(x),
    "np.maximum.accumulate": lambda x: np.maximum.accumulate(x),
    "np.add.reduceat": lambda x: np.add.reduceat(x, [0, 1]),
    "np.add.at": lambda x: np.add.at(x, [0], 1.0),
}


@pytest.mark.parametrize(("name", "use"), METHODS_REFUSED.items())
def test_method_without_a_rule_is_refused_by_name(name, use):
    with pytest.raises(TypeError, match=f"{re.escape(name)} has no derivative rule"):
        use(Value(draw((3,))))


# What is not supported is refused clearly ---------------------------------------------------------

OPTIONS_REFUSED = [
    (lambda x: np.exp(x, out=np.zeros(3)), "np.exp: out= and in-place operations would write a"),
    (lambda x: np.add.reduce(x, out=np.zeros(())), "np.add.reduce: out= and in-place operations would write"),
    (lambda x: np.exp(x, where=[True, False, True]), "np.exp: where= is not supported with Values; use"),
    (lambda x: np.exp(x, dtype=int), "np.exp: dtype=int64 has no derivative, expected float64 or float32"),
    (lambda x: np.exp(x, casting="no"), "np.exp: casting= is not supported with Values"),
    (lambda x: np.add.reduce(x, initial=1.0), "np.add.reduce: initial= is not supported with Values"),
    (lambda x: np.add.accumulate(x, dtype=int), "np.add.accumulate: dtype=int64 has no derivative"),
    (lambda x: np.vecdot(x, x, axis=0), "np.vecdot: axis= is not supported with Values"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "message"), OPTIONS_REFUSED)
def test_option_refused_by_name(use, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        use(Value(draw((3,))))


@pytest.mark.parametrize(
    "method", ["__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__", "__imatmul__"]
)
def test_a_value_is_not_written_into_an_array(method):
    array = np.eye(3)
    with pytest.raises(TypeError, match=r"use the result: y = y \+ value instead of y \+= value"):
        getattr(array, method)(Value(np.eye(3)))
    assert (array == np.eye(3)).all()


def test_in_place_with_a_value_on_the_left_makes_a_new_one():
    x = Value(np.ones(2))
    y = x
    y += 1.0
    assert (x.data == 1.0).all()
    assert (y.data == 2.0).all()
    assert grad(lambda x: np.sum(np.multiply(x, x)))(np.ones(2)).tolist() == [2.0, 2.0]
