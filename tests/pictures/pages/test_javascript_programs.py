"""Many programs in JavaScript in one page: the fuzzer's, each of their steps, sums in NumPy's order.

+ - * / sqrt and sums of entries without gaps are compared to the last bit; functions are within 2 units in
the last place of the true number; products of matrices, which BLAS adds in an order of its own, and sums of
entries with gaps are within Higham's bound 2 (n - 1) u sum |x|, where u = 2**-53.
"""

import itertools
import re

import numpy as np
import pytest
from cases import all_cases
from in_javascript import argument, call, numbers, run, ulps
from programs import OPERATIONS, Program

import microgd
from microgd import grad, logsumexp, sigmoid
from microgd.autodiff import softplus
from microgd.autodiff.compiler.ir import LIBRARY
from microgd.autodiff.trees import tree_leaves

UNIT = 2.0**-53
WITHOUT_WORDS = {
    "det", "cofactors", "change_of_cofactors", "eigh", "eigvalsh", "eig", "eigvals", "svd",
    "svdvals", "qr", "cholesky", "pinv", "lstsq", "matrix_rank", "slogdet",
}  # fmt: skip
"""The primitives that cannot be written: decompositions of matrices, and what rests on them."""


@pytest.fixture
def page(window):
    window.driver.get("about:blank")
    return window


def run_all(page, calls):
    """The results of many calls in one script; the text of an error where a call throws."""
    each = [f"(() => {{ try {{ return {c}; }} catch (error) {{ return String(error); }} }})()" for c in calls]
    return page.driver.execute_script(f"return [{', '.join(each)}];")


def is_refused(step):
    """Whether a program is refused, because of float32, an inverse, or an operation of one's own."""
    try:
        return not step.javascript
    except TypeError as error:
        refusal = str(error)
    operations = "|".join({*WITHOUT_WORDS, "cubic", "bent"})
    assert re.match(rf"javascript: .*(float32|operation ({operations})) cannot be written", refusal)
    return True


def test_the_programs_of_the_fuzzer_with_their_gradients(page):
    calls, expected = [], []
    for number in range(400):
        program = Program(number)
        positions = tuple(range(len(program.args)))
        step = microgd.compile(
            lambda *args, p=program, by=positions: [*p(*args), grad(lambda *args: p.total(*args), by)(*args)]
        )
        with np.errstate(all="ignore"):
            here = step(*program.args, program.rows)
        if not is_refused(step):
            calls.append(call(step, (*program.args, program.rows)))
            expected.append((program, [np.ravel(x) for x in tree_leaves(here)]))
    assert len(calls) > 250
    for (program, here), there in zip(expected, run_all(page, calls), strict=True):
        for ours, theirs in zip(here, numbers(there), strict=True):
            size = np.max(np.abs(ours), initial=1.0)
            np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-12 * size, err_msg=str(program))


EQUAL = {
    "{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} ** 2", "2 - {}", "1.5 / {}", "-{}", "abs({})", "{} % 0.7",
    "({0} > 0.1) * {1}", "np.sqrt({})", "np.square({})", "np.reciprocal({})", "np.maximum({}, {})",
    "np.minimum({}, {})", "np.fmax({}, {})", "np.fmin({}, {})", "np.copysign({}, {})", "np.remainder({}, {})",
    "np.fmod({}, {})", "np.degrees({})", "np.radians({})", "+{}", "np.minimum({}, 0.5)",
    "np.clip({}, -0.5, 0.5)", "np.where({0} > {1}, {1}, {0} * {0})", "np.where([True, False, True], {}, 0.5)",
    "relu({})", "np.sum({})", "np.sum({}, axis=0)", "np.mean({}, axis=-1, keepdims=True)", "{}.mean()",
    "np.max({})", "np.min({}, axis=0)", "np.prod({}, axis=-1)", "np.var({}, axis=0)", "np.std({})",
    "np.linalg.norm({})", "np.outer({}, {})", "np.einsum('ii->i', {})", "np.trace({})", "{}.T",
    "{}.reshape(-1)", "np.reshape({}, (3, 2))", "{}[::-1]", "{}[..., ::2]", "{}[..., None]", "{}[0]",
    "{}[:, 1:]", "np.broadcast_to({}, (2, 3))", "np.squeeze({})", "np.expand_dims({}, 0)",
    "np.swapaxes({}, 0, -1)", "np.concatenate([{}, {}])", "np.concatenate([{}, np.ones(2)])",
    "np.stack([{}, {}], axis=-1)", "np.hstack([{}, {}])", "np.flip({})", "np.roll({}, 1)",
    "np.repeat({}, 2, axis=0)", "np.cumsum({}, axis=0)", "np.diff({})",
}  # fmt: skip
"""Those of the fuzzer's operations that are equal to the last bit."""

