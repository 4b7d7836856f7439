"""Several inputs, several outputs: a knob for each pair, and each learns from its own share of the error.

What you will see: three inputs with a knob each, where the largest input turns its knob most; one input with
three outputs, each with an error of its own; and three inputs again with the first knob held, where the
others do its work. A picture of both runs. Run it: python examples/19_many_knobs.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save
from matplotlib.figure import Figure

from microgd import GradientDescent, History, KnobNet, Value, descend, losses, plots, transforms

out = begin(__doc__)  # --help, and --out for the pictures

# %% Several inputs: the prediction is the sum of input * knob
print("three inputs, a knob for each")
net, errors = KnobNet([0.1, 0.2, -0.1]), []
for _ in range(3):
    error = net.compare(net.predict([8.5, 0.65, 1.2]), goal_pred=1)
    net.learn(error, alpha=0.005)
    errors.append(error.item())
print("  errors " + ", ".join(f"{error:.8g}" for error in errors))
print(f"  the knobs are now {net.knob_weight:.4f}: the one with the largest input was turned most")

# %% Several outputs: one column of knobs for each (in many books a row)
print("\none input, three outputs: each knob learns from the error of its own output")
goal_pred = np.array([0.1, 1.0, 0.1])
net = KnobNet([[0.3, 0.2, 0.9]])  # one row, for the one input
pred = net.predict([0.65])
net.learn(net.compare(pred, goal_pred), alpha=0.05)  # compare adds the three errors up
print(f"  pred {pred.data}, errors {losses.squared_error(pred.data, goal_pred)}")
print(f"  knobs {net.knob_weight.data[0]}")


# %% A knob that is held (frozen): its derivative is there, but it is not turned
def run(held: bool) -> History:
    knobs = [Value(0.1, name="first"), Value(0.2, name="second"), Value(-0.1, name="third")]
    freeze = [transforms.freeze(knobs[0])] if held else []

    def error():
        return losses.squared_error(8.5 * knobs[0] + 0.65 * knobs[1] + 1.2 * knobs[2], 1)

    rate = 0.15 if held else 0.005  # without the input 8.5 a much larger one is stable
    return History(descend(error, GradientDescent(knobs, rate, transforms=freeze), 20))


print("\nthree inputs again: all free, and with the first knob held")
runs = {"all free": run(held=False), "first held": run(held=True)}
for name, history in runs.items():
    for step in (0, 1, 2, len(history) - 1):
        at = ", ".join(f"{knob} {data[step]:.4f}" for knob, data in history.parameters.items())
        print(f"  {name}, step {history.step[step]:2}  error {history.error[step]:.3g}  {at}")
print("the goal is reached either way: the data do not say which knob is the right one to turn")

# %% Picture
left, right = Figure(figsize=(9.0, 3.6), layout="constrained").subplots(1, 2)
for ax, (name, history) in zip((left, right), runs.items(), strict=True):
    plots.parameters(history, ax=ax).set_title(name)
    ax.spines[["top", "right"]].set_visible(False)
save(left, out / "knobs.svg", "left the first knob does nearly all the work; right it is held, the others do")
print("\nNext, cats_vs_dogs: Does it work on real data?")

# %% Exercises
# 1. How far would the first knob be turned in the first round, how far the second? What is their ratio?
# 2. All three outputs are given the same goal, 1, in place of 0.1, 1 and 0.1. Which knobs learn otherwise?
#
# Answers
# 1. By 0.0119 and 0.00091: the ratio is 13.1, that of the inputs, 8.5 / 0.65.
# 2. The first and the third: each output has an error and a knob of its own, and the second's goal is as
#    before.
