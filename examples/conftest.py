"""The examples are run by tests/examples; pytest, which looks for doctests here, need not import them."""

collect_ignore_glob = ["*.py"]
