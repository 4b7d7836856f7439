"""A layer is a box: what is inside, what is not, and what it is called."""

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from dot import SVG, boxes_of, labels_of, texts_of

from microgd import MLP, Layer, Value, losses, relu, sigmoid
from microgd.pictures import draw

X = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 2.0]])
GOALS = np.array([[0, 1], [1, 1]])


def inside(picture, box):
    """The labels in a box, the numbers on the cards left out."""
    labels = labels_of(picture)
    return [labels[node].split("|")[0] for node in boxes_of(picture)[box]]


def layer(name, inputs, outputs):
    weight = Value(np.ones((inputs, outputs)), name=f"{name}.weight")
    return weight, Value(np.zeros(outputs), name=f"{name}.bias")


def test_each_layer_of_an_mlp_is_a_box_up_to_its_activation():
    pred = MLP(2, 16, 16, 1, rng=0)(X)
    picture = draw(losses.mean_squared_error(pred, np.ones((3, 1))))
    boxes = boxes_of(picture)
    assert list(boxes) == ["layer1", "layer2", "layer3"]
    for name, inputs in (("layer1", 2), ("layer2", 16)):
        assert sorted(inside(picture, name)) == sorted(
            [f"weight ({inputs}, 16)", "bias (16,)", "@", "(3, 16)", "+", "(3, 16)", "relu", "(3, 16)"]
        )
    assert sorted(inside(picture, "layer3")) == sorted(
        ["weight (16, 1)", "bias (1,)", "@", "(3, 1)", "+", "(3, 1)"]
    )
    labels = labels_of(picture)
    outside = set(labels) - {node for box in boxes.values() for node in box}
    assert sorted(labels[node].split("|")[0] for node in outside if node.endswith("_op")) == [
        "**", "-", "/", "sum",
    ]  # fmt: skip
    assert any(labels[node].startswith("(3, 2)") for node in outside)  # the input


def test_the_box_says_the_beginning_of_the_names_and_the_cards_the_rest():
    weight, bias = layer("net.hidden", 2, 3)
    labels = labels_of(draw(relu(X @ weight + bias))).values()
    assert {"weight (2, 3)", "bias (3,)"} <= {label.split("|")[0] for label in labels}
    assert (
        "a.b|{{data|grad}|{1|0}}" in labels_of(draw(Value(1.0, "a.b"))).values()
    )  # nothing to be boxed with


def test_names_may_come_from_the_dict_of_a_net():
    weight, bias = Value(np.ones((2, 1))), Value(np.zeros(1))
    picture = draw(X @ weight + bias, {"out.weight": weight, "out.bias": bias})
    assert "weight (2, 1)" in inside(picture, "out")


def test_nothing_without_a_dot_in_its_name_is_in_a_box():
    weight = Value(np.ones((2, 1)), "weight")
    assert boxes_of(draw(X @ weight)) == {}


def test_an_activation_written_out_belongs_to_its_layer_on_the_way_to_the_next():
    (weight, bias), (weight2, bias2) = layer("first", 2, 3), layer("second", 3, 1)
    hidden = X @ weight + bias
    leaky = np.maximum(hidden, 0.01 * hidden)
    picture = draw(leaky @ weight2 + bias2)
    assert {"maximum", "*", "0.01"} <= set(inside(picture, "first"))


def test_what_follows_the_last_layer_with_a_constant_is_the_loss():
    weight, bias = layer("last", 2, 1)
    squashed = draw(sigmoid(X @ weight + bias))
    assert "sigmoid" in inside(squashed, "last")
    shifted = draw((X @ weight + bias) - 1.0)
    assert "-" not in inside(shifted, "last")
    summed = draw(np.sum(X @ weight + bias))
    assert "sum" not in inside(summed, "last")


@pytest.mark.parametrize("activation", [None, np.tanh])
@pytest.mark.parametrize(
    "loss",
    [
        lambda pred: losses.mean_squared_error(pred, GOALS),
        lambda pred: np.mean(losses.binary_cross_entropy(pred, GOALS)),  # reads the logits twice
        lambda pred: np.mean(losses.hinge(pred, 2 * GOALS - 1)),
        lambda pred: np.mean(losses.softmax_cross_entropy(pred, GOALS[0])),  # and so does this
        lambda pred: np.sum(pred * pred),
    ],
)
@pytest.mark.parametrize("merge_equal", [False, True])
def test_no_loss_is_in_the_box_of_the_last_layer(activation, loss, merge_equal):
    pred = Layer(2, 2, activation, name="last")(X[:2])
    operations = ["@", "+", *(["tanh"] if activation else [])]
    cards = ["weight (2, 2)", "bias (2,)", *["(2, 2)"] * len(operations)]
    assert sorted(inside(draw(loss(pred), merge_equal=merge_equal), "last")) == sorted(operations + cards)


