"""What a person puts into an object of their own can be copied and pickled, and works afterwards."""

import copy
import pickle

import numpy as np
import pytest

import microgd
from microgd import (
    MLP,
    History,
    KnobNet,
    Layer,
    Value,
    descend,
    init,
    learning,
    losses,
    schedules,
    transforms,
)
from microgd.learning import optimizers
from microgd.learning.optimizer import Optimizer
from microgd.learning.stopping import Stop

WAYS = {
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "deepcopy": copy.deepcopy,
    "pickle protocol 2": lambda x: pickle.loads(pickle.dumps(x, 2)),
}
SCHEDULES = [
    schedules.constant(0.1),
    schedules.step_decay(0.1, 0.5, 2),
    schedules.exponential_decay(0.1, 0.9),
    schedules.inverse_time_decay(0.1, 10),
    schedules.cosine(0.1, 20),
    schedules.cyclic(0.01, 0.1, 3),
    schedules.warm_up(2, then=schedules.cosine(0.1, 20)),
    schedules.repeat(schedules.cosine(0.1, 4), 4, growth=2),
    schedules.reduce_on_plateau(0.1, patience=2),
]
OPTIMIZERS = [
    x
    for x in vars(optimizers).values()
    if isinstance(x, type) and issubclass(x, Optimizer) and x is not Optimizer
]
X, Y = np.linspace(-1.0, 1.0, 12).reshape(6, 2), np.linspace(0.0, 1.0, 6).reshape(6, 1)


class Model:
    """What a person writes: a net, an optimizer, and whatever belongs to them."""

    def __init__(self, make, learning_rate, chosen):
        self.net = MLP(2, 3, 1, activation=np.tanh, initialise=init.xavier, rng=0)
        self.optimizer = make(self.net.parameters, learning_rate, transforms=chosen(self.net))

    def learn(self, steps):
        errors = []
        for _ in range(steps):
            self.optimizer.zero_grad()
            error = losses.squared_error(self.net(X), Y).mean()
            error.backward()
            self.optimizer.observe(error.item())
            self.optimizer.step()
            errors.append(error.item())
        return errors


def transforms_of(net):
    first, last = net.layers
    return [
        transforms.weight_decay(0.1, only=[first.weight]),
        transforms.freeze(first.bias),
        transforms.freeze(last.weight, mask=np.array([[True], [False], [False]])),
        transforms.clip_by_norm(0.5),
        transforms.clip_by_value(0.1),
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_model_of_every_optimizer_goes_on_as_the_original(make, way):
    model = Model(make, schedules.reduce_on_plateau(0.1, patience=2), transforms_of)
    model.learn(4)
    twin = WAYS[way](model)
    assert twin.learn(4) == model.learn(4)
    assert twin.net.layers[0].weight is not model.net.layers[0].weight


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_shallow_copy_of_an_optimizer_has_a_memory_of_its_own(make):
    model = Model(make, 0.1, lambda net: ())
    model.learn(2)
    twin, before = copy.copy(model.optimizer), model.optimizer.state()
    twin.step()
    for name, x in model.optimizer.state().items():
        np.testing.assert_array_equal(x, before[name])


def test_a_shallow_copy_of_a_schedule_sees_errors_of_its_own():
    schedule = schedules.reduce_on_plateau(0.5, factor=0.5, patience=1)
    schedule.observe(0, 1.0)
    twin = copy.copy(schedule)
    twin.observe(1, 1.0)
    assert (schedule(1), twin(1)) == (0.5, 0.25)


@pytest.mark.parametrize("way", [*WAYS.values(), copy.copy])
def test_a_descent_says_what_to_keep_instead(way):
    knob_weight = Value(0.5)
    descent = descend(lambda: knob_weight**2, optimizers.GradientDescent([knob_weight], 0.1), 1)
    with pytest.raises(TypeError, match="a descent cannot be copied or pickled, only run: keep its Steps"):
        way(descent)
    list(descent)


@pytest.mark.parametrize("way", WAYS.values())
@pytest.mark.parametrize("draw", [init.zeros, init.uniform, init.xavier, init.he])
def test_inits_draw_the_same(draw, way):
    np.testing.assert_array_equal(way(draw)(3, 2, 0), draw(3, 2, 0))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: type(schedule).__name__)
def test_every_schedule_is_the_same_function_afterwards(schedule, way):
    twin = WAYS[way](schedule)
    assert [twin(step) for step in range(30)] == [schedule(step) for step in range(30)]
    model = Model(optimizers.Momentum, schedule, lambda net: ())
    model.learn(3)
    twin = WAYS[way](model)
    assert twin.learn(3) == model.learn(3)


def test_no_schedule_or_transform_is_left_out():
    made = {type(x).__name__ for x in (*SCHEDULES, *transforms_of(MLP(2, 3, 1)))}
    public = {
        name
        for module in (schedules, transforms)
        for name, x in vars(module).items()
        if isinstance(x, type) and x.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public == made


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "thing",
    [
        KnobNet([0.5, 0.1]),
        Layer(2, 1, np.tanh, rng=0),
        MLP(2, 2, 1, activation=microgd.sigmoid, rng=0),
        Value([1.0, 2.0], name="w"),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_nets_and_values_compute_the_same(thing, way):
    twin, x = WAYS[way](thing), np.array([0.3, -0.2])
    compute = (
        thing.predict if isinstance(thing, KnobNet) else thing.__mul__ if isinstance(thing, Value) else thing
    )
    again = twin.predict if isinstance(twin, KnobNet) else twin.__mul__ if isinstance(twin, Value) else twin
    assert np.array_equal(compute(x).data, again(x).data)


@pytest.mark.parametrize("way", WAYS)
def test_what_a_descent_saw(way):
    knob_weight = Value(0.5, name="knob_weight")
    optimizer = optimizers.GradientDescent([knob_weight], 0.5)
    history = History(descend(lambda: (0.5 * knob_weight - 0.8) ** 2, optimizer, 3))
    twin = WAYS[way](history)
    assert list(twin.error) == list(history.error)
    assert twin.steps[-1].reason is Stop.BUDGET
    pits = learning.restarts(
        lambda: (knob_weight**2 - 1) ** 2, lambda: optimizers.GradientDescent([knob_weight], 0.1), [-2, 2]
    )
    assert [pit.error for pit in WAYS[way](pits)] == [pit.error for pit in pits]


def double(x):
    return x * 2.0


@pytest.mark.parametrize("way", WAYS)
def test_a_compiled_function_beside_a_net(way):
    step = microgd.compile(double)
    step(1.0)
    twin = WAYS[way]({"net": MLP(1, 1, rng=0), "step": step})
    assert twin["step"](3.0) == 6.0
