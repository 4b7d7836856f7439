"""The update formulas against PyTorch's walks, closed forms on the quadratic, and what may go wrong."""

import numpy as np
import pytest
from reference.trajectories import EVERY, FILE, START, STEPS, THAWED_AT, WALKS, landscape
from stepping import bare_loop

from microgd import MLP, Value, grad, hessian
from microgd.learning.optimizers import (
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
    RMSprop,
)
from microgd.learning.schedules import cosine, step_decay
from microgd.learning.transforms import clip_by_norm, clip_by_value, freeze, weight_decay

ALL = [GradientDescent, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW]


def path(optimizer, error, steps):
    """Where the first parameter stands, the start included."""
    weight = optimizer.parameters[0]
    return np.array([weight.data, *(weight.data for _ in bare_loop(optimizer, error, steps))])


def three():
    return {name: Value(data, name=name) for name, data in START.items()}


# PyTorch -----------------------------------------------------------------------------------------

# How PyTorch's definitions are ours: dampening 0 is the velocity in units of the gradient; its alpha is
# our decay, with another default; its weight_decay is our transform, except in AdamW.
OURS = {
    "GradientDescent": lambda p: GradientDescent(p, 0.01),
    "GradientDescent, weight decay": lambda p: GradientDescent(p, 0.01, [weight_decay(0.1)]),
    "GradientDescent, cosine": lambda p: GradientDescent(p, cosine(0.01, STEPS)),
    "GradientDescent, clipped": lambda p: GradientDescent(p, 0.01, [clip_by_value(0.5)]),
    "Momentum": lambda p: Momentum(p, 0.005),
    "Momentum, weight decay": lambda p: Momentum(p, 0.005, [weight_decay(0.1)], momentum=0.8),
    "Momentum, cosine": lambda p: Momentum(p, cosine(0.005, STEPS)),
    "Nesterov": lambda p: Nesterov(p, 0.005),
    "Nesterov, weight decay": lambda p: Nesterov(p, 0.005, [weight_decay(0.1)], momentum=0.8),
    "Adagrad": lambda p: Adagrad(p, 0.3),
    "Adagrad, epsilon": lambda p: Adagrad(p, 0.3, epsilon=0.1),
    "RMSprop": lambda p: RMSprop(p, 0.01, decay=0.99),
    "RMSprop, epsilon": lambda p: RMSprop(p, 0.005, epsilon=0.1),
    "Adam": lambda p: Adam(p, 0.05),
    "Adam, epsilon": lambda p: Adam(p, 0.05, beta1=0.8, beta2=0.99, epsilon=0.1),
    "Adam, weight decay": lambda p: Adam(p, 0.05, [weight_decay(0.1)]),
    "Adam, thawed": lambda p: Adam(p, 0.05, [freeze(p["matrix"])]),
    "AdamW": lambda p: AdamW(p, 0.05),
    "AdamW, weight decay": lambda p: AdamW(p, 0.05, weight_decay=0.5),
    "AdamW, thawed": lambda p: AdamW(p, 0.05, [freeze(p["matrix"])], weight_decay=0.5),
}


@pytest.fixture(scope="module")
def reference():
    with np.load(FILE) as file:
        return dict(file)


def test_every_stored_walk_is_walked():
    assert OURS.keys() == WALKS.keys()


@pytest.mark.parametrize("name", OURS)
def test_walks_with_pytorch(name, reference):
    parameters = three()
    optimizer = OURS[name](parameters)
    rows = []
    for _ in bare_loop(optimizer, lambda: landscape(**parameters), STEPS):
        if optimizer.steps == THAWED_AT and "thawed" in name:
            optimizer.transforms = ()
        if optimizer.steps % EVERY == 0:
            rows.append(np.concatenate([np.ravel(p.data) for p in parameters.values()]))
    np.testing.assert_allclose(rows, reference[name], rtol=0, atol=1e-10)


