"""Hot and cold: learning without a derivative. Try up, try down, keep the better.

It shows the use of a derivative. A try tells the direction and not the amount, so the step has a fixed
size: with a small one the search is slow, with a large one it oscillates about the goal. Each weight needs
two evaluations of the error, where one backward pass gives the derivatives by all weights.

`hot_cold` turns one knob. `coordinate_search` turns many, one after the other, and makes the step smaller
when nothing helps any more; on correlated weights it still needs many more rounds than moving all at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autodiff import Value
from . import arguments
from .parameters import Parameters, named, snapshots
from .stopping import Step, Stop


@dataclass(frozen=True)
class Probe:
    """The errors that hot-cold learning compared at one setting of the knob."""

    number: int
    knob_weight: float
    error: float
    up: float
    """The error with the knob turned up by step_amount."""
    down: float
    """The error with the knob turned down by step_amount."""


def hot_cold(
    error: Callable[[], Any], knob: Value, step_amount: float = 0.001, steps: int = 1000
) -> Iterator[Probe]:
    """Turn the knob up or down by step_amount, to whichever side has the lower error, `steps` times.

    error  a function without arguments that returns the error at the knob's present setting, a scalar.
    knob   a scalar Value, which is changed between one yield and the next.

    Yields `steps` + 1 Probes; the last one is the place where the knob ended. The search does not compare
    with staying, so it cannot stop: near the goal it oscillates. Where both sides are equal it stays.

    >>> knob = Value(0.5)
    >>> for probe in hot_cold(lambda: (0.5 * knob - 0.8) ** 2, knob, step_amount=0.001, steps=2):
    ...     print(f"{probe.knob_weight:.3f} {probe.error:.8f} up {probe.up:.8f} down {probe.down:.8f}")
    0.500 0.30250000 up 0.30195025 down 0.30305025
    0.501 0.30195025 up 0.30140100 down 0.30250000
    0.502 0.30140100 up 0.30085225 down 0.30195025
    """
    if not isinstance(knob, Value) or knob.shape:
        raise ValueError(
            f"hot_cold turns one knob, a scalar Value; got {knob!r}: coordinate_search turns many"
        )
    arguments.error_function(error)
    step_amount = arguments.number("step_amount", step_amount, "(0, inf)")
    return _turns(error, knob, step_amount, arguments.whole_number("steps", steps, "[0, inf)"))


def _turns(error: Callable[[], Any], knob: Value, step_amount: float, steps: int) -> Iterator[Probe]:
    for number in range(steps + 1):
        here = knob.data
        probe = Probe(
            number,
            here,
            arguments.as_number("error()", error()),
            up=_error_at(here + step_amount, knob, error),
            down=_error_at(here - step_amount, knob, error),
        )
        yield probe
        if number < steps and probe.up != probe.down:
            is_up = probe.up < probe.down or math.isnan(probe.down)
            knob.data = here + step_amount if is_up else here - step_amount


def _error_at(setting: float, knob: Value, error: Callable[[], Any]) -> float:
    here = knob.data
    knob.data = setting
    try:
        return arguments.as_number("error()", error())
    finally:
        knob.data = here


def coordinate_search(
    error: Callable[[], Any],
    parameters: Parameters,
    step_amount: float = 0.1,
    steps: int = 1000,
    *,
    xtol: float = 1e-8,
) -> Iterator[Step]:
    """Coordinate search: turn one weight at a time, to the side that lowers the error, if there is one.

    A round tries each entry of each parameter. After a round without a change step_amount is halved.

    error        a function without arguments that returns the error, a scalar.
    parameters   Values, as a list or a dict.
    steps        the largest number of rounds (reason: budget).
    xtol         converged where step_amount has come below this times what it was at the start.

    A generator of Steps as from `descend`, one for the start and one for each round; the learning_rate
    they show is step_amount, the gradient_norm nan. T. G. Kolda, R. M. Lewis, V. Torczon, "Optimization by
    direct search: new perspectives on some classical and modern methods", 2003 (there: compass search).

    >>> w = Value([1.0, -2.0], name="w")
    >>> *_, last = coordinate_search(lambda: ((w - 3.0) ** 2).sum(), [w], step_amount=1.0)
    >>> last.parameters, last.reason
    ({'w': array([3., 3.])}, <Stop.CONVERGED: 'converged'>)
    """
    arguments.error_function(error)
    by_name = named(parameters)
    step_amount = arguments.number("step_amount", step_amount, "(0, inf)")
    steps = arguments.whole_number("steps", steps, "[0, inf)")
    return _rounds(error, by_name, step_amount, steps, arguments.number("xtol", xtol, "[0, inf)"))


def _rounds(
    error: Callable[[], Any], by_name: dict[str, Value], step_amount: float, steps: int, xtol: float
) -> Iterator[Step]:
    smallest = xtol * step_amount
    best = arguments.as_number("error()", error())
    for number in range(steps + 1):
        reason, message = None, ""
        if math.isnan(best):
            reason, message = Stop.DIVERGED, "diverged: the error is nan"
        elif step_amount < smallest:
            reason = Stop.CONVERGED
            message = (
                f"converged after {number} rounds: step_amount is below xtol, {xtol:g}, times that of the "
                f"start; error {best:.6g}"
            )
        elif number == steps:
            reason, message = Stop.BUDGET, f"budget: {steps} rounds, error {best:.6g}"
        yield Step(number, best, math.nan, step_amount, snapshots(by_name), reason=reason, message=message)
        if reason:
            return
        before = best
        for parameter in by_name.values():
            for where in np.ndindex(parameter.shape):
                best = _turned(parameter, where, step_amount, best, error)
        if best == before:
            step_amount /= 2


def _turned(
    parameter: Value, where: tuple[int, ...], step_amount: float, best: float, error: Callable[[], Any]
) -> float:
    """Set one entry to the place with the lowest error: here, up, or (if up is no better) down."""
    here = np.asarray(parameter.snapshot())[where]
    for setting in (here + step_amount, here - step_amount):
        _set(parameter, where, setting)
        tried = arguments.as_number("error()", error())
        if tried < best:
            return tried
    _set(parameter, where, here)
    return best


def _set(parameter: Value, where: tuple[int, ...], setting: float) -> None:
    if where:
        parameter.data[where] = setting
    else:
        parameter.data = setting
