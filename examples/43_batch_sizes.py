"""Batch, mini-batch and stochastic gradient descent: the number of examples for each step.

What you will see: the gradient of k examples is an estimate of the gradient of all n, with a standard error
of sigma / sqrt(k) * sqrt((n - k) / (n - 1)), measured here. A pass over all examples, an epoch, is one step
for the whole batch, n for single examples (stochastic gradient descent). After eight epochs, each size at the
best of ten rates, all are equally near to the minimum. Where small batches win is large data: a step on
200,000 examples is hardly better than one on 200, and costs a thousand times as much. Pictures.
Run it: python examples/43_batch_sizes.py
"""

import time

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, KnobNet, Value, descend, grad, plots
from microgd.learning import batches

out = begin(__doc__)  # --help, and --out for the pictures


# %% Examples with two inputs each, and goals that no two knobs fit exactly
def examples(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    input = rng.normal(size=(count, 2)) @ [[1.0, 0.6], [0.0, 0.8]]
    return input, input @ [1.0, -0.5] + rng.normal(0, 0.5, count)


N, EPOCHS, START = 256, 8, np.array([-1.0, 1.0])
input, goal_pred = examples(N)


def error(knob_weight, rows=slice(None)):
    return np.mean((input[rows] @ knob_weight - goal_pred[rows]) ** 2)


best = np.linalg.lstsq(input, goal_pred)[0]

# %% The gradient of a few is a guess at the gradient of all
slope_of_each = np.array([grad(error)(START, [row]) for row in range(N)])
sigma = np.sqrt(np.mean(np.sum((slope_of_each - slope_of_each.mean(axis=0)) ** 2, axis=1)))
print("how far the gradient of a batch is off: theory and 2000 batches; steps an epoch")
for size in (1, 16, 256):
    theory = sigma / np.sqrt(size) * np.sqrt((N - size) / (N - 1))
    rng = np.random.default_rng(1)
    drawn = (slope_of_each[rng.permutation(N)[:size]].mean(axis=0) for _ in range(2000))
    off = np.sqrt(np.mean([np.sum((g - slope_of_each.mean(axis=0)) ** 2) for g in drawn]))
    print(f"  {size:3} examples: {theory:.3f}, {off:.3f}; {N // size:3} steps")


# %% Eight epochs with each size, each at the best of ten rates
def walk(size: int, rate: float) -> History:
    net, rows = KnobNet(START), batches(N, size, rng=1)

    def error_of_next_batch() -> Value:
        batch = next(rows)
        return net.compare(net.predict(input[batch]), goal_pred[batch])

    optimizer = GradientDescent(net.parameters, rate)
    return History(descend(error_of_next_batch, optimizer, EPOCHS * N // size, gtol=None, ftol=None))


def error_at_the_end(run: History) -> float:
    return error(run.parameters["knob_weight"][-1])


RATES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.5, 0.6)
print(f"\n{EPOCHS} epochs: best of {len(RATES)} rates, steps, error of all, distance from the best knobs")
runs, paths = {}, {}
for size in (256, 16, 1):
    tried = {rate: walk(size, rate) for rate in RATES}
    rate = min(tried, key=lambda rate: error_at_the_end(tried[rate]))
    runs[size], path = tried[rate], tried[rate].parameters["knob_weight"]
    away = np.linalg.norm(path[-1] - best)
    print(
        f"  batches of {size:3}: {rate:5}  {len(path) - 1:4}  {error_at_the_end(runs[size]):.4f}  {away:.4f}"
    )
    paths[f"batches of {size}, {min(len(path) - 1, N // 2)} steps"] = path[: N // 2 + 1]
print(f"  the best knobs:               {error(best):.4f}  0.0000")

# %% Large data: until the error is within 1 % of the least, each at a rate of 0.2
N = 200_000
input, goal_pred = examples(N)
least = error(np.linalg.lstsq(input, goal_pred)[0])
print(f"\n{N:,} examples, to within 1 % of the least error of all: steps, examples looked at, seconds")
for size in (N, 200, 20):
    net, rows, steps, seconds = KnobNet(START), batches(N, size, rng=1), 0, 0.0
    while error(net.knob_weight.data) > 1.01 * least:  # looking is not timed: a run in earnest does it seldom
        began = time.perf_counter()
        batch = next(rows)
        net.learn(net.compare(net.predict(input[batch]), goal_pred[batch]), alpha=0.2)
        steps, seconds = steps + 1, seconds + time.perf_counter() - began
    print(f"  batches of {size:7,}: {steps:3} {steps * size:10,}  {seconds:.4f}")

# %% Pictures, of the 256 examples again
N = 256
input, goal_pred = examples(N)
ax = plots.style.new_axes()
for (size, run), style in zip(runs.items(), plots.style.STYLES):
    above = [error(knob) - error(best) for knob in run.parameters["knob_weight"]]
    ax.plot(run.step * size / N, above, label=f"batches of {size}", markevery=N // size, **style)
ax.set(xlabel="epochs", ylabel="error of all, above the least", yscale="log", ylim=(1e-5, 5))
plots.style.legend_below(ax)
save(
    ax, out / "epochs.svg", "the same way down for each size; single examples tremble, all at once is smooth"
)
ax = plots.error_contour(error, (-1.3, 1.8), (-1.3, 1.3), paths)
save(ax, out / "paths.svg", "8 long steps, or many short ones that wander about the same way")
print("\nNext, noise_helps: Is the noise of small batches good for anything?")

# %% Exercises
# 1. Eight epochs of single examples at rate 0.05: how far above the least is the error? (At 0.005: 0.07 %.)
# 2. Of 200,000 examples, how many make a gradient that is a tenth as noisy as that of 200?
#
# Answers
# 1. 6.7 %: ten times the rate, and the noise is not averaged out. The rate has to fall with the batch.
# 2. 18,198: nearly a hundred times as many, for a tenth of the noise.
