"""Derivatives of plain Python functions: `grad` and its relatives take a function and return a function.

Each transformation calls f with Values in place of some arguments (`argnums`), and walks back through the
graph that was recorded. An argument may be a number, an array, or a tree of them: nested tuples, lists and
dicts. A gradient comes back in the same structure. Inputs are never changed.

Transformations nest. Inside another one the arguments are Values already; then the backward pass is itself
recorded, because the same vjps run on Values, and its result can be differentiated again. The same happens
where f uses a Value from outside: the result depends on it, so it is a Value.

`Recording` runs and records f once; every transformation below is a few lines on top of it.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeGuard

import numpy as np

from .active import active, warn_caller
from .data import FLOAT64, Data, as_data, differentiable, is_integer
from .primitives.arithmetic import identity
from .trees import Tree, tree_leaves, tree_map
from .value import Value, View, ancestors, local_gradients, next_number

Argnums = int | Sequence[int]
"""Which positional argument to differentiate by, counted from 0; a sequence of them gives a tuple."""


# One call, recorded ------------------------------------------------------------------------------


class Recording:
    """One call of f with Values in place of the arguments `argnums`.

    variables  the Values, in the structure of the arguments; `leaves` lists them.
    output     the tree that f returned.
    """

    def __init__(self, f: Callable[..., Any], argnums: Argnums, args: Any, options: Any) -> None:
        self.start = next_number()
        self.f = f
        places = _places(f, argnums, len(args))
        replaced = {i: tree_map(_variable, args[i]) for i in places}
        self.variables: Tree = replaced[places[0]] if _is_int(argnums) else tuple(replaced.values())
        self.leaves = tree_leaves(self.variables)
        active.differentiated.update(self.leaves)
        try:
            self.output = f(*(replaced.get(i, arg) for i, arg in enumerate(args)), **options)
        finally:
            active.differentiated.difference_update(self.leaves)
        self._paths: dict[Value, tuple[list[Value], bool]] = {}

    def split_aux(self) -> Any:
        """Take the second part off the output (value, aux), and return it as plain data."""
        if not isinstance(self.output, tuple) or len(self.output) != 2:
            raise ValueError(f"has_aux: {_name(self.f)} must return (value, aux), got {self.output!r}")
        self.output, aux = self.output
        return tree_map(self.result, aux)

    def scalar_output(self, asked: str) -> Any:
        """Return the output if it is a scalar; raise ValueError otherwise."""
        if isinstance(self.output, (dict, list, tuple)):
            got = f"a {type(self.output).__name__}"
        else:
            self.check_outputs(asked, "a scalar")
            if np.shape(self.output) == ():
                return self.output
            got = f"shape {np.shape(self.output)}"
        raise ValueError(
            f"{asked}: {_name(self.f)} must return a scalar, got {got}; "
            "reduce it (.sum(), .mean()) or use jacobian"
        )

    def check_outputs(self, asked: str, expected: str = "numbers and arrays") -> None:
        """Raise ValueError unless f returned numbers and arrays only."""
        for output in tree_leaves(self.output):
            try:
                as_data(0.0 if isinstance(output, Value) else output)
            except TypeError:
                raise ValueError(f"{asked}: {_name(self.f)} must return {expected}, got {output!r}") from None

    def gradient(self, output: Any, seed: Any) -> Tree:
        """Compute d sum(seed * output) / d variables: new arrays, for the caller to write to."""
        found = self.pull_back(output, seed)
        return tree_map(lambda variable: _own(found.get(variable, 0.0), variable), self.variables)

    def pull_back(self, output: Any, seed: Any) -> dict[Value, Any]:
        """Run the backward pass from the output to the variables; return the gradients that reach them."""
        path, outside = self.path_to(output)
        if not path:
            return {}
        wanted = set(self.leaves)
        found = {}
        for node, arrived in pull_back(output, seed, path, as_values if outside else None):
            if active.traced:
                active.derivatives.append((output, node, arrived))
            if node in wanted:
                found[node] = arrived
        return found

    def path_to(self, output: Any) -> tuple[list[Value], bool]:
        """List the nodes between the variables and this output, newest first (none, if it does not depend on
        them), and tell whether it also depends on a Value from outside the recording."""
        if not isinstance(output, Value):
            return [], False
        if output not in self._paths:
            path = ancestors(output, self.start)
            outside = path[-1].number < self.start
            if outside:
                path = _reached_from(self.leaves, path)
            depends = not set(path).isdisjoint(self.leaves)
            self._paths[output] = path if depends else [], outside
        return self._paths[output]

    def result(self, output: Any) -> Any:
        """Return an output as plain data, or as the Value where it depends on one from outside."""
        return output if not isinstance(output, Value) or self.path_to(output)[1] else output.data


def _reached_from(leaves: list[Value], nodes: list[Value]) -> list[Value]:
    """Those of the nodes that were computed from the leaves, and the leaves among them."""
    reached = set(leaves)
    for node in reversed(nodes):
        if not reached.isdisjoint([arg for arg in node.args if isinstance(arg, Value)]):
            reached.add(node)
    return [node for node in nodes if node in reached]


def _variable(x: Any) -> Value:
    if not isinstance(x, Value):
        return Value(x)
    return x.astype(FLOAT64) if is_integer(x.content) else identity(x)


def _places(f: Callable[..., Any], argnums: Argnums, count: int) -> list[int]:
    """The chosen ones of `count` positional arguments, as numbers from 0."""
    places = []
    for i in _numbers(argnums):
        if not -count <= i < count:
            raise TypeError(
                f"argnums={i}: {_name(f)} was called with {count} positional arguments; "
                "the arguments to differentiate must be positional"
            )
        places.append(int(i) % count)
    if len(set(places)) < len(places):
        raise ValueError(f"argnums={argnums}: expected each argument once")
    return places


def _numbers(argnums: Argnums) -> list[int]:
    """Argnums as a list; TypeError for anything but an int or a sequence of ints."""
    if _is_int(argnums):
        return [operator.index(argnums)]
    if isinstance(argnums, (Sequence, np.ndarray)) and len(argnums) and all(map(_is_int, argnums)):
        return [operator.index(i) for i in argnums]
    raise TypeError(f"argnums={argnums!r}: expected an int or a sequence of ints, such as (0, 1)")


def _is_int(x: Any) -> TypeGuard[int]:
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


def _check_call(asked: str, f: Any, argnums: Any) -> None:
    """Raise TypeError unless a transformation is given a function and the places of its arguments."""
    if not callable(f):
        raise TypeError(f"{asked}: expected a function, got {f!r}; write {asked}(f)(x), not {asked}(f(x))")
    _numbers(argnums)


def _own(gradient: Any, variable: Value) -> Any:
    """A gradient of the variable's shape and dtype that the caller may write to."""
    if isinstance(gradient, Value):
        return gradient
    if not variable.shape:
        return float(gradient)
    if np.shape(gradient) == ():
        return np.full(variable.shape, gradient, variable.dtype)
    return gradient.astype(variable.dtype)


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", repr(f))


