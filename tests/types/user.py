"""A user's script: mypy and pyright accept it as it is, and infer what assert_type says."""

from typing import Any, assert_type, cast

import numpy as np

from microgd import (
    MLP,
    Adam,
    History,
    KnobNet,
    Value,
    checkpoint,
    compile,
    descend,
    grad,
    hessian,
    losses,
    schedules,
    value_and_grad,
)

# Operators and methods give a Value.
knob_weight = Value(0.5, name="knob_weight")
pred = 0.5 * knob_weight
error = (pred - 0.8) ** 2
assert_type(pred, Value)
assert_type(error, Value)
assert_type(error.exp().sum(), Value)
assert_type(Value([0.5])[0:1].T.reshape(1, 1), Value)
error.backward()
knob_weight.data -= 0.5 * knob_weight.grad
knob_weight.grad = 0

# NumPy's reductions and operators of arrays with Values are Any: they may be assigned to a Value.
weight = Value(np.ones((3, 2)))
x, y = np.ones((4, 3)), np.zeros((4, 2))
mean: Value = np.mean((x @ weight - y) ** 2)
mean.backward()
np.mean(weight).backward()
hidden: Value = np.ones(3) * Value([1.0, 2.0, 3.0])
logits: Value = x @ weight

# NumPy's stubs say that a ufunc of an array-like is an array. The method gives the Value, and so does cast.
e: Value = knob_weight.exp()
e.backward()
total: Value = weight.sum()
total.backward()
bent = cast(Value, np.arctan(x @ weight))
bent.sum().backward()
smooth = np.mean((weight.tanh() - 1.0) ** 2)
smooth.backward()
joined = cast(Value, np.concatenate([weight, weight]))
assert_type(joined.mean(), Value)

# Functions in, functions out.
value, gradient = value_and_grad(lambda w: np.sum(w * w))(np.ones(3))
slope: float = grad(lambda w: (w - 1) ** 2)(0.5)
curvature: np.ndarray[Any, Any] = hessian(lambda w: w @ w)(np.ones(3))
step = compile(value_and_grad(lambda w, x: np.mean((x * w) ** 2)))
print(step(0.5, 2.0), step.source)

# Nets, optimizers, and the loop.
net = MLP(3, 4, 2, activation=np.tanh, rng=0)
optimizer = Adam(net.parameters, learning_rate=schedules.cosine(0.1, 100))
history = History(descend(lambda: losses.mean_squared_error(net(x), y), optimizer, steps=3))
for seen in descend(lambda: losses.mean_squared_error(net(x), y), optimizer, steps=3):
    print(seen.number, f"{seen.error:.3f}", seen.reason)
knob_net = KnobNet(0.5)
knob_net.learn(knob_net.compare(knob_net.predict(0.5), 0.8), alpha=0.1)
checkpoint.save("net.npz", net.parameters, optimizer)
