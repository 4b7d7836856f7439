"""Integers in JavaScript: labels and rows that index, and whole numbers that are computed with."""

import re

import numpy as np
import pytest
from in_javascript import run, thrown

import microgd
from microgd import grad, losses, value_and_grad

TABLE = np.random.default_rng(0).normal(size=(7, 3))
TOKENS = np.array([[0, -7, 3, 3, 6], [1, 1, 1, -1, 2], [5, 0, 4, 3, 3]])


@pytest.fixture
def page(window):
    window.driver.get("about:blank")
    return window


def assert_same(page, f, *args):
    here, there = run(page, microgd.compile(f), *args)
    for ours, theirs in zip(here, there, strict=True):
        np.testing.assert_array_equal(theirs, ours)
        zeros = ours == 0
        np.testing.assert_array_equal(np.signbit(theirs[zeros]), np.signbit(ours[zeros]))


INDEXED = {
    "rows": lambda t, i: t[i],
    "rows of rows": lambda t, i: t[i][:, 1:],
    "columns": lambda t, i: t.T[:, i],
    "the last axis": lambda t, i: t.T[..., i[0]],
    "a new axis": lambda t, i: t[i[0], None],
    "entries": lambda t, i: t[i[0], i[1] % 3],
    "entries of one column": lambda t, i: t[i, 0],
    "axes apart": lambda t, i: np.stack([t, 2 * t])[i[0] % 2, :, i[1] % 3],
    "beside a constant array": lambda t, i: t[[0, 1, 2, 1, 0], i[0] % 3],
    "beside a constant mask": lambda t, i: t[i[0, :2], np.array([True, False, True])],
    "broadcast against a list": lambda t, i: t[i[:, :1], [0, 2]],
    "one entry": lambda t, i: t[i[0, 0], i[0, 1] % 3],
    "one row": lambda t, i: t[i[0, 0]],
    "take": lambda t, i: np.take(t, i, axis=0),
    "np.ix_": lambda t, i: t[np.ix_(i[0], [0, 2])],
    "take, wrapped": lambda t, i: np.take(t, 5 * i, axis=0, mode="wrap"),
    "take, flat": lambda t, i: np.take(t, i),
    "take_along_axis": lambda t, i: np.take_along_axis(t, i[:, :3], 0),
    "computed": lambda t, i: t[(2 * i + 1) % 7],
    "clipped": lambda t, i: t[np.clip(i, 0, 4)],
    "chosen": lambda t, i: t[np.where(i < 0, 0, i)],
    "joined": lambda t, i: t[np.concatenate([i[0], i[1], [6]])],
    "none of them": lambda t, i: t[i[:0]],
    "sorted": lambda t, i: np.sort(t, axis=0)[i] + t[np.argsort(t[:, 0])][i],
    "the largest": lambda t, i: t[i[0, 0], np.argmax(t, axis=1)] * t[np.argmin(t[:, 0]), 0],
}


@pytest.mark.parametrize("f", INDEXED.values(), ids=INDEXED)
def test_indices_and_the_gradients_through_them(page, f):
    assert_same(page, f, TABLE, TOKENS)
    assert_same(page, grad(lambda t, i: np.sum(f(t, i) * 3.0)), TABLE, TOKENS)


