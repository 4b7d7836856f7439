"""Arguments of another library that do not fit into memory: only their shapes matter while f is traced."""

import numpy as np
import pytest

import microgd
from microgd import value_and_grad

dask_array = pytest.importorskip("dask.array")


@pytest.mark.parametrize("dtype", [float, np.float32, int, bool])
def test_eight_terabytes(dtype):
    x = dask_array.ones((1_000_000, 1_000_000), dtype=dtype, chunks=10_000)
    both = value_and_grad(lambda w, x: np.sum(w * x[:2, :3]) ** 2)
    step = microgd.compile(both, namespace=dask_array)
    error, gradient = step(2.0, x)
    assert float(error) == 144.0
    assert float(gradient) == 144.0
    assert "x (1000000, 1000000)" in step.source
