// Draws the charts and the arcs of relations. The page reads well without it.
const { charts, locale } = JSON.parse(document.getElementById("data").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.classList.add("js");

// ---- charts: colours come from the style sheet, so that light and dark are one spec ----
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const PALETTES = new Set(["corpora", "statuses", "arms", "controls"]);
const NAMES = new Set(["accent", "muted"]);

function coloured(value, key) {
  if (Array.isArray(value)) return value.map((one) => coloured(one));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === "data" ? v : coloured(v, k)]));
  }
  if (key === "range" && PALETTES.has(value)) return colour(value).split(",").map((one) => one.trim());
  if ((key === "value" || key === "color") && NAMES.has(value)) return colour(value);
  return value;
}

function theme() {
  const ink = colour("ink"), soft = colour("soft"), grid = colour("grid"), font = colour("sans");
  return {
    background: null, font, view: { stroke: null },
    axis: { labelColor: ink, titleColor: soft, titleFontWeight: "normal", gridColor: grid, domainColor: grid,
            tickColor: grid, labelFontSize: 12, titleFontSize: 12, titlePadding: 8 },
    legend: { labelColor: ink, titleColor: soft, titleFontWeight: "normal", labelFontSize: 12, titleFontSize: 12,
              symbolStrokeWidth: 0, symbolType: "square", symbolOpacity: 1, labelLimit: 190 },
  };
}

const NARROW = 460;
let shape = "";
const shapes = () => [...document.querySelectorAll("[data-chart]")].map((box) => box.clientWidth < NARROW).join();

async function draw() {
  shape = shapes();
  for (const box of document.querySelectorAll("[data-chart]")) {
    const spec = coloured(charts[box.dataset.chart]);
    if (box.clientWidth < NARROW) narrow(spec);
    try {
      await window.vegaEmbed(box, { ...spec, config: theme() },
        { actions: false, renderer: "svg", ast: true, formatLocale: locale, defaultStyle: false, logLevel: 1 });
    } catch (error) {
      box.textContent = "";  // the table beside it says the same
      console.error(error);
    }
  }
}

function narrow(spec) {
  for (const part of [spec, ...(spec.layer ?? [])]) {
    for (const channel of Object.values(part.encoding ?? {})) {
      if (channel.axis?.labelLimit) channel.axis.labelLimit = 104;
      if (channel.legend?.columns) channel.legend.columns = Math.min(channel.legend.columns, 2);
    }
  }
}

// ---- arcs: each line of text has levels above it; a relation between two lines is drawn in two halves ----
const SVG = "http://www.w3.org/2000/svg";
const LEVEL = 14, CLEAR = 5, MOST = 10, NARROWEST = 360;
const pen = document.createElement("canvas").getContext("2d");
const wanted = document.getElementById("arcs");

function place(doc) {
  const from = doc.getBoundingClientRect();
  const found = new Map();
  for (const element of doc.querySelectorAll(".text .m:not(.again)")) {
    const box = element.getClientRects()[0];
    if (!box) continue;
    const one = { x: box.left - from.left, width: box.width, top: box.top - from.top, uses: 0 };
    found.set(element.dataset.e, [...(found.get(element.dataset.e) ?? []), one]);
  }
  return found;
}

function nearest(heads, tails) {
  let best = null;
  for (const head of heads) for (const tail of tails) {
    const far = Math.abs(head.top - tail.top) * 100 + Math.abs(head.x - tail.x);
    if (!best || far < best.far) best = { head, tail, far };
  }
  return best;
}

function halves(relations, places, width) {
  const tops = [...new Set([...places.values()].flat().map((one) => Math.round(one.top)))].sort((a, b) => a - b);
  const lineOf = (one) => tops.findIndex((top) => Math.abs(top - one.top) < 7);
  const parts = [];
  relations.forEach(([head, label, tail], number) => {
    if (head === tail || !places.has(head) || !places.has(tail)) return;
    const pair = nearest(places.get(head), places.get(tail));
    const [a, b] = [pair.head, pair.tail].map((one) => ({ one, line: lineOf(one), use: one.uses++ }));
    if (a.line === b.line) {
      parts.push({ number, label, line: a.line, from: a, to: b });
    } else {
      const right = a.line < b.line;
      parts.push({ number, label, line: a.line, from: a, edge: right ? width : 0 });
      parts.push({ number, label, line: b.line, to: b, edge: right ? 0 : width });
    }
  });
  pen.font = "600 9.5px sans-serif";
  for (const part of parts) {
    const ends = [part.from, part.to].map((end) => end ? anchorOf(end) : part.edge);
    [part.x1, part.x2] = ends;
    const middle = (ends[0] + ends[1]) / 2, half = pen.measureText(part.label).width / 2 + 5;
    part.middle = Math.max(half, Math.min(width - half, middle));
    part.low = Math.min(...ends, part.middle - half);
    part.high = Math.max(...ends, part.middle + half);
  }
  return parts;
}

