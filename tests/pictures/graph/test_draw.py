"""What is drawn: cards, operations, edges and colours in the DOT; the image; what to do without a drawer."""

import html
import re

import numpy as np
import pytest
from dot import edges_of, nodes_of, texts_of

from microgd import Value, primitive
from microgd.pictures import draw
from microgd.pictures.graph import labels, style
from microgd.pictures.names import LONGEST_NAME


def knob():
    knob_weight = Value(0.5)
    pred = 0.5 * knob_weight
    error = (pred - 0.8) ** 2
    error.backward()
    return error, {"error": error, "pred": pred, "knob_weight": knob_weight}


def label_of(node):
    """The text of the operation that computed a Value."""
    return labels.operation_text(node)


# Cards and edges


def test_knob_is_drawn_with_names_values_gradients_and_local_derivatives():
    error, names = knob()
    picture = draw(error, names, derivatives=True)
    nodes = nodes_of(picture)
    assert nodes["value0"].startswith('label="knob_weight|{{data|grad}|{0.5|−0.55}}"')
    assert nodes["value1"].startswith('label="pred|{{data|grad}|{0.25|−1.1}}"')
    assert nodes["value2"].startswith('label="{{data|grad}|{−0.55|−1.1}}"')  # pred - goal_pred has no name
    assert nodes["value3"].startswith('label="error|{{data|grad}|{0.3025|1}}"')
    assert [nodes[f"value{i}_op"].split()[0] for i in (1, 2, 3)] == ['label="*"', 'label="-"', 'label="**"']
    assert [(a, b) for a, b, _ in edges_of(picture)] == [
        ("value1_constant0", "value1_op"), ("value0", "value1_op"), ("value1_op", "value1"),
        ("value1", "value2_op"), ("value2_constant1", "value2_op"), ("value2_op", "value2"),
        ("value2", "value3_op"), ("value3_constant1", "value3_op"), ("value3_op", "value3"),
    ]  # fmt: skip
    labels = {a: rest for a, b, rest in edges_of(picture) if a in names or "∂" in rest}
    assert [re.search('∂ [^"]*', labels[f"value{i}"])[0] for i in range(3)] == ["∂ 0.5", "∂ 1", "∂ −1.1"]


def test_derivatives_are_drawn_on_request_only():
    error, names = knob()
    assert "∂" not in draw(error, names).source


def test_roles_differ_in_colour_and_line():
    error, names = knob()
    nodes = nodes_of(draw(error, names))
    for node, role in [
        ("value0", "leaf"), ("value1", "result"), ("value3", "output"), ("value1_constant0", "constant"),
    ]:  # fmt: skip
        for attribute, wanted in style.ROLES[role].items():
            assert re.search(rf'{attribute}="?{wanted}\b', nodes[node]), (node, attribute)
    assert len({look["penwidth"] for look in style.ROLES.values()}) == len(style.ROLES)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    """As the Web Content Accessibility Guidelines define it: 4.5 for text, 3 for lines."""
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_all_is_legible_on_white_and_on_dark_pages():
    fills = [look["fillcolor"] for look in style.ROLES.values()] + [style.GRADIENT_FILL]
    assert all(contrast(style.TEXT, fill) >= 7 for fill in fills)
    assert contrast(style.LINE, "#ffffff") >= 4.5
    assert contrast(style.DERIVATIVE, "#ffffff") >= 4.5
    assert contrast(style.LINE, "#111111") >= 4
    assert contrast(style.DERIVATIVE, "#111111") >= 4


def test_gradient_stands_on_its_own_ground():
    error, names = knob()
    nodes = nodes_of(draw(error, names))
    assert f';0.667:{style.GRADIENT_FILL}"' in nodes["value0"]  # the third of three lines
    assert f';0.500:{style.GRADIENT_FILL}"' in nodes["value2"]  # the second of two: no name


