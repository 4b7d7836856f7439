"""What `play` says at each step: against the engine's own numbers, and by hand."""

import html
import re
from collections import Counter

import numpy as np
import pytest
from page_data import data_of, exact, texts

from microgd import Value, grad, primitive, value_and_grad
from microgd.autodiff.value import ancestors
from microgd.pictures import play


def frames(error, names=None):
    return data_of(play(error, names=names))["frames"]


def knob(**names):
    knob_weight = Value(0.5, name="knob_weight")
    pred = 0.5 * knob_weight
    diff = pred - 0.8
    return diff**2, {"pred": pred, "diff": diff} | names


# A graph of numbers


def test_every_step_of_one_knob():
    error, names = knob()
    steps = frames(error, names)
    assert [frame["phase"] for frame in steps] == [
        *(f"Forward {i} of 4" for i in range(1, 5)), *(f"Backward {i} of 4" for i in range(1, 5)), "Done",
    ]  # fmt: skip
    assert texts(steps[0]) == ["knob_weight is given. The computation starts from it.", "knob_weight = 0.5"]
    assert texts(steps[2]) == ["diff is computed.", "diff = pred − 0.8", "= 0.25 − 0.8", "= −0.55"]
    assert texts(steps[3])[1:] == ["error = diff^2", "= (−0.55)^2", "= 0.3025"]
    assert texts(steps[4])[1] == "d error/d error = 1"
    assert texts(steps[5]) == [
        "The gradient of error flows back to diff, times the local derivative.",
        "d error/d diff = 2 × diff = −1.1",
        "d error/d diff = d error/d error × d error/d diff",
        "= 1 × (−1.1)",
        "= −1.1",
    ]
    assert texts(steps[7])[1:] == [
        "d pred/d knob_weight = 0.5",
        "d error/d knob_weight = d error/d pred × d pred/d knob_weight",
        "= −1.1 × 0.5",
        "= −0.55",
    ]
    assert texts(steps[8])[1:] == ["d error/d knob_weight = −0.55", "Turn knob_weight up, and error falls."]


def test_a_function_shows_its_lines_and_knows_its_names():
    knob_weight = Value(0.5)

    def error():
        pred = 0.5 * knob_weight
        return (pred - 0.8) ** 2

    steps = frames(error)
    first = error.__code__.co_firstlineno
    lines = [step["lines"][1] for step in steps[1:4]]
    assert [line["kind"] for line in lines] == ["code"] * 3
    assert [line["line"] - first for line in lines] == [1, 2, 2]
    assert [line["parts"] for line in lines] == [
        ["pred = ", "0.5 * knob_weight", ""],
        ["return (", "pred - 0.8", ") ** 2"],
        ["return ", "(pred - 0.8) ** 2", ""],
    ]
    assert texts(steps[1]) == [
        "pred is computed.", "pred = 0.5 * knob_weight", "pred = 0.5 × knob_weight", "= 0.5 × 0.5", "= 0.25",
    ]  # fmt: skip
    back = [step["lines"][1]["parts"][1] for step in steps[5:8]]
    assert back == ["(pred - 0.8) ** 2", "pred - 0.8", "0.5 * knob_weight"]
    without = frames(error(), {"pred": None, "knob_weight": knob_weight})
    assert all(line["kind"] != "code" for step in without for line in step["lines"])
    assert knob_weight.grad == 0.0


def test_names_that_are_given_count_before_those_of_the_function():
    w = Value(0.5)
    steps = frames(lambda: w * w, {"knob": w})
    assert texts(steps[0])[0] == "knob is given. The computation starts from it."


@pytest.mark.parametrize("made", [3.0, "error", None, lambda: 3.0])
def test_what_is_neither_a_Value_nor_computes_one_is_refused(made):
    with pytest.raises(
        TypeError, match="play: expected a Value, which remembers how it was computed, or a func"
    ):
        play(made)


