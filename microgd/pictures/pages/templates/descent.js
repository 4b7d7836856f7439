
/* The error curve: where the ball is, the tangent there, and the way that it came. */
function put(element, attributes) {
  element.toggleAttribute("hidden", attributes === null);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
}

function draw(index) {
  const frame = player.frames[index], past = player.frames.slice(0, index + 1);
  const places = past.map(earlier => earlier.place).filter(place => place !== null);
  put($("trail"), { points: places.map(place => place.join()).join(" ") });
  put($("ball"), frame.place && { cx: frame.place[0], cy: frame.place[1] });
  put($("tangent"), frame.tangent && Object.fromEntries(["x1", "y1", "x2", "y2"].map((name, i) => [name, frame.tangent[i]])));
}

function choose() {
  const run = data.runs[Number($("rate").value)];
  $("rate-shown").textContent = run.rate;
  player.load(run.frames, draw);
}

$("rates").hidden = false;
$("rate").max = data.runs.length - 1;
$("rate").oninput = choose;
choose();
