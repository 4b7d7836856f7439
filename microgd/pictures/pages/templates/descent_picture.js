/* The picture: the paths, and for the optimizer in words the tangent or the gradient, and the arrow of its memory. */
const SVG = "http://www.w3.org/2000/svg", DASHES = ["", "8 4", "2 4", "10 4 2 4", "5 5", "12 3 3 3", "1 3"];
const SHAPES = [ // marks of about the same area, around 0
  "M-7,0a7,7 0 1,0 14,0a7,7 0 1,0 -14,0", "M-6,-6h12v12h-12z", "M0,-8l8,14h-16z", "M0,-9l8,9l-8,9l-8,-9z",
  "M0,8l8,-14h-16z", "M-3,-8h6v5h5v6h-5v5h-6v-5h-5v-6h5z", "M-8,-3l8,-6l8,6l-3,10h-10z",
];

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const chart = data.chart;
const between = (x, [low, high], a, b) => a + (x - low) / (high - low) * (b - a);
const onChart = (x, y) => [between(x, chart.x, chart.left, chart.right), between(y, chart.y, chart.bottom, chart.top)];
const within = ([x, y]) => chart.left <= x && x <= chart.right && chart.top <= y && y <= chart.bottom;
const spot = ({ knobs: numbers, error }) => KNOBS === 1 ? onChart(numbers[0], error) : onChart(...numbers);
const colour = kind => `var(--way${descent.kinds.indexOf(kind)})`;
const mark = (kind, [x, y]) => drawn("path", {
  class: "mark", d: SHAPES[descent.kinds.indexOf(kind)], transform: `translate(${x.toFixed(2)},${y.toFixed(2)})`, style: `fill: ${colour(kind)}`,
});

function way(kind, path) {
  const inside = [];
  for (const place of path) {
    const at = spot(place);
    if (!within(at)) break;
    inside.push(at);
  }
  const points = inside.map(at => at.map(x => x.toFixed(2)).join()).join(" ");
  const line = drawn("polyline", {
    class: `way${kind === descent.said ? " said" : ""}`, points, style: `stroke: ${colour(kind)}`,
    "stroke-dasharray": DASHES[descent.kinds.indexOf(kind)],
  });
  const last = path.at(-1), end = spot(last);
  const dots = inside.length < 150 && (KNOBS === 2 || kind === descent.said)
    ? inside.slice(0, -1).map(([cx, cy]) => drawn("circle", { cx, cy, r: 2.5, style: `fill: ${colour(kind)}` })) : [];
  return [drawn("polyline", { class: "halo", points }), line, ...dots, ...(within(end) && isFinitePlace(last) ? [mark(kind, end)] : [])];
}

/* An arrow that begins at a place; it is not drawn where it would be a dot. */
function arrow(kind, [x, y], [dx, dy]) {
  const size = Math.hypot(dx, dy);
  if (!(size > 3)) return [];
  const [ux, uy] = [dx / size, dy / size], [ex, ey] = [x + dx, y + dy];
  const head = `M${ex - 9 * ux - 5 * uy},${ey - 9 * uy + 5 * ux}L${ex},${ey}L${ex - 9 * ux + 5 * uy},${ey - 9 * uy - 5 * ux}`;
  return [drawn("path", { class: `arrow ${kind}`, d: `M${x},${y}L${ex},${ey}${head}` })];
}

const perUnit = [(chart.right - chart.left) / (chart.x[1] - chart.x[0]), -(chart.bottom - chart.top) / (chart.y[1] - chart.y[0])];
const shortened = ([dx, dy], most) => {
  const scale = Math.min(1, most / Math.hypot(dx, dy));
  return [dx * scale, dy * scale];
};

