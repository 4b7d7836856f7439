"""Nets as scikit-learn estimators, for pipelines, cross-validation and searches over settings.

    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from microgd.sklearn import NetClassifier

    model = make_pipeline(StandardScaler(), NetClassifier(hidden_layer_sizes=(16,), random_state=0))
    cross_val_score(model, x, y)

Three estimators. `KnobClassifier` is the net of the textbook: weights only, squared error, plain gradient
descent. `NetClassifier` and `NetRegressor` are an `MLP`, a loss and an optimizer. Each trains with `descend`
on the compiled error, so the whole of `fit` is: check the data, make a net, descend.

The module needs scikit-learn (the extra `sklearn`); nothing else in microgd imports it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Self

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        f"microgd.sklearn needs scikit-learn 1.6 or newer: pip install scikit-learn ({error})"
    ) from error

from .autodiff import compile, relu, sigmoid, softmax
from .learning import MLP, Adam, GradientDescent, KnobNet, Optimizer, Stop, batches, descend
from .learning.init import he, xavier
from .learning.losses import softmax_cross_entropy, squared_error

__all__ = ["KnobClassifier", "NetClassifier", "NetRegressor"]

ACTIVATIONS: dict[str, tuple[Callable[[Any], Any], Callable[..., Any]]] = {
    "relu": (relu, he),
    "tanh": (np.tanh, xavier),
    "sigmoid": (sigmoid, xavier),
}
"""Each with the initialisation that keeps its signals at one size from layer to layer."""


class _Trained(BaseEstimator):
    """What the estimators share: they descend on the mean of a loss, and remember how that went."""

    def _descend(
        self,
        loss: Callable[[Any, Any], Any],
        x: np.ndarray,
        goal_pred: np.ndarray,
        optimizer: Optimizer,
        batch_size: int | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Descend on the mean of loss(x, goal_pred), over all rows at each step or over a batch of them."""
        error = compile(lambda x, goal_pred: np.mean(loss(x, goal_pred)))
        if batch_size is None:
            walk = descend(lambda: error(x, goal_pred), optimizer, self.steps)
        else:
            each_batch = batches(len(x), min(batch_size, len(x)), rng)

            def error_of_a_batch() -> Any:
                rows = next(each_batch)
                return error(x[rows], goal_pred[rows])

            walk = descend(error_of_a_batch, optimizer, self.steps, gtol=None, ftol=None)
        self.errors_ = []
        for step in walk:
            self.errors_.append(step.error)
        self.n_steps_, self.stopped_ = step.number, step.message
        if step.reason is Stop.DIVERGED:
            warnings.warn(f"{type(self).__name__}: {step.message}", ConvergenceWarning, stacklevel=3)


class _Classifier(ClassifierMixin, _Trained):
    """What the classifiers share: classes of any kind go in and come out, whole numbers are between."""

    def _check_fit(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """x as floats, and each row's class as a whole number from 0; sets `classes_`."""
        x, y = validate_data(self, x, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, classes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__}: expected at least two classes in y, "
                f"got one class, {self.classes_[0]!r}"
            )
        return x, classes

    def predict(self, X: Any) -> np.ndarray:
        """The most likely class of each row."""
        score = self.decision_function(X)
        return self.classes_[np.argmax(score, axis=1) if score.ndim == 2 else (score > 0).astype(int)]


# A knob for each input ----------------------------------------------------------------------------


class KnobClassifier(_Classifier):
    """A `KnobNet` that tells classes apart: weights only, the squared error, plain gradient descent.

    Two classes: pred = x @ knob_weight should be 0 for the first and 1 for the second. More classes: one
    column of knobs for each, pred should be 1 in the column of the row's class and 0 elsewhere. A new row
    belongs to the class whose mean prediction over the training rows is nearest to its own: with two classes
    the threshold lies halfway between the two means (at the textbook's 1/2 where the fit is exact).

    alpha  the learning rate. None takes 1 / L, where L is the largest second derivative of the error in any
           direction, twice the largest eigenvalue of x^T x / rows: the descent then cannot overshoot.
    steps  how many steps of gradient descent to take at most.

    After `fit`: `classes_`, `net_` (the KnobNet), `knob_weight_` (its numbers), `mean_preds_` (one for each
    class), `errors_` (at each step), `n_steps_`, `stopped_` (why the descent stopped, as a sentence).

    >>> weight_in_kg = [[4.0], [4.4], [9.5], [11.0]]
    >>> KnobClassifier().fit(weight_in_kg, ["cat", "cat", "dog", "dog"]).predict([[5.0], [8.0]])
    array(['cat', 'dog'], dtype='<U3')
    """

    def __init__(self, alpha: float | None = None, steps: int = 1000) -> None:
        self.alpha = alpha
        self.steps = steps

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the knobs from rows X of shape (n, k) and their classes y of shape (n,)."""
        x, classes = self._check_fit(X, y)
        if len(self.classes_) == 2:
            self.net_, goal_pred = KnobNet(np.zeros(x.shape[1])), classes.astype(float)
        else:
            self.net_ = KnobNet(np.zeros((x.shape[1], len(self.classes_))))
            goal_pred = np.eye(len(self.classes_))[classes]
        optimizer = GradientDescent(
            self.net_.parameters, _steady_rate(x) if self.alpha is None else self.alpha
        )
        self._descend(lambda x, goal: self.net_.compare(self.net_.predict(x), goal), x, goal_pred, optimizer)
        preds = x @ self.knob_weight_
        self.mean_preds_ = np.stack([preds[classes == i].mean(axis=0) for i in range(len(self.classes_))])
        return self

    @property
    def knob_weight_(self) -> np.ndarray:
        """The learned knobs: (k,) for two classes, (k, classes) for more."""
        check_is_fitted(self)
        return self.net_.knob_weight.snapshot()

    def decision_function(self, X: Any) -> np.ndarray:
        """Two classes: how far pred lies beyond the threshold, of shape (n,), positive for the second. More:
        minus the squared distance to each class's mean prediction, of shape (n, classes)."""
        check_is_fitted(self)
        pred = validate_data(self, X, dtype=np.float64, reset=False) @ self.knob_weight_
        if pred.ndim == 1:
            return pred - self.mean_preds_.mean()
        return -np.sum((pred[:, None] - self.mean_preds_) ** 2, axis=-1)


