/* Fields of a form: what stands in them, read from the page itself, and how it is set. */

import { marksOf, read, write } from "./numbers.ts";

const byId = (id) => document.getElementById(id);
const fieldsOf = (form) => [...form.querySelectorAll("[data-feature]")];
const controlOf = (field) => byId(field.dataset.control);
const isNumber = (field) => field.dataset.step !== undefined;
const isTyped = (element) => element.matches("textarea, input:not([type=radio], [type=checkbox], [type=range], [type=date])");

// ---- reading ------------------------------------------------------------------------------
/* A text of a control as a value: numbers without the reader's marks. */
const asValue = (field, text) => (isNumber(field) ? read(text, marksOf(field)) : text);

function valueOf(field) {
  const control = controlOf(field);
  if (field.querySelector("[role=radiogroup]")) return field.querySelector("input:checked")?.value ?? "";
  return control.type === "checkbox" ? String(control.checked) : asValue(field, control.value);
}
const valuesOf = (form) => fieldsOf(form).map(valueOf);

/* The rest of a request: the chosen outcome or the one with which the record opened, declined outcomes, the record's
   id, the order of the outcomes. */
const focusOf = ({ dataset }) => {
  const { outcome = "", opened = "", declined = "", record = "", order = "" } = dataset;
  return { outcome: outcome || opened, declined, record, order };
};
const foundIn = ({ dataset }) => ({ record_id: dataset.record ?? "", row: dataset.row ?? "" });

/* The form's values, for the browser's history only. */
function snapshot(form) {
  const of = (name) => fieldsOf(form).map((field) => field.dataset[name]);
  const { model, outcome, opened, declined, order, record, row, said } = form.dataset;
  return { path: location.pathname, model, outcome, opened, declined, order, record, row, said, first: of("default"), values: valuesOf(form) };
}

// ---- setting ------------------------------------------------------------------------------
/* Set a value with events as of typing, so that React and Dash notice. */
function setText(control, text) {
  const kind = { TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement }[control.tagName] ?? HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(control, text);
  control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
}

function setValue(field, text) {
  if (valueOf(field) === text) return;
  const control = controlOf(field);
  const radios = [...field.querySelectorAll("[role=radiogroup] input")];
  if (radios.length) radios.find((radio) => radio.value === text)?.click();
  else if (control.type === "checkbox") control.click();
  else setText(control, isNumber(field) ? write(text, marksOf(field)) : text);
}

/* The number as it was understood, written into its field. */
function settleNumber(field) {
  if (!isNumber(field)) return;
  const control = controlOf(field);
  const text = write(valueOf(field), marksOf(field));
  if (text !== control.value) setText(control, text);
}

function step(field, direction) {
  const { step, low, high } = field.dataset;
  const standing = valueOf(field);
  const value = Number(standing || low || 0);
  if (!Number.isFinite(value)) return;
  const digits = Math.max(...[step, standing].map((text) => (text.split(".")[1] ?? "").length));
  const limits = [Number(low ?? -Infinity), Number(high ?? Infinity)];
  const moved = Math.min(Math.max(value + direction * Number(step), limits[0]), limits[1]);
  setValue(field, String(Number(moved.toFixed(Math.min(digits, 12)))));
}

/* Attributes that Dash's inputs do not have. */
function dress(form) {
  for (const field of fieldsOf(form)) {
    const control = controlOf(field);
    const range = field.querySelector("input[type=range]");
    if (field.dataset.step) control.inputMode = "decimal";
    if (field.classList.contains("field-date")) control.type = "date";
    if (!field.querySelector("[role=radiogroup]")) control.setAttribute("aria-describedby", field.dataset.says);
    if (range) range.setAttribute("aria-labelledby", field.querySelector(".field-label").id);
    control.spellcheck = field.classList.contains("field-textarea");
  }
}

export {
  fieldsOf, controlOf, isTyped, asValue, valueOf, valuesOf, focusOf, foundIn, snapshot,
  setText, setValue, settleNumber, step, dress,
};
