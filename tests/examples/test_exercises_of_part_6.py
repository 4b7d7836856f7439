"""The exercises of part 6: each answer in the file is what running it gives."""

import math

from exercises import answer

import microgd
from microgd import Value, grad, value_and_grad
from microgd.autodiff.value import ancestors


def lines_of(compiled):
    return [line.split("#")[0].strip() for line in compiled.source.splitlines() if " = " in line]


def test_graph_as_a_program_1(course):
    compiled = microgd.compile(grad(grad(course("graph_as_a_program").names["error"])))
    assert compiled(0.5, 0.5, 0.8) == 2 * 0.5**2
    assert lines_of(compiled) == ["t1 = input * 2.0", "d_knob_weight = t1 * input"]
    assert answer("graph_as_a_program", 1).startswith("Two, which multiply the input by 2 and by itself:")


def test_graph_as_a_program_2():
    compiled = microgd.compile(lambda x: x * 1.0 + 0.0)
    assert math.copysign(1, compiled(-0.0)) == 1
    assert lines_of(compiled) == ["output = x + 0.0"]
    assert answer("graph_as_a_program", 2).startswith("Only * 1.0:")


def test_how_fast_1(course):
    names = course("how_fast").names
    numbers = [[Value(number) for number in unit] for unit in names["numbers"]]
    outputs = names["number_error"](numbers), names["array_error"](list(map(Value, names["arrays"])))
    of_numbers, of_arrays = (sum(node.op is not None for node in ancestors(output)) for output in outputs)
    assert answer("how_fast", 1).startswith(f"{of_numbers:,} and {of_arrays}:")


def test_how_fast_2(course):
    names = course("how_fast").names
    counts = []
    for kind in ("number", "array"):
        compiled = microgd.compile(value_and_grad(names[f"{kind}_error"]))
        compiled(names[f"{kind}s"])
        counts.append(len(lines_of(compiled)))
    assert answer("how_fast", 2).startswith(f"{counts[0]:,} and {counts[1]}:")
