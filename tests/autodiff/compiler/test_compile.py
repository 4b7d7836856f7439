"""A compiled function against the function itself: the same results, to the last bit."""

import cProfile
import inspect
import math

import numpy as np
import pytest
from cases import draw
from comparing import CASES, LAYER, assert_same, branching, error, layer_loss, plain, weighted

import microgd
from microgd import Value, grad, hessian, hvp, jacobian, value_and_grad
from microgd.autodiff import TracedValueError
from microgd.autodiff.trees import tree_map

# Every operation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(len(CASES)))
def test_every_operation(case):
    f, *args = CASES[case]
    expected = tree_map(plain, f(*tree_map(Value, args)))
    compiled = microgd.compile(lambda *args: f(*args))
    assert_same(compiled(*args), expected)
    assert_same(compiled(*args), expected)


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.filterwarnings("ignore:the gradient is 0")
def test_every_derivative(case):
    f, *args = CASES[case]
    both = value_and_grad(weighted(f), tuple(range(len(args))))
    assert_same(microgd.compile(both)(*args), both(*args))


def test_a_primitive_of_your_own_is_called_by_its_name():
    cube = microgd.primitive(lambda x: x * x * x, lambda g, out, x: 3.0 * g * x * x, name="cube")
    step = microgd.compile(value_and_grad(lambda x: cube(x).sum()))
    x = np.array([1.0, 2.0])
    assert_same(step(x), (9.0, np.array([3.0, 12.0])))
    assert "= cube(x)" in step.source


def test_a_primitive_of_your_own_may_return_its_argument():
    same = microgd.primitive(lambda x: x, lambda g, out, x: g, name="same")
    x = np.ones(3)
    (result,) = microgd.compile(lambda x: (same(x),))(x)
    result[0] = 7.0
    assert x[0] == 1.0


@pytest.mark.parametrize(("rows", "inner", "columns"), [(5, 33, 4), (5, 33, 1), (1, 33, 4), (5, 1, 4)])
@pytest.mark.parametrize(
    "view", [
        lambda a: a, lambda a: a[:, ::2], lambda a: a[::-1], lambda a: a.T[::2].T,
        lambda a: a > 0.0,
    ],
    ids=["as it is", "every other column", "bottom up", "turned", "mask"],
)  # fmt: skip
def test_products_of_matrices_that_lie_differently_in_memory(view, rows, inner, columns):
    def products(a, b, c):
        return view(a) @ b, b.T @ view(a).T, view(a) @ c, view(a) @ view(a).T

    width = 2 * inner - 1 if np.shape(view(np.ones((1, 3)))) == (1, 2) else inner
    a, b = draw((rows, width), seed=0), draw((inner, columns), seed=1)
    arguments = a, b, b.astype(np.float32)
    expected = [product.data for product in products(*map(Value, arguments))]
    assert_same(microgd.compile(products)(*arguments), tuple(expected))


# Transformations and whole steps -----------------------------------------------------------------


def test_hessian_jacobian_and_hvp():
    def f(x):
        return np.sum(np.exp(x[:-1]) * x[1:] ** 2) / x[0]

    x, v = draw((4,), 0.5, 1.5), draw((4,))
    assert_same(microgd.compile(hessian(f))(x), hessian(f)(x))
    assert_same(
        microgd.compile(jacobian(lambda x: np.sin(x) * x[0]))(x), jacobian(lambda x: np.sin(x) * x[0])(x)
    )
    assert_same(microgd.compile(hvp(f))(x, v), hvp(f)(x, v))


def momentum_step(params, velocity, x, goal_pred, learning_rate):
    loss, slope = value_and_grad(lambda p: layer_loss(p["weights"], p["bias"], x, goal_pred))(params)
    velocity = {name: 0.9 * velocity[name] - learning_rate * slope[name] for name in params}
    return {name: params[name] + velocity[name] for name in params}, velocity, loss


def test_a_training_step_in_one_program():
    weights, bias, x, goal_pred = LAYER
    params = eager = {"weights": weights, "bias": bias}
    velocity = eager_velocity = {"weights": 0 * weights, "bias": 0 * bias}
    step = microgd.compile(momentum_step)
    for _ in range(5):
        params, velocity, loss = step(params, velocity, x, goal_pred, 0.1)
        eager, eager_velocity, eager_loss = momentum_step(eager, eager_velocity, x, goal_pred, 0.1)
        assert_same((params, velocity, loss), (eager, eager_velocity, eager_loss))
    assert len(step.programs) == 1


def test_called_with_values_it_is_the_function_itself():
    knob_weight = Value(0.5)
    microgd.compile(error)(knob_weight, 0.5, 0.8).backward()
    assert knob_weight.grad == -0.55
    assert grad(microgd.compile(error))(0.5, 0.5, 0.8) == -0.55


def test_a_profiler_keeps_running():
    step, profiler = microgd.compile(value_and_grad(error)), cProfile.Profile()
    assert profiler.runcall(step, 0.5, 0.5, 0.8) == (0.30250000000000005, -0.55)
    assert "error" in {entry.code.co_name for entry in profiler.getstats() if hasattr(entry.code, "co_name")}
    assert "pred = input * knob_weight" in step.source


# What cannot be recorded -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "text"), [
        (branching, "if x > 0:"),
        (lambda x: x * float(x), "float(x)"),
        (lambda x: x * x.data, "x.data"),
        (lambda x: x * x.item(), "x.item()"),
        (lambda x: (x * x).backward(), "backward()"),
    ],
)  # fmt: skip
def test_looking_at_a_number_names_the_line(f, text):
    with pytest.raises(TracedValueError) as caught:
        microgd.compile(f)(1.0)
    assert inspect.getsourcefile(f) in str(caught.value)
    assert text in str(caught.value)
    assert "np.where" in str(caught.value)
    assert Value(1.0).data == 1.0  # nothing is under trace any more


