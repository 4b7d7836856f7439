"""The look of the page of `play_net`: nothing is cut or covered, and axe-core finds nothing to object to."""

import itertools
import json

import pytest
from conftest import DESKTOP, PHONE
from pages_to_look_at import animals_page, learning_page

SIZES = [PHONE, (320, 568), (844, 390), DESKTOP]
BOXES = (
    "[...document.querySelectorAll(arguments[0])].filter(x => x.checkVisibility())"
    ".map(x => [x.textContent, x.getBoundingClientRect().toJSON()])"
)
STATES = {
    "start": "",
    "after some steps": "(() => { for (let i = 0; i < 20; i++) player.advance(5); })()",
    "a setting out of its interval": (
        "(() => { const input = document.getElementById('setting-0');"
        "input.value = 7; input.dispatchEvent(new Event('input')); })()"
    ),
    "own points": (
        "(() => { const list = document.getElementById('data-set'); list.value = 5; list.onchange();"
        "addPoint(1, -1); player.advance(2); })()"
    ),
    "the programs": "document.querySelectorAll('details').forEach(x => { x.open = true; })",
}


def inside(inner, outer):
    return (
        outer["left"] - 0.5 <= inner["left"] < inner["right"] <= outer["right"] + 0.5
        and outer["top"] - 0.5 <= inner["top"] < inner["bottom"] <= outer["bottom"] + 0.5
    )


def overlap(a, b):
    return (
        min(a["right"], b["right"]) - max(a["left"], b["left"]) > 1
        and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > 4  # a line is higher than its letters
    )


@pytest.mark.parametrize("write", [learning_page, animals_page])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_and_controls_can_be_touched(page, write, size):
    window = page(write(), size=size)
    for state in STATES.values():
        window.run(state or "0")
        assert window.run("document.documentElement.scrollWidth") <= size[0]
        controls = window.run(BOXES, "button, select, input, summary")
        assert len(controls) > 15
        for text, box in controls:
            assert 0 <= box["left"] < box["right"] <= size[0], text
            assert box["height"] >= 24, text


@pytest.mark.parametrize("write", [learning_page, animals_page])
@pytest.mark.parametrize("size", SIZES)
def test_the_words_in_pictures_are_legible_and_do_not_overlap(page, write, size):
    window = page(write(), size=size)
    window.run("player.advance(3)")
    for picture in ("plane", "curve-of-error", "units"):
        [[_, frame]] = window.run(BOXES, f"#{picture}")
        words = window.run(BOXES, f"#{picture} text")
        assert len(words) > 1
        for text, box in words:
            assert inside(box, frame), (picture, text, box, frame)
            assert box["height"] >= 12, text
        for (one, a), (other, b) in itertools.combinations(words, 2):
            assert not overlap(a, b), (picture, one, other)


@pytest.mark.parametrize("size", [DESKTOP, (1440, 900), (1920, 1080)])
def test_on_a_desktop_all_but_the_programs_is_in_sight(page, size):
    window = page(learning_page(), size=size)
    [[_, buttons]] = window.run(BOXES, "nav")
    for section in ("choices", "prediction", "progress", "net"):
        [[_, box]] = window.run(BOXES, f"#{section}")
        assert box["bottom"] <= buttons["top"], section


def test_on_a_phone_the_field_and_the_buttons_are_in_sight(page):
    window = page(learning_page(), size=PHONE)
    [[_, buttons]] = window.run(BOXES, "nav")
    [[_, field]] = window.run(BOXES, "#prediction")
    assert field["bottom"] <= buttons["top"]
    assert buttons["bottom"] <= PHONE[1]


@pytest.mark.parametrize("size", SIZES)
def test_the_whole_field_fits_above_the_buttons(page, size):
    window = page(learning_page(), size=size)
    [[_, buttons]] = window.run(BOXES, "nav")
    [[_, field]] = window.run(BOXES, "#field")
    assert field["bottom"] - field["top"] <= buttons["top"]


@pytest.mark.parametrize("size", SIZES)
def test_the_buttons_cover_no_control_that_has_the_focus(page, size):
    window = page(learning_page(), size=size)
    for _ in range(20):
        window.press("Tab")
        focus = "document.activeElement.getBoundingClientRect().bottom"
        top = "document.querySelector('nav').getBoundingClientRect().top"
        assert window.run(f"!!document.activeElement.closest('nav') || {focus} <= {top}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("write", [learning_page, animals_page])
def test_axe_finds_no_violation(page, axe, write, size, scheme):
    window = page(write(), size=size, scheme=scheme)
    window.driver.execute_script(axe)
    for name, state in STATES.items():
        window.run(state or "0")
        found = window.driver.execute_async_script("axe.run().then(arguments[0])")
        assert found["violations"] == [], f"{name}: {json.dumps(found['violations'], indent=1)[:3000]}"
        assert len(found["passes"]) > 10
