"""The scripts are for the checkers to read, not for pytest to import."""

collect_ignore = ["user.py", "wrong.py"]
