"""Noise helps: descent on one animal at a time leaves a pit in which the descent on all of them stays.

What you will see: the first model of cats_dogs_pits, whose error has a deep pit at 2.7 kg and a shallow one
at 16.8 kg, from which all runs start here. The gradient of all animals leads back to the bottom of the
shallow pit. That of a single animal is a noisy estimate of it, and kicks the knob out. Then how large the
kicks are, what the size of the batch changes (it is the rate divided by it that counts), and where the runs
come to rest. A picture of ten runs.
Run it: python examples/44_noise_helps.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, Value, compile, datasets, descend, grad, plots
from microgd.learning import History, batches, largest_stable_rate

out = begin(__doc__)  # --help, and --out for the pictures

animals = datasets.cats_dogs()
weights, goals = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)
SHALLOW, HILLS, EPOCHS, RUNS = 16.8, (10.95, 19.4), 10, 10  # hills on both sides of the shallow pit


# %% How much of a dog an animal is: as much as its weight differs from that of a cat of `knob` kilograms
def error(knob_weight, weight=weights, goal=goals):
    pred = 1 - np.exp(-(((weight - knob_weight) / 2) ** 2) / 2)
    return np.mean((pred - goal) ** 2)


slope = compile(grad(error))  # the same numbers, sooner: see graph_as_a_program


def on_all(start: float, rate: float) -> History:
    knob = Value(start, name="knob")
    return History(descend(lambda: error(knob), GradientDescent([knob], rate), 5000))


def on_batches(size: int, rate: float, seed: int) -> np.ndarray:
    """The knob after each step of ten epochs (passes over all animals in a new order)."""
    knob, path, chosen = SHALLOW, [SHALLOW], batches(len(weights), size, rng=seed)
    for _ in range(EPOCHS * len(weights) // size):
        rows = next(chosen)
        knob = knob - rate * slope(knob, weights[rows], goals[rows])
        path.append(knob)
    return np.array(path)


# %% The gradient of all animals leads back to the bottom, from wherever in the pit
ends = [on_all(start, 10.0).parameters["knob"][-1] for start in np.linspace(12, 19, RUNS)]
print(f"descent on all {len(weights)} animals, rate 10, from {RUNS} starts between 12 and 19 kg:")
print(f"  ends between {min(ends):.3f} and {max(ends):.3f} kg, error {error(ends[0]):.4f}")
pit = Value(ends[0])
print(f"  (the largest stable rate there is {largest_stable_rate(lambda: error(pit), [pit]):.0f})")

# %% How large the kicks are, beside the steepest place on the way out
wall = max(abs(slope(knob)) for knob in np.linspace(HILLS[0], SHALLOW, 100))
singles = np.array([slope(SHALLOW, weights[[row]], goals[[row]]) for row in range(len(weights))])
print(f"\nthe steepest slope from the pit up to the hill at {HILLS[0]} kg: {wall:.4f}")
print(f"the slopes of single animals spread by {singles.std():.4f} around {singles.mean():.4f}")


# %% One animal at a time, and larger batches: each ten times, the same start, other orders of the animals.
# The noise of a batch of k is smaller by sqrt(k); at k times the rate it moves the knob as far in an epoch
def outcome(paths: list[np.ndarray]) -> str:
    ends = np.array([path[-1] for path in paths])
    return f"{np.sum((ends < HILLS[0]) | (ends > HILLS[1])):2} and {np.sum(ends < HILLS[0])}"


print(f"\nof {RUNS} runs of {EPOCHS} epochs, how many left the pit, and how many of them for the deep one")
noisy = {}
for size in (1, 4, 16):
    for rate in sorted({3.0, 3.0 * size}):
        noisy[size, rate] = [on_batches(size, rate, seed) for seed in range(RUNS)]
        print(f"  batches of {size:2}, rate {rate:2g}: {outcome(noisy[size, rate])}")

# %% Then all animals again, from where the ten runs have ended: each comes to rest in the pit that it is in
singly = noisy[1, 3.0]
rest = [on_all(path[-1], 10.0) for path in singly]
print("\nat rest:", ", ".join(f"{run.parameters['knob'][-1]:.1f}" for run in rest), "kg")
best = min(rest, key=lambda run: run.error[-1])
print(f"the best of them: {best.parameters['knob'][-1]:.2f} kg, error {best.error[-1]:.4f}")

# %% Pictures
ax = plots.style.new_axes()
for path in singly:
    ax.plot(np.arange(0, len(path), 20) / len(weights), path[::20], color="#0b6fb8", linewidth=0.7)
ax.plot([0, EPOCHS], [ends[0], ends[0]], color="#b85000", linewidth=2.5)
ax.text(EPOCHS, ends[0] + 0.6, "on all animals", ha="right", color="#b85000")
ax.axhline(2.7, color="#444444", linestyle=":")
ax.text(EPOCHS, -3.2, "the deep pit", ha="right")
ax.set(xlabel="epochs", ylabel="knob_weight, kg", xlim=(0, EPOCHS), ylim=(-5, 45))
save(ax, out / "runs.svg", "ten noisy runs leave the shallow pit, up or down; the descent on all stays")
print("\nNext, falling_rates: How does a noisy descent come to rest?")

# %% Exercises
# 1. How many of the ten runs, one animal at a time, leave the pit at rate 1?
# 2. Let the descent on all animals begin at 16.8 kg with rate 1000, far above its bound. Where does it end?
#
# Answers
# 1. Two: a third of the rate makes kicks a third as far, and the wall has to be climbed by many of them.
# 2. At 33.64 kg: it is thrown out as well, but to where no noise looks for a better place. A pit that is
#    narrower than the steps cannot hold a descent.
