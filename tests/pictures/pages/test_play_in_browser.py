"""The page of `play` in a real browser: every control used, all numbers compared with the engine's."""

import numpy as np
import pytest
from conftest import DESKTOP, PHONE
from pages_to_look_at import fork, fork_page, knob, knob_page, net_page

from microgd import Value
from microgd.autodiff.value import ancestors
from microgd.pictures import play
from microgd.pictures.numbers import entries, number


def number_of(text):
    return float(text.replace("−", "-"))


def off(window):
    return window.run("[...document.querySelectorAll('[aria-disabled=true]')].map(button => button.id)")


def cards(window, which):
    """A line of every card: -1 the gradient, -2 the data."""
    return window.run(f"ids.map(id => line(shown().card(id), {which}).textContent)")


# The reader's own lines


def test_the_line_of_each_step_has_its_expression_marked(page):
    w = Value(0.5)

    def error():
        return (w * 3.0
                - 2.0) ** 2  # </script><b id=out>&amp;  # fmt: skip

    window = page(play(error))
    window.click("#next")
    line = f"line {error.__code__.co_firstlineno + 1}"
    code, marks = "document.querySelector('#lines .code')", "document.querySelectorAll('#lines mark')"
    assert window.run(f"{code}.textContent") == f"{line}return (w * 3.0"
    window.click("#next")
    assert window.run(f"[...{marks}].map(mark => mark.textContent)") == ["w * 3.0", "- 2.0"]
    assert "# </script><b id=out>&amp;" in window.run(f"{code}.textContent")
    assert not window.run("document.getElementById('out')")
    window.press("End")
    window.press("Left")
    assert window.run(f"[...{marks}].map(mark => mark.textContent)") == ["w * 3.0"]
    window.run("document.querySelector('.graph .node[role=button]').dispatchEvent(new Event('click'))")
    assert window.run(f"[...{marks}].map(mark => mark.textContent)") == ["w * 3.0"]


# The controls


def test_buttons_step_and_end_stops_know_their_place(page):
    window = page(knob_page())
    assert window.text("phase") == "Forward 1 of 4"
    assert off(window) == ["first", "back"]
    window.click("#next")
    window.click("#next")
    assert window.text("phase") == "Forward 3 of 4"
    assert window.text("count") == "3 / 9"
    window.click("#back")
    assert window.text("phase") == "Forward 2 of 4"
    for _ in range(7):
        window.click("#next")
    assert window.text("phase") == "Done"
    assert off(window) == ["next"]
    window.click("#next")
    assert window.text("phase") == "Done"
    window.click("#first")
    assert window.text("phase") == "Forward 1 of 4"


def test_play_runs_to_the_end_and_pause_holds(page):
    window = page(knob_page())
    window.run("(pace.value = '700', pace.onchange())")
    window.click("#play")
    assert window.text("play") == "Pause"
    window.wait_until("player.index === 1")
    window.click("#play")
    assert window.text("play") == "Play"
    assert window.run("player.timer") is None
    window.run("(pace.options[2].value = '15', pace.value = '15')")
    window.click("#play")
    window.wait_until("player.index === 8 && player.timer === null")
    assert window.text("phase") == "Done"
    window.click("#play")  # once more, from the start
    window.wait_until("player.index > 0 && player.index < 8")


def test_a_change_of_pace_counts_at_once(page):
    window = page(knob_page())
    window.click("#play")
    window.run("(pace.options[2].value = '15', pace.value = '15', pace.onchange())")
    window.wait_until("player.index === 8", seconds=1.9)  # at the pace of before not even one step


def test_the_slider_goes_anywhere(page):
    window = page(knob_page())
    window.click("#slider")  # in its middle
    assert window.text("phase") == "Backward 1 of 4"
    assert window.run("Number(document.getElementById('slider').max)") == 8


