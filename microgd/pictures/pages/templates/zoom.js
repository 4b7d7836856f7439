
/* The size of the picture in its stage: fit, buttons, wheel, pinch, and dragging with a mouse. */
const POINT = 4 / 3; // pixels
const LEGIBLE = 0.8, LARGE = 1.6; // letters of 12 and of 23 pixels

const zoom = {
  svg: null, scale: 1,

  /* Choose the picture and the arrangement of the page that show the graph largest; or, if no whole graph is legible,
     those that show most of a legible one. */
  arrange() {
    const wide = matchMedia("(min-width: 60rem)").matches;
    const svgs = [...$("stage").querySelectorAll("svg.graph")];
    let best = { score: -1 };
    for (const arrangement of wide ? ["stacked", "beside"] : ["stacked"]) {
      document.body.dataset.arrangement = arrangement;
      for (const svg of wide ? svgs : svgs.toReversed()) { // a narrow window prefers to scroll down
        const fitting = Math.min(this.fitting(svg), LARGE), scale = Math.max(fitting, LEGIBLE);
        const score = fitting < LEGIBLE ? this.visible(svg, scale) : fitting + 1;
        if (score > best.score * (wide ? 1 : 1.3) + 0.02) best = { score, scale, arrangement, svg };
      }
    }
    document.body.dataset.arrangement = best.arrangement;
    for (const svg of svgs) svg.toggleAttribute("hidden", svg !== best.svg);
    this.svg = best.svg;
    this.set(best.scale);
  },

  natural(svg) {
    const { width, height } = svg.viewBox.baseVal;
    return [width * POINT, height * POINT];
  },

  fitting(svg) {
    const [width, height] = this.natural(svg), room = 24;
    return Math.min(($("stage").clientWidth - room) / width, ($("stage").clientHeight - room) / height);
  },

  /* How much of a picture is in sight at a scale. */
  visible(svg, scale) {
    const [width, height] = this.natural(svg), { clientWidth, clientHeight } = $("stage");
    return Math.min(1, clientWidth / width / scale) * Math.min(1, clientHeight / height / scale);
  },

  fit() { this.set(Math.min(this.fitting(this.svg), 3)); },

  /* Zoom, and keep what is at a point of the window where it is; the middle of the stage by default. */
  set(scale, x, y) {
    const stage = $("stage").getBoundingClientRect(), before = this.svg.getBoundingClientRect();
    x ??= (stage.left + stage.right) / 2;
    y ??= (stage.top + stage.bottom) / 2;
    const across = (x - before.left) / before.width || 0, down = (y - before.top) / before.height || 0;
    this.scale = Math.max(0.2, Math.min(scale, 4));
    const [width, height] = this.natural(this.svg);
    this.svg.style.width = `${width * this.scale}px`;
    this.svg.style.height = `${height * this.scale}px`;
    const after = this.svg.getBoundingClientRect();
    $("stage").scrollBy({
      left: after.left + across * after.width - x, top: after.top + down * after.height - y, behavior: "instant",
    });
  },
};

$("zoom").hidden = false;
$("smaller").onclick = () => zoom.set(zoom.scale / 1.25);
$("larger").onclick = () => zoom.set(zoom.scale * 1.25);
$("fit").onclick = () => zoom.fit();
$("stage").addEventListener("wheel", event => {
  event.preventDefault();
  zoom.set(zoom.scale * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX, event.clientY);
}, { passive: false });

/* Two fingers pinch; one scrolls, as the browser does it. */
let pinch = null;
const distance = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
$("stage").addEventListener("touchstart", event => {
  pinch = event.touches.length === 2 ? { distance: distance(event.touches), scale: zoom.scale } : null;
}, { passive: true });
$("stage").addEventListener("touchmove", event => {
  if (pinch === null || event.touches.length !== 2) return;
  event.preventDefault();
  const [a, b] = event.touches;
  zoom.set(pinch.scale * distance(event.touches) / pinch.distance, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
}, { passive: false });

let grip = null;
$("stage").addEventListener("pointerdown", event => {
  if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest("[role=button]")) grip = event;
});
addEventListener("pointermove", event => {
  if (grip === null) return;
  $("stage").scrollBy({ left: grip.clientX - event.clientX, top: grip.clientY - event.clientY, behavior: "instant" });
  grip = event;
});
addEventListener("pointerup", () => { grip = null; });
