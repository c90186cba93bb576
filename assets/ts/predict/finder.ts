/* Record finder: a search box with a list, a random record, or a new one. The server searches; a choice fills the form,
   which sends one request. Only the response to the newest search counts. */

import { register, setProps } from "../shared/dash.ts";
import { fieldsOf, valueOf, setValue, setText } from "../shared/fields.ts";
import { turn, ask } from "../shared/form.ts";
import { recentOf } from "./recent.ts";

const TYPING = 180;    // ms of quiet after a keystroke
const PATIENCE = 6000; // ms without a response until a message says so
const TYPED = "textarea, select, input:not([type=radio], [type=checkbox], [type=range])";

const byId = (id) => document.getElementById(id);
const formHere = () => document.querySelector(".form[data-mirror]");
const box = () => byId("finder-box");
const list = () => byId("finder-list");
const options = () => [...(list()?.children ?? [])];

let serial = 0;
let waiting = { typing: 0, patience: 0 };
let hits = [];
let fresh = false; // the list belongs to the text in the box
let wanted = ""; // "random", or "first" when Enter came before the response

// ---- asking ---------------------------------------------------------------------------------
function seek(question) {
  clearTimeout(waiting.typing);
  clearTimeout(waiting.patience);
  serial += 1;
  waiting.patience = setTimeout(() => say("No answer from the server."), PATIENCE);
  setProps("record-search", { data: { serial, model: byId("finder").dataset.model, ...question } });
}

const search = () => seek({ text: box().value });

function found(answer) {
  if (!answer || answer.serial !== serial) return answer?.serial ?? 0;
  clearTimeout(waiting.patience);
  const recent = !answer.hits.length && !box().value.trim(); // their list stays, with what is marked in it
  if (!recent) hits = answer.hits;
  fresh = true;
  const want = wanted;
  wanted = "";
  if (hits.length && (want === "random" || (want === "first" && answer.sure))) choose(hits[0]);
  else {
    say(answer.words);
    if (!recent) draw();
  }
  return answer.serial;
}

// ---- the list -------------------------------------------------------------------------------
function draw() {
  list().replaceChildren(...hits.map((hit, at) => {
    const option = document.createElement("li");
    option.id = `finder-option-${at}`;
    option.setAttribute("role", "option");
    for (const name of ["id", "beside"]) {
      const words = document.createElement("span");
      words.className = `finder-${name}`;
      words.textContent = hit[name];
      option.append(words, " ");
    }
    return option;
  }));
  open(hits.length > 0 && document.activeElement === box());
  mark(0);
}

function open(on) {
  list().hidden = !on;
  box().setAttribute("aria-expanded", String(on));
  if (!on) box().removeAttribute("aria-activedescendant");
}

const marked = () => options().findIndex((option) => option.ariaSelected === "true");

function mark(at) {
  options().forEach((option, place) => { option.ariaSelected = String(place === at); });
  const option = options()[at];
  if (!option || list().hidden) return;
  box().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

const say = (words) => setWords(byId("finder-words"), words);

function setWords(place, words) {
  if (place && place.textContent !== words) place.textContent = words;
}

// ---- choosing -------------------------------------------------------------------------------
function choose(hit) {
  if (!hit.record) return again(hit);
  turn();
  const form = formHere();
  form.dataset.said = hit.words;
  if ("opened" in form.dataset) form.dataset.opened = ""; // the most probable outcome of another record
  form.dataset.declined = ""; // by another person
  if ("wanted" in form.dataset) form.dataset.outcome = form.dataset.wanted;
  delete form.dataset.wanted;
  leave();
  put(form, hit, fieldsOf(form).map((field) => hit.record[field.dataset.feature]));
}

/* A recent record is asked for by its id, so that its values are those of now. */
function again({ id }) {
  seek({ text: id });
  wanted = "first";
}

/* The record's values become those that Reset returns to. */
function put(form, { id, row }, first, values = first) {
  Object.assign(form.dataset, { record: id, row });
  fieldsOf(form).forEach((field, at) => {
    field.dataset.default = first[at];
    setValue(field, values[at]);
  });
  dispatchEvent(new CustomEvent("likely:filled", { detail: { form } }));
  name();
  ask();
}

/* Whose values these are, and how many of them are no longer the record's. */
function name() {
  const form = formHere();
  if (!form || !byId("record-name")) return;
  setWords(byId("record-name"), (form.dataset.record && form.dataset.said) || byId("finder").dataset.new);
  const changed = form.dataset.record ? fieldsOf(form).filter((field) => valueOf(field) !== field.dataset.default).length : 0;
  setWords(byId("record-changed"), changed ? `${changed} ${changed === 1 ? "value" : "values"} changed` : "");
}

/* A record as the form once held it, with its edits. */
function restore(form, kept) {
  form.dataset.said = kept.said;
  if ("opened" in form.dataset) form.dataset.opened = kept.opened ?? "";
  say("");
  put(form, { id: kept.record, row: kept.row }, kept.first, kept.values);
}

/* Close the list and forget the search. */
function leave() {
  clearTimeout(waiting.typing);
  serial += 1; // ignore a response that is under way
  clearTimeout(waiting.patience);
  wanted = "";
  hits = [];
  setText(box(), "");
  clearTimeout(waiting.typing);
  draw();
  say("");
}

const acts = {
  random: () => { seek({ text: "", chance: true }); wanted = "random"; },
  new: () => {
    const starts = fieldsOf(formHere()).map((field) => [field.dataset.feature, field.dataset.start]);
    choose({ id: "", row: "", words: "", record: Object.fromEntries(starts) });
  },
};

// ---- events ---------------------------------------------------------------------------------
const keys = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => {
    const at = marked();
    if (fresh && !list().hidden && at >= 0) choose(hits[at]);
    else if (box().value.trim()) { search(); wanted = "first"; }
  },
  Escape: () => (list().hidden ? leave() : open(false)),
};

