"""The backward pass as frames: each edge of the graph, newest first, with the chain rule in numbers.

A frame explains one step (steps.py), adds up what has reached a Value so far, and has a question for
practice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...autodiff import Value
from .lines import Frame, Line, by_sign, formula, numbers, result, sentence
from .mathml import slot
from .steps import explained, local, product, share_name, sum_of, which
from .walk import Step, Walk


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
        "lines": [*explained(walk, step), *_sum_so_far(walk, step)],
    } | ({"question": _question(walk, step)} if step.is_scalar else {})


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
    so_far = "so far ", share_name(walk, step), " = "
    if step.operand.shape:
        yield result(*so_far, slot(f"sum{step.number}"))
    else:
        terms = ([slot(f"share{use.number}", brackets=i > 0)] for i, use in enumerate(uses[:nth]))
        yield numbers(*so_far, *sum_of(terms))
        yield result("= ", slot(f"sum{step.number}"))


def _summary(walk: Walk) -> Frame:
    error = walk.name(walk.error)
    lines = [sentence(f"Now each Value has its gradient: how {error} changes with it. Of those given:")]
    for node in walk.nodes:
        if node.op is None:
            lines.append(result(walk.derivative(walk.error, node), " = ", walk.gradient(node)))
            lines += [] if node.shape else [_advice(walk, node)]
    return {"phase": "Done", "edges": [], "lines": lines}


def _advice(walk: Walk, node: Value) -> Line:
    """Say in which direction to turn a Value so that the error falls."""
    error, name = walk.name(walk.error), walk.name(node)
    advice = by_sign(
        walk.gradient(node),
        positive=f"Turn {name} down, and {error} falls.",
        negative=f"Turn {name} up, and {error} falls.",
        zero=f"Turning {name} a little does not change {error}.",
        otherwise=f"It is not finite: somewhere on the way {error} stopped being finite.",
    )
    return sentence(advice)


def _question(walk: Walk, step: Step) -> dict[str, Any]:
    """Ask for the share of a scalar step; the hint is its rule, without the result."""
    to, by = walk.name(step.node), walk.name(step.operand)
    return {
        "answer": f"share{step.number}",
        "lines": [
            sentence(f"The gradient of {to} is ", walk.gradient(step.node), "."),
            sentence(f"How much of it flows back to {by}{which(walk, step)}?"),
            formula(share_name(walk, step), " = ?"),
        ],
        "hint": [
            sentence("The gradient that arrived, times the local derivative:"),
            formula(*product(walk, step)),
            local(walk, step),
        ],
    }
