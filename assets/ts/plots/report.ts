/* Download of a report, which takes some seconds: shows a message, and asks again while it, or another one, is being made.
   Without this script the links lead to the file, too. */
import { closest, find, make, setWords } from "../shared/dom.ts";
import { sentence } from "../shared/sentences.ts";

const PATIENCE = 30; // times that it is asked for again
const LATER = [202, 429]; // it is being made; another one is
const said = (link: Element, words: string) => setWords(link.parentElement && find("[role=status]", link.parentElement), words);
const pause = (seconds: number) => new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });

async function get(address: string, left: number): Promise<Response> {
  const answer = await fetch(address);
  if (!LATER.includes(answer.status) || !answer.headers.has("Retry-After") || !left) return answer;
  await pause(Number(answer.headers.get("Retry-After")) || 2);
  return get(address, left - 1);
}

function save(link: HTMLElement, blob: Blob) {
  const file = make("a", { href: URL.createObjectURL(blob), download: link.dataset.report });
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60000);
}

addEventListener("click", async (event) => {
  const link = closest<HTMLAnchorElement>(event, "a[data-report]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  said(link, sentence("report_begun"));
  try {
    const answer = await get(link.href, PATIENCE);
    const here = answer.status === 200;
    if (here) save(link, await answer.blob());
    said(link, here ? sentence("report_here") : (await answer.json()).error?.message ?? sentence("report_failed"));
  } catch {
    said(link, sentence("report_failed"));
  }
  link.ariaBusy = "false";
});
