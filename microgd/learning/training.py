"""Descending: the loop of evaluate, walk back, step; watched while it runs, and why it stopped.

    optimizer = GradientDescent(net.parameters, learning_rate=0.1)
    for step in descend(lambda: net.compare(net.predict(input), goal_pred), optimizer, steps=100):
        print(step.number, step.error)
    print(step.reason, step.message)

`descend` is a generator: it yields what it sees at one place, and moves on when it is asked for the next.
What the last Step shows is what the parameters hold. First comes a Step and the reasons for stopping,
then the loop, then the rules by which it stops.

Around it: history.py collects the Steps, restarts.py descends from several starts, divergence.py finds out
why a descent blew up, checkpoint.py saves, data.py cuts the data into batches.
"""

from __future__ import annotations

import math
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import FrameType
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.value import ancestors
from .arguments import whole_number
from .divergence import what_would_hold, where_it_began
from .optimizers import Optimizer

Error = Callable[[], Value]
"""Called without arguments, computes the error from the parameters: a Value of a single number."""


class Stop(StrEnum):
    """Why a descent stopped; each equals its own text, as in `step.reason == "plateau"`."""

    CONVERGED = "converged"
    """The gradient is (almost) zero: a minimum, or a place as flat as one."""
    PLATEAU = "plateau"
    """The error no longer changes."""
    EARLY_STOPPING = "early stopping"
    """The validation error no longer falls."""
    DIVERGED = "diverged"
    """The error or the gradient is no longer finite, or the error has exploded."""
    BUDGET = "budget"
    """All steps that were asked for have been taken."""
    INTERRUPTED = "interrupted"
    """Ctrl-C."""


@dataclass(frozen=True)
class Step:
    """What a descent sees before it moves on."""

    number: int
    """How many steps have been taken to come here: 0 at the start."""
    error: float
    gradient_norm: float
    """The Euclidean norm over all parameters, of the gradient as it is, before any clipping."""
    learning_rate: float
    """That of the step which comes next."""
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


# The loop ----------------------------------------------------------------------------------------


def descend(
    error: Error,
    optimizer: Optimizer,
    steps: int = 1000,
    *,
    gtol: float | None = 1e-8,
    ftol: float | None = 1e-9,
    dtol: float = 1e20,
    patience: int = 20,
    validation_error: Callable[[], Any] | None = None,
    bar: bool = False,
) -> Iterator[Step]:
    """A generator of Steps: of the start, and of the place after each of the optimizer's steps.

    error             called without arguments at every step, returns the error as a Value.
    optimizer         whose parameters it depends on.
    steps             how many steps to take at most (reason: budget).
    gtol              converged where the gradient's norm is at most this. None for mini-batches: that one
                      batch has no gradient says nothing of the others.
    ftol              plateau where over `patience` steps the error changed by at most this, relative to
                      itself. None: never.
    dtol              diverged where the error is more than dtol times what it was at the start (or than
                      dtol, where it started below 1), and where error or gradient is not finite.
    patience          how many steps the two rules for standing still look back.
    validation_error  called without arguments at every step, returns a number. Early stopping where
                      `patience` steps in a row brought it no new low.
    bar               show a tqdm progress bar.

    On divergence the parameters go back to where the error was lowest, on early stopping to where the
    validation error was; the last Step still shows where it stopped, and its message says all that is
    known. Otherwise they hold what the last Step shows. The optimizer's memory is never put back.

    Ctrl-C while the descent computes lets it finish the present evaluation and stops it there, with
    parameters and memory in step with one another; a second Ctrl-C is a KeyboardInterrupt at once.

    Raises TypeError or ValueError where error() is not a Value of a single number, or does not depend on
    any of the parameters, and where steps or patience is not a whole number, at least 0 and 1.

    >>> from microgd.learning.optimizers import GradientDescent
    >>> knob_weight = Value(0.5, name="knob_weight")
    >>> optimizer = GradientDescent([knob_weight], learning_rate=0.5)
    >>> for step in descend(lambda: (0.5 * knob_weight - 0.8) ** 2, optimizer, steps=3):
    ...     print(step.number, f"{step.error:.8f}", f"{step.parameters['knob_weight']:.6f}")
    0 0.30250000 0.500000
    1 0.17015625 0.775000
    2 0.09571289 0.981250
    3 0.05383850 1.135938
    >>> step.reason, step.message
    (<Stop.BUDGET: 'budget'>, 'budget: 3 steps taken, error 0.0538385')
    """
    _check_arguments(error, optimizer)
    watch = _Watch(steps, gtol, ftol, dtol, patience)
    interrupt = _Interrupt()
    shown = _progress_bar(watch.steps) if bar else None
    try:
        for number in range(watch.steps + 1):
            # An overflow on the way is for the rules to judge, so no warning.
            with interrupt, np.errstate(all="ignore"):
                if number:
                    optimizer.step()
                output, step = _look(number, error, optimizer, validation_error)
                reason, message = watch.judge(step, interrupt.noted)
                if reason is Stop.DIVERGED:
                    message += where_it_began(output) + _back_to(watch.best, optimizer)
                    message += what_would_hold(error, optimizer.parameters)
                elif reason is Stop.EARLY_STOPPING:
                    message += _back_to(watch.best_validated, optimizer)
            if shown is not None:
                shown.set_postfix(error=f"{step.error:.6g}", refresh=False)
                shown.update(1 if number else 0)
            yield replace(step, reason=reason, message=message) if reason else step
            if reason:
                return
    finally:
        if shown is not None:
            shown.close()


