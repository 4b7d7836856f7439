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

from . import autodiff, learning
from .autodiff import *  # noqa: F403  (each storey's __init__ lists its public names)
from .learning import *  # noqa: F403

if TYPE_CHECKING:
    from .pictures import draw

__all__ = [*autodiff.__all__, *learning.__all__, "draw"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`microgd.draw`: imported, with graphviz, when it is first asked for."""
    if name == "draw":
        from .pictures import draw

        return draw
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
