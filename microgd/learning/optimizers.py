"""Gradient descent and its relatives: one update formula each.

An optimizer holds the parameters (Values) and moves them against their gradients. Its formula is its
one method `update`: the weight, the gradient, the learning rate and what the optimizer remembers of
this weight go in; the new weight and the new memory come out. Nothing else happens there, so a formula
can be held against the textbook line by line, and it runs on numbers, arrays and Values alike.

What is not a formula of its own stays outside: the learning rate may be a function of the step number
(schedules.py); clipping, weight decay and freezing change the gradients before the formula sees them
(transforms.py).

    for step in range(100):
        optimizer.zero_grad()
        error = net.compare(net.predict(input), goal_pred)
        error.backward()
        optimizer.step()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..autodiff import Value
from ..autodiff.data import as_data
from .arguments import number, whole_number
from .schedules import Schedule
from .transforms import Transform

Parameters = Iterable[Value] | Mapping[str, Value]
Rate = float | Schedule
Transforms = Sequence[Transform]
Memory = dict[str, Any]
"""What an optimizer remembers of one parameter: numbers, and arrays of the parameter's shape."""


class Optimizer:
    """What all optimizers share. A subclass is one formula: `update`, and `start` if it remembers anything.

    parameters     Values that you made, as a list or as a dict name -> Value. In a list each goes by its
                   own name, and by its position where it has none or shares it.
    learning_rate  a number >= 0, or a schedule: any function of the step number, which counts from 0.
    transforms     functions of (gradients, parameters) to gradients, applied in this order.
    steps          how many steps have been taken.

    Raises TypeError or ValueError for an argument that cannot be used, saying which and why.
    """

    def __init__(self, parameters: Parameters, learning_rate: Rate, transforms: Transforms = ()) -> None:
        self.names, self.parameters = named(parameters)
        self.learning_rate = learning_rate
        self.transforms = _functions(transforms)
        self.steps = 0
        self.rate()  # a learning rate that cannot be used is refused now
        self.memory = [self.start(np.zeros(p.shape, p.dtype) if p.shape else 0.0) for p in self.parameters]

    # The formula

    def start(self, zero: Any) -> Memory:
        """The memory before the first step, given a 0 of the parameter's shape: nothing."""
        return {}

    def update(self, weight: Any, gradient: Any, rate: float, *args: Any, **memory: Any) -> tuple[Any, ...]:
        """The new weight, followed by the new memory in the order of `start`: new numbers and arrays,
        what came in is not written to, and the gradient itself, which others may write to, is not kept."""
        raise NotImplementedError(f"{type(self).__name__} has no update formula")

    def __repr__(self) -> str:
        rate = getattr(self.learning_rate, "__name__", self.learning_rate)
        return (
            f"{type(self).__name__}({', '.join(_few(self.names))}; learning rate {rate}, step {self.steps})"
        )

    # Its use

    def rate(self) -> float:
        """The learning rate of the coming step."""
        if callable(self.learning_rate):
            name = f"learning_rate at step {self.steps}"
            return number(name, self.learning_rate(self.steps), "[0, inf)")
        return number("learning_rate (or a function of the step number)", self.learning_rate, "[0, inf)")

    def step(self) -> None:
        """Move every parameter by the formula. One whose gradient a transform made None stays, and so
        does what is remembered of it."""
        rate = self.rate()
        for i, gradient in enumerate(self._gradients()):
            if gradient is not None:
                parameter = self.parameters[i]
                parameter.data, *memory = self.update(parameter.snapshot(), gradient, rate, **self.memory[i])
                self.memory[i] = dict(zip(self.memory[i], memory, strict=True))
        self.steps += 1

    def zero_grad(self) -> None:
        """Set the gradients to 0; `backward` adds to them."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def _gradients(self) -> Sequence[Any]:
        gradients: Sequence[Any] = [parameter.grad for parameter in self.parameters]
        for transform in self.transforms:
            gradients = transform(gradients, self.parameters)
            self._check(gradients, getattr(transform, "__qualname__", repr(transform)))
            gradients = list(map(_typed, gradients, self.parameters))
        return gradients

    def _check(self, gradients: Sequence[Any], transform: str) -> None:
        if len(gradients) != len(self.parameters):
            raise ValueError(f"{transform}: expected {len(self.parameters)} gradients, got {len(gradients)}")
        for gradient, parameter, name in zip(gradients, self.parameters, self.names, strict=True):
            if gradient is not None and np.shape(gradient) != parameter.shape:
                raise ValueError(
                    f"{transform}: expected a gradient of shape {parameter.shape} "
                    f"for parameter {name}, got {np.shape(gradient)}"
                )

    # The memory, for checkpoints

    def state(self) -> dict[str, Any]:
        """All that the next steps depend on besides the parameters: the number of steps taken, and the
        memory as "<parameter's name>.<what>". Copies: the optimizer's own memory is not handed out."""
        return {"steps": self.steps} | {
            f"{name}.{what}": np.copy(x) if np.shape(x) else x
            for name, memory in zip(self.names, self.memory, strict=True)
            for what, x in memory.items()
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, of an optimizer with the same formula and parameters.

        Raises ValueError, and changes nothing, where a name or a shape does not fit.
        """
        expected = self.state().keys()
        missing, unknown = expected - state.keys(), state.keys() - expected
        if missing or unknown:
            raise ValueError(
                f"load_state: not the state of this {type(self).__name__}: "
                f"missing {sorted(missing)}, unknown {sorted(unknown)}"
            )
        steps = whole_number("load_state: steps", as_data(state["steps"], "steps"), "[0, inf)")
        memory = [
            {what: _loaded(f"{name}.{what}", state, x, parameter) for what, x in memory.items()}
            for name, memory, parameter in zip(self.names, self.memory, self.parameters, strict=True)
        ]
        self.steps, self.memory = steps, memory


def _few(names: list[str], most: int = 6) -> list[str]:
    return names if len(names) <= most else [*names[: most - 1], f"... {len(names)} parameters"]


def named(parameters: Any) -> tuple[list[str], list[Value]]:
    """The names and the Values of a list or a dict of parameters, each checked to be one that can move."""
    if isinstance(parameters, Value) or not isinstance(parameters, Iterable):
        remedy = "its .parameters are those" if hasattr(parameters, "parameters") else "put it in a list"
        raise TypeError(f"parameters: expected a list or a dict of Values, got {parameters!r}: {remedy}")
    if isinstance(parameters, Mapping):
        names, values = [str(name) for name in parameters], list(parameters.values())
    else:
        values = list(parameters)
        own = [getattr(x, "name", "") for x in values]
        names = [x if x and Counter(own)[x] == 1 else f"{x}[{i}]" for i, x in enumerate(own)]
    if not values:
        raise ValueError("parameters: expected at least one Value, got none")
    for name, value in zip(names, values, strict=True):
        if not isinstance(value, Value):
            raise TypeError(f"parameter {name}: expected a Value, got {value!r}: Value({value!r}) makes one")
        if value.op is not None:
            raise ValueError(
                f"parameter {name}: expected a Value that you made, got {value!r}, "
                f"which {value.op.name} computed: only what it was computed from can be changed"
            )
    if len(set(values)) < len(values):
        twice = [name for name, value in zip(names, values, strict=True) if Counter(values)[value] > 1]
        raise ValueError(f"parameters: expected each Value once, got the same as {' and '.join(twice)}")
    if len(set(names)) < len(names):
        raise ValueError(f"parameters: expected a name of its own for each, got {', '.join(names)}")
    return names, values


def _functions(transforms: Any) -> tuple[Transform, ...]:
    if callable(transforms) or not all(map(callable, transforms)):
        raise TypeError(f"transforms: expected a list of functions, got {transforms!r}")
    return tuple(transforms)


def _typed(gradient: Any, parameter: Value) -> Any:
    """A gradient of the parameter's own type, if any: transforms may compute in float64."""
    if gradient is None:
        return None
    return np.asarray(gradient, parameter.dtype) if parameter.shape else float(gradient)


def _loaded(name: str, state: Mapping[str, Any], present: Any, parameter: Value) -> Any:
    """A part of a saved memory, copied, in the shape and the type of what is there now."""
    data = as_data(state[name], name)
    if np.shape(data) != np.shape(present):
        raise ValueError(f"load_state: {name}: expected shape {np.shape(present)}, got {np.shape(data)}")
    return data.astype(parameter.dtype) if np.shape(data) else float(data)


# The formulas ------------------------------------------------------------------------------------


class GradientDescent(Optimizer):
    """Against the gradient: w <- w - rate * gradient.

    A.-L. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    With one example at a time it is stochastic gradient descent (SGD). It converges where
    0 < rate < 2 / L, L being the largest second derivative of the error in any direction.

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
        """The new weight."""
        return (weight - rate * gradient,)


class Momentum(Optimizer):
    """A ball with inertia: velocity <- momentum * velocity + gradient,  w <- w - rate * velocity.

    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964 (heavy ball).
    The velocity is in units of the gradient, as in PyTorch. Polyak has it in units of the weight,
    v <- momentum * v - rate * gradient: the same as long as the rate does not change.

    momentum  in [0, 1): what is left of the velocity after a step. Under a steady gradient the ball gets
              1 / (1 - momentum) times as fast as gradient descent.

    >>> from microgd import descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])       # a valley
    >>> for step in descend(lambda: np.sum(steep * w * w), Momentum([w], learning_rate=0.01), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.59748
    60 0.04660
    90 0.00572
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        transforms: Transforms = (),
        *,
        momentum: float = 0.9,
    ) -> None:
        super().__init__(parameters, learning_rate, transforms)
        self.momentum = number("momentum", momentum, "[0, 1)")

    def start(self, zero: Any) -> Memory:
        """The velocity is 0."""
        return {"velocity": zero}

    def update(self, weight: Any, gradient: Any, rate: float, velocity: Any) -> tuple[Any, ...]:
        """The new weight and velocity."""
        velocity = self.momentum * velocity + gradient
        return weight - rate * velocity, velocity


