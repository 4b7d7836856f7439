"""Error and accuracy: what is learned from, and what is wanted, are two things.

What you will see: cats and dogs by weight again, 632 animals, and one knob. The accuracy is the share of
animals that are judged rightly. A descent starts at a knob that is right for 79 % of them; its squared error
falls at each step, and at the end the knob is right for 73 %. Near the largest stable rate the accuracy jumps
up and down, and the error still falls. Why not descend on the accuracy itself? Its slope is 0 wherever it
has one. The way out is an error that fits the question: the cross-entropy of a sigmoid (logistic regression).
Pictures. Run it: python examples/42_error_and_accuracy.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save
from matplotlib.figure import Figure

from microgd import GradientDescent, History, KnobNet, Value, datasets, descend, grad, losses, sigmoid
from microgd.learning import largest_stable_rate

out = begin(__doc__)  # --help, and --out for the pictures

animals = datasets.cats_dogs()
input, goal = animals.weight_kg, np.where(animals.species == "dog", 1.0, 0.0)


# %% One knob says dog where pred = knob * kilograms is above 0.5
def error(knob_weight):
    return np.mean((knob_weight * input - goal) ** 2)


def accuracy(knob_weight: float) -> float:
    return float(np.mean((knob_weight * input > 0.5) == (goal == 1)))


net = KnobNet(0.1024)
bound = largest_stable_rate(lambda: error(net.knob_weight), [net.knob_weight])
print(f"a descent at a tenth of the largest stable rate {bound:.5f}\n  step    knob    error  accuracy")
for step in descend(lambda: error(net.knob_weight), GradientDescent(net.parameters, bound / 10), 40):
    knob = step.parameters["knob_weight"]
    if step.number % 5 == 0:
        print(f"  {step.number:4}  {knob:.4f}  {step.error:.5f}  {accuracy(knob):8.1%}")
learned = net.knob_weight.item()
print(f"the least squared error is at {input @ goal / (input @ input):.4f}, theory says")

# %% The best accuracy is elsewhere. All knobs are tried: its slope is 0, so it does not say where to go
knobs = np.arange(0.02, 0.2, 0.0001)
rights = np.array([accuracy(knob) for knob in knobs])
best = knobs[np.argmax(rights)]
print(f"\nthe most often right knob is {best:.4f}: {accuracy(best):.1%}, error {error(best):.4f}")
slope = grad(lambda knob: np.mean((knob * input > 0.5) == (goal == 1)))
print(f"the slope of the accuracy there and at {learned:.4f}: {slope(best):g} and {slope(learned):g}")

# %% At 0.99 of the largest stable rate: the error falls at each step, the accuracy jumps
net = KnobNet(0.1024)
steps = descend(lambda: error(net.knob_weight), GradientDescent(net.parameters, 0.99 * bound), 5)
jumps = [(step.error, accuracy(step.parameters["knob_weight"])) for step in steps]
print("\nat 0.99 of the largest stable rate")
print("  error    " + "  ".join(f"{one:.3f}" for one, _ in jumps))
print("  accuracy " + "  ".join(f"{right:.3f}" for _, right in jumps))

# %% Logistic regression: pred = sigmoid(knob * x + bias) is a probability, and the cross-entropy is
# -log(the probability that was given to what the animal is): 0 if it was 1, without bound if it was 0
x = (input - input.mean()) / input.std()  # standardised, as in scale
knob_weight, bias = Value(0.0, name="knob_weight"), Value(0.0, name="bias")


def cross_entropy():
    return np.mean(losses.binary_cross_entropy(knob_weight * x + bias, goal))


rate = largest_stable_rate(cross_entropy, [knob_weight, bias]) / 2
run = History(descend(cross_entropy, GradientDescent([knob_weight, bias], rate), 5000))
cut = input.mean() - input.std() * bias.item() / knob_weight.item()
right = np.mean((input > cut) == (goal == 1))
print(f"\nlogistic regression: {run.reason} at step {run.step[-1]}, cross-entropy {run.error[-1]:.4f}")
print(f"  it says dog above {cut:.2f} kg: right for {right:.1%}; the best cut of all for {rights.max():.1%}")
for kind, name in enumerate(("cats", "dogs")):
    print(f"  of the {name} {np.mean((input > cut)[goal == kind] == kind):.1%} are judged rightly")

# %% Pictures
above, below = Figure(figsize=(6.4, 5.4), layout="constrained").subplots(2, 1, sharex=True)
above.plot(knobs, [error(knob) for knob in knobs], color="#0b6fb8")
below.plot(knobs, 100 * rights, color="#0b6fb8")
above.set(ylabel="squared error")
below.set(ylabel="accuracy, %", xlabel="knob_weight")
for ax in (above, below):
    ax.axvline(learned, color="#444444", linestyle="--", label=f"least error, {learned:.4f}")
    ax.axvline(best, color="#b85000", linestyle=":", label=f"most often right, {best:.4f}")
    ax.spines[["top", "right"]].set_visible(False)
above.legend(frameon=False, loc=(0.43, 0.72))
save(above, out / "two_aims.svg", "the lowest error and the highest accuracy stand at different knobs")
(ax,) = Figure(figsize=(6.4, 3.6), layout="constrained").subplots(1, 1, squeeze=False).flat
kilograms = np.linspace(0, 40, 400)
z = (kilograms - input.mean()) / input.std()
ax.plot(kilograms, learned * kilograms, "--", color="#444444", label="one knob, a line")
ax.plot(
    kilograms, sigmoid(knob_weight.item() * z + bias.item()), color="#0b6fb8", label="knob, bias, sigmoid"
)
for kind, name, height in ((0, "cats", -0.06), (1, "dogs", 1.06)):
    ax.plot(input[goal == kind], np.full(np.sum(goal == kind), height), "|", color="#666666")
    ax.text(39.5, height, name, ha="right", va="center")
ax.axhline(0.5, color="#999999", linewidth=0.8)
ax.set(xlabel="kilograms", ylabel="pred", ylim=(-0.12, 1.6), xlim=(0, 40))
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False, loc="upper left")
save(
    ax,
    out / "probability.svg",
    "the line goes through 0 and past 1; the sigmoid turns where cats become dogs",
)
print("\nNext, batch_sizes: How many examples does a step need?")

# %% Exercises
# 1. With the knob that is most often right, what error has a dog of 38 kg? A dog of 4 kg, called a cat?
# 2. Descend on np.mean(abs(pred - goal)). At which knob does it end, and how often is that one right?
# 3. How often is a program right that always says cat? And if a tenth of the animals were dogs?
#
# Answers
# 1. 6.56 and 0.39: the square punishes a right answer that is too loud more than a wrong one.
# 2. At 0.0500, a cut at 10 kg: right for 69.1 %, less often yet. The line is what does not fit.
# 3. Half of the time, and 90 %: the accuracy depends on the mix, so both kinds are reported.