PRODUCTS = {
    "{} @ {}", "{} @ {}.T", "np.dot({}, {})", "np.inner({}, {})", "np.tensordot({}, {}, 1)",
    "np.einsum('ij,kj->ik', {}, {})",
}  # fmt: skip
"""Those that add up products in BLAS's order."""

SEVERAL = {"softmax({})", "logsumexp({})", "np.logaddexp2({}, {})"}
"""Those of several functions, one after the other; the other ones are one function."""


def steps_of_programs(count):
    """The steps of the fuzzer's programs, each with its operands row by row in memory."""
    for program in map(Program, range(count)):
        results = list(program.args) if program.dtype == np.float64 else []
        for name, f, places in program.steps if results else ():
            operands = [results[place] for place in places]
            results.append(f(*operands, program.rows) if name not in OPERATIONS else f(*operands))
            if name in OPERATIONS and "np.linalg" not in name.replace("norm", "") and "(cubic" not in name:
                yield name, f, [np.ascontiguousarray(x) if np.shape(x) else x for x in operands]


def test_each_step_of_the_fuzzers_programs(page):
    found, calls = [], []
    for name, f, operands in steps_of_programs(250):
        step = microgd.compile(f)
        with np.errstate(all="ignore"):
            here = np.ravel(step(*operands))
        if not is_refused(step):
            found.append((name, f, operands, here))
            calls.append(call(step, operands))
    assert len({name for name, *_ in found} & (EQUAL | PRODUCTS)) > 60
    for (name, f, operands, here), (written,) in zip(found, run_all(page, calls), strict=True):
        (there,) = numbers([written])
        if name in EQUAL:
            np.testing.assert_array_equal(there, here, err_msg=f"{name} of {operands}")
        elif name in PRODUCTS:
            bound = 2 * (max(map(np.size, operands)) - 1) * UNIT * np.ravel(f(*map(np.abs, operands)))
            assert np.all(np.abs(there - here) <= bound), f"{name} of {operands}"
        else:
            assert ulps(here, there) <= (16 if name in SEVERAL else 2), f"{name} of {operands}"


LAYOUTS = {
    "rows": lambda x: x, "columns": lambda x: x.T, "axes moved": lambda x: np.moveaxis(x, 0, -1),
    "computed": lambda x: abs(x.T) + x.T[0], "computed in reverse": lambda x: abs(x[::-1]),
    "some rows": lambda x: x[1:],
}  # fmt: skip
WITH_GAPS = {"every other": lambda x: x[..., ::2], "some columns": lambda x: x[..., 1:], "reversed": np.flip}
SHAPES = [
    (5,),
    (127,),
    (129,),
    (300,),
    (5000,),
    (20, 30),
    (300, 7),
    (7, 300),
    (130, 39),
    (10, 12, 14),
    (16, 16, 16),
]


def sums(x):
    """The sums of an array over all axes together and over some of them."""
    axes = range(len(np.shape(x)))
    chosen = [combination for r in axes for combination in itertools.combinations(axes, r + 1)]
    return [np.sum(x, axis=some) for some in chosen] + [np.mean(x, axis=0), np.std(x, axis=-1)]


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_are_added_in_the_order_of_numpy(page, shape):
    rng = np.random.default_rng(len(shape))
    x = rng.normal(size=shape) * 10 ** rng.uniform(-3, 3, shape)
    steps = [
        microgd.compile(lambda x, f=f: [*sums(f(x)), logsumexp(f(x) * 0.0), np.linalg.norm(f(x))])
        for f in LAYOUTS.values()
    ]
    expected = [[np.ravel(result) for result in step(x)] for step in steps]
    calls = [call(step, [x]).replace(argument(x), "x") for step in steps]
    found = page.driver.execute_script(f"const x = {argument(x)}; return [{', '.join(calls)}];")
    for layout, here, there in zip(LAYOUTS, expected, found, strict=True):
        for ours, theirs in zip(here, numbers(there), strict=True):
            np.testing.assert_array_equal(theirs, ours, err_msg=layout)


@pytest.mark.parametrize("f", WITH_GAPS.values(), ids=WITH_GAPS)
def test_sums_of_entries_with_gaps_are_within_the_bound(page, f):
    x = np.random.default_rng(0).normal(size=(40, 30))
    here, there = run(page, microgd.compile(lambda x: sums(f(x))[:3]), x)
    for ours, theirs, size in zip(here, there, sums(np.abs(f(x)))[:3], strict=True):
        assert np.all(np.abs(ours - theirs) <= 2 * (x.size - 1) * UNIT * np.ravel(size))


