"""Transforms: clipping, weight decay and freezing, applied to gradients before an optimizer's formula.

A transform is a function of (gradients, parameters) that returns gradients: new numbers and arrays of the
same shapes, the given ones unchanged. An optimizer applies its transforms in the order in which they
stand, so `[freeze(bias), clip_by_norm(1.0)]` measures the norm without the frozen gradient. A gradient of
None means that this parameter takes no part in the step, and a masked entry (numpy.ma) that this entry takes
none. The transforms here are objects that can be called, copied and pickled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autodiff import Value
from .arguments import argument, check_arguments

Gradients = Sequence[Any]
Transform = Callable[[Gradients, Sequence[Value]], Gradients]


@dataclass(frozen=True)
class _Transform:
    """A transform whose numbers are checked when it is made."""

    def __post_init__(self) -> None:
        check_arguments(self, f"{type(self).__name__}: ")


@dataclass(frozen=True)
class clip_by_norm(_Transform):
    """Clip by norm: shorten gradients that are longer than the limit, g * min(1, limit / |g|).

    |g| is the Euclidean norm over all entries of all parameters together, so the direction is kept.
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", 2013.
    A zero gradient stays zero. A nan anywhere makes all of them nan; an infinite entry becomes nan and the
    finite ones beside it 0: neither has a direction to keep, and the run must show it.

    limit  > 0.

    >>> clip_by_norm(1.0)([np.array([3.0, 4.0])], [])
    [array([0.6, 0.8])]
    """

    limit: float = argument("(0, inf)")

    def __call__(self, gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        """Return the clipped gradients."""
        # In units of the limit and in float64: squares of float32 entries overflow beyond 1e19.
        unit = np.float64(self.limit)
        norm = np.sqrt(sum(np.sum((_filled(g) / unit) ** 2) for g in gradients if g is not None))
        return [None if g is None else g / np.maximum(norm, 1.0) for g in gradients]


@dataclass(frozen=True)
class clip_by_value(_Transform):
    """Clip by value: limit each entry to [-limit, limit]; the direction may change.

    T. Mikolov, "Statistical language models based on neural networks", 2012. An infinite entry becomes
    the limit with its sign; nan stays nan.

    limit  > 0.

    >>> clip_by_value(1.0)([np.array([-3.0, 0.5])], [])
    [array([-1. ,  0.5])]
    """

    limit: float = argument("(0, inf)")

    def __call__(self, gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        """Return the clipped gradients."""
        return [None if g is None else np.minimum(np.maximum(g, -self.limit), self.limit) for g in gradients]


@dataclass(frozen=True, eq=False)
class weight_decay(_Transform):
    """Weight decay: g + rate * w, the gradient of the error plus rate / 2 * (the sum of all squared weights).

    A. Krogh, J. Hertz, "A simple weight decay can improve generalization", 1991. It is PyTorch's
    `weight_decay` of every optimizer but AdamW (see there).

    rate  >= 0.
    only  the parameters that decay, such as the weights without the biases; by default all.

    >>> weight_decay(0.1)([1.0], [Value(20.0)])
    [3.0]
    """

    rate: float = argument("[0, inf)")
    only: Sequence[Value] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.only is not None:
            object.__setattr__(self, "only", _values("weight_decay: only", self.only))

    def __call__(self, gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        """Return the gradients with that of the decay."""
        chosen = parameters if self.only is None else _among(self.only, parameters, "weight_decay")
        return [
            g if g is None or not any(p is x for x in chosen) else g + self.rate * p.snapshot()
            for g, p in zip(gradients, parameters, strict=True)
        ]


class freeze:
    """Freeze parameters: they keep their data while the others learn.

    Their gradient becomes None, not 0: with momentum a weight rolls on without a gradient, and AdamW
    shrinks it. The optimizer's memory of a frozen parameter is kept too: remove the transform from
    `optimizer.transforms`, and the parameter continues from there.

    mask  of one parameter, an array of booleans of its shape: True where an entry is frozen.

    >>> from microgd import GradientDescent
    >>> knob_weight, bias = Value(0.5), Value(0.1)
    >>> optimizer = GradientDescent([knob_weight, bias], learning_rate=0.1, transforms=[freeze(bias)])
    >>> (0.5 * knob_weight + bias).backward()
    >>> optimizer.step()
    >>> knob_weight.data, bias.data
    (0.45, 0.1)
    >>> knobs = Value([0.5, 0.1])
    >>> optimizer = GradientDescent([knobs], 0.1, transforms=[freeze(knobs, mask=[False, True])])
    >>> (0.5 * knobs).sum().backward()
    >>> optimizer.step()
    >>> knobs.data.tolist()
    [0.45, 0.1]
    """

    def __init__(self, *parameters: Value, mask: Any = None) -> None:
        _values("freeze", parameters)
        if mask is not None:
            mask = np.asarray(mask)
            if len(parameters) != 1 or mask.shape != parameters[0].shape or mask.dtype != bool:
                shapes = " and ".join(str(parameter.shape) for parameter in parameters)
                raise ValueError(
                    f"freeze: mask: expected booleans in the shape of the one parameter, got {mask.dtype} of "
                    f"shape {mask.shape} for {shapes}"
                )
        self.parameters, self.mask = parameters, mask

    def __call__(self, gradients: Gradients, parameters: Sequence[Value]) -> Gradients:
        """Return the gradients, None or masked where they are frozen."""
        frozen = _among(self.parameters, parameters, "freeze")
        return [
            self._held(g) if any(p is x for x in frozen) else g
            for g, p in zip(gradients, parameters, strict=True)
        ]

    def _held(self, gradient: Any) -> Any:
        if self.mask is None or gradient is None or not self.mask.shape:
            return gradient if self.mask is not None and not self.mask else None
        return np.ma.masked_array(gradient, np.ma.getmaskarray(gradient) | self.mask)

    def __repr__(self) -> str:
        mask = "" if self.mask is None else f", mask={self.mask.tolist()}"
        return f"freeze({', '.join(map(repr, self.parameters))}{mask})"


def _values(name: str, given: Any) -> tuple[Value, ...]:
    """Return the Values as a tuple; raise TypeError or ValueError if there are none, or others."""
    if isinstance(given, Value | str) or not isinstance(given, Iterable):
        raise TypeError(f"{name}: expected a list of Values, got {given!r}")
    values = tuple(given)
    if not values:
        raise ValueError(f"{name}: expected at least one Value, got none")
    for value in values:
        if not isinstance(value, Value):
            raise TypeError(f"{name}: expected Values, got {value!r}")
    return values


def _filled(gradient: Any) -> Any:
    """A gradient with 0 at its masked entries (the sum of masked entries alone would be masked, not 0)."""
    return gradient.filled(0.0) if isinstance(gradient, np.ma.MaskedArray) else gradient


def _among(chosen: Sequence[Value], parameters: Sequence[Value], name: str) -> Sequence[Value]:
    """Return the chosen ones; raise ValueError where one of them is not among the parameters."""
    for stranger in chosen:
        if not any(stranger is p for p in parameters):
            raise ValueError(f"{name}: {stranger!r} is not among the optimizer's parameters")
    return chosen
