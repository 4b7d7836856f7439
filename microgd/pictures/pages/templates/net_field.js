/* The field: the probability of class 1 as colour, the boundary where it is one half, the points, the axes. With one
   input the probability is a curve over it instead. Class 0 are circles, class 1 triangles; held-out points are hollow. */
const GRID = 40, PLOT = { left: 48, top: 12, size: 340 };
const SVG = "http://www.w3.org/2000/svg";
const INK = [[196, 92, 0], [0, 104, 178]]; // class 0, class 1

function drawn(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/* A number left of an axis; a long one is condensed to the room that there is. */
function tickLabel(x, y, content) {
  const condensed = content.length > 4 ? { textLength: 40, lengthAdjust: "spacingAndGlyphs" } : {};
  return drawn("text", { x: x - 5, y: y + 5, "text-anchor": "end", ...condensed }, content);
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
    for (const tick of ticks[0]) text(this.across((tick - center[0]) / scale[0]), 370, "middle", number(tick));
    const heights = this.points.inputs === 1 ? [0, 0.5, 1] : ticks[1];
    for (const tick of heights) {
      const fraction = this.points.inputs === 1 ? tick : this.height((tick - center[1]) / scale[1]);
      plane.append(tickLabel(PLOT.left, this.down(fraction), number(tick)));
    }
    text(PLOT.left + PLOT.size, 395, "end", axes[0]);
    text(PLOT.left, 395, "start", this.points.inputs === 1 ? `↑ probability of ${classes[1]}` : `↑ ${axes[1]}`);
    this.boundary = plane.appendChild(drawn("path", { class: "boundary halo" }));
    this.line = plane.appendChild(drawn("path", { class: "boundary" }));
    this.curve = plane.appendChild(drawn("path", { class: "probability" }));
    const marks = plane.appendChild(drawn("g", { class: "points" }));
    goal.forEach((kind, i) => marks.append(this.mark(kind, ...this.place(i), i >= training)));
    $("legend").replaceChildren(...classes.map((name, kind) => this.entry(kind, false, name)));
    if (training < goal.length) $("legend").append(this.entry(1, true, "held out"));
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
    const { probabilities, logits, outputs } = net.everywhere(centers);
    this.seen = { outputs, width: GRID, height: GRID };
    this.paint(probabilities, GRID, GRID);
    const cell = PLOT.size / GRID;
    const d = boundary(logits, GRID).map(ends => "M" + ends.map(([x, y]) =>
      `${(PLOT.left + (x + 0.5) * cell).toFixed(1)},${(PLOT.top + (y + 0.5) * cell).toFixed(1)}`).join("L")).join("");
    this.curve.setAttribute("d", "");
    for (const path of [this.boundary, this.line]) path.setAttribute("d", d);
  },

  drawLine() {
    const count = 200, [low] = this.points.low, [high] = this.points.high;
    const points = Array.from({ length: count }, (_, i) => [low + (i + 0.5) / count * (high - low)]);
    const { probabilities: found, logits, outputs } = net.everywhere(points);
    this.seen = { outputs, width: count, height: 1 };
    this.paint(found, count, 1);
    const place = i => PLOT.left + (i + 0.5) / count * PLOT.size;
    const known = found.every(Number.isFinite);
    this.curve.setAttribute("d", known ? "M" + found.map((p, i) => `${place(i).toFixed(1)},${this.down(p).toFixed(1)}`).join("L") : "");
    const cuts = logits.flatMap((x, i) => i && (x > 0) !== (logits[i - 1] > 0) ? [i - x / (x - logits[i - 1])] : []);
    const d = cuts.map(i => `M${place(i).toFixed(1)},${PLOT.top}v${PLOT.size}`).join("");
    for (const path of [this.boundary, this.line]) path.setAttribute("d", d);
  },

  /* Colour the ground: the surer, the stronger; nothing where the net is undecided. */
  paint(found, width, height) {
    coloured($("ground"), found.map(p => 2 * p - 1), width, height);
  },
};

/* Colour a canvas by numbers from −1, the colour of class 0, to 1, that of class 1. */
function coloured(canvas, numbers, width, height) {
  const context = Object.assign(canvas, { width, height }).getContext("2d"), image = context.createImageData(width, height);
  numbers.forEach((x, i) => {
    [image.data[4 * i], image.data[4 * i + 1], image.data[4 * i + 2]] = INK[Number(x > 0)];
    image.data[4 * i + 3] = Number.isFinite(x) ? Math.abs(x) * 130 : 0;
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

/* The lines along which a grid of logits is 0, the probability one half: marching squares, piece by piece. */
function boundary(logits, n) {
  const lines = [];
  for (let y = 0; y + 1 < n; y++) {
    for (let x = 0; x + 1 < n; x++) {
      const corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
      const crossings = corners.flatMap(([x0, y0], i) => {
        const [x1, y1] = corners[(i + 1) % 4], a = logits[y0 * n + x0], b = logits[y1 * n + x1];
        return (a > 0) === (b > 0) ? [] : [[x0 + (x1 - x0) * a / (a - b), y0 + (y1 - y0) * a / (a - b)]];
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) lines.push(crossings.slice(i, i + 2));
    }
  }
  return lines;
}
