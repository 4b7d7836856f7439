"""Equal structure drawn once: against a second, slow definition of what is alike, and by hand."""

import itertools
import random
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from dot import boxes_of, edges_of, labels_of, nodes_of, texts_of

from microgd import Value, relu
from microgd.autodiff.value import ancestors
from microgd.pictures import draw
from microgd.pictures.graph.merge_equal import merge_equal
from microgd.pictures.graph.nodes import read
from microgd.pictures.numbers import number


def cards(picture):
    """The labels without the operations, as (title, data) or (data,)."""
    found = []
    for node, label in labels_of(picture).items():
        if not node.endswith("_op"):
            found.append(re.sub(r"{{data\|grad}\|{(.*)\|.*}}", r"\1", label))
    return sorted(found)


def counts(picture):
    """(label of the operand, label of the operation) -> the mark on the edge."""
    labels = labels_of(picture)
    titles = {node: label.split("|")[0] for node, label in labels.items()}
    return {(titles[a], titles[b]): re.search(r"× \d+|$", rest)[0] for a, b, rest in edges_of(picture)}


def net(sizes, x, seed=0):
    """A net of single numbers, each neuron a sum in a loop, as in micrograd."""
    rng = np.random.default_rng(seed)
    for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes), 1):
        weights = [
            [Value(rng.normal(), name=f"layer{i}.w{k}") for k in range(inputs)] for _ in range(outputs)
        ]
        biases = [Value(0.0, name=f"layer{i}.b") for _ in range(outputs)]
        x = [relu(sum((w * xk for w, xk in zip(row, x)), start=b)) for row, b in zip(weights, biases)]
    return x


def range_of(numbers):
    return f"{number(min(numbers), 3)} to {number(max(numbers), 3)}"


# By hand


def test_the_neurons_of_a_layer_are_one():
    x = [Value(0.5, "x0"), Value(-1.0, "x1")]
    picture = draw(net([2, 16, 16, 1], x)[0])
    titles = [label.split("|")[0] for label in cards(picture)]
    parameters = sorted(title for title in titles if title.startswith(("b", "w")))
    assert parameters == ["b", "b × 16", "b × 16", "w0 … w1 × 32", "w0 … w15 × 16", "w0 … w15 × 256"]
    assert "x0 … x1 × 2" in titles
    assert Counter(titles)["× 256"] == 1  # the products in the second layer
    marks = Counter(rest for _, _, rest in edges_of(picture) if "label" in rest)
    assert sorted(re.search(r"× \d+", mark)[0] for mark in marks.elements()) == ["× 16", "× 16", "× 2"]
    assert list(boxes_of(picture)) == ["layer1", "layer2", "layer3"]
    assert re.match(
        r"\d+ Values\. Equal structure is drawn once", next(t for t in texts_of(picture) if "Values" in t)
    )


def test_the_samples_of_a_batch_are_one_and_share_the_knob():
    knob_weight = Value(0.5, "knob_weight")
    data = [(1.0, 0.8), (2.0, 1.5), (3.0, 2.9), (-1.0, -1.1)]
    error = sum((x * knob_weight - goal) ** 2 for x, goal in data)
    error.backward()
    picture = draw(error, merge_equal=True)
    pulls = [x * 0.5 for x, _ in data]
    misses = [pull - goal for pull, (_, goal) in zip(pulls, data)]
    labels = labels_of(picture)
    assert labels["value0"] == f"knob_weight|{{{{data|grad}}|{{0.5|{number(knob_weight.grad, 4)}}}}}"
    assert labels["value1"].startswith(f"× 4|{{{{data|grad}}|{{{range_of(pulls)}|")
    assert labels["value2"].startswith(f"× 4|{{{{data|grad}}|{{{range_of(misses)}|")
    assert labels["value1_constant0"] == "× 4|−1 to 3"
    assert labels["value3_constant1"] == "× 4|2"
    assert counts(picture)["× 4", "+"] == "× 4"
    assert sum(label == "+" for label in labels.values()) == 1  # four sums in a row are one
    assert "0" not in labels.values()  # what Python's sum starts from


