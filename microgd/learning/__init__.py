"""Gradient descent and what it drives. Imports autodiff; has never heard of pictures.

In which order to read it: net.py (KnobNet: predict, compare, learn), losses.py (how wrong a prediction
is), optimizers.py (the ways down, a formula each; schedules.py and transforms.py change its learning rate
and its gradients), training.py (the loop, watched, and why it stopped), hot_cold.py (learning without a
derivative, to see what the derivative is for). Then, as needed: history.py and history_html.py, restarts.py,
divergence.py, checkpoint.py, data.py, arguments.py.
"""

from .checkpoint import load_checkpoint, save_checkpoint
from .data import batches, standardize
from .divergence import first_not_finite, largest_stable_rate
from .history import History
from .hot_cold import Probe, coordinate_search, hot_cold
from .losses import (
    absolute_error,
    binary_cross_entropy,
    hinge,
    huber,
    mean_squared_error,
    softmax_cross_entropy,
    squared_error,
)
from .net import MLP, KnobNet, Layer, init_he, init_uniform, init_xavier, init_zeros
from .optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, Nesterov, Optimizer, RMSprop
from .restarts import Pit, restarts
from .schedules import (
    constant,
    cosine,
    cyclic,
    exponential_decay,
    inverse_time_decay,
    repeat,
    step_decay,
    warm_up,
)
from .training import Step, Stop, descend
from .transforms import clip_by_norm, clip_by_value, freeze, weight_decay

__all__ = [
    "MLP", "Adagrad", "Adam", "AdamW", "GradientDescent", "History", "KnobNet", "Layer", "Momentum",
    "Nesterov", "Optimizer", "Pit", "Probe", "RMSprop", "Step", "Stop", "absolute_error", "batches",
    "binary_cross_entropy", "clip_by_norm", "clip_by_value", "constant", "coordinate_search", "cosine",
    "cyclic", "descend", "exponential_decay", "first_not_finite", "freeze", "hinge", "hot_cold",
    "huber", "init_he", "init_uniform", "init_xavier", "init_zeros", "inverse_time_decay",
    "largest_stable_rate", "load_checkpoint", "mean_squared_error", "repeat", "restarts",
    "save_checkpoint", "softmax_cross_entropy", "squared_error", "standardize", "step_decay", "warm_up",
    "weight_decay",
]  # fmt: skip
