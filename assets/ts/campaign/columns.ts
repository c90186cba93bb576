/* The second step of a campaign: matching of columns to features, and problems found before the job starts. */

import { c } from "./campaign.ts";

const { element } = c;
const LONG = 600; // seconds; longer than most would wait for the reasons of all records
let job = null;
let chosen = {}; // column -> feature chosen by hand, or "" for none
let asking = null;
let before = null; // chosen before the columns changed
let shown = ""; // the columns of the table

c.steps.columns = (found) => {
  job = found;
  chosen = {};
  before = null;
  shown = "";
  c.part("matches").replaceChildren();
  c.part("holds").textContent = "Looking into the file …";
  c.part("problems").replaceChildren();
  c.reading.begin();
  startButton().disabled = true;
  look();
};

const blanks = () => (c.part("blanks").checked && !c.part("blanks-choice").hidden ? "average" : "estimator");
const startButton = () => c.page().querySelector("[data-does=start]");

async function look() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const current = c.begin();
  startButton().disabled = true;
  try {
    const query = new URLSearchParams(c.reading.told());
    if (Object.keys(chosen).length) query.set("columns", JSON.stringify(chosen));
    query.set("blanks", blanks());
    const seen = await c.job(job.id, `/preview?${query}`, { signal: mine.signal });
    if (!current()) return;
    if (again(seen.header)) look();
    else tell(seen);
  } catch (error) {
    if (error.name === "AbortError" || !current()) return;
    if (error.code === "not_held") c.route(await c.job(job.id));
    else if (error.status === 404) c.trouble(...c.lost(error));
    else if (error.status < 500 && !c.part("matches").childElementCount) c.trouble("The file cannot be read", error.words);
    else c.say("columns", error.words, true);
  }
}

/* The file is read with other options; choices by hand are kept for columns that are still there. */
c.lookAgain = (anew) => {
  if (anew && !before) [before, chosen] = [chosen, {}];
  look();
};

function again(header) {
  const kept = Object.entries(before ?? {}).filter(([column]) => header.includes(column));
  before = null;
  if (kept.length) chosen = Object.fromEntries(kept);
  return kept.length > 0;
}

// ---- the preview ----------------------------------------------------------------------------
function tell(seen) {
  for (const place of c.page().querySelectorAll("[data-columns-only]")) place.hidden = !seen.header.length;
  const records = seen.estimated === null ? "" : seen.whole ? c.noun(seen.estimated, "record") : `about ${c.count(round(seen.estimated))} records`;
  const given = seen.features.length - seen.missing.length;
  c.part("holds").textContent = seen.header.length
    ? `${job.name || "The file"} holds ${records || "records"}. ${c.count(given)} of ${c.noun(seen.features.length, "feature")} found.`
    : `${job.name || "The file"} cannot be read as it is. Say below how it is written, or correct the file and choose it again.`;
  c.reading.tell(seen);
  if (shown !== JSON.stringify(seen.header)) rows(seen);
  first(seen);
  choose(seen);
  problems(seen);
  reasons(seen.seconds_with_reasons);
  c.part("blanks-choice").hidden = !seen.blank;
  startButton().textContent = records ? `Score ${records}` : "Score the records";
  startButton().disabled = !seen.ready;
  c.say("columns", seen.why, !seen.ready);
}

const round = (estimate) => Number(estimate.toPrecision(2)); // estimated from the file's size: two digits

function rows(seen) {
  shown = JSON.stringify(seen.header);
  const made = seen.header.map((column) => {
    const options = [new Option("left as it is", ""), ...seen.features.map(({ name, label }) => new Option(label, name))];
    const select = element("select", { className: "form-select", "aria-label": `${column} is read as`, data: { column } }, ...options);
    return element("tr", {},
      element("th", { scope: "row" }, column || "(no name)"),
      element("td", { className: "campaign-first" }),
      element("td", {}, select));
  });
  c.part("matches").replaceChildren(...made);
}