def test_neurons_with_names_of_their_own_are_one_box():
    x = Value(np.ones(3), "x")
    outputs = []
    for i in range(5):
        weight, bias = Value(np.full(3, float(i)), f"neuron{i}.weight"), Value(0.0, f"neuron{i}.bias")
        outputs.append(np.tanh(x @ weight + bias))
    picture = draw(sum(outputs), merge_equal=True)
    assert list(boxes_of(picture)) == ["neuron0 … neuron4 × 5"]
    assert "weight (3,) × 5" in {label.split("|")[0] for label in cards(picture)}


def test_local_derivatives_of_all_are_on_the_edge():
    w = [Value(float(i)) for i in range(1, 5)]
    picture = draw(sum(x * x for x in w), merge_equal=True, derivatives=True)
    marks = [re.search('label="?([^"]*)"', rest)[1] for a, _, rest in edges_of(picture) if "∂" in rest]
    assert marks == ["∂ 1 to 4", "∂ 1 to 4", "× 4 ∂ 1"]


def test_what_is_used_differently_stays_apart():
    a, b, c, d = (Value(1.0, name) for name in "abcd")
    titles = [label.split("|")[0] for label in cards(draw(a * b + c * d, merge_equal=True))]
    assert {"a … c × 2", "b … d × 2"} <= set(titles)
    titles = [label.split("|")[0] for label in cards(draw(a * b + a * d, merge_equal=True))]
    assert {"a", "b … d × 2"} <= set(titles)
    titles = [label.split("|")[0] for label in cards(draw(a * b + np.exp(c * d), merge_equal=True))]
    assert {"a", "b", "c", "d"} <= set(titles)


def test_an_exponent_counts_other_numbers_do_not():
    a, b = Value(1.0, "a"), Value(2.0, "b")
    assert "a … b × 2|1 to 2" in cards(draw(a**2 + b**2, merge_equal=True))
    assert "a|1" in cards(draw(a**2 + b**3, merge_equal=True))
    assert "× 2|2 to 3" in cards(draw(a * 2 + b * 3, merge_equal=True))


def test_rows_of_a_table_are_alike_axes_are_not():
    table = Value(np.arange(12.0).reshape(3, 4), "table")
    picture = draw(sum(np.tanh(table[i]).sum() for i in range(3)), merge_equal=True)
    assert "index [0] … index [2]" in labels_of(picture).values()
    square = Value(np.eye(3), "square")
    picture = draw(np.max(square, axis=0) + np.max(square, axis=1), merge_equal=True)
    assert {"max axis=0", "max axis=1"} <= set(labels_of(picture).values())


def test_the_parts_of_a_stack_are_alike():
    parts = [np.tanh(Value(float(i), f"p{i}")) for i in range(300)]
    picture = draw(np.stack(parts).sum())
    assert sum(label.split("|")[0] == "p0 … p299 × 300" for label in cards(picture)) == 1
    assert "Cut" not in picture.source


def test_a_sum_that_has_a_name_or_is_used_twice_stays():
    a, b, c = (Value(1.0, name) for name in "abc")

    def sums(value):
        return list(labels_of(draw(value, merge_equal=True)).values()).count("+")

    assert sums(a + b + c) == 1
    twice = a + b
    assert sums(twice + c * twice) == 2
    named = a + b
    named.name = "named"
    assert sums(named + c) == 2
    grown = Value(np.ones(3)) + a + b  # (3,), then (3,): one; of another shape: two
    assert sums(grown) == 1
    assert sums((a + b) + Value(np.ones(3))) == 2


def test_what_is_repeated_in_a_row_is_not_alike():
    x = Value(1.0, "x")
    for _ in range(5):
        x = np.tanh(x)
    assert len(cards(draw(x, merge_equal=True))) == 6


def test_rolling_up_is_for_graphs_beyond_the_limit_or_on_request():
    w = [Value(1.0) for _ in range(10)]
    error = sum(x * x for x in w)
    assert "×" not in draw(error).source
    assert "×" in draw(error, merge_equal=True).source
    assert "×" in draw(error, limit=20).source
    assert "Cut" not in draw(error, limit=20).source
    assert "×" not in draw(error, limit=20, merge_equal=False).source
    both = draw(error, limit=2, merge_equal=True)
    assert texts_of(both)[0].startswith("30 Values.")  # 10 w, 10 squares, 10 sums, the 0 of `sum` among them
    assert "Cut: the 2 cards nearest to the output. 1 more are not drawn." in texts_of(both)


