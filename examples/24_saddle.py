"""A saddle: no slope, and yet no pit; down in one direction, up in another.

What you will see: the error x^2 - y^2 + y^4 / 4 of two weights. A descent from (1, 0) "converges" at the
saddle, where the gradient is 0. A descent from a millionth beside it leaves the saddle and finds a minimum.
What tells the places apart is the Hessian, the table of the second derivatives: its eigenvalues are the
curvatures, positive in a direction that bends upwards, negative in one that bends downwards. A picture of
both descents. Run it: python examples/24_saddle.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, Value, descend, grad, hessian, plots

out = begin(__doc__)  # --help, and --out for the pictures


# %% A mountain pass: x leads down to it, y leads down from it on both sides
def error(w):
    x, y = w
    return x**2 - y**2 + y**4 / 4


def descent(start: list[float]) -> History:
    w = Value(start, name="w")
    return History(descend(lambda: error(w), GradientDescent([w], 0.1), steps=1000))


# %% Two starts
runs = {f"from ({x:g}, {y:g})": descent([x, y]) for x, y in ((1.0, 0.0), (1.0, 1e-6))}
for name, history in runs.items():
    x, y = history.parameters["w"][-1]
    print(f"{name}: {history.reason} at step {history.step[-1]}")
    print(f"  at ({x:.4f}, {y:.4f}), error {history.error[-1]:.4f}, ", end="")
    print(f"gradient norm {history.gradient_norm[-1]:.1e}")

# %% Both gradients are almost 0. The Hessian tells which is which
print("\n place            curvatures        it is")
for history in runs.values():
    place = history.parameters["w"][-1]
    curvatures = np.linalg.eigvalsh(hessian(error)(place))
    kind = "a minimum" if curvatures.min() > 0 else "a saddle"
    print(f" ({place[0]:.4f}, {place[1]:.4f})  {curvatures[0]:+.4f}, {curvatures[1]:+.4f}   {kind}")

# %% How long it takes to leave: y grows by the factor 1 + rate * 2 a step while it is small
walked = runs["from (1, 1e-06)"].parameters["w"][:, 1]
needed = int(np.ceil(np.log(0.1 / 1e-6) / np.log(1 + 0.1 * 2)))
seen = int(np.argmax(walked >= 0.1))
print(f"\nfrom a millionth to a tenth at 1.2 a step: {needed} steps; in the run {seen}")
slow = np.linalg.norm(grad(error)(runs["from (1, 1e-06)"].parameters["w"][40]))
print(f"at step 40 its gradient is {slow:.4f} long: a run that stopped here would seem to have arrived")

# %% Pictures
ax = plots.error_contour(error, (-1.4, 1.4), (-0.6, 1.9), dict(reversed(runs.items())))
ax.plot(0, 0, "X", color="#222222", markersize=11, zorder=6)
ax.annotate("saddle", (0, 0), (-8, -16), textcoords="offset points", ha="right")
ax.set(xlabel="x", ylabel="y")
save(ax, out / "pass.svg", "one descent stops on the pass, the other turns there and goes down to the star")
surface = plots.error_surface(error, (-1.4, 1.4), (-1.9, 1.9), runs["from (1, 1e-06)"])
surface.set(xlabel="x", ylabel="y")
surface.view_init(elev=38, azim=-25)
save(surface, out / "surface.svg", "the shape of a saddle: a valley along x, a ridge along y")
print("\nNext, chain_rule: Where do the derivatives come from?")

# %% Exercises
# 1. Where does the descent from (1, -0.000001) end, and with which error?
# 2. Of x^2 + y^2 the place (0, 0) has no slope either. What are its curvatures, and what is it?
# 3. With ten weights and curvatures of random sign, how probable is it that all ten are positive?
#
# Answers
# 1. At y = -1.4142, with the error -1: the other minimum, equally deep.
# 2. 2 and 2: a minimum.
# 3. 1 / 1024: with many weights a place without slope is hardly ever a pit, most are saddles.
