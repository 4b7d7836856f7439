"""Cats and dogs again: one knob on real data, and an error with several local minima (pits).

What you will see: the knob is now the weight of a typical animal. In the first model an animal is a dog if
its weight differs from that of a cat of `knob` kilograms: a deep pit, shallow ones and a plateau. In the
second a dog weighs about `knob` kilograms: eight pits, of which thirty starts find seven. Which start leads
to which pit, how deep each is, and how often it is wrong; and where the eighth was hidden.
Run it: python examples/22_cats_dogs_pits.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, Value, datasets, descend, grad, plots
from microgd.learning import restarts

out = begin(__doc__)  # --help, and --out for the pictures

animals = datasets.cats_dogs()
weights, goals = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)


# %% Two models with one knob, in kilograms; each says how much of a dog an animal is
def unlike_a_cat(knob_weight):
    return 1 - np.exp(-(((weights - knob_weight) / 2) ** 2) / 2)


def like_a_dog(knob_weight):
    return np.exp(-((weights - knob_weight) ** 2) / 2)


def error_of(model):
    return lambda knob_weight: np.mean((model(knob_weight) - goals) ** 2)


# %% All hills and pits: where the slope changes its sign, to a tenth of a kilogram. This looks at the whole
# curve, which is affordable for one knob and for hardly more
def turns(error, sign: int) -> list[float]:
    """Where the slope turns from this sign to the other: of +1 the tops of hills, of -1 pits."""
    at = np.arange(0, 60, 0.1)
    slopes = sign * np.array([grad(error)(knob) for knob in at])
    return [float(at[i]) for i in np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] < 0))]


def is_pit(error, knob: float) -> bool:
    """Bent upwards, where a plateau is hardly bent at all."""
    return grad(grad(error))(knob) > 1e-3


# %% Thirty starts. `restarts` descends from each, puts runs together that end in the same pit, keeps the best
def show(model, see: str) -> None:
    """Print the pits of a model, and draw them; see: what there is to see."""
    error = error_of(model)
    knob_weight = Value(0.0, name="knob_weight")
    pits = restarts(
        lambda: error(knob_weight),
        lambda: GradientDescent([knob_weight], 10.0),
        range(0, 60, 2),
        xtol=0.02,
        gtol=1e-6,
    )
    print(f"\n{model.__name__}: hills at " + ", ".join(f"{hill:.1f}" for hill in turns(error, 1)) + " kg")
    nowhere, found = [], []
    for pit in pits:
        knob = pit.parameters["knob_weight"]
        starts = [start["knob_weight"] for start in pit.starts]
        if not is_pit(error, knob):  # it stands still
            nowhere += starts
            continue
        found.append(knob)
        wrong = np.mean((model(knob) >= 0.5) != (goals == 1))
        print(f"  pit at {knob:5.2f} kg: error {pit.error:.4f}, {wrong:.0%} wrong;", end="")
        print(f" from starts at {min(starts):g} to {max(starts):g} kg")
    print(f"  on a plateau, error about {error(60.0):.2f}: from {min(nowhere):g} to {max(nowhere):g} kg")
    print(f"  the best is kept: {knob_weight:.2f} kg")
    there = [at for at in turns(error, -1) if is_pit(error, at)]
    print(f"  the curve has {len(there)} pits, thirty starts found {len(found)}")
    for missed in (at for at in there if np.min(abs(np.array(found) - at)) > 0.2):
        left = max(hill for hill in turns(error, 1) if hill < missed)
        right = min(hill for hill in turns(error, 1) if hill > missed)
        knob_weight.data = (left + right) / 2
        end = History(descend(lambda: error(knob_weight), GradientDescent([knob_weight], 10.0), 5000))
        print(f"  missed: between the hills at {left:.1f} and {right:.1f} kg, where no start stays: ", end="")
        print(
            f"from {end.parameters['knob_weight'][0]:.2f} to {knob_weight:.2f} kg, error {end.error[-1]:.4f}"
        )
    ax = plots.error_curve(error, 0, 42)
    ax.set_xlabel("knob_weight, kg")
    save(ax, out / f"{model.__name__}.svg", see)


show(unlike_a_cat, "one pit is much deeper than the others, which lie in the plain of the heavy dogs")
show(like_a_dog, "eight stars: two of them are so near to one another that no start fell between")
print("more starts find more pits, and none can say that there is no other: the best is the best so far")
print("\nNext, local_minima: How can a run tell that it is stuck?")

# %% Exercises
# 1. How many pits do the starts at 1, 3, 5, ... 59 kg find in the second model?
# 2. What does the first model say of an animal of 1 kg, with its best knob? Is that what was wanted?
#
# Answers
# 1. All eight: one of them, 29, lies between the two near hills. That is luck, and a finer net is a surer
#    one.
# 2. 0.30 of a dog: whatever differs from a cat counts as a dog, on the light side too.
