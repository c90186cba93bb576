/* Actions during a call: choose an outcome, decline one, go to a next question, reset, undo. Nothing is computed
   here: every change goes through the form. */

import { fieldsOf, controlOf, valueOf, setValue } from "../shared/fields.ts";
import { ask } from "../shared/form.ts";
import { marksOf, points } from "../shared/numbers.ts";
import { reveal } from "../shared/search.ts";

const LONGEST_PAST = 100;

let past = { form: null, steps: [] }; // undo: the form's values at each result, newest last
let refocus = null;

const formHere = () => document.querySelector(".form[data-mirror]");
const valuesOf = (form) => fieldsOf(form).map(valueOf);
/* A step of undo: the values and the outcome in focus. */
const stands = (form) => ({ values: valuesOf(form), declined: form.dataset.declined ?? "", chosen: form.dataset.outcome ?? "" });
const same = (a, b) => a.declined === b.declined && a.values.every((value, at) => value === b.values[at]);

function fill(form, values) {
  fieldsOf(form).forEach((field, at) => setValue(field, values[at]));
  dressFields(form);
  ask();
}

/* The view on call: only form, score, next questions and three reasons. The server says
   with which view a model opens; the browser remembers what was chosen. */
function onCall(form, on) {
  form.closest(".predict").dataset.view = on ? "call" : "whole";
  form.querySelector("[data-do=call]")?.setAttribute("aria-pressed", String(on));
}

function chosenView() {
  try { return localStorage.getItem("view"); } catch { return null; }
}

const acts = {
  call: (form) => {
    const on = form.closest(".predict").dataset.view !== "call";
    try { localStorage.setItem("view", on ? "call" : "whole"); } catch { /* this page only */ }
    onCall(form, on);
  },
  reset: (form) => fill(form, fieldsOf(form).map((field) => field.dataset.default)),
  undo: (form) => {
    if (past.form !== form || !past.steps.length) return;
    // Changes without a result yet are undone first, then the steps one by one
    if (same(stands(form), past.steps.at(-1)) && past.steps.length > 1) past.steps.pop();
    const { declined, chosen, values } = past.steps.at(-1);
    Object.assign(form.dataset, { declined, outcome: chosen });
    fill(form, values);
  },
};

addEventListener("click", (event) => {
  const form = formHere();
  const button = event.target.closest?.("button");
  if (!form || !button) return;
  const { choose, decline, order, ask: feature, do: act, reset } = button.dataset;
  // A control that is drawn anew loses the focus
  for (const name of ["choose", "decline", "order"]) if (name in button.dataset) refocus = [`data-${name}`, button.dataset[name]];
  if (choose !== undefined) { form.dataset.outcome = choose; delete form.dataset.wanted; ask(); }
  else if (decline !== undefined) { toggleDeclined(form, decline); ask(); }
  else if (order !== undefined) { form.dataset.order = order; ask(); }
  else if (feature !== undefined) goTo(fieldsOf(form).find((field) => field.dataset.feature === feature));
  else if (act) acts[act]?.(form);
  else if (reset) putBack(button.closest("[data-feature]"));
});

function putBack(field) {
  goTo(field);
  setValue(field, field.dataset.default);
  ask();
}

/* A declined outcome leaves its rank to the others, until the next record is opened (finder.ts). */
function toggleDeclined(form, name) {
  const names = new Set((form.dataset.declined || "").split(",").filter(Boolean));
  const out = !names.delete(name);
  if (out) names.add(name);
  form.dataset.declined = [...names].join(",");
  if (!out || form.dataset.outcome !== name) return;
  form.dataset.wanted ??= name;
  form.dataset.outcome = ""; // the headline follows the board again
}

function goTo(field) {
  reveal(field);
  const radio = field.querySelector("[role=radiogroup] input:checked") ?? field.querySelector("[role=radiogroup] input");
  const code = field.querySelector("[data-code][tabindex='0']");
  const control = radio ?? code ?? controlOf(field);
  field.scrollIntoView({ block: "nearest", behavior: "smooth" });
  control.focus({ preventScroll: true });
  if (!radio && control.select) control.select();
}

