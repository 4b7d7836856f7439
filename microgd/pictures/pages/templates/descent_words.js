/* What a step does, in words and numbers, and the cartoon of what the optimizer remembers. */
function line(kind, text) {
  return Object.assign(document.createElement("p"), { className: kind, textContent: text });
}

const bracketed = x => number(x).startsWith("−") ? `(${number(x)})` : number(x);
const derivative = i => KNOBS === 1 ? "slope" : `slope by ${data.names[i]}`;

function words(place, path) {
  const kind = descent.said, lines = [];
  $("phase").textContent = `${kind}, step ${Math.min(descent.index, path.length - 1)}`;
  for (const [i, x] of place.knobs.entries()) lines.push(line("result", `${data.names[i]} = ${number(x)}`));
  lines.push(line("result", `error = ${number(place.error)}`));
  if (hasDiverged(path)) {
    const cause = isFinitePlace(place) ? "the error is more than 1e+20 times that of the start" : "the numbers are not finite any more";
    lines.push(line("words", `It has diverged: ${cause}. Choose a smaller learning rate.`));
    return $("lines").replaceChildren(...lines);
  }
  if (!within(spot(place))) lines.push(line("words", "It is out of the picture."));
  for (const [i, slope] of place.gradient.entries()) lines.push(line("local", `${derivative(i)} = ${number(slope)}`));
  if (place.gradient.every(x => x === 0)) lines.push(line("words", "The error is level here: the gradient gives no step to take."));
  else if (hasConverged(path)) lines.push(line("words", "It has converged: the gradient is at most 1e-8 times that of the start."));
  else if (KNOBS === 1) lines.push(line("words", direction(place.gradient[0])));
  const next = descent.after(kind, place);
  for (const [i, name] of data.names.entries()) lines.push(...update(kind, name, place, next, i));
  $("lines").replaceChildren(...lines);
}

function direction(slope) {
  const [rise, way] = slope > 0 ? ["right", `left: down with ${data.names[0]}`] : ["left", `right: up with ${data.names[0]}`];
  return `The curve rises to the ${rise}, so the gradient asks for a step to the ${way}.`;
}

/* Plain descent with its numbers; of the others the result, their formula stands beside the choices. */
function update(kind, name, place, next, i) {
  if (kind !== "GradientDescent") return [line("result", `next ${name} = ${number(next.knobs[i])}`)];
  return [
    line("formula", `next ${name} = ${name} − learning rate × ${derivative(i)}`),
    line("numbers", `= ${number(place.knobs[i])} − ${number(descent.rates[kind])} × ${bracketed(place.gradient[i])}`),
    line("result", `= ${number(next.knobs[i])}`),
  ];
}

/* Velocities and means are arrows along each knob, against them as the step will go; accumulated squares are squares
   whose sides are their roots. Each is drawn beside the largest that it has been on the way. */
function cartoon(place) {
  const { memory } = data.formulas[descent.said], parts = [];
  let middle = 55;
  $("memory").hidden = memory.length === 0;
  for (const [m, { name }] of memory.entries()) {
    if (name === "count") continue;
    const most = largest(m) || 1, isSquare = name.includes("square");
    for (const [i, x] of flat(place.memory[m]).entries()) {
      const share = isSquare ? Math.sqrt(x / most) : x / most, half = 25 * share;
      if (isSquare) parts.push(drawn("rect", { class: "square", x: middle - half, y: 32 - half, width: 2 * half, height: 2 * half }));
      else parts.push(...arrow("kept-arrow", [middle, 32], i === 0 ? [-28 * share, 0] : [0, 28 * share]));
      const text = KNOBS === 1 ? name.replaceAll("_", " ") : data.names[i];
      parts.push(drawn("text", { x: middle, y: 84, "text-anchor": "middle" }, text));
      middle += KNOBS === 1 ? 120 : 68;
    }
  }
  $("cartoon").replaceChildren(...parts);
  const said = memory.map(({ name }, m) => `${name.replaceAll("_", " ")} ${flat(place.memory[m]).map(x => number(x, 4)).join(", ")}`);
  $("remembered").textContent = `${said.join("; ")}.`;
  $("cartoon").setAttribute("aria-label", said.join("; "));
}

/* The largest size that a number of the memory has had on the way. */
function largest(m) {
  return Math.max(...descent.path(descent.said).flatMap(({ memory }) => flat(memory[m]).map(Math.abs)).filter(Number.isFinite), 0);
}
