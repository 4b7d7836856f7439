"""What micrograd can do works here as it stands, with another import line.

micrograd by A. Karpathy (github.com/karpathy/micrograd) is the engine that this one takes after: scalars,
operators that record, `backward`. Its tests and the example in its README use what is used here. The
README's figures are printed there; the others follow from the complex step, df/dx = Im f(x + ih) / h.
"""

import random

import numpy as np
import pytest

from microgd import Value


def relu(x):
    return x.relu() if isinstance(x, Value) else x * (x.real > 0)


def contrived(a, b):
    """The README's example, with every operation in it: += of results, plain numbers on either side."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def knotted(x):
    """x is used again and again, at every depth."""
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    return relu(z * z) + q + q * x


def slopes(f, *args):
    """df/dx for each argument, by the complex step."""
    return [f(*(x + 1e-30j * (i == j) for j, x in enumerate(args))).imag / 1e-30 for i in range(len(args))]


def test_the_example_in_the_readme():
    a, b = Value(-4.0), Value(2.0)
    g = contrived(a, b)
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"
    assert [a.grad, b.grad] == pytest.approx(slopes(contrived, -4.0, 2.0), rel=1e-14)


def test_a_value_used_again_and_again():
    x = Value(-4.0)
    y = knotted(x)
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)
    assert [x.grad] == slopes(knotted, -4.0)


@pytest.mark.parametrize(
    ("method", "function"), [(Value.tanh, np.tanh), (Value.exp, np.exp), (Value.log, np.log)]
)
def test_functions_of_one_number(method, function):
    for number in (0.123, 1.0, 2.0):
        x = Value(number)
        y = method(x)
        y.backward()
        assert y.data == pytest.approx(function(number), rel=1e-15)
        assert [x.grad] == pytest.approx(slopes(function, number), rel=1e-14)


def test_numbers_are_plain_floats():
    x = Value(2)
    y = x * x
    y.backward()
    assert [type(number) for number in (x.data, x.grad, y.data, y.grad)] == [float] * 4


def test_a_net_of_scalars_learns():
    """As in micrograd's demo: neurons as sums of products, max-margin loss, p.data -= rate * p.grad."""
    rng = random.Random(0)
    layers = [
        [[Value(rng.uniform(-1, 1)) for _ in range(n_in + 1)] for _ in range(n_out)]
        for n_in, n_out in ((2, 8), (8, 1))
    ]
    parameters = [w for layer in layers for neuron in layer for w in neuron]

    def net(x):
        for neurons in layers:
            sums = [sum((w * xi for w, xi in zip(neuron[1:], x)), neuron[0]) for neuron in neurons]
            x = sums if neurons is layers[-1] else [s.relu() for s in sums]
        return x[0]

    data = [((x, y), 1.0 if x * y > 0 else -1.0) for x in (-1.0, 1.0) for y in (-1.0, 1.0)]  # exclusive or
    for _ in range(100):
        loss = sum((1 + -label * net(x)).relu() for x, label in data) * (1.0 / len(data))
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= 0.2 * p.grad
    assert all((net(x).data > 0) == (label > 0) for x, label in data)
    assert loss.data < 0.1
