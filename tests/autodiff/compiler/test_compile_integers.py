"""Arguments that hold integers or booleans: they stay what they are, they may index, no gradient flows in."""

import numpy as np
import pytest
from cases import draw
from comparing import assert_same, plain

import microgd
from microgd import (
    MLP,
    Value,
    grad,
    hvp,
    jacobian,
    logsumexp,
    losses,
    sigmoid,
    softmax,
    value_and_grad,
)

TABLE = draw((7, 3))
TOKENS = np.array([[0, -7, 3, 3, 6], [1, 1, 1, -1, 2], [5, 0, 4, 3, 3]])

INDEXED = {
    "rows": lambda t, i: t[i],
    "rows of rows": lambda t, i: t[i][:, 1:],
    "columns": lambda t, i: t.T[:, i],
    "the last axis": lambda t, i: t.T[..., i[0]],
    "a new axis": lambda t, i: t[i[0], None],
    "entries": lambda t, i: t[i[0], i[1] % 3],
    "entries of one column": lambda t, i: t[i, 0],
    "beside a constant array": lambda t, i: t[[0, 1, 2, 1, 0], i[0] % 3],
    "broadcast against a list": lambda t, i: t[i[:, :1], [0, 2]],
    "one entry": lambda t, i: t[i[0, 0], i[0, 1] % 3],
    "one row": lambda t, i: t[i[0, 0]],
    "row after row": lambda t, i: sum(t[token] for token in i[0]),
    "take": lambda t, i: np.take(t, i, axis=0),
    "np.ix_": lambda t, i: t[np.ix_(i[0], [0, 2])],
    "take, wrapped": lambda t, i: np.take(t, 5 * i, axis=0, mode="wrap"),
    "take, flat": lambda t, i: np.take(t, i),
    "take_along_axis": lambda t, i: np.take_along_axis(t, i[:, :3], 0),
    "computed integers": lambda t, i: t[(2 * i + 1) % 7],
    "clipped integers": lambda t, i: t[np.clip(i, 0, 4)],
    "chosen integers": lambda t, i: t[np.where(i < 0, 0, i)],
    "joined integers": lambda t, i: t[np.concatenate([i[0], i[1], [6]])],
    "reshaped integers": lambda t, i: t[i.reshape(-1)] * len(i) + t[i.T].sum(),
    "twice the same": lambda t, i: t[i[0]] * t[i[0]] + t[i[1]],
}
COMPUTED = {
    "one-hot": lambda t, i: (i[..., None] == np.arange(7)) @ t,
    "compared": lambda t, i: np.where(i > 0, 1.5, 0.5) * t[0, 0],
    "as a condition": lambda t, i: np.where(i, t[0, 0], t[1, 0] * 2.0),
    "as branches": lambda t, i: np.where(i > 1, i, 0) * t[0, 0],
    "counted": lambda t, i: (i.sum() + i.max()) * t,
    "averaged": lambda t, i: i.mean() * t,
    "divided": lambda t, i: i / 2 * t[0, 0] + i // 2,
    "squared": lambda t, i: i**2 * t[0, 0],
    "as floats": lambda t, i: i.astype(float) * t[0, 0],
    "beside floats": lambda t, i: np.exp(0.1 * i) * t[0, 0],
    "running": lambda t, i: np.cumsum(i) * t[0, 0],
    "shape and length": lambda t, i: t * len(i) * i.shape[1] * i.size * i.ndim,
}
ALL = INDEXED | COMPUTED


def weighted(f):
    """A single number that depends on every entry of f's result."""

    def total(t, i):
        result = f(t, i)
        return np.sum(result * draw(np.shape(result), 0.5, 1.5, seed=7))

    return total


# The same as without compiling -------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8])
@pytest.mark.parametrize("f", ALL.values(), ids=ALL)
def test_values_and_gradients(f, dtype):
    i = TOKENS.astype(dtype)
    compiled, both = microgd.compile(f), value_and_grad(weighted(f))
    with_gradient = microgd.compile(both)
    for tokens in (i, i, i[:, ::-1] % 7):
        assert_same(compiled(TABLE, tokens), plain(f(Value(TABLE), tokens)))
        assert_same(with_gradient(TABLE, tokens), both(TABLE, tokens))
    assert len(with_gradient.programs) == 1


