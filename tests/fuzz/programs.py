"""Random programs: what a person might write with NumPy, made from a number.

A program has a few arguments (numbers, arrays of all shapes, among them transposed, gapped, reversed and
spread-out ones, float32 in some programs), and steps; each applies an operation to results so far. Operands
are drawn with repetition, so results are used several times, or not at all. A step whose result would be
large, not finite or near a kink is not taken: the derivatives of what is left are smooth and measurable.
"""

import numpy as np
from dual import Dual

from microgd import logsumexp, primitive, relu, sigmoid, softmax
from microgd.autodiff import softplus

SHAPES = [
    (), (), (1,), (3,), (3,), (2, 3), (2, 3), (3, 1), (1, 3), (3, 3), (3, 3), (3, 3), (2, 1, 3), (4, 4),
    (0,), (0, 3),
]  # fmt: skip
MARGIN = 1e-2  # so far is every operand from a kink


# Operations of one's own, as a user writes them; and the same for dual numbers ---------------------

_cubic = primitive(lambda x: x * x * x - x, lambda g, out, x: g * (3 * x * x - 1), name="cubic")
_bent = primitive(
    lambda x, y: np.arctan(x * y),
    lambda g, out, x, y: g * y / (1 + (x * y) ** 2),
    lambda g, out, x, y: g * x / (1 + (x * y) ** 2),
    name="bent",
)  # fmt: skip


def cubic(x):
    return x**3 - x if isinstance(x, Dual) else _cubic(x)


def bent(x, y):
    return np.arctan(x * y) if isinstance(x, Dual) or isinstance(y, Dual) else _bent(x, y)


def in_numpy(ours, theirs):
    """A function of microgd; for dual numbers, the textbook's definition of it in NumPy."""

    def function(x):
        return theirs(x) if isinstance(x, Dual) else ours(x)

    return function


