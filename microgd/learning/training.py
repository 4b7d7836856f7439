"""Training: the loop that evaluates the error, walks back, steps, and says why it stopped.

    optimizer = GradientDescent(net.parameters, learning_rate=0.1)
    for step in descend(lambda: net.compare(net.predict(input), goal_pred), optimizer, steps=100):
        print(step.number, step.error)
    print(step.reason, step.message)

`descend` makes an iterator: a Step before each update; after the last one the parameters are those of the
last Step. stopping.py has the Step and the rules for stopping.

Around it: history.py collects the Steps, restarts.py descends from several starts, divergence.py explains why
a descent diverged, checkpoint.py saves, data.py cuts the data into batches.
"""

from __future__ import annotations

import itertools
import math
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from types import FrameType
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.value import next_number
from .arguments import (
    Error,
    as_number,
    check_dependence,
    check_error,
    computed_before,
    error_function,
    function,
)
from .divergence import what_would_hold, where_it_began
from .optimizer import Optimizer
from .parameters import put, snapshots
from .stopping import Rules, Step, Stop


def descend(
    error: Error,
    optimizer: Optimizer,
    steps: int = 1000,
    *,
    gtol: float | None = 1e-8,
    ftol: float | None = 0.0,
    dtol: float = 1e20,
    patience: int = 20,
    validation_error: Callable[[], Any] | None = None,
    bar: bool = False,
) -> Descent:
    """Make a descent: an iterator of Steps, one at the start and one after each of the optimizer's steps.

    Nothing is computed before the first Step is asked for, by a loop, `next` or `History`.

    error             a function without arguments, called at every step: returns the error, a scalar Value.
    optimizer         holds parameters that the error depends on.
    steps             the largest number of steps (reason: budget).
    gtol              converged where the norm of the gradient is at most this times that of the start. None
                      for mini-batches: that one batch has no gradient says nothing about the others.
    ftol              settled where over `patience` steps the error changed by at most this, relative to
                      itself, or by no more than the rounding of its numbers. None: never.
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

    An exception in error() or in the optimizer gets a note that names the step and the parameters.

    Raises TypeError or ValueError at once for arguments that cannot be used; while it runs, where error() is
    not a scalar Value, does not depend on any of the parameters, or was computed before it was called.
    Warns (RuntimeWarning) where a descent is thrown away that was never run.

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
    error_function(error)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer: expected one such as GradientDescent(parameters, rate), got {optimizer!r}"
        )
    if validation_error is not None:
        function("validation_error", validation_error, "a function without arguments that returns a number")
    eps = max(float(np.finfo(parameter.dtype).eps) for parameter in optimizer.parameters)
    rules = Rules(steps, gtol, ftol, dtol, patience, eps)
    return Descent(
        rules,
        optimizer,
        lambda interrupts: _steps(error, optimizer, rules, validation_error, bar, interrupts),
    )


class Descent(Iterator[Step]):
    """The Steps of `descend`, and the memory of its rules for stopping, for `checkpoint.save`."""

    def __init__(
        self, rules: Rules, optimizer: Optimizer, steps: Callable[[_Interrupts], Generator[Step, None, None]]
    ) -> None:
        self._rules, self._optimizer, self._has_begun = rules, optimizer, False
        self._steps = steps(_Interrupts())

    def __next__(self) -> Step:
        self._has_begun = True
        return next(self._steps)

    def state(self) -> dict[str, Any]:
        """The number of the last Step, and what the rules for stopping remember, by name."""
        return self._rules.state()

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from the `state` of a descent on the same parameters: its numbers count on, up to `steps`.

        Raises ValueError, and changes nothing, where the state is of something else, or Steps have been
        taken already.
        """
        if self._has_begun:
            raise ValueError("load_state: this descent has begun: load before its first Step")
        self._rules.load_state(state, self._optimizer.by_name)

    def close(self) -> None:
        """End it here, as leaving a loop does: Ctrl-C and the progress bar are as they were before."""
        self._steps.close()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(
            "descend: a descent cannot be copied or pickled, only run: keep its Steps in a History, or save "
            "it with checkpoint.save(path, parameters, optimizer, descent)"
        )

    def __del__(self) -> None:
        if not getattr(self, "_has_begun", True):
            warnings.warn(
                "descend: this descent was never run, so nothing was learned: loop over it "
                "(for step in descend(...):) or collect it (History(descend(...)))",
                RuntimeWarning,
                stacklevel=2,
            )


