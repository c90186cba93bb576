/* When the server is asked about the values in the form, and whether the result on the screen belongs to them. The
   controls are the inputs of a callback (callbacks/form.py), whose function `changed` is here: it makes a request of them
   when one is due. Each answer names the values that it is about; they are compared with those in the form (fields.ts). */
import { register, setProps } from "./dash.ts";
import { all, byId, closest, find, hasModifier, setWords } from "./dom.ts";
import {
  asValue, controlOf, dress, entryOf, fieldsOf, focusOf, foundIn, isTyped, labelOf, maybeControlOf, nameOf, radiosOf, restOf, setAgain,
  setValue, settleNumber, step, valueOf, valuesOf,
} from "./fields.ts";
import { tell, type Question } from "./events.ts";
import { mirror } from "./history.ts";
import { listed, sentence } from "./sentences.ts";
import { onMessage, onSignal } from "./signals.ts";

const TYPING = 250;    // ms of quiet after a keystroke; Enter, arrows and leaving the field ask at once
const CROWD = 150;     // ms without a change after which an answer under way is no longer awaited
const SPACING = 50;    // ms between two requests: a rate limit for dragging
const PATIENCE = 3000; // ms without a response until it counts as lost and the request is repeated
const KEPT = 30;       // ms after a change until the address has it: the request is out by then, and writing takes some ms itself
const LONGEST_WAIT = 24000;

type Texts = Record<string, string>;
type Asked = { model: string; values: Texts; outcome: string; declined: string; record_id: string; order: string; rest?: string };
type Answer = { serial: number; asked?: Asked; record: Texts; problems: Texts; notes: Texts };
type State = {
  form: HTMLElement; answer: Answer;
  shown: string | null;  // values and focus to which the latest answer belongs
  sent: string | null;   // those of the latest request
  seen: string | null;   // those of the latest look
  serial: number; retry: number; changed: number; since: number; quiet: number; // numbers of requests; times in ms
  timer?: number; patience?: number;
};
export type Panel = "current" | "waiting" | "invalid" | "lost";

let now: State | null = null; // of the form on the page
let turned = false;           // the next change of the address is an entry of the browser's history
let keeping = 0;              // timer: the address is written then, whether an answer comes or not

const formOf = (target: EventTarget | null) => (target instanceof Element ? target.closest<HTMLElement>("[data-asks]") : null);
const textOf = (values: string[], focus: object) => JSON.stringify([values, focus]);
const formText = ({ form }: State) => textOf(valuesOf(form), focusOf(form));

// ---- asking -------------------------------------------------------------------------------
/* The clientside callback whose inputs are the controls: its output is the request, if one is due. */
function changed() {
  return (now?.form.isConnected && due(now)) || dash_clientside.no_update;
}
register({ changed });

/* The server is asked after a pause in typing, and while values go on changing (a key held, a range dragged) after the
   answer before, so that each answer is shown: Dash drops the answer to what it asks again. */
function due(state: State) {
  const text = formText(state);
  if (text !== state.seen) state.changed = Date.now();
  state.seen = text;
  const wait = Math.max(state.quiet, state.patience ? state.changed + CROWD : state.since + SPACING) - Date.now();
  clearTimeout(state.timer);
  if (wait <= 0) return request(state, text);
  if (wait < LONGEST_WAIT) state.timer = setTimeout(() => go(state), wait);
  return null;
}

function request(state: State, text: string) {
  if (check(state) || (state.patience && state.sent === text)) return null; // under way
  Object.assign(state, { serial: state.serial + 1, sent: text, since: Date.now() });
  expect(state, state.retry);
  const { serial, form } = state;
  return { serial, model: form.dataset.model, ...focusOf(form), ...foundIn(form) };
}

/* The same, later or where no value has changed. */
function go(state: State) {
  const data = due(state);
  if (data) setProps(state.form.dataset.asks ?? "", { data });
}

function askNow() {
  if (!now?.form.isConnected) return;
  now.quiet = now.changed = 0;
  if (!check(now)) go(now);
}

/* Ask, whatever is being typed. React sets some controls after its own handlers, so this waits until those are through. */
export function ask() {
  if (now) now.quiet = 0;
  setTimeout(askNow);
}

