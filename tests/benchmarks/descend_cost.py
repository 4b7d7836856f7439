"""What `descend` costs: a step of one knob with it, and the same step written out."""

from __future__ import annotations

import time
from collections.abc import Callable

import harness

from microgd import GradientDescent, Value, descend

STEPS, ROUNDS = 2_000, 9


def _error(knob_weight: Value) -> Callable[[], Value]:
    return lambda: (0.5 * knob_weight - 0.8) ** 2


def with_descend() -> None:
    """Walk with the stopping rules on; gtol=0 keeps it from ending before its time."""
    knob_weight = Value(0.5, name="knob_weight")
    for _ in descend(_error(knob_weight), GradientDescent([knob_weight], 1e-9), STEPS, gtol=0.0):
        pass


def by_hand() -> None:
    knob_weight = Value(0.5, name="knob_weight")
    error = _error(knob_weight)
    for _ in range(STEPS):
        knob_weight.grad = 0.0
        error().backward()
        knob_weight.data -= 1e-9 * knob_weight.grad


def lines() -> list[harness.Line]:
    """Microseconds a step, in turns."""
    found = [harness.Line("descend, one knob", peer, "us a step", []) for peer in ("by hand", "descend")]
    for _ in range(ROUNDS):
        for line, walk in zip(found, (by_hand, with_descend), strict=True):
            start = time.process_time()
            walk()
            line.samples.append(1e6 * (time.process_time() - start) / STEPS)
    return found
