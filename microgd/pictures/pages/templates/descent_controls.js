/* What the reader sets: the optimizers, their rates and settings, the start, and the step that is shown. */
function redraw() {
  descent.change();
  draw();
}

/* The scale of rates: from a thousandth of the middle to a hundred times as much, in equal factors. */
const middle = () => descent.bound("GradientDescent") ?? data.rate;
const toScale = rate => Math.log(rate / middle() * 1000) / Math.log(1e5);
const fromScale = share => middle() / 1000 * 1e5 ** share;

function showRate() {
  const kind = descent.said, rate = descent.rates[kind], bound = descent.bound(kind);
  $("rate-slider").value = toScale(rate);
  $("rate-slider").ariaValueText = number(rate, 3);
  if (document.activeElement !== $("rate")) $("rate").value = Number(rate.toPrecision(6));
  $("bound-mark").hidden = bound === null;
  $("bound-mark").style.left = `calc(${(100 * toScale(bound ?? 1)).toFixed(2)}% + ${(8 - 16 * toScale(bound ?? 1)).toFixed(1)}px)`;
  const none = ["GradientDescent", "Momentum", "Nesterov"].includes(kind)
    ? "There is no minimum in the picture that curves upwards in every direction, so no largest stable rate." : "Its steps do not grow with the gradient, so no single rate is the largest stable one.";
  $("bound").textContent = bound === null ? none : `Largest stable rate ${number(bound, 4)}: second derivative ${number(data.curvature, 4)} at the minimum.`;
}

function setRate(rate) {
  const fits = rate > 0 && rate < Infinity;
  $("rate").ariaInvalid = !fits;
  say(fits ? "" : "learning rate: expected a number above 0");
  if (!fits) return;
  descent.rates[descent.said] = rate;
  showRate();
  redraw();
}

/* A row with a number field: its text, its number, what takes a new one, and whether a number fits. */
function field(text, value, take, fits, expected) {
  const label = document.createElement("label"), input = document.createElement("input");
  Object.assign(input, { type: "number", step: "any", value: Number(value.toPrecision(6)) });
  input.oninput = () => {
    const x = input.value === "" ? NaN : input.valueAsNumber;
    input.ariaInvalid = !fits(x);
    say(fits(x) ? "" : `${text}: expected ${expected}`);
    if (fits(x)) take(x);
  };
  label.append(`${text} `, input);
  return { label, input };
}

function inInterval(x, interval) {
  const [low, high] = interval.slice(1, -1).split(",").map(text => Number(text.trim().replace("inf", "Infinity")));
  return (interval[0] === "[" ? x >= low : x > low) && (interval.at(-1) === "]" ? x <= high : x < high);
}

/* The optimizer in words: its rate, its settings, and what it does. */
function choose(kind) {
  descent.said = kind;
  descent.shown.add(kind);
  $("optimizer").value = kind;
  for (const box of $("optimizers").querySelectorAll("input")) box.checked = descent.shown.has(box.value);
  $("settings").replaceChildren(...data.formulas[kind].settings.map(({ name, interval }, i) => field(
    name.replaceAll("_", " "), descent.settings[kind][i],
    x => { descent.settings[kind][i] = x; showRate(); redraw(); }, x => inInterval(x, interval), `a number in ${interval}`,
  ).label));
  $("about").textContent = data.formulas[kind].about;
  showRate();
  draw();
}

const startFields = [];

function setStart(numbers) {
  descent.start = numbers.map((x, i) => Math.min(data.high[i], Math.max(data.low[i], x)));
  for (const [i, { input, slider }] of startFields.entries()) {
    slider.value = descent.start[i];
    if (document.activeElement !== input) input.value = Number(descent.start[i].toPrecision(4));
  }
  redraw();
}

function makeStarts() {
  for (const [i, name] of data.names.entries()) {
    const [low, high] = [data.low[i], data.high[i]], slider = document.createElement("input");
    const change = x => setStart(descent.start.map((old, j) => i === j ? x : old));
    const { label, input } = field(name, descent.start[i], change, x => low <= x && x <= high, `a number from ${number(low)} to ${number(high)}`);
    Object.assign(slider, { type: "range", min: low, max: high, step: "any", value: descent.start[i], ariaLabel: `${name}, slider` });
    slider.oninput = () => change(slider.valueAsNumber);
    startFields.push({ input, slider });
    $("starts").append(label, slider);
  }
}

function makeOptimizers() {
  $("optimizer").replaceChildren(...descent.kinds.map(kind => new Option(kind, kind)));
  $("optimizers").replaceChildren(...descent.kinds.map(kind => {
    const label = document.createElement("label"), box = Object.assign(document.createElement("input"), { type: "checkbox", value: kind });
    box.onchange = () => {
      if (box.checked) descent.shown.add(kind);
      else if (descent.shown.size > 1) descent.shown.delete(kind);
      if (!descent.shown.has(descent.said)) return choose(descent.kinds.find(other => descent.shown.has(other)));
      box.checked = descent.shown.has(kind);
      draw();
    };
    label.append(box, swatch(kind), kind);
    return label;
  }));
}

/* A press on the picture is a new start; it follows while the pointer is held. */
function startAt(event) {
  const box = $("plane").getBoundingClientRect(), scale = chart.width / box.width;
  const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  const place = [between(x, [chart.left, chart.right], ...chart.x), between(y, [chart.bottom, chart.top], ...chart.y)];
  setStart(place.slice(0, KNOBS));
}
$("plane").onpointerdown = event => { $("plane").setPointerCapture(event.pointerId); startAt(event); };
$("plane").onpointermove = event => { if (event.buttons) startAt(event); };

const player = {
  timer: null,
  show(index) {
    descent.index = Math.max(0, Math.min(index, MOST_STEPS));
    draw();
  },
  play() {
    $("play").textContent = "Pause";
    this.timer = setInterval(() => this.isAtTheEnd() ? this.pause() : this.show(descent.index + 1), Number($("pace").value));
  },
  pause() {
    clearInterval(this.timer);
    this.timer = null;
    $("play").textContent = "Play";
  },
  /* Playing ends where each path has diverged or converged. */
  isAtTheEnd() {
    const ended = path => hasDiverged(path) || hasConverged(path);
    return descent.index === MOST_STEPS || [...descent.shown].every(kind => ended(descent.path(kind)));
  },
  toggle() { this.timer === null ? this.play() : this.pause(); },
  step(index) { this.pause(); this.show(index); },
};

function say(text) { $("status").textContent = text; }

$("optimizer").onchange = () => choose($("optimizer").value);
$("rate").oninput = () => setRate($("rate").value === "" ? NaN : $("rate").valueAsNumber);
$("rate-slider").oninput = () => setRate(fromScale($("rate-slider").valueAsNumber));
$("reset").onclick = () => player.step(0);
$("back").onclick = () => player.step(descent.index - 1);
$("next").onclick = () => player.step(descent.index + 1);
$("play").onclick = () => player.toggle();
$("pace").onchange = () => { if (player.timer !== null) { player.pause(); player.play(); } };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
$("theme").addEventListener("click", () => setTimeout(paint));

descent.begin();
makeOptimizers();
makeStarts();
paint();
choose("GradientDescent");