/* Another record: its address becomes an entry of the browser's history. */
export const turn = () => { turned = true; };

function calm(state: State) {
  clearTimeout(state.patience);
  state.patience = 0;
}

function expect(state: State, patience: number) {
  calm(state);
  state.patience = setTimeout(() => { if (state === now) lost(state, patience); }, patience);
}

function lost(state: State, patience: number) {
  calm(state);
  if (!state.form.isConnected || check(state)) return;
  panel(state.form, "lost", `${sentence("lost")}${earlier()}`);
  state.retry = Math.min(2 * patience, LONGEST_WAIT);
  go(state);
}

export function questionOf(form: HTMLElement, serial = 0): Question {
  const record = { ...restOf(form), ...Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), valueOf(field)])) };
  return { serial, model: form.dataset.model ?? "", ...focusOf(form), rest: "", ...foundIn(form), record };
}

// ---- answers ------------------------------------------------------------------------------
export const settle = (answer: Answer) => (answer.serial === 0 ? open(answer) : take(answer));
onMessage("answer", settle);

/* An answer says to which values it belongs: those that Dash sent, perhaps newer ones than at the request. */
function take(answer: Answer) {
  if (!now || (answer.asked && answer.asked.model !== now.form.dataset.model)) return; // of a page that was left
  const newest = answer.serial === now.serial;
  if (newest) { calm(now); now.retry = PATIENCE; }
  now.shown = answer.asked ? textOfAnswer(now.form, answer.asked) : now.sent;
  now.answer = answer;
  if (check(now) || !newest) return;
  if (answer.asked && formText(now) === now.sent) giveAgain(now, answer.asked);
  now.changed = 0; // what changed meanwhile has waited for this answer
  go(now);
}

function textOfAnswer(form: HTMLElement, { values, outcome, declined, record_id: record, order, rest = "" }: Asked) {
  return textOf(fieldsOf(form).map((field) => asValue(field, entryOf(values, nameOf(field)) ?? "")), { outcome, declined, record, order, rest });
}

/* Nothing has changed since the request, and Dash sent other values: a program has put them into controls (an extension
   that fills in forms), of which React takes no notice. Without this the page would ask without end. */
function giveAgain(state: State, { values }: Asked) {
  const given = (field: HTMLElement) => asValue(field, entryOf(values, nameOf(field)) ?? "");
  fieldsOf(state.form).filter((field) => valueOf(field) !== given(field)).forEach(setAgain);
  state.quiet = Date.now() + TYPING;
}

function open(answer: Answer, tries = 60) {
  const form = find("[data-asks]");
  if (!form || !fieldsOf(form).every((field) => maybeControlOf(field) && Object.hasOwn(answer.record, nameOf(field)))) {
    if (tries) requestAnimationFrame(() => open(answer, tries - 1)); // Dash loads some controls when they are first drawn
    return;
  }
  if (now) { calm(now); clearTimeout(now.timer); }
  dress(form);
  const shown = textOf(fieldsOf(form).map((field) => entryOf(answer.record, nameOf(field)) ?? ""), focusOf(form));
  form.dataset.settled = "true";
  now = { form, answer, shown, sent: null, seen: null, serial: 0, retry: PATIENCE, changed: 0, since: 0, quiet: 0 };
  askNow();
}

/* True when the result belongs to the values in the form; shows the panel's state. */
function check(state: State) {
  if (formText(state) !== state.shown) {
    // "invalid" and "lost" say so already, and stay until the next response
    if (byId("panel")?.dataset.state === "current") panel(state.form, "waiting", "");
    return false;
  }
  calm(state);
  const faults = mark(state);
  if (faults) {
    panel(state.form, "invalid", faults);
    keep(state.form); // so that a reload explains the same values again
  } else drawn(state);
  return true;
}

/* A response arrives before Dash has drawn it: the result is current once it is drawn. */
function drawn(state: State) {
  const serial = find("#result [data-serial]")?.dataset.serial;
  if (byId("panel") && Number(serial) !== state.answer.serial) return;
  panel(state.form, "current", "");
  announce();
  lead(state);
  keep(state.form);
  // Other scripts add to this result: reasons, sweeps, the change of the score
  tell("likely:current", { form: state.form, question: questionOf(state.form, state.answer.serial) });
}
onSignal("drawn", ["data-of"], () => { if (now?.form.isConnected) check(now); });

