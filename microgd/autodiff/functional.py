"""Derivatives of plain Python functions of numbers and arrays: functions in, functions out.

Each transformation calls the function with Values in place of some arguments (`argnums`), and walks
back through what was recorded. An argument may be a number, an array, or nested tuples, lists and
dicts of them; a gradient comes back in the same structure. Inputs are never changed.

They nest: inside another transformation the arguments are Values already. Then the walk itself is
recorded, because the same rules run on Values, and its result can be differentiated again. The same
happens where the function uses a Value from outside: the result is a Value, since it depends on one.

Read `_Call` first: it is the machine; the public functions below only ask it.
"""

from __future__ import annotations

import copy
import functools
import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .primitives.arithmetic import identity
from .value import (
    Value,
    ancestors,
    as_data,
    as_numbers,
    as_values,
    derivatives,
    next_number,
    pull_back,
    under_grad,
    under_trace,
    warn_caller,
)

Tree = Any
"""A number, an array, a Value, or tuples, lists and dicts of trees."""
Argnums = int | tuple[int, ...]
"""Which positional argument to differentiate by, counted from 0; a tuple of them gives a tuple of results."""


# Trees -------------------------------------------------------------------------------------------


def tree_map(function: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """The same structure with `function` of each number or array in its place, and of what stands in
    that place in the other trees.

    Raises ValueError where another tree has not the structure of the first.

    >>> tree_map(lambda x: x + 1, {"w": [1, 2], "b": (3,)})
    {'w': [2, 3], 'b': (4,)}
    >>> tree_map(lambda x, y: x + y, {"a": 1, "b": 2}, {"b": 20, "a": 10})
    {'a': 11, 'b': 22}
    """
    if not isinstance(tree, (dict, list, tuple)):
        if any(isinstance(other, (dict, list, tuple)) for other in others):
            raise ValueError(f"expected a number or an array, got a {_types(others)}")
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
    """A dict of the same kind with other parts: a defaultdict or an OrderedDict stays one."""
    filled = copy.copy(like)
    for key, part in parts.items():
        filled[key] = part
    return filled


def _is_alike(tree: Tree, other: Tree) -> bool:
    if isinstance(tree, dict):
        return isinstance(other, dict) and tree.keys() == other.keys()
    return isinstance(other, (list, tuple)) and len(tree) == len(other)


def _types(trees: tuple[Tree, ...]) -> str:
    return " and a ".join(type(tree).__name__ for tree in trees)


def tree_leaves(tree: Tree) -> list[Any]:
    """The numbers and arrays of a tree, in order.

    >>> tree_leaves({"w": [1, 2], "b": (3,)})
    [1, 2, 3]
    """
    leaves: list[Any] = []
    tree_map(leaves.append, tree)
    return leaves


# One call, recorded ------------------------------------------------------------------------------


class _Call:
    """A call of f with Values in place of the arguments `argnums`, and its output (a tree)."""

    def __init__(self, f: Callable[..., Any], argnums: Argnums, args: Any, options: Any) -> None:
        self.start = next_number()
        self.f = f
        places = _places(f, argnums, len(args))
        replaced = {i: tree_map(_variable, args[i]) for i in places}
        self.variables: Tree = tuple(replaced.values()) if isinstance(argnums, tuple) else replaced[places[0]]
        self.leaves = tree_leaves(self.variables)
        under_grad.update(self.leaves)
        try:
            self.output = f(*(replaced.get(i, arg) for i, arg in enumerate(args)), **options)
        finally:
            under_grad.difference_update(self.leaves)
        self._paths: dict[Value, tuple[list[Value], bool]] = {}

    def scalar_output(self, asked: str) -> Any:
        """The output, which must be a single number."""
        if isinstance(self.output, (dict, list, tuple)):
            got = f"a {type(self.output).__name__}"
        else:
            self.check_outputs(asked, "a single number")
            if np.shape(self.output) == ():
                return self.output
            got = f"shape {np.shape(self.output)}"
        raise ValueError(
            f"{asked}: {_name(self.f)} must return a single number, got {got}; "
            "reduce it (.sum(), .mean()) or use jacobian"
        )

    def check_outputs(self, asked: str, expected: str = "numbers and arrays") -> None:
        """Whether f returned numbers at all."""
        for output in tree_leaves(self.output):
            try:
                as_data(0.0 if isinstance(output, Value) else output)
            except TypeError:
                raise ValueError(f"{asked}: {_name(self.f)} must return {expected}, got {output!r}") from None

    def gradient(self, output: Any, seed: Any) -> Tree:
        """d sum(seed * output) / d variables, in their structure: new arrays, for the caller to write to."""
        found = self.walk(output, seed)
        return tree_map(lambda variable: _own(found.get(variable, 0.0), variable), self.variables)

    def walk(self, output: Any, seed: Any) -> dict[Value, Any]:
        """What the walk back from the output brings to the variables."""
        path, outside = self.path_to(output)
        if not path:
            return {}
        wanted = set(self.leaves)
        found = {}
        for node, arrived in pull_back(output, seed, path, as_values if outside else as_numbers):
            if under_trace:
                derivatives.append((output, node, arrived))
            if node in wanted:
                found[node] = arrived
        return found

    def path_to(self, output: Any) -> tuple[list[Value], bool]:
        """What leads from the variables to this output, newest first (nothing, if it does not depend on
        them), and whether it also depends on a Value from outside the call."""
        if not isinstance(output, Value):
            return [], False
        if output not in self._paths:
            path = ancestors(output, self.start)
            outside = path[-1]._number < self.start
            if outside:
                path = _reached_from(self.leaves, path)
            depends = not set(path).isdisjoint(self.leaves)
            self._paths[output] = path if depends else [], outside
        return self._paths[output]

    def result(self, output: Any) -> Any:
        """An output as the caller gets it: plain, unless it depends on a Value from outside."""
        return output if not isinstance(output, Value) or self.path_to(output)[1] else output.data


def _reached_from(leaves: list[Value], nodes: list[Value]) -> list[Value]:
    """Those of the nodes that were computed from the leaves, and the leaves among them."""
    reached = set(leaves)
    for node in reversed(nodes):
        if not reached.isdisjoint([arg for arg in node.args if isinstance(arg, Value)]):
            reached.add(node)
    return [node for node in nodes if node in reached]


def _variable(x: Any) -> Value:
    return identity(x) if isinstance(x, Value) else Value(x)


def _places(f: Callable[..., Any], argnums: Argnums, count: int) -> list[int]:
    """Which of `count` positional arguments are meant, as numbers from 0."""
    places = []
    for i in argnums if isinstance(argnums, tuple) else (argnums,):
        if not isinstance(i, (int, np.integer)):
            raise TypeError(f"argnums={argnums!r}: expected an int or a tuple of ints")
        if not -count <= i < count:
            raise TypeError(
                f"argnums={i}: {_name(f)} was called with {count} positional arguments; "
                "the arguments to differentiate must be positional"
            )
        places.append(int(i) % count)
    if len(set(places)) < len(places):
        raise ValueError(f"argnums={argnums}: expected each argument once")
    return places


def _own(gradient: Any, variable: Value) -> Any:
    """A gradient of the variable's shape and type that the caller may write to."""
    if isinstance(gradient, Value):
        return gradient
    if not variable.shape:
        return float(gradient)
    if np.shape(gradient) == ():
        return np.full(variable.shape, gradient, variable.dtype)
    return gradient.astype(variable.dtype)


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", repr(f))


def recorded_gradients(output: Value) -> dict[Value, Any]:
    """d output / d node for all that a single number was computed from: Values themselves where they depend
    on one, to be differentiated once more."""
    return dict(pull_back(output, 1.0, ancestors(output), as_values))


# The transformations -----------------------------------------------------------------------------


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Tree]]:
    """The function (x, ...) -> (f(x, ...), df/dx): what `scipy.optimize.minimize(jac=True)` takes.

    f        returns a single number.
    argnums  which argument to differentiate by; a tuple of them gives a tuple of gradients.

    Raises ValueError where f returns something else than a single number. Where the number does not
    depend on the arguments at all the gradient is 0, with a RuntimeWarning that says so.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **options: Any) -> tuple[Any, Tree]:
        call = _Call(f, argnums, args, options)
        output = call.scalar_output("grad")
        if not call.path_to(output)[0]:
            warn_caller(f"the gradient is 0: what {_name(f)} returned does not depend on argument {argnums}")
        return call.result(output), call.gradient(output, 1.0)

    return value_and_gradient


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Tree]:
    """The function (x, ...) -> df/dx, in the structure of x. See `value_and_grad`.

    >>> grad(lambda knob_weight: (0.5 * knob_weight - 0.8) ** 2)(0.5)
    -0.55
    >>> grad(grad(np.sin))(0.0)
    -0.0
    """
    with_value = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **options: Any) -> Tree:
        return with_value(*args, **options)[1]

    return gradient


def vjp(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Callable[[Tree], Tree]]]:
    """The function (x, ...) -> (y, pull), where y = f(x, ...) and pull(g) = g^T dy/dx.

    g has the structure and shapes of y, the vector-Jacobian product pull(g) those of x. `pull` may be
    called as often as one likes.

    >>> y, pull = vjp(lambda x: x * x)(np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))
    array([ 2., 40.])
    """

    @functools.wraps(f)
    def value_and_pull(*args: Any, **options: Any) -> tuple[Any, Callable[[Tree], Tree]]:
        call = _Call(f, argnums, args, options)
        call.check_outputs("vjp")

        def pull(g: Tree) -> Tree:
            shares = [call.gradient(y, seed) for y, seed in _matched("vjp", call.output, g)]
            zeros = tree_map(lambda variable: _own(0.0, variable), call.variables)
            return functools.reduce(lambda a, b: tree_map(operator.add, a, b), shares or [zeros])

        return tree_map(call.result, call.output), pull

    return value_and_pull


def _matched(asked: str, tree: Tree, given: Tree) -> list[tuple[Any, Any]]:
    """Each number or array of a tree, beside what was given for it, which must have its shape."""
    pairs: list[tuple[Any, Any]] = []

    def match(x: Any, y: Any) -> None:
        y = y if isinstance(y, Value) else as_data(y, asked)
        if np.shape(y) != np.shape(x):
            raise ValueError(f"expected a gradient of shape {np.shape(x)}, got {np.shape(y)}")
        pairs.append((x, np.array(y, float) if isinstance(y, np.ndarray) else y))

    try:
        tree_map(match, tree, given)
    except ValueError as error:
        raise ValueError(f"{asked}: {error}") from None
    return pairs


def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Tree]:
    """The function (x, ...) -> dy/dx of shape y.shape + x.shape, where y = f(x, ...).

    Where y is a tree its structure is outside, that of x inside. One walk back for each entry of y.

    >>> jacobian(lambda x: x[:2] * x[2])(np.array([1.0, 2.0, 3.0]))
    array([[3., 0., 1.],
           [0., 3., 2.]])
    """

    @functools.wraps(f)
    def rows(*args: Any, **options: Any) -> Tree:
        call = _Call(f, argnums, args, options)
        call.check_outputs("jacobian")
        return tree_map(lambda output: _jacobian_of(call, output), call.output)

    return rows


def _jacobian_of(call: _Call, output: Any) -> Tree:
    shape = np.shape(output)
    if shape == ():
        return call.gradient(output, 1.0)
    rows = [call.gradient(output, seed) for seed in _basis(shape)]
    return tree_map(
        lambda variable, *entries: np.reshape(np.stack(entries or [np.zeros(0)]), shape + variable.shape),
        call.variables,
        *rows,
    )


def _basis(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """For each entry of an array of this shape, the array that is 1 there and 0 elsewhere."""
    for where in np.ndindex(shape):
        seed = np.zeros(shape)
        seed[where] = 1.0
        yield seed


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Tree]:
    """The function (x, ...) -> the second derivatives of f, of shape x.shape + x.shape.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Tree]:
    """The function (x, ..., v) -> the Hessian of f times v, without ever making the Hessian.

    v comes last and has the structure of x. It is what `scipy.optimize.minimize(hessp=...)` takes.
    By B. Pearlmutter, "Fast exact multiplication by the Hessian", 1994: the gradient of (df/dx . v).

    >>> hvp(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]), np.array([1.0, 0.0]))
    array([10.,  6.])
    """

    @functools.wraps(f)
    def product(*args: Any, **options: Any) -> Tree:
        if len(args) < 2:
            raise TypeError(
                f"hvp: expected the arguments of {_name(f)} and then the vector, got {len(args)} in all"
            )
        *point, vector = args

        @functools.wraps(f)
        def slope_along_v(*args: Any, **options: Any) -> Any:
            gradient = grad(f, argnums)(*args, **options)
            slopes = [np.sum(g * v) for g, v in _matched("hvp", gradient, vector)]
            return functools.reduce(operator.add, slopes, 0.0)

        call = _Call(slope_along_v, argnums, tuple(point), options)
        return call.gradient(call.output, 1.0)

    product.__signature__ = _with_vector(f)  # type: ignore[attr-defined]
    return product


def _with_vector(f: Callable[..., Any]) -> inspect.Signature:
    """The parameters of f and then `vector`; any arguments, where f has optional ones before it."""
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except ValueError:  # some built-in functions have none
        return inspect.signature(lambda *args, **options: None)
    if any(x.kind is not named or x.default is not x.empty for x in parameters):
        return inspect.signature(lambda *args, **options: None)
    name = "vector"
    while any(x.name == name for x in parameters):
        name += "_"
    return inspect.Signature([*parameters, inspect.Parameter(name, named)])
