"""Compiled microgd beside its peers: the same work, the same numbers, in one process.

    pip install -e ".[benchmark]"
    python tests/benchmarks/compiled.py                               # about five minutes
    python tests/benchmarks/compiled.py --only knob --seconds 1
    python tests/benchmarks/compiled.py --csv compiled.csv --chart compiled.svg

The rows: one knob, a thousand times; the same a million times as machine code, beside C; micrograd's
demo net with scalars only; the same net and larger ones with arrays; a training step on the handwritten
digits with Adam, in one program; the Hessian of a function of ten parameters; what tracing and compiling
cost a line. All in float64. What is traced or compiled at the first call is done before the clock starts.
How the tables are made and how to read them: harness.py.

NumPy by hand is there twice: as one writes it, and with every intermediate array kept and written to
again (out=), which nobody writes but which is as fast as NumPy gets.
"""

from __future__ import annotations

import os

for library in ("OMP", "OPENBLAS", "MKL"):  # who multiplies matrices for whom; to be said before the imports
    os.environ.setdefault(f"{library}_NUM_THREADS", "2")

import ctypes  # noqa: E402
import functools  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import digits  # noqa: E402
import harness  # noqa: E402
import nets  # noqa: E402
import numpy as np  # noqa: E402
from eager import NETS  # noqa: E402

import microgd  # noqa: E402

PACKAGES = ("microgd", "numpy", "micrograd", "autograd", "mygrad", "torch", "jax", "numba")

# One knob ----------------------------------------------------------------------------------------


def knob_error(knob_weight: Any, input: Any, goal_pred: Any) -> Any:
    pred = input * knob_weight
    delta = pred - goal_pred
    return delta**2


def knob_by_hand(knob_weight: float, input: float, goal_pred: float) -> tuple[float, float]:
    pred = input * knob_weight
    delta = pred - goal_pred
    error = delta**2
    d_delta = 2.0 * delta
    d_knob_weight = d_delta * input
    return error, d_knob_weight


def thousand_rounds(step: Callable[..., Any]) -> Callable[[], Any]:
    """Learn for a thousand rounds; the error and the slope of the last."""

    def work() -> Any:
        knob_weight = 0.5
        for _ in range(1000):
            error, slope = step(knob_weight, 0.5, 0.8)
            knob_weight -= 0.01 * slope
        return float(error), float(slope)

    step(0.5, 0.5, 0.8)
    return work


def knob_compiled() -> Callable[[], Any]:
    return thousand_rounds(microgd.compile(microgd.value_and_grad(knob_error)))


def knob_bare_function() -> Callable[[], Any]:
    step = microgd.compile(microgd.value_and_grad(knob_error))
    step(0.5, 0.5, 0.8)
    return thousand_rounds(step.programs[0].function)


def knob_numba() -> Callable[[], Any]:
    import numba

    step = microgd.compile(microgd.value_and_grad(knob_error), jit=numba.njit)
    return thousand_rounds(step)


def knob_jax() -> Callable[[], Any]:
    import jax

    return thousand_rounds(jax.jit(jax.value_and_grad(knob_error)))


KNOB = {
    "microgd compiled": knob_compiled,
    "microgd compiled, the bare function": knob_bare_function,
    "microgd compiled, numba": knob_numba,
    "microgd value_and_grad": lambda: thousand_rounds(microgd.value_and_grad(knob_error)),
    "five lines by hand": lambda: thousand_rounds(knob_by_hand),
    "jax.jit": knob_jax,
}

# The same loop as machine code: a program through numba beside C

ROUNDS = 1_000_000

KNOB_IN_C = """
void learn(long rounds, double knob_weight, double input, double goal_pred, double *last)
{
    for (long i = 0; i < rounds; i++) {
        double pred = input * knob_weight;
        double delta = pred - goal_pred;
        double d_delta = 2.0 * delta;
        last[0] = delta * delta;
        last[1] = d_delta * input;
        knob_weight -= 1e-6 * last[1];
    }
}
"""


def knob_loop_numba() -> Callable[[], Any]:
    import numba

    step = microgd.compile(microgd.value_and_grad(knob_error), jit=numba.njit)
    step(0.5, 0.5, 0.8)
    error_and_slope = step.programs[0].function

    @numba.njit
    def learn(rounds: int, knob_weight: float, input: float, goal_pred: float) -> tuple[float, float]:
        error, slope = 0.0, 0.0
        for _ in range(rounds):
            error, slope = error_and_slope(knob_weight, input, goal_pred)
            knob_weight -= 1e-6 * slope
        return error, slope

    return lambda: learn(ROUNDS, 0.5, 0.5, 0.8)


