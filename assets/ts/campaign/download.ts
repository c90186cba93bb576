/* Downloads of a result. Formats that take long are written by a worker first, and downloaded when ready. */

import { c } from "./campaign.ts";

const PAUSE = 2; // seconds, where the server names none

/* Called with the menu and the job; the download is named like the uploaded file. */
function offer(menu, job, noun, name) {
  for (const link of menu.querySelectorAll("[data-format]")) {
    const { format, suffix } = link.dataset;
    // Not compressed in transfer, so that a browser can show progress and resume
    const query = new URLSearchParams({ format, compression: "none" });
    Object.assign(link, { href: `${c.resultOf(job.id)}?${query}`, download: `${noun} ${name}${suffix}` });
  }
}

/* Resolves when the file is ready. */
async function made(address, tell) {
  for (;;) {
    const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
    if (answer?.status === 200) return;
    if (answer?.status !== 202) await c.ask(address); // throws, with the reason
    tell();
    const seconds = Number(answer.headers.get("Retry-After")) || PAUSE;
    await new Promise((done) => { setTimeout(done, 1000 * seconds); });
  }
}

async function fetchIt({ href, download, textContent }, says, root) {
  const here = () => c.page() === root;
  try {
    await made(href, () => { if (here()) c.say(says, `Making ${textContent} …`); });
    if (!here()) return;
    c.say(says, "");
    const link = c.element("a", { href, download });
    document.body.append(link);
    link.click();
    link.remove();
  } catch (error) {
    if (here()) c.say(says, error.words ?? "The file cannot be fetched. Try again.", true);
  }
}

addEventListener("click", (event) => {
  const link = event.target.closest?.(".campaign-formats a");
  if (!link || !c.page()) return;
  const menu = link.closest("details");
  menu.open = false;
  if (link.dataset.format === "csv") return; // stored as CSV: nothing to wait for
  event.preventDefault();
  fetchIt(link, menu.dataset.says, c.page());
});

Object.assign(c, { offer });
