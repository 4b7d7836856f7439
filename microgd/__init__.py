"""microgd: reverse-mode automatic differentiation that reads like a textbook, and gradient descent on top.

    from microgd import Value

    knob_weight = Value(0.5)
    error = (0.5 * knob_weight - 0.8) ** 2
    error.backward()
    knob_weight.grad            # -0.55: turn the knob up

In which order to read the source: autodiff/ (a Value remembers how it was computed, the chain rule
walks back), learning/ (predict, compare, learn), pictures/ (what it looks like). Each folder's
__init__.py says where to begin. Imports point one way only: pictures -> learning -> autodiff.
"""

from typing import TYPE_CHECKING, Any

from .autodiff import (
    TracedValueError,
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
    softplus,
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
    Optimizer,
    RMSprop,
    absolute_error,
    batches,
    binary_cross_entropy,
    clip_by_norm,
    clip_by_value,
    coordinate_search,
    descend,
    freeze,
    hinge,
    hot_cold,
    huber,
    init_he,
    init_uniform,
    init_xavier,
    init_zeros,
    largest_stable_rate,
    load_checkpoint,
    mean_squared_error,
    restarts,
    save_checkpoint,
    schedules,
    softmax_cross_entropy,
    squared_error,
    standardize,
    weight_decay,
)

if TYPE_CHECKING:
    from .pictures import draw, play, play_descent, plots

__all__ = [
    "MLP", "Adagrad", "Adam", "AdamW", "GradientDescent", "History", "KnobNet", "Layer", "Momentum",
    "Nesterov", "Optimizer", "RMSprop", "TracedValueError", "Value", "absolute_error", "batches",
    "binary_cross_entropy", "check_grads", "clip_by_norm", "clip_by_value", "compile",
    "coordinate_search", "descend", "draw", "freeze", "grad", "hessian", "hinge", "hot_cold", "huber",
    "hvp", "init_he", "init_uniform", "init_xavier", "init_zeros", "jacobian", "largest_stable_rate",
    "load_checkpoint", "logsumexp", "mean_squared_error", "play", "play_descent", "plots", "primitive",
    "relu", "restarts", "save_checkpoint", "schedules", "sigmoid", "softmax", "softmax_cross_entropy",
    "softplus", "squared_error", "standardize", "value_and_grad", "vjp", "weight_decay",
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
    """The pictures: imported, with what they need, when they are first asked for."""
    if name in ("draw", "play", "play_descent", "plots"):
        from . import pictures

        return getattr(pictures, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