@pytest.mark.parametrize("f", ALL.values(), ids=ALL)
def test_unsigned_bytes_beside_float32(f):
    t, i = TABLE.astype(np.float32), (TOKENS % 7).astype(np.uint8)
    assert_same(microgd.compile(f)(t, i), plain(f(Value(t), i)))


@pytest.mark.parametrize("f", INDEXED.values(), ids=INDEXED)
def test_second_derivatives(f):
    def product(t, i, v):
        return hvp(lambda t: weighted(lambda t, i: np.tanh(f(t, i)) ** 2)(t, i))(t, v)

    assert_same(microgd.compile(product)(TABLE, TOKENS, TABLE[::-1]), product(TABLE, TOKENS, TABLE[::-1]))


def test_jacobian():
    f = jacobian(lambda t, i: t[i])
    assert_same(microgd.compile(f)(TABLE, TOKENS[0]), f(TABLE, TOKENS[0]))


def test_rows_that_repeat_add_up():
    slope = microgd.compile(grad(lambda t, i: t[i].sum()))(np.zeros((4, 2)), np.array([1, 3, 1, 1]))
    assert slope.tolist() == [[0.0, 0.0], [3.0, 3.0], [0.0, 0.0], [1.0, 1.0]]


def test_no_integers_and_an_empty_axis():
    f = value_and_grad(lambda t, i: t[i].sum() + t.sum())
    for t, i in [(TABLE, np.zeros((0,), int)), (np.zeros((0, 3)), np.zeros((2, 0), int))]:
        assert_same(microgd.compile(f)(t, i), f(t, i))


def test_a_transposed_index_and_one_with_gaps():
    f = value_and_grad(lambda t, i: (t[i] ** 2).sum())
    for i in (TOKENS.T, TOKENS[:, ::2], TOKENS[::-1], np.asfortranarray(TOKENS)):
        assert_same(microgd.compile(f)(TABLE, i), f(TABLE, i))


def test_large_tables_are_planned_in_memory():
    t, i = draw((200, 64)), np.arange(300) * 7 % 200
    both = value_and_grad(lambda t, i: (np.exp(np.tanh(t[i]) * 0.5) * t[i]).sum())
    step = microgd.compile(both)
    for _ in range(2):
        assert_same(step(t, i), both(t, i))
    assert "out=" in step.source


# What they are -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int16, np.uint8, np.bool])
def test_they_keep_their_dtype(dtype):
    x = np.array([[0, 1], [1, 1]], dtype)
    assert_same(microgd.compile(lambda x: (x, x.T, x[0]))(x), (x, x.T, x[0]))


def test_integers_that_are_returned_are_whole_numbers():
    whole, entry = microgd.compile(lambda i: (i * 2 + 1, i[0, 1]))(TOKENS)
    np.testing.assert_array_equal(whole, TOKENS * 2 + 1)
    assert whole.dtype == np.int64
    assert type(entry) is int
    assert entry == -7


def test_a_mask_as_an_argument():
    x, mask = draw((2, 3)), np.array([[True, False, True], [False, False, True]])
    f = value_and_grad(
        lambda x, mask: np.sum(np.where(mask, x, 0.0)) / np.sum(mask) + np.sum(x[0] * ~mask[0])
    )
    assert_same(microgd.compile(f)(x, mask), f(x, mask))


def test_no_gradient_flows_into_them():
    def by_x(g, out, w, x):
        raise AssertionError

    times = microgd.primitive(lambda w, x: w * x, lambda g, out, w, x: g * x, by_x, name="times")
    step = microgd.compile(value_and_grad(lambda w, x: np.sum(times(w, x + 1))))
    assert_same(step(2.0, np.array([1, 2])), (10.0, 5.0))
    weight = Value(2.0)
    microgd.compile(lambda x: np.sum(times(weight, x + 1)))(np.array([1, 2])).backward()
    assert weight.grad == 5.0


def test_functions_of_one_integer():
    def f(i):
        return np.exp(i[0, 0]), i[0, 2] ** 2, abs(i[0, 1]), i[0, 2] / 2, -i[0, 2], i[0, 2] > 2, i[0, 2] + 1

    results = microgd.compile(f)(TOKENS)
    assert results == (1.0, 9.0, 7, 1.5, -3, True, 4)
    assert list(map(type, results)) == [float, float, int, float, int, bool, int]


