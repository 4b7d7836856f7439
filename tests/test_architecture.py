"""The house: arrows of imports point one way, without a cycle; the core fits into one sitting."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import microgd

PACKAGE = Path(microgd.__file__).parent
STOREYS = ("autodiff", "learning", "pictures")  # from the ground up
CORE = ("autodiff/primitives/primitive.py", "autodiff/primitives/arithmetic.py", "autodiff/value.py")


def module_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path, everywhere):
    """The modules of microgd that a file imports when it is loaded; `everywhere`: in functions, too."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("microgd"))
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, node.module or ""]).strip(".") if node.level else node.module
            if base.startswith("microgd"):
                yield from ([f"{base}.{alias.name}" for alias in node.names] if not node.module else [base])


def files():
    return [path for path in PACKAGE.rglob("*.py") if "lessons" not in path.parts]


@pytest.mark.parametrize("storey", STOREYS)
def test_imports_point_down_only(storey):
    above = STOREYS[STOREYS.index(storey) + 1 :]
    for path in (PACKAGE / storey).rglob("*.py"):
        for name in imported_by(path, everywhere=True):
            assert name.split(".")[1:2] != [] or path.name == "__init__.py", f"{path} imports the roof"
            assert name.split(".")[1] not in above, f"{path} imports {name}"


def test_no_module_imports_itself_by_a_detour():
    names = {module_name(path): path for path in files()}
    arrows = {
        name: [target for target in imported_by(path, everywhere=False) if target in names and target != name]
        for name, path in names.items()
    }
    done = set()

    def visit(name, way):
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for target in arrows[name]:
                visit(target, [*way, name])
            done.add(name)

    for name in names:
        visit(name, [])


def test_the_core_is_read_in_one_sitting():
    lines = {name: len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) for name in CORE}
    assert sum(lines.values()) <= 530, lines
    assert lines["autodiff/value.py"] <= 320, lines


@pytest.mark.parametrize("word", ["getrefcount", "_getframe", "threading", "__reduce__", "weakref"])
def test_the_core_has_no_tricks(word):
    assert not [name for name in CORE if word in (PACKAGE / name).read_text(encoding="utf-8")]


def test_microgd_imports_only_numpy():
    code = "import sys, microgd; print(*{'graphviz', 'tqdm', 'matplotlib', 'scipy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_every_public_name_is_there_and_has_a_docstring():
    for name in microgd.__all__:
        assert getattr(microgd, name).__doc__, name


def test_all_public_names_are_offered():
    assert set(microgd.__all__) <= set(dir(microgd))
    assert {"draw", "play", "plots"} <= set(dir(microgd))


def test_nothing_stands_in_two_places():
    places = {name: ["microgd"] for name in microgd.__all__}
    for module in ("checkpoint", "init", "losses", "plots", "schedules", "transforms"):
        room = getattr(microgd, module)
        own = [name for name, x in vars(room).items() if getattr(x, "__module__", "") == room.__name__]
        for name in getattr(room, "__all__", [name for name in own if name[0] != "_"]):
            places.setdefault(name, []).append(module)
    assert len(places) > len(microgd.__all__) + 30
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("name", sorted(microgd.__all__))
def test_every_public_name_is_used_where_people_read(name):
    root = Path(__file__).parents[1]  # the package may be installed elsewhere
    texts = [root / "README.md", *(root / "docs").glob("*.md"), *(root / "examples").rglob("*.py")]
    word = re.compile(rf"\b{name}\b")
    assert any(word.search(text.read_text(encoding="utf-8")) for text in texts if text.is_file())
