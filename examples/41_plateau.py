"""A plateau: the error is high, and yet the gradient has almost vanished.

What you will see: a sigmoid, 1 / (1 + e^-x), which rises from 0 to 1 in a smooth step and is flat on both
sides, with the wrong answer. Its knob stands at 8, where the curve is flat (the sigmoid is saturated):
gradient descent needs thousands of steps, and a program that stops when the error no longer changes stops
here. Then the remedies, in steps until the squared error is below 0.01: a larger rate, momentum (a ball with
inertia), Adam (steps of about the same length, whatever the gradient), another start, and the cross-entropy,
-log(1 - pred) for a goal of 0, whose gradient is largest where the answer is most wrong. Pictures.
Run it: python examples/41_plateau.py
"""

from functools import partial

from helpers.lesson import begin
from helpers.pictures import save

from microgd import (
    Adam,
    GradientDescent,
    History,
    Momentum,
    Value,
    descend,
    grad,
    losses,
    plots,
    sigmoid,
)

out = begin(__doc__)  # --help, and --out for the pictures


# %% One input of 1, which should be answered by 0
def error(knob_weight):
    return sigmoid(knob_weight) ** 2


print(" knob  error    gradient   second derivative")
for knob in (8.0, 4.0, 0.0):
    print(f"  {knob:g}    {error(knob):.4f}  {grad(error)(knob):9.6f}  {grad(grad(error))(knob):+9.6f}")
print("the plateau bends downwards: no minimum, for there the second derivative is above 0")

# %% Gradient descent stands still, and a rule for stopping that only looks at the error believes it
knob_weight = Value(8.0, name="knob_weight")
stuck = History(descend(lambda: error(knob_weight), GradientDescent([knob_weight], 0.1), ftol=1e-3))
print(f"\nrate 0.1 and a tolerance of 0.001: {stuck.message}")

# %% What helps
WAYS = {
    "rate 0.1": (GradientDescent, 0.1, 8.0),
    "rate 10": (GradientDescent, 10.0, 8.0),
    "momentum 0.9, rate 0.1": (Momentum, 0.1, 8.0),
    "Adam, rate 0.1": (Adam, 0.1, 8.0),
    "start at 2, rate 0.1": (GradientDescent, 0.1, 2.0),
}


def way_out(optimizer, rate: float, start: float, loss=error) -> History:
    """A descent until the answer is right."""
    knob_weight = Value(start, name="knob_weight")
    steps = descend(lambda: loss(knob_weight), optimizer([knob_weight], rate), 20_000, ftol=None)
    return History(until_right(steps))


def until_right(steps):
    for step in steps:
        yield step
        if error(step.parameters["knob_weight"]) < 0.01:
            return


print("\nsteps until the squared error is below 0.01")
runs = {name: way_out(*way) for name, way in WAYS.items()}
runs["cross-entropy, rate 0.1"] = way_out(
    GradientDescent, 0.1, 8.0, partial(losses.binary_cross_entropy, goal_pred=0.0)
)
for name, history in runs.items():
    print(f"  {name:<24} {history.step[-1]:6}")

# %% Pictures
ax = plots.error_curve(error, -6, 10, ball=8.0)
save(ax, out / "plateau.svg", "the ball is high up, and so flat that it hardly rolls")
shown = {f"{name}: {run.step[-1]} steps": run for name, run in runs.items() if run.step[-1] < 2000}
ax = plots.history(shown, "gradient_norm")
ax.set_xscale("symlog", linthresh=10)
ax.set_xlim(left=0)
save(ax, out / "gradients.svg", "three begin with a gradient near 0, which has to grow before it can fall")
print("\nNext, error_and_accuracy: Is the least error what is wanted?")

# %% Exercises
# 1. How many steps does rate 0.1 take from a knob of 4?
# 2. At which knob is the gradient of the squared error largest, and how large is it?
#
# Answers
# 1. 703. From 6 it takes 2,478, from 8 15,397: far out each unit takes nearly e = 2.7 times as many.
# 2. At ln 2 = 0.6931, where the sigmoid is 2/3: there it is 8/27 = 0.2963.
