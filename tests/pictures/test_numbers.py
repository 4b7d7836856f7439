"""Numbers and arrays as text."""

import numpy as np

from microgd.pictures.numbers import described, entries, literal, number, signed, without_noise


def test_arrays_of_eight_entries_and_more_are_shown_by_their_histogram():
    assert entries([np.arange(8.0)]) == "0 ████████ 7"
    assert entries([np.arange(7.0)]) == "0 to 6"
    spread = np.repeat([0.0, 1.0, 7.0], [70, 10, 1])
    assert entries([spread]) == "0 █▂▁▁▁▁▁▂ 7"  # 70 of 70, 10 of 70, 1 of 70: rounded up, seen
    assert entries([np.full(9, 2.5)]) == "2.5"
    assert entries([spread[:40], spread[40:]]) == entries([spread])
    assert entries([np.array([*spread, np.inf])]) == "0 to inf"
    assert entries([np.array([*spread, np.nan])]) == "0 █▂▁▁▁▁▁▂ 7, 1 nan"
    assert entries([np.array([-1.7e308, 1.7e308] * 4)]) == "−1.7e+308 █▁▁▁▁▁▁█ 1.7e+308"
    assert entries([np.array([0.0, 5e-324] * 4)]).count("█") == 2


def test_masks_nan_and_no_entries_have_words():
    assert entries([np.array([True, False, True])]) == "2 of 3 true"
    assert entries([np.array([np.nan, 1.0, np.inf])]) == "1 to inf, 1 nan"
    assert entries([np.array([np.nan])]) == "1 nan"
    assert entries([np.zeros((0, 3))]) == "no entries"
    assert entries([np.array([7])]) == "7"


def test_numbers_are_for_people():
    shown = [number(x) for x in (0.30250000000000005, -1.1, 1e-9, 12345.678, 1e9, float("nan"), True)]
    assert shown == ["0.3025", "−1.1", "1e−09", "12345.7", "1e+09", "nan", "True"]


def test_integers_are_written_in_full_and_floats_to_their_digits():
    assert [number(x) for x in (12345678, -3, np.int64(10**15))] == ["12345678", "−3", "1000000000000000"]
    assert [number(x, digits=3) for x in (0.12345, 1234.5, 1234567.8)] == ["0.123", "1234.5", "1.23457e+06"]
    assert literal((2_000_000, 3)) == "(2000000, 3)"


def test_a_sign_stands_before_every_number_but_zero():
    assert [signed(x, 3) for x in (0.1234, -0.1234, 0.0, -0.0)] == ["+0.123", "−0.123", "0", "0"]


def test_noise_is_small_beside_the_numbers_around_it():
    assert without_noise(1e-17, size=1.0) == 0.0
    assert without_noise(1e-17, size=1e-16) == 1e-17


def test_literals_are_written_as_in_a_formula():
    shown = [literal(x) for x in (0.5, (3,), (), (slice(None), 1), slice(1, None, 2), [0, 2], ..., None)]
    assert shown == ["0.5", "(3,)", "()", "(:, 1)", "1::2", "[0, 2]", "...", "None"]
    assert literal(np.array([[1.0, -2.0]])) == "[[1, −2]]"
    assert literal(np.arange(5)) == "array(5,)"
    assert literal(np.array(2.5)) == "2.5"


def test_arrays_are_described_by_shape_and_range():
    shown = [described(x) for x in (-0.5, np.ones(2), np.array([-1.0, 3.0]), np.ones((0, 3)))]
    assert shown == ["−0.5", "(2,), all 1", "(2,) from −1 to 3", "(0, 3), no entries"]
