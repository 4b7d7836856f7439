"""What makes a page live: the program that computes all of its numbers anew from those that its reader sets.

The graph is computed once more, from its leaves on, and its backward pass as well; the compiler writes both
as a JavaScript function. It takes the data of the leaves and returns the numbers of the page's table. The
operations stay those of the graph: a branch that Python took on the way is not taken back.
"""

from __future__ import annotations

import math
from typing import Any

from ...autodiff import Value, compile
from ...autodiff.functional import as_values, pull_back
from ..chain_rule import share
from .lines import MOST_ENTRIES
from .walk import Walk

MOST_CONTROLS = 24
"""The number of entries that a page has controls for."""


def live(walk: Walk) -> tuple[str, dict[str, Any]]:
    """Return the program as JavaScript, and what the page must know of it.

    Where there can be none the program is empty, and `reason` says why.
    """
    leaves = [node for node in walk.nodes if node.op is None]
    keys = list(walk.table.numbers)
    entries = sum(math.prod(leaf.shape) for leaf in leaves)
    if entries > MOST_CONTROLS:
        return "", {"reason": f"There are {entries} numbers to set, which is too many for controls."}
    if any(math.prod(node.shape) > MOST_ENTRIES for node in walk.nodes):
        return "", {"reason": "Its arrays are too large to be computed in the page."}
    step = compile(lambda *data: _numbers(walk, dict(zip(leaves, data, strict=True))))
    try:
        step(*[leaf.content for leaf in leaves])
        text = step.javascript
    except Exception as error:  # of an operation of the reader's own, perhaps
        return "", {"reason": f"Its numbers cannot be changed here: {str(error).partition(';')[0]}."}
    name = text.partition("(")[0].removeprefix("function ")
    about = [
        {"id": walk.ids[leaf], "name": walk.name(leaf), "learns": _learns(walk.name(leaf))} for leaf in leaves
    ]
    return f"const program = (() => {{\n{text}\nreturn {name};\n}})();", {"leaves": about, "keys": keys}


def _numbers(walk: Walk, data: dict[Value, Any]) -> list[Any]:
    """Compute the numbers of the table from the data of the leaves, in the order of its keys."""
    twin = dict(data)
    for node in reversed(walk.newest_first):
        if node.op is not None:
            pairs = zip(node.args, node.operands, strict=True)
            twin[node] = node.op(*[twin[arg] if isinstance(arg, Value) else was for arg, was in pairs])
    newest_first = [twin[node] for node in walk.newest_first]
    gradients = dict(pull_back(twin[walk.error], 1.0, newest_first, as_values))
    found: dict[str, Any] = {}
    for node in walk.nodes:
        number = walk.ids[node].removeprefix("value")
        found[f"value{number}"], found[f"gradient{number}"] = twin[node], gradients[twin[node]]
    for steps in walk.uses.values():
        total: Any = None
        for step in steps:
            node = twin[step.node]
            part = share(node, step.position, gradients[node], as_values)
            total = part if total is None else total + part
            found[f"share{step.number}"], found[f"sum{step.number}"] = part, total
            if step.is_scalar:
                found[f"local{step.number}"] = share(node, step.position, 1.0, as_values)
    return [found[key] for key in walk.table.numbers]


def _learns(name: str) -> bool:
    """Whether gradient descent is to change a leaf of this name: inputs and goals are given."""
    given = ("input", "goal", "target", "label", "data")
    return not any(word in name.lower() for word in given) and name.lower() not in ("x", "y")
