"""backward: the chain rule over any graph, what it leaves where, and that no graph ever sees a change."""

import gc
import tracemalloc
import weakref
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgd import Value, primitive
from microgd.autodiff.primitives import arithmetic, linear_algebra

# The chain rule


def test_the_knob():
    knob_weight = Value(0.5)
    error = (0.5 * knob_weight - 0.8) ** 2
    error.backward()
    assert error.data == 0.30250000000000005
    assert knob_weight.grad == pytest.approx(-0.55, rel=1e-15)


def test_a_node_hears_from_all_its_uses_before_it_passes_on():
    a = Value(3.0)
    b = a + a
    c = b + b
    c.backward()
    assert (c.grad, b.grad, a.grad) == (1.0, 2.0, 4.0)


def test_uses_at_different_depths_add_up():
    x = Value(2.0)
    y = x * x  # 4
    z = y * x + y  # x^3 + x^2
    z.backward()
    assert x.grad == 3 * 2**2 + 2 * 2
    assert y.grad == 2 + 1


def test_the_same_value_as_both_arguments():
    for f, slope in (
        (lambda x: x + x, 2.0),
        (lambda x: x - x, 0.0),
        (lambda x: x * x, 6.0),
        (lambda x: x / x, 0.0),
        (lambda x: np.maximum(x, x), 1.0),
        (lambda x: np.hypot(x, x), 2**0.5),
    ):
        for x in (Value(3.0), Value([3.0])):
            f(x).sum().backward()
            assert x.grad == pytest.approx(slope, abs=1e-15)


def test_a_lattice_of_two_to_the_sixty_paths():
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_broadcasting_is_undone_by_adding_up():
    x, row, column, number = Value(np.ones((2, 3))), Value([1.0, 2.0, 3.0]), Value([[5.0], [7.0]]), Value(2.0)
    (x * row * column * number).sum().backward()
    assert x.grad.tolist() == [[10.0, 20.0, 30.0], [14.0, 28.0, 42.0]]
    assert row.grad.tolist() == [24.0, 24.0, 24.0]
    assert column.grad.tolist() == [[12.0], [12.0]]
    assert number.grad == 72.0
    assert type(number.grad) is float


def test_a_million_operations_in_a_row():
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y * 1.0
    y.backward()
    assert x.grad == 1.0
    del y  # a million nodes freed, each by the next: no recursion there either
    assert x.grad == 1.0


# Random programs, whose derivatives the complex step knows: df/dx = Im f(x + ih) / h, exact to all digits

STEPS = [
    lambda a, b: (a + b) / 2,
    lambda a, b: a - b / 2,
    lambda a, b: np.sin(a * b),
    lambda a, b: np.tanh(a) * b,
    lambda a, b: a / (1 + b * b),
    lambda a, b: np.exp(-a * a) + b**2,
    lambda a, b: np.sqrt(2 + np.cos(b)) * 0.3,
    lambda a, b: 0.5 ** (np.cos(a) + b / 3),
]
PROGRAMS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8
)
ARGUMENTS = st.floats(-1.5, 1.5)


def run(program, *args):
    """Each step makes a new number of two earlier ones, any two, the same one included."""
    numbers = list(args)
    for step, i, j in program:
        numbers.append(step(numbers[i % len(numbers)], numbers[j % len(numbers)]))
    return numbers[-1]


