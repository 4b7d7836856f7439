"""compile: what a function computes, written out as a straight-line program and run from then on.

    step = microgd.compile(microgd.value_and_grad(loss))
    step(weights, x, y)          # traces the loss, writes the program, runs it
    step(weights, x, y)          # runs the program
    print(step.source)

The way there is one module each: trace.py (call the function with Values and see what they compute),
simplify.py (the lines that are needed), expressions.py and emit.py (the lines as Python). operation.py makes
a Value again of the error of a net. Here is what remains: a program for each kind of arguments, kept and
found again.

A program is found fast: what a call of the compiled function runs (`__call__`) *is* the last program,
whose first lines check that the arguments are of its kind. If they are not, `_dispatch` looks for the
program that is right for them, or traces.
"""

from __future__ import annotations

import builtins
import functools
import gc
import inspect
import keyword
import re
import textwrap
import threading
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..functional import tree_leaves, tree_map
from ..primitives.primitive import evaluate
from ..value import Value, as_data, under_trace
from .emit import VOCABULARY, write_native, write_portable
from .operation import as_operation
from .signature import (
    Bind,
    check,
    given,
    header,
    is_static,
    kind_of_call,
    leaves_of_call,
    passed_on,
    rebuilt,
)
from .simplify import Line, Simplified
from .trace import Trace, trace

MAX_PROGRAMS = 64
"""So many programs a compiled function keeps; then the oldest goes."""


def compile(
    f: Callable[..., Any],
    *,
    static_argnames: str | Iterable[str] = (),
    namespace: ModuleType | None = None,
    jit: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
) -> Compiled:
    """f as a straight-line program: the same results, without recording and without Python's detours.

    f                a function of numbers, arrays, and nested tuples, lists and dicts of them: a loss, `grad`
                     or another transformation of one, a whole training step.
    static_argnames  arguments that are not numbers (a mode, a function, how many layers). They are hashable,
                     and each value has its own program. None, True, False and text are static anyway.
    namespace        another array library with NumPy's functions, such as jax.numpy or dask.array: the
                     program's `np`.
    jit              a decorator for the program, such as numba.njit or jax.jit.

    The first call with arguments of a kind (structure, shapes, types, static values) traces f: it runs
    with Values in place of all numbers and arrays. So f must compute its results from its arguments alone:
    what else it reads (plain arrays, random numbers) is read once, and burnt in as a constant; what else it
    does (printing, counting) it does once. Whole numbers count as floats.

    Only parameters may come from outside: an error, a single number and all that f returns, may be computed
    from Values that somebody made, such as those of a net. Which ones is settled in the first call (f runs
    twice then), their numbers are read in every call, and the result is a Value, as that of f: `backward`
    gives the parameters their gradients. So `descend(compile(error), optimizer)` learns as
    `descend(error, optimizer)` does, without recording a graph at each step.

    Results equal those of f to the last bit, except that a sum of one term keeps the sign of its zero, and
    that sums may be added up in another order where the memory layout of an argument is not the same as in
    the first call (a transposed array), or with `namespace` or `jit`. Where Python's floats have no answer
    (1/0, log 0, an overflow) NumPy's have: inf or nan with a RuntimeWarning, as ever.

    Raises TracedValueError where f looks at a number (if, float(), .data, an index), naming the line (for
    classes write labels[:, None] == np.arange(n), a mask, in place of an index by the labels);
    TypeError for an argument that is neither a number nor static; ValueError where f uses a Value from
    outside in another way. Called with Values it is f itself.

    >>> from microgd import value_and_grad
    >>> def error(knob_weight, input, goal_pred):
    ...     pred = input * knob_weight
    ...     delta = pred - goal_pred
    ...     return delta ** 2
    >>> step = compile(value_and_grad(error))
    >>> step(0.5, 0.5, 0.8)
    (0.30250000000000005, -0.55)
    >>> print(step.source)
    def error(knob_weight, input, goal_pred):
        pred = input * knob_weight
        delta = pred - goal_pred
        error = delta ** 2
        d_delta = 2.0 * delta            # d error / d delta, d error / d pred
        d_knob_weight = d_delta * input  # d error / d knob_weight
        return error, d_knob_weight
    """
    names = {static_argnames} if isinstance(static_argnames, str) else set(static_argnames)
    return Compiled(f, Options(names, namespace, jit))