# The backward pass of a transformation -----------------------------------------------------------


def pull_back(
    output: Value, seed: Any, nodes: Iterable[Value], view: View | None = None
) -> Iterator[tuple[Value, Any]]:
    """Yield each of the nodes (newest first) with d output / d node, the sum over all its uses.

    `Value.backward` writes the gradients of all ancestors into the graph. Here they are kept in a dict, only
    those of the given nodes, and each only until it was propagated: the graph stays as it is.
    """
    gradients = dict.fromkeys(nodes)
    gradients[output] = seed
    for node in list(gradients):
        arrived = gradients.pop(node)
        if arrived is None:  # no path to the output has a derivative
            yield node, np.zeros(node.shape, differentiable(node.dtype)) if node.shape else 0.0
            continue
        yield node, arrived
        for arg, share in local_gradients(node, arrived, view, gradients):
            before = gradients[arg]
            gradients[arg] = share if before is None else before + share


def as_values(node: Value) -> tuple[Any, tuple[Any, ...]]:
    """Take a node as Values: the backward pass is recorded, and can itself be differentiated.

    Raises RuntimeError where an operand was changed since.
    """
    pairs = zip(node.args, node.operands, strict=True)
    return node, tuple([_unchanged(arg, was) if isinstance(arg, Value) else was for arg, was in pairs])


def _unchanged(arg: Value, was: Data) -> Value:
    if arg.content is was or np.array_equal(arg.content, was, equal_nan=True):
        return arg
    raise RuntimeError(
        f"{arg!r} was changed after a result was computed from it, so the derivative of a derivative "
        "would mix old numbers with new: compute the result again first"
    )


def recorded_gradients(output: Value) -> dict[Value, Any]:
    """Compute d output / d node for every ancestor of a scalar, recorded: to be differentiated once more."""
    return dict(pull_back(output, 1.0, ancestors(output), as_values))


