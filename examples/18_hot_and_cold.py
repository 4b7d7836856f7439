"""Hot and cold: learning without a derivative, by trying up and trying down.

What you will see: a knob that is probed up and down, and turned to the warmer side, where the error is lower.
It finds the goal, in 1,101 rounds, and it cannot stop there, because every step is equally long. The
derivative does it in 26. A picture of both. Run it: python examples/18_hot_and_cold.py
"""

from helpers.lesson import begin
from helpers.pictures import save
from matplotlib.figure import Figure

from microgd import KnobNet, Value, losses
from microgd.learning import hot_cold

out = begin(__doc__)  # --help, and --out for the pictures

# %% One probe
print("one knob, probed up and down by 0.01")
knob_weight = Value(0.1)
probe = next(hot_cold(lambda: losses.squared_error(8.5 * knob_weight, 1), knob_weight, step_amount=0.01))
print(f"  error {probe.error:.6f} as it is, {probe.up:.6f} up, {probe.down:.6f} down: up is warmer")


# %% Again and again
def search(step_amount: float, rounds: int) -> list:
    """The probes of hot and cold learning, from the knob 0.5, towards 0.5 * knob_weight = 0.8."""
    knob_weight = Value(0.5)
    error = lambda: losses.squared_error(0.5 * knob_weight, 0.8)  # noqa: E731
    return list(hot_cold(error, knob_weight, step_amount=step_amount, steps=rounds))


print("\nhot and cold, again and again, by 0.001")
probes = search(0.001, 1105)
for probe in (probes[i] for i in (0, 1, 2, 1099, 1100, 1101, 1102, 1103)):
    print(f"  round {probe.number + 1:4}  knob {probe.knob_weight:.3f}  error {probe.error:.8g}")
print("  it arrives at the 1101st round and cannot stop: no step is smaller than 0.001")

print("\nlonger steps arrive sooner, and swing wider; they may miss the goal altogether")
for step_amount in (0.01, 0.15, 0.4):
    last = search(step_amount, 1200)[-4:]
    print(
        f"  by {step_amount:<5g} ends with knobs " + ", ".join(f"{probe.knob_weight:.2f}" for probe in last)
    )

# %% The same by the derivative, which says the amount too
net, errors = KnobNet(0.5), []
for _ in range(40):
    error = net.compare(net.predict(0.5), 0.8)
    net.learn(error, alpha=0.5)
    errors.append(error.item())
first = next(i for i, error in enumerate(errors) if error < 2.5e-7)
print(f"\nby the derivative the error is below 2.5e-07, a miss of one such step, at round {first + 1}")
print("each round costs one look forward and one back, where hot and cold needs three looks: here, up, down")

# %% Picture
ax = Figure(figsize=(7.0, 4.0), layout="constrained").subplots()
ax.semilogy([probe.error for probe in probes], color="#0072B2", label="hot and cold, by 0.001")
ax.semilogy(errors, color="#D55E00", linestyle="--", linewidth=2.4, label="by the derivative")
ax.set(xlabel="round", ylabel="error", ylim=(1e-9, 1))
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False)
save(ax, out / "rounds.svg", "the derivative is there at once; the other arrives late, and swings for ever")
print("\nNext, many_knobs: What if there are several inputs and several outputs?")

# %% Exercises
# 1. By 0.4 the knob ends swinging between two settings. Which is nearer to the goal, and how wrong is it?
# 2. Compare with staying: turn the knob only if that lowers the error. Where does it stop, by 0.4?
#
# Answers
# 1. 1.7, the other is 1.3: 0.5 * 1.7 misses 0.8 by 0.05, an error of 0.0025.
# 2. At 1.7 as well: staying is allowed now, and neither 1.3 nor 2.1 is better.
