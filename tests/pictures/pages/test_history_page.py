"""What Jupyter shows of a History: read as XML, the numbers on the page are those of the Steps."""

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from microgd import GradientDescent, History, Value, descend
from microgd.learning import Step, Stop

SVG = "{http://www.w3.org/2000/svg}"


def recorded(errors, message="", **parameters):
    return History(Step(i, error, 1.0, 0.5, parameters, message=message) for i, error in enumerate(errors))


def page(history):
    return ElementTree.fromstring(history._repr_html_())


def table(history):
    return [["".join(cell.itertext()) for cell in row] for row in page(history).iter("tr")]


def curves(history):
    """The points of each line, without the axes; y grows downwards, as in every SVG."""
    lines = [line for line in page(history).iter(f"{SVG}polyline") if not line.get("opacity")]
    return [np.array([[*map(float, p.split(","))] for p in line.get("points").split()]) for line in lines]


def texts(history):
    return [text.text for text in page(history).iter(f"{SVG}text")]


def knob_run():
    knob = Value(0.5, name="knob_weight")
    return History(descend(lambda: (0.5 * knob - 0.8) ** 2, GradientDescent([knob], 0.5), steps=20))


# The table


def test_the_table_has_the_first_step_some_between_and_the_last():
    titles, *rows = table(knob_run())
    assert titles == ["step", "error", "gradient norm", "learning rate", "knob_weight"]
    assert rows[0] == ["0", "0.3025", "0.55", "0.5", "0.5"]
    assert rows[-1][:2] == ["20", "3.04212e−06"]  # 0.3025 * 0.5625^20
    assert [int(row[0]) for row in rows] == [0, 2, 4, 7, 9, 11, 13, 16, 18, 20]


def test_a_few_steps_are_all_in_it():
    assert [row[0] for row in table(recorded([3.0, 2.0, 1.0]))[1:]] == ["0", "1", "2"]


def test_parameters_are_in_it_where_they_are_few_numbers():
    titles, row = table(recorded([1.0], w=np.array([0.25, -1.5]), b=2.0))
    assert (titles[4:], row[4:]) == (["w", "b"], ["[0.25, −1.5]", "2"])
    assert len(table(recorded([1.0], w=np.zeros((30, 30)), b=2.0))[0]) == 4


def test_the_validation_error_has_a_column_where_there_is_one():
    titles, *rows = table(History([Step(0, 1.0, 1.0, 0.5, {}), Step(1, 0.5, 1.0, 0.5, {}, 0.75)]))
    assert titles[4:] == ["validation error"]
    assert [row[4] for row in rows] == ["", "0.75"]


def test_texts_of_others_are_harmless():
    history = recorded([1.0], message="<b>stop</b> & go", **{"<script>alert(1)</script>": 1.0})
    assert "<script" not in history._repr_html_()
    assert table(history)[0][-1] == "<script>alert(1)</script>"
    assert page(history).find("p").text == "<b>stop</b> & go"


def test_signs_that_no_page_holds_are_escaped():
    history = recorded([1.0], message="nul\0", **{"\ud800": 1.0})
    history._repr_html_().encode()
    assert table(history)[0][-1] == r"\ud800"
    assert page(history).find("p").text == r"nul\x00"


def test_why_it_stopped_stands_above():
    history = knob_run()
    assert page(history).find("p").text == history.message
    assert history.reason is Stop.BUDGET


# The curve


def test_a_descent_that_converges_is_a_straight_line_on_its_logarithmic_scale():
    (line,) = curves(knob_run())
    np.testing.assert_allclose(np.diff(line, axis=0), np.tile([360 / 20, 100 / 20], (20, 1)), atol=0.11)
    assert texts(knob_run()) == ["0.3025", "3.04212e−06", "step 0", "20", "error, logarithmic"]


def test_within_two_powers_of_ten_the_scale_is_linear():
    (line,) = curves(recorded([4.0, 3.0, 1.0, 2.0]))
    np.testing.assert_allclose(line[:, 1], [20, 20 + 100 / 3, 120, 20 + 200 / 3], atol=0.06)
    assert "error" in texts(recorded([4.0, 3.0, 1.0, 2.0]))


def test_steps_that_were_not_kept_leave_their_room():
    (line,) = curves(History([Step(n, 1.0 + n, 1.0, 0.5, {}) for n in (0, 10, 100)]))
    np.testing.assert_allclose(line[:, 0], [70, 106, 430])


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_the_line_breaks_where_the_error_is_no_number(gap):
    before, between, after = curves(recorded([1.0, 2.0, gap, 3.0, gap, 2.0, 1.5]))
    np.testing.assert_array_equal(before[:, 0], [70, 130])
    np.testing.assert_array_equal(between[:, 0], [250, 250])  # twice to the same place: a dot
    np.testing.assert_array_equal(after[:, 0], [370, 430])


def test_an_error_of_0_falls_out_of_a_logarithmic_scale():
    first, second = curves(recorded([1.0, 1e-9, 0.0, 1e-12, 1e-11]))
    np.testing.assert_array_equal(first[:, 1], [20, 95])
    np.testing.assert_allclose(second[:, 1], [120, 120 - 100 / 12], atol=0.06)


@pytest.mark.parametrize("errors", [[3.0], [2.0, 2.0, 2.0], [0.0, 0.0]])
def test_one_step_or_an_error_that_never_changes_is_drawn_at_the_one_height(errors):
    (line,) = curves(recorded(errors))
    assert (line[:, 1] == 20).all()
    assert texts(recorded(errors))[0] == f"{errors[0]:g}"


def test_without_any_number_there_is_no_curve():
    history = recorded([math.nan, math.inf])
    assert not curves(history)
    assert [row[1] for row in table(history)] == ["error", "nan", "inf"]


def test_the_largest_floats_are_drawn():
    (line,) = curves(recorded([-1.5e308, 1.5e308, 0.0]))
    np.testing.assert_array_equal(line[:, 1], [120, 20, 70])


def test_a_long_noisy_run_stays_small_and_keeps_its_highest_and_lowest_error():
    errors = np.random.default_rng(0).uniform(1.0, 2.0, 20_000)
    errors[7_777], errors[12_345] = 5.0, 0.5
    (line,) = curves(recorded(errors))
    assert len(line) <= 300
    assert (np.diff(line[:, 0]) >= 0).all()
    highest, lowest = line[line[:, 1].argmin()], line[line[:, 1].argmax()]
    np.testing.assert_allclose(highest, [70 + 360 * 7_777 / 19_999, 20], atol=0.06)
    np.testing.assert_allclose(lowest, [70 + 360 * 12_345 / 19_999, 120], atol=0.06)


def test_a_long_run_in_which_every_other_batch_has_no_error_stays_small():
    errors = np.random.default_rng(0).lognormal(sigma=5.0, size=20_000)
    errors[::2] = 0.0
    assert len(recorded(errors)._repr_html_()) < 10_000


def test_it_has_no_colour_of_its_own():
    colours = {
        value
        for element in page(knob_run()).iter()
        for look, value in element.attrib.items()
        if look in ("fill", "stroke")
    }
    assert colours == {"currentColor", "none"}
