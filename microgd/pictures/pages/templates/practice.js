
/* Practice: the gradients are hidden, and each one is asked for when it is its turn. */
const TOLERANCE = 0.01; // two digits

const practice = {
  on: false,
  solved: new Map(), // question -> the number of wrong answers; Infinity if the answer was shown

  asks: frame => frame.question !== undefined && Number.isFinite(table.get(frame.question.answer)),
  knows(frame) { return !this.on || !this.asks(frame) || this.solved.has(frame); },

  toggle() {
    this.on = !this.on;
    this.solved.clear();
    this.wrong = 0;
    $("practice").ariaPressed = this.on;
    const first = player.frames.findIndex(this.asks);
    player.step(this.on ? Math.max(first, 0) : player.index);
  },

  /* No step beyond the first question that is open. */
  limit() {
    const open = this.on ? player.frames.findIndex(frame => !this.knows(frame)) : -1;
    return open < 0 ? player.frames.length - 1 : open;
  },

  ask(frame) {
    for (const graph of graphs) for (const id of ids) graph.card(id).classList.remove("asked");
    this.hide();
    $("score").hidden = !this.on;
    $("score").textContent = this.score();
    if (this.knows(frame)) return;
    this.wrong = 0;
    $("lines").replaceChildren(...frame.question.lines.flatMap(written));
    $("next").ariaDisabled = true;
    $("exercise").hidden = false;
    $("answer").value = "";
    if (!matchMedia("(pointer: coarse)").matches) $("answer").focus({ preventScroll: true });
  },

  hide() {
    $("exercise").hidden = true;
    $("verdict").textContent = "";
    $("hint").replaceChildren();
  },

  check() {
    const frame = player.frames[player.index], answer = table.get(frame.question.answer), given = parsed($("answer").value);
    if (Number.isNaN(given)) {
      $("verdict").textContent = "A number is expected, such as −0.55 or 3/4.";
    } else if (Math.abs(given - answer) <= TOLERANCE * Math.abs(answer)) {
      this.solve(frame, this.wrong, "Right.");
    } else {
      this.wrong += 1;
      $("hint").replaceChildren(...frame.question.hint.flatMap(written));
      $("verdict").textContent = `${number(given)} is not it. Try again with the rule:`;
      $("answer").select();
      $("hint").scrollIntoView({ block: "nearest" });
    }
  },

  solve(frame, wrong, verdict) {
    this.solved.set(frame, wrong);
    player.show(player.index);
    $("verdict").textContent = verdict;
    $("next").focus();
  },

  score() {
    const questions = player.frames.filter(this.asks).length;
    const right = [...this.solved.values()].filter(wrong => wrong === 0).length;
    const answered = this.solved.size;
    return answered === questions
      ? `Done: ${right} of ${questions} right at the first try.`
      : `${answered} of ${questions} answered, ${right} right at the first try.`;
  },

  /* A chain rule without the numbers that are still asked for. */
  withoutAnswers(id, lines) {
    const open = this.on && player.frames.some(frame => frame.at === id && !this.knows(frame));
    return open ? lines.filter(line => !["numbers", "local"].includes(line.kind) && !isGradient(line)) : lines;
  },
};

const isGradient = line => line.kind === "result" && /^(gradient|share|sum)/.test(line.parts.at(-1).number);

/* A number as people type it: −1,5 and 3/4 too. */
function parsed(text) {
  const [above, below, ...more] = text.trim().replaceAll("−", "-").replaceAll(",", ".").split("/");
  const decimal = part => /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(part) ? Number(part) : NaN;
  return more.length ? NaN : below === undefined ? decimal(above) : decimal(above) / decimal(below);
}

player.limit = () => practice.limit();
$("practice").hidden = !data.frames.some(practice.asks);
$("practice").onclick = () => practice.toggle();
$("check").onclick = () => practice.check();
$("reveal").onclick = () => practice.solve(player.frames[player.index], Infinity, "This is the answer.");
$("answer").addEventListener("keydown", event => {
  if (event.key !== "Enter") return;
  event.preventDefault(); // or the button that gets the focus is pressed by the same key
  practice.check();
});

zoom.arrange();
player.load(data.frames, draw);
addEventListener("resize", () => { zoom.arrange(); player.draw(player.index); });