def test_the_neurons_of_a_last_layer_have_their_activations_drawn_once_or_one_by_one():
    weights = [Value(0.1 * i, name=f"last.{i}") for i in range(1, 4)]
    error = sum((np.tanh(2.0 * weight) - 0.5) ** 2 for weight in weights)
    assert inside(draw(error, merge_equal=False), "last").count("tanh") == 3
    assert inside(draw(error, merge_equal=True), "last").count("tanh") == 1
    assert "-" not in inside(draw(error, merge_equal=True), "last")


def test_what_two_layers_have_in_common_is_in_neither_box():
    (a, _), (b, _) = layer("a", 2, 3), layer("b", 2, 3)
    picture = draw(relu(X @ a) + relu(X @ b))
    assert sorted(inside(picture, "a")) == sorted(["weight (2, 3)", "@", "(3, 3)", "relu", "(3, 3)"])
    assert "+" not in inside(picture, "a") + inside(picture, "b")
    penalty = draw(np.sum(a * a) + np.sum(b * b))
    assert set(inside(penalty, "a")) == {"weight (2, 3)", "*", "(2, 3)", "sum", ""} or "*" in inside(
        penalty, "a"
    )
    assert "+" not in inside(penalty, "a") + inside(penalty, "b")


def test_a_box_holds_only_what_is_drawn():
    picture = draw(MLP(2, 4, 4, 1, rng=0)(X), limit=3, merge_equal=False)
    drawn = set(labels_of(picture))
    assert list(boxes_of(picture)) == ["layer3"]
    assert {node for box in boxes_of(picture).values() for node in box} <= drawn


def test_markup_in_the_name_of_a_layer_is_text():
    weight, bias = layer('<b>"|{\\', 2, 3)
    svg = draw(X @ weight + bias).pipe("svg", encoding="utf-8")
    assert "<b>" not in svg
    assert "&lt;b&gt;&quot;|{\\" in svg


# The direction


def ranks(picture, along):
    """The centre of each node in the image, along one axis: from the SVG, y downwards."""
    root = ET.fromstring(picture.pipe("svg"))
    found = {}
    for node in root.iter(f"{SVG}g"):
        if node.get("class", "").startswith("node"):
            points = next(node.iter(f"{SVG}polygon"), None)
            if points is not None:
                places = np.array([p.split(",") for p in points.get("points").split()], float)
                found[node.find(f"{SVG}title").text] = places.mean(axis=0)["xy".index(along)]
    return found


def test_a_net_runs_down_and_everything_else_to_the_right():
    net = MLP(2, 4, 4, 1, rng=0)
    assert "rankdir=TB" in draw(net(X)).source
    assert "rankdir=LR" in draw(net(X), direction="right").source
    assert "rankdir=LR" in draw(MLP(2, 1, rng=0)(X)).source
    assert "rankdir=TB" in draw(Value(1.0) * 2.0, direction="down").source
    with pytest.raises(ValueError, match='expected direction "right" or "down", got \'up\''):
        draw(Value(1.0), direction="up")


@pytest.mark.parametrize(("direction", "along"), [("down", "y"), ("right", "x")])
def test_the_boxes_of_a_net_stand_one_after_the_other(direction, along):
    picture = draw(MLP(2, 4, 4, 1, rng=0)(X), direction=direction)
    places = ranks(picture, along)
    spans = [[places[node] for node in box if not node.endswith("_op")] for box in boxes_of(picture).values()]
    for before, after in itertools.pairwise(spans):
        assert max(before) < min(after)


def test_a_graph_that_runs_down_shows_the_same():
    error = np.sum((MLP(2, 3, 1, rng=0)(X) - 1.0) ** 2)
    down, right = (draw(error, direction=direction) for direction in ("down", "right"))
    assert labels_of(down) == labels_of(right)
    assert sorted(texts_of(down)) == sorted(texts_of(right))
