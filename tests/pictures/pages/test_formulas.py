"""Formulas have the parentheses that they need, and no others."""

import numpy as np

from microgd import Value, relu
from microgd.pictures.numbers import literal
from microgd.pictures.pages.formulas import formula_of, operation_of
from microgd.pictures.pages.mathml import slot, text_of


def text(part):
    """A formula as text; a number of the table as its key, in parentheses where it would need them."""
    return text_of(part, lambda slot: f"({slot['number']})" if slot["brackets"] else slot["number"])


def test_formulas_have_the_parentheses_they_need_and_no_others():
    a, b, c = (Value(x, name=name) for x, name in [(2.0, "a"), (3.0, "b"), (5.0, "c")])

    def formula(x):
        return text(formula_of(x, lambda part: part.name if isinstance(part, Value) else literal(part)))

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
    assert text(formula_of(x * x + x * x, lambda part: part.name)).count("a_name_of_some_length") == 4
    assert text(formula_of(x * x + x * x + x * x, lambda part: part.name)) == "…"
    long = x
    for _ in range(2000):
        long = long + x
    assert len(text(formula_of(long, lambda part: part.name))) <= 100


def test_one_operation_stops_at_its_operands():
    x = Value(1.0, name="x")
    y = np.exp(x)
    y.name = "y"
    assert text(operation_of(y * 2.0, lambda part: getattr(part, "name", "2"))) == "y × 2"


def test_a_number_that_may_become_negative_has_room_for_its_parentheses():
    a, b = Value(2.0), Value(3.0)
    keys = {a: "a", b: "b"}

    def formula(x):
        return text(operation_of(x, lambda part: slot(keys[part]) if part in keys else "2"))

    assert formula(a + b) == "a + (b)"
    assert formula(a * b) == "a × (b)"
    assert formula(a**2) == "(a)^2"
    assert formula(np.exp(a)) == "exp(a)"
    assert formula(-a) == "−a"


def test_elements_are_those_of_mathml_and_names_are_texts_in_them():
    x = Value(2.0, name="<b>x</b>")
    formula = formula_of(np.exp(x) ** 2, lambda part: part.name if isinstance(part, Value) else "2")
    assert formula == [
        "msup",
        ["mrow", ["mi", "exp"], ["mo", "("], ["mn", "<b>x</b>"], ["mo", ")"]],
        ["mn", "2"],
    ]
