/* Fields of a form: what stands in them, read from the page itself, and how it is set. */
import { all, byId, find, need, type Control } from "./dom.ts";
import { marksOf, read, write } from "./numbers.ts";

export const fieldsOf = (form: ParentNode) => all("[data-feature]", form);
export const nameOf = (field: HTMLElement) => field.dataset.feature ?? "";
export const labelOf = (field: HTMLElement) => need(".field-label", field).firstChild?.textContent ?? "";
export const maybeControlOf = (field: HTMLElement) => byId<Control>(field.dataset.control ?? "");
export const isNumber = (field: HTMLElement) => field.dataset.step !== undefined;
/* The entry of a name that people chose: each object has a "constructor" and a "toString" that nobody put there. */
export const entryOf = <T>(entries: Record<string, T>, name: string) => (Object.hasOwn(entries, name) ? entries[name] : undefined);
export const isTyped = (element: Element) =>
  element.matches("textarea, input:not([type=radio], [type=checkbox], [type=range], [type=date])");

export function controlOf(field: HTMLElement) {
  const control = maybeControlOf(field);
  if (!control) throw new Error(`The field ${nameOf(field)} has no control.`);
  return control;
}

const isCheckbox = (control: Control): control is HTMLInputElement => control.type === "checkbox";

// ---- reading ------------------------------------------------------------------------------
/* A text of a control as a value: numbers without the reader's marks. */
export const asValue = (field: HTMLElement, text: string) => (isNumber(field) ? read(text, marksOf(field)) : text);

export const radiosOf = (field: HTMLElement) => all<HTMLInputElement>("[role=radiogroup] input", field);

export function valueOf(field: HTMLElement) {
  const radios = radiosOf(field);
  if (radios.length) return radios.find((radio) => radio.checked)?.value ?? "";
  const control = controlOf(field);
  return isCheckbox(control) ? String(control.checked) : asValue(field, control.value);
}
export const valuesOf = (form: ParentNode) => fieldsOf(form).map(valueOf);

/* The rest of a request: the chosen outcome or the one with which the record opened, declined outcomes, the record's
   id, the order of the outcomes, the record's values that have no field. */
export function focusOf({ dataset }: HTMLElement) {
  const { outcome = "", opened = "", declined = "", record = "", order = "", rest = "" } = dataset;
  return { outcome: outcome || opened, declined, record, order, rest };
}

/* Values without a field, which a form of very many features has: they count like the others. */
export const restOf = ({ dataset: { rest } }: HTMLElement) => JSON.parse(rest || "{}") as Record<string, string>;

export function withoutField(form: ParentNode, record: Record<string, string>) {
  const names = new Set(fieldsOf(form).map(nameOf));
  const rest = Object.entries(record).filter(([name, text]) => text && !names.has(name));
  return rest.length ? JSON.stringify(Object.fromEntries(rest)) : "";
}
export const foundIn = ({ dataset }: HTMLElement) => ({ record_id: dataset.record ?? "", row: dataset.row ?? "" });

/* A form as it stood: its values, and what a record in it returns to. */
export type Snapshot = ReturnType<typeof snapshot>;

export function snapshot(form: HTMLElement) {
  const { model = "", outcome = "", opened, declined = "", order = "", record = "", row = "", said = "", rest = "" } = form.dataset;
  const first = fieldsOf(form).map((field) => field.dataset.default ?? "");
  return { path: location.pathname, model, outcome, opened, declined, order, record, row, said, rest, first, values: valuesOf(form) };
}

// ---- setting ------------------------------------------------------------------------------
/* Set a value with events as of typing, so that React and Dash notice. */
export function setText(control: Control, text: string) {
  const kinds = { TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement, INPUT: HTMLInputElement };
  const { prototype } = kinds[control.tagName as keyof typeof kinds];
  Object.getOwnPropertyDescriptor(prototype, "value")?.set?.call(control, text);
  control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
}

export function setValue(field: HTMLElement, text: string) {
  if (valueOf(field) === text) return;
  const radios = radiosOf(field);
  const control = controlOf(field);
  if (radios.length) radios.find((radio) => radio.value === text)?.click();
  else if (isCheckbox(control)) control.click();
  else setText(control, isNumber(field) ? write(text, marksOf(field)) : text);
}

/* Set the value that stands in a field already, where React knows another one. */
export function setAgain(field: HTMLElement) {
  const text = valueOf(field);
  const control = radiosOf(field).find(({ value }) => value === text) ?? controlOf(field);
  if (control.matches("[type=radio], [type=checkbox]")) {
    (control as HTMLInputElement).checked = !(control as HTMLInputElement).checked;
    control.click();
    return;
  }
  const { value } = control;
  control.value = `${value} `; // React compares with what was set last
  setText(control, value);
}

/* The number as it was understood, written into its field. */
export function settleNumber(field: HTMLElement) {
  if (!isNumber(field)) return;
  const control = controlOf(field);
  const text = write(valueOf(field), marksOf(field));
  if (text !== control.value) setText(control, text);
}

export function step(field: HTMLElement, direction: number) {
  const { step: size = "1", low, high, typical } = field.dataset;
  const written = valueOf(field) || typical || low || "0"; // a blank is stepped from where most values lie, not from 0
  const value = Number(written);
  if (!Number.isFinite(value)) return;
  const digits = Math.max(...[size, written].map((text) => (text.split(".")[1] ?? "").length));
  const moved = Math.min(Math.max(value + direction * Number(size), Number(low ?? -Infinity)), Number(high ?? Infinity));
  setValue(field, String(Number(moved.toFixed(Math.min(digits, 12)))));
}

/* Attributes that Dash's inputs do not have. */
export function dress(form: ParentNode) {
  for (const field of fieldsOf(form)) {
    const control = controlOf(field);
    const label = find(".field-label", field);
    if (field.dataset.step) control.inputMode = "decimal";
    if (field.classList.contains("field-date")) Object.assign(control, { type: "date" });
    if (!radiosOf(field).length) control.setAttribute("aria-describedby", field.dataset.says ?? "");
    if (label) find("input[type=range]", field)?.setAttribute("aria-labelledby", label.id);
    control.spellcheck = field.classList.contains("field-textarea");
  }
}
