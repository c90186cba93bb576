/* What came of it: a press tells it about the record and the values that stand in the form then (callbacks/outcomes.py).
   Each press has a key of its own, so that one that is sent twice is noted once. They are sent one after the other, with
   what the reader has told of the record, for a later answer takes the place of an earlier one; it comes back with words,
   and with the history, so that it can be taken back after a reload, too. */
import { go, setProps } from "../shared/dash.ts";
import { all, byId, closest, find, setWords } from "../shared/dom.ts";
import { valuesOf } from "../shared/fields.ts";
import { questionOf } from "../shared/form.ts";
import { onMessage, onSignal } from "../shared/signals.ts";
import { formHere } from "./call.ts";
import { nameOutcome } from "./outcome-words.ts";

const TYPED = "input, select, textarea, [contenteditable]"; // where digits are written
const HOUR = 3_600_000; // ms
const MORNING = 9;      // hour of a call-back on another day

type Own = { note: string; event: string };
type Told = { place: HTMLElement | null; own: Own[]; asked: boolean }; // of a record; asked: for its history
type Press = { to: Told; note: string; act: { kind: string; key: string; note?: string } };
type Said = { key: string; words: string; own?: Own[]; go?: string };

let here: Told = { place: null, own: [], asked: true }; // of the record in the form
const presses: Press[] = [];                            // the first is on its way

const row = () => byId("outcomes");
const button = (kind: string) => find<HTMLButtonElement>(`#outcomes [data-outcome=${kind}]`);
const say = (words: string) => setWords(find("#outcomes .outcome-words"), words);
const focus = () => find("#result [data-focus]")?.dataset.focus ?? "";
const cutOffs = () => JSON.parse(find("#result [data-cut-offs]")?.dataset.cutOffs ?? "null"); // that the reader sees
const choiceHere = () => find<HTMLSelectElement>("#outcomes [data-outcome-choice]");

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- what the page shows ---------------------------------------------------------------------
/* The outcome that a press is about: the one chosen, the button's own, or the one in focus. */
function outcomeOf({ dataset: { outcome: kind, name } }: HTMLElement) {
  const choice = choiceHere();
  return (kind === "came" && choice ? choice.value : name) ?? focus();
}

/* By what a press is remembered: that one product was bought says nothing of the next. */
function noteOf(one: HTMLElement) {
  const kind = one.dataset.outcome ?? "";
  return ["came", "missed"].includes(kind) ? `${kind} ${outcomeOf(one)}` : kind;
}

/* Words of the outcome in focus, which pressed buttons are noted, and whether there is anything to tell of. */
function dress() {
  const [place, form] = [row(), formHere()];
  if (!place || !form) return;
  nameOutcome(place, choiceHere());
  for (const one of all<HTMLButtonElement>("#outcomes .outcome-buttons [data-outcome]")) {
    one.setAttribute("aria-pressed", String(here.own.some(({ note }) => note === noteOf(one))));
  }
  const undo = button("undo");
  if (undo) undo.hidden = !here.own.length;
  place.hidden = !form.dataset.record && valuesOf(form).every((value) => !value.trim());
}

function fold() {
  for (const each of all<HTMLDetailsElement>("#outcomes details")) each.open = false;
  unfold(false);
}

/* The times to call back, the first of which a person most often takes. */
function unfold(on: boolean) {
  const [times, typed] = [find("#outcomes .outcome-later"), find<HTMLInputElement>("#outcomes .outcome-at")];
  if (!times || !typed) return;
  times.hidden = !on;
  if (!on) return;
  if (!typed.value) typed.valueAsNumber = 1000 * dueOf({ days: "1" }) - 60_000 * new Date().getTimezoneOffset();
  find<HTMLButtonElement>("button", times)?.focus();
}

