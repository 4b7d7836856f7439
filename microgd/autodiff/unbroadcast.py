"""Unbroadcasting: a gradient in the shape and dtype of the argument that it belongs to.

NumPy broadcasts: in `matrix + row` the row is used once for each row of the matrix. The gradient of the sum
has the matrix's shape, and the row's gradient is the sum over its uses. The derivative rules need not know
of this: whichever rule returned the gradient, the axes that broadcasting added or stretched are summed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .data import Array, Data, as_data
from .primitives import elementary, reduction
from .primitives.shape import shape_of

if TYPE_CHECKING:
    from .value import Value


def unbroadcast(gradient: Any, operand: Data, node: Value) -> Any:
    """Sum the gradient over broadcast axes, to the operand's shape and dtype.

    gradient  the result of a vjp of the node's primitive: a number, an array or a Value.
    operand   the number or array that the argument had in the operation.
    node      the output of the operation, whose number of axes a gradient cannot exceed.

    Raises ValueError where no broadcasting explains the gradient's shape.
    """
    if (  # nearly always
        type(gradient) is Array
        and type(operand) is Array
        and gradient.shape == operand.shape
        and gradient.dtype is operand.dtype
    ):
        return gradient
    name = node.op.name if node.op else ""
    if not hasattr(gradient, "record"):
        gradient = as_data(gradient, f"{name}: a vjp's gradient")
    got, wanted = shape_of(gradient), shape_of(operand)
    if got != wanted:
        added = tuple(range(len(got) - len(wanted)))
        summed = reduction.reduce_sum(gradient, added, False) if added else gradient
        stretched = tuple(i for i, (n, m) in enumerate(zip(shape_of(summed), wanted)) if n != m == 1)
        summed = reduction.reduce_sum(summed, stretched, True) if stretched else summed
        if (added and len(got) > node.ndim) or shape_of(summed) != wanted:
            raise ValueError(
                f"{name}: a vjp must return a gradient of its argument's shape {wanted} "
                f"(or of the output's, where the argument was broadcast), got shape {got}"
            )
        gradient = summed
    if not wanted:
        return gradient if hasattr(gradient, "record") else float(gradient)
    dtype = operand.dtype  # type: ignore[union-attr]
    return gradient if gradient.dtype == dtype or dtype == np.bool else elementary.astype(gradient, dtype)
