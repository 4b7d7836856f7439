"""Wrong uses of learning: optimizers, descend, nets, losses, initialisations, schedules, checkpoints."""

import numpy as np
from refusals import refused

from microgd import (
    MLP,
    Adam,
    AdamW,
    GradientDescent,
    History,
    KnobNet,
    Layer,
    Momentum,
    RMSprop,
    Value,
    checkpoint,
    descend,
    init,
    losses,
    schedules,
    transforms,
)
from microgd.learning import batches, coordinate_search, hot_cold, restarts, standardize

NAN = float("nan")
knob = Value(0.5, name="knob")
matrix, vector = Value(np.arange(6.0).reshape(2, 3)), Value([1.0, 2.0])


def error():
    return (0.5 * knob - 0.8) ** 2


def optimizer(**options):
    return GradientDescent([knob], 0.1, **options)


def first(*args, **options):
    return next(descend(*args, **options))


RATE = "learning_rate (or a function of the step number): expected a number in [0, inf), got"
OPTIMIZERS = [
    (lambda: GradientDescent([knob]), "missing 1 required positional argument: 'learning_rate'"),
    (lambda: GradientDescent([], 0.1), "parameters: expected at least one Value, got none"),
    (lambda: GradientDescent([1.0], 0.1), "parameter [0]: expected a Value, got 1.0: Value(1.0) makes one"),
    (lambda: GradientDescent(knob, 0.1), "parameters: expected a list or a dict of Values, got Value(0.5"),
    (lambda: GradientDescent(None, 0.1), "parameters: expected a list or a dict of Values, got None"),
    (lambda: GradientDescent([knob * 2], 0.1), "parameter [0]: expected a leaf, got Value(1.0), which * "),
    (lambda: GradientDescent([knob, knob], 0.1), "parameters: expected each Value once"),
    (lambda: GradientDescent([knob], -0.1), f"{RATE} -0.1"),
    (lambda: GradientDescent([knob], "a"), f"{RATE} 'a'"),
    (lambda: GradientDescent([knob], NAN), f"{RATE} nan"),
    (lambda: GradientDescent([knob], lr=0.1), "GradientDescent: write learning_rate= instead of lr="),
    (lambda: optimizer(momentum=0.9), "unexpected keyword argument 'momentum'"),
    (lambda: optimizer(transforms=1), "transforms: expected a list of functions, got 1"),
    (lambda: optimizer(transforms=["a"]), "transforms: expected a list of functions, got ['a']"),
    (lambda: optimizer(transforms=[lambda g, p: []]).step(), "<lambda>: expected 1 gradients, got 0"),
    (lambda: optimizer(transforms=[lambda g, p: None]).step(), "<lambda>: expected a list of gradients, got"),
    (lambda: optimizer(transforms=[lambda g, p: ["a"]]).step(), "<lambda>: expected real numbers, got text"),
    (lambda: optimizer().load_state(5), "load_state: expected what state() returned, a dict, got 5"),
    (lambda: optimizer().load_state({}), "load_state: not the state of this GradientDescent: missing"),
    (lambda: Momentum([knob], 0.1, momentum=1.5), "momentum: expected a number in [0, 1), got 1.5"),
    (lambda: RMSprop([knob], 0.1, decay=2), "decay: expected a number in [0, 1), got 2"),
    (lambda: Adam([knob], 0.1, beta1="a"), "beta1: expected a number in [0, 1), got 'a'"),
    (lambda: Adam([knob], 0.1, 0.9), "transforms: expected a list of functions, got 0.9"),
    (lambda: AdamW([knob], 0.1, weight_decay=-1), "weight_decay: expected a number in [0, inf), got -1"),
]

