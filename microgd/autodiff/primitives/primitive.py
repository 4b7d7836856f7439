"""What a primitive is: one operation beside its local derivatives.

`primitive` makes one; the tables in the other files are calls of it, and what stands under a table is
composed of its entries. A derivative rule is a *vjp* (vector-Jacobian product): it takes `g`, the gradient
that arrives at the operation's output, then the output `out`, then the operation's own arguments, and
returns the gradient for one of the arguments. A rule is written only with operators, NumPy functions and
other primitives, so the same text runs on numbers (fast, nothing recorded), on arrays, and on Values
(recorded: that is how the gradient of a gradient comes about). Broadcasting is undone by whoever calls it.
"""

from __future__ import annotations

import importlib
import operator
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Vjp = Callable[..., Any]

numpy_functions: dict[Callable[..., Any], Callable[..., Any]] = {}
"""Which function of ours answers when NumPy's is called with a Value: `np.exp` -> `exp`."""


class Primitive:
    """An operation and, for each of its arguments, how a gradient flows back through it."""

    __slots__ = ("compute", "name", "vjps")

    def __init__(self, name: str, compute: Callable[..., Any], vjps: Iterable[Vjp | None]) -> None:
        self.name = name
        self.compute = compute
        self.vjps = vjps

    def __call__(self, *args: Any) -> Any:
        """Compute, and let the first argument that has a `record` method (a Value) remember it."""
        for arg in args:
            if hasattr(arg, "record"):
                self._check_rules(args)
                return arg.record(self, *args)
        return evaluate(self, args)[0]

    def _check_rules(self, args: tuple[Any, ...]) -> None:
        if not isinstance(self.vjps, tuple):
            return
        for i, arg in enumerate(args[len(self.vjps) :], start=len(self.vjps)):
            if hasattr(arg, "record"):
                raise TypeError(
                    f"{self.name}: argument {i} is a Value, but has no rule: "
                    "give one, or None if no gradient flows through it"
                )

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """For copy and pickle: there is one of each. It is found again by its module and name there, at home
        rather than where somebody has imported it."""
        package = __name__.partition(".")[0]
        modules = sorted(sys.modules.items(), key=lambda module: not module[0].startswith(package))
        for module, contents in modules:
            for name, x in list(getattr(contents, "__dict__", {}).items()):
                if x is self:
                    return _found_again, (module, name)
        raise TypeError(f"{self!r} stands in no module by its name: it cannot be copied or pickled")


def _found_again(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def primitive(
    compute: Callable[..., Any],
    *vjps: Vjp | None,
    each: Callable[[int], Vjp | None] | None = None,
    name: str | None = None,
    scalar: Callable[..., Any] | None = None,
    numpy: Callable[..., Any] | None = None,
) -> Primitive:
    """An operation of your own, with its derivatives.

    compute  the operation on plain numbers and arrays. If it is a NumPy or SciPy ufunc (or another
             function with NumPy's dispatch), calling that function with a Value uses this primitive
             from now on; otherwise call the primitive itself.
    vjps     a rule `lambda g, out, *args: gradient` for each argument, in order. None: no gradient
             flows through this argument (the function is piecewise constant in it). Arguments
             beyond the last rule are static (an axis, an index).
    each     instead of vjps, for an operation of any number of arguments: `each(i)` is the rule of
             argument i.
    name     as pictures and messages show it; `compute.__name__` by default, where it has one.
    scalar   a faster `compute` for plain floats, such as `math.exp`.
    numpy    the NumPy function that this primitive stands for, where `compute` is not that function.

    >>> from microgd import Value
    >>> cube = primitive(lambda x: x * x * x, lambda g, out, x: 3 * g * x * x, name="cube")
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """
    computed = compute if scalar is None else _by_type(scalar, compute)
    rules: Iterable[Vjp | None] = vjps if each is None else Each(each)
    op = Primitive(name or str(getattr(compute, "__name__", "primitive")), computed, rules)
    numpy_functions[numpy or compute] = op
    return op


class Each:
    """The rules of an operation of any number of arguments, made as they are asked for."""

    def __init__(self, rule: Callable[[int], Vjp | None]) -> None:
        self.rule = rule

    def __iter__(self) -> Any:
        index = 0
        while True:
            yield self.rule(index)
            index += 1


_NUMBERS = (float, int)


def _by_type(scalar: Callable[..., Any], general: Callable[..., Any]) -> Callable[..., Any]:
    """Python's own function for its own numbers, which must not pay for NumPy; NumPy's for all else."""

    def compute(*operands: Any) -> Any:
        if type(operands[0]) in _NUMBERS and type(operands[-1]) in _NUMBERS:
            return scalar(*operands)
        return general(*operands)

    return compute


def evaluate(op: Primitive, operands: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The operation's result on plain operands, and the operands as they were understood.

    Python raises where IEEE 754 has an answer (1/0, log 0, an overflow) and refuses lists: both get
    a second try as NumPy understands them, which gives inf or nan with a RuntimeWarning.
    """
    try:
        return op.compute(*operands), operands
    except (ArithmeticError, ValueError, TypeError) as error:
        again = with_numpy_floats(with_arrays(op, operands))
        try:
            return op.compute(*again), again
        except (ValueError, TypeError) as still:
            raise _explained(op, operands, still) from error


def with_numpy_floats(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Python's floats as NumPy's, which follow IEEE 754."""
    return tuple(np.float64(x) if type(x) is float else x for x in operands)


def with_arrays(op: Primitive, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists and tuples of numbers as arrays, NumPy's scalars as Python's, which leave a float32 array what
    it is. What is beyond the rules (a shape, an index) stays; so does `args` if there is nothing to do."""
    given = [_understood(x) for x, _ in zip(args, op.vjps)]
    return args if all(map(operator.is_, given, args)) else (*given, *args[len(given) :])


def _understood(x: Any) -> Any:
    if type(x) is list or type(x) is tuple:
        return np.asarray(x)
    if isinstance(x, np.matrix):  # whose * is a matrix product
        return np.asarray(x)
    return x.item() if isinstance(x, np.number) else x


def _explained(op: Primitive, operands: tuple[Any, ...], error: Exception) -> Exception:
    """The error again, naming the operation and what it was given."""
    with_rule = [x for x, rule in zip(operands, op.vjps) if rule is not None]
    given = with_rule or [x for x, _ in zip(operands, op.vjps)]
    usual = (float, int, list, tuple, np.ndarray, np.number, np.bool)
    strange = [x for x in given if not isinstance(x, usual)]
    if strange:
        names = " and ".join(type(x).__name__ for x in strange)
        return TypeError(f"{op.name}: expected numbers, real arrays or Values, got {names}")
    if len(given) > 1 and (isinstance(error, ValueError) or op.name == "@"):  # numbers have no @
        shapes = " and ".join(str(np.shape(x)) for x in given)
        return ValueError(f"{op.name}: shapes {shapes} do not fit together ({error})")
    error.add_note(f"raised by the operation {op.name}")
    return error
