
/* The computation graph: which cards are computed, which is lit, which gradients have arrived. */
const stage = $("stage"), svg = stage.querySelector("svg"), parts = new Map();
for (const part of svg.querySelectorAll(".node, .edge")) {
  const title = part.querySelector("title").textContent;
  parts.set(title, [...(parts.get(title) ?? []), part]);
  part.querySelector("title").remove(); // or it would show as a tooltip
}
svg.insertAdjacentHTML("afterbegin", `<defs><marker id="backwards" viewBox="0 0 10 10" refX="8" refY="5"
  markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
  <path d="M0,0L10,5L0,10z"/></marker></defs>`);

const card = id => parts.get(id)[0];
const gradient = id => [...card(id).querySelectorAll("text")].at(-1); // the last line of a card
const values = data.frames.filter(frame => frame.phase.startsWith("Forward")).map(frame => frame.at);

/* Scroll to the middle of these boxes. */
function show(boxes) {
  const view = stage.getBoundingClientRect();
  const across = Math.min(...boxes.map(box => box.left)) + Math.max(...boxes.map(box => box.right));
  const down = Math.min(...boxes.map(box => box.top)) + Math.max(...boxes.map(box => box.bottom));
  stage.scrollBy((across - view.left - view.right) / 2, (down - view.top - view.bottom) / 2);
}

player.load(data.frames, index => {
  const frame = data.frames[index], past = data.frames.slice(0, index + 1);
  const computed = new Set(past.map(earlier => earlier.at));
  for (const [title, same] of parts) {
    const needed = title.includes("->") ? title.split("->")[1] : title; // an edge belongs to where it leads
    const result = needed.replace(/_.*$/, "");
    const future = title.includes("_constant") ? false : !computed.has(result);
    for (const part of same) {
      part.classList.toggle("future", future);
      part.classList.remove("at", "via");
    }
  }
  for (const id of values) gradient(id).textContent = "";
  for (const earlier of past) if (earlier.gradient !== undefined) gradient(earlier.at).textContent = earlier.gradient;
  for (const [title, nth] of frame.edges) {
    parts.get(title)[nth].classList.add("at");
    card(title.split("->").find(end => end.endsWith("_op"))).classList.add("via");
  }
  document.body.classList.toggle("backward", !frame.phase.startsWith("Forward"));
  if (frame.at === undefined) return;
  card(frame.at).classList.add("at");
  show([...svg.querySelectorAll(".at")].map(part => part.getBoundingClientRect()));
});
