"""A step that is too large jumps over the minimum.

What you will see: one knob on one curve at five learning rates. Each round multiplies the distance to the
minimum by the same factor, 1 - rate * (second derivative). Below 0 the knob jumps over the minimum and
oscillates, at -1 it oscillates without end, beyond -1 it diverges. Theory and run side by side, and a picture
of the zigzag, and a page on which the rate can be chosen.
Run it: python examples/14_overshoot.py
"""

from helpers.lesson import begin
from helpers.pages import save_drawn
from helpers.pictures import save

from microgd import GradientDescent, History, Value, descend, grad, plots
from microgd.pictures import play_descent

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
save(
    ax,
    out / "zigzag.svg",
    "between two steps a line crosses the valley: nearer each time at 0.23, not at 0.27",
)
see = "turn the rate past its mark: the ball walks, zigzags, and is thrown out"
save_drawn(lambda: play_descent(error, -0.7, 1.5, 0.9, 0.05), out / "page.html", see)
print("\nNext, learning_rates: How large may the learning rate be?")

# %% Exercises
# 1. At which rate does each step land at a tenth of the distance, on the other side?
# 2. With the input 4 in place of 2, at which rate is the knob there at once?
#
# Answers
# 1. 0.1375: 1 - 0.1375 * 8 is -0.1.
# 2. 0.03125, a quarter: the second derivative is 2 * 4^2 = 32.