/* What the optimizer has in mind at a place: the tangent, or the way down and the way of its memory. */
function helpers(place) {
  const at = spot(place);
  if (!within(at)) return [];
  if (KNOBS === 1) {
    const [dx, dy] = [perUnit[0], place.gradient[0] * perUnit[1]], scale = 50 / Math.hypot(dx, dy);
    return [drawn("line", { class: "tangent", x1: at[0] - dx * scale, y1: at[1] - dy * scale, x2: at[0] + dx * scale, y2: at[1] + dy * scale })];
  }
  const down = numbers => shortened(numbers.map((x, i) => -descent.rates[descent.said] * x * perUnit[i]), 110);
  const kept = data.formulas[descent.said].memory.findIndex(({ name }) => ["velocity", "mean"].includes(name));
  return [
    ...arrow("gradient-arrow", at, down(place.gradient)),
    ...(kept >= 0 ? arrow("memory-arrow", at, down(flat(place.memory[kept]))) : []),
  ];
}

function draw() {
  const kinds = descent.kinds.filter(kind => descent.shown.has(kind)), paths = kinds.map(kind => descent.path(kind));
  const said = paths[kinds.indexOf(descent.said)].at(-1);
  $("moving").replaceChildren(...helpers(said), ...kinds.flatMap((kind, i) => way(kind, paths[i])));
  $("plane").setAttribute("aria-label", `Step ${descent.index}: ${descent.said} is at ${said.knobs.map(x => number(x, 4)).join(", ")}, error ${number(said.error, 4)}`);
  $("legend").replaceChildren(...kinds.map(kind => {
    const item = document.createElement("li"), last = paths[kinds.indexOf(kind)].at(-1);
    item.append(swatch(kind), `${kind}: error ${number(last.error, 3)}`);
    return item;
  }));
  $("count").textContent = `step ${descent.index}`;
  words(said, paths[kinds.indexOf(descent.said)]);
  cartoon(said);
}

function swatch(kind) {
  const line = drawn("line", { x1: 0, y1: 8, x2: 34, y2: 8, "stroke-width": 2.5, style: `stroke: ${colour(kind)}`, "stroke-dasharray": DASHES[descent.kinds.indexOf(kind)] });
  return drawn("svg", { viewBox: "0 0 34 16", "aria-hidden": "true" }, line, mark(kind, [17, 8]));
}

/* The map: bands of errors of which each covers an equal share of the picture; their edges are contour lines. */
function paint() {
  const canvas = $("map");
  if (KNOBS === 1) return;
  const { width, height } = canvas, place = (i, j) => errorOf([between(i + 0.5, [0, width], ...chart.x), between(j + 0.5, [height, 0], ...chart.y)]);
  const errors = Float64Array.from({ length: width * height }, (_, n) => place(n % width, Math.floor(n / width)));
  const sorted = errors.filter(Number.isFinite).sort(), levels = Array.from({ length: 15 }, (_, i) => sorted[Math.floor((i + 1) / 16 * sorted.length)]);
  const bands = errors.map(error => Number.isFinite(error) ? levels.filter(level => error > level).length : 16);
  const dark = getComputedStyle(document.body).backgroundColor.match(/\d+/g)[0] < 128;
  const ground = dark ? [20, 23, 27] : [255, 255, 255], far = dark ? [66, 80, 98] : [184, 196, 210], edge = dark ? [120, 132, 148] : [118, 128, 140];
  const image = canvas.getContext("2d").createImageData(width, height);
  for (let n = 0; n < bands.length; n++) {
    const isEdge = (n % width < width - 1 && bands[n] !== bands[n + 1]) || (n + width < bands.length && bands[n] !== bands[n + width]);
    const shade = isEdge ? edge : ground.map((from, i) => from + (far[i] - from) * bands[n] / 16);
    image.data.set([...shade, 255], 4 * n);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  const [left, top, right, bottom] = [chart.left / chart.width, chart.top / chart.height, chart.right / chart.width, chart.bottom / chart.height].map(x => 100 * x);
  Object.assign(canvas.style, { left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%` });
  canvas.hidden = false;
}
