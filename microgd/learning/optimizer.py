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

import copy
import dataclasses
import fnmatch
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.data import as_data
from .arguments import argument, check_arguments, number, whole_number
from .parameters import named
from .schedules import Schedule, nested
from .transforms import Transform

Rate = float | Schedule
Transforms = Sequence[Transform]
Memory = dict[str, Any]
"""The numbers that an optimizer remembers for one parameter, and arrays of the parameter's shape."""


def hyperparameter(default: float, interval: str) -> Any:
    """Declare a number that a formula depends on: its default, and the interval in which it must lie."""
    return argument(interval, default, kw_only=True)


@dataclass(repr=False, eq=False)
class Optimizer:
    """The base of all optimizers. A subclass is one formula: `update`, and `start` if it remembers anything.

    parameters     leaves of the graph, as a list or as a dict name -> Value. In a list each goes by its own
                   name, and by its position where it has none or shares it.
    learning_rate  a number >= 0, or a schedule: a function of the step number, which counts from 0.
    transforms     functions of (gradients, parameters) to gradients, applied in this order.
    settings       numbers for single parameters, such as {"*.bias": {"weight_decay": 0.0}, "layer1.*":
                   {"learning_rate": 0.001}}: by name or pattern; of several that fit the last one decides.
    steps          the number of steps taken.

    A subclass is a dataclass that declares each of its numbers once: `momentum: float = hyperparameter(0.9,
    "[0, 1)")`. Raises TypeError or ValueError for an argument that cannot be used, saying which and why.
    """

    parameters: Any
    learning_rate: Rate
    transforms: Transforms = ()
    settings: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict, kw_only=True)

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
        check_arguments(self)
        self._check_settings()
        self._settings = [self._settings_of(name) for name in self.names]
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
            return self._scheduled("learning_rate", self.learning_rate)
        return number("learning_rate (or a function of the step number)", self.learning_rate, "[0, inf)")

    def _scheduled(self, name: str, schedule: Schedule) -> float:
        """Return the rate of a schedule at the coming step, checked."""
        return number(f"{name} at step {self.steps}", schedule(self.steps), "[0, inf)")

    def step(self) -> None:
        """Move every parameter by the formula.

        A parameter whose gradient a transform made None stays, and so does its memory; an entry of it that a
        transform has masked stays alike.
        """
        rate = self.rate()
        self.memory = list(self.memory)  # a shallow copy of this optimizer keeps its own
        is_plain = not (self.settings or self.transforms)  # no number of its own, no masked entry
        for i, gradient in enumerate(self._gradients()):
            if gradient is not None:
                parameter, kept = self.parameters[i], self.memory[i]
                move = self.update if is_plain else functools.partial(self._moved, i)
                parameter.data, *memory = move(parameter.snapshot(), gradient, rate, **kept)
                self.memory[i] = dict(zip(kept, memory, strict=True))
        self.steps += 1

    def _moved(self, i: int, weight: Any, gradient: Any, rate: float, **memory: Any) -> Sequence[Any]:
        """Return the new weight and memory of a parameter; masked entries of the gradient keep theirs."""
        formula, rate = self._formula_of(i, rate)
        if not isinstance(gradient, np.ma.MaskedArray):
            return formula.update(weight, gradient, rate, **memory)
        new = formula.update(weight, gradient.data, rate, **memory)
        pairs = zip((weight, *memory.values()), new, strict=True)
        return [np.where(gradient.mask, before, x) if np.shape(x) else x for before, x in pairs]

    def observe(self, error: float) -> None:
        """Tell the error before this step to a schedule that looks at it, such as `reduce_on_plateau`."""
        if self.settings or callable(self.learning_rate):
            for schedule in self._schedules():
                schedule.observe(self.steps, error)

    def zero_grad(self) -> None:
        """Set all gradients to 0; `backward` adds to them."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    # Settings of single parameters

    def _check_settings(self) -> None:
        """Raise TypeError or ValueError for settings of no parameter, and for numbers that cannot be."""
        if not isinstance(self.settings, Mapping) or not all(
            isinstance(own, Mapping) for own in self.settings.values()
        ):
            raise TypeError(f"settings: expected a dict name -> dict of numbers, got {self.settings!r}")
        intervals = {f.name: f.metadata["interval"] for f in dataclasses.fields(self) if f.metadata}
        intervals["learning_rate"] = "[0, inf)"
        for pattern, own in self.settings.items():
            if not any(_fits(pattern, known) for known in self.names):
                raise ValueError(f"settings: {pattern!r} fits none of the parameters {', '.join(self.names)}")
            for key, given in own.items():
                if key not in intervals:
                    raise ValueError(
                        f"settings: {pattern!r}: expected one of {', '.join(intervals)}, got {key!r}"
                    )
                where = f"settings: {pattern!r}: {key}"
                if key == "learning_rate" and callable(given):
                    self._scheduled(where, given)
                else:
                    number(where, given, intervals[key])

    def _settings_of(self, name: str) -> dict[str, Any]:
        """Collect the settings of a parameter: of several patterns that fit the last one decides."""
        found: dict[str, Any] = {}
        for pattern, own in self.settings.items():
            found |= own if _fits(pattern, name) else {}
        return found

    def _formula_of(self, i: int, rate: float) -> tuple[Optimizer, float]:
        """Return the formula with the numbers of one parameter, and its learning rate."""
        own = dict(self._settings[i])
        if not own:
            return self, rate
        if "learning_rate" in own:
            rate = own.pop("learning_rate")
        if callable(rate):
            rate = self._scheduled(f"settings: learning_rate of {self.names[i]}", rate)
        formula = copy.copy(self)
        formula.__dict__.update(own)
        return formula, rate

    def _schedules(self) -> list[Any]:
        """List the schedules that look at the error, each once, also those inside of another one."""
        own = [own["learning_rate"] for own in self._settings if "learning_rate" in own]
        rates = [inner for rate in (self.learning_rate, *own) for inner in nested(rate)]
        return list({id(rate): rate for rate in rates if hasattr(rate, "observe")}.values())

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
            if (
                gradient is not None
                and np.shape(as_data(np.ma.getdata(gradient), transform)) != parameter.shape
            ):
                raise ValueError(
                    f"{transform}: expected a gradient of shape {parameter.shape} "
                    f"for parameter {name}, got {np.shape(gradient)}"
                )

    # The memory, for checkpoints

    def state(self) -> dict[str, Any]:
        """Copy everything that the next steps depend on besides the parameters.

        That is the number of steps taken, and the memory as "<parameter's name>.<name in the memory>".
        """
        return (
            {"steps": self.steps}
            | {
                f"{name}.{key}": np.copy(x) if np.shape(x) else x
                for name, memory in zip(self.names, self.memory, strict=True)
                for key, x in memory.items()
            }
            | {
                f"learning_rate/{i}.{key}": x
                for i, schedule in enumerate(self._schedules())
                for key, x in schedule.state().items()
            }
        )

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
        schedules = [
            (schedule, {key: _number(f"learning_rate/{i}.{key}", state) for key in schedule.state()})
            for i, schedule in enumerate(self._schedules())
        ]
        self.steps, self.memory = steps, memory
        for schedule, its_state in schedules:
            schedule.load_state(its_state)


def _fits(pattern: str, name: str) -> bool:
    return pattern == name or fnmatch.fnmatchcase(name, pattern)


def _typed(gradient: Any, parameter: Value) -> Any:
    """A gradient of the parameter's own dtype, if there is one: transforms may compute in float64."""
    if gradient is None:
        return None
    return np.asanyarray(gradient, parameter.dtype) if parameter.shape else float(gradient)


def _number(name: str, state: Mapping[str, Any]) -> float:
    """A number of a saved memory."""
    data = as_data(state[name], name)
    if np.shape(data):
        raise ValueError(f"load_state: {name}: expected a number, got shape {np.shape(data)}")
    return float(data)


def _loaded(name: str, state: Mapping[str, Any], present: Any, parameter: Value) -> Any:
    """A copy of one part of a saved memory, in the shape and dtype of the present one."""
    data = as_data(state[name], name)
    if np.shape(data) != np.shape(present):
        raise ValueError(f"load_state: {name}: expected shape {np.shape(present)}, got {np.shape(data)}")
    return data.astype(parameter.dtype) if np.shape(data) else float(data)