def test_the_landscape_of_the_walks_is_not_convex(reference):
    def of_a_row(row):
        return landscape(row[0], row[1:5], row[5:].reshape(2, 3))

    start = np.concatenate([np.ravel(x) for x in START.values()])
    assert np.linalg.eigvalsh(hessian(of_a_row)(start)).min() < -1
    for name in WALKS:
        assert of_a_row(Value(reference[name][-1])).item() < of_a_row(Value(start)).item() - 5


# Closed forms on the quadratic -------------------------------------------------------------------

CURVATURES = np.array([0.5, 2.0, 8.0])  # second derivatives along the axes: l = 0.5, L = 8
SMALLEST, LARGEST = CURVATURES[[0, -1]]
FROM = np.array([3.0, -2.0, 1.0])


def quadratic(weight):
    return lambda: 0.5 * np.sum(CURVATURES * weight * weight)


def powers(root, steps):
    return root ** np.arange(steps + 1)[:, None]


def second_order(trace, determinant, ratio, steps):
    """w_k where w_{k+1} = trace w_k - determinant w_{k-1}, from w_0 = 1 and w_1 = ratio, by the roots
    of the characteristic polynomial r^2 - trace r + determinant."""
    gap = np.sqrt(trace**2 - 4 * determinant + 0j)
    r, s = (trace + gap) / 2, (trace - gap) / 2
    return (((ratio - s) * powers(r, steps) - (ratio - r) * powers(s, steps)) / gap).real


def test_gradient_descent_multiplies_each_distance_by_1_minus_rate_times_curvature():
    weight, rate = Value(FROM), 0.2
    walked = path(GradientDescent([weight], rate), quadratic(weight), 50)
    np.testing.assert_allclose(walked, FROM * powers(1 - rate * CURVATURES, 50), rtol=1e-12, atol=1e-15)


def test_the_best_rate_of_gradient_descent_contracts_by_its_condition_number():
    weight = Value(FROM)
    walked = path(GradientDescent([weight], 2 / (LARGEST + SMALLEST)), quadratic(weight), 30)
    condition = LARGEST / SMALLEST
    best = (condition - 1) / (condition + 1)
    np.testing.assert_allclose(abs(walked[1:, [0, 2]] / walked[:-1, [0, 2]]), best, rtol=1e-9)


@pytest.mark.parametrize(("input", "rate"), [(0.5, 0.5), (2.0, 0.5), (2.0, 0.05), (1.1, 0.8)])
def test_one_knob_multiplies_its_error_by_1_minus_2_rate_input_squared_squared(input, rate):
    knob_weight = Value(0.5)
    optimizer = GradientDescent([knob_weight], rate)
    errors = np.array(list(bare_loop(optimizer, lambda: (input * knob_weight - 0.8) ** 2, 12)))
    np.testing.assert_allclose(errors[1:] / errors[:-1], (1 - 2 * rate * input**2) ** 2, rtol=1e-6)


def test_published_errors_of_one_knob():
    knob_weight = Value(0.5)
    optimizer = GradientDescent([knob_weight], 0.5)
    errors = list(bare_loop(optimizer, lambda: (0.5 * knob_weight - 0.8) ** 2, 20))
    assert errors[:2] == pytest.approx([0.3025, 0.17015625], rel=1e-12)
    assert errors[-1] == pytest.approx(5.408208e-06, rel=1e-6)


@pytest.mark.parametrize(("share", "ends"), [(0.99, "falls"), (1.0, "swings"), (1.01, "grows")])
def test_gradient_descent_diverges_from_2_over_the_largest_curvature_on(share, ends):
    weight = Value(FROM)
    walked = path(GradientDescent([weight], share * 2 / LARGEST), quadratic(weight), 200)
    size = abs(walked[-1, 2])
    assert {"falls": size < 0.02, "swings": size == 1.0, "grows": size > 50}[ends]