DESCENTS = [
    (lambda: descend(0.5, optimizer()), "error: expected a function without arguments that computes it, got"),
    (lambda: descend(error(), optimizer()), "error: expected a function without arguments that computes it"),
    (lambda: descend(error, [knob]), "optimizer: expected one such as GradientDescent(parameters, rate)"),
    (lambda: descend(error, optimizer(), -1), "steps: expected a number in [0, inf), got -1"),
    (lambda: descend(error, optimizer(), 1.5), "steps: expected a whole number, got 1.5"),
    (lambda: descend(error, optimizer(), gtol="a"), "gtol: expected a number in [0, inf), got 'a'"),
    (lambda: descend(error, optimizer(), ftol=NAN), "ftol: expected a number in [0, inf), got nan"),
    (lambda: descend(error, optimizer(), patience=0), "patience: expected a number in [1, inf), got 0"),
    (lambda: descend(error, optimizer(), validation_error=5), "validation_error: expected a function"),
    (lambda: first(lambda: 1.0, optimizer()), "error(): expected a Value, got 1.0: compute it from the"),
    (lambda: first(lambda: vector * knob, optimizer()), "error(): expected a scalar, got shape (2,): reduce"),
    (lambda: first(lambda: vector.sum() * 1, optimizer()), "error() does not depend on any of the optimizer"),
    (
        lambda: first(error, optimizer(), validation_error=lambda: "a"),
        "validation_error(): expected a number, got",
    ),
    (
        lambda: first(error, optimizer(), validation_error=lambda: None),
        "validation_error(): expected a number, got",
    ),
    (lambda: History(5), "History: expected the Steps of a descent, History(descend(...)), got 5"),
    (lambda: History([1, 2]), "History: expected Steps, as descend(...) gives them, got 1"),
    (lambda: History([]), "History: expected at least one Step, got none"),
    (lambda: History([], every=0), "every: expected a number in [1, inf), got 0"),
    (lambda: restarts(0.5, optimizer, [1]), "error: expected a function"),
    (lambda: hot_cold(error, "a"), "hot_cold turns one knob, a scalar Value; got 'a'"),
    (
        lambda: list(coordinate_search(error, [knob], -1)),
        "step_amount: expected a number in (0, inf), got -1",
    ),
    (lambda: next(hot_cold(lambda: "a", knob)), "error(): expected a number, got 'a'"),
    (lambda: list(coordinate_search(lambda: "a", [knob])), "error(): expected a number, got 'a'"),
    (lambda: restarts(error, optimizer, 5), "starts: expected a list of the parameters' first data, got 5"),
    (lambda: restarts(error, optimizer, ["a"]), "start: knob: expected real numbers, got text ('a')"),
    (lambda: restarts(error, optimizer, [[1, 2]]), "start: knob: expected shape (), got (2,)"),
    (lambda: batches(0, 1), "batches: n: expected a number in [1, inf), got 0"),
    (lambda: batches("a", 1), "batches: n: expected a number in [1, inf), got 'a'"),
    (lambda: batches(5, 9), "batches: size: expected a number in [1, 5], got 9"),
    (lambda: batches(5, 2, rng="a"), "batches: rng: expected a seed (a whole number from 0), a generator or"),
    (lambda: batches(5, 2, epochs=-1), "batches: epochs: expected a number in [1, inf), got -1"),
    (lambda: standardize("a"), "standardize: data: expected real numbers, got text ('a')"),
    (lambda: standardize([]), "standardize: expected numbers to take the mean of, got none"),
    (
        lambda: standardize([[1.0], [NAN]]),
        "standardize: expected numbers to take the mean of, got nan at (1, 0)",
    ),
    (lambda: standardize(np.ones((2, 2)), like=np.ones((2, 3))), "standardize: expected rows with the same"),
]

