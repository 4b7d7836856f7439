"""Wrong uses of the pictures: graphs, plots and pages."""

import numpy as np
import pytest
from refusals import refused

from microgd import MLP, GradientDescent, History, KnobNet, Value, descend, draw, play, primitive, schedules
from microgd.pictures import play_descent, play_net

pytest.importorskip("matplotlib")
from microgd import plots

NAN, INF = float("nan"), float("inf")
knob = Value(0.5, name="knob")


def error():
    return (0.5 * knob - 0.8) ** 2


def bowl(w):
    return (w * w).sum()


run = History(descend(error, GradientDescent([knob], 0.1), steps=5))

GRAPHS = [
    (lambda: draw(0.5), "draw: expected a Value, which remembers how it was computed"),
    (lambda: draw([knob]), "draw: expected a Value, which remembers how it was computed"),
    (lambda: draw(error(), 5), "expected names as a dict such as locals(), got int"),
    (lambda: draw(error(), colour="red"), "draw() got an unexpected keyword argument 'colour'"),
    (lambda: draw(error()).save(5), "expected the path of a file, such as 'net.npz', got 5"),
    (lambda: draw(error()).save("a.xyz"), "save: expected the name of an image, such as knob.svg"),
    (lambda: draw(error()).pipe(format="xyz"), "unknown format: 'xyz'"),
    (
        lambda: play(0.5),
        "play: expected a Value, which remembers how it was computed, or a function of no arguments that "
        "returns one, got 0.5",
    ),
    (lambda: play(Value([1.0, 2.0]) * 2), "play: expected a scalar, got shape (2,): reduce it"),
    (lambda: play(error(), {"a": 1}), "play: expected out as the path of a file, got a dict"),
    (lambda: play(error(), 5), "expected the path of a file, such as 'net.npz', got 5"),
    (lambda: play(error(), "page.txt"), "expected the name of a page, such as player.html, got page.txt"),
    (lambda: play_descent(0.5, -1, 1, 0, 0.1), "error: expected a function of one knob, such as lambda"),
    (lambda: play_descent(bowl, "a", 1, 0, 0.1), "low: expected real numbers, got text ('a')"),
    (lambda: play_descent(bowl, 1, 0, 0, 0.1), "expected low < high, got 1 and 0"),
    (lambda: play_descent(bowl, 0, 1, 5, 0.1), "play_descent: expected low <= start <= high, got 0, 5 and 1"),
    (lambda: play_descent(bowl, 0, 1, NAN, 0.1), "start: expected a number in (-inf, inf), got nan"),
    (lambda: play_descent(bowl, 0, 1, 0.5, [0.1]), "learning_rate: expected a number in (0, inf), got [0.1]"),
    (lambda: play_descent(bowl, 0, 1, 0.5, 0), "learning_rate: expected a number in (0, inf), got 0"),
    (lambda: play_descent(bowl, 0, 1, 0.5, "a"), "learning_rate: expected a number in (0, inf), got 'a'"),
    (lambda: play_descent(bowl, (0, 0), (1, 1), 0.5), "three numbers, or three pairs for two knobs, got low"),
]

