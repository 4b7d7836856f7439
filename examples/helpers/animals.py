"""Files of animals: kilograms and goals from a CSV file, as spreadsheets in all countries export them.

Commas, semicolons or tabs separate the columns; numbers have a decimal point or a decimal comma; the text is
UTF-8, with or without a byte order mark, or UTF-16. The header names the species and the weight with its unit
(weight_kg, "Weight (lb)"), in any case. What can be read in two ways is refused in one line, which says
where, what was expected, and what to do: an ArgumentTypeError, so `load` and `positive` are types of options.
"""

from __future__ import annotations

import codecs
import csv
import math
import re
from argparse import ArgumentTypeError as BadInput
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

GOAL_PRED = {"cat": 0.0, "dog": 1.0}
KILOGRAMS = {"kg": 1.0, "g": 0.001, "lb": 0.45359237}
"""The weight of each unit in kilograms."""
HEAVIEST = 1000.0
"""In kilograms: what weighs more is neither a cat nor a dog, but a number in another unit."""
BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}


def load(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the weights in kilograms and the goals, 0 for a cat and 1 for a dog, of a CSV file.

    Raises ArgumentTypeError.
    """
    header, *rows = _rows(path)
    place, weight_at, species_at = (
        header[0],
        _weight_column(path, header[1]),
        _species_column(path, header[1]),
    )
    column, unit = weight_at
    if not rows:
        raise BadInput(f"{path}: expected a row for each animal below the header in row {place}, found none")
    decimal = _decimal_sign(path, rows, column, header[1])
    animals = []
    for number, row in rows:
        where = f"{path}, row {number}"
        if len(row) != len(header[1]):
            raise BadInput(
                f"{where}: expected {len(header[1])} fields as in the header, got {len(row)}; "
                "put a field that contains the separator in quotes"
            )
        expected = f"{where}, column {header[1][column]!r}: expected a weight in {unit} above 0"
        text = row[column].strip()
        weight = positive(text.replace(decimal, "."), expected) * KILOGRAMS[unit]
        if weight > HEAVIEST:
            raise BadInput(
                f"{expected} and at most {HEAVIEST / KILOGRAMS[unit]:g}, got {text!r}; "
                "if it is in another unit, name that in the header, as in weight_g"
            )
        animals.append((weight, _goal_pred(row[species_at], f"{where}, column {header[1][species_at]!r}")))
    weights, goals = np.array(animals).T
    _check_kinds(path, weights, goals)
    return weights, goals


def positive(text: str, expected: str = "expected a number above 0") -> float:
    """Read a number above 0. Raises ArgumentTypeError, which begins with what was expected."""
    number = float(text) if re.fullmatch(r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII) else math.nan
    if not 0 < number < math.inf:
        raise BadInput(f"{expected}, got {text!r}")
    return number


def whole(text: str, least: int) -> int:
    """Read a whole number of at least this size. Raises ArgumentTypeError."""
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < least:
        raise BadInput(f"expected a whole number of at least {least}, got {text!r}")
    return int(text)


def best_cut(weights: np.ndarray, goals: np.ndarray) -> float:
    """Find the cut between two weights above which dogs are, as often as a cut can be right."""
    found = np.unique(weights)
    cuts = (found[:-1] + found[1:]) / 2 if len(found) > 1 else found
    return float(max(cuts, key=lambda cut: np.mean((weights > cut) == (goals == 1))))


# The text ----------------------------------------------------------------------------------------


def _rows(path: str) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with its number in the file; the first is the header."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    if content.startswith(b"PK"):
        raise BadInput(f"{path}: expected text, found a workbook or an archive; export it as CSV (UTF-8)")
    try:
        text = content.decode(BYTE_ORDER_MARKS.get(content[:2], "utf-8-sig"))
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rows = list(_split(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            f"{path}: not a CSV file in UTF-8 or UTF-16 ({error}); export it as CSV (UTF-8)"
        ) from error
    if not rows:
        raise BadInput(f"{path}: expected a header with species and weight_kg, found an empty file")
    return rows


def _split(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Split lines at the separator that the header has most of, or that a first line `sep=;` names."""
    named = re.fullmatch(r'"?sep=([,;\t])"?', lines[0], re.IGNORECASE)
    head = next((line for line in lines[bool(named) :] if line.strip()), "")
    separator = named[1] if named else max(SEPARATORS, key=head.count)
    reader = csv.reader(
        (f"{line}\n" for line in lines[bool(named) :]),
        delimiter=separator,
        strict=True,
        skipinitialspace=True,
    )
    for row in reader:
        if any(field.strip() for field in row):
            yield reader.line_num + bool(named), row


# The header --------------------------------------------------------------------------------------


def _plain(name: str) -> str:
    """A column's name without case, brackets and spaces: "Weight (KG)" is weight_kg."""
    return "_".join(re.findall(r"\w+", name.casefold().replace("_", " ")))


def _species_column(path: str, header: Sequence[str]) -> int:
    return _only(path, header, [i for i, name in enumerate(header) if _plain(name) == "species"], "species")


def _weight_column(path: str, header: Sequence[str]) -> tuple[int, str]:
    """The place of the weights and their unit."""
    names = [_plain(name) for name in header]
    found = [i for i, name in enumerate(names) if name.partition("_")[0] in ("weight", "mass")]
    place = _only(path, header, found, "weight_kg")
    unit = names[place].partition("_")[2]
    unit = {"lbs": "lb", "pounds": "lb", "grams": "g", "kilograms": "kg", "kgs": "kg"}.get(unit, unit)
    if unit not in KILOGRAMS:
        raise BadInput(
            f"{path}: expected the unit in the name of column {header[place]!r}: "
            "name it weight_kg, weight_g or weight_lb"
        )
    return place, unit


def _only(path: str, header: Sequence[str], found: list[int], wanted: str) -> int:
    if len(found) == 1:
        return found[0]
    names = ", ".join(map(repr, header))
    if found:
        places = " and ".join(str(i + 1) for i in found)
        raise BadInput(
            f"{path}: expected one column {wanted!r}, found columns {places} of {names}; drop all but one"
        )
    raise BadInput(f"{path}: expected columns 'species' and 'weight_kg', found {names}")


# The entries -------------------------------------------------------------------------------------


def _decimal_sign(path: str, rows: list[tuple[int, list[str]]], column: int, header: Sequence[str]) -> str:
    """The decimal sign of the weights: a comma or a point, which may not both occur."""
    entries = [(number, row[column].strip()) for number, row in rows if len(row) > column]
    first = {sign: next(((n, text) for n, text in entries if sign in text), None) for sign in ",."}
    if first[","] is None:
        return "."
    number, text = first[","]
    where = f"{path}, row {number}, column {header[column]!r}"
    if first["."] is not None:
        other, point = first["."]
        raise BadInput(
            f"{where}: got {text!r}, but row {other} has {point!r}: expected decimal commas or decimal "
            "points throughout; take out the signs that group thousands"
        )
    if all(re.fullmatch(r"\d{1,3},\d{3}", text) for _, text in entries if "," in text):
        raise BadInput(
            f"{where}: {text!r} may be a decimal comma or group thousands: write it with a decimal point"
        )
    return ","


def _goal_pred(species: str, where: str) -> float:
    if species.strip().casefold() not in GOAL_PRED:
        raise BadInput(f"{where}: expected 'cat' or 'dog', got {species!r}")
    return GOAL_PRED[species.strip().casefold()]


def _check_kinds(path: str, weights: np.ndarray, goals: np.ndarray) -> None:
    """Raise BadInput where there is nothing to tell apart."""
    for kind, goal in GOAL_PRED.items():
        if np.sum(goals == goal) < 2:
            raise BadInput(
                f"{path}: expected at least two cats and two dogs, found {len(goals)} animals, "
                f"{np.sum(goals == goal)} of them a {kind}"
            )
    if weights.min() == weights.max():
        raise BadInput(
            f"{path}: all {len(weights)} animals weigh {weights[0]:g} kg: expected different weights"
        )
