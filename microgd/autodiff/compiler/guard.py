"""Guards: the conditions under which a specialised program is right for a call.

A program is specialised to the signature of its arguments: structure, shapes, dtypes, static values. `key_of`
is equal for calls of equal signature; `condition_of` writes the same question as a condition in Python,
which the program asks first. `leaves_of_call` lists the numbers and arrays among the arguments, with a name
for each; `rebuilt` writes the structure of a result with the program's results in their places.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..trees import Tree, refilled

Bind = Callable[[Any], str]
"""A function that gives an object a name in the source that is being written."""

NOT_GIVEN = inspect.Parameter.empty
"""The default, in a program, of each parameter that has one: it tells which arguments were given."""


def given(signature: inspect.Signature, args: Any, options: Any) -> inspect.BoundArguments:
    """Bind the given arguments to the parameters, without defaults; raise TypeError where they do not fit."""
    bound = signature.bind(*args, **options)
    bound.arguments = {name: x for name, x in bound.arguments.items() if x is not NOT_GIVEN}
    return bound


# Signatures as keys ------------------------------------------------------------------------------


def key_of(bound: inspect.BoundArguments, static_argnames: set[str]) -> Hashable:
    """Return a key that is equal for calls which the same program computes."""
    return tuple([
        (name, _static_key(x, name) if name in static_argnames else _key(x, name))
        for name, x in bound.arguments.items()
    ])  # fmt: skip


def _key(x: Any, name: str) -> Hashable:
    if isinstance(x, dict):
        return type(x), *[(key, _key(part, name)) for key, part in x.items()]
    if isinstance(x, (list, tuple)):
        return type(x), *[_key(part, name) for part in x]
    if is_number(x):
        return type(x), (), getattr(x, "dtype", None)
    if _has_entries(x):
        return type(x), tuple(x.shape), x.dtype
    if is_static(x):
        return type(x), x
    raise TypeError(
        f"argument {name}: expected numbers and arrays, or tuples, lists and dicts of them, got "
        f"{type(x).__name__}; what is not a number can be static: compile(..., static_argnames={name!r})"
    )


def _static_key(x: Any, name: str) -> Hashable:
    try:
        hash(x)
    except TypeError:
        raise TypeError(
            f"static argument {name}: expected something hashable, which does not change, "
            f"got {type(x).__name__}"
        ) from None
    return type(x), x


def is_static(x: Any) -> bool:
    """Whether x is static by default: None, booleans and strings are."""
    return x is None or isinstance(x, (bool, np.bool, str, bytes))


def is_number(x: Any) -> bool:
    """Whether x is an int, a float, or a scalar of NumPy or another library."""
    if isinstance(x, (int, float)):
        return not isinstance(x, bool)
    return getattr(x, "shape", None) == () and getattr(x, "dtype", np.bool) != np.bool


def _has_entries(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype")


# Numbers and arrays in the arguments -------------------------------------------------------------


class Leaf(NamedTuple):
    """A number, an array or something static in the arguments."""

    x: Any
    path: str
    """The expression that reaches it: params['w'][0]."""
    name: str
    """Its name in the program: params_w_0."""
    is_static: bool


def leaves_of_call(bound: inspect.BoundArguments, static_argnames: set[str]) -> list[Leaf]:
    """List all leaves of the arguments, in order."""
    leaves: list[Leaf] = []
    for name, x in bound.arguments.items():
        if name in static_argnames:
            leaves.append(Leaf(x, name, name, True))
        else:
            leaves += _leaves(x, name, name)
    return [_renamed(leaf, bound.signature.parameters) for leaf in leaves]


def _renamed(leaf: Leaf, parameters: Any) -> Leaf:
    """Rename a leaf inside of a parameter whose name is that of another parameter."""
    name = leaf.name
    while name != leaf.path and name in parameters:
        name += "_"
    return leaf._replace(name=name)


def _leaves(x: Any, path: str, name: str) -> Iterator[Leaf]:
    if isinstance(x, dict):
        for key, part in x.items():
            if not isinstance(key, (str, int)):
                raise TypeError(f"{path}: expected text or whole numbers as keys of a dict, got {key!r}")
            word = re.sub(r"\W", "_", str(key))
            yield from _leaves(part, f"{path}[{key!r}]", f"{name}_{word}")
    elif isinstance(x, (list, tuple)):
        for i, (field, part) in enumerate(zip(getattr(x, "_fields", range(len(x))), x, strict=True)):
            yield from _leaves(part, f"{path}[{i}]", f"{name}_{field}")
    else:
        yield Leaf(x, path, name, is_static(x))


# Signatures as conditions ------------------------------------------------------------------------


def condition_of(
    bound: inspect.BoundArguments, static_argnames: set[str], names: Iterator[str], bind: Bind
) -> str:
    """Write the condition that a call has this signature.

    Where it holds, the numbers and arrays among the arguments have been given these names.
    """
    conditions: list[str] = []
    for path, parameter in bound.signature.parameters.items():
        if path not in bound.arguments:  # its default is a constant
            has_default = parameter.default is not parameter.empty
            conditions.append(f"{path} is {bind(NOT_GIVEN)}" if has_default else f"not {path}")
        elif path in static_argnames:
            conditions += _same_object(bound.arguments[path], path, bind)
        else:
            conditions += _conditions(bound.arguments[path], path, names, bind)
    return " and ".join(conditions) or "True"


def _conditions(x: Any, path: str, names: Iterator[str], bind: Bind) -> Iterator[str]:
    is_type = f"is {bind(type(x))}"
    if isinstance(x, dict):
        yield f"{bind(type)}({path}) {is_type} and {bind(tuple)}({path}) == {bind(tuple(x))}"
        for key, part in x.items():
            word = repr(key) if type(key) in (str, int) else bind(key)
            yield from _conditions(part, f"{path}[{word}]", names, bind)
    elif isinstance(x, (list, tuple)):
        yield f"{bind(type)}({path}) {is_type} and {bind(len)}({path}) == {len(x)}"
        for i, part in enumerate(x):
            yield from _conditions(part, f"{path}[{i}]", names, bind)
    elif is_static(x):
        yield from _same_object(x, path, bind)
    else:
        name = next(names)
        yield f"{bind(type)}({path if name == path else f'{name} := {path}'}) {is_type}"
        if not isinstance(x, (int, float, np.generic)):
            yield f"{name}.shape == {tuple(x.shape)}"
            yield f"{name}.dtype == {bind(x.dtype)}"  # not `is`: an unpickled array brings its own dtype


def _same_object(x: Any, path: str, bind: Bind) -> Iterator[str]:
    if x is None or isinstance(x, bool):
        yield f"{path} is {x}"
    else:
        constant = bind(x)
        yield f"({path} is {constant} or {bind(type)}({path}) is {bind(type(x))} and {path} == {constant})"


def header(signature: inspect.Signature, bind: Bind) -> str:
    """Write the parameters as `def` takes them."""
    parts: list[str] = []
    kinds = inspect.Parameter
    before = None
    for parameter in signature.parameters.values():
        if before is kinds.POSITIONAL_ONLY and parameter.kind is not kinds.POSITIONAL_ONLY:
            parts.append("/")
        if parameter.kind is kinds.KEYWORD_ONLY and before not in (kinds.VAR_POSITIONAL, kinds.KEYWORD_ONLY):
            parts.append("*")
        before = parameter.kind
        stars = "*" * (parameter.kind is kinds.VAR_POSITIONAL) + "**" * (parameter.kind is kinds.VAR_KEYWORD)
        default = "" if parameter.default is parameter.empty else f"={bind(NOT_GIVEN)}"
        parts.append(f"{stars}{parameter.name}{default}")
    return ", ".join([*parts, "/"] if before is kinds.POSITIONAL_ONLY else parts)


def passed_on(signature: inspect.Signature) -> str:
    """Write the same parameters as a call passes them on."""
    kinds = inspect.Parameter
    how: dict[Any, str] = {
        kinds.VAR_POSITIONAL: "*{0}", kinds.VAR_KEYWORD: "**{0}", kinds.KEYWORD_ONLY: "{0}={0}",
    }  # fmt: skip
    return ", ".join([how.get(x.kind, "{0}").format(x.name) for x in signature.parameters.values()])


# Results -----------------------------------------------------------------------------------------


def rebuilt(structure: Tree, results: Iterator[str], bind: Bind) -> str:
    """Write the expression of a tree with the results in place of its numbers and arrays."""
    if isinstance(structure, dict):
        pairs = [f"{bind(key)}: {rebuilt(part, results, bind)}" for key, part in structure.items()]
        whole = f"{{{', '.join(pairs)}}}"
        return whole if type(structure) is dict else f"{bind(refilled)}({bind(structure)}, {whole})"
    if isinstance(structure, (list, tuple)):
        parts = ", ".join([rebuilt(part, results, bind) for part in structure])
        if type(structure) is list:
            return f"[{parts}]"
        if type(structure) is tuple:
            return f"({parts},)" if parts else "()"
        return (
            f"{bind(type(structure))}({parts})"
            if hasattr(structure, "_fields")
            else f"{bind(type(structure))}([{parts}])"
        )
    return next(results)
