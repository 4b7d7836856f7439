"""Parameters: the Values that learning changes, by name; reading them all, and putting them back.

Optimizers, checkpoints and restarts take parameters in one form: a dict name -> Value such as
`net.parameters`, or a list of Values. `named` makes a dict of both and refuses what no optimizer could move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.primitives.elementary import astype

Parameters = Iterable[Value] | Mapping[str, Value]
"""Leaves of the graph, as a list or as a dict name -> Value."""


class NamedParameters(dict[str, Value]):
    """The parameters of a net by name: a dict."""

    def __call__(self) -> Any:
        """Explain a habit from other libraries, where parameters is a method."""
        raise TypeError("net.parameters is a dict name -> Value: write it without the brackets ()")


def named(parameters: Any) -> dict[str, Value]:
    """Return the parameters by name, each checked to be a leaf that an optimizer can move.

    In a list each goes by its own name, and by its position where it has none or shares it.
    Raises TypeError or ValueError for other things, naming the one and the remedy.
    """
    if isinstance(parameters, Value) or not isinstance(parameters, Iterable):
        remedy = "its .parameters are those" if hasattr(parameters, "parameters") else "put it in a list"
        raise TypeError(f"parameters: expected a list or a dict of Values, got {parameters!r}: {remedy}")
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
                f"parameter {name}: expected a leaf, got {value!r}, which {value.op.name} computed: "
                "only the Values that it was computed from can be changed"
            )
    if len(set(values)) < len(values):
        twice = [name for name, value in zip(names, values, strict=True) if Counter(values)[value] > 1]
        raise ValueError(f"parameters: expected each Value once, got the same as {' and '.join(twice)}")
    if len(set(names)) < len(names):
        raise ValueError(f"parameters: expected a name of its own for each, got {', '.join(names)}")
    return dict(zip(names, values, strict=True))


def in_dtype_of(parameter: Value, input: Any) -> Any:
    """Return the input of a net of float32 in float32, any other one as it is: float64 would promote all."""
    if parameter.dtype != np.float32:
        return input
    return astype(input if isinstance(input, Value) else np.asarray(input), parameter.dtype)


def snapshots(parameters: Mapping[str, Value]) -> dict[str, Any]:
    """Read all parameters: numbers, and read-only arrays that no later change reaches."""
    return {name: parameter.snapshot() for name, parameter in parameters.items()}


def put(parameters: Mapping[str, Value], data: Mapping[str, Any]) -> None:
    """Set all parameters to the data under their names."""
    for name, parameter in parameters.items():
        parameter.data = data[name]