net = MLP(2, 3, 1, rng=0)
two = MLP(2, 3, 3, 1, rng=0)
two.layers[1].activation = np.tanh
broken = MLP(2, 3, 1, rng=0)
broken.layers[0].bias.data = [0.0, NAN, 0.0]
falling = GradientDescent(net.parameters, schedules.cosine(0.1, 10))
softsign = primitive(lambda x: x / (1 + abs(x)), lambda g, out, x: g / (1 + abs(x)) ** 2, name="softsign")
inputs, goals = np.eye(4)[:, :2], [0, 1, 0, 1]
NETS = [
    (lambda: play_net(5), "net: expected an MLP such as MLP(2, 8, 8, 1), got 5"),
    (lambda: play_net(KnobNet(0.5)), "net: expected an MLP such as MLP(2, 8, 8, 1), got KnobNet"),
    (
        lambda: play_net(MLP(2, 17, 1)),
        "net: expected at most 2 hidden layers of at most 16 units, and one output",
    ),
    (lambda: play_net(MLP(2, 4, 4, 4, 1)), "net: expected at most 2 hidden layers of at most 16 units"),
    (lambda: play_net(MLP(2, 4, 2)), "and one output, got MLP(2 -> 4 relu -> 2)"),
    (
        lambda: play_net(MLP(2, 3, 1, activation=softsign)),
        "javascript: the operation softsign cannot be written",
    ),
    (lambda: play_net(net, data="cats and dogs"), "net: expected 1 inputs, as 'cats and dogs' has, got MLP"),
    (lambda: play_net(two), "net: expected one activation for the hidden layers, none for the last, got MLP"),
    (lambda: play_net(broken), "net: expected finite weights, got nan or inf"),
    (lambda: play_net(net, 0.1), "optimizer: expected one such as Momentum(net.parameters, 0.1), got 0.1"),
    (lambda: play_net(net, GradientDescent), "optimizer: expected one such as Momentum(net.parameters, 0.1)"),
    (lambda: play_net(net, falling), "optimizer: expected a number as its learning rate, no transforms"),
    (
        lambda: play_net(data="moons"),
        "data: expected one of two moons, circles, XOR, spirals, cats and dogs, or",
    ),
    (lambda: play_net(data=5), "data: expected a name or a pair (input, goal), got 5"),
    (lambda: play_net(data=(inputs, "a")), "data: goal: expected real numbers, got text ('a')"),
    (
        lambda: play_net(data=(np.eye(4), goals)),
        "data: expected inputs of shape (n,), (n, 1) or (n, 2), got (4, 4)",
    ),
    (lambda: play_net(data=(inputs, [0, 1])), "data: expected a goal for each of 4 rows, got shape (2,)"),
    (lambda: play_net(data=(inputs[:3], goals[:3])), "data: expected from 4 to 1000 rows, got 3"),
    (
        lambda: play_net(data=(inputs * NAN, goals)),
        "data: expected inputs within 1e+100, got nan or more: drop or",
    ),
    (
        lambda: play_net(data=(inputs, [0, 1, 2, 1])),
        "data: expected goals 0 and 1, one for each class, got others",
    ),
    (lambda: play_net(batch_size=0), "batch_size: expected a number in [1, inf), got 0"),
    (lambda: play_net(batch_size=2.5), "batch_size: expected a whole number, got 2.5"),
    (lambda: play_net(out="page.txt"), "expected the name of a page, such as player.html, got page.txt"),
]

CURVES = [
    (lambda: plots.error_curve(0.5, 0, 1), "error: expected a function of the weights, such as lambda w:"),
    (lambda: plots.error_curve(bowl, 1, 0), "expected low < high, got 1 and 0"),
    (lambda: plots.error_curve(bowl, 0, "a"), "high: expected a number, got 'a'"),
    (lambda: plots.error_curve(bowl, 0, INF), "expected a range within 1e+306"),
    (lambda: plots.error_curve(lambda w: "a", 0, 1), "error(weights): expected real numbers, got text ('a')"),
    (
        lambda: plots.error_curve(lambda w: w * np.ones(2), 0, 1),
        "error(weights): expected a scalar, got shape (2,)",
    ),
    (lambda: plots.error_curve(bowl, 0, 1, ball="a"), "ball: expected a number in (-inf, inf), got 'a'"),
    (lambda: plots.error_curve(bowl, 0, 1, ball=NAN), "ball: expected a number in (-inf, inf), got nan"),
    (
        lambda: plots.error_curve(bowl, 0, 1, ax=5),
        "ax: expected Axes of matplotlib, or None for new ones, got 5",
    ),
    (lambda: plots.tangents(bowl, 0, 1, "a", learning_rate=1), "at: expected real numbers, got text ('a')"),
    (
        lambda: plots.tangents(bowl, 0, 1, [0.5], learning_rate="a"),
        "learning_rate: expected a number in [0, inf)",
    ),
    (
        lambda: plots.tangents(bowl, 0, 1, [NAN], learning_rate=1),
        "tangents: the error has no finite slope at nan",
    ),
    (lambda: plots.paths_on_curve(bowl, 0, 1, 5), "path: expected n numbers, n at least 1, got shape ()"),
    (lambda: plots.paths_on_curve(bowl, 0, 1, {"a": "b"}), "path: expected real numbers, got text ('b')"),
    (
        lambda: plots.paths_on_curve(bowl, 0, 1, {"a": []}),
        "path: expected n numbers, n at least 1, got shape (0,)",
    ),
    (
        lambda: plots.animate_on_curve(bowl, 0, 1, [0.1], interval=-5),
        "interval: expected a number in [1, inf)",
    ),
    (lambda: plots.error_contour(bowl, 0, 1), "x: expected a pair (low, high), got 0"),
    (lambda: plots.error_contour(bowl, (0, 1), "ab"), "y: expected a pair (low, high), got 'ab'"),
    (lambda: plots.error_contour(bowl, (0, 1), (1, 0)), "expected low < high, got 1 and 0"),
    (
        lambda: plots.error_contour(lambda w: w, (0, 1), (0, 1)),
        "error(weights): expected a scalar, got shape (2,)",
    ),
    (
        lambda: plots.error_contour(bowl, (0, 1), (0, 1), [[1, 2, 3]]),
        "path: expected n pairs of weights, n at least 1",
    ),
    (lambda: plots.error_surface(5, (0, 1), (0, 1)), "error: expected a function of the weights"),
    (lambda: plots.gradient_and_step(bowl, [1], 0.1, ax=None), "at: expected two weights, got shape (1,)"),
    (
        lambda: plots.gradient_and_step(bowl, [1, 2], "a", ax=None),
        "learning_rate: expected a number in [0, inf)",
    ),
]

