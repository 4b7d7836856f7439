"""The calculus: each operation beside its local derivatives.

Read primitive.py, then arithmetic.py; the engine needs no more. The other tables follow in the order in which
one would learn them: elementary.py, shape.py, gather.py, reduction.py, linear_algebra.py, einsum.py,
decompositions.py. Nearly all of the rest is NumPy's functions composed of these: rearrange.py, padding.py,
order.py, statistics.py, signals.py, polynomials.py, parts.py. evaluate.py settles where Python's numbers and
NumPy's disagree.
"""

from . import (
    arithmetic,
    decompositions,
    einsum,
    elementary,
    gather,
    linear_algebra,
    order,
    padding,
    parts,
    polynomials,
    rearrange,
    reduction,
    shape,
    signals,
    statistics,
)
from .primitive import Primitive, numpy_functions, primitive

__all__ = [
    "Primitive", "arithmetic", "decompositions", "einsum", "elementary", "gather", "linear_algebra",
    "numpy_functions", "order", "padding", "parts", "polynomials", "primitive", "rearrange", "reduction",
    "shape", "signals", "statistics",
]  # fmt: skip
