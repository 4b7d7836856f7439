"""Extreme data on cards: drawn, and drawn as SVG that can be read."""

import itertools

import numpy as np
import pytest
from dot import labels_of, texts_of

from microgd import Value
from microgd.pictures import draw, play

ARRAYS = {
    "empty": np.zeros(0),
    "no rows": np.zeros((0, 3)),
    "nan": np.full(20, np.nan),
    "infinite": np.array([np.inf, -np.inf]),
    "largest": np.array([1.7e308, -1.7e308] * 10),
    "smallest": np.full(9, 5e-324),
    "0-d": np.array(2.0),
    "four axes": np.zeros((2, 2, 2, 2)),
    "reversed": np.arange(1000.0)[::-3],
    "float32": np.full(10, 1e38, np.float32),
}
NUMBERS = [0.0, -0.0, 5e-324, 1e-310, 1e200, 1.7e308, -1.7e308, np.nan, np.inf, -np.inf]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # what the engine says of these numbers is not at issue
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_any_array_is_drawn_and_played(array):
    value = Value(array, "a")
    texts_of(draw(value * 2.0, derivatives=True))
    texts_of(draw(np.sum(value * Value(array, "b")), {"c": array}, derivatives=True, merge_equal=True))
    play(np.sum(value**2))


def test_an_empty_array_has_words_on_its_card():
    assert labels_of(draw(Value(np.zeros((0, 3)), "a")))["value0"] == (
        "a (0, 3)|{{data|grad}|{no entries|no entries}}"
    )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("pair", list(itertools.product(NUMBERS, NUMBERS[::2])), ids=str)
def test_any_number_is_drawn_and_played(pair):
    x, y = pair
    texts_of(draw(Value(x, "x") * y, derivatives=True))
    play(np.exp(Value(x, "x")) * y)
