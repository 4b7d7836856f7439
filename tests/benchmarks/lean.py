"""The leanest scalar engine: a node has its number, its gradient, its children and their local derivatives.

The newest toy engines are written like this. The local derivatives are computed when a node is made, so the
backward pass is one multiplication and one addition an edge. No arrays, no second derivatives, no checks; the
engine is here to be measured against.
"""

import math


class Value:
    """A scalar in the graph."""

    __slots__ = ("children", "data", "grad", "slopes")

    def __init__(self, data, children=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.slopes = slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def exp(self):
        out = math.exp(self.data)
        return Value(out, (self,), (out,))

    def log(self):
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def backward(self):
        order = []
        visit(self, set(), order)
        self.grad = 1.0
        for node in reversed(order):
            for child, slope in zip(node.children, node.slopes):
                child.grad += slope * node.grad


def visit(node, seen, order):
    """Append the ancestors of a node and then the node: a topological order, by recursion."""
    if node not in seen:
        seen.add(node)
        for child in node.children:
            visit(child, seen, order)
        order.append(node)
