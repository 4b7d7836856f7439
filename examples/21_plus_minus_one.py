"""Plus or minus one kilogram: the simplest search on real data, and where it ends.

What you will see: a knob that is the weight of a typical cat; an animal is the more of a dog, the more its
weight differs from that. Each round tries one kilogram up and one down and goes to the lowest error. From 0
kg it ends in the right place, from 12 and from 20 kg in places that are wrong for more than half of the
animals, where both neighbours are worse. A picture of the three searches.
Run it: python examples/21_plus_minus_one.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import datasets, plots

out = begin(__doc__)  # --help, and --out for the pictures

animals = datasets.cats_dogs()
weights, goals = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)


# %% The model: 0 is a cat, 1 a dog. At the knob's weight it says 0, 6 kg away from it nearly 1
def dog(knob_weight):
    return 1 - np.exp(-(((weights - knob_weight) / 2) ** 2) / 2)


def error(knob_weight):
    return np.mean((dog(knob_weight) - goals) ** 2)


def wrong(knob_weight: float) -> float:
    """The share of the animals that are taken for the other kind."""
    return np.mean((dog(knob_weight) >= 0.5) != (goals == 1))


# %% The search
def search(start: float, step: float = 1.0) -> list[float]:
    """Go to the lowest error of here, up and down, until here is the lowest; every knob on the way."""
    knobs = [start]
    while True:
        here = knobs[-1]
        lowest = min(here, here + step, here - step, key=error)
        knobs.append(lowest)
        if lowest == here:
            return knobs


print("start   kg on the way                               rounds  error   wrong")
searches = {start: search(start) for start in (0, 12, 20)}
for start, knobs in searches.items():
    way = " ".join(f"{knob:g}" for knob in knobs[:-1])
    print(f"{start:5}   {way:42}  {len(knobs) - 1:6}  {error(knobs[-1]):.4f}  {wrong(knobs[-1]):.0%}")
print("the last round of each only finds that neither neighbour is lower: that is all such a search can know")

# %% Why it stops: a pit, or local minimum, is lower than its neighbours, and need not be the lowest place
for knobs in searches.values():
    end = knobs[-1]
    below, here, above = (error(end + step) for step in (-1, 0, 1))
    print(f"  at {end:2g} kg {here:.4f}, one kilogram below {below:.4f}, above {above:.4f}")

# %% Picture
paths = {f"from {start} kg: {wrong(knobs[-1]):.0%} wrong": knobs for start, knobs in searches.items()}
ax = plots.paths_on_curve(error, -2, 42, paths)
ax.set_xlabel("knob_weight, kg")
save(ax, out / "searches.svg", "three searches, three pits: the one on the left is by far the deepest")
print("\nNext, cats_dogs_pits: How many pits are there, and which start leads to which?")

# %% Exercises
# 1. With steps of 0.1 kg, where does the search from 0 end, and after how many rounds?
# 2. With steps of 5 kg, where does the search from 12 end? Why does it not fall into the pit at 17?
#
# Answers
# 1. At 2.7 kg, after 28 rounds: ten times as exact, and seven times as long.
# 2. At 2 kg: from 12 it sees 7 and 17, and 7 is lower. A long step leaps over hills, and over pits.
