"""The page of `play_descent` in Chromium: every step is the library's, and each control does what it says."""

import numpy as np
import pytest
from pages_to_look_at import descent_page, map_page

from microgd import Value, descend
from microgd.pictures import play_descent
from microgd.pictures.pages.descent import OPTIMIZERS

SETTINGS = {
    "GradientDescent": {}, "Momentum": {"momentum": 0.5}, "Nesterov": {"momentum": 0.7}, "Adagrad": {},
    "RMSprop": {"decay": 0.8}, "Adam": {"beta1": 0.8, "beta2": 0.95}, "AdamW": {"weight_decay": 0.2},
}  # fmt: skip


def one_knob(knob_weight):
    return (0.5 * knob_weight - 0.8) ** 2


def bent(w):
    return (1 - w[0]) ** 2 + 5 * (w[1] - w[0] ** 2) ** 2 + np.sin(w[0] * w[1])


def by_descend(error, kind, start, rate, settings, steps):
    knobs = Value(start, name="knobs")
    run = descend(lambda: error(knobs), kind([knobs], rate, **settings), steps, gtol=None, ftol=None)
    return [[*np.ravel(step.parameters["knobs"]), step.error] for step in run]


def path(window, kind):
    """The knobs and the error at each step that the page has taken."""
    return window.run("descent.path(arguments[0]).map(({ knobs, error }) => [...knobs, error])", kind)


def write(window, css, text):
    """Put a number into a field, as a person who replaces what is in it."""
    field = window.driver.find_element("css selector", css)
    field.clear()
    field.send_keys(str(text))


def choose(window, kind):
    window.driver.find_element("css selector", f"#optimizer option[value={kind}]").click()


def steps_to(window, index):
    window.run(f"player.step({index})")


# The numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(("error", "start"), [(one_knob, 0.5), (bent, (-0.6, 0.9))], ids=["one", "two"])
def test_each_optimizer_takes_the_steps_of_the_library(page, kind, error, start):
    low, high = (-2, 5) if error is one_knob else ((-2, -2), (2, 2))
    window = page(play_descent(error, low, high, start, 0.05))
    choose(window, kind.__name__)
    for name, value in SETTINGS[kind.__name__].items():
        (field,) = [
            label for label in window.driver.find_elements("css selector", "#settings label")
            if label.text.strip() == name.replace("_", " ")
        ]  # fmt: skip
        field.find_element("css selector", "input").clear()
        field.find_element("css selector", "input").send_keys(str(value))
    write(window, "#rate", 0.03)
    steps_to(window, 25)
    expected = by_descend(error, kind, start, 0.03, SETTINGS[kind.__name__], 25)
    np.testing.assert_allclose(path(window, kind.__name__), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "bound"),
    [("GradientDescent", 4.0), ("Momentum", 4.0 * 1.9), ("Nesterov", 4.0 * 1.9 / 2.8)],
)
def test_the_largest_stable_rate_parts_the_runs_that_converge_from_those_that_do_not(page, kind, bound):
    window = page(play_descent(one_knob, -2, 5, 0.5))
    choose(window, kind)
    assert window.run("descent.bound(descent.said)") == pytest.approx(bound)
    assert window.text("bound").startswith(f"Largest stable rate {bound:.4g}: second derivative 0.5")
    distance = []
    for share in (0.98, 1.02):
        write(window, "#rate", share * bound)
        steps_to(window, 1500)
        distance.append(abs(path(window, kind)[-1][0] - 1.6))
    assert distance[0] < 1e-3
    assert not distance[1] < 1e3  # it may be infinite


def test_the_mark_of_the_largest_stable_rate_stands_where_the_slider_has_it(page):
    window = page(play_descent(one_knob, -2, 5, 0.5, 4.0))
    thumb = window.run(
        "(() => { const box = $('rate-slider').getBoundingClientRect();"
        "return box.left + 8 + $('rate-slider').valueAsNumber * (box.width - 16); })()"
    )
    assert window.run("$('bound-mark').getBoundingClientRect().left") == pytest.approx(thumb, abs=3)
    choose(window, "Adam")
    assert window.run("$('bound-mark').hidden")
    assert "no single rate is the largest stable one" in window.text("bound")


def test_an_error_without_a_minimum_has_no_largest_stable_rate(page):
    window = page(play_descent(lambda knob: -(knob**2), -2, 2, 0.5))
    assert "There is no minimum in the picture" in window.text("bound")
    assert window.run("$('bound-mark').hidden")


# The picture -------------------------------------------------------------------------------------


