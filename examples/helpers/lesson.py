"""The command line of a lesson: `out = begin(__doc__)` answers --help and refuses what it does not know."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import NoReturn


class OneLineParser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, and exits with status 2."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")


def parser(about: str | None) -> OneLineParser:
    """Return a parser whose --help prints the lesson's first lines, for a lesson with options of its own."""
    name = re.sub(r"^\d+_", "", Path(sys.argv[0]).stem)
    as_it_stands = argparse.RawDescriptionHelpFormatter
    return OneLineParser(prog=name, description=about, formatter_class=as_it_stands, allow_abbrev=False)


def add_out(parser: OneLineParser) -> None:
    """Add --out, the folder for what the lesson writes."""
    default = Path("out", parser.prog)
    parser.add_argument("--out", type=Path, default=default, metavar="DIR", help=f"for pictures ({default})")


def begin(about: str | None) -> Path:
    """Read the command line of a lesson without options of its own; return the folder for its pictures."""
    options = parser(about)
    add_out(options)
    return options.parse_args().out
