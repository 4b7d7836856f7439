"""The page of `play_descent` in a real browser."""

from pages_to_look_at import descent_page

from microgd import GradientDescent, Value, descend


def test_the_slider_of_learning_rates_chooses_among_the_runs(page):
    window = page(descent_page())
    window.run("document.getElementById('rate').focus()")
    assert window.text("rate-shown") == "0.5"
    for _ in range(4):
        window.click("#next")
    assert window.text("phase") == "Step 4"
    window.run("document.getElementById('rate').focus()")
    window.press("Right")
    assert window.text("rate-shown") == "3.6"
    assert window.text("phase") == "Step 4"  # the same step of the other run
    knob_weight = Value(0.5, name="knob_weight")
    *_, step = descend(lambda: (0.5 * knob_weight - 0.8) ** 2, GradientDescent([knob_weight], 3.6), steps=4)
    exact = window.run("[...document.querySelectorAll('#lines [data-exact]')].map(p => p.dataset.exact)")
    assert [float(x) for x in exact[:2]] == [step.parameters["knob_weight"], step.error]


def test_the_ball_is_where_the_curve_is_and_hides_when_it_has_left(page):
    window = page(descent_page())
    window.click("#next")
    place = window.run("[ball.cx.baseVal.value, ball.cy.baseVal.value]")
    on_curve = window.run(
        "Math.min(...[...curve.points].map(p => Math.hypot(p.x - arguments[0], p.y - arguments[1])))", *place
    )
    assert on_curve < 2
    assert window.run("trail.points.numberOfItems") == 2
    window.run("(rate.value = 2, rate.oninput(), player.step(19))")
    assert "The ball is out of the picture." in window.lines()
    assert window.run("getComputedStyle(ball).display") == "none"
    assert window.run("getComputedStyle(document.getElementById('tangent')).display") == "none"
    window.click("#first")
    assert window.run("getComputedStyle(ball).display") != "none"
