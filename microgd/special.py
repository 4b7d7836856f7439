"""The special functions of SciPy: once this module is imported, scipy.special's own functions take Values.

    import scipy.special
    import microgd.special                          # the rules

    error = np.sum(scipy.special.erf(value))        # recorded, as np.exp(value) is

So it is for SciPy's ufuncs: expit, log_expit, logit, erf, erfc, erfinv, erfcinv, gamma, gammaln, psi (which
digamma is another name of), beta, betaln, xlogy, xlog1py, entr, rel_entr, kl_div. SciPy's other functions do
not ask a Value, and stand here under their names: polygamma, log_softmax, solve_triangular, cho_factor,
cho_solve. `softmax` and `logsumexp` are microgd's own.

The formulas are those of the NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov: chapter 7
for the error function, chapter 5 for the gamma function. Slopes of the logistic function, its logarithm and
its inverse keep their digits in the far tails.

The module needs SciPy (the extra `special`); nothing else in microgd imports it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

try:
    import scipy.linalg
    import scipy.special as sc
except ImportError as error:
    raise ImportError(f"microgd.special needs SciPy: pip install scipy ({error})") from error

from .autodiff import logsumexp, primitive
from .autodiff.primitives.arithmetic import where
from .autodiff.primitives.linear_algebra import transposed
from .autodiff.primitives.shape import shape_of

__all__ = ["cho_factor", "cho_solve", "log_softmax", "polygamma", "solve_triangular"]

ROOT_PI = math.sqrt(math.pi)

# fmt: off
# The logistic function 1 / (1 + e^-a), its logarithm, its inverse log(a / (1 - a)).
primitive(sc.expit,     lambda g, out, a: g * sc.expit(a) * sc.expit(-a))
primitive(sc.log_expit, lambda g, out, a: g * sc.expit(-a))
primitive(sc.logit,     lambda g, out, a: g / a / (1.0 - a))

# erf' = 2 e^(-a^2) / sqrt(pi), erfc = 1 - erf, and their inverses.
primitive(sc.erf,       lambda g, out, a: g * (2.0 / ROOT_PI) * np.exp(-a * a))
primitive(sc.erfc,      lambda g, out, a: g * (-2.0 / ROOT_PI) * np.exp(-a * a))
primitive(sc.erfinv,    lambda g, out, a: g * (ROOT_PI / 2.0) * np.exp(out * out))
primitive(sc.erfcinv,   lambda g, out, a: g * (-ROOT_PI / 2.0) * np.exp(out * out))

# psi = (log gamma)', and its derivatives, the polygammas; log B(a, b) = log gamma(a) gamma(b) / gamma(a + b).
primitive(sc.gamma,     lambda g, out, a: g * out * sc.psi(a))
primitive(sc.gammaln,   lambda g, out, a: g * sc.psi(a))
primitive(sc.psi,       lambda g, out, a: g * polygamma(1, a))
primitive(sc.beta,      lambda g, out, a, b: g * out * (sc.psi(a) - sc.psi(a + b)),
                        lambda g, out, a, b: g * out * (sc.psi(b) - sc.psi(a + b)))
primitive(sc.betaln,    lambda g, out, a, b: g * (sc.psi(a) - sc.psi(a + b)),
                        lambda g, out, a, b: g * (sc.psi(b) - sc.psi(a + b)))
_polygamma = primitive(lambda a, n: sc.polygamma(n, a), lambda g, out, a, n: g * _polygamma(a, n + 1),
                       name="polygamma")

# Entropies. 0 log 0 is 0; the slope there is that of the logarithm, infinite.
primitive(sc.xlogy,     lambda g, out, a, b: g * np.log(b),
                        lambda g, out, a, b: g * a / where(a == 0, 1.0, b))
primitive(sc.xlog1py,   lambda g, out, a, b: g * np.log1p(b),
                        lambda g, out, a, b: g * a / where(a == 0, 1.0, 1.0 + b))
primitive(sc.entr,      lambda g, out, a: g * (-1.0 - np.log(a)))                      # -a log a
primitive(sc.rel_entr,  lambda g, out, a, b: g * (1.0 + np.log(a / b)),                # a log(a / b)
                        lambda g, out, a, b: -g * a / b)
primitive(sc.kl_div,    lambda g, out, a, b: g * np.log(a / b),                        # a log(a / b) - a + b
                        lambda g, out, a, b: g * (b - a) / b)
# fmt: on


def polygamma(n: int, x: Any) -> Any:
    """Compute the n-th derivative of psi at x, of numbers, arrays and Values; n is a plain int, 0 for psi.

    >>> round(float(polygamma(1, 1.0)), 12) == round(np.pi**2 / 6, 12)
    True
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
        raise ValueError(f"polygamma: expected a plain int n >= 0, got {n!r}")
    return _polygamma(x, int(n))


