"""NumPy's functions with arguments to try them on, a line each: (function, *arguments), by name.

Every function is called as a person would call NumPy's, so the reference is NumPy itself. The arguments are
arrays and numbers; among them 0-d, empty and non-contiguous ones and axes of size 1.
"""

from functools import partial

import numpy as np
from drawing import draw

from microgd import logsumexp

NUMPY = tuple(int(part) for part in np.__version__.split(".")[:2])

scalar, vector, matrix, tensor = draw(()), draw((3,)), draw((2, 3)), draw((2, 1, 3))
square, wide, empty = draw((3, 3)), draw((3, 7)), draw((2, 0))
strided = draw((6, 8))[::2, ::-3].T
mask = np.array([[True, False, True], [False, False, True]])

REARRANGING = {
    # take apart
    "split": (lambda a: np.split(a, 3), wide),
    "split, axis": (lambda a: np.split(a, [2, 2, 5], axis=1), wide),
    "split, itself twice": (lambda a: np.split(a, 2)[0] * np.split(a, 2)[1], matrix),
    "split, beyond the end": (lambda a: np.split(a, [-1, 9], axis=-1), strided),
    "split, empty": (lambda a: np.split(a, 2), empty),
    "array_split": (lambda a: np.array_split(a, 3, axis=1), wide),
    "array_split, more parts than entries": (lambda a: np.array_split(a, 4), vector),
    "hsplit": (lambda a: np.hsplit(a, [1, 4]), wide),
    "hsplit, vector": (lambda a: np.hsplit(a, 3), vector),
    "vsplit": (lambda a: np.vsplit(a, 2), matrix),
    "dsplit": (lambda a: np.dsplit(a, 3), tensor),
    "delete": (lambda a: np.delete(a, [0, 3]), matrix),
    "delete, axis": (lambda a: np.delete(a, -1, axis=1), matrix),
    "delete, a slice": (lambda a: np.delete(a, slice(None, None, 2), 1), strided),
    "delete, a mask": (lambda a: np.delete(a, [True, False, True], 1), matrix),
    "compress": (lambda a: np.compress([False, True, True], a, axis=1), matrix),
    "compress, a number": (lambda a: np.compress([True], a, axis=0), scalar),
    "compress, flattened": (lambda a: np.compress([0, 1, 1, 0, 1], a), matrix),
    "extract": (lambda a: np.extract(mask, a), matrix),
    # put together
    "append": (np.append, matrix, vector),
    "append, axis": (lambda a, b: np.append(a, b, axis=-1), matrix, draw((2, 1))),
    "append, numbers": (np.append, scalar, 2.0),
    "append, a list before": (lambda a: np.append([1.0, 2.0], a), matrix),
    "column_stack": (lambda a, b: np.column_stack([a, b, a]), vector, draw((3, 2))),
    "column_stack, numbers": (lambda a, b: np.column_stack((a, b)), scalar, 2.0),
    "dstack": (lambda a, b: np.dstack([a, b]), matrix, draw((2, 3, 2))),
    "dstack, vectors": (lambda a: np.dstack([a, a * a]), vector),
    "insert": (lambda a, b: np.insert(a, 1, b), matrix, scalar),
    "insert, axis": (lambda a, b: np.insert(a, 1, b, axis=1), matrix, draw((2,))),
    "insert, several": (lambda a, b: np.insert(a, [0, -1, 2], b, axis=1), matrix, draw((2, 3), seed=1)),
    "insert, a column": (lambda a, b: np.insert(a, [1], b, axis=1), matrix, draw((2, 1))),
    "insert, one place, several values": (lambda a, b: np.insert(a, 1, b), vector, draw((4,))),
    "insert, the same place twice": (lambda a, b: np.insert(a, [1, 1], b), vector, draw((2,))),
    "insert, a slice": (lambda a, b: np.insert(a, slice(0, 2), b), vector, draw((2,))),
    "insert, nothing": (lambda a: np.insert(a, [], []), vector),
    "insert, rows": (lambda a, b: np.insert(a, 1, b, axis=0), tensor, draw((1, 3))),
    "block": (lambda a, b: np.block([[a, b], [b.T, 1.0]]), square, draw((3, 1))),
    "block, vectors": (lambda a, b: np.block([a, b]), vector, scalar),
    "block, no list": (np.block, vector),
    "select": (lambda a: np.select([a > 1, a > -1], [a * a, 2.0 * a], 3.0), matrix),
    "select, numbers": (lambda a: np.select([a > 0], [a * a]), scalar),
    "select, broadcast": (lambda a, b: np.select([mask, ~mask[0]], [b, a]), matrix, vector),
    "choose": (lambda a, b: np.choose([[0, 1, 1], [1, 0, 1]], [a, b]), matrix, vector),
    # repeat
    "tile": (lambda a: np.tile(a, 2), matrix),
    "tile, both axes": (lambda a: np.tile(a, (3, 2)), matrix),
    "tile, more axes": (lambda a: np.tile(a, (2, 1, 2)), vector),
    "tile, fewer axes": (lambda a: np.tile(a, (2,)), tensor),
    "tile, none": (lambda a: np.tile(a, (0, 2)), matrix),
    "tile, a number": (lambda a: np.tile(a, (2, 3)), scalar),
    "tile, strided": (lambda a: np.tile(a, [2, 1]), strided),
    "kron": (np.kron, matrix, square),
    "kron, vector and matrix": (np.kron, vector, matrix),
    "kron, numbers": (np.kron, scalar, matrix),
    "kron, itself": (lambda a: np.kron(a, a), matrix),
    "resize": (lambda a: np.resize(a, (3, 4)), matrix),
    "resize, fewer": (lambda a: np.resize(a, 2), strided),
    "broadcast_arrays": (lambda a, b: np.broadcast_arrays(a, b, 1.0), matrix, draw((2, 1))),
    "meshgrid": (np.meshgrid, vector, draw((2,))),
    "meshgrid, ij": (lambda a, b: np.meshgrid(a, b, scalar, indexing="ij"), vector, draw((2,))),
    "meshgrid, sparse": (lambda a, b: np.meshgrid(a, b, sparse=True), vector, draw((2,))),
    # axes
    "atleast_1d": (np.atleast_1d, scalar),
    "atleast_1d, several": (np.atleast_1d, scalar, matrix),
    "atleast_2d": (np.atleast_2d, scalar, vector, tensor),
    "atleast_2d, one": (np.atleast_2d, vector),
    "atleast_3d": (np.atleast_3d, scalar, vector, matrix, draw((1, 2, 1, 2))),
    "rollaxis": (lambda a: np.rollaxis(a, 2), tensor),
    "rollaxis, start": (lambda a: np.rollaxis(a, 0, 3), tensor),
    "rollaxis, in the middle": (lambda a: np.rollaxis(a, -1, -2), tensor),
    "fliplr": (np.fliplr, matrix),
    "flipud": (np.flipud, strided),
    "fftshift": (np.fft.fftshift, square),
    "fftshift, axis": (lambda a: np.fft.fftshift(a, 1), wide),
    "ifftshift": (np.fft.ifftshift, wide),
    "ifftshift, axes": (lambda a: np.fft.ifftshift(a, (0, -1)), tensor),
    "rot90": (np.rot90, matrix),
    "rot90, half a turn": (lambda a: np.rot90(a, 2), matrix),
    "rot90, backwards": (lambda a: np.rot90(a, -1, axes=(0, 2)), tensor),
    "rot90, not at all": (lambda a: np.rot90(a, 4) * a, matrix),
    "permute_dims": (lambda a: np.permute_dims(a, (2, 0, 1)), tensor),
    # diagonals and triangles
    "diag of a vector": (np.diag, vector),
    "diag of a vector, above": (lambda a: np.diag(a, 2), vector),
    "diag of a vector, below": (lambda a: np.diag(a, -1), vector),
    "diag of nothing": (np.diag, draw((0,))),
    "diag of a matrix": (lambda a: np.diag(a, 1), wide),
    "diagflat": (lambda a: np.diagflat(a, -1), matrix),
    "diagflat, a number": (np.diagflat, scalar),
    "tril": (np.tril, square),
    "tril, stack": (lambda a: np.tril(a, -1), draw((2, 3, 2))),
    "triu": (lambda a: np.triu(a, 1), matrix),
    "triu of a vector": (np.triu, vector),
}  # fmt: skip
if NUMPY >= (2, 4):  # before, NumPy takes the mask for integers
    REARRANGING["insert, a mask"] = (lambda a: np.insert(a, mask[0], 1.0), vector)
