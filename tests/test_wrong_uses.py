"""Wrong uses of a Value and of NumPy's functions with it: each is refused in words that name the call.

A row is a call and its message. The message names the operation and what was given; NumPy's own words say
what it expected. The other rooms have such a table beside this one: test_wrong_uses_of_*.py.
"""

import numpy as np
from refusals import refused

from microgd import Value, logsumexp, relu, sigmoid, softmax

v, m, s = Value([1.0, 2.0]), Value(np.arange(6.0).reshape(2, 3)), Value(1.5)

MAKING = [
    (lambda: Value(), "missing 1 required positional argument: 'data'"),
    (lambda: Value([1.0, 2.0], 3.0), "Value: expected a text as name, got 3.0; [a, b] makes an array"),
    (lambda: Value(1.0, nmae="knob"), "unexpected keyword argument 'nmae'"),
    (lambda: Value([[1, 2], [3]]), "Value: expected rows of equal length, got [[1, 2], [3]]"),
    (lambda: Value({1, 2}), "Value: expected real numbers, got objects ({1, 2})"),
    (lambda: Value("0.5"), "Value: expected real numbers, got text ('0.5')"),
    (lambda: setattr(v, "data", [1.0]), "data: expected shape (2,), got (1,); make a new Value"),
    (lambda: setattr(v, "data", "a"), "data: expected real numbers, got text ('a')"),
    (lambda: setattr(v, "grad", [1, 2, 3]), "grad: expected shape (2,), got (3,); or a number"),
    (lambda: v.backward(), "backward() needs a scalar, got shape (2,): reduce it"),
    (lambda: v.backward("a"), "gradient: expected real numbers, got text ('a')"),
]

