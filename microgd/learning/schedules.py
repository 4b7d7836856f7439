"""Schedules: the learning rate as a function of the step number.

A schedule is any function step -> learning rate; steps count from 0. `lambda step: 0.1 / (1 + step)` is
one, and an optimizer takes it in place of a number. The functions here make the usual ones. Schedules
compose as functions do: `warm_up` and `repeat` take one and return one, and so does a product such as
`lambda step: wave(step) * decay(step)`.

    optimizer = Adam(parameters, learning_rate=warm_up(100, then=cosine(0.01, steps=900)))

Rates are numbers >= 0; lengths of time are counted in steps, and only where another schedule takes over
must they be whole: an epoch may have 31.25 steps. An argument out of its range raises a ValueError that
names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from .arguments import number, whole_number

Schedule = Callable[[int], float]
"""step -> learning rate; steps count from 0."""


def constant(rate: float) -> Schedule:
    """Constant rate: rate(step) = rate.

    >>> constant(0.1)(1000)
    0.1
    """
    rate = number("constant: rate", rate, "[0, inf)")
    return lambda step: rate


def step_decay(rate: float, factor: float, every: float) -> Schedule:
    """Step decay: rate(step) = rate * factor ^ floor(step / every), with factor in (0, 1].

    A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012, divided by ten three times.

    >>> schedule = step_decay(0.1, factor=0.5, every=10)
    >>> [schedule(step) for step in (0, 9, 10, 20)]
    [0.1, 0.1, 0.05, 0.025]
    """
    rate, factor, every = _decay("step_decay", rate, factor, every)
    return lambda step: rate * factor ** (step // every)


def exponential_decay(rate: float, factor: float, every: float = 1) -> Schedule:
    """Exponential decay: rate(step) = rate * factor ^ (step / every), factor in (0, 1].

    A. Senior, G. Heigold, M. Ranzato, K. Yang, "An empirical study of learning rates in deep neural
    networks for speech recognition", 2013.

    >>> schedule = exponential_decay(0.1, factor=0.5, every=10)
    >>> [round(schedule(step), 4) for step in (0, 5, 10, 20)]
    [0.1, 0.0707, 0.05, 0.025]
    """
    rate, factor, every = _decay("exponential_decay", rate, factor, every)
    return lambda step: rate * factor ** (step / every)


def _decay(name: str, rate: float, factor: float, every: float) -> tuple[float, float, float]:
    return (
        number(f"{name}: rate", rate, "[0, inf)"),
        number(f"{name}: factor", factor, "(0, 1]"),
        number(f"{name}: every", every, "(0, inf)"),
    )


def inverse_time_decay(rate: float, half_at: float) -> Schedule:
    """Inverse-time decay: rate(step) = rate / (1 + step / half_at), half the rate at step `half_at`.

    H. Robbins, S. Monro, "A stochastic approximation method", 1951: the rates add up to infinity, so every
    point can be reached, and their squares do not, so the noise dies out.

    >>> schedule = inverse_time_decay(0.1, half_at=10)
    >>> [round(schedule(step), 4) for step in (0, 10, 20, 90)]
    [0.1, 0.05, 0.0333, 0.01]
    """
    rate = number("inverse_time_decay: rate", rate, "[0, inf)")
    half_at = number("inverse_time_decay: half_at", half_at, "(0, inf)")
    return lambda step: rate / (1 + step / half_at)


def cosine(rate: float, steps: float, final: float = 0.0) -> Schedule:
    """Cosine decay to `final`: rate(step) = final + (rate - final) (1 + cos(pi step / steps)) / 2.

    I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017; the restarts
    are `repeat(cosine(rate, steps), steps)`.

    >>> schedule = cosine(0.1, steps=100)
    >>> [round(schedule(step), 4) for step in (0, 25, 50, 100, 1000)]
    [0.1, 0.0854, 0.05, 0.0, 0.0]
    """
    rate = number("cosine: rate", rate, "[0, inf)")
    steps = number("cosine: steps", steps, "(0, inf)")
    final = number("cosine: final", final, "[0, inf)")
    return lambda step: final + (rate - final) * (1 + math.cos(math.pi * min(step / steps, 1))) / 2


def cyclic(low: float, high: float, half_cycle: float) -> Schedule:
    """Cyclic rate, a triangle wave: from `low` to `high` in `half_cycle` steps, and back in as many.

    rate(step) = low + (high - low) (1 - |1 - t|), where t = (step / half_cycle) mod 2.
    L. N. Smith, "Cyclical learning rates for training neural networks", 2017: the policy "triangular".

    >>> schedule = cyclic(0.1, 0.5, half_cycle=10)
    >>> [round(schedule(step), 4) for step in (0, 5, 10, 15, 20, 30)]
    [0.1, 0.3, 0.5, 0.3, 0.1, 0.5]
    """
    low = number("cyclic: low", low, "[0, inf)")
    high = number("cyclic: high", high, "[0, inf)")
    half_cycle = number("cyclic: half_cycle", half_cycle, "(0, inf)")
    return lambda step: low + (high - low) * (1 - abs(1 - step / half_cycle % 2))


def warm_up(steps: int, then: float | Schedule) -> Schedule:
    """Warm-up: rise evenly to the first rate of another schedule, which takes over at step `steps`.

    rate(step) = then(0) (step + 1) / (steps + 1) before, then(step - steps) from there on: the other one
    starts at its own step 0, and no step is wasted on a rate of 0. `then` may be a number.
    P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.

    >>> schedule = warm_up(4, then=exponential_decay(0.5, factor=0.5))
    >>> [round(schedule(step), 4) for step in range(7)]
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.25, 0.125]
    """
    steps = whole_number("warm_up: steps", steps, "[0, inf)")
    after = then if callable(then) else constant(number("warm_up: then", then, "[0, inf)"))
    return lambda step: after(0) * (step + 1) / (steps + 1) if step < steps else after(step - steps)


def repeat(schedule: Schedule, every: int) -> Schedule:
    """Restart a schedule after each `every` steps: rate(step) = schedule(step mod every).

    >>> schedule = repeat(cosine(0.1, steps=10), every=10)
    >>> [round(schedule(step), 4) for step in (0, 5, 9, 10, 15)]
    [0.1, 0.05, 0.0024, 0.1, 0.05]
    """
    if not callable(schedule):
        raise TypeError(f"repeat: schedule: expected a function of the step number, got {schedule!r}")
    every = whole_number("repeat: every", every, "[1, inf)")
    return lambda step: schedule(step % every)
