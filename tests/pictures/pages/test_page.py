"""A page as a file: it loads nothing, names cannot break out of it, half a page replaces nothing."""

from pathlib import Path

import pytest
from page_data import Parsed, data_of, texts

from microgd import Value
from microgd.pictures import play


def knob(**names):
    knob_weight = Value(0.5, name="knob_weight")
    pred = 0.5 * knob_weight
    diff = pred - 0.8
    return diff**2, {"pred": pred, "diff": diff} | names


def test_a_page_asks_nothing_of_a_network(tmp_path):
    page = Parsed(play(knob()[0], tmp_path / "player.html"))
    assert page.links == ["data:,"]
    assert "default-src 'none'" in (tmp_path / "player.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"&'`${x}{{data}}", "</title>", "무게\u2028"])
def test_names_cannot_break_out(tmp_path, name):
    x = Value(2.0, name=name)
    y = x * x
    y.name = name + "!"
    page = play(y, tmp_path / "player.html")
    plain = play(Value(2.0, name="x") * 3.0, tmp_path / "plain.html")
    tags = [tag for tag in Parsed(page).tags if tag in ("script", "title", "style")]
    assert tags.count("script") == Parsed(plain).tags.count("script") == 2
    assert texts(data_of(page)["frames"][0])[1] == f"{name} = 2"


def half_a_page(path, text, **options):
    path.write_bytes(text[: len(text) // 2].encode())
    raise OSError("disk full")


def test_a_page_is_replaced_only_once_it_is_complete(tmp_path, monkeypatch):
    out = tmp_path / "player.html"
    out.write_text("the old page")
    with pytest.raises(ValueError, match="expected a scalar"):
        play(Value([1.0, 2.0]), out)
    assert out.read_text() == "the old page"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", half_a_page)
        with pytest.raises(OSError, match="disk full"):
            play(knob()[0], out)
    assert out.read_text() == "the old page"
    assert play(knob()[0], out) == out
    assert [path.name for path in tmp_path.iterdir()] == ["player.html"]
