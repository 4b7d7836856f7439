"""Many weights: why local minima are a trouble of small nets, and hardly one of large ones.

What you will see: nets of one to sixteen hidden units learn two moons, each from 24 starts. With four units
the error at the end depends on the start, from nearly 0 to that of a straight line; with sixteen all arrive.
One reason: a relu unit (0 below its bend, its input above) is of use only where it bends among the points,
and one that is 0 at all of them has no slope to come back by. Of four units a start may lose one or two; of
sixteen there are always enough. Pictures. Run it: python examples/56_many_weights.py
"""

from itertools import pairwise

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

import microgd
from microgd import GradientDescent, History, Value, descend, losses, plots, relu, sigmoid

out = begin(__doc__)  # --help, and --out for the pictures

# %% A hundred points on two interlocking half circles, shaken by noise
rng = np.random.default_rng(0)
angle, lower = np.pi * rng.random(100), np.arange(100) % 2
input = np.column_stack([
    np.where(lower, 1 - np.cos(angle), np.cos(angle)), np.where(lower, 0.5 - np.sin(angle), np.sin(angle)),
]) + rng.normal(0, 0.1, (100, 2))  # fmt: skip
goal = lower[:, None].astype(float)
STARTS = 24


# %% A net for each start, all in one stack of matrices, as in why_bend
def new_weights(*units: int) -> dict[str, Value]:
    rng, weights, sizes = np.random.default_rng(0), {}, (2, *units, 1)
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        weights[f"weight{i}"] = Value(rng.normal(0, np.sqrt(2 / inputs), (STARTS, inputs, outputs)))
        weights[f"bias{i}"] = Value(np.zeros((STARTS, 1, outputs)))
    return weights


def logits(weights, x):
    last = len(weights) // 2 - 1
    for i in range(last):
        x = relu(x @ weights[f"weight{i}"] + weights[f"bias{i}"])
    return x @ weights[f"weight{last}"] + weights[f"bias{last}"]


def errors(weights):
    guessed = logits(weights, input)
    return np.mean(losses.binary_cross_entropy(guessed, np.broadcast_to(goal, guessed.shape)), axis=(1, 2))


def learned(*units: int) -> dict[str, Value]:
    weights = new_weights(*units)
    error = microgd.compile(lambda: np.sum(errors(weights)))
    History(descend(error, GradientDescent(weights, 0.5), 2000, gtol=None, ftol=None))
    return weights


def bends_among_the_points(weights) -> np.ndarray:
    """For each net the number of its units in the first layer that are above 0 at some points, not at all."""
    above = (input @ weights["weight0"] + weights["bias0"]).data > 0
    return np.sum(np.any(above, axis=1) & ~np.all(above, axis=1), axis=-1)


# %% From one unit to sixteen
SIZES = [(1,), (2,), (3,), (4,), (8,), (16,), (16, 16)]
nets = {size: learned(*size) for size in SIZES}
ends = {size: np.sort(errors(weights).data) for size, weights in nets.items()}
print(f"hidden   weights   error at the end: least, middle, largest of {STARTS}   below 0.02")
for size, end in ends.items():
    count = sum(value.data[0].size for value in nets[size].values())
    name = "-".join(map(str, size))
    print(f"{name:>6}   {count:7}{end[0]:24.3f}{np.median(end):8.3f}{end[-1]:9.3f}{np.sum(end < 0.02):20}")

# %% Why: how many of four units bend among the points, where it went well, and where it did not
bends, four = bends_among_the_points(nets[4,]), errors(nets[4,]).data
for name, which in (("below 0.02", four < 0.02), ("stuck", four >= 0.02)):
    print(
        f"of 4 units, {which.sum()} nets {name}: {np.mean(bends[which]):.1f} bend among the points on average"
    )
wide = bends_among_the_points(nets[16,])
print(f"of 16 units, all nets: {wide.mean():.1f}, and {wide.min()} at least")

# %% Pictures
ax = plots.style.new_axes()
for place, end in enumerate(ends.values()):
    ax.plot(place + np.linspace(-0.3, 0.3, STARTS), end, "o", color="#0b6fb8", markersize=3.5)
ax.set_xticks(range(len(SIZES)), ["-".join(map(str, size)) for size in SIZES])
ax.set(xlabel="hidden units", ylabel="error at the end", yscale="log")
save(ax, out / "ends.svg", "24 ends for each size: the start decides in the middle, and no more on the right")
groups = {"upper moon": input[lower == 0], "lower moon": input[lower == 1]}
for name, worst in (("stuck", np.argmax(four)), ("well", np.argmin(four))):
    one = {key: value.data[worst] for key, value in nets[4,].items()}
    ax = plots.decision_boundary(lambda x, one=one: sigmoid(logits(one, x)), groups, labels=("x", "y"))
    save(ax, out / f"{name}.svg", f"the {name} one of the nets with four units")
print("\nNext, graph_as_a_program: How does the graph become a program?")

# %% Exercises
# 1. How many of the 24 nets with 4 units end below 0.02 with np.tanh in place of relu?
# 2. Of the nets with 3 units 7 in 24 arrive. How many starts make it 99 % sure that one does?
#
# Answers
# 1. 23: tanh has a slope everywhere, so no unit is ever lost.
# 2. 14: (17 / 24) ** 14 = 0.008. Restarts are what helps a small net; a larger one hardly needs any.