# Functions -----------------------------------------------------------------------------------------

ENDS = {
    "exp": (-745, 709), "expm1": (-40, 709), "exp2": (-1000, 1000), "log": (1e-9, 1e9), "log1p": (-0.99, 50),
    "log2": (0.01, 100), "log10": (0.01, 100), "sin": (-30, 30), "cos": (-30, 30), "tan": (-30, 30),
    "arcsin": (-1, 1), "arccos": (-1, 1), "arctan": (-30, 30), "sinh": (-20, 20), "cosh": (-20, 20),
    "tanh": (-20, 20), "arcsinh": (-30, 30), "arccosh": (1.0001, 30), "arctanh": (-0.9999, 0.9999),
    "cbrt": (-30, 30), "hypot": (-5, 5), "arctan2": (-5, 5), "power": (0.01, 9),
}  # fmt: skip
THEIRS = {
    "exp2": "2 ** x", "log2": "log(x) / log(2)", "log10": "log(x) / log(10)", "power": "x ** y",
    "cbrt": "sign(x) * cbrt(abs(x))", "arcsin": "asin(x)", "arccos": "acos(x)", "arctan": "atan(x)",
    "arcsinh": "asinh(x)", "arccosh": "acosh(x)", "arctanh": "atanh(x)", "arctan2": "atan2(x, y)",
    "hypot": "hypot(x, y)",
}  # fmt: skip
"""The functions in mpmath's words, where these are others."""
WORST = {"tanh": [0.2552014179830002, 0.2549988219333983]}
"""Where Chromium's own function is off by more than 2 units."""


@pytest.mark.parametrize("name", ENDS)
def test_functions_are_within_two_units_of_the_true_number(page, name):
    mpmath = pytest.importorskip("mpmath")
    rng, (low, high) = np.random.default_rng(3), ENDS[name]
    x = rng.uniform(low, high, 800)
    if low <= 0:
        x = np.concatenate(
            [x, rng.uniform(-0.7, 0.7, 800), np.copysign(10 ** rng.uniform(-20, -2, 50), x[:50])]
        )
    x = np.append(x, WORST.get(name, []))
    y = rng.uniform(-5, 5, x.size)
    f = getattr(np, name)
    step = microgd.compile(f)
    _, (there,) = run(page, step, *(x, y)[: f.nin])
    with mpmath.workprec(120):
        true = eval(f"lambda x, y: {THEIRS.get(name, f'{name}(x)')}", vars(mpmath))  # of the table above
        for ours, *xs in zip(there.tolist(), x.tolist(), y.tolist(), strict=True):
            expected = true(*map(mpmath.mpf, xs))
            off = abs(ours - expected) / np.spacing(abs(float(expected)))
            assert off <= 2, f"{name} of {xs}"


@pytest.mark.parametrize(
    ("f", "most"), [(sigmoid, 2), (softplus, 2), (np.sinc, 2), (grad(np.tanh), 6), (grad(sigmoid), 6)]
)
def test_functions_of_our_own_are_those_of_python(page, f, most):
    step = microgd.compile(lambda x: [f(entry) for entry in x])
    x = np.random.default_rng(4).uniform(-20, 20, 300)
    here, there = run(page, step, x)
    assert ulps(np.concatenate(here), np.concatenate(there)) <= most


# Every primitive -----------------------------------------------------------------------------------


def weighted(out):
    """A single number that depends on every entry of every result."""
    return sum(np.sum(x * np.cos(np.arange(np.size(x))).reshape(np.shape(x))) for x in tree_leaves(out))


def test_every_operation_of_the_table_of_cases_with_its_gradients(page):
    calls, expected = [], []
    for f, *args in all_cases():
        slopes = grad(lambda *args, f=f: weighted(f(*args)), tuple(range(len(args))))
        step = microgd.compile(lambda *args, f=f, slopes=slopes: [f(*args), slopes(*args)])
        here = [np.ravel(x) for x in tree_leaves(step(*args))]
        if not is_refused(step):
            calls.append(call(step, args))
            expected.append((step, here))
    assert len(calls) > 250
    for (step, here), there in zip(expected, run_all(page, calls), strict=True):
        for ours, theirs in zip(here, numbers(there), strict=True):
            np.testing.assert_allclose(theirs, ours, rtol=1e-13, atol=1e-14, err_msg=step.source)


def test_every_primitive_is_written_or_refused_by_name():
    from microgd.autodiff.compiler.javascript_arrays import ARRAYS
    from microgd.autodiff.compiler.javascript_entries import ENTRIES

    refused = LIBRARY - ARRAYS.keys() - ENTRIES.keys()
    assert {op.name for op in refused} == WITHOUT_WORDS
