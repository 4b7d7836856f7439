"""Self-contained HTML pages that play forward and backward.

Start with `play` in computation.py, which plays a computation, then `play_descent` in descent.py and
`play_net` in net.py. history.py is how Jupyter shows a History.
"""
