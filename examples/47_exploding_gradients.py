"""Exploding gradients: seen in the history, named by `descend`, and prevented by clipping.

What you will see: a knob that is applied 30 times in a row, as in a recurrent net, so the prediction grows
like knob^30 and the gradient with it. One step too far, and the next one overflows. `descend` names the
step, the learning rate, and the operation that computed the first number that is not finite; the history
shows the gradient growing before. With the gradient clipped the same run converges to 10^(1/30), the
solution. Run it: python examples/47_exploding_gradients.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, Value, descend, grad, plots, transforms

out = begin(__doc__)  # --help, and --out for the pictures

ROUNDS, GOAL_PRED = 30, 1.0


# %% The same knob, 30 times
def error(knob_weight):
    hidden = 0.1
    for _ in range(ROUNDS):
        hidden = hidden * knob_weight
    return (hidden - GOAL_PRED) ** 2


answer = (GOAL_PRED / 0.1) ** (1 / ROUNDS)
print(f"0.1 * knob^30 = 1 for knob = 10^(1/30) = {answer:.6f}")
print(" knob  gradient of the error")
for knob in (0.8, 1.0, 1.1, 1.2, 1.3):
    print(f"  {knob}  {grad(error)(knob):.3g}")


# %% From 1.2: plain, and with the gradient clipped
def run(*transforms) -> tuple[History, Value]:
    knob_weight = Value(1.2, name="knob_weight")
    optimizer = GradientDescent([knob_weight], 0.0004, transforms)
    return History(descend(lambda: error(knob_weight), optimizer, steps=3000, dtol=np.inf)), knob_weight


plain, _ = run()
print("\nplain:\n  " + plain.message.replace(". ", ".\n  "))
print("  the gradient's norm, step by step: " + ", ".join(f"{norm:.3g}" for norm in plain.gradient_norm))
runs = {"plain": plain}
for name, transform in {
    "clipped by norm to 10": transforms.clip_by_norm(10.0),
    "clipped by value to 10": transforms.clip_by_value(10.0),
}.items():
    runs[name], knob_weight = run(transform)
    print(f"{name}: {runs[name].reason} at step {runs[name].step[-1]}, knob {knob_weight:.6f}")
print("with a single weight there is no direction to keep, so the two ways of clipping are one:")
both = (
    transforms.clip_by_norm(5.0)([np.array([30.0, 0.4])], []),
    transforms.clip_by_value(5.0)([np.array([30.0, 0.4])], []),
)
print(f"  of the gradient [30, 0.4] they make {both[0][0].round(3)} and {both[1][0]}")

# %% Pictures: the error on a logarithmic scale, because one step changes it by 54 powers of ten
ax = plots.style.new_axes()
knobs = np.linspace(-11, 2, 2000)
ax.plot(knobs, error(knobs), color="#666666")
walk = np.append(plain.parameters["knob_weight"][:1], 1.2 - 0.0004 * grad(error)(1.2))
ax.plot(walk, error(walk), "o--", color="#b85000", label=f"plain: from 1.2 to {walk[1]:.1f} in one step")
clipped = runs["clipped by norm to 10"].parameters["knob_weight"]
ax.plot(
    clipped,
    error(clipped),
    "s",
    color="#0b6fb8",
    label=f"clipped: {len(clipped) - 1} steps to {clipped[-1]:.2f}",
)
ax.set(xlabel="knob_weight", ylabel="error", yscale="log", ylim=(1e-12, 1e66))
ax.legend(frameon=False, loc="upper right")
save(ax, out / "cliff.svg", "a step down the right wall lands 54 powers of ten higher on the left one")
del runs["clipped by value to 10"]
ax = plots.history(runs, "gradient_norm")
ax.set_ylim(1e-10, 1e60)
save(ax, out / "norms.svg", "the gradient grows by 53 powers of ten in a step, or falls when it is clipped")
print("\nNext, why_bend: Why must a net bend?")

# %% Exercises
# 1. How large may the rate be for a plain step from 1.2 to end above 1, and how many steps does it take then?
# 2. Clip by norm to 100, then to 1000. Do the runs arrive, and in how many steps?
#
# Answers
# 1. Below 7.4e-06, and at 7e-06 it takes 1,804 steps: the rate that the start allows is too small later.
# 2. To 100 in 11 steps. To 1000 not in 3,000: its first step leads to 0.80, where there is hardly a slope.
