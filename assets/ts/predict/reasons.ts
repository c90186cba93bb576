/* Reasons and sweeps of a score: requested once a result is current, shown only beside it. The serial number of the
   request is the form's (form.ts). */

import { register, setProps } from "../shared/dash.ts";
import { fieldsOf } from "../shared/fields.ts";

const PATIENCE = 6000; // ms without a response until the request is repeated
const SVG = "http://www.w3.org/2000/svg";

let wanted = null; // form and request of the result on the screen; null while it is not current
let asked = null;  // the request under way; none is answered after its page is left
let latest = null; // the response on the screen
let timer = 0;

const same = (a, b) => a && b && Number(a.serial) === Number(b.serial) && a.model === b.model;
const shown = () => document.querySelector("#reasons [data-serial]")?.dataset;

function mark(state) {
  const section = document.querySelector(".reasons");
  if (section) section.dataset.state = state;
  if (!section || !wanted) return;
  wanted.form.dataset.reasons = state;
  inLists(wanted.form, state === "current");
}

/* In an open select, each other choice shows its score beside its name. */
function inLists(form, shown) {
  for (const option of form.querySelectorAll("select option")) {
    if (shown && option.dataset.score) option.label = `${option.text} · ${option.dataset.score}`;
    else option.removeAttribute("label");
  }
}

addEventListener("likely:current", ({ detail }) => {
  if (!document.getElementById("reasons")) return;
  wanted = detail;
  if (same(shown(), wanted.question)) { mark("current"); sharpen(); }
  else if (asked?.form !== wanted.form || asked.step) wonder(); // a step with smaller errors need not be awaited
});

addEventListener("likely:stale", ({ detail }) => {
  if (wanted?.form === detail.form) mark("waiting");
  wanted = null;
});

function wonder(step = 0) {
  asked = { ...wanted, step };
  clearTimeout(timer);
  timer = setTimeout(() => { asked = null; if (wanted && !step) wonder(); }, PATIENCE);
  setProps("reasons-request", { data: { ...asked.question, step } });
}

/* Request the same reasons with smaller errors, until the digits shown are sure or the server has no smaller errors. */
function sharpen() {
  const section = document.querySelector(".reasons");
  const step = same(latest, wanted?.question) ? latest.sharper : null;
  section.toggleAttribute("data-sharpening", step !== null);
  if (step !== null && !asked) wonder(step);
}

function advise(advice) {
  if (same(advice, asked?.question) && advice.step === asked.step) { clearTimeout(timer); asked = null; }
  if (wanted && same(advice, wanted.question)) settle(wanted, advice);
  else if (wanted && !asked) wonder();
  return advice.serial;
}

/* A response arrives before Dash has drawn it. */
function settle(target, advice, tries = 60) {
  if (wanted !== target && !same(wanted?.question, target.question)) return;
  if (same(shown(), advice) && Number(shown().step) === advice.step) {
    for (const field of fieldsOf(target.form)) draw(field, advice.sweeps[field.dataset.feature], scaleOf(advice));
    latest = advice;
    mark("current");
    sharpen();
  } else if (tries && advice.outcome) requestAnimationFrame(() => settle(target, advice, tries - 1));
}

// ---- sweeps -------------------------------------------------------------------------------
/* One scale for all fields, so that a feature with little effect looks flat. */
function scaleOf(advice) {
  const all = Object.values(advice.sweeps).flatMap((sweep) => sweep.p);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const spare = Math.max(0, 0.2 - (high - low)) / 2;
  return [Math.max(0, low - spare), Math.min(1, high + spare)];
}

function draw(field, sweep, [low, high]) {
  const place = field.querySelector(".what-if");
  place?.querySelector(".sweep")?.remove();
  const choices = [...field.querySelectorAll("[role=radiogroup] input")].map((input) => [input.value, input.nextElementSibling])
    .concat([...field.querySelectorAll("[data-code]")].map((button) => [button.dataset.code, button]));
  choices.forEach(([, face]) => { delete face.dataset.score; });
  const listed = [...field.querySelectorAll("select option")];
  listed.forEach((option) => { delete option.dataset.score; });
  if (!place || !sweep) return;
  sweep.values.forEach((value, at) => {
    const [, face] = choices.find(([own]) => own === value) ?? [];
    if (face) face.dataset.score = sweep.shown[at];
    const option = listed.find((one) => one.value === value);
    if (option && at !== sweep.here) option.dataset.score = sweep.shown[at];
  });
  if (choices.length) return;
  const height = (p) => 26 - 24 * (p - low) / (high - low || 1);
  place.prepend(sweep.line ? line(sweep, height) : columns(sweep, (p) => 26 - 24 * p / high)); // bars begin at 0
}

function line(sweep, height) {
  const points = sweep.at.map((at, i) => `${(2 + 196 * at).toFixed(1)},${height(sweep.p[i]).toFixed(1)}`);
  const svg = frame(sweep);
  svg.append(make("polyline", { points: points.join(" "), class: "sweep-line" }));
  if (sweep.here !== null) markHere(svg, sweep, height);
  return svg;
}

/* A short vertical line at the record's value; it keeps its shape when the drawing is stretched. */
function markHere(svg, sweep, height) {
  const [x, y] = [2 + 196 * sweep.at[sweep.here], height(sweep.p[sweep.here])];
  svg.append(make("line", { x1: x, x2: x, y1: 28, y2: y, class: "sweep-stem" }));
  svg.append(make("line", { x1: x, x2: x, y1: y, y2: y, class: "sweep-here" }));
}

function columns(sweep, height) {
  const svg = frame(sweep);
  const width = Math.min(200 / sweep.p.length - 4, 36);
  sweep.p.forEach((p, i) => {
    const y = height(p);
    const kind = i === sweep.here ? "sweep-column sweep-column-here" : "sweep-column";
    svg.append(make("rect", { x: 200 * sweep.at[i] - width / 2, y, width, height: 28 - y, class: kind }));
  });
  return svg;
}

function frame(sweep) {
  const ends = [sweep.p.indexOf(Math.min(...sweep.p)), sweep.p.indexOf(Math.max(...sweep.p))];
  const svg = make("svg", { class: "sweep", viewBox: "0 0 200 28", preserveAspectRatio: "none", role: "img" });
  svg.setAttribute("aria-label", `Over its values from ${sweep.shown[ends[0]]} to ${sweep.shown[ends[1]]}`);
  const title = make("title", {});
  title.textContent = `From ${sweep.shown[ends[0]]} at ${sweep.words[ends[0]]} to ${sweep.shown[ends[1]]} at ${sweep.words[ends[1]]}`;
  svg.append(title);
  return svg;
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
}

register({ advise });
