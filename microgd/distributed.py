"""Learning on many machines: the rows of the data are spread over a cluster, the parameters stay here.

    from dask.distributed import Client

    def error(parameters, shard):                   # plain NumPy: the mean error of one shard's rows
        x, goal_pred = shard
        return np.mean((x @ parameters["weight"] - goal_pred) ** 2)

    with Client("scheduler:8786") as client:
        shards = client.map(load_rows, files)       # each a tuple of arrays, on some worker
        for step in descend(sharded(error, parameters, shards, client), optimizer):
            ...

The error is a mean over rows, so the error of all rows is the mean of the shards' errors, each weighted by
its rows, and its gradient is the mean of their gradients. That is the whole of data parallelism: at each step
the parameters travel to the workers, each worker runs the compiled error and gradient over its shards, and
one error and one gradient travel back. The data stays where it is.

Scheduling, lost workers, memory limits and spilling to disk are the business of dask.distributed (the extra
`distributed`), which is imported when `sharded` is called.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .autodiff import Value, compile, value_and_grad
from .autodiff.primitives.primitive import Primitive
from .autodiff.trees import tree_map
from .autodiff.value import record

__all__ = ["sharded"]

Parameters = Mapping[str, Any]
Shard = tuple[np.ndarray, ...]
ShardError = Callable[[Any, Shard], Any]

FAN_IN = 8
"""So many means are merged by one task: a tree of such tasks, so that no worker receives all gradients."""


class Mean(NamedTuple):
    """The mean error of some rows, and its gradient by each parameter."""

    rows: int
    error: float
    gradient: dict[str, Any]


def sharded(
    error: ShardError, parameters: Mapping[str, Value], shards: Iterable[Any], client: Any
) -> Callable[[], Value]:
    """The mean error over the rows of all shards, as a function that `descend` takes.

    error       a function (parameters, shard) -> the mean error of the shard's rows, a single number, written
                in plain NumPy as for `compile`; `parameters` is a dict of arrays here, under the same names.
                It is sent to the workers once, with all that it refers to.
    parameters  a dict name -> Value, such as `net.parameters`.
    shards      the rows in pieces, each a tuple of arrays with rows along their first axes, as Futures or
                Delayed objects of the cluster. The workers keep what a Future stands for, and spill it to
                disk if it does not fit; a Future that was computed (`client.submit`, `client.map`) is
                computed again if its worker is lost. A Delayed is made anew at every step and forgotten.
    client      a `dask.distributed.Client`.

    The Value that comes back has one operation: it has asked the workers for the error and the gradient in
    one go. So `backward` costs nothing more, and second derivatives are refused with a TypeError. Results do
    not depend on which worker did what: means are merged in the order of the shards. Gradients are merged in
    the parameters' own type, float64 or float32.

    Raises TypeError where the parameters are not Values by name or the shards not on a cluster, ValueError
    where there is no shard, or no row in any; what `error` raises on a worker is raised here.
    """
    try:
        from dask import config
        from dask.base import is_dask_collection
        from dask.delayed import delayed
        from distributed import Client, Future
    except ImportError as missing:
        raise ImportError(f'sharded needs Dask: pip install "dask[distributed]" ({missing})') from missing

    shards = list(shards)
    _check(error, parameters, shards, lambda shard: isinstance(shard, Future) or is_dask_collection(shard))
    if not isinstance(client, Client):
        raise TypeError(f"client: expected a dask.distributed.Client, got {client!r}")
    sent_error = client.submit(_itself, error, pure=False)  # a task, so that it outlives the loss of a worker
    mean_of, merge = delayed(_mean_of, pure=False), delayed(_merged, pure=False)

    def total() -> Value:
        sent = delayed(
            {name: value.snapshot() for name, value in parameters.items()}, pure=False, traverse=False
        )
        means = [mean_of(sent_error, sent, shard) for shard in shards]
        while len(means) > 1:
            means = [merge(group) for group in _groups(means, FAN_IN)]
        with config.set(
            {"distributed.admin.large-graph-warning-threshold": sys.maxsize}
        ):  # parameters may be many
            future = client.compute(means[0])
        return _recorded(future.result(), parameters)

    return total


def _check(error: Any, parameters: Any, shards: Sequence[Any], is_remote: Callable[[Any], bool]) -> None:
    if not callable(error):
        raise TypeError(f"error: expected a function (parameters, shard) -> the mean error, got {error!r}")
    if not isinstance(parameters, Mapping):
        raise TypeError(f"parameters: expected a dict of Values, such as net.parameters, got {parameters!r}")
    for name, value in parameters.items():
        if not isinstance(value, Value):
            raise TypeError(f"parameter {name}: expected a Value, got {value!r}")
    if not shards:
        raise ValueError("shards: expected at least one, got none")
    for shard in shards:
        if not is_remote(shard):
            raise TypeError(
                f"shards: expected Futures or Delayed objects, got a {type(shard).__name__}: "
                "client.scatter(shards) sends arrays to the workers, client.map(load, files) reads them there"
            )


def _recorded(mean: Mean, parameters: Mapping[str, Value]) -> Value:
    """The error as a Value computed from the parameters by one operation, whose derivatives are known."""
    if not mean.rows:
        raise ValueError("shards: expected rows, got shards of 0 rows only")

    def rule(name: str) -> Callable[..., Any]:
        def vjp(g: Any, out: Any, *args: Any) -> Any:
            if isinstance(out, Value):
                raise TypeError(
                    "sharded: the workers compute first derivatives only, not those of a gradient"
                )
            return g * mean.gradient[name]

        return vjp

    operation = Primitive("sharded error", lambda *args: mean.error, tuple(map(rule, parameters)))
    return record(operation, *parameters.values())


# On the workers -----------------------------------------------------------------------------------


def _itself(x: Any) -> Any:
    return x


def _mean_of(error: ShardError, parameters: Parameters, shard: Any) -> Mean:
    """The mean error of one shard and its gradient, by the compiled program."""
    rows = _rows(shard)
    if not rows:
        return Mean(0, 0.0, {name: np.zeros_like(data) for name, data in parameters.items()})
    mean, gradient = _compiled(error)(dict(parameters), tuple(shard))
    return Mean(rows, float(mean), gradient)


@functools.lru_cache(maxsize=16)
def _compiled(error: ShardError) -> Callable[..., Any]:
    """The program of an error: a worker keeps it from step to step."""
    return compile(value_and_grad(error))


def _rows(shard: Any) -> int:
    if not isinstance(shard, (tuple, list)) or not shard or not all(np.ndim(array) for array in shard):
        raise TypeError(
            f"shards: expected each to be a tuple of arrays with rows, got {type(shard).__name__}"
        )
    rows = {len(array) for array in shard}
    if len(rows) > 1:
        shapes = " and ".join(str(np.shape(array)) for array in shard)
        raise ValueError(f"shards: expected arrays with the same number of rows, got shapes {shapes}")
    return rows.pop()


def _merged(means: Sequence[Mean]) -> Mean:
    """The mean over the rows of several means. Each is divided by all rows before it is added, so that the
    type of a gradient stays."""
    rows = sum(mean.rows for mean in means)
    parts = [(mean.rows / rows if rows else 0.0, mean) for mean in means]
    error = sum(share * mean.error for share, mean in parts)
    gradients = [tree_map(lambda x, share=share: share * x, mean.gradient) for share, mean in parts]
    return Mean(rows, error, functools.reduce(lambda a, b: tree_map(np.add, a, b), gradients))


def _groups(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[first : first + size] for first in range(0, len(items), size))
