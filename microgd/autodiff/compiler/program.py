"""A program: what is computed for one kind of arguments, as text for the reader and as a function.

It is made in the order of the folder: traced, simplified, written. From the same statements come the
`source` that a person reads, and the function that is called, with its questions before them (are the
arguments of this kind?) and the structure of the result behind them.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import keyword
import re
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..active import active
from ..data import as_data
from ..primitives.evaluate import evaluate
from ..trees import tree_leaves, tree_map
from ..value import Value
from .emit import VOCABULARY, write_native, write_portable
from .operation import as_operation
from .signature import Bind, check, given, header, is_static, leaves_of_call, passed_on, rebuilt
from .simplify import Line, Simplified
from .trace import Trace, trace


class Options(NamedTuple):
    """How to compile."""

    static_argnames: set[str]
    namespace: ModuleType | None
    jit: Callable[[Callable[..., Any]], Callable[..., Any]] | None

    @property
    def is_portable(self) -> bool:
        """Whether something else than NumPy and Python runs the program."""
        return self.namespace is not None or self.jit is not None


class Program:
    """What is computed for one kind of arguments.

    source    a function of the numbers and arrays in the arguments, one after the other.
    function  that function. It checks nothing: for a loop that calls it with one kind of arguments.
    call      the same for the arguments as they are, after a check that they are of this kind.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        bound: inspect.BoundArguments,
        how: Options,
        otherwise: Callable[..., Any],
    ) -> None:
        leaves = [leaf for leaf in leaves_of_call(bound, how.static_argnames) if not leaf.is_static]
        inputs = [_value_like(leaf.x) for leaf in leaves]
        arguments = _with_values(bound, inputs, how.static_argnames)
        recorded = trace(f, arguments.args, arguments.kwargs, inputs)
        self._parameters = recorded.inputs[len(inputs) :]
        self._structure = tree_map(lambda _: None, recorded.output)
        simplified = Simplified(recorded, expand=how.is_portable)
        names = [leaf.name for leaf in leaves] + [
            _word(parameter, recorded) for parameter in self._parameters
        ]
        if how.is_portable:
            library = how.namespace or np
            self._text = write_portable(simplified, recorded, names, bound.signature.parameters, library)
        else:
            self._text = write_native(simplified, recorded, names, bound.signature.parameters)
        self._inputs, self._lines, self._outputs = simplified.inputs, simplified.lines, simplified.outputs
        self._f, self._signature, self._name, self._how = f, bound.signature, _identifier(f), how
        self.call = self._checked(bound, [leaf.x for leaf in leaves], otherwise)

    def __repr__(self) -> str:
        return self.source

    @functools.cached_property
    def source(self) -> str:
        """The program as a person reads it."""
        inputs = zip(self._text.parameters, self._inputs, strict=True)
        arrays = ", ".join([f"{name} {line.shape}" for name, line in inputs if line.shape])
        about = textwrap.wrap(arrays, 100, initial_indent="# ", subsequent_indent="# ")
        width = max([len(code) for code, comment in self._text.body if comment and len(code) < 60], default=0)
        body = [f"{code:{width}}  # {comment}" if comment else code for code, comment in self._text.body]
        head = _folded(f"def {self._name}(", self._text.parameters, "):")
        result = f"return {', '.join(self._text.results) or '()'}"
        if len(result) > 100:
            result = _folded("return (", self._text.results, ")")
        return head + "\n" + textwrap.indent("\n".join([*about, *body, result]), "    ")

    @functools.cached_property
    def function(self) -> Callable[..., Any]:
        """The source, as a function."""
        function = _defined(self._name, self.source, self._text.globals)
        return function if self._how.jit is None else self._how.jit(function)

    def _checked(
        self, bound: inspect.BoundArguments, inputs: list[Any], otherwise: Callable[..., Any]
    ) -> Callable[..., Any]:
        """The function as it is called: check the kind, compute, put the result together."""
        names, library = self._text.parameters, self._how.namespace
        namespace = {**self._text.globals, **_CHECKING, "__otherwise": otherwise}
        namespace["__asarray"] = (library or np).asarray

        def bind(x: Any) -> str:
            name = f"__{len(namespace)}"
            namespace[name] = x
            return name

        conversions = [
            _converted(x, line, name, library) for x, line, name in zip(inputs, self._inputs, names)
        ]
        body = self._record if self._parameters else self._compute
        source = [
            f"def {self._name}({header(bound.signature, bind)}):",
            f"    if not ({check(bound, self._how.static_argnames, iter(names), bind)}):",
            f"        return __otherwise({passed_on(bound.signature)})",
            *[f"    {statement}" for statement in [*filter(None, conversions), *body(bound, bind)]],
        ]
        return _defined(self._name, "\n".join(source), namespace)

    def _compute(self, bound: inspect.BoundArguments, bind: Bind) -> list[str]:
        """The statements that return the result.

        Where no parameter has the name of one of the words that the program uses, its lines stand in here
        themselves: a call more would cost as much as a dozen lines.
        """
        names, results = ", ".join(self._text.parameters), self._text.results
        if self._how.is_portable or not bound.signature.parameters.keys().isdisjoint(VOCABULARY):
            results = [f"__result_{i}" for i in range(len(results))]
            lines = [f"{', '.join(results) or '()'} = {bind(self.function)}({names})"]
        else:
            lines = [code for code, _ in self._text.body]
        return [
            "try:", *[f"    {line}" for line in lines or ["pass"]],
            "except __errors:", f"    return {bind(self._again)}({names})",
            f"return {rebuilt(self._structure, iter(results), bind)}",
        ]  # fmt: skip

    def _record(self, bound: inspect.BoundArguments, bind: Bind) -> list[str]:
        """The statement that returns the result as a Value: one operation on the parameters from outside."""
        itself = f"lambda: {bind(self._itself)}({passed_on(bound.signature)})"
        numbers = self._text.parameters[: len(self._inputs) - len(self._parameters)]
        return [f"return {bind(self._recorded)}({', '.join([itself, *numbers])})"]

    def _recorded(self, itself: Callable[[], Value], *numbers: Any) -> Value:
        if active.traced:
            return itself()
        for parameter in self._parameters:
            parameter.snapshot()  # whose array nobody writes to from now on; else `record` would try twice
        operation = as_operation(self._name, functools.partial(self._run, *numbers), itself)
        return Value.record(operation, *self._parameters)

    def _itself(self, /, *args: Any, **options: Any) -> Any:
        """The function that was compiled."""
        bound = given(self._signature, args, options)
        return self._f(*bound.args, **bound.kwargs)

    def _run(self, *numbers: Any) -> list[Any]:
        """The results one after the other."""
        try:
            return self.function(*numbers)
        except _ERRORS:
            return tree_leaves(self._again(*numbers))

    def _again(self, *numbers: Any) -> Any:
        """The result by the primitives themselves, which know what IEEE 754 says where Python raises."""
        if self._how.namespace is not None:
            raise  # the error that led here is the library's own
        terms: dict[Line, Any] = dict(zip(self._inputs, numbers, strict=True))
        for line in self._lines:
            operands = tuple([terms[arg] if type(arg) is Line else arg for arg in line.args])
            terms[line] = as_data(evaluate(line.op, operands))  # type: ignore[arg-type]
        results = iter([terms[x] if type(x) is Line else x for x in self._outputs])
        return tree_map(lambda _: np.copy(x) if np.shape(x := next(results)) else x, self._structure)


