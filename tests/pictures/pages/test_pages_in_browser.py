"""The pages in a real browser: every control used, what is shown compared with the engine's numbers."""

import io

import browser as chromium
import numpy as np
import pytest
from PIL import Image

from microgd import Value
from microgd.autodiff.value import ancestors
from microgd.learning import GradientDescent, descend
from microgd.pictures import play, play_descent

pytestmark = pytest.mark.skipif(not chromium.INSTALLED, reason="needs Chromium and chromedriver")

PHONE, DESKTOP = (390, 844), (1200, 800)


@pytest.fixture(scope="module")
def window():
    with chromium.browser() as one:
        yield one


@pytest.fixture
def page(window, tmp_path):
    """Opens a page; afterwards the console must be empty."""

    def open_it(write, size=DESKTOP, scheme="light"):
        window.screen(*size, scheme)
        window.open(write(tmp_path / "page.html"))
        return window

    yield open_it
    assert window.log() == []


def knob():
    knob_weight = Value(0.5, name="knob_weight")
    pred = 0.5 * knob_weight
    pred.name = "pred"
    return (pred - 0.8) ** 2


def knob_page(out):
    return play(knob(), out)


def net_page(out):
    rng = np.random.default_rng(0)
    input, weight = rng.normal(size=(4, 3)), Value(rng.normal(size=(3, 2)), name="weight")
    return play(
        np.mean(np.tanh(input @ weight + Value(np.zeros(2), name="bias")) ** 2), out, {"input": input}
    )


def descent_page(out):
    def error(knob_weight):
        return (0.5 * knob_weight - 0.8) ** 2

    return play_descent(error, -2, 5, 0.5, [0.5, 3.6, 6.0], out, steps=20)


def tall_page(out):
    return play(sum(Value(float(i), name=f"x{i}") for i in range(1, 15)), out)


def phase(window):
    return window.run("document.getElementById('phase').textContent")


def lines(window):
    found = window.run("[...document.querySelectorAll('#lines p')].map(p => p.innerText)")
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in found]


def number_of(text):
    return float(text.replace("−", "-"))


def off(window):
    return window.run("[...document.querySelectorAll('[aria-disabled=true]')].map(button => button.id)")


# The controls


def test_buttons_step_and_end_stops_know_their_place(page):
    window = page(knob_page)
    assert phase(window) == "Forward 1 of 4"
    assert off(window) == ["first", "back"]
    window.click("#next")
    window.click("#next")
    assert phase(window) == "Forward 3 of 4"
    assert window.run("document.getElementById('count').textContent") == "3 / 9"
    window.click("#back")
    assert phase(window) == "Forward 2 of 4"
    for _ in range(7):
        window.click("#next")
    assert phase(window) == "Done"
    assert off(window) == ["next"]
    window.click("#next")
    assert phase(window) == "Done"
    window.click("#first")
    assert phase(window) == "Forward 1 of 4"


def test_play_runs_to_the_end_and_pause_holds(page):
    window = page(knob_page)
    window.run("(pace.value = '700', pace.onchange())")
    window.click("#play")
    assert window.run("document.getElementById('play').textContent") == "Pause"
    window.wait_until("player.index === 1")
    window.click("#play")
    assert window.run("document.getElementById('play').textContent") == "Play"
    assert window.run("player.timer") is None
    window.run("(pace.options[2].value = '15', pace.value = '15')")
    window.click("#play")
    window.wait_until("player.index === 8 && player.timer === null")
    assert phase(window) == "Done"
    window.click("#play")  # once more, from the start
    window.wait_until("player.index > 0 && player.index < 8")


def test_a_change_of_pace_counts_at_once(page):
    window = page(knob_page)
    window.click("#play")
    window.run("(pace.options[2].value = '15', pace.value = '15', pace.onchange())")
    window.wait_until("player.index === 8", seconds=1.9)  # at the pace of before not even one step


def test_the_slider_goes_anywhere(page):
    window = page(knob_page)
    window.click("#slider")  # in its middle
    assert phase(window) == "Backward 1 of 4"
    assert window.run("Number(document.getElementById('slider').max)") == 8


@pytest.mark.parametrize("focus", ["body", "slider", "stage", "next"])
def test_keys_step_jump_and_play_whatever_has_the_focus(page, focus):
    window = page(knob_page)
    window.run(f"(document.getElementById('{focus}') ?? document.body).focus()")
    window.press("Right")
    window.press("Right")
    assert phase(window) == "Forward 3 of 4"
    window.press("Left")
    assert phase(window) == "Forward 2 of 4"
    window.press("End")
    assert phase(window) == "Done"
    window.press("Home")
    assert phase(window) == "Forward 1 of 4"
    window.press("Space")
    if focus == "next":  # a button is pressed by the space bar, as everywhere
        assert phase(window) == "Forward 2 of 4"
    else:
        assert window.run("player.timer !== null")
        window.press("Space")
        assert window.run("player.timer === null")


