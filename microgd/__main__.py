"""The course from the command line.

python -m microgd                   list the lessons
python -m microgd run slope         run one; what it draws goes to out/ in the present folder
python -m microgd copy my_lessons   copy all of them, with their data, to a new folder, to be changed
python -m microgd open descent      write a page that plays, and open it in the browser
"""

from __future__ import annotations

import argparse
import os
import runpy
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .autodiff import Value
from .course import folder, lessons, script

if TYPE_CHECKING:
    from .pictures.pages.page import Page


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status is 2 where that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m microgd", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"microgd {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    run = commands.add_parser("run", help="run a lesson")
    run.add_argument("lesson")
    run.add_argument("options", nargs=argparse.REMAINDER, help="passed on to the lesson")
    copy = commands.add_parser("copy", help="copy the lessons to a new folder")
    copy.add_argument("to", type=Path)
    page = commands.add_parser("open", help="write a page that plays, and open it in the browser")
    page.add_argument("page", choices=PAGES)
    page.add_argument("--out", type=Path, help="the file to write; by default one in a temporary folder")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "run":
            run_lesson(chosen.lesson, chosen.options)
        elif chosen.command == "copy":
            copy_lessons(chosen.to)
        elif chosen.command == "open":
            open_page(chosen.page, chosen.out)
        else:
            list_lessons()
        sys.stdout.flush()
    except BrokenPipeError:  # of `python -m microgd | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, RuntimeError) as error:
        print(f"microgd: {error}", file=sys.stderr)
        return 2
    return 0


def list_lessons() -> None:
    """Print name and title of each lesson."""
    titles = lessons()
    width = max(map(len, titles))
    print("The lessons, in the order of the course:\n")
    for name, title in titles.items():
        print(f"  {name:{width}}  {title}")
    print(f"\n{(__doc__ or '').partition(chr(10) * 2)[2].rstrip()}")


def run_lesson(name: str, options: Sequence[str]) -> None:
    """Run a lesson as Python runs a script, with these options."""
    path = script(name)
    sys.argv[:] = [str(path), *options]
    sys.path.insert(0, str(path.parent))
    runpy.run_path(str(path), run_name="__main__")


def copy_lessons(to: Path) -> None:
    """Copy the lessons to a folder that is not there yet."""
    if to.exists():
        raise FileExistsError(f"{to} exists already: nothing was copied; name a new folder")
    shutil.copytree(folder(), to, ignore=shutil.ignore_patterns("out", "__pycache__"))
    print(f"copied {len(lessons())} lessons to {to}; run one: python {to / script('slope').name}")


def open_page(name: str, out: Path | None) -> None:
    """Write one of the pages and show it."""
    path = out or Path(tempfile.mkdtemp(prefix="microgd-")) / f"{name}.html"
    written = PAGES[name]().save(path).resolve()
    print(f"wrote {written}")
    webbrowser.open(written.as_uri())


# The pages ---------------------------------------------------------------------------------------


def _one_knob() -> Page:
    from .pictures import play

    input, goal_pred, knob_weight = 0.5, 0.8, Value(0.5, name="knob_weight")
    pred = input * knob_weight
    error = (pred - goal_pred) ** 2
    return play(error, names=locals())


def _descent() -> Page:
    from .pictures import play_descent

    return play_descent(lambda knob_weight: (0.5 * knob_weight - 0.8) ** 2, -1, 4, 0.5, 0.5)


PAGES: dict[str, Callable[[], Page]] = {"knob": _one_knob, "descent": _descent}
"""knob: an error is computed, and its gradient walks back; descent: a ball rolls down the error."""


if __name__ == "__main__":
    sys.exit(main())