/* The first values as in the file, and as they are read where that differs. */
function first(seen) {
  for (const [at, place] of c.part("matches").querySelectorAll(".campaign-first").entries()) {
    const cells = seen.rows.map((row, line) => [row[at] ?? "", seen.read[line][at]]).filter(([cell]) => cell !== "");
    const other = cells.some(([cell, read]) => read !== null && read !== cell);
    const read = other ? [element("span", { className: "campaign-read" }, `read as ${cells.map(([, text]) => value(text)).join(" · ")}`)] : [];
    place.replaceChildren(cells.map(([cell]) => cell).join(" · "), ...read);
  }
}

const value = (text) => (text === "" ? "no value" : /^-?\d+(\.\d+)?$/.test(text ?? "") ? c.written(text) : text ?? "–");

function choose(seen) {
  for (const select of c.part("matches").querySelectorAll("select")) {
    const feature = seen.columns[select.dataset.column] ?? "";
    if (select !== document.activeElement || select.value !== feature) select.value = feature;
    select.closest("tr").classList.toggle("campaign-unread", !feature);
    select.parentElement.querySelector(".campaign-near")?.remove();
    if (select.dataset.column in seen.near) select.after(element("span", { className: "campaign-near" }, "It is spelled otherwise: is that right?"));
  }
}

function problems(seen) {
  const place = c.part("problems");
  if (!seen.problems.length) { place.replaceChildren(); return; }
  const label = Object.fromEntries(seen.features.map((feature) => [feature.name, feature.label]));
  const lines = seen.problems.map(({ row, column, feature, message, hint, records }) => {
    const where = column || label[feature] || feature; // a line that does not fit the header has no column
    const said = [where ? element("strong", {}, `${where}: `) : "", `${message} ${hint ?? ""} `];
    return element("li", {}, ...said, element("span", { className: "campaign-where" }, inRecords(row, records)));
  });
  const those = seen.whole && seen.checked === seen.estimated ? c.noun(seen.checked, "record") : `the first ${c.noun(seen.checked, "record")}`;
  const words = `${c.count(seen.refused)} of ${those} cannot be scored. They stay in the result, with what is wrong.`;
  place.replaceChildren(element("p", {}, words), element("ul", {}, ...lines));
}

const inRecords = (row, records) =>
  (records > 1 ? `In ${c.noun(records, "record")}, the first is ${c.count(row)}` : `In record ${c.count(row)}`);

function reasons(seconds) {
  const long = seconds > LONG ? ". A list can have them too, for those on it only" : "";
  c.part("reasons-time").textContent = ` three for each record${seconds ? `, ${c.time(seconds)} more` : ""}${long}.`;
}

// ---- events ---------------------------------------------------------------------------------
addEventListener("change", (event) => {
  const { column } = event.target.dataset ?? {};
  if (column === undefined || !event.target.closest("#campaign-matches")) return;
  const feature = event.target.value;
  if (feature) { // a feature has one column
    for (const other of c.part("matches").querySelectorAll("select")) {
      if (other !== event.target && other.value === feature) chosen[other.dataset.column] = other.value = "";
    }
  }
  chosen[column] = feature;
  look();
});

addEventListener("change", (event) => {
  if (c.page() && event.target === c.part("blanks")) look();
});

addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-does=start]");
  if (!button || button.disabled || !c.page()) return;
  const current = c.begin();
  button.disabled = true;
  c.say("columns", "Starting …");
  try {
    const body = { ...c.reading.told(), columns: chosen, reasons: c.part("reasons").checked, blanks: blanks() };
    const started = await c.job(job.id, "/start", { method: "POST", body });
    if (!current()) return;
    c.address({ job: job.id });
    c.route(started);
  } catch (error) {
    if (!current()) return;
    button.disabled = false;
    if (error.code === "not_held") c.route(await c.job(job.id).catch(() => job));
    else c.say("columns", error.words, true);
  }
});
