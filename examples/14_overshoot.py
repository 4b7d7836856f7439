"""A step that is too large jumps over the minimum.

What you will see: one knob on one curve at five learning rates. Each round multiplies the distance to the
minimum by the same factor, 1 - rate * (second derivative). Below 0 the knob jumps over the minimum and
oscillates, at -1 it oscillates without end, beyond -1 it diverges. Theory and run side by side, and a picture
of the zigzag. Run it: python examples/14_overshoot.py
"""

from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, Value, descend, grad, plots

out = begin(__doc__)  # --help, and --out for the pictures


# %% The curve: input 2, goal_pred 0.8, so the minimum is at knob_weight 0.4
def error(knob_weight):
    return (2 * knob_weight - 0.8) ** 2


second_derivative = grad(grad(error))(0.5)
print(f"second derivative {second_derivative:g}: below a rate of 2 / {second_derivative:g} = ", end="")
print(f"{2 / second_derivative:g} it converges")


# %% The walk: from 0.9, twelve steps at each rate
def walk(rate: float) -> History:
    knob_weight = Value(0.9, name="knob_weight")
    return History(descend(lambda: error(knob_weight), GradientDescent([knob_weight], rate), steps=12))


print("\n rate   factor: theory  run     after 12 steps")
runs = {}
for rate, said in [
    (0.05, "walks down"),
    (0.125, "is there at once"),
    (0.23, "swings, and comes closer"),
    (0.25, "swings for ever"),
    (0.27, "swings, and is thrown out"),
]:
    runs[rate] = walk(rate)
    knob = runs[rate].parameters["knob_weight"]
    factor = 1 - rate * second_derivative
    seen = (knob[1] - 0.4) / (knob[0] - 0.4)
    print(f" {rate:<5}  {factor:+.2f}           {seen:+.2f}   knob {knob[-1]:.4f}: {said}")

# %% The zigzag
ax = plots.paths_on_curve(error, -0.7, 1.5, {f"rate {rate}": runs[rate] for rate in (0.05, 0.23, 0.27)})
save(ax, out / "zigzag.svg")
