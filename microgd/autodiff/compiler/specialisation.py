"""Specialisation: the program of a function for one signature, as text for the reader and as a function.

From the same statements come the `source` that a person reads, and the function that is called: its guard
comes first (do the arguments have this signature?), the structure of the result last.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import keyword
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..active import active
from ..data import as_data, as_integers
from ..primitives.evaluate import evaluate
from ..trees import Tree, tree_leaves, tree_map
from ..value import Value
from .guard import Bind, Leaf, condition_of, given, header, passed_on, rebuilt
from .ir import Instruction, Program
from .javascript import javascript
from .naming import VOCABULARY, Names
from .operation import as_operation
from .write import Source


class Options(NamedTuple):
    """The options of `compile`."""

    static_argnames: set[str]
    namespace: ModuleType | None
    jit: Callable[[Callable[..., Any]], Callable[..., Any]] | None

    @property
    def is_portable(self) -> bool:
        """Whether something else than NumPy and Python runs the program."""
        return self.namespace is not None or self.jit is not None


class Specialisation:
    """A program for one signature of arguments.

    source    a function of the numbers and arrays among the arguments, one after the other.
    function  that function. It checks nothing: for a loop that calls it with arguments of one signature.
    call      the same for the arguments as they are, after the guard.
    """

    call: Callable[..., Any]

    def __init__(
        self,
        f: Callable[..., Any],
        signature: inspect.Signature,
        options: Options,
        program: Program,
        text: Source,
        names: Names,
        parameters: list[Value],
        output: Tree,
    ) -> None:
        self._f, self._signature, self._options = f, signature, options
        self._program, self._text, self._parameters = program, text, parameters
        self._names = names
        self._structure = tree_map(lambda _: None, output)
        self._name = _identifier(f)

    def __repr__(self) -> str:
        return self.source

    @functools.cached_property
    def source(self) -> str:
        """The program as a person reads it."""
        inputs = zip(self._text.parameters, self._program.inputs, strict=True)
        arrays = ", ".join([f"{name} {x.shape}" for name, x in inputs if x.shape])
        about = _wrapped(arrays, 100, "# ")
        width = max([len(code) for code, comment in self._text.body if comment and len(code) < 60], default=0)
        body = [f"{code:{width}}  # {comment}" if comment else code for code, comment in self._text.body]
        head = _folded(f"def {self._name}(", self._text.parameters, "):")
        result = f"return {', '.join(self._text.results) or '()'}"
        if len(result) > 100:
            result = _folded("return (", self._text.results, ")")
        return head + "\n" + textwrap.indent("\n".join([*about, *body, result]), "    ")

    @functools.cached_property
    def function(self) -> Callable[..., Any]:
        """The source as a function."""
        function = _defined(self._name, self.source, self._text.globals)
        return function if self._options.jit is None else self._options.jit(function)

    @functools.cached_property
    def javascript(self) -> str:
        """The program as a JavaScript function (javascript.py). Raises TypeError for what it cannot say."""
        return javascript(self._name, self._program, self._names.of, self._names.comments)

    # The guarded function

    def guard(self, bound: inspect.BoundArguments, leaves: list[Leaf], otherwise: Callable[..., Any]) -> None:
        """Define `call`: check the guard, compute, build the result; where the guard fails, `otherwise`."""
        names, options = self._text.parameters, self._options
        bind = _Names({*bound.signature.parameters, *self._text.names}, self._text.globals)
        conversions = [
            _conversion(leaf.x, x, name, options.namespace, bind)
            for leaf, x, name in zip(leaves, self._program.inputs, names)
        ]
        condition = condition_of(bound, options.static_argnames, iter(names), bind)
        body = self._record(bound, bind) if self._parameters else self._compute(bound, bind)
        source = [
            f"def {self._name}({header(bound.signature, bind)}):",
            f"    if not ({condition}):",
            f"        return {bind(self)}({passed_on(bound.signature)})",
            *[f"    {statement}" for statement in [*filter(None, conversions), *body]],
        ]
        self.call = _defined(self._name, "\n".join(source), bind.namespace)
        self._next = bind(self)  # the name of the function that takes over, which `chain` may change
        self.chain(otherwise)

    def chain(self, otherwise: Callable[..., Any]) -> None:
        """Set the function that is called where the guard fails: that of an older program."""
        self.call.__globals__[self._next] = otherwise

    def _compute(self, bound: inspect.BoundArguments, bind: _Names) -> list[str]:
        """The statements that return the result.

        The program's lines stand among them, because a further call would cost as much as a dozen lines;
        unless a parameter has the name of a word that the program uses.
        """
        names, results, error = ", ".join(self._text.parameters), self._text.results, bind.unused()
        if self._options.is_portable or not bound.signature.parameters.keys().isdisjoint(VOCABULARY):
            results = [bind.unused() for _ in results]
            lines = [f"{', '.join(results) or '()'} = {bind(self.function)}({names})"]
        else:
            lines = [code for code, _ in self._text.body]
        explained = [
            f"except {bind(Exception)} as {error}:",
            f"    raise {bind(self._explained)}({error}) from None",
        ]
        return [
            "try:", *[f"    {line}" for line in lines or ["pass"]],
            f"except {bind(_ERRORS)} as {error}:",
            f"    return {bind(self._again)}({', '.join([error, *self._text.parameters])})",
            *(explained if self._options.jit else ()),
            f"return {rebuilt(self._structure, iter(results), bind)}",
        ]  # fmt: skip

    def _record(self, bound: inspect.BoundArguments, bind: Bind) -> list[str]:
        """The statement that returns the result as a Value: one operation on the parameters from outside."""
        itself = f"lambda: {bind(self._itself)}({passed_on(bound.signature)})"
        numbers = self._text.parameters[: len(self._program.inputs) - len(self._parameters)]
        return [f"return {bind(self._recorded)}({', '.join([itself, *numbers])})"]

    def _recorded(self, itself: Callable[[], Value], *numbers: Any) -> Value:
        if active.traced:
            return itself()
        operation = as_operation(self._name, functools.partial(self._run, *numbers), itself)
        return Value.record(operation, *self._parameters)

    def _itself(self, /, *args: Any, **options: Any) -> Any:
        """Call the function that was compiled."""
        bound = given(self._signature, args, options)
        return self._f(*bound.args, **bound.kwargs)

    def _run(self, *numbers: Any) -> list[Any]:
        """Compute the results one after the other."""
        try:
            return self.function(*numbers)
        except _ERRORS as error:
            return tree_leaves(self._again(error, *numbers))
        except Exception as error:
            raise self._explained(error) from None

    def _again(self, error: Exception, *numbers: Any) -> Any:
        """Interpret the program, where Python raises an error and IEEE 754 defines a result.

        Another error is explained by the primitive that raises it. If none does, the text of the program is
        wrong, which must not be hidden: the error is raised as it is.
        """
        if self._options.namespace is not None:
            raise error  # that of the other library
        results = interpreted(self._program, numbers, self._structure)
        if not (isinstance(error, ArithmeticError) or str(error).startswith(_DOMAIN_ERRORS)):
            raise error
        return results

    def _explained(self, error: Exception) -> Exception:
        """Say in one line which line numba cannot compile; leave other errors as they are."""
        places = re.findall(r'<microgd\.compile\(.*?\)>", line (\d+)', str(error))
        if not type(error).__module__.startswith("numba.") or not places:
            return error
        line = self.source.splitlines()[int(places[0]) - 1].partition("  #")[0].strip()
        return TypeError(
            f"{self._name}: numba cannot compile `{line}`: write it with other operations, or leave out jit="
        )


def interpreted(program: Program, numbers: tuple[Any, ...], structure: Tree) -> Tree:
    """Compute a program by its primitives, one instruction after the other; return its outputs in a tree."""
    data: dict[Instruction, Any] = dict(zip(program.inputs, numbers, strict=True))

    def operand(x: Any) -> Any:
        if type(x) is tuple:
            return tuple([operand(part) for part in x])
        return data[x] if type(x) is Instruction else x

    for x in program.instructions:
        assert x.op is not None
        computed = evaluate(x.op, tuple(map(operand, x.args)))
        data[x] = as_integers(computed) if x.dtype.kind in "iu" else as_data(computed)
    results: Iterator[Any] = map(operand, program.outputs)
    return tree_map(lambda _: np.copy(out) if np.shape(out := next(results)) else out, structure)


_ERRORS = ArithmeticError, ValueError
"""The errors that Python raises where IEEE 754 defines a result. NumPy raises ValueError for shapes, too."""

_DOMAIN_ERRORS = (
    "math domain error",
    "expected a positive input",
    "expected a nonnegative input",
    "expected a finite input",
)
"""How the messages of Python's ValueErrors for such results begin, up to Python 3.13 and from 3.14 on."""