@pytest.mark.parametrize("f", [
    microgd.vjp(lambda x: x * x), lambda x: lambda z: x * z, lambda x: {x}, lambda x: (x, range(3)),
])  # fmt: skip
def test_what_is_returned_are_numbers(f):
    with pytest.raises(TypeError, match=r"the compiled function returned .*: expected numbers and arrays"):
        microgd.compile(f)(2.0)


def test_a_mask_as_an_index_is_looked_at():
    with pytest.raises(TracedValueError, match="mask"):
        microgd.compile(lambda x: x[x > 0])(np.ones(3))


def test_what_has_no_number_may_be_looked_at():
    def f(x):
        return sum(row * i for i, row in enumerate(x)) * len(x) * x.shape[1] * x.ndim

    x = draw((3, 2))
    assert_same(microgd.compile(f)(x), f(x))


def test_a_constant_of_a_class_with_its_own_product_is_a_plain_array():
    class Matrix(np.ndarray):
        def __mul__(self, other):
            return self @ other

    constant = np.arange(4.0).reshape(2, 2)
    step = microgd.compile(lambda x: x * constant.view(Matrix))
    assert_same(step(np.ones((2, 2)) * 3.0), constant * 3.0)


def test_a_value_made_inside_is_a_constant():
    assert microgd.compile(lambda x: x * np.exp(Value(0.0)) + Value(2.0) * 3.0)(1.0) == 7.0


# Where Python raises -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x"), [
        (lambda x: 1.0 / x, 0.0), (lambda x: x / (x - x), 2.0), (np.log, 0.0), (np.log, -1.0),
        (np.sqrt, -1.0), (np.exp, 1000.0), (lambda x: x**-1.5, 0.0), (lambda x: x**0.5, -1.0),
        (lambda x: x**3, 1e200), (lambda x: np.sin(x), math.inf), (lambda x: x**-2, 0.0),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numbers_that_python_has_no_answer_for(f, x):
    """The rest of the program is computed as ever: to the last bit."""

    def g(x, y):
        return f(x) * 2.0, np.exp(y) + np.tanh(y) ** 2

    step = microgd.compile(g)
    expected = tree_map(plain, g(Value(x), Value(0.7)))
    for _ in range(2):
        assert_same(step(x, 0.7), expected)


def test_a_number_without_an_answer_is_a_warning_as_ever():
    step = microgd.compile(lambda x: 1.0 / x)
    assert step(2.0) == 0.5
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert step(0.0) == math.inf


def test_an_error_in_a_primitive_of_your_own_arrives():
    def picky(x):
        if x < 0:
            raise ValueError("negative")
        return x

    step = microgd.compile(microgd.primitive(picky, lambda g, out, x: g))
    assert step(1.0) == 1.0
    with pytest.raises(ValueError, match="negative"):
        step(-1.0)


# The order of the entries in memory, which decides how a sum is rounded --------------------------


GRID = draw((201, 300))


@pytest.mark.parametrize(
    "f", [
        lambda x: (np.full((300, 201), 3.0) * x.T).sum(),
        lambda x: (np.broadcast_to(x.mean(), (300, 201)) * x.T).sum(),
        lambda x: (x[:, ::2] * 1.0).sum(),
        lambda x: x.T.reshape(-1).reshape(300, 201).sum(),
        lambda x: (np.sum(x[:, ::2], axis=()) * 2.0).sum(),
        lambda x: (x.mean() * np.broadcast_to(GRID[0], (201, 300))).sum(),
        lambda x: x ** np.full(x.shape, 2.0),
        lambda x: np.exp(x[::-1]),
    ],
)  # fmt: skip
def test_entries_keep_their_order_in_memory(f):
    for x in (GRID, np.asfortranarray(GRID)):
        assert_same(microgd.compile(lambda x: (f(x),))(x), (plain(f(Value(x))),))


def test_a_leaf_in_columns_stays_so_when_a_view_of_it_is_read():
    given = np.asfortranarray(draw((3, 4)))
    x = Value(given)
    view = x.data[:1]  # somebody who could still write: the leaf gets a copy
    x * 2.0
    assert x.content.strides == given.strides
    view[:] = 7.0
    assert x.data[0, 0] == given[0, 0]


@pytest.mark.parametrize(
    "f", [
        lambda x: np.where(x, 1, 2), lambda x: np.where(x > 0, x > 0, 2.0),
        lambda x: np.where(x > 0, True, False),
        lambda x: (x > 0) + np.zeros_like(x > 0), lambda x: x * np.array(0.1, np.float32),
    ],
)  # fmt: skip
@pytest.mark.parametrize("x", [2.0, -1.0, np.array([-1.0, 2.0])])
def test_types_of_results(f, x):
    assert_same(microgd.compile(lambda x: (f(x),))(x), (plain(f(Value(x))),))


def test_float32_by_way_of_a_single_number():
    x = draw((5, 1)).astype(np.float32)
    f = lambda x: np.cumsum(np.squeeze(x.sum(0)))  # noqa: E731
    assert_same(microgd.compile(lambda x: (f(x),))(x), (plain(f(Value(x))),))


def test_an_index_that_picks_rows():
    x = draw((3, 2))
    f = lambda x: (x[(0, 1),] * 2.0).sum()  # noqa: E731
    assert_same(microgd.compile(value_and_grad(f))(x), value_and_grad(f)(x))
