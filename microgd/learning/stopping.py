"""Stopping: the reasons why a descent ends, and the rules that find them.

A Step is one place on the way; `Rules.judge` looks at each and returns the reason for stopping there, if
there is one, with a sentence that contains its numbers. Each rule is a method.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .arguments import whole_number


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

    best            the Step with the lowest error; `best_validated` the one with the lowest validation error.
    """

    def __init__(
        self, steps: int, gtol: float | None, ftol: float | None, dtol: float, patience: int
    ) -> None:
        self.steps = whole_number("steps", steps, "[0, inf)")
        self.patience = whole_number("patience", patience, "[1, inf)")
        self.gtol, self.ftol, self.dtol = gtol, ftol, dtol
        self.recent: deque[float] = deque(maxlen=self.patience + 1)
        self.best: Step | None = None
        self.best_validated: Step | None = None
        self.scale = 0.0
        self.rate = 0.0  # the learning rate of the step that led here

    def judge(self, step: Step, interrupted: bool) -> tuple[Stop | None, str]:
        """Return the reason for stopping at this step and a sentence about it; None if there is none."""
        if message := self._diverged(step):
            return Stop.DIVERGED, message
        self._remember(step)
        if message := self._converged(step):
            return Stop.CONVERGED, message
        if message := self._stopped_early(step):
            return Stop.EARLY_STOPPING, message
        if message := self._settled(step):
            return Stop.SETTLED, message
        if step.number == self.steps:
            return Stop.BUDGET, f"budget: {self.steps} steps taken, error {step.error:.6g}"
        if interrupted:
            return Stop.INTERRUPTED, f"interrupted at step {step.number}, error {step.error:.6g}"
        return None, ""

    # The rules: each a sentence where it holds, else an empty one

    def _diverged(self, step: Step) -> str:
        if step.number == 0:
            self.scale, self.rate = max(1.0, abs(step.error)), step.learning_rate
        is_finite = math.isfinite(step.error) and math.isfinite(step.gradient_norm)
        if is_finite and not step.error > self.dtol * self.scale:
            self.rate = step.learning_rate
            return ""
        begin = f"diverged at step {step.number}, learning rate {self.rate:g}: error {step.error:.6g}"
        if is_finite:
            return f"{begin} is more than dtol, {self.dtol:g}, times that of the start"
        return f"{begin}, gradient norm {step.gradient_norm:.6g}"

    def _converged(self, step: Step) -> str:
        if self.gtol is None or not step.gradient_norm <= self.gtol:
            return ""
        return (
            f"converged at step {step.number}: gradient norm {step.gradient_norm:.3g} "
            f"is at most gtol, {self.gtol:g}; error {step.error:.6g}"
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
        size = max(map(abs, self.recent))
        if size and not (max(self.recent) - min(self.recent)) / size <= self.ftol:
            return ""
        return (
            f"settled at step {step.number}: in {self.patience} steps the error changed by no more "
            f"than ftol, {self.ftol:g}, of itself; error {step.error:.6g}"
        )

    def _remember(self, step: Step) -> None:
        self.recent.append(step.error)
        if self.best is None or step.error < self.best.error:
            self.best = step
        low, now = self.best_validated, step.validation_error
        if now is not None and not math.isnan(now) and (low is None or now < low.validation_error):  # type: ignore[operator]
            self.best_validated = step