def knob_loop_c() -> Callable[[], Any]:
    compiler = shutil.which("cc")
    if compiler is None:
        raise ModuleNotFoundError(name="a C compiler (cc)")
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "knob.so")
        command = [compiler, "-O3", "-shared", "-fPIC", "-x", "c", "-", "-o", library]
        subprocess.run(command, input=KNOB_IN_C.encode(), check=True)
        learn = ctypes.CDLL(library).learn
    learn.argtypes = [ctypes.c_long, *[ctypes.c_double] * 3, ctypes.POINTER(ctypes.c_double)]
    last = (ctypes.c_double * 2)()

    def work() -> Any:
        learn(ROUNDS, 0.5, 0.5, 0.8, last)
        return tuple(last)

    return work


KNOB_LOOP = {"microgd compiled, numba": knob_loop_numba, "C": knob_loop_c}

# Nets --------------------------------------------------------------------------------------------


def scalar_compiled(problem: nets.Problem) -> Callable[[], Any]:
    layers = nets._neurons(problem.layers, float)
    rows, labels = problem.inputs.tolist(), problem.labels[:, 0].tolist()
    step = microgd.compile(microgd.value_and_grad(nets.scalar_error))
    step(layers, rows, labels)

    def work() -> Any:
        error, gradients = step(layers, rows, labels)
        return error, nets.scalar_parameters(gradients)

    return work


def vector_compiled(problem: nets.Problem) -> Callable[[], Any]:
    step = microgd.compile(microgd.value_and_grad(nets.vector_error, argnums=1), static_argnames="relu")
    step(microgd.relu, *problem)
    return lambda: step(microgd.relu, *problem)


def by_hand_with_buffers(problem: nets.Problem) -> Callable[[], Any]:
    """`nets.by_hand`, with every array that it makes kept for the next call. The gradients are overwritten
    by the next call as well: not what a library may do."""
    layers, inputs, labels = problem
    widths = [w.shape[1] for w, _ in layers]
    outs = [np.empty((len(inputs), n)) for n in widths]
    backs = [np.empty((len(inputs), n)) for n in widths[:-1]]
    masks = [np.empty((len(inputs), n), bool) for n in widths]
    slopes = [(np.empty_like(w), np.empty_like(b)) for w, b in layers]
    scaled = [(np.empty_like(w), np.empty_like(b)) for w, b in layers]
    label_share = -labels / len(labels)

    def work() -> Any:
        x = inputs
        for (w, b), out in zip(layers, outs, strict=True):
            np.matmul(x, w, out=out)
            np.add(out, b, out=out)
            if out is not outs[-1]:
                np.maximum(out, 0.0, out=out)
            x = out
        margin = np.multiply(labels, x, out=x)
        np.subtract(1.0, margin, out=margin)
        np.maximum(margin, 0.0, out=margin)
        error = margin.mean()
        for (w, b), (sw, sb) in zip(layers, scaled, strict=True):
            error += nets.ALPHA * (np.multiply(w, w, out=sw).sum() + np.multiply(b, b, out=sb).sum())
        g = np.multiply(np.greater(margin, 0, out=masks[-1]), label_share, out=margin)
        for i in reversed(range(len(layers))):
            (w, b), (dw, db), (sw, sb) = layers[i], slopes[i], scaled[i]
            x = outs[i - 1] if i else inputs
            np.add(np.matmul(x.T, g, out=dw), np.multiply(2 * nets.ALPHA, w, out=sw), out=dw)
            np.add(np.add.reduce(g, axis=0, out=db), np.multiply(2 * nets.ALPHA, b, out=sb), out=db)
            if i:
                mask = np.greater(x, 0, out=masks[i - 1])
                g = np.multiply(np.matmul(g, w.T, out=backs[i - 1]), mask, out=backs[i - 1])
        return error, slopes

    return work


def vector_jax(problem: nets.Problem) -> Callable[[], Any]:
    import jax

    error = functools.partial(nets.vector_error, jax.nn.relu)
    step = jax.jit(jax.value_and_grad(error))
    layers, inputs, labels = jax.tree.map(jax.numpy.asarray, tuple(problem))
    return lambda: jax.block_until_ready(step(layers, inputs, labels))


def vector_compiled_jax(problem: nets.Problem) -> Callable[[], Any]:
    import jax

    error = functools.partial(nets.vector_error, microgd.relu)
    step = microgd.compile(microgd.value_and_grad(error), namespace=jax.numpy, jit=jax.jit)
    arguments = jax.tree.map(jax.numpy.asarray, tuple(problem))
    return lambda: jax.block_until_ready(step(*arguments))


