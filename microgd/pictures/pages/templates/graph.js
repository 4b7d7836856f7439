
/* The computation graph: which cards are computed, which is lit, which gradients have arrived. The picture is there
   twice, running to the right and down; the one that fits better is shown. */
const graphs = [...document.querySelectorAll("svg.graph")].map(svg => {
  const parts = new Map();
  for (const part of svg.querySelectorAll(".node, .edge")) {
    const title = part.querySelector("title").textContent;
    parts.set(title, [...(parts.get(title) ?? []), part]);
    part.querySelector("title").remove(); // or it would show as a tooltip
  }
  svg.querySelector("title")?.remove();
  const arrow = `${svg.dataset.direction}_backwards`;
  svg.insertAdjacentHTML("afterbegin", `<defs><marker id="${arrow}" class="backwards" viewBox="0 0 10 10" refX="8"
    refY="5" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
    <path d="M0,0L10,5L0,10z"/></marker></defs>`);
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", "Computation graph");
  for (const [id, { name }] of Object.entries(data.chains)) {
    const card = parts.get(id)[0];
    card.setAttribute("role", "button");
    card.setAttribute("tabindex", "0");
    card.setAttribute("aria-label", `${name}: its chain rule`);
    card.addEventListener("click", () => showChain(id));
    card.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      showChain(id);
    });
  }
  return { svg, parts, card: id => parts.get(id)[0] };
});
const shown = () => graphs.find(graph => graph.svg === zoom.svg);
const ids = Object.keys(data.chains);

/* The last two texts of a card are its data and its gradient. */
const line = (card, which) => [...card.querySelectorAll("text")].at(which);

/* The keys of the gradients that have arrived up to a step. */
function arrived(index) {
  const keys = new Map();
  for (const frame of player.frames.slice(0, index + 1)) {
    if (frame.gradient !== undefined && practice.knows(frame)) keys.set(frame.at, frame.gradient);
  }
  return keys;
}

function drawGraph(graph, index) {
  const frame = player.frames[index], past = player.frames.slice(0, index + 1);
  const computed = new Set(past.map(earlier => earlier.at)), gradients = arrived(index);
  for (const [title, same] of graph.parts) {
    const needed = title.includes("->") ? title.split("->")[1] : title; // an edge belongs to where it leads
    const future = !title.includes("_constant") && !computed.has(needed.replace(/_.*$/, ""));
    for (const part of same) {
      part.classList.toggle("future", future);
      part.classList.remove("at", "via");
    }
  }
  for (const id of ids) {
    line(graph.card(id), -2).textContent = onCard(table.get(`value${id.slice(5)}`));
    line(graph.card(id), -1).textContent = gradients.has(id) ? onCard(table.get(gradients.get(id))) : "";
  }
  if (!practice.knows(frame)) line(graph.card(frame.at), -1).textContent = "?";
  for (const [title, nth] of frame.edges) {
    graph.parts.get(title)[nth].classList.add("at");
    graph.card(title.split("->").find(end => end.endsWith("_op"))).classList.add("via");
  }
  if (frame.at !== undefined) graph.card(frame.at).classList.add("at");
}

/* Scroll the stage so that the lit card is in its middle; or, where they fit, the card and the edges to it. */
function centre(card, lit) {
  const view = $("stage").getBoundingClientRect(), boxes = lit.map(part => part.getBoundingClientRect());
  const all = {
    left: Math.min(...boxes.map(box => box.left)), right: Math.max(...boxes.map(box => box.right)),
    top: Math.min(...boxes.map(box => box.top)), bottom: Math.max(...boxes.map(box => box.bottom)),
  };
  const fits = all.right - all.left < view.width && all.bottom - all.top < view.height;
  const { left, right, top, bottom } = fits ? all : card.getBoundingClientRect();
  $("stage").scrollBy((left + right - view.left - view.right) / 2, (top + bottom - view.top - view.bottom) / 2);
}

function draw(index) {
  for (const graph of graphs) drawGraph(graph, index);
  const frame = player.frames[index];
  document.body.classList.toggle("backward", !frame.phase.startsWith("Forward"));
  practice.ask(frame);
  const lit = [...shown().svg.querySelectorAll(".at")];
  if (frame.at !== undefined) centre(shown().card(frame.at), lit);
}

/* The whole chain rule of a Value, whatever the step. */
function showChain(id) {
  player.pause();
  const { name, lines } = data.chains[id];
  say(`The chain rule of ${name}`, practice.withoutAnswers(id, lines));
  practice.hide();
  $("return").hidden = false;
  for (const graph of graphs) for (const other of ids) graph.card(other).classList.toggle("asked", other === id);
  shown().card(id).scrollIntoView({ block: "nearest", inline: "nearest" });
}
