/* Sentences in the reader's language, which the frame of the page holds by name (layouts/shared/script_sentences.py). */
import { find } from "./dom.ts";

type Slots = Record<string, string | number>;
type Counted = { forms: string[]; of: string }; // "of": the form of 0, of 1, and so on
type Sentences = Record<string, string | Counted | undefined>;

let text = "";
let said: Sentences = {};

function sentences() {
  const { sentences: now = "{}" } = find("[data-sentences]")?.dataset ?? {};
  if (now !== text) [text, said] = [now, JSON.parse(now)];
  return said;
}

/* A template with its slots filled. */
export const filled = (template: string, slots: Slots) =>
  template.replace(/\{(\w+)\}/g, (slot, name: string) => String(slots[name] ?? slot));

/* A sentence; its name where the page has none. */
export function sentence(name: string, slots: Slots = {}) {
  const found = sentences()[name];
  return typeof found === "string" ? filled(found, slots) : name;
}

/* A sentence in the form that goes with a number, which the slot {n} shows as `shown`. */
export function counted(name: string, number: number, shown: string | number = number) {
  const found = sentences()[name];
  if (typeof found !== "object") return name;
  const { forms, of } = found;
  const at = !Number.isInteger(number) ? 2 : number < of.length ? number : 100 + (number % 100);
  return filled(forms[Number(of[at])], { n: shown });
}

/* Names as one phrase: "Age, Income, and Region". */
export const listed = (names: string[]) => new Intl.ListFormat(document.documentElement.lang || "en").format(names);
