"""Constants of a program: arrays of every dtype and layout count as they do for the function itself."""

import numpy as np
import pytest
from cases import draw

import microgd
from microgd import Value

OPERATIONS = {
    "multiply": lambda x, c: x * c,
    "add": lambda x, c: c + x,
    "where": lambda x, c: np.where(x > 0.0, x, c),
    "maximum": lambda x, c: np.maximum(x, c),
    "divide": lambda x, c: x / (c + 1),
    "twice": lambda x, c: x * (c * c) + c,
}
CONSTANTS = {
    "np.bool": np.bool(True), "0-d bool": np.array(True), "mask": np.arange(5) > 2,
    "float64": np.float64(0.1), "0-d float64": np.array(0.1), "float32": np.float32(0.1),
    "0-d float32": np.array(0.1, np.float32), "0-d float16": np.array(0.1, np.float16),
    "float16s": np.arange(5, dtype=np.float16), "int8": np.int8(3), "0-d int8": np.array(3, np.int8),
    "int8s": np.arange(5, dtype=np.int8), "uint8s": np.arange(5, dtype=np.uint8), "int64s": np.arange(5),
    "one": np.array([0.1]), "none": np.ones((0, 1)),
}  # fmt: skip
ARGUMENTS = {
    "scalar": 0.7,
    "float64": np.linspace(-1.0, 2.0, 5),
    "float32": np.linspace(-1.0, 2.0, 5).astype(np.float32),
    "one float32": np.array([0.3], np.float32),
}


def assert_same_bits(computed, expected):
    computed, expected = np.asarray(computed), np.asarray(expected)
    assert computed.dtype == expected.dtype
    np.testing.assert_array_equal(computed, expected)


@pytest.mark.parametrize("x", ARGUMENTS)
@pytest.mark.parametrize("constant", CONSTANTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_constants_of_every_dtype(operation, constant, x):
    def f(x):
        return OPERATIONS[operation](x, CONSTANTS[constant])

    assert_same_bits(microgd.compile(f)(ARGUMENTS[x]), f(Value(ARGUMENTS[x])).data)


BASE = draw((64, 900))
LAYOUTS = {
    "rows in reverse": BASE[:32, :450][::-1],
    "columns in reverse": BASE[:32, 449::-1],
    "part of the columns": BASE[:32, :450],
    "every other": BASE[::2, ::2],
    "every other in reverse": BASE[::-2, ::-2],
    "transposed": np.ascontiguousarray(BASE[:32, :450].T).T,
    "transposed with gaps": np.ascontiguousarray(BASE.T).T[::2, ::2],
    "repeated": np.broadcast_to(BASE[:1, :450], (32, 450)),
}
SUMS = {
    "sum": lambda x, c: np.sum(c * x),
    "dot": lambda x, c: x[0] @ c[0],
    "dot of columns": lambda x, c: x[:, 0] @ c[:, 1],
    "matmul": lambda x, c: x @ c.T,
    "matvec": lambda x, c: c @ x[0],
    "einsum": lambda x, c: np.einsum("ij,ij->i", x, c),
    "mean": lambda x, c: np.mean(c * x, axis=1),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("operation", SUMS)
def test_sums_with_constants_of_every_layout(operation, layout):
    def f(x):
        return SUMS[operation](x, LAYOUTS[layout])

    x = draw((32, 450), seed=1)
    assert_same_bits(microgd.compile(f)(x), f(Value(x)).data)


def test_a_constant_is_a_copy_that_is_not_larger_than_needed():
    column, x = np.ones((1000, 1000))[:, 0], np.ones(1000)
    step = microgd.compile(lambda x: x @ column)
    assert step(x) == 1000.0
    column[:] = 2.0
    assert step(x) == 1000.0
    (constant,) = [x for x in step.programs[0].function.__globals__.values() if isinstance(x, np.ndarray)]
    assert constant.base.nbytes == 2 * column.nbytes
