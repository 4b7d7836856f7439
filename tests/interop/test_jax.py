"""Second derivatives of a transformer on token numbers, against JAX; and float32 from end to end."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import microgd
from microgd import grad, hvp
from microgd.autodiff import ravel

jax = pytest.importorskip("jax")

EXAMPLES = Path(__file__).parents[2] / "examples"


def lesson(monkeypatch):
    """The tiny GPT's own text, as a new module."""
    monkeypatch.syspath_prepend(EXAMPLES)
    spec = importlib.util.spec_from_file_location("tiny_gpt_copy", EXAMPLES / "tiny_gpt.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ours(monkeypatch):
    return lesson(monkeypatch)


@pytest.fixture
def theirs(monkeypatch):
    """The same text, with jax.numpy as its np."""
    module = lesson(monkeypatch)
    picked = jax.numpy.take_along_axis

    def cross_entropy(logits, goals):
        return jax.nn.logsumexp(logits, -1) - picked(logits, goals[..., None], -1)[..., 0]

    module.np, module.relu, module.softmax = jax.numpy, jax.nn.relu, jax.nn.softmax
    module.losses = SimpleNamespace(softmax_cross_entropy=cross_entropy)
    with jax.enable_x64(True):
        yield module


@pytest.fixture
def start(ours):
    """Parameters of width 8, the tokens of two names, and a direction."""
    rng = np.random.default_rng(0)
    p = ours.new_parameters(rng, width=8)
    direction = {name: rng.normal(size=x.shape) for name, x in p.items()}
    return p, ours.tokens_of(["anna", "bob"]), direction


def close(ours, theirs, rtol):
    assert ours.keys() == theirs.keys()
    for name in ours:
        scale = np.abs(theirs[name]).max()
        np.testing.assert_allclose(ours[name], theirs[name], atol=rtol * scale, err_msg=name)


def as_jax(tree):
    return {name: jax.numpy.asarray(x) for name, x in tree.items()}


def test_the_gradient_is_jax_s(ours, theirs, start):
    p, rows, _ = start
    close(grad(ours.loss)(p, rows), jax.grad(theirs.loss)(as_jax(p), rows), 1e-12)


def test_hessian_vector_products_are_jax_s(ours, theirs, start):
    """Forward over reverse there, reverse over reverse here: all parameters mixed with one another."""
    p, rows, direction = start
    expected = jax.jvp(jax.grad(lambda p: theirs.loss(p, rows)), (as_jax(p),), (as_jax(direction),))[1]
    product = hvp(lambda p: ours.loss(p, rows))
    close(product(p, direction), expected, 1e-11)
    close(microgd.compile(product)(p, direction), expected, 1e-11)


@pytest.mark.parametrize(("first", "second"), [("query", "letter"), ("place", "out"), ("up", "value")])
def test_mixed_second_derivatives_are_jax_s(ours, theirs, start, first, second):
    """The Jacobian of one parameter's gradient by another: here of a sum over some of its entries."""
    p, rows, direction = start

    def mixed(module, differentiate, parameters):
        def slope(x):
            gradient = differentiate(lambda y: module.loss({**parameters, second: x, first: y}, rows))
            return (gradient(parameters[first]) * direction[first]).sum()

        return {second: differentiate(slope)(parameters[second])}

    close(mixed(ours, grad, p), mixed(theirs, jax.grad, as_jax(p)), 1e-11)


def test_a_hessian_of_a_few_parameters_is_jax_s(ours, theirs, start):
    p, rows, _ = start
    flat, _unravel = ravel({"key": p["key"][:2], "letter": p["letter"][1:3, :2]})

    def loss(module, xp):
        def of(flat):
            parts = {"key": flat[:16].reshape(2, 8), "letter": flat[16:].reshape(2, 2)}
            key = xp.concatenate([parts["key"], p["key"][2:]])
            letter = xp.concatenate([parts["letter"], p["letter"][1:3, 2:]], axis=1)
            letter = xp.concatenate([p["letter"][:1], letter, p["letter"][3:]])
            return module.loss({**p, "key": key, "letter": letter}, rows)

        return of

    expected = jax.hessian(loss(theirs, jax.numpy))(flat)
    got = microgd.hessian(loss(ours, np))(flat)
    np.testing.assert_allclose(got, expected, atol=1e-11 * np.abs(expected).max())
    np.testing.assert_allclose(got, got.T, atol=1e-13)


# float32 -------------------------------------------------------------------------------------------


def in_float32(tree):
    return {name: x.astype(np.float32) for name, x in tree.items()}


def test_float32_stays_float32_from_the_loss_to_second_derivatives_and_adam(ours, start):
    p, rows, direction = (in_float32(x) if isinstance(x, dict) else x for x in start)
    results = [grad(ours.loss)(p, rows), hvp(lambda p: ours.loss(p, rows))(p, direction)]
    memory = ours.new_memory(p)
    for train in (ours.train, microgd.compile(ours.train)):
        _, new, kept = train(p, memory, rows, np.array([0, 1]), 0.01)
        results += [new, kept["mean"], kept["square"]]
    for result in results:
        assert {x.dtype for x in result.values()} == {np.dtype(np.float32)}


def test_float32_is_as_near_to_the_truth_as_jax_s(ours, theirs, start):
    p, rows, direction = start
    truth, _ = ravel(hvp(lambda p: ours.loss(p, rows))(p, direction))
    small, along = in_float32(p), in_float32(direction)
    got, _ = ravel(hvp(lambda p: ours.loss(p, rows))(small, along))
    peer = jax.jvp(jax.grad(lambda p: theirs.loss(p, rows)), (as_jax(small),), (as_jax(along),))[1]
    of_peer, _ = ravel({name: np.asarray(x) for name, x in peer.items()})
    assert np.abs(got - truth).max() < 3 * np.abs(of_peer - truth).max()
    assert np.abs(got - truth).max() < 1e-4 * np.abs(truth).max()
