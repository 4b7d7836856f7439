"""The tiny GPT: its gradients, its step, what it may see; and the lesson, run short."""

import sys

import numpy as np
import pytest
import tiny_gpt

import microgd
from microgd import check_grads

WORDS = ["anna", "bo", "maximilian", "x", "ann"]
ROWS = tiny_gpt.tokens_of(WORDS)


@pytest.fixture
def small():
    return tiny_gpt.new_parameters(np.random.default_rng(0), width=8)


def test_a_row_has_the_letters_between_dots():
    assert ROWS.shape == (5, tiny_gpt.CONTEXT + 1)
    assert ROWS[1, :5].tolist() == [0, 2, 15, 0, 0]


def test_all_gradients_against_finite_differences(small):
    assert check_grads(lambda p: tiny_gpt.loss(p, ROWS[:2]), small) < 1e-6


def test_at_the_start_the_loss_is_about_that_of_guessing(small):
    flat = {**small, "out": 0 * small["out"]}
    assert tiny_gpt.loss(flat, ROWS) == pytest.approx(np.log(27))


def test_the_loss_counts_each_letter_and_the_end_of_each_name(small):
    logits = tiny_gpt.logits_of(small, ROWS[:, :-1])
    probability = microgd.softmax(logits)
    logs = [
        -np.log(probability[i, place, ROWS[i, place + 1]])
        for i, word in enumerate(WORDS)
        for place in range(len(word) + 1)
    ]
    assert tiny_gpt.loss(small, ROWS) == pytest.approx(np.mean(logs))


def test_a_letter_does_not_see_those_after_it(small):
    before, after = tiny_gpt.logits_of(small, np.array([ROWS[0, :-1], ROWS[4, :-1]]))  # anna, ann
    assert np.array_equal(before[:4], after[:4])
    assert not np.allclose(before[4:], after[4:])


def test_places_behind_the_end_have_no_part_in_the_gradient(small):
    gradient = microgd.grad(tiny_gpt.loss)(small, ROWS[[0, 1]])
    assert np.all(gradient["place"][5:] == 0)
    assert np.all(gradient["place"][:5].any(axis=1))


def test_the_compiled_step_is_the_eager_one_to_the_last_bit(small):
    rows, eager, compiled = np.array([0, 2, 2]), small, small
    eager_memory = compiled_memory = tiny_gpt.new_memory(small)
    step = microgd.compile(tiny_gpt.train)
    for _ in range(3):
        error, eager, eager_memory = tiny_gpt.train(eager, eager_memory, ROWS, rows, 0.01)
        loss, compiled, compiled_memory = step(compiled, compiled_memory, ROWS, rows, 0.01)
        assert loss == error
    assert len(step.programs) == 1
    for name in small:
        assert np.array_equal(eager[name], compiled[name])
        assert np.array_equal(eager_memory["square"][name], compiled_memory["square"][name])


def test_a_table_of_pairs_against_counts_by_hand():
    table = tiny_gpt.bigrams(tiny_gpt.tokens_of(["aa", "ab"]))
    assert table[1, :3].tolist() == [2 / 30, 2 / 30, 2 / 30]  # a: end, a, b once each, and one for each pair
    assert table[0, 1] == 3 / 29
    loss = tiny_gpt.loss_of_bigrams(table, tiny_gpt.tokens_of(["a"]))
    assert loss == pytest.approx(-(np.log(3 / 29) + np.log(2 / 30)) / 2)


def test_names_end_at_a_dot():
    def model(row):  # it spells "ab" whatever came before
        logits = np.full((1, tiny_gpt.CONTEXT, 27), -1e3)
        logits[0, np.arange(3), [1, 2, 0]] = 0.0
        return logits

    assert tiny_gpt.invent(model, np.random.default_rng(0)) == "ab"


def test_the_head_looks_at_letters_up_to_each(small):
    looks_back, names = tiny_gpt.one_head(tiny_gpt.new_parameters(np.random.default_rng(0)), "ann")
    share = names["share"].data
    assert np.all(share[np.triu_indices(3, 1)] == 0)
    assert share.sum(axis=1) == pytest.approx([1, 1, 1])
    assert looks_back == share[2, 0]
    assert names["query"].grad[:2] == pytest.approx(np.zeros((2, 8)))


def test_without_the_names_it_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tiny_gpt.py"])
    monkeypatch.setitem(sys.modules, "names", None)  # as if it were not installed
    with pytest.raises(SystemExit, match="2"):
        tiny_gpt.main()
    assert capsys.readouterr().err == "tiny_gpt: the names are in a package of their own: pip install names\n"
    assert not list(tmp_path.iterdir())


def test_the_lesson_falls_below_the_table_and_invents_names(monkeypatch, capsys, tmp_path):
    pytest.importorskip("names")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tiny_gpt.py", "--steps", "200"])
    tiny_gpt.main()
    printed = capsys.readouterr().out
    table = float(printed.split("letter pairs: loss ")[1].split()[0])
    learned = float(printed.split("held out ")[-1].split()[0])
    assert 2.3 < table < 2.4
    assert learned < table - 0.1
    invented = printed.split("census:\n")[1].split("\n\n")[0].replace("\n", " ").split(", ")
    known = set(tiny_gpt.names_of_the_census())
    assert len(invented) == 20
    assert all((name.rstrip("*") in known) == name.endswith("*") for name in invented)
    assert {path.name for path in (tmp_path / "out" / "tiny_gpt").iterdir()} == {"head.svg", "head.html"}


# Exercises


def learned(change, steps=150):
    """The loss on every tenth name after some steps, from parameters that were changed."""
    data = tiny_gpt.tokens_of(tiny_gpt.names_of_the_census())
    rng = np.random.default_rng(0)
    p = change(tiny_gpt.new_parameters(rng))
    memory, step = tiny_gpt.new_memory(p), microgd.compile(tiny_gpt.train)
    for _ in range(steps):
        _, p, memory = step(change(p), memory, data, rng.integers(len(data), size=32), 0.01)
    return microgd.compile(tiny_gpt.loss)(change(p), data[::10])


def test_1_without_places_it_is_worse():
    pytest.importorskip("names")
    assert learned(lambda p: {**p, "place": 0 * p["place"]}) > learned(lambda p: p) + 0.02


def test_2_and_3_the_number_of_parameters():
    p = tiny_gpt.new_parameters(np.random.default_rng(0))
    count = sum(map(np.size, p.values()))
    assert count == 14_528  # with one head as with four: heads share the columns of the same matrices
    assert count - p["out"].size == 13_664
