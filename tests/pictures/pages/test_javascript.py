"""Compiled programs as JavaScript, run in Chromium: the numbers of Python."""

import math
import re

import numpy as np
import pytest
from in_javascript import argument, call, numbers, run, thrown, ulps

import microgd
from microgd import Value, grad, logsumexp, losses, relu, sigmoid, softmax, value_and_grad
from microgd.autodiff import softplus

# Functions to the last bit, and those that a platform computes by itself, within 2 ulp.
EXACT = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1.0),
    lambda a, b: np.sqrt(abs(a)), lambda a, b: np.maximum(a, b), lambda a, b: np.minimum(a, b),
    lambda a, b: np.where(a > b, a, 2.0 * b), lambda a, b: relu(a), lambda a, b: abs(b) - a,
    lambda a, b: a**2, lambda a, b: np.floor(3.0 * a) + b, lambda a, b: a * np.sign(b),
]  # fmt: skip
NEAR = [
    np.exp, np.tanh, np.sin, np.cos, np.arctan, np.arcsinh, np.expm1, np.cbrt, np.sinh, np.cosh, sigmoid,
    softplus, lambda a: np.log(a * a + 1.0), lambda a: np.log1p(a * a),
    lambda a: a**3, lambda a: (a * a + 0.5) ** 1.7,
    lambda a: 2.0**a, lambda a: np.logaddexp(a, 1.0), lambda a: np.hypot(a, 2.0),
    lambda a: np.arctan2(a, 1.5),
]  # fmt: skip


@pytest.fixture
def page(window):
    window.driver.get("about:blank")
    return window


@pytest.mark.parametrize("seed", range(40))
def test_random_programs_of_exact_operations_agree_to_the_last_bit(page, seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(EXACT), 12)

    def program(a, b):
        found = [a, b, a - b]
        for i in chosen:
            one, other = rng_like.integers(len(found), size=2)
            found.append(EXACT[i](found[one], found[other]))
        return np.tanh(0.0) + found[-1] + found[-2] * found[-3]

    def error(a, b):
        nonlocal rng_like
        rng_like = np.random.default_rng(seed + 1000)
        return program(a, b)

    rng_like = rng
    step = microgd.compile(value_and_grad(error, (0, 1)))
    for a, b in rng.normal(size=(5, 2)) * [[1], [1], [10], [0.1], [100]]:
        with np.errstate(all="ignore"):  # 1 / sqrt(0)
            here, there = run(page, step, a, b)
        np.testing.assert_array_equal(np.concatenate(here), np.concatenate(there))


@pytest.mark.parametrize("f", NEAR)
@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_functions_and_their_derivatives_within_two_units_in_the_last_place(page, f, shape):
    step = microgd.compile(lambda x: [f(x), grad(lambda x: np.sum(f(x)))(x)])
    for x in (0.3, -1.7, 4.0):
        (value, _), (value_there, _) = run(page, step, x * np.ones(shape) if shape else x)
        assert ulps(value, value_there) <= 2
    here, there = run(page, step, np.linspace(-2.0, 2.0, 6).reshape(shape) if shape else 0.7)
    assert ulps(here[1], there[1]) <= 8  # several functions, one after the other


def test_special_numbers(page):
    step = microgd.compile(
        lambda x, y: [
            x**y,
            x / y,
            np.maximum(x, y),
            np.minimum(x, y),
            relu(x),
            x % y,
            np.isnan(x) * 1.0,
            -x,
            np.fmax(x, y),
            np.fmin(x, y),
            np.hypot(x, y),
            np.logaddexp2(x, y),
        ]
    )
    inf, nan = math.inf, math.nan
    pairs = [
        (1.0, nan),
        (1.0, inf),
        (-1.0, inf),
        (nan, 0.0),
        (0.0, 0.0),
        (-0.0, 1.0),
        (1.0, -0.0),
        (inf, -1.0),
    ]
    with np.errstate(all="ignore"):
        for x, y in [*pairs, (nan, nan), (-2.0, 3.0), (5.0, -3.0), (-inf, 2.0), (2.0, 0.5)]:
            here, there = run(page, step, x, y)
            np.testing.assert_array_equal(np.concatenate(here), np.concatenate(there), err_msg=f"{x}, {y}")