def test_floats_of_integers_are_not_converted_again():
    step = microgd.compile(lambda i: i / 2)
    assert_same(step(TOKENS), TOKENS / 2)
    assert "astype" not in step.source


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_integers_index_where_python_raises_as_well():
    step = microgd.compile(lambda t, i, x: (1.0 / x, t[(i + 1) % 7]))
    for x in (2.0, 0.0):
        reciprocal, rows = step(TABLE, TOKENS, x)
        assert reciprocal == np.float64(1.0) / x
        np.testing.assert_array_equal(rows, TABLE[(TOKENS + 1) % 7])


def test_differentiated_by_integers_they_are_floats():
    f = value_and_grad(lambda x: (x * x).sum() / 4)
    assert_same(microgd.compile(f)(np.array([1, 2, 3])), f(np.array([1, 2, 3])))


def test_the_source_reads_as_one_would_write_it():
    step = microgd.compile(value_and_grad(lambda table, tokens: (table[tokens] ** 2).sum()))
    step(TABLE, TOKENS)
    lines = [line.partition("  #")[0].strip() for line in step.source.splitlines()]
    assert "t1 = table[tokens]" in lines
    assert "d_table = scatter(d_t1, tokens, (7, 3))" in lines


OF_BYTES = [
    (np.sqrt, np.sqrt), (np.exp, np.exp), (np.prod, np.prod), (np.mean, np.mean), (np.std, np.std),
    (np.linalg.norm, np.linalg.norm), (lambda x: np.linalg.norm(x, 1, 0), lambda x: np.linalg.norm(x, 1, 0)),
    (softmax, lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
    (logsumexp, lambda x: np.log(np.exp(x).sum())), (sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    (lambda x: x.astype(np.int16) * 100, lambda x: x * 100),
    (lambda x: x[0, 0].astype(float) / 3, lambda x: x[0, 0] / 3),
]  # fmt: skip


@pytest.mark.parametrize(("f", "expected"), OF_BYTES)
@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_bytes_do_not_overflow_and_are_not_computed_in_half_precision(f, expected, dtype):
    x = np.array([[100, 3], [101, 0]], dtype)
    np.testing.assert_allclose(microgd.compile(f)(x), expected(x.astype(float)), rtol=1e-14)


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [7, -8])
def test_out_of_bounds_is_an_IndexError_as_without_compiling(wrong):
    step = microgd.compile(value_and_grad(lambda t, i: t[i].sum()))
    with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 0 with size 7"):
        step(TABLE, np.array([0, wrong]))
    step(TABLE, np.array([0, 1]))
    with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 0 with size 7"):
        step(TABLE, np.array([0, wrong]))


def test_a_plain_array_is_an_argument_too():
    plain_array = np.eye(7)
    with pytest.raises(TypeError, match=r"pass the array as an argument too, or write Value\(array\)"):
        microgd.compile(lambda i: plain_array[i])(TOKENS)
    assert_same(microgd.compile(lambda i: Value(plain_array)[i])(TOKENS), plain_array[TOKENS])


def test_a_mask_decides_the_shape_and_is_refused_as_an_index():
    with pytest.raises(microgd.autodiff.TracedValueError, match="mask"):
        microgd.compile(lambda x, mask: x[mask])(np.ones(3), np.array([True, False, True]))


def test_take_along_axis_needs_an_index_of_as_many_axes():
    with pytest.raises(ValueError, match=r"take_along_axis: expected indices of 2 axes, got shape \(2,\)"):
        np.take_along_axis(Value(TABLE), np.array([0, 1]), 0)


# A training step ---------------------------------------------------------------------------------


def adam(params, memory, slope, t):
    """One step of Adam for a dict of arrays (D. Kingma and J. Ba, 2015)."""
    new, kept = {}, {}
    for name, g in slope.items():
        m, v = memory[name]
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        kept[name] = m, v
        new[name] = params[name] - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return new, kept


def classifier_loss(params, tokens, labels):
    """An embedding of two tokens, a hidden layer, classes."""
    embedded = params["table"][tokens].reshape(len(tokens), -1)
    logits = np.tanh(embedded @ params["w"]) @ params["out"]
    return np.mean(losses.softmax_cross_entropy(logits, labels))


def train(params, memory, t, tokens, labels, rows):
    loss, slope = value_and_grad(lambda p: classifier_loss(p, tokens[rows], labels[rows]))(params)
    return loss, *adam(params, memory, slope, t)


def test_embeddings_classes_and_mini_batches_in_one_program():
    rng = np.random.default_rng(0)
    tokens, labels = rng.integers(0, 9, (40, 2)), rng.integers(0, 4, 40)
    params = {"table": draw((9, 3)), "w": draw((6, 5)), "out": draw((5, 4))}
    memory = {name: (0.0 * p, 0.0 * p) for name, p in params.items()}
    compiled, eager = microgd.compile(train), (params, memory)
    ours, seen = eager, []
    for t in range(1, 60):
        rows = rng.permutation(40)[:16]
        loss, *ours = compiled(*ours, float(t), tokens, labels, rows)
        its_loss, *eager = train(*eager, float(t), tokens, labels, rows)
        assert_same((loss, *ours), (its_loss, *eager))
        seen.append(loss)
    assert len(compiled.programs) == 1
    assert np.mean(seen[-10:]) < 0.8 * np.mean(seen[:10])


def test_the_formula_of_the_cross_entropy():
    def f(z, y):
        return np.mean(logsumexp(z, axis=1) - z[np.arange(len(y)), y])

    z, y = draw((5, 3)), np.array([0, 2, 1, 1, 0])
    by_formula = microgd.compile(value_and_grad(f))
    by_name = microgd.compile(value_and_grad(lambda z, y: np.mean(losses.softmax_cross_entropy(z, y))))
    assert by_formula(z, y)[0] == by_name(z, y)[0]
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    np.testing.assert_allclose(by_formula(z, y)[1], (p - np.eye(3)[y]) / 5, rtol=1e-12)
    np.testing.assert_allclose(by_name(z, y)[1], (p - np.eye(3)[y]) / 5, rtol=1e-12)


def test_a_net_from_outside_takes_its_batch_by_row_numbers():
    net, x, y = MLP(3, 4, 2, rng=0), draw((9, 3)), np.arange(9) % 2

    def error(x, y, rows):
        return np.mean(losses.softmax_cross_entropy(net(x[rows]), y[rows]))

    compiled, gradients = microgd.compile(error), []
    for f in (error, compiled):
        net_gradients = []
        for rows in (np.array([0, 3, 3]), np.array([8, 1, 2])):
            for parameter in net.parameters.values():
                parameter.grad = 0.0
            (f(x, y, rows) if f is compiled else f(Value(x), y, rows)).backward()
            net_gradients += [np.copy(parameter.grad) for parameter in net.parameters.values()]
        gradients.append(net_gradients)
    assert_same(gradients[1], gradients[0])


# Other libraries ---------------------------------------------------------------------------------


def assert_close(computed, expected):
    for a, b in zip(computed, expected, strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("f", ALL.values(), ids=ALL)
@pytest.mark.parametrize("jitted", [False, True])
def test_jax(f, jitted):
    jax = pytest.importorskip("jax")
    both = value_and_grad(weighted(f))
    with jax.enable_x64(True):
        step = microgd.compile(both, namespace=jax.numpy, jit=jax.jit if jitted else None)
        for _ in range(2):
            assert_close(step(TABLE, TOKENS), both(TABLE, TOKENS))


def test_jax_makes_nan_of_what_is_out_of_bounds():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        step = microgd.compile(lambda t, i: t[i], namespace=jax.numpy, jit=jax.jit)
        step(TABLE, np.array([0, 1]))
        assert np.isnan(step(TABLE, np.array([0, 7]))).tolist() == [[False] * 3, [True] * 3]


COMPILED_BY_NUMBA = [
    "rows", "entries", "entries of one column", "one entry", "one row", "row after row",
    "take_along_axis", "broadcast against a list", "computed integers", "compared", "beside floats",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*faster on contiguous arrays")  # a warning of numba
@pytest.mark.parametrize("name", COMPILED_BY_NUMBA)
def test_numba(name):
    numba = pytest.importorskip("numba")
    both = value_and_grad(weighted(ALL[name]))
    step = microgd.compile(both, jit=numba.njit)
    assert_close(step(TABLE, TOKENS), both(TABLE, TOKENS))


@pytest.mark.parametrize("f", [lambda t, i: t[i], lambda t, i: t.T[:, i[0]], lambda t, i: t[i[0, 1]]])
@pytest.mark.parametrize("wrong", [7, -8])
def test_numba_is_told_to_check_the_bounds(f, wrong):
    numba = pytest.importorskip("numba")
    step = microgd.compile(f, jit=numba.njit)
    step(TABLE, TOKENS)
    with pytest.raises(IndexError, match="out of bounds for an axis with size 7"):
        step(TABLE, np.where(TOKENS == -7, wrong, TOKENS))
