/* From one model to another: a new record takes over the values of the fields that both models have. Which values are
   valid there the server says; what it refuses becomes blank again. The tab's session storage holds them; no address
   names a personal one. */

import { fieldsOf, controlOf, valueOf, setValue } from "../shared/fields.ts";
import { ask } from "../shared/form.ts";

const PLACE = "customer";

let here = null; // the form on the page
let doubtful = []; // fields that were filled and not answered yet
let title = "";    // of the model that they come from

const nameOf = (form) => form.dataset.model.split("@")[0];
const unitOf = (field) => field.querySelector(".unit")?.textContent ?? "";

function left() {
  try { return JSON.parse(sessionStorage.getItem(PLACE)); } catch { return null; }
}

function keep(form) {
  const values = Object.fromEntries(fieldsOf(form).filter((field) => valueOf(field).trim())
    .map((field) => [field.dataset.feature, { text: valueOf(field), unit: unitOf(field) }]));
  const kept = { model: nameOf(form), title: document.querySelector(".model-head h1").textContent, values };
  try { sessionStorage.setItem(PLACE, JSON.stringify(kept)); } catch { /* nothing is taken over */ }
}

/* A choice that a list or buttons do not have is not taken over. */
function takes(field, text) {
  const listed = field.querySelector("[role=radiogroup]") ? [...field.querySelectorAll("input[type=radio]")] : controlOf(field).options;
  return !listed || [...listed].some((one) => one.value === text);
}

function takeOver(form) {
  const from = left();
  const untouched = !form.dataset.record && !location.search && fieldsOf(form).every((field) => !valueOf(field));
  if (!from || from.model === nameOf(form) || !untouched) return false;
  doubtful = fieldsOf(form).filter((field) => {
    const kept = from.values[field.dataset.feature];
    return kept && kept.unit === unitOf(field) && takes(field, kept.text);
  });
  for (const field of doubtful) setValue(field, from.values[field.dataset.feature].text);
  title = from.title;
  if (doubtful.length) ask();
  return doubtful.length > 0;
}

const labelOf = (field) => field.querySelector(".field-label").firstChild.textContent;

function tell() {
  const kept = new Intl.ListFormat("en").format(doubtful.filter(valueOf).map(labelOf));
  if (kept) document.getElementById("finder-words").textContent = `Kept from ${title}: ${kept}.`;
  doubtful = [];
}

addEventListener("likely:current", ({ detail: { form } }) => {
  if (!form.dataset.mirror || !document.getElementById("finder")) return;
  const came = form !== here;
  here = form;
  if (came && takeOver(form)) return;
  tell();
  keep(form);
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  if (form !== here || form.dataset.standing !== "invalid" || !doubtful.length) return;
  const refused = doubtful.filter((field) => field.dataset.state === "problem");
  for (const field of refused) setValue(field, "");
  if (refused.length) ask();
});
