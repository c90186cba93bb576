/* When the server is asked about the values in the form, and whether the result on the screen belongs to them. The
   controls are inputs of Dash's callbacks (callbacks/predict.py); this decides when, and compares each answer, which names
   the values that it is about, with those in the form (fields.ts). */

import { register, setProps } from "./dash.ts";
import {
  fieldsOf, controlOf, isTyped, asValue, valueOf, valuesOf, focusOf, foundIn, snapshot, setValue, settleNumber, step, dress,
} from "./fields.ts";
import { plain, misread } from "./numbers.ts";

const TYPING = 250;    // ms of quiet after a keystroke; Enter, arrows and leaving the field ask at once
const CROWD = 150;     // ms without a change after which an answer under way is no longer awaited
const SPACING = 50;    // ms between two requests: a rate limit for dragging
const PATIENCE = 3000; // ms without a response until it counts as lost and the request is repeated
const LONGEST_WAIT = 24000;
const LONGEST_IN_URL = 200;

const byId = (id) => document.getElementById(id);
const formOf = (element) => element.closest?.("[data-asks]");

let now = null; // the state of the form on the page

const textOf = (values, form) => JSON.stringify([values, focusOf(form)]);
const standing = () => textOf(valuesOf(now.form), now.form);

// ---- asking -------------------------------------------------------------------------------
/* Dash calls this at each change of a control. The server is asked after a pause in typing, and while values go on
   changing (a key held, a range dragged) after the answer before, so that each answer is shown. This waits by a timer
   and sets the request itself: as a promise, or as what this returns, the request would be held back by Dash. */
function pace() {
  if (now?.form.isConnected) go();
  return dash_clientside.no_update;
}

function go() {
  const text = standing();
  if (text !== now.seen) now.changed = Date.now();
  now.seen = text;
  const wait = Math.max(now.quiet, now.patience ? now.changed + CROWD : now.since + SPACING) - Date.now();
  clearTimeout(now.timer);
  if (wait <= 0) request(now, text);
  else if (wait < LONGEST_WAIT) now.timer = setTimeout(go, wait);
}

function request(state, text) {
  if (check() || (state.patience && state.sent === text)) return; // under way
  Object.assign(state, { serial: state.serial + 1, sent: text, since: Date.now() });
  expect(state, state.retry);
  const { serial, form } = state;
  setProps(form.dataset.asks, { data: { serial, model: form.dataset.model, ...focusOf(form), ...foundIn(form) } });
}

/* Ask now, whatever is being typed. */
function ask() {
  if (!now || !now.form.isConnected) return;
  now.quiet = now.changed = 0;
  if (!check()) go();
}

function calm(state) {
  clearTimeout(state.patience);
  state.patience = 0;
}

function expect(state, patience) {
  calm(state);
  state.patience = setTimeout(() => { if (state === now) lost(patience); }, patience);
}

function lost(patience) {
  calm(now);
  if (!now.form.isConnected || check()) return;
  panel("lost", `No answer from the server. Trying again …${earlier()}`);
  now.retry = Math.min(2 * patience, LONGEST_WAIT);
  go();
}

/* The question of the result on the screen, for scripts that add to it. */
function questionOf(form, serial) {
  const record = Object.fromEntries(fieldsOf(form).map((field) => [field.dataset.feature, valueOf(field)]));
  return { serial, model: form.dataset.model, ...focusOf(form), ...foundIn(form), record };
}

// ---- answers ------------------------------------------------------------------------------
function settle(answer) {
  if (answer.serial === 0) open(answer);
  else take(answer);
  return answer.serial;
}

/* An answer says to which values it belongs: those that Dash sent, perhaps newer ones than at the request. */
function take(answer) {
  if (!now || (answer.asked && answer.asked.model !== now.form.dataset.model)) return; // of a page that was left
  const newest = answer.serial === now.serial;
  if (newest) { calm(now); now.retry = PATIENCE; }
  now.shown = answer.asked ? textOfAnswer(answer.asked) : now.sent;
  now.answer = answer;
  if (check() || !newest) return;
  now.changed = 0; // what changed meanwhile has waited for this answer
  go();
}