OPERATORS = [
    (lambda: v + "a", "+: expected numbers, real arrays or Values, got str"),
    (lambda: v - None, "-: expected numbers, real arrays or Values, got NoneType"),
    (lambda: {} * v, "*: expected numbers, real arrays or Values, got dict"),
    (lambda: v / [1, 2, 3], "/: shapes (2,) and (3,) do not fit together"),
    (lambda: v ** [1, 2, 3], "**: shapes (2,) and (3,) do not fit together"),
    (lambda: v > "a", ">: expected numbers, real arrays or Values, got str"),
    (lambda: v == [1, 2, 3], "==: shapes (2,) and (3,) do not fit together"),
    (lambda: v % "a", "remainder: expected numbers, real arrays or Values, got str"),
    (lambda: v // None, "floor_divide: expected numbers, real arrays or Values, got NoneType"),
    (lambda: divmod("a", v), "floor_divide: expected numbers, real arrays or Values, got str"),
    (lambda: v @ 2, "@: shapes (2,) and () do not fit together"),
    (lambda: v @ [1, 2, 3], "@: shapes (2,) and (3,) do not fit together"),
    (lambda: v & 1, "bitwise_and(array of shape (2,), 1): ufunc 'bitwise_and' not supported"),
    (lambda: ~v, "invert(array of shape (2,)): ufunc 'invert' not supported"),
    (lambda: pow(s, 2, 3), "Value.__pow__() takes 2 positional arguments but 3 were given"),
    (lambda: bool(v), "the truth value of a Value of shape (2,) is ambiguous: write value.any()"),
    (lambda: float(v), "item: expected a scalar, this Value has shape (2,)"),
    (lambda: int(v), "int: expected a scalar, this Value has shape (2,): write np.round"),
    (lambda: round(v, 1), "round: expected a scalar, this Value has shape (2,): write np.round"),
    (lambda: range(s), "Value(1.5) is not a whole number, for a length, a shape or an index: int("),
    (lambda: len(s), "Value(1.5) is a scalar: it has no length"),
    (lambda: list(s), "Value(1.5) is a scalar: it has no length"),
]

INDICES = [
    (lambda: v[5], "value[5] of a Value of shape (2,): index 5 is out of bounds for axis 0"),
    (lambda: v[0, 0], "value[(0, 0)] of a Value of shape (2,): too many indices"),
    (lambda: v["a"], "value['a'] of a Value of shape (2,): only integers, slices"),
    (lambda: v[1.5], "value[1.5] of a Value of shape (2,): only integers, slices"),
    (lambda: v[[0, 7]], "value[[0, 7]] of a Value of shape (2,): index 7 is out of bounds"),
    (lambda: m[:, 5], "of a Value of shape (2, 3): index 5 is out of bounds for axis 1"),
    (lambda: v[np.array([True])], "value[array of shape (1,)] of a Value of shape (2,): boolean index"),
    (lambda: v.__setitem__(0, 1.0), "a Value cannot be assigned into"),
]

METHODS = [
    (lambda: v.sum(axis=3), "np.sum(Value of shape (2,), axis=3): axis 3 is out of bounds"),
    (lambda: v.sum(axis="rows"), "np.sum(Value of shape (2,), axis='rows'): 'str' object cannot"),
    (lambda: v.sum(1.5), "np.sum(Value of shape (2,), 1.5): "),
    (lambda: v.sum(axis=(0, 0)), "np.sum(Value of shape (2,), axis=(0, 0)): repeated axis"),
    (lambda: v.sum(keepdim=True), "np.sum: keepdim= is not supported with Values"),
    (lambda: m.mean(axis=(0, 5)), "np.mean(Value of shape (2, 3), axis=(0, 5)): axis 5 is out of bounds"),
    (lambda: Value([]).max(), "max(array of shape (0,), (0,), False): zero-size array"),
    (lambda: Value([]).argmax(), "np.argmax(Value of shape (0,)): attempt to get argmax of an empty"),
    (lambda: v.argmin(axis=2), "np.argmin(Value of shape (2,), axis=2): axis 2 is out of bounds"),
    (lambda: v.std(ddof="a"), "np.std(Value of shape (2,), ddof='a'): unsupported operand"),
    (lambda: v.cumsum(axis=3), "np.cumsum(Value of shape (2,), axis=3): axis 3 is out of bounds"),
    (lambda: v.clip("a", "b"), "maximum: expected numbers, real arrays or Values, got str"),
    (lambda: v.reshape(3), "reshape(array of shape (2,), (3,)): cannot reshape array of size 2"),
    (lambda: v.reshape("a"), "np.reshape(Value of shape (2,), 'a'): "),
    (lambda: v.reshape(-1, -1), "reshape(array of shape (2,), (-1, -1)): can only specify one"),
    (lambda: v.reshape(2, order="Z"), "reshape: expected order='C' or 'F', got 'Z'"),
    (lambda: m.transpose(0, 0), "np.transpose(Value of shape (2, 3), (0, 0)): repeated axis"),
    (lambda: m.squeeze(4), "np.squeeze(Value of shape (2, 3), 4): axis 4 is out of bounds"),
    (lambda: v.squeeze(0), "squeeze: axis 0 of shape (2,) has 2 entries, not 1"),
    (lambda: m.swapaxes(0, 4), "np.swapaxes(Value of shape (2, 3), 0, 4): axis 4 is out of bounds"),
    (lambda: v.take(9), "index 9 is out of bounds for axis 0 with size 2"),
    (lambda: v.take([0.5]), "arrays used as indices must be of integer (or boolean) type"),
    (lambda: v.repeat(-1), "np.repeat(Value of shape (2,), -1): "),
    (lambda: v.diagonal(), "np.diagonal(Value of shape (2,)): "),
    (lambda: v.trace(), "np.trace(Value of shape (2,)): "),
    (lambda: v.dot([1, 2, 3]), "@: shapes (2,) and (3,) do not fit together"),
    (lambda: v.round("a"), "round(array of shape (2,), 'a'): 'str' object cannot"),
    (lambda: v.item(7), "value.item of shape (2,)(7): index 7 is out of bounds"),
    (lambda: v.item(), "item: expected a scalar, this Value has shape (2,)"),
    (lambda: v.astype("text"), "astype: expected a real dtype (float64, float32, bool, int), got 'text'"),
    (
        lambda: v.astype(complex),
        "astype: expected a real dtype (float64, float32, bool, int), got <class",
    ),
    (lambda: v.logsumexp(axis=4), "logsumexp(Value of shape (2,), 4, keepdims=False): axis 4 is out of"),
    (lambda: v.exp(1), "Value.exp() takes 1 positional argument but 2 were given"),
    (lambda: v.detach(), "a Value has no attribute 'detach'; .data has the numbers"),
    (lambda: v.sort(), "a Value has no attribute 'sort'; np.sort(value) does it"),
]

FUNCTIONS = [
    (lambda: np.sum(v, axis=5), "np.sum(Value of shape (2,), axis=5): axis 5 is out of bounds"),
    (lambda: np.mean(v, axis="a"), "np.mean(Value of shape (2,), axis='a'): 'str' object cannot"),
    (lambda: np.sum([v, v]), "a Value is not converted to an array implicitly"),
    (
        lambda: np.full(3, s),
        "its gradient would be lost: np.broadcast_to(value, shape) fills an array with it",
    ),
    (lambda: np.array([v, v]), "a Value is not converted to an array implicitly"),
    (lambda: np.maximum(v, "a"), "maximum: expected numbers, real arrays or Values, got str"),
    (lambda: np.concatenate(v), "np.concatenate(Value of shape (2,)): axis 0 is out of bounds"),
    (lambda: np.concatenate([v, m]), "concatenate: shapes (2,) and (2, 3) do not fit together"),
    (lambda: np.vstack([v, m]), "concatenate: shapes (1, 2) and (2, 3) do not fit together"),
    (lambda: np.where(v > 1, [1, 2, 3], v), "where: shapes (3,) and (2,) do not fit together"),
    (lambda: np.where(v > 1, v, "a"), "where: expected real numbers, got text"),
    (lambda: np.dot(m, v), "@: shapes (2, 3) and (2,) do not fit together"),
    (lambda: np.inner(v, [1, 2, 3]), "tensordot: shapes (2,) and (3,) do not fit over axes"),
    (lambda: np.outer(v, "a"), "*: expected numbers, real arrays or Values, got an array of <U1"),
    (lambda: np.einsum("ij,j", m, v), "einsum: shapes (2, 3) and (2,) do not fit together"),
    (lambda: np.einsum("i", m), "does not name the axes of an operand of shape (2, 3)"),
    (lambda: np.linalg.inv(m), "must be square"),
    (lambda: np.linalg.det(v), "1-dimensional array given"),
    (lambda: np.broadcast_to(v, 3), "broadcast_to(array of shape (2,), (3,)): "),
    (lambda: np.expand_dims(v, 5), "np.expand_dims(Value of shape (2,), 5): axis 5 is out of bounds"),
    (lambda: np.moveaxis(m, (0, 1), 0), "moveaxis: 2 axes do not go to 1 places"),
    (lambda: np.roll(v, 1, axis=4), "np.roll(Value of shape (2,), 1, axis=4): axis 4 is out of bounds"),
    (lambda: np.flip(v, 3), "np.flip(Value of shape (2,), 3): axis 3 is out of bounds"),
    (lambda: np.take_along_axis(m, [0], 1), "take_along_axis: expected indices of 2 axes, got shape (1,)"),
    (lambda: np.diff(v, -1), "diff: expected n >= 0, got -1"),
    (lambda: np.average(v, weights=[1]), "average: expected weights of shape (2,), got (1,)"),
    (lambda: np.argmax(v, axis=3), "np.argmax(Value of shape (2,), axis=3): axis 3 is out of bounds"),
    (lambda: np.exp(v, out=np.zeros(2)), "np.exp: out= and in-place operations would write"),
    (lambda: np.exp(v, where=[True, False]), "np.exp: where= is not supported with Values"),
    (lambda: np.fft.fft(v), "np.fft.fft has no derivative rule: it is for complex numbers"),
    (lambda: np.copyto(np.zeros(2), v), "np.copyto has no derivative rule: it writes into an array"),
    (lambda: relu("a"), "relu: expected numbers, real arrays or Values, got str"),
    (lambda: relu(), "relu: expected 1 arguments or more, got 0"),
    (lambda: relu(v, v), "relu: argument 1 is a Value, but has no vjp"),
    (lambda: sigmoid(None), "sigmoid: expected numbers, real arrays or Values, got NoneType"),
    (lambda: sigmoid(1j), "sigmoid: expected numbers, real arrays or Values, got complex"),
    (lambda: softmax(s, 1), "softmax(Value(1.5), 1): axis 1 is out of bounds"),
    (lambda: softmax(v, axis=3), "softmax(Value of shape (2,), axis=3): axis 3 is out of bounds"),
    (lambda: softmax("a"), "softmax('a'): "),
    (lambda: softmax([]), "max([], (0,), True): zero-size array"),
    (lambda: logsumexp(v, axis=3), "logsumexp(Value of shape (2,), axis=3): axis 3 is out of bounds"),
    (lambda: logsumexp(None), "logsumexp: expected numbers, real arrays or Values, got NoneType"),
]

test_a_wrong_use_is_refused_by_name = refused([*MAKING, *OPERATORS, *INDICES, *METHODS, *FUNCTIONS])