addEventListener("keydown", (event) => {
  const form = formHere();
  if (!form) return;
  const field = event.target.closest?.("[data-feature]");
  // Escape leaves the value as it is; an open list or help has closed at the key already
  if (event.key === "Escape" && field && !event.defaultPrevented && !event.target.closest("details")) event.target.blur();
  if (event.key === "/" && field?.dataset.step && event.target === controlOf(field)) event.preventDefault(); // no number has one
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyR" && field) {
    event.preventDefault();
    putBack(field);
  }
  // In a text outside the form the browser's own undo applies
  const mine = form.contains(event.target) || !event.target.matches?.("input, textarea");
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && past.form === form && mine) {
    event.preventDefault();
    acts.undo(form);
  }
});

/* Mark fields that are blank and fields that differ from their default; style only. */
function dressFields(form) {
  for (const field of fieldsOf(form)) {
    const value = valueOf(field);
    field.dataset.blank = String(value.trim() === "");
    const reset = field.querySelector(".reset");
    if (reset) reset.hidden = value === field.dataset.default;
  }
}

addEventListener("input", (event) => { const form = formHere(); if (form?.contains(event.target)) dressFields(form); });
addEventListener("change", (event) => {
  const form = formHere();
  if (form?.contains(event.target)) setTimeout(() => dressFields(form));
});

addEventListener("likely:current", ({ detail: { form, question } }) => {
  if (!form.dataset.mirror) return;
  if (past.form !== form || past.record !== form.dataset.record) {
    past = { form, record: form.dataset.record, steps: [] }; // the browser's Back leads to the record before
    onCall(form, (chosenView() ?? form.closest(".predict").dataset.view) === "call");
  }
  dressFields(form);
  const step = { serial: question.serial, ...stands(form), ...focus() };
  const before = past.steps.at(-1);
  if (!before || !same(step, before)) past.steps = [...past.steps, step].slice(-LONGEST_PAST);
  else past.steps[past.steps.length - 1] = step;
  if (past.serial !== step.serial) {
    sayWhatMoved(form, past.last, step);
    if (past.last) showScore();
  }
  past.serial = step.serial;
  past.last = step;
  const undo = form.querySelector("[data-do=undo]");
  if (undo) undo.disabled = past.steps.length < 2;
  if (refocus) find(...refocus)?.focus({ preventScroll: true });
  refocus = null;
});

const find = (name, value) => [...document.querySelectorAll(`[${name}]`)].find((one) => one.getAttribute(name) === value);

function focus() {
  const outcome = document.querySelector("#result [data-focus]")?.dataset.focus;
  const bar = outcome === undefined ? null : find("data-outcome", outcome);
  return { outcome, probability: Number(bar?.dataset.probability), shown: bar?.querySelector(".number")?.textContent };
}

/* A reader further down sees the new score, too. */
function showScore() {
  const headline = document.querySelector("#result .headline");
  for (const around of document.querySelectorAll(".side, .panel")) {
    if (headline && around.scrollTop && headline.getBoundingClientRect().top < around.getBoundingClientRect().top) around.scrollTop = 0;
  }
}

/* The change of the score, at the one field that was edited. */
function sayWhatMoved(form, before, after) {
  form.querySelectorAll(".moved").forEach((words) => words.remove());
  if (!before || before.outcome !== after.outcome || after.outcome === undefined) return;
  const changed = fieldsOf(form).filter((_, at) => before.values[at] !== after.values[at]);
  const place = changed.length === 1 && changed[0].querySelector(".what-if");
  if (!place) return;
  const words = document.createElement("p");
  words.className = "moved";
  words.textContent = `${before.shown} → ${after.shown}, ${points(after.probability - before.probability, marksOf(form))}`;
  place.append(words);
}
