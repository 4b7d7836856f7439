"""A step of learning on many machines, beside the same in one process: time by rows, and bytes that travel.

Run it: python tests/benchmarks/many_machines.py
"""

import logging
import os
import statistics
import time

import distributed
import numpy as np

import microgd
from microgd import Value
from microgd.distributed import sharded

INPUTS, HIDDEN, SHARDS, STEPS = 20, 16, 8, 15


def make(seed, rows):
    x = np.random.default_rng(seed).normal(size=(rows, INPUTS))
    return x, np.sin(x.sum(axis=1))


def net_error(parameters, shard):
    x, goal_pred = shard
    return np.mean((np.tanh(x @ parameters["first"]) @ parameters["second"] - goal_pred) ** 2)


def median_seconds(step):
    step(), step()
    times = []
    for _ in range(STEPS):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def received(client):
    logs = client.run(
        lambda dask_worker: [transfer["total"] for transfer in dask_worker.transfer_incoming_log]
    )
    return sum(map(sum, logs.values()))


def main():
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    )
    rng = np.random.default_rng(0)
    parameters = {"first": Value(rng.normal(size=(INPUTS, HIDDEN))), "second": Value(rng.normal(size=HIDDEN))}
    numbers = {name: value.snapshot() for name, value in parameters.items()}
    step_here = microgd.compile(microgd.value_and_grad(net_error))
    size = sum(value.data.nbytes for value in parameters.values())
    with cluster, distributed.Client(cluster) as client:
        print(f"{INPUTS}-{HIDDEN}-1 net, {SHARDS} shards, 2 workers; parameters {size} bytes")
        print("     rows   one process   two workers   bytes between workers, a step")
        for rows in (800, 8_000, 80_000, 800_000, 4_000_000):
            shards = client.map(make, range(SHARDS), [rows // SHARDS] * SHARDS, pure=False)
            distributed.wait(shards)
            error = sharded(net_error, parameters, shards, client)
            there = median_seconds(lambda error=error: error().backward())
            before = received(client)
            error()
            travelled = received(client) - before
            data = [make(seed, rows // SHARDS) for seed in range(SHARDS)]
            here = median_seconds(lambda data=data: [step_here(numbers, shard) for shard in data])
            print(f"{rows:9,} {1e3 * here:10.1f} ms {1e3 * there:10.1f} ms   {travelled:,}")


if __name__ == "__main__":
    main()
