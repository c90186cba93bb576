/* Actions during a call: choose an outcome, decline one, go to a next question, reset, undo. Nothing is computed
   here: every change goes through the form. */
import { all, closest, find } from "../shared/dom.ts";
import { controlOf, fieldsOf, nameOf, radiosOf, setValue, valueOf, valuesOf } from "../shared/fields.ts";
import type { Question } from "../shared/events.ts";
import { ask } from "../shared/form.ts";
import { marksOf, points } from "../shared/numbers.ts";
import { reveal } from "../shared/search.ts";

const LONGEST_PAST = 100;

/* A step of undo: the values and the outcome in focus, and what the result said of it. */
type Stand = { values: string[]; declined: string; chosen: string };
type Step = Stand & { serial: number; outcome?: string; probability: number; shown?: string };
type Past = { form: HTMLElement | null; record?: string; steps: Step[]; last?: Step };

let past: Past = { form: null, steps: [] }; // the form's steps at each result, newest last
let refocus: [string, string] | null = null;

export const formHere = () => find(".form[data-mirror]");
const stands = (form: HTMLElement): Stand =>
  ({ values: valuesOf(form), declined: form.dataset.declined ?? "", chosen: form.dataset.outcome ?? "" });
const same = (a: Stand, b: Stand) => a.declined === b.declined && a.values.every((value, at) => value === b.values[at]);

function fill(form: HTMLElement, values: string[]) {
  fieldsOf(form).forEach((field, at) => setValue(field, values[at]));
  dressFields(form);
  ask();
}

/* The view on call: only form, score, next questions and three reasons. The server says
   with which view a model opens; the browser remembers what was chosen. */
function onCall(form: HTMLElement, on: boolean) {
  const page = form.closest<HTMLElement>(".predict");
  if (page) page.dataset.view = on ? "call" : "whole";
  find("[data-do=call]", form)?.setAttribute("aria-pressed", String(on));
}

const isOnCall = (form: HTMLElement) => form.closest<HTMLElement>(".predict")?.dataset.view === "call";

function chooseView(form: HTMLElement) {
  onCall(form, (localStorage.getItem("view") ?? (isOnCall(form) ? "call" : "")) === "call");
}

addEventListener("likely:page", () => {
  const form = formHere();
  if (form) chooseView(form);
});

const acts: Record<string, (form: HTMLElement) => void> = {
  call: (form) => {
    const on = !isOnCall(form);
    try { localStorage.setItem("view", on ? "call" : "whole"); } catch { /* full: this page only */ }
    onCall(form, on);
  },
  reset: (form) => fill(form, fieldsOf(form).map((field) => field.dataset.default ?? "")),
  undo: (form) => {
    const last = past.steps.at(-1);
    if (past.form !== form || !last) return;
    // Changes without a result yet are undone first, then the steps one by one
    if (same(stands(form), last) && past.steps.length > 1) past.steps.pop();
    const { declined, chosen, values } = past.steps.at(-1) ?? last;
    Object.assign(form.dataset, { declined, outcome: chosen });
    fill(form, values);
  },
};

addEventListener("click", (event) => {
  const form = formHere();
  const button = closest(event, "button");
  if (!form || !button) return;
  const { choose, decline, order, ask: feature, do: act, reset } = button.dataset;
  // A control that is drawn anew loses the focus
  for (const name of ["choose", "decline", "order"]) if (name in button.dataset) refocus = [`data-${name}`, button.dataset[name] ?? ""];
  if (choose !== undefined) { form.dataset.outcome = choose; delete form.dataset.wanted; ask(); }
  else if (decline !== undefined) { toggleDeclined(form, decline); ask(); }
  else if (order !== undefined) { form.dataset.order = order; ask(); }
  else if (feature !== undefined) goTo(fieldsOf(form).find((field) => nameOf(field) === feature));
  else if (act) acts[act]?.(form);
  else if (reset) putBack(closest(event, "[data-feature]"));
});

function putBack(field: HTMLElement | null) {
  if (!field) return;
  goTo(field);
  setValue(field, field.dataset.default ?? "");
  ask();
}

/* A declined outcome leaves its rank to the others, until the next record is opened (finder.ts). */
function toggleDeclined(form: HTMLElement, name: string) {
  const names = new Set((form.dataset.declined || "").split(",").filter(Boolean));
  const out = !names.delete(name);
  if (out) names.add(name);
  form.dataset.declined = [...names].join(",");
  if (!out || form.dataset.outcome !== name) return;
  form.dataset.wanted ??= name;
  form.dataset.outcome = ""; // the headline follows the board again
}