if NUMPY >= (2, 1):
    REARRANGING["unstack"] = (np.unstack, matrix)
    REARRANGING["unstack, axis"] = (lambda a: np.unstack(a, axis=-1), strided)

PADDING = {
    "pad": (lambda a: np.pad(a, 1), matrix),
    "pad, each side": (lambda a: np.pad(a, ((0, 2), (1, 0))), matrix),
    "pad, one pair": (lambda a: np.pad(a, (2, 1)), strided),
    "pad, a pair in a tuple": (lambda a: np.pad(a, ((2, 1),)), matrix),
    "pad, by axis": (lambda a: np.pad(a, [[1], [2]]), matrix),
    "pad, constants": (lambda a: np.pad(a, 2, constant_values=((1.0, 2.0), (3.0, 4.0))), matrix),
    "pad, constants of both sides": (lambda a: np.pad(a, 2, constant_values=(1, 2)), vector),
    "pad, empty": (lambda a: np.pad(a, 2), empty),
    "pad, a number": (lambda a: np.pad(a, 2), scalar),
    "pad, edge": (lambda a: np.pad(a, (1, 2), "edge"), matrix),
    "pad, reflect": (lambda a: np.pad(a, (1, 2), mode="reflect"), square),
    "pad, reflect, further than the array": (lambda a: np.pad(a, (7, 8), mode="reflect"), vector),
    "pad, symmetric": (lambda a: np.pad(a, ((1, 2), (5, 0)), mode="symmetric"), matrix),
    "pad, wrap": (lambda a: np.pad(a, (1, 4), mode="wrap"), tensor),
    "pad, linear_ramp": (lambda a: np.pad(a, (3, 2), mode="linear_ramp"), matrix),
    "pad, linear_ramp, ends": (lambda a: np.pad(a, (3, 2), "linear_ramp", end_values=(4.0, -1.0)), tensor),
    "pad, maximum": (lambda a: np.pad(a, (1, 2), mode="maximum"), matrix),
    "pad, minimum": (lambda a: np.pad(a, 1, mode="minimum", stat_length=2), square),
    "pad, mean": (lambda a: np.pad(a, ((1, 0), (2, 1)), mode="mean"), matrix),
    "pad, mean, lengths": (lambda a: np.pad(a, 2, "mean", stat_length=((1, 2), (2, 9))), square),
    "pad, median": (lambda a: np.pad(a, (1, 2), mode="median"), draw((3, 4))),
}  # fmt: skip

