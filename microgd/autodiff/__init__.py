"""The Value graph and the chain rule. Imports NumPy only; has never heard of learning or pictures.

In which order to read it: primitives/primitive.py and primitives/arithmetic.py (what an operation is,
and the table of derivatives), value.py (recording, and the walk back), functional.py (derivatives of
plain functions). Then check.py (how the rules are held against finite differences),
numpy_protocol.py (why np.exp works on a Value), and the other tables in primitives/. Last
compiler/, which turns a recorded function into a program.
"""

from . import pickling  # noqa: F401  registers how Values and primitives are copied
from .active import TracedValueError
from .check import check_grads
from .compiler.compile import compile
from .functional import grad, hessian, hvp, jacobian, value_and_grad, vjp
from .primitives import primitive
from .primitives.arithmetic import relu, sigmoid, softplus
from .primitives.reduction import logsumexp, softmax
from .trees import ravel
from .value import Value

__all__ = [
    "TracedValueError", "Value", "check_grads", "compile", "grad", "hessian", "hvp", "jacobian",
    "logsumexp", "primitive", "ravel", "relu", "sigmoid", "softmax", "softplus", "value_and_grad", "vjp",
]  # fmt: skip
