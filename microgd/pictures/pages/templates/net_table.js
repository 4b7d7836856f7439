/* The table of the optimizer: for each weight into the chosen unit, and for its bias, what the last step saw and what is
   remembered for the next one. */
function showTable() {
  const [layer, unit] = picture.chosen, [w, b] = net.layers.slice(2 * layer, 2 * layer + 2);
  const rows = Array.from({ length: net.sizes[layer] }, (_, i) => [layer ? `unit ${i + 1}` : net.points.axes[i], w.at + i * w.shape[1] + unit]);
  rows.push(["bias", b.at + unit]);
  const columns = [["weight", net.weights], ["gradient", net.gradients], ...remembered(), ["last step", net.gradients && net.change]];
  const head = ["from", ...columns.map(([name]) => name)].map(name => headCell(name, "col"));
  $("memory").querySelector("thead").replaceChildren(row(head));
  $("memory").querySelector("tbody").replaceChildren(...rows.map(([name, at]) => row([
    headCell(name, "row"), ...columns.map(([, numbers]) => cell("td", numbers ? number(numbers[at], 3) : "–")),
  ])));
  const counts = net.formula.memory.flatMap(({ name, shape }, i) => shape.length ? [] : [`${name} ${number(net.memory[i])}`]);
  $("counts").textContent = counts.length ? `The optimizer also remembers: ${counts.join(", ")}.` : "";
}

/* What the optimizer remembers of each weight: names and arrays. */
function remembered() {
  return net.formula.memory.flatMap(({ name, shape }, i) => shape.length ? [[name.replaceAll("_", " "), net.memory[i]]] : []);
}

const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
const headCell = (text, scope) => Object.assign(cell("th", text), { scope });

function row(cells) {
  const element = document.createElement("tr");
  element.append(...cells);
  return element;
}