@pytest.mark.parametrize("focus", ["body", "slider", "stage", "next"])
def test_keys_step_jump_and_play_whatever_has_the_focus(page, focus):
    window = page(knob_page())
    window.run(f"(document.getElementById('{focus}') ?? document.body).focus()")
    window.press("Right", "Right")
    assert window.text("phase") == "Forward 3 of 4"
    window.press("Left")
    assert window.text("phase") == "Forward 2 of 4"
    window.press("End")
    assert window.text("phase") == "Done"
    window.press("Home")
    assert window.text("phase") == "Forward 1 of 4"
    window.press("Space")
    if focus == "next":  # a button is pressed by the space bar, as everywhere
        assert window.text("phase") == "Forward 2 of 4"
    else:
        assert window.run("player.timer !== null")
        window.press("Space")
        assert window.run("player.timer === null")


def test_everything_can_be_reached_by_the_keyboard_alone(page):
    window = page(knob_page())
    seen = []
    for _ in range(23):
        window.press("Tab")
        seen.append(window.run("document.activeElement.ariaLabel || document.activeElement.id"))
    assert seen == [
        "practice", "theme", "Picture of the current step",
        "knob_weight: its chain rule", "pred: its chain rule", "v1: its chain rule", "error: its chain rule",
        "Explanation", "knob_weight, slider", "knob_weight, number", "knob_weight learns", "live-rate",
        "step", "reset", "slider", "first", "back", "play", "next", "Zoom out", "fit", "Zoom in", "pace",
    ]  # fmt: skip


def test_a_step_can_be_linked_to(page):
    window = page(knob_page(), fragment="#step=7")
    assert window.text("phase") == "Backward 3 of 4"
    window.click("#next")
    assert window.run("location.hash") == "#step=8"
    before = window.run("history.length")
    window.press("Left", "Left", "Right", "Right")
    assert window.run("history.length") == before  # the browser's way back leads to the page before
    window.run("(location.hash = '#step=2')")
    window.wait_until("player.index === 1")
    assert window.text("phase") == "Forward 2 of 4"
    assert page(knob_page(), fragment="#step=99").text("phase") == "Done"
    assert page(knob_page(), fragment="#step=x").text("phase") == "Forward 1 of 4"


# What is shown


def test_every_number_on_the_page_is_the_engines(page):
    window = page(knob_page())
    error = knob()
    error.backward()
    nodes = ancestors(error)[::-1]
    for node in nodes:
        shown = window.run("[...document.querySelectorAll('#lines [data-exact]')].at(-1).dataset.exact")
        assert float(shown) == node.data
        window.click("#next")
    window.press("End")
    assert cards(window, -2) == [entries([node.data]) for node in nodes]
    assert cards(window, -1) == [entries([node.grad]) for node in nodes]


def test_the_chain_rule_stands_there_in_words_and_numbers(page):
    window = page(knob_page())
    window.press("End")
    window.click("#back")
    assert window.text("phase") == "Backward 4 of 4"
    assert window.lines() == [
        "The gradient of pred flows back to knob_weight, times the local derivative.",
        "d pred/d knob_weight = 0.5",
        "d error/d knob_weight = d error/d pred × d pred/d knob_weight",
        "= −1.1 × 0.5",
        "= −0.55",
    ]


def test_formulas_are_mathml_and_derivatives_are_fractions(page):
    window = page(knob_page())
    window.run("player.step(7)")
    assert window.run("document.querySelectorAll('#lines mfrac').length") == 4
    fraction = "document.querySelector('#lines mfrac').getBoundingClientRect().toJSON()"
    above = "document.querySelector('#lines mfrac').firstChild.getBoundingClientRect().toJSON()"
    assert window.run(above)["bottom"] < window.run(fraction)["bottom"] - 10  # it is set as a fraction


def test_the_current_card_and_the_arrows_to_it_are_lit_and_the_future_is_faint(page):
    window = page(knob_page())
    parts = "[...shown().parts.entries()]"
    lit = f"{parts}.filter(([_, same]) => same.some(p => p.classList.contains('at'))).map(([title]) => title)"
    future = f"{parts}.filter(([_, [p]]) => p.classList.contains('future')).map(([title]) => title)"
    window.click("#next")
    assert set(window.run(lit)) == {"value1", "value0->value1_op", "value1_op->value1"}
    assert {"value2", "value3", "value3_op"} <= set(window.run(future))
    assert not {"value0", "value1", "value1_op"} & set(window.run(future))
    window.run("player.step(7)")
    assert set(window.run(lit)) == {"value0", "value0->value1_op", "value1_op->value1"}
    assert window.run(future) == []
    style = "getComputedStyle(shown().svg.querySelector('.edge.at path')).markerStart"
    assert window.run(style) == 'url("#right_backwards")'  # the arrow has turned round


