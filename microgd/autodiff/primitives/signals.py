"""NumPy's functions of samples along a line: differences, integrals, interpolation, convolution.

Two have rules of their own, because what they are composed of would lose digits or memory: `sinc`, whose
formula is 0 / 0 at 0, and the convolution. All others are composed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..data import OF_INTEGERS
from .arithmetic import cos, log, sin, where
from .elementary import astype, in_precision_of
from .gather import take
from .order import argsort
from .polynomials import polyval
from .primitive import Primitive, numpy_functions, primitive
from .reduction import sum
from .shape import (
    along,
    atleast_1d,
    axes_of,
    axis_of,
    concatenate,
    expand_dims,
    flip,
    index,
    moveaxis,
    ravel,
    reshape,
    shape_of,
)

# Differences and integrals -----------------------------------------------------------------------


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Estimate the derivative along each axis by central differences, and at both ends by one-sided ones.

    varargs  one spacing for all axes, or for each axis a spacing or the coordinates; by default 1.
    """
    axes = axes_of(f, axis)
    spacings = varargs or (1.0,)
    if len(spacings) == 1 and np.ndim(spacings[0]) == 0:
        spacings *= len(axes)
    if len(spacings) != len(axes):
        raise TypeError(f"gradient: expected a spacing for each of {len(axes)} axes, got {len(spacings)}")
    slopes = tuple([_slope(f, *pair, edge_order) for pair in zip(axes, spacings, strict=True)])
    return slopes[0] if len(slopes) == 1 else slopes


