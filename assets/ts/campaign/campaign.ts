/* The Campaign page: one step at a time, chosen by the job in the address. The files after this one hold the steps; each
   adds a function to c.steps, which is called with the job when the step opens. */

import { address } from "../shared/dash.ts";

const JOBS = address("/api/v1/jobs/");
const FOR_PROGRAMS = ["not_held", "not_done", "unknown_job", "no_campaign"]; // errors whose hints are for programs
const steps = {};
let opened = null; // element and address that were opened
let turn = 0; // counts openings; responses of earlier ones are not shown

const page = () => document.getElementById("campaign");
const part = (name) => document.getElementById(`campaign-${name}`);

// ---- asking ---------------------------------------------------------------------------------
class Refused extends Error {
  constructor(status, { code = "", message = "", hint = "" } = {}) {
    super(message || "The server answers with an error.");
    Object.assign(this, { status, code, hint: FOR_PROGRAMS.includes(code) ? "" : hint });
  }
  get words() { return this.hint ? `${this.message} ${this.hint}` : this.message; }
}

async function ask(path, { method = "GET", body, signal } = {}) {
  let answer;
  try {
    const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    answer = await fetch(path, { method, signal, ...json });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { code: "away", message: "The server does not answer." });
  }
  const given = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, given.error);
  return given;
}

const job = (id, rest = "", options) => ask(JOBS + encodeURIComponent(id) + rest, options);
const resultOf = (id) => `${JOBS}${encodeURIComponent(id)}/result`;

// ---- the address ----------------------------------------------------------------------------
const asked = (name) => new URLSearchParams(location.search).get(name) ?? "";

function setAddress(query, { anew = false } = {}) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  const target = location.pathname + (text ? `?${text}` : "");
  if (anew) history.pushState(null, "", target);
  else history.replaceState(history.state, "", target);
}

/* Opens the step of the address, at load and whenever its job changes. */
async function open() {
  const root = page();
  if (!root) { opened = null; turn += 1; dispatchEvent(new Event("likely:campaign-left")); return; }
  const id = asked("job");
  if (opened?.root === root && opened.id === id) return;
  const moved = opened?.root === root;
  opened = { root, id };
  const current = begin();
  if (!id) { show("file", {}, moved); return; }
  try {
    const found = await job(id);
    if (current()) route(found, moved);
  } catch (error) {
    if (current()) trouble(...lost(error), moved);
  }
}

function go(id, query = {}) {
  setAddress({ job: id, ...query }, { anew: true });
  return open();
}

/* Gives a function that is true while the page still shows what is open now. */
function begin() {
  const mine = (turn += 1);
  return () => mine === turn;
}

// ---- steps ----------------------------------------------------------------------------------
const TURN = { held: "columns", waiting: "scoring", running: "scoring", done: "result", failed: "trouble", cancelled: "trouble" };
const runs = (job) => TURN[job.state] === "scoring";

function route(found, moved = true) {
  const model = page().dataset.model.split("@")[0];
  if (found.model.split("@")[0] !== model) trouble("This file belongs to another model", `It is of ${found.model}.`, moved);
  else if (found.state !== "held" && !found.campaign) trouble("No campaign", "A program sent this file to be scored: there is no table of it here.", moved);
  else if (found.state === "failed") trouble("The file could not be scored", `${found.message} Choose the file again, or another one.`, moved);
  else if (found.state === "cancelled") trouble("Cancelled", "Nothing was kept. Choose a file to begin again.", moved);
  else show(TURN[found.state], found, moved);
}

function lost(error) {
  if (error.status !== 404) return ["This campaign cannot be opened", `${error.words} Load the page again.`];
  return ["This campaign is no longer here", "Its file was removed after its time, or the address is wrong. Choose the file again."];
}

function trouble(title, words, moved = true) {
  show("trouble", {}, moved);
  part("trouble-title").textContent = title;
  part("trouble-words").textContent = words;
}

function show(name, found, moved = true) {
  page().dataset.at = name;
  for (const step of page().querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== name;
  for (const step of page().querySelectorAll("[data-trail]")) {
    if (step.dataset.trail === name) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  for (const words of page().querySelectorAll("[data-said]")) words.textContent = "";
  steps[name]?.(found);
  if (!moved) return;
  const heading = page().querySelector(`[data-step="${name}"] h2`);
  heading.tabIndex = -1; // screen readers and the keyboard continue from here
  heading.focus({ preventScroll: true });
  page().closest(".page").scrollIntoView({ block: "nearest" });
}

/* Shows a message at a step, and announces it to screen readers. */
function say(step, words, bad = false) {
  const place = page()?.querySelector(`[data-said="${step}"]`);
  if (!place) return;
  if (place.textContent !== words) place.textContent = words;
  place.classList.toggle("campaign-bad", bad);
}

// ---- what several steps share ---------------------------------------------------------------
function element(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "data") Object.assign(made.dataset, value);
    else if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inside);
  return made;
}

async function anew() {
  const id = asked("job");
  const held = page().dataset.at === "columns";
  setAddress({}, { anew: true });
  open();
  if (held) await job(id, "", { method: "DELETE" }).catch(() => {}); // nothing leads back to it
}

addEventListener("click", (event) => {
  if (page() && event.target.closest?.("[data-does=anew]")) anew();
});
addEventListener("popstate", () => open());

let seen = false;
new MutationObserver(() => {
  if (seen || page() === (opened?.root ?? null)) return;
  seen = true;
  requestAnimationFrame(() => { seen = false; open(); });
}).observe(document.documentElement, { childList: true, subtree: true });

export const c = { TURN, FOR_PROGRAMS, steps, page, part, runs, ask, job, resultOf, asked, address: setAddress, go, begin, route, show, trouble, lost, say, element };
