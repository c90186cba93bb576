/* A number with named values: a radio button writes its value into the number's input, which is shown for other values. */
import { all, closest, find, need } from "./dom.ts";
import { controlOf, fieldsOf, setValue, valueOf } from "./fields.ts";
import { same } from "./numbers.ts";

const OTHER = "other"; // value of the button for all that have no name
const fieldOf = (event: Event) => closest(event, ".field-buttons");

/* Check the button of the field's value, or that of other values. */
function dress(field: HTMLElement) {
  const radios = all<HTMLInputElement>(".codes [type=radio]", field);
  if (!radios.length) return;
  const value = valueOf(field);
  const named = radios.find((radio) => same(value, radio.value));
  const other = !named || field.dataset.other === "true";
  for (const radio of radios) radio.checked = other ? radio.value === OTHER : radio === named;
  need(".codes-other", field).hidden = !other;
}

/* The form asks at this event. */
addEventListener("change", (event) => {
  const [field, radio] = [fieldOf(event), closest<HTMLInputElement>(event, "[type=radio]")];
  if (!field || !radio) return;
  if (radio.value === OTHER) field.dataset.other = "true";
  else {
    delete field.dataset.other;
    setValue(field, radio.value);
  }
  dress(field);
});

// Who clicks "Other" goes on to type; arrow keys pass over it
addEventListener("click", (event) => {
  const control = closest(event, "label[data-other]") && find<HTMLInputElement>(".codes-other input", fieldOf(event)!);
  if (control) setTimeout(() => control.select());
});

// Typing and a record that fills the form both write into the field
addEventListener("input", (event) => {
  const field = fieldOf(event);
  if (!field || event.target !== controlOf(field)) return;
  if (!event.isTrusted) delete field.dataset.other;
  dress(field);
});

addEventListener("likely:current", ({ detail: { form } }) => fieldsOf(form).forEach(dress));