def _steps(
    error: Error,
    optimizer: Optimizer,
    rules: Rules,
    validation_error: Callable[[], Any] | None,
    bar: bool,
    interrupts: _Interrupts,
) -> Generator[Step, None, None]:
    """Walk until a rule says stop. Between one Step and the next Ctrl-C is deferred."""
    interrupts.is_deferring = True
    progress = _progress_bar(rules.steps, rules.first) if bar else None
    try:
        interrupts.install()
        for number in range(rules.first, max(rules.steps, rules.first) + 1):
            # An overflow on the way is for the rules to judge, so it raises no warning.
            with np.errstate(all="ignore"):
                try:
                    if number > rules.first:
                        optimizer.step()
                    output, step = _evaluated(
                        number, number <= rules.first + 1, error, optimizer, validation_error
                    )
                except Exception as problem:
                    problem.add_note(f"raised at step {number} of descend, at {_shown(optimizer)}")
                    raise
                reason, message = rules.judge(step, interrupts.pending)
                if reason is Stop.DIVERGED:
                    message += where_it_began(output) + _back_to(rules.best, optimizer)
                    message += what_would_hold(error, optimizer.by_name)
                elif reason is Stop.EARLY_STOPPING:
                    message += _back_to(rules.best_validated, optimizer)
            if progress is not None:
                progress.set_postfix(error=f"{step.error:.6g}", refresh=False)
                progress.update(number - rules.first - progress.n + progress.initial)
                if reason:  # however many steps it was given: it is at its end
                    progress.total = progress.n
            if reason:
                yield replace(step, reason=reason, message=message)
                return
            interrupts.is_deferring = False
            yield step
            interrupts.is_deferring = True
    finally:
        interrupts.restore()
        if progress is not None:
            progress.close()


def _evaluated(
    number: int,
    is_checked: bool,
    error: Error,
    optimizer: Optimizer,
    validation_error: Callable[[], Any] | None,
) -> tuple[Value, Step]:
    """Compute the error and its gradients where the parameters are now.

    The graph is checked at the first two: what the first call keeps for later shows itself in the second.
    """
    since = next_number()
    output = error()
    check_error(output)
    if is_checked:
        check_dependence(output, optimizer.by_name, since)
    elif output.number < since and output.op is not None:
        raise computed_before(output)
    optimizer.zero_grad()
    output.backward()
    found = output.item()
    validated = None if validation_error is None else as_number("validation_error()", validation_error())
    optimizer.observe(found if validated is None else validated)
    return output, Step(
        number=number,
        error=found,
        gradient_norm=_norm(optimizer.parameters),
        learning_rate=optimizer.rate(),
        parameters=snapshots(optimizer.by_name),
        validation_error=validated,
    )


def _shown(optimizer: Optimizer) -> str:
    """The parameters in one line for a message: small ones with their numbers."""
    return ", ".join(
        f"{name} = {p.content}" if np.size(p.content) <= 4 else f"{name} of shape {p.shape}"
        for name, p in itertools.islice(optimizer.by_name.items(), 6)
    )


def _norm(parameters: Iterable[Value]) -> float:
    gradients = [np.asarray(parameter.grad, float).ravel() for parameter in parameters]
    norm = math.sqrt(sum([gradient.dot(gradient) for gradient in gradients]))
    if 0.0 < norm < math.inf:
        return norm
    return math.hypot(*[entry for gradient in gradients for entry in gradient])  # a square is 0 or infinite


def _back_to(step: Step | None, optimizer: Optimizer) -> str:
    """Put the parameters back to those of a Step; return a sentence about it."""
    if step is None:
        return ". There is nothing better to go back to"
    put(optimizer.by_name, step.parameters)
    return f". The parameters are back at step {step.number} (error {step.error:.6g})"


def _progress_bar(steps: int, first: int) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=steps, initial=first, unit="step")


class _Interrupts:
    """Ctrl-C while a descent runs: a first one while `is_deferring` is only noted, as `pending`. A second
    one, and each one between two Steps, raises KeyboardInterrupt as usual.

    Installed only where Ctrl-C raises KeyboardInterrupt: in the main thread, with Python's own handler (or
    that of another descent).
    """

    def __init__(self) -> None:
        self.pending = False
        self.is_deferring = False
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

    def _handle(self, number: int, frame: FrameType | None) -> None:
        is_handing_over = frame is not None and frame.f_code is Descent.__next__.__code__
        if self.pending or not (self.is_deferring or is_handing_over):
            signal.default_int_handler(number, frame)
        self.pending = True
