"""History: the Steps of a descent, kept to be looked at afterwards.

`History(descend(error, optimizer))` runs the descent; its attributes are the fields of the Steps as arrays.
Jupyter shows it as a curve and a table, which the pictures draw (see microgd/__init__.py).
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from .arguments import whole_number
from .files import write_whole
from .stopping import Step, Stop


class History:
    """The Steps of a descent, collected by running it to its end.

    descent  Steps, as `descend` and `coordinate_search` generate them.
    every    keep only the Steps whose number it divides, and the last: a Step holds all parameters.

    `step`, `error`, `gradient_norm`, `learning_rate` and `validation_error` are arrays with an entry for
    each Step, `parameters` a dict of them by name, of shape (Steps, *parameter's shape). `reason` and
    `message` are those of the last Step; after Ctrl-C too, which leaves the rest as it was.

    >>> from microgd import Value
    >>> from microgd.learning import GradientDescent, descend
    >>> knob = Value(0.5, name="knob")
    >>> history = History(descend(lambda: (0.5 * knob - 0.8) ** 2, GradientDescent([knob], 0.5), steps=20))
    >>> history
    History(21 steps: error 0.3025 -> 3.04212e-06; budget)
    >>> history.parameters["knob"][:3]
    array([0.5    , 0.775  , 0.98125])
    """

    def __init__(self, descent: Iterable[Step], every: int = 1) -> None:
        every = whole_number("every", every, "[1, inf)")
        if not isinstance(descent, Iterable):
            raise TypeError(
                f"History: expected the Steps of a descent, History(descend(...)), got {descent!r}"
            )
        self.steps: list[Step] = []
        step = None
        try:
            for step in descent:
                if not isinstance(step, Step):
                    raise TypeError(f"History: expected Steps, as descend(...) gives them, got {step!r}")
                if step.number % every == 0 or step.reason:
                    self.steps.append(step)
        except KeyboardInterrupt:  # between two steps: the descent itself handles those within
            if step is None:
                raise
            last = replace(step, reason=Stop.INTERRUPTED, message=f"interrupted at step {step.number}")
            self.steps = [*(kept for kept in self.steps if kept.number < step.number), last]
        if not self.steps:
            raise ValueError(
                "History: expected at least one Step, got none: has the descent been run before?"
            )

    # The fields as arrays

    @property
    def step(self) -> np.ndarray:
        """The numbers of the Steps."""
        return np.array([step.number for step in self.steps])

    @property
    def error(self) -> np.ndarray:
        """The errors."""
        return np.array([step.error for step in self.steps])

    @property
    def gradient_norm(self) -> np.ndarray:
        """The gradients' norms."""
        return np.array([step.gradient_norm for step in self.steps])

    @property
    def learning_rate(self) -> np.ndarray:
        """The learning rates."""
        return np.array([step.learning_rate for step in self.steps])

    @property
    def validation_error(self) -> np.ndarray:
        """The validation errors; nan where there was none."""
        return np.array([math.nan if s.validation_error is None else s.validation_error for s in self.steps])

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """By name: the parameter at each Step, along the first axis."""
        return {name: np.stack([s.parameters[name] for s in self.steps]) for name in self.steps[0].parameters}

    # Its end, and its best

    @property
    def reason(self) -> Stop | None:
        """Why the descent stopped."""
        return self.steps[-1].reason

    @property
    def message(self) -> str:
        """The same as a sentence."""
        return self.steps[-1].message

    @property
    def best(self) -> Step:
        """The Step with the lowest error."""
        return min(self.steps, key=lambda step: math.inf if math.isnan(step.error) else step.error)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __repr__(self) -> str:
        first, last = self.steps[0].error, self.steps[-1].error
        return f"History({len(self)} steps: error {first:.6g} -> {last:.6g}; {self.reason})"

    # Out of it

    def to_dict(self) -> dict[str, Any]:
        """The arrays by name, the parameters as a dict in it, and the reason and its message as texts."""
        return {
            "step": self.step,
            "error": self.error,
            "gradient_norm": self.gradient_norm,
            "learning_rate": self.learning_rate,
            "validation_error": self.validation_error,
            "parameters": self.parameters,
            "reason": str(self.reason),
            "message": self.message,
        }

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """A line for each Step; an array's entries each have a column, as in "weight[0,1]".

        Numbers are written so that they read back to the same floats; what does not exist is left empty.
        """
        text = io.StringIO(newline="")
        lines = csv.writer(text)
        fields = ["step", "error", "gradient_norm", "learning_rate", "validation_error"]
        lines.writerow([*fields, *_columns(self.steps[0].parameters)])
        for s in self.steps:
            validation = "" if s.validation_error is None else s.validation_error
            entries = [float(x) for data in s.parameters.values() for x in np.ravel(data)]
            lines.writerow([s.number, s.error, s.gradient_norm, s.learning_rate, validation, *entries])
        write_whole(path, text.getvalue().encode())


def _columns(parameters: dict[str, Any]) -> list[str]:
    return [
        f"{name}[{','.join(map(str, index))}]" if index else name
        for name, data in parameters.items()
        for index in np.ndindex(np.shape(data))
    ]