NETS = [
    (lambda: KnobNet("a"), "Value: expected real numbers, got text ('a')"),
    (lambda: KnobNet(np.ones((2, 2, 2))), "knob_weight: expected a scalar, a vector"),
    (lambda: KnobNet([]), "knob_weight: expected one knob or more, all numbers, got []"),
    (lambda: KnobNet(NAN), "knob_weight: expected one knob or more, all numbers, got nan"),
    (lambda: KnobNet([1, 2]).predict([1, 2, 3]), "@: shapes (3,) and (2,) do not fit together"),
    (lambda: KnobNet(0.5).compare("a", 1), "squared_error: prediction: expected real numbers, got text"),
    (
        lambda: KnobNet(0.5).learn(0.3, 0.1),
        "learn: expected the error that compare returned, a Value, got 0.3",
    ),
    (lambda: KnobNet(0.5).learn(error(), 0.1), "does not depend on knob_weight: compute it by this net's"),
    (lambda: KnobNet(0.5).learn(error(), -1), "learn: alpha: expected a number in [0, inf), got -1"),
    (lambda: Layer(0, 1), "Layer: inputs: expected a number in [1, inf), got 0"),
    (lambda: Layer(2, "a"), "Layer: outputs: expected a number in [1, inf), got 'a'"),
    (lambda: Layer(2, 1, activation="relu"), "activation: expected a function such as np.tanh, or None"),
    (
        lambda: Layer(2, 1, initialise="he"),
        "initialise: expected a function (inputs, outputs, rng) -> weights",
    ),
    (
        lambda: Layer(2, 1, initialise=lambda i, o, r: np.ones(3)),
        "initialise: expected an array of shape (2, 1)",
    ),
    (lambda: Layer(2, 1, rng="a"), "he: rng: expected a seed (a whole number from 0), a generator or None"),
    (lambda: Layer(2, 1, bias=False), "unexpected keyword argument 'bias'"),
    (lambda: Layer(2, 1)(np.ones(3)), "Layer(2 -> 1): expected 2 numbers along the last axis of the input"),
    (lambda: MLP(2), "MLP: expected at least two sizes, positive whole numbers, got (2,)"),
    (lambda: MLP([2, 3]), "MLP: expected at least two sizes, positive whole numbers, got ([2, 3],)"),
    (lambda: MLP(2, 3, activation="x"), "activation: expected a function such as np.tanh, or None, got 'x'"),
    (lambda: MLP(2, 1, rng=-1), "MLP: rng: expected a seed (a whole number from 0), a generator or None"),
    (lambda: MLP(2, 1)([["a", "b"]]), "@: expected numbers, real arrays or Values, got an array of <U1"),
    (lambda: MLP(2, 1)("a"), "expected 2 numbers along the last axis of the input, got shape ()"),
    (lambda: init.zeros("a", 1), "zeros: inputs: expected a number in [1, inf), got 'a'"),
    (lambda: init.uniform(2, 1, "a"), "uniform: rng: expected a seed (a whole number from 0)"),
    (lambda: init.xavier(0, 0), "xavier: inputs: expected a number in [1, inf), got 0"),
    (lambda: init.he(2, 2.5), "he: outputs: expected a whole number, got 2.5"),
]

LOSSES = [
    (
        lambda: losses.squared_error("a", 1),
        "squared_error: prediction: expected real numbers, got text ('a')",
    ),
    (
        lambda: losses.squared_error(1.0, None),
        "squared_error: goal: expected real numbers, got objects (None)",
    ),
    (
        lambda: losses.squared_error([1, 2], [1, 2, 3]),
        "squared_error: predictions of shape (2,) and goals of",
    ),
    (
        lambda: losses.mean_squared_error([], []),
        "mean_squared_error: expected one prediction or more, got shape",
    ),
    (lambda: losses.absolute_error(1j, 1), "absolute_error: prediction: expected real numbers, got complex"),
    (lambda: losses.absolute_error([1, [2]], 1), "absolute_error: prediction: expected rows of equal length"),
    (lambda: losses.huber(1, 2, delta="a"), "huber: delta: expected a number in (0, inf], got 'a'"),
    (lambda: losses.huber(1, 2, delta=NAN), "huber: delta: expected a number in (0, inf], got nan"),
    (lambda: losses.hinge(vector, [0, 1]), "hinge: expected labels -1 and 1, got 0.0"),
    (lambda: losses.hinge(vector, "a"), "hinge: goal: expected real numbers, got text ('a')"),
    (
        lambda: losses.binary_cross_entropy(vector, [2, 0]),
        "binary_cross_entropy: expected goals from 0 to 1, got 2",
    ),
    (lambda: losses.binary_cross_entropy(vector, [NAN, 0]), "expected goals from 0 to 1, got nan"),
    (lambda: losses.softmax_cross_entropy(knob, 1), "expected one logit for each class, got a scalar"),
    (lambda: losses.softmax_cross_entropy(matrix, [0, 5]), "expected classes from 0 to 2, got 5"),
    (lambda: losses.softmax_cross_entropy(matrix, [0.5, 1]), "expected classes as whole numbers (integers)"),
    (
        lambda: losses.softmax_cross_entropy(matrix, [0]),
        "logits of shape (2, 3) go with classes of shape (2,)",
    ),
    (lambda: losses.softmax_cross_entropy(matrix, np.ones((2, 3))), "add up to 1 in each row, got a row"),
    (lambda: losses.softmax_cross_entropy("a", 0), "logits: expected real numbers, got text ('a')"),
    (lambda: losses.softmax_cross_entropy([], 0), "expected logits of one class or more, got shape (0,)"),
]

