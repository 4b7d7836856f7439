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

import functools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .primitives.arithmetic import identity
from .value import (
    Value,
    _next_number,
    ancestors,
    as_data,
    as_numbers,
    as_values,
    derivatives,
    pull_back,
    under_trace,
)

Tree = Any
"""A number, an array, a Value, or tuples, lists and dicts of trees."""


# Trees -------------------------------------------------------------------------------------------


def tree_map(function: Callable[[Any], Any], tree: Tree) -> Tree:
    """The same structure with `function` of each number or array in its place.

    >>> tree_map(lambda x: x + 1, {"w": [1, 2], "b": (3,)})
    {'w': [2, 3], 'b': (4,)}
    """
    if isinstance(tree, dict):
        return type(tree)((key, tree_map(function, part)) for key, part in tree.items())
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):  # a named tuple takes its fields one by one
        return type(tree)(*(tree_map(function, part) for part in tree))
    if isinstance(tree, (tuple, list)):
        return type(tree)(tree_map(function, part) for part in tree)
    return function(tree)


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

    def __init__(
        self, f: Callable[..., Any], argnums: int | tuple[int, ...], args: Any, options: Any
    ) -> None:
        self.start = _next_number()
        self.variables = [tree_map(_variable, _argument(f, args, i)) for i in _as_tuple(argnums)]
        replaced = dict(zip([i % len(args) for i in _as_tuple(argnums)], self.variables, strict=True))
        self.output = f(*(replaced.get(i, arg) for i, arg in enumerate(args)), **options)
        self.alone = isinstance(argnums, int)
        self._paths: dict[Value, tuple[list[Value], bool]] = {}

    def scalar_output(self, f: Callable[..., Any], asked: str) -> Any:
        shape = np.shape(self.output) if not isinstance(self.output, (dict, list, tuple)) else None
        if shape == ():
            return self.output
        got = f"a {type(self.output).__name__}" if shape is None else f"shape {shape}"
        raise ValueError(
            f"{asked}: {_name(f)} must return a single number, got {got}; "
            "reduce it (.sum(), .mean()) or use jacobian"
        )

    def gradient(self, output: Any, seed: Any) -> Tree:
        """d sum(seed * output) / d variables, in their structure."""
        path, outside = self.path_to(output)
        view = as_values if outside else as_numbers
        leaves = set(tree_leaves(self.variables))
        walk = pull_back(output, seed, path, view) if path else ()
        found = {}
        for node, arrived in walk:
            if under_trace:
                derivatives.append((output, node, arrived))
            if node in leaves:
                found[node] = arrived
        given_out: set[int] = set()
        gradients = [tree_map(lambda x: _own(found.get(x, 0.0), x, given_out), v) for v in self.variables]
        return gradients[0] if self.alone else tuple(gradients)

    def path_to(self, output: Any) -> tuple[list[Value], bool]:
        """What leads from the variables to this output, newest first (nothing, if it does not depend on
        them), and whether it also depends on a Value from outside the call."""
        if not isinstance(output, Value):
            return [], False
        if output not in self._paths:
            nodes = ancestors(output, self.start)
            reached = set(tree_leaves(self.variables))
            for node in reversed(nodes):
                if not reached.isdisjoint([arg for arg in node.args if isinstance(arg, Value)]):
                    reached.add(node)
            path = [node for node in nodes if node in reached] if output in reached else []
            self._paths[output] = path, nodes[-1]._number < self.start
        return self._paths[output]

    def result(self, output: Any) -> Any:
        """An output as the caller gets it: plain, unless it depends on a Value from outside."""
        return output if not isinstance(output, Value) or self.path_to(output)[1] else output.data


def _variable(x: Any) -> Value:
    return identity(x) if isinstance(x, Value) else Value(x)


def _as_tuple(argnums: int | tuple[int, ...]) -> tuple[int, ...]:
    return (argnums,) if isinstance(argnums, int) else tuple(argnums)


def _argument(f: Callable[..., Any], args: tuple[Any, ...], i: int) -> Any:
    if not -len(args) <= i < len(args):
        raise TypeError(
            f"argnums={i}: {_name(f)} was called with {len(args)} positional arguments; "
            "the arguments to differentiate must be positional"
        )
    return args[i]