# rate and momentum: all roots complex; the first axis real; all real
@pytest.mark.parametrize(("rate", "momentum"), [(0.2, 0.9), (0.05, 0.7), (0.01, 0.3), (0.24, 0.0)])
def test_momentum_follows_the_roots_of_its_characteristic_polynomial(rate, momentum):
    weight = Value(FROM)
    walked = path(Momentum([weight], rate, momentum=momentum), quadratic(weight), 80)
    step = rate * CURVATURES
    expected = FROM * second_order(1 + momentum - step, momentum, 1 - step, 80)
    np.testing.assert_allclose(walked, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("rate", "momentum"), [(0.1, 0.9), (0.05, 0.7), (0.01, 0.3), (0.12, 0.0)])
def test_nesterov_follows_the_roots_of_its_characteristic_polynomial(rate, momentum):
    weight = Value(FROM)
    walked = path(Nesterov([weight], rate, momentum=momentum), quadratic(weight), 80)
    left = 1 - rate * CURVATURES  # what gradient descent would leave of the distance
    first = 1 - rate * (1 + momentum) * CURVATURES
    expected = FROM * second_order((1 + momentum) * left, momentum * left, first, 80)
    np.testing.assert_allclose(walked, expected, rtol=0, atol=1e-12)


def test_the_best_momentum_contracts_by_the_root_of_the_condition_number():
    root = np.sqrt(LARGEST / SMALLEST)
    best = (root - 1) / (root + 1)
    rate = 4 / (np.sqrt(LARGEST) + np.sqrt(SMALLEST)) ** 2
    weight = Value(FROM)
    walked = path(Momentum([weight], rate, momentum=best**2), quadratic(weight), 60)
    # At both ends the roots coincide, w_k = (1 + c k) best^k (up to a sign), between they turn at best^k.
    k = np.arange(61)
    for axis, sign in ((0, 1), (2, -1)):
        polynomial = 1 + ((1 - rate * CURVATURES[axis]) / (sign * best) - 1) * k
        np.testing.assert_allclose(walked[:, axis], FROM[axis] * polynomial * (sign * best) ** k, atol=1e-12)
    envelope = abs(walked[:, 1]) / best**k
    assert envelope.max() < 10
    assert envelope[40:].max() > 0.5


def banana(v):
    return ((1 - v[:3]) ** 2 + 10 * (v[1:] - v[:3] ** 2) ** 2).sum()


def test_momentum_is_polyaks_heavy_ball():
    """In units of the weight: v <- momentum v - rate gradient, w <- w + v."""
    rate, momentum, w, v = 0.002, 0.9, START["vector"], 0.0
    weight = Value(w)
    walked = path(Momentum([weight], rate), lambda: banana(weight), 50)
    for k in range(50):
        v = momentum * v - rate * grad(banana)(w)
        w = w + v
        np.testing.assert_allclose(walked[k + 1], w, rtol=1e-9)


def test_nesterov_is_sutskevers_look_ahead():
    """v <- momentum v - rate gradient(w + momentum v), w <- w + v; our weight is w + momentum v."""
    rate, momentum, w, v = 0.002, 0.9, START["vector"], 0.0
    weight = Value(w)
    walked = path(Nesterov([weight], rate), lambda: banana(weight), 50)
    for k in range(50):
        v = momentum * v - rate * grad(banana)(w + momentum * v)
        w = w + v
        np.testing.assert_allclose(walked[k + 1], w + momentum * v, rtol=1e-9)


# Closed forms under a steady gradient ------------------------------------------------------------

K = np.arange(1, 31)
STEADY = {
    GradientDescent: np.full(30, 3.0),
    Momentum: 3.0 * (1 - 0.9**K) / 0.1,
    Nesterov: 3.0 * (1 + 0.9 * (1 - 0.9**K) / 0.1),
    Adagrad: 1 / np.sqrt(K),
    RMSprop: 1 / np.sqrt(1 - 0.9**K),
    Adam: np.ones(30),
}