def test_gradients_appear_on_the_cards_as_they_arrive(page):
    window = page(knob_page())
    seen = []
    for index in range(3, 9):
        window.run(f"player.step({index})")
        seen.append(cards(window, -1))
    assert seen == [
        ["", "", "", ""], ["", "", "", "1"], ["", "", "−1.1", "1"], ["", "−1.1", "−1.1", "1"],
        ["−0.55", "−1.1", "−1.1", "1"], ["−0.55", "−1.1", "−1.1", "1"],
    ]  # fmt: skip


def test_both_lines_of_a_square_are_lit_one_after_the_other(page):
    x = Value(3.0, name="x")
    window = page(play(x * x))
    lit = "shown().parts.get('value0->value1_op').map(part => part.classList.contains('at'))"
    assert window.run(f"(player.step(3), {lit})") == [True, False]
    assert window.run(f"(player.step(4), {lit})") == [False, True]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a&amp;b</script>"]
)
def test_names_are_shown_as_they_are(page, name):
    x = Value(2.0, name=name)
    window = page(play(np.exp(x) * x))
    assert window.lines()[1] == f"{name} = 2"
    assert window.run("shown().card('value0').querySelector('text').textContent") == name
    assert window.run("document.querySelectorAll('script').length") == 2
    assert window.run("document.querySelectorAll('img').length") == 0
    window.run("showChain('value0')")
    assert window.text("phase") == f"The chain rule of {name}"


def test_arrays_have_formula_shapes_and_entries(page):
    window = page(net_page())
    window.press("End")
    window.click("#back")
    assert window.lines()[1:3] == ["d error/d weight = input.T @ d error/d v1", "= (4, 3).T @ (4, 2)"]
    assert window.run("document.querySelector('#lines pre').innerText").count("\n") == 2


def test_the_entries_of_small_arrays_are_listed(page):
    small, large = Value([[1.0, -2.5], [0.0, 1e-7]], name="small"), Value(np.ones(25), name="large")
    window = page(play(np.sum(small) + np.sum(large)))
    assert window.run("document.querySelector('#lines pre').innerText").split() == [
        "[[", "1", "−2.5]", "[", "0", "1e−07]]",
    ]  # fmt: skip
    assert window.run("document.querySelector('#lines .result').dataset.exact") == "[[1,-2.5],[0,1e-7]]"
    window.click("#next")
    assert window.run("document.querySelectorAll('#lines pre').length") == 0


def test_numbers_are_written_as_python_writes_them(page):
    window = page(knob_page())
    rng = np.random.default_rng(0)
    numbers = (rng.normal(size=300) * 10.0 ** rng.integers(-12, 12, 300)).tolist()
    numbers += [0.0, -0.0, 1.0, 123456.0, 999999.7, 1e21, 5e-324, 1.7e308, 0.0001, 0.00001, 1e15]
    for digits in (3, 4, 6):
        shown = window.run("arguments[0].map(x => number(x, arguments[1]))", numbers, digits)
        assert shown == [number(x, digits) for x in numbers]
    shown = window.run("[NaN, Infinity, -Infinity, true].map(x => number(x))")
    assert shown == ["nan", "inf", "−inf", "True"]
    for array in (rng.normal(size=7), rng.normal(size=50), np.full(9, 2.5), np.array([np.nan, 1.0, 2.0])):
        listed = [x if np.isfinite(x) else "nan" for x in array.tolist()]
        on_card = "onCard({shape: [arguments[0].length], entries: arguments[0].map(decoded)})"
        assert window.run(on_card, listed) == entries([array])


# The whole chain rule of a card


