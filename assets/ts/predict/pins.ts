/* Comparison of the record in the form with up to four pinned scenarios. A pin keeps a current result: the values, and
   the numbers as the server wrote them. Nothing is computed here. The tab's session storage holds pins, personal values
   included; no address does. */
import { all, byId, closest, find, kept, make, need } from "../shared/dom.ts";
import { controlOf, fieldsOf, radiosOf, snapshot, type Snapshot } from "../shared/fields.ts";
import { ask, turn } from "../shared/form.ts";
import { marksOf, same, write } from "../shared/numbers.ts";
import { sentence } from "../shared/sentences.ts";
import { formHere } from "./call.ts";
import { restore } from "./finder.ts";

const MOST = 4;
const LONGEST_NAME = 24;

type Scenario = Snapshot & { shown: Record<string, string | null> };
type Pin = Scenario & { name: string };

let here: HTMLElement | null = null; // the form to which these pins belong
let pins: Pin[] = [];
let now: Scenario | null = null;     // the current result; null while it does not belong to the form
let wanted = false;                  // to be pinned as soon as the result is current

const section = () => byId("pins");
const table = () => byId<HTMLTableElement>("pins-table");
/* Announce a message even if it repeats the last one. */
const say = (words: string) => byId("pins-words")?.replaceChildren(words);

// ---- keeping --------------------------------------------------------------------------------
const placeOf = (form: HTMLElement) => `pins:${form.dataset.model?.split("@")[0]}`;
const save = (form: HTMLElement) => kept.set(placeOf(form), { model: form.dataset.model, pins });

/* Another page: read the pins of its version. */
function enter(form: HTMLElement) {
  if (form === here) return;
  [here, now, wanted] = [form, null, false];
  const { model, pins: found = [] } = (kept.get(placeOf(form)) ?? {}) as { model?: string; pins?: Pin[] };
  pins = model === form.dataset.model ? found : [];
  if (found.length && !pins.length) {
    say(sentence("pins_gone"));
    save(form);
  }
  draw(form);
}

// ---- the current result ---------------------------------------------------------------------
addEventListener("likely:current", ({ detail: { form } }) => {
  const place = section();
  if (!form.dataset.mirror || !place) return;
  enter(form);
  const bars = all("#result [data-outcome]").map((bar) => [bar.dataset.outcome, need(".number", bar).textContent]);
  now = { ...snapshot(form), shown: Object.fromEntries(bars) };
  place.dataset.state = "current";
  drawRows(form);
  if (wanted) pin(form);
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  const place = section();
  if (!form.dataset.mirror || !place) return;
  enter(form);
  now = null;
  place.dataset.state = "waiting";
  if (wanted && form.dataset.standing === "invalid") {
    wanted = false;
    say(sentence("not_pinned"));
  }
});

const alike = (field: HTMLElement, a: string, b: string) => (field.dataset.step ? same(a, b) : a === b);
const equal = (form: HTMLElement, a: Scenario, b: Scenario) =>
  a.record === b.record && fieldsOf(form).every((field, at) => alike(field, a.values[at], b.values[at]));

// ---- acts -----------------------------------------------------------------------------------
function pin(form: HTMLElement) {
  const current = now;
  wanted = !current;
  if (!current) { ask(); return; }
  const twin = pins.find((one) => equal(form, one, current));
  const name = [..."ABCD"].find((letter) => pins.every((one) => one.name !== letter));
  if (twin) say(sentence("pinned_already", { name: twin.name }));
  else if (pins.length >= MOST || !name) say(sentence("pins_full"));
  else {
    pins = [...pins, { ...current, name }];
    save(form);
    draw(form);
    say(sentence("pinned", { name }));
  }
}

const acts: Record<string, (form: HTMLElement, one: Pin, at: number) => void> = {
  load: (form, one) => {
    if (one.record !== form.dataset.record) turn(); // another record is an entry of the browser's history
    restore(form, one);
    say(sentence("pin_loaded", { name: one.name }));
  },
  remove: (form, one, at) => {
    pins = pins.filter((other) => other !== one);
    save(form);
    draw(form);
    (buttons("remove")[Math.min(at, pins.length - 1)] ?? find("[data-do=pin]", form))?.focus();
    say(sentence("pin_removed", { name: one.name }));
  },
};

const buttons = (act: string) => all(`#pins-table [data-pin-act=${act}]`);

function compare() {
  section()?.scrollIntoView({ block: "start", behavior: "smooth" });
  find(".pins-frame")?.focus({ preventScroll: true });
}

function rename(form: HTMLElement, input: HTMLInputElement) {
  const one = pins[Number(input.dataset.pinName)];
  one.name = input.value.trim().slice(0, LONGEST_NAME) || one.name;
  input.value = one.name;
  save(form);
  nameButtons();
}