function anchorOf({ one, use }) {
  const step = Math.min(10, one.width / (one.uses + 1));
  return one.x + Math.min(one.width, 60) / 2 + (use - (one.uses - 1) / 2) * step;
}

function levels(parts) {
  const taken = [];
  for (const part of [...parts].sort((a, b) => (a.high - a.low) - (b.high - b.low) || a.number - b.number)) {
    part.level = 0;
    const rivals = taken.filter((other) => other.line === part.line && other.low < part.high + 4 && part.low < other.high + 4);
    while (rivals.some((other) => other.level === part.level)) part.level += 1;
    taken.push(part);
  }
  return parts.length ? Math.max(...parts.map((part) => part.level)) + 1 : 0;
}

function drawn(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function arcs(doc) {
  doc.querySelector(".arcs")?.remove();
  const text = doc.querySelector(".text");
  text.style.lineHeight = text.style.paddingTop = "";
  const relations = JSON.parse(doc.dataset.arcs);
  const width = doc.clientWidth;
  if (!wanted?.checked || !relations.length || relations.length > MOST || width < NARROWEST) return;
  const parts = halves(relations, place(doc), width);
  const high = levels(parts);
  if (!high) return;
  const line = 40 + high * LEVEL;
  text.style.lineHeight = `${line}px`;
  text.style.paddingTop = `${Math.max(0, high * LEVEL - 8) / 2}px`;
  const moved = [...place(doc).values()].flat();
  const tops = [...new Set(moved.map((one) => Math.round(one.top)))].sort((a, b) => a - b)
    .filter((top, n, all) => !n || top - all[n - 1] > 7);
  const svg = drawn("svg", { class: "arcs", "aria-hidden": "true" });
  for (const part of parts) {
    const base = tops[part.line] - 1, y = base - CLEAR - part.level * LEVEL - 6;
    const group = drawn("g", { "data-n": part.number });
    const bend = (x, other) => x + Math.sign(other - x) * Math.min(4, Math.abs(other - x) / 2);
    let path = part.from ? `M${part.x1} ${base} V${y + 4} Q${part.x1} ${y} ${bend(part.x1, part.x2)} ${y}` : `M${part.x1} ${y}`;
    path += part.to ? ` H${bend(part.x2, part.x1)} Q${part.x2} ${y} ${part.x2} ${y + 4} V${base - 3}` : ` H${part.x2}`;
    group.append(drawn("path", { d: path }));
    if (part.to) group.append(drawn("path", { class: "end", d: `M${part.x2} ${base} l-3 -6 h6 z` }));
    group.append(drawn("text", { x: part.middle, y: y + 3 }, part.label));
    svg.append(group);
  }
  doc.append(svg);
}

const documents = [...document.querySelectorAll("[data-arcs]")];
const allArcs = () => documents.forEach(arcs);
for (const doc of documents) {
  doc.querySelectorAll(".relations li").forEach((item, n) => {
    const light = (on) => doc.querySelectorAll(`.arcs [data-n="${n}"]`).forEach((g) => g.classList.toggle("on", on));
    item.addEventListener("mouseenter", () => light(true));
    item.addEventListener("mouseleave", () => light(false));
  });
}

let width = 0, waiting = 0;
new ResizeObserver(() => {
  if (document.body.clientWidth === width) return;
  width = document.body.clientWidth;
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => {
    allArcs();
    if (window.vegaEmbed && shapes() !== shape) draw();
  });
}).observe(document.body);
wanted?.addEventListener("change", allArcs);
document.addEventListener("toggle", (event) => event.target.querySelectorAll?.("[data-arcs]").forEach(arcs), true);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
dark.addEventListener("change", () => window.vegaEmbed && draw());
if (window.vegaEmbed) draw();
