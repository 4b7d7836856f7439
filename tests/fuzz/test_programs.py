"""Random programs, each differentiated in five ways: backward by microgd, forward by dual numbers, by
differences, compiled, and twice.

500 programs in the suite; 20,000 others with `pytest -m long tests/fuzz`. A program that fails is printed as
source, with its number: `Program(number)` makes it again.
"""

import warnings

import numpy as np
import pytest
from dual import Dual
from programs import INDEXED, Program

import microgd
from microgd import Value, hvp, value_and_grad

IN_THE_SUITE, LONG, BLOCK = 500, 20_000, 50


def blocks(first, count):
    return [range(start, start + BLOCK) for start in range(first, first + count, BLOCK)]


def named(numbers):
    return f"{numbers.start}-{numbers.stop - 1}"


@pytest.mark.parametrize("numbers", blocks(0, IN_THE_SUITE), ids=named)
def test_random_programs(numbers):
    check_all(numbers)


@pytest.mark.long
@pytest.mark.parametrize("numbers", blocks(IN_THE_SUITE, LONG), ids=named)
def test_many_random_programs(numbers):
    check_all(numbers)


def check_all(numbers):
    for number in numbers:
        program = Program(number)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "the gradient is 0", RuntimeWarning)
                check(program)
        except Exception as error:
            error.add_note(str(program))
            raise


def check(program):
    args, rows = program.args, program.rows
    rng = np.random.default_rng(program.number)
    direction, other = ([random_like(x, rng) for x in args] for _ in range(2))
    single = program.dtype == np.float32
    close = Close(rtol=2e-3 if single else 1e-9)
    every = tuple(range(len(args)))

    # the value: that of NumPy itself
    value, gradient = value_and_grad(program.total, every)(*args, rows)
    close(value, program.total(*args, rows), "value")

    # first derivatives: all of them along a direction, forward and by differences
    slope = along(gradient, direction)
    forward = program.total(*map(Dual, args, direction), rows)
    close(slope, forward.tangent if isinstance(forward, Dual) else 0.0, "gradient, against dual numbers")
    if not single:
        Close(rtol=1e-4)(slope, difference(program, direction), "gradient, against differences")

    # `backward`, which leaves add up
    leaves = [Value(x) for x in args]
    output = program.total(*leaves, rows)
    if isinstance(output, Value):
        output.backward()
    for leaf, expected in zip(leaves, gradient, strict=True):
        np.testing.assert_array_equal(leaf.grad, expected, "backward, against grad")

    # second derivatives: v^T H w, for two directions
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        product = hvp(program.total, every)(*args, rows, tuple(direction))
    curvature = program.total(*[nested(*parts) for parts in zip(args, direction, other, strict=True)], rows)
    expected = curvature.tangent.tangent if isinstance(curvature, Dual) else 0.0
    Close(rtol=2e-2 if single else 1e-7)(along(product, other), expected, "second derivatives")

    # compiled: what the graph computes; the rows are burnt in, or an argument like the others
    burnt_in = microgd.compile(value_and_grad(lambda *args: program.total(*args, rows), every))
    argument = microgd.compile(value_and_grad(program.total, every))
    same = Close(rtol=1e-4, atol=1e-5) if single else Close(rtol=1e-12, atol=1e-13)
    for compiled in (burnt_in, lambda *args: argument(*args, rows)):
        for _ in range(2):  # traced, and from the program
            try:
                compiled_value, compiled_gradient = compiled(*args)
            except TypeError:
                assert compiled is not burnt_in
                assert any(name in INDEXED for name, _, _ in program.steps), (
                    "refused without an index that is an argument"
                )
                break
            close(compiled_value, value, "value, compiled")
            for ours, eager in zip(compiled_gradient, gradient, strict=True):
                assert np.asarray(ours).dtype == np.asarray(eager).dtype
                same(ours, eager, "gradient, compiled")


class Close:
    """Equality up to the rounding of the numbers that went in, whose size is about 1 to 100."""

    def __init__(self, rtol, atol=None):
        self.rtol, self.atol = rtol, 50 * rtol if atol is None else atol

    def __call__(self, ours, expected, what):
        ours = ours.data if isinstance(ours, Value) else ours
        np.testing.assert_allclose(ours, expected, rtol=self.rtol, atol=self.atol, err_msg=what)


def random_like(x, rng):
    return rng.normal(size=np.shape(x)).astype(np.asarray(x).dtype) if np.shape(x) else float(rng.normal())


def along(gradient, direction):
    return sum(np.sum(np.asarray(g, float) * d) for g, d in zip(gradient, direction, strict=True))


def difference(program, direction, h=1e-6):
    """The central difference along a direction."""
    there, back = (
        program.total(*[x + sign * h * d for x, d in zip(program.args, direction, strict=True)], program.rows)
        for sign in (1, -1)
    )
    return (there - back) / (2 * h)


def nested(x, direction, other):
    """x + e v, where x itself is x + d w: what comes along with e d is v^T H w."""
    return Dual(Dual(x, other, 1), Dual(direction, 0.0 * np.asarray(direction), 1), 2)
