"""Build the site: `pip install -e ".[docs]" && python docs/site/build.py`, then open out/site/index.html.

The pages come from the files that readers have anyway. The guide and its neighbours are docs/*.md; the course
is examples/README.md, and for each lesson its script, what that prints, its pictures and its live pages; the
reference is made from the docstrings. This program runs the lessons and stages all of it in a temporary
folder; Sphinx makes the pages, with a search that needs no server. At the end every link is followed. A page
may link to other sites, but loads nothing from them.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from microgd import course
from microgd.pictures.graph.picture import Picture

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PICTURES = (".svg", ".png", ".gif")
SECONDS = 600
"""How long a lesson may take."""


class Lesson(NamedTuple):
    """A lesson, its title, what it printed, and the folder named like it, in which it ran."""

    name: str
    title: str
    printed: str
    folder: Path

    def files(self, *suffixes: str) -> list[str]:
        """List the files that it wrote, as seen from its page beside the folder."""
        found = [path for path in sorted(self.folder.rglob("*")) if path.suffix in suffixes]
        return [path.relative_to(self.folder.parent).as_posix() for path in found]


def main() -> int:
    """Stage, build and check; the exit status is 1 where Sphinx warns or a link leads nowhere."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "site", help="the folder of the site")
    parser.add_argument("--lessons", nargs="*", help="run these only; by default all")
    chosen = parser.parse_args()
    if chosen.out.exists() and not is_site(chosen.out):
        parser.error(
            f"--out {chosen.out}: expected a new or empty folder, or a site of before, got another one"
        )
    shutil.rmtree(chosen.out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        stage(source, chosen.lessons)
        sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
        failed = subprocess.run([*sphinx, str(source), str(chosen.out)], check=False).returncode
    problems = [
        problem for page in sorted(chosen.out.rglob("*.html")) for problem in broken(page, chosen.out)
    ]
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    pages = sum(1 for _ in chosen.out.rglob("*.html"))
    print(f"{pages} pages in {chosen.out}, {len(problems)} broken links")
    return int(bool(failed or problems))


def is_site(out: Path) -> bool:
    """Whether a folder holds what may be replaced: nothing, or what Sphinx wrote."""
    return out.is_dir() and ((out / ".buildinfo").is_file() or not any(out.iterdir()))


# Staging -----------------------------------------------------------------------------------------


def stage(source: Path, wanted: list[str] | None) -> None:
    """Write what Sphinx reads: the pages of docs/, the course, the gallery and the reference."""
    ignored = shutil.ignore_patterns("site", "*.py")
    shutil.copytree(ROOT / "docs", source, ignore=ignored)
    for page in source.glob("*.md"):
        text = _outside_as_code(page.read_text(encoding="utf-8"))
        page.write_text(re.sub(r"```mermaid\n(.*?)```", _drawn, text, flags=re.DOTALL), encoding="utf-8")
    shutil.copytree(
        HERE, source, ignore=shutil.ignore_patterns("build.py", "__pycache__"), dirs_exist_ok=True
    )
    folder = source / "extra" / "course"  # what pages show and link to as it is
    shutil.copytree(course.folder() / "pictures", folder / "pictures")
    lessons = run_lessons(folder, wanted)
    pages = source / "course"
    pages.mkdir()
    for lesson in lessons:
        (pages / f"{lesson.name}.md").write_text(page_of(lesson), encoding="utf-8")
    (pages / "index.md").write_text(contents(lessons), encoding="utf-8")
    (source / "gallery.md").write_text(gallery(lessons), encoding="utf-8")


def run_lessons(folder: Path, wanted: list[str] | None) -> list[Lesson]:
    """Run the lessons in the order of the course, each in a folder of its own, two at a time."""
    titles = {name: title for name, title in course.lessons().items() if not wanted or name in wanted}

    def run(name: str) -> Lesson:
        place = folder / name
        place.mkdir(parents=True)
        command = [sys.executable, "-m", "microgd", "run", name]
        environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{name} failed with exit status {done.returncode}:\n{done.stderr}")
        return Lesson(name, titles[name], done.stdout, place)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, titles))


# Pages -------------------------------------------------------------------------------------------


def page_of(lesson: Lesson) -> str:
    """Write the page of a lesson: its live pages, pictures, script and output."""
    pages = [_frame(path) for path in lesson.files(".html")]
    pictures = [_image(path) for path in lesson.files(*PICTURES)]
    script = course.script(lesson.name).read_text(encoding="utf-8")
    about = ast.get_docstring(ast.parse(script)) or ""
    code = script[script.index('"""', 3) + 3 :]
    return "\n\n".join([
        f"# {lesson.title}", about.partition("\n")[2].strip(),
        *[_fenced("{raw} html", shown) for shown in (*pages, *pictures)],
        "## The script", _fenced("python", code.strip()),
        "## What it prints", _fenced("text", lesson.printed.strip()),
    ])  # fmt: skip


