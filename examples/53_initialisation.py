"""Initialisation: signals that vanish, signals that explode, and two initialisations that prevent both.

What you will see: numbers go forward through ten layers of 100 relu units, and a gradient comes back. Each
layer multiplies their mean square by (inputs) * (variance of the weights) / 2. He's initialisation makes
this factor 1; Xavier's, designed for tanh, makes it 1/2; weights from -1 to 1 make it 17. Theory and run
side by side. And a net whose weights are all 0 learns only its last bias.
Run it: python examples/53_initialisation.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import MLP, GradientDescent, History, descend, init, losses, plots

out = begin(__doc__)  # --help, and --out for the pictures

WIDTH, DEPTH = 100, 10
rng = np.random.default_rng(0)


# %% Forward through the layers, and back
def sizes(initialise) -> tuple[np.ndarray, np.ndarray]:
    """The root mean square of what comes out of each layer, and of its gradient."""
    net = MLP(*[WIDTH] * (DEPTH + 1), 1, initialise=initialise, rng=0)
    signals = [rng.normal(size=(200, WIDTH))]
    for layer in net.layers[:-1]:
        signals.append(layer(signals[-1]))
    (signals[-1] * rng.normal(size=(200, WIDTH))).sum().backward()
    return (
        np.array([np.sqrt(np.mean(signal.data**2)) for signal in signals[1:]]),
        np.array([np.sqrt(np.mean(signal.grad**2)) for signal in signals[1:]]),
    )


RECIPES = {
    "He": (init.he, 2 / WIDTH),
    "Xavier": (init.xavier, 2 / (WIDTH + WIDTH)),
    "uniform, -1 to 1": (init.uniform, 1 / 3),
}
print("what leaves the first and the tenth layer; factor a layer, of the mean square: theory, run, gradient")
forward = {}
for name, (initialise, variance) in RECIPES.items():
    front, back = sizes(initialise)
    forward[name] = front
    theory = WIDTH * variance / 2
    there = (front[-1] / front[0]) ** (2 / (DEPTH - 1))
    again = (back[0] / back[-1]) ** (2 / (DEPTH - 1))
    print(f"  {name:<16}  {front[0]:5.2f}  {front[-1]:<9.3g}  {theory:5.2f}  {there:5.2f}  {again:5.2f}")

# %% All 0: nothing comes out, so nothing comes back, and nothing is learned
points = rng.normal(size=(100, 2))
goals = (points[:, 0] * points[:, 1] > 0) * 1.0  # two opposite corners against the other two
print("\na net 2 -> 8 -> 1 on two opposite corners against the other two, 300 steps")
for initialise in (init.zeros, init.he):
    net = MLP(2, 8, 1, initialise=initialise, rng=0)
    optimizer = GradientDescent(net.parameters, 0.5)
    history = History(
        descend(lambda net=net: losses.binary_cross_entropy(net(points)[:, 0], goals).mean(), optimizer, 300)
    )
    right = np.mean((net(points).data[:, 0] > 0) == (goals == 1))
    moved = np.ptp(history.parameters["layer1.weight"], axis=0).max()
    print(f"  {initialise.__name__:<10}  error {history.error[0]:.4f} -> {history.error[-1]:.4f}", end="")
    print(f"  {right:.0%} right; the hidden weights moved by up to {moved:.2f}")

# %% Picture
ax = plots.style.new_axes()
for (name, front), style in zip(forward.items(), plots.style.STYLES):
    ax.semilogy(np.arange(1, DEPTH + 1), front, **style, label=name)
ax.set(xlabel="layer", ylabel="root mean square of the signal")
plots.style.legend_below(ax)
save(ax, out / "signals.svg", "only one of the three stays level; a straight line here is a factor a layer")
print("\nNext, by_heart: What if a net learns its examples by heart?")

# %% Exercises
# 1. By which factor a layer does He's initialisation change the mean square if a layer is twice as wide?
# 2. All weights start at 0.5 in place of 0. How many different hidden units does the net of 8 end up with?
#
# Answers
# 1. By none: its variance 2 / inputs falls as the width grows, so the factor stays 1.
# 2. One: equal units get equal gradients for ever. The first weights must differ, so they are drawn.
