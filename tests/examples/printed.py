"""Read numbers from what a lesson printed."""

import re


def table(printed, title):
    """The numbers of the lines below a title, up to an empty line or the first picture, row by row."""
    below = printed.split(title, 1)[1].split("\n", 1)[1]
    return [numbers(line) for line in re.split("\n\n|\nwrote ", below)[0].splitlines()]


def numbers(line):
    return [float(x) for x in re.findall(r"(?<![\w.])[+-]?\d+\.?\d*(?:e[+-]?\d+)?(?![\w])", line)]
