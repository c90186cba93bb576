/* Digits press the buttons of the outcome row that name them (layouts/predict/outcome_row.py) while the focus is where
   nothing is typed. Who dictates, or presses a digit by chance, turns them off beside their names; the browser remembers
   that. */
import { all, closest, find, hasModifier } from "../shared/dom.ts";

const STORE = "outcome-keys";
const TYPED = "input, select, textarea, [contenteditable]";
const SWITCH = "[data-outcome-keys]";

const isOff = () => localStorage.getItem(STORE) === "off";

/* Buttons name their key only while it works. */
function dress() {
  const on = !isOff();
  for (const one of all<HTMLInputElement>(SWITCH)) one.checked = on;
  for (const one of all("#outcomes [data-key]")) {
    const { key = "", keyWords = "" } = one.dataset;
    if (on) { one.setAttribute("aria-keyshortcuts", key); one.title = keyWords; }
    else { one.removeAttribute("aria-keyshortcuts"); one.removeAttribute("title"); }
  }
}

addEventListener("likely:page", dress);
addEventListener("likely:current", dress);
addEventListener("storage", dress); // changed in another tab
addEventListener("change", (event) => {
  const one = closest<HTMLInputElement>(event, SWITCH);
  if (!one) return;
  try { if (one.checked) localStorage.removeItem(STORE); else localStorage.setItem(STORE, "off"); } catch { /* it is full */ }
  dress();
});

addEventListener("keydown", (event) => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (isOff() || event.repeat || hasModifier(event) || !/^[1-9]$/.test(event.key)) return;
  if (target?.matches(TYPED) || find("#outcomes")?.hidden !== false) return;
  const one = find<HTMLButtonElement>(`#outcomes [data-key="${event.key}"]`);
  if (!one) return;
  event.preventDefault();
  one.click();
});