CHOICES = [
    lambda x, y: x // y, lambda x, y: x % y, lambda x, y: np.where(x, y, 2.0), np.logical_and, np.logical_or,
    lambda x, y: np.logical_not(x), lambda x, y: np.rint(x), lambda x, y: np.sign(x), lambda x, y: x**0.5,
    np.logical_xor, np.copysign, np.heaviside, np.float_power, np.fmod,
    lambda x, y: np.signbit(x), lambda x, y: np.round(x, 1), lambda x, y: np.round(x, -1),
    lambda x, y: np.ldexp(x, 1030), lambda x, y: np.ldexp(x, -1070), lambda x, y: np.ldexp(x, -2000),
    lambda x, y: np.tanh(x), lambda x, y: np.sinc(x), lambda x, y: x / (y > 0), lambda x, y: (x > 0) * y,
    lambda x, y: np.searchsorted([-0.5, 0.0, 0.0, 1.0, np.inf], x, "right"),
    lambda x, y: np.searchsorted(np.sort(x), y), lambda x, y: np.argsort(x, kind="stable"),
    lambda x, y: np.argmax(x[:-9]), lambda x, y: np.argmin(x), np.add,
    lambda x, y: np.linalg.norm(np.stack([x, 1e-200 * y]), axis=0),
    lambda x, y: np.max(x[:20]), lambda x, y: np.sum(x[:20] == y[:20]), lambda x, y: np.sort(x),
]  # fmt: skip
"""Where JavaScript's own operation has another answer than NumPy's for some number."""


@pytest.mark.parametrize("f", CHOICES)
def test_entries_to_the_last_bit_and_the_sign_of_zero(page, f):
    ends = [0.0, -0.0, 0.1, -0.5, 1.0, -1.0, 2.5, 1e300, math.inf, -math.inf, math.nan]
    x, y = map(np.ravel, np.meshgrid(ends, ends))
    step = microgd.compile(lambda x, y: [f(x, y) * 1.0])
    with np.errstate(all="ignore"):
        (here,), (there,) = run(page, step, x, y)
    np.testing.assert_array_equal(there, here)
    np.testing.assert_array_equal(np.signbit(there[here == 0]), np.signbit(here[here == 0]))


@pytest.mark.parametrize("x", [-math.inf, -0.0, 2.0])
def test_the_square_root_of_a_number_as_a_power(page, x):
    (here,), (there,) = run(page, microgd.compile(lambda x: [x**0.5]), x)
    assert str(float(here[0])) == str(float(there[0]))


def mlp(p, x, y):
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    hidden = relu(hidden @ p["w2"] + p["b2"])
    return np.mean(losses.binary_cross_entropy(hidden @ p["w3"], y))


def classifier(p, x, y):
    hidden = np.concatenate([np.tanh(x @ p["w1"] + p["b1"]), sigmoid(x @ p["w1"])[:, ::-1]], axis=1)
    logits = hidden.reshape(len(x), -1, 2).sum(axis=2)
    spread = np.max(logits) - np.min(logits, axis=0).mean() + np.linalg.norm(p["w2"], axis=0).sum()
    return np.mean(losses.softmax_cross_entropy(logits, y)) + 0.1 * spread + np.sum(softmax(logits) ** 2)


@pytest.fixture
def start():
    rng = np.random.default_rng(0)
    p = {
        "w1": rng.normal(size=(2, 4)),
        "b1": rng.normal(size=4),
        "w2": rng.normal(size=(4, 3)),
        "b2": np.zeros(3),
    }
    return p | {"w3": rng.normal(size=(3, 1))}, rng.normal(size=(5, 2)), rng


@pytest.mark.parametrize("loss", [mlp, classifier])
def test_a_net_with_its_gradients(page, start, loss):
    p, x, rng = start
    y = rng.integers(2, size=(5, 1)) * 1.0 if loss is mlp else softmax(rng.normal(size=(5, 4)))
    step = microgd.compile(value_and_grad(loss))
    for here, there in zip(*run(page, step, p, x, y), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-13, atol=1e-14)


def test_a_whole_training_step_with_momentum(page, start):
    p, x, rng = start
    y = rng.integers(2, size=(5, 1)) * 1.0

    def train(p, velocity, x, y, rate):
        error, slope = value_and_grad(mlp)(p, x, y)
        velocity = {name: 0.9 * velocity[name] + slope[name] for name in p}
        return error, {name: p[name] - rate * velocity[name] for name in p}, velocity

    step = microgd.compile(train)
    velocity = {name: np.zeros_like(w) for name, w in p.items()}
    for here, there in zip(*run(page, step, p, velocity, x, y, 0.1), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-13, atol=1e-14)


def test_shapes_of_all_kinds(page):
    x = np.arange(6.0).reshape(2, 3)
    step = microgd.compile(
        lambda x, s: [
            x.T @ x, x @ x[0], x[0] @ x[1], np.sum(x, axis=0), x[:, 1:], x[..., None] + s, x[:0], np.mean(x),
            logsumexp(x, axis=1), x.reshape(3, 2), np.broadcast_to(s, (2, 2)) * x[:, :2],
        ]
    )  # fmt: skip
    for here, there in zip(*run(page, step, x, 2.0), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-15)


