/* Download of a report, which takes some seconds: shows a message, and retries while another report is being made.
   Without this script the links lead to the file, too. */
const PATIENCE = 30; // retries while the service is busy
const said = (link, words) => { link.closest(".report-links").querySelector("[role=status]").textContent = words; };
const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });

async function get(address, left) {
  const answer = await fetch(address);
  if (answer.status !== 429 || !answer.headers.has("Retry-After") || !left) return answer;
  await pause(Number(answer.headers.get("Retry-After")) || 2);
  return get(address, left - 1);
}

function save(link, blob) {
  const file = document.createElement("a");
  file.href = URL.createObjectURL(blob);
  file.download = link.dataset.report;
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60000);
}

addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-report]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  said(link, "Making the report: this takes some seconds …");
  try {
    const answer = await get(link.href, PATIENCE);
    if (answer.ok) save(link, await answer.blob());
    said(link, answer.ok ? "The report is in your downloads." : (await answer.json()).error.message);
  } catch {
    said(link, "The report could not be fetched. Try again.");
  }
  link.ariaBusy = "false";
});
