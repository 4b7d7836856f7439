"""Learning on many machines: more data than any of them may hold, and a machine lost on the way.

What you will see: two worker processes stand for two machines, each with a memory limit of a quarter of
the data. The rows are made chunk by chunk on the workers, at every step anew, as one would read files.
Logistic regression and a net of two layers learn from them; error and gradient are those that NumPy
computes on one machine, to ten digits and more. In the middle one worker is killed: the step takes longer,
its result is the same. It needs Dask: pip install "dask[distributed]".
Run it: python examples/many_machines.py        (about a minute; --shards 40 --memory 0 for a quick look)
"""

import logging
import os
import time

import numpy as np
from helpers.lesson import parser

try:
    import psutil
    from dask import delayed
    from dask.distributed import Client, LocalCluster
except ModuleNotFoundError:
    parser(__doc__).error('this lesson needs Dask: pip install "dask[distributed]"')

from microgd import Adam, Value, descend
from microgd.distributed import sharded

ROWS, INPUTS, HIDDEN = 50_000, 10, 8  # the rows of one shard: 4.4 MB


# %% The data: shard by shard, from its number. A label says on which side of a wavy line a row lies
def make_shard(number):
    rng = np.random.default_rng(number)
    x = rng.normal(size=(ROWS, INPUTS))
    score = x @ np.linspace(-1.0, 1.0, INPUTS) + np.sin(3 * x[:, 0]) + rng.logistic(size=ROWS) / 4
    return x, (score > 0).astype(float)


# %% The errors, in plain NumPy: what a worker computes of one shard
def logistic_error(parameters, shard):
    x, label = shard
    logit = x @ parameters["weight"] + parameters["bias"]
    return np.mean(np.logaddexp(0.0, logit) - label * logit)


def net_error(parameters, shard):
    x, label = shard
    hidden = np.tanh(x @ parameters["weight_0_1"])
    pred = hidden @ parameters["weight_1_2"]
    return np.mean((pred - label) ** 2)


# %% The same by hand with its gradient, for the comparison
def logistic_by_hand(parameters, shard):
    x, label = shard
    logit = x @ parameters["weight"] + parameters["bias"]
    off = 1.0 / (1.0 + np.exp(-logit)) - label
    error = np.mean(np.log1p(np.exp(-abs(logit))) + np.maximum(logit, 0.0) - label * logit)
    return error, {"weight": x.T @ off / len(x), "bias": np.mean(off)}


def net_by_hand(parameters, shard):
    x, label = shard
    hidden = np.tanh(x @ parameters["weight_0_1"])
    off = hidden @ parameters["weight_1_2"] - label
    back = np.outer(2 * off / len(x), parameters["weight_1_2"]) * (1 - hidden**2)
    return np.mean(off**2), {"weight_0_1": x.T @ back, "weight_1_2": hidden.T @ (2 * off / len(x))}


def on_one_machine(by_hand, parameters, shards):
    """Error and gradient of all rows, one shard after the other."""
    total, gradients = 0.0, dict.fromkeys(parameters, 0.0)
    for number in range(shards):
        error, gradient = by_hand(parameters, make_shard(number))
        total += error / shards
        gradients = {name: gradients[name] + gradient[name] / shards for name in gradients}
    return total, gradients


def difference(ours, expected):
    """Relative to the largest entry."""
    return float(np.max(np.abs(np.asarray(ours) - expected)) / np.max(np.abs(expected)))


# %% Learning
def learn(client, name, error, by_hand, parameters, args, killed_at=None):
    print(f"\n{name}\nstep    error  gradient  seconds")
    shards = [delayed(make_shard)(number) for number in range(args.shards)]
    everywhere = sharded(error, parameters, shards, client)
    began = time.perf_counter()
    for step in descend(everywhere, Adam(parameters, learning_rate=0.1), args.steps):
        seconds = time.perf_counter() - began
        print(f"{step.number:4} {step.error:8.5f} {step.gradient_norm:9.5f} {seconds:8.2f}", flush=True)
        if step.number == killed_at:
            victim = next(iter(client.run(os.getpid).values()))
            print(f"     worker process {victim} is killed while it computes the next step")
            client.loop.call_later(0.2 * seconds, psutil.Process(victim).kill)
        began = time.perf_counter()

    expected_error, expected = on_one_machine(by_hand, step.parameters, args.shards)
    off = {"error": difference(step.error, expected_error)}
    off |= {name: difference(value.grad, expected[name]) for name, value in parameters.items()}
    print("off from NumPy on one machine:", ", ".join(f"{name} {x:.0e}" for name, x in off.items()))
    if max(off.values()) > 1e-10:
        raise SystemExit("error and gradient should be equal to 1e-10")


def peak_memory(dask_worker):
    return max(dask_worker.monitor.quantities["memory"])


def main():
    options = parser(__doc__)
    options.add_argument("--shards", type=int, default=200, help=f"pieces of {ROWS} rows each")
    options.add_argument(
        "--memory", type=int, default=200, help="MB a worker may use; 0: as much as there is"
    )
    options.add_argument("--steps", type=int, default=6, help="how many steps each of both learns")
    args = options.parse_args()

    limit = args.memory * 10**6
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, memory_limit=limit, dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )  # fmt: skip
    with cluster, Client(cluster) as client:
        size = args.shards * ROWS * (INPUTS + 1) * 8
        print(f"{args.shards * ROWS:,} rows, {size / 1e6:,.0f} MB; two workers of {args.memory} MB each")
        weights = {"weight": Value(np.zeros(INPUTS)), "bias": Value(0.0)}
        learn(client, "Logistic regression", logistic_error, logistic_by_hand, weights, args, killed_at=3)

        rng = np.random.default_rng(0)
        weights = {
            "weight_0_1": Value(rng.normal(size=(INPUTS, HIDDEN)) / np.sqrt(INPUTS)),
            "weight_1_2": Value(rng.normal(size=HIDDEN) / np.sqrt(HIDDEN)),
        }
        learn(client, "A net of two layers", net_error, net_by_hand, weights, args)
        peaks = " and ".join(f"{peak / 1e6:.0f}" for peak in client.run(peak_memory).values())
        print(f"\nthe workers never used more than {peaks} MB")


# %% Exercises
# 1. How many numbers has the answer to one step, for the net of two layers, and does it grow with the data?
# 2. One shard has 50,000 rows and another 10. How much does a row of the second weigh in the error?
#
# Answers
# 1. 90: the gradients of 88 weights, the error and the number of rows, however many rows those are.
# 2. As much as any other row: the errors of shards are weighted by their rows.

if __name__ == "__main__":
    main()
