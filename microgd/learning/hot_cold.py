"""Learning without a derivative: try up, try down, keep the better.

It is how a child plays hot and cold, and it shows what the derivative is for. A try tells the direction
and nothing about the amount, so the step stays as large as it was set: too small and it crawls, too large
and it swings about the goal for ever. Two tries are needed for each weight, where one derivative answers
for all of them.

`hot_cold` turns one knob. `coordinate_search` turns many, one after the other, and makes the step smaller
when nothing helps any more; on correlated weights it still needs many more rounds than moving all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..autodiff import Value


@dataclass(frozen=True)
class Probe:
    """What hot-cold learning saw at one setting of the knob, before it turned it."""

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

    error  called without arguments, returns the error at the knob's present setting, a single number.
    knob   a Value of a single number. It is turned between one yield and the next.

    A generator of `steps` + 1 Probes, the last of which is where the knob ended. It does not compare with
    staying, so it cannot stop: near the goal it swings. Where both sides are alike it stays.

    >>> knob = Value(0.5)
    >>> for probe in hot_cold(lambda: (0.5 * knob - 0.8) ** 2, knob, step_amount=0.001, steps=2):
    ...     print(f"{probe.knob_weight:.3f} {probe.error:.8f} up {probe.up:.8f} down {probe.down:.8f}")
    0.500 0.30250000 up 0.30195025 down 0.30305025
    0.501 0.30195025 up 0.30140100 down 0.30250000
    0.502 0.30140100 up 0.30085225 down 0.30195025
    """
    if knob.shape:
        raise ValueError(
            f"hot_cold turns one knob, a single number; got shape {knob.shape}: coordinate_search turns many"
        )
    for number in range(steps + 1):
        here = knob.data
        probe = Probe(
            number,
            here,
            float(error()),
            up=_error_at(here + step_amount, knob, error),
            down=_error_at(here - step_amount, knob, error),
        )
        yield probe
        if number < steps and probe.up != probe.down:
            knob.data = here + step_amount if probe.up < probe.down else here - step_amount


def _error_at(setting: float, knob: Value, error: Callable[[], Any]) -> float:
    here = knob.data
    knob.data = setting
    try:
        return float(error())
    finally:
        knob.data = here