def test_equal_graphs_give_equal_text():
    first, second = (draw(net([2, 4, 4, 1], [1.0, 2.0])[0], merge_equal=True).source for _ in range(2))
    assert first == second


def test_a_long_sum_takes_no_recursion():
    x = Value(0.0, "x")
    for _ in range(20_000):
        x = x + Value(1.0, "one")
    y = Value(0.0)
    for _ in range(20_000):
        y = Value(1.0) + y
    for total in (x, y):
        assert "× 20001" in draw(total).source


# Against a slow definition


def random_graph(seed):
    """A graph with a lot of symmetry: a few kinds of leaves, paired up by a few kinds of operations."""
    choice = random.Random(seed)
    pool = [Value(float(i)) for i in range(choice.randint(2, 6))]
    for _ in range(choice.randint(1, 4)):
        operation = choice.choice([lambda a, b: a * b, lambda a, b: a - b, lambda a, b: np.exp(a)])
        step = choice.randint(1, len(pool))
        pool += [operation(a, pool[(i + step) % len(pool)]) for i, a in enumerate(pool)]
        pool = pool[-choice.randint(2, 8) :]
    return sum(pool[1:], start=pool[0]) if choice.random() < 0.7 else np.stack(pool).sum()


def alike_by_definition(values, output):
    """Sets of Values: start with the kinds, and look at all neighbours at once until nothing changes."""
    kind = {v: (v is output, v.op and v.op.name, str(v.shape)) for v in values}
    while True:
        uses = defaultdict(list)
        for v in values:
            for i, arg in enumerate(v.args):
                if isinstance(arg, Value):
                    place = "any" if v.op.name in ("+", "concatenate") else i
                    uses[arg].append((place, kind[v]))
        refined = {}
        for v in values:
            operands = [
                ("any" if v.op.name in ("+", "concatenate") else i, kind[arg])
                for i, arg in enumerate(v.args)
                if isinstance(arg, Value)
            ]
            refined[v] = (kind[v], tuple(sorted(map(str, operands))), tuple(sorted(map(str, uses[v]))))
        numbers = {}
        named = {v: numbers.setdefault(refined[v], len(numbers)) for v in values}
        if len(numbers) == len(set(kind.values())):
            return {frozenset(v for v in values if named[v] == number) for number in range(len(numbers))}
        kind = named


@pytest.mark.parametrize("seed", range(40))
def test_cards_are_what_the_definition_says(seed, monkeypatch):
    monkeypatch.setattr("microgd.pictures.graph.merge_equal._with_long_sums", lambda nodes, name_of: nodes)
    output = random_graph(seed)
    values = ancestors(output)[::-1]
    roles = {v: "output" if v is output else "result" if v.op else "leaf" for v in values}
    nodes = merge_equal(read(values, roles), lambda x: "").values()
    assert {frozenset(node.members) for node in nodes} == alike_by_definition(values, output)


@pytest.mark.parametrize("seed", range(40))
def test_every_member_has_as_many_operands_as_the_edge_says(seed):
    output = random_graph(seed)
    values = ancestors(output)[::-1]
    roles = {v: "output" if v is output else "result" if v.op else "leaf" for v in values}
    graph = merge_equal(read(values, roles), lambda x: "")
    for node in set(graph.values()):
        assert all(graph[value] is node for value in node.members)
        for edge in node.operands:
            assert len(edge.uses) % len(node.members) == 0
    vanished = [v for v in values if v not in graph]
    assert all(v.op.name == "+" for v in vanished)
    assert sum(len(node.members) for node in set(graph.values())) == len(values) - len(vanished)


def test_rolled_up_pictures_are_drawn():
    picture = draw(net([2, 4, 1], [Value(1.0, "x0"), Value(2.0, "x1")])[0], merge_equal=True)
    assert {"w0 … w1 × 8", "x0 … x1 × 2", "layer1", "layer2"} <= set(texts_of(picture))
    assert len(nodes_of(picture)) < 30