@pytest.mark.parametrize("optimizer", STEADY)
def test_the_steps_down_a_steady_slope(optimizer):
    weight = Value(7.0)
    walked = path(optimizer([weight], 0.01), lambda: 3.0 * weight, 30)
    np.testing.assert_allclose(-np.diff(walked), 0.01 * STEADY[optimizer], rtol=1e-7)


def test_adamw_shrinks_all_weights_alike_where_there_is_no_slope():
    weight = Value([5.0, -1.0])
    walked = path(AdamW([weight], 0.1, weight_decay=0.3), lambda: (0.0 * weight).sum(), 10)
    np.testing.assert_allclose(walked, [5.0, -1.0] * powers(1 - 0.1 * 0.3, 10), rtol=1e-14)


@pytest.mark.parametrize("optimizer", ALL)
def test_without_a_slope_nothing_moves(optimizer):
    options = {"weight_decay": 0.0} if optimizer is AdamW else {}
    weight = Value([5.0, -1.0])
    walked = path(optimizer([weight], 0.1, **options), lambda: (0.0 * weight).sum(), 3)
    assert (walked == [5.0, -1.0]).all()


# Numbers and arrays ------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ALL)
def test_a_number_learns_as_an_array_of_one_does(optimizer):
    number, array = Value(0.5), Value([0.5])
    errors = list(bare_loop(optimizer([number], 0.1), lambda: (2.0 * number - 0.8) ** 2, 20))
    assert errors == pytest.approx(
        list(bare_loop(optimizer([array], 0.1), lambda: ((2.0 * array - 0.8) ** 2).sum(), 20)), rel=1e-12
    )
    assert type(number.data) is float


@pytest.mark.parametrize("transforms", [[], [clip_by_norm(0.1), clip_by_value(0.01), weight_decay(0.1)]])
@pytest.mark.parametrize("optimizer", ALL)
def test_float32_stays_float32(optimizer, transforms):
    single, double = Value(np.ones(3, np.float32)), Value(np.ones(3))
    it = optimizer([single, double], 0.1, transforms)
    list(bare_loop(it, lambda: (single**2 + double**2).sum(), 3))
    assert single.data.dtype == np.float32
    assert double.data.dtype == np.float64
    kept = {name: x.dtype for name, x in it.state().items() if np.shape(x)}
    assert kept == {name: np.float32 if "[0]" in name else np.float64 for name in kept}


@pytest.mark.parametrize("optimizer", ALL)
def test_a_graph_recorded_before_keeps_its_numbers(optimizer):
    weight = Value([1.0, 2.0])
    before = (weight**3).sum()
    list(bare_loop(optimizer([weight], 0.1), lambda: (weight**2).sum(), 3))
    weight.grad = 0.0
    before.backward()
    assert (weight.grad == [3.0, 12.0]).all()


class Remembering(Optimizer):
    """A formula that remembers the very array that it is given."""

    def start(self, zero):
        return {"before": zero}

    def update(self, weight, gradient, rate, before):
        return weight - rate * gradient, weight


def test_a_memory_shares_nothing_with_the_parameter():
    weight = Value([1.0, 2.0])
    optimizer = Remembering([weight], 0.5)
    list(bare_loop(optimizer, lambda: (weight**2).sum(), 1))
    weight.data[:] = 77.0
    weight.data -= 1.0
    assert (optimizer.state()["[0].before"] == [1.0, 2.0]).all()


@pytest.mark.parametrize("optimizer", ALL)
def test_a_formula_runs_on_values_and_so_has_derivatives_itself(optimizer):
    """What a step does to the error changes with the learning rate: against central differences."""
    it = optimizer([Value([1.0, 2.0])], 0.1)
    memory = it.start(np.array([0.3, 0.4])) | ({"count": 2.0} if "count" in it.start(0.0) else {})

    def error_after(rate):
        weight, *_ = it.update(Value([1.0, 2.0]), Value([0.5, -0.7]), rate, **memory)
        return (weight**2).sum()

    h = 1e-5
    difference = (error_after(0.1 + h) - error_after(0.1 - h)) / (2 * h)
    assert grad(error_after)(0.1) == pytest.approx(difference.item(), rel=1e-8)


