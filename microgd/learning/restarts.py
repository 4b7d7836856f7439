"""Restarts: descents from several starts, for an error with several local minima."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..autodiff.data import fitted
from .arguments import Error, error_function, function, number, whole_number
from .history import History
from .optimizer import Optimizer
from .parameters import put, snapshots
from .stopping import Stop
from .training import descend


@dataclass
class Pit:
    """A local minimum that descents found, and these descents."""

    error: float
    """inf for descents that diverged."""
    parameters: dict[str, Any]
    descents: list[History]

    @property
    def starts(self) -> list[dict[str, Any]]:
        """The parameters from which it was reached."""
        return [history.steps[0].parameters for history in self.descents]

    def __repr__(self) -> str:
        ways = f"{len(self.descents)} start{'s' if len(self.descents) > 1 else ''}"
        return f"Pit(error {self.error:.6g}, from {ways}, at {self.parameters})"


def restarts(
    error: Error,
    new_optimizer: Callable[[], Optimizer],
    starts: Iterable[Any],
    *,
    xtol: float = 1e-3,
    every: int = 1,
    **options: Any,
) -> list[Pit]:
    """Descend from each start; return all pits (local minima) that were found, the best first.

    error          as for `descend`, which gets the `options` too.
    new_optimizer  a function that makes a fresh optimizer of the parameters, with an empty memory.
    starts         each the parameters' first data, a dict by name; for a single parameter its data alone.
    xtol           descents that end within this of one another have found the same pit, relative to the
                   largest entry of the parameter at any start or end so far.
    every          how many Steps the histories keep, as for `History`.

    Afterwards the parameters are those of the best pit. Ctrl-C ends the present descent and the search.
    A local minimum shows itself like this: small gradient, flat error, and another start does better.

    >>> from microgd import Value
    >>> from microgd.learning import GradientDescent
    >>> x = Value(0.0, name="x")
    >>> def error():
    ...     return x**4 - 2 * x**2 + 0.5 * x
    >>> for pit in restarts(error, lambda: GradientDescent([x], 0.05), starts=[-2, 1, 2]):
    ...     print(f"{pit.error:.4f} at {pit.parameters['x']:.4f}, {len(pit.starts)} starts")
    -1.5148 at -1.0575, 1 starts
    -0.5167 at 0.9304, 2 starts
    """
    error_function(error)
    function("new_optimizer", new_optimizer, "a function that makes one: lambda: GradientDescent(...)")
    xtol, every = number("xtol", xtol, "[0, inf)"), whole_number("every", every, "[1, inf)")
    if not isinstance(starts, Iterable) or isinstance(starts, str):
        raise TypeError(f"starts: expected a list of the parameters' first data, got {starts!r}")
    pits: list[Pit] = []
    optimizer = None
    for start in starts:
        optimizer = new_optimizer()
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"new_optimizer(): expected an optimizer, got {optimizer!r}")
        put(optimizer.by_name, _by_name(start, optimizer))
        history = History(descend(error, optimizer, **options), every)
        _add(pits, _ended(history, error), snapshots(optimizer.by_name), history, xtol)
        if history.reason is Stop.INTERRUPTED:
            break
    if optimizer is None:
        raise ValueError("restarts: expected at least one start, got none")
    pits.sort(key=lambda pit: pit.error)
    put(optimizer.by_name, pits[0].parameters)
    return pits


def _by_name(start: Any, optimizer: Optimizer) -> Mapping[str, Any]:
    names = optimizer.names
    by_name = start if isinstance(start, Mapping) else {names[0]: start} if len(names) == 1 else {}
    if set(by_name) != set(names):
        raise ValueError(f"a start is a dict with the parameters {', '.join(names)}, got {start!r}")
    return {
        name: fitted(data, f"start: {name}", optimizer.by_name[name].shape, "")
        for name, data in by_name.items()
    }


def _ended(history: History, error: Error) -> float:
    """The error at the parameters after a descent, which may have put them back to an earlier step."""
    if history.reason is Stop.DIVERGED:
        return math.inf
    return error().item() if history.reason is Stop.EARLY_STOPPING else history.steps[-1].error


def _add(pits: list[Pit], error: float, parameters: dict[str, Any], history: History, xtol: float) -> None:
    new = Pit(error, parameters, [history])
    for pit in pits:
        if math.isfinite(error) and math.isfinite(pit.error) and _is_same(pit, new, pits, xtol):
            pit.descents.append(history)
            if error < pit.error:
                pit.error, pit.parameters = error, parameters
            return
    pits.append(new)


def _is_same(a: Pit, b: Pit, pits: list[Pit], xtol: float) -> bool:
    seen = [
        place for pit in (*pits, b) if math.isfinite(pit.error) for place in (pit.parameters, *pit.starts)
    ]
    return all(
        np.allclose(a.parameters[name], b.parameters[name], rtol=0.0, atol=xtol * _size(name, seen))
        for name in a.parameters
    )


def _size(name: str, places: list[dict[str, Any]]) -> float:
    """The largest entry of a parameter anywhere."""
    return max(float(np.max(np.abs(place[name]), initial=0.0)) for place in places)
