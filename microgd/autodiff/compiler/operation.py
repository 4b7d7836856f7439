"""A program as a primitive: an error of parameters from outside is one operation of the graph.

The program computes the error and, in the same run, its gradient by each parameter. The error is the result
of the primitive, the gradients are its vjps. So `backward()` reaches the parameters in one step, and the
program can take the place of the function that was compiled: in an optimizer, in `descend`, in a picture.
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
    """Make the primitive whose arguments are the parameters.

    run     the program: the parameters' numbers -> (error, d error / d first parameter, ...).
    itself  the function that was compiled. It is recorded where the gradients are differentiated once more,
            which the program cannot do.
    """
    latest: tuple[Numbers, Sequence[Any]] = (), ()

    def results(parameters: Numbers) -> Sequence[Any]:
        """Run the program once for the error and all gradients, as long as the parameters are the same."""
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