/* Where the page chooses the outcome, its first choice is kept while the record is edited. */
function lead(state: State) {
  const { dataset } = state.form;
  if (dataset.opened !== "" || dataset.outcome) return;
  dataset.opened = find("#result [data-focus]")?.dataset.focus ?? "";
  state.shown = formText(state);
}

function keep(form: HTMLElement) {
  clearTimeout(keeping);
  mirror(form, turned);
  turned = false;
}

// ---- messages -----------------------------------------------------------------------------
function panel(form: HTMLElement, state: Panel, words: string) {
  const place = byId("panel");
  if (!place) return;
  place.dataset.state = form.dataset.standing = state;
  if (state !== "current") tell("likely:stale", { form });
  place.setAttribute("aria-busy", String(state === "waiting"));
  setWords(byId("panel-words"), words);
}

function announce() {
  setWords(byId("panel-said"), all("#result .said > *").map((line) => line.textContent).join(". "));
}

function mark({ form, answer: { problems, notes } }: State) {
  const faulty = [];
  for (const field of fieldsOf(form)) {
    const problem = entryOf(problems, nameOf(field));
    const note = entryOf(notes, nameOf(field));
    setWords(byId(field.dataset.said ?? ""), problem ?? note ?? field.dataset.hint ?? "");
    field.dataset.state = problem ? "problem" : note ? "note" : "";
    const target = radiosOf(field).length ? find("[role=radiogroup]", field) : controlOf(field);
    if (problem) target?.setAttribute("aria-invalid", "true");
    else target?.removeAttribute("aria-invalid");
    if (problem) faulty.push(labelOf(field));
  }
  const names = new Set(fieldsOf(form).map(nameOf));
  const [elsewhere] = Object.entries(problems).filter(([name]) => !names.has(name)); // of the record, or without a field
  if (elsewhere) return elsewhere.filter(Boolean).join(": ");
  return faulty.length ? `${sentence("faulty", { fields: listed(faulty) })}${earlier()}` : "";
}

const earlier = () => (find("#result .number, #result .decisions") ? ` ${sentence("faded")}` : "");

// ---- events -------------------------------------------------------------------------------
/* The field of an event, where it is of the form on the page. */
const fieldOf = (event: Event) => (now && formOf(event.target) === now.form ? closest(event, "[data-feature]") : null);

addEventListener("input", (event) => {
  const field = fieldOf(event);
  const control = event.target as HTMLInputElement;
  if (!field || !now) return; // the search over the fields
  if (control.type === "range") {
    setValue(field, control.value);
    now.quiet = 0;
    return;
  }
  const range = find<HTMLInputElement>("input[type=range]", field);
  if (range) range.value = valueOf(field);
  if (!isTyped(control)) return; // other controls are read at their change event
  // A search text is no value yet (choices.ts)
  if (check(now)) return;
  now.quiet = field.dataset.searching ? Infinity : Date.now() + TYPING;
  due(now); // later, also where Dash does not hear of it
});

addEventListener("change", ({ target }) => {
  const form = formOf(target);
  if (!form || form !== now?.form) return;
  ask();
  clearTimeout(keeping);
  keeping = setTimeout(() => { if (form.isConnected && !turned && !find("[data-searching]", form)) keep(form); }, KEPT);
});

addEventListener("keydown", (event) => {
  const field = fieldOf(event);
  if (!field || event.target !== controlOf(field) || hasModifier(event)) return;
  const control = controlOf(field);
  if (event.key === "Enter" && control.tagName === "INPUT") { settleNumber(field); askNow(); }
  const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (!by || !field.dataset.step || control.type === "range") return;
  event.preventDefault();
  step(field, event.shiftKey ? 10 * by : by);
  if (now) now.quiet = 0;
});

addEventListener("focusout", (event) => {
  const field = fieldOf(event);
  if (field && event.target === controlOf(field)) settleNumber(field);
});

addEventListener("online", askNow);
