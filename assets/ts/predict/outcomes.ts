/* What came of it: a press tells it about the result on the screen. Each press has a key of its own, so that one that is
   sent twice is noted once; the server says in words what was noted (callbacks/outcomes.py). While a result is on its way
   a press waits for it; one whose values have no result is not noted. */
import { all, byId, closest, find, hasModifier, setWords } from "../shared/dom.ts";
import { go, setProps } from "../shared/dash.ts";
import type { Question } from "../shared/events.ts";
import { valuesOf } from "../shared/fields.ts";
import { ask } from "../shared/form.ts";
import { onMessage } from "../shared/signals.ts";
import { formHere } from "./call.ts";

const MORNING = 9; // hour of a call-back on another day
const HOUR = 3600;
const TYPED = "input, select, textarea, [contenteditable]";
const ONE_OF = ["came", "missed"]; // of which the later one takes the place of the other

type Press = {
  kind: string; noteOf?: string; outcome?: string; reason?: string; note?: string; due?: number; replaces?: string; event?: string;
};
type Sent = Press & { key: string };
type Said = { key: string; kind: string; words: string; event?: string; decision?: string; go?: string; failed?: boolean };

let now: Question | null = null;    // the result that belongs to the form, if there is one
let wanted: Press | null = null;    // waits for a result
let open: Sent | null = null;       // sent, and not answered yet
const later: Press[] = [];          // told meanwhile
let noted = new Map<string, string>(); // kind -> its event, of the record in the form
let last = "";                      // the event that Undo takes back
let decided: { serial: number; decision: string } | null = null;

const row = () => byId("outcomes");
const button = (kind: string) => find<HTMLButtonElement>(`#outcomes [data-outcome=${kind}]`);
const say = (words: string) => setWords(find("#outcomes .outcome-words"), words);
const sentenceOf = (name: "noting" | "waiting" | "notNoted") => row()?.dataset[name] ?? "";

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

/* By what a press is remembered: two classes of one outcome are two buttons of one kind. */
const noteOf = ({ dataset: { outcome = "", name = "" } }: HTMLElement) => (name ? `${outcome} ${name}` : outcome);

/* What was noted is of the record before. */
function forget() {
  noted = new Map();
  last = "";
  decided = null;
}

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
  if (about === undefined) forget(); // the next customer's page
  else if (about !== question.record_id) { anew(); askHistory(question); }
  now = question;
  dress();
  if (wanted) send(wanted);
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  if (!form.dataset.mirror) return;
  now = null;
  if (!wanted || form.dataset.standing !== "invalid") return;
  wanted = null;
  say(sentenceOf("notNoted"));
});

addEventListener("likely:filled", () => { if (row()) anew(); });
addEventListener("likely:page", anew);

function askHistory({ model, record_id, row: at }: Question) {
  setProps("history-asked", { data: { model, record_id, row: at, serial: Date.now() } });
}

// ---- telling ---------------------------------------------------------------------------------
function tell(press: Press) {
  if (press.kind !== "next" && press.kind !== "undo" && !now) {
    wanted = press;
    say(sentenceOf("waiting"));
    ask();
  } else send(press);
}

function send(press: Press) {
  wanted = null;
  if (open) { later.push(press); return; }
  const decision = decided && decided.serial === now?.serial ? decided.decision : "";
  open = { ...press, key: newKey() };
  say(sentenceOf("noting"));
  setProps("outcome-act", { data: { ...open, scenario: now, decision } });
}

onMessage("outcome-said", (said: Said) => {
  const press = open;
  if (!press || said.key !== press.key) return; // an answer that comes again
  open = null;
  if (said.go) { go(said.go); return; }
  say(said.words);
  if (!said.failed && said.event) took(press, said.event, said.decision);
  dress();
  const next = later.shift();
  if (next) send(next);
});

function took(press: Press, event: string, decision = "") {
  if (press.kind === "undo") {
    for (const [kind, of] of noted) if (of === event) noted.delete(kind);
    last = [...noted.values()].at(-1) ?? "";
  } else {
    if (ONE_OF.includes(press.kind)) for (const kind of noted.keys()) if (ONE_OF.includes(kind.split(" ")[0])) noted.delete(kind);
    noted.set(press.noteOf ?? press.kind, event);
    last = event;
    const note = find<HTMLTextAreaElement>("#outcomes .outcome-note");
    if (note) note.value = "";
    if (now) decided = { serial: now.serial, decision };
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
  const { outcome: kind = "", name, reason, hours, days, at } = one.dataset;
  if (kind === "next") { tell({ kind }); return; }
  if (kind === "undo") { if (last) tell({ kind, event: last }); return; }
  const again = noted.has(noteOf(one)) || [open, ...later].some((press) => press?.noteOf === noteOf(one));
  if (wanted || (again && one.closest(".outcome-buttons"))) return; // it is noted already, or on its way
  const due = hours ? Date.now() / 1000 + Number(hours) * HOUR : days ? morning(Number(days)) : at ? typedTime() : undefined;
  if (kind === "call_back" && due === undefined) { choose(); return; }
  const choice = find<HTMLSelectElement>("#outcomes [data-outcome-choice]");
  if (kind === "came" && choice && !choice.value) { choice.focus(); return; }
  const outcome = (kind === "came" && choice?.value) || (name ?? find("#result [data-focus]")?.dataset.focus ?? "");
  const as = choice && kind === "came" ? `came ${choice.value}` : noteOf(one); // by what it is remembered
  const before = ONE_OF.includes(kind) ? [...noted].find(([of]) => ONE_OF.includes(of.split(" ")[0]))?.[1] : undefined;
  const note = find<HTMLTextAreaElement>("#outcomes .outcome-note")?.value.trim();
  tell({ kind, noteOf: as, outcome, reason, note, due, replaces: before });
}

function choose() {
  const choices = find("#outcomes .outcome-later");
  if (!choices) return;
  choices.hidden = !choices.hidden;
  const typed = find<HTMLInputElement>(".outcome-at", choices);
  if (typed && !typed.value) typed.value = local(new Date(1000 * morning(1)));
  if (!choices.hidden) find<HTMLButtonElement>("button", choices)?.focus();
}

/* Seconds since 1970 of a day from now, in the morning by the reader's clock. */
function morning(days: number) {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return day.setHours(MORNING, 0, 0, 0) / 1000;
}

function typedTime() {
  const time = new Date(find<HTMLInputElement>("#outcomes .outcome-at")?.value ?? "").getTime();
  return Number.isFinite(time) ? time / 1000 : undefined;
}

const two = (part: number) => String(part).padStart(2, "0");
const local = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;

addEventListener("keydown", (event) => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.repeat || hasModifier(event) || event.isComposing || target?.matches(TYPED) || row()?.hidden !== false) return;
  const one = find<HTMLButtonElement>(`#outcomes [aria-keyshortcuts="${/^[1-9]$/.test(event.key) ? event.key : ""}"]`);
  if (!one) return;
  event.preventDefault();
  pressed(one);
});
