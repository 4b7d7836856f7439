"""Learning on many machines: two worker processes against NumPy on one, a lost worker, and wrong uses."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("distributed")
import dask
import distributed

from microgd import GradientDescent, Momentum, Value, descend, hvp
from microgd.distributed import sharded

FEATURES, HIDDEN = 5, 4


@pytest.fixture(scope="module")
def client():
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def rows(seed, n=50):
    """Made-up rows and their labels: which side of a line they are on, in `n` rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, FEATURES))
    return x, (x @ np.arange(FEATURES) + rng.normal(size=n) > 0).astype(float)


def logistic(parameters, shard):
    x, label = shard
    logit = x @ parameters["weight"] + parameters["bias"]
    return np.mean(np.logaddexp(0.0, logit) - label * logit)


def two_layers(parameters, shard):
    x, label = shard
    hidden = np.tanh(x @ parameters["first"])
    return np.mean((hidden @ parameters["second"] - label) ** 2)


def logistic_by_hand(weight, bias, x, label):
    """Error and gradients of logistic regression, from the textbook."""
    probability = 1 / (1 + np.exp(-(x @ weight + bias)))
    error = -np.mean(label * np.log(probability) + (1 - label) * np.log(1 - probability))
    return error, x.T @ (probability - label) / len(x), np.mean(probability - label)


def two_layers_by_hand(first, second, x, label):
    hidden = np.tanh(x @ first)
    off = hidden @ second - label
    back = 2 * off[:, None] * second / len(x)
    return np.mean(off**2), x.T @ (back * (1 - hidden**2)), hidden.T @ (2 * off) / len(x)


def logistic_parameters():
    return {"weight": Value(np.linspace(-0.5, 0.5, FEATURES)), "bias": Value(0.1)}


def together(shards):
    return [np.concatenate(arrays) for arrays in zip(*shards, strict=True)]


def assert_right(error, parameters, by_hand, data):
    """The error and all gradients are those that NumPy computes on one machine."""
    expected, *gradients = by_hand(*(value.data for value in parameters.values()), *data)
    for value in parameters.values():
        value.grad = 0.0
    output = error()
    output.backward()
    np.testing.assert_allclose(output.data, expected, rtol=1e-12)
    for value, gradient in zip(parameters.values(), gradients, strict=True):
        np.testing.assert_allclose(value.grad, gradient, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("count", [1, 3, 20])  # 20 shards are merged in two rounds
def test_error_and_gradient_are_those_of_one_machine(client, count):
    sizes = range(1, count + 1)  # every shard of another size
    shards = client.map(rows, range(count), sizes)
    parameters = logistic_parameters()
    data = together(map(rows, range(count), sizes))
    assert_right(sharded(logistic, parameters, shards, client), parameters, logistic_by_hand, data)


def test_a_net_of_two_layers(client):
    rng = np.random.default_rng(0)
    parameters = {
        "first": Value(rng.normal(size=(FEATURES, HIDDEN))),
        "second": Value(rng.normal(size=HIDDEN)),
    }
    error = sharded(two_layers, parameters, client.map(rows, range(4)), client)
    assert_right(error, parameters, two_layers_by_hand, together(map(rows, range(4))))


def test_delayed_and_scattered_shards_and_one_without_rows(client):
    parameters = logistic_parameters()
    shards = [dask.delayed(rows)(0), *client.scatter([rows(1), rows(2, 0)]), client.submit(rows, 3)]
    data = together([rows(0), rows(1), rows(3)])
    assert_right(sharded(logistic, parameters, shards, client), parameters, logistic_by_hand, data)


def test_descend_goes_the_same_way_as_on_one_machine(client):
    here, there = logistic_parameters(), logistic_parameters()
    data = tuple(together(map(rows, range(3))))
    walk_here = descend(lambda: logistic(here, data), Momentum(here, 0.5), 20)
    error = sharded(logistic, there, client.map(rows, range(3)), client)
    walk_there = descend(error, Momentum(there, 0.5), 20)
    for ours, expected in zip(walk_there, walk_here, strict=True):
        np.testing.assert_allclose(ours.error, expected.error, rtol=1e-12)
    assert ours.number == 20
    np.testing.assert_allclose(there["weight"].data, here["weight"].data, rtol=1e-10)


def test_the_error_is_part_of_a_larger_one(client):
    """It is a Value like any other: here with a penalty on the weights, which is computed on this side."""
    parameters = logistic_parameters()
    data = together(map(rows, range(2)))
    shared = sharded(logistic, parameters, client.map(rows, range(2)), client)
    output = 3 * shared() + np.sum(parameters["weight"] ** 2)
    output.backward()
    weight, bias = (value.data for value in parameters.values())
    expected, gradient, _ = logistic_by_hand(weight, bias, *data)
    np.testing.assert_allclose(output.data, 3 * expected + np.sum(weight**2), rtol=1e-12)
    np.testing.assert_allclose(parameters["weight"].grad, 3 * gradient + 2 * weight, rtol=1e-10)


def test_float32_stays_float32(client):
    parameters = {"weight": Value(np.ones(FEATURES, np.float32)), "bias": Value(np.zeros(1, np.float32))}

    def single(seed):
        return tuple(array.astype(np.float32) for array in rows(seed))

    output = sharded(logistic, parameters, client.map(single, range(3)), client)()
    output.backward()
    assert parameters["weight"].grad.dtype == np.float32
    _, gradient, _ = logistic_by_hand(np.ones(FEATURES), 0.0, *together(map(rows, range(3))))
    np.testing.assert_allclose(parameters["weight"].grad, gradient, rtol=1e-4)


def received(client):
    """How many bytes the workers have received from each other."""
    logs = client.run(
        lambda dask_worker: [transfer["total"] for transfer in dask_worker.transfer_incoming_log]
    )
    return sum(map(sum, logs.values()))


def test_only_parameters_and_gradients_travel(client):
    shards = client.map(rows, range(6), [20_000] * 6, pure=False)
    distributed.wait(shards)
    parameters = logistic_parameters()
    error = sharded(logistic, parameters, shards, client)
    error()
    before = received(client)
    for _ in range(5):
        error()
    data = 6 * rows(0, 20_000)[0].nbytes
    assert received(client) - before < 5 * data / 3  # Dask may copy a shard once, to balance the load


def test_a_killed_worker_is_no_loss(client):
    shards = client.map(rows, range(6), [2000] * 6)
    parameters = logistic_parameters()
    data = together(map(rows, range(6), [2000] * 6))
    error = sharded(logistic, parameters, shards, client)
    optimizer = GradientDescent(parameters, 0.1)
    for step in descend(error, optimizer, 6):
        if step.number == 2:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        expected = logistic_by_hand(*step.parameters.values(), *data)[0]
        np.testing.assert_allclose(step.error, expected, rtol=1e-12)
    assert_right(error, parameters, logistic_by_hand, data)
    client.wait_for_workers(2, timeout=60)


def test_several_threads_of_a_worker_trace_at_once(client):
    """Each shard has another number of rows, so each is traced."""
    cluster = distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=8,
        processes=False,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )
    with cluster, distributed.Client(cluster, set_as_default=False) as threads:
        sizes = range(1, 41)
        parameters = logistic_parameters()
        error = sharded(logistic, parameters, threads.map(rows, range(40), sizes), threads)
        assert_right(error, parameters, logistic_by_hand, together(map(rows, range(40), sizes)))


