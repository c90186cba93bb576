/* Reading of a campaign's file: the detected dialect, and options that correct it. A change is previewed at once; the
   address holds it. */

import { c } from "./campaign.ts";

const { element } = c;
const NEW_COLUMNS = ["sheet", "header_row", "separator", "encoding"]; // these may change the columns
const CELLS = 4; // shown of each row offered as the header
let told = {};

const select = (name) => c.part(`read-${name}`);
const names = () => [...c.page().querySelectorAll("[data-reads]")].map(({ dataset }) => dataset.reads); // by the API's names

function begin() {
  told = Object.fromEntries(names().map((name) => [name, c.asked(name)]).filter(([, value]) => value));
  c.part("reading").hidden = true;
  c.part("differently").open = Object.keys(told).length > 0;
  c.tellNotes("notes", []);
}

function tell(seen) {
  const { dialect } = seen;
  c.part("reading").hidden = false;
  const words = `Read as: ${dialect.sentence}`;
  if (c.part("dialect").textContent !== words) c.part("dialect").textContent = words;
  c.part("differently").hidden = !seen.applies.length;
  if (!seen.header.length) c.part("differently").open = true;
  offer("sheet", dialect.sheets.map((name) => [name, name]));
  offer("header_row", seen.top.map((cells, at) => [String(at + 1), inRow(cells, at + 1)]).filter(([, text]) => text));
  for (const name of names()) {
    select(name).closest(".field").hidden = !seen.applies.includes(name);
    settle(name, dialect);
  }
  c.tellNotes("notes", seen.notes);
}

function inRow(cells, number) {
  const filled = cells.filter((cell) => cell.trim());
  if (!filled.length) return "";
  return `Row ${c.count(number)}: ${filled.slice(0, CELLS).join(" · ")}${filled.length > CELLS ? " …" : ""}`;
}

/* The choices that depend on the file; replaced only if they changed, since that closes an open list. */
function offer(name, choices) {
  const [first, ...there] = select(name).options;
  if (JSON.stringify(there.map(({ value, text }) => [value, text])) === JSON.stringify(choices)) return;
  select(name).replaceChildren(first, ...choices.map(([value, text]) => element("option", { value }, text)));
}

function settle(name, dialect) {
  const control = select(name);
  const found = dialect[name] === null ? "" : String(dialect[name] ?? "");
  const known = [...control.options].slice(1).find(({ value }) => value === found)?.text ?? found;
  control.options[0].text = name in told ? "Find it out again" : `${dialect.told.includes(name) ? "As it was sent" : "Found"}${known ? `: ${known}` : ""}`;
  const value = told[name] ?? "";
  if (value && ![...control.options].some((each) => each.value === value)) control.append(element("option", { value }, value));
  if (control.value !== value) control.value = value;
}

addEventListener("change", (event) => {
  const name = event.target.dataset?.reads;
  if (!name || !c.page()) return;
  if (event.target.value) told[name] = event.target.value;
  else delete told[name];
  c.address({ job: c.asked("job"), ...told });
  c.lookAgain(NEW_COLUMNS.includes(name));
});

c.reading = { begin, tell, told: () => told };
