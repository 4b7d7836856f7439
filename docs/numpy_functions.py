"""Write numpy_functions.md: what microgd does with each function of NumPy's public namespaces.

    python docs/numpy_functions.py

Each function that has an answer for Values is called with them, and the gradient of the result decides: a
function is differentiable if one of the calls has a gradient that is not 0. The others are refused, for the
reason that microgd's own tables give.
"""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from microgd import Value
from microgd.autodiff.numpy_without_gradient import DISCRETE, REASONS
from microgd.autodiff.operators import HABITS
from microgd.autodiff.primitives import numpy_functions
from microgd.autodiff.trees import tree_leaves

PAGE = Path(__file__).with_suffix(".md")
DIFFERENTIABLE, NO_GRADIENT, REFUSED = "differentiable", "no gradient", "refused"
MISSING = "it has no derivative rule yet"
PLAIN = "it makes a plain array, and a Value does not lose its gradient in silence: .data gives the array"
MAKES_AN_ARRAY = {
    "array", "asarray", "asanyarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "asmatrix",
    "bmat", "from_dlpack", "fromiter", "require",
}  # fmt: skip
"""Functions that do not ask a Value, but convert it."""
CALLS_ANOTHER = {"row_stack"}
"""Functions that only call another one of NumPy's."""

MATRIX = np.array([[2.0, 0.5], [0.5, 1.0]])
VECTOR = np.array([0.25, 0.5, 0.75])
SAMPLES: dict[str, Callable[[Any, Any], Any]] = {
    "heaviside": lambda m, v: np.heaviside(0.0, v),
    "where": lambda m, v: np.where(MATRIX > 1.0, m, 0.0),
    "take_along_axis": lambda m, v: np.take_along_axis(m, np.array([[0], [1]]), 1),
    "einsum": lambda m, v: np.einsum("ij->j", m),
    "select": lambda m, v: np.select([MATRIX > 1.0], [m]),
    "interp": lambda m, v: np.interp(0.3, VECTOR, v),
    "choose": lambda m, v: np.choose(np.array([0, 1, 0]), [v, 2 * v]),
    "full_like": lambda m, v: np.full_like(m, v[0]),
    "apply_along_axis": lambda m, v: np.apply_along_axis(np.sum, 0, m),
    "apply_over_axes": lambda m, v: np.apply_over_axes(np.sum, m, 0),
    "piecewise": lambda m, v: np.piecewise(m, [MATRIX > 1.0], [np.square]),
    "linalg.multi_dot": lambda m, v: np.linalg.multi_dot([m, m]),
}
"""How a function is called that does not take a matrix or a vector, and a second one or a whole number."""


# Trying ------------------------------------------------------------------------------------------


def calls(name: str, function: Callable[..., Any]) -> Iterator[Callable[[Any, Any], Any]]:
    """Yield ways to call the function with a matrix and a vector."""
    if name in SAMPLES:
        yield SAMPLES[name]
        return
    firsts = (
        lambda m, v: m, lambda m, v: v, lambda m, v: m > 1.0, lambda m, v: np.stack([m, m]),
        lambda m, v: [m, m], lambda m, v: [v, v],
    )  # fmt: skip
    for first in firsts:
        for rest in ((), (1,), (0.5,), (float,), (0, 1), ((2, 2),), (VECTOR,), (MATRIX,), (MATRIX > 1.0,)):
            yield lambda m, v, first=first, rest=rest: function(first(m, v), *rest)
    yield lambda m, v: function(VECTOR > 0.3, v)


def gradient_of(call: Callable[[Any, Any], Any]) -> bool:
    """Whether the result of this call has a gradient that is not 0."""
    arguments = Value(MATRIX), Value(VECTOR)
    results = [x for x in tree_leaves(call(*arguments)) if isinstance(x, Value)]
    for number, result in enumerate(results, start=2):  # so that the parts of an angle do not cancel
        if result.depends_on(set(arguments)):
            (result**number).sum().backward()
    return any(np.any(argument.grad) for argument in arguments)


