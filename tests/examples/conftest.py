"""The examples, each run once a session as a person runs it: in an empty folder, from the command line."""

import contextlib
import functools
import io
import runpy
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from microgd.course import script

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))  # as Python itself has it for a script


class Run(NamedTuple):
    printed: str
    folder: Path
    """Where it found itself; its pictures are in out/NAME/ there."""
    names: dict
    """Its variables at the end."""


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """name -> what that example printed, wrote and computed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "0")

        @functools.cache
        def run(name):
            folder = tmp_path_factory.mktemp(name)
            patch.setattr(sys, "argv", [f"{name}.py"])
            with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
                names = runpy.run_path(str(script(name)), run_name="__main__")
            return Run(printed.getvalue(), folder, names)

        yield run