ORDER = {
    "sort": (np.sort, matrix),
    "sort, axis": (lambda a: np.sort(a, axis=0), tensor),
    "sort, flattened": (lambda a: np.sort(a, axis=None), matrix),
    "sort, strided": (lambda a: np.sort(a, 0, kind="mergesort"), strided),
    "sort, empty": (np.sort, empty),
    "sort times itself": (lambda a: np.sort(a) * a, vector),
    "partition": (lambda a: np.partition(a, 2), wide),
    "partition, axis": (lambda a: np.partition(a, (0, 2), axis=0), strided),
    "partition, flattened": (lambda a: np.partition(a, -2, None), matrix),
    "median": (np.median, vector),
    "median, an even number": (np.median, matrix),
    "median, axis": (lambda a: np.median(a, axis=-1), wide),
    "median, axes": (lambda a: np.median(a, (0, 2), keepdims=True), draw((2, 3, 2))),
    "median, a number": (np.median, scalar),
    "median, no axis": (lambda a: np.median(a, ()), matrix),
    "quantile": (lambda a: np.quantile(a, 0.3), matrix),
    "quantile, ends": (lambda a: np.quantile(a, [0.0, 1.0]), matrix),
    "quantile, several": (lambda a: np.quantile(a, [[0.1, 0.6], [0.9, 0.2]], axis=1), wide),
    "quantile, kept": (lambda a: np.quantile(a, [0.1, 0.2], axis=(0, 2), keepdims=True), tensor),
    "quantile, a number": (lambda a: np.quantile(a, 0.3), scalar),
    "percentile": (lambda a: np.percentile(a, [10, 50, 80], axis=0), strided),
    "percentile, one": (lambda a: np.percentile(a, 30, method="hazen"), vector),
    "nanmedian": (lambda a: np.nanmedian(np.where(mask, a, np.nan), axis=1), matrix),
    "nanquantile, kept": (lambda a: np.nanquantile(np.where(mask, a, np.nan), 0.3, keepdims=True), matrix),
    "nanpercentile": (lambda a: np.nanpercentile(a, 30, axis=0), wide),
}  # fmt: skip

