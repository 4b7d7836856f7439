"""Data that comes with the course.

from microgd import datasets

animals = datasets.cats_dogs()
input, goal_pred = animals.weight_kg, animals.species == "dog"
"""

from __future__ import annotations

import csv
from typing import NamedTuple

import numpy as np

from .course import folder

__all__ = ["Animals", "cats_dogs"]


class Animals(NamedTuple):
    """One row an animal; each column an array of shape (animals,)."""

    species: np.ndarray
    """"cat" or "dog"."""
    weight_kg: np.ndarray
    sex: np.ndarray
    """"M", "F", or "" where it is not known."""
    breed: np.ndarray


def cats_dogs() -> Animals:
    """Load 316 adult cats and 316 adult dogs: species, weight in kg, sex and breed.

    From the notices of Korean public animal shelters of August 2022, public data set 15098931 of the national
    open-data portal of the Republic of Korea. Many weights are rounded to whole kilograms.

    >>> animals = cats_dogs()
    >>> len(animals.species), animals.weight_kg[:3]
    (632, array([3.1, 4.3, 5. ]))
    >>> float(np.median(animals.weight_kg[animals.species == "dog"]))
    8.0
    """
    with open(folder() / "data" / "cats_dogs.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([row[name] for row in rows]) for name in Animals._fields}
    return Animals(**columns | {"weight_kg": columns["weight_kg"].astype(float)})
