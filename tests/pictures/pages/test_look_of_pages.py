"""The look of the pages: nothing sticks out, text is legible, and axe-core finds nothing to object to."""

import io
import json

import pytest
from conftest import DESKTOP, PHONE
from pages_to_look_at import code_page, fork_page, knob_page, net_page, tall_page
from PIL import Image

PAGES = [knob_page, fork_page, net_page, code_page, tall_page]


@pytest.mark.parametrize("write", PAGES)
@pytest.mark.parametrize("size", [PHONE, (320, 568), (844, 390), DESKTOP])
def test_nothing_sticks_out_and_the_controls_are_in_sight(page, write, size):
    window = page(write(), size=size)
    for end in (False, True):
        if end:
            window.press("End")
            window.run("document.getElementById('back').click()")
        assert window.run("document.documentElement.scrollWidth") <= size[0]
        assert window.run("document.getElementById('panel').clientHeight") >= 90
        assert window.run("document.getElementById('stage').clientHeight") >= 90
        for button in ("first", "back", "play", "next", "theme", "slider"):
            window.run(f"document.getElementById('{button}').scrollIntoView()")
            box = window.run(f"document.getElementById('{button}').getBoundingClientRect().toJSON()")
            assert 0 <= box["left"] < box["right"] <= size[0]
            assert box["height"] >= 24


@pytest.mark.parametrize("write", [net_page, fork_page])
def test_what_is_current_is_in_view(page, write):
    window = page(write(), size=PHONE)
    view = window.run("document.getElementById('stage').getBoundingClientRect().toJSON()")
    for index in range(0, window.run("player.frames.length") - 1, 3):
        window.run(f"player.step({index})")
        current = "document.querySelector('svg:not([hidden]) .node.at').getBoundingClientRect().toJSON()"
        box = window.run(current)
        assert box["left"] < view["right"]
        assert box["right"] > view["left"]
        assert view["top"] <= (box["top"] + box["bottom"]) / 2 <= view["bottom"]


def test_letters_are_large_enough_on_a_phone(page):
    window = page(knob_page(), size=PHONE)
    texts = "[...document.querySelectorAll('svg:not([hidden]) text')].filter(text => text.textContent)"
    heights = window.run(f"{texts}.map(text => text.getBoundingClientRect().height)")
    assert min(heights) >= 13  # the box of a line; letters of some 12 pixels
    assert window.run("parseFloat(getComputedStyle(document.querySelector('#lines p')).fontSize)") >= 16


def test_dark_and_light_follow_the_reader_and_the_button(page):
    def ground():
        with Image.open(io.BytesIO(window.driver.get_screenshot_as_png())) as picture:
            return picture.convert("L").getpixel((5, 795))

    window = page(knob_page(), scheme="dark")
    assert ground() < 40
    window.click("#theme")
    assert ground() == 255
    window.click("#theme")
    assert ground() < 40
    window = page(knob_page(), scheme="light")
    assert ground() == 255


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_on_cards_stand_out_from_their_ground(page, scheme):
    """At 7 : 1 at least, the level AAA of the Web Content Accessibility Guidelines, in the dark too."""
    window = page(knob_page(), scheme=scheme)

    def luminance(variable):
        pixel = window.run(  # a canvas makes pixels of a colour, in whatever notation it is
            "(() => { const p = document.body.appendChild(document.createElement('p'));"
            f"p.style.color = 'var({variable})'; const colour = getComputedStyle(p).color; p.remove();"
            "const c = document.createElement('canvas').getContext('2d'); c.fillStyle = colour;"
            "c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data.slice(0, 3)]; })()"
        )
        linear = [
            c / 12.92 if (c := part / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for part in pixel
        ]
        return sum(weight * x for weight, x in zip([0.2126, 0.7152, 0.0722], linear))

    for ground in ("--leaf", "--constant", "--result", "--output", "--gradient"):
        low, high = sorted([luminance("--text"), luminance(ground)])
        assert (high + 0.05) / (low + 0.05) >= 7, ground


STATES = {"forward": "player.step(1)", "chain": "showChain('value0')", "practice": "practice.toggle()",
          "wrong": "(practice.toggle(), answer.value = '99', practice.check())"}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("write", PAGES)
def test_axe_finds_no_violation(page, axe, write, size, scheme):
    window = page(write(), size=size, scheme=scheme)
    states = STATES if write is fork_page else {"end": "player.step(player.frames.length - 2)"}
    window.driver.execute_script(axe)
    for name, state in states.items():
        window.run(state)
        found = window.driver.execute_async_script("axe.run().then(arguments[0])")
        assert found["violations"] == [], f"{name}: {json.dumps(found['violations'], indent=1)[:3000]}"
        assert len(found["passes"]) > 10