COMPUTED = {
    "returned": lambda i: [i, i.T, i[0, 1], i[1:]],
    "sums": lambda i: [i + i[0], i - 1, 2 * i, -i, abs(i), i**2, np.square(i), np.sign(i)],
    "quotients": lambda i: [i / 2, 1 / i, i / i[0], i / 0],
    "floors": lambda i: [i // 2, i // -3, i // i[0], 7 // i, i // 0],
    "remainders": lambda i: [i % 3, i % -3, i % i[0], 7 % i, i % 0, np.fmod(i, 3), np.fmod(i, i[0])],
    "powers": lambda i: [i**3, abs(i) ** abs(i[0]), 2 ** abs(i), i**0, 1.5**i, i**0.5, i**-1.5],
    "as floats": lambda i: [i.astype(float) / 3, np.exp(0.1 * i), np.sqrt(i * i), np.float64(3) * i],
    "beside floats": lambda i: [i * -0.0, i + 0.5, i * 0.1, np.where(i > 0, i, 0.5)],
    "compared": lambda i: [(i > 1) * 1.0, (i == i[0]) * 2, np.where(i > 1, i, 0), np.maximum(i, 2)],
    "reduced": lambda i: [i.sum(), i.sum(axis=0), i.max(axis=1), i.mean(), np.cumsum(i), np.prod(i, axis=1)],
    "products": lambda i: [i @ i.T, i @ i[0], np.einsum("ij,kj->ik", i, i), np.dot(i[0], i[1])],
    "numbers": lambda i: [i[0, 0] * -3, i[0, 2] // 2, -i[0, 0], i[0, 1] % 4, i[0, 1] ** 2, i[1, 1] / 3],
    "bits": lambda i: [i & 3, i | 8, np.bitwise_xor(i, i[0]), ~i, i[0, 1] & 6],
    "masks": lambda i: [(i > 1) & (i < 4), (i > 1) | (i < 0), np.logical_xor(i > 1, i < 4), ~(i > 1)],
    "sums of masks": lambda i: [(i > 1) + (i < 4), (i > 1) * (i < 4)],
    "counts": lambda i: [np.sum(i > 1), np.any(i > 5, axis=1), np.all(i > -8), np.count_nonzero(i, axis=0)],
    "masks as numbers": lambda i: [(i > 1) * -1, (i > 1) * -1.0, np.cumsum(i[0] > 1)],
}  # fmt: skip


@pytest.mark.parametrize("f", COMPUTED.values(), ids=COMPUTED)
@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value|overflow)")
def test_whole_numbers_are_those_of_numpy(page, f):
    assert_same(page, f, TOKENS)


def test_whole_numbers_up_to_2_to_the_53(page):
    big = 2**53
    for i in ([94_906_265, -94_906_265], [big - 1, 1 - big], [3, -3]):
        assert_same(
            page, lambda i, k: [i[0] // k[0], i % k, -i // k, i // 1], np.array(i), np.array([7, -13])
        )
    assert_same(page, lambda i: [i * i, i[0] * 94_906_264, i[0] ** 2], np.array([94_906_265, 3]))


@pytest.mark.parametrize(
    "f", [lambda i: i * 4, lambda i: i.sum(), lambda i: i**3, lambda i: i + i, lambda i: i[0] * i[1]]
)
def test_what_is_beyond_raises(page, f):
    step = microgd.compile(f)
    i = np.array([2**52 + 1, 2**52 + 1, 5])
    step(i)
    assert re.match(
        r"RangeError: the integer \S+ is beyond 2\*\*53, up to which", thrown(page, step, str(i.tolist()))
    )


def test_negative_powers_of_integers_raise_as_in_numpy(page):
    step = microgd.compile(lambda i, k: i**k)
    step(np.array([2, 3]), np.array([1, 2]))
    complaint = "Integers to negative integer powers are not allowed."
    assert thrown(page, step, "[2, 3]", "[1, -1]") == f"RangeError: {complaint}"
    with pytest.raises(ValueError, match=complaint):
        step(np.array([2, 3]), np.array([1, -1]))


def test_labels(page):
    rng = np.random.default_rng(1)
    step = microgd.compile(value_and_grad(lambda w, x, y: np.mean(losses.softmax_cross_entropy(x @ w, y))))
    for y in ([0, 2, 1, 1, 0], [2, 2, 2, 0, 1]):
        here, there = run(page, step, rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), np.array(y))
        for ours, theirs in zip(here, there, strict=True):
            np.testing.assert_allclose(theirs, ours, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("[0, 7]", "index 7 is out of bounds for axis 0 with size 7"),
        ("new Int32Array([-8, 7])", "index -8 is out of bounds for axis 0 with size 7"),
        ("[0, 1.5]", "arrays used as indices must be of integer type, got 1.5"),
        ("['x', 1]", "arrays used as indices must be of integer type, got x"),
    ],
)
def test_what_does_not_index_raises_RangeError_with_the_words_of_numpy(page, given, complaint):
    step = microgd.compile(value_and_grad(lambda t, i: t[i].sum()))
    step(TABLE, np.array([0, 1]))
    assert thrown(page, step, "new Float64Array(21)", given) == f"RangeError: {complaint}"
    if "out of bounds" in complaint:  # as NumPy says it
        with pytest.raises(IndexError, match=complaint):
            TABLE[[int(complaint.split()[1])]]


def test_classes_that_do_not_exist_raise(page):
    step = microgd.compile(lambda z, y: losses.softmax_cross_entropy(z, y))
    step(np.zeros((2, 3)), np.array([0, 1]))
    for wrong in ("[0, 3]", "[0, -1]"):
        complaint = "RangeError: index 3 is out of bounds for axis 1 with size 3"
        assert thrown(page, step, "new Float64Array(6)", wrong) == complaint


def test_plain_numbers_index_too(page):
    step = microgd.compile(lambda t, i: t[i])
    step(TABLE, np.array([0, 1]))
    given = ", ".join(map(str, TABLE.ravel().tolist()))
    for rows in ("[6, -1]", "new Float64Array([6, 6])", "new Int8Array([-1, -1])"):
        found = page.driver.execute_script(f"return Array.from(({step.javascript})([{given}], {rows})[0])")
        np.testing.assert_array_equal(found, [*TABLE[6], *TABLE[6]])


@pytest.mark.parametrize(
    ("f", "dtype", "complaint"),
    [
        (lambda i: i * i, np.int32, r"\* of int32 cannot be written; take int64"),
        (lambda i: np.cumsum(i), np.uint8, "cumsum of uint64 cannot be written; take int64"),
        (
            lambda i: np.reciprocal(i),
            np.int64,
            "the operation reciprocal of integers cannot be written; convert",
        ),
        (lambda i: i + 2**60, np.int64, "the constant 1152921504606846976 is beyond 2"),
        (lambda i: np.exp(i), np.int16, "float32 cannot be written"),
    ],
)
def test_what_would_be_another_number_is_refused(f, dtype, complaint):
    step = microgd.compile(f)
    step(np.array([1, 2, 3], dtype))
    with pytest.raises(TypeError, match=f"^javascript: .*{complaint}"):
        step.javascript
