"""The backward pass as frames: each edge of the graph, newest first, with the chain rule in numbers.

At every step the gradient that arrived, times the local derivative, is the share that flows on. All numbers
are the engine's. The formula of a local derivative is not looked up either: it is the graph that is recorded
when the vjp runs on Values (formulas.py). `chain` puts the steps together that end at one Value: its whole
chain rule, the sum over its uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...autodiff import Value
from ..chain_rule import share
from ..numbers import literal
from .formulas import formula_of, operation_of
from .lines import Frame, Line, by_sign, formula, local_derivative, numbers, result, sentence
from .mathml import Part, constant, slot
from .walk import Step, Walk

TOO_LONG = "…"


def backward(walk: Walk) -> Iterator[Frame]:
    """Yield a frame for each edge along which a gradient flows, newest first, and a summary."""
    frames = [_seed(walk), *(_frame(walk, step) for step in walk.steps)]
    for i, frame in enumerate(frames, 1):
        yield {"phase": f"Backward {i} of {len(frames)}"} | frame
    yield _summary(walk)


def _seed(walk: Walk) -> Frame:
    error = walk.name(walk.error)
    lines = [
        sentence(f"Now backward. When {error} itself changes by a little, {error} changes by just that."),
        result(walk.derivative(walk.error, walk.error), " = ", walk.gradient(walk.error)),
    ]
    gradient = walk.gradient(walk.error)["number"]
    return {"at": walk.ids[walk.error], "gradient": gradient, "edges": [], "lines": lines}


def _frame(walk: Walk, step: Step) -> Frame:
    """Make the frame of one step; a scalar step has a question for practice: the key of its share."""
    mine, operand = walk.ids[step.node], walk.ids[step.operand]
    return {
        "at": operand,
        "gradient": f"sum{step.number}",
        "edges": [[f"{mine}_op->{mine}", 0], [f"{operand}->{mine}_op", step.nth]],
        "lines": [*_explained(walk, step), *_sum_so_far(walk, step)],
    } | ({"question": _question(walk, step)} if step.is_scalar else {})


def _explained(walk: Walk, step: Step) -> Iterator[Line]:
    to, by = walk.name(step.node), walk.name(step.operand)
    assert step.node.op is not None
    if step.is_scalar:
        yield sentence(
            f"The gradient of {to} flows back to {by}{_which(walk, step)}, times the local derivative."
        )
        yield _local(walk, step)
        yield formula(_share_name(walk, step), " = ", *_product(walk, step))
        yield numbers("= ", *_product_in_numbers(walk, step))
    else:
        yield sentence(f"The gradient of {to} flows back to {by}, by the rule of {step.node.op.name}.")
        rule = _rule_of_arrays(walk, step)
        if rule != TOO_LONG:
            yield formula(_share_name(walk, step), " = ", rule)
            shapes = _rule_in_shapes(walk, step)
            yield from [numbers("= ", shapes)] if shapes != TOO_LONG else []
    yield result("= ", slot(f"share{step.number}"))


def _which(walk: Walk, step: Step) -> str:
    """Say which operand is meant if a Value is used twice by one operation."""
    twice = sum(other.node is step.node for other in walk.uses[step.operand]) > 1
    return f", operand {step.position + 1}" if twice else ""


def _share_name(walk: Walk, step: Step) -> Part:
    return walk.derivative(walk.error, step.operand)


def _product(walk: Walk, step: Step) -> tuple[Part, ...]:
    """Write the chain rule of a scalar step: d error/d pred × d pred/d knob_weight."""
    return walk.derivative(walk.error, step.node), " × ", walk.derivative(step.node, step.operand)


def _product_in_numbers(walk: Walk, step: Step, *, brackets: bool = False) -> tuple[Part, ...]:
    arrived = walk.gradient(step.node, brackets=brackets)
    return arrived, " × ", slot(f"local{step.number}", brackets=True)


def _local(walk: Walk, step: Step) -> Line:
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


def _sum_so_far(walk: Walk, step: Step) -> Iterator[Line]:
    """Add up the shares of a Value that is used several times: its gradient is the sum over its uses."""
    uses = walk.uses[step.operand]
    if len(uses) == 1:
        return
    nth = uses.index(step) + 1
    yield sentence(
        f"{walk.name(step.operand)} is used {len(uses)} times, and its gradient is the sum over all uses. "
        f"This is share {nth} of {len(uses)}."
    )
    if nth == 1:
        return
    so_far = "so far ", _share_name(walk, step), " = "
    if step.operand.shape:
        yield result(*so_far, slot(f"sum{step.number}"))
    else:
        yield numbers(*so_far, *_shares(uses[:nth]))
        yield result("= ", slot(f"sum{step.number}"))


def _shares(steps: list[Step]) -> Iterator[Part]:
    """Write a sum of shares in numbers."""
    for i, step in enumerate(steps):
        yield from [" + "] if i else []
        yield slot(f"share{step.number}", brackets=i > 0)


def _summary(walk: Walk) -> Frame:
    error = walk.name(walk.error)
    lines = [sentence(f"Now each Value has its gradient: how {error} changes with it. Of those given:")]
    for node in walk.nodes:
        if node.op is None:
            lines.append(result(walk.derivative(walk.error, node), " = ", walk.gradient(node)))
            lines += [] if node.shape else [_advice(walk, node)]
    return {"phase": "Done", "edges": [], "lines": lines}


def _advice(walk: Walk, node: Value) -> Line:
    error, name = walk.name(walk.error), walk.name(node)
    return by_sign(
        walk.gradient(node),
        positive=f"Turn {name} down, and {error} falls.",
        negative=f"Turn {name} up, and {error} falls.",
        zero=f"Turning {name} a little does not change {error}.",
        otherwise=f"It is not finite: somewhere on the way {error} stopped being finite.",
    )


# Practice ----------------------------------------------------------------------------------------


def _question(walk: Walk, step: Step) -> dict[str, Any]:
    """Ask for the share of a scalar step; the hint is its rule, without the result."""
    to, by = walk.name(step.node), walk.name(step.operand)
    return {
        "answer": f"share{step.number}",
        "lines": [
            sentence(f"The gradient of {to} is ", walk.gradient(step.node), "."),
            sentence(f"How much of it flows back to {by}{_which(walk, step)}?"),
            formula(_share_name(walk, step), " = ?"),
        ],
        "hint": [
            sentence("The gradient that arrived, times the local derivative:"),
            formula(*_product(walk, step)),
            _local(walk, step),
        ],
    }


# The whole chain rule of a Value -----------------------------------------------------------------


def chain(walk: Walk, node: Value) -> list[Line]:
    """Write the whole chain rule of a Value: the sum over its uses, and each term in words and numbers."""
    error, name, uses = walk.name(walk.error), walk.name(node), walk.uses[node]
    lines = [result(walk.symbol(node), " = ", walk.value(node))]
    if node.op is not None:
        lines.insert(0, formula(walk.symbol(node), " = ", operation_of(node, walk.symbol)))
    gradient = result(walk.derivative(walk.error, node), " = ", walk.gradient(node))
    if node is walk.error:
        return [
            *lines,
            sentence(f"All derivatives on this page are those of {error}, so its own is 1."),
            gradient,
        ]
    if not uses:
        return [*lines, sentence(f"{error} does not change when {name} changes a little."), gradient]
    many = f"{len(uses)} times: its gradient is the sum over these uses."
    lines.append(sentence(f"{name} is used {'once.' if len(uses) == 1 else many}"))
    if all(step.is_scalar for step in uses):
        lines += [formula(*_sum_of_products(walk, uses)), numbers("= ", *_sum_in_numbers(walk, uses))]
    lines.append(gradient)
    for i, step in enumerate(uses, 1):
        use = (
            f"Use {i}, in {walk.name(step.node)}"
            if len(uses) > 1
            else f"It is used in {walk.name(step.node)}"
        )
        lines += [sentence(use, " = ", operation_of(step.node, walk.symbol), ". ", *_sign_of_use(walk, step))]
        lines += list(_explained(walk, step))[1:]
    return lines


def _sum_of_products(walk: Walk, uses: list[Step]) -> Iterator[Part]:
    yield from (walk.derivative(walk.error, uses[0].operand), " = ")
    for i, step in enumerate(uses):
        yield from [" + "] if i else []
        yield from _product(walk, step)


def _sum_in_numbers(walk: Walk, uses: list[Step]) -> Iterator[Part]:
    for i, step in enumerate(uses):
        yield from [" + "] if i else []
        yield from _product_in_numbers(walk, step, brackets=i > 0)


def _sign_of_use(walk: Walk, step: Step) -> list[Part]:
    """Say in words in which direction the result of a use moves."""
    to, by = walk.name(step.node), walk.name(step.operand)
    if not step.is_scalar:
        return []
    key = f"local{step.number}"
    return [
        {
            "sign of": key,
            "positive": f"When {by} grows, {to} grows.",
            "negative": f"When {by} grows, {to} falls.",
            "zero": f"When {by} changes a little, {to} stays as it is.",
            "otherwise": f"Here {to} has no finite slope.",
        }
    ]
