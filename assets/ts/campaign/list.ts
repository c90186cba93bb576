/* The forecast of a list while its form is edited, and the list itself, which is a job. */

import { c } from "./campaign.ts";

const { element } = c;
const PAUSE = 300; // ms after the last key
let job = null;
let current = () => false;
let asking = null;
let timer = 0;
let making = null;
let made = null; // the request of the list that can be downloaded

c.steps.result = async (found) => {
  job = found;
  made = null;
  const mine = (current = c.begin());
  const bad = found.errors ? ` ${c.noun(found.errors, "record")} could not be scored: what is wrong stands beside ${found.errors === 1 ? "it" : "them"}, at the end.` : "";
  c.part("result-words").textContent = `${c.noun(found.total ?? found.done, "record")} of ${found.name || "the file"}.${bad}`;
  c.part("result-dialect").textContent = found.dialect ? `Read as: ${found.dialect.sentence}` : "";
  c.tellNotes("result-notes", found.notes ?? []);
  c.offer(c.part("download"), found, "scored", named(found.name));
  listing(null);
  c.part("forecast").replaceChildren();
  try {
    const choices = await c.job(found.id, "/choices");
    if (!mine()) return;
    c.openWish(found, choices);
    foresee();
    if (c.asked("list")) follow(c.asked("list"), mine);
    await c.showRecords(found, choices, mine);
  } catch (error) {
    if (mine()) c.say("result", error.words ?? "The table cannot be shown.", true);
  }
};

const named = (name) => (name || "records").replace(/\.[^.]*$/, "");

// ---- the forecast ---------------------------------------------------------------------------
async function foresee() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const wish = c.readWish();
  const place = c.part("forecast");
  button().disabled = true;
  if (!wish) { place.replaceChildren(element("p", { className: "campaign-bad" }, "Mend what is marked.")); return; }
  if (!wish.outcomes.length) { place.replaceChildren(element("p", {}, "Choose what the list is about.")); return; }
  place.dataset.waiting = "true";
  try {
    const brings = await c.job(job.id, "/forecast", { method: "POST", body: wish, signal: mine.signal });
    if (mine.signal.aborted || !current()) return;
    place.replaceChildren(...told(brings, wish));
    button().disabled = Boolean(making) || !brings.chosen;
  } catch (error) {
    if (error.name === "AbortError" || !current()) return;
    place.replaceChildren(element("p", { className: "campaign-bad" }, error.words));
  }
  delete place.dataset.waiting;
}

function told(brings, wish) {
  const between = (low, high, write) => (low === high ? "" : `${write(low)} to ${write(high)}`);
  const worth = Object.values(wish.values).some(Boolean);
  const lines = [
    ["Calls", c.count(brings.calls), brings.control ? `${c.count(brings.control)} more kept back` : ""],
    ["Buyers", c.count(brings.buyers), between(brings.buyers_low, brings.buyers_high, c.count)],
    ["Picked blindly", c.count(brings.by_chance), ""],
    ...(wish.cost ? [["Cost", c.money(brings.cost), ""]] : []),
    ...(worth ? [["Profit", c.money(brings.profit), between(brings.profit_low, brings.profit_high, c.money)]] : []),
    ...(brings.lowest === null ? [] : [["Lowest probability", c.percent(brings.lowest), ""]]),
  ];
  const figures = lines.map(([name, text, range]) => element("div", {}, element("dt", {}, name),
    element("dd", {}, element("strong", { className: "number" }, text), ...(range ? [element("span", {}, range)] : []))));
  return [
    element("p", { className: "campaign-sentence" }, c.spoken(brings.sentence)),
    ...(brings.promise ? [element("p", { className: "campaign-promise", data: { verdict: brings.verdict } }, c.spoken(brings.promise))] : []),
    element("dl", {}, ...figures),
    ...brings.by_outcome.length > 1 ? [table("By what is offered", brings.by_outcome.map(({ label, ...rest }) => ({ value: label, ...rest })))] : [],
    ...brings.groups.length && wish.column ? [table(`By ${wish.column}`, brings.groups)] : [],
    ...brings.notes.map((note) => element("p", { className: "small" }, c.spoken(note))),
  ];
}

function table(title, groups) {
  const head = ["", "Chosen", "Buyers"].map((name) => element("th", { scope: "col" }, name));
  const lines = groups.map(({ value, chosen, buyers }) => element("tr", {},
    element("th", { scope: "row" }, value || "(empty)"), element("td", {}, c.count(chosen)), element("td", {}, c.count(buyers))));
  const inside = element("table", { className: "measures" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...lines));
  return element("details", { className: "campaign-wide" }, element("summary", {}, title), inside);
}

addEventListener("likely:wish", () => {
  clearTimeout(timer);
  timer = setTimeout(() => { if (current()) foresee(); }, PAUSE);
  if (made && JSON.stringify(c.readWish()) !== made) c.say("list", "The list below was made before the last change.");
});

// ---- the list -------------------------------------------------------------------------------
const button = () => c.page().querySelector("[data-does=list]");
const cancel = () => c.page().querySelector("[data-does=cancel-list]");

/* Show the list's state: none, running, or ready for download. */
function listing(list) {
  making = list && c.runs(list) ? list : null;
  const bar = c.part("list");
  const load = c.part("list-download");
  bar.hidden = cancel().hidden = !making;
  if (making) c.fill(bar, list);
  load.hidden = list?.state !== "done";
  if (list?.state === "done") c.offer(load, list, "list", named(job.name));
  button().disabled = Boolean(making);
}

async function follow(id, mine, list = null) {
  try {
    const tell = (now) => { listing(now); c.say("list", c.progressWords(now)); };
    const away = (error) => c.say("list", `${error.message} Trying again …`, true);
    const end = await c.watch(list ?? (await c.job(id)), mine, tell, away);
    if (!mine()) return;
    listing(end);
    if (end.state === "done") { made = JSON.stringify(c.readWish()); c.say("list", "The list is ready."); }
    else if (end.state === "failed") c.say("list", `The list could not be made: ${end.message} Try again.`, true);
    else c.say("list", "Cancelled.");
  } catch (error) {
    if (!mine()) return;
    listing(null);
    c.say("list", error.status === 404 ? "The list that was made is no longer here. Make it again." : error.words, true);
  }
}

addEventListener("click", async (event) => {
  if (!c.page()) return;
  if (event.target.closest?.("[data-does=cancel-list]") && making) {
    await c.job(making.id, "/cancel", { method: "POST" }).catch((error) => c.say("list", error.words, true));
  }
  if (!event.target.closest?.("[data-does=list]") || button().disabled) return;
  const wish = c.readWish();
  const mine = current;
  if (!wish) return;
  button().disabled = true;
  c.say("list", "Starting …");
  try {
    const body = { ...wish, reasons: c.part("list-reasons").checked };
    const list = await c.job(job.id, "/lists", { method: "POST", body });
    if (!mine()) return;
    c.address({ job: job.id, list: list.id });
    follow(list.id, mine, list);
  } catch (error) {
    if (mine()) { button().disabled = false; c.say("list", error.words, true); }
  }
});
