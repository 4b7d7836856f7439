"""Cats and dogs again: one knob on real data, and an error with several local minima (pits).

What you will see: the knob is now the weight of a typical animal. In the first model an animal is a dog if
its weight differs from that of a cat of `knob` kilograms: a deep pit, shallow ones and a plateau. In the
second a dog weighs about `knob` kilograms: several pits. Thirty starts show which start leads to which pit,
how deep each is, and how often it is right; `restarts` keeps the best.
Run it: python examples/22_cats_dogs_pits.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, Value, datasets, grad, plots
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


# %% Hills: where the slope turns from positive to negative, to a tenth of a kilogram
def hills(error) -> list[float]:
    at = np.arange(0, 60, 0.1)
    slopes = np.array([grad(error)(knob) for knob in at])
    return [float(at[i]) for i in np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] < 0))]


# %% Thirty starts
def show(model) -> None:
    error = error_of(model)
    knob_weight = Value(0.0, name="knob_weight")
    pits = restarts(
        lambda: error(knob_weight),
        lambda: GradientDescent([knob_weight], 10.0),
        range(0, 60, 2),
        xtol=0.02,
        gtol=1e-6,
    )
    print(f"\n{model.__name__}: hills at " + ", ".join(f"{hill:.1f}" for hill in hills(error)) + " kg")
    nowhere = []
    for pit in pits:
        knob = pit.parameters["knob_weight"]
        starts = [start["knob_weight"] for start in pit.starts]
        if grad(grad(error))(knob) < 1e-3:  # hardly bent upwards: it did not end in a pit, it stands still
            nowhere += starts
            continue
        wrong = np.mean((model(knob) >= 0.5) != (goals == 1))
        print(f"  pit at {knob:5.2f} kg: error {pit.error:.4f}, {wrong:.0%} wrong;", end="")
        print(f" from starts at {min(starts):g} to {max(starts):g} kg")
    print(f"  on a plateau, error about {error(60.0):.2f}: from {min(nowhere):g} to {max(nowhere):g} kg")
    print(f"  the best is kept: {knob_weight:.2f} kg")
    ax = plots.error_curve(error, 0, 42)
    ax.set_xlabel("knob_weight, kg")
    save(ax, out / f"{model.__name__}.svg")


show(unlike_a_cat)
show(like_a_dog)