def _look(
    number: int, error: Error, optimizer: Optimizer, validation_error: Callable[[], Any] | None
) -> tuple[Value, Step]:
    """Evaluate, and walk back."""
    output = error()
    _check_output(output)
    if number == 0:
        _check_dependence(output, optimizer)
    optimizer.zero_grad()
    output.backward()
    return output, Step(
        number=number,
        error=output.item(),
        gradient_norm=_norm(optimizer.parameters),
        learning_rate=optimizer.rate(),
        parameters=snapshots(optimizer),
        validation_error=None if validation_error is None else float(validation_error()),
    )


def _norm(parameters: Iterable[Value]) -> float:
    gradients = [np.ravel(np.asarray(parameter.grad, float)) for parameter in parameters]
    norm = math.sqrt(sum([np.vdot(gradient, gradient) for gradient in gradients]))
    if 0.0 < norm < math.inf:
        return norm
    return math.hypot(*[entry for gradient in gradients for entry in gradient])  # whose squares do not fit


def _check_arguments(error: Any, optimizer: Any) -> None:
    if not callable(error):
        raise TypeError(f"error: expected a function without arguments that computes it, got {error!r}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer: expected one such as GradientDescent(parameters, rate), got {optimizer!r}"
        )


def _check_output(output: Any) -> None:
    if not isinstance(output, Value):
        raise TypeError(
            f"error(): expected a Value, got {output!r}: compute it from the parameters, not from their .data"
        )
    if output.shape:
        raise ValueError(
            f"error(): expected a single number, got shape {output.shape}: reduce it (.mean(), .sum())"
        )


def _check_dependence(output: Value, optimizer: Optimizer) -> None:
    if set(optimizer.parameters).isdisjoint(ancestors(output)):
        raise ValueError(
            f"error() does not depend on any of the optimizer's parameters ({', '.join(optimizer.names)}): "
            "nothing could be learned. Is it computed from other Values, or once and for all?"
        )


def _back_to(step: Step | None, optimizer: Optimizer) -> str:
    """Put the parameters back to where a step had them, and say so."""
    if step is None:
        return ". There is nothing better to go back to"
    put(optimizer, step.parameters)
    return f". The parameters are back at step {step.number} (error {step.error:.6g})"


def snapshots(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer's parameters by name, as they are now."""
    pairs = zip(optimizer.names, optimizer.parameters, strict=True)
    return {name: parameter.snapshot() for name, parameter in pairs}


def put(optimizer: Optimizer, data: Mapping[str, Any]) -> None:
    """Set the optimizer's parameters by name."""
    for name, parameter in zip(optimizer.names, optimizer.parameters, strict=True):
        parameter.data = data[name]


def _progress_bar(steps: int) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=steps, unit="step")


# Why it stops ------------------------------------------------------------------------------------


class _Watch:
    """What has been seen of a descent, as far as the rules for stopping need it."""

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
        self.rate = 0.0  # that of the step which led here

    def judge(self, step: Step, interrupted: bool) -> tuple[Stop | None, str]:
        """The reason for stopping here, if there is one, and a sentence on it."""
        if said := self._diverged(step):
            return Stop.DIVERGED, said
        self._remember(step)
        for reason, said in (
            (Stop.CONVERGED, self._converged(step)),
            (Stop.EARLY_STOPPING, self._stopped_early(step)),
            (Stop.PLATEAU, self._plateau(step)),
        ):
            if said:
                return reason, said
        if step.number == self.steps:
            return Stop.BUDGET, f"budget: {self.steps} steps taken, error {step.error:.6g}"
        if interrupted:
            return Stop.INTERRUPTED, f"interrupted at step {step.number}, error {step.error:.6g}"
        return None, ""

    # The rules: each a sentence where it holds, else nothing

    def _diverged(self, step: Step) -> str:
        if step.number == 0:
            self.scale, self.rate = max(1.0, abs(step.error)), step.learning_rate
        begin = f"diverged at step {step.number}, learning rate {self.rate:g}: error {step.error:.6g}"
        if not (math.isfinite(step.error) and math.isfinite(step.gradient_norm)):
            return f"{begin}, gradient norm {step.gradient_norm:.6g}"
        if step.error > self.dtol * self.scale:
            return f"{begin} is more than dtol, {self.dtol:g}, times that of the start"
        self.rate = step.learning_rate
        return ""

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

    def _plateau(self, step: Step) -> str:
        if self.ftol is None or len(self.recent) <= self.patience or not self._spread() <= self.ftol:
            return ""
        return (
            f"plateau at step {step.number}: in {self.patience} steps the error changed by no more "
            f"than ftol, {self.ftol:g}, of itself; error {step.error:.6g}"
        )

    def _remember(self, step: Step) -> None:
        self.recent.append(step.error)
        if self.best is None or step.error < self.best.error:
            self.best = step
        low, now = self.best_validated, step.validation_error
        if now is not None and not math.isnan(now) and (low is None or now < low.validation_error):  # type: ignore[operator]
            self.best_validated = step

    def _spread(self) -> float:
        """How much the recent errors differ, relative to the largest of them."""
        size = max(abs(error) for error in self.recent)
        return (max(self.recent) - min(self.recent)) / size if size else 0.0


class _Interrupt:
    """While this context lasts, a first Ctrl-C is noted instead of raised; a second one is raised.

    Only where Ctrl-C would raise KeyboardInterrupt: in the main thread, with Python's own handler.
    """

    def __init__(self) -> None:
        self.noted = False
        self._ours = False

    def __enter__(self) -> None:
        self._ours = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if self._ours:
            signal.signal(signal.SIGINT, self._note)

    def __exit__(self, *_: object) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.noted:
            signal.default_int_handler(number, frame)
        self.noted = True
