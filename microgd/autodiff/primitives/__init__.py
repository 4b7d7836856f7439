"""The calculus: each operation beside its local derivatives.

Read primitive.py, then arithmetic.py; the engine needs no more. The other tables follow in the order in which
one would learn them: elementary.py, shape.py, gather.py, reduction.py, linear_algebra.py. evaluate.py settles
where Python's numbers and NumPy's disagree.
"""

from . import (
    arithmetic,
    elementary,
    gather,
    linear_algebra,
    order,
    padding,
    rearrange,
    reduction,
    shape,
    signals,
    statistics,
)
from .primitive import Primitive, numpy_functions, primitive

__all__ = [
    "Primitive", "arithmetic", "elementary", "gather", "linear_algebra", "numpy_functions", "order",
    "padding", "primitive", "rearrange", "reduction", "shape", "signals", "statistics",
]  # fmt: skip
