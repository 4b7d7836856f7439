"""Nets on data that people know: two moons, handwritten digits, cats and dogs; each learned in seconds."""

import csv
import time
from pathlib import Path

import numpy as np
import pytest

from microgd import MLP, Adam, GradientDescent, KnobNet, descend, init, losses
from microgd.learning import Stop, batches, standardize
from microgd.learning.schedules import cosine

CATS_AND_DOGS = Path(__file__).parents[2] / "examples" / "data" / "cats_dogs.csv"


def last(descent):
    *_, step = descent
    return step


# Two moons


def two_moons(n, noise, rng):
    """n points on two interlocking half circles, labels -1 and 1."""
    angle = np.pi * rng.random(n)
    upper = np.arange(n) % 2 == 0
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    points = np.column_stack([x, y]) + rng.normal(0, noise, (n, 2))
    return points, np.where(upper, 1.0, -1.0)


@pytest.mark.parametrize("seed", range(5))
def test_two_moons_are_told_apart_without_a_mistake(seed):
    points, labels = two_moons(100, 0.1, np.random.default_rng(seed))
    net = MLP(2, 16, 16, 1, rng=seed)
    began = time.perf_counter()
    optimizer = GradientDescent(net.parameters, 0.3)
    step = last(
        descend(lambda: losses.hinge(net(points)[:, 0], labels).mean(), optimizer)
    )  # 190 to 390 steps
    assert np.array_equal(np.sign(net(points).data[:, 0]), labels)
    assert (step.reason, step.error) == (Stop.CONVERGED, 0.0)  # every point outside the margin
    assert time.perf_counter() - began < 10


# Handwritten digits


@pytest.mark.parametrize("seed", [0, 1])
def test_handwritten_digits(seed):
    datasets = pytest.importorskip("sklearn.datasets")
    images, digits = datasets.load_digits(return_X_y=True)
    images = images / 16
    order = np.random.default_rng(seed).permutation(len(images))
    held_out, train = np.split(order, [len(order) // 4])
    net = MLP(64, 100, 50, 10, rng=seed)
    rows = batches(len(train), 32, rng=seed)

    def error():
        batch = train[next(rows)]
        return losses.softmax_cross_entropy(net(images[batch]), digits[batch]).mean()

    began = time.perf_counter()
    steps = 40 * len(train) // 32
    last(descend(error, Adam(net.parameters, cosine(0.005, steps)), steps=steps, gtol=None, ftol=None))
    right = np.mean(net(images[held_out]).data.argmax(axis=1) == digits[held_out])
    assert right >= 0.97  # 98.0 % with both seeds, in 2 s
    assert time.perf_counter() - began < 60


# Cats and dogs, by weight and sex


def cats_and_dogs():
    """Weight in kg, a column each for male and female (neither where unknown), and 1 for a dog."""
    with open(CATS_AND_DOGS, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    weight = np.array([float(row["weight_kg"]) for row in rows])
    sex = np.array([[row["sex"] == "M", row["sex"] == "F"] for row in rows], float)
    return weight, sex, np.array([row["species"] == "dog" for row in rows], float)


def right_by_net(features, dog, train, validation, held_out, seed):
    features = standardize(features, like=features[train])
    net = MLP(features.shape[1], 8, 1, activation=np.tanh, initialise=init.xavier, rng=seed)

    def error(rows):
        return losses.binary_cross_entropy(net(features[rows])[:, 0], dog[rows]).mean()

    last(
        descend(
            lambda: error(train),
            Adam(net.parameters, 0.02),
            validation_error=lambda: error(validation).item(),
            patience=50,
        )
    )
    return np.mean((net(features[held_out]).data[:, 0] > 0) == (dog[held_out] == 1))


def right_by_one_knob(weight, dog, train, held_out):
    net = KnobNet(0.0)

    def error():
        return net.compare(net.predict(weight[train]), dog[train])

    last(descend(error, GradientDescent(net.parameters, 0.005)))
    return np.mean((net.predict(weight[held_out]).data >= 0.5) == (dog[held_out] == 1))


def right_by_threshold(weight, dog, train, held_out):
    cut = max(np.unique(weight[train]), key=lambda kg: np.mean((weight[train] > kg) == (dog[train] == 1)))
    return np.mean((weight[held_out] > cut) == (dog[held_out] == 1))


def test_what_a_hidden_layer_and_a_second_feature_are_worth():
    weight, sex, dog = cats_and_dogs()
    scores = []
    for seed in range(8):
        order = np.random.default_rng(seed).permutation(len(weight))
        held_out, validation, train = np.split(order, [len(order) // 4, len(order) // 2])
        both = np.concatenate([train, validation])  # these two need no validation of their own
        scores.append(
            [
                right_by_one_knob(weight, dog, both, held_out),
                right_by_threshold(weight, dog, both, held_out),
                right_by_net(weight[:, None], dog, train, validation, held_out, seed),
                right_by_net(np.column_stack([weight, sex]), dog, train, validation, held_out, seed),
            ]
        )
    one_knob, threshold, net_on_weight, net_on_both = np.mean(scores, axis=0)
    # Seen: 72.2, 77.5, 78.3 and 77.9 % right on the held-out quarter, the mean of 8 splits, each give or
    # take 1. A hidden layer puts the cut where it belongs, which the one knob cannot: its cut, 0.5 / knob,
    # is where a line through the origin reaches one half. That is all there is to gain; sex adds nothing.
    assert 0.70 < one_knob < 0.75
    assert net_on_both > one_knob + 0.04
    assert abs(net_on_weight - threshold) < 0.02
    assert abs(net_on_both - net_on_weight) < 0.02
