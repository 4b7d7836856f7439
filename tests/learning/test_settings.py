"""Numbers for single parameters, parts of parameters that are frozen, rates that wait for the error."""

import numpy as np
import pytest

from microgd import (
    MLP,
    Adam,
    AdamW,
    GradientDescent,
    KnobNet,
    Momentum,
    Value,
    checkpoint,
    descend,
    init,
    losses,
    schedules,
    transforms,
)
from microgd.learning import History, Nesterov, RMSprop

X, Y = np.linspace(-1.0, 1.0, 12).reshape(6, 2), np.linspace(0.0, 1.0, 6).reshape(6, 1)


def learn(net, optimizer, steps=5):
    for _ in descend(lambda: losses.squared_error(net(X), Y).mean(), optimizer, steps, gtol=0.0):
        pass
    return {name: np.copy(p.data) for name, p in net.parameters.items()}


def small_net(**options):
    return MLP(2, 3, 1, activation=np.tanh, initialise=init.xavier, rng=0, **options)


def test_a_rate_for_a_layer():
    """A rate of 0 holds the layer; the other one moves as it does beside a frozen one."""
    net, peer = small_net(), small_net()
    held = learn(net, Adam(net.parameters, 0.1, settings={"layer1.*": {"learning_rate": 0.0}}))
    layer = list(peer.layers[0].parameters.values())
    frozen = learn(peer, Adam(peer.parameters, 0.1, transforms=[transforms.freeze(*layer)]))
    for name in held:
        np.testing.assert_array_equal(held[name], frozen[name])
    np.testing.assert_array_equal(held["layer1.weight"], small_net().layers[0].weight.data)


def test_no_decay_on_biases():
    w, b = Value(2.0, name="w"), Value(3.0, name="b")
    optimizer = AdamW([w, b], 0.1, weight_decay=0.5, settings={"b": {"weight_decay": 0.0}})
    w.grad = b.grad = 0.0
    optimizer.step()
    assert (w.data, b.data) == (2.0 - 0.1 * 0.5 * 2.0, 3.0)
    assert optimizer.weight_decay == 0.5


def test_of_several_patterns_the_last_one_decides_and_rates_may_be_schedules():
    a, b = Value(0.0, name="net.a"), Value(0.0, name="net.b")
    halves = schedules.step_decay(1.0, factor=0.5, every=1)
    settings = {"net.*": {"learning_rate": 10.0}, "net.b": {"learning_rate": halves}}
    optimizer = GradientDescent([a, b], 1.0, settings=settings)
    for _ in range(2):
        a.grad = b.grad = -1.0
        optimizer.step()
    assert (a.data, b.data) == (20.0, 1.5)


@pytest.mark.parametrize("optimizer", [Momentum, Nesterov])
def test_a_momentum_of_its_own(optimizer):
    a, b = Value(0.0, name="a"), Value(0.0, name="b")
    both = optimizer([a, b], 0.1, momentum=0.9, settings={"a": {"momentum": 0.0}})
    plain, rolling = Value(0.0), Value(0.0)
    peers = [optimizer([plain], 0.1, momentum=0.0), optimizer([rolling], 0.1, momentum=0.9)]
    for _ in range(3):
        for p in (a, b, plain, rolling):
            p.grad = -1.0
        for one in (both, *peers):
            one.step()
    assert (a.data, b.data) == (plain.data, rolling.data)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"c": {"learning_rate": 1.0}}, "settings: 'c' fits none of the parameters a, b"),
        ({"a": {"momentum": 0.5}}, "settings: 'a': expected one of .*learning_rate, got 'momentum'"),
        ({"a": {"beta1": 1.0}}, r"settings: 'a': beta1: expected a number in \[0, 1\), got 1.0"),
        ({"a": {"learning_rate": -1}}, "settings: 'a': learning_rate: expected a number in"),
        (
            {"a": {"learning_rate": lambda step: float("nan")}},
            r"settings: 'a': learning_rate at step 0: expected a number in \[0, inf\), got nan",
        ),
        ({"a": 0.1}, "settings: expected a dict name -> dict of numbers"),
        ([("a", {})], "settings: expected a dict name -> dict of numbers"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, complaint):
    with pytest.raises((TypeError, ValueError), match=complaint):
        Adam([Value(0.0, name="a"), Value(0.0, name="b")], 0.1, settings=settings)


