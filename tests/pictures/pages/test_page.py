"""A page as a file: it loads nothing, names cannot break out of it, half a page replaces nothing."""

import base64
import hashlib
import html.parser
import os
import re

import pytest
from page_data import Parsed, data_of, texts

from microgd import Value
from microgd.pictures import play


def knob(**names):
    knob_weight = Value(0.5, name="knob_weight")
    pred = 0.5 * knob_weight
    diff = pred - 0.8
    return diff**2, {"pred": pred, "diff": diff} | names


class Frame(html.parser.HTMLParser):
    """The attributes of an element, as a browser reads them."""

    def __init__(self, text):
        super().__init__()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.attributes = dict(attrs)


def test_a_page_asks_nothing_of_a_network():
    page = play(knob()[0])
    assert Parsed(page).links == ["data:,"]
    policy = re.search('http-equiv="Content-Security-Policy" content="(.*?)"', page.html)[1]
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_the_policy_allows_the_scripts_of_the_page_and_no_other():
    page = play(knob()[0])
    script = re.search(r"<script>(.*?)</script>", page.html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.html


def test_jupyter_shows_the_page_in_a_frame_of_its_own():
    page = play(knob()[0])
    frame = Frame(page._repr_html_()).attributes
    assert frame["srcdoc"] == page.html
    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"] == "error, forward and backward"
    assert repr(page) == "<Page 'error, forward and backward': .save(path) writes it>"


def test_a_page_is_saved_where_it_is_wanted(tmp_path):
    page = play(knob()[0])
    assert page.save(tmp_path / "a.html") == tmp_path / "a.html"
    assert page.save(str(tmp_path / "b.html")) == tmp_path / "b.html"
    assert (tmp_path / "b.html").read_text("utf-8") == page.html


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"the name of a page, such as player\.html, got knob\.svg"):
        play(knob()[0], tmp_path / "knob.svg")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["\0", "\ud800", "\x1b[1m", "\uffff"])
def test_names_with_signs_that_no_page_holds_are_escaped(tmp_path, name):
    x = Value(2.0, name=name)
    page = play(x * x)
    page.save(tmp_path / "page.html")
    assert texts(data_of(page)["frames"][0])[1] == f"{repr(name)[1:-1]} = 2"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'`${x}{{data}}", "</title>", "무게\u2028"])
def test_names_cannot_break_out(name):
    x = Value(2.0, name=name)
    y = x * x
    y.name = name + "!"
    page = play(y)
    plain = play(Value(2.0, name="x") * 3.0)
    tags = [tag for tag in Parsed(page).tags if tag in ("script", "title", "style")]
    assert tags.count("script") == Parsed(plain).tags.count("script") == 2
    assert texts(data_of(page)["frames"][0])[1] == f"{name} = 2"


def half_a_page(descriptor):
    os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
    raise OSError("disk full")


def test_a_page_is_replaced_only_once_it_is_complete(tmp_path, monkeypatch):
    out = tmp_path / "player.html"
    out.write_text("the old page")
    with pytest.raises(ValueError, match="expected a scalar"):
        play(Value([1.0, 2.0]), out)
    assert out.read_text() == "the old page"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", half_a_page)
        with pytest.raises(OSError, match="disk full"):
            play(knob()[0], out)
    assert out.read_text() == "the old page"
    assert [path.name for path in tmp_path.iterdir()] == ["player.html"]
    assert play(knob()[0], out).html == out.read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["player.html"]
