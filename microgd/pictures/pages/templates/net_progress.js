/* The error over the steps, play and pause, and what is written of the state. */
const MOST_RECORDS = 400, AXES = { left: 48, right: 392, top: 8, bottom: 106 };

const progress = {
  records: [], every: 1,

  begin() {
    this.records = [];
    this.every = 1;
  },

  /* Look at the net: keep the errors of this step, and every other record once there are too many. */
  record() {
    const [probabilities, training, heldOut] = net.look();
    this.now = { step: net.steps, training, heldOut, probabilities };
    const last = this.records.at(-1);
    if (last && net.steps < last.step + this.every) return;
    this.records.push(this.now);
    if (this.records.length > MOST_RECORDS) {
      this.records = this.records.filter((_, i) => i % 2 === 0);
      this.every *= 2;
    }
  },

  /* The fraction of rows from first to end that the net has right. */
  right(first, end) {
    const { goal } = net.points;
    let right = 0;
    for (let i = first; i < end; i++) right += Number((this.now.probabilities[i] > 0.5) === (goal[i] === 1));
    return right / (end - first);
  },

  draw() {
    const { training, goal } = net.points, n = goal.length;
    const percent = (first, end) => end > first ? `${(100 * this.right(first, end)).toFixed(0)} % right` : "";
    $("training-error").textContent = training ? number(this.now.training, 3) : "no points";
    $("training-right").textContent = percent(0, training);
    $("held-out-error").textContent = n > training ? number(this.now.heldOut, 3) : "no points";
    $("held-out-right").textContent = percent(training, n);
    $("count").textContent = `step ${net.steps}`;
    this.curve(n > training);
  },

  curve(isHeldOut) {
    const svg = $("curve-of-error"), shown = net.points.training ? [...this.records, this.now] : [];
    const errors = shown.flatMap(({ training, heldOut }) => isHeldOut ? [training, heldOut] : [training]).filter(Number.isFinite);
    const top = 1.05 * (Math.max(0, ...errors) || 1), end = Math.max(1, net.steps);
    const place = (step, error) => [AXES.left + step / end * (AXES.right - AXES.left), AXES.bottom - error / top * (AXES.bottom - AXES.top)];
    const line = (kind, key) => drawn("polyline", {
      class: kind,
      points: shown.filter(record => Number.isFinite(record[key])).map(record => place(record.step, record[key]).map(x => x.toFixed(1)).join()).join(" "),
    });
    const text = (x, y, anchor, content) => drawn("text", { x, y, "text-anchor": anchor }, content);
    svg.replaceChildren(
      drawn("path", { class: "axis", d: `M${AXES.left},${AXES.top}V${AXES.bottom}H${AXES.right}` }),
      tickLabel(AXES.left, AXES.top + 6, number(top / 1.05, 2)),
      tickLabel(AXES.left, AXES.bottom, "0"),
      text(AXES.left, 126, "start", "step 0"),
      text(AXES.right, 126, "end", number(end)),
      ...(isHeldOut ? [line("held-out", "heldOut")] : []),
      line("training", "training"),
    );
  },
};

/* Show everything as it is now. */
function show() {
  progress.record();
  progress.draw();
  field.draw();
  picture.draw();
}

const player = {
  timer: null,

  /* Take some steps, but no longer than the eye waits; then show where they led. */
  advance(steps) {
    const end = performance.now() + 60;
    for (let i = 0; i < steps && net.isFinite && (i === 0 || performance.now() < end); i++) net.step();
    show();
    if (net.isFinite) return;
    this.pause();
    say("The weights are not finite any more: the steps were too long. Choose a smaller learning rate, then Reset.");
  },

  get isReady() {
    if (net.points.training) return true;
    say("There is nothing to learn from: add points of both classes first.");
    return false;
  },

  play() {
    if (!this.isReady) return;
    say("");
    $("play").textContent = "Pause";
    const frame = () => {
      this.timer = requestAnimationFrame(frame);
      this.advance(Number($("pace").value));
    };
    this.timer = requestAnimationFrame(frame);
  },

  pause() {
    cancelAnimationFrame(this.timer);
    this.timer = null;
    $("play").textContent = "Play";
    say(`Step ${net.steps}: the training error is ${number(progress.now.training, 4)}.`);
  },

  toggle() { this.timer === null ? this.play() : this.pause(); },

  step() {
    if (this.timer !== null) this.pause();
    if (this.isReady) this.advance(1);
  },
};

function say(text) { $("status").textContent = text; }
