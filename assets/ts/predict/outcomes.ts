/* What came of it: a press tells it about the result on the screen. Each press has a key of its own, so that one that is
   sent twice is noted once; the server says in words what was noted (callbacks/outcomes.py). While a result is on its way
   a press waits for it; one whose values have no result is not noted. What the reader told lately comes with the history,
   so that it can be taken back after a reload, too. */
import { all, byId, closest, find, setWords } from "../shared/dom.ts";
import { go, setProps } from "../shared/dash.ts";
import type { Question } from "../shared/events.ts";
import { valuesOf } from "../shared/fields.ts";
import { ask } from "../shared/form.ts";
import { onMessage, onSignal } from "../shared/signals.ts";
import { formHere } from "./call.ts";
import { choose, dueOf } from "./call-back.ts";

const TYPED = "input, select, textarea, [contenteditable]"; // where digits are written
const ONE_OF = ["came", "missed"]; // of which the later one takes the place of the other
const REPLACED = ["call_back"];     // by the next of its kind

type Press = { kind: string; outcome?: string; reason?: string; note?: string; due?: number; event?: string };
/* A press on its way: what it is remembered by, what it takes the place of, and the result and the record it is about. */
type Told = { press: Press; as: string; excludes: (told: string) => boolean; about: Question | null; of: number; key: string };
type Own = { note: string; event: string };
type Said = { key: string; kind: string; words: string; event?: string; decision?: string; go?: string; failed?: boolean };

let now: Question | null = null;    // the result that belongs to the form, if there is one
let wanted: (() => void) | null = null; // waits for a result
let open: Told | null = null;       // sent, and not answered yet
const later: Told[] = [];           // told meanwhile
let of = 0;                         // counts the records that stood in the form
let noted = new Map<string, string>(); // kind and outcome -> its event, of the record in the form
let last = "";                      // the event that Undo takes back
let decided: { serial: number; decision: string } | null = null;

const row = () => byId("outcomes");
const button = (kind: string) => find<HTMLButtonElement>(`#outcomes [data-outcome=${kind}]`);
const say = (words: string) => setWords(find("#outcomes .outcome-words"), words);
const sentenceOf = (name: "noting" | "waiting" | "notNoted" | "failed") => row()?.dataset[name] ?? "";

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- what the page shows ---------------------------------------------------------------------
/* Words of the outcome in focus, which pressed buttons are noted, and whether there is anything to tell of. */
function dress() {
  const place = row();
  const form = formHere();
  if (!place || !form) return;
  const words = JSON.parse(place.dataset.words ?? "{}") as Record<string, [string, string] | undefined>;
  const focus = find("#result [data-focus]")?.dataset.focus ?? "";
  for (const [at, kind] of ONE_OF.entries()) {
    const one = button(kind);
    const said = words[focus]?.[at];
    if (one && said && one.dataset.name === undefined && !find("[data-outcome-choice]", place)) setWords(find(".outcome-word", one), said);
  }
  for (const one of all<HTMLButtonElement>("#outcomes .outcome-buttons [data-outcome]")) {
    one.setAttribute("aria-pressed", String(noted.has(noteOf(one))));
  }
  const undo = button("undo");
  if (undo) undo.hidden = !last;
  place.hidden = !form.dataset.record && valuesOf(form).every((value) => !value.trim());
}

const choiceHere = () => find<HTMLSelectElement>("#outcomes [data-outcome-choice]");

/* The outcome that a press is about: the one chosen, the button's own, or the one in focus. */
function outcomeOf({ dataset: { outcome: kind, name } }: HTMLElement) {
  const choice = choiceHere();
  return (kind === "came" && choice ? choice.value : name) ?? find("#result [data-focus]")?.dataset.focus ?? "";
}

/* By what a press is remembered: that one product was bought says nothing of the next. */
function noteOf(one: HTMLElement) {
  const kind = one.dataset.outcome ?? "";
  return ONE_OF.includes(kind) ? `${kind} ${outcomeOf(one)}` : kind;
}

/* What cannot stand beside it: of outcomes that exclude each other any, else that of the same one. */
function excludedBy(one: HTMLElement) {
  const kind = one.dataset.outcome ?? "";
  if (REPLACED.includes(kind)) return (told: string) => told === kind;
  if (!ONE_OF.includes(kind)) return () => false;
  const same = outcomeOf(one);
  const any = one.dataset.name !== undefined || Boolean(choiceHere());
  return (told: string) => ONE_OF.some((each) => (any ? told.startsWith(`${each} `) : told === `${each} ${same}`));
}

/* What was noted is of the record before. */
function forget() {
  of += 1;
  noted = new Map();
  last = "";
  decided = null;
}

/* What the reader told of the record lately, as the history says. */
function recall() {
  const own = find("#history likely-own")?.dataset.notes;
  if (!own || open || later.length || wanted) return; // what is told now comes with the next history
  const told = JSON.parse(own) as Own[];
  const here = new Set(noted.values());
  const shown = told.filter(({ note, event }) => note !== "no_answer" || here.has(event)); // there may be another try today
  noted = new Map(shown.map(({ note, event }) => [note, event]));
  last = told.at(-1)?.event ?? "";
  dress();
}

