"""Cats and dogs by weight and sex, with a hidden layer: the value of a second feature, measured.

What you will see: four classifiers, each judged on a held-out quarter of the animals, in eight splits: one
knob, the best threshold, a net on weight, a net on weight and sex. The net comes near the best threshold,
because it has a bias and the cross-entropy as its error; squared error on a straight line drives the knob
past it. Sex adds nothing to weight. A picture shows the net's probability for each weight.
Run it: python examples/55_cats_dogs_net.py
"""

import numpy as np
from helpers.animals import best_cut
from helpers.lesson import begin
from helpers.pictures import save

from microgd import MLP, Adam, GradientDescent, KnobNet, datasets, descend, init, losses, plots, sigmoid
from microgd.learning import standardize

out = begin(__doc__)  # --help, and --out for the pictures

# %% The data: kilograms; a column each for male and female, both 0 where unknown; 1 for a dog
animals = datasets.cats_dogs()
weight, dog = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)
sex = np.column_stack([animals.sex == "M", animals.sex == "F"]) * 1.0


# %% The ways; each returns what it says of the held-out animals: True for a dog
def by_knob(train, held_out):
    net = KnobNet(0.0)
    for _ in descend(
        lambda: net.compare(net.predict(weight[train]), dog[train]), GradientDescent(net.parameters, 0.005)
    ):
        pass
    return net.predict(weight[held_out]).data >= 0.5


def by_cut(train, held_out):
    return weight[held_out] > best_cut(weight[train], dog[train])


def trained(features, train, seed: int) -> MLP:
    """A net with 8 hidden units; a third of its training data tells it when to stop (early stopping)."""
    learn, check = train[: 2 * len(train) // 3], train[2 * len(train) // 3 :]
    net = MLP(features.shape[1], 8, 1, activation=np.tanh, initialise=init.xavier, rng=seed)

    def error(rows):
        return losses.binary_cross_entropy(net(features[rows])[:, 0], dog[rows]).mean()

    for _ in descend(
        lambda: error(learn),
        Adam(net.parameters, 0.02),
        validation_error=lambda: error(check).item(),
        patience=50,
    ):
        pass
    return net


def by_net(features, train, held_out, seed: int):
    features = standardize(features, like=features[train])
    return trained(features, train, seed)(features[held_out]).data[:, 0] > 0


# %% Eight splits
scores = {"one knob": [], "the best cut": [], "net on weight": [], "net on weight and sex": []}
for seed in range(8):
    order = np.random.default_rng(seed).permutation(len(dog))
    held_out, train = np.split(order, [len(order) // 4])
    said = by_knob(train, held_out), by_cut(train, held_out), by_net(weight[:, None], train, held_out, seed)
    said += (by_net(np.column_stack([weight, sex]), train, held_out, seed),)
    for name, answer in zip(scores, said):
        scores[name].append(np.mean(answer == (dog[held_out] == 1)))
print("right on animals that it never saw: the mean of eight splits, give or take")
for name, right in scores.items():
    print(f"  {name:<22} {np.mean(right):.1%}  {np.std(right, ddof=1) / np.sqrt(len(right)):.1%}")

# %% What a net on weight says, between the two crowds that it learned from
net = trained(standardize(weight[:, None], like=weight[train, None]), train, seed)
kilograms = np.linspace(0.3, weight.max(), 300)
probability = sigmoid(net(standardize(kilograms[:, None], like=weight[train, None]))).data[:, 0]
cut = kilograms[np.argmax(probability > 0.5)]
print(f"its cut: a dog from {cut:.1f} kg on")
ax = plots.histogram({"cat": weight[dog == 0], "dog": weight[dog == 1]}, cut, unit="kg")
says = ax.twinx()
says.plot(kilograms, probability, color=plots.style.INK, linestyle="--")
says.set(ylim=(0, 1.75), yticks=[0, 0.25, 0.5, 0.75, 1], ylabel="probability of a dog, says the net (dashed)")
save(ax, out / "probability.svg")
