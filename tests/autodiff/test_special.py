"""SciPy's special functions and triangular systems: slopes, far tails, SciPy's own values, programs."""

import math
import subprocess
import sys

import numpy as np
import pytest
from cases import check, draw

import microgd
from microgd import Value, grad

sc = pytest.importorskip("scipy.special")
scipy_linalg = pytest.importorskip("scipy.linalg")
special = pytest.importorskip("microgd.special")

INSIDE, POSITIVE, ALL = (0.1, 0.9), (0.5, 3.0), (-2.0, 2.0)
FUNCTIONS = {
    sc.expit: [ALL], sc.log_expit: [ALL], sc.logit: [INSIDE], sc.erf: [ALL], sc.erfc: [ALL],
    sc.erfinv: [(-0.8, 0.8)], sc.erfcinv: [(0.2, 1.8)], sc.gamma: [POSITIVE], sc.gammaln: [POSITIVE],
    sc.psi: [POSITIVE], sc.beta: [POSITIVE, POSITIVE], sc.betaln: [POSITIVE, POSITIVE],
    sc.xlogy: [ALL, POSITIVE], sc.xlog1py: [ALL, POSITIVE], sc.entr: [POSITIVE],
    sc.rel_entr: [POSITIVE, POSITIVE], sc.kl_div: [POSITIVE, POSITIVE],
}  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (0,)], ids=str)
def test_slopes_of_scipys_functions(f, shape):
    args = [draw(shape, *interval, seed=seed) for seed, interval in enumerate(FUNCTIONS[f])]
    check(f, *args)
    gradients = grad(lambda *args: np.sum(f(*args) ** 2), tuple(range(len(args))))
    for ours, eager in zip(microgd.compile(gradients)(*args), gradients(*args), strict=True):
        np.testing.assert_array_equal(ours, eager)


def test_broadcasting_and_the_same_value_twice():
    check(sc.betaln, draw((2, 1), *POSITIVE), draw((3,), *POSITIVE, seed=1))
    check(lambda a: sc.xlogy(a, a), draw((3,), *POSITIVE))


def test_functions_that_do_not_ask_a_value():
    for n in (0, 1, 2):
        check(lambda x: special.polygamma(n, x), draw((3,), *POSITIVE))  # noqa: B023
    check(special.log_softmax, draw((2, 3)))
    check(lambda x: special.log_softmax(x, axis=-1), draw((2, 3)))
    rows = draw((2, 3), -50.0, 50.0)
    np.testing.assert_allclose(special.log_softmax(rows, 1), sc.log_softmax(rows, 1), rtol=1e-13, atol=1e-13)
    with pytest.raises(ValueError, match=r"polygamma: expected a plain int n >= 0, got 0\.5"):
        special.polygamma(0.5, 1.0)


FAR = [  # function, x, its derivative there
    (sc.expit, 40.0, math.exp(-40.0)),
    (sc.expit, -700.0, math.exp(-700.0)),
    (sc.log_expit, 700.0, math.exp(-700.0)),
    (sc.log_expit, -700.0, 1.0),
    (sc.logit, 1e-300, 1e300),
    (sc.entr, 1e-300, 300.0 * math.log(10.0) - 1.0),
    (sc.erfc, 20.0, -2.0 / math.sqrt(math.pi) * math.exp(-400.0)),
    (sc.gammaln, 1e300, 300.0 * math.log(10.0)),
    (sc.psi, 1e10, 1e-10),
]


@pytest.mark.parametrize(("f", "x", "slope"), FAR)
def test_far_tails_keep_their_digits(f, x, slope):
    assert grad(f)(x) == pytest.approx(slope, rel=1e-9 if f is sc.psi else 1e-14, abs=0)
    assert grad(lambda x: np.sum(f(x)))(np.array([x])) == pytest.approx(
        [slope], rel=1e-9 if f is sc.psi else 1e-14, abs=0
    )


def test_second_slope_of_the_logistic_function_far_out():
    assert grad(grad(sc.expit))(40.0) == pytest.approx(-math.exp(-40.0), rel=1e-14, abs=0)
    assert grad(grad(sc.expit))(-40.0) == pytest.approx(math.exp(-40.0), rel=1e-14, abs=0)


def test_zero_times_log_zero_has_no_slope_by_its_logarithm():
    assert grad(lambda b: sc.xlogy(0.0, b))(0.0) == 0.0
    assert grad(lambda b: sc.xlog1py(0.0, b))(-1.0) == 0.0


# Triangular systems -------------------------------------------------------------------------------

MATRIX = draw((3, 3)) + 3.0 * np.eye(3)


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("trans", [0, "T"])
@pytest.mark.parametrize("unit_diagonal", [False, True])
def test_triangular_systems(lower, trans, unit_diagonal):
    def solve(a, b):
        return special.solve_triangular(a, b, trans, lower, unit_diagonal)

    for b in (draw((3,)), draw((3, 2))):
        check(solve, MATRIX, b)
        expected = scipy_linalg.solve_triangular(MATRIX, b, trans, lower, unit_diagonal)
        np.testing.assert_allclose(solve(MATRIX, b), expected, rtol=1e-13)
    unread = grad(lambda a: np.sum(solve(a, draw((3,)))))(MATRIX)
    unread = (
        np.triu(unread, 0 if unit_diagonal else 1) if lower else np.tril(unread, 0 if unit_diagonal else -1)
    )
    assert not unread.any()


@pytest.mark.parametrize("lower", [False, True])
def test_systems_by_cholesky(lower):
    definite = MATRIX @ MATRIX.T

    def solve(a, b):
        return special.cho_solve(special.cho_factor(a, lower), b)

    for b in (draw((3,)), draw((3, 2))):
        check(solve, definite, b)
        expected = scipy_linalg.cho_solve(scipy_linalg.cho_factor(definite, lower), b)
        np.testing.assert_allclose(solve(definite, b), expected, rtol=1e-12)
    gradient = grad(lambda a: np.sum(solve(a, draw((3,)))))
    np.testing.assert_array_equal(microgd.compile(gradient)(definite), gradient(definite))


def test_wrong_systems_are_refused_by_name():
    with pytest.raises(
        ValueError, match=r"solve_triangular: expected a matrix.* got shapes \(3,\) and \(3,\)"
    ):
        special.solve_triangular(Value(np.ones(3)), np.ones(3))
    with pytest.raises(ValueError, match="solve_triangular: trans: expected 0, 1, 'N' or 'T', got 3"):
        special.solve_triangular(MATRIX, np.ones(3), 3)
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        special.solve_triangular(Value(np.zeros((2, 2))), np.ones(2))


def test_the_rules_come_with_the_module_only():
    code = "import sys, microgd; print('scipy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
