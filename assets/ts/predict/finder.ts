/* Record finder: a search box with a list, a random record, or a new one. The server searches; a choice fills the form,
   which sends one request. Only the response to the newest search counts. */
import { setProps } from "../shared/dash.ts";
import { byId, closest, hasModifier, make, need, setWords } from "../shared/dom.ts";
import { tell } from "../shared/events.ts";
import { fieldsOf, nameOf, setText, setValue, valueOf, type Snapshot } from "../shared/fields.ts";
import { ask, turn } from "../shared/form.ts";
import { Listbox } from "../shared/listbox.ts";
import { counted, sentence } from "../shared/sentences.ts";
import { onMessage } from "../shared/signals.ts";
import { formHere } from "./call.ts";
import { recentOf } from "./recent.ts";

const TYPING = 180;    // ms of quiet after a keystroke
const PATIENCE = 6000; // ms without a response until a message says so
const TYPED = "textarea, select, input:not([type=radio], [type=checkbox], [type=range])";

/* A record as layouts/predict/finder.py gives it; a recent one is known by its id and name only. */
type Hit = { id: string; beside: string; row: string; words: string; record: Record<string, string> };
type Recent = Pick<Hit, "id" | "beside"> & Partial<Hit>;
type Response = { serial: number; hits: Hit[]; words: string; sure: boolean };
type Want = "" | "random" | "first";

const isWhole = (hit: Recent): hit is Hit => Boolean(hit.record);

let listbox: Listbox | null = null;
let serial = 0;
let typing = 0;
let patience = 0;
let hits: Recent[] = [];
let fresh = false;    // the list belongs to the text in the box
let want: Want = "";  // "first": Enter came before the response

/* The finder of the page, if it has one. */
function here() {
  const box = byId<HTMLInputElement>("finder-box");
  if (!box) return null;
  if (listbox?.box !== box) listbox = new Listbox(box, need("#finder-list"));
  return listbox;
}

const say = (words: string) => setWords(byId("finder-words"), words);

// ---- asking ---------------------------------------------------------------------------------
/* Responses that are under way do not count any more. */
function forget() {
  clearTimeout(typing);
  clearTimeout(patience);
  serial += 1;
}

function seek(question: { text: string; chance?: boolean }, wanted: Want = "") {
  forget();
  want = wanted;
  patience = setTimeout(say, PATIENCE, sentence("no_answer"));
  setProps("record-search", { data: { serial, model: byId("finder")?.dataset.model, ...question } });
}

onMessage("records", (answer: Response) => {
  const finder = here();
  if (!finder || answer.serial !== serial) return;
  clearTimeout(patience);
  const recent = !answer.hits.length && !finder.box.value.trim(); // their list stays, with what is marked in it
  if (!recent) hits = answer.hits;
  fresh = true;
  const wanted = want;
  want = "";
  if (hits.length && (wanted === "random" || (wanted === "first" && answer.sure))) choose(hits[0]);
  else {
    say(answer.words);
    if (!recent) draw(finder);
  }
});

function draw(finder: Listbox) {
  const words = (kind: string, text: string) => make("span", { className: `finder-${kind}` }, text);
  finder.fill(hits.map(({ id, beside }) => [words("id", id), " ", words("beside", beside), " "]));
  finder.open(hits.length > 0 && document.activeElement === finder.box);
  finder.mark(0);
}

