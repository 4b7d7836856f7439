/* The net that learns: its numbers, and a step of it. The numbers are computed by programs of the compiler: those of a
   net, `learn` (the error of a batch and its gradients) and `look` (probabilities and errors), and the `updates` of the
   optimizers. A layer has 16 units; a program gets 1 for those in use and 0 for the others, which then never change. */
const WIDTH = 16, INPUTS = 2;

const doubles = text => new Float64Array(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
const product = shape => shape.reduce((n, m) => n * m, 1);

/* microgd.init, applied to the numbers that NumPy's generator draws. */
const initialised = {
  he: (z, inputs) => Math.sqrt(2 / inputs) * z,
  xavier: (u, inputs, outputs) => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    return -limit + 2 * limit * u;
  },
};

/* Random numbers from 0 to 1 for the order of rows: Mulberry32, by T. Ettinger. */
function* randoms(seed) {
  for (let state = seed >>> 0; ;) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    yield ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

/* The rows of batch after batch: each epoch visits all n rows once, in a new random order. */
function* batches(n, size, random) {
  for (;;) {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(random.next().value * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    for (let first = 0; first < n; first += size) yield order.slice(first, first + size);
  }
}

const net = {
  // what the reader chooses
  points: data.sets[0], units: [], activation: "", seed: "given", optimizer: "", rate: 0, settings: [], batch: null,

  get inputs() { return this.points.inputs; },
  get sizes() { return [this.inputs, ...this.units, 1]; },
  get layers() { return data.layers[this.units.length]; },
  get programs() { return nets[this.activation][this.units.length]; },
  get formula() { return data.formulas[this.optimizer]; },

  /* The net that came with the page fits these choices. */
  get givenFits() {
    return String([this.inputs, ...this.units]) === String([data.start.inputs, ...data.start.units]);
  },

  /* Begin anew from the first weights. */
  reset() {
    this.weights = this.seed === "given" && this.givenFits ? this.given() : this.drawn();
    this.used = this.units.map(n => Float64Array.from({ length: WIDTH }, (_, i) => Number(i < n)));
    this.steps = 0;
    this.forget();
    this.arrange();
  },

  /* Begin with the memory of the optimizer anew. */
  forget() {
    this.gradients = null;
    this.memory = this.formula.memory.map(({ shape, start }) => shape.length ? new Float64Array(product(shape)).fill(start) : start);
  },

  /* Put the rows of the data into the arrays of the programs. */
  arrange() {
    const { inputs, input, goal, training } = this.points;
    this.input = this.rows(goal.map((_, i) => input.slice(i * inputs, (i + 1) * inputs)));
    this.goal = Float64Array.from({ length: data.rows }, (_, i) => goal[i] ?? 0);
    this.shares = [this.share(0, training), this.share(training, goal.length)];
    this.shuffle();
  },

  shuffle() {
    const n = this.points.training, random = randoms(this.seed === "given" ? 0 : Number(this.seed));
    this.batches = batches(n, Math.min(this.batch ?? n, n), random);
  },

  /* Inputs as rows; those that are missing are 0. */
  rows(points) {
    const rows = new Float64Array(data.rows * INPUTS);
    points.forEach((point, i) => rows.set(point, i * INPUTS));
    return rows;
  },

  /* The share of each row in the mean over some of them. */
  share(first, end) {
    return Float64Array.from({ length: data.rows }, (_, i) => first <= i && i < end ? 1 / (end - first) : 0);
  },

  // First weights: the sizes of a net within those of the programs

  fill(weight, bias) {
    const flat = new Float64Array(data.size);
    for (let i = 0; i < this.layers.length; i += 2) {
      const [w, b] = this.layers.slice(i, i + 2), inputs = this.sizes[i / 2], outputs = this.sizes[i / 2 + 1];
      for (let row = 0; row < inputs; row++) {
        for (let column = 0; column < outputs; column++) flat[w.at + row * w.shape[1] + column] = weight(inputs, outputs);
      }
      for (let column = 0; column < outputs; column++) flat[b.at + column] = bias();
    }
    return flat;
  },

  given() {
    let i = 0;
    const next = () => data.start.numbers[i++];
    return this.fill(next, next);
  },

  drawn() {
    const way = this.activation === "relu" ? "he" : "xavier";
    const numbers = doubles(data.draws[way][this.seed === "given" ? 0 : this.seed]);
    let i = 0;
    return this.fill((inputs, outputs) => initialised[way](numbers[i++], inputs, outputs), () => 0);
  },

  // The programs

  parts(flat) { return this.layers.map(({ shape, at }) => flat.subarray(at, at + product(shape))); },

  step() {
    const rows = this.batches.next().value, share = new Float64Array(data.rows);
    for (const row of rows) share[row] = 1 / rows.length;
    const [, ...found] = this.programs.learn(...this.parts(this.weights), this.input, this.goal, share, ...this.used);
    this.gradients = new Float64Array(this.weights.length);
    found.forEach((gradient, i) => this.gradients.set(gradient, this.layers[i].at));
    const before = this.weights;
    [this.weights, ...this.memory] = updates[this.optimizer](
      before, this.gradients, ...this.memory, this.rate, ...this.settings,
    );
    this.change = this.weights.map((x, i) => x - before[i]);
    this.steps += 1;
    this.last = rows;
  },

  /* The probabilities of class 1 for rows of inputs, the error over the training rows and over those held out, and the
     outputs of each layer, of which the last are the logits. */
  look(input = this.input) {
    return this.programs.look(...this.parts(this.weights), input, this.goal, ...this.shares, ...this.used);
  },

  /* For any points: the probabilities, their logits, and the outputs of the units, for each hidden layer a list of points. */
  everywhere(points) {
    const probabilities = [], logits = [], outputs = this.units.map(() => []);
    for (let first = 0; first < points.length; first += data.rows) {
      const chunk = points.slice(first, first + data.rows), [found, , , ...layers] = this.look(this.rows(chunk));
      chunk.forEach((_, i) => {
        probabilities.push(found[i]);
        logits.push(layers.at(-1)[i]);
        outputs.forEach((output, k) => output.push(layers[k].subarray(i * WIDTH, (i + 1) * WIDTH)));
      });
    }
    return { probabilities, logits, outputs };
  },

  get isFinite() { return this.weights.every(Number.isFinite); },
};