function move(by) {
  if (list().hidden) { open(hits.length > 0); return mark(0); }
  const count = options().length;
  return mark((marked() + by + count) % count);
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !box()) return;
  if (event.target === box()) {
    if (event.key === "/" && !box().value) event.preventDefault(); // the box has the focus already
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  } else if (event.key === "/" && !event.target.matches?.(TYPED) && !event.target.isContentEditable) {
    event.preventDefault();
    box().focus();
    box().select();
  }
});

addEventListener("input", (event) => {
  if (!box() || event.target !== box()) return;
  clearTimeout(waiting.typing);
  wanted = "";
  fresh = false;
  serial += 1; // a response under way belongs to an older text
  clearTimeout(waiting.patience);
  if (!box().value.trim()) { hits = recentOf(formHere()); draw(); }
  waiting.typing = setTimeout(search, TYPING);
});

addEventListener("focusin", (event) => {
  if (!box() || event.target !== box()) return;
  dress();
  if (box().value) return;
  hits = recentOf(formHere()); // until something is typed
  fresh = hits.length > 0;
  draw();
  search(); // shows the number of records
});

addEventListener("focusout", (event) => { if (box() && event.target === box()) { open(false); } });

for (const kind of ["input", "change"]) addEventListener(kind, (event) => { if (formHere()?.contains(event.target)) setTimeout(name); });

// Pressing an option must not blur the box, which would close the list first
addEventListener("mousedown", (event) => { if (event.target.closest?.("#finder-list")) event.preventDefault(); });

addEventListener("click", (event) => {
  const option = event.target.closest?.("#finder-list [role=option]");
  if (option) choose(hits[options().indexOf(option)]);
  const act = event.target.closest?.("[data-find]")?.dataset.find;
  if (act) acts[act]();
});

/* Attributes that Dash's input does not have. */
function dress() {
  const says = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "finder-list", "aria-haspopup": "listbox" };
  for (const name in says) box().setAttribute(name, says[name]);
  if (!box().hasAttribute("aria-expanded")) box().setAttribute("aria-expanded", "false");
}

let form = null;
addEventListener("likely:current", (event) => {
  if (!box()) return;
  name();
  if (event.detail.form === form) return;
  form = event.detail.form; // another page came in
  hits = [];
  wanted = "";
  dress();
});

/* Back and forward among records: the page holds what is needed and is not built anew. This listens before Dash. */
addEventListener("popstate", (event) => {
  const kept = event.state?.likely;
  const here = formHere();
  if (!kept || kept.path !== location.pathname || kept.model !== here?.dataset.model) return;
  event.stopImmediatePropagation();
  Object.assign(here.dataset, { outcome: kept.outcome, declined: kept.declined, order: kept.order ?? "" });
  restore(here, kept);
});

register({ found });
export { restore };
