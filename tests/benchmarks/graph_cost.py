"""What one node of a scalar graph costs: bytes, and time and bytes as the graph grows.

Bytes are those that Python allocates (tracemalloc), the numbers and argument lists of the node
included, divided by the number of nodes. Chains of 10^3 to 10^6 operations show the growth: the cost
of one operation must not depend on how many there are.
"""

from __future__ import annotations

import functools
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import nets
from harness import Line, seconds_a_call

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)


def bytes_a_node() -> list[Line]:
    """The scalar net's graph: after forward, after backward, and the most that backward needed."""
    lines = []
    for peer, value_class, parents in (
        ("microgd", _microgd, lambda node: [a for a in node.args if isinstance(a, type(node))]),
        ("micrograd", _micrograd, lambda node: node._prev),
    ):
        try:
            forward, parameters = nets.scalar_forward(value_class(), nets.problem(20, 2, 16, 16, 1))
        except ModuleNotFoundError:
            continue  # it has been named as missing where the versions are printed
        nodes = _count(forward(), parents) - len(parameters)
        for when, size in zip(("forward", "forward and backward", "backward's peak"), _sizes(forward)):
            lines.append(Line("scalar net, memory", f"{peer}: {when}", "bytes a node", [size / nodes]))
    return lines


def chain_time() -> list[Line]:
    """Forward and backward through a chain: the time of one operation."""
    lines = []
    for length in LENGTHS:
        work = functools.partial(_chain_and_back, length)
        samples = [1e6 / length * seconds_a_call(work) for _ in range(max(3, 100_000 // length))]
        lines.append(Line("scalar chain, time", f"{length:,} operations", "us an operation", samples))
    return lines


def chain_memory() -> list[Line]:
    """Forward and backward through a chain: the bytes of one operation, when they are most."""
    lines = []
    for length in LENGTHS:
        *_, peak = _sizes(functools.partial(_chain, length))
        lines.append(
            Line("scalar chain, memory", f"{length:,} operations", "bytes an operation", [peak / length])
        )
    return lines


def _chain(length: int) -> Any:
    from microgd import Value

    x = Value(1.0)
    for _ in range(length):
        x = x * 1.000001
    return x


def _chain_and_back(length: int) -> None:
    _chain(length).backward()


def _microgd() -> Any:
    from microgd import Value

    return Value


def _micrograd() -> Any:
    from micrograd.engine import Value

    return Value


def _count(output: Any, parents: Callable[[Any], Any]) -> int:
    found, waiting = {output}, [output]
    while waiting:
        for parent in parents(waiting.pop()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return len(found)


def _sizes(forward: Callable[[], Any]) -> tuple[int, int, int]:
    """Bytes in use after forward, after backward, and the most in between."""
    gc.collect()
    tracemalloc.start()
    try:
        output = forward()
        after_forward = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        output.backward()
        after_backward, peak = tracemalloc.get_traced_memory()
        return after_forward, after_backward, peak
    finally:
        tracemalloc.stop()