def test_a_click_on_a_card_shows_its_whole_chain_rule_and_back(page):
    window = page(fork_page())
    window.run("player.step(9)")
    window.run("shown().card('value0').dispatchEvent(new MouseEvent('click'))")
    assert window.text("phase") == "The chain rule of x"
    error = fork()
    error.backward()
    x = ancestors(error)[-1]
    exact = window.run(
        "[...document.querySelectorAll('#lines [data-exact]')].map(p => Number(p.dataset.exact))"
    )
    assert exact[1] == x.grad
    assert "x is used 2 times: its gradient is the sum over these uses." in window.lines()
    assert window.run("shown().card('value0').classList.contains('asked')")
    window.click("#return")
    assert window.text("phase").startswith("Backward")
    assert not window.run("shown().card('value0').classList.contains('asked')")
    assert window.run("document.activeElement.id") == "next"


def test_a_card_is_clicked_with_the_mouse_and_with_the_keyboard(page):
    window = page(knob_page())
    window.driver.find_element("css selector", "svg:not([hidden]) .node.leaf").click()
    assert window.text("phase") == "The chain rule of knob_weight"
    window.press("Right")
    assert window.text("phase") == "Forward 2 of 4"
    for key in ("Enter", "Space"):
        window.run("shown().card('value1').focus()")
        window.press(key)
        assert window.text("phase") == "The chain rule of pred"
        window.click("#return")


# Practice


def answer(window, text):
    window.run("(document.getElementById('answer').value = arguments[0])", text)
    window.click("#check")


def test_practice_asks_for_each_gradient_and_counts_what_was_right(page):
    window = page(knob_page())
    window.click("#practice")
    assert window.lines()[0] == "The gradient of error is 1."
    assert cards(window, -1) == ["", "", "?", "1"]
    window.click("#next")  # no step beyond an open question
    assert window.text("count") == "6 / 9"
    answer(window, "3")
    assert window.text("verdict") == "3 is not it. Try again with the rule:"
    assert "2×v1" in window.text("hint")
    answer(window, "−1,1")
    assert window.text("verdict") == "Right."
    assert cards(window, -1) == ["", "", "−1.1", "1"]
    window.press("Right")
    answer(window, "what?")
    assert window.text("verdict") == "A number is expected, such as −0.55 or 3/4."
    answer(window, "-11/10")
    window.press("Right")
    window.click("#reveal")
    assert window.text("verdict") == "This is the answer."
    assert window.text("score") == "Done: 1 of 3 right at the first try."
    window.press("End")
    assert window.text("phase") == "Done"
    window.click("#practice")
    assert window.run("document.getElementById('score').hidden")


def test_practice_gives_no_answer_away(page):
    window = page(knob_page())
    window.click("#practice")
    window.run("showChain('value0')")
    assert "−0.55" not in window.text("lines")
    window.click("#return")
    assert window.text("exercise").startswith("\nYour answer")
    window.press("Home")
    window.run("player.play()")
    window.run("(pace.options[2].value = '15', pace.value = '15', pace.onchange())")
    window.wait_until("player.index === 5")
    assert cards(window, -1)[2] == "?"


def test_enter_checks_and_the_answer_may_hold_spaces_and_arrows(page):
    window = page(knob_page())
    window.click("#practice")
    assert window.run("document.activeElement.id") == "answer"
    window.press("1", "Left", "-", "End", ".", "1", "Space", "Enter")
    assert window.text("verdict") == "Right."


def test_what_has_no_scalar_step_has_no_practice(page):
    window = page(play(np.sum(Value([1.0, 2.0], name="w") ** 2)))
    assert window.run("document.getElementById('practice').hidden")


# Zoom