NUMBERS = {
    "sum of a number": (lambda a: np.sum(a, axis=0), scalar),
    "max of a number": (lambda a: np.max(a, -1), scalar),
    "min of a number": (lambda a: np.min(a, 0, keepdims=True), scalar),
    "prod of a number": (lambda a: np.prod(a, axis=0), scalar),
    "ptp of a number": (lambda a: np.ptp(a, axis=0), scalar),
    "cumsum of a number, axis": (lambda a: np.cumsum(a, axis=-1), scalar),
    "add.reduce of a number": (np.add.reduce, scalar),
    "logaddexp.reduce of a number": (np.logaddexp.reduce, scalar),
    "logsumexp of a number": (lambda a: logsumexp(a, 0), scalar),
    "squeeze of a number": (lambda a: np.squeeze(a, axis=0), scalar),
    "repeat of a number, axis": (lambda a: np.repeat(a, 2, axis=0), scalar),
    "take of a number": (lambda a: np.take(a, 0, axis=0), scalar),
    "take of a number, several": (lambda a: np.take(a, [0, 0], axis=-1), scalar),
    "number[...]": (lambda a: a[...], np.float64(scalar)),
    "number[()]": (lambda a: a[()], np.float64(scalar)),
    "number[None]": (lambda a: a[None, ..., None], np.float64(scalar)),
    "number[mask]": (lambda a: (a[True], a[np.array(False)]), np.float64(scalar)),
}  # fmt: skip
"""What NumPy's functions take a number for: an array without axes, or with one."""

points, heights = np.array([-1.0, 0.2, 0.7, 2.0]), draw((4,))


def with_gaps(f, **options):
    """f of a matrix in which three entries are nan."""
    return (lambda a: f(np.where(mask, a, np.nan), **options)), matrix


