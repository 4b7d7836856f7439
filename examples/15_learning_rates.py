"""Learning rates: the same run with several of them, and the largest stable one, computed from the graph.

What you will see: a small rate is slow, a good one converges, a large one swings about the goal, a too large
one diverges. The boundary is 2 / (second derivative), which `largest_stable_rate` computes: a hundredth below
it the run converges, a hundredth above it diverges: for one knob; for the real cats and dogs in raw
kilograms, and in units of 10 kg, where the rate may be a hundred times as large; and for three knobs, where
the steepest direction decides. Run it: python examples/15_learning_rates.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save
from matplotlib.figure import Figure

from microgd import GradientDescent, History, KnobNet, datasets, descend, plots
from microgd.learning import largest_stable_rate

out = begin(__doc__)  # --help, and --out for the pictures


# %% A run: predict, compare, learn, from knobs that are all 0.5
def task(knobs: int | tuple[int], input, goal_pred):
    """The error as a function without arguments, and the parameters that it depends on."""
    net = KnobNet(np.full(knobs, 0.5))
    return lambda: net.compare(net.predict(input), goal_pred), net.parameters


def run(rate: float, steps: int, *example) -> History:
    error, parameters = task(*example)
    return History(descend(error, GradientDescent(parameters, rate), steps))


# %% Theory against run
animals = datasets.cats_dogs()
weights, goals = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)
ONE_KNOB = (), 2.0, 0.8
for name, example in {
    "one knob, input 2": ONE_KNOB,
    "cats and dogs, raw kilograms": ((), weights, goals),
    "cats and dogs, in units of 10 kg": ((), weights / 10, goals),
    "three knobs, inputs 8.5, 0.65, 1.2": (3, [8.5, 0.65, 1.2], 1.0),
}.items():
    bound = largest_stable_rate(*task(*example))
    print(f"{name}: second derivative {2 / bound:.4g}, largest stable rate {bound:.6g}")
    for share in (0.99, 1.01):
        history = run(share * bound, 2000, *example)
        print(
            f"  {share:g} of it: {history.reason} at step {history.step[-1]}, error {history.error[-1]:.3g}"
        )

# %% One knob at many rates, 200 steps each
bound = largest_stable_rate(*task(*ONE_KNOB))
rates = [*np.geomspace(0.0005, 0.1, 15), 0.15, 0.2, 0.23, 0.245, 0.28, 0.35, 0.5]
runs = {rate: run(rate, 200, *ONE_KNOB) for rate in rates}
print(f"\none knob, 200 steps: from an error of {runs[0.5].error[0]:.2g}")
for rate in (rates[0], rates[7], 0.15, 0.245, 0.28):
    last = runs[rate].steps[-1]
    print(f"  rate {rate:<7.3g} {last.reason:9} at step {last.number:3}: {last.error:.2g}")

# %% Swings: just below the bound the knob leaps over 0.4 at each step, and comes hardly nearer
print("\nthe knob, which is to be 0.4:")
swings = {f"rate {rate:.3g}": run(rate, 30, *ONE_KNOB) for rate in (0.0005, 0.03, 0.245, 0.252)}
for name, history in swings.items():
    first = ", ".join(f"{knob:.3f}" for knob in history.parameters["knob_weight"][:6])
    print(f"  {name:11} {first}, ... {history.parameters['knob_weight'][-1]:.3f}")

# %% Pictures
see = "a small rate has not arrived, a wide band of them has, and right of the dotted line all diverge"
save(plots.learning_rate_sweep(runs, bound), out / "sweep.svg", see)
ax = Figure(figsize=(7.0, 4.0), layout="constrained").subplots()
for (name, history), style in zip(swings.items(), plots.style.STYLES, strict=False):
    ax.plot(history.step, history.parameters["knob_weight"], **style, markersize=4, label=name)
ax.set(xlabel="step", ylabel="knob_weight")
ax.spines[["top", "right"]].set_visible(False)
plots.style.legend_below(ax)
save(
    ax,
    out / "swings.svg",
    "one crawls, one arrives; the two beside the bound swing, one inwards, one outwards",
)
print("\nNext, why_squared: Why is the miss squared?")

# %% Exercises
# 1. By which factor does the bound change if all weights are given in grams? Why?
# 2. With ten copies of each animal in the data, how large may the rate be?
#
# Answers
# 1. By a millionth: inputs 1000 times as large make the second derivative 1000^2 times as large.
# 2. As before, 0.0107295: the error is a mean, and the mean of copies is the same.
