"""A step of training as a program for a page: the error, its gradients, and the formula of an optimizer.

All three are the library's own: the formulas of optimizers.py run on Values as well as on numbers, so the
compiler writes a whole step as one JavaScript function (`training_step`), or the formula alone, which then
goes with any error (`update_step`). The learning rate and the other numbers of a formula,
such as the momentum, are arguments of it: the reader of the page sets them.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...autodiff import Value, compile, value_and_grad
from ...learning import Optimizer

Kind = type[Optimizer]


def training_step(
    name: str, error: Callable[..., Any], kind: Kind, weights: Mapping[str, Any], data: Sequence[Any] = ()
) -> tuple[str, dict[str, Any]]:
    """Return a step as JavaScript that defines `name`, and a description of its numbers.

    error    a function of a dict of weights, like `weights`, and of the data; it returns a scalar.
    kind     a class of optimizers.
    weights  a number or an array of each name: those give the shapes.
    data     numbers and arrays beside them, which do not learn.

    The function takes the data, the weights, the memory of the optimizer, the learning rate and the settings
    of the formula, all in a row: numbers as numbers, arrays as flat Float64Arrays. It returns the error, the
    gradients, the new weights and the new memory in a row. The description lists the weights with their
    shapes, the memory (for each number or array of it a name, the position of its weight, its shape, and the
    entries from which it starts), and the settings with their defaults and intervals.

    Raises TypeError for an error that JavaScript cannot compute.

    >>> from microgd import Momentum
    >>> script, about = training_step("step", lambda w: w["knob"] ** 2, Momentum, {"knob": 0.5})
    >>> about["settings"]
    [{'name': 'momentum', 'value': 0.9, 'interval': '[0, 1)'}]
    >>> about["memory"]
    [{'name': 'velocity', 'weight': 0, 'shape': [], 'start': [0.0]}]
    """
    formula = _Formula(kind, weights)

    def step(data: Any, weights: Any, memory: Any, rate: Any, numbers: Any) -> Any:
        found, gradients = value_and_grad(error)(weights, *data)
        update = formula.update(numbers)
        moved = [
            update(weight, gradient, rate, **kept)
            for weight, gradient, kept in zip(weights.values(), gradients.values(), memory, strict=True)
        ]
        new_weights, new_memory = [new[0] for new in moved], [new[1:] for new in moved]
        return found, gradients, new_weights, new_memory

    compiled = compile(step)
    compiled(list(data), dict(weights), formula.memory, 1.0, formula.numbers)
    return f"const {name} = {as_expression(compiled.javascript)};", formula.description()


def update_step(name: str, kind: Kind, weight: Any) -> tuple[str, dict[str, Any]]:
    """Return the formula of an optimizer for one weight, and a description like that of `training_step`.

    The function takes the weight, its gradient, the memory, the learning rate and the settings, all in a row;
    it returns the new weight and the new memory.

    >>> from microgd import GradientDescent
    >>> print(update_step("step", GradientDescent, 0.5)[0])
    const step = (() => {
    function step(weight, gradient, rate) {
      const t1 = rate * gradient;
      const t2 = weight - t1;
      return [t2];
    }
    return step;
    })();
    """
    formula = _Formula(kind, {"weight": weight})

    def step(weight: Any, gradient: Any, memory: Any, rate: Any, numbers: Any) -> Any:
        return formula.update(numbers)(weight, gradient, rate, **memory)

    compiled = compile(step)
    compiled(weight, weight, formula.memory[0], 1.0, formula.numbers)
    return f"const {name} = {as_expression(compiled.javascript)};", formula.description()


def as_expression(function: str) -> str:
    """Write a function of the compiler as an expression, which keeps the function's name to itself."""
    name = function.partition("(")[0].removeprefix("function ")
    return f"(() => {{\n{function}\nreturn {name};\n}})()"


class _Formula:
    """The update formula of an optimizer, with its settings as arguments."""

    def __init__(self, kind: Kind, weights: Mapping[str, Any]) -> None:
        self._weights = weights
        self._optimizer = kind([Value(weight) for weight in weights.values()], learning_rate=1.0)
        self._settings = [
            field
            for field in dataclasses.fields(self._optimizer)
            if field.kw_only and "interval" in field.metadata
        ]
        self.numbers = [getattr(self._optimizer, field.name) for field in self._settings]
        self.memory = self._optimizer.memory

    def update(self, numbers: Sequence[Any]) -> Callable[..., tuple[Any, ...]]:
        """Return the formula with other settings, Values perhaps."""
        formula = copy.copy(self._optimizer)
        formula.__dict__.update(zip([field.name for field in self._settings], numbers, strict=True))
        return formula.update

    def description(self) -> dict[str, Any]:
        """Describe the weights, the memory and the settings for a page."""
        return {
            "weights": [{"name": name, "shape": list(np.shape(x))} for name, x in self._weights.items()],
            "memory": [
                {"name": key, "weight": i, "shape": list(np.shape(x)), "start": np.ravel(x).tolist()}
                for i, memory in enumerate(self.memory)
                for key, x in memory.items()
            ],
            "settings": [
                {"name": field.name, "value": value, "interval": field.metadata["interval"]}
                for field, value in zip(self._settings, self.numbers, strict=True)
            ],
        }