class Options(NamedTuple):
    """How to compile."""

    static_argnames: set[str]
    namespace: ModuleType | None
    jit: Callable[[Callable[..., Any]], Callable[..., Any]] | None

    @property
    def is_portable(self) -> bool:
        """Whether something else than NumPy and Python runs the program."""
        return self.namespace is not None or self.jit is not None


class Compiled:
    """A compiled function: call it like the function itself. `source` shows its latest program, `programs`
    has them all."""

    __slots__ = ("__call__", "__dict__", "__weakref__")

    __call__: Callable[..., Any]

    def __init__(self, f: Callable[..., Any], how: Options) -> None:
        functools.update_wrapper(self, f)
        self._f = f
        self._how = how
        self._signature = _signature_of(f)
        self._programs: dict[Hashable, Program] = {}
        self._lock = threading.Lock()
        self.__call__ = self._dispatch
        unknown = how.static_argnames - set(self._signature.parameters)
        if unknown:
            raise ValueError(
                f"static_argnames: {', '.join(sorted(unknown))}: expected parameters of {self._name}, "
                f"which has {', '.join(self._signature.parameters)}"
            )

    @property
    def programs(self) -> list[Program]:
        """One for each kind of arguments so far, the latest last."""
        return list(self._programs.values())

    @property
    def source(self) -> str:
        """The latest program. Raises ValueError before the first call, which writes it."""
        if not self._programs:
            raise ValueError(f"{self._name} has not been called yet: the first call writes the program")
        return self.programs[-1].source

    @property
    def _name(self) -> str:
        return getattr(self._f, "__name__", type(self._f).__name__)

    def __repr__(self) -> str:
        return f"<compiled {self._name}, programs: {len(self._programs)}>"

    def __str__(self) -> str:
        return "\n\n".join([repr(self), *(program.source for program in self.programs)])

    def _dispatch(self, *args: Any, **options: Any) -> Any:
        """Find the program for these arguments, or make it; the next call tries it first."""
        try:
            bound = given(self._signature, args, options)
        except TypeError as error:
            raise TypeError(f"{self._name}(): {error}") from None
        if any(isinstance(x, Value) for x in tree_leaves([bound.args, bound.kwargs])):
            return self._f(*bound.args, **bound.kwargs)
        kind = kind_of_call(bound, self._how.static_argnames)
        program = self._programs.get(kind)
        if program is None:
            with _garbage_left_alone():
                program = Program(self._f, bound, self._how, self._dispatch)
            self._keep(kind, program)
        self.__call__ = program.call
        return program.call(*args, **options)

    def _keep(self, kind: Hashable, program: Program) -> None:
        with self._lock:
            self._programs[kind] = program
            if len(self._programs) > MAX_PROGRAMS:
                del self._programs[next(iter(self._programs))]
                warnings.warn(
                    f"{self._name}: more than {MAX_PROGRAMS} kinds of arguments, the oldest program is "
                    "dropped; shapes that change from call to call are traced each time: pad them",
                    RuntimeWarning,
                    stacklevel=3,
                )


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Without the garbage collector, which would go through a long trace again and again and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _signature_of(f: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(f)
    except ValueError:  # some built-in functions have none
        return inspect.signature(lambda *args: None)


# A program ---------------------------------------------------------------------------------------


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
        if under_trace:
            return itself()
        for parameter in self._parameters:
            parameter.snapshot()  # whose array nobody writes to from now on; else `record` would try twice
        operation = as_operation(self._name, functools.partial(self._run, *numbers), itself)
        return Value.record(operation, *self._parameters)

    def _itself(self, *args: Any, **options: Any) -> Any:
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
            terms[line] = as_data(evaluate(line.op, operands)[0])  # type: ignore[arg-type]
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
    exec(builtins.compile(source, f"<microgd.compile({name})>", "exec"), namespace)
    return namespace[name]


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
        value._content = np.array(x)  # a mask stays one
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
