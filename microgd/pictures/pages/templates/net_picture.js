/* The picture of the net, and the table of the weights into one unit: what the optimizer sees and remembers of each. */
const ROOM = { width: 460, height: 330, side: 62 };

const picture = {
  chosen: [0, 0], // the unit whose weights the table shows: its layer, counted from the first hidden one, and its place

  /* Where unit i of layer k stands: layer 0 are the inputs. */
  place(k, i) {
    const { sizes } = net, last = sizes.length - 1;
    return [ROOM.side + k / last * (ROOM.width - 2 * ROOM.side), ROOM.height * (i + 0.5) / Math.max(sizes[k], 2) + (sizes[k] === 1 ? ROOM.height / 4 : 0)];
  },

  /* What a unit is called. */
  name(k, i) {
    if (k === 0) return net.points.axes[i];
    return k === net.sizes.length - 1 ? "output" : `unit ${i + 1} of layer ${k}`;
  },

  /* Draw what only changes with the sizes of the net. */
  begin() {
    const { sizes } = net, svg = $("picture-of-net"), radius = Math.max(...sizes) > 10 ? 7 : 10;
    const [k, i] = this.chosen;
    if (k >= sizes.length - 1 || i >= sizes[k + 1]) this.chosen = [0, 0];
    svg.replaceChildren();
    this.edges = [];
    for (let k = 0; k + 1 < sizes.length; k++) {
      const { shape, at } = net.layers[2 * k];
      for (let to = 0; to < sizes[k + 1]; to++) {
        for (let from = 0; from < sizes[k]; from++) {
          const [x1, y1] = this.place(k, from), [x2, y2] = this.place(k + 1, to);
          const line = svg.appendChild(drawn("line", { x1, y1, x2, y2 }));
          this.edges.push({ line, at: at + from * shape[1] + to, layer: k, to });
        }
      }
    }
    sizes.forEach((n, k) => {
      for (let i = 0; i < n; i++) {
        const [x, y] = this.place(k, i), circle = svg.appendChild(drawn("circle", { cx: x, cy: y, r: radius, class: "unit" }));
        if (k) circle.onclick = () => this.choose(k - 1, i);
        if (k) circle.append(drawn("title", {}, this.name(k, i)));
      }
    });
    for (let i = 0; i < net.inputs; i++) {
      const [x, y] = this.place(0, i);
      svg.append(drawn("text", { x: x - 14, y: y + 5, "text-anchor": "end" }, net.points.axes[i].split(",")[0]));
    }
    const [x, y] = this.place(sizes.length - 1, 0);
    svg.append(drawn("text", { x: x + 14, y: y + 5 }, "output"));
    svg.setAttribute("aria-label", `a net of ${net.sizes.join(", then ")} units`);
    this.options();
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
    for (const circle of $("picture-of-net").querySelectorAll(".unit")) {
      const [x, y] = this.place(layer + 1, unit);
      circle.classList.toggle("chosen", Number(circle.getAttribute("cx")) === x && Number(circle.getAttribute("cy")) === y);
    }
    this.table();
  },

  /* A row for each weight into the chosen unit, and for its bias. */
  table() {
    const [layer, unit] = this.chosen, [w, b] = net.layers.slice(2 * layer, 2 * layer + 2);
    const rows = Array.from({ length: net.sizes[layer] }, (_, i) => [this.name(layer, i), w.at + i * w.shape[1] + unit]);
    rows.push(["bias", b.at + unit]);
    const remembered = net.formula.memory.flatMap(({ name, shape }, i) => shape.length ? [[name.replaceAll("_", " "), net.memory[i]]] : []);
    const columns = [["weight", net.weights], ["gradient", net.gradients], ...remembered, ["last step", net.gradients && net.change]];
    const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    const line = cells => { const row = document.createElement("tr"); row.append(...cells); return row; };
    const head = ["from", ...columns.map(([name]) => name)].map(name => Object.assign(cell("th", name), { scope: "col" }));
    $("memory").querySelector("thead").replaceChildren(line(head));
    $("memory").querySelector("tbody").replaceChildren(...rows.map(([name, at]) => line([
      Object.assign(cell("th", name), { scope: "row" }),
      ...columns.map(([, numbers]) => cell("td", numbers ? number(numbers[at], 3) : "–")),
    ])));
    const counts = net.formula.memory.flatMap(({ name, shape }, i) => shape.length ? [] : [`${name} ${number(net.memory[i])}`]);
    $("counts").textContent = counts.length ? `The optimizer also remembers: ${counts.join(", ")}.` : "";
  },
};

$("unit").onchange = () => picture.choose(...$("unit").value.split(",").map(Number));
