"""One weight at a time: each turn moves the goal of the others, and every weight wants looks of its own.

What you will see: two weights that depend on one another; where the second stands decides where the first is
best. Then three ways down, counted in looks: evaluations of the error. With two weights, turning one at a
time is no bad way. With fifty it needs fewer rounds than gradient descent, and many times the looks, since a
round tries each weight, while one walk back through the graph gives the derivatives by all of them.
Run it: python examples/33_one_weight_at_a_time.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

from microgd import GradientDescent, Momentum, Value, descend, plots
from microgd.learning import coordinate_search

out = begin(__doc__)  # --help, and --out for the pictures


# %% A valley: each pair of weights has correlation c
def valley(weights: int, c: float) -> np.ndarray:
    return (1 - c) * np.eye(weights) + c * np.ones((weights, weights))


def best_rates(matrix: np.ndarray) -> tuple[float, float, float]:
    """From the smallest and the largest second derivative of w @ matrix @ w: the rate at which gradient
    descent is fastest, and the rate and the momentum at which momentum is (Polyak 1964)."""
    low, high = np.sqrt(2 * np.linalg.eigvalsh(matrix)[[0, -1]])
    return 2 / (low**2 + high**2), 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


# %% The goal moves: the best first weight, for three places of the second
for second in (-1.0, 0.0, 1.0):
    (a, b), _ = valley(2, 0.9)  # the error is a w0^2 + 2 b w0 w1 + a w1^2; its slope by w0 is 2 a w0 + 2 b w1
    print(f"with w1 at {second:+g} the lowest error is at w0 = {0.0 - b * second / a:+.1f}")
print("who has put w0 right and then turns w1 has w0 wrong again: the two have to move together")


# %% Three ways down. Momentum keeps a share of the step before; Polyak says which rate and share are best
def race(matrix: np.ndarray, start: np.ndarray) -> dict[str, tuple[int, int, np.ndarray]]:
    """Of each way: the rounds to 1/10000 of the error, the looks at it (evaluations), and the path."""
    rate, momentum_rate, momentum = best_rates(matrix)
    w = Value(start, name="w")
    looks = 0

    def error() -> Value:
        nonlocal looks
        looks += 1
        return w @ matrix @ w

    found = {}
    for name, descent in {
        "one at a time": coordinate_search(error, [w], step_amount=0.5, steps=10_000),
        "gradient descent": descend(error, GradientDescent([w], rate), steps=10_000),
        "momentum": descend(error, Momentum([w], momentum_rate, momentum=momentum), steps=10_000),
    }.items():
        w.data, looks, path = start, 0, []
        for step in descent:
            path.append(step.parameters["w"])
            if step.error <= 1e-4 * (start @ matrix @ start):
                break
        found[name] = step.number, looks, np.array(path)
    return found


def medians(weights: int, c: float, starts: int = 3) -> dict[str, np.ndarray]:
    """Rounds and looks, each the median over random starts."""
    races = [race(valley(weights, c), np.random.default_rng(i).normal(size=weights)) for i in range(starts)]
    return {name: np.median([found[name][:2] for found in races], axis=0).astype(int) for name in races[0]}


# %% More weights: rounds, and looks at the error (for a derivative a look forward, and a walk back)
print("\ncorrelation 0.9, to 1/10000 of the error, the median of 3 starts")
print(" weights  one at a time: rounds   looks  gradient descent: looks  momentum: looks")
for weights in (2, 10, 50):
    (rounds, looks), (_, by_descent), (_, by_momentum) = medians(weights, 0.9).values()
    print(f" {weights:7}  {rounds:21}  {looks:6}  {by_descent:23}  {by_momentum:15}")
print("a round of one at a time has one or two looks for each weight: it is the looks that grow")

# %% Two weights, narrower valleys: the more the weights depend on one another, the longer all of them take
print("\ntwo weights: rounds to 1/10000 of the error, the median of 3 starts")
print(" correlation  one at a time  gradient descent  momentum")
for c in (0.5, 0.9, 0.99, 0.999):
    one, descent, momentum = (rounds for rounds, _ in medians(2, c).values())
    print(f"       {c:<5}  {one:13}  {descent:16}  {momentum:8}")

# %% The paths: a mark for each round
paths = {name: path for name, (_, _, path) in race(valley(2, 0.9), np.array([1.6, -1.0])).items()}
ax = plots.error_contour(lambda w: w @ valley(2, 0.9) @ w, (-1.2, 2), (-2, 1.2), paths)
see = "one at a time goes only along and up; the others cross the valley, one of them with inertia"
save(ax, out / "paths.svg", see)
print("\nNext, scale: Why is a valley long, and what shortens it?")

# %% Exercises
# 1. What does correlation 0 do to the best w0, and how many rounds does gradient descent need then?
# 2. With 1,000 weights, how many looks has a round of one at a time at least, and how many has gradient
#    descent?
#
# Answers
# 1. It is at 0 wherever w1 stands, and a single round does: the contour lines are circles.
# 2. 1,000, and 1 with one walk back: that is why nets of millions of weights can learn at all.
