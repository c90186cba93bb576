/* A number with named values: a button writes its value into the number's input, which is shown for other values. */

import { fieldsOf, controlOf, valueOf, setValue } from "./fields.ts";
import { ask } from "./form.ts";
import { same } from "./numbers.ts";

const buttonsOf = (field) => [...field.querySelectorAll(".codes button")];
const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/* Mark the button of the field's value; one button can be reached by Tab. */
function dress(field) {
  const buttons = buttonsOf(field);
  if (!buttons.length) return;
  const value = valueOf(field);
  const pressed = buttons.find((button) => "code" in button.dataset && same(value, button.dataset.code));
  const other = buttons.find((button) => "other" in button.dataset);
  const shown = !pressed || field.dataset.other === "true";
  const at = shown ? other : pressed;
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button === at));
    button.tabIndex = button === (at ?? buttons[0]) ? 0 : -1;
  }
  field.querySelector(".codes-other").hidden = !shown;
}

function press(button) {
  const field = button.closest("[data-feature]");
  if ("other" in button.dataset) {
    field.dataset.other = "true";
    dress(field);
    controlOf(field).focus();
    controlOf(field).select();
    return;
  }
  delete field.dataset.other;
  setValue(field, button.dataset.code);
  dress(field);
  ask();
}

addEventListener("click", (event) => {
  const button = event.target.closest?.(".codes button");
  if (button) press(button);
});

addEventListener("keydown", (event) => {
  const button = event.target.closest?.(".codes button");
  const by = KEYS[event.key];
  if (!button || !by || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const buttons = buttonsOf(button.closest("[data-feature]"));
  const next = buttons[(buttons.indexOf(button) + by + buttons.length) % buttons.length];
  next.focus();
  if ("code" in next.dataset) press(next);
});

// Typing and a record that fills the form both write into the field
addEventListener("input", (event) => {
  const field = event.target.closest?.(".field-buttons");
  if (!field) return;
  if (!event.isTrusted) delete field.dataset.other;
  dress(field);
});

addEventListener("likely:current", ({ detail: { form } }) => fieldsOf(form).forEach(dress));
