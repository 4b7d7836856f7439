"""KnobNet: the whole of learning with nothing but weights, the first net to read.

A knob is a weight: a number that the net turns until its predictions fit. Three verbs are all of learning:

    net = KnobNet(0.5)
    for step in range(20):
        pred = net.predict(input)                  # input * knob_weight
        error = net.compare(pred, goal_pred)       # (pred - goal_pred)^2
        net.learn(error, alpha=0.5)                # turn the knob against the derivative of the error
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autodiff import Value
from .arguments import float_dtype, number
from .losses import squared_error
from .parameters import NamedParameters, in_dtype_of


class KnobNet:
    """A net of weights without a bias: each input is multiplied by its knob, their sum is the prediction.

    knob_weight       input             pred
    a number          a number or (n,)  the same shape: one input, one output
    (k,)              (k,) or (n, k)    a number or (n,): k inputs, one output
    (k, m)            (k,) or (n, k)    (m,) or (n, m): k inputs, m outputs
    (1, m)            a number, too     (m,): one input, m outputs

    A leading n is a batch: n examples as rows. `net.knob_weight` is the Value with the knobs. The matrix has
    a row for each input; the textbook's has a row for each output, so it is `np.transpose(theirs)` here.
    With dtype=np.float32 knobs and inputs are float32 (a single knob is a Python float in any case).

    Nets in a row learn from one error: call `learn` of each with it, in any order.

    >>> net = KnobNet(0.5)
    >>> pred = net.predict(0.5)
    >>> error = net.compare(pred, 0.8)
    >>> pred, error
    (Value(0.25), Value(0.30250000000000005))
    >>> net.learn(error, alpha=0.5)
    >>> net
    KnobNet(knob_weight=0.775)
    """

    def __init__(self, knob_weight: Any, dtype: Any = None) -> None:
        if dtype is not None:
            knob_weight = np.asarray(knob_weight, float_dtype("KnobNet: dtype", dtype))
        self.knob_weight = Value(knob_weight, name="knob_weight")
        if not self.knob_weight.size or np.isnan(self.knob_weight.data).any():
            raise ValueError(f"knob_weight: expected one knob or more, all numbers, got {knob_weight!r}")
        if self.knob_weight.ndim > 2:
            raise ValueError(
                "knob_weight: expected a scalar, a vector (one knob for each input) or a matrix "
                f"(inputs x outputs), got shape {self.knob_weight.shape}"
            )

    @property
    def parameters(self) -> dict[str, Value]:
        """The knobs by name, as optimizers and checkpoints take them."""
        return NamedParameters(knob_weight=self.knob_weight)

    def predict(self, input: Any) -> Value:
        """Compute input * knob_weight, summed over the inputs where there are several."""
        if self.knob_weight.ndim == 0:
            return input * self.knob_weight
        if np.ndim(input) == 0:
            return self._predict_from_one(input)
        return in_dtype_of(self.knob_weight, input) @ self.knob_weight

    def _predict_from_one(self, input: Any) -> Value:
        shape = self.knob_weight.shape
        if len(shape) == 2 and shape[0] == 1:
            return in_dtype_of(self.knob_weight, input) * self.knob_weight[0]
        advice = ": write [[...]] for one input and many outputs" if len(shape) == 1 else ""
        raise ValueError(f"predict: expected {shape[0]} inputs, one for each knob, got a number{advice}")

    def compare(self, pred: Any, goal_pred: Any) -> Any:
        """Compute the error, a scalar: (pred - goal_pred)^2, summed over outputs, averaged over a batch.

        Raises ValueError where goal_pred has another shape than pred (a scalar fits all).
        `losses.squared_error(pred, goal_pred)` keeps the errors of several outputs apart: one for each.
        """
        error = squared_error(pred, goal_pred)
        if self.knob_weight.ndim == 2:
            error = np.sum(error, axis=-1)
        return np.mean(error) if np.ndim(error) else error

    def learn(self, error: Value, alpha: float) -> None:
        """Take one step of gradient descent: knob_weight -= alpha * d error / d knob_weight.

        alpha is the learning rate. The derivative is the true one: of (input * knob_weight - goal_pred)^2 it
        is 2 * input * (pred - goal_pred). A textbook that drops the 2 does with its alpha the same as `learn`
        with alpha / 2. For one knob it converges where 0 < alpha < 1 / input^2.
        """
        if not isinstance(error, Value):
            raise TypeError(f"learn: expected the error that compare returned, a Value, got {error!r}")
        alpha = number("learn: alpha", alpha, "[0, inf)")
        if not error.depends_on({self.knob_weight}):
            raise ValueError(
                f"learn: {error!r} does not depend on knob_weight: compute it by this net's predict and "
                "compare"
            )
        self.knob_weight.grad = 0.0
        error.backward()
        self.knob_weight.data -= alpha * self.knob_weight.grad

    def __repr__(self) -> str:
        return f"KnobNet(knob_weight={np.array2string(np.asarray(self.knob_weight.data), separator=', ')})"
