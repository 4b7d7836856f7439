"""Gradient descent and its relatives: one update formula each.

An optimizer holds the parameters (Values) and moves them against their gradients. Its formula is its
one method `update`: the weight, the gradient, the learning rate and what the optimizer remembers of
this weight go in; the new weight and the new memory come out. Nothing else happens there, so a formula
can be held against the textbook line by line, and it runs on numbers, arrays and Values alike.

What is not a formula of its own stays outside: the learning rate may be a function of the step number
(schedules.py); clipping, weight decay and freezing change the gradients before the formula sees them
(transforms.py).

    for step in range(100):
        optimizer.zero_grad()
        error = net.compare(net.predict(input), goal_pred)
        error.backward()
        optimizer.step()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..autodiff.value import Value, as_data
from .arguments import number
from .schedules import Schedule
from .transforms import Transform

Memory = dict[str, Any]
"""What an optimizer remembers of one parameter: numbers, and arrays of the parameter's shape."""


class Optimizer:
    """What all optimizers share. A subclass is one formula: `update`, and `start` if it remembers anything.

    parameters     Values that you made, as a list or as a dict name -> Value. In a list each goes by its
                   own name, and by its position where it has none or shares it.
    learning_rate  a number >= 0, or a schedule: any function of the step number, which counts from 0.
    transforms     functions of (gradients, parameters) to gradients, applied in this order.
    steps          how many steps have been taken.

    Raises TypeError or ValueError for an argument that cannot be used, saying which and why.
    """

    def __init__(
        self,
        parameters: Iterable[Value] | Mapping[str, Value],
        learning_rate: float | Schedule,
        transforms: Sequence[Transform] = (),
    ) -> None:
        self.names, self.parameters = _named(parameters)
        self.learning_rate = learning_rate
        self.transforms = _functions(transforms)
        self.steps = 0
        self.rate()  # a learning rate that cannot be used is refused now
        self.memory = [self.start(np.zeros_like(p.data) if p.shape else 0.0) for p in self.parameters]

    # The formula

    def start(self, zero: Any) -> Memory:
        """The memory before the first step, given a 0 of the parameter's shape: nothing."""
        return {}

    def update(self, weight: Any, gradient: Any, rate: float, *args: Any, **memory: Any) -> tuple[Any, ...]:
        """The new weight, followed by the new memory in the order of `start`."""
        raise NotImplementedError(f"{type(self).__name__} has no update formula")

    # Its use

    def rate(self) -> float:
        """The learning rate of the coming step."""
        if callable(self.learning_rate):
            name = f"learning_rate at step {self.steps}"
            return number(name, self.learning_rate(self.steps), "[0, inf)")
        return number("learning_rate (or a function of the step number)", self.learning_rate, "[0, inf)")

    def step(self) -> None:
        """Move every parameter by the formula. One whose gradient a transform made None stays, and so
        does what is remembered of it."""
        rate = self.rate()
        for i, gradient in enumerate(self._gradients()):
            if gradient is not None:
                weight = self.parameters[i]
                weight.data, *memory = self.update(weight.data, gradient, rate, **self.memory[i])
                self.memory[i] = dict(zip(self.memory[i], memory, strict=True))
        self.steps += 1

    def zero_grad(self) -> None:
        """Set the gradients to 0; `backward` adds to them."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def _gradients(self) -> list[Any]:
        gradients = [parameter.grad for parameter in self.parameters]
        for transform in self.transforms:
            given = transform(gradients, self.parameters)
            gradients = [
                _fitting(gradient, parameter, name, transform)
                for gradient, parameter, name in zip(given, self.parameters, self.names, strict=True)
            ]
        return gradients

    # The memory, for checkpoints

    def state(self) -> dict[str, Any]:
        """All that the next steps depend on besides the parameters: the number of steps taken, and the
        memory as "<parameter's name>.<what>". Copies: the optimizer's own memory is not handed out."""
        return {"steps": self.steps} | {
            f"{name}.{what}": np.copy(x) if np.shape(x) else x
            for name, memory in zip(self.names, self.memory, strict=True)
            for what, x in memory.items()
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, of an optimizer with the same formula and parameters.

        Raises ValueError, and changes nothing, where a name or a shape does not fit.
        """
        missing, unknown = self.state().keys() - state.keys(), state.keys() - self.state().keys()
        if missing or unknown:
            raise ValueError(
                f"load_state: not the state of this {type(self).__name__}: "
                f"missing {sorted(missing)}, unknown {sorted(unknown)}"
            )
        steps = int(number("load_state: steps", as_data(state["steps"], "steps"), "[0, inf)"))
        memory = [
            {what: _loaded(f"{name}.{what}", state, x, parameter) for what, x in memory.items()}
            for name, memory, parameter in zip(self.names, self.memory, self.parameters, strict=True)
        ]
        self.steps, self.memory = steps, memory


def _named(parameters: Any) -> tuple[list[str], list[Value]]:
    if isinstance(parameters, Value):
        raise TypeError(
            f"parameters: expected a list or a dict of Values, got {parameters!r}: put it in a list"
        )
    if isinstance(parameters, Mapping):
        names, values = [str(name) for name in parameters], list(parameters.values())
    else:
        values = list(parameters)
        own = [getattr(x, "name", "") for x in values]
        names = [x if x and Counter(own)[x] == 1 else f"{x}[{i}]" for i, x in enumerate(own)]
    if not values:
        raise ValueError("parameters: expected at least one Value, got none")
    for name, value in zip(names, values, strict=True):
        if not isinstance(value, Value):
            raise TypeError(f"parameter {name}: expected a Value, got {value!r}: Value({value!r}) makes one")
        if value.op is not None:
            raise ValueError(
                f"parameter {name}: expected a Value that you made, got {value!r}, "
                f"which {value.op.name} computed: only what it was computed from can be changed"
            )
    if len(set(values)) < len(values):
        twice = [name for name, value in zip(names, values, strict=True) if Counter(values)[value] > 1]
        raise ValueError(f"parameters: expected each Value once, got the same as {' and '.join(twice)}")
    return names, values


def _functions(transforms: Any) -> tuple[Transform, ...]:
    if callable(transforms) or not all(map(callable, transforms)):
        raise TypeError(f"transforms: expected a list of functions, got {transforms!r}")
    return tuple(transforms)


def _fitting(gradient: Any, parameter: Value, name: str, transform: Transform) -> Any:
    """What a transform returned, in the shape and the type of the parameter."""
    if gradient is None:
        return None
    gradient = as_data(gradient, "gradient")
    if np.shape(gradient) != parameter.shape:
        raise ValueError(
            f"{transform.__qualname__}: expected a gradient of shape {parameter.shape} "
            f"for parameter {name}, got {np.shape(gradient)}"
        )
    return gradient.astype(parameter.dtype, copy=False) if parameter.shape else gradient


def _loaded(name: str, state: Mapping[str, Any], present: Any, parameter: Value) -> Any:
    """A part of a saved memory, copied, in the shape and the type of what is there now."""
    data = as_data(state[name], name)
    if np.shape(data) != np.shape(present):
        raise ValueError(f"load_state: {name}: expected shape {np.shape(present)}, got {np.shape(data)}")
    return data.astype(parameter.dtype) if np.shape(data) else float(data)


# The formulas ------------------------------------------------------------------------------------


class GradientDescent(Optimizer):
    """Against the gradient: w <- w - rate * gradient.

    A.-L. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    With one example at a time it is stochastic gradient descent (SGD). It converges where
    0 < rate < 2 / L, L being the largest second derivative of the error in any direction.

    >>> knob_weight = Value(0.5)
    >>> optimizer = GradientDescent([knob_weight], learning_rate=0.5)
    >>> for step in range(3):
    ...     optimizer.zero_grad()
    ...     error = (0.5 * knob_weight - 0.8) ** 2
    ...     error.backward()
    ...     optimizer.step()
    ...     print(f"{error:.6f}")
    0.302500
    0.170156
    0.095713
    """

    def update(self, weight: Any, gradient: Any, rate: float) -> tuple[Any, ...]:
        """The new weight."""
        return (weight - rate * gradient,)
