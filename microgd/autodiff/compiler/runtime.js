// The functions that programs in JavaScript call; a program carries those that it needs. A table of places or
// of groups has a number for each entry: where it stands in the operand, to which entry of the result it goes.

// Powers as C has them: 1 to any power is 1.
function pow(a, b) {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
}

// Chromium's own is off by 2.1 units in the last place near 0.25. Below 0.625 the rational function of S. Moshier,
// "Methods and Programs for Mathematical Functions", 1989 (Cephes, tanh.c).
function tanh(a) {
  if (a === 0 || Math.abs(a) >= 0.625) return Math.tanh(a);
  const s = a * a;
  const above = (-0.964399179425052238628 * s - 99.2877231001918586564) * s - 1614.68768441708447952;
  const below = ((s + 112.811678491632931402) * s + 2235.48839060100448583) * s + 4844.06305325125486048;
  return a + a * s * (above / below);
}

// Chromium's own is off by 1.9 units in the last place, this one by 1.2.
function hypot(a, b) {
  const longer = Math.max(Math.abs(a), Math.abs(b));
  if (!Number.isFinite(longer)) return Math.hypot(a, b);
  const unit = longer > 1e150 ? 2 ** 600 : longer < 1e-150 ? 2 ** -600 : 1; // no square overflows
  const x = a / unit, y = b / unit;
  return Math.sqrt(x * x + y * y) * unit;
}

function sech2(a) {
  const s = 1 / Math.cosh(a);
  return s * s;
}

function sigmoid(a) {
  const decay = Math.exp(-Math.abs(a)); // at most 1: neither tail overflows
  return (a < 0 ? decay : 1) / (1 + decay);
}