def kind_of(name: str, function: Callable[..., Any]) -> str:
    """Try a function that has an answer for Values."""
    answered = False
    for call in calls(name, function):
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if gradient_of(call):
                return DIFFERENTIABLE
            answered = True
    if not answered:
        raise ValueError(f"np.{name}: no call of it succeeds; add one to SAMPLES in {Path(__file__).name}")
    return NO_GRADIENT


# The namespaces ----------------------------------------------------------------------------------


def functions_of(room: Any, prefix: str) -> dict[str, Callable[..., Any]]:
    """The public functions of a module by name, classes and errors left out."""
    found = {name: getattr(room, name) for name in sorted(room.__all__)}
    return {prefix + name: f for name, f in found.items() if callable(f) and not isinstance(f, type)}


def classified(functions: dict[str, Callable[..., Any]]) -> dict[str, tuple[str, str]]:
    """Each function's name with its kind and the reason, if it is refused."""
    dispatched = (np.ufunc, type(np.sum))
    table = {}
    for name, function in functions.items():
        if function in DISCRETE - numpy_functions.keys():
            table[name] = NO_GRADIENT, ""
        elif function in numpy_functions or name in CALLS_ANOTHER:
            table[name] = kind_of(name, function), ""
        elif name == "full":
            table[name] = REFUSED, "it does not ask a Value; np.broadcast_to(value, shape) does it"
        elif name in MAKES_AN_ARRAY:
            table[name] = REFUSED, PLAIN
        elif isinstance(function, dispatched):
            table[name] = REFUSED, REASONS.get(function, MISSING)
        else:
            table[name] = NO_GRADIENT, "takes no Value"
    return table


def classified_methods() -> dict[str, tuple[str, str]]:
    """The same of the methods and attributes of an ndarray."""
    table = {}
    for name in sorted(name for name in dir(np.ndarray) if name[0] != "_"):
        attribute = getattr(Value, name, None)
        if attribute is None:
            table[name] = REFUSED, HABITS[name]
        elif callable(attribute):
            table[name] = kind_of(name, lambda x, *rest, name=name: getattr(x, name)(*rest)), ""
        else:
            table[name] = (DIFFERENTIABLE if name in ("T", "mT", "real") else NO_GRADIENT), ""
    return table


# The page ----------------------------------------------------------------------------------------


def listed(names: Iterable[str]) -> str:
    """The names in code, with commas."""
    return ", ".join(f"`{name}`" for name in names) or "none"


def section(title: str, table: dict[str, tuple[str, str]]) -> Iterator[str]:
    """One namespace: a list of each kind, the refused ones by their reason."""

    def of(kind: str, reason: str) -> list[str]:
        return [name for name, found in table.items() if found == (kind, reason)]

    yield f"## {title}"
    yield f"Differentiable: {listed(of(DIFFERENTIABLE, ''))}."
    yield f"No gradient is needed: {listed(of(NO_GRADIENT, ''))}."
    if without := of(NO_GRADIENT, "takes no Value"):
        yield f"No gradient is needed, because they take no Value: {listed(without)}."
    reasons = sorted({reason for kind, reason in table.values() if kind == REFUSED})
    if reasons:
        rows = [f"| {listed(of(REFUSED, reason))} | {reason} |" for reason in reasons]
        yield "\n".join(["| refused | why |", "|---|---|", *rows])


def page() -> str:
    """The whole page, of the NumPy that runs."""
    rooms = {
        "numpy": classified(functions_of(np, "")),
        "numpy.linalg": classified(functions_of(np.linalg, "linalg.")),
        "numpy.fft": classified(functions_of(np.fft, "fft.")),
        "Methods and attributes of an ndarray": classified_methods(),
    }
    kinds = [kind for table in rooms.values() for kind, _ in table.values()]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in (DIFFERENTIABLE, NO_GRADIENT, REFUSED))
    parts = [
        "# NumPy's functions and a Value",
        f"NumPy {'.'.join(np.__version__.split('.')[:2])}: {counts}.",
        "`python docs/numpy_functions.py` writes this page by calling the functions with Values. What needs "
        "no gradient answers with plain numbers, or with a Value through which none flows (`np.floor`). What "
        "is refused raises a TypeError with the reason; give it `.data` where plain numbers are wanted.",
        *itertools.chain.from_iterable(section(title, table) for title, table in rooms.items()),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(page().split("\n")[2])
