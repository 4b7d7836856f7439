"""compile: a function's computation written out as a straight-line program, and run from then on.

    step = microgd.compile(microgd.value_and_grad(loss))
    step(weights, x, y)          # traces the loss, writes the program, runs it
    step(weights, x, y)          # runs the program
    print(step.source)

The compiler is a pipeline; `specialise` below is its few lines. Each stage has a module:

    trace.py      call the function with Values and record what they compute
    lower.py      the graph as a program: instructions on operands (ir.py)
    passes.py     simplify, number_values, eliminate_dead_code, schedule: from program to program
    naming.py     names for the reader, and the derivatives as comments
    allocate.py   liveness, aliases, buffers
    selection.py  the Python expression of each instruction, one table for all primitives
    write.py      the source

A program is specialised to the signature of its arguments, which its guard checks (guard.py). A call runs the
newest program first; where its guard fails, the one before it; after the oldest, a new one is made.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from ..active import warn_caller
from ..trees import tree_leaves
from ..value import Value
from .allocate import allocate
from .guard import given, key_of, leaves_of_call
from .lower import lower
from .naming import name
from .passes import eliminate_dead_code, number_values, schedule, simplify
from .specialisation import Options, Specialisation
from .trace import parameter_name, trace, value_like, with_values
from .write import write_native, write_portable

MAX_PROGRAMS = 64
"""The number of programs that a compiled function keeps; then the oldest is dropped."""


def compile(
    f: Callable[..., Any],
    *,
    static_argnames: str | Iterable[str] = (),
    namespace: ModuleType | None = None,
    jit: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
) -> Compiled:
    """Compile f to a straight-line program with the same results, without recording at each call.

    f                a function of numbers, arrays, and trees of them (nested tuples, lists and dicts): a
                     loss, `grad` or another transformation of one, a whole training step.
    static_argnames  arguments that are not numbers (a mode, a function, the number of layers). They are
                     hashable, and each value has its own program. None, booleans and strings are static by
                     default, and so is the instance of a method that is decorated in its class; what the
                     method reads of it must not change after the first call.
    namespace        another array library with NumPy's functions, such as jax.numpy or dask.array: the
                     program's `np`.
    jit              a decorator for the program, such as numba.njit or jax.jit.

    The first call with arguments of a signature (structure, shapes, dtypes, static values) traces f: it runs
    with Values in place of all numbers and arrays. So f must compute its results from its arguments alone:
    other data that it reads (plain arrays, random numbers) become constants of the program, as they are when
    an operation reads them; later changes go unnoticed. Its side effects (printing, counting) happen once.

    Arrays of integers and of booleans keep their dtype, and no gradient flows into them. Integers may index:
    labels (`log_p[np.arange(n), labels]`), token numbers (`table[tokens]`), the rows of a batch (`x[rows]`),
    np.take and np.take_along_axis; one that is out of bounds raises IndexError in the program too. So may the
    answers of np.argmax, np.argsort and their kind, which are computed in the program. A single whole number
    counts as a float, unless it is static. Where f is differentiated by whole numbers, they become floats, as
    they do without compiling.

    Only parameters may come from outside: an error, a scalar that is all that f returns, may be computed from
    leaves, such as the parameters of a net. Which ones is settled in the first call. f runs twice then, and a
    ValueError tells that it read other data the second time (the next batch, random numbers), which belong in
    an argument. The parameters' numbers are read in every call, and the result is a Value, as that of f:
    `backward` gives the parameters their gradients. So `descend(compile(error), optimizer)` learns as
    `descend(error, optimizer)` does, without recording a graph at each step.

    Results equal those of f to the last bit, with these exceptions: a sum of one term keeps the sign of its
    zero; and sums may be added up in another order where the memory layout of an argument differs from the
    first call (a transposed array) or has gaps (every other column), where a matrix is multiplied by its own
    transpose, or with `namespace` or `jit`. Where Python's floats raise an error (1/0, log 0, an overflow)
    NumPy's result is returned: inf or nan with a RuntimeWarning; np.errstate works around the call, not
    inside of f.

    Raises TracedValueError where f reads a number (if, float(), .data, a length, an index), naming the line
    and the argument, even if f catches the error; TypeError for an argument that is neither a number nor
    static, and where integers of an argument index a plain array; ValueError where f uses a Value from
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
    _check_options(f, namespace, jit)
    names = _names(static_argnames)
    return Compiled(f, Options(names, namespace, jit))


def _names(given: Any) -> set[str]:
    """One name or several as a set; TypeError for anything else."""
    names = {given} if isinstance(given, str) or not isinstance(given, Iterable) else set(given)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"compile: static_argnames: expected names of arguments, got {given!r}")
    return names


def _check_options(f: Any, namespace: Any, jit: Any) -> None:
    """Raise TypeError for what cannot be compiled, or compiled for."""
    if not callable(f):
        raise TypeError(f"compile: expected a function, got {f!r}: write compile(f)(x), not compile(f(x))")
    if namespace is not None and not hasattr(namespace, "exp"):
        raise TypeError(f"compile: namespace: expected an array library such as jax.numpy, got {namespace!r}")
    if jit is not None and not callable(jit):
        raise TypeError(f"compile: jit: expected a decorator such as numba.njit, got {jit!r}")


PASSES = (simplify, number_values, eliminate_dead_code, schedule)


