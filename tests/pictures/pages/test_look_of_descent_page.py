"""The look of the page of `play_descent`: nothing is cut or covered, axe-core finds nothing to object to."""

import itertools
import json

import pytest
from conftest import DESKTOP, PHONE
from pages_to_look_at import descent_page, map_page
from test_look_of_net_page import BOXES, SIZES, inside, overlap

STATES = {
    "start": "",
    "after some steps": "player.step(5)",
    "several optimizers": "document.querySelectorAll('#optimizers input').forEach(box => box.click())",
    "a rate that cannot be": "setRate(-1)",
    "out of the picture": "(setRate(6), player.step(30))",
    "diverged": "(setRate(6), player.step(600))",
    "what Adam remembers": "(choose('Adam'), player.step(8))",
}


@pytest.mark.parametrize("write", [descent_page, map_page])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_and_controls_can_be_touched(page, write, size):
    window = page(write(), size=size)
    for state in STATES.values():
        window.run(state or "0")
        assert window.run("document.documentElement.scrollWidth") <= size[0]
        controls = window.run(BOXES, "button, select, input, #optimizers label")
        assert len(controls) > 20
        for text, box in controls:
            assert 0 <= box["left"] < box["right"] <= size[0], text
            assert box["height"] >= 17, text  # a box to tick has a label that is higher


@pytest.mark.parametrize("write", [descent_page, map_page])
@pytest.mark.parametrize("size", SIZES)
def test_the_words_in_pictures_are_legible_and_do_not_overlap(page, write, size):
    window = page(write(), size=size)
    window.run("(choose('Adam'), player.step(5))")
    for picture in ("plane", "cartoon"):
        [[_, frame]] = window.run(BOXES, f"#{picture}")
        words = window.run(BOXES, f"#{picture} text")
        assert len(words) > 1
        for text, box in words:
            assert inside(box, frame), (picture, text, box, frame)
            assert box["height"] >= 12, text
        for (one, a), (other, b) in itertools.combinations(words, 2):
            assert not overlap(a, b), (picture, one, other)


@pytest.mark.parametrize("write", [descent_page, map_page])
def test_the_picture_and_the_buttons_are_in_sight_on_a_desktop_and_on_a_phone(page, write):
    for size in (DESKTOP, PHONE):
        window = page(write(), size=size)
        [[_, buttons]] = window.run(BOXES, "nav")
        [[_, plane]] = window.run(BOXES, "#plane")
        assert plane["bottom"] <= buttons["top"]
        assert buttons["bottom"] <= size[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("write", [descent_page, map_page])
def test_axe_finds_no_violation(page, axe, write, size, scheme):
    window = page(write(), size=size, scheme=scheme)
    window.driver.execute_script(axe)
    for name, state in STATES.items():
        window.run(state or "0")
        found = window.driver.execute_async_script("axe.run().then(arguments[0])")
        assert found["violations"] == [], f"{name}: {json.dumps(found['violations'], indent=1)[:3000]}"
        assert len(found["passes"]) > 10
