"""Local minima (pits): the end of a descent depends on its start.

What you will see: an error over one knob with three pits, and ten descents from ten starts. All of them
converge: the gradient is almost 0, the error flat. This says that a pit was found, not that it is the
deepest; only another start can tell, so `restarts` keeps the best. The maxima between the pits, where the
slope is 0 and the second derivative negative, are found too: they are the borders between the starts. Run
it: python examples/23_local_minima.py
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

# %% A ball with inertia may roll through a shallow pit; which one it stops in depends on its rate
print("\nfrom -5 with momentum 0.95")
for rate in (0.01, 0.02, 0.05):
    (end,) = descents(Momentum, rate, [-5.0], momentum=0.95)
    print(f"  rate {rate}: to {end.parameters['knob_weight']:+.4f}, error {end.error:.4f}")

# %% Pictures
save(plots.error_curve(error, -5.3, 4.2), out / "pits.svg")
runs = [pit.descents[0] for pit in pits]
paths = {f"from {run.steps[0].parameters['knob_weight']:g}: {run.error[-1]:.2f}": run for run in runs}
save(plots.paths_on_curve(error, -5.3, 4.2, paths), out / "descents.svg")
