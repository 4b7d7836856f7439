"""Two weights: the error is a surface, the gradient an arrow that points straight uphill.

What you will see: a net with two knobs and the error over both. The gradient, the two partial derivatives
together, is compared with 360 directions: none climbs as steeply. Along a contour line the slope is 0, so the
gradient is perpendicular to it. Then the descent, on the contour map and in three dimensions.
Run it: python examples/32_two_weights.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, KnobNet, descend, plots, value_and_grad

out = begin(__doc__)  # --help, and --out for the pictures

# %% Two inputs, four examples; the knobs 1.5 and -0.5 would predict them all
input = np.array([[1.0, 0.4], [0.3, 1.0], [1.2, 0.9], [0.2, 0.7]])
goal_pred = input @ [1.5, -0.5]


def error(knob_weight):
    return np.mean((input @ knob_weight - goal_pred) ** 2)


# %% The gradient, and every direction tried by hand
start = np.array([1.6, 1.2])
here, gradient = value_and_grad(error)(start)
angles = np.arange(360)
directions = np.column_stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))])
climbs = np.array([(error(start + 1e-6 * d) - error(start - 1e-6 * d)) / 2e-6 for d in directions])
steepest = angles[climbs.argmax()]
points_to = np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
print(f"at {start} the error is {here:.4f} and its gradient {gradient}")
print(f"  of 360 directions the steepest climb is at {steepest} degrees: {climbs.max():.4f} per unit")
print(f"  the gradient points to {points_to:.1f} degrees and is {np.hypot(*gradient):.4f} long")
level = np.array([-gradient[1], gradient[0]]) / np.hypot(*gradient)
print(f"  at right angles to it the slope is {(error(start + 1e-6 * level) - here) / 1e-6:.6f}")

# %% The way down: the same net, both knobs at once
net = KnobNet(start)
optimizer = GradientDescent(net.parameters, learning_rate=0.4)
history = History(descend(lambda: net.compare(net.predict(input), goal_pred), optimizer, steps=1000))
print(f"\n{history.message}")
print(f"knobs {history.parameters['knob_weight'][-1]}")

# %% Pictures
x, y = (-1.0, 2.5), (-1.2, 1.6)
ax = plots.error_contour(error, x, y, {"gradient descent": history})
see = "the step crosses the contour line at a right angle; later ones follow the valley"
save(plots.gradient_and_step(error, start, learning_rate=0.4, ax=ax), out / "map.svg", see)
surface = plots.error_surface(error, x, y, {"gradient descent": history})
see = "the gradient's arrow points uphill along the surface, the step the other way"
save(plots.gradient_on_surface(error, start, learning_rate=0.4, ax=surface), out / "surface.svg", see)
print("\nNext, one_weight_at_a_time: Why not turn one weight at a time?")

# %% Exercises
# 1. How steep is the climb at 60 degrees to the gradient, as a share of the steepest?
# 2. Which of the two knobs does the first step turn more, and why?
#
# Answers
# 1. Half, the cosine of 60 degrees.
# 2. The second, 1.2 where -0.5 is right: its partial derivative is the larger one, 2.19 to 1.76.
