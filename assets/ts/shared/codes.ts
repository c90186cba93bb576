/* A number with named values: a button writes its value into the number's input, which is shown for other values. */
import { all, closest, hasModifier, need } from "./dom.ts";
import { controlOf, fieldsOf, setValue, valueOf } from "./fields.ts";
import { ask } from "./form.ts";
import { same } from "./numbers.ts";

const buttonsOf = (field: HTMLElement) => all<HTMLButtonElement>(".codes button", field);
const KEYS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/* Mark the button of the field's value; one button can be reached by Tab. */
function dress(field: HTMLElement) {
  const buttons = buttonsOf(field);
  if (!buttons.length) return;
  const value = valueOf(field);
  const pressed = buttons.find(({ dataset: { code } }) => code !== undefined && same(value, code));
  const shown = !pressed || field.dataset.other === "true";
  const at = shown ? buttons.find((button) => "other" in button.dataset) : pressed;
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button === at));
    button.tabIndex = button === (at ?? buttons[0]) ? 0 : -1;
  }
  need(".codes-other", field).hidden = !shown;
}

function press(button: HTMLButtonElement, field: HTMLElement) {
  if ("other" in button.dataset) {
    field.dataset.other = "true";
    dress(field);
    const control = controlOf(field);
    control.focus();
    if (control instanceof HTMLInputElement) control.select();
    return;
  }
  delete field.dataset.other;
  setValue(field, button.dataset.code ?? "");
  dress(field);
  ask();
}

addEventListener("click", (event) => {
  const button = closest<HTMLButtonElement>(event, ".codes button");
  const field = closest(event, "[data-feature]");
  if (button && field) press(button, field);
});

addEventListener("keydown", (event) => {
  const button = closest<HTMLButtonElement>(event, ".codes button");
  const field = closest(event, "[data-feature]");
  const by = KEYS[event.key];
  if (!button || !field || !by || hasModifier(event)) return;
  event.preventDefault();
  const buttons = buttonsOf(field);
  const next = buttons[(buttons.indexOf(button) + by + buttons.length) % buttons.length];
  next.focus();
  if ("code" in next.dataset) press(next, field);
});

// Typing and a record that fills the form both write into the field
addEventListener("input", (event) => {
  const field = closest(event, ".field-buttons");
  if (!field) return;
  if (!event.isTrusted) delete field.dataset.other;
  dress(field);
});

addEventListener("likely:current", ({ detail: { form } }) => fieldsOf(form).forEach(dress));
