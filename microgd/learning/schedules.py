"""The learning rate as a function of the step number."""

from __future__ import annotations

from collections.abc import Callable

Schedule = Callable[[int], float]
"""step -> learning rate; steps count from 0."""
