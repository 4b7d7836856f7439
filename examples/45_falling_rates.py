"""Schedules: the learning rate as a function of the step.

What you will see: a knob that learns the mean of noisy measurements, one at a time. At a constant rate it
approaches the mean and then fluctuates, with variance rate * noise / (L (2 - rate * L)), where L is the
second derivative: theory and run. A falling rate removes the fluctuation. Seven schedules, their curves and
their results here. Run it: python examples/45_falling_rates.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, History, Value, descend, plots, schedules

out = begin(__doc__)  # --help, and --out for the pictures

# %% Measurements of 2, each off by about 1
STEPS, TRUTH = 2000, 2.0
measured = np.random.default_rng(0).normal(TRUTH, 1.0, STEPS + 1)


def run(schedule) -> History:
    """From -8; the error of a step is that of one measurement."""
    knob_weight, measurements = Value(-8.0, name="knob_weight"), iter(measured)
    optimizer = GradientDescent([knob_weight], schedule)
    descent = descend(lambda: (knob_weight - next(measurements)) ** 2, optimizer, STEPS, gtol=None, ftol=None)
    return History(descent)


# %% A constant rate: how much the knob trembles
SECOND_DERIVATIVE, NOISE = 2.0, 4.0  # of (knob - goal)^2; the variance of its slope, 2 (knob - goal)
print("constant rate: variance of the knob in the second half, theory and run")
for rate in (0.3, 0.1, 0.03):
    theory = rate * NOISE / (SECOND_DERIVATIVE * (2 - rate * SECOND_DERIVATIVE))
    seen = np.mean((run(schedules.constant(rate)).parameters["knob_weight"][STEPS // 2 :] - TRUTH) ** 2)
    print(f"  rate {rate:<4}  {theory:.4f}  {seen:.4f}")

# %% Seven schedules
SCHEDULES = {
    "constant": schedules.constant(0.1),
    "step decay": schedules.step_decay(0.1, factor=0.3, every=500),
    "exponential decay": schedules.exponential_decay(0.1, factor=0.1, every=1000),
    "inverse time": schedules.inverse_time_decay(0.1, half_at=100),
    "cosine": schedules.cosine(0.1, steps=STEPS),
    "cyclic": schedules.cyclic(0.005, 0.1, half_cycle=250),
    "warm-up, then cosine": schedules.warm_up(200, then=schedules.cosine(0.1, steps=STEPS - 200)),
}
print(f"\n{'rate at step':<22}      0     250    1100    2000  distance from 2, mean of the last 100")
runs = {name: run(schedule) for name, schedule in SCHEDULES.items()}
for name, history in runs.items():
    rates = "  ".join(f"{history.learning_rate[step]:.4f}" for step in (0, 250, 1100, 2000))
    print(f"{name:<22} {rates}  {np.mean(abs(history.parameters['knob_weight'][-100:] - TRUTH)):.3f}")
print(f"{'the mean of them all':<22} {'':>30}  {abs(measured.mean() - TRUTH):.3f}")

# %% Pictures: the rates, and the knob under three of them
ax = plots.history(runs, "learning_rate")
ax.set(yscale="linear", ylim=(0, 0.105))
save(ax, out / "rates.svg")
ax = plots.style.new_axes()
for name, style in zip(("constant", "cosine", "inverse time"), plots.style.STYLES):
    knob = runs[name].parameters["knob_weight"][::10]
    ax.plot(runs[name].step[::10], knob, label=name, color=style["color"], linestyle=style["linestyle"])
ax.set(xlabel="step", ylabel="knob_weight", ylim=(1, 3))
plots.style.legend_below(ax)
save(ax, out / "knob.svg")
