/* The descents: from one start, each by the formula of an optimizer. `slopeAt(knobs)` gives the error and its gradient,
   `updates` the formulas; the compiler wrote both. A knob is a number, two knobs are an array. */
const KNOBS = data.names.length, MOST_STEPS = 10000;

const flat = x => typeof x === "number" ? [x] : Array.from(x);
const knobs = numbers => KNOBS === 1 ? numbers[0] : Float64Array.from(numbers);
const errorOf = numbers => errorAt(knobs(numbers))[0];

const descent = {
  kinds: Object.keys(data.formulas), shown: new Set(["GradientDescent"]), said: "GradientDescent",
  start: [...data.start], index: 0, rates: {}, settings: {}, paths: {},

  begin() {
    for (const kind of this.kinds) {
      this.rates[kind] = data.rate;
      this.settings[kind] = data.formulas[kind].settings.map(({ value }) => value);
    }
  },

  /* Forget what was computed: a rate, a setting or the start is another one. */
  change() { this.paths = {}; },

  first(kind) {
    const memory = data.formulas[kind].memory.map(({ shape, start }) => shape.length ? Float64Array.from(start) : start[0]);
    return this.place([...this.start], memory);
  },

  /* A place of a path: the knobs, the error and the gradient there, and what the optimizer remembers on arriving. */
  place(numbers, memory) {
    const [error, gradient] = slopeAt(knobs(numbers));
    return { knobs: numbers, error, gradient: flat(gradient), memory };
  },

  after(kind, { knobs: numbers, gradient, memory }) {
    const [moved, ...remembered] = updates[kind](knobs(numbers), knobs(gradient), ...memory, this.rates[kind], ...this.settings[kind]);
    return this.place(flat(moved), remembered);
  },

  /* The path of an optimizer up to the step that is shown; it ends where it has diverged. */
  path(kind) {
    const path = this.paths[kind] ??= [this.first(kind)];
    while (path.length <= this.index && !hasDiverged([path[0], path.at(-1)])) path.push(this.after(kind, path.at(-1)));
    return path.slice(0, this.index + 1);
  },

  /* 2 / L, above which plain descent does not converge; with momentum m steps may be longer. */
  bound(kind) {
    if (data.curvature === null) return null;
    const L = data.curvature, m = this.settings[kind][0];
    return { GradientDescent: 2 / L, Momentum: 2 * (1 + m) / L, Nesterov: 2 * (1 + m) / ((1 + 2 * m) * L) }[kind] ?? null;
  },
};

/* Whether a path has diverged or converged at its last place: the rules of `descend`, with its dtol and gtol. */
function hasDiverged(path) {
  return !isFinitePlace(path.at(-1)) || path.at(-1).error > 1e20 * Math.max(1, Math.abs(path[0].error));
}

function hasConverged(path) {
  const [first, last] = [path[0], path.at(-1)].map(({ gradient }) => Math.hypot(...gradient));
  return last <= 1e-8 * first;
}

function isFinitePlace({ knobs: numbers, error, gradient }) {
  return [...numbers, error, ...gradient].every(Number.isFinite);
}
