"""KnobNet, layers and nets: shapes, derivatives written out by hand, the initialisations' moments."""

import copy
import pickle

import numpy as np
import pytest

from microgd import MLP, KnobNet, Layer, Value, init, relu, sigmoid


def test_one_knob_one_input():
    net = KnobNet(0.5)
    pred = net.predict(0.5)
    error = net.compare(pred, 0.8)
    assert pred.item() == 0.25
    assert error.item() == 0.30250000000000005
    net.learn(error, alpha=0.1)
    assert net.knob_weight.data == pytest.approx(0.5 - 0.1 * -0.55, rel=1e-15)  # 2 * 0.5 * (0.25 - 0.8)


def test_the_graph_of_one_knob_holds_nothing_but_the_formula():
    net = KnobNet(0.5)
    error = net.compare(net.predict(0.5), 0.8)
    assert error.op.name == "**"
    assert error.args[0].op.name == "-"
    assert error.args[0].args[0].op.name == "*"


@pytest.mark.parametrize(
    ("knobs", "input", "pred"),
    [
        (2.0, 3.0, ()),
        (2.0, np.ones(5), (5,)),
        ([1.0, 2.0], [3.0, 4.0], ()),
        ([1.0, 2.0], np.ones((5, 2)), (5,)),
        (np.ones((1, 3)), [2.0], (3,)),
        (np.ones((2, 3)), [3.0, 4.0], (3,)),
        (np.ones((2, 3)), np.ones((5, 2)), (5, 3)),
    ],
)
def test_shapes_of_predictions(knobs, input, pred):
    net = KnobNet(knobs)
    assert net.predict(input).shape == pred
    assert net.compare(net.predict(input), np.zeros(pred)).shape == ()


def test_a_batch_is_averaged_and_outputs_are_added():
    rng = np.random.default_rng(0)
    inputs, goals, knobs = rng.normal(size=(5, 2)), rng.normal(size=(5, 3)), rng.normal(size=(2, 3))
    net = KnobNet(knobs)
    error = net.compare(net.predict(inputs), goals)
    assert error.item() == pytest.approx(((inputs @ knobs - goals) ** 2).sum() / 5, rel=1e-12)
    net.learn(error, alpha=0.1)
    by_hand = knobs - 0.1 * 2 / 5 * inputs.T @ (inputs @ knobs - goals)
    assert np.allclose(net.knob_weight.data, by_hand, rtol=1e-12)


def test_learning_starts_from_a_clean_gradient():
    net = KnobNet(0.5)
    net.knob_weight.grad = 1e9
    net.learn(net.compare(net.predict(0.5), 0.8), alpha=0.5)
    assert net.knob_weight.data == pytest.approx(0.775, rel=1e-15)


def test_knobnet_refuses():
    with pytest.raises(ValueError, match=r"a scalar, a vector .* or a matrix .* got shape \(2, 2, 2\)"):
        KnobNet(np.zeros((2, 2, 2)))
    with pytest.raises(TypeError, match=r"the error that compare returned, a Value, got 0\.3"):
        KnobNet(0.5).learn(0.3, alpha=0.1)
    with pytest.raises(ValueError, match=r"goals of shape \(2,\)"):
        KnobNet(0.5).compare(KnobNet(0.5).predict(np.ones(3)), np.ones(2))


def test_layer_is_its_formula():
    layer = Layer(3, 2, np.tanh, init.xavier, rng=0)
    layer.bias.data = np.array([0.5, -0.5])
    input = np.random.default_rng(1).normal(size=(4, 3))
    by_hand = np.tanh(input @ layer.weight.data + layer.bias.data)
    assert np.array_equal(layer(input).data, by_hand)
    assert np.allclose(layer(input[0]).data, by_hand[0], rtol=1e-15)
    assert list(layer.parameters) == ["layer.weight", "layer.bias"]


def test_mlp_against_numpy_by_hand():
    net = MLP(2, 5, 4, 1, activation=sigmoid, initialise=init.xavier, rng=3)
    x = np.random.default_rng(1).normal(size=(6, 2))
    by_hand = x
    for i in (1, 2, 3):
        weight, bias = net.parameters[f"layer{i}.weight"].data, net.parameters[f"layer{i}.bias"].data
        by_hand = by_hand @ weight + bias
        by_hand = 1 / (1 + np.exp(-by_hand)) if i < 3 else by_hand
    assert np.allclose(net(x).data, by_hand, rtol=1e-13)


