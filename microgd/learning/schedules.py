"""Schedules: the learning rate as a function of the step number.

A schedule is any function step -> learning rate; steps count from 0. `lambda step: 0.1 / (1 + step)` is
one, and an optimizer takes it in place of a number. The usual ones are here, as objects that can be called,
copied and pickled. Schedules compose as functions do: `warm_up` and `repeat` take one and return one, and so
does a product such as `lambda step: wave(step) * decay(step)`.

    optimizer = Adam(parameters, learning_rate=warm_up(100, then=cosine(0.01, steps=900)))

`reduce_on_plateau` looks at the error instead, which `descend` tells it.

Rates are numbers >= 0; lengths of time are counted in steps, and only where another schedule takes over
must they be whole: an epoch may have 31.25 steps. An argument out of its range raises a ValueError that
names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .arguments import argument, as_number, check_arguments, number

Schedule = Callable[[int], float]
"""step -> learning rate; steps count from 0."""


@dataclass(frozen=True)
class _Schedule:
    """A schedule whose numbers are checked when it is made."""

    def __post_init__(self) -> None:
        check_arguments(self, f"{type(self).__name__}: ")


@dataclass(frozen=True)
class constant(_Schedule):
    """Constant rate: rate(step) = rate.

    >>> constant(0.1)(1000)
    0.1
    """

    rate: float = argument("[0, inf)")

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        return self.rate


@dataclass(frozen=True)
class step_decay(_Schedule):
    """Step decay: rate(step) = rate * factor ^ floor(step / every), with factor in (0, 1].

    A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012, divided by ten three times.

    >>> schedule = step_decay(0.1, factor=0.5, every=10)
    >>> [schedule(step) for step in (0, 9, 10, 20)]
    [0.1, 0.1, 0.05, 0.025]
    """

    rate: float = argument("[0, inf)")
    factor: float = argument("(0, 1]")
    every: float = argument("(0, inf)")

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        return self.rate * self.factor ** (step // self.every)


@dataclass(frozen=True)
class exponential_decay(_Schedule):
    """Exponential decay: rate(step) = rate * factor ^ (step / every), factor in (0, 1].

    A. Senior, G. Heigold, M. Ranzato, K. Yang, "An empirical study of learning rates in deep neural
    networks for speech recognition", 2013.

    >>> schedule = exponential_decay(0.1, factor=0.5, every=10)
    >>> [round(schedule(step), 4) for step in (0, 5, 10, 20)]
    [0.1, 0.0707, 0.05, 0.025]
    """

    rate: float = argument("[0, inf)")
    factor: float = argument("(0, 1]")
    every: float = argument("(0, inf)", 1.0)

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        return self.rate * self.factor ** (step / self.every)


@dataclass(frozen=True)
class inverse_time_decay(_Schedule):
    """Inverse-time decay: rate(step) = rate / (1 + step / half_at), half the rate at step `half_at`.

    H. Robbins, S. Monro, "A stochastic approximation method", 1951: the rates add up to infinity, so every
    point can be reached, and their squares do not, so the noise dies out.

    >>> schedule = inverse_time_decay(0.1, half_at=10)
    >>> [round(schedule(step), 4) for step in (0, 10, 20, 90)]
    [0.1, 0.05, 0.0333, 0.01]
    """

    rate: float = argument("[0, inf)")
    half_at: float = argument("(0, inf)")

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        return self.rate / (1 + step / self.half_at)


@dataclass(frozen=True)
class cosine(_Schedule):
    """Cosine decay to `final`: rate(step) = final + (rate - final) (1 + cos(pi step / steps)) / 2.

    I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017; the restarts
    are `repeat(cosine(rate, steps), steps)`.

    >>> schedule = cosine(0.1, steps=100)
    >>> [round(schedule(step), 4) for step in (0, 25, 50, 100, 1000)]
    [0.1, 0.0854, 0.05, 0.0, 0.0]
    """

    rate: float = argument("[0, inf)")
    steps: float = argument("(0, inf)")
    final: float = argument("[0, inf)", 0.0)

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        fallen = (1 + math.cos(math.pi * min(step / self.steps, 1))) / 2
        return self.final + (self.rate - self.final) * fallen


@dataclass(frozen=True)
class cyclic(_Schedule):
    """Cyclic rate, a triangle wave: from `low` to `high` in `half_cycle` steps, and back in as many.

    rate(step) = low + (high - low) (1 - |1 - t|), where t = (step / half_cycle) mod 2.
    L. N. Smith, "Cyclical learning rates for training neural networks", 2017: the policy "triangular".

    >>> schedule = cyclic(0.1, 0.5, half_cycle=10)
    >>> [round(schedule(step), 4) for step in (0, 5, 10, 15, 20, 30)]
    [0.1, 0.3, 0.5, 0.3, 0.1, 0.5]
    """

    low: float = argument("[0, inf)")
    high: float = argument("[0, inf)")
    half_cycle: float = argument("(0, inf)")

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        return self.low + (self.high - self.low) * (1 - abs(1 - step / self.half_cycle % 2))


@dataclass(frozen=True)
class warm_up(_Schedule):
    """Warm-up: rise evenly to the first rate of another schedule, which takes over at step `steps`.

    rate(step) = then(0) (step + 1) / (steps + 1) before, then(step - steps) from there on: the other one
    starts at its own step 0, and no step is wasted on a rate of 0. `then` may be a number.
    P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.

    >>> schedule = warm_up(4, then=exponential_decay(0.5, factor=0.5))
    >>> [round(schedule(step), 4) for step in range(7)]
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.25, 0.125]
    """

    steps: int = argument("[0, inf)", whole=True)
    then: float | Schedule = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.then):
            object.__setattr__(self, "then", constant(number("warm_up: then", self.then, "[0, inf)")))

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        after: Any = self.then
        return after(0) * (step + 1) / (self.steps + 1) if step < self.steps else after(step - self.steps)


@dataclass(frozen=True)
class repeat(_Schedule):
    """Restart a schedule after each `every` steps: rate(step) = schedule(step mod every).

    growth  >= 1: each run is so many times as long as the one before, and the schedule is stretched to it,
            as in "SGDR: stochastic gradient descent with warm restarts", I. Loshchilov, F. Hutter, 2017.

    >>> schedule = repeat(cosine(0.1, steps=10), every=10)
    >>> [round(schedule(step), 4) for step in (0, 5, 9, 10, 15)]
    [0.1, 0.05, 0.0024, 0.1, 0.05]
    >>> schedule = repeat(cosine(0.1, steps=10), every=10, growth=2)
    >>> [round(schedule(step), 4) for step in (0, 5, 10, 20, 30, 50)]
    [0.1, 0.05, 0.1, 0.05, 0.1, 0.05]
    """

    schedule: Schedule
    every: int = argument("[1, inf)", whole=True)
    growth: float = argument("[1, inf)", 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.schedule):
            raise TypeError(
                f"repeat: schedule: expected a function of the step number, got {self.schedule!r}"
            )

    def __call__(self, step: int) -> float:
        """Return the rate of this step."""
        if self.growth == 1:
            return self.schedule(step % self.every)
        begun, length = 0.0, float(self.every)
        while step >= begun + length:
            begun, length = begun + length, length * self.growth
        return self.schedule((step - begun) * self.every / length)  # type: ignore[arg-type]


@dataclass
class reduce_on_plateau:
    """Lower the rate where the error stands still: rate <- max(rate * factor, least).

    rate      >= 0: the first rate.
    factor    in (0, 1).
    patience  so many steps in a row without a new low, and the rate falls. Then the count begins anew.
    cooldown  so many steps after a fall are not counted.
    tolerance a new low is below (1 - tolerance) times the lowest so far, for an error above 0.
    least     >= 0: the rate does not fall below it.

    `descend` tells it the validation error, if there is one, or the error, once for each step; a loop by
    hand does so with `optimizer.observe(error)`. What it remembers is part of the optimizer's state.
    It is PyTorch's ReduceLROnPlateau, and older than the papers.

    >>> schedule = reduce_on_plateau(0.1, factor=0.5, patience=2)
    >>> for step, error in enumerate([4.0, 3.0, 3.0, 3.0, 3.0, 1.0]):
    ...     schedule.observe(step, error)
    ...     print(schedule(step), end=" ")
    0.1 0.1 0.1 0.05 0.05 0.05
    """

    rate: float = argument("[0, inf)")
    factor: float = argument("(0, 1)", 0.1)
    patience: int = argument("[1, inf)", 10, whole=True)
    cooldown: int = argument("[0, inf)", 0, whole=True)
    tolerance: float = argument("[0, 1)", 1e-4)
    least: float = argument("[0, inf)", 0.0)
    memory: dict[str, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_arguments(self, "reduce_on_plateau: ")
        self.memory = {"rate": self.rate, "lowest": math.inf, "waited": 0, "rests": 0, "seen": -1}

    def __call__(self, step: int) -> float:
        """Return the rate as it is now."""
        return self.memory["rate"]

    def observe(self, step: int, error: float) -> None:
        """Take note of the error at this step; the same step once more changes nothing.

        nan is never a new low.
        """
        error = as_number("observe: error", error)
        now = dict(self.memory)  # a copy of this schedule keeps its own
        if step <= now["seen"]:
            return
        now["seen"] = step
        if error < self._to_beat():
            now["lowest"], now["waited"] = error, 0
        elif not now["rests"]:
            now["waited"] += 1
        now["rests"] = max(now["rests"] - 1, 0)
        if now["waited"] >= self.patience:
            # A rate that starts below `least` stays: it must not rise.
            now["rate"] = min(now["rate"], max(now["rate"] * self.factor, self.least))
            now["waited"], now["rests"] = 0, self.cooldown
        self.memory = now

    def _to_beat(self) -> float:
        lowest = self.memory["lowest"]
        return lowest - self.tolerance * abs(lowest) if math.isfinite(lowest) else lowest

    def state(self) -> dict[str, float]:
        """Copy what it remembers."""
        return dict(self.memory)

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Continue from a `state`."""
        self.memory = {key: float(state[key]) for key in self.memory}


def nested(rate: Any) -> Iterator[Any]:
    """Yield a rate, and the schedules inside of `warm_up` and `repeat`, outermost first."""
    while rate is not None:
        yield rate
        rate = rate.then if isinstance(rate, warm_up) else rate.schedule if isinstance(rate, repeat) else None