def _slope(f: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    """The slopes along one axis of the parabolas through three neighbours."""
    count = shape_of(f)[axis]
    if edge_order not in (1, 2) or count <= edge_order:
        raise ValueError(
            f"gradient: expected edge_order 1 or 2, less than the {count} entries, got {edge_order}"
        )
    if shape_of(spacing) not in ((), (count,)):
        raise ValueError(f"gradient: expected {count} coordinates, got shape {shape_of(spacing)}")

    def part(a: Any, start: int | None, stop: int | None) -> Any:
        return index(a, along(axis, slice(start, stop))) if shape_of(a) else a

    step = _for_axis(in_precision_of(f, np.diff(spacing)), f, axis) if shape_of(spacing) else spacing
    chord = np.diff(f, axis=axis) / step
    before, after = part(chord, None, -1), part(chord, 1, None)
    both = part(step, None, -1) + part(step, 1, None)
    share = part(step, 1, None) / both if shape_of(spacing) else 0.5
    middle = before * share + after * (1.0 - share)
    first, last = part(chord, 0, 1), part(chord, -1, None)
    if edge_order == 2:
        bend = (after - before) / both
        first = first - part(bend, 0, 1) * part(step, 0, 1)
        last = last + part(bend, -1, None) * part(step, -1, None)
    return concatenate(axis, first, middle, last)


def _for_axis(line: Any, a: Any, axis: int) -> Any:
    """Lay a line of numbers along one axis of a."""
    return reshape(line, tuple([-1 if i == axis else 1 for i in range(len(shape_of(a)))]))


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Add up the areas of the trapezoids between neighbours."""
    place = axis_of(y, axis)
    if x is not None:
        dx = np.diff(x, axis=axis) if len(shape_of(x)) > 1 else _for_axis(np.diff(x), y, place)
    later, earlier = index(y, along(place, slice(1, None))), index(y, along(place, slice(None, -1)))
    return sum(dx * (later + earlier) / 2.0, place)


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = to_begin, np.diff(ravel(ary)), to_end
    return concatenate(0, *[in_precision_of(ary, ravel(part)) for part in parts if part is not None])


def unwrap(p: Any, discont: float | None = None, axis: int = -1, *, period: float = 2 * math.pi) -> Any:
    """Add whole periods where neighbours are more than half a period apart; the slope is 1 everywhere."""
    place = axis_of(p, axis)
    step = np.diff(p, axis=place)
    count = np.floor(step / period + 0.5)
    count = count - ((step / period + 0.5 == count) & (step > 0))  # half a period up stays as it is
    if discont is not None:
        count = where(abs(step) < discont, 0.0, count)
    rest = index(p, along(place, slice(1, None))) - np.cumsum(count, place) * period
    return concatenate(place, index(p, along(place, slice(0, 1))), rest)


# Lines and curves --------------------------------------------------------------------------------


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, *, axis: int = 0
) -> Any:
    """Go from start to stop in equal steps; each entry is a weighted mean of the two."""
    steps = num - 1 if endpoint else num
    ndim = max(len(shape_of(start)), len(shape_of(stop)))
    share = np.arange(float(num)).reshape((-1,) + (1,) * ndim) / (steps or 1)
    if {getattr(x, "dtype", None) for x in (start, stop) if shape_of(x)} == {np.dtype(np.float32)}:
        share = share.astype(np.float32)
    out = moveaxis(start * (1.0 - share) + stop * share, 0, axis)
    return (out, (stop - start) / steps if steps else math.nan) if retstep else out


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, *, axis: int = 0
) -> Any:
    base = expand_dims(base, axis) if shape_of(base) else base
    return base ** linspace(start, stop, num, endpoint, axis=axis)


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, *, axis: int = 0) -> Any:
    """Multiply by equal factors from start to stop, which have one sign."""
    sign = np.sign(start)
    return sign * np.exp(linspace(log(start * sign), log(stop * sign), num, endpoint, axis=axis))


# Interpolation -----------------------------------------------------------------------------------

searchsorted = Primitive(
    "searchsorted", lambda a, v, side: np.searchsorted(a, v, side), (None, None)
)  # fmt: skip
OF_INTEGERS.add(searchsorted)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None) -> Any:
    """Interpolate linearly between points (xp, fp), which have gradients as well.

    At a point, a kink, the slope by x is that of the piece to the right of it, at the last one of the last
    piece; outside it is 0.
    """
    x, xp, fp = map(_in_float64, (x, xp, fp))
    if period is not None:
        x, xp, fp = _periodic(x, xp, fp, abs(period))
    last = shape_of(xp)[0] - 1
    if shape_of(fp) != (last + 1,):
        raise ValueError(f"interp: expected as many fp as xp, got shapes {shape_of(xp)} and {shape_of(fp)}")
    left, right = index(fp, 0) if left is None else left, index(fp, last) if right is None else right
    piece = np.clip(searchsorted(xp, x, "right") - 1, 0, max(last - 1, 0))
    inside = take(fp, piece)
    if last > 0:
        slope = (take(fp, piece + 1) - inside) / (take(xp, piece + 1) - take(xp, piece))
        inside = inside + slope * (x - take(xp, piece))
    out = where(x < index(xp, 0), left, where(x > index(xp, last), right, inside))
    return where(np.isnan(x), math.nan, out)


def _in_float64(x: Any) -> Any:
    if not hasattr(x, "record"):
        return np.asarray(x, float)[()]
    return astype(x, np.dtype(float)) if x.dtype == np.float32 else x


def _periodic(x: Any, xp: Any, fp: Any, period: float) -> tuple[Any, Any, Any]:
    """Bring all coordinates into one period, in order, with a point of the next period at each end."""
    xp = xp % period
    order = argsort(xp, 0)
    xp, fp = take(xp, order), take(fp, order)
    first, last = slice(0, 1), slice(-1, None)
    xp = concatenate(0, index(xp, last) - period, xp, index(xp, first) + period)
    return x % period, xp, concatenate(0, index(fp, last), fp, index(fp, first))


# Convolution -------------------------------------------------------------------------------------

# out[k] = sum of a[i] v[k - i], with all k or those for which v lies within a, the longer one. Each is the
# other's vjp. NumPy multiplies term by term, so that the short one must stay short.
# fmt: off
convolve_full  = primitive(lambda a, v: np.convolve(a, v),
                           lambda g, out, a, v: convolve_valid(g, flip(v)),
                           lambda g, out, a, v: convolve_valid(g, flip(a)),        name="convolve")
convolve_valid = primitive(lambda a, v: np.convolve(a, v, "valid"),
                           lambda g, out, a, v: convolve_full(g, flip(v)),
                           lambda g, out, a, v: flip(convolve_valid(a, flip(g))),  name="convolve_valid")
# fmt: on


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Multiply as polynomials; mode "same" gives as many as the longer one has, "valid" as above."""
    a, v = atleast_1d(a), atleast_1d(v)
    shorter = min(shape_of(a)[0], shape_of(v)[0])
    return _convolved(a, v, mode, (shorter - 1) // 2)


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Slide v along a: the convolution with v in reverse."""
    a, v = atleast_1d(a), atleast_1d(v)
    start = (shape_of(v)[0] - 1) // 2 if shape_of(a)[0] >= shape_of(v)[0] else shape_of(a)[0] // 2
    return _convolved(a, flip(v), mode, start)


def _convolved(a: Any, v: Any, mode: str, start: int) -> Any:
    """Convolve; mode "same" begins at the entry `start` of the full one."""
    longer, shorter = (a, v) if shape_of(a)[0] >= shape_of(v)[0] else (v, a)
    if mode == "valid":
        return convolve_valid(longer, shorter)
    if mode not in ("full", "same"):
        raise ValueError(f"expected mode 'full', 'same' or 'valid', got {mode!r}")
    full = convolve_full(a, v)
    return full if mode == "full" else index(full, slice(start, start + shape_of(longer)[0]))


# sin(pi x) / (pi x) ------------------------------------------------------------------------------


_SERIES = np.array([(-1) ** k * 2 * k / math.factorial(2 * k + 1) for k in range(11, 0, -1)])
"""d/dt sin(t) / t = t (_SERIES as a polynomial of t^2)."""


def _slope_of_sinc(x: Any) -> Any:
    """Differentiate sin(t) / t, t = pi x; near 0 by its series, where the formula loses all digits.

    For |t| < 1 the last term of the series is below 1e-17, in two more derivatives as well.
    """
    t = math.pi * x
    near = abs(t) < 1.0
    far = where(near, 1.0, t)
    square = where(near, t * t, 0.0)
    series = polyval(_SERIES, square)
    return math.pi * where(near, t * series, (cos(far) - sin(far) / far) / far)


sinc = primitive(np.sinc, lambda g, out, x: g * _slope_of_sinc(x))


numpy_functions.update({
    np.gradient: gradient, np.trapezoid: trapezoid, np.ediff1d: ediff1d, np.unwrap: unwrap,
    np.linspace: linspace, np.logspace: logspace, np.geomspace: geomspace,
    np.interp: interp, np.convolve: convolve, np.correlate: correlate,
})  # fmt: skip
