"""Evaluation: computing a primitive on plain data, where Python's numbers and NumPy's disagree.

Four disagreements are settled here, so that the rest of the engine need not know of them. Python raises an
error where IEEE 754 defines a result (1/0, log 0, an overflow). Lists and NumPy's scalars are no operands as
they are. NumPy computes functions of masks and bytes in half precision. NumPy's error messages name no
operation.
"""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..neighbours import constant

if TYPE_CHECKING:
    from .primitive import Primitive

NUMBERS = frozenset({float, int})

AS_THEY_ARE: set[type] = {float, int, bool, np.ndarray, type(None), slice, str}
"""The types of arguments that are operands, or static, as they are; value.py adds the Value."""


def scalar_or_array(scalar: Callable[..., Any], general: Callable[..., Any]) -> Callable[..., Any]:
    """Combine a function of Python's numbers, which must not pay for NumPy, with NumPy's for all else."""

    def compute(*operands: Any) -> Any:
        if type(operands[0]) in NUMBERS and type(operands[-1]) in NUMBERS:
            return scalar(*operands)
        return general(*operands)

    return compute


_BITS = {np.dtype(np.float64): np.int64, np.dtype(np.float32): np.int32}
"""For each dtype of floats the integers of the same size."""


def select(condition: Any, a: Any, b: Any) -> Any:
    """Compute np.where(condition, a, b) to the last bit, and faster where b is 0.0.

    np.where branches at each entry, and of a random condition the processor guesses half of the branches
    wrong. The bits of a float, read as an integer, times 1 or 0, need no branch. Unlike a * condition they
    are 0 where a is infinite.
    """
    if type(condition) is bool and type(a) in NUMBERS and type(b) in NUMBERS:
        return float(a if condition else b)  # np.where's np.float64 would promote float32
    is_zero = type(b) is float and b == 0.0 and math.copysign(1.0, b) == 1.0  # -0.0 has other bits
    are_arrays = type(a) is type(condition) is np.ndarray
    if is_zero and are_arrays and a.dtype in _BITS and condition.dtype == np.bool:
        return np.multiply(condition, a.view(_BITS[a.dtype])).view(a.dtype)
    return np.where(condition, a, b)


def smallest_divisor(a: Any) -> float:
    """Return about the smallest number with a finite reciprocal, in the precision of a."""
    return 2.0 / float(np.finfo(np.float32 if getattr(a, "dtype", None) == np.float32 else np.float64).max)


