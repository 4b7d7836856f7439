"""The derivative is the slope of the error curve; gradient descent steps against it.

What you will see: the error of one knob as a curve, with the knob as a ball on a hill; at five settings the
derivative that microgd computes beside the slope measured by a finite difference, which agree; and a small
step against the slope, which lowers the error on both sides of the minimum. Two pictures.
Run it: python examples/12_slope.py
"""

from helpers.lesson import begin
from helpers.pictures import save

from microgd import plots, value_and_grad

out = begin(__doc__)  # --help, and --out for the pictures

INPUT, GOAL_PRED, LEARNING_RATE = 0.5, 0.8, 0.5


# %% The error, as a function of the knob alone
def error(knob_weight):
    return (INPUT * knob_weight - GOAL_PRED) ** 2


print("input 0.5, goal_pred 0.8: the minimum is at knob_weight 0.8 / 0.5 = 1.6")

# %% The slope: computed, and measured between two points close by
print("\n knob   error    derivative  measured   step     error after the step")
for knob in (0.0, 0.5, 1.6, 2.0, 3.0):
    here, derivative = value_and_grad(error)(knob)
    measured = (error(knob + 1e-6) - error(knob - 1e-6)) / 2e-6
    step = -LEARNING_RATE * derivative
    after = error(knob + step)
    print(f"  {knob:.1f}  {here:.6f}  {derivative:+.6f}  {measured:+.6f}  {step:+.6f}  {after:.6f}")
    assert after < here or knob == 1.6, "a step against the slope lowers the error"

print("\nleft of the minimum the slope is negative and the step goes up, right of it the reverse;")
print("the step is long where it is steep and 0 at the minimum: no rule has to say when to stop")

# %% Pictures
save(plots.error_curve(error, -0.5, 3.7, ball=0.5), out / "curve.svg")
save(plots.tangents(error, -0.5, 3.7, [0.0, 0.5, 3.0], learning_rate=LEARNING_RATE), out / "tangents.svg")
