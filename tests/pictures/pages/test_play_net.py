"""`play_net`: the data of the page, its programs, and what it refuses."""

import base64
import json
import re

import numpy as np
import pytest
from page_data import Parsed

from microgd import MLP, Adam, Momentum, datasets, init, relu
from microgd.learning import Optimizer
from microgd.pictures import play_net
from microgd.pictures.pages.net_data import SETS, data_sets

NAMES = ["two moons", "circles", "XOR", "spirals", "cats and dogs"]


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.html, re.DOTALL)[1])


def in_units_of_the_data(points):
    scaled = np.reshape(points["input"], (-1, points["inputs"]))
    return np.array(points["center"]) + np.array(points["scale"]) * scaled


def test_the_page_is_one_small_file_that_asks_nothing_of_a_network(tmp_path):
    page = play_net(out=tmp_path / "net.html")
    assert (tmp_path / "net.html").read_text("utf-8") == page.html
    assert Parsed(page).links == ["data:,"]
    assert "default-src 'none'" in page.html
    assert len(page.html.encode()) < 300_000


@pytest.mark.parametrize("name", NAMES)
def test_the_data_that_was_asked_for_comes_first(name):
    sets = data_sets(name)
    assert sets[0]["name"] == name
    assert sorted(points["name"] for points in sets) == sorted([*NAMES, "your own points"])


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_that_train_are_standardised_and_classes_are_balanced(name):
    points = data_sets(name)[0]
    training = np.reshape(points["input"], (-1, points["inputs"]))[: points["training"]]
    assert points["training"] == 140
    np.testing.assert_allclose(training.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(training.std(axis=0), 1, atol=1e-4)
    assert 0.4 < np.mean(points["goal"]) < 0.6


def test_cats_and_dogs_are_animals_of_the_data_set():
    points = data_sets("cats and dogs")[0]
    animals = datasets.cats_dogs()
    known = set(zip(animals.weight_kg.round(2), animals.species == "dog"))
    found = zip(in_units_of_the_data(points)[:, 0].round(2), map(bool, points["goal"]))
    assert set(found) <= known


def test_the_classes_are_where_their_names_say():
    rng = np.random.default_rng(5)
    input, goal = SETS["circles"][0](rng)
    radius = np.hypot(*input.T)
    assert radius[goal == 1].max() <= 0.5 < 0.7 <= radius[goal == 0].min()
    input, goal = SETS["XOR"][0](rng)
    assert ((np.sign(input[:, 0]) != np.sign(input[:, 1])) == goal).all()
    assert len({tuple(signs) for signs in np.sign(input)}) == 4
    input, goal = SETS["two moons"][0](rng)
    assert input[goal == 0, 1].mean() > 0.4 > 0.1 > input[goal == 1, 1].mean()


def test_data_of_ones_own_keeps_every_row():
    rng = np.random.default_rng(0)
    input, goal = 1000 + 5 * rng.normal(size=(40, 2)), rng.integers(2, size=40)
    points = data_of(play_net(data=(input, goal)))["sets"][0]
    assert (points["training"], points["classes"]) == (28, ["class 0", "class 1"])
    found = np.column_stack([in_units_of_the_data(points), points["goal"]])
    expected = np.column_stack([input, goal])
    np.testing.assert_allclose(found[found[:, 0].argsort()], expected[expected[:, 0].argsort()], rtol=1e-12)


@pytest.mark.parametrize("shape", [(30,), (30, 1)])
def test_one_input_and_goals_in_a_column(shape):
    input = np.arange(30.0).reshape(shape)
    points = data_of(play_net(data=(input, (np.ravel(input) > 10)[:, None])))["sets"][0]
    assert (points["inputs"], sum(points["goal"])) == (1, 19)


@pytest.mark.parametrize("constant", [0.0, 1.0, -1e17, 9e99])
def test_a_constant_input_is_no_reason_to_fail(constant):
    points = data_sets((np.column_stack([np.arange(10.0), np.full(10, constant)]), np.arange(10) % 2))[0]
    assert points["low"][1] < 0 < points["high"][1]
    assert len(points["ticks"][1]) >= 1
    assert min(points["scale"]) > 0


@pytest.mark.parametrize("scale", [1e-100, 1e-5, 1e98])
def test_inputs_of_all_sizes(scale):
    points = data_sets((scale * np.arange(10.0), np.arange(10) % 2))[0]
    assert np.isfinite(points["input"]).all()
    assert 2 <= len(points["ticks"][0]) <= 12


@pytest.mark.parametrize("way", ["he", "xavier"])
def test_the_draws_of_a_seed_are_those_of_a_net_of_this_seed(way):
    draws = data_of(play_net())["draws"][way]
    for seed in (0, 7):
        numbers = np.frombuffer(base64.b64decode(draws[seed]), "<f8")
        net = MLP(2, 5, 1, initialise=getattr(init, way), rng=seed)
        w = net.layers[1].weight.data.ravel()
        drawn = numbers[10:15]
        limit = np.sqrt(6 / 6)
        np.testing.assert_array_equal(
            w, drawn * np.sqrt(2 / 5) if way == "he" else -limit + 2 * limit * drawn
        )


class Signs(Optimizer):
    def update(self, weight, gradient, rate):
        return (weight - rate * np.sign(gradient),)


def test_the_page_begins_with_what_was_given():
    net = MLP(2, 3, 16, 1, activation=relu, rng=0)
    data = data_of(play_net(net, Momentum(net.parameters, 0.07, momentum=0.5), "spirals", batch_size=None))
    assert data["start"]["units"] == [3, 16]
    assert data["start"]["activation"] == "relu"
    assert data["start"]["numbers"][:6] == net.layers[0].weight.data.ravel().tolist()
    assert len(data["start"]["numbers"]) == 2 * 3 + 3 + 3 * 16 + 16 + 16 + 1
    assert data["optimizer"] == {"kind": "Momentum", "name": "Momentum", "rate": 0.07}
    assert data["formulas"]["Momentum"]["settings"][0]["value"] == 0.5
    assert data["batch"] is None


def test_an_activation_and_a_formula_of_ones_own_are_offered():
    def swish(x):
        return x / (1 + np.exp(-x))

    net = MLP(1, 4, 1, activation=swish, rng=0)
    data = data_of(play_net(net, Signs(net.parameters, 0.01), "cats and dogs"))
    assert (data["start"]["activation"], data["label"]) == ("own", "swish")
    assert data["activations"][-1] == "own"
    assert (data["optimizer"]["kind"], data["optimizer"]["name"]) == ("own", "Signs")


def test_a_net_without_an_activation_is_the_linear_one_that_is_offered():
    assert data_of(play_net(MLP(2, 3, 1, activation=None, rng=0)))["start"]["activation"] == "none"


def test_the_given_net_is_not_changed():
    net = MLP(2, 4, 1, rng=0)
    before = {name: value.data for name, value in net.parameters.items()}
    optimizer = Adam(net.parameters, 0.1)
    play_net(net, optimizer)
    assert all((value.data == before[name]).all() for name, value in net.parameters.items())
    assert optimizer.steps == 0
