"""Copying and pickling: a leaf becomes a new leaf with the same data, a primitive stays itself.

Importing this module registers both with Python's `copyreg`, which `copy` and `pickle` consult.
"""

from __future__ import annotations

import copyreg
import importlib
import sys
from typing import Any

from .active import check_readable
from .primitives.primitive import Primitive
from .value import Value


def _reduce_value(value: Value) -> tuple[Any, ...]:
    check_readable(value)
    if value.op is not None:
        raise TypeError(f"{value!r} was computed: take its .data to copy, pickle or plot the numbers")
    return Value, (value.content, value.name), (None, {"grad": value.grad})


def _reduce_primitive(op: Primitive) -> tuple[Any, ...]:
    """There is one object for each primitive: find it again in the module that defines it."""
    package = __name__.partition(".")[0]
    modules = sorted(sys.modules.items(), key=lambda module: not module[0].startswith(package))
    for module, contents in modules:
        for name, x in list(getattr(contents, "__dict__", {}).items()):
            if x is op:
                return _imported, (module, name)
    raise TypeError(f"{op!r} is no module's variable: it cannot be copied or pickled")


def _imported(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


copyreg.pickle(Value, _reduce_value)
copyreg.pickle(Primitive, _reduce_primitive)
