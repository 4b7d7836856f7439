"""Two moons: a decision boundary that is not a straight line.

What you will see: two interleaved half circles of points. A net without a hidden layer finds the best
straight line and remains wrong on some points; a net with two hidden layers of 16 relu units (0 below 0, the
number itself above) bends the boundary around the moons until all points are right, and nearly all of 1000
new ones. Pictures of both boundaries, and a page on which the net learns.
Run it: python examples/52_two_moons.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pages import save_drawn
from helpers.pictures import save

from microgd import MLP, GradientDescent, History, descend, losses, plots, sigmoid
from microgd.pictures import play_net

out = begin(__doc__)  # --help, and --out for the pictures


# %% The points
def two_moons(n: int, noise: float, rng) -> tuple[np.ndarray, np.ndarray]:
    """n points on two interlocking half circles, shaken by noise; 0 for the upper moon, 1 for the lower."""
    angle, lower = np.pi * rng.random(n), np.arange(n) % 2
    x = np.where(lower, 1 - np.cos(angle), np.cos(angle))
    y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle))
    return np.column_stack([x, y]) + rng.normal(0, noise, (n, 2)), lower.astype(float)


rng = np.random.default_rng(0)
points, goals = two_moons(200, 0.1, rng)
new_points, new_goals = two_moons(1000, 0.1, rng)


# %% Two nets
def right(net: MLP, points, goals) -> float:
    return np.mean((net(points).data[:, 0] > 0) == (goals == 1))


groups = {"upper moon": points[goals == 0], "lower moon": points[goals == 1]}
runs = {}
for name, net, see in (
    ("straight", MLP(2, 1, rng=0), "the tips of both moons are on the wrong side of any line"),
    ("bent", MLP(2, 16, 16, 1, rng=0), "pieces of straight lines, one for each bend of a unit"),
):
    optimizer = GradientDescent(net.parameters, 0.3)
    runs[f"{net}"] = history = History(
        descend(lambda net=net: losses.binary_cross_entropy(net(points)[:, 0], goals).mean(), optimizer, 600)
    )
    print(f"{net}: error {history.error[0]:.3f} -> {history.error[-1]:.3f}; right on", end=" ")
    print(f"{right(net, points, goals):.1%} of its points", end=" and ")
    print(f"{right(net, new_points, new_goals):.1%} of new ones")
    ax = plots.decision_boundary(lambda x, net=net: sigmoid(net(x)), groups, labels=("x", "y"))
    save(ax, out / f"{name}.svg", see)

# %% How they learned
save(
    plots.history(runs),
    out / "errors.svg",
    "the line is done after a few steps, the net finds bend after bend",
)
page = out / "page.html"
save_drawn(lambda: play_net(data="two moons"), page, "press Play; then take away units until it fails")
print("\nNext, initialisation: Where should the weights start?")

# %% Exercises
# 1. Give the straight net 6,000 steps. On how many of its points is it right?
# 2. One hidden layer of 16 units: on how many of the 1000 new points is it right after 600 steps?
#
# Answers
# 1. On 87.5 %, half a point more in ten times the steps: it is at its end after 600.
# 2. On 99.0 %, and after 6,000 steps on 99.6 %: one layer bends as well, the second makes it learn sooner.
