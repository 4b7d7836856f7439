"""Numbers that the reader changes on the page of `play`: everything follows, with the engine's numbers."""

import numpy as np
import pytest

from microgd import Value, play, relu

CONTROLS = "#leaves input"


def knob(input=0.5, knob_weight=0.5, goal_pred=0.8):
    input, knob_weight = Value(input, name="input"), Value(knob_weight, name="knob_weight")
    pred = input * knob_weight
    return (pred - Value(goal_pred, name="goal_pred")) ** 2


def fork(a=0.3, b=-0.7):
    a, b = Value(a, name="a"), Value(b, name="b")
    both = a + a
    return both * b + np.tanh(a * b) + np.where(a > 0, a, 2.0 * a)


def small_net(w=((0.3, -0.2), (0.5, 0.1)), x=(1.0, 2.0)):
    w, x = Value(w, name="w"), Value(x, name="x")
    return np.sum(relu(x @ w) ** 2) + np.mean(w)


def numbers(window):
    """The table of the page."""
    return window.run(
        "Object.fromEntries([...table].map(([k, x]) => [k, x.shape === undefined ? x : x.entries]))"
    )


def set_number(window, name, x):
    window.driver.execute_script(
        "const field = document.querySelector(`[aria-label='${arguments[0]}, number']`);"
        "field.value = arguments[1]; field.dispatchEvent(new Event('input', {bubbles: true}));",
        name, x,
    )  # fmt: skip


def agree(page_numbers, expected_page):
    import json
    import re

    data = re.search(r'id="data">(.*?)</script>', expected_page.html, re.DOTALL)[1]
    expected = json.loads(data)["numbers"]
    assert page_numbers.keys() == expected.keys()
    for key, x in expected.items():
        x = x["entries"] if isinstance(x, dict) else x
        assert page_numbers[key] == pytest.approx(x, rel=1e-14, abs=1e-300), key


@pytest.mark.parametrize("make", [knob, fork, small_net])
def test_at_the_start_the_program_gives_the_numbers_of_the_page(page, make):
    window = page(play(make()))
    before = numbers(window)
    window.run("live.show(false)")
    after = numbers(window)
    assert after.keys() == before.keys()
    for key in before:
        assert after[key] == pytest.approx(before[key], rel=1e-14), key


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (knob, {"input": 2.0, "knob_weight": -1.5, "goal_pred": 0.25}),
        (fork, {"a": 1.25, "b": 3.0}),
        (fork, {"a": -1.25}),
    ],
)
def test_every_number_follows_as_the_engine_computes_it(page, make, changes):
    window = page(play(make()))
    for name, x in changes.items():
        set_number(window, name, x)
    agree(numbers(window), play(make(**changes)))
    assert window.run("document.querySelector('.graph').textContent.includes('1.25')") == (make is fork)


def test_entries_of_arrays_have_controls_of_their_own(page):
    window = page(play(small_net()))
    set_number(window, "w[0, 1]", 4.0)
    set_number(window, "x[1]", -1.0)
    agree(numbers(window), play(small_net(w=((0.3, 4.0), (0.5, 0.1)), x=(1.0, -1.0))))


def test_the_sentences_and_the_graph_follow(page):
    window = page(play(knob()))
    window.press("End")
    window.press("Left")
    before = window.text("lines")
    set_number(window, "knob_weight", 3.0)
    assert window.text("lines") != before
    assert "3" in window.run("document.querySelector('.graph').textContent")


def test_the_slider_moves_the_field_and_the_field_the_slider(page):
    window = page(play(knob()))
    slider = window.driver.find_element("css selector", "[aria-label='knob_weight, slider']")
    slider.click()
    window.driver.execute_script(
        "arguments[0].value = 1.25; arguments[0].dispatchEvent(new Event('input'));", slider
    )
    assert window.run("document.querySelector(`[aria-label='knob_weight, number']`).value") == "1.25"
    set_number(window, "knob_weight", 0.75)
    assert float(slider.get_attribute("value")) == 0.75


def control(window, name, kind, what):
    """A property of a control of the leaf of this name: of its slider or its field of a number."""
    selector = f"[aria-label='{name}, {kind}']"
    return window.run(f"document.querySelector(arguments[0]).{what}", selector)


