"""Optimizer: what all optimizers share. The update formulas are in optimizers.py.

An optimizer holds the parameters, moves them against their gradients, and remembers some numbers for each
(a velocity, a mean square). A subclass is one formula, its method `update`. The learning rate may be a
function of the step number (schedules.py); transforms change the gradients before the formula sees them
(transforms.py).

    for step in range(100):
        optimizer.zero_grad()
        error = net.compare(net.predict(input), goal_pred)
        error.backward()
        optimizer.step()
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.data import as_data
from .arguments import number, whole_number
from .parameters import named
from .schedules import Schedule
from .transforms import Transform

Rate = float | Schedule
Transforms = Sequence[Transform]
Memory = dict[str, Any]
"""The numbers that an optimizer remembers for one parameter, and arrays of the parameter's shape."""


def hyperparameter(default: float, interval: str) -> Any:
    """Declare a number that a formula depends on: its default, and the interval in which it must lie."""
    return dataclasses.field(default=default, kw_only=True, metadata={"interval": interval})


@dataclass(repr=False, eq=False)
class Optimizer:
    """The base of all optimizers. A subclass is one formula: `update`, and `start` if it remembers anything.

    parameters     leaves of the graph, as a list or as a dict name -> Value. In a list each goes by its own
                   name, and by its position where it has none or shares it.
    learning_rate  a number >= 0, or a schedule: a function of the step number, which counts from 0.
    transforms     functions of (gradients, parameters) to gradients, applied in this order.
    steps          the number of steps taken.

    A subclass is a dataclass that declares each of its numbers once: `momentum: float = hyperparameter(0.9,
    "[0, 1)")`. Raises TypeError or ValueError for an argument that cannot be used, saying which and why.
    """

    parameters: Any
    learning_rate: Rate
    transforms: Transforms = ()

    def __new__(cls, *args: Any, **options: Any) -> Any:
        """Explain a habit from other libraries, before `__init__` calls it an unexpected argument."""
        if "lr" in options:
            raise TypeError(f"{cls.__name__}: write learning_rate= instead of lr=")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        self.by_name = named(self.parameters)
        self.names, self.parameters = list(self.by_name), list(self.by_name.values())
        if not isinstance(self.transforms, Iterable) or not all(map(callable, self.transforms)):
            raise TypeError(f"transforms: expected a list of functions, got {self.transforms!r}")
        self.transforms = tuple(self.transforms)
        self.steps = 0
        self.rate()  # a learning rate that cannot be used is refused now
        for field in dataclasses.fields(self):
            if "interval" in field.metadata:
                given = getattr(self, field.name)
                setattr(self, field.name, number(field.name, given, field.metadata["interval"]))
        self.memory = [self.start(np.zeros(p.shape, p.dtype) if p.shape else 0.0) for p in self.parameters]

    # The formula

    def start(self, zero: Any) -> Memory:
        """Return the memory before the first step, given a 0 of the parameter's shape: nothing."""
        return {}

    def update(self, weight: Any, gradient: Any, rate: float, *args: Any, **memory: Any) -> tuple[Any, ...]:
        """Return the new weight, then the new memory in the order of `start`.

        These are new numbers and arrays: the arguments are not written to, and the gradient itself is not
        kept, because it may change.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update formula")

    def __repr__(self) -> str:
        rate = getattr(self.learning_rate, "__name__", self.learning_rate)
        names, count = self.names, len(self.names)
        shown = names if count <= 6 else [*names[:5], f"... {count} parameters"]
        return f"{type(self).__name__}({', '.join(shown)}; learning rate {rate}, step {self.steps})"

    # Its use

    def rate(self) -> float:
        """Return the learning rate of the coming step."""
        if callable(self.learning_rate):
            name = f"learning_rate at step {self.steps}"
            return number(name, self.learning_rate(self.steps), "[0, inf)")
        return number("learning_rate (or a function of the step number)", self.learning_rate, "[0, inf)")

    def step(self) -> None:
        """Move every parameter by the formula.

        A parameter whose gradient a transform made None stays, and so does its memory.
        """
        rate = self.rate()
        for i, gradient in enumerate(self._gradients()):
            if gradient is not None:
                parameter = self.parameters[i]
                parameter.data, *memory = self.update(parameter.snapshot(), gradient, rate, **self.memory[i])
                self.memory[i] = dict(zip(self.memory[i], memory, strict=True))
        self.steps += 1

    def zero_grad(self) -> None:
        """Set all gradients to 0; `backward` adds to them."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def _gradients(self) -> Sequence[Any]:
        gradients: Sequence[Any] = [parameter.grad for parameter in self.parameters]
        for transform in self.transforms:
            gradients = transform(gradients, self.parameters)
            self._check(gradients, getattr(transform, "__qualname__", repr(transform)))
            gradients = list(map(_typed, gradients, self.parameters))
        return gradients

    def _check(self, gradients: Sequence[Any], transform: str) -> None:
        if not isinstance(gradients, Sequence):
            raise TypeError(f"{transform}: expected a list of gradients, got {gradients!r}")
        if len(gradients) != len(self.parameters):
            raise ValueError(f"{transform}: expected {len(self.parameters)} gradients, got {len(gradients)}")
        for gradient, (name, parameter) in zip(gradients, self.by_name.items(), strict=True):
            if gradient is not None and np.shape(as_data(gradient, transform)) != parameter.shape:
                raise ValueError(
                    f"{transform}: expected a gradient of shape {parameter.shape} "
                    f"for parameter {name}, got {np.shape(gradient)}"
                )

    # The memory, for checkpoints

    def state(self) -> dict[str, Any]:
        """Copy everything that the next steps depend on besides the parameters.

        That is the number of steps taken, and the memory as "<parameter's name>.<name in the memory>".
        """
        return {"steps": self.steps} | {
            f"{name}.{key}": np.copy(x) if np.shape(x) else x
            for name, memory in zip(self.names, self.memory, strict=True)
            for key, x in memory.items()
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Continue from a `state` of an optimizer with the same formula and parameters.

        Raises ValueError, and changes nothing, where a name or a shape does not fit.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state: expected what state() returned, a dict, got {state!r}")
        expected = self.state().keys()
        missing, unknown = expected - state.keys(), state.keys() - expected
        if missing or unknown:
            raise ValueError(
                f"load_state: not the state of this {type(self).__name__}: "
                f"missing {sorted(missing)}, unknown {sorted(unknown)}"
            )
        steps = whole_number("load_state: steps", as_data(state["steps"], "steps"), "[0, inf)")
        memory = [
            {key: _loaded(f"{name}.{key}", state, x, parameter) for key, x in memory.items()}
            for (name, parameter), memory in zip(self.by_name.items(), self.memory, strict=True)
        ]
        self.steps, self.memory = steps, memory


def _typed(gradient: Any, parameter: Value) -> Any:
    """A gradient of the parameter's own dtype, if there is one: transforms may compute in float64."""
    if gradient is None:
        return None
    return np.asarray(gradient, parameter.dtype) if parameter.shape else float(gradient)


def _loaded(name: str, state: Mapping[str, Any], present: Any, parameter: Value) -> Any:
    """A copy of one part of a saved memory, in the shape and dtype of the present one."""
    data = as_data(state[name], name)
    if np.shape(data) != np.shape(present):
        raise ValueError(f"load_state: {name}: expected shape {np.shape(present)}, got {np.shape(data)}")
    return data.astype(parameter.dtype) if np.shape(data) else float(data)
