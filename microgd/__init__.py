"""microgd: reverse-mode automatic differentiation that reads like a textbook, and gradient descent on top.

    from microgd import Value

    knob_weight = Value(0.5)
    error = (0.5 * knob_weight - 0.8) ** 2
    error.backward()
    knob_weight.grad            # -0.55: turn the knob up

Read the source in this order: autodiff/ (a Value remembers how it was computed, the chain rule walks back),
learning/ (predict, compare, learn), pictures/ (how it looks). Each folder's __init__.py says where to begin.
Imports point one way only: pictures -> learning -> autodiff. This file is the roof, which joins the three.
"""

import importlib
from typing import TYPE_CHECKING, Any

from . import learning
from .autodiff import (
    Value,
    check_grads,
    compile,
    grad,
    hessian,
    hvp,
    jacobian,
    logsumexp,
    primitive,
    relu,
    sigmoid,
    softmax,
    value_and_grad,
    vjp,
)
from .learning import (
    MLP,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    History,
    KnobNet,
    Layer,
    Momentum,
    Nesterov,
    RMSprop,
    checkpoint,
    descend,
    init,
    losses,
    schedules,
    transforms,
)

if TYPE_CHECKING:
    from .pictures import draw, play, plots

__all__ = [
    "MLP", "Adagrad", "Adam", "AdamW", "GradientDescent", "History", "KnobNet", "Layer", "Momentum",
    "Nesterov", "RMSprop", "Value", "check_grads", "checkpoint", "compile", "descend", "draw", "grad",
    "hessian", "hvp", "init", "jacobian", "learning", "logsumexp", "losses", "play", "plots", "primitive",
    "relu", "schedules", "sigmoid", "softmax", "transforms", "value_and_grad", "vjp",
]  # fmt: skip
__version__ = "0.1.0"


def _history_as_html(history: History) -> str:
    from .pictures.pages.history import as_html

    return as_html(history.steps)


# Jupyter asks for it. The pictures draw it, of which the learning knows nothing.
History._repr_html_ = _history_as_html  # type: ignore[attr-defined]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import the pictures, with the libraries that they need, when they are first used."""
    if name == "plots":
        return importlib.import_module(".pictures.plots", __name__)
    if name in ("draw", "play"):
        return getattr(importlib.import_module(".pictures", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
