"""NumPy's functions with discrete results as operations of a program: argmax, any, isclose, searchsorted.

On plain Values they answer in plain numbers (numpy_protocol.py). In a function that is being compiled the
numbers are not known yet, so the call itself becomes an operation, without a gradient. Its result may index
(`x[np.argsort(x)]`), be compared and be counted; Python cannot branch on it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..data import OF_INTEGERS
from .primitive import Primitive

Function = Callable[..., Any]

CALLS: dict[Primitive, tuple[Function, tuple[str, ...]]] = {}
"""For each of these operations NumPy's function, and the names of its last arguments."""


@functools.cache
def question_in_program(function: Function, count: int, names: tuple[str, ...]) -> Primitive:
    """The operation that calls a function of NumPy's with `count` operands, then what is static.

    Its last arguments go by these names.
    """

    def call(*operands: Any) -> Any:
        args, options = split(operands, names)
        return function(*args, **options)

    op = Primitive(function.__name__, call, (None,) * count)
    CALLS[op] = function, names
    OF_INTEGERS.add(op)
    return op


def split(operands: tuple[Any, ...], names: tuple[str, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Part operands into those without a name and those with one."""
    count = len(operands) - len(names)
    return operands[:count], dict(zip(names, operands[count:], strict=True))
