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
# value_and_grad(error) is a function: of a knob it returns the error and its derivative there.
print("\n knob   error    derivative  measured   step     error after the step")
for knob in (0.0, 0.5, 1.6, 2.0, 3.0):
    here, derivative = value_and_grad(error)(knob)
    measured = (error(knob + 1e-6) - error(knob - 1e-6)) / 2e-6
    step = -LEARNING_RATE * derivative  # the sign of the slope is turned round: against it
    after = error(knob + step)
    print(f"  {knob:.1f}  {here:.6f}  {derivative:+.6f}  {measured:+.6f}  {step:+.6f}  {after:.6f}")
    assert after < here or knob == 1.6, "a step against the slope lowers the error"

print("\nleft of the minimum the slope is negative and the step goes up, right of it the reverse;")
print("the step is long where it is steep and 0 at the minimum: no rule has to say when to stop")

# %% Pictures
see = "the ball lies on a hill, the star is where it is to roll"
save(plots.error_curve(error, -0.5, 3.7, ball=0.5), out / "curve.svg", see)
see = "the steeper the tangent, the longer the arrow, and it points away from where the tangent rises"
save(
    plots.tangents(error, -0.5, 3.7, [0.0, 0.5, 3.0], learning_rate=LEARNING_RATE), out / "tangents.svg", see
)
print("\nNext, watch_the_walk: How many steps does it take to the minimum?")

# %% Exercises
# 1. At which knobs is the derivative +1, and what is the error there?
# 2. Measure the slope at 0.5 from one side only, (error(0.5 + h) - error(0.5)) / h, for h = 0.1, 0.01,
#    0.001. By how much is each wrong? What is the rule?
#
# Answers
# 1. At 3.6, where the error is 1: the derivative is 2 * 0.5 * (0.5 * knob - 0.8).
# 2. By 0.025, 0.0025 and 0.00025: by h / 4, half of the second derivative times h. From both sides it is
#    exact.
