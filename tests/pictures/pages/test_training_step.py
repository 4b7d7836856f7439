"""A training step as a program for pages: each optimizer's steps in Chromium are those of the library."""

import json

import numpy as np
import pytest

import microgd
from microgd import Value, losses
from microgd.learning import Optimizer
from microgd.pictures.pages.training import training_step

OPTIMIZERS = {
    microgd.GradientDescent: {},
    microgd.Momentum: {"momentum": 0.6},
    microgd.Nesterov: {"momentum": 0.8},
    microgd.Adagrad: {"epsilon": 1e-6},
    microgd.RMSprop: {"decay": 0.5, "epsilon": 1e-6},
    microgd.Adam: {"beta1": 0.7, "beta2": 0.99, "epsilon": 1e-6},
    microgd.AdamW: {"beta1": 0.7, "beta2": 0.99, "epsilon": 1e-6, "weight_decay": 0.1},
}
RUN = """
const start = {start}, given = [{given}], settings = {settings}, count = {count};
let weights = start.map(x => typeof x === "number" ? x : Float64Array.from(x)), found;
let memory = {about}.memory.map(m => m.shape.length ? Float64Array.from(m.start) : m.start[0]);
const errors = [];
for (let i = 0; i < count; i++) {{
  found = step(...given, ...weights, ...memory, {rate}, ...settings);
  errors.push(found[0]);
  weights = found.slice(1 + weights.length, 1 + 2 * weights.length);
  memory = found.slice(1 + 2 * weights.length);
}}
return [errors, ...weights.map(x => typeof x === "number" ? [x] : Array.from(x))];
"""


def flat(x):
    return x if np.ndim(x) == 0 else f"new Float64Array({json.dumps(np.ravel(x).tolist())})"


def run_in_page(window, error, kind, weights, data, rate, settings, count):
    script, about = training_step("step", error, kind, weights, data)
    window.driver.get("about:blank")
    assert [setting["name"] for setting in about["settings"]] == list(settings)
    text = RUN.format(
        start=json.dumps([np.ravel(x).tolist() if np.ndim(x) else x for x in weights.values()]),
        given=", ".join(map(str, map(flat, data))), settings=json.dumps(list(settings.values())),
        about=json.dumps(about), rate=rate, count=count,
    )  # fmt: skip
    return [np.array(x) for x in window.driver.execute_script(f"{script}\n{text}")]


def run_here(error, kind, weights, data, rate, settings, count):
    leaves = {name: Value(x) for name, x in weights.items()}
    optimizer, errors = kind(leaves, rate, **settings), []
    for _ in range(count):
        optimizer.zero_grad()
        found = error(leaves, *data)
        found.backward()
        errors.append(float(found))
        optimizer.step()
    return [np.array(errors), *[np.ravel(leaf.data) for leaf in leaves.values()]]


def bent(weights, input, goal):
    hidden = np.tanh(input @ weights["first"] + weights["bias"])
    return np.mean(losses.binary_cross_entropy(hidden @ weights["last"], goal)) + weights["scale"] ** 2


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_twenty_steps_in_the_page_are_those_of_the_optimizer(window, kind):
    rng = np.random.default_rng(3)
    weights = {
        "first": rng.normal(size=(2, 4)),
        "bias": np.zeros(4),
        "last": rng.normal(size=(4, 1)),
        "scale": 1.5,
    }
    data = [rng.normal(size=(9, 2)), np.round(rng.random((9, 1)))]
    case = bent, kind, weights, data, 0.05, OPTIMIZERS[kind], 20
    for there, here in zip(run_in_page(window, *case), run_here(*case), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-12, atol=1e-14)


def test_a_formula_of_the_readers_own_becomes_a_program(window):
    class Signs(Optimizer):
        """Steps of equal length."""

        def update(self, weight, gradient, rate):
            return (weight - rate * np.sign(gradient),)

    case = (lambda w: (w["knob"] - 0.8) ** 2), Signs, {"knob": 0.5}, [], 0.125, {}, 5
    there, here = run_in_page(window, *case), run_here(*case)
    assert [x.tolist() for x in there] == [x.tolist() for x in here]


def test_what_the_page_is_told_of_the_numbers():
    _, about = training_step("step", lambda w: np.sum(w["w"] ** 2), microgd.Adam, {"w": np.array([1.0, 2.0])})
    assert about["weights"] == [{"name": "w", "shape": [2]}]
    assert [tuple(x.values()) for x in about["memory"]] == [
        ("mean", 0, [2], [0, 0]), ("mean_square", 0, [2], [0, 0]), ("count", 0, [], [0]),
    ]  # fmt: skip
    assert [x["interval"] for x in about["settings"]] == ["[0, 1)", "[0, 1)", "(0, inf)"]


def test_an_error_that_javascript_cannot_compute_is_refused():
    with pytest.raises(TypeError, match="javascript"):
        training_step("step", lambda w: np.linalg.det(w["w"] + np.eye(4)), microgd.Adam, {"w": np.eye(4)})
