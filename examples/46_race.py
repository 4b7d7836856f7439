"""A race of six optimizers on three landscapes.

What you will see: steps until the error is below 0.0001, each optimizer at the best of eight learning
rates. None of them is best everywhere. A rate for each weight (Adagrad, RMSprop) helps most where the
valley runs along a weight, and little where it slants. In Rosenbrock's bent valley gradient descent does not
arrive within the steps of this race; momentum and Adam do. Run it: python examples/46_race.py
"""

from helpers.lesson import begin
from helpers.pictures import save

from microgd import (
    Adagrad,
    Adam,
    GradientDescent,
    History,
    Momentum,
    Nesterov,
    RMSprop,
    Value,
    descend,
    plots,
)

out = begin(__doc__)  # --help, and --out for the pictures


# %% Three landscapes of two weights, with their minimum 0, and where to start
def bowl(w):
    """30 times as steep along one weight as along the other."""
    return w[0] ** 2 + 30 * w[1] ** 2


def slanted(w):
    """The same, turned by 45 degrees."""
    return 0.5 * (w[0] + w[1]) ** 2 + 15 * (w[0] - w[1]) ** 2


def rosenbrock(w):
    """H. H. Rosenbrock, 1960: the valley bends, and is almost flat along its floor."""
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


STARTS = {bowl: (-4.0, 1.0), slanted: (-3.5, -2.1), rosenbrock: (-1.2, 1.0)}
OPTIMIZERS = (GradientDescent, Momentum, Nesterov, Adagrad, RMSprop, Adam)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
MOST_STEPS = 400


# %% One run, until the error is below 0.0001
def run(error, optimizer, rate: float, steps: int) -> History:
    w = Value(STARTS[error], name="w")
    return History(until_low(descend(lambda: error(w), optimizer([w], rate), steps, ftol=None, dtol=1e3)))


def until_low(descent):
    for step in descent:
        yield step
        if step.error < 1e-4:
            return


def best_run(error, optimizer) -> tuple[History, float]:
    """The fastest, or if none arrives the one that comes lowest; no rate gets more steps than the best."""
    best, best_rate = run(error, optimizer, RATES[0], MOST_STEPS), RATES[0]
    for rate in RATES[1:]:
        history = run(error, optimizer, rate, best.step[-1])
        if history.error[-1] < max(best.error[-1], 1e-4):
            best, best_rate = history, rate
    return best, best_rate


# %% The race
best = {(error, optimizer): best_run(error, optimizer) for error in STARTS for optimizer in OPTIMIZERS}
print(f"{'steps (rate)':<16}" + "".join(f"{error.__name__:>16}" for error in STARTS))
for optimizer in OPTIMIZERS:
    print(f"{optimizer.__name__:<16}", end="")
    for error in STARTS:
        history, rate = best[error, optimizer]
        arrived = history.error[-1] < 1e-4
        print(f"{f'{history.step[-1]} ({rate:g})' if arrived else f'not in {MOST_STEPS}':>16}", end="")
    print()

# %% Pictures
maps = {bowl: [(-4.5, 3), (-2.4, 1.8)], rosenbrock: [(-1.5, 1.5), (-1.5, 2.25)]}
shown = {bowl: OPTIMIZERS, rosenbrock: (GradientDescent, Momentum, Adam)}
for error in maps:
    runs = {optimizer.__name__: best[error, optimizer][0] for optimizer in OPTIMIZERS}
    paths = {optimizer.__name__: runs[optimizer.__name__] for optimizer in shown[error]}
    save(plots.error_contour(error, *maps[error], paths), out / f"{error.__name__}.svg")
    save(plots.history(runs), out / f"{error.__name__}_errors.svg")
