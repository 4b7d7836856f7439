"""The form of a lesson: a question that the next one answers, a sentence for each picture, exercises."""

import re
from pathlib import Path

import pytest
from exercises import LESSONS, listed

from microgd import course as contents

HERE = Path(__file__).parent


def test_each_lesson_ends_with_the_question_that_the_next_one_answers(course):
    text = (contents.folder() / "README.md").read_text(encoding="utf-8")
    questions = dict(re.findall(r"\[(\w+)\]\(\w+\.py\) \| \*\*(.+?\?)\*\*", text))
    names = list(contents.scripts())
    assert len(LESSONS) == 32
    for name in LESSONS:
        following = names[names.index(name) + 1]
        last = course(name).printed.rstrip().splitlines()[-1]
        assert last == f"Next, {following}: {questions[following]}"


def test_each_picture_is_written_with_a_sentence_that_says_what_to_see(course):
    for name in LESSONS:
        written = re.findall(r"^wrote (.*)$", course(name).printed, flags=re.MULTILINE)
        assert written
        assert all(re.fullmatch(r"out/\S+\.(svg|html): .{20,}", line) for line in written), written


@pytest.mark.parametrize("lesson", [*LESSONS, "cats_vs_dogs", "many_machines"])
def test_each_lesson_has_two_or_three_exercises_with_an_answer_each(lesson):
    exercises, answers = listed(lesson)
    assert len(exercises) == len(answers)
    assert len(exercises) in (2, 3)


def test_each_answer_is_run():
    tested = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_exercises*.py"))
    for lesson in (*LESSONS, "cats_vs_dogs", "many_machines"):
        for i in range(len(listed(lesson)[0])):
            assert f"def test_{lesson}_{i + 1}(" in tested