function softplus(a) {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

function logaddexp(a, b) {
  return a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

function logaddexp2(a, b) {
  return a === b ? a + 1 : Math.max(a, b) + Math.LOG2E * Math.log1p(pow(2, -Math.abs(a - b)));
}

// sin(pi a) / (pi a)
function sinc(a) {
  const x = a === 0 ? Number.EPSILON : Math.PI * a;
  return Math.sin(x) / x;
}

// Maximum and minimum that prefer a number to nan.
function fmax(a, b) {
  return a >= b || Number.isNaN(b) ? a : b;
}

function fmin(a, b) {
  return a <= b || Number.isNaN(b) ? a : b;
}

function copysign(a, b) {
  return b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a);
}

// 0 below 0, 1 above it, at 0 the second argument.
function heaviside(a, b) {
  return a === 0 ? b : a < 0 ? 0 : a > 0 ? 1 : NaN;
}

// a 2^exponent, in steps that neither overflow nor round twice.
function ldexp(a, exponent) {
  let rest = Math.max(-2200, Math.min(2200, exponent));
  for (; rest > 1023; rest -= 1023) a *= 2 ** 1023;
  for (; rest < -1022; rest += 969) a *= 2 ** -969;
  return a * 2 ** rest;
}

// The remainder with the sign of b, as Python's %.
function remainder(a, b) {
  const r = a % b;
  return r === 0 ? (b < 0 ? -0 : 0) : r < 0 !== b < 0 ? r + b : r;
}

// The whole quotient that belongs to the remainder, as NumPy computes it: Math.floor(1 / 0.1) is 10, not 9.
function floor_divide(a, b) {
  const r = a % b, quotient = (a - r) / b;
  if (b === 0 || Number.isNaN(r)) return b === 0 ? a / b : NaN;
  const whole = Math.round(r !== 0 && r < 0 !== b < 0 ? quotient - 1 : quotient);
  return whole === 0 ? 0 * Math.sign(a) * Math.sign(b) : whole;
}

// The square root as C's pow has it.
function root(a) {
  return a === -Infinity ? Infinity : Math.sqrt(a + 0);
}

// Half-way numbers go to the even neighbour, as IEEE 754 rounds.
function rint(a) {
  const below = Math.floor(a), rest = a - below;
  const nearest = rest < 0.5 ? below : rest > 0.5 ? below + 1 : below % 2 === 0 ? below : below + 1;
  return nearest === 0 ? 0 * a : nearest; // -0.3 becomes -0
}

function round(a, decimals) {
  const scale = 10 ** Math.abs(decimals);
  return decimals >= 0 ? rint(a * scale) / scale : rint(a / scale) * scale;
}

// Integers: exact up to 2^53, and without -0.
function whole(a) {
  if (Number.isSafeInteger(a)) return a + 0;
  throw new RangeError(`the integer ${a} is beyond 2**53, up to which integers are exact`);
}

function whole_power(a, b) {
  if (b >= 0) return a ** b;
  throw new RangeError("Integers to negative integer powers are not allowed.");
}

// A table of places that grow by one step along each axis of a shape.
function stepped(first, shape, steps) {
  return shape.reduce((places, n, axis) => {
    const next = new Int32Array(places.length * n);
    for (let i = 0; i < next.length; i++) next[i] = places[Math.floor(i / n)] + (i % n) * steps[axis];
    return next;
  }, Int32Array.of(first));
}

function each(n, f) {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = f(i);
  return out;
}

function pick(a, places) {
  return each(places.length, i => a[places[i]]);
}

// The places that an index reads: each of its integers stands for steps along an axis of n entries.
function located(places, ...indices) {
  const out = Int32Array.from(places);
  for (const [integers, entries, n, axis, step] of indices) {
    const steps = Array.from(integers, x => step * within(x, n, axis));
    entries.forEach((entry, i) => { out[i] += steps[entry]; });
  }
  return out;
}

function within(x, n, axis) {
  if (!Number.isInteger(x)) throw new RangeError(`arrays used as indices must be of integer type, got ${x}`);
  if (x < -n || x >= n) throw new RangeError(`index ${x} is out of bounds for axis ${axis} with size ${n}`);
  return x < 0 ? x + n : x;
}

// Reductions: a is runs of entries, each run goes to one group, n groups are the result.
function folded(a, groups, run, n, start, f) {
  const out = new Float64Array(n).fill(start);
  for (let i = 0; i < a.length; i++) {
    const group = groups[Math.floor(i / run)];
    out[group] = f(out[group], a[i]);
  }
  return out;
}

function sum(a, groups, run, n) {
  const out = new Float64Array(n);
  groups.forEach((group, i) => { out[group] += pairwise(a, i * run, run); });
  return out;
}

// NumPy's order: eight sums side by side up to 128 entries, then halves.
function pairwise(a, start, n) {
  if (n > 128) {
    const half = Math.floor(n / 16) * 8;
    return pairwise(a, start, half) + pairwise(a, start + half, n - half);
  }
  const r = [0, 0, 0, 0, 0, 0, 0, 0], full = n - n % 8;
  for (let i = 0; i < full; i++) r[i % 8] += a[start + i];
  let total = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  for (let i = full; i < n; i++) total += a[start + i];
  return total;
}

function max(a, groups, run, n) {
  return folded(a, groups, run, n, -Infinity, Math.max);
}

function min(a, groups, run, n) {
  return folded(a, groups, run, n, Infinity, Math.min);
}

function any(a, groups, run, n) {
  return folded(a, groups, run, n, 0, (found, x) => +(found || x != 0));
}

function all(a, groups, run, n) {
  return folded(a, groups, run, n, 1, (found, x) => +(found && x != 0));
}

function count_nonzero(a, groups, run, n) {
  return folded(a, groups, run, n, 0, (count, x) => count + (x != 0));
}

function logsumexp(a, groups, run, n) {
  const top = max(a, groups, run, n).map(x => (Number.isFinite(x) ? x : 0));
  const total = sum(each(a.length, i => Math.exp(a[i] - top[groups[Math.floor(i / run)]])), groups, run, n);
  return each(n, i => Math.log(total[i]) + top[i]);
}

function norm(a, groups, run, n) {
  const inRange = x => x > 2 ** -970 && x < Infinity, group = i => groups[Math.floor(i / run)];
  const squares = sum(each(a.length, i => a[i] * a[i]), groups, run, n);
  if (squares.every(inRange)) return squares.map(Math.sqrt);
  const longest = max(each(a.length, i => Math.abs(a[i])), groups, run, n);
  const unit = longest.map(x => (x > 0 && x < Infinity ? x : 1)); // in which no square overflows
  const x = each(a.length, i => a[i] / unit[group(i)]);
  const scaled = sum(x.map(entry => entry * entry), groups, run, n);
  return each(n, i => (inRange(squares[i]) ? Math.sqrt(squares[i]) : unit[i] * Math.sqrt(scaled[i])));
}

// Along an axis: places line after line, n entries a line.
function cumsum(a, places, n) {
  const out = new Float64Array(a.length);
  places.forEach((place, i) => { out[place] = i % n ? out[places[i - 1]] + a[place] : a[place]; });
  return out;
}

// The places in each line in ascending order; nan is last, equal entries keep their order.
function argsort(a, places, n) {
  const out = new Float64Array(a.length);
  const nan = Number.isNaN;
  for (let start = 0; start < a.length; start += n) {
    const line = Array.from({length: n}, (_, i) => i), entry = i => a[places[start + i]];
    line.sort((i, j) => nan(entry(i)) - nan(entry(j)) || +(entry(i) > entry(j)) - +(entry(i) < entry(j)));
    line.forEach((from, i) => { out[places[start + i]] = from; });
  }
  return out;
}

// The place of the first largest entry in each line; nan is larger than all.
function argmax(a, places, n) {
  return each(a.length / n, k => {
    let best = 0;
    for (let i = 0; i < n; i++) {
      const x = a[places[k * n + i]], top = a[places[k * n + best]];
      if (x > top || (Number.isNaN(x) && !Number.isNaN(top))) best = i;
    }
    return best;
  });
}

function argmin(a, places, n) {
  return argmax(each(a.length, i => -a[i]), places, n);
}

// Where numbers belong among sorted entries: behind those that are smaller, with `right` also behind equal ones.
function searchsorted(sorted, numbers, right) {
  const before = (x, y) => x < y || (right && x === y) || (Number.isNaN(y) && (right || !Number.isNaN(x)));
  return each(numbers.length, i => {
    let low = 0, high = sorted.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (before(sorted[middle], numbers[i])) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

// Put entries among zeros.
function put(g, places, n) {
  const out = new Float64Array(n);
  places.forEach((place, i) => { out[place] = g[i]; });
  return out;
}

// Add entries to zeros; a place that stands twice gets both.
function scatter(g, places, n) {
  const out = new Float64Array(n);
  places.forEach((place, i) => { out[place] += g[i]; });
  return out;
}

// Multiply matrices that begin at these places of a and b.
function matmul(a, b, rows, inner, columns, lefts = [0], rights = [0]) {
  const out = new Float64Array(lefts.length * rows * columns);
  for (let m = 0; m < lefts.length; m++) {
    for (let i = 0; i < rows; i++) {
      const to = (m * rows + i) * columns;
      for (let k = 0; k < inner; k++) {
        const x = a[lefts[m] + i * inner + k], row = rights[m] + k * columns;
        for (let j = 0; j < columns; j++) out[to + j] += x * b[row + j];
      }
    }
  }
  return out;
}

// Solve a x = b for matrices that begin at these places: Gaussian elimination with the largest pivot, as LAPACK.
function solve(a, b, n, columns, lefts = [0], rights = [0]) {
  const out = new Float64Array(lefts.length * n * columns);
  lefts.forEach((left, m) => {
    const row = (x, start, width, i) => Array.from(x.slice(start + i * width, start + (i + 1) * width));
    const rows = Array.from({length: n}, (_, i) => [...row(a, left, n, i), ...row(b, rights[m], columns, i)]);
    for (let k = 0; k < n; k++) {
      const sizes = rows.map((entries, i) => (i < k ? -1 : Math.abs(entries[k])));
      const pivot = sizes.indexOf(Math.max(...sizes));
      if (sizes[pivot] === 0) throw new RangeError("Singular matrix");
      if (pivot >= 0) [rows[k], rows[pivot]] = [rows[pivot], rows[k]]; // it is -1 among nan
      for (const below of rows.slice(k + 1)) {
        const share = below[k] / rows[k][k];
        for (let j = k; j < n + columns; j++) below[j] -= share * rows[k][j];
      }
    }
    for (let k = n - 1; k >= 0; k--) {
      for (let j = 0; j < columns; j++) {
        let x = rows[k][n + j];
        for (let i = k + 1; i < n; i++) x -= rows[k][i] * out[(m * n + i) * columns + j];
        out[(m * n + k) * columns + j] = x / rows[k][k];
      }
    }
  });
  return out;
}

// Multiply as polynomials.
function convolve(a, v) {
  const out = new Float64Array(a.length + v.length - 1);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < v.length; j++) out[i + j] += a[i] * v[j];
  }
  return out;
}

function join(...parts) {
  const out = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