def test_a_schedule_of_its_own_is_checked_at_every_step():
    a, b = Value(0.0, name="a"), Value(0.0, name="b")
    falling = {"a": {"learning_rate": lambda step: 1.0 - step}}
    optimizer = GradientDescent([a, b], 1.0, settings=falling)
    optimizer.step()
    optimizer.step()
    with pytest.raises(ValueError, match=r"learning_rate of a at step 2: expected a number in .*, got -1.0"):
        optimizer.step()


@pytest.mark.parametrize("only", [Value(0.0), "weight", 0.1, [], [0.1]])
def test_weight_decay_of_what_is_no_list_of_values_is_refused(only):
    with pytest.raises((TypeError, ValueError), match="weight_decay: only: expected"):
        transforms.weight_decay(0.1, only=only)


def test_weight_decay_of_some():
    w, b = Value(2.0), Value(3.0)
    w.grad = b.grad = 0.0
    optimizer = GradientDescent([w, b], 1.0, transforms=[transforms.weight_decay(0.5, only=[w])])
    optimizer.step()
    assert (w.data, b.data) == (1.0, 3.0)
    stranger = transforms.weight_decay(0.5, only=[Value(0.0, name="stranger")])
    with pytest.raises(
        ValueError, match=r"weight_decay: .*stranger.* is not among the optimizer's parameters"
    ):
        GradientDescent([w, b], 1.0, transforms=[stranger]).step()


# Parts of a parameter -----------------------------------------------------------------------------

MASK = np.array([True, False, True])


@pytest.mark.parametrize("make", [GradientDescent, Momentum, RMSprop, Adam, AdamW])
def test_frozen_entries_stay_and_the_others_move_as_alone(make):
    knobs, alone = Value([1.0, 2.0, 3.0]), Value([2.0])
    part = make([knobs], 0.1, transforms=[transforms.freeze(knobs, mask=MASK)])
    peer = make([alone], 0.1)
    for _ in range(3):
        knobs.grad, alone.grad = knobs.data + 1.0, alone.data + 1.0
        part.step()
        peer.step()
    assert knobs.data.tolist() == [1.0, alone.data[0], 3.0]
    for name, x in part.memory[0].items():
        if np.shape(x):
            np.testing.assert_array_equal(x[MASK], 0.0)  # their memory stays as well
            assert x[1] == peer.memory[0][name][0]


def test_a_mask_before_clipping_leaves_frozen_entries_out_of_the_norm():
    knobs = Value([0.0, 0.0])
    clipped = [transforms.freeze(knobs, mask=[False, True]), transforms.clip_by_norm(1.0)]
    optimizer = GradientDescent([knobs], 1.0, transforms=clipped)
    knobs.grad = np.array([3.0, 400.0])
    optimizer.step()
    assert knobs.data.tolist() == [-1.0, 0.0]


def test_a_parameter_that_is_frozen_by_its_mask_adds_nothing_to_the_norm():
    held, free = Value([1.0, 2.0]), Value(3.0)
    chosen = [transforms.freeze(held, mask=[True, True]), transforms.clip_by_norm(1.0)]
    optimizer = GradientDescent([held, free], 0.5, transforms=chosen)
    held.grad, free.grad = np.array([3.0, np.nan]), 2.0
    optimizer.step()
    assert (held.data.tolist(), free.data) == ([1.0, 2.0], 2.5)


def test_one_of_several_knobs_as_the_textbook_freezes_it():
    net = KnobNet([0.3, 0.2, 0.9])
    optimizer = GradientDescent(
        net.parameters, 0.15, transforms=[transforms.freeze(net.knob_weight, mask=[True, False, False])]
    )
    for _ in descend(lambda: net.compare(net.predict([8.5, 0.65, 1.2]), 1.0), optimizer, 200):
        pass
    assert net.knob_weight.data[0] == 0.3
    assert net.predict([8.5, 0.65, 1.2]).item() == pytest.approx(1.0)