class Nesterov(Momentum):
    """Momentum that looks ahead: as `Momentum`, then w <- w - rate * (gradient + momentum * velocity).

    Y. Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)",
    1983; in the form of I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of
    initialization and momentum in deep learning", 2013. There the gradient is taken where the velocity
    will have carried the weight, w - rate * momentum * velocity. The weight here *is* that point ahead,
    as in PyTorch: the gradient is then the one at the weight, and the two forms walk the same path as
    long as the rate does not change.

    momentum  in [0, 1).

    >>> from microgd import descend
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
        """The new weight and velocity."""
        velocity = self.momentum * velocity + gradient
        return weight - rate * (gradient + self.momentum * velocity), velocity


class Adagrad(Optimizer):
    """A rate for each weight, smaller the more it has moved: with every squared gradient so far added up,

    squares <- squares + gradient^2,  w <- w - rate * gradient / (sqrt(squares) + epsilon).

    J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011. The rate never grows again; RMSprop forgets and so can.

    epsilon  > 0, in units of the gradient: where there never was one, 0 / epsilon is 0.

    >>> from microgd import descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), Adagrad([w], learning_rate=1.0), steps=30):
    ...     if step.number % 10 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    10 0.34216
    20 0.01275
    30 0.00048
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        transforms: Transforms = (),
        *,
        epsilon: float = 1e-10,
    ) -> None:
        super().__init__(parameters, learning_rate, transforms)
        self.epsilon = number("epsilon", epsilon, "(0, inf)")

    def start(self, zero: Any) -> Memory:
        """The sum of squares is 0."""
        return {"squares": zero}

    def update(self, weight: Any, gradient: Any, rate: float, squares: Any) -> tuple[Any, ...]:
        """The new weight and sum of squared gradients."""
        squares = squares + gradient * gradient
        return weight - rate * gradient / (np.sqrt(squares) + self.epsilon), squares