def test_arrays_are_shown_by_shape_and_range():
    X = np.array([[1.0, -2.0], [0.25, 4.0], [3.0, 0.0]])
    W = Value(np.array([0.5, 1 / 3], dtype=np.float32), name="W")
    out = X @ W
    out.backward(np.array([1.0, 0.0, -1.0]))
    source = draw(out, {"X": X}).source
    assert '"X\\ (3,\\ 2)|−2 to 4"' in source
    assert '"W\\ (2,)\\ float32|{{data|grad}|{0.333 to 0.5|−2}}"' in source
    assert '"(3,)|{{data|grad}|{−0.167 to 1.5|−1 to 1}}"' in source


def test_local_derivatives_of_arrays_are_those_of_the_sum():
    A, B = np.array([[1.0, 2.0], [3.0, 4.0]]), Value(np.array([[1.0, 0.0], [5.0, -1.0]]), "B")
    product = draw(A @ B, derivatives=True)  # d sum(A B) / dB: the column sums of A, 4 and 6
    assert [rest for a, b, rest in edges_of(product) if a == "value0"] == ['[label="∂ 4 to 6" weight=1]']
    square = draw(B * B, derivatives=True)
    assert [rest for a, b, rest in edges_of(square) if a == "value0"] == ['[label="∂ −1 to 5" weight=1]'] * 2
    reciprocal = draw(1.0 / Value(2.0), derivatives=True)
    assert "∂ −0.25" in reciprocal.source
    assert "∂ inf" in draw(np.sqrt(Value(0.0)), derivatives=True).source


def test_local_derivatives_of_a_broadcast_argument_count_every_entry_that_it_reached():
    bias = Value(np.zeros(2), "bias")
    picture = draw(np.ones((5, 2)) + bias, derivatives=True)
    assert [rest for a, _, rest in edges_of(picture) if a == "value0"] == ['[label="∂ 5" weight=1]']


def test_a_large_array_is_shown_by_its_histogram():
    assert "0 ████████ 15" in texts_of(draw(Value(np.arange(16.0).reshape(2, 8), "weight")))


def test_value_used_twice_has_one_card_and_two_edges():
    a = Value(3.0, "a")
    picture = draw(a + a)
    assert [(b, c) for b, c, _ in edges_of(picture)] == [("value0", "value1_op")] * 2 + [
        ("value1_op", "value1")
    ]


def test_constant_array_has_one_card_however_often_it_is_used_a_number_one_for_each_use():
    X, a = np.ones(3), Value(2.0)
    nodes = nodes_of(draw((X * a + X) * 2.0 - 2.0))
    constants = [attributes.split()[0] for node, attributes in nodes.items() if "constant" in node]
    assert sorted(constants) == ['label="(3,)|1"', "label=2", "label=2"]


def test_no_gradient_flows_along_dashed_lines():
    x = Value(np.array([1.0, -1.0]), "x")
    picture = draw(np.where(x > 0, x, 0.0), derivatives=True)
    styles = {(a, b): rest for a, b, rest in edges_of(picture)}
    assert "dashed" in styles["value0", "value1_op"]  # x > 0
    assert "∂" not in styles["value0", "value1_op"]
    assert "dashed" in styles["value1", "value2_op"]  # the mask
    assert "dashed" in styles["value2_constant2", "value2_op"]
    assert "∂ 0 to 1" in styles["value0", "value2_op"]


def test_static_arguments_stand_in_the_operation():
    x = Value(np.arange(12.0).reshape(3, 4))
    assert label_of(np.sum(x, axis=0)) == "sum axis=0"
    assert label_of(np.sum(x, axis=-1, keepdims=True)) == "sum axis=1 keepdims=True"
    assert label_of(x.sum()) == "sum"
    assert label_of(x[1:, 0]) == "index [1:, 0]"
    assert label_of(x[::2]) == "index [::2]"
    assert label_of(x[..., [0, 2]]) == "index [..., [0, 2]]"
    assert label_of(x[np.arange(3).repeat(4)]) == "index [array(12,)]"
    assert label_of(x.T) == "transpose"
    assert label_of(x.reshape(2, 6)) == "reshape shape=(2, 6)"
    assert label_of(np.concatenate([x, x], axis=1)) == "concatenate axis=1"
    assert label_of(np.einsum("ij,kj->ik", x, x)) == "einsum ij,kj->ik"
    assert label_of(x > 0) == ">"  # 0 is an operand there
    scale = primitive(lambda a, times: a * times, lambda g, out, a, times: g * times, name="scale")
    assert label_of(scale(x, 3)) == "scale times=3"