STATISTICS = {
    "cumprod": (np.cumprod, matrix),
    "cumprod, axis": (lambda a: np.cumprod(a, axis=1), wide),
    "cumprod, strided": (lambda a: np.cumprod(a, 0), strided),
    "cumprod, zeros": (np.cumprod, np.array([2.0, 0.0, 3.0, 0.0, 5.0])),
    "cumprod, empty": (lambda a: np.cumprod(a, axis=1), empty),
    "cumprod, a number": (np.cumprod, scalar),
    "multiply.accumulate": (np.multiply.accumulate, matrix),
    "nansum": with_gaps(np.nansum),
    "nansum, axis": with_gaps(np.nansum, axis=0),
    "nanprod": with_gaps(np.nanprod, axis=-1, keepdims=True),
    "nanmean": with_gaps(np.nanmean),
    "nanmean, axis": with_gaps(np.nanmean, axis=1),
    "nanmean, a number": (np.nanmean, scalar),
    "nanvar": with_gaps(np.nanvar),
    "nanvar, ddof": (lambda a: np.nanvar(a, axis=1, ddof=1, keepdims=True), wide),
    "nanstd": with_gaps(np.nanstd),
    "nanstd, a number": (lambda a: a * np.nanstd(a, -1), scalar),
    "nanstd, axis": (lambda a: np.nanstd(a, 0), wide),
    "nanmax": with_gaps(np.nanmax),
    "nanmax, axis": with_gaps(np.nanmax, axis=1, keepdims=True),
    "nanmin": with_gaps(np.nanmin, axis=1),
    "nancumsum": with_gaps(np.nancumsum, axis=1),
    "nancumsum, flattened": with_gaps(np.nancumsum),
    "nancumprod": with_gaps(np.nancumprod, axis=0),
    "nan_to_num": (lambda a: np.nan_to_num(np.where(mask, a, np.nan), nan=1.5), matrix),
    "nan_to_num, infinite": (lambda a: np.nan_to_num(np.where(mask, a, -np.inf), neginf=2.0), matrix),
    "nan_to_num, a number": (np.nan_to_num, scalar),
    "cov": (np.cov, wide),
    "cov, two": (lambda a, b: np.cov(a, b, bias=True), vector, draw((3,), seed=1)),
    "cov, columns": (lambda a: np.cov(a, rowvar=False, ddof=0), strided),
    "cov, one": (np.cov, vector),
    "cov, counts": (lambda a: np.cov(a, fweights=[1, 2, 3]), matrix),
    "cov, weights": (lambda a: np.cov(a, aweights=[0.5, 2.0, 3.0], fweights=[1, 2, 1]), matrix),
    "corrcoef": (np.corrcoef, wide),
    "corrcoef, two": (np.corrcoef, draw((5,)), draw((5,), seed=1)),
    "diff, prepend": (lambda a: np.diff(a, prepend=0.0), matrix),
    "diff, both ends": (lambda a, b: np.diff(a, 2, 0, prepend=a, append=b), matrix, draw((1, 3))),
}  # fmt: skip
if NUMPY >= (2, 1):
    STATISTICS["cumulative_sum"] = (np.cumulative_sum, vector)
    STATISTICS["cumulative_sum, start"] = (
        lambda a: np.cumulative_sum(a, axis=1, include_initial=True), matrix,
    )  # fmt: skip
    STATISTICS["cumulative_prod"] = (lambda a: np.cumulative_prod(a, axis=-2, include_initial=True), strided)