class RMSprop(Optimizer):
    """The gradient divided by its own recent size, a running root mean square (RMS):

    mean_square <- decay * mean_square + (1 - decay) * gradient^2,
    w <- w - rate * gradient / (sqrt(mean_square) + epsilon).

    G. Hinton, "Neural networks for machine learning", lecture 6e, 2012, with decay 0.9; PyTorch calls it
    alpha and takes 0.99. TensorFlow has epsilon under the root. The mean starts from 0 and is not
    corrected for it, so the first steps are up to 1 / sqrt(1 - decay) times too long; Adam corrects.

    decay    in [0, 1): what is left of the mean after a step.
    epsilon  > 0, in units of the gradient.

    >>> from microgd import descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), RMSprop([w], learning_rate=0.1), steps=30):
    ...     if step.number % 10 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    10 5.87699
    20 2.40277
    30 0.77674
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        transforms: Transforms = (),
        *,
        decay: float = 0.9,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate, transforms)
        self.decay = number("decay", decay, "[0, 1)")
        self.epsilon = number("epsilon", epsilon, "(0, inf)")

    def start(self, zero: Any) -> Memory:
        """The mean square is 0."""
        return {"mean_square": zero}

    def update(self, weight: Any, gradient: Any, rate: float, mean_square: Any) -> tuple[Any, ...]:
        """The new weight and mean square of the gradients."""
        mean_square = self.decay * mean_square + (1 - self.decay) * gradient * gradient
        return weight - rate * gradient / (np.sqrt(mean_square) + self.epsilon), mean_square


class Adam(Optimizer):
    """Momentum over RMSprop, each corrected for its start from 0 (adaptive moments):

    mean        <- beta1 * mean + (1 - beta1) * gradient
    mean_square <- beta2 * mean_square + (1 - beta2) * gradient^2
    w <- w - rate * mean / (1 - beta1^count) / (sqrt(mean_square / (1 - beta2^count)) + epsilon)

    D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1. `count` is how
    many gradients this weight has seen, the present one included: each weight has its own, so that the
    correction is right for one that was frozen at first. The first step has length `rate` in every weight.

    beta1    in [0, 1): what is left of the mean after a step.
    beta2    in [0, 1): what is left of the mean square.
    epsilon  > 0, in units of the gradient, outside of the root.

    >>> from microgd import descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), Adam([w], learning_rate=0.2), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.25688
    60 0.06722
    90 0.00367
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        transforms: Transforms = (),
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate, transforms)
        self.beta1 = number("beta1", beta1, "[0, 1)")
        self.beta2 = number("beta2", beta2, "[0, 1)")
        self.epsilon = number("epsilon", epsilon, "(0, inf)")

    def start(self, zero: Any) -> Memory:
        """Both means are 0, of 0 gradients."""
        return {"mean": zero, "mean_square": zero, "count": 0.0}

    def update(
        self, weight: Any, gradient: Any, rate: float, mean: Any, mean_square: Any, count: float
    ) -> tuple[Any, ...]:
        """The new weight, both means, and how many gradients they are of."""
        count = count + 1
        mean = self.beta1 * mean + (1 - self.beta1) * gradient
        mean_square = self.beta2 * mean_square + (1 - self.beta2) * gradient * gradient
        unbiased = mean / (1 - self.beta1**count)
        unbiased_square = mean_square / (1 - self.beta2**count)
        weight = weight - rate * unbiased / (np.sqrt(unbiased_square) + self.epsilon)
        return weight, mean, mean_square, count


