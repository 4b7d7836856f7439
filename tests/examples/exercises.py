"""The exercises at the end of the lessons, as they stand there, and a descent to try them with."""

import re

from microgd import GradientDescent, History, Value, course, descend

LESSONS = [name for name, path in course.scripts().items() if re.match(r"[1-6]\d_", path.stem)]


def listed(lesson):
    """The exercises and the answers of a lesson, each a list of texts."""
    text = course.script(lesson).read_text(encoding="utf-8").split("# %% Exercises\n")[1]
    parts = re.sub(r"\n#    ", " ", text).split("# Answers\n")
    return [re.findall(r"^# \d\. (.*)$", part, flags=re.MULTILINE) for part in parts]


def answer(lesson, number):
    return listed(lesson)[1][number - 1]


def walked(error, start, rate, steps=5000, **options):
    """A descent on a function of one parameter."""
    x = Value(start, name="x")
    return History(descend(lambda: error(x), GradientDescent([x], rate), steps, **options))
