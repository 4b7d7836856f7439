"""Why the miss is squared: no sign, large misses count most, and the slope shrinks at the goal.

What you will see: five misses and their squares; an archer whose misses cancel though no arrow hits; and five
weighings of a cat, one of them mistyped: the squared error ends at their mean, which the wrong one pulls
away, the absolute error (the miss without its sign) at their median, the one in the middle. A picture of
both. Run it: python examples/16_why_squared.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save
from matplotlib.figure import Figure

from microgd import GradientDescent, History, Value, descend, grad, plots

out = begin(__doc__)  # --help, and --out for the pictures

# %% Below 1 a square is smaller than its miss, above 1 larger: near misses are forgiven, far ones are not
print("  miss  squared")
for miss in (-2, -0.5, 0.1, 2, 10):
    print(f" {miss:5g}  {miss**2:7.4g}")

# %% An archer: two arrows to the left, two to the right
arrows = np.array([-2.0, 2.0, -1.0, 1.0])
print(f"\nan archer misses by {', '.join(f'{x:+g}' for x in arrows)}: the mean miss is {np.mean(arrows):g},")
print(f"as of one who always hits; the mean squared miss is {np.mean(arrows**2):g}, and 0 only for that one")

# %% A cat, weighed five times; once the decimal point was forgotten
weighings = np.array([4.0, 4.1, 4.2, 4.3, 43.0])


def squared(cat_weight):
    return np.mean((cat_weight - weighings) ** 2)


def absolute(cat_weight):
    return np.mean(abs(cat_weight - weighings))


def descent(error, rate: float) -> np.ndarray:
    """The weight after each of 500 steps."""
    cat_weight = Value(8.0, name="cat_weight")
    steps = descend(lambda: error(cat_weight), GradientDescent([cat_weight], rate), 500, gtol=None, ftol=None)
    return History(steps).parameters["cat_weight"]


with_squares, with_sizes = descent(squared, 0.1), descent(absolute, 0.1)
print(f"\nweighings {', '.join(f'{x:g}' for x in weighings)} kg: what does the cat weigh?")
print(f"  least squared error   {with_squares[-1]:.4f}, their mean {np.mean(weighings):.4f}")
print(f"  least absolute error  {with_sizes[-1]:.4f}, their median {np.median(weighings):.4f}")

# %% The price of the absolute error: its slope does not shrink on the way, so the steps do not either
print("\n  kg    slope of the squared error   of the absolute error")
for weight in (14.0, 12.0, 11.93, 4.25, 4.15):
    print(f"  {weight:5.2f}  {grad(squared)(weight):+25.3f}  {grad(absolute)(weight):+22.3f}")
swing = np.ptp(with_sizes[-100:])
print(f"in its last 100 steps the one moved by {np.ptp(with_squares[-100:]):.3f}, the other by {swing:.3f}")

# %% Picture
left, right = Figure(figsize=(9.0, 3.6), layout="constrained").subplots(1, 2)
plots.error_curve(squared, 0, 24, ax=left).set_title("squared error: to the mean")
plots.error_curve(absolute, 0, 24, ax=right).set_title("absolute error: to the median")
for ax in (left, right):
    ax.set_xlabel("cat_weight, kg")
    ax.spines[["top", "right"]].set_visible(False)
save(left, out / "mean_and_median.svg", "one mistyped weighing moves the left minimum by 8 kg, not the right")
print("\nNext, predict_compare_learn: What is learning, in three words?")

# %% Exercises
# 1. The fourth power has no sign either. To which weight does its mean lead, from 8 kg at rate 0.0001?
# 2. Take the mistyped weighing out. How far apart are mean and median then?
#
# Answers
# 1. 19.16 kg, farther yet from the cat: the larger the power, the more the largest miss decides.
# 2. Not at all: both are 4.15 kg. The choice of the error matters where data are wrong.
