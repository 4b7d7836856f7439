"""A step of training as a program for a page: the error, its gradients, and the formula of an optimizer.

All three are the library's own: the formulas of optimizers.py run on Values as well as on numbers, so the
compiler writes a whole step as one JavaScript function. The learning rate and the other numbers of a formula,
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
    optimizer = kind([Value(weight) for weight in weights.values()], learning_rate=1.0)
    settings = [
        field for field in dataclasses.fields(optimizer) if field.kw_only and "interval" in field.metadata
    ]
    numbers = [getattr(optimizer, field.name) for field in settings]

    def step(data: Any, weights: Any, memory: Any, rate: Any, numbers: Any) -> Any:
        formula = copy.copy(optimizer)
        formula.__dict__.update(zip([field.name for field in settings], numbers, strict=True))
        found, gradients = value_and_grad(error)(weights, *data)
        moved = [
            formula.update(weight, gradient, rate, **kept)
            for weight, gradient, kept in zip(weights.values(), gradients.values(), memory, strict=True)
        ]
        new_weights, new_memory = [new[0] for new in moved], [new[1:] for new in moved]
        return found, gradients, new_weights, new_memory

    compiled = compile(step)
    compiled(list(data), dict(weights), optimizer.memory, 1.0, numbers)
    text = compiled.javascript
    function = text.partition("(")[0].removeprefix("function ")
    about = {
        "weights": [{"name": weight, "shape": list(np.shape(x))} for weight, x in weights.items()],
        "memory": [
            {"name": key, "weight": i, "shape": list(np.shape(x)), "start": np.ravel(x).tolist()}
            for i, memory in enumerate(optimizer.memory)
            for key, x in memory.items()
        ],
        "settings": [
            {"name": field.name, "value": value, "interval": field.metadata["interval"]}
            for field, value in zip(settings, numbers, strict=True)
        ],
    }
    return f"const {name} = (() => {{\n{text}\nreturn {function};\n}})();", about