def textbook_softmax(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


# The operations: a name, the function, how many results it takes, and where it is smooth ------------


def anywhere(*args):
    return True


def away_from(kink):
    """Smooth where kink(*args) is not near 0."""
    return lambda *args: not np.size(k := kink(*args)) or np.min(np.abs(k)) > MARGIN


def far_from_whole_quotients(a, b):
    """a / b jumps to the next whole number nowhere near."""
    if not away_from(lambda b: b)(b):
        return False
    quotient = np.asarray(a) / b
    return away_from(lambda q: q - np.round(q))(quotient)


def distinct(x, axis=None):
    """No two entries are about equal (along all axes)."""
    entries = np.sort(np.ravel(x))
    return entries.size > 0 and (entries.size < 2 or np.min(np.diff(entries)) > MARGIN)


def is_matrix(*args):
    return all(np.ndim(x) == 2 for x in args)


def is_square(x):
    return np.ndim(x) == 2 and np.shape(x)[0] == np.shape(x)[1]


def shares_columns(a, b):
    return is_matrix(a, b) and np.shape(a)[1] == np.shape(b)[1]


def is_array(*args):
    return all(np.ndim(x) > 0 for x in args)


def well_conditioned(x, *rest):
    return is_square(x) and np.size(x) > 0 and np.linalg.cond(x) < 20


OPERATIONS = {
    # operators
    "{} + {}": (lambda a, b: a + b, 2, anywhere),
    "{} - {}": (lambda a, b: a - b, 2, anywhere),
    "{} * {}": (lambda a, b: a * b, 2, anywhere),
    "{} / {}": (lambda a, b: a / b, 2, away_from(lambda a, b: b)),
    "{} ** {}": (lambda a, b: a**b, 2, lambda a, b: np.size(a) and np.size(b) and np.min(a) > 0.1),
    "{} @ {}": (lambda a, b: a @ b, 2, is_array),
    "{} @ {}.T": (lambda a, b: a @ b.T, 2, is_matrix),
    "{} ** 2": (lambda a: a**2, 1, anywhere),
    "{} ** 3": (lambda a: a**3, 1, anywhere),
    "{} ** -1.5": (lambda a: a**-1.5, 1, lambda a: np.size(a) and np.min(a) > 0.1),
    "0.5 ** {}": (lambda a: 0.5**a, 1, anywhere),
    "2 - {}": (lambda a: 2 - a, 1, anywhere),
    "1.5 / {}": (lambda a: 1.5 / a, 1, away_from(lambda a: a)),
    "-{}": (lambda a: -a, 1, anywhere),
    "abs({})": (abs, 1, away_from(lambda a: a)),
    "{} % 0.7": (lambda a: a % 0.7, 1, away_from(lambda a: (a + 0.35) % 0.7 - 0.35)),
    "({0} > 0.1) * {1}": (lambda a, b: (a > 0.1) * b, 2, away_from(lambda a, b: a - 0.1)),
    # functions of numbers
    "np.exp({})": (np.exp, 1, anywhere),
    "np.expm1({})": (np.expm1, 1, anywhere),
    "np.exp2({})": (np.exp2, 1, anywhere),
    "np.log({})": (np.log, 1, lambda a: np.size(a) and np.min(a) > 0.05),
    "np.log1p({})": (np.log1p, 1, lambda a: np.size(a) and np.min(a) > -0.9),
    "np.sqrt({})": (np.sqrt, 1, lambda a: np.size(a) and np.min(a) > 0.05),
    "np.sin({})": (np.sin, 1, anywhere),
    "np.cos({})": (np.cos, 1, anywhere),
    "np.tan({})": (np.tan, 1, away_from(np.cos)),
    "np.tanh({})": (np.tanh, 1, anywhere),
    "np.sinh({})": (np.sinh, 1, anywhere),
    "np.cosh({})": (np.cosh, 1, anywhere),
    "np.arcsin({})": (np.arcsin, 1, lambda a: np.size(a) and np.max(np.abs(a)) < 0.95),
    "np.arctan({})": (np.arctan, 1, anywhere),
    "np.arcsinh({})": (np.arcsinh, 1, anywhere),
    "np.square({})": (np.square, 1, anywhere),
    "np.cbrt({})": (np.cbrt, 1, away_from(lambda a: a)),
    "np.reciprocal({})": (np.reciprocal, 1, away_from(lambda a: a)),
    "np.hypot({}, {})": (np.hypot, 2, away_from(np.hypot)),
    "np.arctan2({}, {})": (np.arctan2, 2, lambda a, b: np.size(a) and np.size(b) and np.min(b) > 0.1),
    "np.logaddexp({}, {})": (np.logaddexp, 2, anywhere),
    "np.maximum({}, {})": (np.maximum, 2, away_from(np.subtract)),
    "np.minimum({}, {})": (np.minimum, 2, away_from(np.subtract)),
    "np.fmax({}, {})": (np.fmax, 2, away_from(np.subtract)),
    "np.fmin({}, {})": (np.fmin, 2, away_from(np.subtract)),
    "np.logaddexp2({}, {})": (np.logaddexp2, 2, anywhere),
    "np.float_power({}, {})": (
        np.float_power, 2, lambda a, b: np.size(a) and np.size(b) and np.min(a) > 0.1,
    ),
    "np.copysign({}, {})": (
        np.copysign, 2, lambda a, b: away_from(lambda a: a)(a) and away_from(lambda b: b)(b),
    ),
    "np.remainder({}, {})": (np.remainder, 2, far_from_whole_quotients),
    "np.fmod({}, {})": (np.fmod, 2, far_from_whole_quotients),
    "np.log2({})": (np.log2, 1, lambda a: np.size(a) and np.min(a) > 0.05),
    "np.log10({})": (np.log10, 1, lambda a: np.size(a) and np.min(a) > 0.05),
    "np.arccos({})": (np.arccos, 1, lambda a: np.size(a) and np.max(np.abs(a)) < 0.95),
    "np.arctanh({})": (np.arctanh, 1, lambda a: np.size(a) and np.max(np.abs(a)) < 0.9),
    "np.arccosh({})": (np.arccosh, 1, lambda a: np.size(a) and np.min(a) > 1.1),
    "np.degrees({})": (np.degrees, 1, lambda a: not np.size(a) or np.max(np.abs(a)) < 0.5),
    "np.radians({})": (np.radians, 1, anywhere),
    "+{}": (lambda a: +a, 1, anywhere),
    "logsumexp({})": (in_numpy(logsumexp, lambda x: np.log(np.sum(np.exp(x)))), 1, lambda a: np.size(a) > 0),
    "np.minimum({}, 0.5)": (lambda a: np.minimum(a, 0.5), 1, away_from(lambda a: a - 0.5)),
    "np.clip({}, -0.5, 0.5)": (lambda a: np.clip(a, -0.5, 0.5), 1, away_from(lambda a: abs(a) - 0.5)),
    "np.where({0} > {1}, {1}, {0} * {0})": (
        lambda a, b: np.where(a > b, b, a * a), 2, away_from(np.subtract),
    ),
    "np.where([True, False, True], {}, 0.5)": (
        lambda a: np.where(np.array([True, False, True]), a, 0.5), 1, anywhere,
    ),
    "sigmoid({})": (in_numpy(sigmoid, lambda x: 1 / (1 + np.exp(-x))), 1, anywhere),
    "softplus({})": (in_numpy(softplus, lambda x: np.log(1 + np.exp(x))), 1, anywhere),
    "relu({})": (in_numpy(relu, lambda x: np.maximum(x, 0.0)), 1, away_from(lambda a: a)),
    "softmax({})": (in_numpy(softmax, textbook_softmax), 1, lambda a: is_array(a) and np.size(a) > 0),
    "cubic({})": (cubic, 1, anywhere),
    "bent({}, {})": (bent, 2, anywhere),
    # reductions
    "np.sum({})": (np.sum, 1, anywhere),
    "np.sum({}, axis=0)": (lambda a: np.sum(a, axis=0), 1, is_array),
    "np.mean({}, axis=-1, keepdims=True)": (lambda a: np.mean(a, axis=-1, keepdims=True), 1,
                                            lambda a: is_array(a) and np.shape(a)[-1] > 0),
    "{}.mean()": (lambda a: np.mean(a), 1, lambda a: np.size(a) > 0),
    "np.max({})": (np.max, 1, distinct),
    "np.min({}, axis=0)": (lambda a: np.min(a, axis=0), 1, lambda a: is_array(a) and distinct(a)),
    "np.prod({}, axis=-1)": (lambda a: np.prod(a, axis=-1), 1,
                             lambda a: is_array(a) and np.shape(a)[-1] > 0),
    "np.var({}, axis=0)": (lambda a: np.var(a, axis=0), 1, lambda a: is_array(a) and np.shape(a)[0] > 0),
    "np.std({})": (np.std, 1, lambda a: np.size(a) > 1 and np.std(a) > 0.05),
    "np.linalg.norm({})": (np.linalg.norm, 1, lambda a: is_array(a) and np.linalg.norm(a) > 0.05),
    # linear algebra
    "np.dot({}, {})": (np.dot, 2, anywhere),
    "np.outer({}, {})": (np.outer, 2, is_array),
    "np.inner({}, {})": (np.inner, 2, is_array),
    "np.tensordot({}, {}, 1)": (lambda a, b: np.tensordot(a, b, 1), 2, is_array),
    "np.einsum('ij,kj->ik', {}, {})": (lambda a, b: np.einsum("ij,kj->ik", a, b), 2, shares_columns),
    "np.einsum('ii->i', {})": (lambda a: np.einsum("ii->i", a), 1, is_square),
    "np.linalg.inv({})": (np.linalg.inv, 1, well_conditioned),
    "np.linalg.det({})": (np.linalg.det, 1, well_conditioned),
    "np.linalg.solve({}, {})": (np.linalg.solve, 2, lambda a, b: well_conditioned(a) and is_array(b)),
    "np.trace({})": (np.trace, 1, is_matrix),
    # shapes and views
    "{}.T": (lambda a: np.transpose(a), 1, is_array),
    "{}.reshape(-1)": (lambda a: np.reshape(a, -1), 1, anywhere),
    "np.reshape({}, (3, 2))": (lambda a: np.reshape(a, (3, 2)), 1, lambda a: np.size(a) == 6),
    "{}[::-1]": (lambda a: a[::-1], 1, is_array),
    "{}[..., ::2]": (lambda a: a[..., ::2], 1, is_array),
    "{}[..., None]": (lambda a: a[..., None], 1, is_array),
    "{}[0]": (lambda a: a[0], 1, lambda a: is_array(a) and len(a)),
    "{}[:, 1:]": (lambda a: a[:, 1:], 1, lambda a: np.ndim(a) > 1),
    "np.broadcast_to({}, (2, 3))": (lambda a: np.broadcast_to(a, (2, 3)), 1, anywhere),
    "np.squeeze({})": (np.squeeze, 1, anywhere),
    "np.expand_dims({}, 0)": (lambda a: np.expand_dims(a, 0), 1, anywhere),
    "np.swapaxes({}, 0, -1)": (lambda a: np.swapaxes(a, 0, -1), 1, is_array),
    "np.concatenate([{}, {}])": (lambda a, b: np.concatenate([a, b]), 2, is_array),
    "np.concatenate([{}, np.ones(2)])": (
        lambda a: np.concatenate([a, np.ones(2)]), 1, lambda a: np.ndim(a) == 1,
    ),
    "np.stack([{}, {}], axis=-1)": (lambda a, b: np.stack([a, b], axis=-1), 2, anywhere),
    "np.hstack([{}, {}])": (lambda a, b: np.hstack([a, b]), 2, is_array),
    "np.flip({})": (np.flip, 1, is_array),
    "np.roll({}, 1)": (lambda a: np.roll(a, 1), 1, is_array),
    "np.repeat({}, 2, axis=0)": (lambda a: np.repeat(a, 2, axis=0), 1, is_array),
    "np.cumsum({}, axis=0)": (lambda a: np.cumsum(a, axis=0), 1, is_array),
    "np.diff({})": (np.diff, 1, is_array),
}  # fmt: skip

INDEXED = {
    "{}[rows]": lambda a, rows: a[rows],
    "{}[..., rows]": lambda a, rows: a[..., rows],
    "np.take({}, rows, axis=-1)": lambda a, rows: np.take(a, rows, axis=-1),
    "{0}[np.arange(len(rows)) % len({0}), rows]": lambda a, rows: a[np.arange(len(rows)) % len(a), rows],
}
"""Picking by an array of whole numbers, `rows`, which a program gets as its last argument."""


class Program:
    """Program number `number`: its arguments, and the function of them. Two outputs, the last results."""

    def __init__(self, number, most_steps=10):
        rng = np.random.default_rng([number, 7])
        self.number = number
        self.dtype = np.float32 if rng.random() < 0.15 else np.float64
        self.args = [self._argument(rng) for _ in range(rng.integers(1, 4))]
        self.rows = rng.integers(0, 3, rng.integers(1, 5))
        self.steps = []
        results = list(self.args)
        wanted = rng.integers(2, most_steps + 1)
        for _ in range(60):
            if len(self.steps) == wanted:
                break
            self._try_a_step(rng, results)

    def _argument(self, rng):
        shape = SHAPES[rng.integers(len(SHAPES))]
        if not shape:
            return float(rng.uniform(-2, 2))
        kind = rng.integers(5)
        if kind == 0:  # gapped
            array = rng.uniform(-2, 2, (*shape[:-1], 2 * shape[-1]))[..., ::2]
        elif kind == 1:  # transposed
            array = rng.uniform(-2, 2, shape[::-1]).T
        elif kind == 2:  # reversed
            array = rng.uniform(-2, 2, shape)[::-1]
        elif kind == 3 and shape[0]:  # the same row again and again, in one place of memory
            array = np.broadcast_to(rng.uniform(-2, 2, shape[1:]), shape)
        else:
            array = rng.uniform(-2, 2, shape)
        return array.astype(self.dtype, order="K") if self.dtype == np.float32 else array

    def _try_a_step(self, rng, results):
        if rng.random() < 0.08:
            name = list(INDEXED)[rng.integers(len(INDEXED))]
            places = [int(rng.integers(len(results)))]
            function, is_smooth = (
                INDEXED[name],
                lambda a: is_array(a) and np.size(a),
            )  # NumPy's take is lax with none
            operands = [results[places[0]], self.rows]
        else:
            name = list(OPERATIONS)[rng.integers(len(OPERATIONS))]
            function, count, is_smooth = OPERATIONS[name]
            places = [
                int(len(results) - 1 - min(rng.geometric(0.35) - 1, len(results) - 1)) for _ in range(count)
            ]
            operands = [results[place] for place in places]
        try:
            with np.errstate(all="ignore"):
                if not is_smooth(*operands[: len(places)]):
                    return
                out = function(*operands)
        except (ValueError, IndexError, TypeError):  # shapes that do not fit
            return
        if np.size(out) > 200 or np.ndim(out) > 4 or not np.all(np.abs(out) < 50):
            return
        self.steps.append((name, function, places))
        results.append(out)

    def __call__(self, *args):
        """Run on numbers, Values or dual numbers; the last of `args` are the rows to pick."""
        *results, rows = args
        for name, function, places in self.steps:
            operands = [results[place] for place in places]
            results.append(function(*operands, rows) if name in INDEXED else function(*operands))
        return results[-1], results[-2] if len(results) > 1 else results[-1]

    def total(self, *args):
        """A single number: both outputs, each entry with a weight of its own."""
        return sum(np.sum(out * weights(np.shape(out))) for out in self(*args))

    def __str__(self):
        lines = [f"# program {self.number}, {np.dtype(self.dtype)}, rows = {self.rows.tolist()}"]
        lines += [f"x{i} = {np.asarray(arg).tolist()}" for i, arg in enumerate(self.args)]
        for i, (name, _, places) in enumerate(self.steps, len(self.args)):
            lines.append(f"x{i} = {name.format(*(f'x{place}' for place in places))}")
        return "\n".join(lines)


def weights(shape):
    """Numbers around 1, all of them different, in place of a random cotangent."""
    return 1.0 + np.cos(np.arange(1.0, 1 + np.prod(shape, dtype=int))).reshape(shape) / 3 if shape else 1.0
