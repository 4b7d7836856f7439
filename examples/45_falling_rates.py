"""Schedules: the learning rate as a function of the step.

What you will see: a knob that learns the mean of noisy measurements, one at a time. At a constant rate it
approaches the mean and then fluctuates, with variance rate * noise / (L (2 - rate * L)), where L is the
second derivative: theory and run. A falling rate removes the fluctuation. Seven schedules, their curves and
their results here. Run it: python examples/45_falling_rates.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save
from matplotlib.figure import Figure

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
save(ax, out / "rates.svg", "seven ways down from the same rate, two of which begin low or come back up")
names = ("constant", "cosine", "inverse time")
for ax, name in zip(
    Figure(figsize=(6.4, 5.4), layout="constrained").subplots(3, sharex=True), names, strict=True
):
    ax.axhline(TRUTH, color="#b85000", linewidth=1)
    ax.plot(runs[name].step, runs[name].parameters["knob_weight"], color="#0b6fb8", linewidth=0.8)
    ax.set(ylabel="knob_weight", ylim=(0.5, 3.5))
    ax.set_title(name, loc="left")
    ax.spines[["top", "right"]].set_visible(False)
ax.set_xlabel("step")
save(
    ax,
    out / "knob.svg",
    "the same measurements: the constant rate trembles to the end, the others come to rest",
)
print("\nNext, race: Which optimizer is the best?")

# %% Exercises
# 1. Which constant rate trembles with a variance of 0.01, by the formula?
# 2. Take the rate 1 / (2 (step + 1)). Where does the knob end, and why?
#
# Answers
# 1. 1 / 101 = 0.0099. (The second half of the run has 0.0145: a thousand steps are few for so small a rate.)
# 2. At 1.9720, the mean of the 2,000 measurements that it used: this rate computes the mean step by step.
