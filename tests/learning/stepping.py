"""The bare loop that tests of single pieces use: no stopping, no history."""


def bare_loop(optimizer, error, steps):
    """Step by step; yields the error before each step."""
    for _ in range(steps):
        optimizer.zero_grad()
        now = error()
        now.backward()
        optimizer.step()
        yield now.item()
