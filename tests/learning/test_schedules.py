"""Schedules against PyTorch's schedulers, their end points and joints, and how they compose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.trajectories import FILE, STEPS

from microgd.learning.schedules import (
    constant,
    cosine,
    cyclic,
    exponential_decay,
    inverse_time_decay,
    repeat,
    step_decay,
    warm_up,
)

rates = st.floats(1e-6, 10.0)
factors = st.floats(0.01, 1.0)
lengths = st.floats(1.0, 500.0)
whole = st.integers(1, 500)
steps = st.integers(0, 2000)

simple = st.one_of(
    st.builds(constant, rates),
    st.builds(step_decay, rates, factors, lengths),
    st.builds(exponential_decay, rates, factors, lengths),
    st.builds(inverse_time_decay, rates, lengths),
    st.builds(cosine, rates, lengths, rates),
    st.builds(cyclic, rates, rates, lengths),
)
schedules = st.recursive(
    simple,
    lambda inner: st.one_of(st.builds(warm_up, whole, inner), st.builds(repeat, inner, whole)),
    max_leaves=3,
)


# PyTorch -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("step_decay", step_decay(0.1, factor=0.5, every=30)),
        ("exponential_decay", exponential_decay(0.1, factor=0.98)),
        ("inverse_time_decay", inverse_time_decay(0.1, half_at=25)),
        ("cosine", cosine(0.1, steps=STEPS, final=0.01)),
        ("cosine, repeated", repeat(cosine(0.1, steps=40), every=40)),
        ("cyclic", cyclic(0.1, 0.5, half_cycle=15)),
        ("warm_up", warm_up(20, then=cosine(0.1, steps=100))),
    ],
)
def test_learning_rates_of_pytorch(name, schedule):
    with np.load(FILE) as file:
        reference = file[f"rates of {name}"]
    # PyTorch's cosine goes up again after its last step, ours stays at the end.
    lasting = 121 if name == "warm_up" else STEPS
    ours = [schedule(step) for step in range(lasting)]
    np.testing.assert_allclose(ours, reference[:lasting], rtol=1e-12, atol=1e-16)


# All of them -------------------------------------------------------------------------------------


@given(schedules, steps)
def test_rates_are_positive_numbers(schedule, step):
    rate = schedule(step)
    assert isinstance(rate, float)
    assert 0 <= rate < np.inf


@given(schedules, steps)
def test_a_schedule_has_no_memory(schedule, step):
    before = schedule(step)
    schedule(step + 1)
    assert schedule(step) == before


# Each --------------------------------------------------------------------------------------------


@given(rates, steps)
def test_constant(rate, step):
    assert constant(rate)(step) == rate


@given(rates, factors, whole, steps)
def test_step_decay_falls_at_its_steps_only_and_there_by_its_factor(rate, factor, every, step):
    schedule = step_decay(rate, factor, every)
    assert schedule(0) == rate
    assert schedule(step) == schedule(step - step % every)
    assert schedule(step + every) == pytest.approx(factor * schedule(step), rel=1e-9, abs=1e-300)


@given(rates, factors, lengths, steps, steps)
def test_exponential_decay_turns_sums_of_steps_into_products_of_rates(rate, factor, every, m, n):
    schedule = exponential_decay(rate, factor, every)
    assert schedule(0) == rate
    assert schedule(m + n) * rate == pytest.approx(schedule(m) * schedule(n), rel=1e-9, abs=1e-300)


@given(rates, factors, whole, steps)
def test_stairs_are_under_the_smooth_decay_shifted_and_above_it(rate, factor, every, step):
    stairs, smooth = step_decay(rate, factor, every), exponential_decay(rate, factor, every)
    assert smooth(step) * (1 - 1e-9) <= stairs(step) + 1e-300
    assert stairs(step) * factor <= smooth(step) * (1 + 1e-9) + 1e-300


@given(rates, lengths, steps)
def test_the_reciprocal_of_inverse_time_decay_grows_evenly(rate, half_at, step):
    schedule = inverse_time_decay(rate, half_at)
    assert schedule(0) == rate
    assert schedule(half_at) == pytest.approx(rate / 2)
    assert 1 / schedule(step + 1) - 1 / schedule(step) == pytest.approx(1 / (rate * half_at), rel=1e-6)


@given(rates, whole, rates)
def test_cosine_starts_at_its_rate_and_stays_at_its_final_one(rate, length, final):
    schedule = cosine(rate, length, final)
    assert schedule(0) == pytest.approx(rate)
    assert schedule(length / 2) == pytest.approx((rate + final) / 2)
    assert schedule(length) == schedule(length + 1) == schedule(10 * length) == final


@given(rates, whole, rates, steps)
def test_cosine_is_one_way_and_smooth_at_its_end(rate, length, final, step):
    schedule = cosine(rate, length, final)
    ahead = schedule(step + 1) - schedule(step)
    assert ahead * (final - rate) >= -1e-12
    steepest = np.pi * abs(rate - final) / (2 * length)
    assert abs(ahead) <= steepest + 1e-12
    # Before the end the distance to the final rate is the square of the time left, not more.
    assert abs(schedule(length - 1) - final) <= steepest * np.pi / (2 * length) + 1e-12


@given(rates, rates, whole, steps)
def test_cyclic_swings_between_its_rates_without_a_jump(low, high, half_cycle, step):
    schedule = cyclic(low, high, half_cycle)
    assert schedule(0) == low
    assert schedule(half_cycle) == pytest.approx(high)
    assert schedule(step + 2 * half_cycle) == pytest.approx(schedule(step), rel=1e-9)
    assert abs(schedule(step + 1) - schedule(step)) <= abs(high - low) / half_cycle * (1 + 1e-9) + 1e-12


# Composition -------------------------------------------------------------------------------------


@given(whole, simple, steps)
def test_warm_up_rises_evenly_to_where_the_other_begins(length, then, step):
    schedule = warm_up(length, then)
    rise = then(0) / (length + 1)
    assert schedule(0) == pytest.approx(rise)
    assert np.diff([schedule(k) for k in range(length + 1)]) == pytest.approx(rise)
    assert schedule(length + step) == then(step)


def test_warm_up_takes_a_number():
    assert [warm_up(3, 0.4)(step) for step in range(6)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])
    assert warm_up(0, 0.4)(0) == 0.4


@given(simple, whole, steps)
def test_repeat_begins_again(schedule, every, step):
    again = repeat(schedule, every)
    assert again(step) == schedule(step % every)
    assert again(every) == schedule(0)


def test_steps_reach_a_schedule_as_whole_numbers():
    table = [0.3, 0.2, 0.1]
    again = warm_up(2, repeat(lambda step: table[step], every=3))
    assert [again(step) for step in range(6)] == pytest.approx([0.1, 0.2, 0.3, 0.2, 0.1, 0.3])


@given(schedules, schedules, steps)
def test_a_product_of_schedules_is_a_schedule(a, b, step):
    assert warm_up(1, lambda step: a(step) * b(step))(step + 1) == a(step) * b(step)


# Wrong arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: constant(-0.1), r"constant: rate: expected a number in \[0, inf\), got -0.1"),
        (lambda: constant("fast"), r"constant: rate: expected a number in \[0, inf\), got 'fast'"),
        (lambda: step_decay(float("nan"), 0.5, 10), "step_decay: rate: .*, got nan"),
        (lambda: step_decay(0.1, 2.0, 10), r"step_decay: factor: expected a number in \(0, 1\], got 2.0"),
        (lambda: step_decay(0.1, 0.5, 0), r"step_decay: every: expected a number in \(0, inf\), got 0"),
        (
            lambda: exponential_decay(0.1, 0.0),
            r"exponential_decay: factor: expected a number in \(0, 1\], got 0",
        ),
        (lambda: inverse_time_decay(0.1, 0), r"inverse_time_decay: half_at: expected a number in \(0, inf\)"),
        (lambda: cosine(0.1, 0), r"cosine: steps: expected a number in \(0, inf\), got 0"),
        (lambda: cosine(0.1, 10, -1), r"cosine: final: expected a number in \[0, inf\), got -1"),
        (lambda: cyclic(-1, 1, 10), r"cyclic: low: expected a number in \[0, inf\), got -1"),
        (lambda: cyclic(0, float("inf"), 10), r"cyclic: high: expected a number in \[0, inf\), got inf"),
        (lambda: cyclic(0, 1, -10), r"cyclic: half_cycle: expected a number in \(0, inf\), got -10"),
        (lambda: warm_up(-1, 0.1), r"warm_up: steps: expected a number in \[0, inf\), got -1"),
        (lambda: warm_up(1.5, 0.1), "warm_up: steps: expected a whole number, got 1.5"),
        (lambda: warm_up(10, -0.1), r"warm_up: then: expected a number in \[0, inf\), got -0.1"),
        (lambda: repeat(constant(0.1), 0), r"repeat: every: expected a number in \[1, inf\), got 0"),
        (lambda: repeat(0.1, 10), "repeat: schedule: expected a function of the step number, got 0.1"),
    ],
)
def test_wrong_arguments_are_named(make, says):
    with pytest.raises((ValueError, TypeError), match=says):
        make()
