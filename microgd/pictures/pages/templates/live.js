/* Other numbers: the reader sets them, `program` (the compiled computation) gives all others, and the page follows.
   A step of gradient descent changes those that are ticked. */
const live = {
  start: [], now: [], controls: [],

  begin() {
    $("live").hidden = false;
    if (data.live.reason) {
      $("why").textContent = data.live.reason;
      return;
    }
    for (const [i, leaf] of data.live.leaves.entries()) {
      const x = table.get(`value${leaf.id.slice(5)}`), entries = x.shape === undefined ? [Number(x)] : x.entries;
      this.start.push([...entries]);
      this.now.push([...entries]);
      for (const j of entries.keys()) this.control(leaf, i, j, x.shape === undefined ? "" : `[${place(j, x.shape)}]`);
    }
    $("controls").hidden = false;
    $("step").onclick = () => this.step();
    $("reset").onclick = () => this.set(this.start);
  },

  /* A row: the name, a slider, a field for the number, and whether it learns. */
  control(leaf, i, j, index) {
    const name = leaf.name + index;
    const row = document.createElement("div"), label = document.createElement("span");
    const inputs = ["range", "number", "checkbox"].map(type => Object.assign(document.createElement("input"), { type }));
    const [slider, field, learns] = inputs;
    for (const part of name.split(/(?<=_)|(?=\[)/)) label.append(part, document.createElement("wbr"));
    slider.step = field.step = "any";
    learns.checked = leaf.learns;
    slider.ariaLabel = `${name}, slider`;
    field.ariaLabel = `${name}, number`;
    learns.ariaLabel = `${name} learns`;
    for (const input of [slider, field]) {
      input.oninput = () => {
        if (input.value !== "" && Number.isFinite(input.valueAsNumber)) this.change(i, j, input.valueAsNumber);
      };
    }
    row.append(label, ...inputs);
    $("leaves").append(row);
    this.controls.push({ i, j, slider, field, learns });
    this.write(this.controls.at(-1));
  },

  write({ i, j, slider, field }, typed) {
    const x = this.now[i][j], finite = Number.isFinite(x);
    slider.disabled = !finite; // until a number is typed: there is nothing between -inf and inf to slide to
    field.placeholder = finite ? "" : number(x);
    if (finite) this.slide(slider, x);
    if (document.activeElement !== field || !typed) field.value = finite ? Number(x.toPrecision(6)) : "";
  },

  /* Move a slider; beyond its ends it gets others. */
  slide(slider, x) {
    if (slider.min === "" || x < slider.min || x > slider.max) {
      const span = Math.max(1, 2 * Math.abs(x)), end = Number.MAX_VALUE;
      slider.min = Math.max(x - span, -end);
      slider.max = Math.min(x + span, end);
    }
    slider.value = x;
  },

  change(i, j, x) {
    this.now[i][j] = x;
    this.show(true);
  },

  set(numbers) {
    this.now = numbers.map(entries => [...entries]);
    this.show(false);
  },

  /* Compute everything anew, and show the step again with the new numbers. */
  show(typed) {
    for (const control of this.controls) this.write(control, typed);
    const scalar = leaf => table.get(`value${leaf.id.slice(5)}`).shape === undefined;
    const given = data.live.leaves.map((leaf, i) => scalar(leaf) ? this.now[i][0] : Float64Array.from(this.now[i]));
    const found = program(...given), numbers = {};
    for (const [i, key] of data.live.keys.entries()) numbers[key] = shaped(found[i], table.get(key));
    player.renew(numbers);
  },

  step() {
    const rate = $("live-rate").valueAsNumber;
    if (!Number.isFinite(rate)) return;
    const next = this.now.map(entries => [...entries]);
    for (const { i, j, learns } of this.controls) {
      const g = table.get(`gradient${data.live.leaves[i].id.slice(5)}`);
      if (learns.checked) next[i][j] -= rate * (g.shape === undefined ? g : g.entries[j]);
    }
    this.set(next);
  },
};

/* A result of the program in the form of the number that it replaces. */
function shaped(x, before) {
  const flat = x.length === undefined ? [x] : Array.from(x);
  if (before.shape === undefined) return typeof before === "boolean" ? Boolean(flat[0]) : flat[0];
  const entries = typeof before.entries[0] === "boolean" ? flat.map(Boolean) : flat;
  return { shape: before.shape, entries };
}

/* The index of entry j of an array of this shape. */
function place(j, shape) {
  return shape.toReversed().reduce(([rest, found], n) => [Math.floor(rest / n), [rest % n, ...found]], [j, []])[1].join(", ");
}

live.begin();
