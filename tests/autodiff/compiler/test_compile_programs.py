"""Memory, threads and many programs; other array libraries; the size of programs."""

import gc
import math
import threading
import weakref

import numpy as np
import pytest
from cases import draw
from comparing import LAYER, assert_same, branching, error, plain

import microgd
from microgd import Value, sigmoid, value_and_grad
from microgd.autodiff import TracedValueError
from microgd.autodiff.compiler import trace
from microgd.autodiff.compiler.compile import MAX_PROGRAMS
from microgd.autodiff.trees import tree_leaves, tree_map

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