def test_zero_grad_clears():
    number, array = Value(1.0), Value([1.0, 2.0])
    (number * array).sum().backward()
    optimizer = GradientDescent([number, array], 0.1)
    optimizer.zero_grad()
    assert number.grad == 0.0
    assert (array.grad == [0.0, 0.0]).all()


# The learning rate -------------------------------------------------------------------------------


def test_a_schedule_gives_the_rate_of_the_coming_step():
    weight = Value(0.0)
    optimizer = GradientDescent([weight], step_decay(1.0, factor=0.5, every=2))
    rates, walked = [], [weight.data]
    for _ in range(5):
        rates.append(optimizer.rate())
        walked += [weight.data for _ in bare_loop(optimizer, lambda: 1.0 * weight, 1)]
    assert rates == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert list(-np.diff(walked)) == rates
    assert optimizer.steps == 5


def test_a_schedule_that_goes_wrong_is_named_with_its_step():
    weight = Value(0.0)
    optimizer = GradientDescent([weight], lambda step: 0.1 - 0.05 * step)
    with pytest.raises(
        ValueError, match=r"learning_rate at step 3: expected a number in \[0, inf\), got -0\.0"
    ):
        list(bare_loop(optimizer, lambda: 1.0 * weight, 10))
    assert optimizer.steps == 3


# Memory saved and loaded -------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ALL)
def test_what_was_saved_goes_on_bit_for_bit(optimizer, tmp_path):
    def walk(parameters, it, steps):
        list(bare_loop(it, lambda: landscape(**parameters), steps))

    def rate(step):
        return 0.01 / (1 + step)

    straight, first = three(), three()
    walk(straight, optimizer(straight, rate), 30)
    before = optimizer(first, rate)
    walk(first, before, 12)
    np.savez(tmp_path / "state.npz", **before.state())

    second = {name: Value(p.data) for name, p in first.items()}
    after = optimizer(second, rate)
    with np.load(tmp_path / "state.npz") as state:
        after.load_state(state)
    assert after.steps == 12
    walk(second, after, 18)
    for name in straight:
        assert np.array_equal(second[name].data, straight[name].data)


def test_the_state_is_a_copy():
    weight = Value([1.0, 2.0], name="w")
    optimizer = Momentum([weight], 0.1)
    list(bare_loop(optimizer, lambda: (weight**2).sum(), 1))
    state = optimizer.state()
    optimizer.load_state(state)
    state["w.velocity"][:] = 77.0
    optimizer.state()["w.velocity"][:] = 77.0
    assert (optimizer.state()["w.velocity"] == [2.0, 4.0]).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"w.velocity": None}, r"not the state of this Momentum: missing \['w.velocity'\], unknown \[\]"),
        ({"v.velocity": 1.0}, r"unknown \['v.velocity'\]"),
        ({"w.velocity": np.ones(3)}, r"w.velocity: expected shape \(2,\), got \(3,\)"),
        ({"w.velocity": 1.0}, r"w.velocity: expected shape \(2,\), got \(\)"),
        ({"steps": -1}, r"steps: expected a number in \[0, inf\), got -1"),
        ({"steps": 1.5}, "steps: expected a whole number, got 1.5"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, says):
    optimizer = Momentum([Value([1.0, 2.0], name="w")], 0.1)
    state = {"steps": 4, "w.velocity": np.ones(2)} | change
    with pytest.raises(ValueError, match=says):
        optimizer.load_state({name: x for name, x in state.items() if x is not None})
    assert optimizer.steps == 0
    assert (optimizer.state()["w.velocity"] == 0).all()


# Names and wrong arguments -----------------------------------------------------------------------


