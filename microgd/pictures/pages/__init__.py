"""Self-contained HTML pages that play forward and backward. Start with `play` in computation.py."""

from .computation import play
from .descent import play_descent

__all__ = ["play", "play_descent"]
