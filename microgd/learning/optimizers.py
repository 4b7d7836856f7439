"""Gradient descent and its relatives: one update formula each.

A formula takes the weight, its gradient, the learning rate and the numbers remembered from the steps before;
it returns the new weight and the new memory. So each can be compared with the textbook line by line, and it
runs on numbers, arrays and Values alike. optimizer.py has what they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .optimizer import Memory, Optimizer, hyperparameter


@dataclass(repr=False, eq=False)
class GradientDescent(Optimizer):
    """Gradient descent: w <- w - rate * gradient.

    A.-L. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    With one example at a time it is stochastic gradient descent (SGD). It converges where
    0 < rate < 2 / L, L being the largest second derivative of the error in any direction.

    >>> from microgd import Value
    >>> knob_weight = Value(0.5)
    >>> optimizer = GradientDescent([knob_weight], learning_rate=0.5)
    >>> for step in range(3):
    ...     optimizer.zero_grad()
    ...     error = (0.5 * knob_weight - 0.8) ** 2
    ...     error.backward()
    ...     optimizer.step()
    ...     print(f"{error:.6f}")
    0.302500
    0.170156
    0.095713
    """

    def update(self, weight: Any, gradient: Any, rate: float) -> tuple[Any, ...]:
        """Return the new weight."""
        return (weight - rate * gradient,)


@dataclass(repr=False, eq=False)
class Momentum(Optimizer):
    """Momentum, a ball with inertia: velocity <- momentum * velocity + gradient,  w <- w - rate * velocity.

    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964 (heavy ball).
    The velocity is in units of the gradient, as in PyTorch. Polyak has it in units of the weight,
    v <- momentum * v - rate * gradient: the same as long as the rate does not change.

    momentum  in [0, 1): the fraction of the velocity that a step keeps. Under a steady gradient the ball
              becomes 1 / (1 - momentum) times as fast as gradient descent.

    >>> from microgd import Value, descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])       # a valley
    >>> for step in descend(lambda: np.sum(steep * w * w), Momentum([w], learning_rate=0.01), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.59748
    60 0.04660
    90 0.00572
    """

    momentum: float = hyperparameter(0.9, "[0, 1)")

    def start(self, zero: Any) -> Memory:
        """Start from a velocity of 0."""
        return {"velocity": zero}

    def update(self, weight: Any, gradient: Any, rate: float, velocity: Any) -> tuple[Any, ...]:
        """Return the new weight and velocity."""
        velocity = self.momentum * velocity + gradient
        return weight - rate * velocity, velocity


@dataclass(repr=False, eq=False)
class Nesterov(Momentum):
    """Nesterov momentum, which looks ahead: w <- w - rate * (gradient + momentum * velocity).

    The velocity is that of `Momentum`.

    Y. Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)",
    1983; in the form of I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of
    initialization and momentum in deep learning", 2013. There the gradient is taken at the point to which
    the velocity will carry the weight, w - rate * momentum * velocity. The weight here *is* that point, as
    in PyTorch, so the gradient is the one at the weight; both forms follow the same path as long as the
    rate does not change.

    momentum  in [0, 1).

    >>> from microgd import Value, descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), Nesterov([w], learning_rate=0.01), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.27979
    60 0.00033
    90 0.00007
    """

    def update(self, weight: Any, gradient: Any, rate: float, velocity: Any) -> tuple[Any, ...]:
        """Return the new weight and velocity."""
        velocity = self.momentum * velocity + gradient
        return weight - rate * (gradient + self.momentum * velocity), velocity


@dataclass(repr=False, eq=False)
class Adagrad(Optimizer):
    """Adagrad: a rate for each weight, divided by the root of the sum of its squared gradients,

    squares <- squares + gradient^2,  w <- w - rate * gradient / (sqrt(squares) + epsilon).

    J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011. The rate never grows again; that of RMSprop can, which forgets.

    epsilon  > 0, in units of the gradient: where all gradients were 0, 0 / epsilon is 0.

    >>> from microgd import Value, descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), Adagrad([w], learning_rate=1.0), steps=30):
    ...     if step.number % 10 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    10 0.34216
    20 0.01275
    30 0.00048
    """

    epsilon: float = hyperparameter(1e-10, "(0, inf)")

    def start(self, zero: Any) -> Memory:
        """Start from a sum of squares of 0."""
        return {"squares": zero}

    def update(self, weight: Any, gradient: Any, rate: float, squares: Any) -> tuple[Any, ...]:
        """Return the new weight and the sum of squared gradients."""
        squares = squares + gradient * gradient
        return weight - rate * gradient / (np.sqrt(squares) + self.epsilon), squares


@dataclass(repr=False, eq=False)
class RMSprop(Optimizer):
    """RMSprop: the gradient divided by its running root mean square (RMS),

    mean_square <- decay * mean_square + (1 - decay) * gradient^2,
    w <- w - rate * gradient / (sqrt(mean_square) + epsilon).

    G. Hinton, "Neural networks for machine learning", lecture 6e, 2012, with decay 0.9; PyTorch calls it
    alpha and takes 0.99. TensorFlow has epsilon under the root. The mean starts from 0 and is not
    corrected for it, so the first steps are up to 1 / sqrt(1 - decay) times too long; Adam corrects.

    decay    in [0, 1): the fraction of the mean that a step keeps.
    epsilon  > 0, in units of the gradient.

    >>> from microgd import Value, descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), RMSprop([w], learning_rate=0.1), steps=30):
    ...     if step.number % 10 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    10 5.87699
    20 2.40277
    30 0.77674
    """

    decay: float = hyperparameter(0.9, "[0, 1)")
    epsilon: float = hyperparameter(1e-8, "(0, inf)")

    def start(self, zero: Any) -> Memory:
        """Start from a mean square of 0."""
        return {"mean_square": zero}

    def update(self, weight: Any, gradient: Any, rate: float, mean_square: Any) -> tuple[Any, ...]:
        """Return the new weight and the mean square of the gradients."""
        mean_square = self.decay * mean_square + (1 - self.decay) * gradient * gradient
        return weight - rate * gradient / (np.sqrt(mean_square) + self.epsilon), mean_square


@dataclass(repr=False, eq=False)
class Adam(Optimizer):
    """Adam (adaptive moments): momentum over RMSprop, each corrected for its start from 0,

    mean        <- beta1 * mean + (1 - beta1) * gradient
    mean_square <- beta2 * mean_square + (1 - beta2) * gradient^2
    w <- w - rate * mean / (1 - beta1^count) / (sqrt(mean_square / (1 - beta2^count)) + epsilon)

    D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1. `count` is the
    number of gradients that this weight has received, the present one included. Each weight has its own,
    so that the correction is right for a weight that was frozen at first. The first step has length
    `rate` in every weight.

    beta1    in [0, 1): the fraction of the mean that a step keeps.
    beta2    in [0, 1): the fraction of the mean square that a step keeps.
    epsilon  > 0, in units of the gradient, outside of the root.

    >>> from microgd import Value, descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), Adam([w], learning_rate=0.2), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.25688
    60 0.06722
    90 0.00367
    """

    beta1: float = hyperparameter(0.9, "[0, 1)")
    beta2: float = hyperparameter(0.999, "[0, 1)")
    epsilon: float = hyperparameter(1e-8, "(0, inf)")

    def start(self, zero: Any) -> Memory:
        """Start from means of 0, taken over 0 gradients."""
        return {"mean": zero, "mean_square": zero, "count": 0.0}

    def update(
        self, weight: Any, gradient: Any, rate: float, mean: Any, mean_square: Any, count: float
    ) -> tuple[Any, ...]:
        """Return the new weight, both means, and the number of gradients in them."""
        count = count + 1
        mean = self.beta1 * mean + (1 - self.beta1) * gradient
        mean_square = self.beta2 * mean_square + (1 - self.beta2) * gradient * gradient
        unbiased = mean / (1 - self.beta1**count)
        unbiased_square = mean_square / (1 - self.beta2**count)
        weight = weight - rate * unbiased / (np.sqrt(unbiased_square) + self.epsilon)
        return weight, mean, mean_square, count


@dataclass(repr=False, eq=False)
class AdamW(Adam):
    """AdamW, Adam with decoupled weight decay: w <- w - rate * weight_decay * w, then Adam's step.

    I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019. The transform `weight_decay`
    adds to the gradient, which Adam then divides by its size, so a weight with large gradients decays
    less; here all shrink by the same fraction. As in PyTorch, the decay is multiplied by the whole
    learning rate; in the paper by the schedule's factor only.

    weight_decay  >= 0. The others as in `Adam`.

    >>> from microgd import Value, descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), AdamW([w], learning_rate=0.2), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.25326
    60 0.06168
    90 0.00326
    """

    weight_decay: float = hyperparameter(0.01, "[0, inf)")

    def update(
        self, weight: Any, gradient: Any, rate: float, mean: Any, mean_square: Any, count: float
    ) -> tuple[Any, ...]:
        """Return the new weight and Adam's new memory."""
        weight = weight - rate * self.weight_decay * weight
        return super().update(weight, gradient, rate, mean, mean_square, count)