def contents(lessons: list[Lesson]) -> str:
    """Write the table of contents: examples/README.md, whose links lead to the pages of the lessons."""
    names = {course.script(lesson.name).stem: lesson.name for lesson in lessons}
    text = (course.folder() / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"\]\((\w+)\.py\)", lambda link: f"]({names.get(link[1], link[1])}.md)", text)
    if len(lessons) < len(course.lessons()):  # some only, to try it
        text = re.sub(
            r"\[([^\]]*)\]\((\w+)\.md\)", lambda link: link[0] if link[2] in names.values() else link[1], text
        )
    tree = _fenced(
        "{toctree}", "\n".join([":hidden:", "", *[f"{x.name.replace('_', ' ')} <{x.name}>" for x in lessons]])
    )
    return f"{_outside_as_code(text)}\n{tree}\n"


def gallery(lessons: list[Lesson]) -> str:
    """Write a page of all pictures, each of which leads to its lesson."""
    parts = ["# Gallery", "Every picture is made by a lesson of the course; it leads there."]
    for lesson in lessons:
        link = f'<a href="course/{lesson.name}.html">'
        shown = [f"{link}{_image(f'course/{path}')}</a>" for path in lesson.files(*PICTURES)]
        if shown:
            parts += [
                f"## {lesson.title}",
                _fenced("{raw} html", f'<div class="gallery">{"".join(shown)}</div>'),
            ]
    return "\n\n".join(parts)


def _frame(page: str) -> str:
    name = Path(page).stem.replace("_", " ")
    return (
        f'<p class="live"><a href="{page}">{name}: open the page alone</a></p>'
        f'<iframe class="live" src="{page}" title="{name}" loading="lazy"></iframe>'
    )


def _image(picture: str) -> str:
    return f'<img class="made" src="{picture}" alt="{Path(picture).stem.replace("_", " ")}" loading="lazy">'


def _drawn(diagram: re.Match[str]) -> str:
    """Draw a diagram of boxes and arrows, which some code hosts draw by themselves, with Graphviz."""
    boxes, arrows = re.sub(r"subgraph .*", "", diagram[1]), r"(\w+)(?:\[.*?\])? --> (\w+)"
    picture = Picture(graph_attr={"bgcolor": "none"}, node_attr={"shape": "box", "style": "rounded,filled"})
    picture.attr("node", fillcolor="white", fontname="Helvetica", fontsize="11", margin="0.25,0.08")
    for name, label in re.findall(r'(\w+)\["(.+?)"\]', boxes):
        picture.node(name, label.replace("<br>", "\n"))
    picture.edges(re.findall(arrows, boxes))
    svg = picture.pipe("svg", encoding="utf-8")
    return _fenced("{raw} html", f'<div class="diagram">{svg[svg.index("<svg") :]}</div>')


def _fenced(language: str, text: str) -> str:
    return f"``````{language}\n{text}\n``````"


def _outside_as_code(text: str) -> str:
    """Write links to files that are not on the site (the source, the data) as their names."""
    return re.sub(
        r"(?<!!)\[([^\]]+)\]\((?!http|#)(?:\.\./)*(?:[\w./-]*/)?[\w.-]*\.?(?:py|ipynb|csv)?/?\)", _kept, text
    )


def _kept(link: re.Match[str]) -> str:
    target = link[0].rpartition("](")[2][:-1]
    return link[0] if target.endswith(".md") and "README" not in target else link[1]


# Links -------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that name files and places."""
        for name, value in attrs:
            if name in ("id", "name"):
                self.ids.add(value or "")
            elif name == "src" or (name == "href" and tag == "link"):
                self.loads.append(value or "")
            elif name == "href":
                self.links.append(value or "")


def broken(path: Path, root: Path) -> list[str]:
    """List the links of a page that lead nowhere, and what it would load from the network."""
    page = Page(path)
    where = path.relative_to(root)
    problems = [f"{where}: loads {link} from the network" for link in page.loads if urlsplit(link).netloc]
    for link in (*page.links, *page.loads):
        scheme, host, target, _, fragment = urlsplit(link)
        if scheme or host:
            continue
        file = path if not target else (path.parent / unquote(target)).resolve()
        if file.is_dir():
            file /= "index.html"
        if not file.exists():
            problems.append(f"{where}: {link} is not there")
        elif fragment and file.suffix == ".html" and fragment not in Page(file).ids | {"step"}:
            problems.append(f"{where}: {link}: no such place in the page")
    return problems


if __name__ == "__main__":
    sys.exit(main())
