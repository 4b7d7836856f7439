"""A race of six optimizers on three landscapes.

What you will see: steps until the error is below 0.0001, in the median over fifteen starts, because the count
from a single start may be luck; each optimizer at the best of thirty learning rates, because the rate decides
more than the optimizer does. None is best everywhere. Adagrad, with a rate for each weight, is by far the
quickest where the valley runs along a weight, and no better than others where it slants. In Rosenbrock's
bent valley momentum helps most; gradient descent does arrive, after thousands of steps. RMSprop never comes
to rest at a constant rate. Pictures, and a page on which they race.
Run it: python examples/46_race.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pages import save_drawn
from helpers.pictures import save

import microgd
from microgd import Adagrad, Adam, GradientDescent, Momentum, Nesterov, RMSprop, Value, descend, plots
from microgd.learning import History
from microgd.pictures import play_descent

out = begin(__doc__)  # --help, and --out for the pictures


# %% Three landscapes of two weights, with their minimum 0
def bowl(w):
    """30 times as steep along one weight as along the other."""
    return w[0] ** 2 + 30 * w[1] ** 2


def slanted(w):
    """The same, turned by 45 degrees."""
    return 0.5 * (w[0] + w[1]) ** 2 + 15 * (w[0] - w[1]) ** 2


def rosenbrock(w):
    """H. H. Rosenbrock, 1960: the valley bends, and is almost flat along its floor."""
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


# %% Fifteen starts and forty rates, all at once: the formula of an optimizer moves each entry by itself
rng = np.random.default_rng(0)
around = rng.uniform(-4, 4, (2, 15))
turned = np.array([[1, 1], [1, -1]]) / np.sqrt(2) @ around
STARTS = {bowl: around, slanted: turned, rosenbrock: rng.uniform([[-1.5], [-0.5]], [[1.5], [2]], (2, 15))}
OPTIMIZERS = (GradientDescent, Momentum, Nesterov, Adagrad, RMSprop, Adam)
RATES = np.geomspace(0.0001, 10, 41)
MOST_STEPS, LOW = 3000, 1e-4


@np.errstate(all="ignore")  # the largest rates diverge, until their numbers overflow
def arrivals(error, optimizer) -> np.ndarray:
    """For each rate the step from which on the error is below 0.0001, in the median over the starts."""
    slope = microgd.compile(microgd.grad(lambda w: np.sum(error(w))))
    formula = optimizer([Value(0.0)], 1.0)
    w = np.repeat(STARTS[error][:, None, :], len(RATES), axis=1)  # weight, rate, start
    memory, arrived = formula.start(np.zeros_like(w)), np.zeros(w.shape[1:])
    for step in range(MOST_STEPS + 1):
        arrived = np.where(error(w) < LOW, arrived, step + 1)
        w, *remembered = formula.update(w, slope(w), RATES[:, None], **memory)
        memory = dict(zip(memory, remembered, strict=True))
    return np.median(np.where(arrived <= MOST_STEPS, arrived, np.inf), axis=-1)


best = {}
print(f"{'steps (rate)':<16}" + "".join(f"{error.__name__:>16}" for error in STARTS))
for optimizer in OPTIMIZERS:
    print(f"{optimizer.__name__:<16}", end="")
    for error in STARTS:
        steps = arrivals(error, optimizer)
        best[error, optimizer] = steps.min(), RATES[steps.argmin()]
        shown = "{:.0f} ({:.2g})".format(*best[error, optimizer])
        print(f"{shown if steps.min() < np.inf else f'not in {MOST_STEPS}':>16}", end="")
    print()


# %% Single runs: gradient descent does arrive in the bent valley, and RMSprop never comes to rest
def run(error, optimizer, rate: float, start: tuple[float, float], steps: int) -> History:
    w = Value(start, name="w")
    return History(descend(lambda: error(w), optimizer([w], rate), steps, gtol=None, ftol=None))


patient = run(rosenbrock, GradientDescent, 0.001, (-1.2, 1.0), 10_000)
low = np.flatnonzero(patient.error >= LOW)[-1] + 1
print(f"\nfrom (-1.2, 1) gradient descent arrives in rosenbrock's valley at rate 0.001, in step {low:,}")
print("RMSprop in the bowl: how far the last hundred of 2,000 steps swing along the steep weight")
for rate in (0.3, 0.03, 0.003):
    swing = np.ptp(run(bowl, RMSprop, rate, (-4.0, 1.0), 2000).parameters["w"][-100:, 1])
    print(f"  rate {rate:<5}: {swing:.4f}, {swing / rate:.2f} of the rate")

# %% Pictures: the ways that all take from one start
best[bowl, RMSprop] = None, 0.3  # at its best rate, which is small because of the swing, it hardly moves here
for name, three, see in (
    ("bowl", OPTIMIZERS[:3], "one rate for both weights: across the valley they zigzag or swing"),
    ("bowl_own_rates", OPTIMIZERS[3:], "a rate for each weight: along the valley; RMSprop ends in its swing"),
):
    ways = {one.__name__: run(bowl, one, best[bowl, one][1], (-4.0, 1.0), 40) for one in three}
    ax = plots.error_contour(bowl, (-4.5, 2), (-2.2, 1.8), ways)
    ax.figure.set_size_inches(6.4, 4.6)
    save(ax, out / f"{name}.svg", see)
ways = {"GradientDescent": (GradientDescent, 0.001), "Momentum": (Momentum, best[rosenbrock, Momentum][1])}
ways = {name: run(rosenbrock, *way, (-1.2, 1.0), 250) for name, way in ways.items()}
ax = plots.error_contour(rosenbrock, (-1.5, 1.5), (-0.6, 1.6), ways)
save(
    ax, out / "rosenbrock.svg", "250 steps: one creeps along the floor, the other is thrown about and arrives"
)
page = lambda: play_descent(bowl, (-4.5, -2.2), (2, 1.8), (-4, 1), 0.02)  # noqa: E731
save_drawn(page, out / "page.html", "let several optimizers run at once, and give each its own rate")
print("\nNext, exploding_gradients: What if a gradient explodes?")

# %% Exercises
# 1. With momentum 0.5 instead of 0.9, how many steps does Momentum need in the bowl, at which rate?
# 2. From which step on is RMSprop's error below 0.0001 in the bowl, from (-4, 1) at rate 0.3 * 0.95 ** step?
#
# Answers
# 1. 24, at 0.042: 0.9 suits valleys longer than this one. Settings decide a race as much as rates do.
# 2. From step 45 on: the swing falls with the rate.
