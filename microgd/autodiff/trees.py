"""Trees: nested tuples, lists and dicts of numbers, arrays and Values, walked in one place for all modules.

The arguments of `grad`, the parameters of a net and the results of a compiled function are trees. Everything
that is no tuple, list or dict is a leaf.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .data import as_data

Tree = Any
"""A number, an array, a Value, or tuples, lists and dicts of trees."""


def tree_map(function: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """Apply the function to each leaf, and to the leaves in its place in the other trees; keep the structure.

    Raises ValueError where another tree has a different structure.

    >>> tree_map(lambda x: x + 1, {"w": [1, 2], "b": (3,)})
    {'w': [2, 3], 'b': (4,)}
    >>> tree_map(lambda x, y: x + y, {"a": 1, "b": 2}, {"b": 20, "a": 10})
    {'a': 11, 'b': 22}
    """
    if not isinstance(tree, (dict, list, tuple)):
        if any(isinstance(other, (dict, list, tuple)) for other in others):
            got = " and a ".join(type(other).__name__ for other in others)
            raise ValueError(f"expected a number or an array, got a {got}")
        return function(tree, *others)
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    for other in others:
        if not _is_alike(tree, other):
            raise ValueError(f"expected a {type(tree).__name__} with {list(keys)}, got {other!r}")
    parts = [tree_map(function, tree[key], *(other[key] for other in others)) for key in keys]
    if isinstance(tree, dict):
        return refilled(tree, dict(zip(keys, parts, strict=True)))
    return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)


def refilled(like: dict[Any, Any], parts: dict[Any, Any]) -> dict[Any, Any]:
    """A dict of the same type with other parts: a defaultdict or an OrderedDict stays one."""
    filled = copy.copy(like)
    for key, part in parts.items():
        filled[key] = part
    return filled


def _is_alike(tree: Tree, other: Tree) -> bool:
    if isinstance(tree, dict):
        return isinstance(other, dict) and tree.keys() == other.keys()
    return isinstance(other, (list, tuple)) and len(tree) == len(other)


def tree_leaves(tree: Tree) -> list[Any]:
    """List the leaves of a tree, in order.

    >>> tree_leaves({"w": [1, 2], "b": (3,)})
    [1, 2, 3]
    """
    leaves: list[Any] = []
    tree_map(leaves.append, tree)
    return leaves


def tree_paths(tree: Tree, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each leaf with the Python expression that reaches it, which begins with `path`.

    >>> list(tree_paths({"w": [1, 2], "b": (3,)}, "net"))
    [("net['w'][0]", 1), ("net['w'][1]", 2), ("net['b'][0]", 3)]
    """
    if isinstance(tree, (dict, list, tuple)):
        for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from tree_paths(part, f"{path}[{key!r}]")
    else:
        yield path, tree


def ravel(tree: Tree) -> tuple[np.ndarray, Callable[[Any], Tree]]:
    """Put all numbers of a tree into one vector; return it with the function that makes a tree of a vector.

    So a dict of parameters goes into an optimiser that takes one vector, such as `scipy.optimize.minimize`.
    The tree may have Values as leaves. `unravel` takes a vector of numbers or a Value, and can be
    differentiated; scalars come back as scalars.

    Raises ValueError where `unravel` is given another shape than that of the vector.

    >>> vector, unravel = ravel({"weight": np.array([[1.0, 2.0]]), "bias": 3.0})
    >>> vector
    array([1., 2., 3.])
    >>> unravel(vector * 10)
    {'weight': array([[10., 20.]]), 'bias': np.float64(30.0)}
    """
    leaves = [
        leaf.snapshot() if hasattr(leaf, "record") else as_data(leaf, "ravel") for leaf in tree_leaves(tree)
    ]
    vector = np.concatenate([np.ravel(np.asarray(leaf, float)) for leaf in leaves] or [np.zeros(0)])
    shapes = [np.shape(leaf) for leaf in leaves]
    starts = np.cumsum([0, *(math.prod(shape) for shape in shapes)]).tolist()

    def unravel(given: Any) -> Tree:
        if np.shape(given) != vector.shape:
            raise ValueError(f"unravel: expected a vector of shape {vector.shape}, got {np.shape(given)}")
        parts = (
            np.reshape(given[start:end], shape) if shape else given[start]
            for start, end, shape in zip(starts, starts[1:], shapes, strict=True)
        )
        return tree_map(lambda leaf: next(parts), tree)

    return vector, unravel