@pytest.mark.parametrize(("x", "shown"), [(np.inf, "inf"), (-np.inf, "−inf"), (np.nan, "nan")])
def test_a_number_that_is_not_finite_can_be_typed_over_but_not_slid(page, x, shown):
    window = page(play(Value(x, name="w") * Value([2.0, x], name="v")[1] + 3.0))
    for name in ("w", "v[1]"):
        assert control(window, name, "slider", "disabled")
        assert control(window, name, "number", "placeholder") == shown
        assert control(window, name, "number", "value") == ""
        set_number(window, name, 4.0)
        assert not control(window, name, "slider", "disabled")
        assert control(window, name, "slider", "valueAsNumber") == 4.0
        assert control(window, name, "number", "placeholder") == ""
    agree(numbers(window), play(Value(4.0, name="w") * Value([2.0, 4.0], name="v")[1] + 3.0))
    window.click("#reset")
    assert control(window, "w", "slider", "disabled")
    assert control(window, "w", "number", "placeholder") == shown


def test_a_number_beyond_the_slider_moves_its_ends(page):
    window = page(play(knob()))
    assert control(window, "knob_weight", "slider", "max") == "1.5"
    for x in (100.0, -1e308, 0.25):
        set_number(window, "knob_weight", x)
        assert control(window, "knob_weight", "slider", "valueAsNumber") == x


def test_names_break_behind_an_underscore_only(page):
    window = page(play(Value(2.0, name="a_rather_long_name_of_a_weight") ** 2), (390, 844))
    rows = window.run(
        "[...document.querySelector('#leaves span').childNodes].filter(part => part.nodeType === 3).map("
        "part => { const range = new Range(); range.selectNodeContents(part);"
        "const rows = range.getClientRects(); return [part.data, rows.length, rows[0].top]; })"
    )
    assert [part for part, _, _ in rows] == ["a_", "rather_", "long_", "name_", "of_", "a_", "weight"]
    assert {count for _, count, _ in rows} == {1}  # no part is broken
    assert len({top for _, _, top in rows}) > 1  # the name is


def test_steps_of_gradient_descent_and_reset(page):
    window = page(play(knob()))
    weight, rate = 0.5, 0.5
    for _ in range(3):
        window.click("#step")
        weight -= rate * 2 * 0.5 * (0.5 * weight - 0.8)
    table = numbers(window)
    names = {
        name: table[f"value{leaf['id'][5:]}"]
        for leaf in window.run("data.live.leaves")
        for name in [leaf["name"]]
    }
    assert names == pytest.approx({"input": 0.5, "knob_weight": weight, "goal_pred": 0.8})
    window.click("#reset")
    agree(numbers(window), play(knob()))


def test_what_is_ticked_learns(page):
    window = page(play(knob()))
    ticked = window.run("[...document.querySelectorAll('#leaves [type=checkbox]')].map(box => box.checked)")
    assert sorted(ticked) == [False, False, True]  # input and goal_pred are given
    window.click("[aria-label='knob_weight learns']")
    before = numbers(window)
    window.click("#step")
    assert numbers(window) == before


def test_arrow_keys_in_a_control_do_not_leave_the_step(page):
    window = page(play(knob()))
    window.driver.find_element("css selector", "[aria-label='knob_weight, slider']").click()
    window.press("Right")
    window.press("Right")
    assert window.text("count").startswith("1 /")


def test_practice_asks_for_the_new_gradients(page):
    window = page(play(knob()))
    set_number(window, "knob_weight", 2.0)
    window.click("#practice")
    answer = window.run("table.get(player.frames[player.index].question.answer)")
    assert answer == pytest.approx(2 * (0.5 * 2.0 - 0.8))
    window.driver.find_element("id", "answer").send_keys(str(answer))
    window.press("Enter")
    assert window.text("verdict") == "Right."


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda: np.sum(Value(np.ones(30)) ** 2),
            "There are 30 numbers to set, which is too many for controls.",
        ),
        (lambda: np.linalg.det(Value(np.eye(2))), "the operation det cannot be written"),
    ],
)
def test_where_it_cannot_be_live_the_page_says_why(page, make, why):
    window = page(play(make()))
    assert why in window.text("why")
    assert not window.run("document.querySelectorAll('#leaves input').length")


def test_a_name_that_would_break_out_is_text(page):
    value = Value(2.0, name="</script><b id=out>")
    window = page(play(value * value))
    assert not window.run("document.getElementById('out')")
    set_number(window, "</script><b id=out>", 3.0)
    assert 9.0 in numbers(window).values()
