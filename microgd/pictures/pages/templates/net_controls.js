/* What the reader chooses: the data, the net, the descent, and points of his or her own. */
function fill(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
  select.value = chosen;
}

const isOwn = () => net.points === data.sets.at(-1);

/* Begin anew with what is chosen, and draw it all. */
function restart() {
  if (player.timer !== null) player.pause();
  const hidden = Number($("hidden").value);
  net.points = data.sets[Number($("data-set").value)];
  net.units = [$("units1"), $("units2")].slice(0, hidden).map(units);
  net.activation = $("activation").value;
  net.seed = $("seed").value;
  $("units1").disabled = hidden < 1;
  $("units2").disabled = hidden < 2;
  $("own-points").hidden = !isOwn();
  net.reset();
  progress.begin();
  field.begin();
  picture.begin();
  say(isOwn() ? "Click into the picture to add points, or write their places." : "");
  showPrograms();
  show();
}

function showPrograms() {
  $("program-learn").textContent = net.programs.learn;
  $("program-update").textContent = updates[net.optimizer];
}

/* The number of units in a field, brought into its range. */
function units(input) {
  const n = Math.min(16, Math.max(1, Math.round(input.valueAsNumber) || 1));
  input.value = n;
  return n;
}

/* The numbers of the optimizer's formula; what is outside of its interval is not taken. */
function settings() {
  $("settings").replaceChildren(...net.formula.settings.map((setting, i) => {
    const label = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, { type: "number", step: "any", value: setting.value, id: `setting-${i}` });
    const [low, high] = setting.interval.slice(1, -1).split(",").map(text => Number(text.trim().replace("inf", "Infinity")));
    input.oninput = () => {
      const x = input.value === "" ? NaN : input.valueAsNumber;
      const fits = (setting.interval[0] === "[" ? x >= low : x > low) && (setting.interval.at(-1) === "]" ? x <= high : x < high);
      input.ariaInvalid = !fits;
      if (fits) net.settings[i] = x;
      say(fits ? "" : `${setting.name}: expected a number in ${setting.interval}`);
    };
    label.append(`${setting.name.replaceAll("_", " ")} `, input);
    return label;
  }));
  net.settings = net.formula.settings.map(({ value }) => value);
}

function chooseOptimizer() {
  net.optimizer = $("optimizer").value;
  net.rate = Number($("learning-rate").value);
  settings();
  net.forget();
  picture.draw();
  showPrograms();
}

function addPoint(x1, x2) {
  const points = net.points;
  if (points.goal.length >= data.rows) return say(`There is room for ${data.rows} points.`);
  if (![x1, x2].every(x => -2 <= x && x <= 2)) return say("Expected x1 and x2 from −2 to 2.");
  points.input.push(x1, x2);
  points.goal.push(Number($("own-class").value));
  changePoints();
  say(`${points.goal.length} points.`);
}

/* Go on with other points: the net stays as it is, the curve of the error begins anew. */
function changePoints() {
  net.points.training = net.points.goal.length;
  net.arrange();
  progress.begin();
  field.begin();
  show();
}

$("plane").onclick = event => {
  if (!isOwn()) return;
  const box = $("plane").getBoundingClientRect(), scale = 400 / box.width;
  const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  const rounded = fraction => Math.round((4 * fraction - 2) * 100) / 100;
  addPoint(rounded((x - PLOT.left) / PLOT.size), rounded(1 - (y - PLOT.top) / PLOT.size));
};
$("add").onclick = () => addPoint($("own-x1").valueAsNumber, $("own-x2").valueAsNumber);
$("clear").onclick = () => {
  Object.assign(net.points, { input: [], goal: [] });
  changePoints();
};

function begin() {
  const { start, optimizer } = data, label = key => key === "own" ? data.label : key;
  fill($("data-set"), data.sets.map(({ name }, i) => [i, name]), 0);
  $("hidden").value = start.units.length;
  [$("units1"), $("units2")].forEach((input, i) => { input.value = start.units[i] ?? start.units[0] ?? 8; });
  fill($("activation"), data.activations.map(key => [key, label(key)]), start.activation);
  const seeds = data.draws.he.map((_, seed) => [seed, `seed ${seed}`]);
  fill($("seed"), data.seed === "given" ? [["given", "as given"], ...seeds] : seeds, data.seed);
  fill($("optimizer"), Object.keys(data.formulas).map(key => [key, key === "own" ? optimizer.name : key]), optimizer.kind);
  fill($("learning-rate"), data.rates.map(rate => [rate, number(rate)]), optimizer.rate);
  fill($("batch"), [...data.batches.map(size => [size, size]), ["all", "all rows"]], data.batch ?? "all");
  net.batch = data.batch;
  net.optimizer = optimizer.kind;
  net.rate = optimizer.rate;
  settings();
  restart();
}

for (const id of ["data-set", "hidden", "units1", "units2", "activation", "seed"]) $(id).onchange = restart;
$("optimizer").onchange = chooseOptimizer;
$("learning-rate").onchange = () => { net.rate = Number($("learning-rate").value); };
$("batch").onchange = () => {
  net.batch = $("batch").value === "all" ? null : Number($("batch").value);
  net.shuffle();
};
$("play").onclick = () => player.toggle();
$("step").onclick = () => player.step();
$("reset").onclick = restart;
begin();
