"""The page of `play_net` in Chromium: its numbers are those of the library's own run."""

import numpy as np
import pytest

import microgd
from microgd import MLP, init, losses, relu, sigmoid
from microgd.pictures import play_net

OPTIMIZERS = {
    "GradientDescent": {}, "Momentum": {"momentum": 0.6}, "Nesterov": {"momentum": 0.8},
    "Adagrad": {"epsilon": 1e-6}, "RMSprop": {"decay": 0.5}, "Adam": {"beta1": 0.7},
    "AdamW": {"weight_decay": 0.3},
}  # fmt: skip
ACTIVATIONS = {"tanh": np.tanh, "relu": relu, "sigmoid": sigmoid, "none": None}


def choose(window, id, value):
    """Choose in a list, or write into a field, as a person does."""
    from selenium.webdriver.support.ui import Select

    element = window.driver.find_element("id", id)
    if element.tag_name == "select":
        Select(element).select_by_value(str(value))
    else:
        window.driver.execute_script(
            "arguments[0].value = arguments[1];"
            "for (const kind of ['input', 'change']) arguments[0].dispatchEvent(new Event(kind));",
            element, str(value),
        )  # fmt: skip


def rows_of(window):
    points = window.run("net.points")
    return np.reshape(points["input"], (-1, points["inputs"])), np.array(points["goal"], float)[:, None]


def steps(window, count):
    """Take steps in the page; return the rows of each batch."""
    return [window.run("(net.step(), net.last)") for _ in range(count)]


def parameters(window):
    """The weights and biases in use, in the shapes of the net."""
    layers, sizes, flat = window.run("[net.layers, net.sizes, [...net.weights]]")
    found = []
    for i, layer in enumerate(layers):
        entries = np.reshape(flat[layer["at"] : layer["at"] + np.prod(layer["shape"])], layer["shape"])
        inputs, outputs = sizes[i // 2 : i // 2 + 2]
        found.append(entries[:inputs, :outputs] if entries.ndim == 2 else entries[:outputs])
    return found


def descend_here(net, optimizer, window, batches):
    """The same steps by the library."""
    input, goal = rows_of(window)
    for rows in batches:
        optimizer.zero_grad()
        error = np.mean(losses.binary_cross_entropy(net(input[rows]), goal[rows]))
        error.backward()
        optimizer.step()
    return error


def agree(window, net):
    for there, here in zip(parameters(window), net.parameters.values(), strict=True):
        np.testing.assert_allclose(there, here.data, rtol=1e-9, atol=1e-12)


# The numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_ten_steps_of_each_optimizer_are_those_of_the_library(page, kind):
    net = MLP(2, 6, 3, 1, activation=np.tanh, initialise=init.xavier, rng=4)
    optimizer = getattr(microgd, kind)(net.parameters, 0.05, **OPTIMIZERS[kind])
    window = page(play_net(net, optimizer, "circles", batch_size=17))
    agree(window, net)
    batches = steps(window, 10)
    assert [len(rows) for rows in batches] == [17] * 8 + [4, 17]  # 140 rows in an epoch
    assert sorted(row for rows in batches[:9] for row in rows) == list(range(140))
    descend_here(net, optimizer, window, batches)
    agree(window, net)


@pytest.mark.parametrize("name", ["two moons", "cats and dogs"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [[], [5], [16, 2]])
def test_each_net_that_the_reader_can_choose_is_an_mlp(page, name, activation, hidden):
    window = page(play_net(data=name))
    choose(window, "hidden", len(hidden))
    for i, units in enumerate(hidden):
        choose(window, f"units{i + 1}", units)
    choose(window, "activation", activation)
    choose(window, "seed", 3)
    choose(window, "optimizer", "Momentum")
    choose(window, "learning-rate", 0.1)
    choose(window, "batch", "all")
    net = MLP(
        1 + (name == "two moons"), *hidden, 1, activation=ACTIVATIONS[activation], rng=3,
        initialise=init.he if activation == "relu" else init.xavier,
    )  # fmt: skip
    assert all((there == here.data).all() for there, here in zip(parameters(window), net.parameters.values()))
    optimizer = microgd.Momentum(net.parameters, 0.1)
    error = descend_here(net, optimizer, window, steps(window, 5))
    assert np.isfinite(float(error))
    agree(window, net)


def test_units_that_are_not_used_stay_as_they_are(page):
    window = page(play_net(MLP(2, 3, 1, activation=sigmoid, rng=0)))
    steps(window, 20)
    flat = np.array(window.run("[...net.weights]"))
    assert np.count_nonzero(flat) == 2 * 3 + 3 + 3 + 1


def test_the_errors_and_probabilities_that_are_shown(page):
    net = MLP(2, 4, 1, activation=np.tanh, rng=1)
    window = page(play_net(net, data="spirals"))
    input, goal = rows_of(window)
    probabilities, training, held_out, *_ = window.run("net.look().map(x => x.length ? [...x] : x)")
    logits = net(input)
    every = losses.binary_cross_entropy(logits, goal).data
    np.testing.assert_allclose(probabilities, sigmoid(logits).data.ravel(), rtol=1e-12)
    assert training == pytest.approx(every[:140].mean(), rel=1e-12)
    assert held_out == pytest.approx(every[140:].mean(), rel=1e-12)
    right = (logits.data > 0) == (goal == 1)
    assert window.text("training-error") == f"{every[:140].mean():.3g}"
    assert window.text("held-out-error") == f"{every[140:].mean():.3g}"
    assert window.text("training-right") == f"{100 * right[:140].mean():.0f} % right"
    assert window.text("held-out-right") == f"{100 * right[140:].mean():.0f} % right"


def test_probabilities_of_more_points_than_the_program_has_rows(page):
    net = MLP(2, 4, 1, activation=np.tanh, rng=1)
    window = page(play_net(net))
    points = np.random.default_rng(0).normal(size=(450, 2))
    found = window.run("net.everywhere(arguments[0]).probabilities", points.tolist())
    np.testing.assert_allclose(found, sigmoid(net(points)).data.ravel(), rtol=1e-12)