def specialise(
    f: Callable[..., Any], bound: inspect.BoundArguments, options: Options, otherwise: Callable[..., Any]
) -> Specialisation:
    """Compile f for the signature of these arguments: the pipeline from the call to the source."""
    leaves = [leaf for leaf in leaves_of_call(bound, options.static_argnames) if not leaf.is_static]
    inputs = [value_like(leaf.x, leaf.path) for leaf in leaves]
    arguments = with_values(bound, inputs, options.static_argnames)

    traced = trace(f, arguments.args, arguments.kwargs, inputs)
    program = lower(traced, expand=options.is_portable)
    for run_pass in PASSES:
        program = run_pass(program)
    parameters = traced.inputs[len(inputs) :]
    wanted = [*[leaf.name for leaf in leaves], *[parameter_name(value, traced) for value in parameters]]
    names = name(program, traced, wanted, bound.signature.parameters)
    if options.is_portable:
        source = write_portable(program, names, options.namespace or np)
    else:
        source = write_native(program, names, allocate(program))

    program = program.without_trace()
    specialisation = Specialisation(
        f, bound.signature, options, program, source, names, parameters, traced.output
    )
    specialisation.guard(bound, leaves, otherwise)
    return specialisation


class Compiled:
    """A compiled function: call it like the function itself.

    source      the latest program; `programs` has them all.
    javascript  the same as a JavaScript function, which a page can run.
    """

    __slots__ = ("__call__", "__dict__", "__weakref__")

    __call__: Callable[..., Any]

    def __init__(self, f: Callable[..., Any], options: Options) -> None:
        functools.update_wrapper(self, f)
        self._f = f
        self._options = options
        self._signature = _signature_of(f)
        self._programs: dict[Hashable, Specialisation] = {}
        self._lock = threading.Lock()
        self.__call__ = self._specialise
        unknown = options.static_argnames - set(self._signature.parameters)
        if unknown:
            raise ValueError(
                f"static_argnames: {', '.join(sorted(unknown))}: expected parameters of {self._name}, "
                f"which has {', '.join(self._signature.parameters)}"
            )

    @property
    def programs(self) -> list[Specialisation]:
        """The programs so far, one for each signature, the latest last."""
        return list(self._programs.values())

    @property
    def source(self) -> str:
        """The latest program. Raises ValueError before the first call, which writes it."""
        if not self._programs:
            raise ValueError(f"{self._name} has not been called yet: the first call writes the program")
        return self.programs[-1].source

    @property
    def javascript(self) -> str:
        """The latest program as a JavaScript function of the numbers and arrays among the arguments.

        Raises ValueError before the first call, and TypeError for what JavaScript cannot say (javascript.py).
        """
        if not self._programs:
            raise ValueError(f"{self._name} has not been called yet: the first call writes the program")
        return self.programs[-1].javascript

    @property
    def _name(self) -> str:
        return getattr(self._f, "__name__", type(self._f).__name__)

    def __set_name__(self, owner: type, name: str) -> None:
        """Make the first parameter static where the function is a method of a class: it is the instance."""
        self._options.static_argnames.update(list(self._signature.parameters)[:1])

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Bind a method to its instance."""
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Copy and pickle a decorated function by its name, others with their function; programs stay."""
        name = getattr(self._f, "__qualname__", "")
        if _found(getattr(self._f, "__module__", None), name) is self:
            return name
        static_argnames, namespace, jit = self._options
        return _remade, (self._f, frozenset(static_argnames), namespace and namespace.__name__, jit)

    def __repr__(self) -> str:
        return f"<compiled {self._name}, programs: {len(self._programs)}>"

    def __str__(self) -> str:
        return "\n\n".join([repr(self), *(program.source for program in self.programs)])

    def _specialise(self, /, *args: Any, **options: Any) -> Any:
        """Make a program for arguments that pass the guard of none, and put it first in the chain."""
        try:
            bound = given(self._signature, args, options)
        except TypeError as error:
            raise TypeError(f"{self._name}(): {error}") from None
        if any(isinstance(x, Value) for x in tree_leaves([bound.args, bound.kwargs])):
            return self._f(*bound.args, **bound.kwargs)
        key = key_of(bound, self._options.static_argnames)
        program = self._programs.get(key)  # made by another thread meanwhile, perhaps
        if program is None:
            with _garbage_collector_paused():
                program = specialise(self._f, bound, self._options, self._specialise)
            self._chain(key, program)
        return program.call(*args, **options)

    def _chain(self, key: Hashable, program: Specialisation) -> None:
        with self._lock:
            if self._programs:
                program.chain(self.programs[-1].call)
            self._programs[key] = program
            self.__call__ = program.call
            if len(self._programs) > MAX_PROGRAMS:
                del self._programs[next(iter(self._programs))]
                self.programs[0].chain(self._specialise)
                warn_caller(
                    f"{self._name}: more than {MAX_PROGRAMS} signatures of arguments, the oldest program is "
                    "dropped; shapes that change from call to call are traced each time: pad them"
                )


def _found(module: str | None, name: str) -> Any:
    """The object of this name in a module that is loaded; None if there is none."""
    x: Any = sys.modules.get(module or "")
    for part in name.split("."):
        x = getattr(x, part, None)
    return x


def _remade(f: Any, static_argnames: Iterable[str], namespace: str | None, jit: Any) -> Compiled:
    """Compile the function of a pickle or a copy, whose programs are written anew."""
    library = None if namespace is None else importlib.import_module(namespace)
    return compile(f, static_argnames=static_argnames, namespace=library, jit=jit)


@contextmanager
def _garbage_collector_paused() -> Iterator[None]:
    """Pause the garbage collector, which would visit a long trace again and again and find no garbage."""
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
