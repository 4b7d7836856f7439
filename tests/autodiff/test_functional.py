"""Functions of functions: closed forms, nesting, and SciPy as the caller."""

import math
import os
import threading
import warnings
from functools import partial

import numpy as np
import pytest
from gradients import same
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import microgd
from microgd import Value, grad, hessian, hvp, jacobian, primitive, value_and_grad, vjp
from microgd.autodiff.trees import tree_leaves

A = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])


def rosenbrock(x):
    """f = sum 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2; its minimum 0 is at (1, ..., 1)."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


# Closed forms


def test_grad_of_numbers_and_arrays():
    x = np.array([1.0, 2.0, 3.0])
    assert same(grad(lambda x: x**3)(2.0), 12.0)
    assert same(grad(np.sin)(0.3), math.cos(0.3))
    assert same(grad(lambda x: np.sum(A @ x) + x @ x)(x), A.sum(axis=0) + 2 * x)
    assert same(grad(lambda m: np.sum(m * m))(A), 2 * A)
    assert same(grad(lambda x: x)(5.0), 1.0)
    assert same(grad(lambda x: x[1])(x), np.array([0.0, 1.0, 0.0]))


def test_value_and_grad_returns_plain_numbers():
    value, gradient = value_and_grad(lambda x: x @ x)(np.array([1.0, 2.0]))
    assert (type(value), value) == (float, 5.0)
    assert gradient.tolist() == [2.0, 4.0]
    assert same(value_and_grad(lambda x: x * x)(3.0), (9.0, 6.0))


def test_jacobian_has_the_shape_of_output_then_input():
    x = np.array([1.0, 2.0, 3.0])
    assert same(jacobian(lambda x: A @ x)(x), A)
    assert same(jacobian(lambda x: x * x)(x), np.diag(2 * x))
    assert same(jacobian(lambda x: x @ x)(x), 2 * x)
    assert same(jacobian(lambda x: x * np.array([1.0, 2.0]))(3.0), np.array([1.0, 2.0]))
    assert same(jacobian(lambda x: x * x)(3.0), 6.0)
    m = jacobian(lambda m: m.T)(A)
    assert m.shape == (3, 2, 2, 3)
    assert all(m[i, j, k, n] == (i == n and j == k) for i, j, k, n in np.ndindex(m.shape))
    assert same(jacobian(lambda x: np.ones(2))(x), np.zeros((2, 3)))


def test_hessian_and_hvp():
    x, v = np.array([1.5, -0.5, 2.0]), np.array([1.0, 2.0, -1.0])
    S = A.T @ A
    assert same(hessian(lambda x: 0.5 * (x @ S @ x))(x), S)
    assert same(hvp(lambda x: 0.5 * (x @ S @ x))(x, v), S @ v)
    assert same(hessian(lambda x: np.sum(x**3))(x), np.diag(6 * x))
    assert same(hvp(lambda x: np.sum(x**3))(x, v), 6 * x * v)
    assert same(hessian(lambda x: np.prod(x))(x), np.array([[0, 2, -0.5], [2, 0, 1.5], [-0.5, 1.5, 0]]))
    assert same(hessian(lambda x: x**3)(2.0), 12.0)
    assert same(hvp(lambda x: x**3)(2.0, 10.0), 120.0)
    assert same(hessian(lambda m: np.sum(m**2))(A), 2 * np.eye(6).reshape(2, 3, 2, 3))
    assert same(hessian(lambda x: np.sum(x))(x), np.zeros((3, 3)))
    assert same(hvp(lambda x: np.sum(x))(x, v), np.zeros(3))


def test_vjp_pulls_as_often_as_one_likes():
    y, pull = vjp(lambda x: A @ x)(np.ones(3))
    assert y.tolist() == [1.5, 4.0]
    for g in ([1.0, 0.0], [0.0, 1.0], [2.0, -3.0]):
        assert same(pull(np.array(g)), A.T @ g)
    y, pull = vjp(lambda x: x * x)(3.0)
    assert (y, pull(1), pull(10.0)) == (9.0, 6.0, 60.0)


def test_a_mask_may_be_pulled_back():
    _, pull = vjp(lambda x: x + x)(np.array([1.0, 2.0]))
    assert same(pull(np.array([True, False])), np.array([2.0, 0.0]))
    assert same(vjp(lambda x: -x)(np.array([1.0, 2.0]))[1](np.array([True, False])), np.array([-1.0, 0.0]))
    assert same(vjp(lambda x: -x)(3.0)[1](True), -1.0)


def test_no_entries_at_all():
    nothing = np.ones((0, 3))
    assert same(grad(lambda x: np.sum(x * x))(nothing), nothing)
    assert jacobian(lambda x: x * 2)(np.ones(0)).shape == (0, 0)
    assert jacobian(lambda x: x[:0])(np.ones(3)).shape == (0, 3)
    assert hessian(lambda x: np.sum(x * x))(np.ones(0)).shape == (0, 0)


# Nothing of the caller's is touched or shared


def test_inputs_are_never_changed():
    x, c = np.array([1.0, 2.0]), np.array([3.0, 4.0])

    def f(x, c):
        x *= 2  # its own name, not our array
        return np.sum(x * c)

    for result in (grad(f, (0, 1))(x, c), hvp(f, (0, 1))(x, c, (x, c)), hessian(f, (0, 1))(x, c)):
        for array in tree_leaves(result):
            array[...] = 99.0
    assert (x.tolist(), c.tolist()) == ([1.0, 2.0], [3.0, 4.0])


def test_gradients_are_the_callers_own():
    c = np.ones(2)
    for f in (
        lambda x, y: np.sum(x + y),
        lambda x, y: np.sum(c * x + y * c),
        lambda x, y: np.sum((x + y)[::-1]),
        lambda x, y: np.sum(np.where(c > 0, x, y)),
        lambda x, y: x @ c + y @ c,
        lambda x, y: x[0] + y[1],
    ):
        x, y = np.ones(2), np.ones(2)
        first, second = grad(f, (0, 1))(x, y)
        for array in (first, second):
            assert array.flags.writeable
            assert not any(np.shares_memory(array, other) for other in (x, y, c))
        assert not np.shares_memory(first, second)


def test_a_gradient_is_not_the_array_that_a_rule_keeps():
    c = np.array([1.0, 2.0])
    dot_c = primitive(lambda x: float(c @ x), lambda g, out, x: c if g == 1 else g * c, name="dot_c")
    assert not np.shares_memory(grad(dot_c)(np.ones(2)), c)


def test_what_pull_returns_is_new_each_time():
    g = np.ones(2)
    for f in (lambda x: x, lambda x: x * 1.0, lambda x: x[::-1]):
        y, pull = vjp(f)(np.ones(2))
        first, second = pull(g), pull(g)
        assert not any(np.shares_memory(first, other) for other in (second, g, y))
        first[0] = 99.0
        assert pull(g).tolist() == g.tolist() == [1.0, 1.0]


def test_vjp_is_of_the_numbers_at_the_call():
    x = np.array([1.0, 2.0])
    _, pull = vjp(lambda x: x * x)(x)
    x[0] = 50.0
    assert pull(np.ones(2)).tolist() == [2.0, 4.0]


def test_the_same_array_twice_is_two_arguments():
    x = np.array([1.0, 2.0])
    assert same(grad(lambda a, b: np.sum(a**2 * b), (0, 1))(x, x), (2 * x * x, x**2))


# Gradients of gradients


def nth_derivative(f, n):
    for _ in range(n):
        f = grad(f)
    return f


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_nested_to_order_five(order):
    x = 0.7
    falling = math.prod(range(6 - order, 6))  # 5 4 3 ...
    assert nth_derivative(lambda x: x**5, order)(x) == pytest.approx(falling * x ** (5 - order), rel=1e-13)
    assert nth_derivative(lambda x: x * x * x * x * x, order)(x) == pytest.approx(
        falling * x ** (5 - order), rel=1e-13
    )
    assert nth_derivative(np.exp, order)(x) == pytest.approx(math.exp(x), rel=1e-13)
    assert nth_derivative(np.sin, order)(x) == pytest.approx(math.sin(x + order * math.pi / 2), rel=1e-13)
    assert nth_derivative(lambda x: 1 / x, order)(x) == pytest.approx(
        (-1) ** order * math.factorial(order) / x ** (order + 1), rel=1e-13
    )
    assert nth_derivative(np.log, order)(x) == pytest.approx(
        -((-1) ** order) * math.factorial(order - 1) / x**order, rel=1e-13
    )


def test_powers_at_zero_to_order_four():
    assert [nth_derivative(lambda x: x**3, n)(0.0) for n in (1, 2, 3, 4)] == [0.0, 0.0, 6.0, 0.0]


def test_derivatives_are_not_confused():
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(2.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(1.0) == 2.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0  # 2xy at y = x, then 4x
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z)(y))(x))(3.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: y * grad(lambda z: x * y * z)(1.0))(x))(2.0) == 24.0  # 2 x^3


def cubes(x):
    return np.sum(x**3)


def test_transformations_of_each_other():
    x = np.array([1.0, 2.0])
    assert same(jacobian(hessian(cubes))(x)[[0, 1], [0, 1], [0, 1]], np.array([6.0, 6.0]))
    assert same(jacobian(jacobian(jacobian(lambda x: x**3)))(x).sum(axis=(1, 2, 3)), np.array([6.0, 6.0]))
    assert same(grad(lambda x: np.sum(hvp(cubes)(x, np.ones(2))))(x), np.array([6.0, 6.0]))
    assert same(grad(lambda x: vjp(lambda y: y**3)(x)[1](2.0))(3.0), 36.0)
    assert same(grad(lambda g: vjp(lambda y: y**3)(3.0)[1](g))(5.0), 27.0)
    assert same(grad(lambda x: math.prod(value_and_grad(lambda y: y**3)(x)))(2.0), 240.0)  # 3 x^5
    assert same(hessian(lambda x: np.sum(grad(cubes)(x)))(x), np.diag([6.0, 6.0]))


# Functions that use Values from outside


def test_a_value_from_outside_makes_the_gradient_a_value():
    w = Value(2.0)
    value, gradient = value_and_grad(lambda x: w * x**2)(3.0)
    assert (value.data, gradient.data) == (18.0, 12.0)
    gradient.backward()  # d(2 w x)/dw
    assert w.grad == 6.0
    W = Value([1.0, 2.0])
    second = hessian(lambda x: np.sum(W * x**3))(np.ones(2))
    second.sum().backward()
    assert second.data.tolist() == [[6.0, 0.0], [0.0, 12.0]]
    assert W.grad.tolist() == [6.0, 6.0]


def test_a_value_as_argument():
    x = Value(3.0)
    gradient = grad(lambda x: x**3)(x)
    gradient.backward()
    assert (gradient.data, x.grad) == (27.0, 18.0)


def test_a_value_made_inside_is_a_constant():
    assert same(grad(lambda x: np.sum(Value([1.0, 2.0]) * x))(np.ones(2)), np.array([1.0, 2.0]))


def test_gradients_of_leaves_are_left_alone():
    w = Value(2.0)
    grad(lambda x: w * x)(3.0)
    assert w.grad == 0.0


# A gradient of what does not depend on the argument


def test_independence_is_zero_with_a_warning():
    def three(x):
        return 3.0

    for f, zero in ((grad(three), 0.0), (grad(grad(lambda x: 3 * x)), 0.0)):
        with pytest.warns(
            RuntimeWarning, match="^the gradient is 0: what .* returned does not depend on argument 0$"
        ):
            assert f(1.0) == zero
    with pytest.warns(
        RuntimeWarning, match=r"^the gradient is 0: what three returned does not depend on argument \(0,\)$"
    ):
        assert same(value_and_grad(three, (0,))(np.ones(2)), (3.0, (np.zeros(2),)))


def test_no_warning_where_a_part_matters_or_a_slope_is_zero():
    assert same(grad(lambda x, y: x * 2, (0, 1))(1.0, np.ones(2)), (2.0, np.zeros(2)))
    assert grad(np.floor)(1.5) == 0.0
    assert grad(lambda x: x * 0.0)(1.5) == 0.0


@pytest.mark.parametrize("transformed", [grad, hessian, hvp])
def test_the_warning_points_at_the_call(transformed):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        transformed(lambda x: 3.0)(*([1.0, 1.0] if transformed is hvp else [1.0]))
    assert [warning.filename for warning in caught] == [__file__]


def test_the_warning_points_at_a_neighbour_of_the_package():
    neighbour = os.path.dirname(microgd.__file__) + "_demo.py"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile("grad(lambda x: 3.0)(1.0)", neighbour, "exec"), {"grad": grad})
    assert [warning.filename for warning in caught] == [neighbour]


# In others' hands


def test_scipy_minimises_rosenbrock():
    start = np.array([1.3, 0.7, 0.8, 1.9])
    for method, options in (
        ("BFGS", {"jac": True}),
        ("L-BFGS-B", {"jac": True}),
        ("Newton-CG", {"jac": True, "hess": hessian(rosenbrock)}),
        ("trust-exact", {"jac": True, "hess": hessian(rosenbrock)}),
        ("trust-ncg", {"jac": True, "hessp": hvp(rosenbrock)}),
        ("Newton-CG", {"jac": True, "hessp": hvp(rosenbrock)}),
    ):
        found = minimize(value_and_grad(rosenbrock), start, method=method, tol=1e-10, **options)
        np.testing.assert_allclose(found.x, np.ones(4), atol=1e-5)
    assert start.tolist() == [1.3, 0.7, 0.8, 1.9]


@pytest.mark.parametrize(
    "f", [
        lambda x: x * math.sin(x), lambda x: x * np.float64(x), lambda x: x * float(x * 2.0),
        lambda x: x * put_into_an_array(x)[0], lambda x: grad(lambda y: y * math.exp(x) + y * x)(1.0),
    ],
    ids=["math.sin", "np.float64", "float", "array[0] =", "within another"],
)  # fmt: skip
def test_a_gradient_that_float_loses_is_warned_of(f):
    with pytest.warns(RuntimeWarning, match="plain number out of a Value while its derivative is") as caught:
        grad(f)(1.0)
    assert caught[0].filename == __file__


def put_into_an_array(x):
    array = np.zeros(1)
    array[0] = x
    return array


def test_looking_at_a_number_is_not_warned_of():
    seen = []

    def f(x):
        seen.append(x * 2.0)
        assert x.item() == 3.0
        assert f"{x:.1f}" == "3.0"
        assert float(Value(2.0)) == 2.0  # which does not depend on x
        return x * x

    x = Value(3.0)
    assert grad(f)(3.0) == 6.0
    assert float(seen[0]) == 6.0  # nobody differentiates any more
    assert float(f(x)) == 9.0


def test_rosenbrocks_derivatives_by_hand():
    x, y = -1.2, 1.0
    assert same(
        grad(rosenbrock)(np.array([x, y])),
        np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)]),
    )
    assert same(
        hessian(rosenbrock)(np.array([x, y])),
        np.array([[1200 * x * x - 400 * y + 2, -400 * x], [-400 * x, 200.0]]),
    )


def test_threads_do_not_disturb_each_other():
    W = Value(np.full(3, 2.0))
    right = []

    def work(seed):
        x = np.random.default_rng(seed).uniform(size=3)
        for _ in range(30):
            gradient = grad(lambda x: np.sum(np.sin(x) * np.exp(x)))(x)
            right.append(np.allclose(gradient, np.exp(x) * (np.sin(x) + np.cos(x)), rtol=1e-14))
            right.append(np.allclose(grad(lambda x: np.sum(W * x**2))(x).data, 4 * x, rtol=1e-14))
            right.append(np.allclose(np.diag(hessian(lambda x: np.sum(x**3))(x)), 6 * x, rtol=1e-14))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(right) == 6 * 30 * 3
    assert all(right)


def test_a_transformed_function_keeps_its_name():
    for transformed in (grad, value_and_grad, jacobian, hessian, hvp, vjp):
        assert transformed(rosenbrock).__name__ == "rosenbrock"
    assert grad(partial(lambda a, x: a * x, 2.0))(1.0) == 2.0


# Laws

VECTORS = st.lists(st.floats(-2, 2), min_size=3, max_size=3).map(np.array)


def curve(x):
    """From three numbers to two, with no symmetry that could hide a mistake."""
    return np.stack([np.sin(x[0] * x[1]) + x[2] ** 3, np.exp(-x[0]) * x[2] - x[1] ** 2])


@settings(deadline=None, max_examples=40)
@given(VECTORS, VECTORS, VECTORS, st.floats(-3, 3), st.floats(-3, 3))
def test_a_vjp_is_linear_and_agrees_with_the_slope(x, v, g, a, b):
    _, pull = vjp(curve)(x)
    g, h = g[:2], v[1:]
    np.testing.assert_allclose(pull(a * g + b * h), a * pull(g) + b * pull(h), rtol=1e-12, atol=1e-12)
    slope = curve(x + 1e-30j * v).imag / 1e-30  # J v, by the complex step
    np.testing.assert_allclose(pull(g) @ v, g @ slope, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(jacobian(curve)(x) @ v, slope, rtol=1e-10, atol=1e-10)


@settings(deadline=None, max_examples=40)
@given(VECTORS, VECTORS)
def test_the_hessian_is_symmetric_and_hvp_is_its_product(x, v):
    def f(x):
        return 0.1 * np.sum(curve(x) ** 2)

    H = hessian(f)(x)
    np.testing.assert_allclose(H, H.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(hvp(f)(x, v), H @ v, rtol=1e-10, atol=1e-10)
    step = 1e-5
    ahead, behind = grad(f)(x + step * v), grad(f)(x - step * v)
    np.testing.assert_allclose(H @ v, (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(VECTORS)
def test_grad_and_backward_agree(x):
    value, gradient = value_and_grad(lambda x: np.sum(curve(x) ** 2))(x)
    leaf = Value(x)
    out = np.sum(curve(leaf) ** 2)
    out.backward()
    assert out.data == value
    assert leaf.grad.tolist() == gradient.tolist()
