"""Self-contained HTML pages that play forward and backward.

Start with `play` in computation.py, which plays a computation, then `play_descent` in descent.py. history.py
is how Jupyter shows a History.
"""
