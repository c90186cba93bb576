/* Comparison of the record in the form with up to four pinned scenarios. A pin keeps a current result: the values, and
   the numbers as the server wrote them. Nothing is computed here. The tab's session storage holds pins, personal values
   included; no address does. */

import { fieldsOf, controlOf, snapshot } from "../shared/fields.ts";
import { turn, ask } from "../shared/form.ts";
import { marksOf, write, same } from "../shared/numbers.ts";
import { restore } from "./finder.ts";

const MOST = 4;
const LONGEST_NAME = 24;

const byId = (id) => document.getElementById(id);
const formHere = () => document.querySelector(".form[data-mirror]");

let here = null;    // the form to which these pins belong
let pins = [];
let now = null;     // the current result; null while it does not belong to the form
let wanted = false; // to be pinned as soon as the result is current

// ---- keeping --------------------------------------------------------------------------------
const placeOf = (form) => `pins:${form.dataset.model.split("@")[0]}`;

function save() {
  const kept = { model: here.dataset.model, pins };
  try { sessionStorage.setItem(placeOf(here), JSON.stringify(kept)); } catch { /* this page only */ }
}

function recall(form) {
  try { return JSON.parse(sessionStorage.getItem(placeOf(form))) ?? {}; } catch { return {}; }
}

/* Another page: read the pins of its version. */
function enter(form) {
  if (form === here || !byId("pins")) return;
  [here, now, wanted] = [form, null, false];
  const { model, pins: kept = [] } = recall(form);
  pins = model === form.dataset.model ? kept : [];
  if (kept.length && !pins.length) {
    say("This model has a new version. What was pinned of the former one is gone.");
    save();
  }
  draw();
}

// ---- the current result ---------------------------------------------------------------------
addEventListener("likely:current", ({ detail: { form } }) => {
  if (!form.dataset.mirror || !byId("pins")) return;
  enter(form);
  const bars = [...document.querySelectorAll("#result [data-outcome]")];
  const shown = Object.fromEntries(bars.map((bar) => [bar.dataset.outcome, bar.querySelector(".number").textContent]));
  now = { ...snapshot(form), shown };
  byId("pins").dataset.state = "current";
  drawRows();
  if (wanted) pin();
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  if (!form.dataset.mirror || !byId("pins")) return;
  enter(form);
  now = null;
  byId("pins").dataset.state = "waiting";
  if (wanted && form.dataset.standing === "invalid") {
    wanted = false;
    say("Nothing is pinned: these values have no result.");
  }
});

const alike = (field, a, b) => (field.dataset.step ? same(a, b) : a === b);
const equal = (a, b) => a.record === b.record && fieldsOf(here).every((field, at) => alike(field, a.values[at], b.values[at]));

// ---- acts -----------------------------------------------------------------------------------
function pin() {
  if (!now) { wanted = true; ask(); return; }
  wanted = false;
  const twin = pins.find((one) => equal(one, now));
  if (twin) return say(`This is pinned already, as ${twin.name}.`);
  if (pins.length >= MOST) return say("Four scenarios are pinned. Remove one to pin another.");
  const name = [..."ABCD"].find((letter) => pins.every((one) => one.name !== letter));
  pins = [...pins, { ...now, name }];
  save();
  draw();
  return say(`Pinned as ${name}.`);
}

const acts = {
  load: (one) => {
    if (one.record !== here.dataset.record) turn(); // another record is an entry of the browser's history
    restore(here, one);
    say(`${one.name} is in the form.`);
  },
  remove: (one, at) => {
    pins = pins.filter((other) => other !== one);
    save();
    draw();
    const next = buttons("remove")[Math.min(at, pins.length - 1)] ?? here.querySelector("[data-do=pin]");
    next.focus();
    say(`${one.name} is removed.`);
  },
};

const buttons = (act) => [...document.querySelectorAll(`#pins-table [data-pin-act=${act}]`)];

function compare() {
  const frame = byId("pins").querySelector(".pins-frame");
  byId("pins").scrollIntoView({ block: "start", behavior: "smooth" });
  frame.focus({ preventScroll: true });
}

function rename(input) {
  const one = pins[Number(input.dataset.pinName)];
  one.name = input.value.trim().slice(0, LONGEST_NAME) || one.name;
  input.value = one.name;
  save();
  nameButtons();
}

// ---- the table ------------------------------------------------------------------------------
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}

