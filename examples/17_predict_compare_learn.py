"""Predict, compare, learn: the whole of learning with one knob.

What you will see: a net of a single weight, the knob, learns to predict 0.8 from 0.5. It predicts, it
compares the prediction with the goal, and it learns: it turns the knob against the derivative of the error,
which says direction and amount in one number. A larger input makes the same step too long, and alpha, the
learning rate, repairs that. A picture of both. Run it: python examples/17_predict_compare_learn.py
"""

from helpers.lesson import begin
from helpers.pictures import save

from microgd import KnobNet, plots

out = begin(__doc__)  # --help, and --out for the pictures

# %% Predict and compare: how wrong is a prediction?
net = KnobNet(knob_weight=0.5)
pred = net.predict(0.5)
error = net.compare(pred, goal_pred=0.8)
print(f"pred {pred}, error (pred - 0.8) ** 2 = {error}")
error.backward()
print(f"turned up, the error falls: its derivative is {net.knob_weight.grad:.2f}")


# %% Learn, again and again
def learn(net: KnobNet, input: float, goal_pred: float, alpha: float, rounds: int) -> list[tuple]:
    """The knob and the error of each round."""
    seen = []
    for _ in range(rounds):
        pred = net.predict(input)
        error = net.compare(pred, goal_pred)
        seen.append((net.knob_weight.item(), error.item()))
        net.learn(error, alpha)
    return seen


def show(seen: list[tuple]) -> list[float]:
    """Print the first errors and the last; return the knobs."""
    errors = [error for _, error in seen]
    first = ", ".join(f"{error:.8g}" for error in errors[:4])
    print(f"  errors {first}" + (f", ... {errors[-1]:.6e}" if len(errors) > 4 else ""))
    return [knob for knob, _ in seen]


# The derivative here is the true one, its factor 2 included. A textbook that leaves the 2 out and steps
# by alpha = 1 does what alpha = 0.5 does here.
print("\nthe derivative is direction and amount in one number: small near the goal, so it stops by itself")
show(learn(KnobNet(0.5), 0.5, goal_pred=0.8, alpha=0.5, rounds=20))

print("\nlearning is only this: lowering the error")
show(learn(KnobNet(0.0), 0.5, goal_pred=0.8, alpha=0.5, rounds=4))

# %% Alpha
print("\nan input of 2 makes the same step overshoot: each round the error grows 9 times")
too_long = show(learn(KnobNet(0.5), 2, goal_pred=0.8, alpha=0.5, rounds=20))

print("\nalpha, a smaller step, repairs it")
repaired = show(learn(KnobNet(0.5), 2, goal_pred=0.8, alpha=0.05, rounds=20))


# %% Picture
def error_at(knob_weight):
    return (2 * knob_weight - 0.8) ** 2


ax = plots.paths_on_curve(error_at, -1.2, 1.4, {"alpha 0.5": too_long, "alpha 0.05": repaired})
save(
    ax,
    out / "alpha.svg",
    "the same knob on the same curve: one alpha throws it out, the other lets it settle",
)
print("\nNext, hot_and_cold: Could it learn without a derivative?")

# %% Exercises
# 1. With input 2, which alpha brings the error to 0 in a single round?
# 2. With input -0.5 and the goal 0.8, where does the knob end? Which sign has the derivative on its way?
#
# Answers
# 1. 0.125, as the knob's distance from 0.4 is multiplied by 1 - alpha * 2 * 2^2.
# 2. At -1.6, and the derivative is positive: the sign of the input turns the direction of the step.
