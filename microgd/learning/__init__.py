"""Learning: gradient descent, and everything that it drives. Imports autodiff; knows nothing of pictures.

Read knob_net.py first (predict, compare, learn), then losses.py (how wrong a prediction is), optimizers.py
(one update formula each; schedules.py and transforms.py change its learning rate and its gradients),
training.py and stopping.py (the loop, and why it stops), hot_cold.py (learning without a derivative, which
shows the use of one). Then, as needed: net.py and init.py, history.py, restarts.py, divergence.py,
checkpoint.py, data.py. parameters.py, optimizer.py and arguments.py are shared by the others.

The top of the package has the nets, the optimizers, `descend` and `History`; losses, init, schedules,
transforms and checkpoint are modules there. The rest is offered here.
"""

from . import checkpoint, init, losses, schedules, transforms
from .data import batches, standardize
from .divergence import first_not_finite, largest_stable_rate
from .history import History
from .hot_cold import Probe, coordinate_search, hot_cold
from .knob_net import KnobNet
from .net import MLP, Layer
from .optimizer import Optimizer
from .optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSprop
from .restarts import Pit, restarts
from .stopping import Step, Stop
from .training import descend

__all__ = [
    "MLP", "Adagrad", "Adam", "AdamW", "GradientDescent", "History", "KnobNet", "Layer", "Momentum",
    "Nesterov", "Optimizer", "Pit", "Probe", "RMSprop", "Step", "Stop", "batches", "checkpoint",
    "coordinate_search", "descend", "first_not_finite", "hot_cold", "init", "largest_stable_rate", "losses",
    "restarts", "schedules", "standardize", "transforms",
]  # fmt: skip