def test_every_exact_number_is_the_engines():
    a, b = Value(1.3, name="a"), Value(-0.7, name="b")
    c = a * b + np.sin(a)
    error = np.exp(c) / (b * b + 1.0) - c
    steps = frames(error)
    error.backward()
    nodes = ancestors(error)[::-1]
    computed = {frame["at"]: exact(frame)[-1] for frame in steps[: len(nodes)]}
    assert computed == {f"value{i}": node.data for i, node in enumerate(nodes)}
    arrived = {frame["at"]: exact(frame)[-1] for frame in steps[len(nodes) : -1]}
    assert arrived == {f"value{i}": node.grad for i, node in enumerate(nodes)}  # the last frame of each
    assert exact(steps[-1]) == [a.grad, b.grad]


def test_a_step_back_is_what_arrived_times_the_local_derivative():
    x = Value(0.4, name="x")
    error = np.tanh(np.log(x) * x) / (x + 2.0) ** 3
    steps = [f for f in frames(error) if any(line["kind"] == "local" for line in f["lines"])]
    assert len(steps) == 8
    for frame in steps:
        local = next(line["exact"] for line in frame["lines"] if line["kind"] == "local")
        share = next(line["exact"] for line in frame["lines"] if line["kind"] == "result")
        product = next(line["text"] for line in frame["lines"] if line["kind"] == "numbers")
        arrived = float(product.removeprefix("= ").split(" × ")[0].replace("−", "-"))
        assert share == pytest.approx(arrived * local, rel=1e-5)


def test_a_value_used_twice_adds_its_shares_up():
    x = Value(3.0, name="x")
    steps = frames(x * x + 2.0 * x)
    uses = [texts(frame) for frame in steps if "used 3 times" in str(texts(frame))]
    assert [lines[-1] for lines in uses[1:]] == ["= 5", "= 8"]
    assert uses[1][-2] == "so far d error/d x = 2 + 3"
    assert uses[2][-2] == "so far d error/d x = 2 + 3 + 3"
    assert [lines[0].count("operand") for lines in uses] == [0, 1, 1]
    squared = [frame["edges"][1] for frame in steps if "operand" in texts(frame)[0]]
    assert [nth for _, nth in squared] == [0, 1]  # two lines in the picture, one after the other
    forward = next(frame["edges"] for frame in steps if "v1 is computed." in texts(frame))
    assert forward == [["value0->value1_op", 0], ["value0->value1_op", 1], ["value1_op->value1", 0]]


@pytest.mark.parametrize(("which", "derivative"), [(0, 12.0), (1, 4.0)])
def test_the_copies_that_value_and_grad_makes_are_left_out(which, derivative):
    knob = Value(3.0, name="knob")
    played = value_and_grad(lambda x: grad(lambda y: y * x * y)(x))(knob)[which]  # 2 knob^2, 4 knob
    page = play(played)
    steps = data_of(page)["frames"]
    svg = re.search('<svg class="graph" data-direction="right".*?</svg>', page.html, re.DOTALL)[0]
    assert "identity" not in svg
    computed = [frame for frame in steps if frame["phase"].startswith("Forward")]
    assert {frame["at"] for frame in computed} == set(re.findall(r"<title>(value[0-9]+)</title>", svg))
    lines = Counter(html.unescape(title) for title in re.findall("<title>(.*?&#45;&gt;.*?)</title>", svg))
    assert Counter(title for frame in computed for title, _ in frame["edges"]) <= lines
    back = [tuple(frame["edges"][1]) for frame in steps[len(computed) + 1 : -1]]
    assert len(set(back)) == len(back)  # every line once
    assert exact(steps[-2])[-1] == exact(steps[-1])[0] == derivative


def test_a_value_and_its_copy_are_two_uses_of_one():
    knob = Value(3.0, name="knob")
    steps = frames(value_and_grad(lambda x: x * knob)(knob)[0])
    assert [texts(frame)[1] for frame in steps[:2]] == ["knob = 3", "error = knob × knob"]
    assert ["operand" in texts(frame)[0] for frame in steps[3:5]] == [True, True]
    assert [frame["edges"][1] for frame in steps[3:5]] == [["value0->value1_op", 0], ["value0->value1_op", 1]]
    assert texts(steps[4])[-2:] == ["so far d error/d knob = 3 + 3", "= 6"]


def test_a_copy_that_is_the_error_is_told():
    steps = frames(value_and_grad(lambda x: x)(Value(3.0, name="knob"))[0])
    assert [texts(frame)[1] for frame in steps[:2]] == ["knob = 3", "error = knob"]


