"""The points of `play_net`: data sets made here, animals, and the reader's own, each in the form of the page.

A data set has rows of one or two inputs and a goal of 0 or 1 for each. Some rows are held out: the net does
not learn from them, so they tell how it does on new ones. Inputs are standardised by the rows that train; the
page writes its axes in the units of the data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...datasets import cats_dogs
from ...learning import arguments, standardize
from ..scales import round_ticks

Points = tuple[np.ndarray, np.ndarray]
"""Inputs (n, 1) or (n, 2), and goals (n,) of 0 and 1."""
COUNT = 200
HELD_OUT = 0.3
"""The fraction of the rows that are held out."""
MOST_ROWS = 1000
LARGEST = 1e100
"""Inputs are smaller: their squares must not overflow."""


# The sets ----------------------------------------------------------------------------------------


def two_moons(rng: np.random.Generator) -> Points:
    """Draw points on two interlocking half circles."""
    angle, lower = np.pi * rng.random(COUNT), np.arange(COUNT) % 2
    x = np.where(lower, 1 - np.cos(angle), np.cos(angle))
    y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle))
    return np.column_stack([x, y]) + rng.normal(0, 0.15, (COUNT, 2)), lower


def circles(rng: np.random.Generator) -> Points:
    """Draw points on a disk, class 1, and on a ring around it."""
    angle, inside = 2 * np.pi * rng.random(COUNT), np.arange(COUNT) % 2
    radius = np.where(inside, 0.5 * np.sqrt(rng.random(COUNT)), rng.uniform(0.7, 1.0, COUNT))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), inside


def xor(rng: np.random.Generator) -> Points:
    """Draw points in four squares; class 1 where exactly one of the inputs is positive."""
    signs = np.resize([[1, 1], [1, -1], [-1, -1], [-1, 1]], (COUNT, 2))
    return signs * rng.uniform(0.08, 1.0, (COUNT, 2)), np.prod(signs, axis=1) < 0


def spirals(rng: np.random.Generator) -> Points:
    """Draw points on two spirals that wind around each other one and a half times."""
    second = np.arange(COUNT) % 2
    way = np.sqrt(rng.uniform(0.02, 1.0, COUNT))
    angle = 3 * np.pi * way + np.pi * second
    spiral = way[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return spiral + rng.normal(0, 0.02, (COUNT, 2)), second


def animals(rng: np.random.Generator) -> Points:
    """Choose among the cats and dogs of `datasets.cats_dogs`, by weight."""
    found = cats_dogs()
    chosen = rng.choice(len(found.species), COUNT, replace=False)
    return found.weight_kg[chosen, None], found.species[chosen] == "dog"


SETS: dict[str, tuple[Callable[[np.random.Generator], Points], list[str], list[str]]] = {
    "two moons": (two_moons, ["x1", "x2"], ["upper moon", "lower moon"]),
    "circles": (circles, ["x1", "x2"], ["ring", "disk"]),
    "XOR": (xor, ["x1", "x2"], ["same sign", "different signs"]),
    "spirals": (spirals, ["x1", "x2"], ["first spiral", "second spiral"]),
    "cats and dogs": (animals, ["weight, kg"], ["cat", "dog"]),
}
"""For each name: what draws the points, what the inputs are called, and the two classes."""
OWN_POINTS = {
    "name": "your own points", "inputs": 2, "input": [], "goal": [], "training": 0, "center": [0, 0],
    "scale": [1, 1], "low": [-2, -2], "high": [2, 2], "ticks": [[-2, -1, 0, 1, 2]] * 2,
    "axes": ["x1", "x2"], "classes": ["class 0", "class 1"],
}  # fmt: skip


# Their form in the page --------------------------------------------------------------------------


def data_sets(given: Any) -> list[dict[str, Any]]:
    """Return all sets in the form of the page, the given one first, that of the reader's own points last."""
    names = list(SETS)
    own = []
    if isinstance(given, str):
        if given not in SETS:
            raise ValueError(f"data: expected one of {', '.join(SETS)}, or (input, goal), got {given!r}")
        names = sorted(names, key=lambda name: name != given)
    else:
        points = _checked(given)
        axes = ["input"] if points[0].shape[1] == 1 else ["x1", "x2"]
        own = [_in_form("as given", points, axes, ["class 0", "class 1"])]
    made = [
        _in_form(name, SETS[name][0](np.random.default_rng(0)), *SETS[name][1:], digits=4) for name in names
    ]
    return [*own, *made, OWN_POINTS]


def _checked(given: Any) -> Points:
    try:
        input, goal = given
    except (TypeError, ValueError):
        raise TypeError(f"data: expected a name or a pair (input, goal), got {given!r:.80}") from None
    input, goal = arguments.real_array("data: input", input), arguments.real_array("data: goal", goal)
    input = input[:, None] if input.ndim == 1 else input
    if input.ndim != 2 or input.shape[1] not in (1, 2):
        raise ValueError(f"data: expected inputs of shape (n,), (n, 1) or (n, 2), got {input.shape}")
    if goal.shape not in (input.shape[:1], (*input.shape[:1], 1)):
        raise ValueError(f"data: expected a goal for each of {len(input)} rows, got shape {goal.shape}")
    if not 4 <= len(input) <= MOST_ROWS:
        raise ValueError(f"data: expected from 4 to {MOST_ROWS} rows, got {len(input)}: take a sample")
    if not (abs(input) < LARGEST).all():
        raise ValueError(
            f"data: expected inputs within {LARGEST:g}, got nan or more: drop or fill these rows"
        )
    if not np.isin(goal, (0, 1)).all():
        raise ValueError("data: expected goals 0 and 1, one for each class, got others")
    return input, goal.ravel()


def _in_form(
    name: str, points: Points, axes: list[str], classes: list[str], digits: int = 15
) -> dict[str, Any]:
    """Shuffle, part into training and held-out rows, standardise; the first rows train."""
    input, goal = points
    order = np.random.default_rng(1).permutation(len(goal))
    training = len(goal) - int(HELD_OUT * len(goal))
    input, goal = input[order], goal[order]
    scaled = standardize(input, like=input[:training])
    center = input[:training].mean(axis=0)
    scale = input[:training].std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    margin = 0.08 * np.ptp(scaled, axis=0) + 1e-3
    low, high = scaled.min(axis=0) - margin, scaled.max(axis=0) + margin
    ends = (center + scale * low).tolist(), (center + scale * high).tolist()
    return {
        "name": name,
        "inputs": input.shape[1],
        "input": scaled.round(digits).ravel().tolist(),
        "goal": goal.astype(int).tolist(),
        "training": training,
        "center": center.tolist(),
        "scale": scale.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "ticks": [round_ticks(*pair) if pair[0] < pair[1] else [pair[0]] for pair in zip(*ends, strict=True)],
        "axes": axes,
        "classes": classes,
    }
