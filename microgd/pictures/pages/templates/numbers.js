"use strict";

const $ = id => document.getElementById(id);
const data = JSON.parse($("data").textContent);

/* The numbers of the page by their keys. JSON has no nan and no infinity: they are texts in it. */
const decoded = x => typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x;
const decodedArray = x => ({
  ...x, entries: x.entries?.map(decoded), low: decoded(x.low), high: decoded(x.high),
});
const table = new Map(
  Object.entries(data.numbers).map(([key, x]) => [key, x?.shape ? decodedArray(x) : decoded(x)]),
);

/* Replace numbers of the page; `player.renew` shows the step again as well. */
function renew(numbers) {
  for (const [key, x] of Object.entries(numbers)) table.set(key, x?.shape ? decodedArray(x) : decoded(x));
}

/* Numbers as text, as microgd/pictures/numbers.py writes them. */
function number(x, digits = 6) {
  if (typeof x === "boolean") return x ? "True" : "False";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x < 0 ? "−inf" : "inf";
  if (x === 0) return "0";
  const kept = Math.abs(x) < 10 ** digits ? digits : Math.max(digits, 6);
  const [mantissa, exponent] = x.toExponential(kept - 1).split("e");
  const power = Number(exponent);
  const short = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  const text = power < -4 || power >= kept
    ? `${short(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`
    : short(x.toFixed(kept - 1 - power));
  return text.replaceAll("-", "−");
}

function ends(x, digits) {
  const low = x.low ?? Math.min(...x.entries), high = x.high ?? Math.max(...x.entries);
  return [...new Set([number(low, digits), number(high, digits)])];
}

function described(x) {
  if (x.shape === undefined) return number(x);
  const shape = `(${x.shape.join(", ")}${x.shape.length === 1 ? "," : ""})`;
  if (x.entries?.length === 0) return `${shape}, no entries`;
  const found = ends(x, 6);
  return found.length === 1 ? `${shape}, all ${found[0]}` : `${shape} from ${found.join(" to ")}`;
}

/* A number or an array in the room of a card. */
function onCard(x) {
  if (x.shape === undefined) return number(x, 4);
  if (x.card !== undefined) return x.card;
  if (typeof x.entries[0] === "boolean") return `${x.entries.filter(Boolean).length} of ${x.entries.length} true`;
  const known = x.entries.filter(entry => !Number.isNaN(entry)), nans = x.entries.length - known.length;
  const between = known.length >= 8 && known.every(Number.isFinite) ? ` ${histogram(known)} ` : " to ";
  const range = known.length ? ends({ entries: known }, 3).join(between) : "";
  return [range, nans ? `${nans} nan` : ""].filter(Boolean).join(", ") || "no entries";
}

function histogram(entries) {
  const size = Math.max(...entries.map(Math.abs)) || 1, scaled = entries.map(x => x / size);
  const low = Math.min(...scaled), span = Math.max(...scaled) - low || 1, counts = Array(8).fill(0);
  for (const x of scaled) counts[Math.min(Math.trunc((x - low) / span * 8), 7)] += 1;
  return counts.map(count => "▁▂▃▄▅▆▇█"[Math.ceil(count / Math.max(...counts) * 7)]).join("");
}

function nested(x) {
  if (x.shape === undefined) return x;
  return x.shape.toReversed().slice(0, -1).reduce(
    (rows, width) => Array.from({ length: rows.length / width }, (_, i) => rows.slice(i * width, (i + 1) * width)),
    x.entries,
  );
}

/* The entries of an array in columns, with brackets as in Python. */
function listing(x) {
  const width = Math.max(...x.entries.map(entry => number(entry).length));
  const write = (part, depth) => Array.isArray(part)
    ? `[${part.map(inner => write(inner, depth + 1)).join(Array.isArray(part[0]) ? `\n${" ".repeat(depth + 1)}` : "  ")}]`
    : number(part).padStart(width);
  return write(nested(x), 0);
}

/* Lines: texts, elements of MathML and the slots of numbers, as lines.py describes them. Everything from outside
   becomes a text node: a name may be anything. */
const MATH = "http://www.w3.org/1998/Math/MathML";
const TAGS = new Set(["mi", "mn", "mo", "mrow", "msup", "mfrac", "mtext"]);

function slotText(slot) {
  const text = described(table.get(slot.number));
  return slot.brackets && text.startsWith("−") ? `(${text})` : text;
}

function signText(choices) {
  const x = table.get(choices["sign of"]);
  if (!Number.isFinite(x)) return choices.otherwise;
  return x > 0 ? choices.positive : x < 0 ? choices.negative : choices.zero;
}

function mathElement(part) {
  const [tag, ...parts] = Array.isArray(part) ? part : ["mn", part];
  if (!TAGS.has(tag)) throw new Error(`unexpected element ${tag}`);
  const element = document.createElementNS(MATH, tag);
  for (const inner of parts) {
    if (typeof inner === "string") element.append(tag === "mo" ? inner.trim() : inner);
    else if (inner.number !== undefined) element.append(tag === "mn" ? slotText(inner) : mathElement(inner));
    else element.append(mathElement(inner));
  }
  return element;
}

function built(part) {
  if (typeof part === "string") return part;
  if (part.number !== undefined) return slotText(part);
  if (part["sign of"] !== undefined) return signText(part);
  const math = document.createElementNS(MATH, "math");
  math.append(mathElement(part));
  return math;
}

/* A line of the reader's own code, with the expression that is meant marked. */
function codeLine({ line, parts: [before, expression, after] }) {
  const p = document.createElement("p"), code = document.createElement("code");
  const marked = text => Object.assign(document.createElement("mark"), { textContent: text });
  const rows = expression.split(/(\n *)/).map((text, i) => i % 2 ? text : marked(text)); // what indents a row is not
  p.className = "code";
  code.append(before, ...rows, after);
  p.append(`line ${line}`, code);
  return p;
}

function written(line) {
  if (line.kind === "code") return [codeLine(line)];
  const p = document.createElement("p");
  p.className = line.kind;
  p.append(...line.parts.map(built));
  const last = line.parts.at(-1);
  if (!["result", "local"].includes(line.kind) || last.number === undefined) return [p];
  const x = table.get(last.number);
  p.dataset.exact = x.shape === undefined ? String(x) : JSON.stringify(x.entries && nested(x));
  if (x.shape === undefined || !x.entries?.length || x.entries.length > 24) return [p];
  const pre = document.createElement("pre");
  pre.textContent = listing(x);
  pre.tabIndex = 0; // it may have to be scrolled
  return [p, pre];
}