def test_no_gradient_is_told_where_none_flows():
    x = Value(2.0, name="x")
    steps = frames(np.floor(x * 2.0) * 3.0 + x)
    back = [texts(frame)[0] for frame in steps if frame["phase"].startswith("Backward")]
    assert len([line for line in back if "back to x" in line]) == 1
    assert texts(steps[-1])[1:] == ["d error/d x = 1", "Turn x down, and error falls."]


def test_a_leaf_that_does_not_matter_and_one_beyond_numbers():
    x, y = Value(2.0, name="x"), Value(0.0, name="y")
    assert texts(frames(np.floor(x) + y * y)[-1])[1:] == [
        "d error/d x = 0", "Turning x a little does not change error.",
        "d error/d y = 0", "Turning y a little does not change error.",
    ]  # fmt: skip
    of_y = texts(frames(np.sqrt(y))[-1])
    assert of_y[1:] == [
        "d error/d y = inf",
        "It is not finite: somewhere on the way error stopped being finite.",
    ]  # fmt: skip


def test_names_come_from_the_values_then_from_the_dict_then_by_number():
    v1, x = Value(1.0), Value(2.0, name="x")
    names = [texts(frame)[0].split()[0] for frame in frames(np.exp(v1 * x) + 1.0, {"v1": v1, "other": x})[:5]]
    assert names == ["v1", "x", "v2", "v3", "error"]


def test_a_graph_with_a_value_called_error_keeps_both_apart():
    error = Value(1.0, name="error")
    assert texts(frames(error * 2.0)[1])[1] == "v1 = error × 2"


def test_play_changes_no_gradient():
    w = Value([1.0, 2.0], name="w")
    error = np.sum(w * w)
    w.grad = np.array([5.0, 7.0])
    play(error)
    assert w.grad.tolist() == [5.0, 7.0]
    assert error.grad == 0.0
    error.backward()
    assert w.grad.tolist() == [7.0, 11.0]


# The whole chain rule


def chain_of(error, id):
    return texts(data_of(play(error))["chains"][id])


def test_the_chain_rule_of_a_fork_is_the_sum_over_its_uses():
    x = Value(3.0, name="x")
    double = 2.0 * x
    double.name = "double"
    lines = chain_of(x * x - double, "value0")
    assert lines[:5] == [
        "x = 3",
        "x is used 3 times: its gradient is the sum over these uses.",
        "d error/d x = d error/d v1 × d v1/d x + d error/d v1 × d v1/d x + d error/d double × d double/d x",
        "= 1 × 3 + 1 × 3 + (−1) × 2",
        "d error/d x = 4",
    ]
    assert lines[5] == "Use 1, in v1 = x × x. When x grows, v1 grows."
    assert lines[-5] == "Use 3, in double = 2 × x. When x grows, double grows."
    assert lines[-4:] == [
        "d double/d x = 2",
        "d error/d x = d error/d double × d double/d x",
        "= −1 × 2",
        "= −2",
    ]


def test_the_chain_rule_of_what_is_used_once_and_of_what_was_computed():
    error, _ = knob()
    assert chain_of(error, "value1")[:4] == [
        "v1 = 0.5 × knob_weight",
        "v1 = 0.25",
        "v1 is used once.",
        "d error/d v1 = d error/d v2 × d v2/d v1",
    ]
    assert chain_of(error, "value3")[-2:] == [
        "All derivatives on this page are those of error, so its own is 1.",
        "d error/d error = 1",
    ]


def test_the_chain_rule_of_what_does_not_matter():
    x, y = Value(2.0, name="x"), Value(0.5, name="y")
    assert chain_of(np.floor(x) + y, "value0")[1:] == [
        "error does not change when x changes a little.",
        "d error/d x = 0",
    ]


def test_the_chain_rule_of_an_array_has_a_rule_for_each_use():
    w = Value(np.array([1.0, 2.0]), name="w")
    lines = chain_of(np.sum(w * w), "value0")
    assert lines[1] == "w is used 2 times: its gradient is the sum over these uses."
    assert lines[2] == "d error/d w = (2,) from 2 to 4"
    assert lines.count("d error/d w = d error/d v1 × w") == 2


# Practice


