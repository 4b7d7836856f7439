"""The speed of the graph and of its program, beside code written by hand.

What you will see: the time of an error and all its derivatives, for one knob, for a net of scalars and for
the same net of arrays: recorded at each call, as a compiled program, and by hand, in NumPy, for this net
only. The times are measured in the run, so yours will differ; the numbers computed are the same. Run it:
python examples/62_how_fast.py
"""

from functools import partial
from timeit import Timer

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

import microgd
from microgd import plots, value_and_grad
from microgd.autodiff.functional import tree_leaves

out = begin(__doc__)  # --help, and --out for the pictures

ROUNDS, TURN = 21, 0.005  # so many times each has its turn, of at least so many seconds


# %% One knob, and the same by hand
def knob_error(knob_weight, input, goal_pred):
    return (input * knob_weight - goal_pred) ** 2


def knob_by_hand(knob_weight, input, goal_pred):
    delta = input * knob_weight - goal_pred
    return delta**2, 2.0 * delta * input


# %% A net 2 -> 8 tanh -> 1 on two opposite corners against the other two: by numbers, by arrays, by hand
rng = np.random.default_rng(0)
points = rng.normal(size=(20, 2))
goals = np.sign(points[:, 0] * points[:, 1])
arrays = [rng.normal(size=(2, 8)), rng.normal(size=8), rng.normal(size=8)]
numbers = np.vstack(arrays).T.tolist()  # the four of each hidden unit


def number_error(net):
    preds = [sum(out * np.tanh(x * u + y * v + b) for u, v, b, out in net) for x, y in points.tolist()]
    return sum((pred - goal) ** 2 for pred, goal in zip(preds, goals.tolist())) / len(goals)


def array_error(net):
    weight, bias, out = net
    return np.mean((np.tanh(points @ weight + bias) @ out - goals) ** 2)


def net_by_hand(net):
    weight, bias, out = net
    hidden = np.tanh(points @ weight + bias)
    off = hidden @ out - goals
    d_pred = 2.0 / len(goals) * off
    d_sum = np.outer(d_pred, out) * (1.0 - hidden * hidden)
    return np.mean(off * off), [points.T @ d_sum, d_sum.sum(axis=0), hidden.T @ d_pred]


def bits(*results) -> list[bytes]:
    return [np.asarray(x).tobytes() for x in tree_leaves(results)]


# %% Turn by turn, so that a machine which slows down slows all of them
def seconds_a_call(works) -> np.ndarray:
    """A row for each round, a column for each way to do the work."""
    timers = [Timer(work, "import gc; gc.enable()") for work in works]  # a user's collector is on, too
    calls = [int(TURN / timer.timeit(1)) + 1 for timer in timers]
    return np.array([[t.timeit(n) / n for t, n in zip(timers, calls)] for _ in range(ROUNDS)])


ROWS = {
    "one knob": (knob_error, (0.5, 0.5, 0.8), partial(knob_by_hand, 0.5, 0.5, 0.8)),
    "a net of numbers": (number_error, (numbers,), partial(net_by_hand, arrays)),
    "the net of arrays": (array_error, (arrays,), partial(net_by_hand, arrays)),
}
print(f"{'microseconds a call':<20}  recorded  compiled   by hand   by hand is 1: recorded  compiled")
ratios = {}
for name, (error, args, by_hand) in ROWS.items():
    recorded = value_and_grad(error)
    compiled = microgd.compile(recorded)
    assert bits(recorded(*args)) == bits(compiled(*args))
    seconds = seconds_a_call([partial(recorded, *args), partial(compiled, *args), by_hand])
    ratios[name] = np.median(seconds / seconds[:, 2:], axis=0)
    times = "".join(f"{1e6 * time:10.2f}" for time in np.median(seconds, axis=0))
    print(f"{name:<20}{times}{ratios[name][0]:25.2f}{ratios[name][1]:10.2f}")

# %% Picture: how many times what it takes by hand
ax = plots.style.new_axes(height=3.6)
for i, (name, colour) in enumerate({"recorded": plots.style.ORANGE, "compiled": plots.style.BLUE}.items()):
    times = np.array([ratio[i] for ratio in ratios.values()])
    rows = np.arange(len(times)) + 0.4 * i - 0.2
    bars = ax.barh(rows, times - 1, 0.36, left=1, color=colour, label=name)
    ax.bar_label(bars, [f"{time:.3g}" for time in times], padding=4)
ax.axvline(1, color=plots.style.INK, label="by hand")
ax.set(xscale="log", xlim=(0.4, 700), xlabel="time, as a multiple of the same by hand")
ax.set(xticks=[1, 10, 100], xticklabels=["1", "10", "100"], yticks=range(3), yticklabels=ratios)
ax.invert_yaxis()
plots.style.legend_below(ax)
save(ax, out / "times.svg", "what is recorded number by number costs most, and the program takes it back")
print("\nNext, tiny_gpt: Can the same engine train a transformer?")

# %% Exercises
# 1. How many operations does the net of numbers record for an error, and how many the net of arrays?
# 2. How many lines has the program of each, gradients included?
#
# Answers
# 1. 1,181 and 8: each of them costs about as much to record, whether it is of a number or of an array.
# 2. 2,769 and 16: the compiler cannot make arrays of numbers, so write arrays where there are many.