def _steady_rate(x: np.ndarray) -> float:
    """1 / L for the mean of (x @ knob_weight - goal_pred)^2 over the rows."""
    curvature = 2.0 * float(np.linalg.norm(x, 2)) ** 2 / len(x)
    return 1.0 / curvature if curvature else 1.0


# Nets ---------------------------------------------------------------------------------------------


class _Net(_Trained):
    """An MLP that learns with an optimizer: the settings of both nets."""

    def __init__(
        self,
        hidden_layer_sizes: tuple[int, ...] = (16,),
        activation: str | Callable[[Any], Any] = "relu",
        optimizer: Callable[[Any, Any], Optimizer] = Adam,
        learning_rate: float | Callable[[int], float] = 0.01,
        steps: int = 1000,
        batch_size: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.steps = steps
        self.batch_size = batch_size
        self.random_state = random_state

    def _train(self, x: np.ndarray, goal_pred: np.ndarray, loss: Callable[[Any, Any], Any]) -> None:
        """Make `net_` and descend on the mean loss of its outputs, as many as goal_pred has columns."""
        if callable(self.activation):
            activation, initialise = self.activation, xavier
        elif self.activation in ACTIVATIONS:
            activation, initialise = ACTIVATIONS[self.activation]
        else:
            raise ValueError(
                f"activation: expected one of {', '.join(ACTIVATIONS)} or a function, got {self.activation!r}"
            )
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        sizes = (x.shape[1], *self.hidden_layer_sizes, goal_pred.shape[1])
        net = self.net_ = MLP(*sizes, activation=activation, initialise=initialise, rng=rng)
        optimizer = self.optimizer(net.parameters, self.learning_rate)
        self._descend(lambda x, goal: loss(net(x), goal), x, goal_pred, optimizer, self.batch_size, rng)

    def _outputs(self, X: Any) -> np.ndarray:
        """The net's outputs as plain numbers, of shape (n, outputs)."""
        check_is_fitted(self)
        return self.net_(validate_data(self, X, dtype=np.float64, reset=False)).data


class NetClassifier(_Classifier, _Net):
    """An `MLP` that learns classes with the softmax cross-entropy.

    hidden_layer_sizes  how many units each hidden layer has; () is a linear model.
    activation          "relu", "tanh", "sigmoid", or a function of a Value.
    optimizer           a class such as Adam, or any function (parameters, learning_rate) -> Optimizer:
                        functools.partial(AdamW, weight_decay=0.1) sets more of it.
    learning_rate       a number, or a schedule: a function of the step number.
    steps               how many steps to take at most; over all rows it stops earlier where the error no
                        longer changes.
    batch_size          how many rows a step sees; None: all of them.
    random_state        a seed or a RandomState for the first weights and the batches.

    After `fit`: `net_` (the MLP), `errors_` (the error at each step), `n_steps_`, `stopped_` (why the descent
    stopped, as a sentence). A ConvergenceWarning tells of a descent that diverged.
    `classes_` has the classes in the order of the columns of `predict_proba`. Inputs should be of about one
    size: put a StandardScaler before it.

    >>> x, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["same", "other", "other", "same"]
    >>> NetClassifier(activation="tanh", random_state=0).fit(x, y).predict(x)
    array(['same', 'other', 'other', 'same'], dtype='<U5')
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from rows X of shape (n, inputs) and their classes y of shape (n,)."""
        x, classes = self._check_fit(X, y)
        self._train(x, np.eye(len(self.classes_))[classes], softmax_cross_entropy)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """The logits, of shape (n, classes); of two classes their difference, of shape (n,), positive for
        the second."""
        logits = self._outputs(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n, classes); each row adds up to 1."""
        return softmax(self._outputs(X))


class NetRegressor(RegressorMixin, _Net):
    """An `MLP` that learns numbers with the mean squared error.

    The settings, and what is there after `fit`, are those of `NetClassifier`.
    y has shape (n,), or (n, m) for m numbers a row. Inputs and goals should be of about one size: put a
    StandardScaler before it, and scikit-learn's TransformedTargetRegressor around it.

    >>> x = np.linspace(-1.0, 1.0, 50)[:, None]
    >>> net = NetRegressor(activation="tanh", random_state=0).fit(x, x[:, 0] ** 2)
    >>> bool(abs(net.predict([[0.5]])[0] - 0.25) < 0.02)
    True
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from rows X of shape (n, inputs) and their numbers y of shape (n,) or (n, m)."""
        x, goal_pred = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        self.flat_ = goal_pred.ndim == 1
        self._train(x, np.asarray(goal_pred, float).reshape(len(x), -1), squared_error)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The number, or the m numbers, of each row."""
        pred = self._outputs(X)
        return pred[:, 0] if self.flat_ else pred
