"""The page of NumPy's functions is what its program writes, and what it says holds."""

import importlib.util
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from microgd import Value
from microgd.autodiff.numpy_without_gradient import REASONS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "numpy_functions.md"


@pytest.fixture(scope="module")
def program():
    """The program, which stands beside its page."""
    spec = importlib.util.spec_from_file_location("numpy_functions", DOCS / "numpy_functions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(program):
    """Every function with its kind and reason."""
    return program.classified(program.functions_of(np, "") | program.functions_of(np.linalg, "linalg."))


def test_the_page_is_what_its_program_writes(program):
    text = PAGE.read_text(encoding="utf-8")
    if f"NumPy {'.'.join(np.__version__.split('.')[:2])}:" not in text:
        pytest.skip("the page is of another NumPy")
    assert text == program.page(), "run python docs/numpy_functions.py"


def test_every_function_is_in_the_table_once(program):
    text = PAGE.read_text(encoding="utf-8").partition("\n## Methods")[0]
    names = re.findall(r"`([a-z0-9_.]+)`", text.partition("\n## ")[2])
    assert len(names) == len(set(names)) > 400


@pytest.mark.parametrize(
    ("name", "kind"),
    [("exp", "differentiable"), ("linalg.det", "differentiable"), ("floor", "no gradient"),
     ("argmax", "no gradient"), ("copyto", "refused"), ("zeros", "no gradient"), ("asarray", "refused")],
)  # fmt: skip
def test_kinds(table, name, kind):
    assert table[name][0] == kind


def with_values(function):
    """Call a function with a Value for each argument that it needs; a file is given by its name."""
    if isinstance(function, np.ufunc):
        return function(*[Value([1.0, 2.0])] * function.nin)
    parameters = inspect.signature(function).parameters.values()
    needed = [x.name for x in parameters if x.default is x.empty and x.kind is not x.VAR_KEYWORD]
    return function(*["x" if name in ("file", "fname") else Value([1.0, 2.0]) for name in needed])


@pytest.mark.parametrize("function", REASONS, ids=lambda function: function.__name__)
def test_what_is_refused_is_refused_with_its_reason(function):
    try:
        inspect.signature(function if not isinstance(function, np.ufunc) else len)
    except ValueError:
        pytest.skip("a built-in function of an older NumPy, without a signature")
    with pytest.raises(TypeError, match=re.escape(f"has no derivative rule: {REASONS[function]}")):
        with_values(function)


def test_a_function_without_a_sample_is_named(program):
    def of_three(a, b, c):
        raise AssertionError("never called with three")

    with pytest.raises(ValueError, match=r"np\.of_three: no call of it succeeds; add one to SAMPLES"):
        program.kind_of("of_three", of_three)