def log_softmax(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """Compute log(e^x / sum(e^x)) along axes (all by default, as SciPy does), without an overflow.

    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    return x - logsumexp(x, axis, keepdims=True)


# Triangular systems -------------------------------------------------------------------------------


def _rule_of_matrix(g: Any, out: Any, a: Any, b: Any, lower: bool, unit_diagonal: bool) -> Any:
    """The triangle that was read of -A^-T g x^T."""
    n = shape_of(a)[-1]
    read = np.tri(n, k=-1 if unit_diagonal else 0, dtype=bool)
    whole = -_triangular(transposed(a), g, not lower, unit_diagonal) @ transposed(out)
    return where(read if lower else read.T, whole, 0.0)


_triangular = primitive(
    lambda a, b, lower, unit_diagonal: scipy.linalg.solve_triangular(
        a, b, lower=lower, unit_diagonal=unit_diagonal
    ),
    _rule_of_matrix,
    lambda g, out, a, b, lower, unit_diagonal: _triangular(transposed(a), g, not lower, unit_diagonal),
    name="solve_triangular",
)


def solve_triangular(
    a: Any, b: Any, trans: int | str = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """Solve A x = b for a triangular matrix a of shape (n, n), and b of shape (n,) or (n, k).

    trans          0 or "N": A = a; 1, "T", 2 or "C": A is its transpose.
    lower          which triangle of a is read; the other one has no gradient.
    unit_diagonal  take 1 for the diagonal, which then is not read.

    Raises LinAlgError where the diagonal has a 0, and ValueError for another shape or trans.

    >>> solve_triangular(np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([4.0, 8.0]))
    array([1., 2.])
    """
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise ValueError(f"solve_triangular: trans: expected 0, 1, 'N' or 'T', got {trans!r}")
    if len(shape_of(a)) != 2 or len(shape_of(b)) not in (1, 2):
        raise ValueError(
            f"solve_triangular: expected a matrix, and a vector or a matrix, got shapes {shape_of(a)} and "
            f"{shape_of(b)}"
        )
    if trans not in (0, "N"):
        a, lower = np.transpose(a), not lower
    if len(shape_of(b)) == 1:
        return _triangular(a, np.expand_dims(b, -1), lower, unit_diagonal)[:, 0]
    return _triangular(a, b, lower, unit_diagonal)


def cho_factor(a: Any, lower: bool = False) -> tuple[Any, bool]:
    """Factor a positive definite matrix for `cho_solve`; entries outside of the factor are 0."""
    return np.linalg.cholesky(a, upper=not lower), lower


def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Any:
    """Solve A x = b, where A = L L^T with the factor of `cho_factor`, by two triangular systems.

    >>> cho_solve(cho_factor(np.diag([2.0, 4.0])), np.array([2.0, 2.0])).round(12)
    array([1. , 0.5])
    """
    factor, lower = c_and_lower
    first, second = (0, 1) if lower else (1, 0)
    return solve_triangular(factor, solve_triangular(factor, b, first, lower), second, lower)