onSignal("own", ["data-notes"], recall);

function anew() {
  forget();
  wanted = null;
  say("");
  fold();
}

function fold() {
  for (const each of all<HTMLDetailsElement>("#outcomes details")) each.open = false;
  const choices = find("#outcomes .outcome-later");
  if (choices) choices.hidden = true;
}

addEventListener("likely:current", ({ detail: { form, question } }) => {
  const place = row();
  if (!form.dataset.mirror || !place) return;
  const { about } = place.dataset; // the record whose history is shown; a page comes with its own
  place.dataset.about = question.record_id;
  if (about === undefined) { forget(); recall(); } // the next customer's page
  else if (about !== question.record_id) { anew(); askHistory(question); }
  now = question;
  dress();
  wanted?.();
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  if (!form.dataset.mirror) return;
  now = null;
  if (!wanted || form.dataset.standing !== "invalid") return;
  wanted = null;
  say(sentenceOf("notNoted"));
});

addEventListener("likely:filled", () => { if (row()) anew(); });
addEventListener("likely:page", () => { anew(); recall(); });
addEventListener("change", (event) => { if (closest(event, "#outcomes [data-outcome-choice]")) dress(); });

function askHistory({ model, record_id, row: at }: Question) {
  setProps("history-asked", { data: { model, record_id, row: at, serial: Date.now() } });
}

// ---- telling ---------------------------------------------------------------------------------
function tell(press: Press, as = "", excludes: Told["excludes"] = () => false) {
  const send = () => {
    wanted = null;
    later.push({ press, as, excludes, about: now, of, key: newKey() });
    say(sentenceOf("noting"));
    if (!open) sendNext();
  };
  if (press.kind === "next" || press.kind === "undo" || now) { send(); return; }
  wanted = send;
  say(sentenceOf("waiting"));
  ask();
}

function sendNext() {
  open = later.shift() ?? null;
  if (!open) return;
  const { press, key, about } = open;
  const here = open.of === of; // else the record is not in the form any more
  const replaces = here ? noted.get([...noted.keys()].filter(open.excludes).at(-1) ?? "") : undefined;
  const decision = here && decided?.serial === about?.serial ? decided?.decision : "";
  setProps("outcome-act", { data: { ...press, key, replaces, scenario: about, decision } });
}

onMessage("outcome-said", (said: Said) => {
  const told = open;
  if (said.key !== told?.key) return; // an answer that comes again
  open = null;
  if (told.of === of) hear(told, said);
  sendNext();
});

/* The server made an error: nothing is known of the press. */
addEventListener("likely:failed", ({ detail: { outputs } }) => {
  if (!open || !outputs.includes("outcome-said")) return;
  const here = open.of === of;
  open = null;
  if (here) say(sentenceOf("failed"));
  sendNext();
});

function hear(told: Told, said: Said) {
  if (said.go) { go(said.go); return; }
  say(said.words);
  if (!said.failed && said.event) took(told, said.event, said.decision);
  dress();
}

function took({ press, as, excludes, about }: Told, event: string, decision = "") {
  if (press.kind === "undo") {
    for (const [kind, from] of noted) if (from === event) noted.delete(kind);
    last = [...noted.values()].at(-1) ?? "";
  } else {
    for (const each of [...noted.keys()].filter(excludes)) noted.delete(each);
    noted.set(as, event);
    last = event;
    const note = find<HTMLTextAreaElement>("#outcomes .outcome-note");
    if (note?.value.trim() === press.note) note.value = "";
    if (about) decided = { serial: about.serial, decision };
    fold();
    const next = button("next");
    if (next && !document.activeElement?.matches(`.form :is(${TYPED}), #finder-box`)) next.focus({ preventScroll: true });
  }
  if (now) askHistory(now);
}

// ---- events ----------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const one = closest<HTMLButtonElement>(event, "#outcomes button[data-outcome]");
  if (one) pressed(one);
});

function pressed(one: HTMLButtonElement) {
  const { outcome: kind = "", reason } = one.dataset;
  if (kind === "next") { tell({ kind }); return; }
  if (kind === "undo") { if (last) tell({ kind, event: last }); return; }
  const as = noteOf(one);
  const again = noted.has(as) || [open, ...later].some((told) => told?.of === of && told.as === as);
  if (wanted || (again && kind !== "call_back" && one.closest(".outcome-buttons"))) return; // it is noted already, or on its way
  const due = dueOf(one);
  if (kind === "call_back" && due === undefined) {
    if (one.dataset.at) find<HTMLInputElement>("#outcomes .outcome-at")?.focus();
    else choose();
    return;
  }
  const choice = choiceHere();
  if (kind === "came" && choice && !choice.value) { choice.focus(); return; }
  const note = find<HTMLTextAreaElement>("#outcomes .outcome-note")?.value.trim();
  tell({ kind, outcome: outcomeOf(one), reason, note, due }, as, excludedBy(one));
}
