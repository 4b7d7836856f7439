"""Arrays that are no Values: an operation keeps the numbers that it read, whatever becomes of the array."""

import numpy as np
import pytest

import microgd
from microgd import Value, grad, value_and_grad
from microgd.autodiff.data import kept

ROWS = [[1.0, 2.0], [3.0, 4.0]]


def sum_of_rows(w):
    """Sum w * row over ROWS, all read into one buffer: 10 for w = [1, 1], gradient [4, 6]."""
    buffer, total = np.zeros(2), 0.0
    for row in ROWS:
        buffer[:] = row
        total = total + np.sum(w * buffer)
    return total


def test_a_buffer_that_is_refilled():
    w = Value([1.0, 1.0])
    sum_of_rows(w).backward()
    assert w.grad.tolist() == [4.0, 6.0]
    assert grad(sum_of_rows)(np.ones(2)).tolist() == [4.0, 6.0]


def test_a_buffer_that_is_refilled_in_a_compiled_function():
    error, gradient = microgd.compile(value_and_grad(sum_of_rows))(np.ones(2))
    assert (error, gradient.tolist()) == (10.0, [4.0, 6.0])


def test_a_buffer_that_is_refilled_in_a_compiled_error_of_parameters():
    w = Value([1.0, 1.0])
    error = microgd.compile(lambda: sum_of_rows(w))()
    error.backward()
    assert (error.data, w.grad.tolist()) == (10.0, [4.0, 6.0])


def test_a_buffer_that_is_refilled_under_jit():
    numba_like = microgd.compile(value_and_grad(sum_of_rows), jit=lambda function: function)
    error, gradient = numba_like(np.ones(2))
    assert (error, gradient.tolist()) == (10.0, [4.0, 6.0])


def test_rows_to_read_that_are_refilled():
    w, rows, total = Value([1.0, 10.0, 100.0]), np.zeros(1, int), 0.0
    for i in (0, 2):
        rows[:] = i
        total = total + np.sum(w[rows] + w[rows, ...])
    total.backward()
    assert w.grad.tolist() == [2.0, 0.0, 2.0]


def test_operands_of_a_concatenation_that_are_refilled():
    w, buffer, parts = Value(2.0), np.ones(2), []
    for _ in range(2):
        parts.append(np.sum(np.concatenate([w * np.ones(1), buffer]) ** 2))
        buffer *= 3.0
    assert [part.item() for part in parts] == [6.0, 22.0]
    sum(parts).backward()
    assert w.grad == 8.0


def test_one_array_used_twice_is_one_constant():
    x = np.array([1.0, 2.0])
    step = microgd.compile(lambda w: np.sum(w * x) + np.sum((w + x) * x))
    step(np.ones(2))
    assert {name for name in step.source.replace("(", " ").split() if name.startswith("x")} == {"x"}


GRID = np.arange(24.0).reshape(4, 6)


@pytest.mark.parametrize(
    "array",
    [
        GRID, GRID.T, GRID[:, ::2], GRID[::-1], GRID[1:3, 1:4], np.broadcast_to(GRID[0], (3, 6)),
        np.array(True), np.empty((0, 2)), GRID.astype(np.float32), np.arange(3), np.eye(2) > 0,
    ],
)  # fmt: skip
def test_what_is_kept_has_the_same_entries_and_cannot_be_written_to(array):
    copy = kept(array)
    assert not np.shares_memory(copy, array)
    assert copy.dtype == array.dtype
    assert not copy.flags.writeable
    np.testing.assert_array_equal(copy, array)


def test_the_layout_is_kept_because_sums_round_by_it():
    for array in (GRID.T, GRID[:, ::2], GRID[::-1]):
        steps, copied = np.array(array.strides), np.array(kept(array).strides)
        assert list(np.argsort(-abs(steps))) == list(np.argsort(-abs(copied)))
        assert list(np.sign(steps)) == list(np.sign(copied))
    assert kept(GRID[:, ::2]).strides[1] > GRID.itemsize


def test_memory_that_cannot_be_written_to_is_not_copied():
    locked = GRID.copy()
    locked.flags.writeable = False
    assert kept(locked) is locked
    transposed = locked.T
    assert kept(transposed) is transposed
    view = GRID.view()
    view.flags.writeable = False  # but GRID is not locked
    assert kept(view) is not view


def test_arrays_in_tuples_and_lists_are_kept():
    rows = np.array([0, 1])
    (first, (second,), number), rest = kept(((rows, (rows,), 3), [rows]))
    rows[:] = 7
    assert first.tolist() == second.tolist() == rest[0].tolist() == [0, 1]
    assert number == 3
