"""Cats against dogs by body weight alone: one knob, real data.

What you will see: a knob learns that dogs are heavier, `pred = knob_weight * kilograms`, 0 for a cat and
1 for a dog; how often that is right on 632 animals from a shelter's list; why no cut on the scales does
much better; a picture of the computation graph and one of the two crowds with the learned cut.

    python examples/cats_vs_dogs.py
    python examples/cats_vs_dogs.py --weight 4.2
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from microgd import GradientDescent, History, KnobNet, descend, plots
from microgd.learning import largest_stable_rate
from microgd.pictures import draw

GOAL_PRED = {"cat": 0.0, "dog": 1.0}


class BadInput(Exception):
    """Raised for input that cannot be used; the message names it and its place in one line."""


# %% The data: kilograms and goals, one of each for an animal


def load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The weights in kg and the goals (0 cat, 1 dog) of a CSV file with columns species and weight_kg."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, strict=True)
            missing = {"species", "weight_kg"} - set(table.fieldnames or ())
            if missing:
                columns = ", ".join(map(repr, table.fieldnames or ())) or "no columns at all: it is empty"
                raise BadInput(f"{path}: expected columns 'species' and 'weight_kg', found {columns}")
            rows = [
                (kilograms(row["weight_kg"], where), goal_pred(row["species"], where))
                for row in table
                for where in [f"{path}, row {table.line_num}"]
            ]
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: not a CSV file in UTF-8 ({error})") from error
    if {goal for _, goal in rows} != set(GOAL_PRED.values()):
        raise BadInput(
            f"{path}: expected at least one cat and one dog, found {len(rows)} animals of one kind"
        )
    weights, goals = np.array(rows).T
    return weights, goals


def kilograms(text: str | None, where: str) -> float:
    """A weight that an animal can have."""
    return positive(text, f"{where}: expected a weight in kilograms above 0")


def positive(text: str | None, expected: str) -> float:
    """The number that the text says, which must be one above 0."""
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise BadInput(f"{expected}, got {text!r}")
    return number


def goal_pred(species: str | None, where: str) -> float:
    """0 for a cat, 1 for a dog."""
    if species not in GOAL_PRED:
        raise BadInput(f"{where}: expected species 'cat' or 'dog', got {species!r}")
    return GOAL_PRED[species]


# %% Predict, compare, learn


def train(net: KnobNet, weights: np.ndarray, goals: np.ndarray, learning_rate: float, steps: int) -> History:
    """Gradient descent on the mean squared error of all animals."""

    def error() -> Any:
        return net.compare(net.predict(weights), goals)

    optimizer = GradientDescent(net.parameters, learning_rate)
    history = History(descend(error, optimizer, steps, bar=True))
    if history.reason == "diverged" or history.error[-1] > history.error[0]:
        raise BadInput(
            f"--learning-rate {learning_rate:g}: too large, the error rose from {history.error[0]:.3g} to "
            f"{history.error[-1]:.3g} in {history.step[-1]} steps; "
            f"expected less than {largest_stable_rate(error, net.parameters):.4g}, "
            "2 / (the error's second derivative)"
        )
    return history


# %% What was learned, in words


def explain(net: KnobNet, weights: np.ndarray, goals: np.ndarray, history: History) -> None:
    """The knob, its error and its accuracy, against the best that a cut on the scales can do."""
    knob = net.knob_weight.item()
    cut = 0.5 / knob
    best_cut, best = best_threshold(weights, goals)
    print(history.message)
    print(f"knob_weight {knob:.4f}, mean squared error {history.error[-1]:.4f}")
    print(f"says dog above {cut:.2f} kg, and is right for {accuracy(weights > cut, goals):.1%}")
    print(f"the best of all cuts, above {best_cut:.2f} kg, is right for {best:.1%}:")
    small = np.mean(weights[goals == 1] <= weights[goals == 0].max())
    print(f"  {small:.0%} of the dogs weigh no more than the heaviest cat; weight alone cannot tell these")


def accuracy(says_dog: np.ndarray, goals: np.ndarray) -> float:
    """The share of animals that are what was said."""
    return float(np.mean(says_dog == (goals == 1)))


def best_threshold(weights: np.ndarray, goals: np.ndarray) -> tuple[float, float]:
    """The cut between two weights that is right most often, and how often."""
    found = np.unique(weights)
    cuts = (found[:-1] + found[1:]) / 2
    rights = [accuracy(weights > cut, goals) for cut in cuts]
    return float(cuts[np.argmax(rights)]), float(max(rights))


def judge(weight: float, net: KnobNet, weights: np.ndarray, goals: np.ndarray, near: int = 50) -> None:
    """Cat or dog, for an animal that the program never saw, and what the answer rests on."""
    pred = net.predict(weight).item()
    distance = abs(weights - weight)
    nearest = distance <= np.sort(distance)[:near][-1]  # all who weigh the same are in, or none
    low, high = weights[nearest].min(), weights[nearest].max()
    dogs = goals[nearest].mean()
    print(f"{weight:g} kg: pred {pred:.3f}, so a {'dog' if pred >= 0.5 else 'cat'} (dog from 0.5 on)")
    print(
        f"  of the {nearest.sum()} animals nearest in weight ({low:g} to {high:g} kg) {dogs:.0%} are dogs: "
        f"the probability of a dog is about {dogs:.2f}"
    )
    if not weights.min() <= weight <= weights.max():
        span = f"{weights.min():g} to {weights.max():g} kg"
        print(f"  but no animal in the data weighs that: they weigh {span}")


# %% Pictures


def save_pictures(folder: Path, net: KnobNet, weights: np.ndarray, goals: np.ndarray) -> None:
    """graph.svg and histogram.svg, each written whole or not at all."""
    pred = net.predict(weights)
    error = net.compare(pred, goals)
    error.backward()
    graph = draw(error, names={"kilograms": weights, "pred": pred, "error": error, "goal_pred": goals})
    groups = {"cat": weights[goals == 0], "dog": weights[goals == 1]}
    ax = plots.histogram(groups, cut=0.5 / net.knob_weight.item(), unit="kg")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            graph.render(Path(scratch) / "graph", format="svg", cleanup=True)
            ax.figure.savefig(Path(scratch) / "histogram.svg", metadata={"Date": None})
            for name in ("graph.svg", "histogram.svg"):
                os.replace(Path(scratch) / name, folder / name)
                print(f"wrote {folder / name}")
    except OSError as failure:
        raise BadInput(f"--out {folder}: {failure.strerror or failure}") from failure


# %% The command line


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line; --help has the rest."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def options() -> argparse.Namespace:
    """What was asked for on the command line."""
    data = Path(__file__).parent / "data" / "cats_dogs.csv"
    parser = OneLineParser(description="Cats against dogs by body weight alone: one knob, real data.")
    parser.add_argument("--learning-rate", default="0.002", metavar="RATE", help="(default 0.002)")
    parser.add_argument("--steps", type=int, default=200, help="at most so many (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the knob's random start (default 0)")
    parser.add_argument("--weight", metavar="KG", help="judge an animal of this weight")
    parser.add_argument("--data", type=Path, default=data, metavar="CSV", help="species,weight_kg,...")
    parser.add_argument(
        "--out", type=Path, default=Path("out/cats_vs_dogs"), metavar="DIR", help="for pictures"
    )
    return parser.parse_args()


def main() -> None:
    """Load, train, explain, judge, draw."""
    asked = options()
    learning_rate = positive(asked.learning_rate, "--learning-rate: expected a number above 0")
    weight = None if asked.weight is None else kilograms(asked.weight, "--weight")
    if asked.steps < 1 or asked.seed < 0:
        raise BadInput(
            f"expected --steps of at least 1 and --seed of at least 0, got {asked.steps}, {asked.seed}"
        )
    weights, goals = load(asked.data)

    net = KnobNet(knob_weight=np.random.default_rng(asked.seed).uniform(0.0, 0.2))
    history = train(net, weights, goals, learning_rate, asked.steps)
    explain(net, weights, goals, history)
    if weight is not None:
        judge(weight, net, weights, goals)
    save_pictures(asked.out, net, weights, goals)


if __name__ == "__main__":
    try:
        main()
    except BadInput as problem:
        print(f"cats_vs_dogs: {problem}", file=sys.stderr)
        sys.exit(2)
