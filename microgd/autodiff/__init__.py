"""The Value graph and the chain rule. Imports NumPy only; knows nothing of learning or pictures.

Read the core first: primitives/primitive.py (an operation and its vjps), primitives/arithmetic.py (the
table of derivatives), value.py (recording, the backward pass). Around it: data.py, operators.py,
unbroadcast.py, active.py, trees.py, pickling.py. Then functional.py (derivatives of plain functions),
check.py (the rules against finite differences), numpy_protocol.py (why np.exp works on a Value), and the
other tables. Last compiler/, which turns a recorded function into a program.
"""

from . import pickling  # noqa: F401  registers how Values and primitives are copied
from .active import TracedValueError
from .check import check_grads
from .compiler.compile import compile
from .functional import grad, hessian, hvp, jacobian, value_and_grad, vjp
from .primitives import primitive
from .primitives.arithmetic import relu
from .primitives.elementary import sigmoid, softplus
from .primitives.reduction import logsumexp, softmax
from .trees import ravel
from .value import Value

__all__ = [
    "TracedValueError", "Value", "check_grads", "compile", "grad", "hessian", "hvp", "jacobian",
    "logsumexp", "primitive", "ravel", "relu", "sigmoid", "softmax", "softplus", "value_and_grad", "vjp",
]  # fmt: skip
