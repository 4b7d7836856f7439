"use strict";

const $ = id => document.getElementById(id);
const data = JSON.parse($("data").textContent);

/* Steps through frames: buttons, slider and keys. `draw(index)` shows what is special about a page. */
const player = {
  frames: [], index: 0, timer: null, draw: () => {},

  load(frames, draw) {
    this.frames = frames;
    this.draw = draw;
    $("slider").max = frames.length - 1;
    this.show(Math.min(this.index, frames.length - 1));
  },

  show(index) {
    this.index = Math.max(0, Math.min(index, this.frames.length - 1));
    const frame = this.frames[this.index], last = this.index === this.frames.length - 1;
    $("phase").textContent = frame.phase;
    $("lines").replaceChildren(...frame.lines.flatMap(written));
    $("told").scrollTop = 0;
    $("slider").value = this.index;
    $("slider").setAttribute("aria-valuetext", frame.phase);
    $("count").textContent = `${this.index + 1} / ${this.frames.length}`;
    // not `disabled`, which would take away the focus of a reader who steps by the keyboard
    for (const [id, off] of [["first", !this.index], ["back", !this.index], ["next", last]]) $(id).ariaDisabled = off;
    if (last) this.pause();
    this.draw(this.index);
  },

  play() {
    if (this.index === this.frames.length - 1) this.show(0);
    $("play").textContent = "Pause";
    this.timer = setInterval(() => this.show(this.index + 1), Number($("pace").value));
  },

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    $("play").textContent = "Play";
  },

  toggle() { this.timer === null ? this.play() : this.pause(); },
  step(index) { this.pause(); this.show(index); },
};

/* A line of a frame. textContent only: a name may be anything. */
function written(line) {
  const p = document.createElement("p");
  p.className = line.kind;
  p.textContent = line.text;
  if (line.exact !== undefined) p.dataset.exact = line.exact;
  if (line.entries === undefined) return [p];
  const pre = document.createElement("pre");
  pre.textContent = line.entries;
  return [p, pre];
}

$("first").onclick = () => player.step(0);
$("back").onclick = () => player.step(player.index - 1);
$("next").onclick = () => player.step(player.index + 1);
$("play").onclick = () => player.toggle();
$("slider").oninput = () => player.step(Number($("slider").value));
$("pace").onchange = () => { if (player.timer !== null) { player.pause(); player.play(); } };
$("theme").onclick = () => {
  const root = document.documentElement, shown = root.style.colorScheme;
  const dark = shown ? shown === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.style.colorScheme = dark ? "light" : "dark";
};

const keys = {
  ArrowRight: () => player.step(player.index + 1),
  ArrowLeft: () => player.step(player.index - 1),
  Home: () => player.step(0),
  End: () => player.step(player.frames.length - 1),
  " ": () => player.toggle(),
};
document.addEventListener("keydown", event => {
  const target = event.target, own = target.id === "rate" || target.id === "pace";
  const pressed = event.key === " " && target.tagName === "BUTTON";
  if (!(event.key in keys) || own || pressed || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  keys[event.key]();
});
