"""The chain rule: derivatives multiply along a path, and add where paths meet.

What you will see: e = (b * tanh(a * x) - goal)^2, whose derivatives by a and by b are computed four times: by
hand, factor by factor; by a class of some thirty lines that does what a Value does; by Value itself; and by
finite differences (turn the weight a little, see how much the error changes). All four agree. Then a fork, a
+ a, where gradients add. A picture with the local derivatives on its edges, and a page that plays forward and
backward. Run it: python examples/31_chain_rule.py
"""

import math

import numpy as np
from helpers.lesson import begin
from helpers.pages import save_drawn

from microgd import Value, draw, play

out = begin(__doc__)  # --help, and --out for the pictures

x, goal, A, B = 0.5, 0.8, 0.3, -0.7

# %% By hand: forward, each result from the ones before; then backward, one factor for each step
hidden = math.tanh(A * x)
pred = B * hidden
off = pred - goal
d_pred = 2 * off  # the derivative of off^2; that of off by pred is 1
d_b = d_pred * hidden  # of b * hidden by b
d_hidden = d_pred * B  # of b * hidden by hidden
d_a = d_hidden * (1 - hidden**2) * x  # of tanh by its argument: 1 - tanh^2; of a * x by a: x
print(f"e = {off**2:.5f}; de/da = {d_pred:.5f} * {B} * {1 - hidden**2:.5f} * {x} = {d_a:.5f}")
print(f"{'':12} de/db = {d_pred:.5f} * {hidden:.5f} = {d_b:.5f}")
print("a partial derivative, as de/da is, is the derivative by one number while the others stay as they are")


# %% In thirty lines
class Node:
    """A number, the arguments that it was computed from, and its derivative by each of them."""

    created = 0

    def __init__(self, data, arguments=()):
        self.data, self.arguments, self.grad = data, arguments, 0.0
        Node.created += 1
        self.number = Node.created  # an argument was created before its result

    def __add__(self, other):
        return Node(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __sub__(self, other):
        return Node(self.data - other.data, [(self, 1.0), (other, -1.0)])

    def __mul__(self, other):
        return Node(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self):
        """Compute the hyperbolic tangent, which runs from -1 to 1."""
        tanh = math.tanh(self.data)
        return Node(tanh, [(self, 1 - tanh**2)])

    def backward(self):
        """Compute the derivatives of this number by all that it depends on."""
        found, to_see = {}, [self]
        while to_see:
            node = to_see.pop()
            if node.number not in found:
                found[node.number] = node
                to_see += [argument for argument, _ in node.arguments]
        self.grad = 1.0
        for number in sorted(found, reverse=True):  # the latest first: its gradient is complete by then
            for argument, derivative in found[number].arguments:
                argument.grad += derivative * found[number].grad  # multiply along a path, add where they meet


node_a, node_b = Node(A), Node(B)
miss = node_b * (node_a * Node(x)).tanh() - Node(goal)
(miss * miss).backward()  # miss is used twice: a fork, so both shares are added

# %% By Value: the same idea for all operations, for arrays, and fast
a, b = Value(A, name="a"), Value(B, name="b")
hidden = np.tanh(a * x)
pred = b * hidden
e = (pred - goal) ** 2
e.backward()


# %% By finite differences
def error(a, b):
    return (b * math.tanh(a * x) - goal) ** 2


tiny = 1e-6
measured_a = (error(A + tiny, B) - error(A - tiny, B)) / (2 * tiny)
measured_b = (error(A, B + tiny) - error(A, B - tiny)) / (2 * tiny)
print("\n        by hand   thirty lines     Value  finite differences")
print(f"  de/da {d_a:+.5f}      {node_a.grad:+.5f}  {a.grad:+.5f}            {measured_a:+.5f}")
print(f"  de/db {d_b:+.5f}      {node_b.grad:+.5f}  {b.grad:+.5f}            {measured_b:+.5f}")

# %% A fork: b = a + a, c = b + b. Each way from c to a brings 1, and there are four
fork = Node(3.0)
double = fork + fork
(double + double).backward()
print(f"\na fork: the derivative of (a + a) + (a + a) is {fork.grad:g}: four paths lead to a, gradients add")

# %% A picture, and a page that plays
names = {"hidden": hidden, "pred": pred, "e": e}
see = "on each edge the local derivative; the product along a path from e to a is de/da"
save_drawn(lambda: draw(e, names=names, derivatives=True), out / "graph.svg", see)
see = "press space: forward, then backward; click a card to see its chain rule"
save_drawn(lambda: play(e, names=names), out / "page.html", see)
print("\nNext, two_weights: Which way is down with two weights?")

# %% Exercises
# 1. Give Node a method relu: the number itself where it is positive, else 0. What is its derivative?
# 2. What is the derivative of a * a * a at a = 2, by Node? Which three paths add up to it?
# 3. What if backward took the earliest nodes first? Try it on the fork.
#
# Answers
# 1. 1 where the number is positive, else 0.
# 2. 12: each path brings the product of the two other factors, 4.
# 3. a gets 0: it is reached before anything arrived at the nodes between.