_ERRORS = ArithmeticError, ValueError
"""What Python raises where IEEE 754 has an answer."""

_CHECKING = {
    "__type": type, "__len": len, "__tuple": tuple, "__errors": _ERRORS,
    "__float64": np.float64, "__float32": np.float32, "__bool": np.bool,
    "__float": float,
}  # fmt: skip


def _identifier(f: Callable[..., Any]) -> str:
    name = getattr(inspect.unwrap(f), "__name__", "")
    return name if name.isidentifier() and not keyword.iskeyword(name) else "program"


def _folded(opening: str, items: list[str], closing: str) -> str:
    """The items in brackets, on several lines if they are many."""
    if sum(map(len, [opening, *items])) + 2 * len(items) <= 100:
        return f"{opening}{', '.join(items)}{closing}"
    lines = textwrap.wrap(", ".join(items) + ",", 96, initial_indent="    ", subsequent_indent="    ")
    return "\n".join([opening, *lines, closing])


def _defined(name: str, source: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    """The function of this name that the source defines."""
    defined: dict[str, Any] = {}
    exec(builtins.compile(source, f"<microgd.compile({name})>", "exec"), namespace, defined)
    return defined[name]


def _word(parameter: Value, recorded: Trace) -> str:
    """What a program calls a Value from outside."""
    name = re.sub(r"\W", "_", parameter.name or recorded.names.get(parameter, ""))
    return name if name.isidentifier() else f"parameter{name}"


def _value_like(x: Any) -> Value:
    """A Value that stands for an argument. What another library holds may be large, or not be there yet:
    ones stand for it."""
    if not isinstance(x, (int, float, np.generic, np.ndarray)):
        x = np.ones(x.shape, x.dtype)
    value = Value(x)
    if value.shape and x.dtype == np.bool:
        value.content = np.array(x)  # a mask stays one
    return value


def _with_values(
    bound: inspect.BoundArguments, inputs: list[Value], static_argnames: set[str]
) -> inspect.BoundArguments:
    """The arguments with Values in place of the numbers and arrays."""
    values = iter(inputs)
    arguments = {
        name: x if name in static_argnames else tree_map(lambda x: x if is_static(x) else next(values), x)
        for name, x in bound.arguments.items()
    }
    return inspect.BoundArguments(bound.signature, arguments)


def _converted(x: Any, line: Line, name: str, library: ModuleType | None) -> str:
    """The statement that makes an argument what the program computes with; none if it is that already."""
    is_theirs = library is not None and not isinstance(x, (int, np.generic, np.ndarray))
    if line.shape:
        is_so = x.dtype == line.dtype and (type(x) is np.ndarray or is_theirs)
        return "" if is_so else f"{name} = __asarray({name}, dtype=__{line.dtype})"
    return "" if type(x) is float or is_theirs else f"{name} = __float({name})"