def test_everything_can_be_reached_by_the_keyboard_alone(page):
    window = page(descent_page)
    seen = []
    for _ in range(9):
        window.press("Tab")
        seen.append(window.run("document.activeElement.id"))
    assert seen == ["theme", "stage", "rate", "slider", "first", "back", "play", "next", "pace"]


# What is shown


def test_every_number_on_the_page_is_the_engines(page):
    window = page(knob_page)
    error = knob()
    error.backward()
    nodes = ancestors(error)[::-1]
    for node in nodes:
        shown = window.run("[...document.querySelectorAll('#lines [data-exact]')].at(-1).dataset.exact")
        assert float(shown) == node.data
        window.click("#next")
    window.press("End")
    cards = window.run(
        "values.map(id => [...card(id).querySelectorAll('text')].slice(-2).map(text => text.textContent))"
    )
    rounded = {"rel": 5e-4}  # to four digits
    assert [number_of(data) for data, _ in cards] == pytest.approx([node.data for node in nodes], **rounded)
    assert [number_of(grad) for _, grad in cards] == pytest.approx([node.grad for node in nodes], **rounded)


def test_the_chain_rule_stands_there_in_words_and_numbers(page):
    window = page(knob_page)
    window.press("End")
    window.click("#back")
    assert phase(window) == "Backward 4 of 4"
    assert lines(window) == [
        "The gradient of pred flows back to knob_weight, times the local derivative.",
        "d pred/d knob_weight = 0.5",
        "d error/d knob_weight = d error/d pred × d pred/d knob_weight",
        "= −1.1 × 0.5",
        "= −0.55",
    ]


def test_the_current_card_and_the_arrows_to_it_are_lit_and_the_future_is_faint(page):
    window = page(knob_page)
    lit = "[...parts.keys()].filter(title => parts.get(title).some(part => part.classList.contains('at')))"
    future = "[...parts.keys()].filter(title => parts.get(title)[0].classList.contains('future'))"
    window.click("#next")
    assert set(window.run(lit)) == {"value1", "value0->value1_op", "value1_op->value1"}
    assert {"value2", "value3", "value3_op"} <= set(window.run(future))
    assert not {"value0", "value1", "value1_op"} & set(window.run(future))
    window.run("player.step(7)")
    assert set(window.run(lit)) == {"value0", "value0->value1_op", "value1_op->value1"}
    assert window.run(future) == []
    style = "getComputedStyle(document.querySelector('.edge.at path')).markerStart"
    assert window.run(style) == 'url("#backwards")'  # the arrow has turned round


def test_gradients_appear_on_the_cards_as_they_arrive(page):
    window = page(knob_page)
    arrived = "values.map(id => gradient(id).textContent)"
    seen = []
    for index in range(3, 9):
        window.run(f"player.step({index})")
        seen.append(window.run(arrived))
    assert seen == [
        ["", "", "", ""], ["", "", "", "1"], ["", "", "−1.1", "1"], ["", "−1.1", "−1.1", "1"],
        ["−0.55", "−1.1", "−1.1", "1"], ["−0.55", "−1.1", "−1.1", "1"],
    ]  # fmt: skip


def test_both_lines_of_a_square_are_lit_one_after_the_other(page):
    def square(out):
        x = Value(3.0, name="x")
        return play(x * x, out)

    window = page(square)
    lit = "parts.get('value0->value1_op').map(part => part.classList.contains('at'))"
    assert window.run(f"(player.step(3), {lit})") == [True, False]
    assert window.run(f"(player.step(4), {lit})") == [False, True]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a&amp;b</script>"]
)
def test_names_are_shown_as_they_are(page, name):
    def named(out):
        x = Value(2.0, name=name)
        return play(np.exp(x) * x, out)

    window = page(named)
    assert lines(window)[1] == f"{name} = 2"
    assert window.run("card('value0').querySelector('text').textContent") == name
    assert window.run("document.querySelectorAll('script').length") == 2
    assert window.run("document.querySelectorAll('img').length") == 0


def test_arrays_have_formula_shapes_and_entries(page):
    window = page(net_page)
    window.press("End")
    window.click("#back")
    assert lines(window)[1:3] == ["d error/d weight = input.T @ (d error/d v1)", "= (4, 3).T @ (4, 2)"]
    assert window.run("document.querySelector('#lines pre').innerText").count("\n") == 2


# Sizes and colours


