"""microgd: reverse-mode automatic differentiation that reads like a textbook, and gradient descent on top.

    from microgd import Value

    knob_weight = Value(0.5)
    error = (0.5 * knob_weight - 0.8) ** 2
    error.backward()
    knob_weight.grad            # -0.55: turn the knob up

In which order to read the source: autodiff/ (a Value remembers how it was computed, the chain rule
walks back), learning/ (predict, compare, learn), pictures/ (what it looks like). Each folder's
__init__.py says where to begin. Imports point one way only: pictures -> learning -> autodiff.
"""

from .autodiff import (
    Value,
    grad,
    hessian,
    hvp,
    jacobian,
    logsumexp,
    primitive,
    relu,
    sigmoid,
    softplus,
    value_and_grad,
    vjp,
)

__all__ = [
    "Value", "grad", "hessian", "hvp", "jacobian", "logsumexp", "primitive", "relu", "sigmoid", "softplus",
    "value_and_grad", "vjp",
]  # fmt: skip
__version__ = "0.1.0"
