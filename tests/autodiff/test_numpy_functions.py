"""NumPy's functions of shape, order and statistics against NumPy's values and measured slopes.

In float32 and compiled they are tried beside all other operations, in test_operations.py and compiler/.
"""

import pytest
from cases import check
from numpy_cases import NUMPY_FUNCTIONS


@pytest.mark.parametrize("case", NUMPY_FUNCTIONS.values(), ids=NUMPY_FUNCTIONS)
def test_function_of_numpy(case):
    check(*case)
