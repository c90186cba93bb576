/* Record finder: a combobox over the book of records, a random record, or a new one. A choice fills the form, which sends
   one request. */
import { byId, closest, hasModifier, kept, setWords } from "../shared/dom.ts";
import { addKind, Combobox, comboboxOf } from "../shared/combobox.ts";
import { tell } from "../shared/events.ts";
import { entryOf, fieldsOf, nameOf, restOf, setValue, valueOf, withoutField, type Snapshot } from "../shared/fields.ts";
import { ask, turn } from "../shared/form.ts";
import { counted } from "../shared/sentences.ts";
import { formHere } from "./call.ts";

const MOST_RECENT = 5;
const TYPED = "textarea, select, input:not([type=radio], [type=checkbox], [type=range])";

/* A record as layouts/predict/finder.py gives it. */
type Hit = { id: string; row: string; words: string; record: Record<string, string> };
type Recent = { id: string; version: string };

const say = (words: string) => setWords(byId("finder-words"), words);

class Finder extends Combobox<Hit> {
  get text() { return this.box.value; }
  override say(words: string) { say(words); }
  override focused() { if (!this.text) this.seek(""); } // lists the recent ones, and says how many there are

  override asks() {
    const form = formHere();
    return this.text.trim() || !form ? {} : { recent: recentOf(form) };
  }

  override take(hit: Hit | null) {
    if (hit) choose(hit);
    else if (this.text.trim()) { this.wanted = true; this.seek(this.text); }
  }

  override escape() {
    if (this.isOpen) this.open(false); else this.leave();
    return true;
  }

  random() {
    this.wanted = true;
    this.seek("", { chance: true });
  }

  /* Close the list and forget the search. */
  leave() {
    this.forget();
    this.wanted = false;
    this.box.value = "";
    this.open(false);
    say("");
  }
}
addKind("record-search", Finder);

/* The finder of the page, if it has one. */
function here() {
  const box = byId<HTMLInputElement>("finder-box");
  return box && comboboxOf(box) as Finder;
}

// ---- recent records -------------------------------------------------------------------------
/* The last records that were opened in this tab, whose session storage keeps their ids; no address does. */
const placeOf = (form: HTMLElement) => `recent:${form.dataset.model?.split("@")[0]}`;
const recents = (form: HTMLElement) => (kept.get(placeOf(form)) ?? []) as Recent[];

/* Those that can be opened here: each version numbers its own sample. */
const recentOf = (form: HTMLElement) => recents(form)
  .filter((one) => one.id !== form.dataset.record && (!one.version || one.version === form.dataset.version))
  .map(({ id }) => id);

function remember(form: HTMLElement) {
  const { record: id, row, version = "" } = form.dataset;
  if (!id) return;
  const now = { id, version: row ? version : "" };
  kept.set(placeOf(form), [now, ...recents(form).filter((one) => one.id !== id)].slice(0, MOST_RECENT));
}

// ---- choosing -------------------------------------------------------------------------------
function choose(hit: Hit) {
  const form = formHere();
  if (!form) return;
  turn();
  form.dataset.said = hit.words;
  if ("opened" in form.dataset) form.dataset.opened = ""; // the most probable outcome of another record
  form.dataset.declined = ""; // by another person
  if ("wanted" in form.dataset) form.dataset.outcome = form.dataset.wanted;
  delete form.dataset.wanted;
  here()?.leave();
  form.dataset.rest = withoutField(form, hit.record);
  put(form, hit, fieldsOf(form).map((field) => entryOf(hit.record, nameOf(field)) ?? ""));
}

/* The record's values become those that Reset returns to. */
function put(form: HTMLElement, { id, row }: { id: string; row: string }, first: string[], values = first) {
  Object.assign(form.dataset, { record: id, row });
  fieldsOf(form).forEach((field, at) => {
    field.dataset.default = first[at];
    setValue(field, values[at]);
  });
  tell("likely:filled", { form });
  name();
  ask();
}

/* Whose values these are, how many of them are no longer the record's, and how many have no field. */
function name() {
  const form = formHere();
  if (!form) return;
  const { record, said } = form.dataset;
  setWords(byId("record-name"), (record && said) || (byId("finder")?.dataset.new ?? ""));
  const changed = record ? fieldsOf(form).filter((field) => valueOf(field) !== field.dataset.default).length : 0;
  setWords(byId("record-changed"), changed ? counted("values_changed", changed) : "");
  const rest = Object.keys(restOf(form)).length;
  setWords(byId("rest-words"), rest ? counted("rest_counts", rest) : "");
}

/* A record as the form once held it, with its edits. */
export function restore(form: HTMLElement, kept: Snapshot) {
  Object.assign(form.dataset, { said: kept.said, rest: kept.rest ?? "" });
  if ("opened" in form.dataset) form.dataset.opened = kept.opened ?? "";
  say("");
  put(form, { id: kept.record, row: kept.row }, kept.first, kept.values);
}

const acts: Record<string, () => void> = {
  random: () => here()?.random(),
  new: () => {
    const form = formHere();
    if (!form) return;
    const record = Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), field.dataset.start ?? ""]));
    choose({ id: "", row: "", words: "", record: { ...JSON.parse(form.dataset.restStart || "{}"), ...record } });
  },
};

// ---- events ---------------------------------------------------------------------------------
addEventListener("keydown", (event) => {
  const finder = here();
  const target = event.target as HTMLElement;
  if (!finder || event.key !== "/" || hasModifier(event)) return;
  const typing = target.matches?.(TYPED) || target.isContentEditable;
  if (target === finder.box ? finder.box.value : typing) return;
  event.preventDefault();
  finder.box.focus();
  finder.box.select();
});

for (const kind of ["input", "change"]) {
  addEventListener(kind, (event) => { if (formHere()?.contains(event.target as Node)) setTimeout(name, 0); });
}

addEventListener("click", (event) => {
  const act = closest(event, "[data-find]")?.dataset.find;
  if (act) acts[act]();
});

addEventListener("likely:current", ({ detail: { form } }) => {
  if (!here()) return;
  name();
  remember(form);
});

addEventListener("likely:stale", name); // a record that has no result, too

/* Back and forward among records: the page holds what is needed and is not built anew. This listens before Dash. */
addEventListener("popstate", (event) => {
  const kept: Snapshot | undefined = event.state?.likely;
  const form = formHere();
  if (!kept || !form || kept.path !== location.pathname || kept.model !== form.dataset.model) return;
  event.stopImmediatePropagation();
  Object.assign(form.dataset, { outcome: kept.outcome, declined: kept.declined, order: kept.order });
  restore(form, kept);
});