function textOfAnswer({ values, outcome, declined, record_id: record, order }) {
  const texts = fieldsOf(now.form).map((field) => asValue(field, values[field.dataset.feature] ?? ""));
  return JSON.stringify([texts, { outcome, declined, record, order }]);
}

function open(answer, tries = 60) {
  const form = document.querySelector("[data-asks]");
  const ready = form && fieldsOf(form).every((field) => controlOf(field) && field.dataset.feature in answer.record);
  if (!ready) {
    if (tries) requestAnimationFrame(() => open(answer, tries - 1));
    return;
  }
  if (now) { calm(now); clearTimeout(now.timer); }
  dress(form);
  const values = fieldsOf(form).map((field) => answer.record[field.dataset.feature]);
  now = {
    form, answer, shown: textOf(values, form), serial: 0, sent: null, patience: 0, retry: PATIENCE,
    seen: null, timer: 0, quiet: 0, changed: 0, since: 0,
  };
  ask();
}

/* True when the result belongs to the values in the form; shows the panel's state. */
function check() {
  if (standing() !== now.shown) {
    // "invalid" and "lost" hide the numbers already, and stay until the next response
    if (byId("panel")?.dataset.state === "current") panel("waiting", "");
    return false;
  }
  calm(now);
  const faults = mark(now.answer);
  if (faults) {
    panel("invalid", faults);
    mirror(now.form); // so that a reload explains the same values again
  } else drawn(now);
  return true;
}

/* A response arrives before Dash has drawn it: the result is current once it is drawn. */
function drawn(state, tries = 60) {
  if (state !== now || standing() !== state.shown) return;
  const serial = document.querySelector("#result [data-serial]")?.dataset.serial;
  if (!byId("panel") || Number(serial) === state.answer.serial) {
    panel("current", "");
    announce();
    lead(state);
    mirror(state.form);
    // Other scripts add to this result: reasons, sweeps, the change of the score
    tell("likely:current", { form: state.form, question: questionOf(state.form, state.answer.serial) });
  }
  else if (tries) requestAnimationFrame(() => drawn(state, tries - 1));
}

/* Where the page chooses the outcome, its first choice is kept while the record is edited. */
function lead(state) {
  const { dataset } = state.form;
  if (dataset.opened !== "" || dataset.outcome) return;
  dataset.opened = document.querySelector("#result [data-focus]")?.dataset.focus ?? "";
  state.shown = standing();
}

// ---- messages -----------------------------------------------------------------------------
function panel(state, words) {
  const panel = byId("panel");
  if (!panel) return;
  panel.dataset.state = state;
  now.form.dataset.standing = state;
  if (state !== "current") tell("likely:stale", { form: now.form });
  panel.setAttribute("aria-busy", String(state === "waiting"));
  if (byId("panel-words").textContent !== words) byId("panel-words").textContent = words;
}

function announce() {
  const aloud = byId("panel-said");
  const words = [...document.querySelectorAll("#result .said > *")].map((line) => line.textContent).join(". ");
  if (aloud && aloud.textContent !== words) aloud.textContent = words;
}

const tell = (name, detail) => dispatchEvent(new CustomEvent(name, { detail }));

function mark(answer) {
  const faulty = [];
  for (const field of fieldsOf(now.form)) {
    const problem = answer.problems[field.dataset.feature];
    const note = answer.notes[field.dataset.feature];
    const said = byId(field.dataset.said);
    const words = problem ?? note ?? said.dataset.hint;
    if (said.textContent !== words) said.textContent = words;
    field.dataset.state = problem ? "problem" : note ? "note" : "";
    const target = field.querySelector("[role=radiogroup]") ?? controlOf(field);
    if (problem) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
    if (problem) faulty.push(field.querySelector(".field-label").firstChild.textContent);
  }
  if (answer.problems[""]) return answer.problems[""];
  if (!faulty.length) return "";
  const list = new Intl.ListFormat("en").format(faulty);
  return `No result: please correct ${list}.${earlier()}`;
}

