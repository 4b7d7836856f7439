/* The field: the probability of class 1 as colour, the boundary where it is one half, the points, the axes. With one
   input the probability is a curve over it instead. Class 0 are circles, class 1 triangles; held-out points are hollow. */
const GRID = 40, PLOT = { left: 40, top: 8, size: 352 };
const SVG = "http://www.w3.org/2000/svg";
const INK = [[196, 92, 0], [0, 104, 178]]; // class 0, class 1

function drawn(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const field = {
  get points() { return net.points; },

  /* The place of a point, by standardised coordinates. */
  across(x) { return PLOT.left + (x - this.points.low[0]) / (this.points.high[0] - this.points.low[0]) * PLOT.size; },
  down(fraction) { return PLOT.top + (1 - fraction) * PLOT.size; },
  height(y) { return (y - this.points.low[1]) / (this.points.high[1] - this.points.low[1]); },

  /* Draw what only changes with the data: axes and points. */
  begin() {
    const plane = $("plane"), { axes, ticks, center, scale, goal, classes, training } = this.points;
    plane.replaceChildren();
    const text = (x, y, anchor, content) => plane.append(drawn("text", { x, y, "text-anchor": anchor }, content));
    for (const tick of ticks[0]) text(this.across((tick - center[0]) / scale[0]), 378, "middle", number(tick));
    const heights = this.points.inputs === 1 ? [0, 0.5, 1] : ticks[1];
    for (const tick of heights) {
      const fraction = this.points.inputs === 1 ? tick : this.height((tick - center[1]) / scale[1]);
      text(PLOT.left - 6, this.down(fraction) + 5, "end", number(tick));
    }
    text(PLOT.left + PLOT.size, 396, "end", axes[0]);
    text(PLOT.left, 396, "start", this.points.inputs === 1 ? `↑ probability of ${classes[1]}` : `↑ ${axes[1]}`);
    this.boundary = plane.appendChild(drawn("path", { class: "boundary halo" }));
    this.line = plane.appendChild(drawn("path", { class: "boundary" }));
    this.curve = plane.appendChild(drawn("path", { class: "probability" }));
    const marks = plane.appendChild(drawn("g", { class: "points" }));
    goal.forEach((kind, i) => marks.append(this.mark(kind, ...this.place(i), i >= training)));
    $("legend").replaceChildren(...classes.map((name, kind) => this.entry(kind, false, name)));
    if (training < goal.length) $("legend").append(this.entry(1, true, "hollow: held out"));
  },

  /* Where point i is drawn; animals of one class lie in a strip, side by side where they weigh the same. */
  place(i) {
    const { inputs, input, goal } = this.points;
    if (inputs === 2) return [this.across(input[2 * i]), this.down(this.height(input[2 * i + 1]))];
    return [this.across(input[i]), this.down(goal[i] * 0.84 + 0.02 + 0.12 * ((i * 0.618) % 1))];
  },

  mark(kind, x, y, hollow) {
    const name = `point class${kind}${hollow ? " hollow" : ""}`;
    return kind
      ? drawn("path", { class: name, d: `M${x.toFixed(1)},${(y - 5).toFixed(1)}l5,9h-10z` })
      : drawn("circle", { class: name, cx: x.toFixed(1), cy: y.toFixed(1), r: 4.2 });
  },

  entry(kind, hollow, text) {
    const item = document.createElement("li"), svg = drawn("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" });
    svg.append(this.mark(kind, 7, 7, hollow));
    item.append(svg, text);
    return item;
  },

  /* Draw what the net says. */
  draw() {
    this.points.inputs === 1 ? this.drawLine() : this.drawPlane();
    $("plane").setAttribute("aria-label", `${this.points.name}: ${this.points.goal.length} points, and what the net says everywhere`);
  },

  drawPlane() {
    const { low, high } = this.points, at = (i, k) => low[k] + (i + 0.5) / GRID * (high[k] - low[k]);
    const centers = [];
    for (let row = 0; row < GRID; row++) for (let column = 0; column < GRID; column++) centers.push([at(column, 0), at(GRID - 1 - row, 1)]);
    const found = net.probabilities(centers);
    this.paint(found, GRID, GRID);
    const cell = PLOT.size / GRID;
    const d = boundary(found, GRID).map(ends => "M" + ends.map(([x, y]) =>
      `${(PLOT.left + (x + 0.5) * cell).toFixed(1)},${(PLOT.top + (y + 0.5) * cell).toFixed(1)}`).join("L")).join("");
    this.curve.setAttribute("d", "");
    for (const path of [this.boundary, this.line]) path.setAttribute("d", d);
  },

  drawLine() {
    const count = 200, [low] = this.points.low, [high] = this.points.high;
    const found = net.probabilities(Array.from({ length: count }, (_, i) => [low + (i + 0.5) / count * (high - low)]));
    this.paint(found, count, 1);
    const place = i => PLOT.left + (i + 0.5) / count * PLOT.size;
    const known = found.every(Number.isFinite);
    this.curve.setAttribute("d", known ? "M" + found.map((p, i) => `${place(i).toFixed(1)},${this.down(p).toFixed(1)}`).join("L") : "");
    const cuts = found.flatMap((p, i) => i && (p > 0.5) !== (found[i - 1] > 0.5) ? [i - (p - 0.5) / (p - found[i - 1])] : []);
    const d = cuts.map(i => `M${place(i).toFixed(1)},${PLOT.top}v${PLOT.size}`).join("");
    for (const path of [this.boundary, this.line]) path.setAttribute("d", d);
  },

  /* Colour the ground: the surer, the stronger; nothing where the net is undecided. */
  paint(found, width, height) {
    const canvas = Object.assign($("ground"), { width, height }), context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    found.forEach((p, i) => image.data.set([...INK[Number(p > 0.5)], Number.isFinite(p) ? Math.abs(p - 0.5) * 2 * 130 : 0], 4 * i));
    context.putImageData(image, 0, 0);
  },
};

/* The lines along which a grid of probabilities is one half: marching squares, piece by piece. */
function boundary(found, n) {
  const lines = [];
  for (let y = 0; y + 1 < n; y++) {
    for (let x = 0; x + 1 < n; x++) {
      const corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
      const crossings = corners.flatMap(([x0, y0], i) => {
        const [x1, y1] = corners[(i + 1) % 4], a = found[y0 * n + x0] - 0.5, b = found[y1 * n + x1] - 0.5;
        return (a > 0) === (b > 0) ? [] : [[x0 + (x1 - x0) * a / (a - b), y0 + (y1 - y0) * a / (a - b)]];
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) lines.push(crossings.slice(i, i + 2));
    }
  }
  return lines;
}
