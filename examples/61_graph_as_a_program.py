"""The graph as a program: a function written for the reader, compiled for the machine.

What you will see: the five lines that `microgd.compile` writes for one knob's error and derivative; dead
code and common subexpressions that it removes, and the operations that it keeps; code that cannot be
compiled, and the message; a net, each line joined to those that it uses; and a net that learns through its
program, timed beside the same net without one. All results equal the function's, to the last bit. Run it:
python examples/61_graph_as_a_program.py
"""

import re
from timeit import timeit

import numpy as np
from helpers.lesson import begin
from helpers.pictures import save

import microgd
from microgd import MLP, Adam, descend, plots, value_and_grad
from microgd.autodiff import TracedValueError
from microgd.autodiff.functional import recorded_gradients, tree_leaves
from microgd.autodiff.value import ancestors

out = begin(__doc__)  # --help, and --out for the pictures


def bits(*results) -> list[bytes]:
    return [np.asarray(x).tobytes() for x in tree_leaves(results)]


# %% One knob: the five lines that a person would have written
def error(knob_weight, input, goal_pred):
    pred = input * knob_weight
    return (pred - goal_pred) ** 2


program = microgd.compile(value_and_grad(error))
print(f"{program(0.5, 0.5, 0.8)} from\n{program.source}")
assert bits(program(0.5, 0.5, 0.8)) == bits(value_and_grad(error)(0.5, 0.5, 0.8))


# %% Left out: the second exp, and the tanh that is never used. Kept: 0 * x, which is nan where x is inf
def wasteful(x, y):
    np.tanh(x)
    return (np.exp(x * y) + 0 * x) * np.exp(x * y)


program = microgd.compile(wasteful)
print(f"\n{program(np.inf, 0.5)} at inf, from\n{program.source}")
assert all(bits(program(x, 0.5)) == bits(wasteful(x, 0.5)) for x in (2.0, -0.0, np.inf, np.nan))

# %% What cannot be compiled: Python that looks at a number. np.where takes both branches along
try:
    microgd.compile(lambda pred: pred if pred > 0 else 0.1 * pred)(0.5)
except TracedValueError as refusal:
    print(f"\n{refusal}")
program = microgd.compile(lambda pred: np.where(pred > 0, pred, 0.1 * pred))
print(f"with np.where one program is right for both: {program(0.5)}, {program(-0.5)}")

# %% A net: an operation of its graph is a line of its program, or less
points = np.random.default_rng(0).normal(size=(20, 2))
goals = np.sign(points[:, :1] * points[:, 1:])  # two opposite corners against the other two


def net_error(w, b, v, c):
    hidden = np.tanh(points @ w + b)
    return np.mean((hidden @ v + c - goals) ** 2)


parameters = MLP(2, 8, 1, rng=0).parameters.values()
graph = net_error(*parameters)
recorded = [graph, *map(recorded_gradients(graph).get, parameters)]
operations = {node for output in recorded for node in ancestors(output) if node.op}
program = microgd.compile(value_and_grad(net_error, argnums=(0, 1, 2, 3)))
assert bits(program(*[p.data for p in parameters])) == bits([output.data for output in recorded])
lines = re.findall(r"(\w+) = (.*?)(?:  |\n)", program.source)
print(f"\na net's error and gradient: {len(operations)} operations recorded, {len(lines)} lines")


# %% A net that learns through its program, which reads its parameters anew at each step
def walk(how) -> list[list[bytes]]:
    net = MLP(2, 8, 1, activation=np.tanh, rng=0)
    error = how(lambda: np.mean((net(points) - goals) ** 2))
    return [bits(step.error, step.parameters) for step in descend(error, Adam(net.parameters, 0.05), 200)]


HOW = (lambda error: error), microgd.compile
assert walk(HOW[0]) == walk(HOW[1])
rounds = [[timeit(f"walk(HOW[{i}])", number=1, globals=globals()) for i in (0, 1)] for _ in range(7)]
recorded, compiled = 1000 * np.median(rounds, axis=0)
print(f"the same 200 steps: recorded {recorded:.0f} ms, compiled {compiled:.0f} ms, the compiling included")

# %% Picture: the net's program, each line joined to those that it uses; what comes back in red
ax = plots.style.new_axes(height=5.4)
where, half = {}, np.linspace(0, np.pi, 40)
for row, (name, formula) in enumerate(lines):
    colour = plots.style.VERMILION if "net_error" in where else plots.style.BLUE
    ax.text(0.4, row, f"{name} = {formula}", color=colour, family="monospace", va="center")
    for used in sorted(where.keys() & re.findall(r"\w+", formula)):
        reach = (row - where[used]) / 2
        ax.plot(-reach * np.sin(half), row - reach + reach * np.cos(half), color=colour)
    where[name] = row
for name, colour in (("forward", plots.style.BLUE), ("back to the weights", plots.style.VERMILION)):
    ax.plot([], [], color=colour, label=name)
ax.set(xlim=(-8, 14), ylim=(len(lines), -1), frame_on=False, xticks=[], yticks=[])
plots.style.legend_below(ax)
save(
    ax,
    out / "lines.svg",
    "each line is joined to those that it uses; the way back uses those of the way there",
)
print("\nNext, how_fast: How fast is it?")

# %% Exercises
# 1. Compile grad(grad(error)), the second derivative. How many lines has it, and what do they use?
# 2. Which part of x * 1.0 + 0.0 does the compiler leave out?
#
# Answers
# 1. Two, which multiply the input by 2 and by itself: knob_weight and goal_pred do not matter to it.
# 2. Only * 1.0: at x = -0.0 the sum is 0.0, so + 0.0 does change a bit.
