"""How the package is built: by setuptools, as setup.cfg says, and with two additions.

The wheel gets the lessons: examples/ as microgd/lessons. The sdist gets all that is under version control:
tests, examples and docs are listed in .ci/MANIFEST.in.
"""

import shutil
from pathlib import Path

import setuptools.command.build_py
from setuptools.build_meta import *  # noqa: F403
from setuptools.command.egg_info import manifest_maker

HERE = Path(__file__).parent
manifest_maker.template = str(HERE / "MANIFEST.in")


class BuildWithLessons(setuptools.command.build_py.build_py):
    """Copies the lessons beside the modules; in an editable installation they are where they are written."""

    def run(self):
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            lessons = Path(self.build_lib) / "microgd" / "lessons"
            made = shutil.ignore_patterns("out", "__pycache__")
            shutil.copytree(HERE.parent / "examples", lessons, ignore=made, dirs_exist_ok=True)


setuptools.command.build_py.build_py = BuildWithLessons