const earlier = () =>
  document.querySelector("#result .number, #result .decisions") ? " What is faded belongs to earlier values." : "";

/* The address names the record and the values that differ from it, or from the defaults, so a reload or a link opens the
   same form. Personal values are left out of it; the browser's history keeps them for Back. */
function mirror(form) {
  if (!form.dataset.mirror) return;
  const query = new URLSearchParams();
  const words = (form.dataset.own ?? "").split(" ");
  // Each version numbers its own sample: the same number is another record elsewhere
  const version = form.dataset.row ? form.dataset.version : "";
  const own = { ...focusOf(form), outcome: form.dataset.outcome, version };
  for (const word of words) if (own[word]) query.set(word, own[word]);
  const first = query.has("record") ? "default" : "start";
  let edited = false;
  for (const field of fieldsOf(form)) {
    const value = valueOf(field);
    const written = value !== field.dataset[first] && value.length <= LONGEST_IN_URL && !field.dataset.personal;
    // A text that is no number in these marks may be one in others: it is left out
    if (written && !misread(value)) query.set(field.dataset.feature, plain(value));
    edited ||= written;
  }
  // Another outcome may be the most probable by now, so the address names the one that is shown
  if (edited && form.dataset.opened && words.includes("outcome") && !own.outcome) query.set("outcome", form.dataset.opened);
  remember(form, query.size ? `?${query}` : "");
}

/* Another record is an entry of the browser's history; an edit is not. */
function remember(form, search) {
  const kept = { ...history.state, likely: snapshot(form) };
  const address = location.pathname + search + location.hash;
  const turned = now.turned && search !== location.search;
  now.turned = false;
  if (turned) history.pushState(kept, "", address);
  else if (JSON.stringify(kept) !== JSON.stringify(history.state)) history.replaceState(kept, "", address);
}

// ---- events -------------------------------------------------------------------------------
addEventListener("input", (event) => {
  if (!now || formOf(event.target) !== now.form) return;
  const field = event.target.closest("[data-feature]");
  if (!field) return; // the search over the fields
  if (event.target.type === "range") {
    setValue(field, event.target.value);
    return setTimeout(ask);
  }
  const range = field.querySelector("input[type=range]");
  if (range) range.value = valueOf(field);
  if (!isTyped(event.target)) return; // other controls are read at their change event
  // A search text is no value yet (combobox.ts)
  if (!check()) now.quiet = field.dataset.searching ? Infinity : Date.now() + TYPING;
});

// React sets radios, switches and selects after its own handlers: read them once those are through.
addEventListener("change", (event) => {
  if (!now || formOf(event.target) !== now.form) return;
  now.quiet = 0; // Dash may call pace before that
  setTimeout(ask);
});

addEventListener("keydown", (event) => {
  const field = now && formOf(event.target) === now.form && event.target.closest("[data-feature]");
  if (!field || event.target !== controlOf(field) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.tagName === "INPUT") { settleNumber(field); ask(); }
  if (!field.dataset.step || event.target.type === "range") return;
  const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (by) { event.preventDefault(); step(field, event.shiftKey ? 10 * by : by); ask(); }
});

addEventListener("focusout", (event) => {
  const field = now && formOf(event.target) === now.form && event.target.closest("[data-feature]");
  if (field && event.target === controlOf(field)) settleNumber(field);
});

addEventListener("online", () => { if (now) ask(); });

register({ pace, settle });
// React sets some controls after its own handlers, so asking waits until those are through.
const turn = () => { if (now) now.turned = true; };
const askSoon = () => setTimeout(ask);
export { turn, askSoon as ask };