def understood(op: Primitive, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Convert lists and other libraries' numbers to arrays, and NumPy's scalars to Python's, which do not
    promote float32.

    Static arguments (a shape, an axis, an index) are unchanged. Where nothing is to be converted, `args`
    itself is returned.
    """
    if AS_THEY_ARE.issuperset(map(type, args)) and not op.of_numbers:
        return args
    given = [_converted(op, x) for x, _ in zip(args, op.vjps)]
    return args if all(map(operator.is_, given, args)) else (*given, *args[len(given) :])


def _converted(op: Primitive, x: Any) -> Any:
    if type(x) is list or type(x) is tuple or isinstance(x, np.matrix):
        x = np.asarray(x)
    elif isinstance(x, np.number):
        return x.item()
    elif not (type(x) in AS_THEY_ARE or isinstance(x, (np.ndarray, np.bool)) or hasattr(x, "record")):
        x = constant(x, op.name)
    return x * 1.0 if op.of_numbers and is_of_bytes(x) else x


def is_of_bytes(x: Any) -> bool:
    """Whether x is the result of a comparison, or an array of integers of 8 bits."""
    dtype = getattr(x, "dtype", None)
    return type(x) is bool or (dtype is not None and dtype.kind in "biu" and dtype.itemsize == 1)


def computes_bytes_in_float16(compute: Callable[..., Any]) -> bool:
    """Whether this is a ufunc of real numbers only: np.exp(True) is 2.719, in half precision."""
    return isinstance(compute, np.ufunc) and compute.types[0].startswith("e")


def evaluate(op: Primitive, operands: tuple[Any, ...]) -> Any:
    """Compute the operation; give inf or nan with a RuntimeWarning where Python's numbers raise an error."""
    try:
        return op.compute(*operands)
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        try:
            return op.compute(*with_numpy_floats(understood(op, operands)))
        except (ValueError, TypeError, IndexError) as still:
            raise _explained(op, operands, still) from error


def with_numpy_floats(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Convert Python's floats to NumPy's, which follow IEEE 754."""
    return tuple(np.float64(x) if type(x) is float else x for x in operands)


def check_static(op: Primitive, args: tuple[Any, ...]) -> None:
    """Raise TypeError if a Value stands where the operation has no vjp: its gradient would be lost."""
    if not isinstance(op.vjps, tuple):
        return
    for i, arg in enumerate(args[len(op.vjps) :], start=len(op.vjps)):
        if hasattr(arg, "record"):
            raise TypeError(
                f"{op.name}: argument {i} is a Value, but has no vjp: "
                "add one to the primitive, or None if no gradient flows through this argument"
            )


def _explained(op: Primitive, operands: tuple[Any, ...], error: Exception) -> Exception:
    """The error again, with the name of the operation and its operands."""
    if isinstance(op.vjps, tuple) and len(operands) < len(op.vjps):
        return TypeError(f"{op.name}: expected {len(op.vjps)} arguments or more, got {len(operands)}")
    with_rule = [x for x, rule in zip(operands, op.vjps) if rule is not None]
    given = with_rule or [x for x, _ in zip(operands, op.vjps)]
    usual = (float, int, list, tuple, np.ndarray, np.number, np.bool)
    strange = [type(x).__name__ for x in given if not isinstance(x, usual)]
    strange += [f"an array of {x.dtype}" for x in given if getattr(x, "dtype", np.dtype(bool)).kind in "USOM"]
    if strange:
        names = " and ".join(strange)
        return TypeError(f"{op.name}: expected numbers, real arrays or Values, got {names}")
    are_matrices = isinstance(error, np.linalg.LinAlgError)  # a ValueError too, which says what is wrong
    if len(given) > 1 and not are_matrices and (isinstance(error, ValueError) or op.name == "@"):
        shapes = " and ".join(str(np.shape(x)) for x in given)
        return ValueError(f"{op.name}: shapes {shapes} do not fit together ({error})")
    named = named_error(error, op.name, operands)
    if named is error:
        error.add_note(f"raised by the operation {op.name}")
    return named


def check_definition(compute: Any, vjps: tuple[Any, ...], vjp_of: Any, name: Any, scalar: Any) -> None:
    """Raise TypeError for what defines no primitive."""
    for what, given in (("compute", compute), ("vjp_of", vjp_of), ("scalar", scalar)):
        if not (callable(given) or (given is None and what != "compute")):
            raise TypeError(f"primitive: {what}: expected a function, got {given!r}")
    for i, vjp in enumerate(vjps):
        if not (vjp is None or callable(vjp)):
            raise TypeError(
                f"primitive: vjp of argument {i}: expected None or lambda g, out, *args: ..., got {vjp!r}"
            )
    if vjps and vjp_of is not None:
        raise TypeError("primitive: expected vjps, one for each argument, or vjp_of, got both")
    if not isinstance(name, str | None):
        raise TypeError(f"primitive: name: expected a text, got {name!r}")


# Messages ----------------------------------------------------------------------------------------

_KINDS = {
    TypeError, ValueError, IndexError, NotImplementedError, np.exceptions.AxisError, np.linalg.LinAlgError,
}  # fmt: skip
_NAMES_A_CALL = re.compile(r"(?!_)[^\s:(]+[:(]")
_NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


def named_error(
    error: Exception, name: str, args: Iterable[Any], options: Mapping[str, Any] = _NO_OPTIONS
) -> Exception:
    """The error again, with the call that raised it: "np.sum(Value of shape (2,), axis=3): axis 3 is ...".

    An error that names an operation already, and one of another kind than Python's and NumPy's own, is
    returned as it is.
    """
    is_numpys = isinstance(error, TypeError) and type(error).__module__.startswith("numpy")
    if _NAMES_A_CALL.match(str(error)) or not (type(error) in _KINDS or is_numpys):
        return error
    given = [described(x) for x in args] + [f"{option}={described(x)}" for option, x in options.items()]
    kind = TypeError if is_numpys else type(error)
    return kind(f"{name}({', '.join(given)}): {error}")


def described(x: Any) -> str:
    """Say in a few words what was given: the shape of an array or a Value, and the text of anything else."""
    if isinstance(x, np.ndarray) or (hasattr(x, "record") and x.shape):
        return f"{'Value' if hasattr(x, 'record') else 'array'} of shape {x.shape}"
    if type(x) in (list, tuple) and 0 < len(x) <= 3:
        parts = ", ".join(map(described, x))
        return f"[{parts}]" if type(x) is list else f"({parts}{',' * (len(x) == 1)})"
    text = repr(x)
    return text if len(text) <= 60 else text[:57] + "..."


def naming_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let the errors of a public function name it and what it was given."""

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except Exception as error:
            raise named_error(error, function.__name__, args, options) from error

    return call
