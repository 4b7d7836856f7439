"""A primitive: one operation of the graph, and its derivative by each argument.

Derivatives are given as vjps (vector-Jacobian products). Let out = f(a, b), and let an error depend on out.
The vjp of argument a takes the gradient g = d error / d out, which arrives at the output, and returns the
gradient that flows on to a:

    vjp_a(g, out, a, b)  =  g * d out / d a  =  d error / d a

For arrays this is g times the Jacobian of f, without the Jacobian ever being built. A vjp is written only
with operators, NumPy functions and other primitives. So one text runs on plain numbers and arrays (nothing
is recorded: fast) and on Values (the vjp is itself recorded: derivatives of derivatives). Vjps ignore
broadcasting, which unbroadcast.py undoes in one place.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .evaluate import check_definition, check_static, computes_bytes_in_float16, evaluate, scalar_or_array

Compute = Callable[..., Any]
Vjp = Callable[..., Any]

numpy_functions: dict[Compute, Compute] = {}
"""The function that answers when one of NumPy's is called with a Value: `np.exp` -> `exp`."""


class Primitive:
    """An operation: its name, its function, and a vjp (or None) for each argument that has a derivative."""

    __slots__ = ("compute", "name", "of_numbers", "scalar", "vjps")

    def __init__(
        self, name: str, compute: Compute, vjps: Iterable[Vjp | None], scalar: Compute | None = None
    ) -> None:
        self.name = name
        self.compute = compute if scalar is None else scalar_or_array(scalar, compute)
        self.scalar = scalar or compute
        self.vjps = vjps
        self.of_numbers = computes_bytes_in_float16(compute)

    def __call__(self, *args: Any) -> Any:
        """Compute; if there is a Value among the arguments, record the operation."""
        for arg in args:
            if hasattr(arg, "record"):
                check_static(self, args)
                return arg.record(self, *args)
        return evaluate(self, args)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


class VjpOf:
    """The vjps of an operation with any number of arguments, made for each position as it is needed."""

    def __init__(self, vjp_of: Callable[[int], Vjp | None]) -> None:
        self.vjp_of = vjp_of

    def __iter__(self) -> Iterator[Vjp | None]:
        return map(self.vjp_of, itertools.count())


def primitive(
    compute: Compute,
    *vjps: Vjp | None,
    vjp_of: Callable[[int], Vjp | None] | None = None,
    name: str | None = None,
    scalar: Compute | None = None,
    numpy: Compute | None = None,
) -> Primitive:
    """Define an operation with its derivatives.

    compute  the operation on plain numbers and arrays. If it is a NumPy or SciPy ufunc (or another function
             with NumPy's dispatch), calling that function with a Value uses this primitive from now on;
             otherwise call the primitive itself.
    vjps     `lambda g, out, *args: gradient` for each argument, in order. None: it is piecewise constant in
             this argument, no gradient flows. Arguments beyond the last vjp are static (an axis, an index).
    vjp_of   instead of vjps, for any number of arguments: `vjp_of(i)` is the vjp of argument i.
    name     for pictures and messages; by default `compute.__name__`.
    scalar   a faster `compute` for plain floats, such as `math.exp`.
    numpy    the NumPy function that this primitive implements, where `compute` is another.

    >>> from microgd import Value
    >>> cube = primitive(lambda x: x * x * x, lambda g, out, x: 3 * g * x * x, name="cube")
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """
    check_definition(compute, vjps, vjp_of, name, scalar)
    rules: Iterable[Vjp | None] = vjps if vjp_of is None else VjpOf(vjp_of)
    op = Primitive(name or str(getattr(compute, "__name__", "primitive")), compute, rules, scalar)
    numpy_functions[numpy or compute] = op
    return op
