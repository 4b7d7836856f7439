"""The reader's own code: the line and the expression that computed each Value of a call."""

import functools
import linecache
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import microgd
from microgd import MLP, Value, grad, softmax
from microgd.autodiff.active import observers
from microgd.pictures.own_code import call

weight = Value(np.array([0.5, -1.0]), name="weight")


def line_of(f, offset=1):
    return f.__code__.co_firstlineno + offset


def expressions(f):
    """The expressions of a call, in the order in which they are computed."""
    return [place.expression for place in call(f).places.values()]


def test_each_operation_of_a_line_has_its_expression():
    x = Value(2.0)

    def error():
        return (0.5 * x - np.exp(-x)) ** 2  # the end

    found = call(error)
    assert found.result.data == (1.0 - np.exp(-2.0)) ** 2
    places = list(found.places.values())
    assert [place.expression for place in places] == [
        "0.5 * x", "-x", "np.exp(-x)", "0.5 * x - np.exp(-x)", "(0.5 * x - np.exp(-x)) ** 2",
    ]  # fmt: skip
    assert {place.before + place.expression + place.after for place in places} == {
        "return (0.5 * x - np.exp(-x)) ** 2  # the end"
    }
    assert {place.line for place in places} == {line_of(error)}
    assert [value.op.name for value in found.places] == ["*", "neg", "exp", "-", "**"]


def test_an_expression_over_several_lines():
    def error():
        return np.sum(
            weight
            * 3.0
        )  # fmt: skip

    product, total = call(error).places.values()
    assert (product.expression, product.line) == ("weight\n* 3.0", line_of(error, 2))
    assert (total.before, total.expression) == ("return ", "np.sum(\n    weight\n    * 3.0\n)")


def test_a_long_one_is_cut():
    def error():
        return sum([
            weight[0],
            weight[0],
            weight[0],
            weight[1],
            weight[1],
        ])  # fmt: skip

    (*_, total) = call(error).places.values()
    assert total.expression == "sum([\n    weight[0],\n    weight[0],\n…"


def test_columns_are_counted_in_letters():
    größe = Value(3.0)

    def fehler():
        return "é" and größe * größe - 2.0

    square, difference = call(fehler).places.values()
    assert (square.before, square.expression, square.after) == ('return "é" and ', "größe * größe", " - 2.0")
    assert difference.expression == "größe * größe - 2.0"


def test_loops_helpers_and_lambdas():
    x = Value(2.0)

    def double(y):
        return 2.0 * y

    def error():
        return sum(double(x) for _ in range(2))

    assert expressions(error) == [
        "2.0 * y", "sum(double(x) for _ in range(2))", "2.0 * y", "sum(double(x) for _ in range(2))",
    ]  # fmt: skip
    assert expressions(lambda: x * x) == ["x * x"]
    assert expressions(functools.partial(double, x)) == ["2.0 * y"]


def test_what_the_library_computes_belongs_to_the_line_that_calls_it():
    net = MLP(2, 3, 1, rng=0)

    def error():
        pred = net(weight)
        return np.mean(softmax(pred) ** 2) + grad(lambda w: w * w)(Value(3.0))

    found = set(expressions(error))
    assert {
        "net(weight)",
        "softmax(pred)",
        "softmax(pred) ** 2",
        "np.mean(softmax(pred) ** 2)",
        "w * w",
    } <= found
    assert all(expression.count("self") == 0 for expression in found)


def test_names_are_those_of_the_variables_outer_ones_first():
    x = Value(2.0)

    def helper(y):
        inner = y * 3.0
        return inner

    def error():
        hidden = helper(x)
        return np.sum(hidden * weight)

    found = call(error)
    assert set(found.names) == {"x", "y", "inner", "hidden", "weight"}
    assert found.names["y"] is x
    assert list(found.names).index("x") < list(found.names).index("y")
    assert list(found.names).index("hidden") < list(found.names).index("inner")


def test_source_that_is_not_there_is_left_out():
    namespace = {"x": Value(2.0)}
    exec("def error(): return x * x", namespace)
    found = call(namespace["error"])
    assert found.result.data == 4.0
    assert found.places == {}


def test_without_columns_the_whole_line_is_marked(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from microgd import Value\nfrom microgd.pictures.own_code import call\nx = Value(2.0)\n"
        "def error():\n    return x * x - 1.0  # here\nprint(list(call(error).places.values()))\n"
    )
    run = [sys.executable, "-X", "no_debug_ranges", script]
    folder = Path(microgd.__file__).parents[1]
    said = subprocess.run(
        run, capture_output=True, text=True, check=True, cwd=folder, env=os.environ | {"PYTHONPATH": "."}
    )
    place = "Place(line=5, before='', expression='return x * x - 1.0  # here', after='')"
    assert said.stdout == f"[{place}, {place}]\n"


def test_other_threads_are_not_noted():
    x = Value(2.0)
    threads = []

    def error():
        thread = threading.Thread(target=lambda: threads.append(x * 5.0))
        thread.start()
        thread.join()
        return x * x

    assert expressions(error) == ["x * x"]
    assert threads[0].data == 10.0


def test_the_observer_is_gone_after_an_error():
    def error():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        call(error)
    assert observers == []


def loss(prediction, goal):
    return (prediction - goal) ** 2


@pytest.mark.parametrize(
    ("f", "given"), [(loss, r"loss\(prediction, goal\)"), (lambda w: w, r"<lambda>\(w\)")]
)
def test_a_function_with_arguments_is_refused(f, given):
    complaint = (
        rf"play: expected a function of no arguments, got {given}: give it its arguments, as in play\(l"
    )
    with pytest.raises(TypeError, match=complaint):
        call(f)


def test_what_no_page_can_hold_is_escaped(monkeypatch):
    x = Value(2.0)
    namespace = {"x": x}
    source = "def error():\n    return x * x  # \0\x07</script>"
    code = compile(source.replace("\0", ""), __file__ + ".other", "exec")
    exec(code, namespace)
    monkeypatch.setitem(
        linecache.cache, __file__ + ".other", (len(source), None, source.splitlines(keepends=True), __file__)
    )
    (place,) = call(namespace["error"]).places.values()
    assert place.after == r"  # \x00\x07</script>"