def test_the_ball_is_on_the_curve_and_the_tangent_touches_it(page):
    window = page(descent_page())
    steps_to(window, 3)
    ball = window.run("document.querySelector('.mark').transform.baseVal[0].matrix")
    near = "Math.min(...[...curve.points].map(p => Math.hypot(p.x - arguments[0], p.y - arguments[1])))"
    assert window.run(near, ball["e"], ball["f"]) < 2
    x1, y1, x2, y2 = window.run(
        "['x1', 'y1', 'x2', 'y2'].map(a => Number(document.querySelector('.tangent').getAttribute(a)))"
    )
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((ball["e"], ball["f"]), abs=0.02)
    chart = window.run("data.chart")
    slope = 0.5 * path(window, "GradientDescent")[-1][0] - 0.8
    across = (chart["right"] - chart["left"]) / (chart["x"][1] - chart["x"][0])
    down = (chart["bottom"] - chart["top"]) / (chart["y"][1] - chart["y"][0])
    assert (y2 - y1) / (x2 - x1) == pytest.approx(-slope * down / across, abs=1e-6)


def test_a_ball_that_leaves_is_not_drawn_and_this_is_said(page):
    window = page(descent_page())
    write(window, "#rate", 6)
    steps_to(window, 8)
    assert "It is out of the picture." in window.lines()
    assert window.run("document.querySelectorAll('#moving .mark').length") == 0
    window.click("#reset")
    assert window.run("document.querySelectorAll('#moving .mark').length") == 1


def test_the_arrow_of_the_gradient_is_at_right_angles_to_the_lines_of_the_map(page):
    window = page(map_page())
    steps_to(window, 2)
    x, y = path(window, "GradientDescent")[-1][:2]
    slope = 2 * x, 20 * y
    (dx, dy) = window.run(
        "(() => { const [, a, b, c, d] = /M([-\\d.e]+),([-\\d.e]+)L([-\\d.e]+),([-\\d.e]+)/"
        ".exec(document.querySelector('.gradient-arrow').getAttribute('d')); return [c - a, d - b]; })()"
    )
    assert dx * slope[1] + dy * slope[0] == pytest.approx(0, abs=1e-6 * np.hypot(dx, dy) * np.hypot(*slope))
    assert dx * slope[0] < 0  # downhill; y grows downwards on the screen


def test_the_map_is_painted_in_bands_of_equal_share(page):
    window = page(map_page())
    colours = window.run(
        "Array.from($('map').getContext('2d').getImageData(0, 0, $('map').width, $('map').height).data)"
    )
    shades = np.reshape(colours, (-1, 4))[:, 0]
    height, width = window.run("[$('map').height, $('map').width]")
    picture, y, x = shades.reshape(height, width), height // 2, width // 2
    middle, corner = picture[y - 3 : y + 3, x - 3 : x + 3], picture[:4, :4]
    assert middle.mean() > 240 > 200 > corner.mean()  # lighter is lower
    assert len(np.unique(shades)) >= 15


def test_what_the_optimizer_remembers_is_drawn_and_told(page):
    window = page(map_page())
    assert window.run("$('memory').hidden")
    choose(window, "Adagrad")
    steps_to(window, 5)
    squares = np.array(window.run("flat(descent.path('Adagrad').at(-1).memory[0])"))
    drawn = window.run("[...document.querySelectorAll('#cartoon .square')].map(r => r.width.baseVal.value)")
    assert drawn == pytest.approx(50 * np.sqrt(squares / squares.max()), rel=1e-6)
    assert window.text("remembered").startswith("squares ")
    choose(window, "Momentum")
    assert window.run("document.querySelectorAll('#moving .memory-arrow').length") == 1
    assert window.text("remembered").startswith("velocity ")


# The words ---------------------------------------------------------------------------------------


def test_a_step_is_told_in_words(page):
    window = page(descent_page())
    assert window.lines() == [
        "knob_weight = 0.5", "error = 0.3025", "slope = −0.55",
        "The curve rises to the left, so the gradient asks for a step to the right: up with knob_weight.",
        "next knob_weight = knob_weight − learning rate × slope", "= 0.5 − 0.5 × (−0.55)", "= 0.775",
    ]  # fmt: skip


@pytest.mark.parametrize(("rate", "reason"), [(0.5, "converged"), (6.0, "diverged")])
def test_a_path_ends_where_that_of_the_library_does_and_so_does_playing(page, rate, reason):
    knob = Value(0.5, name="knob")
    *_, last = descend(lambda: one_knob(knob), OPTIMIZERS[0]([knob], rate), steps=1000, ftol=None)
    assert last.reason == reason
    window = page(play_descent(one_knob, -2, 5, 0.5, rate))
    steps_to(window, last.number - 1)
    assert reason not in window.text("lines")
    window.driver.find_element("css selector", "#pace option[value='60']").click()
    window.click("#play")
    window.wait_until("$('play').textContent === 'Play'")
    assert window.text("phase") == f"GradientDescent, step {last.number}"
    assert f"It has {reason}: " in window.text("lines")