@dataclass
class _Names:
    """Gives each object a name in the source of a guarded function: one that is not taken."""

    taken: set[str]
    globals: dict[str, Any]

    def __post_init__(self) -> None:
        self.namespace = dict(self.globals)
        self._names: dict[int, str] = {}

    def __call__(self, x: Any) -> str:
        if id(x) not in self._names:
            self._names[id(x)] = self.unused()
            self.namespace[self._names[id(x)]] = x  # which also keeps x, and so its id
        return self._names[id(x)]

    def unused(self) -> str:
        """Return a new name."""
        number = len(self.taken)
        while (new := f"__{number}") in self.taken:
            number += 1
        self.taken.add(new)
        return new


def _identifier(f: Callable[..., Any]) -> str:
    name = getattr(inspect.unwrap(f), "__name__", "")
    return name if name.isidentifier() and not keyword.iskeyword(name) else "program"


def _folded(opening: str, items: list[str], closing: str) -> str:
    """Write the items in brackets, on several lines if they are many."""
    if sum(map(len, [opening, *items])) + 2 * len(items) <= 100:
        return f"{opening}{', '.join(items)}{closing}"
    return "\n".join([opening, *_wrapped(", ".join(items) + ",", 96, "    "), closing])


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _defined(name: str, source: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    """Define the function of this name that is in the source."""
    defined: dict[str, Any] = {}
    exec(builtins.compile(source, f"<microgd.compile({name})>", "exec"), namespace, defined)
    return defined[name]


def _conversion(x: Any, like: Instruction, name: str, library: ModuleType | None, bind: Bind) -> str:
    """The statement that converts an argument to the program's dtype; empty if it has it already."""
    is_theirs = library is not None and not isinstance(x, (int, np.generic, np.ndarray))
    if like.shape:
        is_so = x.dtype == like.dtype and (type(x) is np.ndarray or is_theirs)
        return "" if is_so else f"{name} = {bind((library or np).asarray)}({name}, dtype={bind(like.dtype)})"
    return "" if type(x) is float or is_theirs else f"{name} = {bind(float)}({name})"
