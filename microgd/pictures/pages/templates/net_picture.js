/* The picture of the net: lines are weights, and each hidden unit shows what it answers all over the field, on a
   canvas between the lines and the frames of the units. */
const ROOM = { width: 460, height: 330, side: 46, fine: 2 };

const picture = {
  chosen: [0, 0], // the unit whose weights the table shows: its layer, counted from the first hidden one, and its place
  tile: document.createElement("canvas"),

  /* Where unit i of layer k stands: layer 0 are the inputs. */
  place(k, i) {
    const n = net.sizes[k], last = net.sizes.length - 1;
    const fraction = n === 1 ? 0.5 : (i + 0.5) / n;
    return [ROOM.side + k / last * (ROOM.width - 2 * ROOM.side), ROOM.height * fraction];
  },

  /* The side of the square of a hidden unit. */
  side(k) { return Math.min(30, ROOM.height / net.sizes[k] - 4); },

  /* What a unit is called. */
  name(k, i) {
    if (k === 0) return net.points.axes[i];
    return k === net.sizes.length - 1 ? "output" : `unit ${i + 1} of layer ${k}`;
  },

  /* Draw what only changes with the sizes of the net. */
  begin() {
    const { sizes } = net, [layer, unit] = this.chosen;
    if (layer >= sizes.length - 1 || unit >= sizes[layer + 1]) this.chosen = [0, 0];
    this.edges = [];
    $("weights").replaceChildren();
    for (let k = 0; k + 1 < sizes.length; k++) this.drawLayer(k);
    const svg = $("units"), text = (k, i, content) => {
      const [x, y] = this.place(k, i);
      svg.append(drawn("text", { x, y: y + 28, "text-anchor": "middle" }, content));
    };
    svg.replaceChildren();
    sizes.forEach((n, k) => {
      for (let i = 0; i < n; i++) {
        const unit = this.unit(k, i), ground = unit.cloneNode();
        delete ground.dataset.unit;
        ground.setAttribute("class", "ground");
        $("weights").append(ground);
        svg.append(unit);
      }
    });
    for (let i = 0; i < net.inputs; i++) text(0, i, net.points.axes[i].split(",")[0]);
    text(sizes.length - 1, 0, "output");
    svg.setAttribute("aria-label", `a net of ${sizes.join(", then ")} units`);
    this.options();
  },

  /* The lines from layer k to the next one. */
  drawLayer(k) {
    const { shape, at } = net.layers[2 * k];
    for (let to = 0; to < net.sizes[k + 1]; to++) {
      for (let from = 0; from < net.sizes[k]; from++) {
        const [x1, y1] = this.place(k, from), [x2, y2] = this.place(k + 1, to);
        const line = $("weights").appendChild(drawn("line", { x1, y1, x2, y2 }));
        this.edges.push({ line, at: at + from * shape[1] + to, layer: k, to });
      }
    }
  },

  /* The frame of a unit: a square for a hidden one, a circle for inputs and output. */
  unit(k, i) {
    const [x, y] = this.place(k, i), side = this.side(k), isHidden = k > 0 && k + 1 < net.sizes.length;
    const shape = isHidden
      ? drawn("rect", { x: x - side / 2, y: y - side / 2, width: side, height: side, rx: 2, class: "unit hidden" })
      : drawn("circle", { cx: x, cy: y, r: 9, class: "unit" });
    if (k) {
      shape.append(drawn("title", {}, this.name(k, i)));
      shape.dataset.unit = String([k - 1, i]);
      shape.onclick = () => this.choose(k - 1, i);
    }
    return shape;
  },

  options() {
    $("unit").replaceChildren();
    net.sizes.slice(1).forEach((n, layer) => {
      for (let i = 0; i < n; i++) $("unit").add(new Option(this.name(layer + 1, i), `${layer},${i}`));
    });
    $("unit").value = String(this.chosen);
  },

  choose(layer, i) {
    this.chosen = [layer, i];
    $("unit").value = String(this.chosen);
    this.draw();
  },

  draw() {
    const [layer, unit] = this.chosen;
    for (const { line, at, layer: k, to } of this.edges) {
      const w = net.weights[at], size = Math.abs(w);
      line.setAttribute("stroke-width", Number.isFinite(w) ? (0.4 + 6 * size / (size + 1.5)).toFixed(2) : 0);
      line.setAttribute("class", `weight ${w < 0 ? "negative" : "positive"}${k === layer && to === unit ? " chosen" : ""}`);
    }
    for (const shape of $("units").querySelectorAll("[data-unit]")) {
      shape.classList.toggle("chosen", shape.dataset.unit === String(this.chosen));
    }
    this.drawAnswers();
    showTable();
  },

  /* Paint what each hidden unit answers over the field, in proportion to its largest answer. */
  drawAnswers() {
    const { outputs, width, height } = field.seen, { fine } = ROOM;
    const canvas = Object.assign($("answers"), { width: ROOM.width * fine, height: ROOM.height * fine });
    const context = canvas.getContext("2d");
    outputs.forEach((answers, k) => {
      const side = this.side(k + 1);
      for (let i = 0; i < net.units[k]; i++) {
        const found = answers.map(answer => answer[i]), most = Math.max(...found.map(Math.abs)) || 1;
        const [x, y] = this.place(k + 1, i), corner = [x - side / 2, y - side / 2, side, side].map(length => length * fine);
        context.drawImage(coloured(this.tile, found.map(a => a / most), width, height), ...corner);
      }
    });
  },
};

$("unit").onchange = () => picture.choose(...$("unit").value.split(",").map(Number));