# Names


def test_a_name_of_its_own_wins_and_underscores_do_not_count():
    a, b = Value(1.0, name="mine"), Value(2.0)
    picture = draw(a * b, {"theirs": a, "_": b, "first": b, "second": b})
    assert "mine" in picture.source
    assert "first" in picture.source
    for other in ("theirs", "second"):
        assert other not in picture.source


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "a|b{c}", 'say "hi"', "back\\", '\\"', "\\N\\G\\n", "&lt;&amp;&#65;", "<b>",
     "}{", "무게 (kg)", "λ∂∇ é", "😀", "two  spaces", "%s", "//", "#1", "node"],
)  # fmt: skip
def test_a_value_named_anything_draws_that_text(name):
    assert name in texts_of(draw(Value(1.0, name) * 2.0))


def test_names_that_no_label_holds_are_made_to_fit():
    assert {"two", "lines"} <= set(texts_of(draw(Value(1.0, "two\nlines"))))
    assert r"nul\x00 esc\x1b \ud800 \uffff" in texts_of(draw(Value(1.0, "nul\0 esc\x1b \ud800 \uffff")))
    long = texts_of(draw(Value(1.0, "x" * 500)))[0]
    assert len(long) == LONGEST_NAME
    assert long.endswith("x…")


def test_operation_named_anything_draws_that_text():
    odd = primitive(lambda a: a, lambda g, out, a: g, name='<b>|{"&lt;\\')
    assert '<b>|{"&lt;\\' in texts_of(draw(odd(Value(1.0))))


def test_markup_in_a_name_stays_text_in_the_svg():
    svg = draw(Value(1.0, "<script>alert(1)</script>")).pipe("svg", encoding="utf-8")
    assert "<script" not in svg
    assert "<script>alert(1)</script>" in html.unescape(svg)


# Large graphs, equal graphs, wrong arguments


def test_large_graph_is_cut_near_the_output_and_says_so():
    x = Value(1.0, "far")
    for i in range(100_000):
        x = x + Value(1.0, f"b{i}")
    picture = draw(x, limit=5, merge_equal=False)
    nodes = nodes_of(picture)
    assert sum("grad" in attributes for attributes in nodes.values()) == 5
    assert "b99999" in picture.source
    assert "b99998" in picture.source
    assert "far" not in picture.source
    assert [a for a, b, _ in edges_of(picture) if a.endswith("_cut")]
    note = "Cut: the 5 Values nearest to the output. 199996 more are not drawn."
    assert note in texts_of(picture)
    assert "…" in texts_of(picture)


def test_operands_beyond_the_cut_share_one_mark():
    picture = draw(np.stack([Value(float(i)) for i in range(300)]).sum(), limit=20, merge_equal=False)
    assert sum(a.endswith("_cut") for a, _, _ in edges_of(picture)) == 18 + 1  # each reshape's, and stack's


def test_small_graph_is_not_cut():
    error, names = knob()
    assert "Cut" not in draw(error, names).source
    assert "Cut" not in draw(error, names, limit=4).source
    assert "Cut" in draw(error, names, limit=3).source


def test_equal_graphs_give_equal_text():
    first, second = knob(), knob()
    assert draw(*first, derivatives=True).source == draw(*second, derivatives=True).source
    assert "0x" not in draw(*first).source


def test_drawing_changes_nothing():
    w = Value(np.ones(3))
    out = (w * w).sum()
    data = w.content
    draw(out, derivatives=True)
    assert w.content is data
    out.backward()
    assert (w.grad == 2).all()


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match=r"expected a Value, .* got 3"):
        draw(3)
    with pytest.raises(TypeError, match=r"names as a dict such as locals\(\), got list"):
        draw(Value(1.0), ["x"])
