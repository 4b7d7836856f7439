"""Eager microgd beside its peers: the same net, the same numbers, in one process.

    pip install -e ".[benchmark]"
    python tests/benchmarks/eager.py                                # about two minutes
    python tests/benchmarks/eager.py --only scalar --seconds 1
    python tests/benchmarks/eager.py --csv eager.csv

The rows: micrograd's demo net with scalars only; a transformer on single numbers, beside the leanest engine
(lean.py); the net of the demo and larger ones with arrays, all in float64; then the cost of a node of a
scalar graph, and how it grows with the graph. harness.py says how the tables are made and how to read them.
The scalar rows depend on the garbage collector more than on anything else: micrograd's graphs are full of
reference cycles, which only the collector can free, ours have none. Look at them with --no-gc as well.

Every library multiplies matrices with two threads, or with as many as the environment says (set
OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and MKL_NUM_THREADS). On a machine that is busy otherwise take 1,
and --cpu-time: threads that wait for each other measure the other work.
"""

from __future__ import annotations

import os

for library in ("OMP", "OPENBLAS", "MKL"):  # who multiplies matrices for whom; to be said before the imports
    os.environ.setdefault(f"{library}_NUM_THREADS", "2")

import descend_cost  # noqa: E402
import graph_cost  # noqa: E402
import harness  # noqa: E402
import nets  # noqa: E402
import transformer  # noqa: E402

PACKAGES = ("microgd", "numpy", "micrograd", "autograd", "mygrad", "torch")
SCALAR = {
    "microgd backward": nets.scalar_microgd,
    "microgd value_and_grad": nets.scalar_microgd_function,
    "micrograd": nets.scalar_micrograd,
}
TRANSFORMER = {"microgd backward": transformer.microgd, "lean engine": transformer.lean}
VECTOR = {
    "microgd backward": nets.microgd_backward,
    "microgd value_and_grad": nets.microgd_function,
    "NumPy by hand": nets.by_hand,
    "autograd": nets.autograd,
    "autograd tuned": nets.autograd_tuned,
    "MyGrad": nets.mygrad,
    "PyTorch eager": nets.torch,
}
NETS = ((100, 2, 16, 16, 1), (100, 2, 64, 64, 1), (128, 64, 256, 256, 1), (512, 784, 512, 512, 1))


def rows() -> list[harness.Row]:
    demo = nets.problem(20, 2, 16, 16, 1)
    found = [
        harness.Row("scalar net 2-16-16-1, 20 samples", ["microgd backward"], SCALAR, (demo,)),
        harness.Row("scalar transformer, 5 letters", ["lean engine"], TRANSFORMER),
    ]
    for samples, *widths in NETS:
        name = f"vector net {'-'.join(map(str, widths))}, {samples} samples"
        references = ["microgd backward", "NumPy by hand"]
        found.append(harness.Row(name, references, VECTOR, (nets.problem(samples, *widths),)))
    return found


MEASURES = [
    harness.Measure("scalar net, memory", ["microgd: forward"], graph_cost.bytes_a_node),
    harness.Measure("descend, one knob", ["by hand"], descend_cost.lines),
    harness.Measure("scalar chain, time", ["1,000 operations"], graph_cost.chain_time),
    harness.Measure("scalar chain, memory", ["1,000 operations"], graph_cost.chain_memory),
]

if __name__ == "__main__":
    harness.run(__doc__, PACKAGES, rows(), MEASURES)
