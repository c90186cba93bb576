/* The first step of a campaign: a file is chosen or dropped, and sent as it is, again where nobody answers. dcc.Upload would
   read all of it into the memory of the browser and send it as base64, without telling how far it is. */
import { untilAnswered, wake } from "../shared/connection.ts";
import { address, go } from "../shared/dash.ts";
import { closest, find, need, setWords } from "../shared/dom.ts";
import { sentence } from "../shared/sentences.ts";

interface Answer { id?: string; error?: { message?: string; hint?: string } }

const BREAKS = 3; // connections that may break on the way of a file: a proxy may break each, as the file is too large for it
const step = () => find(".campaign-file");
let sending: AbortController | null = null;

function say(words: string, bad = false) {
  const place = find("[data-said=file]");
  setWords(place, words);
  place?.classList.toggle("campaign-bad", bad);
}

async function send(file: File) {
  const here = step(); // a page that was left is in the document no more
  if (sending || !here) return;
  const show = (is: boolean) => { need(".campaign-sending", here).hidden = !is; need(".campaign-drop", here).hidden = is; };
  const { signal } = (sending = new AbortController());
  show(true);
  need("[data-does=stop-sending]", here).focus();
  say(sentence("sending", { file: file.name }));
  const answer = await untilAnswered("file", sender(file, need("progress", here), signal), true).catch(() => null);
  const { id, error }: Answer = await answer?.json().catch(() => null) ?? {}; // a proxy may answer without JSON
  sending = null;
  if (!here.isConnected) return;
  if (answer?.status === 202 && id) return go(`${location.pathname}?${new URLSearchParams({ job: id })}`);
  show(false);
  Object.assign(need<HTMLInputElement>("#campaign-file", here), { value: "" }).focus();
  const failed = sentence(signal.aborted ? "sending_cancelled" : answer ? "not_taken" : "sending_broke");
  const words = `${error?.message ?? failed} ${error?.hint ?? ""}`.trim();
  say(words.replace(/^The body\b/, "The file"), !signal.aborted); // programs send bodies, people files
}

/* What sends the file, as often as it is called. Fetch would not tell how far it is. */
function sender(file: File, bar: HTMLProgressElement, signal: AbortSignal) {
  const key = `${Date.now()} ${Math.random()}`; // a file that came twice is one job
  const query = new URLSearchParams({ held: "true", name: file.name, language: document.documentElement.lang });
  const to = address(`/api/v1/models/${encodeURIComponent(need("#campaign").dataset.model ?? "")}/jobs?${query}`);
  let breaks = 0;
  return (moves: () => void) => new Promise<Response>((done, fail) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => { request.abort(); fail(new DOMException("", "AbortError")); };
    signal.addEventListener("abort", stop);
    request.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = total && loaded / total; moves(); });
    request.addEventListener("error", () => {
      const lost = () => (bar.value && ++breaks === BREAKS ? stop() : fail(new Error("lost")));
      file.slice(0, 1).arrayBuffer().then(lost, stop); // a file that has changed cannot be read
    });
    request.addEventListener("load", () => done(new Response(request.responseText || null, { status: request.status })));
    bar.value = 0;
    request.open("POST", to);
    request.setRequestHeader("Content-Type", "application/octet-stream"); // the server finds out the kind of file
    request.setRequestHeader("Idempotency-Key", key);
    request.send(file);
  });
}

function stop() {
  sending?.abort();
  wake();
}

addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.id === "campaign-file" && target.files?.[0]) send(target.files[0]);
});
addEventListener("click", (event) => { if (closest(event, "[data-does=stop-sending]")) stop(); });
addEventListener("likely:page", stop);
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

// A file dropped beside the field must not replace the page
for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
  addEventListener(kind, (event) => {
    if (!step() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    find(".campaign-drop")?.classList.toggle("campaign-drop-over", kind !== "drop" && (kind !== "dragleave" || Boolean(event.relatedTarget)));
    const [file, more] = kind === "drop" ? event.dataTransfer.files : [];
    if (more) say(sentence("one_file"), true);
    else if (file) send(file);
  });
}
