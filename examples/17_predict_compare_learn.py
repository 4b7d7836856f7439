"""Predict, compare, learn: the whole of learning with one knob.

What you will see: a net of a single weight, the knob, learns to predict 0.8 from 0.5: first by trying up and
down (hot and cold), then by the derivative, which gives direction and amount in one number. A large input
makes it diverge, and alpha, the learning rate, repairs that. Then three inputs, three outputs, and a frozen
knob. Each part prints its numbers. Run it: python examples/17_predict_compare_learn.py
"""

import numpy as np
from helpers.lesson import begin

from microgd import GradientDescent, KnobNet, Value, descend, losses, transforms
from microgd.learning import hot_cold

begin(__doc__)  # --help

# %% Compare: how wrong is a prediction?
print("A1  compare")
net = KnobNet(knob_weight=0.5)
pred = net.predict(0.5)
error = net.compare(pred, goal_pred=0.8)
print(f"    pred {pred}, error (pred - 0.8) ** 2 = {error}")
error.backward()
print(f"    turned up, the error falls: its derivative is {net.knob_weight.grad:.2f}")

# %% Learning without a derivative: try up, try down
print("\nA2  one knob, probed up and down by 0.01")
knob_weight = Value(0.1)
probe = next(hot_cold(lambda: losses.squared_error(8.5 * knob_weight, 1), knob_weight, step_amount=0.01))
print(f"    error {probe.error:.6f} as it is, {probe.up:.6f} up, {probe.down:.6f} down: up is warmer")

print("\nA3  hot and cold, again and again, by 0.001")
knob_weight = Value(0.5)
for probe in hot_cold(
    lambda: losses.squared_error(0.5 * knob_weight, 0.8), knob_weight, step_amount=0.001, steps=1105
):
    if probe.number in (0, 1, 2, 1099, 1100, 1101, 1102, 1103):
        print(f"    round {probe.number + 1:4}  knob {probe.knob_weight:.3f}  error {probe.error:.8g}")
print("    it arrives at the 1101st round and cannot stop: no step is smaller than 0.001")


# %% Learning by the derivative
def learn(net: KnobNet, input: object, goal_pred: float, alpha: float, rounds: int) -> list[float]:
    """Predict, compare, learn, again and again; the errors seen."""
    errors = []
    for _ in range(rounds):
        pred = net.predict(input)
        error = net.compare(pred, goal_pred)
        net.learn(error, alpha)
        errors.append(error.item())
    return errors


def show(errors: list[float]) -> None:
    """The first errors and the last."""
    first = ", ".join(f"{error:.8g}" for error in errors[:4])
    print(f"    errors {first}" + (f", ... {errors[-1]:.6e}" if len(errors) > 4 else ""))


# The derivative here is the true one, its factor 2 included. A textbook that leaves the 2 out and steps
# by alpha = 1 does what alpha = 0.5 does here.
print("\nA4  the derivative is direction and amount in one number: small near the goal, so it stops")
show(learn(KnobNet(0.5), 0.5, goal_pred=0.8, alpha=0.5, rounds=20))

print("\nA5  learning is only this: lowering the error")
show(learn(KnobNet(0.0), 0.5, goal_pred=0.8, alpha=0.5, rounds=4))

print("\nA6  a larger input makes the same step overshoot: each round the error grows 9 times")
show(learn(KnobNet(0.5), 2, goal_pred=0.8, alpha=0.5, rounds=20))

print("\nA7  alpha, a smaller step, repairs it")
show(learn(KnobNet(0.5), 2, goal_pred=0.8, alpha=0.05, rounds=20))

# %% Several inputs
print("\nA8  three inputs, a knob for each")
net = KnobNet([0.1, 0.2, -0.1])
show(learn(net, [8.5, 0.65, 1.2], goal_pred=1, alpha=0.005, rounds=3))
print(f"    the knobs are now {net.knob_weight:.4f}: the one with the largest input was turned most")

# %% Several outputs, and a knob that is held
print("\nA9  one input, three outputs: each knob learns from the error of its own output")
net = KnobNet([[0.3, 0.2, 0.9]])
pred = net.predict([0.65])
error = net.compare(pred, goal_pred=np.array([0.1, 1.0, 0.1]))
net.learn(error, alpha=0.05)
print(f"    pred {pred.data}, errors {losses.squared_error(pred.data, np.array([0.1, 1.0, 0.1]))}")
print(f"    knobs {net.knob_weight.data[0]}")

print("    three inputs again, the first knob held: the others do all the work")
knobs = [Value(0.1, name="first"), Value(0.2, name="second"), Value(-0.1, name="third")]
optimizer = GradientDescent(knobs, learning_rate=0.15, transforms=[transforms.freeze(knobs[0])])
for step in descend(
    lambda: losses.squared_error(8.5 * knobs[0] + 0.65 * knobs[1] + 1.2 * knobs[2], 1), optimizer, 20
):
    if step.number in (0, 1, 2, 20):
        settings = ", ".join(f"{name} {setting:.4f}" for name, setting in step.parameters.items())
        print(f"    step {step.number:2}  error {step.error:.3g}  {settings}")