RUNS = [
    (lambda: plots.history(5), "runs: expected a History, such as History(descend(...)), got 5"),
    (lambda: plots.history({}), "runs: expected at least one run, got none"),
    (lambda: plots.history({"a": 5}), "runs: expected a History, such as History(descend(...)), got 5"),
    (lambda: plots.history(run, "speed"), "what: expected one of error, validation_error, gradient_norm"),
    (lambda: plots.history(run, ax=5), "ax: expected Axes of matplotlib, or None for new ones, got 5"),
    (lambda: plots.parameters(5), "runs: expected a History, such as History(descend(...)), got 5"),
    (lambda: plots.history_panels(5), "runs: expected a History, such as History(descend(...)), got 5"),
    (lambda: plots.learning_rate_sweep(5), "runs: expected a dict of Histories, got 5"),
    (lambda: plots.learning_rate_sweep({"a": run}), "learning rate: expected a number in [0, inf), got 'a'"),
    (lambda: plots.batch_size_sweep({}, 10), "runs: expected at least one run, got none"),
    (lambda: plots.batch_size_sweep({1: run}, 0), "examples: expected a number in [1, inf), got 0"),
    (lambda: plots.batch_size_sweep({"a": run}, 10), "batch size: expected a number in [1, inf), got 'a'"),
]

DATA = [
    (lambda: plots.histogram([1, 2]), "histogram: expected groups as a dict, name -> numbers, got [1, 2]"),
    (lambda: plots.histogram({"a": "b"}), "histogram: group a: expected real numbers, got text ('b')"),
    (
        lambda: plots.histogram({"a": [NAN]}),
        "histogram: expected at least one finite number in the groups, got none",
    ),
    (lambda: plots.histogram({"a": [1.0]}, bins=0), "histogram: bins: expected a number in [1, inf), got 0"),
    (lambda: plots.decision_boundary(5, {}), "decision_boundary: score: expected a function of points"),
    (lambda: plots.decision_boundary(bowl, [1]), "decision_boundary: expected groups as a dict"),
    (lambda: plots.decision_boundary(bowl, {}), "decision_boundary: expected one point at least, and finite"),
    (
        lambda: plots.decision_boundary(bowl, {"a": [[1, 2, 3]]}),
        "decision_boundary: group a: expected two features",
    ),
]

test_a_wrong_graph_or_page = refused(GRAPHS)
test_a_wrong_net_to_play = refused(NETS)
test_a_wrong_curve_or_surface = refused(CURVES)
test_a_wrong_run = refused(RUNS)
test_wrong_data = refused(DATA)
