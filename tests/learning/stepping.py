"""The loops that tests of single pieces use: a bare one without stopping or history, and a knob's descent."""

from microgd import GradientDescent, Value, descend


def bare_loop(optimizer, error, steps):
    """Step by step; yields the error before each step."""
    for _ in range(steps):
        optimizer.zero_grad()
        now = error()
        now.backward()
        optimizer.step()
        yield now.item()


def knob_descent(input=0.5, rate=0.5, start=0.5, **options):
    """One knob, squared error, goal 0.8: the knob and its descent."""
    knob = Value(start, name="knob")
    return knob, descend(lambda: (input * knob - 0.8) ** 2, GradientDescent([knob], rate), **options)