// ---- choosing -------------------------------------------------------------------------------
function choose(hit: Recent) {
  const form = formHere();
  if (!isWhole(hit)) { seek({ text: hit.id }, "first"); return; } // so that its values are those of now
  if (!form) return;
  turn();
  form.dataset.said = hit.words;
  if ("opened" in form.dataset) form.dataset.opened = ""; // the most probable outcome of another record
  form.dataset.declined = ""; // by another person
  if ("wanted" in form.dataset) form.dataset.outcome = form.dataset.wanted;
  delete form.dataset.wanted;
  leave();
  put(form, hit, fieldsOf(form).map((field) => hit.record[nameOf(field)]));
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

/* Whose values these are, and how many of them are no longer the record's. */
function name() {
  const form = formHere();
  if (!form) return;
  const { record, said } = form.dataset;
  setWords(byId("record-name"), (record && said) || (byId("finder")?.dataset.new ?? ""));
  const changed = record ? fieldsOf(form).filter((field) => valueOf(field) !== field.dataset.default).length : 0;
  setWords(byId("record-changed"), changed ? counted("values_changed", changed) : "");
}

/* A record as the form once held it, with its edits. */
export function restore(form: HTMLElement, kept: Snapshot) {
  form.dataset.said = kept.said;
  if ("opened" in form.dataset) form.dataset.opened = kept.opened ?? "";
  say("");
  put(form, { id: kept.record, row: kept.row }, kept.first, kept.values);
}

/* Close the list and forget the search. */
function leave() {
  const finder = here();
  if (!finder) return;
  want = "";
  hits = [];
  setText(finder.box, "");
  forget();
  draw(finder);
  say("");
}

const acts: Record<string, () => void> = {
  random: () => seek({ text: "", chance: true }, "random"),
  new: () => {
    const form = formHere();
    if (!form) return;
    const record = Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), field.dataset.start ?? ""]));
    choose({ id: "", beside: "", row: "", words: "", record });
  },
};

// ---- events ---------------------------------------------------------------------------------
const keys: Record<string, (finder: Listbox) => void> = {
  ArrowDown: (finder) => move(finder, 1),
  ArrowUp: (finder) => move(finder, -1),
  Enter: (finder) => {
    const at = finder.marked;
    if (fresh && finder.isOpen && at >= 0) choose(hits[at]);
    else if (finder.box.value.trim()) seek({ text: finder.box.value }, "first");
  },
  Escape: (finder) => { if (finder.isOpen) finder.open(false); else leave(); },
};

function move(finder: Listbox, by: number) {
  if (finder.isOpen) { finder.move(by); return; }
  finder.open(hits.length > 0);
  finder.mark(0);
}

addEventListener("keydown", (event) => {
  const finder = here();
  const target = event.target as HTMLElement;
  if (!finder || hasModifier(event) || event.isComposing) return;
  if (target === finder.box) {
    if (event.key === "/" && !finder.box.value) event.preventDefault(); // the box has the focus already
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key](finder);
  } else if (event.key === "/" && !target.matches?.(TYPED) && !target.isContentEditable) {
    event.preventDefault();
    finder.box.focus();
    finder.box.select();
  }
});

addEventListener("input", (event) => {
  const finder = here();
  const form = formHere();
  if (!finder || event.target !== finder.box) return;
  forget(); // what is under way belongs to an older text
  want = "";
  fresh = false;
  if (!finder.box.value.trim() && form) { hits = recentOf(form); draw(finder); }
  typing = setTimeout(() => seek({ text: finder.box.value }), TYPING);
});

addEventListener("focusin", (event) => {
  const finder = here();
  const form = formHere();
  if (!finder || event.target !== finder.box || finder.box.value || !form) return;
  hits = recentOf(form); // until something is typed
  fresh = hits.length > 0;
  draw(finder);
  seek({ text: "" }); // shows the number of records
});

addEventListener("focusout", (event) => { if (event.target === byId("finder-box")) here()?.open(false); });

for (const kind of ["input", "change"]) {
  addEventListener(kind, (event) => { if (formHere()?.contains(event.target as Node)) setTimeout(name, 0); });
}

// Pressing an option must not blur the box, which would close the list first
addEventListener("mousedown", (event) => { if (closest(event, "#finder-list")) event.preventDefault(); });

addEventListener("click", (event) => {
  const option = closest(event, "#finder-list [role=option]");
  if (option) choose(hits[here()?.options.indexOf(option) ?? 0]);
  const act = closest(event, "[data-find]")?.dataset.find;
  if (act) acts[act]();
});

let form: HTMLElement | null = null;
addEventListener("likely:current", ({ detail }) => {
  if (!here()) return;
  name();
  if (detail.form === form) return;
  form = detail.form; // another page came in
  hits = [];
  want = "";
});

/* Back and forward among records: the page holds what is needed and is not built anew. This listens before Dash. */
addEventListener("popstate", (event) => {
  const kept: Snapshot | undefined = event.state?.likely;
  const form = formHere();
  if (!kept || !form || kept.path !== location.pathname || kept.model !== form.dataset.model) return;
  event.stopImmediatePropagation();
  Object.assign(form.dataset, { outcome: kept.outcome, declined: kept.declined, order: kept.order });
  restore(form, kept);
});