def test_gradient_of_a_net_against_differences():
    net = MLP(2, 3, 1, activation=np.tanh, initialise=init.xavier, rng=0)
    x = np.random.default_rng(1).normal(size=(6, 2))

    def error():
        return (net(x) ** 2).mean()

    error().backward()
    for parameter in net.parameters.values():
        for i in np.ndindex(parameter.shape):
            here = parameter.data.copy()
            sides = []
            for h in (1e-6, -1e-6):
                parameter.data[i] = here[i] + h
                sides.append(error().item())
                parameter.data = here
            assert parameter.grad[i] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-6, abs=1e-9)


def test_zero_grad_and_names():
    net = MLP(2, 3, 1, rng=0)
    (net(np.ones((4, 2))) ** 2).sum().backward()
    assert any(p.grad.any() for p in net.parameters.values())
    net.zero_grad()
    assert not any(p.grad.any() for p in net.parameters.values())
    assert list(net.parameters) == ["layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"]
    assert all(value.name == name for name, value in net.parameters.items())


def test_the_same_seed_gives_the_same_net():
    same, other = MLP(2, 3, 1, rng=5), MLP(2, 3, 1, rng=6)
    for name, parameter in MLP(2, 3, 1, rng=5).parameters.items():
        assert np.array_equal(parameter.data, same.parameters[name].data)
    assert not np.array_equal(same.layers[0].weight.data, other.layers[0].weight.data)
    one_seed_two_layers = MLP(3, 3, 3, rng=5)
    first, second = one_seed_two_layers.layers
    assert not np.array_equal(first.weight.data, second.weight.data)


def test_moments_of_the_initialisations():
    n, m = 200, 300  # 60,000 draws: a variance is within about 2 % of its own
    for initialise, variance in ((init.xavier, 2 / (n + m)), (init.he, 2 / n), (init.uniform, 1 / 3)):
        weights = initialise(n, m, 0)
        assert weights.shape == (n, m)
        assert abs(weights.mean()) < 4 * np.sqrt(variance / (n * m))
        assert weights.var() == pytest.approx(variance, rel=0.03)
    assert not init.zeros(n, m).any()
    assert np.abs(init.uniform(n, m, 0)).max() <= 1
    assert np.abs(init.xavier(n, m, 0)).max() <= np.sqrt(6 / (n + m))


def test_he_keeps_the_size_of_signals_through_ten_layers():
    x = np.random.default_rng(0).normal(size=(100, 200))
    net = MLP(*[200] * 11, rng=1)
    signal = x
    for layer in net.layers[:-1]:
        signal = layer(signal)
    assert 0.3 < np.mean(signal.data**2) / np.mean(x**2) < 3


def test_repr_reads_like_the_net():
    assert repr(MLP(2, 16, 1, activation=np.tanh)) == "MLP(2 -> 16 tanh -> 1)"
    assert repr(Layer(3, 4, relu)) == "Layer(3 -> 4 relu)"
    assert repr(KnobNet([0.1, 0.2])) == "KnobNet(knob_weight=[0.1, 0.2])"


def test_nets_refuse():
    with pytest.raises(ValueError, match=r"expected 2 numbers along the last axis .* got shape \(5, 3\)"):
        MLP(2, 3, 1)(np.zeros((5, 3)))
    with pytest.raises(ValueError, match="at least two sizes"):
        MLP(2)
    with pytest.raises(ValueError, match="at least two sizes"):
        MLP(2, 0, 1)
    with pytest.raises(ValueError, match=r"initialise: expected an array of shape \(2, 3\)"):
        Layer(2, 3, initialise=lambda inputs, outputs, rng: np.zeros((outputs, inputs)))


def test_an_input_may_be_a_value():
    net = MLP(2, 3, 1, rng=0)
    x = Value([[1.0, -2.0]])
    net(x).sum().backward()
    assert x.grad.shape == (1, 2)
    assert x.grad.any()


# Wrong arguments, and copies


def test_layers_name_what_they_cannot_be_made_of():
    with pytest.raises(
        TypeError, match=r"activation: expected a function such as np.tanh, or None, got 'tanh'"
    ):
        MLP(2, 3, 1, activation="tanh")
    for inputs in (0, -1, 2.5):
        with pytest.raises(ValueError, match="Layer: inputs: expected a"):
            Layer(inputs, 1)


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
@pytest.mark.parametrize("activation", [relu, sigmoid, np.tanh])
def test_a_net_can_be_copied_and_pickled(twin, activation):
    net = MLP(2, 3, 1, activation=activation, rng=0)
    other = twin(net)
    assert other.layers[0].activation is activation
    assert other([1.0, 2.0]).data == net([1.0, 2.0]).data
    other.layers[0].weight.data[:] = 0.0
    assert net.layers[0].weight.data.any()
