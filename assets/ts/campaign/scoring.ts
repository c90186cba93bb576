/* Polling of a job each second until it has ended; used for scoring and for lists. */

import { c } from "./campaign.ts";

const EVERY = 1000; // ms
const pause = () => new Promise((done) => { setTimeout(done, EVERY); });

/* Calls `tell` with the job each second while it runs, and resolves with it when it has ended. */
async function watch(job, current, tell, away) {
  let found = job;
  if (c.runs(found)) tell(found);
  while (current() && c.runs(found)) {
    await pause();
    if (!current()) break;
    try {
      found = await c.job(job.id);
      if (current() && c.runs(found)) tell(found);
    } catch (error) {
      if (error.status === 404) throw error;
      if (current()) away(error); // the job goes on: poll again
    }
  }
  return found;
}

function fill(bar, job) {
  if (job.total) bar.value = job.done / job.total;
  else bar.removeAttribute("value");
  bar.setAttribute("aria-valuetext", words(job));
}

function words(job) {
  if (job.state === "waiting" && !job.done) return "Waiting for its turn …";
  if (!job.total) return job.done ? `${c.noun(job.done, "record")} so far.` : "Reading the file …";
  const said = [`${c.count(job.done)} of ${c.noun(job.total, "record")}`];
  if (job.rate) said.push(`${c.count(job.rate)} a second`);
  if (job.rate && job.done < job.total) said.push(`${c.time((job.total - job.done) / job.rate)} left`);
  if (job.errors) said.push(`${c.count(job.errors)} cannot be scored`);
  return `${said.join(" · ")}.`;
}

let job = null;
c.steps.scoring = async (found) => {
  job = found;
  const current = c.begin();
  c.part("scoring-title").textContent = `Scoring ${found.name || "the file"}`;
  cancelButton().disabled = false;
  const tell = (now) => {
    fill(c.part("job"), now);
    c.part("job-words").textContent = words(now);
    c.say("scoring", "");
  };
  const away = (error) => c.say("scoring", `${error.message} Trying again …`, true);
  try {
    const end = await watch(found, current, tell, away);
    if (current()) c.route(end);
  } catch (error) {
    if (current()) c.trouble(...c.lost(error));
  }
};

const cancelButton = () => c.page().querySelector("[data-does=cancel]");
addEventListener("click", async (event) => {
  if (!c.page() || !event.target.closest?.("[data-does=cancel]")) return;
  cancelButton().disabled = true;
  try {
    c.route(await c.job(job.id, "/cancel", { method: "POST" }));
  } catch (error) {
    if (error.status === 404) { c.trouble(...c.lost(error)); return; }
    cancelButton().disabled = false;
    c.say("scoring", `It goes on: ${error.words}`, true);
  }
});

Object.assign(c, { watch, fill, progressWords: words });