@pytest.mark.parametrize("mask", [[True], [1, 0], np.ones((2, 1), bool)])
def test_masks_of_another_shape_or_kind_are_refused(mask):
    with pytest.raises(ValueError, match="freeze: mask: expected booleans in the shape of the one parameter"):
        transforms.freeze(Value([0.0, 0.0]), mask=mask)


# Rates that wait for the error --------------------------------------------------------------------


def test_restarts_of_growing_length():
    """SGDR, figure 1: T_0 = 10 and T_mult = 2 restart at 10, 30 and 70."""
    schedule = schedules.repeat(schedules.cosine(0.05, steps=10), every=10, growth=2)
    rates = np.array([schedule(step) for step in range(75)])
    assert np.flatnonzero(rates == 0.05).tolist() == [0, 10, 30, 70]
    for start, length in [(0, 10), (10, 20), (30, 40)]:
        time = np.arange(length) / length
        assert rates[start : start + length] == pytest.approx(0.05 * (1 + np.cos(np.pi * time)) / 2)


@pytest.mark.parametrize("cooldown", [0, 3, 7])
def test_the_rate_falls_where_the_error_stands_still_as_pytorch_s_does(cooldown):
    torch = pytest.importorskip("torch")
    errors = np.abs(np.sin(np.arange(60) / 4)) + np.repeat([3.0, 2.0, 1.5], 20)
    weight = torch.zeros(1, requires_grad=True)
    peer = torch.optim.SGD([weight], lr=0.8)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        peer, factor=0.5, patience=3, threshold=1e-4, min_lr=0.02, cooldown=cooldown
    )
    ours = schedules.reduce_on_plateau(
        0.8, factor=0.5, patience=4, cooldown=cooldown, tolerance=1e-4, least=0.02
    )
    for step, error in enumerate(errors):
        ours.observe(step, error)
        theirs.step(error)
        assert ours(step) == peer.param_groups[0]["lr"], step
    assert ours(60) < 0.8


def test_nan_is_no_low_and_a_rate_below_the_least_does_not_rise():
    schedule = schedules.reduce_on_plateau(0.1, patience=2, least=0.5)
    for step, error in enumerate([np.nan, 1.0, 0.5, 0.25]):
        schedule.observe(step, error)
    assert (schedule.memory["lowest"], schedule.memory["waited"]) == (0.25, 0)
    schedule.observe(4, np.nan)
    assert (schedule.memory["lowest"], schedule.memory["waited"]) == (0.25, 1)
    for step in range(5, 10):
        schedule.observe(step, 0.25)
    assert schedule(10) == 0.1


@pytest.mark.parametrize("at", ["learning_rate", "settings"])
def test_a_schedule_within_another_one_sees_the_error_too(at):
    rate = schedules.warm_up(2, then=schedules.reduce_on_plateau(1.0, factor=0.5, patience=1))
    knob_weight = Value(1.0, name="k")
    if at == "settings":
        optimizer = GradientDescent([knob_weight], 1.0, settings={"k": {"learning_rate": rate}})
    else:
        optimizer = GradientDescent([knob_weight], rate)
    moved = []
    for _ in range(5):
        knob_weight.grad = 0.0
        optimizer.observe(1.0)
        optimizer.step()
        moved.append(rate(5))
    assert moved == [1.0, 0.5, 0.25, 0.125, 0.0625]


def test_a_damaged_state_of_a_schedule_changes_nothing():
    schedule = schedules.reduce_on_plateau(1.0, patience=1)
    optimizer = Momentum([Value(1.0, name="k")], schedule)
    before = optimizer.state()
    with pytest.raises(ValueError, match=r"learning_rate/0\.seen: expected a number"):
        optimizer.load_state(before | {"steps": 7, "learning_rate/0.seen": np.zeros(2)})
    assert optimizer.state() == before


