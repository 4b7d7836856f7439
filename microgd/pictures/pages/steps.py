"""One step of the backward pass in words, as a formula and in numbers.

At every step the gradient that arrived, times the local derivative, is the share that flows on. The formula
of a local derivative is not looked up: it is the graph that is recorded when the vjp runs on Values
(formulas.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ...autodiff import Value
from ..chain_rule import share
from ..numbers import literal
from .formulas import formula_of
from .lines import Line, formula, local_derivative, numbers, result, sentence
from .mathml import Part, constant, slot
from .walk import Step, Walk

TOO_LONG = "…"


def explained(walk: Walk, step: Step) -> Iterator[Line]:
    """Yield the lines of a step: what flows where, by which rule, and how much."""
    to, by = walk.name(step.node), walk.name(step.operand)
    assert step.node.op is not None
    if step.is_scalar:
        yield sentence(
            f"The gradient of {to} flows back to {by}{which(walk, step)}, times the local derivative."
        )
        yield from walk.code(step.node)
        yield local(walk, step)
        yield formula(share_name(walk, step), " = ", *product(walk, step))
        yield numbers("= ", *product_in_numbers(walk, step))
    else:
        yield sentence(f"The gradient of {to} flows back to {by}, by the rule of {step.node.op.name}.")
        yield from walk.code(step.node)
        rule = _rule_of_arrays(walk, step)
        if rule != TOO_LONG:
            yield formula(share_name(walk, step), " = ", rule)
            shapes = _rule_in_shapes(walk, step)
            yield from [numbers("= ", shapes)] if shapes != TOO_LONG else []
    yield result("= ", slot(f"share{step.number}"))


def which(walk: Walk, step: Step) -> str:
    """Say which operand is meant if a Value is used twice by one operation."""
    twice = sum(other.node is step.node for other in walk.uses[step.operand]) > 1
    return f", operand {step.position + 1}" if twice else ""


def share_name(walk: Walk, step: Step) -> Part:
    """Write the derivative that the share of a step belongs to."""
    return walk.derivative(walk.error, step.operand)


def product(walk: Walk, step: Step) -> tuple[Part, ...]:
    """Write the chain rule of a scalar step: d error/d pred × d pred/d knob_weight."""
    return walk.derivative(walk.error, step.node), " × ", walk.derivative(step.node, step.operand)


def product_in_numbers(walk: Walk, step: Step, *, brackets: bool = False) -> tuple[Part, ...]:
    """Write the same in numbers; brackets: for the first of them, if it is negative."""
    arrived = walk.gradient(step.node, brackets=brackets)
    return arrived, " × ", slot(f"local{step.number}", brackets=True)


def local(walk: Walk, step: Step) -> Line:
    """Write the local derivative of a scalar step: by its rule, and as a number."""
    rule = _rule(step, 1.0, walk.symbol)
    number = share(step.node, step.position, 1.0)
    is_number = rule in (TOO_LONG, constant(literal(number)))
    middle = [] if is_number else [" = ", rule]
    value = slot(f"local{step.number}")
    return local_derivative(walk.derivative(step.node, step.operand), *middle, " = ", value)


def _rule_of_arrays(walk: Walk, step: Step) -> Part:
    """Write the vjp of a step with the names of its arrays."""
    g = Value(walk.gradients[step.node])
    arrived = walk.derivative(walk.error, step.node)
    return _rule(step, g, lambda x: arrived if x is g else walk.symbol(x))


def _rule_in_shapes(walk: Walk, step: Step) -> Part:
    """Write the vjp of a step with shapes in place of its arrays."""

    def shape(x: Any) -> Part:
        data = x.content if isinstance(x, Value) else x
        return constant(literal(data.shape if isinstance(data, np.ndarray) and data.ndim else data))

    return _rule(step, Value(walk.gradients[step.node]), shape)


def _rule(step: Step, g: Any, name: Callable[[Any], Part]) -> Part:
    """Write the vjp by which a gradient g flows back along a step, as a formula."""
    node = step.node
    assert node.op is not None
    operands_with_rule = [x for x, _ in zip(node.args, node.op.vjps) if isinstance(x, Value) or np.shape(x)]
    named = {id(x) for x in [node, *operands_with_rule]}
    pairs = [(node, node.content), *zip(node.args, node.operands, strict=True)]
    symbols = [(Value(data) if id(x) in named else data, x) for x, data in pairs]
    stands_for = {symbol: x for symbol, x in symbols if isinstance(symbol, Value)}
    out, *operands = (symbol for symbol, _ in symbols)
    try:
        recorded = share(node, step.position, g, lambda _: (out, tuple(operands)))
    except Exception:  # a user's own rule that runs on numbers only
        return TOO_LONG
    return formula_of(recorded, lambda x: name(stands_for.get(x, x) if isinstance(x, Value) else x))


def sum_of(terms: Iterable[Iterable[Part]]) -> Iterator[Part]:
    """Write terms with a plus sign between them."""
    for i, term in enumerate(terms):
        yield from [" + "] if i else []
        yield from term
