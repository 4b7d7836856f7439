"""What the pages say, read from the data in them: against the engine's own numbers, and by hand."""

import html
import html.parser
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from microgd import Value, grad, primitive, relu, value_and_grad
from microgd.autodiff.value import ancestors
from microgd.learning import GradientDescent, descend
from microgd.pictures import play, play_descent
from microgd.pictures.numbers import literal
from microgd.pictures.pages.formulas import formula_of, operation_of


def data_of(page):
    """The data in a page, as the browser reads it."""
    return json.loads(re.search(r'id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)[1])


def told(frame):
    """The lines of a frame as a person reads them, derivatives with their plain spaces."""
    return [line["text"].replace("\N{NO-BREAK SPACE}", " ") for line in frame["lines"]]


def exact(frame):
    """The numbers of a frame, to the last bit."""
    return [float(line["exact"]) for line in frame["lines"] if "exact" in line]


@pytest.fixture
def frames(tmp_path):
    def play_it(error, names=None):
        return data_of(play(error, tmp_path / "player.html", names))["frames"]

    return play_it


def knob(**names):
    knob_weight = Value(0.5, name="knob_weight")
    pred = 0.5 * knob_weight
    diff = pred - 0.8
    return diff**2, {"pred": pred, "diff": diff} | names


# A graph of numbers


def test_the_whole_story_of_one_knob(frames):
    error, names = knob()
    story = frames(error, names)
    assert [frame["phase"] for frame in story] == [
        *(f"Forward {i} of 4" for i in range(1, 5)), *(f"Backward {i} of 4" for i in range(1, 5)), "Done",
    ]  # fmt: skip
    assert told(story[0]) == ["knob_weight is given. The computation starts from it.", "knob_weight = 0.5"]
    assert told(story[2]) == ["diff is computed.", "diff = pred − 0.8", "= 0.25 − 0.8", "= −0.55"]
    assert told(story[3])[1:] == ["error = diff^2", "= (−0.55)^2", "= 0.3025"]
    assert told(story[4])[1] == "d error/d error = 1"
    assert told(story[5]) == [
        "The gradient of error flows back to diff, times the local derivative.",
        "d error/d diff = 2 × diff = −1.1",
        "d error/d diff = d error/d error × d error/d diff",
        "= 1 × (−1.1)",
        "= −1.1",
    ]
    assert told(story[7])[1:] == [
        "d pred/d knob_weight = 0.5",
        "d error/d knob_weight = d error/d pred × d pred/d knob_weight",
        "= −1.1 × 0.5",
        "= −0.55",
    ]
    assert told(story[8])[1:] == ["d error/d knob_weight = −0.55", "Turn knob_weight up, and error falls."]


def test_every_exact_number_is_the_engines(frames):
    a, b = Value(1.3, name="a"), Value(-0.7, name="b")
    c = a * b + np.sin(a)
    error = np.exp(c) / (b * b + 1.0) - c
    story = frames(error)
    error.backward()
    nodes = ancestors(error)[::-1]
    computed = {frame["at"]: exact(frame)[-1] for frame in story[: len(nodes)]}
    assert computed == {f"value{i}": node.data for i, node in enumerate(nodes)}
    arrived = {frame["at"]: exact(frame)[-1] for frame in story[len(nodes) : -1]}
    assert arrived == {f"value{i}": node.grad for i, node in enumerate(nodes)}  # the last frame of each
    assert exact(story[-1]) == [a.grad, b.grad]


def test_a_step_back_is_what_arrived_times_the_local_derivative(frames):
    x = Value(0.4, name="x")
    error = np.tanh(np.log(x) * x) / (x + 2.0) ** 3
    steps = [f for f in frames(error) if any(line["kind"] == "local" for line in f["lines"])]
    assert len(steps) == 8
    for frame in steps:
        local = next(float(line["exact"]) for line in frame["lines"] if line["kind"] == "local")
        share = next(float(line["exact"]) for line in frame["lines"] if line["kind"] == "result")
        product = next(line["text"] for line in frame["lines"] if line["kind"] == "numbers")
        arrived = float(product.removeprefix("= ").split(" × ")[0].replace("−", "-"))
        assert share == pytest.approx(arrived * local, rel=1e-5)


def test_a_value_used_twice_adds_its_shares_up(frames):
    x = Value(3.0, name="x")
    story = frames(x * x + 2.0 * x)
    uses = [told(frame) for frame in story if "used 3 times" in str(told(frame))]
    assert [lines[-1] for lines in uses[1:]] == ["= 5", "= 8"]
    assert uses[1][-2] == "so far d error/d x = 2 + 3"
    assert uses[2][-2] == "so far d error/d x = 2 + 3 + 3"
    assert [lines[0].count("operand") for lines in uses] == [0, 1, 1]
    squared = [frame["edges"][1] for frame in story if "operand" in told(frame)[0]]
    assert [nth for _, nth in squared] == [0, 1]  # two lines in the picture, one after the other
    forward = next(frame["edges"] for frame in story if "v1 is computed." in told(frame))
    assert forward == [["value0->value1_op", 0], ["value0->value1_op", 1], ["value1_op->value1", 0]]


@pytest.mark.parametrize(("which", "derivative"), [(0, 12.0), (1, 4.0)])
def test_the_copies_that_value_and_grad_makes_are_left_out(tmp_path, which, derivative):
    knob = Value(3.0, name="knob")
    played = value_and_grad(lambda x: grad(lambda y: y * x * y)(x))(knob)[which]  # 2 knob^2, 4 knob
    page = play(played, tmp_path / "player.html")
    story, svg = data_of(page)["frames"], page.read_text("utf-8")
    assert "identity" not in svg
    computed = [frame for frame in story if frame["phase"].startswith("Forward")]
    assert {frame["at"] for frame in computed} == set(re.findall("<title>(value[0-9]+)</title>", svg))
    lines = Counter(html.unescape(title) for title in re.findall("<title>(.*?&#45;&gt;.*?)</title>", svg))
    assert Counter(title for frame in computed for title, _ in frame["edges"]) <= lines
    back = [tuple(frame["edges"][1]) for frame in story[len(computed) + 1 : -1]]
    assert len(set(back)) == len(back)  # every line once
    assert exact(story[-2])[-1] == exact(story[-1])[0] == derivative


def test_a_value_and_its_copy_are_two_uses_of_one(frames):
    knob = Value(3.0, name="knob")
    story = frames(value_and_grad(lambda x: x * knob)(knob)[0])
    assert [told(frame)[1] for frame in story[:2]] == ["knob = 3", "error = knob × knob"]
    assert ["operand" in told(frame)[0] for frame in story[3:5]] == [True, True]
    assert [frame["edges"][1] for frame in story[3:5]] == [["value0->value1_op", 0], ["value0->value1_op", 1]]
    assert told(story[4])[-2:] == ["so far d error/d knob = 3 + 3", "= 6"]


def test_a_copy_that_is_the_error_is_told(frames):
    story = frames(value_and_grad(lambda x: x)(Value(3.0, name="knob"))[0])
    assert [told(frame)[1] for frame in story[:2]] == ["knob = 3", "error = knob"]


def test_no_gradient_is_told_where_none_flows(frames):
    x = Value(2.0, name="x")
    story = frames(np.floor(x * 2.0) * 3.0 + x)
    back = [told(frame)[0] for frame in story if frame["phase"].startswith("Backward")]
    assert len([line for line in back if "back to x" in line]) == 1
    assert told(story[-1])[1:] == ["d error/d x = 1", "Turn x down, and error falls."]


def test_a_leaf_that_does_not_matter_and_one_beyond_numbers(frames):
    x, y = Value(2.0, name="x"), Value(0.0, name="y")
    assert told(frames(np.floor(x) + y * y)[-1])[1:] == [
        "d error/d x = 0", "Turning x a little does not change error.",
        "d error/d y = 0", "Turning y a little does not change error.",
    ]  # fmt: skip
    told_of_y = told(frames(np.sqrt(y))[-1])
    assert told_of_y[1:] == [
        "d error/d y = inf",
        "It is not finite and gives no direction: somewhere on the way error stopped being finite.",
    ]  # fmt: skip


def test_names_come_from_the_values_then_from_the_dict_then_by_number(frames):
    v1, x = Value(1.0), Value(2.0, name="x")
    names = [told(frame)[0].split()[0] for frame in frames(np.exp(v1 * x) + 1.0, {"v1": v1, "other": x})[:5]]
    assert names == ["v1", "x", "v2", "v3", "error"]


def test_a_graph_with_a_value_called_error_keeps_both_apart(frames):
    error = Value(1.0, name="error")
    assert told(frames(error * 2.0)[1])[1] == "v1 = error × 2"


def test_play_changes_no_gradient(tmp_path):
    w = Value([1.0, 2.0], name="w")
    error = np.sum(w * w)
    w.grad = np.array([5.0, 7.0])
    play(error, tmp_path / "player.html")
    assert w.grad.tolist() == [5.0, 7.0]
    assert error.grad == 0.0
    error.backward()
    assert w.grad.tolist() == [7.0, 11.0]


# Arrays


def test_arrays_are_told_by_formula_and_shape(frames):
    input, weight = np.arange(12.0).reshape(4, 3), Value(np.ones((3, 2)), name="weight")
    bias = Value(np.zeros(2), name="bias")
    pred = input @ weight + bias
    story = frames(np.mean(pred), {"input": input, "pred": pred})
    steps = {f["at"]: told(f) for f in story if f["phase"].startswith("Backward")}
    assert steps["value0"][1:3] == ["d error/d weight = input.T @ (d error/d v1)", "= (4, 3).T @ (4, 2)"]
    assert steps["value1"][1:3] == ["d error/d bias = sum(d error/d pred, axis=0)", "= sum((4, 2), axis=0)"]
    pred_told = next(told(frame) for frame in story if "pred is computed" in told(frame)[0])
    assert pred_told[1:] == ["pred = v1 + bias", "= (4, 2) + (2,)", "= (4, 2) from 3 to 30"]


def test_the_entries_of_small_arrays_are_listed(frames):
    small, large = Value([[1.0, -2.5], [0.0, 1e-7]], name="small"), Value(np.ones(25), name="large")
    first, second, *_ = frames(np.sum(small) + np.sum(large))
    assert first["lines"][-1]["entries"].split() == ["[[1", "−2.5]", "[0", "1e−07]]"]
    assert json.loads(first["lines"][-1]["exact"]) == [[1.0, -2.5], [0.0, 1e-7]]
    assert "entries" not in second["lines"][-1]


def test_the_numbers_of_arrays_are_the_engines(frames):
    x, w = np.linspace(-1, 1, 6).reshape(3, 2), Value([[0.3], [-0.2]], name="w")

    def net(w):
        return np.sum(np.tanh(x @ w) ** 2)

    story = frames(net(w))
    gradient = next(line for line in story[-1]["lines"] if line["text"].startswith("d"))
    assert json.loads(gradient["exact"]) == grad(net)(w.data).tolist()


# Formulas


def test_formulas_have_the_parentheses_they_need_and_no_others():
    a, b, c = (Value(x, name=name) for x, name in [(2.0, "a"), (3.0, "b"), (5.0, "c")])

    def formula(x):
        return formula_of(x, lambda part: part.name if isinstance(part, Value) else literal(part))

    assert formula(a - (b - c)) == "a − (b − c)"
    assert formula((a - b) - c) == "a − b − c"
    assert formula((a + b) * c / 2) == "(a + b) × c / 2"
    assert formula(a / (b / c)) == "a / (b / c)"
    assert formula((a * b) ** 2 * -1.5) == "(a × b)^2 × (−1.5)"
    assert formula(-(a + b) + 1.0 * c**1.0) == "−(a + b) + c"
    assert formula(-(a * -1.0)) == "−a × (−1)"
    assert formula(np.negative(-a)) == "a"
    assert formula((-a) ** 2) == "(−a)^2"
    assert formula(2.0) == "2"
    assert formula(relu(np.exp(a * b))) == "relu(exp(a × b))"
    w = Value(np.ones((2, 3)), name="W")
    assert formula((w * 2).T @ w) == "(W × 2).T @ W"
    assert formula(w[0, 1:].sum() + np.max(w, axis=1)[0]) == "sum(W[0, 1:]) + max(W, axis=1)[0]"


def test_what_was_computed_is_told_as_it_was(frames):
    x = Value(3.0, name="x")
    story = frames(1.0 * x**1.0 / 1.0)
    assert [told(frame)[1] for frame in story[1:4]] == ["v1 = x^1", "v2 = 1 × v1", "error = v2 / 1"]


def test_a_formula_too_long_to_read_is_left_out():
    x = Value(1.0, name="a_name_of_some_length")
    assert formula_of(x * x + x * x + x * x, lambda part: part.name) == "… + …" or "…"
    long = x
    for _ in range(2000):
        long = long + x
    assert len(formula_of(long, lambda part: part.name)) <= 100


def test_one_operation_stops_at_its_operands():
    x = Value(1.0, name="x")
    y = np.exp(x)
    y.name = "y"
    assert (
        operation_of(y * 2.0, lambda part: getattr(part, "name", part if isinstance(part, str) else "2"))
        == "y × 2"
    )


def test_an_operation_of_ones_own_is_played_even_if_its_rule_knows_only_numbers(frames):
    import math

    def rule(g, out, x):
        assert isinstance(x, float)
        return g * math.cos(x)

    sine = primitive(lambda x: math.sin(x), rule, name="sine")
    story = frames(sine(Value(0.5, name="x")))
    assert told(story[-2])[1] == f"d error/d x = {math.cos(0.5):.6g}"
    doubled = primitive(lambda x: 2 * x, lambda g, out, x: 2 * g, name="doubled")
    assert told(frames(doubled(Value(0.5, name="x")))[1])[1] == "error = doubled(x)"


# The page


class Parsed(html.parser.HTMLParser):
    """Tags with their attributes, and the text outside of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links = [], []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]


def test_a_page_asks_nothing_of_a_network(tmp_path):
    page = Parsed(play(knob()[0], tmp_path / "player.html"))
    assert page.links == ["data:,"]
    assert "default-src 'none'" in (tmp_path / "player.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'`${x}{{data}}", "</title>", "무게\u2028"])
def test_names_cannot_break_out(tmp_path, name):
    x = Value(2.0, name=name)
    y = x * x
    y.name = name + "!"
    page = play(y, tmp_path / "player.html")
    plain = play(Value(2.0, name="x") * 3.0, tmp_path / "plain.html")
    tags = [tag for tag in Parsed(page).tags if tag in ("script", "title", "style")]
    assert tags.count("script") == Parsed(plain).tags.count("script") == 2
    assert told(data_of(page)["frames"][0])[1] == f"{name} = 2"


def half_a_page(path, text, **options):
    path.write_bytes(text[: len(text) // 2].encode())
    raise OSError("disk full")


def test_a_page_is_replaced_only_once_it_is_complete(tmp_path, monkeypatch):
    out = tmp_path / "player.html"
    out.write_text("the old page")
    with pytest.raises(ValueError, match="expected a scalar"):
        play(Value([1.0, 2.0]), out)
    assert out.read_text() == "the old page"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", half_a_page)
        with pytest.raises(OSError, match="disk full"):
            play(knob()[0], out)
    assert out.read_text() == "the old page"
    assert play(knob()[0], out) == out
    assert [path.name for path in tmp_path.iterdir()] == ["player.html"]


def test_what_cannot_be_played_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"expected a Value.*got 0\.5"):
        play(0.5, tmp_path / "player.html")
    with pytest.raises(ValueError, match=r"got shape \(2,\): reduce it"):
        play(Value([1.0, 2.0]), tmp_path / "player.html")
    with pytest.raises(TypeError, match=r'out as the path.*got a dict.*play\(error, "player.html", locals'):
        play(Value(1.0), {"x": Value(1.0)})
    with pytest.raises(TypeError, match=r"names as a dict such as locals\(\), got list"):
        play(Value(1.0), tmp_path / "player.html", ["x"])
    x = Value(1.0)
    for _ in range(200):
        x = x + 1.0
    with pytest.raises(
        ValueError, match="201 Values is too large to follow, expected at most 150"
    ):
        play(x, tmp_path / "player.html")


# A descent


def one_knob(knob_weight):
    return (0.5 * knob_weight - 0.8) ** 2


def test_every_run_in_the_page_is_the_librarys(tmp_path):
    page = play_descent(one_knob, -2, 5, 0.5, [3.6, 0.5, 1e30], tmp_path / "descent.html", steps=12)
    runs = data_of(page)["runs"]
    assert [run["rate"] for run in runs] == ["0.5", "3.6", "1e+30"]
    for run, rate in zip(runs[:2], (0.5, 3.6)):
        knob_weight = Value(0.5, name="knob_weight")
        steps = list(descend(lambda: one_knob(knob_weight), GradientDescent([knob_weight], rate), 12))  # noqa: B023
        shown = [exact(frame) for frame in run["frames"]]
        assert [numbers[0] for numbers in shown] == [step.parameters["knob_weight"] for step in steps]
        assert [numbers[1] for numbers in shown] == [step.error for step in steps]
        assert [numbers[3] for numbers in shown[:-1]] == [numbers[0] for numbers in shown[1:]]  # as announced


def test_a_step_is_told_in_words(tmp_path):
    (run,) = data_of(play_descent(one_knob, -2, 5, 0.5, [0.5], tmp_path / "descent.html", steps=1))["runs"]
    assert told(run["frames"][0]) == [
        "knob_weight = 0.5",
        "error = 0.3025",
        "slope = d error/d knob_weight = −0.55",
        "The curve rises to the left, so the step goes right: up with knob_weight.",
        "next knob_weight = knob_weight − learning rate × slope",
        "= 0.5 − 0.5 × (−0.55)",
        "= 0.775",
    ]
    assert told(run["frames"][1])[-1] == "Budget: 1 steps taken, error 0.170156."


def test_the_ball_is_on_the_curve_and_the_tangent_touches_it(tmp_path):
    page = play_descent(one_knob, -2, 5, 0.5, [0.5], tmp_path / "descent.html", steps=8)
    points = re.search(r'id="curve" points="(.*?)"', page.read_text("utf-8"))[1]
    curve = np.array([point.split(",") for point in points.split()], float)
    for frame in data_of(page)["runs"][0]["frames"]:
        across, down = frame["place"]
        assert np.interp(across, *curve.T) == pytest.approx(down, abs=0.1)
        x1, y1, x2, y2 = frame["tangent"]
        assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((across, down), abs=0.02)
        slope = np.interp([across - 1, across + 1], *curve.T)
        assert (y2 - y1) / (x2 - x1) == pytest.approx(np.diff(slope)[0] / 2, abs=0.03)


def test_a_ball_that_leaves_has_no_place_and_says_so(tmp_path):
    page = play_descent(one_knob, -2, 5, 0.5, [6.0, 1e200], tmp_path / "descent.html", steps=400)
    for run in data_of(page)["runs"]:
        last = run["frames"][-1]
        assert last["place"] is None
        assert last["tangent"] is None
        assert "The ball is out of the picture." in told(last)
        assert any(line.startswith("Diverged at step") for line in told(last))


def test_a_descent_that_cannot_be_shown_is_refused(tmp_path):
    with pytest.raises(ValueError, match="low <= start <= high, got 0, 2 and 1"):
        play_descent(one_knob, 0, 1, 2, [0.5], tmp_path / "descent.html")
    with pytest.raises(ValueError, match="at least one learning rate"):
        play_descent(one_knob, 0, 1, 0.5, [], tmp_path / "descent.html")
    with pytest.raises(ValueError, match="finite nowhere from 0 to 1: choose a range"):
        play_descent(lambda knob: knob + np.inf, 0, 1, 0.5, [0.5], tmp_path / "descent.html")


def test_a_single_rate_may_stand_alone(tmp_path):
    (run,) = data_of(play_descent(one_knob, -2, 5, 0.5, 0.25, tmp_path / "descent.html"))["runs"]
    assert run["rate"] == "0.25"
    rates = np.array([0.5, 0.25])
    both = data_of(play_descent(one_knob, -2, 5, 0.5, rates, tmp_path / "descent.html"))["runs"]
    assert [run["rate"] for run in both] == ["0.25", "0.5"]


@pytest.mark.parametrize(
    ("error", "high"),
    [(one_knob, 5), (lambda knob: 1e305 * one_knob(knob), 5), (lambda knob: -1e-6 * knob, 2e7)],
)
def test_the_numbers_on_the_axes_have_room(tmp_path, error, high):
    page = play_descent(error, -2, high, 0.5, 0.5, tmp_path / "descent.html", steps=1).read_text("utf-8")
    texts = re.findall(r'<text x="(.*?)" y=.*? text-anchor="(.*?)">(.*?)</text>', page)
    for x, anchor, text in texts:
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        left = float(x) - share * 13 * len(text)  # 13: a letter of 20 px, the largest that the style has
        assert 0 <= left <= 480 - 13 * len(text)
