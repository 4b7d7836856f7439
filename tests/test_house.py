"""The house: imports go one way only, and `import microgd` brings nothing that is not used yet."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import microgd

PACKAGE = Path(microgd.__file__).parent
MAY_NOT_KNOW = {"autodiff": ("learning", "pictures"), "learning": ("pictures",), "pictures": ()}


@pytest.mark.parametrize("storey", MAY_NOT_KNOW)
def test_imports_go_one_way(storey):
    for path in (PACKAGE / storey).rglob("*.py"):
        imports = re.findall(r"^\s*(?:from|import) (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        for above in MAY_NOT_KNOW[storey]:
            assert not [line for line in imports if re.search(rf"\b{above}\b", line)], path


def test_microgd_imports_only_numpy():
    code = "import sys, microgd; print(*{'graphviz', 'tqdm', 'matplotlib', 'scipy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_every_public_name_is_there_and_has_a_docstring():
    for name in microgd.__all__:
        assert getattr(microgd, name).__doc__, name


def test_all_public_names_are_offered():
    assert set(microgd.__all__) <= set(dir(microgd))
    assert "draw" in dir(microgd)
