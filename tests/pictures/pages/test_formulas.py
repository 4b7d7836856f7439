"""Formulas have the parentheses that they need, and no others."""

import numpy as np

from microgd import Value, relu
from microgd.pictures.numbers import literal
from microgd.pictures.pages.formulas import formula_of, operation_of


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