/* Seconds since 1970 of the time that a button stands for, by the reader's clock. */
function dueOf({ hours = "0", days, at }: DOMStringMap) {
  const due = new Date(at ? find<HTMLInputElement>("#outcomes .outcome-at")?.value ?? "" : Date.now() + Number(hours) * HOUR);
  if (days) { due.setDate(due.getDate() + Number(days)); due.setHours(MORNING, 0, 0, 0); }
  return due.getTime() / 1000;
}

// ---- the record in the form ------------------------------------------------------------------
/* What the reader told of it lately, as its history says: one that comes before it was asked for is of the record before,
   and what is told now is more. */
function recall() {
  const own = find("#history likely-own")?.dataset.notes;
  if (!own || !here.asked || here.own.length || presses.length) return;
  here.own = JSON.parse(own);
  dress();
}
onSignal("own", ["data-notes"], recall);

/* Another record: what was noted is of the one before. */
addEventListener("likely:filled", () => {
  here = { place: row(), own: [], asked: false };
  say("");
  fold();
  dress();
});

addEventListener("likely:current", ({ detail: { form } }) => {
  if (!form.dataset.mirror || !row()) return;
  if (here.place !== row()) { here = { place: row(), own: [], asked: true }; recall(); } // another page, with its history
  if (!here.asked) askHistory();
  dress();
});

addEventListener("change", (event) => { if (closest(event, "#outcomes [data-outcome-choice]")) dress(); });

function askHistory() {
  const form = formHere();
  here.asked = true;
  if (form) setProps("history-asked", { data: questionOf(form, Date.now()) });
}

// ---- telling ---------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const one = closest<HTMLButtonElement>(event, "#outcomes button[data-outcome]");
  if (one) pressed(one);
});

function pressed(one: HTMLButtonElement) {
  const [form, choice, note] = [formHere(), choiceHere(), noteOf(one)];
  const { outcome: kind = "", unfolds, reason } = one.dataset;
  if (!form) return;
  if (unfolds) { unfold(Boolean(find("#outcomes .outcome-later")?.hidden)); return; }
  if (kind === "came" && choice && !choice.value) { choice.focus(); return; }
  const again = one.getAttribute("aria-pressed") === "true" || presses.some((press) => press.to === here && press.note === note);
  if (again && one.closest(".outcome-buttons")) return; // it is noted already, or on its way
  const written = find<HTMLTextAreaElement>("#outcomes .outcome-note")?.value.trim();
  const act = { kind, key: newKey(), scenario: questionOf(form), cut_offs: cutOffs(), outcome: outcomeOf(one), reason, note: written, due: dueOf(one.dataset) };
  presses.push({ to: here, note, act });
  say(row()?.dataset.noting ?? "");
  if (presses.length === 1) send();
}

function send() {
  const [press] = presses;
  if (press) setProps("outcome-act", { data: { ...press.act, own: press.to.own } });
}

/* The first press was answered, with what stands told of its record by now. */
function answered({ words, own, go: to }: Omit<Said, "key">) {
  const press = presses.shift();
  if (press && own) press.to.own = own;
  if (press?.to === here) {
    if (to) go(to);
    else say(words);
    if (own) noted(press.act);
    dress();
  }
  send();
}

function noted({ kind, note: written }: Press["act"]) {
  const [note, next] = [find<HTMLTextAreaElement>("#outcomes .outcome-note"), button("next")];
  askHistory();
  if (kind === "undo") return;
  if (note?.value.trim() === written) note.value = "";
  fold();
  if (next && !document.activeElement?.matches(`.form :is(${TYPED}), #finder-box`)) next.focus({ preventScroll: true });
}

onMessage("outcome-said", (said: Said) => { if (said.key === presses[0]?.act.key) answered(said); }); // else it comes again
addEventListener("likely:waiting", ({ detail: { outputs } }) => {
  if (presses[0]?.to === here && outputs.includes("outcome-said")) say(row()?.dataset.kept ?? "");
});
addEventListener("likely:failed", ({ detail: { outputs } }) => {
  if (presses.length && outputs.includes("outcome-said")) answered({ words: row()?.dataset.failed ?? "" }); // nothing is known of it
});