def _own(gradient: Any, variable: Value, given_out: set[int]) -> Any:
    """A gradient that the caller may write to: of the variable's shape and type, shared with nobody."""
    if isinstance(gradient, Value):
        return gradient
    if not variable.shape:
        return float(gradient)
    if np.shape(gradient) == ():
        return np.full(variable.shape, gradient, variable.dtype)
    owned = gradient.base is None and gradient.flags.writeable and id(gradient) not in given_out
    given_out.add(id(gradient))
    return gradient.astype(variable.dtype, copy=not owned)


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", repr(f))


# The transformations -----------------------------------------------------------------------------


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Any, Tree]]:
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
        output = call.scalar_output(f, "grad")
        if not call.path_to(output)[0]:
            warnings.warn(
                f"the gradient is 0: what {_name(f)} returned does not depend on argument {argnums}",
                RuntimeWarning,
                stacklevel=2,
            )
        return call.result(output), call.gradient(output, 1.0)

    return value_and_gradient


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Tree]:
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


def vjp(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Any, Callable[[Any], Tree]]]:
    """The function (x, ...) -> (y, pull), where y = f(x, ...) and pull(g) = g^T dy/dx.

    g has the shape of y, the vector-Jacobian product pull(g) the structure of x. `pull` may be called
    as often as one likes.

    >>> y, pull = vjp(lambda x: x * x)(np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))
    array([ 2., 40.])
    """

    @functools.wraps(f)
    def value_and_pull(*args: Any, **options: Any) -> tuple[Any, Callable[[Any], Tree]]:
        call = _Call(f, argnums, args, options)

        def pull(g: Any) -> Tree:
            if np.shape(g) != np.shape(call.output):
                raise ValueError(
                    f"vjp: expected a gradient of shape {np.shape(call.output)}, got {np.shape(g)}"
                )
            seed = g if isinstance(g, Value) else np.copy(as_data(g)) if np.shape(g) else float(g)
            return call.gradient(call.output, seed)

        return call.result(call.output), pull

    return value_and_pull


def jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Tree]:
    """The function (x, ...) -> dy/dx of shape y.shape + x.shape, where y = f(x, ...).

    Where y is a tree its structure is outside, that of x inside. One walk back for each entry of y.

    >>> jacobian(lambda x: x[:2] * x[2])(np.array([1.0, 2.0, 3.0]))
    array([[3., 0., 1.],
           [0., 3., 2.]])
    """

    @functools.wraps(f)
    def rows(*args: Any, **options: Any) -> Tree:
        call = _Call(f, argnums, args, options)
        return tree_map(lambda output: _jacobian_of(call, output), call.output)

    return rows


def _jacobian_of(call: _Call, output: Any) -> Tree:
    shape = np.shape(output)
    if shape == ():
        return call.gradient(output, 1.0)
    variables = call.variables[0] if call.alone else tuple(call.variables)
    rows = [tree_leaves(call.gradient(output, seed)) for seed in _basis(shape)]
    if not rows:
        return tree_map(lambda x: np.zeros(shape + x.shape), variables)
    stacked = iter([np.reshape(np.stack(column), shape + np.shape(column[0])) for column in zip(*rows)])
    return tree_map(lambda _: next(stacked), variables)


def _basis(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """For each entry of an array of this shape, the array that is 1 there and 0 elsewhere."""
    for where in np.ndindex(shape):
        seed = np.zeros(shape)
        seed[where] = 1.0
        yield seed


def hessian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Tree]:
    """The function (x, ...) -> the second derivatives of f, of shape x.shape + x.shape.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Tree]:
    """The function (x, ..., v) -> the Hessian of f times v, without ever making the Hessian.

    v comes last and has the structure of x. It is what `scipy.optimize.minimize(hessp=...)` takes.
    By B. Pearlmutter, "Fast exact multiplication by the Hessian", 1994: the gradient of (df/dx . v).

    >>> hvp(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]), np.array([1.0, 0.0]))
    array([10.,  6.])
    """

    @functools.wraps(f)
    def product(*args: Any, **options: Any) -> Tree:
        *args_of_f, vector = args
        directions = tree_leaves(vector)

        def slope_along_v(*args: Any, **options: Any) -> Any:
            slopes = tree_leaves(grad(f, argnums)(*args, **options))
            total: Any = 0.0
            for slope, direction in zip(slopes, directions, strict=True):
                total = total + np.sum(slope * direction)
            return total

        call = _Call(slope_along_v, argnums, tuple(args_of_f), options)
        return call.gradient(call.output, 1.0)

    return product