// ---- the table ------------------------------------------------------------------------------
function draw(form: HTMLElement) {
  const place = section();
  if (!place) return;
  place.hidden = !pins.length;
  need("[data-do=compare]", form).hidden = !pins.length;
  const heads = pins.map(({ name: value }, at) => make("th", { scope: "col" }, make("input", {
    value, maxLength: LONGEST_NAME, "aria-label": sentence("pin_name"), autocomplete: "off", data: { pinName: at },
  })));
  const tools = pins.map((_, at) => make("td", {}, ...Object.keys(acts).map((act) => make("button", {
    type: "button", className: "quiet-button", data: { pinAct: act, pin: at },
  }, sentence(`pin_${act}`)))));
  table()?.replaceChildren(
    make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col", className: "pin-now" }, sentence("pin_now")), ...heads)),
    make("tbody"),
    make("tfoot", {}, make("tr", {}, make("td"), make("td", { className: "pin-now" }), ...tools)),
  );
  nameButtons();
  drawRows(form);
}

function nameButtons() {
  for (const act of Object.keys(acts)) {
    buttons(act).forEach((button, at) => button.setAttribute("aria-label", sentence(`pin_${act}_named`, { name: pins[at].name })));
  }
}

function drawRows(form: HTMLElement) {
  const body = table()?.tBodies[0];
  if (!body || !pins.length) return;
  const columns = [now, ...pins];
  const outcomes: [string, string][] = JSON.parse(section()?.dataset.outcomes ?? "[]");
  const rows = outcomes.map(([name, label]) => row(label, columns.map((one) => one?.shown[name]), "pin-outcome"));
  if (columns.some((one) => one?.record)) rows.push(row(sentence("pin_record"), columns.map((one) => one && (one.record || sentence("pin_new")))));
  fieldsOf(form).forEach((field, at) => {
    const values = columns.flatMap((one) => (one ? [one.values[at]] : []));
    if (values.every((value) => alike(field, value, values[0]))) return;
    rows.push(row(need(".field-label", field).textContent, columns.map((one) => one && wordsOf(field, one.values[at]))));
  });
  const none = make("td", { colSpan: columns.length + 1, className: "pin-none" }, sentence("pin_same"));
  if (rows.length === outcomes.length) rows.push(make("tr", {}, none));
  body.replaceChildren(...rows);
}

/* One row. Values that differ from the form's have a mark, not bold type alone; probabilities nearly always differ. */
function row(title: string, texts: (string | null | undefined)[], kind = "pin-value") {
  const cells = texts.map((text, at) => {
    const differs = kind === "pin-value" && now && text !== texts[0];
    const mark = differs ? [make("span", { className: "pin-mark", role: "img", "aria-label": sentence("pin_differs") }, "≠"), " "] : [];
    const cell = make("td", { className: at ? "pin-kept" : "pin-now" }, ...mark, make("span", { className: "pin-text" }, text ?? ""));
    cell.classList.toggle("pin-differs", Boolean(differs));
    return cell;
  });
  return make("tr", { className: kind }, make("th", { scope: "row" }, title), ...cells);
}

/* A value as its field shows it. */
function wordsOf(field: HTMLElement, value: string) {
  const words: Record<string, string> = JSON.parse(section()?.dataset.words ?? "{}");
  if (!value.trim()) return words[""];
  const control = controlOf(field);
  const code = all("[data-code]", field).find((one) => one.dataset.code === value);
  const radio = radiosOf(field).find((one) => one.value === value);
  const option = control instanceof HTMLSelectElement ? [...control.options].find((one) => one.value === value) : null;
  const shown = code ?? radio?.nextElementSibling ?? option;
  if (shown) return shown.textContent;
  return control.type === "checkbox" ? words[value] : write(value, marksOf(field));
}

// ---- events ---------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const button = closest(event, "button");
  if (!button || !here?.isConnected) return;
  const { do: act, pinAct, pin: at } = button.dataset;
  if (act === "pin") pin(here);
  else if (act === "compare") compare();
  else if (pinAct) acts[pinAct](here, pins[Number(at)], Number(at));
});

const nameField = (event: Event) => closest<HTMLInputElement>(event, "[data-pin-name]");

addEventListener("keydown", (event) => {
  if (!here?.isConnected || here !== formHere()) return;
  const isPin = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (isPin) {
    event.preventDefault();
    if (!event.repeat) pin(here);
  }
  const name = nameField(event);
  if (!name) return;
  if (event.key === "Enter" && !isPin) name.blur();
  if (event.key === "Escape") name.value = pins[Number(name.dataset.pinName)].name;
});

addEventListener("change", (event) => {
  const name = nameField(event);
  if (name && here) rename(here, name);
});

// An edit cancels a pin that waits for its result
addEventListener("input", (event) => { if (here?.contains(event.target as Node)) wanted = false; });