def test_numbers_that_overflow_are_told(page):
    window = page(play_descent(lambda knob: knob**4, -2, 3, 2.0, 1e200))
    steps_to(window, 9)
    said = "It has diverged: the numbers are not finite any more. Choose a smaller learning rate."
    assert said in window.lines()


# The controls ------------------------------------------------------------------------------------


def test_step_back_and_start(page):
    window = page(descent_page())
    for _ in range(3):
        window.click("#next")
    assert window.text("count") == "step 3"
    window.click("#back")
    assert window.text("count") == "step 2"
    window.click("#reset")
    assert window.text("count") == "step 0"
    window.click("#back")
    assert window.text("count") == "step 0"


def test_play_and_pause_at_the_pace_that_is_chosen(page):
    window = page(descent_page())
    window.driver.find_element("css selector", "#pace option[value='60']").click()
    window.click("#play")
    assert window.text("play") == "Pause"
    window.wait_until("descent.index > 4")
    window.click("#play")
    index = window.run("descent.index")
    assert window.run("new Promise(done => setTimeout(() => done(descent.index), 250))") == index


def test_the_path_follows_the_rate_at_once(page):
    window = page(descent_page())
    steps_to(window, 10)
    window.run("$('rate-slider').focus()")
    before = path(window, "GradientDescent")
    window.press("Right")
    rate = window.run("descent.rates.GradientDescent")
    assert rate != 0.5
    assert float(window.run("$('rate').value")) == pytest.approx(rate, rel=1e-5)
    after = path(window, "GradientDescent")
    assert len(after) == len(before) == 11
    expected = by_descend(one_knob, OPTIMIZERS[0], 0.5, rate, {}, 10)
    np.testing.assert_allclose(after, expected, rtol=1e-12)


def test_a_number_that_cannot_be_is_not_taken(page):
    window = page(descent_page())
    write(window, "#rate", -1)
    assert window.text("status") == "learning rate: expected a number above 0"
    assert window.run("descent.rates.GradientDescent") == 0.5
    choose(window, "Momentum")
    write(window, "#settings input", 1)
    assert window.text("status") == "momentum: expected a number in [0, 1)"
    assert window.run("descent.settings.Momentum") == [0.9]
    write(window, "#starts input", 77)
    assert window.text("status") == "knob_weight: expected a number from −2 to 5"
    assert window.run("descent.start") == [0.5]


def test_the_start_is_set_by_a_field_a_slider_and_the_picture(page):
    window = page(map_page())
    write(window, "#starts label:nth-of-type(1) input", -1.25)
    assert window.run("descent.start") == [-1.25, 1]
    window.run("document.querySelectorAll('#starts input[type=range]')[1].focus()")
    window.press("Left")
    assert window.run("descent.start[1]") < 1
    from selenium.webdriver import ActionChains

    plane = window.driver.find_element("css selector", "#plane")
    ActionChains(window.driver).move_to_element(plane).click_and_hold().move_by_offset(
        40, -30
    ).release().perform()
    x, y = window.run("descent.start")
    chart, box = window.run("data.chart"), window.run("$('plane').getBoundingClientRect().toJSON()")
    scale = chart["width"] / box["width"]
    across = (box["width"] / 2 + 40) * scale
    expected = np.interp(across, [chart["left"], chart["right"]], chart["x"])
    assert x == pytest.approx(expected, abs=0.02)
    assert -2 <= y <= 2
    assert path(window, "GradientDescent")[0][:2] == [x, y]


def test_several_optimizers_run_from_one_start_each_at_its_own_rate(page):
    window = page(map_page())
    for kind in ("Momentum", "Adam"):
        window.click(f"#optimizers input[value={kind}]")
    steps_to(window, 6)
    assert window.run("[...document.querySelectorAll('#legend li')].length") == 3
    assert window.run("document.querySelectorAll('#moving .mark').length") == 3
    choose(window, "Adam")
    write(window, "#rate", 0.5)
    assert window.run("[descent.rates.GradientDescent, descent.rates.Adam]") == [0.02, 0.5]
    dashes = window.run(
        "[...document.querySelectorAll('#moving .way')].map(w => w.getAttribute('stroke-dasharray'))"
    )
    assert len(set(dashes)) == 3  # told apart without their colours
    window.click("#optimizers input[value=Adam]")
    assert window.run("[descent.said, descent.shown.has('Adam')]") == ["GradientDescent", False]
    for kind in ("Momentum", "GradientDescent"):
        window.click(f"#optimizers input[value={kind}]")
    assert window.run("descent.shown.size") == 1  # one always runs