def test_descend_tells_the_schedule_the_error():
    knob_weight = Value(1.0, name="knob_weight")
    schedule = schedules.reduce_on_plateau(1.0, factor=0.25, patience=2)
    history = History(
        descend(lambda: knob_weight**2, GradientDescent([knob_weight], schedule), 30, ftol=None)
    )  # at rate 1 it jumps from 1 to -1 and back
    assert list(history.learning_rate[:4]) == [1.0, 1.0, 0.25, 0.25]
    assert abs(history.parameters["knob_weight"][-1]) < 1e-6


def test_a_run_that_is_taken_up_again_has_the_same_rates(tmp_path):
    def start():
        knob_weight = Value(1.0, name="knob_weight")
        schedule = schedules.reduce_on_plateau(1.0, factor=0.5, patience=3)
        optimizer = Momentum([knob_weight], schedule, momentum=0.5)
        return knob_weight, optimizer

    def run(knob_weight, optimizer, steps):
        return [
            (step.error, step.learning_rate)
            for step in descend(
                lambda: 2.1 * np.cosh(knob_weight - 0.25), optimizer, steps, ftol=None, gtol=0.0
            )
        ]

    whole = run(*start(), 20)
    knob_weight, optimizer = start()
    run(knob_weight, optimizer, 9)
    checkpoint.save(tmp_path / "run.npz", [knob_weight], optimizer)
    knob_weight, optimizer = start()
    checkpoint.load(tmp_path / "run.npz", [knob_weight], optimizer)
    assert run(knob_weight, optimizer, 11) == whole[9:]


# float32 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [GradientDescent, Momentum, Nesterov, RMSprop, Adam, AdamW])
def test_a_net_of_float32_stays_it_throughout(make):
    net = small_net(dtype=np.float32)
    optimizer = make(net.parameters, 0.05)
    learn(net, optimizer)
    kept = [x for memory in optimizer.memory for x in memory.values() if np.shape(x)]
    dtypes = {x.dtype for p in net.parameters.values() for x in (p.data, p.grad)} | {x.dtype for x in kept}
    assert dtypes == {np.dtype(np.float32)}
    assert net(X).dtype == net(Value(X)).dtype == np.float32
    assert net(X).data == pytest.approx(small_net_after(make), rel=1e-4)


def test_the_errors_of_a_float32_net_are_float32_with_goals_of_float32():
    """Before they are reduced to a scalar, which is a Python float in any case."""
    net, goals = small_net(dtype=np.float32), Y.astype(np.float32)
    for loss in (losses.squared_error, losses.absolute_error, losses.huber, losses.binary_cross_entropy):
        assert loss(net(X), goals).dtype == np.float32


def test_knobs_of_float32():
    net = KnobNet([[0.1, 0.2], [0.3, 0.4]], dtype=np.float32)
    error = net.compare(net.predict([1.0, 2.0]), np.ones(2, np.float32))
    net.learn(error, alpha=0.1)
    assert {net.predict([1.0, 2.0]).dtype, net.knob_weight.dtype, net.knob_weight.grad.dtype} == {
        np.dtype(np.float32)
    }
    with pytest.raises(TypeError, match="KnobNet: dtype: expected float64 or float32, got"):
        KnobNet([0.5], dtype=int)


@pytest.mark.parametrize("draw", [init.zeros, init.uniform, init.xavier, init.he])
def test_first_weights_of_float32_are_those_of_float64_rounded(draw):
    single = draw(3, 2, 0, dtype=np.float32)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, draw(3, 2, 0).astype(np.float32))
    with pytest.raises(TypeError, match=f"{draw.__name__}: dtype: expected float64 or float32, got"):
        draw(3, 2, 0, dtype=np.float16)


def small_net_after(make):
    net = small_net()
    learn(net, make(net.parameters, 0.05))
    return net(X).data


@pytest.mark.parametrize("dtype", [np.float16, int, None, "text"])
def test_other_dtypes_are_refused(dtype):
    with pytest.raises(TypeError, match="dtype: expected float64 or float32, got"):
        small_net(dtype=dtype)