SIGNALS = {
    "gradient": (np.gradient, vector),
    "gradient, all axes": (np.gradient, wide),
    "gradient, axis": (lambda a: np.gradient(a, 0.5, axis=1), wide),
    "gradient, spacings": (lambda a: np.gradient(a, 0.5, np.arange(7.0) ** 2), wide),
    "gradient, two entries": (lambda a: np.gradient(a, axis=0), matrix),
    "gradient, second order": (lambda a: np.gradient(a, edge_order=2, axis=-1), wide),
    "gradient, second order, coordinates": (lambda a: np.gradient(a, points, edge_order=2), heights),
    "gradient, by the coordinates": (lambda a, x: np.gradient(a, x), heights, points),
    "gradient, by the spacing": (lambda a, h: np.gradient(a, h, edge_order=2), heights, 0.7),
    "trapezoid": (np.trapezoid, wide),
    "trapezoid, axis": (lambda a: np.trapezoid(a, dx=0.5, axis=0), wide),
    "trapezoid, coordinates": (lambda a, x: np.trapezoid(a, x, axis=0), draw((4, 2)), points),
    "trapezoid, an array of coordinates": (lambda a, x: np.trapezoid(a, x), matrix, draw((2, 3), seed=1)),
    "ediff1d": (np.ediff1d, matrix),
    "ediff1d, ends": (lambda a, b: np.ediff1d(a, to_begin=b, to_end=[1.0, 2.0]), vector, scalar),
    "unwrap": (np.unwrap, draw((9,), -20.0, 20.0)),
    "unwrap, axis and period": (lambda a: np.unwrap(a, axis=0, period=3.0), draw((4, 3), -9.0, 9.0)),
    "unwrap, discont": (lambda a: np.unwrap(a, discont=7.0), draw((9,), -20.0, 20.0)),
    "linspace": (lambda a, b: np.linspace(a, b, 4), scalar, 2.0),
    "linspace, arrays": (lambda a, b: np.linspace(a, b, 3, endpoint=False, axis=-1), matrix, vector),
    "linspace, step": (lambda a: np.linspace(a, 1.0, 5, retstep=True), vector),
    "linspace, one": (lambda a: np.linspace(a, 1.0, 1), vector),
    "logspace": (lambda a, b: np.logspace(a, b, 4), scalar, 1.2),
    "logspace, base": (lambda a, b: np.logspace(0.0, a, 4, base=b), scalar, 2.5),
    "geomspace": (lambda a, b: np.geomspace(a, b, 4), 0.5, 3.0),
    "geomspace, negative": (lambda a: np.geomspace(a, -2.0, 4), -0.5),
    "interp": (np.interp, draw((2, 3), -2.0, 3.0), points, heights),
    "interp, a number": (np.interp, 0.5, points, heights),
    "interp, outside": (lambda x: np.interp(x, points, heights, left=3.0, right=-1.0), draw((9,), -3.0, 4.0)),
    "interp, by left": (lambda x, y: np.interp(x, points, heights, left=y, right=y * y), 5 * vector, scalar),
    "interp, period": (
        lambda x, y: np.interp(x, [3.0, -0.5, 1.2], y, period=2.5), draw((7,), -9.0, 9.0), vector,
    ),
    "interp, one point": (lambda x, y: np.interp(x, [0.5], y), vector, draw((1,))),
    "convolve": (np.convolve, heights, vector),
    "convolve, same": (lambda a, v: np.convolve(a, v, "same"), heights, draw((7,))),
    "convolve, valid": (lambda a, v: np.convolve(a, v, mode="valid"), draw((6,)), draw((2,))),
    "convolve, valid, the shorter first": (lambda a, v: np.convolve(a, v, "valid"), vector, heights),
    "convolve, valid, one": (lambda a, v: np.convolve(a, v, "valid"), vector, draw((3,), seed=1)),
    "convolve, with itself": (lambda a: np.convolve(a, a), vector),
    "convolve, numbers": (np.convolve, scalar, vector),
    "convolve, strided": (lambda a: np.convolve(a[::-2], [1.0, 2.0, 0.5], "same"), draw((9,))),
    "correlate": (np.correlate, heights, draw((2,))),
    "correlate, full": (lambda a, v: np.correlate(a, v, "full"), vector, heights),
    "correlate, same": (lambda a, v: np.correlate(a, v, "same"), heights, draw((6,))),
    "correlate, same, odd": (lambda a, v: np.correlate(a, v, "same"), draw((6,)), vector),
    "correlate, the shorter first": (np.correlate, vector, heights),
    "sinc": (np.sinc, wide),
    "sinc, near 0": (np.sinc, np.array([-0.3, -1e-3, 0.0, 1e-9, 0.31, 0.32])),
    "sinc, a number": (np.sinc, 0.0),
}  # fmt: skip

POLYNOMIALS = {
    "polyval": (np.polyval, vector, matrix),
    "polyval, a number": (np.polyval, vector, scalar),
    "polyadd": (np.polyadd, vector, heights),
    "polysub": (np.polysub, vector, draw((2,))),
    "polymul": (np.polymul, vector, heights),
    "poly": (np.poly, vector),
    "polyder": (np.polyder, heights),
    "polyder, twice": (lambda p: np.polyder(p, 2), heights),
    "polyint": (np.polyint, heights),
    "polyint, constants": (lambda p, k: np.polyint(p, 2, k), heights, draw((2,))),
    "vander": (np.vander, vector),
    "vander, increasing": (lambda a: np.vander(a, 4, increasing=True), draw((2,))),
}  # fmt: skip