function draw() {
  byId("pins").hidden = !pins.length;
  here.querySelector("[data-do=compare]").hidden = !pins.length;
  const heads = pins.map((one, at) => {
    const input = make("input", { "data-pin-name": at, maxlength: LONGEST_NAME, "aria-label": "Name of the scenario", autocomplete: "off" });
    input.value = one.name;
    return make("th", { scope: "col" }, input);
  });
  const tools = pins.map((_, at) => make("td", {}, ...["Load", "Remove"].map((words) =>
    make("button", { type: "button", class: "quiet-button", "data-pin-act": words.toLowerCase(), "data-pin": at }, words))));
  byId("pins-table").replaceChildren(
    make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col", class: "pin-now" }, "Now"), ...heads)),
    make("tbody"),
    make("tfoot", {}, make("tr", {}, make("td"), make("td", { class: "pin-now" }), ...tools)),
  );
  nameButtons();
  drawRows();
}

function nameButtons() {
  for (const act of ["load", "remove"]) {
    buttons(act).forEach((button, at) => button.setAttribute("aria-label", `${button.textContent} ${pins[at].name}`));
  }
}

function drawRows() {
  const body = byId("pins-table").tBodies[0];
  if (!body || !pins.length) return;
  const columns = [now, ...pins];
  const outcomes = JSON.parse(byId("pins").dataset.outcomes);
  const rows = outcomes.map(([name, label]) => row(label, columns.map((one) => one?.shown[name]), "pin-outcome"));
  if (pins.some((one) => one.record) || now?.record) rows.push(row("Record", columns.map((one) => one && (one.record || "New"))));
  fieldsOf(here).forEach((field, at) => {
    const values = columns.filter(Boolean).map((one) => one.values[at]);
    if (values.every((value) => alike(field, value, values[0]))) return;
    rows.push(row(titleOf(field), columns.map((one) => one && wordsOf(field, one.values[at]))));
  });
  if (rows.length === outcomes.length) rows.push(make("tr", {}, make("td", { colspan: columns.length + 1, class: "pin-none" }, "No value differs.")));
  body.replaceChildren(...rows);
}

/* One row. Values that differ from the form's have a mark, not bold type alone; probabilities nearly always differ. */
function row(title, texts, kind = "pin-value") {
  const cells = texts.map((text, at) => {
    const cell = make("td", { class: at ? "pin-kept" : "pin-now" });
    if (kind === "pin-value" && now && text !== texts[0]) {
      cell.classList.add("pin-differs");
      cell.append(make("span", { class: "pin-mark", role: "img", "aria-label": "differs:" }, "≠"), " ");
    }
    cell.append(make("span", { class: "pin-text" }, text ?? ""));
    return cell;
  });
  return make("tr", { class: kind }, make("th", { scope: "row" }, title), ...cells);
}

const titleOf = (field) => field.querySelector(".field-label").textContent;

/* A value as its field shows it. */
function wordsOf(field, value) {
  const words = JSON.parse(byId("pins").dataset.words);
  if (!value.trim()) return words[""];
  const radio = [...field.querySelectorAll("[role=radiogroup] input")].find((one) => one.value === value);
  const control = controlOf(field);
  const code = [...field.querySelectorAll("[data-code]")].find((one) => one.dataset.code === value);
  if (code) return code.textContent;
  if (radio) return radio.nextElementSibling.textContent;
  if (control.type === "checkbox") return words[value];
  return [...(control.options ?? [])].find((option) => option.value === value)?.textContent ?? write(value, marksOf(field));
}

/* Announce a message even if it repeats the last one. */
function say(words) {
  byId("pins-words").replaceChildren(words);
}

// ---- events ---------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button || !here?.isConnected) return;
  const { do: act, pinAct, pin: at } = button.dataset;
  if (act === "pin") pin();
  else if (act === "compare") compare();
  else if (pinAct) acts[pinAct](pins[Number(at)], Number(at));
});

addEventListener("keydown", (event) => {
  if (!here?.isConnected || here !== formHere()) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    if (!event.repeat) pin();
  }
  const name = event.target.matches?.("[data-pin-name]") && event.target;
  if (!name) return;
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) name.blur();
  if (event.key === "Escape") name.value = pins[Number(name.dataset.pinName)].name;
});

addEventListener("change", (event) => { if (event.target.matches?.("[data-pin-name]")) rename(event.target); });

// An edit cancels a pin that waits for its result
addEventListener("input", (event) => { if (here?.contains(event.target)) wanted = false; });
