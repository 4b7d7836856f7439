"""Why a net must bend: two layers without an activation are one, and one cannot do XOR.

What you will see: four points that no straight line parts, XOR (1 where exactly one of two inputs is 1).
Without a hidden layer the error ends at ln 2 = 0.693, which is to say 1/2 to everything. Two layers do no
better: the product of two matrices is one matrix. With tanh between them, an activation (a curve that each
hidden unit passes its number through), two units are enough in about half of a hundred starts, eight in all
of them. Then backpropagation, the chain rule through both layers, by hand. Pictures, and a page on which the
net learns. Run it: python examples/51_why_bend.py
"""

import numpy as np
from helpers.lesson import begin
from helpers.pages import save_drawn
from helpers.pictures import save

import microgd
from microgd import GradientDescent, History, Value, descend, grad, losses, plots, sigmoid
from microgd.pictures import play_net

out = begin(__doc__)  # --help, and --out for the pictures

input = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
goal = np.array([[0.0], [1.0], [1.0], [0.0]])


# %% Nets with one hidden layer; a hundred of them at once, as a stack of matrices
def new_weights(units: int, starts: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "first": rng.normal(size=(starts, 2, units)), "first_bias": np.zeros((starts, 1, units)),
        "second": rng.normal(size=(starts, units, 1)), "second_bias": np.zeros((starts, 1, 1)),
    }  # fmt: skip


def logits(weights, input, activation=np.tanh):
    """What the sigmoid will make a probability of: for each net, for each point."""
    hidden = activation(input @ weights["first"] + weights["first_bias"])
    return hidden @ weights["second"] + weights["second_bias"]


def errors(weights, activation=np.tanh):
    """The mean cross-entropy of each net."""
    guessed = logits(weights, input, activation)
    return np.mean(losses.binary_cross_entropy(guessed, np.broadcast_to(goal, guessed.shape)), axis=(1, 2))


def learned(units: int, starts: int, activation=np.tanh) -> dict[str, np.ndarray]:
    """The weights after 1,500 steps at rate 1, each net by itself: the sum of errors has no mixed terms."""
    weights = {name: Value(x, name=name) for name, x in new_weights(units, starts).items()}
    error = microgd.compile(lambda: np.sum(errors(weights, activation)))
    History(descend(error, GradientDescent(weights, 1.0), 1500, gtol=None, ftol=None))
    return {name: value.data for name, value in weights.items()}


def plain(x):
    return x


# %% Without a bend: a line, whatever the number of layers
line, bias = Value(np.zeros((2, 1)), name="line"), Value(0.0, name="bias")
straight = lambda: np.mean(losses.binary_cross_entropy(input @ line + bias, goal))  # noqa: E731
History(descend(straight, GradientDescent([line, bias], 1.0), 1500))
print(f"no hidden layer:             error {straight().item():.6f}; ln 2 = {np.log(2):.6f}")
linear = learned(8, 1, plain)
print(f"a hidden layer of 8, linear: error {errors(linear, plain)[0]:.6f}")
one = linear["first"][0] @ linear["second"][0]
rest = linear["first_bias"][0] @ linear["second"][0] + linear["second_bias"][0]
same = np.allclose(logits(linear, input, plain)[0], input @ one + rest, rtol=0, atol=1e-12)
print(f"its two matrices are the one matrix {one.ravel().round(4)}: the same answers? {same}")

# %% With tanh: how many of a hundred starts are right on all four points
print("\nunits  right, of 100 starts  errors of the others")
for units in (1, 2, 3, 4, 8):
    weights = learned(units, 100)
    right = np.all((logits(weights, input) > 0) == (goal == 1), axis=(1, 2))
    stuck = sorted({f"{error:.2f}" for error in errors(weights)[~right]})
    print(f"{units:5}  {right.sum():20}  {', '.join(stuck)}")

# %% Backpropagation by hand, through two layers: what arrives, times the local derivative
weights = {name: x[0] for name, x in new_weights(2, 1).items()}
hidden = np.tanh(input @ weights["first"] + weights["first_bias"])
pred = sigmoid(hidden @ weights["second"] + weights["second_bias"])
d_logit = (pred - goal) / len(goal)  # of the mean cross-entropy: the slopes of log and sigmoid cancel
d_hidden = d_logit @ weights["second"].T  # back through the second matrix
d_inside = d_hidden * (1 - hidden**2)  # back through tanh
by_hand = {
    "first": input.T @ d_inside, "first_bias": d_inside.sum(axis=0, keepdims=True),
    "second": hidden.T @ d_logit, "second_bias": d_logit.sum(axis=0, keepdims=True),
}  # fmt: skip
by_engine = grad(lambda w: np.sum(errors({name: x[None] for name, x in w.items()})))(weights)
away = max(np.max(abs(by_hand[name] - by_engine[name])) for name in weights)
print(f"\nthe gradients of both layers by hand and by microgd differ by {away:.0e} at most")

# %% Pictures
groups = {"0": input[goal[:, 0] == 0], "1": input[goal[:, 0] == 1]}
best = {name: x[:1] for name, x in learned(8, 1).items()}
ax = plots.decision_boundary(lambda x: sigmoid(logits(best, x)[0]), groups, labels=("x", "y"))
save(ax, out / "bent.svg", "two bends part the corners, which no straight line does")
page = out / "page.html"
save_drawn(lambda: play_net(data="XOR"), page, "a net that learns XOR: take its hidden layers away")
print("\nNext, two_moons: Which boundary can no straight line be?")

# %% Exercises
# 1. With abs, the size without the sign, as the activation: are two units enough, or even one?
# 2. What does a net with an error of 0.35 answer to the four points?
#
# Answers
# 1. One is, in 66 of the 100 starts: |x - y| is XOR. Any bend will do, and this one fits.
# 2. About 0, 1 and twice 1/2: it has learned two points and lumps the others together, so ln 2 / 2 = 0.35.