@pytest.mark.parametrize("write", [knob_page, net_page, tall_page, descent_page])
@pytest.mark.parametrize("size", [PHONE, (320, 568), (844, 390), DESKTOP])
def test_nothing_sticks_out_and_the_controls_are_in_sight(page, write, size):
    window = page(write, size=size)
    for end in (False, True):
        if end:
            window.press("End")
            window.click("#back")
        assert window.run("document.documentElement.scrollWidth") <= size[0]
        assert window.run("document.getElementById('told').clientHeight") >= 100
        window.run("document.getElementById('next').scrollIntoView()")
        for button in ("first", "back", "play", "next", "theme", "slider"):
            box = window.run(f"document.getElementById('{button}').getBoundingClientRect().toJSON()")
            assert 0 <= box["left"] < box["right"] <= size[0]
            assert box["height"] >= 24


@pytest.mark.parametrize("write", [net_page, descent_page])
def test_what_is_current_is_in_view(page, write):
    window = page(write, size=PHONE)
    view = window.run("document.getElementById('stage').getBoundingClientRect().toJSON()")
    for index in range(0, window.run("player.frames.length") - 1, 3):
        window.run(f"player.step({index})")
        box = window.run("document.querySelector('.node.at, #ball').getBoundingClientRect().toJSON()")
        assert box["left"] < view["right"]
        assert box["right"] > view["left"]
        assert view["top"] <= (box["top"] + box["bottom"]) / 2 <= view["bottom"]


def test_letters_are_large_enough_on_a_phone(page):
    for write in (knob_page, descent_page):
        window = page(write, size=PHONE)
        texts = "[...document.querySelectorAll('svg text')].filter(text => text.textContent)"
        heights = window.run(f"{texts}.map(text => text.getBoundingClientRect().height)")
        assert min(heights) >= 14  # the box of a line; letters of some 12 pixels
        assert window.run("parseFloat(getComputedStyle(document.querySelector('#lines p')).fontSize)") >= 16


def test_dark_and_light_follow_the_reader_and_the_button(page):
    def ground():
        with Image.open(io.BytesIO(window.screenshot())) as picture:
            return picture.convert("L").getpixel((5, 795))

    window = page(knob_page, scheme="dark")
    assert ground() < 40
    window.click("#theme")
    assert ground() == 255
    window.click("#theme")
    assert ground() < 40
    window = page(knob_page, scheme="light")
    assert ground() == 255


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page, scheme):
    """At 4.5 : 1 at least, the level AA of the Web Content Accessibility Guidelines."""
    window = page(knob_page, scheme=scheme)
    window.run("player.step(7)")

    def luminance(css, what):
        # Chromium answers in the notation of the style sheet's function; a canvas makes pixels of it
        pixel = window.run(
            f"(() => {{ const c = document.createElement('canvas').getContext('2d');"
            f"c.fillStyle = getComputedStyle(document.querySelector('{css}')).{what};"
            "c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data.slice(0, 3)]; })()"
        )
        linear = [
            c / 12.92 if (c := part / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for part in pixel
        ]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    for text, ground in [("h1", "body"), ("h2", "#told"), (".words", "#told"), (".numbers", "#told"),
                         ("#play", "#play"), ("#next", "#next"), ("#count", "body")]:  # fmt: skip
        a, b = sorted([luminance(text, "color"), luminance(ground, "backgroundColor")])
        assert (b + 0.05) / (a + 0.05) >= 4.5, text


# A descent


def test_the_slider_of_learning_rates_chooses_among_the_runs(page):
    window = page(descent_page)
    rate = "document.getElementById('rate-shown').textContent"
    window.run("document.getElementById('rate').focus()")
    assert window.run(rate) == "0.5"
    for _ in range(4):
        window.click("#next")
    assert lines(window)[0] == "knob_weight = 1.02578" or phase(window) == "Step 4"
    window.run("document.getElementById('rate').focus()")
    window.press("Right")
    assert window.run(rate) == "3.6"
    assert phase(window) == "Step 4"  # the same step of the other run
    knob_weight = Value(0.5, name="knob_weight")
    *_, step = descend(lambda: (0.5 * knob_weight - 0.8) ** 2, GradientDescent([knob_weight], 3.6), steps=4)
    exact = window.run("[...document.querySelectorAll('#lines [data-exact]')].map(p => p.dataset.exact)")
    assert [float(x) for x in exact[:2]] == [step.parameters["knob_weight"], step.error]


def test_the_ball_is_where_the_curve_is_and_hides_when_it_has_left(page):
    window = page(descent_page)
    window.click("#next")
    place = window.run("[ball.cx.baseVal.value, ball.cy.baseVal.value]")
    on_curve = window.run(
        "Math.min(...[...curve.points].map(p => Math.hypot(p.x - arguments[0], p.y - arguments[1])))", *place
    )
    assert on_curve < 2
    assert window.run("trail.points.numberOfItems") == 2
    window.run("(rate.value = 2, rate.oninput(), player.step(19))")
    assert "The ball is out of the picture." in lines(window)
    assert window.run("getComputedStyle(ball).display") == "none"
    assert window.run("getComputedStyle(document.getElementById('tangent')).display") == "none"
    window.click("#first")
    assert window.run("getComputedStyle(ball).display") != "none"