# The transformations -----------------------------------------------------------------------------


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Tree]]:
    """Return the function (x, ...) -> (f(x, ...), df/dx), as `scipy.optimize.minimize(jac=True)` takes it.

    f        a function that returns a scalar.
    argnums  the position of the argument to differentiate by; a sequence of them gives a tuple of gradients.
    has_aux  f returns (scalar, aux) instead, where aux is a tree of anything else that it found on the way,
             such as its predictions: the result is then ((f(x, ...), aux), df/dx).

    Raises ValueError where f does not return a scalar (and aux). Where the scalar does not depend on the
    arguments at all the gradient is 0, with a RuntimeWarning that says so.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    >>> value_and_grad(lambda x: (x * x, {"half": x / 2}), has_aux=True)(3.0)
    ((9.0, {'half': 1.5}), 6.0)
    """
    _check_call("value_and_grad", f, argnums)

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **options: Any) -> tuple[Any, Tree]:
        recording = Recording(f, argnums, args, options)
        aux = recording.split_aux() if has_aux else None
        output = recording.scalar_output("grad")
        if not recording.path_to(output)[0]:
            warn_caller(f"the gradient is 0: what {_name(f)} returned does not depend on argument {argnums}")
        value = recording.result(output)
        return (value, aux) if has_aux else value, recording.gradient(output, 1.0)

    return value_and_gradient


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Tree]:
    """Return the function (x, ...) -> df/dx, the gradient in the structure of x. See `value_and_grad`.

    has_aux  f returns (scalar, aux): the result is then (df/dx, aux).

    >>> grad(lambda knob_weight: (0.5 * knob_weight - 0.8) ** 2)(0.5)
    -0.55
    >>> grad(grad(np.sin))(0.0)
    -0.0
    """
    _check_call("grad", f, argnums)
    with_value = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **options: Any) -> Tree:
        value, gradient = with_value(*args, **options)
        return (gradient, value[1]) if has_aux else gradient

    return gradient


def vjp(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Callable[[Tree], Tree]]]:
    """Return the function (x, ...) -> (y, pull), where y = f(x, ...) and pull(g) = g^T dy/dx.

    g has the structure and shapes of y, the vector-Jacobian product pull(g) those of x. `pull` can be called
    several times.

    >>> y, pull = vjp(lambda x: x * x)(np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))
    array([ 2., 40.])
    """
    _check_call("vjp", f, argnums)

    @functools.wraps(f)
    def value_and_pull(*args: Any, **options: Any) -> tuple[Any, Callable[[Tree], Tree]]:
        recording = Recording(f, argnums, args, options)
        recording.check_outputs("vjp")

        def pull(g: Tree) -> Tree:
            shares = [recording.gradient(y, seed) for y, seed in _matched("vjp", recording.output, g)]
            zeros = tree_map(lambda variable: _own(0.0, variable), recording.variables)
            return functools.reduce(lambda a, b: tree_map(operator.add, a, b), shares or [zeros])

        return tree_map(recording.result, recording.output), pull

    return value_and_pull


def _matched(asked: str, tree: Tree, given: Tree) -> list[tuple[Any, Any]]:
    """Pair each leaf of a tree with the leaf given in its place, which must have its shape."""
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
    """Return the function (x, ...) -> dy/dx of shape y.shape + x.shape, where y = f(x, ...).

    Where y is a tree its structure is outside, that of x inside. One backward pass for each entry of y.

    >>> jacobian(lambda x: x[:2] * x[2])(np.array([1.0, 2.0, 3.0]))
    array([[3., 0., 1.],
           [0., 3., 2.]])
    """
    _check_call("jacobian", f, argnums)

    @functools.wraps(f)
    def rows(*args: Any, **options: Any) -> Tree:
        recording = Recording(f, argnums, args, options)
        recording.check_outputs("jacobian")
        return tree_map(lambda output: _jacobian_of(recording, output), recording.output)

    return rows


def _jacobian_of(recording: Recording, output: Any) -> Tree:
    shape = np.shape(output)
    if shape == ():
        return recording.gradient(output, 1.0)
    rows = [recording.gradient(output, seed) for seed in _basis(shape)]
    return tree_map(
        lambda variable, *entries: np.reshape(np.stack(entries or [np.zeros(0)]), shape + variable.shape),
        recording.variables,
        *rows,
    )


def _basis(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Yield for each entry of this shape the array that is 1 there and 0 elsewhere."""
    for where in np.ndindex(shape):
        seed = np.zeros(shape)
        seed[where] = 1.0
        yield seed


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Tree]:
    """Return the function (x, ...) -> the second derivatives of f, of shape x.shape + x.shape.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    _check_call("hessian", f, argnums)
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Tree]:
    """Return the function (x, ..., v) -> the Hessian of f times v, without building the Hessian.

    v comes last and has the structure of x; `scipy.optimize.minimize(hessp=...)` takes such a function.
    B. Pearlmutter, "Fast exact multiplication by the Hessian", 1994: it is the gradient of (df/dx . v).

    >>> hvp(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]), np.array([1.0, 0.0]))
    array([10.,  6.])
    """
    _check_call("hvp", f, argnums)

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

        recording = Recording(slope_along_v, argnums, tuple(point), options)
        return recording.gradient(recording.output, 1.0)

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
