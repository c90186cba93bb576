/* From one model to another: a new record takes over the values of the fields that both models have. Which values are
   valid there the server says; what it refuses becomes blank again. The tab's session storage holds them; no address
   names a personal one. */
import { byId, find, kept, need, setWords } from "../shared/dom.ts";
import { controlOf, entryOf, fieldsOf, labelOf, nameOf, radiosOf, setValue, valueOf } from "../shared/fields.ts";
import { ask } from "../shared/form.ts";
import { listed, sentence } from "../shared/sentences.ts";

const PLACE = "customer";
type Customer = { model: string; title: string; values: Record<string, { text: string; unit: string }> };

let here: HTMLElement | null = null; // the form on the page
let doubtful: HTMLElement[] = []; // fields that were filled and not answered yet
let title = "";    // of the model that they come from

const modelOf = (form: HTMLElement) => form.dataset.model?.split("@")[0] ?? "";
const unitOf = (field: HTMLElement) => find(".unit", field)?.textContent ?? "";

function keep(form: HTMLElement) {
  const values = Object.fromEntries(fieldsOf(form).filter((field) => valueOf(field).trim())
    .map((field) => [nameOf(field), { text: valueOf(field), unit: unitOf(field) }]));
  kept.set(PLACE, { model: modelOf(form), title: need(".model-head h1").textContent, values } satisfies Customer);
}

/* A choice that a list or buttons do not have is not taken over. */
function takes(field: HTMLElement, text: string) {
  const radios = radiosOf(field);
  const control = controlOf(field);
  const listed = radios.length ? radios : control instanceof HTMLSelectElement ? [...control.options] : null;
  return !listed || listed.some((one) => one.value === text);
}

function takeOver(form: HTMLElement) {
  const from = kept.get(PLACE) as Customer | null;
  const untouched = !form.dataset.record && !location.search && fieldsOf(form).every((field) => !valueOf(field));
  if (!from || from.model === modelOf(form) || !untouched) return false;
  doubtful = fieldsOf(form).filter((field) => {
    const value = entryOf(from.values, nameOf(field));
    return value && value.unit === unitOf(field) && takes(field, value.text);
  });
  for (const field of doubtful) setValue(field, entryOf(from.values, nameOf(field))?.text ?? "");
  title = from.title;
  if (doubtful.length) ask();
  return doubtful.length > 0;
}

function tellWhat() {
  const labels = listed(doubtful.filter(valueOf).map(labelOf));
  if (labels) setWords(byId("finder-words"), sentence("taken_over", { model: title, fields: labels }));
  doubtful = [];
}

addEventListener("likely:current", ({ detail: { form } }) => {
  if (!form.dataset.mirror || !byId("finder")) return;
  const came = form !== here;
  here = form;
  if (came && takeOver(form)) return;
  tellWhat();
  keep(form);
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  if (form !== here || form.dataset.standing !== "invalid") return;
  const refused = doubtful.filter((field) => field.dataset.state === "problem");
  for (const field of refused) setValue(field, "");
  if (refused.length) ask();
});
