"""Pages for the tests in a browser: numbers, a fork, arrays, lines of code, a long sum, a descent."""

import numpy as np

from microgd import MLP, Value
from microgd.pictures import play, play_descent, play_net


def knob():
    knob_weight = Value(0.5, name="knob_weight")
    pred = 0.5 * knob_weight
    pred.name = "pred"
    return (pred - 0.8) ** 2


def fork():
    x, w = Value(0.5, name="x"), Value(-1.2, name="w")
    h = np.tanh(w * x)
    h.name = "h"
    return (h * h + h * x - w) ** 2


def knob_page():
    return play(knob())


def fork_page():
    return play(fork())


def net_page():
    rng = np.random.default_rng(0)
    input, weight = rng.normal(size=(4, 3)), Value(rng.normal(size=(3, 2)), name="weight")
    pred = np.tanh(input @ weight + Value(np.zeros(2), name="bias"))
    return play(np.mean(pred**2), names={"input": input})


def code_page():
    knob_weight, bias = Value(0.5), Value(np.inf)

    def error():
        a_rather_long_name = np.tanh(0.5 * knob_weight + bias) * np.exp(-knob_weight)
        return (a_rather_long_name
                - 0.8) ** 2  # fmt: skip

    return play(error)


def tall_page():
    return play(sum(Value(float(i), name=f"x{i}") for i in range(1, 15)))


def descent_page():
    def error(knob_weight):
        return (0.5 * knob_weight - 0.8) ** 2

    return play_descent(error, -2, 5, 0.5, 0.5)


def map_page():
    def error(w):
        return w[0] ** 2 + 10 * w[1] ** 2

    return play_descent(error, (-2, -2), (2, 2), (-1.5, 1), 0.02)


def learning_page():
    return play_net(MLP(2, 16, 16, 1, activation=np.tanh, rng=0), data="spirals")


def animals_page():
    return play_net(data="cats and dogs")
