"""Gradient descent in five lines: how a number finds the bottom of a curve.

What you will see: x walks down the parabola x^2 by one rule, x -= learning_rate * slope. Then the rule turns
a knob until a prediction fits: in five lines with the derivative worked out by hand, in the same lines with a
Value, which works it out, and with KnobNet, which has a verb for each line. All three go through the same
numbers. Pictures of the walk and of the computation, and a page that plays it.
Run it: python examples/11_five_lines.py
"""

from helpers.lesson import begin
from helpers.pages import save_drawn
from helpers.pictures import save

from microgd import KnobNet, Value, draw, play, plots

out = begin(__doc__)  # --help, and --out for the pictures

# %% A step: against the slope. The learning rate (alpha in many books) says how far
print(f"where the slope is 5, a learning rate of 0.1 makes a step of 0.1 * 5 = {0.1 * 5}")


def square(x):
    return x**2  # its slope, or derivative, is 2 * x: for each unit that x moves, x^2 changes by 2 * x


def walk(learning_rate: float, steps: int) -> list[float]:
    x, walked = -1.0, [-1.0]
    for _ in range(steps):
        slope = 2 * x
        x -= learning_rate * slope
        walked.append(x)
    return walked


for rate in (0.25, 2.0):
    print(f"x^2 from -1 at rate {rate:g}: " + ", ".join(f"{x:g}" for x in walk(rate, 3)))
print("at rate 2 it does not jump about at random: it diverges, each step lands 3 times as far from 0")

# %% The five lines, by hand: input * knob_weight is to be goal_pred
input, goal_pred, learning_rate = 0.5, 0.8, 0.5

knob_weight, by_hand = 0.5, []
for _ in range(20):
    pred = input * knob_weight
    error = (pred - goal_pred) ** 2
    derivative = 2 * (pred - goal_pred) * input  # 2 * (pred - goal_pred) is d error / d pred,
    knob_weight -= learning_rate * derivative  # and input is d pred / d knob_weight: they multiply
    by_hand.append(error)
print("\nby hand   first errors " + ", ".join(f"{error:.8f}" for error in by_hand[:4]))
print(f"          after 20 rounds {by_hand[-1]:.6e}, knob {knob_weight:.6f}: 0.5 * 1.6 is 0.8")
# A textbook that drops the 2 and the learning rate steps by (pred - goal_pred) * input. Here the
# learning rate 0.5 and the 2 make 1: these are its steps, to the last digit.

# %% The same with a Value: a number that remembers how it was computed
knob, with_value = Value(0.5, name="knob_weight"), []
for _ in range(20):
    error = (input * knob - goal_pred) ** 2
    knob.grad = 0.0
    error.backward()  # walks back from the error; knob.grad becomes d error / d knob_weight
    knob.data -= learning_rate * knob.grad
    with_value.append(error.item())
print(f"a Value   after 20 rounds {with_value[-1]:.6e}")

# %% The same with KnobNet: predict, compare, learn
net, with_net = KnobNet(0.5), []
for _ in range(20):
    error = net.compare(net.predict(input), goal_pred)
    net.learn(error, alpha=learning_rate)
    with_net.append(error.item())
print(f"KnobNet   after 20 rounds {with_net[-1]:.6e}")
assert by_hand == with_value == with_net, "all three go through the same numbers, to the last digit"

# %% Pictures
paths = {f"rate {rate:g}": walk(rate, 6) for rate in (0.25, 2.0)}
ax = plots.paths_on_curve(square, -3.3, 3.3, paths)
ax.set_ylabel("x^2")
save(ax, out / "steps.svg", "at rate 0.25 each step halves the distance, at rate 2 it triples it")
first = Value(0.5, name="knob_weight")
pred = input * first
error = (pred - goal_pred) ** 2
error.backward()
names = {"pred": pred, "error": error}
see = (
    "blue the knob, green the error; on the edges the derivatives, which multiply to the gradient, in orange"
)
save_drawn(lambda: draw(error, names=names, derivatives=True), out / "graph.svg", see)
see = "press space: the error is computed forward, then the derivative walks back to the knob"
save_drawn(lambda: play(error, names=names), out / "page.html", see)
print("\nNext, slope: What does the derivative say about the next step?")

# %% Exercises
# 1. Which learning rate brings x from -1 to the bottom of x^2 in a single step?
# 2. With the input 0.25 in place of 0.5, how many rounds does the knob need until the error is below 0.01?
# 3. What does the loop with the Value do if the line knob.grad = 0.0 is left out? Try 3 rounds.
#
# Answers
# 1. 0.5, as -1 - 0.5 * 2 * -1 is 0.
# 2. 30: the input is smaller, so the slope is, and every step with it.
# 3. Gradients add up: the third step is -0.5 times the sum of three derivatives, and the knob is at 1.8234,
#    past the goal, where it should be at 1.1359.
