"""The whole chain rule of one Value: its gradient is a sum over its uses, each with a local derivative."""

from __future__ import annotations

from collections.abc import Iterator

from ...autodiff import Value
from .formulas import operation_of
from .lines import Line, by_sign, formula, numbers, result, sentence
from .mathml import Part, slot
from .steps import explained, product, product_in_numbers, sum_of
from .walk import Step, Walk


def chain(walk: Walk, node: Value) -> Iterator[Line]:
    """Yield the lines about a Value: its data, the sum of its gradient, and each term of it."""
    uses = walk.uses[node]
    yield from walk.code(node)
    if node.op is not None:
        yield formula(walk.symbol(node), " = ", operation_of(node, walk.symbol))
    yield result(walk.symbol(node), " = ", walk.value(node))
    yield sentence(_how_often(walk, node))
    name = walk.derivative(walk.error, node)
    if uses and all(use.is_scalar for use in uses):
        yield formula(name, " = ", *sum_of(product(walk, use) for use in uses))
        terms = (product_in_numbers(walk, use, brackets=i > 0) for i, use in enumerate(uses))
        yield numbers("= ", *sum_of(terms))
    yield result(name, " = ", walk.gradient(node))
    for i, use in enumerate(uses, 1):
        where = f"Use {i}, in " if len(uses) > 1 else "It is used in "
        operation = operation_of(use.node, walk.symbol)
        yield sentence(where, walk.symbol(use.node), " = ", operation, ". ", *_direction(walk, use))
        yield from list(explained(walk, use))[1:]


def _how_often(walk: Walk, node: Value) -> str:
    error, name, uses = walk.name(walk.error), walk.name(node), len(walk.uses[node])
    if node is walk.error:
        return f"All derivatives on this page are those of {error}, so its own is 1."
    if not uses:
        return f"{error} does not change when {name} changes a little."
    if uses == 1:
        return f"{name} is used once."
    return f"{name} is used {uses} times: its gradient is the sum over these uses."


def _direction(walk: Walk, use: Step) -> list[Part]:
    """Say in which direction the result of a scalar use moves."""
    if not use.is_scalar:
        return []
    to, by = walk.name(use.node), walk.name(use.operand)
    direction = by_sign(
        slot(f"local{use.number}"),
        positive=f"When {by} grows, {to} grows.",
        negative=f"When {by} grows, {to} falls.",
        zero=f"When {by} changes a little, {to} stays as it is.",
        otherwise=f"Here {to} has no finite slope.",
    )
    return [direction]
