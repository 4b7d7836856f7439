"""A page on which a small net learns, live: `play_net`, one HTML file for any browser.

Every step on the page is a step of the library: the forward pass of MLP, the binary cross-entropy, its
gradients and the formula of the optimizer are programs in JavaScript that the compiler wrote
(net_programs.py). net_data.py has the points, net_start.py the first weights. The scripts of the page: net.js
runs the programs, net_field.js draws points and decision boundary, net_picture.js the net, net_table.js the
numbers of the optimizer; net_progress.js plays, net_controls.js has what the reader chooses.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ... import learning
from ...learning import MLP, Optimizer, arguments
from .net_data import data_sets
from .net_programs import (
    ACTIVATIONS,
    MOST_HIDDEN,
    MOST_UNITS,
    layers,
    net_programs,
    size,
    update_programs,
)
from .net_start import OWN, activation_of, default_net, draws, name_of, start_from
from .page import Page, make_page

OPTIMIZERS: tuple[type[Optimizer], ...] = (
    learning.GradientDescent, learning.Momentum, learning.Nesterov, learning.Adagrad, learning.RMSprop,
    learning.Adam, learning.AdamW,
)  # fmt: skip
RATES = [m * 10.0**power for power in (-3, -2, -1, 0) for m in (1, 2, 5)]
BATCH_SIZES = [1, 5, 20, 50]
SCRIPTS = [
    "numbers.js", "net.js", "net_field.js", "net_picture.js", "net_table.js", "net_progress.js",
    "net_controls.js",
]  # fmt: skip
FEWEST_ROWS = 200
"""The room for the reader's own points."""


def play_net(
    net: MLP | None = None,
    optimizer: Optimizer | None = None,
    data: Any = "two moons",
    out: str | os.PathLike[str] | None = None,
    *,
    batch_size: int | None = 20,
) -> Page:
    """Make a page on which a small net learns, live, to tell two classes apart.

    net         an MLP with one or two inputs, at most two hidden layers of at most 16 units, and one output,
                the logit of class 1. Learning begins from its weights; they are not changed. By default
                MLP(2, 8, 8, 1) with tanh.
    optimizer   an optimizer such as Momentum(net.parameters, 0.1), of any class: the page begins with its
                formula, learning rate and settings, and offers those of the library. By default Adam with
                0.02.
    data        "two moons", "circles", "XOR", "spirals", "cats and dogs", or a pair (input, goal): n rows of
                one or two inputs, and n goals, 0 or 1. A part of the rows is held out to test the net.
    out         the file to write, if any.
    batch_size  the number of rows of a step, if there are as many; None for all.

    The reader plays, pauses and steps, changes the data, the net and the descent, and sees the decision
    boundary, the weights, the error, the gradients and the memory of the optimizer follow. All is computed in
    the page, by the programs of `compile`; the error is the mean binary cross-entropy, in nats.

    Jupyter shows the Page that is returned; `.save("page.html")` writes it.

    Raises TypeError or ValueError for a net, an optimizer or data that the page cannot show, and TypeError
    for an activation or a formula that cannot be written in JavaScript.

    >>> play_net(data="circles")
    <Page 'A small net learns': .save(path) writes it>
    """
    sets = data_sets(data)
    is_given = net is not None
    net = _checked_net(net, sets[0]) if is_given else default_net(sets[0]["inputs"])
    optimizer = learning.Adam(net.parameters, 0.02) if optimizer is None else _checked_optimizer(optimizer)
    if batch_size is not None:
        batch_size = arguments.whole_number("batch_size", batch_size, "[1, inf)")
    rows = max(FEWEST_ROWS, *[len(points["goal"]) for points in sets])
    start = start_from(net)
    activations = _with_own(ACTIVATIONS, activation_of(net), start["activation"])
    kinds = _with_own({kind.__name__: kind for kind in OPTIMIZERS}, type(optimizer), _key_of(optimizer))
    nets = net_programs(rows, activations)
    updates, formulas = update_programs(kinds)
    for setting in formulas[_key_of(optimizer)]["settings"]:
        setting["value"] = getattr(optimizer, setting["name"])
    page = make_page(
        title="A small net learns",
        stage="",
        data={
            "numbers": {},
            "rows": rows,
            "sets": sets,
            "layers": [layers(hidden) for hidden in range(MOST_HIDDEN + 1)],
            "draws": draws(),
            "start": start,
            "seed": "given" if is_given else 0,
            "size": size(),
            "label": name_of(activation_of(net)),
            "activations": list(activations),
            "formulas": formulas,
            "optimizer": {
                "kind": _key_of(optimizer),
                "name": type(optimizer).__name__,
                "rate": optimizer.rate(),
            },
            "rates": sorted({*RATES, optimizer.rate()}),
            "batch": batch_size,
            "batches": sorted({*BATCH_SIZES, *[batch_size] * (batch_size is not None)}),
        },
        scripts=SCRIPTS,
        program=f"{nets}\n{updates}",
        body="net.html",
        styles=["page.css", "net.css"],
    )
    if out is not None:
        page.save(out)
    return page


# Arguments ---------------------------------------------------------------------------------------


def _checked_net(net: Any, points: dict[str, Any]) -> MLP:
    expected = f"at most {MOST_HIDDEN} hidden layers of at most {MOST_UNITS} units, and one output"
    if not isinstance(net, MLP):
        raise TypeError(f"net: expected an MLP such as MLP(2, 8, 8, 1), got {net!r:.80}")
    *hidden, outputs = [layer.weight.shape[1] for layer in net.layers]
    if len(hidden) > MOST_HIDDEN or max(hidden, default=1) > MOST_UNITS or outputs != 1:
        raise ValueError(f"net: expected {expected}, got {net!r}")
    inputs = net.layers[0].weight.shape[0]
    if inputs != points["inputs"]:
        raise ValueError(
            f"net: expected {points['inputs']} inputs, as {points['name']!r} has, got {net!r}: give data="
        )
    activations = [layer.activation for layer in net.layers]
    if activations[-1] is not None or any(f is not activations[0] for f in activations[:-1]):
        raise ValueError(
            f"net: expected one activation for the hidden layers, none for the last, got {net!r}"
        )
    if not all(np.isfinite(value.data).all() for value in net.parameters.values()):
        raise ValueError("net: expected finite weights, got nan or inf")
    return net


def _checked_optimizer(optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer: expected one such as Momentum(net.parameters, 0.1), got {optimizer!r:.80}"
        )
    if callable(optimizer.learning_rate) or optimizer.transforms or optimizer.settings:
        raise ValueError(
            "optimizer: expected a number as its learning rate, no transforms and no settings of single "
            "parameters: the page has no program for them"
        )
    return optimizer


def _key_of(optimizer: Optimizer) -> str:
    return type(optimizer).__name__ if type(optimizer) in OPTIMIZERS else OWN


def _with_own(offered: Mapping[str, Any], given: Any, key: str) -> dict[str, Any]:
    """Add what came with the net under the key "own", where it is none of those that are offered."""
    return {**offered, OWN: given} if key == OWN else dict(offered)
