"""A program as one operation of a graph: how an error of parameters from outside becomes a Value again.

The program computes the error and, in the same run, its gradient by each parameter. As a primitive it has
the error as its result, and the gradients are its derivative rules. So `backward()` on the Value reaches the
parameters in one step, and whatever works with the function that was compiled works with its program: an
optimizer, `descend`, a picture.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from ..functional import recorded_gradients
from ..primitives.primitive import Primitive, Vjp, VjpOf
from ..value import Value

Numbers = tuple[Any, ...]


def as_operation(name: str, run: Callable[..., Sequence[Any]], itself: Callable[[], Value]) -> Primitive:
    """The primitive whose arguments are the parameters.

    run     the program: the parameters' numbers -> (error, d error / d first parameter, ...).
    itself  the function that was compiled. It takes over where the gradients are to be differentiated once
            more, of which the program knows nothing.
    """
    latest: tuple[Numbers, Sequence[Any]] = (), ()

    def results(parameters: Numbers) -> Sequence[Any]:
        """Of one run for the error and all gradients, as long as the parameters are the same objects."""
        nonlocal latest
        before, computed = latest
        if len(before) != len(parameters) or not all(map(operator.is_, before, parameters)):
            computed = run(*parameters)
            latest = parameters, computed
        return computed

    @functools.cache
    def gradients_as_values() -> dict[Value, Any]:
        return recorded_gradients(itself())

    def rule(position: int) -> Vjp:
        def vjp(g: Any, error: Any, *parameters: Any) -> Any:
            if isinstance(error, Value):
                return g * gradients_as_values()[parameters[position]]
            return g * results(parameters)[1 + position]

        return vjp

    return Primitive(name, lambda *parameters: results(parameters)[0], VjpOf(rule))
