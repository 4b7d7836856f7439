"""By heart: a net with many weights and few examples learns these instead of what they have in common.

What you will see: a net of 1,153 weights learns from 30 animals. Its error on these falls and falls; its
error on animals that it does not learn from falls for 30 steps, and then rises above that of a guess:
overfitting. Then three remedies, judged on animals that had no say in anything: to stop where the error of a
second crowd is least (early stopping), to pull the weights towards 0 (weight decay), and more animals.
Pictures of the errors and of what the nets believe. Run it: python examples/54_by_heart.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

import microgd
from microgd import MLP, Adam, datasets, descend, losses, plots, sigmoid, transforms

out = begin(__doc__)  # --help, and --out for the pictures

animals = datasets.cats_dogs()
kilograms, goal = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)
order = np.random.default_rng(0).permutation(len(goal))
FEW, MANY, WATCH, JUDGE = order[:30], order[:300], order[300:400], order[400:]
SHOWN = (0, 10, 30, 100, 300, 1000, 2000)
MARKS = sorted({*SHOWN, *np.geomspace(1, 2000, 150).astype(int).tolist()})  # where all errors are taken


def trained(rows, *transform):
    """Learn from some animals: the errors on them, on WATCH and on JUDGE at the marks, and the belief."""
    mean, spread = kilograms[rows].mean(), kilograms[rows].std()
    net = MLP(1, 32, 32, 1, activation=np.tanh, rng=0)

    def logit(kilograms):
        return net(((kilograms - mean) / spread)[:, None])[:, 0]

    def error(crowd):
        return np.mean(losses.binary_cross_entropy(logit(kilograms[crowd]), goal[crowd]))

    own = microgd.compile(lambda: error(rows))
    steps = descend(own, Adam(net.parameters, 0.03, transform), MARKS[-1], gtol=None, ftol=None)
    errors = [
        [error(crowd).item() for crowd in (rows, WATCH, JUDGE)] for step in steps if step.number in MARKS
    ]
    return np.array(errors), lambda kilograms: sigmoid(logit(kilograms)).data


# %% By heart
plain, believes = trained(FEW)
print(f"{1 * 32 + 32 + 32 * 32 + 32 + 32 + 1:,} weights and biases, {len(FEW)} animals")
print("  step  error on these  on those that judge")
for step in SHOWN:
    own, _, judged = plain[MARKS.index(step)]
    print(f"  {step:4}  {own:14.3f}  {judged:19.3f}")
print(f"a guess of 1/2 for every animal has an error of {np.log(2):.3f}")

# %% Three remedies
stop = np.argmin(plain[:, 1])  # by the crowd that watches: those that judge must not choose
decayed, believes_decayed = trained(FEW, transforms.weight_decay(0.01))
more, _ = trained(MANY)
print(f"\nerror on the {len(JUDGE)} animals that judge")
print(f"  after {MARKS[-1]:,} steps:             {plain[-1, 2]:.3f}")
print(f"  stopped early, after {MARKS[stop]:3} steps: {plain[stop, 2]:.3f}")
print(f"  with weight decay 0.01:        {decayed[-1, 2]:.3f}")
print(f"  with {len(MANY)} animals to learn from: {more[-1, 2]:.3f}")

# %% Pictures
ax = plots.style.new_axes()
for errors, colour, name in ((plain, "#b85000", "30 animals"), (decayed, "#0b6fb8", "and weight decay")):
    ax.plot(MARKS, errors[:, 0], "--", color=colour, label=f"{name}: on these")
    ax.plot(MARKS, errors[:, 2], color=colour, label=f"{name}: on those that judge")
ax.set(xlabel="step", ylabel="cross-entropy", ylim=(0, 1.8))
ax.set_xscale("symlog", linthresh=10)
ax.set_xlim(left=0)
plots.style.legend_below(ax)
save(ax, out / "errors.svg", "the gap between the dashed and the solid line is what was learned by heart")
ax = plots.style.new_axes()
at = np.linspace(1, 25, 500)
ax.plot(at, believes(at), color="#b85000", label="30 animals")
ax.plot(at, believes_decayed(at), color="#0b6fb8", label="and weight decay")
for kind in (0, 1):
    shown = kilograms[FEW][goal[FEW] == kind]
    ax.plot(shown, np.full(len(shown), kind), "|", color="#222222", markersize=12)
ax.set(xlabel="kilograms", ylabel="probability of a dog", xlim=(1, 25))
plots.style.legend_below(ax)
save(ax, out / "beliefs.svg", "steps and spikes around single animals, or one rise from cats to dogs")
print("\nNext, cats_dogs_net: What is a hidden layer worth, and a second feature?")

# %% Exercises
# 1. How far apart are the two errors with 300 animals after 2,000 steps? With 30 they are 1.16 apart.
# 2. Is a weight decay of 0.1 better than 0.01?
# 3. Of MLP(1, 1, 1), a single hidden unit, what is the error on those that judge?
#
# Answers
# 1. 0.15: it learns them by heart as well, but there is less that only these have in common.
# 2. No, 0.509: the pull is so strong that the net believes too little.
# 3. 0.409: a net of few weights cannot learn by heart. many_weights says why people take more.
