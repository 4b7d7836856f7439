"""Wrong uses of the transformations: grad and its relatives, check_grads, primitive, compile."""

import numpy as np
import pytest
from refusals import refused

from microgd import Value, check_grads, compile, grad, hessian, hvp, jacobian, primitive, value_and_grad, vjp

TWO = np.ones(2)


def square(x):
    return (x * x).sum()


def pair(x):
    return x, x


DERIVATIVES = [
    (lambda: grad(0.5), "grad: expected a function, got 0.5; write grad(f)(x), not grad(f(x))"),
    (lambda: grad(), "grad() missing 1 required positional argument: 'f'"),
    (lambda: grad(square, argnum=1), "grad() got an unexpected keyword argument 'argnum'"),
    (lambda: grad(square, "x"), "argnums='x': expected an int or a sequence of ints, such as (0, 1)"),
    (lambda: grad(square, 1.5), "argnums=1.5: expected an int or a sequence of ints"),
    (lambda: grad(square, []), "argnums=[]: expected an int or a sequence of ints"),
    (lambda: grad(square, 5)(1.0), "argnums=5: square was called with 1 positional arguments"),
    (lambda: grad(square, (0, 0))(1.0), "argnums=(0, 0): expected each argument once"),
    (lambda: grad(square)(), "argnums=0: square was called with 0 positional arguments"),
    (lambda: grad(square)("a"), "Value: expected real numbers, got text ('a')"),
    (lambda: grad(square)(None), "Value: expected real numbers, got objects (None)"),
    (lambda: grad(square)(1j), "Value: expected real numbers, got complex numbers (1j)"),
    (lambda: grad(square)({"w": "a"}), "Value: expected real numbers, got text ('a')"),
    (lambda: grad(abs)(TWO), "grad: abs must return a scalar, got shape (2,); reduce it"),
    (lambda: grad(pair)(1.0), "grad: pair must return a scalar, got a tuple"),
    (lambda: grad(lambda x: "a")(1.0), "grad: <lambda> must return a scalar, got 'a'"),
    (lambda: grad(lambda x: None)(1.0), "grad: <lambda> must return a scalar, got None"),
    (lambda: grad(square, has_aux=True)(1.0), "has_aux: square must return (value, aux), got Value(1.0)"),
    (lambda: value_and_grad(3), "value_and_grad: expected a function, got 3"),
    (lambda: value_and_grad(square, None), "argnums=None: expected an int or a sequence of ints"),
    (lambda: vjp("a"), "vjp: expected a function, got 'a'"),
    (lambda: vjp(square)(TWO)[1]("a"), "vjp: expected real numbers, got text ('a')"),
    (lambda: vjp(square)(TWO)[1](np.ones(3)), "vjp: expected a gradient of shape (), got (3,)"),
    (lambda: jacobian(None), "jacobian: expected a function, got None"),
    (lambda: jacobian(lambda x: "a")(1.0), "jacobian: <lambda> must return numbers and arrays, got 'a'"),
    (lambda: hessian(1.0), "hessian: expected a function, got 1.0"),
    (lambda: hessian(abs)(TWO), "grad: abs must return a scalar, got shape (2,)"),
    (lambda: hvp(1.0), "hvp: expected a function, got 1.0"),
    (lambda: hvp(square)(1.0), "hvp: expected the arguments of square and then the vector, got 1 in all"),
    (lambda: hvp(square)(TWO, np.ones(3)), "hvp: expected a gradient of shape (2,), got (3,)"),
    (lambda: hvp(square)(TWO, "a"), "hvp: expected real numbers, got text ('a')"),
]

CHECKING = [
    (lambda: check_grads(1.0, 1.0), "check_grads: expected a function, got 1.0"),
    (
        lambda: check_grads(square),
        "check_grads: expected the arguments at which f is to be checked, got none",
    ),
    (lambda: check_grads(square, "a"), "Value: expected real numbers, got text ('a')"),
    (lambda: check_grads(square, TWO, order=0), "check_grads: order: expected a whole number from 1, got 0"),
    (
        lambda: check_grads(square, TWO, order=1.5),
        "check_grads: order: expected a whole number from 1, got 1.5",
    ),
    (
        lambda: check_grads(square, TWO, tolerance=-1),
        "check_grads: tolerance: expected a number from 0, got -1",
    ),
    (
        lambda: check_grads(square, TWO, tolerance="a"),
        "check_grads: tolerance: expected a number from 0, got 'a'",
    ),
    (
        lambda: check_grads(square, np.array([np.nan])),
        "check_grads: argument 0: expected finite numbers, got",
    ),
    (lambda: check_grads(np.log, 1e-9), "check_grads: argument 0: f is not finite within a step of 6e-06"),
]

MAKING = [
    (lambda: primitive(1.0), "primitive: compute: expected a function, got 1.0"),
    (
        lambda: primitive(abs, "a"),
        "primitive: vjp of argument 0: expected None or lambda g, out, *args: ..., got 'a'",
    ),
    (lambda: primitive(abs, name=5), "primitive: name: expected a text, got 5"),
    (
        lambda: primitive(abs, None, vjp_of=lambda i: None),
        "primitive: expected vjps, one for each argument, or",
    ),
    (lambda: primitive(abs, vjp_of=3), "primitive: vjp_of: expected a function, got 3"),
    (lambda: primitive(abs, None, scalar=3), "primitive: scalar: expected a function, got 3"),
    (
        lambda: primitive(lambda x: x, name="q")(Value(1.0)),
        "q: argument 0 is a Value, but has no vjp: add one",
    ),
    (
        lambda: primitive(lambda x: "a", None, name="q")(Value(1.0)),
        "q: expected real numbers, got text ('a')",
    ),
]

COMPILING = [
    (lambda: compile(1.0), "compile: expected a function, got 1.0: write compile(f)(x), not compile(f(x))"),
    (
        lambda: compile(square, static_argnames=5),
        "compile: static_argnames: expected names of arguments, got 5",
    ),
    (
        lambda: compile(square, static_argnames="z"),
        "static_argnames: z: expected parameters of square, which has x",
    ),
    (lambda: compile(square, namespace=3), "compile: namespace: expected an array library such as jax.numpy"),
    (lambda: compile(square, jit="yes"), "compile: jit: expected a decorator such as numba.njit, got 'yes'"),
    (
        lambda: compile(square, static_argnums=0),
        "compile() got an unexpected keyword argument 'static_argnums'",
    ),
    (lambda: compile(square)(), "square(): missing a required argument: 'x'"),
    (lambda: compile(square)(1.0, 2.0), "square(): too many positional arguments"),
    (
        lambda: compile(square)(1j),
        "argument x: expected numbers and arrays, or tuples, lists and dicts of them",
    ),
    (lambda: compile(lambda x: x if x > 0 else -x)(1.0), "the number of a traced Value was read"),
]


test_a_wrong_check = pytest.mark.filterwarnings("ignore:invalid value encountered in log")(refused(CHECKING))
test_a_wrong_derivative = refused(DERIVATIVES)
test_a_wrong_primitive = refused(MAKING)
test_a_wrong_compilation = refused(COMPILING)
