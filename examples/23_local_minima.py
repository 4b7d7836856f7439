"""Local minima (pits): the end of a descent depends on its start.

What you will see: an error over one knob with three pits, and ten descents from ten starts. All of them
converge: the gradient is almost 0, the error flat. This says that a pit was found, not that it is the
deepest; only another start can tell, so `restarts` keeps the best. The maxima between the pits, where the
slope is 0 and the second derivative negative, are found too: they are the borders between the starts.
Run it: python examples/23_local_minima.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, Momentum, Value, grad, plots
from microgd.learning import Pit, restarts

out = begin(__doc__)  # --help, and --out for the pictures


# %% Hills and pits
def error(knob_weight):
    return 0.05 * (knob_weight - 1) ** 2 + 0.5 * np.sin(2 * knob_weight) + 0.6


knob_weight = Value(0.0, name="knob_weight")
starts = np.linspace(-5, 4, 10)


# %% Ten descents
def descents(optimizer, rate: float, starts, **options: float) -> list[Pit]:
    return restarts(lambda: error(knob_weight), lambda: optimizer([knob_weight], rate, **options), starts)


pits = descents(GradientDescent, 0.2, starts)
for pit in pits:
    where = pit.parameters["knob_weight"]
    come = ", ".join(f"{start['knob_weight']:g}" for start in pit.starts)
    print(f"pit at {where:+.4f}, error {pit.error:.4f}, from the starts {come}")
    print(f"  its slope {grad(error)(where):.0e}, its second derivative {grad(grad(error))(where):.2f}")
print(f"the best is kept: the knob is now at {knob_weight:.4f}")


# %% Stuck: the error is flat and the slope almost 0, and another start does better
stuck, best = pits[-1].descents[0], pits[0].descents[0]
print("\n step   error from -5   slope   error from 1   slope")
for step in (0, 5, 10, 20, 30):
    rows = [(run.error[step], run.gradient_norm[step]) for run in (stuck, best)]
    print(f" {step:4}   " + "   ".join(f"{error:13.6f}   {slope:.0e}" for error, slope in rows))
print("both look alike: flat, and no slope left. Only beside the other is one of them seen to be stuck")


# %% The borders: tops of hills, where the slope turns from positive to negative
def top(low: float, high: float) -> float:
    """Halving."""
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if grad(error)(middle) > 0 else (low, middle)
    return low


borders = [top(-3.5, -1.0), top(-0.5, 2.0)]
print(f"\nthe hills between them are at {borders[0]:+.4f} and {borders[1]:+.4f}; a hair beside the first:")
beside = [borders[0] - 1e-3, borders[0] + 1e-3]
pair = descents(GradientDescent, 0.2, beside)
for pit in pair:
    print(f"  from {pit.starts[0]['knob_weight']:+.4f} to {pit.parameters['knob_weight']:+.4f}")

# %% Momentum: to each step comes 0.95 of the step before. A ball with inertia may roll through a shallow pit;
# which one it stops in depends on its rate
print("\nfrom -5 with momentum 0.95")
for rate in (0.01, 0.02, 0.05):
    (end,) = descents(Momentum, rate, [-5.0], momentum=0.95)
    print(f"  rate {rate}: to {end.parameters['knob_weight']:+.4f}, error {end.error:.4f}")

# %% Pictures
save(plots.error_curve(error, -5.3, 4.2), out / "pits.svg", "three pits; a start sees only the nearest")
runs = [pit.descents[0] for pit in pits]
paths = {f"from {run.steps[0].parameters['knob_weight']:g}: {run.error[-1]:.2f}": run for run in runs}
see = "each descent ends in the pit of its side of the hill"
save(plots.paths_on_curve(error, -5.3, 4.2, paths), out / "descents.svg", see)
see = "two errors that both become flat, one of them far too high"
flat = plots.history({"from -5: stuck": stuck, "from 1: in the deepest pit": best})
flat.set_yscale("linear")
save(flat, out / "stuck.svg", see)
print("\nNext, saddle: Is every place without a slope a pit?")

# %% Exercises
# 1. What share of the starts between -5 and 4 leads to the deepest pit?
# 2. From ten random starts, each as in 1, how probable is it that none leads there?
#
# Answers
# 1. 0.358, all from the hill at 0.7741 to 4.
# 2. 0.012, as (1 - 0.358)^10: with ten restarts the search misses it once in eighty times.
