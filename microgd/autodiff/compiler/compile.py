"""compile: what a function computes, written out as a straight-line program and run from then on.

    step = microgd.compile(microgd.value_and_grad(loss))
    step(weights, x, y)          # traces the loss, writes the program, runs it
    step(weights, x, y)          # runs the program
    print(step.source)

Here a program is kept for each kind of arguments, and found again. How it is made, program.py tells, with a
module for each stretch of the way: trace.py (call the function with Values and see what they compute),
simplify.py (the lines that are needed), expressions.py and emit.py (the lines as Python).

A program is found fast: what a call of the compiled function runs (`__call__`) *is* the last program,
whose first lines check that the arguments are of its kind. If they are not, `_dispatch` looks for the
program that is right for them, or traces.
"""

from __future__ import annotations

import functools
import gc
import inspect
import threading
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from ..trees import tree_leaves
from ..value import Value
from .program import Options, Program
from .signature import given, kind_of_call

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
    what else it reads (plain arrays, random numbers) is read once, and burnt in as a constant (an array as
    it is when f returns: it must not change meanwhile); what else it does (printing, counting) it does once.
    Whole numbers count as floats.

    Only parameters may come from outside: an error, a single number and all that f returns, may be computed
    from Values that somebody made, such as those of a net. Which ones is settled in the first call (f runs
    twice then), their numbers are read in every call, and the result is a Value, as that of f: `backward`
    gives the parameters their gradients. So `descend(compile(error), optimizer)` learns as
    `descend(error, optimizer)` does, without recording a graph at each step.

    Results equal those of f to the last bit, except that a sum of one term keeps the sign of its zero, and
    that sums may be added up in another order where the memory layout of an argument is not the same as in
    the first call (a transposed array) or is one with gaps (every other column), where a matrix is multiplied
    by its own transpose, or with `namespace` or `jit`. Where Python's floats have no answer (1/0, log 0, an
    overflow) NumPy's have: inf or nan with a RuntimeWarning, as ever; np.errstate is for whoever calls the
    program, inside of f it is without effect.

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

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As a method: the instance comes first, and is static."""
        return self if instance is None else functools.partial(self, instance)

    def __repr__(self) -> str:
        return f"<compiled {self._name}, programs: {len(self._programs)}>"

    def __str__(self) -> str:
        return "\n\n".join([repr(self), *(program.source for program in self.programs)])

    def _dispatch(self, /, *args: Any, **options: Any) -> Any:
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
