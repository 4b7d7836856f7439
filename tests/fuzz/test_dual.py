"""The oracle is right itself: its table against differences, and second derivatives against closed forms."""

import numpy as np
import pytest
from dual import SLOPES, Dual, plain

INSIDE = {
    np.arcsin,
    np.log1p,
    np.power,
    np.sqrt,
    np.log,
    np.log2,
    np.log10,
    np.tan,
    np.float_power,
}  # of (0.2, 0.8)


@pytest.mark.parametrize("ufunc", SLOPES, ids=lambda ufunc: ufunc.__name__)
def test_each_slope_is_the_one_that_is_measured(ufunc):
    rng = np.random.default_rng(0)
    low = 0.2 if ufunc in INSIDE else -0.8
    args = [rng.uniform(low, 0.8, 5) + (ufunc is np.arccosh) * 2 for _ in range(ufunc.nin)]
    directions = [rng.normal(size=5) for _ in args]
    h = 1e-6
    there, back = (
        ufunc(*[x + sign * h * d for x, d in zip(args, directions, strict=True)]) for sign in (1, -1)
    )
    tangent = ufunc(*map(Dual, args, directions)).tangent
    np.testing.assert_allclose(tangent, (there - back) / (2 * h), rtol=1e-7, atol=1e-9)


def test_matrices():
    """d(A^-1) = -A^-1 dA A^-1 and d det A = det A tr(A^-1 dA), by differences."""
    rng = np.random.default_rng(0)
    a, da, h = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), 1e-6
    for function in (
        np.linalg.inv, np.linalg.det, np.linalg.norm, np.prod, np.var, np.std, np.max,
        lambda a: np.linalg.solve(a, a * a), lambda a: a @ a, lambda a: np.einsum("ij,kj,ik->", a, a, a),
    ):  # fmt: skip
        measured = (function(a + h * da) - function(a - h * da)) / (2 * h)
        np.testing.assert_allclose(function(Dual(a, da)).tangent, measured, rtol=1e-6, atol=1e-8)


def test_second_derivatives_by_nesting():
    """d^2/dx^2 sin(x^2) = 2 cos(x^2) - 4 x^2 sin(x^2)."""
    x = np.array([0.3, -1.2])
    out = np.sin(Dual(Dual(x, np.ones(2), 1), Dual(np.ones(2), np.zeros(2), 1), 2) ** 2)
    np.testing.assert_allclose(out.tangent.tangent, 2 * np.cos(x * x) - 4 * x * x * np.sin(x * x))
    np.testing.assert_allclose(plain(out), np.sin(x * x))


def test_perturbations_are_not_confused():
    """d/dx x (x + y) by x and then by y is 1: each level has its own tangents."""
    x = Dual(Dual(1.0, 0.0, 1), Dual(1.0, 0.0, 1), 2)
    y = Dual(Dual(1.0, 1.0, 1), Dual(0.0, 0.0, 1), 2)
    assert float((x * (x + y)).tangent.tangent) == 1.0
    constant = Dual(3.0, 1.0, 1)  # of the lower level only: a constant for the higher one
    assert float(plain((constant * x).tangent)) == 3.0
