"""Stopping: the reasons why a descent ends, and the rules that find them.

A Step is one place on the way; `Rules.judge` looks at each and returns the reason for stopping there, if
there is one, with a sentence that contains its numbers. Each rule is a method.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.data import as_data
from .arguments import number, whole_number


class Stop(StrEnum):
    """The reason why a descent stopped; each equals its own text, as in `step.reason == "converged"`."""

    CONVERGED = "converged"
    """The gradient is (almost) zero: a minimum, or a place as flat as one."""
    SETTLED = "settled"
    """The error no longer changes."""
    EARLY_STOPPING = "early stopping"
    """The validation error no longer falls."""
    DIVERGED = "diverged"
    """The error or the gradient is no longer finite, or the error has exploded."""
    BUDGET = "budget"
    """All steps have been taken."""
    INTERRUPTED = "interrupted"
    """Ctrl-C was pressed."""


@dataclass(frozen=True)
class Step:
    """One place of a descent, before the optimizer moves on from it."""

    number: int
    """The number of steps taken to come here: 0 at the start."""
    error: float
    gradient_norm: float
    """The Euclidean norm over all parameters, of the gradient before any clipping."""
    learning_rate: float
    """The learning rate of the next step."""
    parameters: dict[str, Any]
    """By name: numbers, and read-only arrays that stay as they are when the parameters move on."""
    validation_error: float | None = None
    reason: Stop | None = None
    """Why the descent stopped, on the last Step."""
    message: str = ""
    """The same as a sentence with its numbers."""

    def __repr__(self) -> str:
        ending = f"; {self.reason}" if self.reason else ""
        return f"Step({self.number}: error {self.error:.6g}, gradient norm {self.gradient_norm:.3g}{ending})"


class Rules:
    """The rules for stopping, and the part of the descent so far that they depend on.

    first           the number of the first Step: 0, or where a loaded state goes on.
    best            the Step with the lowest error; `best_validated` the one with the lowest validation error.

    The rules for standing still hold whatever the units of the error and of the parameters: the gradient is
    compared with that of the start, the change of the error with the error itself and with its rounding.
    J. E. Dennis, R. B. Schnabel, "Numerical methods for unconstrained optimization and nonlinear equations",
    1983, section 7.2; C. T. Kelley, "Iterative methods for optimization", 1999, section 2.3.1.
    """

    def __init__(
        self, steps: int, gtol: float | None, ftol: float | None, dtol: float, patience: int, eps: float
    ) -> None:
        self.steps = whole_number("steps", steps, "[0, inf)")
        self.patience = whole_number("patience", patience, "[1, inf)")
        self.gtol = None if gtol is None else number("gtol", gtol, "[0, inf)")
        self.ftol = None if ftol is None else number("ftol", ftol, "[0, inf)")
        self.dtol = number("dtol", dtol, "[1, inf]")
        self.rounding = 4.0 * eps
        self.first, self.now = 0, 0
        self.start_error, self.start_norm = math.nan, math.nan
        self.recent: deque[float] = deque(maxlen=self.patience + 1)
        self.best: Step | None = None
        self.best_validated: Step | None = None
        self.rate = 0.0  # the learning rate of the step that led here

    def judge(self, step: Step, interrupted: bool) -> tuple[Stop | None, str]:
        """Return the reason for stopping at this step and a sentence about it; None if there is none."""
        self.now = step.number
        if step.number == 0:
            self.start_error, self.start_norm = step.error, step.gradient_norm
        if message := self._diverged(step):
            return Stop.DIVERGED, message
        self._remember(step)
        if message := self._converged(step):
            return Stop.CONVERGED, message
        if message := self._stopped_early(step):
            return Stop.EARLY_STOPPING, message
        if message := self._settled(step):
            return Stop.SETTLED, message
        if step.number >= self.steps:
            return Stop.BUDGET, f"budget: {self.steps} steps taken, error {step.error:.6g}"
        if interrupted:
            return Stop.INTERRUPTED, f"interrupted at step {step.number}, error {step.error:.6g}"
        return None, ""

    # The rules: each a sentence where it holds, else an empty one

    def _diverged(self, step: Step) -> str:
        is_finite = math.isfinite(step.error) and math.isfinite(step.gradient_norm)
        if is_finite and not step.error > self.dtol * max(1.0, abs(self.start_error)):
            self.rate = step.learning_rate
            return ""
        is_first = step.number == self.first
        cause = "before any step was taken" if is_first else f"learning rate {self.rate:g}"
        begin = f"diverged at step {step.number}, {cause}: error {step.error:.6g}"
        if is_finite:
            return f"{begin} is more than dtol, {self.dtol:g}, times that of the start"
        return f"{begin}, gradient norm {step.gradient_norm:.6g}"

    def _converged(self, step: Step) -> str:
        if self.gtol is None or not step.gradient_norm <= self.gtol * self.start_norm:
            return ""
        return (
            f"converged at step {step.number}: gradient norm {step.gradient_norm:.3g} is at most gtol, "
            f"{self.gtol:g}, times that of the start; error {step.error:.6g}"
        )

    def _stopped_early(self, step: Step) -> str:
        low = self.best_validated
        if low is None or step.number - low.number < self.patience:
            return ""
        return (
            f"early stopping at step {step.number}: no new low of the validation error in "
            f"{self.patience} steps, {low.validation_error:.6g} at step {low.number}"
        )

    def _settled(self, step: Step) -> str:
        if self.ftol is None or len(self.recent) <= self.patience:
            return ""
        high, low = max(self.recent), min(self.recent)
        tolerance = max(self.ftol, self.rounding)
        if high - low > tolerance * max(abs(high), abs(low)):
            return ""
        than = f"ftol, {self.ftol:g}, of itself" if self.ftol > self.rounding else "its rounding"
        return (
            f"settled at step {step.number}: in {self.patience} steps the error changed by no more "
            f"than {than}; error {step.error:.6g}"
        )

    def _remember(self, step: Step) -> None:
        self.recent.append(step.error)
        if self.best is None or step.error < self.best.error:
            self.best = step
        low, now = self.best_validated, step.validation_error
        if now is not None and not math.isnan(now) and (low is None or now < low.validation_error):  # type: ignore[operator]
            self.best_validated = step

    # The memory, for checkpoints

    def state(self) -> dict[str, Any]:
        """Everything that the coming judgements depend on, as numbers and arrays by name."""
        state: dict[str, Any] = {
            "number": self.now,
            "start.error": self.start_error,
            "start.gradient_norm": self.start_norm,
            "recent": np.array(self.recent),
        }
        for name, step in (("best", self.best), ("best_validated", self.best_validated)):
            if step is not None:
                state |= {f"{name}.{key}": getattr(step, key) for key in NUMBERS}
                state[f"{name}.validation_error"] = _or_nan(step.validation_error)
                state |= {f"{name}.parameters.{key}": data for key, data in step.parameters.items()}
        return state

    def load_state(self, state: Mapping[str, Any], parameters: Mapping[str, Value]) -> None:
        """Go on from a `state`, at the number that it has. Raises ValueError, and changes nothing, where
        it is not that of a descent on these parameters."""
        known = {"number", "start.error", "start.gradient_norm", "recent"}
        steps = {name: _loaded_step(name, state, parameters) for name in ("best", "best_validated")}
        known |= {key for key in state if key.startswith(("best.", "best_validated."))}
        if known != state.keys() or np.ndim(state["recent"]) != 1:
            raise ValueError(f"load_state: not the state of a descent: it holds {', '.join(state)}")
        self.first = self.now = whole_number("load_state: number", float(state["number"]), "[0, inf)")
        self.start_error, self.start_norm = float(state["start.error"]), float(state["start.gradient_norm"])
        self.recent.clear()
        self.recent.extend(np.asarray(state["recent"], float)[:-1].tolist())  # the last is judged again
        self.best, self.best_validated = steps["best"], steps["best_validated"]


NUMBERS = ("number", "error", "gradient_norm", "learning_rate")


def _or_nan(x: float | None) -> float:
    return math.nan if x is None else x


def _loaded_step(name: str, state: Mapping[str, Any], parameters: Mapping[str, Value]) -> Step | None:
    """The Step that was saved under this name; None if there was none."""
    expected = {f"{name}.{key}" for key in (*NUMBERS, "validation_error")}
    expected |= {f"{name}.parameters.{key}" for key in parameters}
    saved = {key for key in state if key.startswith(f"{name}.")}
    if not saved:
        return None
    if saved != expected:
        raise ValueError(
            f"load_state: {name}: not of a descent on these parameters: missing "
            f"{sorted(expected - saved)}, unknown {sorted(saved - expected)}"
        )
    data = {key: as_data(state[f"{name}.parameters.{key}"], key) for key in parameters}
    for key, parameter in parameters.items():
        if np.shape(data[key]) != parameter.shape:
            raise ValueError(
                f"load_state: {name}: {key}: expected shape {parameter.shape}, got {np.shape(data[key])}"
            )
    number, error, norm, rate, validation_error = (
        float(state[f"{name}.{key}"]) for key in (*NUMBERS, "validation_error")
    )
    validated = None if math.isnan(validation_error) else validation_error
    return Step(int(number), error, norm, rate, data, validated)
