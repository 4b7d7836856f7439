"""SciPy's optimisers take what microgd computes: gradients, Hessians, products with them, compiled or not."""

import numpy as np
import pytest

pytest.importorskip("scipy")
from scipy import optimize

import microgd
from microgd import MLP, Value, grad, hessian, hvp, losses, value_and_grad
from microgd.autodiff import ravel

START = np.array([-1.2, 1.0, -0.5])


def rosenbrock(x):
    """H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def as_is(f):
    return f


GRADIENT_ONLY = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
WITH_HESSIAN = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"]


@pytest.mark.parametrize("how", [as_is, microgd.compile])
@pytest.mark.parametrize("method", GRADIENT_ONLY)
def test_jac(method, how):
    found = optimize.minimize(how(value_and_grad(rosenbrock)), START, jac=True, method=method)
    np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


@pytest.mark.parametrize("how", [as_is, microgd.compile])
@pytest.mark.parametrize("method", [*WITH_HESSIAN, "trust-exact"])
@pytest.mark.filterwarnings("ignore::UserWarning")  # trust-constr, of its own
def test_hess(method, how):
    found = optimize.minimize(
        rosenbrock, START, jac=how(grad(rosenbrock)), hess=how(hessian(rosenbrock)), method=method
    )
    np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


@pytest.mark.parametrize("how", [as_is, microgd.compile])
@pytest.mark.parametrize("method", WITH_HESSIAN)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_hessp(method, how):
    found = optimize.minimize(
        rosenbrock, START, jac=how(grad(rosenbrock)), hessp=how(hvp(rosenbrock)), method=method
    )
    np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


def test_least_squares_and_root_take_a_jacobian():
    def residuals(x):
        return np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])

    jac = microgd.compile(microgd.jacobian(residuals))
    np.testing.assert_allclose(optimize.least_squares(residuals, START[:2], jac).x, 1.0)
    np.testing.assert_allclose(optimize.root(residuals, START[:2], jac=jac).x, 1.0)


# A dict of parameters ----------------------------------------------------------------------------


def test_ravel_and_back():
    tree = {"w": np.arange(6.0).reshape(2, 3), "parts": [1.5, (np.zeros((0, 2)), Value(np.ones((1, 1))))]}
    vector, unravel = ravel(tree)
    np.testing.assert_array_equal(vector, [0, 1, 2, 3, 4, 5, 1.5, 1])
    back = unravel(vector)
    np.testing.assert_array_equal(back["w"], tree["w"])
    assert back["parts"][0] == 1.5
    assert back["parts"][1][0].shape == (0, 2)
    assert back["parts"][1][1].shape == (1, 1)
    assert ravel({})[0].shape == (0,)
    with pytest.raises(ValueError, match=r"unravel: expected a vector of shape \(8,\), got \(3,\)"):
        unravel(np.ones(3))


def test_unravel_is_differentiated():
    vector, unravel = ravel({"a": 2.0, "b": np.array([3.0, 4.0])})

    def f(vector):
        tree = unravel(vector)
        return tree["a"] * np.sum(tree["b"] ** 2)

    np.testing.assert_array_equal(grad(f)(vector), [25.0, 12.0, 16.0])
    np.testing.assert_array_equal(microgd.compile(grad(f))(vector), [25.0, 12.0, 16.0])
    np.testing.assert_array_equal(hessian(f)(vector), [[0, 6, 8], [6, 4, 0], [8, 0, 4]])


@pytest.mark.parametrize("how", [as_is, microgd.compile])
def test_a_model_learns_by_lbfgs(how):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (60, 2))
    y = np.sin(2 * x[:, :1]) * x[:, 1:]
    start = {"w1": rng.normal(size=(2, 8)), "b1": np.zeros(8), "w2": rng.normal(size=(8, 1)), "b2": 0.0}
    vector, unravel = ravel(start)

    def error(vector):
        net = unravel(vector)
        return np.mean((np.tanh(x @ net["w1"] + net["b1"]) @ net["w2"] + net["b2"] - y) ** 2)

    found = optimize.minimize(how(value_and_grad(error)), vector, jac=True, method="L-BFGS-B")
    assert found.fun < 1e-3 < error(vector)


def test_the_parameters_of_a_net_go_in_and_come_back():
    x = np.linspace(-1, 1, 40)[:, None]
    net = MLP(1, 8, 1, activation=np.tanh, rng=0)
    vector, unravel = ravel(net.parameters)

    def error_and_gradient(vector):
        for name, data in unravel(vector).items():
            net.parameters[name].data = data
        net.zero_grad()
        error = losses.mean_squared_error(net(x), x**2)
        error.backward()
        return error.item(), ravel({name: value.grad for name, value in net.parameters.items()})[0]

    found = optimize.minimize(error_and_gradient, vector, jac=True, method="BFGS")
    assert found.fun < 1e-3
    assert (
        optimize.check_grad(lambda v: error_and_gradient(v)[0], lambda v: error_and_gradient(v)[1], vector)
        < 1e-5
    )


# What a function found on the way ------------------------------------------------------------------


def test_has_aux():
    def f(x, scale):
        pred = scale * x
        return np.sum(pred * pred), {"pred": pred, "note": "kept as it is", "rows": len(x)}

    x = np.array([1.0, 2.0])
    (value, aux), gradient = value_and_grad(f, has_aux=True)(x, 3.0)
    assert value == 45.0
    np.testing.assert_array_equal(gradient, 18 * x)
    np.testing.assert_array_equal(aux["pred"], 3 * x)
    assert type(aux["pred"]) is np.ndarray
    assert (aux["note"], aux["rows"]) == ("kept as it is", 2)
    gradient, aux = grad(f, argnums=1, has_aux=True)(x, 3.0)
    assert gradient == 30.0
    np.testing.assert_array_equal(aux["pred"], 3 * x)


def test_has_aux_compiled_and_nested():
    def f(x):
        return np.sum(x**3), x * 2

    x = np.array([1.0, 2.0])
    (value, aux), gradient = microgd.compile(value_and_grad(f, has_aux=True))(x)
    assert value == 9.0
    np.testing.assert_array_equal(aux, [2, 4])
    np.testing.assert_array_equal(gradient, [3, 12])
    outer = grad(lambda x: np.sum(grad(f, has_aux=True)(x)[0]) + np.sum(grad(f, has_aux=True)(x)[1]))
    np.testing.assert_array_equal(outer(x), 6 * x + 2)


def test_has_aux_wants_a_pair():
    with pytest.raises(ValueError, match=r"has_aux: <lambda> must return \(value, aux\), got Value\(1\.0\)"):
        grad(lambda x: x * x, has_aux=True)(1.0)
