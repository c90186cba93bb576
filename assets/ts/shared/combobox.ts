/* Combobox for very many choices: the server searches the typed text, and the list under the field shows matches.
   During a search the typed text is no value yet: it is taken on Enter, with a click, or when the field is left. */

import { register, setProps } from "./dash.ts";
import { controlOf, setText } from "./fields.ts";
import { ask } from "./form.ts";

const TYPING = 120;    // ms of quiet after a keystroke
const PATIENCE = 6000; // ms without a response until a message says so

let now = null; // the field that is searched: { field, box, list, hits, same, fresh, before, typing, patience }
let serial = 0;

const optionsOf = (list) => [...list.querySelectorAll("[role=option]")];
/* Where the model takes any text, a match replaces the typed text only if it was chosen by hand. */
const isFree = () => "unknown" in now.field.dataset;
const isOpen = () => now && !now.list.hidden;

// ---- asking ---------------------------------------------------------------------------------
function enter(box) {
  if (now?.box === box) return;
  const field = box.closest("[data-feature]");
  const list = field.querySelector("[role=listbox]");
  now = { field, box, list, hits: [], fresh: false, wanted: false, before: box.value, typing: 0, patience: 0 };
  const says = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-haspopup": "listbox", "aria-expanded": "false" };
  for (const name in says) box.setAttribute(name, says[name]);
  box.spellcheck = false;
}

function seek(text) {
  calm();
  serial += 1;
  const { field } = now;
  now.patience = setTimeout(silent, PATIENCE);
  const model = field.closest("[data-model]").dataset.model;
  setProps("choice-search", { data: { serial, model, feature: field.dataset.feature, text } });
}

function silent() {
  if (now.wanted) take(null);
  else say("No answer from the server.");
}

function calm() {
  clearTimeout(now.typing);
  clearTimeout(now.patience);
}

function found(answer) {
  if (!answer || !now || answer.serial !== serial) return answer?.serial ?? 0;
  clearTimeout(now.patience);
  Object.assign(now, { hits: answer.hits, same: answer.same });
  now.fresh = true;
  if (now.wanted) take(isFree() ? null : now.hits[0]);
  else draw(answer.words);
  return answer.serial;
}

// ---- the list -------------------------------------------------------------------------------
function draw(words) {
  now.list.replaceChildren(...now.hits.map((label, at) => {
    const option = document.createElement("li");
    option.id = `${now.list.id}-${at}`;
    option.setAttribute("role", "option");
    option.textContent = label;
    return option;
  }));
  const foot = document.createElement("li");
  foot.className = "combobox-foot";
  foot.role = "presentation";
  foot.textContent = words;
  now.list.append(foot);
  say(words);
  open(document.activeElement === now.box);
  mark(now.field.dataset.searching && now.box.value.trim() && !isFree() ? 0 : -1);
}

function open(on) {
  now.list.hidden = !on;
  if (on) now.list.scrollIntoView({ block: "nearest" });
  now.box.setAttribute("aria-expanded", String(on));
  if (!on) now.box.removeAttribute("aria-activedescendant");
}

const marked = () => optionsOf(now.list).findIndex((option) => option.ariaSelected === "true");

function mark(at) {
  optionsOf(now.list).forEach((option, place) => { option.ariaSelected = String(place === at); });
  const option = optionsOf(now.list)[at];
  if (!option || now.list.hidden) return now.box.removeAttribute("aria-activedescendant");
  now.box.setAttribute("aria-activedescendant", option.id);
  return option.scrollIntoView({ block: "nearest" });
}

function say(words) {
  const place = now.field.querySelector(".combobox-words");
  if (place.textContent !== words) place.textContent = words;
}

function move(by) {
  if (!isOpen()) return now.fresh ? open(true) : seek("");
  const count = now.hits.length;
  const at = marked();
  return count && mark(at < 0 && by < 0 ? count - 1 : (at + by + count) % count);
}

// ---- taking ---------------------------------------------------------------------------------
/* Take the text as the value: as chosen, or the choice that differs from it by case or accents only. */
function take(label) {
  const text = label ?? (now.field.dataset.searching && now.fresh && now.same);
  delete now.field.dataset.searching;
  done();
  if (text && text !== now.box.value) setText(now.box, text);
  now.before = now.box.value;
  ask();
}

function done() {
  calm();
  serial += 1; // ignore a response that is under way
  now.fresh = now.wanted = false;
  open(false);
  say("");
}

// ---- events ---------------------------------------------------------------------------------
const keys = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => {
    if (now.fresh || !now.field.dataset.searching || !now.box.value.trim()) return take(isOpen() && marked() >= 0 ? now.hits[marked()] : null);
    now.wanted = true; // the answer is not here yet
    return seek(now.box.value);
  },
  Escape: () => {
    delete now.field.dataset.searching;
    done();
    setText(now.box, now.before);
    ask();
  },
};

// Before the form's own keys, which step numbers, commit and clear
addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (!now || target !== now.box || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const searching = isOpen() || now.field.dataset.searching;
  if (!keys[key] || (key === "Escape" && !searching)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keys[key]();
}, true);

addEventListener("input", (event) => {
  const box = event.target;
  if (!event.isTrusted || !box.closest?.(".combobox")) return; // a record fills the form
  enter(box);
  now.field.dataset.searching = "true";
  now.fresh = now.wanted = false;
  calm();
  now.typing = setTimeout(() => seek(box.value), TYPING);
}, true);

addEventListener("focusin", (event) => {
  if (!event.target.closest?.(".combobox") || event.target !== controlOf(event.target.closest("[data-feature]"))) return;
  enter(event.target);
  now.before = now.box.value;
});

addEventListener("focusout", (event) => {
  if (!now || event.target !== now.box) return;
  if (now.field.dataset.searching) take(null);
  else done();
  now = null;
});

// Pressing an option must not blur the box, which would take its text first
addEventListener("mousedown", (event) => { if (event.target.closest?.(".combobox [role=listbox]")) event.preventDefault(); });

addEventListener("click", (event) => {
  const option = event.target.closest?.(".combobox [role=option]");
  if (option && now) take(option.textContent);
  else if (now && event.target === now.box && !isOpen()) seek("");
});

register({ choices: found });
