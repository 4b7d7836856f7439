"""The graph of a gradient: the pair that value_and_grad returns, drawn."""

import re

import numpy as np
import pytest
from dot import boxes_of, edges_of, labels_of, nodes_of

from microgd import MLP, Value, losses, value_and_grad
from microgd.pictures import draw
from microgd.pictures.graph import style


def knob(knob_weight):
    return (0.5 * knob_weight - 0.8) ** 2


def ways(picture):
    """Who is made from whom, directly or over others."""
    made = {}
    for a, b, _ in edges_of(picture):
        made.setdefault(b, set()).add(a)
    return made


def test_error_and_slope_are_in_one_picture_without_the_copies_of_the_arguments():
    knob_weight = Value(0.5, "knob_weight")
    error, slope = value_and_grad(knob)(knob_weight)
    picture = draw((error, slope), locals())
    labels = labels_of(picture)
    assert {"knob_weight|0.5", "error|0.3025", "slope|−0.55"} <= set(labels.values())
    assert "identity" not in labels.values()
    assert "data|grad" not in picture.source
    ids = {label: node for node, label in labels.items()}
    assert ids["knob_weight|0.5"] in ways(picture)[f"{ids['0.25']}_op"]  # used directly, not by a copy


def test_alone_they_are_drawn_without_the_copies_too():
    for value in value_and_grad(knob)(Value(0.5, "knob_weight")):
        assert "identity" not in labels_of(draw(value)).values()


def test_the_way_back_is_orange():
    error, slope = value_and_grad(knob)(Value(0.5))
    picture = draw((error, slope))
    nodes, labels = nodes_of(picture), labels_of(picture)
    by_colour = {
        role: [labels[n] for n, look in nodes.items() if wanted["color"] in look and not n.endswith("_op")]
        for role, wanted in style.ROLES.items()
        if role in ("gradient", "output", "leaf")
    }
    assert by_colour["leaf"] == ["0.5"]
    assert by_colour["output"] == ["0.3025"]
    assert by_colour["gradient"] == ["−0.55", "−1.1", "gradient|−0.55"]  # 1 (x w - g)^1, times 2, times x
    operations = [labels[n] for n, look in nodes.items() if n.endswith("_op") and style.GRADIENT_FILL in look]
    assert operations == ["**", "*", "*"]


def test_gradients_are_called_by_where_they_are_in_the_answer():
    def error_of(net, shift):
        return (net["w"][0] * net["w"][1] - shift) ** 2

    pair = value_and_grad(error_of, argnums=(0, 1))(
        {"w": [Value(3.0, "a"), Value(2.0, "b")]}, Value(5.0, "c")
    )
    labels = labels_of(draw(pair)).values()
    # 2 (6 - 5) = 2
    assert {"gradient[0]['w'][0]|4", "gradient[0]['w'][1]|6", "gradient[1]|−2"} <= set(labels)


def test_the_layers_of_a_net_stay_boxes_and_the_way_back_is_outside():
    net = MLP(2, 3, 1, rng=0, activation=np.tanh)
    X, goal_pred = np.ones((4, 2)), np.zeros((4, 1))

    def error_of(parameters):
        hidden = np.tanh(X @ parameters["layer1.weight"] + parameters["layer1.bias"])
        pred = hidden @ parameters["layer2.weight"] + parameters["layer2.bias"]
        return losses.mean_squared_error(pred, goal_pred)

    picture = draw(value_and_grad(error_of)(net.parameters))
    nodes = nodes_of(picture)
    inside = [node for box in boxes_of(picture).values() for node in box]
    assert list(boxes_of(picture)) == ["layer1", "layer2"]
    assert not [node for node in inside if style.GRADIENT_FILL in nodes[node]]
    assert sum('penwidth="?3' in look or "penwidth=3" in look for look in nodes.values()) == 4
    titles = [label.split("|")[0] for label in labels_of(picture).values()]
    assert "gradient['layer1.weight'] (2, 3)" in titles


def test_the_gradient_of_many_alike_is_rolled_up():
    def error_of(weights):
        return sum((w * 2.0 - 1.0) ** 2 for w in weights)

    picture = draw(value_and_grad(error_of)([Value(float(i), f"w{i}") for i in range(30)]))
    labels = labels_of(picture).values()
    found = next(label for label in labels if label.startswith("gradient"))
    assert re.match(r"gradient\[0\] … gradient\[29\] × 30\|−4 .* 228$", found)  # 4 (2 w - 1), w = 0 ... 29
    assert next(label for label in labels if label.startswith("w0")).startswith("w0 … w29 × 30|0 ")


def test_what_is_asked_for_has_a_card_of_its_own():
    a, b, c = (Value(x, name) for x, name in zip((1.0, 2.0, 3.0), "abc"))
    error = a + b
    labels = labels_of(draw((error, error + c), merge_equal=True)).values()
    assert {"3", "gradient|6"} <= set(labels)  # the inner sum is no part of the outer one
    labels = labels_of(draw((np.exp(a), np.exp(a)), merge_equal=True)).values()
    assert {"2.718", "gradient|2.718"} <= set(labels)  # of equal structure, but not the same


def test_a_gradient_alone_is_a_value_as_any_other():
    slope = value_and_grad(knob)(Value(0.5, "knob_weight"))[1]
    assert "−0.55" in {label.split("{")[-1].split("|")[0] for label in labels_of(draw(slope)).values()}


def test_a_gradient_that_is_the_same_everywhere_has_no_graph():
    picture = draw(value_and_grad(lambda a: a + 1.0)(Value(2.0, "a")))
    assert [label for label in labels_of(picture).values() if "gradient" in label] == []


@pytest.mark.parametrize("given", [(0.3025, -0.55), 3.0, (Value(1.0),), [Value(1.0), Value(2.0)]])
def test_numbers_are_refused_with_the_remedy(given):
    with pytest.raises(TypeError, match=r"draw: expected a Value, .* when it is called with Values, got"):
        draw(given)
