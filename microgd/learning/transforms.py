"""Transforms: clipping, weight decay and freezing, applied to gradients before an optimizer's formula.

A transform is a function of (gradients, parameters) that returns gradients: new numbers and arrays of the
same shapes, the given ones unchanged. An optimizer applies its transforms in the order in which they
stand, so `[freeze(bias), clip_by_norm(1.0)]` measures the norm without the frozen gradient. A gradient of
None means that this parameter takes no part in the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..autodiff import Value
from .arguments import number

Gradients = Sequence[Any]
Transform = Callable[[Gradients, Sequence[Value]], Gradients]


def clip_by_norm(limit: float) -> Transform:
    """Clip by norm: shorten gradients that are longer than the limit, g * min(1, limit / |g|).

    |g| is the Euclidean norm over all entries of all parameters together, so the direction is kept.
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", 2013.
    A zero gradient stays zero. A nan anywhere makes all of them nan; an infinite entry becomes nan and the
    finite ones beside it 0: neither has a direction to keep, and the run must show it.

    limit  > 0.

    >>> clip_by_norm(1.0)([np.array([3.0, 4.0])], [])
    [array([0.6, 0.8])]
    """
    unit = np.float64(number("clip_by_norm: limit", limit, "(0, inf)"))

    def clip(gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        # In units of the limit and in float64: squares of float32 entries overflow beyond 1e19.
        norm = np.sqrt(sum(np.sum((g / unit) ** 2) for g in gradients if g is not None))
        return [None if g is None else g / np.maximum(norm, 1.0) for g in gradients]

    return clip


def clip_by_value(limit: float) -> Transform:
    """Clip by value: limit each entry to [-limit, limit]; the direction may change.

    T. Mikolov, "Statistical language models based on neural networks", 2012. An infinite entry becomes
    the limit with its sign; nan stays nan.

    limit  > 0.

    >>> clip_by_value(1.0)([np.array([-3.0, 0.5])], [])
    [array([-1. ,  0.5])]
    """
    limit = number("clip_by_value: limit", limit, "(0, inf)")

    def clip(gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        return [None if g is None else np.minimum(np.maximum(g, -limit), limit) for g in gradients]

    return clip


def weight_decay(rate: float) -> Transform:
    """Weight decay: g + rate * w, the gradient of the error plus rate / 2 * (the sum of all squared weights).

    A. Krogh, J. Hertz, "A simple weight decay can improve generalization", 1991. It is PyTorch's
    `weight_decay` of every optimizer but AdamW (see there).

    rate  >= 0.

    >>> weight_decay(0.1)([1.0], [Value(20.0)])
    [3.0]
    """
    rate = number("weight_decay: rate", rate, "[0, inf)")

    def decay(gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        pairs = zip(gradients, parameters, strict=True)
        return [None if g is None else g + rate * parameter.snapshot() for g, parameter in pairs]

    return decay


def freeze(*parameters: Value) -> Transform:
    """Freeze parameters: they keep their data while the others learn.

    Their gradient becomes None, not 0: with momentum a weight rolls on without a gradient, and AdamW
    shrinks it. The optimizer's memory of a frozen parameter is kept too: remove the transform from
    `optimizer.transforms`, and the parameter continues from there.

    >>> from microgd import GradientDescent
    >>> knob_weight, bias = Value(0.5), Value(0.1)
    >>> optimizer = GradientDescent([knob_weight, bias], learning_rate=0.1, transforms=[freeze(bias)])
    >>> (0.5 * knob_weight + bias).backward()
    >>> optimizer.step()
    >>> knob_weight.data, bias.data
    (0.45, 0.1)
    """
    if not parameters:
        raise ValueError("freeze: expected at least one Value, got none")
    for parameter in parameters:
        if not isinstance(parameter, Value):
            raise TypeError(f"freeze: expected Values, got {parameter!r}")
    frozen = frozenset(parameters)

    def hold(gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        for stranger in frozen.difference(parameters):
            raise ValueError(f"freeze: {stranger!r} is not among the optimizer's parameters")
        pairs = zip(gradients, parameters, strict=True)
        return [None if parameter in frozen else g for g, parameter in pairs]

    return hold
