"""NumPy's own neighbours of an array: pickles, np.testing."""

import pickle

import numpy as np

import microgd


def test_a_program_takes_arrays_that_were_pickled():
    """Such an array has a dtype that equals NumPy's float64 and is another object."""
    total = microgd.compile(lambda x: np.sum(x * x))
    unpickled = pickle.loads(pickle.dumps(np.ones(3)))
    assert unpickled.dtype is not np.dtype(float)
    assert total(np.ones(3)) == total(unpickled) == total(np.ones(3)) == 3.0
    assert len(total.programs) == 1
