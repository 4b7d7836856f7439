
/* Steps through frames: buttons, slider, keys and links to a step. `draw(index)` shows what is special about a page;
   `limit()` is the last step that may be shown. */
const player = {
  frames: [], index: 0, timer: null, draw: () => {}, limit: () => player.frames.length - 1,

  load(frames, draw) {
    this.frames = frames;
    this.draw = draw;
    $("slider").max = frames.length - 1;
    this.show(Math.min(this.index, frames.length - 1));
  },

  show(index) {
    this.index = Math.max(0, Math.min(index, this.limit()));
    const frame = this.frames[this.index], last = this.index >= this.frames.length - 1;
    $("return").hidden = true;
    say(frame.phase, frame.lines);
    $("slider").value = this.index;
    $("slider").setAttribute("aria-valuetext", frame.phase);
    $("count").textContent = `${this.index + 1} / ${this.frames.length}`;
    // not `disabled`, which would take away the focus of a reader who steps by the keyboard
    for (const [id, off] of [["first", !this.index], ["back", !this.index], ["next", last]]) $(id).ariaDisabled = off;
    if (last) this.pause();
    link(this.index);
    this.draw(this.index);
  },

  play() {
    if (this.index >= this.frames.length - 1) this.show(0);
    $("play").textContent = "Pause";
    this.timer = setInterval(() => this.show(this.index + 1), Number($("pace").value));
  },

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    $("play").textContent = "Play";
  },

  /* Show the step again with other numbers: {"value0": 0.6, "gradient0": -0.5, ...}. */
  renew(numbers) {
    renew(numbers);
    this.show(this.index);
  },

  toggle() { this.timer === null ? this.play() : this.pause(); },
  step(index) { this.pause(); this.show(index); },
};

function say(title, lines) {
  $("phase").textContent = title;
  $("lines").replaceChildren(...lines.flatMap(written));
  $("panel").scrollTop = 0;
}

/* #step=7 is the seventh step. A page inside another one has no address of its own. */
function link(index) {
  try {
    history.replaceState(null, "", `#step=${index + 1}`);
  } catch { /* it is inside a notebook */ }
}

const linked = () => Number(/^#step=(\d+)$/.exec(location.hash)?.[1] ?? NaN) - 1;
if (linked() >= 0) player.index = linked();
addEventListener("hashchange", () => { if (linked() >= 0) player.step(linked()); });

$("first").onclick = () => player.step(0);
$("back").onclick = () => player.step(player.index - 1);
$("next").onclick = () => player.step(player.index + 1);
$("play").onclick = () => player.toggle();
$("slider").oninput = () => player.step(Number($("slider").value));
$("return").onclick = () => { player.show(player.index); $("next").focus(); };
$("pace").onchange = () => { if (player.timer !== null) { player.pause(); player.play(); } };

const keys = {
  ArrowRight: () => player.step(player.index + 1),
  ArrowLeft: () => player.step(player.index - 1),
  Home: () => player.step(0),
  End: () => player.step(player.frames.length - 1),
  " ": () => player.toggle(),
};
document.addEventListener("keydown", event => {
  const target = event.target, own = ["pace", "answer"].includes(target.id) || target.closest("#live");
  const pressed = event.key === " " && (target.tagName === "BUTTON" || target.getAttribute("role") === "button");
  if (!(event.key in keys) || own || pressed || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  keys[event.key]();
});
