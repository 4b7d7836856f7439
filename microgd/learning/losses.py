"""Losses: how wrong a prediction is, as one number for each prediction.

`pred` is the prediction of the net and `goal_pred` the right one; each is a number, an array or a Value. A
loss is computed entry by entry (`softmax_cross_entropy` row by row): np.mean of it is the error of a batch,
which `mean_squared_error` has built in. Shapes must be equal, or one of the two a scalar: predictions of
shape (n, 1) against goals of shape (n,) would be broadcast to n x n differences, and the net would learn
something else without an error, so they are refused.

The cross-entropies take *logits*, the outputs of the net before they become probabilities: the logarithm of
the exponential is simplified on paper, and neither overflows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autodiff import Value, logsumexp, softplus
from ..autodiff.active import is_traced
from ..autodiff.data import as_data
from ..autodiff.primitives.shape import shape_of
from .arguments import number


def squared_error(pred: Any, goal_pred: Any) -> Any:
    """Compute (pred - goal_pred)^2, entry by entry; its derivative by pred is 2 (pred - goal_pred).

    >>> squared_error(0.25, 0.8)
    0.30250000000000005
    """
    pred, goal_pred = _alike("squared_error", pred, goal_pred)
    return (pred - goal_pred) ** 2


def mean_squared_error(pred: Any, goal_pred: Any) -> Any:
    """Compute the mean of (pred - goal_pred)^2 over all entries: a scalar.

    >>> float(mean_squared_error([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    errors = squared_error(pred, goal_pred)
    if 0 in shape_of(errors):
        raise ValueError(f"mean_squared_error: expected one prediction or more, got shape {shape_of(errors)}")
    return np.mean(errors)


def absolute_error(pred: Any, goal_pred: Any) -> Any:
    """Compute |pred - goal_pred|, entry by entry; slope 0 where they are equal."""
    pred, goal_pred = _alike("absolute_error", pred, goal_pred)
    return abs(pred - goal_pred)


def huber(pred: Any, goal_pred: Any, delta: float = 1.0) -> Any:
    """Compute the Huber loss, entry by entry: quadratic up to a distance of delta, linear beyond it.

    d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) elsewhere, with d = pred - goal_pred. So the
    gradient of one outlier is at most delta. P. J. Huber, "Robust estimation of a location parameter",
    1964.

    >>> float(huber(0.5, 0.0)), float(huber(3.0, 0.0))
    (0.125, 2.5)
    """
    delta = number("huber: delta", delta, "(0, inf]")
    pred, goal_pred = _alike("huber", pred, goal_pred)
    distance = pred - goal_pred
    near = np.clip(distance, -delta, delta)
    return near * (distance - near / 2)


def hinge(score: Any, label: Any) -> Any:
    """Compute the hinge loss max(0, 1 - label * score), entry by entry, with labels -1 and 1.

    It is 0 where the score is on the right side by a margin of 1; at the margin itself the slope is halved.

    C. Cortes, V. Vapnik, "Support-vector networks", 1995.

    >>> float(hinge(0.25, 1)), float(hinge(0.25, -1)), float(hinge(7.0, 1))
    (0.75, 1.25, 0.0)
    """
    score, label = _alike("hinge", score, label)
    _check_goals("hinge", label, "labels -1 and 1", lambda y: np.abs(y) == 1)
    return np.maximum(0.0, 1.0 - label * score)


def binary_cross_entropy(logits: Any, goal_pred: Any) -> Any:
    """Compute -(y log p + (1 - y) log(1 - p)) with p = sigmoid(logit), entry by entry, in nats.

    y is goal_pred, from 0 to 1. The formula used is y softplus(-logit) + (1 - y) softplus(logit), which is
    equal and exact for logits of any size. Its derivative by the logit is p - y.

    >>> round(float(binary_cross_entropy(0.0, 1.0)), 6)     # no idea: log 2
    0.693147
    >>> float(binary_cross_entropy(-1000.0, 1.0))           # sure of the wrong answer
    1000.0
    """
    logits, goal_pred = _alike("binary_cross_entropy", logits, goal_pred)
    _check_goals("binary_cross_entropy", goal_pred, "goals from 0 to 1", lambda y: (y >= 0) & (y <= 1))
    return _expected(goal_pred, softplus(-logits)) + _expected(1.0 - goal_pred, softplus(logits))


def softmax_cross_entropy(logits: Any, goal_pred: Any) -> Any:
    """Compute -sum(y log p) over the last axis with p = softmax(logits), one number for each row, in nats.

    logits     (..., classes)
    goal_pred  the right classes as whole numbers from 0, of shape (...); or y, a probability for every
               class, of the logits' shape, each row adding up to 1.

    Computed with log p = logit - logsumexp(logits). Its derivative by the logits is p - y.

    >>> float(softmax_cross_entropy([1000.0, 0.0], 1))
    1000.0
    """
    logits = _as_floats(logits, "softmax_cross_entropy: logits")
    goal_pred = _not_a_list(goal_pred)
    shape = shape_of(logits)
    if not shape:
        raise ValueError("softmax_cross_entropy: expected one logit for each class, got a scalar")
    if not shape[-1]:
        raise ValueError(f"softmax_cross_entropy: expected logits of one class or more, got shape {shape}")
    if shape_of(goal_pred) == shape:
        expected = "probabilities from 0 to 1"
        _check_goals("softmax_cross_entropy", goal_pred, expected, lambda y: (y >= 0) & (y <= 1))
        goal_pred = _as_floats(goal_pred, "softmax_cross_entropy: goals")
        if not _is_traced(goal_pred):
            _check_sums(np.sum(np.asarray(_numbers(goal_pred)), -1))
        return np.sum(_expected(goal_pred, logsumexp(logits, -1, keepdims=True) - logits), -1)
    if shape_of(goal_pred) != shape[:-1]:
        raise ValueError(
            f"softmax_cross_entropy: logits of shape {shape} go with classes of shape {shape[:-1]} "
            f"or probabilities of shape {shape}, got goals of shape {shape_of(goal_pred)}"
        )
    if _is_traced(goal_pred) and goal_pred.dtype.kind in "iu":
        classes = np.where(goal_pred < 0, shape[-1], goal_pred)  # which is out of bounds, as -1 would not be
        return logsumexp(logits, -1) - logits[(*np.indices(shape[:-1]), classes)]
    if _is_traced(goal_pred):  # floats do not pick
        is_right = np.reshape(goal_pred, (*shape[:-1], 1)) == np.arange(shape[-1])
        found = np.sum(is_right * 1.0, -1)  # 0 where there is no such class: the error is nan
        return logsumexp(logits, -1) - np.sum(np.where(is_right, logits, 0.0), -1) / found
    classes = np.asarray(_numbers(goal_pred))
    if classes.dtype.kind not in "iu":
        raise TypeError(
            f"softmax_cross_entropy: expected classes as whole numbers (integers), got {classes.dtype}; "
            f"astype(int) makes them, probabilities have the shape of the logits, {shape}"
        )
    expected = f"classes from 0 to {shape[-1] - 1}"
    _check_goals("softmax_cross_entropy", classes, expected, lambda y: (y >= 0) & (y < shape[-1]))
    return logsumexp(logits, -1) - logits[(*np.indices(classes.shape), classes)]


def _expected(probability: Any, loss: Any) -> Any:
    """Compute probability * loss, which is 0 where the impossible would cost infinitely much."""
    return probability * np.where(np.logical_and(probability == 0, loss == np.inf), 0.0, loss)


# Wrong uses, refused -----------------------------------------------------------------------------


def _alike(loss: str, pred: Any, goal_pred: Any) -> tuple[Any, Any]:
    """Convert both to floats; raise ValueError unless their shapes are equal or one is a scalar."""
    pred, goal_pred = _as_floats(pred, f"{loss}: prediction"), _as_floats(goal_pred, f"{loss}: goal")
    given, wanted = shape_of(pred), shape_of(goal_pred)
    if given != wanted and given and wanted:
        raise ValueError(
            f"{loss}: predictions of shape {given} and goals of shape {wanted}: "
            "expected the same shape (reshape one of them), or a scalar for all"
        )
    return pred, goal_pred


def _check_goals(loss: str, goals: Any, expected: str, is_right: Callable[[Any], Any]) -> None:
    if _is_traced(goals):  # in a compiled function they are different ones each time
        return
    numbers = np.asarray(_numbers(goals))
    wrong = numbers[~np.asarray(is_right(numbers))]
    if wrong.size:
        raise ValueError(f"{loss}: expected {expected}, got {wrong.flat[0]}")


def _check_sums(sums: np.ndarray) -> None:
    """Raise ValueError unless rows of probabilities add up to 1, within the rounding of float32."""
    wrong = sums[~(abs(sums - 1.0) <= 1e-3)]
    if wrong.size:
        raise ValueError(
            "softmax_cross_entropy: expected probabilities that add up to 1 in each row, got a row that adds "
            f"up to {wrong.flat[0]:g}"
        )


def _not_a_list(x: Any) -> Any:
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def _as_floats(x: Any, name: str) -> Any:
    """Convert integers and masks to floats: NumPy's small integers overflow, and masks have no minus."""
    if not isinstance(x, Value):
        x = as_data(x, name)
    return x.astype(float) if hasattr(x, "dtype") and x.dtype.kind in "uib" else x


def _is_traced(x: Any) -> bool:
    return isinstance(x, Value) and is_traced(x)


def _numbers(x: Any) -> Any:
    return x.snapshot() if isinstance(x, Value) else x
