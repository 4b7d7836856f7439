"""Batch, mini-batch and stochastic gradient descent: the number of examples for each step.

What you will see: descents on the same data with batches of all 256 examples, of 16 and of 1. Small batches
take more steps for each pass over the data, and noisier ones: the gradient of k examples estimates the
gradient of all, with a standard error of sigma / sqrt(k) * sqrt((n - k) / (n - 1)), which is measured here.
So noise is normal; a falling learning rate removes it at the end. Run it: python examples/43_batch_sizes.py
"""

import time

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, KnobNet, Value, descend, grad, plots
from microgd.learning import batches

out = begin(__doc__)  # --help, and --out for the pictures

# %% 256 examples, two inputs each, and goals that no two knobs fit exactly
N, EPOCHS = 256, 8
rng = np.random.default_rng(0)
input = rng.normal(size=(N, 2)) @ [[1.0, 0.6], [0.0, 0.8]]
goal_pred = input @ [1.0, -0.5] + rng.normal(0, 0.5, N)
best = np.linalg.lstsq(input, goal_pred)[0]
start = np.array([-1.0, 1.0])


def error(knob_weight, rows=slice(None)):
    return np.mean((input[rows] @ knob_weight - goal_pred[rows]) ** 2)


# %% The gradient of a few is a guess at the gradient of all
slope_of_each = np.array([grad(error)(start, [row]) for row in range(N)])
sigma = np.sqrt(np.mean(np.sum((slope_of_each - slope_of_each.mean(axis=0)) ** 2, axis=1)))
print("how far the gradient of a batch is off: theory and 2000 batches; steps an epoch")
for size in (1, 16, 256):
    theory = sigma / np.sqrt(size) * np.sqrt((N - size) / (N - 1))
    drawn = (slope_of_each[rng.permutation(N)[:size]].mean(axis=0) for _ in range(2000))
    off = np.sqrt(np.mean([np.sum((g - slope_of_each.mean(axis=0)) ** 2) for g in drawn]))
    print(f"  {size:3} examples: {theory:.3f}, {off:.3f}; {N // size:3} steps")


# %% Eight epochs with each size
def walk(size: int, rate) -> History:
    net, rows = KnobNet(start), batches(N, size, rng=1)

    def error_of_next_batch() -> Value:
        batch = next(rows)
        return net.compare(net.predict(input[batch]), goal_pred[batch])

    optimizer = GradientDescent(net.parameters, rate)
    return History(descend(error_of_next_batch, optimizer, EPOCHS * N // size, gtol=None, ftol=None))


print(f"\nafter {EPOCHS} epochs: the error of all, the distance from the best knobs, seconds")
runs, paths = {}, {}
for name, size, rate in [
    ("batch of 256", 256, 0.2),
    ("mini-batches of 16", 16, 0.1),
    ("one by one", 1, 0.05),
    ("one by one, falling rate", 1, lambda step: 0.05 / (1 + step / N)),
]:
    began = time.perf_counter()
    run = walk(size, rate)
    seconds = time.perf_counter() - began
    path = run.parameters["knob_weight"]
    print(f"  {name:<24}  {error(path[-1]):.4f}  {np.linalg.norm(path[-1] - best):.4f}  {seconds:.2f}")
    runs.setdefault(size, run)
    paths[f"{name}, {min(len(path) - 1, N // 2)} steps"] = path[: N // 2 + 1]
print(f"  {'the best knobs':<24}  {error(best):.4f}  0.0000")

# %% Pictures
ax = plots.batch_size_sweep(runs, N)
ax.set_ylim(0, 5)
save(ax, out / "epochs.svg")
paths.popitem()  # the falling rate has hardly begun to fall
save(plots.error_contour(error, (-1.3, 1.8), (-1.3, 1.3), paths), out / "paths.svg")