def test_buttons_wheel_and_fit_zoom(page):
    window = page(fork_page())
    width = "shown().svg.getBoundingClientRect().width"
    first = window.run(width)
    window.click("#larger")
    assert window.run(width) == pytest.approx(1.25 * first, rel=1e-3)
    window.click("#smaller")
    window.click("#smaller")
    assert window.run(width) == pytest.approx(first / 1.25, rel=1e-3)
    window.run("document.getElementById('stage').dispatchEvent(new WheelEvent('wheel', {deltaY: -400}))")
    assert window.run(width) > first
    window.click("#fit")
    stage = window.run("document.getElementById('stage').getBoundingClientRect().toJSON()")
    svg = window.run("shown().svg.getBoundingClientRect().toJSON()")
    assert stage["left"] <= svg["left"] < svg["right"] <= stage["right"]
    assert stage["top"] <= svg["top"] < svg["bottom"] <= stage["bottom"]


def test_zoom_keeps_the_place_under_the_pointer(page):
    window = page(fork_page(), size=PHONE)
    window.run("zoom.set(2)")
    window.run("document.getElementById('stage').scrollTo({left: 150, top: 150, behavior: 'instant'})")
    place = "(() => { const box = shown().svg.getBoundingClientRect();"
    place += "return [(200 - box.left) / box.width, (200 - box.top) / box.height]; })()"
    before = window.run(place)
    window.run("zoom.set(3, 200, 200)")
    assert window.run(place) == pytest.approx(before, abs=2e-3)


def test_two_fingers_pinch(page):
    window = page(fork_page(), size=PHONE)
    before = window.run("zoom.scale")
    touch = """(kind, gap) => { const stage = document.getElementById('stage');
      const touches = [200 - gap, 200 + gap].map((clientX, identifier) =>
        new Touch({identifier, target: stage, clientX, clientY: 200}));
      stage.dispatchEvent(new TouchEvent(kind, {touches, cancelable: true})); }"""
    window.run(f"({touch})('touchstart', 30)")
    window.run(f"({touch})('touchmove', 60)")
    assert window.run("zoom.scale") == pytest.approx(2 * before)


def test_the_graph_uses_the_room_that_it_has(page):
    for write in (knob_page, fork_page, net_page):
        window = page(write())
        svg = window.run("shown().svg.getBoundingClientRect().toJSON()")
        stage = window.run("document.getElementById('stage').getBoundingClientRect().toJSON()")
        assert max(svg["width"] / stage["width"], svg["height"] / stage["height"]) > 0.8
    window = page(fork_page(), size=PHONE)
    assert window.run("shown().svg.dataset.direction") == "down"
    window = page(fork_page())
    assert window.run("shown().svg.dataset.direction") == "right"


def test_the_picture_follows_the_size_of_the_window(page):
    window = page(fork_page())
    window.run("player.step(12)")
    window.screen(*PHONE)
    window.wait_until("shown().svg.dataset.direction === 'down'")
    assert window.run("shown().svg.querySelectorAll('.node.at').length") == 1


# Other numbers, and other places


def test_numbers_can_be_replaced_and_everything_that_shows_them_follows(page):
    window = page(knob_page())
    window.run("player.step(7)")
    window.run(
        "player.renew({value0: 2, gradient0: 0.2, share2: 0.2, sum2: 0.2, gradient1: 0.4, local2: -0.5})"
    )
    assert window.lines()[-4:] == [
        "d pred/d knob_weight = −0.5",
        "d error/d knob_weight = d error/d pred × d pred/d knob_weight",
        "= 0.4 × (−0.5)",
        "= 0.2",
    ]
    assert cards(window, -2)[0] == "2"
    assert cards(window, -1)[0] == "0.2"
    window.press("End")
    assert window.lines()[-1] == "Turn knob_weight down, and error falls."


def test_it_plays_in_the_frame_that_jupyter_shows(window, tmp_path):
    notebook = tmp_path / "notebook.html"
    notebook.write_text(
        f"<!doctype html><title>notebook</title>{knob_page()._repr_html_()}", encoding="utf-8"
    )
    window.screen(*DESKTOP)
    window.driver.get(notebook.as_uri())
    window.driver.switch_to.frame(0)
    try:
        window.click("#next")
        assert window.text("phase") == "Forward 2 of 4"
        window.click("#play")
        assert window.text("play") == "Pause"
    finally:
        window.driver.switch_to.default_content()
    assert window.driver.get_log("browser") == []