def test_every_scalar_step_asks_for_its_share_and_hints_with_its_rule():
    error, names = knob()
    steps = frames(error, names)
    questions = [frame["question"] for frame in steps if "question" in frame]
    assert len(questions) == 3
    assert texts(questions[2]) == [
        "The gradient of pred is −1.1.",
        "How much of it flows back to knob_weight?",
        "d error/d knob_weight = ?",
    ]
    assert texts({"lines": questions[2]["hint"]}) == [
        "The gradient that arrived, times the local derivative:",
        "d error/d pred × d pred/d knob_weight",
        "d pred/d knob_weight = 0.5",
    ]
    assert data_of(play(error))["numbers"][questions[2]["answer"]] == -0.55


def test_arrays_are_not_asked_for():
    assert not [f for f in frames(np.sum(Value([1.0, 2.0]) ** 2)) if "question" in f]


# Arrays


def test_arrays_are_told_by_formula_and_shape():
    input, weight = np.arange(12.0).reshape(4, 3), Value(np.ones((3, 2)), name="weight")
    bias = Value(np.zeros(2), name="bias")
    pred = input @ weight + bias
    played = frames(np.mean(pred), {"input": input, "pred": pred})
    steps = {f["at"]: texts(f) for f in played if f["phase"].startswith("Backward")}
    assert steps["value0"][1:3] == ["d error/d weight = input.T @ d error/d v1", "= (4, 3).T @ (4, 2)"]
    assert steps["value1"][1:3] == ["d error/d bias = sum(d error/d pred, axis=0)", "= sum((4, 2), axis=0)"]
    pred_told = next(texts(frame) for frame in played if "pred is computed" in texts(frame)[0])
    assert pred_told[1:] == ["pred = v1 + bias", "= (4, 2) + (2,)", "= (4, 2) from 3 to 30"]


def test_the_entries_of_arrays_are_in_the_table_of_numbers():
    small, large = Value([[1.0, -2.5], [0.0, 1e-7]], name="small"), Value(np.ones(25), name="large")
    numbers = data_of(play(np.sum(small) + np.sum(large)))["numbers"]
    assert numbers["value0"] == {"shape": [2, 2], "entries": [1.0, -2.5, 0.0, 1e-7]}
    assert len(numbers["value1"]["entries"]) == 25


def test_the_numbers_of_arrays_are_the_engines():
    x, w = np.linspace(-1, 1, 6).reshape(3, 2), Value([[0.3], [-0.2]], name="w")

    def net(w):
        return np.sum(np.tanh(x @ w) ** 2)

    steps = frames(net(w))
    gradient = next(line for line in steps[-1]["lines"] if line["text"].startswith("d"))
    assert gradient["exact"] == grad(net)(w.data).tolist()


def test_what_was_computed_is_told_as_it_was():
    x = Value(3.0, name="x")
    steps = frames(1.0 * x**1.0 / 1.0)
    assert [texts(frame)[1] for frame in steps[1:4]] == ["v1 = x^1", "v2 = 1 × v1", "error = v2 / 1"]


def test_an_operation_of_ones_own_is_played_even_if_its_rule_knows_only_numbers():
    import math

    def rule(g, out, x):
        assert isinstance(x, float)
        return g * math.cos(x)

    sine = primitive(lambda x: math.sin(x), rule, name="sine")
    steps = frames(sine(Value(0.5, name="x")))
    assert texts(steps[-2])[1] == f"d error/d x = {math.cos(0.5):.6g}"
    doubled = primitive(lambda x: 2 * x, lambda g, out, x: 2 * g, name="doubled")
    assert texts(frames(doubled(Value(0.5, name="x")))[1])[1] == "error = doubled(x)"


def test_what_cannot_be_played_is_refused():
    with pytest.raises(TypeError, match=r"expected a Value.*got 0\.5"):
        play(0.5)
    with pytest.raises(ValueError, match=r"got shape \(2,\): reduce it"):
        play(Value([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"out as the path.*got a dict.*play\(error, names=locals\(\)\)"):
        play(Value(1.0), {"x": Value(1.0)})
    with pytest.raises(TypeError, match=r"names as a dict such as locals\(\), got list"):
        play(Value(1.0), names=["x"])
    x = Value(1.0)
    for _ in range(200):
        x = x + 1.0
    with pytest.raises(ValueError, match="201 Values is too large to follow, expected at most 150"):
        play(x)
