"""Training: the loop that evaluates the error, walks back, steps, and says why it stopped.

    optimizer = GradientDescent(net.parameters, learning_rate=0.1)
    for step in descend(lambda: net.compare(net.predict(input), goal_pred), optimizer, steps=100):
        print(step.number, step.error)
    print(step.reason, step.message)

`descend` is a generator. It yields a Step before each update; after the last one the parameters are those of
the last Step. stopping.py has the Step and the rules for stopping.

Around it: history.py collects the Steps, restarts.py descends from several starts, divergence.py explains why
a descent diverged, checkpoint.py saves, data.py cuts the data into batches.
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from types import FrameType
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.value import ancestors
from .divergence import what_would_hold, where_it_began
from .optimizer import Optimizer
from .parameters import put, snapshots
from .stopping import Rules, Step, Stop

Error = Callable[[], Value]
"""A function without arguments that computes the error from the parameters: a scalar Value."""


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
    """Yield a Step at the start, and one after each of the optimizer's steps.

    error             a function without arguments, called at every step: returns the error, a scalar Value.
    optimizer         holds parameters that the error depends on.
    steps             the largest number of steps (reason: budget).
    gtol              converged where the norm of the gradient is at most this. None for mini-batches: that
                      one batch has no gradient says nothing about the others.
    ftol              settled where over `patience` steps the error changed by at most this, relative to
                      itself. None: never.
    dtol              diverged where the error is more than dtol times that of the start (or more than dtol,
                      where it started below 1), and where error or gradient is not finite.
    patience          the number of steps that the rules for standing still look back.
    validation_error  a function without arguments, called at every step: returns a number. Early stopping
                      where `patience` steps in a row brought it no new low.
    bar               show a tqdm progress bar.

    On divergence the parameters are put back to the Step with the lowest error, on early stopping to the one
    with the lowest validation error; the last Step still shows where the descent stopped, and its message
    explains it. Otherwise they are those of the last Step. The optimizer's memory is never put back.

    Ctrl-C during a step lets it finish its evaluation and stops the descent there, with parameters and memory
    in step with one another; a second Ctrl-C raises KeyboardInterrupt at once.

    Raises TypeError or ValueError where error() is not a scalar Value, or does not depend on any of the
    parameters, and where steps or patience is not a whole number, at least 0 and 1.

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
    rules = Rules(steps, gtol, ftol, dtol, patience)
    interrupts = _Interrupts()
    progress = _progress_bar(rules.steps) if bar else None
    try:
        interrupts.install()
        for number in range(rules.steps + 1):
            # An overflow on the way is for the rules to judge, so it raises no warning.
            with interrupts, np.errstate(all="ignore"):
                if number:
                    optimizer.step()
                output, step = _evaluated(number, error, optimizer, validation_error)
                reason, message = rules.judge(step, interrupts.pending)
                if reason is Stop.DIVERGED:
                    message += where_it_began(output) + _back_to(rules.best, optimizer)
                    message += what_would_hold(error, optimizer.parameters)
                elif reason is Stop.EARLY_STOPPING:
                    message += _back_to(rules.best_validated, optimizer)
            if progress is not None:
                progress.set_postfix(error=f"{step.error:.6g}", refresh=False)
                progress.update(1 if number else 0)
            yield replace(step, reason=reason, message=message) if reason else step
            if reason:
                return
    finally:
        interrupts.restore()
        if progress is not None:
            progress.close()


def _evaluated(
    number: int, error: Error, optimizer: Optimizer, validation_error: Callable[[], Any] | None
) -> tuple[Value, Step]:
    """Compute the error and its gradients where the parameters are now."""
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
        parameters=snapshots(optimizer.by_name),
        validation_error=None if validation_error is None else float(validation_error()),
    )


def _norm(parameters: Iterable[Value]) -> float:
    gradients = [np.asarray(parameter.grad, float).ravel() for parameter in parameters]
    norm = math.sqrt(sum([gradient.dot(gradient) for gradient in gradients]))
    if 0.0 < norm < math.inf:
        return norm
    return math.hypot(*[entry for gradient in gradients for entry in gradient])  # a square is 0 or infinite


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
        raise ValueError(f"error(): expected a scalar, got shape {output.shape}: reduce it (.mean(), .sum())")


def _check_dependence(output: Value, optimizer: Optimizer) -> None:
    if set(optimizer.parameters).isdisjoint(ancestors(output)):
        raise ValueError(
            f"error() does not depend on any of the optimizer's parameters ({', '.join(optimizer.names)}): "
            "nothing could be learned. Is it computed from other Values, or once and for all?"
        )


def _back_to(step: Step | None, optimizer: Optimizer) -> str:
    """Put the parameters back to those of a Step; return a sentence about it."""
    if step is None:
        return ". There is nothing better to go back to"
    put(optimizer.by_name, step.parameters)
    return f". The parameters are back at step {step.number} (error {step.error:.6g})"


def _progress_bar(steps: int) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=steps, unit="step")


class _Interrupts:
    """Ctrl-C while a descent runs. Within `with interrupts` a first one is deferred and `pending`; a second
    one, and each one outside, raises KeyboardInterrupt as usual.

    Installed only where Ctrl-C raises KeyboardInterrupt: in the main thread, with Python's own handler (or
    that of another descent).
    """

    def __init__(self) -> None:
        self.pending = False
        self._is_deferring = False
        self._previous: Any = None

    def install(self) -> None:
        handler = signal.getsignal(signal.SIGINT)
        is_python = handler is signal.default_int_handler
        if threading.current_thread() is threading.main_thread() and (
            is_python or isinstance(getattr(handler, "__self__", None), _Interrupts)
        ):
            self._previous = signal.signal(signal.SIGINT, self._handle)

    def restore(self) -> None:
        if signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, self._previous)

    def __enter__(self) -> None:
        self._is_deferring = True

    def __exit__(self, *_: object) -> None:
        self._is_deferring = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.pending or not self._is_deferring:
            signal.default_int_handler(number, frame)
        self.pending = True