function goTo(field?: HTMLElement) {
  if (!field) return;
  reveal(field);
  const radios = radiosOf(field);
  const radio = radios.find((one) => one.checked) ?? radios[0];
  const control = radio ?? find(".codes :checked", field) ?? controlOf(field);
  field.scrollIntoView({ block: "nearest" });
  control.focus({ preventScroll: true });
  if (!radio && "select" in control) control.select();
}

addEventListener("keydown", (event) => {
  const form = formHere();
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (!form || !target) return;
  const field = closest(event, "[data-feature]");
  // Escape leaves the value as it is; an open list or help has closed at the key already
  if (event.key === "Escape" && field && !event.defaultPrevented && !target.closest("details")) target.blur();
  if (event.key === "/" && field?.dataset.step && target === controlOf(field)) event.preventDefault(); // no number has one
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyR" && field) {
    event.preventDefault();
    putBack(field);
  }
  // In a text outside the form the browser's own undo applies
  const mine = form.contains(target) || !target.matches("input, textarea");
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && past.form === form && mine) {
    event.preventDefault();
    acts.undo(form);
  }
});

/* Mark fields that are blank and fields that differ from their default; style only. */
function dressFields(form: HTMLElement) {
  for (const field of fieldsOf(form)) {
    const value = valueOf(field);
    field.dataset.blank = String(value.trim() === "");
    const reset = find(".reset", field);
    if (reset) reset.hidden = value === field.dataset.default;
  }
}

for (const kind of ["input", "change"]) {
  addEventListener(kind, (event) => {
    const form = formHere();
    if (form?.contains(event.target as Node)) setTimeout(() => dressFields(form), 0); // after React's own handlers
  });
}

addEventListener("likely:current", ({ detail: { form, question } }) => {
  if (!form.dataset.mirror) return;
  if (past.form !== form || past.record !== form.dataset.record) {
    past = { form, record: form.dataset.record, steps: [] }; // the browser's Back leads to the record before
    chooseView(form);
  }
  dressFields(form);
  remember(form, question);
  const undo = find<HTMLButtonElement>("[data-do=undo]", form);
  if (undo) undo.disabled = past.steps.length < 2;
  if (refocus) withValue(...refocus)?.focus({ preventScroll: true });
  refocus = null;
});

function remember(form: HTMLElement, { serial }: Question) {
  const step: Step = { serial, ...stands(form), ...focus() };
  const before = past.steps.at(-1);
  if (!before || !same(step, before)) past.steps = [...past.steps, step].slice(-LONGEST_PAST);
  else past.steps[past.steps.length - 1] = step;
  if (past.last?.serial !== serial) {
    sayWhatMoved(form, past.last, step);
    if (past.last) requestAnimationFrame(showScore); // reading a position now would lay the page out twice
  }
  past.last = step;
}

const withValue = (name: string, value: string) => all(`[${name}]`).find((one) => one.getAttribute(name) === value);

function focus() {
  const outcome = find("#result [data-focus]")?.dataset.focus;
  const bar = outcome === undefined ? undefined : withValue("data-outcome", outcome);
  return { outcome, probability: Number(bar?.dataset.probability), shown: bar && find(".number", bar)?.textContent };
}

/* A reader further down sees the new score, too. */
function showScore() {
  const headline = find("#result .headline");
  for (const around of all(".side, .panel")) {
    if (headline && around.scrollTop && headline.getBoundingClientRect().top < around.getBoundingClientRect().top) around.scrollTop = 0;
  }
}

/* The change of the score, at the one field that was edited. */
function sayWhatMoved(form: HTMLElement, before: Step | undefined, after: Step) {
  for (const words of all(".moved", form)) words.remove();
  if (!before || before.outcome !== after.outcome || after.outcome === undefined) return;
  const changed = fieldsOf(form).filter((_, at) => before.values[at] !== after.values[at]);
  const place = changed.length === 1 && find(".what-if", changed[0]);
  if (!place) return;
  const words = document.createElement("p");
  words.className = "moved";
  words.textContent = `${before.shown} → ${after.shown}, ${points(after.probability - before.probability, marksOf(form))}`;
  place.append(words);
}
