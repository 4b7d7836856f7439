"""A number that is read while a function is traced: refused by the argument's name, however f goes on."""

import numpy as np
import pytest

import microgd
from microgd import Value, losses
from microgd.autodiff import TracedValueError


def ranged(x, n):
    return sum(x for _ in range(n))


def swallowed(x, n):
    try:
        if n > 0:
            return x
    except TypeError:
        pass
    return -x


def swallowed_and_replaced(x, n):
    try:
        return x * float(n)
    except TypeError as error:
        raise KeyError("another error") from error


@pytest.mark.parametrize("f", [
    ranged, swallowed, swallowed_and_replaced,
    lambda x, n: x + np.zeros(n),
    lambda x, n: x[:n] * np.ones((n, 1)),
    lambda x, n: x + np.arange(n),
    lambda x, n: np.reshape(x, (n, -1)),
    lambda x, n: x.reshape(n, -1),
    lambda x, n: x[:n],
    lambda x, n: [x, 2 * x][n],
    lambda x, n: [x] * int(n),
])  # fmt: skip
def test_a_length_that_is_an_argument_names_it(f):
    with pytest.raises(TracedValueError, match=r"argument n static \(static_argnames='n'\)") as caught:
        microgd.compile(f)(np.ones(2), 2)
    assert str(caught.value).startswith(f"{__file__}, line ")
    assert Value(1.0).data == 1.0  # nothing is traced any more


def test_the_cure_works():
    step = microgd.compile(ranged, static_argnames="n")
    assert step(3.0, 2) == 6.0
    assert step(3.0, 3) == 9.0


def test_a_number_that_two_arguments_decide():
    def f(a, b, c):
        return c if a > b["limit"] else -c

    with pytest.raises(TracedValueError, match=r"argument a or b static \(static_argnames=\('a', 'b'\)\)"):
        microgd.compile(f)(1.0, {"limit": 2.0}, 3.0)


def test_an_error_that_was_caught_does_not_reach_the_next_trace():
    with pytest.raises(TracedValueError):
        microgd.compile(swallowed)(1.0, 2)
    assert microgd.compile(lambda x: x * 2.0)(3.0) == 6.0


def test_class_numbers_as_an_argument_are_not_looked_at():
    logits, labels = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([0, 1])
    compiled = microgd.compile(losses.softmax_cross_entropy)(logits, labels)
    np.testing.assert_allclose(compiled, losses.softmax_cross_entropy(logits, labels), rtol=1e-15)


@pytest.mark.parametrize("use", [range, np.zeros, lambda n: [1, 2, 3][:n], lambda n: [1, 2][n]])
def test_a_value_is_no_length_outside_of_a_trace_either(use):
    with pytest.raises(TypeError):
        use(Value(2.0))
    with pytest.raises(TypeError, match=r"not a whole number.*int\(value.item\(\)\)"):
        range(Value(2.0))
