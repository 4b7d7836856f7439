"""Where PyTorch's optimizers walk, and what its schedulers say: the reference for ours.

`python trajectories.py` walks (PyTorch needed; 2.13 made the file) and writes trajectories.npz beside this
file: for each walk all parameters in a row after every tenth of 200 steps, for each scheduler its 200
learning rates. The tests read the file and need no PyTorch; they take the landscape, the start and the
walks from here.
"""

from pathlib import Path

import numpy as np

STEPS, EVERY = 200, 10
THAWED_AT = 50
FILE = Path(__file__).with_suffix(".npz")

START = {
    "scalar": 0.7,
    "vector": np.array([-1.2, 1.0, 0.3, -0.4]),
    "matrix": np.array([[0.5, -1.0, 2.0], [1.5, 0.1, -0.7]]),
}


def landscape(scalar, vector, matrix):
    """Non-convex: a banana valley, waves and a saturating coupling; for Values and tensors alike."""
    banana = ((1 - vector[:3]) ** 2 + 10 * (vector[1:] - vector[:3] ** 2) ** 2).sum()
    waves = ((3 * matrix).sin() + 0.5 * matrix**2).sum()
    coupling = (vector[:2] @ matrix * scalar).tanh().sum()
    return banana + waves + coupling + 0.1 * (scalar - 2) ** 2


# Name of the walk: PyTorch's optimizer and its options. `walk` knows what the words after the comma do.
# Steps this short do not magnify rounding: a start moved by a share of 1e-14 ends within 4e-13. (RMSprop
# with lr 0.02 does, it ends 0.05 away, and no two implementations could agree.)
WALKS = {
    "GradientDescent": ("SGD", {"lr": 0.01}),
    "GradientDescent, weight decay": ("SGD", {"lr": 0.01, "weight_decay": 0.1}),
    "GradientDescent, cosine": ("SGD", {"lr": 0.01}),
    "GradientDescent, clipped": ("SGD", {"lr": 0.01}),
    "Momentum": ("SGD", {"lr": 0.005, "momentum": 0.9}),
    "Momentum, weight decay": ("SGD", {"lr": 0.005, "momentum": 0.8, "weight_decay": 0.1}),
    "Momentum, cosine": ("SGD", {"lr": 0.005, "momentum": 0.9}),
    "Nesterov": ("SGD", {"lr": 0.005, "momentum": 0.9, "nesterov": True}),
    "Nesterov, weight decay": ("SGD", {"lr": 0.005, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    "Adagrad": ("Adagrad", {"lr": 0.3}),
    "Adagrad, epsilon": ("Adagrad", {"lr": 0.3, "eps": 0.1}),
    "RMSprop": ("RMSprop", {"lr": 0.01}),
    "RMSprop, epsilon": ("RMSprop", {"lr": 0.005, "alpha": 0.9, "eps": 0.1}),
    "Adam": ("Adam", {"lr": 0.05}),
    "Adam, epsilon": ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 0.1}),
    "Adam, weight decay": ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    "Adam, thawed": ("Adam", {"lr": 0.05}),
    "AdamW": ("AdamW", {"lr": 0.05}),
    "AdamW, weight decay": ("AdamW", {"lr": 0.05, "weight_decay": 0.5}),
    "AdamW, thawed": ("AdamW", {"lr": 0.05, "weight_decay": 0.5}),
}


def walk(name, torch):
    optimizer_name, options = WALKS[name]
    parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START.values()]
    optimizer = getattr(torch.optim, optimizer_name)(parameters, **options)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    rows = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        landscape(*parameters).backward()
        if "clipped" in name:
            torch.nn.utils.clip_grad_value_(parameters, 0.5)
        if "thawed" in name and step <= THAWED_AT:
            parameters[2].grad = None
        optimizer.step()
        if "cosine" in name:
            cosine.step()
        if step % EVERY == 0:
            rows.append(np.concatenate([p.detach().numpy().ravel() for p in parameters]))
    return np.array(rows)


def learning_rates(make_scheduler, torch):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = make_scheduler(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def main():
    import torch
    from torch.optim import lr_scheduler as lr

    def warm_up_then_cosine(optimizer):
        rise = lr.LinearLR(optimizer, start_factor=1 / 21, total_iters=20)
        fall = lr.CosineAnnealingLR(optimizer, T_max=100)
        return lr.SequentialLR(optimizer, [rise, fall], milestones=[20])

    schedulers = {
        "step_decay": lambda optimizer: lr.StepLR(optimizer, step_size=30, gamma=0.5),
        "exponential_decay": lambda optimizer: lr.ExponentialLR(optimizer, gamma=0.98),
        "inverse_time_decay": lambda optimizer: lr.LambdaLR(optimizer, lambda step: 25 / (25 + step)),
        "cosine": lambda optimizer: lr.CosineAnnealingLR(optimizer, T_max=STEPS, eta_min=0.01),
        "cosine, repeated": lambda optimizer: lr.CosineAnnealingWarmRestarts(optimizer, T_0=40),
        "cyclic": lambda optimizer: lr.CyclicLR(
            optimizer, base_lr=0.1, max_lr=0.5, step_size_up=15, cycle_momentum=False
        ),
        "warm_up": warm_up_then_cosine,
    }
    walks = {name: walk(name, torch) for name in WALKS}
    rates = {f"rates of {name}": learning_rates(make, torch) for name, make in schedulers.items()}
    np.savez_compressed(FILE, **walks, **rates)


if __name__ == "__main__":
    main()
