"""mypy (strict) and pyright on a user's script: what is right passes, what is wrong is found."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import microgd

HERE = Path(__file__).parent
PACKAGE_IN = Path(microgd.__file__).parents[1]


def lines_with_errors(checker, script, tmp_path):
    """The numbers of the lines that the checker finds fault with, and all that it says."""
    copy = tmp_path / script
    copy.write_text((HERE / script).read_text(encoding="utf-8"), encoding="utf-8")
    if checker == "mypy":
        pytest.importorskip("mypy")
        (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = True\n")
        command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", script]
    else:
        pytest.importorskip("pyright")
        settings = {"pythonVersion": "3.11", "extraPaths": [str(PACKAGE_IN)], "typeCheckingMode": "standard"}
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, script]
    environment = {**os.environ, "MYPYPATH": str(PACKAGE_IN)}
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=300)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    found = re.findall(rf"{re.escape(script)}:(\d+)(?::\d+)?(?: -|:) error", run.stdout)
    return sorted({int(line) for line in found}), run.stdout


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_right_script_passes(checker, tmp_path):
    lines, said = lines_with_errors(checker, "user.py", tmp_path)
    assert not lines, said


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_mistakes_are_found(checker, tmp_path):
    source = (HERE / "wrong.py").read_text(encoding="utf-8").splitlines()
    wrong = [number for number, line in enumerate(source, 1) if line.endswith("# wrong")]
    lines, said = lines_with_errors(checker, "wrong.py", tmp_path)
    assert lines == wrong, said


def test_the_right_script_runs(tmp_path):
    subprocess.run([sys.executable, HERE / "user.py"], cwd=tmp_path, check=True, capture_output=True)