@settings(deadline=None, max_examples=100)
@given(PROGRAMS, ARGUMENTS, ARGUMENTS)
def test_any_program_of_numbers_and_of_arrays(program, x, y):
    expected = [run(program, x + 1e-30j, y).imag / 1e-30, run(program, x, y + 1e-30j).imag / 1e-30]
    a, b = Value(x), Value(y)
    if isinstance(out := run(program, a, b), Value):
        out.backward()
    assert [a.grad, b.grad] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    a, b = Value([x, y]), Value([[y], [x]])  # broadcast against each other: four runs at once
    out = run(program, a, b)
    out.backward(np.ones(out.shape))
    runs = [[(u, v) for u in (x, y)] for v in (y, x)]
    both = out.shape == (2, 2)
    by_a = np.array([[run(program, u + 1e-30j, v).imag / 1e-30 for u, v in row] for row in runs])
    by_b = np.array([[run(program, u, v + 1e-30j).imag / 1e-30 for u, v in row] for row in runs])
    np.testing.assert_allclose(a.grad, by_a.sum(0) if both else by_a[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        b.grad, by_b.sum(1, keepdims=True) if both else by_b[:, :1], rtol=1e-9, atol=1e-9
    )


# Leaves accumulate, results hold the gradient of the last backward


def test_a_second_backward_adds_the_same_again():
    x = Value(3.0)
    y = x**3
    y.backward()
    assert x.grad == 27.0
    y.backward()
    assert x.grad == 54.0
    assert y.grad == 1.0


def test_leaves_add_up_until_they_are_set_to_zero():
    for x in (Value(2.0), Value([2.0, 2.0])):
        for times in (1, 2, 3):
            (x * 5).sum().backward()
            assert np.all(x.grad == 5.0 * times)
        x.grad = 0
        assert np.all(x.grad == 0.0)
        (x * 7).sum().backward()
        assert np.all(x.grad == 7.0)


def test_a_result_holds_the_gradient_of_the_last_backward():
    x = Value(2.0)
    h = x * 3
    (h * 5).backward()
    (h * h).backward()
    assert h.grad == 12.0
    assert x.grad == 15.0 + 36.0


def test_a_result_that_nothing_arrives_at_has_gradient_zero():
    x = Value(2.0)
    h = x * 3
    (h * 5).backward()
    ((h > 0) * x).backward()
    assert h.grad == 0.0


def test_gradients_are_zero_before_backward_in_the_shape_of_the_data():
    assert Value(1.0).grad == 0.0
    for x in (Value([[1.0, 2.0]]), Value(np.ones((1, 2), np.float32))):
        assert x.grad.tolist() == [[0.0, 0.0]]
        assert x.grad.dtype == x.dtype


def test_a_leaf_is_its_own_output():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0


def test_backward_with_a_gradient():
    x = Value([1.0, 2.0, 3.0])
    for gradient in (np.array([1.0, 10.0, 100.0]), [1, 10, 100], np.array([1, 10, 100])):
        x.grad = 0
        (x * x).backward(gradient)
        assert x.grad.tolist() == [2.0, 40.0, 600.0]
    y = Value(3.0)
    (y * y).backward(10)
    assert y.grad == 60.0


def test_backward_with_a_mask_as_gradient():
    x = Value([1.0, 2.0])
    (-x).backward(np.array([True, False]))
    assert x.grad.tolist() == [-1.0, 0.0]


def test_a_mask_as_gradient_adds_up():
    x = Value([1.0, 2.0])
    (x + x).backward(np.array([True, False]))
    assert x.grad.tolist() == [2.0, 0.0]


def test_backward_over_no_entries():
    x = Value(np.ones((0, 3)))
    (x.sum() * 2).backward()
    assert x.grad.shape == (0, 3)


# Constants get no gradient


def test_no_rule_runs_for_a_constant(monkeypatch):
    calls = []

    def counted(op):
        def counting(i, vjp):
            return lambda *args: (calls.append((op.name, i)), vjp(*args))[1]

        monkeypatch.setattr(op, "vjps", tuple(counting(i, vjp) for i, vjp in enumerate(op.vjps)))

    counted(linear_algebra.matmul)
    counted(arithmetic.multiply)
    X, W = np.ones((4, 2)), Value(np.ones((2, 3)))
    (3.0 * (X @ W)).sum().backward()
    assert calls == [("*", 1), ("@", 1)]
    assert W.grad.tolist() == [[12.0] * 3] * 2


def test_every_rule_runs_once(monkeypatch):
    calls = []
    monkeypatch.setattr(
        arithmetic.tanh, "vjps", (lambda g, out, a: (calls.append(1), g * (1 - out * out))[1],)
    )
    x = Value(0.1)
    y = x
    for _ in range(50):
        y = y.tanh() + y  # 2^50 paths, 50 nodes
    y.backward()
    assert len(calls) == 50


# No graph ever sees a change


def test_a_recorded_graph_keeps_its_numbers():
    for p in (Value(3.0), Value([3.0, 3.0])):
        y = (p * p).sum()
        p.data -= 1.0
        assert np.all(p.data == 2.0)
        y.backward()
        assert np.all(p.grad == 6.0)
        p.grad = 0
        (p * p).sum().backward()
        assert np.all(p.grad == 4.0)


def test_writing_to_entries_of_a_leaf():
    p = Value([3.0, 3.0])
    p.data[0] = 1.0
    assert p.data.tolist() == [1.0, 3.0]
    y = (p * p).sum()
    p.data[0] = 100.0
    p.data[1:] *= 2
    assert p.data.tolist() == [100.0, 6.0]
    y.backward()
    assert p.grad.tolist() == [2.0, 6.0]


ALIASES = {
    "data": lambda p: p.data,
    "view": lambda p: p.data[:2],
    "view of a view": lambda p: p.data.reshape(3, 1).T[0],
    "memoryview": lambda p: memoryview(p.data),
    "reshaped result": lambda p: p.reshape(3, 1).data[:, 0],
    "slice of a result": lambda p: p[:2].data,
    "identical result": lambda p: p[...].data,
    "transposed result": lambda p: p.T.data,
    "entries": lambda p: p.data.flat,
}


@pytest.mark.parametrize("alias", ALIASES.values(), ids=ALIASES)
def test_nothing_that_was_taken_before_can_change_a_graph(alias):
    p = Value([1.0, 2.0, 3.0])
    stale = alias(p)
    y = (p * p).sum()
    with suppress(ValueError):  # an array says that it is read-only, a memoryview cannot know
        stale[0] = 99.0
    y.backward()
    assert y.data == 14.0
    assert p.grad.tolist() == [2.0, 4.0, 6.0]
    assert p.data.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("alias", ALIASES.values(), ids=ALIASES)
def test_nothing_that_was_taken_after_can_change_a_graph(alias):
    p = Value([1.0, 2.0, 3.0])
    y = (p * p).sum()
    taken = alias(p)
    with suppress(ValueError, TypeError):
        taken[0] = 99.0
    y.backward()
    assert p.grad.tolist() == [2.0, 4.0, 6.0]


def test_an_array_among_the_numbers_of_a_primitive_is_frozen():
    weighted = primitive(
        lambda a, b, c: float(a * np.sum(b) * c),
        lambda g, out, a, b, c: g * np.sum(b) * c,
        lambda g, out, a, b, c: g * a * c + 0 * b,
        lambda g, out, a, b, c: g * a * np.sum(b),
        name="weighted",
    )
    a, b = Value(2.0), Value([1.0, 2.0])
    y = weighted(a, b, 10.0)
    b.data[0] = 100.0
    y.backward()
    assert a.grad == 30.0


def test_the_data_of_a_result_is_read_only():
    x = Value([1.0, 2.0])
    for y in (
        x * 2,
        x[:1],
        x.reshape(2, 1),
        x.T,
        +x * 1,
        np.exp(x),
        x.sum(keepdims=True),
        x @ np.eye(2),
        x > 0,
    ):
        assert not y.data.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            y.data[0] = 5.0
        with pytest.raises(ValueError, match="read-only"):
            y.data -= 1


def test_replaced_data_is_copied_and_keeps_its_type():
    new = np.array([5.0, 6.0])
    p, q = Value([1.0, 2.0]), Value(np.ones(2, np.float32))
    p.data = q.data = new
    new[0] = 99.0
    p.data[1] = 77.0
    assert p.data.tolist() == [5.0, 77.0]
    assert q.data.tolist() == [5.0, 6.0]
    assert q.dtype == np.float32
    q.data = p.data
    p.data[0] = 0.0
    assert q.data.tolist() == [5.0, 77.0]
    number = Value(1.0)
    number.data = 3
    assert type(number.data) is float


def test_replaced_data_of_a_number_is_a_float():
    p = Value(1.0)
    p.data = True
    assert type(p.data) is float


# Gradients belong to one Value only


def test_a_gradient_is_shared_with_nobody():
    p, q = Value([1.0, 2.0]), Value([3.0, 4.0])
    arrived = np.ones(2)
    y = p + q
    y.backward(arrived)
    p.grad *= 2
    p.grad[0] = 50.0
    assert q.grad.tolist() == y.grad.tolist() == arrived.tolist() == [1.0, 1.0]
    arrived[0] = 99.0
    assert p.grad.tolist() == [50.0, 2.0]
    assert y.grad.tolist() == [1.0, 1.0]


def test_a_gradient_kept_aside_is_not_added_to():
    p = Value([1.0, 2.0])
    p.sum().backward()
    kept = p.grad
    p.sum().backward()
    assert kept.tolist() == [1.0, 1.0]
    assert p.grad.tolist() == [2.0, 2.0]


def test_the_gradient_of_a_result_is_read_only():
    x = Value([1.0, 2.0])
    y = x * 2
    (y + 1.0).backward(np.ones(2))
    with pytest.raises(ValueError, match="read-only"):
        y.grad[0] = 7.0


def test_a_gradient_can_be_set():
    p = Value([1.0, 2.0])
    p.grad = [5, 6]
    (p * 1).backward([1.0, 1.0])
    assert p.grad.tolist() == [6.0, 7.0]
    p.grad = 3
    assert p.grad.tolist() == [3.0, 3.0]
    p.grad = 0
    assert p.grad.tolist() == [0.0, 0.0]


def test_a_gradient_that_is_set_is_copied():
    p, q = Value([1.0, 2.0]), Value([1.0, 2.0])
    p.sum().backward()
    q.grad = p.grad
    p.grad *= 2
    assert q.grad.tolist() == [1.0, 1.0]


# Memory


@pytest.mark.parametrize(
    "operation",
    [
        lambda y: y * 1.5,
        lambda y: y - 1.0,
        lambda y: 0.5 / y,
        lambda y: y * y,
        lambda y: y**2,
        lambda y: y.tanh(),
    ],
)
def test_a_scalar_node_costs_at_most_300_bytes(operation):
    count = 2_000
    y = Value(0.5)
    with np.errstate(all="ignore"):
        tracemalloc.start()
        for _ in range(count):
            y = operation(y)
        y.backward()
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert used / count <= 300


@pytest.fixture
def no_collector():
    """The garbage collector stands still, so that only reference counting frees anything."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_graph_dies_with_its_last_reference(no_collector):
    w = Value(np.ones(3))
    hidden = w * 2.0
    array = weakref.ref(hidden.data)
    loss = (hidden * hidden).sum()
    loss.backward()
    del hidden
    assert array() is not None  # the loss still needs it
    del loss
    assert array() is None
    assert w.grad.tolist() == [8.0, 8.0, 8.0]


def test_training_leaves_no_cycles_behind(no_collector):
    w, b = Value(np.ones((2, 2))), Value(0.5)
    for _ in range(3):
        loss = np.mean((np.tanh(np.ones((4, 2)) @ w[:, ::-1]) + b) ** 2) + np.concatenate([w, w]).max()
        loss.backward()
        for p in (w, b):
            p.data -= 0.1 * p.grad
            p.grad = 0
    del loss
    assert gc.collect() == 0


def test_a_backward_pass_that_fails_leaves_the_gradients_of_the_leaves():
    def fails(g, out, x):
        raise RuntimeError("no derivative today")

    broken = primitive(lambda x: 2.0 * x, fails, name="broken")
    x, y = Value(3.0), Value([1.0, 2.0])
    (x * 5.0 + y.sum()).backward()
    with pytest.raises(RuntimeError, match="no derivative today"):
        (broken(x) + x + y.sum()).backward()
    assert x.grad == 5.0
    assert y.grad.tolist() == [1.0, 1.0]
    (x * 2.0).backward()
    assert x.grad == 7.0
