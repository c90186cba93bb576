/* The form of a call list, as a request for the API. The tab's session storage keeps its texts for a reload. */

import { c } from "./campaign.ts";

const { element } = c;
const KEPT = "likely-wish-";
let choices = null;
let key = "";

const form = () => c.part("wish");
const controls = () => [...form().querySelectorAll("[data-wish], [name=campaign-by], [name=campaign-several]")];
const chosen = () => choices.outcomes.filter(({ name }) => form().querySelector(`[data-wish="offer:${CSS.escape(name)}"]`)?.checked ?? true);
const offered = () => (single() ? choices.outcomes.filter(({ name }) => name === choices.positive) : chosen());
const single = () => c.part("offers").closest(".group").hidden;
const by = () => form().querySelector("[name=campaign-by]:checked").value;

/* Fill the form for the job, with the texts typed before a reload. */
function openWish(job, found) {
  choices = found;
  key = KEPT + job.id;
  form().querySelector("[value=cutoff]").checked = true;
  form().querySelector("[name=campaign-several][value=false]").checked = true;
  const likely = offered()[0] ?? choices.outcomes[0];
  const number = Math.max(1, Math.min(choices.scored, Math.round(choices.scored / 10)));
  set("number", number);
  set("cost", likely.cost);
  set("budget", number * likely.cost || "");
  set("control", 0);
  c.part("losses").checked = false;
  set("limit", "");
  c.part("offers").replaceChildren(...(single() ? [] : choices.outcomes.map(offer)));
  c.part("values").replaceChildren(...choices.outcomes.map(value));
  c.part("column").replaceChildren(new Option("no limits", ""), ...choices.columns.map(({ name }) => new Option(name)));
  c.part("column").disabled = !choices.columns.length;
  parts();
  restore();
  arrange();
}

const set = (name, value) => { c.part(name).value = value === "" ? "" : c.written(value); };

function offer({ name, label }) {
  const checked = choices.exclusive ? name === choices.positive : true;
  const box = element("input", { type: "checkbox", className: "form-check-input", checked, data: { wish: `offer:${name}` } });
  return element("label", {}, box, label);
}

function value({ name, label, value: worth }) {
  const id = `campaign-value-${name}`;
  const input = element("input", { id, type: "text", inputMode: "decimal", autocomplete: "off", className: "form-control", value: c.written(worth), data: { wish: `value:${name}` } });
  const unit = c.page().dataset.currency;
  return element("div", { className: "field", data: { of: name } },
    element("label", { className: "field-label", htmlFor: id }, `${label} brings`, ...(unit ? [element("span", { className: "unit" }, ` ${unit}`)] : [])), input,
    element("p", { className: "field-said" }));
}

/* One row for each value of the chosen column. */
function parts() {
  const column = choices.columns.find(({ name }) => name === c.part("column").value);
  c.part("limits").hidden = !column;
  const entry = (kind, words, { value: each }) => element("input", { type: "text", inputMode: "numeric", autocomplete: "off", className: "form-control", "aria-label": `${words} of ${each || "(empty)"}`, data: { wish: `${kind}:${each}` } });
  const lines = (column?.values ?? []).map((each) => element("tr", {},
    element("th", { scope: "row" }, each.value || "(empty)"), element("td", {}, c.count(each.records)),
    element("td", {}, entry("least", "At least", each)), element("td", {}, entry("most", "At most", each))));
  c.part("parts").replaceChildren(...lines);
}

/* Hide the fields that do not apply. */
function arrange() {
  for (const field of form().querySelectorAll("[data-by]")) field.hidden = field.dataset.by !== by();
  const names = offered().map(({ name }) => name);
  for (const field of form().querySelectorAll("[data-of]")) field.hidden = !names.includes(field.dataset.of);
  form().querySelector(".campaign-several").hidden = choices.exclusive || names.length < 2;
  const offs = offered().map(({ cut_off: cutOff }) => c.written(Number((100 * cutOff).toFixed(1))));
  c.part("cut-off").placeholder = offs.length === 1 ? offs[0] : "";
  c.part("cut-off-said").textContent = offs.length === 1 ? "Blank: the cut-off in use." : "Blank: of each its own cut-off.";
}

// ---- reading --------------------------------------------------------------------------------
/* The request, or null where a typed text is no number; that field is marked. */
function readWish() {
  let fine = true;
  const number = (input, { minimum = -Infinity, maximum = Infinity, whole, accepted } = input.dataset) => {
    const typed = c.typed(input.value);
    const kind = whole ? Number.isInteger(typed) : Number.isFinite(typed);
    const bad = typed !== null && !(kind && typed >= Number(minimum) && typed <= Number(maximum));
    complain(input, bad ? `“${input.value}” cannot be used. Accepted: ${accepted}.` : "");
    if (bad) fine = false;
    return typed;
  };
  const names = offered().map(({ name }) => name);
  const wish = { by: by(), outcomes: names, several: false, reasons: undefined };
  if (by() === "cutoff") {
    const typed = number(c.part("cut-off"));
    if (typed !== null) wish.cut_off = typed / 100;
  }
  if (by() === "number") wish.number = number(c.part("number"));
  if (by() === "budget") wish.budget = number(c.part("budget"));
  if (!choices.exclusive && names.length > 1) wish.several = form().querySelector("[name=campaign-several]:checked").value === "true";
  wish.cost = number(c.part("cost")) ?? 0;
  wish.losses = c.part("losses").checked;
  wish.values = Object.fromEntries(names.map((name) => [name, number(c.part(`value-${name}`), c.part("values").dataset) ?? 0]));
  wish.control = (number(c.part("control")) ?? 0) / 100;
  if (c.part("column").value) Object.assign(wish, limits(number));
  return fine ? wish : null;
}

function limits(number) {
  const found = { column: c.part("column").value, limits: {}, quotas: {}, limit: number(c.part("limit")) };
  for (const input of c.part("parts").querySelectorAll("input")) {
    const [kind] = input.dataset.wish.split(":", 1);
    const typed = number(input, c.part("parts").dataset);
    if (typed !== null) found[kind === "least" ? "quotas" : "limits"][input.dataset.wish.slice(kind.length + 1)] = typed;
  }
  return found;
}

function complain(input, words) {
  input.setAttribute("aria-invalid", String(Boolean(words)));
  const field = input.closest(".field");
  if (!field) { input.title = words; return; }
  if (words) field.dataset.state = "problem";
  else delete field.dataset.state;
  const said = field.querySelector(".field-said");
  if (words || said.dataset.bad) said.textContent = words;
  said.dataset.bad = words ? "yes" : "";
}

// ---- keeping --------------------------------------------------------------------------------
function keep() {
  const texts = controls().map((control) => [control.dataset.wish ?? control.name + control.value, /radio|checkbox/.test(control.type) ? control.checked : control.value]);
  try { sessionStorage.setItem(key, JSON.stringify([c.part("column").value, Object.fromEntries(texts)])); } catch { /* then a reload opens an empty form */ }
}

function restore() {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(key)); } catch { /* nothing is kept */ }
  if (!kept) return;
  c.part("column").value = kept[0];
  parts();
  for (const control of controls()) {
    const value = kept[1][control.dataset.wish ?? control.name + control.value];
    if (typeof value === "boolean") control.checked = value;
    else if (value !== undefined) control.value = value;
  }
}

function changed(event) {
  if (!choices || !event.target.closest?.("#campaign-wish")) return;
  if (event.target.id === "campaign-column") parts();
  arrange();
  keep();
  dispatchEvent(new Event("likely:wish"));
}
addEventListener("input", changed);

Object.assign(c, { openWish, readWish, single });
