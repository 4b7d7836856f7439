// The functions that programs in JavaScript call; a program carries those that it needs. A table of places or
// of groups has a number for each entry: where it stands in the operand, to which entry of the result it goes.

// Powers as C has them: 1 to any power is 1.
function pow(a, b) {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
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

function gathered(a, groups, out, f) {
  for (let i = 0; i < a.length; i++) out[groups[i]] = f(out[groups[i]], a[i]);
  return out;
}

function sum(a, groups, n) {
  return gathered(a, groups, new Float64Array(n), (x, y) => x + y);
}

function max(a, groups, n) {
  return gathered(a, groups, new Float64Array(n).fill(-Infinity), Math.max);
}

function min(a, groups, n) {
  return gathered(a, groups, new Float64Array(n).fill(Infinity), Math.min);
}

function logsumexp(a, groups, n) {
  const top = max(a, groups, n).map(x => (Number.isFinite(x) ? x : 0));
  const total = sum(each(a.length, i => Math.exp(a[i] - top[groups[i]])), groups, n);
  return each(n, i => Math.log(total[i]) + top[i]);
}

function norm(a, groups, n) {
  return sum(each(a.length, i => a[i] * a[i]), groups, n).map(Math.sqrt);
}

// Add entries to zeros; a place that stands twice gets both.
function scatter(g, places, n) {
  const out = new Float64Array(n);
  for (let i = 0; i < g.length; i++) out[places[i]] += g[i];
  return out;
}

function matmul(a, b, rows, inner, columns) {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const x = a[i * inner + k];
      for (let j = 0; j < columns; j++) out[i * columns + j] += x * b[k * columns + j];
    }
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