def test_names():
    a, b, c = Value(1.0, name="a"), Value(1.0, name="b"), Value(1.0)
    twin = Value(1.0, name="a")
    assert GradientDescent({"x": a, "y": c}, 0.1).names == ["x", "y"]
    assert GradientDescent([a, b, c], 0.1).names == ["a", "b", "[2]"]
    assert GradientDescent([a, b, twin], 0.1).names == ["a[0]", "b", "a[2]"]
    assert GradientDescent((p for p in (a, b)), 0.1).parameters == [a, b]


w = Value(0.5, name="w")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: GradientDescent([], 0.1), "parameters: expected at least one Value, got none"),
        (lambda: GradientDescent({}, 0.1), "parameters: expected at least one Value, got none"),
        (
            lambda: GradientDescent(w, 0.1),
            r"expected a list or a dict of Values, got Value\(.*put it in a list",
        ),
        (lambda: Adam(MLP(2, 1), 0.1), r"dict of Values, got MLP\(2 -> 1\): its .parameters are those"),
        (lambda: Adam(None, 0.1), "a list or a dict of Values, got None: put it in a list"),
        (lambda: GradientDescent([w, 0.5], 0.1), r"parameter \[1\]: expected a Value, got 0.5: Value\(0.5\)"),
        (
            lambda: GradientDescent({"k": 2 * w}, 0.1),
            r"parameter k: expected a leaf.*\* computed",
        ),
        (lambda: GradientDescent([w, w], 0.1), r"each Value once, got the same as w\[0\] and w\[1\]"),
        (lambda: GradientDescent([w], -0.1), r"learning_rate .*expected a number in \[0, inf\), got -0.1"),
        (lambda: GradientDescent([w], float("nan")), "learning_rate .*, got nan"),
        (lambda: GradientDescent([w], float("inf")), "learning_rate .*, got inf"),
        (lambda: GradientDescent([w], "fast"), "learning_rate .*, got 'fast'"),
        (lambda: GradientDescent([w], 0.1, clip_by_norm(1.0)), "transforms: expected a list of functions"),
        (lambda: GradientDescent([w], 0.1, [1.0]), r"transforms: expected a list of functions, got \[1.0\]"),
        (lambda: Momentum([w], 0.1, momentum=1.0), r"momentum: expected a number in \[0, 1\), got 1.0"),
        (lambda: Nesterov([w], 0.1, momentum=-0.1), r"momentum: expected a number in \[0, 1\), got -0.1"),
        (lambda: Adagrad([w], 0.1, epsilon=0.0), r"epsilon: expected a number in \(0, inf\), got 0.0"),
        (lambda: RMSprop([w], 0.1, decay=1.5), r"decay: expected a number in \[0, 1\), got 1.5"),
        (lambda: RMSprop([w], 0.1, epsilon=-1), r"epsilon: expected a number in \(0, inf\), got -1"),
        (lambda: Adam([w], 0.1, beta1=float("nan")), r"beta1: expected a number in \[0, 1\), got nan"),
        (lambda: Adam([w], 0.1, beta2=1), r"beta2: expected a number in \[0, 1\), got 1"),
        (lambda: AdamW([w], 0.1, weight_decay=-1), r"weight_decay: expected a number in \[0, inf\), got -1"),
        (lambda: AdamW([w], 0.1, beta2=1), r"beta2: expected a number in \[0, 1\), got 1"),
        (lambda: Optimizer([w], 0.1).step(), "Optimizer has no update formula"),
    ],
)
def test_wrong_arguments_are_named(make, says):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=says):
        make()


def test_two_parameters_of_one_name_would_be_one_in_a_checkpoint():
    a, b, c = Value(1.0, name="w[1]"), Value(2.0, name="w"), Value(3.0, name="w")
    with pytest.raises(ValueError, match=r"a name of its own for each, got w\[1\], w\[1\], w\[2\]"):
        Adam([a, b, c], 0.1)
    with pytest.raises(ValueError, match="a name of its own for each, got 1, 1"):
        Adam({1: a, "1": b}, 0.1)
