"""Watch the process, not the result: a parameter walking to the minimum.

What you will see: `descend` is a generator, so a plain for loop sees each step: parameter, derivative,
error. The derivative shrinks with the distance, and the steps with it. On a parabola each step multiplies the
distance by the same factor, so the number of steps can be predicted: the run agrees. Then the whole run in
one picture. Run it: python examples/13_watch_the_walk.py
"""

import math

from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, Value, descend, grad, plots

out = begin(__doc__)  # --help, and --out for the pictures


# %% A parabola with its minimum 1 at 3
def error(x):
    return (x - 3) ** 2 + 1


LEARNING_RATE, START = 0.1, -1.0

# %% Watching. An optimizer turns parameters, here by learning rate * gradient; descend asks it for step after
# step, and yields each before it is taken. The gradient is the list of the derivatives, here of a single one
x = Value(START, name="x")
print("step         x  derivative      error")
for step in descend(lambda: error(x), GradientDescent([x], LEARNING_RATE), steps=10):
    print(f"{step.number:4}  {step.parameters['x']:8.5f}  {x.grad:10.5f}  {step.error:9.6f}")

# %% When will it be there? The distance is multiplied by 1 - rate * (second derivative) each time.
# The second derivative is the slope of the slope: grad(error) is the slope, so it is grad(grad(error)).
factor = 1 - LEARNING_RATE * grad(grad(error))(START)
needed = math.ceil(math.log(1e-6 / abs(START - 3)) / math.log(factor))
print(f"\nthe distance shrinks by {factor:g} a step: within 0.000001 of the minimum after {needed} steps")

x = Value(START, name="x")  # a History keeps all steps of a descent
history = History(descend(lambda: error(x), GradientDescent([x], LEARNING_RATE), steps=200))
walked = history.parameters["x"]
print(f"in the run: after {next(i for i, place in enumerate(walked) if abs(place - 3) <= 1e-6)} steps")
print(history.message)

# %% Pictures
see = "the steps shorten as the curve flattens, and no rule had to say so"
save(plots.paths_on_curve(error, -1.5, 7.5, walked), out / "walk.svg", see)
see = "the gradient falls on a straight line, as its scale is logarithmic: by the same factor each step"
save(plots.history_panels(history)[0], out / "sheet.svg", see)
print("\nNext, overshoot: What happens if a step is too long?")

# %% Exercises
# 1. The error ends at 1, not at 0. Does that show in the derivative? What if the 1 is left out?
# 2. How many steps does the walk need at rate 0.3, to be within 0.000001?
#
# Answers
# 1. No: a number that is added to all errors alike changes no slope, so no step either.
# 2. 17: a step leaves 1 - 0.3 * 2 = 0.4 of the distance.