def vector_compiled_numba(problem: nets.Problem) -> Callable[[], Any]:
    import numba

    error = functools.partial(nets.vector_error, microgd.relu)
    step = microgd.compile(microgd.value_and_grad(error), jit=numba.njit)
    return lambda: step(*problem)


VECTOR = {
    "microgd compiled": vector_compiled,
    "microgd compiled, numba": vector_compiled_numba,
    "microgd compiled, jax.numpy and jax.jit": vector_compiled_jax,
    "NumPy by hand": nets.by_hand,
    "NumPy by hand, all buffers kept": by_hand_with_buffers,
    "jax.jit": vector_jax,
    "PyTorch eager": nets.torch,
    "torch.compile": nets.torch_compiled,
    "autograd": nets.autograd,
    "MyGrad": nets.mygrad,
}
SCALAR = {
    "microgd compiled": scalar_compiled,
    "microgd value_and_grad": nets.scalar_microgd_function,
    "micrograd": nets.scalar_micrograd,
}

# A Hessian ---------------------------------------------------------------------------------------


def rosenbrock(x: Any) -> Any:
    """The banana valley, in as many dimensions as x has. H. Rosenbrock, 1960."""
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


POINT = np.linspace(-1.0, 1.0, 10)


def hessian_compiled() -> Callable[[], Any]:
    step = microgd.compile(microgd.hessian(rosenbrock))
    return lambda: step(POINT)


def hessian_jax() -> Callable[[], Any]:
    import jax

    step = jax.jit(jax.hessian(rosenbrock))
    point = jax.numpy.asarray(POINT)
    return lambda: jax.block_until_ready(step(point))


def hessian_autograd() -> Callable[[], Any]:
    from autograd import hessian

    step = hessian(rosenbrock)
    return lambda: step(POINT)


def hessian_torch() -> Callable[[], Any]:
    import torch

    point = torch.tensor(POINT)
    return lambda: torch.autograd.functional.hessian(rosenbrock, point)


HESSIAN = {
    "microgd compiled": hessian_compiled,
    "microgd eager": lambda: lambda: microgd.hessian(rosenbrock)(POINT),
    "jax.jit": hessian_jax,
    "autograd": hessian_autograd,
    "PyTorch": hessian_torch,
}

# What compiling costs ----------------------------------------------------------------------------


def compile_time() -> list[harness.Line]:
    """Microseconds a line for tracing, simplifying, writing and Python's own compiling: a long chain."""
    lines = []
    for length in (50, 500, 5_000, 50_000):
        samples = []
        for _ in range(5):
            step = microgd.compile(microgd.value_and_grad(functools.partial(_chain, length=length // 4)))
            start = time.perf_counter()
            step(0.5)
            taken = time.perf_counter() - start
            samples.append(1e6 * taken / len(step.source.splitlines()))
        lines.append(harness.Line("tracing and compiling", f"{length:,} lines", "us a line", samples))
    return lines


def _chain(x: Any, length: int) -> Any:
    for _ in range(length):
        x = x * x - 0.25
    return x


# All of them -------------------------------------------------------------------------------------


def rows() -> list[harness.Row]:
    try:
        import jax

        jax.config.update("jax_enable_x64", True)
    except ModuleNotFoundError:
        pass  # it will be named as missing
    hand, demo = "NumPy by hand", nets.problem(20, 2, 16, 16, 1)
    found = [
        harness.Row("knob, a thousand rounds", ["five lines by hand"], KNOB),
        harness.Row(f"knob, {ROUNDS:,} rounds in one call", ["C"], KNOB_LOOP),
        harness.Row("scalar net 2-16-16-1, 20 samples", ["micrograd"], SCALAR, (demo,)),
    ]
    for samples, *widths in NETS:
        name = f"vector net {'-'.join(map(str, widths))}, {samples} samples"
        problem = nets.problem(samples, *widths)
        found.append(harness.Row(name, [hand, "PyTorch eager"], VECTOR, (problem,)))
    found.append(harness.Row("digits, ten steps with Adam", [hand], digits.PEERS, (digits.problem(),)))
    found.append(harness.Row("Hessian, 10 parameters", ["jax.jit"], HESSIAN))
    return found


MEASURES = [harness.Measure("tracing and compiling", ["5,000 lines"], compile_time)]

if __name__ == "__main__":
    harness.run(__doc__, PACKAGES, rows(), MEASURES)