OTHERS = {
    "amax": (lambda a: np.amax(a, axis=1), matrix),
    "amin": (np.amin, matrix),
    "cross": (np.cross, draw((4, 3)), vector),
    "cross, axes": (lambda a, b: np.cross(a, b, 0, -1, 0), draw((3, 2)), matrix),
    "cross, axis": (lambda a, b: np.cross(a, b, axis=0), square, draw((3, 3), seed=1)),
    "cross, with itself": (lambda a: np.cross(a, a * a), vector),
    "linalg.cross": (np.linalg.cross, vector, draw((3,), seed=1)),
    "linalg.diagonal": (lambda a: np.linalg.diagonal(a, offset=1), draw((2, 3, 3))),
    "linalg.matrix_transpose": (np.linalg.matrix_transpose, tensor),
    "full_like": (lambda a, b: np.full_like(a, b) * a, matrix, scalar),
    "full_like, another shape": (lambda a, b: np.full_like(a, b, shape=(2, 3)), vector, draw((2, 1))),
    "astype": (lambda a: np.astype(a, float), matrix),
    "reshape, column by column": (lambda a: np.reshape(a, (3, -1), order="F"), wide),
    "ravel, column by column": (lambda a: np.ravel(a, order="F"), strided),
    "reshape a number": (lambda a: np.reshape(a, (1, 1), order="F"), scalar),
    "take, wrapped": (lambda a: np.take(a, [-4, 2, 5], axis=1, mode="wrap"), matrix),
    "take, clipped": (lambda a: np.take(a, [[-4, 2], [5, 7]], mode="clip"), matrix),
    "real": (np.real, matrix),
    "real_if_close": (np.real_if_close, matrix),
    "imag": (lambda a: a * np.imag(a), matrix),
    "angle": (lambda a: a * np.angle(a), matrix),
    "angle, degrees": (lambda a: np.angle(a, deg=True), matrix),
    "tril_indices_from": (lambda a: a[np.tril_indices_from(a)], square),
    "diag_indices_from": (lambda a: a[np.diag_indices_from(a)], square),
    "apply_along_axis": (lambda a: np.apply_along_axis(lambda line: line[:2] * line[0], 1, a), matrix),
    "apply_along_axis, numbers": (lambda a: np.apply_along_axis(np.sum, 0, a), tensor),
    "apply_along_axis, matrices": (lambda a: np.apply_along_axis(np.diag, 1, a), tensor.swapaxes(0, 1)),
    "apply_over_axes": (lambda a: np.apply_over_axes(np.sum, a, [0, -1]), tensor),
    "piecewise": (lambda a: np.piecewise(a, [mask, ~mask], [np.exp, np.sin]), matrix),
    "piecewise, one condition": (lambda a: np.piecewise(a, mask[0], [np.exp, -1.0]), vector),
    "piecewise, a number": (lambda a: np.piecewise(a, [True, False], [np.square, np.sqrt]), scalar),
    "piecewise, arguments": (lambda a: np.piecewise(a, [mask], [np.power, np.multiply], 3.0), matrix),
}  # fmt: skip

if NUMPY >= (2, 1):  # before, NumPy took a mask for integers, and warned
    REARRANGING["insert, a mask"] = (lambda a: np.insert(a, mask[0], 1.0), vector)

METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen",
    "weibull", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)  # fmt: skip
for method in METHODS:
    quantiles = partial(np.quantile, q=[0.05, 0.4, 0.77], axis=0, method=method)
    ORDER[f"quantile, {method}"] = quantiles, wide

NUMPY_FUNCTIONS = REARRANGING | PADDING | ORDER | NUMBERS | STATISTICS | SIGNALS | POLYNOMIALS | OTHERS
