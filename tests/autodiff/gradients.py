"""Gradients in tests: by a backward of their own, and compared in whatever structure they come."""

import numpy as np


def gradient_of(output, *inputs):
    """d output / d inputs, by a backward of its own."""
    for x in inputs:
        x.grad = 0
    output.backward()
    return [x.grad for x in inputs]


def same(tree, expected):
    """The same structure with the same numbers."""
    assert type(tree) is type(expected)
    if isinstance(expected, dict):
        assert list(tree) == list(expected)
        tree, expected = tree.values(), expected.values()
    if isinstance(expected, (float, np.ndarray)):
        np.testing.assert_allclose(tree, expected, rtol=1e-12, atol=1e-12)
        assert np.shape(tree) == np.shape(expected)
    else:
        for part, expected_part in zip(tree, expected, strict=True):
            same(part, expected_part)
    return True
