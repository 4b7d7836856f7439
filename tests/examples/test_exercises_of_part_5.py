"""The exercises of part 5: each answer in the file is what running it gives."""

import numpy as np
import pytest
from exercises import answer, listed

from microgd import MLP, GradientDescent, History, descend, init, losses, transforms


def test_why_bend_1(course):
    names = course("why_bend").names
    weights = names["learned"](1, 100, abs)
    right = np.all((names["logits"](weights, names["input"], abs) > 0) == (names["goal"] == 1), axis=(1, 2))
    assert answer("why_bend", 1).startswith(f"One is, in {right.sum()} of the 100 starts: |x - y| is XOR.")
    x, y = names["input"].T
    assert np.array_equal(abs(x - y), names["goal"][:, 0])


def test_why_bend_2(course):
    names = course("why_bend").names
    weights = names["learned"](2, 100)
    errors = names["errors"](weights)
    stuck = abs(errors - np.log(2) / 2) < 0.005
    pred = np.sort(1 / (1 + np.exp(-names["logits"](weights, names["input"])[stuck, :, 0])))
    assert stuck.sum() > 30
    assert pred == pytest.approx(np.tile([0, 0.5, 0.5, 1], (stuck.sum(), 1)), abs=0.01)
    assert answer("why_bend", 2).startswith("About 0, 1 and twice 1/2:")


def moons(course, net, steps):
    """The shares of the lesson's points and of new ones that a net is right on after so many steps."""
    names = course("two_moons").names

    def error():
        return losses.binary_cross_entropy(net(names["points"])[:, 0], names["goals"]).mean()

    History(descend(error, GradientDescent(net.parameters, 0.3), steps, gtol=None, ftol=None))
    return [
        100 * names["right"](net, names[f"{which}points"], names[f"{which}goals"]) for which in ("", "new_")
    ]


def test_two_moons_1(course):
    right, _ = moons(course, MLP(2, 1, rng=0), 6000)
    assert answer("two_moons", 1).startswith(f"On {right:.1f} %, half a point more")


def test_two_moons_2(course):
    (_, early), (_, late) = (moons(course, MLP(2, 16, 1, rng=0), steps) for steps in (600, 6000))
    assert answer("two_moons", 2).startswith(f"On {early:.1f} %, and after 6,000 steps on {late:.1f} %:")


def test_initialisation_1(course, monkeypatch):
    sizes = course("initialisation").names["sizes"]
    monkeypatch.setitem(sizes.__globals__, "WIDTH", 200)
    front, _ = sizes(init.he)
    assert (front[-1] / front[0]) ** (2 / 9) == pytest.approx(1, abs=0.15)
    assert answer("initialisation", 1).startswith("By none: its variance 2 / inputs")


def test_initialisation_2(course):
    names = course("initialisation").names
    net = MLP(2, 8, 1, initialise=lambda inputs, outputs, rng: np.full((inputs, outputs), 0.5))

    def error():
        return losses.binary_cross_entropy(net(names["points"])[:, 0], names["goals"]).mean()

    History(descend(error, GradientDescent(net.parameters, 0.5), 300))
    weights = net.parameters["layer1.weight"].data
    assert np.ptp(weights, axis=1).max() < 1e-12
    assert np.max(abs(weights - 0.5)) > 0.01
    assert answer("initialisation", 2).startswith("One:")


def test_by_heart_1(course):
    names = course("by_heart").names
    few, many = (names[which][-1, 2] - names[which][-1, 0] for which in ("plain", "more"))
    assert f"With 30 they are {few:.2f} apart." in listed("by_heart")[0][0]
    assert answer("by_heart", 1).startswith(f"{many:.2f}:")


def test_by_heart_2(course):
    names = course("by_heart").names
    errors, _ = names["trained"](names["FEW"], transforms.weight_decay(0.1))
    assert errors[-1, 2] > names["decayed"][-1, 2]
    assert answer("by_heart", 2).startswith(f"No, {errors[-1, 2]:.3f}:")


def test_by_heart_3(course, monkeypatch):
    names = course("by_heart").names
    trained = names["trained"]
    monkeypatch.setitem(trained.__globals__, "MLP", lambda *sizes, **options: MLP(1, 1, 1, **options))
    errors, _ = trained(names["FEW"])
    assert answer("by_heart", 3).startswith(f"{errors[-1, 2]:.3f}:")


def test_cats_dogs_net_1(course):
    names = course("cats_dogs_net").names
    right = 100 * np.mean((0.0949 * names["weight"] > 0.5) == (names["dog"] == 1))
    assert answer("cats_dogs_net", 1).startswith(f"For {right:.1f} %, with the cut at {0.5 / 0.0949:.2f} kg:")


def test_cats_dogs_net_2(course):
    by_chance = 100 * np.sqrt(0.78 * 0.22 / 158)
    seen = 100 * np.std(course("cats_dogs_net").names["scores"]["net on weight"], ddof=1)
    assert answer("cats_dogs_net", 2).startswith(f"By {by_chance:.1f} % ")
    assert f"the eight splits vary by {seen:.1f} %" in answer("cats_dogs_net", 2)


def test_many_weights_1(course, monkeypatch):
    names = course("many_weights").names
    monkeypatch.setitem(names["logits"].__globals__, "relu", np.tanh)
    found = np.sum(names["errors"](names["learned"](4)).data < 0.02)
    assert answer("many_weights", 1).startswith(f"{found}:")


def test_many_weights_2(course):
    names = course("many_weights").names
    arrive = np.mean(names["ends"][3,] < 0.02)
    assert arrive == 7 / 24
    starts = int(np.ceil(np.log(0.01) / np.log(1 - arrive)))
    assert answer("many_weights", 2).startswith(
        f"{starts}: (17 / 24) ** {starts} = {(17 / 24) ** starts:.3f}."
    )
