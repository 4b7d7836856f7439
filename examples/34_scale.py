"""Scale: inputs of different size make a long valley, and standardised inputs a round bowl.

What you will see: a prediction from two inputs, one that spreads by 3 and one by 20, and a bias (a weight
without an input). As they are, gradient descent does not arrive in 20,000 steps; with their means taken out
it takes thousands, with the spread divided out as well a single one. Each runs at half of its largest stable
rate. What decides is the ratio of the largest curvature to the smallest. Pictures of the valley and of the
bowl. Run it: python examples/34_scale.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, Value, descend, hessian, plots
from microgd.learning import History, largest_stable_rate

out = begin(__doc__)  # --help, and --out for the pictures

# %% Four dogs: age in years, length in cm; the goal is a weight in kg that both determine
raw = np.array([[1.0, 30.0], [1.0, 70.0], [7.0, 30.0], [7.0, 70.0]])
goal = raw @ [0.5, 0.3] + 1
centred = raw - raw.mean(axis=0)
standardised = centred / raw.std(axis=0)  # mean 0 and standard deviation (spread) 1: no unit is left
print(f"spread of the inputs: {raw.std(axis=0)[0]:g} and {raw.std(axis=0)[1]:g}")


def error_of(input):
    """The error as a function of three weights: one for each input, and the bias."""
    return lambda w: np.mean((input @ w[:2] + w[2] - goal) ** 2)


# %% Three descents, each at half of its largest stable rate; curvatures are second derivatives
print("\n inputs        curvatures            ratio      rate   steps  error at the end")
errors, curvatures, runs = {}, {}, {}
for name, input in {"raw": raw, "centred": centred, "standardised": standardised}.items():
    w, error = Value(np.zeros(3), name="w"), error_of(input)
    rate = largest_stable_rate(lambda: error(w), [w]) / 2  # noqa: B023, it is called in this round
    steps = descend(lambda: error(w), GradientDescent([w], rate), 20_000, ftol=None)  # noqa: B023
    errors[name], runs[name] = error, History(steps)
    low, *_, high = curvatures[name] = np.linalg.eigvalsh(hessian(error)(np.zeros(3)))
    print(f" {name:12}  {low:5.3g} to {high:<8.6g}  {high / low:8,.0f}  {rate:.6f}  ", end="")
    print(f"{runs[name].step[-1]:6,}  {runs[name].error[-1]:.1e}: {runs[name].reason}")

# %% Why: the steepest direction limits the rate, and the flattest has to live with it
print()
for name, (low, *_, high) in curvatures.items():
    print(
        f"{name}: a step leaves 1 - {low:.3g} / {high:.6g} = {1 - low / high:.6f} of the flattest direction"
    )

# %% Back to years and centimetres: divide by the spread, and put the means into the bias
w = runs["standardised"].parameters["w"][-1]
knobs = w[:2] / raw.std(axis=0)
print(f"\nin the old units: {knobs[0]:.4f} kg a year, {knobs[1]:.4f} kg a cm, ", end="")
print(f"bias {w[2] - raw.mean(axis=0) @ knobs:.4f}: what the goals were made with")

# %% Pictures: the error over both weights, the bias as it ends
for name, reach, see in (
    ("centred", 1.0, "a narrow valley: one step to its floor, and thousands along it"),
    ("standardised", 8.0, "a round bowl: the step against the gradient leads to its middle"),
):
    *_, bias = runs[name].parameters["w"][-1]
    path = runs[name].parameters["w"][:, :2]
    path = np.vstack([path[:40], path[40::200]])  # of thousands of steps, some
    over_two = lambda w, name=name, bias=bias: errors[name](np.append(w, bias))  # noqa: E731
    ax = plots.error_contour(over_two, (-reach, reach), (-reach, reach), path)
    ax.set(xlabel="knob of the age", ylabel="knob of the length")
    save(ax, out / f"{name}.svg", see)
print("\nNext, plateau: What if there is hardly a slope?")

# %% Exercises
# 1. Give the length in metres, and leave the means in. Is the ratio of the curvatures larger or smaller?
# 2. At which share of its largest stable rate does the standardised descent need more than one step?
#
# Answers
# 1. Smaller, 822: the unit alone makes a valley or takes it away, so it should not decide.
# 2. At any other than half: all its curvatures are 2, so only the rate 1 / 2 makes 1 - rate * 2 zero.