def test_many_parameters_travel_without_a_warning(client):
    parameters = {"weight": Value(np.zeros((FEATURES, 400_000)))}  # 16 MB
    error = sharded(
        lambda p, shard: np.mean(p["weight"]) + np.mean(shard[0]), parameters, client.map(rows, [0]), client
    )
    error().backward()
    np.testing.assert_allclose(parameters["weight"].grad, 1 / parameters["weight"].size)


def test_the_example(tmp_path):
    """It compares with NumPy by hand itself, and exits with 1 where they differ by more than 1e-10."""
    script = Path(__file__).parents[1] / "examples" / "many_machines.py"
    options = ["--shards", "3", "--memory", "0", "--steps", "4"]
    run = subprocess.run(
        [sys.executable, script, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("off from NumPy on one machine: error ") == 2
    assert "is killed while it computes the next step" in run.stdout
    assert "150,000 rows, 13 MB" in run.stdout


# Wrong uses --------------------------------------------------------------------------------------


def test_what_cannot_be_used_is_refused_at_the_call(client):
    shards, parameters = client.map(rows, range(2)), logistic_parameters()
    with pytest.raises(
        TypeError, match=r"parameters: expected a dict of Values, such as net\.parameters, got "
    ):
        sharded(logistic, list(parameters.values()), shards, client)
    with pytest.raises(TypeError, match=r"parameter bias: expected a Value, got 0\.1"):
        sharded(logistic, parameters | {"bias": 0.1}, shards, client)
    with pytest.raises(
        TypeError, match=r"error: expected a function \(parameters, shard\) -> the mean error, got 1"
    ):
        sharded(1.0, parameters, shards, client)
    with pytest.raises(TypeError, match=r"client: expected a dask\.distributed\.Client, got 'local'"):
        sharded(logistic, parameters, shards, "local")
    with pytest.raises(ValueError, match="shards: expected at least one, got none"):
        sharded(logistic, parameters, [], client)
    with pytest.raises(TypeError, match="shards: expected Futures or Delayed objects, got a tuple"):
        sharded(logistic, parameters, [rows(0)], client)


def test_what_goes_wrong_on_a_worker_is_raised_here(client):
    parameters = logistic_parameters()
    with pytest.raises(ValueError, match=r"grad: two_values must return a scalar, got shape \(50,\)"):
        sharded(two_values, parameters, client.map(rows, [0]), client)()
    with pytest.raises(TypeError, match="shards: expected each to be a tuple of arrays with rows, got float"):
        sharded(logistic, parameters, client.map(float, [1]), client)()
    with pytest.raises(ValueError, match=r"same number of rows, got shapes \(50, 5\) and \(3,\)"):
        sharded(logistic, parameters, [client.submit(lambda: (rows(0)[0], np.zeros(3)))], client)()
    with pytest.raises(ValueError, match="shards: expected rows, got shards of 0 rows only"):
        sharded(logistic, parameters, client.map(rows, [0], [0]), client)()


def two_values(parameters, shard):
    return shard[0] @ parameters["weight"]


def test_second_derivatives_are_refused(client):
    shards = client.map(rows, range(2))

    def f(weight):
        return sharded(logistic, {"weight": weight, "bias": Value(0.0)}, shards, client)()

    with pytest.raises(TypeError, match="sharded: the workers compute first derivatives only"):
        hvp(f)(np.ones(FEATURES), np.ones(FEATURES))
