/* What-if sweeps in the fields, drawn by the server: a drawing under the control, or a score beside each choice. */
import { all, find } from "../shared/dom.ts";
import { entryOf } from "../shared/fields.ts";

/* As layouts/predict/what_if.py gives it. */
export type Sweep = { drawing?: string; scores?: Record<string, string>; here?: string | null };

export function put(field: HTMLElement, { drawing = "", scores = {}, here }: Sweep = {}) {
  const place = find(".what-if", field);
  if (place) find(".sweep", place)?.remove();
  place?.insertAdjacentHTML("afterbegin", drawing);
  for (const option of all<HTMLOptionElement>("select option", field)) say(option, option.value === here ? undefined : entryOf(scores, option.value));
  for (const input of all<HTMLInputElement>("[role=radiogroup] input", field)) say(input.nextElementSibling as HTMLElement, entryOf(scores, input.value));
  for (const label of all("[data-code]", field)) say(label, entryOf(scores, label.dataset.code ?? ""));
}

function say({ dataset }: HTMLElement, score?: string) {
  if (score) dataset.score = score; else delete dataset.score;
}

/* In an open select, each other choice shows its score beside its name. */
export function inLists(form: HTMLElement, shown: boolean) {
  for (const option of all<HTMLOptionElement>("select option", form)) {
    if (shown && option.dataset.score) option.setAttribute("label", `${option.text} · ${option.dataset.score}`);
    else option.removeAttribute("label");
  }
}
