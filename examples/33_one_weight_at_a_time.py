"""Coordinate search: turning one weight at a time, and the price of a round.

What you will see: two correlated weights (their correlation c makes a long, slanting valley), and the
number of rounds that three methods need to reach 1/10000 of the error. The narrower the valley, the more.
With two weights, turning one at a time needs as many rounds as gradient descent or fewer. The difference is
the price of a round: a trial costs one or two evaluations of the error for each weight, while one backward
pass gives the derivatives by all of them. Fifty weights show it.
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


# %% Three ways down
def race(matrix: np.ndarray, start: np.ndarray) -> dict[str, tuple[int, int, np.ndarray]]:
    """Of each way: the rounds to 1/10000 of the error, the evaluations of it, and the path."""
    rate, momentum_rate, momentum = best_rates(matrix)
    w = Value(start, name="w")
    evaluations = 0

    def error() -> Value:
        nonlocal evaluations
        evaluations += 1
        return w @ matrix @ w

    found = {}
    for name, descent in {
        "one at a time": coordinate_search(error, [w], step_amount=0.5, steps=10_000),
        "gradient descent": descend(error, GradientDescent([w], rate), steps=10_000),
        "momentum": descend(error, Momentum([w], momentum_rate, momentum=momentum), steps=10_000),
    }.items():
        w.data, evaluations, path = start, 0, []
        for step in descent:
            path.append(step.parameters["w"])
            if step.error <= 1e-4 * (start @ matrix @ start):
                break
        found[name] = step.number, evaluations, np.array(path)
    return found


def medians(weights: int, c: float, starts: int = 3) -> dict[str, np.ndarray]:
    """Rounds and evaluations, each the median over random starts."""
    races = [race(valley(weights, c), np.random.default_rng(i).normal(size=weights)) for i in range(starts)]
    return {name: np.median([found[name][:2] for found in races], axis=0).astype(int) for name in races[0]}


# %% Two weights
print("two weights: rounds to 1/10000 of the error, the median of 3 starts")
print(" correlation  one at a time  gradient descent  momentum")
for c in (0.5, 0.9, 0.99, 0.999):
    one, descent, momentum = (rounds for rounds, _ in medians(2, c).values())
    print(f"       {c:<5}  {one:13}  {descent:16}  {momentum:8}")

# %% Fifty weights
print("\nfifty weights, correlation 0.9: rounds, evaluations of the error (with a walk back or without)")
for name, (rounds, evaluations) in medians(50, 0.9, starts=1).items():
    print(f"  {name:<16}  {rounds:6}  {evaluations:6}: {evaluations / rounds:.0f} a round")

# %% The paths: a mark for each round
paths = {name: path for name, (_, _, path) in race(valley(2, 0.9), np.array([1.6, -1.0])).items()}
ax = plots.error_contour(lambda w: w @ valley(2, 0.9) @ w, (-1.2, 2), (-2, 1.2), paths)
save(ax, out / "paths.svg")