SCHEDULES = [
    (lambda: schedules.constant(-1), "constant: rate: expected a number in [0, inf), got -1"),
    (lambda: schedules.constant("a"), "constant: rate: expected a number in [0, inf), got 'a'"),
    (lambda: schedules.step_decay(0.1, 2, 1), "step_decay: factor: expected a number in (0, 1], got 2"),
    (lambda: schedules.step_decay(0.1, 0.5, 0), "step_decay: every: expected a number in (0, inf), got 0"),
    (
        lambda: schedules.exponential_decay(NAN, 1),
        "exponential_decay: rate: expected a number in [0, inf), got",
    ),
    (
        lambda: schedules.inverse_time_decay(0.1, 0),
        "inverse_time_decay: half_at: expected a number in (0, inf)",
    ),
    (lambda: schedules.cosine(0.1, None), "cosine: steps: expected a number in (0, inf), got None"),
    (lambda: schedules.cyclic(0.1, -1, 3), "cyclic: high: expected a number in [0, inf), got -1"),
    (lambda: schedules.warm_up(2.5, 0.1), "warm_up: steps: expected a whole number, got 2.5"),
    (lambda: schedules.warm_up(2, "a"), "warm_up: then: expected a number in [0, inf), got 'a'"),
    (lambda: schedules.repeat(0.1, 3), "repeat: schedule: expected a function of the step number, got 0.1"),
    (lambda: transforms.clip_by_norm(0), "clip_by_norm: limit: expected a number in (0, inf), got 0"),
    (lambda: transforms.clip_by_value(None), "clip_by_value: limit: expected a number in (0, inf), got None"),
    (lambda: transforms.weight_decay(-1), "weight_decay: rate: expected a number in [0, inf), got -1"),
    (lambda: transforms.freeze(), "freeze: expected at least one Value, got none"),
    (lambda: transforms.freeze([knob]), "freeze: expected Values, got [Value(0.5"),
]

FILES = [
    (lambda: checkpoint.save(5, [knob]), "expected the path of a file, such as 'net.npz', got 5"),
    (lambda: checkpoint.save("x.npz", 5), "parameters: expected a list or a dict of Values, got 5"),
    (lambda: checkpoint.save("x.npz", []), "parameters: expected at least one Value, got none"),
    (
        lambda: checkpoint.save("x.npz", [knob], optimizer=5),
        "optimizer: expected one such as Adam(parameters, rate)",
    ),
    (
        lambda: checkpoint.save("x.npz", [knob], descent=5),
        "descent: expected what descend(error, optimizer) returned",
    ),
    (lambda: checkpoint.save(".", [knob]), "expected the name of a file, got a folder"),
    (lambda: checkpoint.save("no such folder/x.npz", [knob]), "to write the file to"),
    (lambda: checkpoint.load(5, [knob]), "expected the path of a file, such as 'net.npz', got 5"),
    (lambda: checkpoint.load("no.npz", [knob]), "No such file or directory: 'no.npz'"),
    (lambda: checkpoint.load("no.npz", [knob], optimizer=5), "optimizer: expected one such as Adam"),
    (
        lambda: History(descend(error, optimizer(), 1)).to_csv(5),
        "expected the path of a file, such as 'net.npz', got",
    ),
]

test_a_wrong_optimizer = refused(OPTIMIZERS)
test_a_wrong_descent = refused(DESCENTS)
test_a_wrong_net = refused(NETS)
test_a_wrong_loss = refused(LOSSES)
test_a_wrong_schedule_or_transform = refused(SCHEDULES)
test_a_wrong_file = refused(FILES)