class AdamW(Adam):
    """Adam with decoupled weight decay: w <- w - rate * weight_decay * w, then Adam's step.

    I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019. The transform `weight_decay`
    adds to the gradient, which Adam then divides by its size, so a weight with large gradients decays
    less; here all shrink by the same fraction. As in PyTorch, the decay is multiplied by the whole
    learning rate; in the paper by the schedule's factor only.

    weight_decay  >= 0. The others as in `Adam`.

    >>> from microgd import descend
    >>> w, steep = Value([4.0, 1.0]), np.array([1.0, 50.0])
    >>> for step in descend(lambda: np.sum(steep * w * w), AdamW([w], learning_rate=0.2), steps=90):
    ...     if step.number % 30 == 0:
    ...         print(f"{step.number:2} {step.error:.5f}")
     0 66.00000
    30 0.25326
    60 0.06168
    90 0.00326
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        transforms: Transforms = (),
        *,
        weight_decay: float = 0.01,
        **options: float,
    ) -> None:
        super().__init__(parameters, learning_rate, transforms, **options)
        self.weight_decay = number("weight_decay", weight_decay, "[0, inf)")

    def update(
        self, weight: Any, gradient: Any, rate: float, mean: Any, mean_square: Any, count: float
    ) -> tuple[Any, ...]:
        """The new weight and Adam's new memory."""
        weight = weight - rate * self.weight_decay * weight
        return super().update(weight, gradient, rate, mean, mean_square, count)