def test_long_tables_and_uniform_constants_are_written_short(page):
    x = np.arange(1200.0).reshape(20, 60)
    irregular = np.array([[3, 0], [1, 19]] * 10)

    def rearranged(x, row):
        return [
            x.T, x[::-1, 5:50:3], x + row, x.sum(axis=0), x.reshape(4, 5, 60).transpose(2, 0, 1),
            x[:1, :, None], grad(lambda x: np.sum(x[::2, ::-1] * row * x[::2]))(x), x[irregular, 7],
        ]  # fmt: skip

    step = microgd.compile(rearranged)
    for here, there in zip(*run(page, step, x, x[3]), strict=True):
        np.testing.assert_array_equal(there, here)
    assert len(step.javascript) < 3000


def test_a_program_is_read_before_the_functions_that_it_calls(page):
    step = microgd.compile(lambda x: np.sum(np.tanh(x)) ** 2)
    for here, there in zip(*run(page, step, np.linspace(-2, 2, 7)), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-15)
    assert step.javascript.index("return [") < step.javascript.index("function sum(")


def test_linear_equations(page):
    a, b = np.random.default_rng(5).normal(size=(2, 6, 6)), np.random.default_rng(6).normal(size=(6, 3))
    a[:, 0, 0] = 0.0  # the first pivot is another row's
    step = microgd.compile(
        lambda a, b: [
            np.linalg.solve(a, b),
            np.linalg.inv(a),
            grad(lambda a: np.sum(np.linalg.inv(a) @ b))(a),
        ]
    )
    for here, there in zip(*run(page, step, a, b), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-10, atol=1e-10)
    singular = argument(np.ones((2, 6, 6))), argument(b)
    assert thrown(page, step, *singular) == "RangeError: Singular matrix"
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        step(np.ones((2, 6, 6)), b)
    missing = np.where(np.arange(72).reshape(2, 6, 6) == 7, np.nan, a)
    there = numbers(page.driver.execute_script(f"return {call(step, (missing, b))};"))
    assert np.isnan(there[0][:18]).all()
    assert np.isfinite(there[0][18:]).all()


NAMES = [
    "</script>", "<!--", "-->", "*/", "a\n}; alert(1); //", "a\r\nalert(1)", "a\u2028alert(1)", "a\u2029",
    "\\u0061", "`${alert(1)}`", "'\"", "0", "", "é", "await", "arguments", "__proto__", "constructor", "Math",
    "sum", "each", "RangeError", "BigInt", "undefined", "NaN", "i", "places", "constant", "t1",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_from_outside_stays_a_name(page, name):
    weight, other = Value(np.array([1.5, 0.5]), name=name), Value(2.0, name=f"{name}2")

    def error(x, rows):
        return np.sum(np.tanh(weight[rows] * other * x + np.array([1.0, 2.0])) * (rows + 1))

    error.__name__ = error.__qualname__ = name
    step = microgd.compile(error)
    step(0.5, np.array([1, 0]))
    text = step.javascript
    assert re.fullmatch(r"[ -~\n]*", text)
    assert not any(opening in text for opening in ("</", "<!", "-->", "/*", "*/", "alert(", "${alert"))
    found = page.driver.execute_script(f"return ({text})(0.5, [1, 0], [1.5, 0.5], 2)")
    with_names = step(0.5, np.array([1, 0]))
    assert ulps(np.array([with_names.data]), np.array(found[:1])) <= 4


@pytest.mark.parametrize(
    "name", ["await_", "i", "sum", "each", "places", "µ", "données", "Math", "RangeError"]
)
def test_arguments_of_any_name(page, name):
    namespace = {"np": np}
    exec(f"def f({name}, t1): return np.sum({name} * np.array([1.0, 2.0])) + t1 * {name}[0]", namespace)
    here, there = run(page, microgd.compile(namespace["f"]), np.array([2.0, 3.0]), 0.25)
    np.testing.assert_array_equal(there, here)


def test_what_lines_call_is_reserved():
    from microgd.autodiff.compiler.javascript_entries import ENTRIES, MASKS, WHOLE
    from microgd.autodiff.compiler.javascript_operands import RESERVED, RUNTIME

    code = [re.sub('//.*|`.*`|".*"', "", text) for text in RUNTIME.values()]
    written = " ".join([*code, *ENTRIES.values(), *MASKS.values(), *WHOLE.values()])
    assert set(re.findall(r"(?<![\w.])[A-Z]\w+", written)) <= RESERVED
    assert set(re.findall(r"(?<![\w.])(\w+)\(", " ".join(ENTRIES.values()))) <= RESERVED


@pytest.mark.parametrize(
    ("f", "args", "complaint"),
    [
        (lambda x: x * 2, [np.ones(2, np.float32)], "float32 cannot be written"),
        (np.linalg.det, [np.eye(2)], "the operation det cannot be written"),
        (lambda x: x + 1, [np.ones(20_000)], "expected at most 16,384 entries"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(f, args, complaint):
    step = microgd.compile(f)
    with pytest.raises(ValueError, match="not been called yet"):
        step.javascript
    step(*args)
    with pytest.raises(TypeError, match=f"javascript: .*{complaint}"):
        step.javascript
