/* The first step of a campaign: a file is chosen or dropped, and sent as it is. dcc.Upload would read all of it into the
   memory of the browser and send it as base64, without telling how far it is. */
import { address, go } from "../shared/dash.ts";
import { closest, find, need, setWords } from "../shared/dom.ts";
import { sentence } from "../shared/sentences.ts";

interface Answer { id?: string; error?: { message?: string; hint?: string } }

const step = () => find(".campaign-file");
let sending: XMLHttpRequest | null = null;

function say(words: string, bad = false) {
  const place = find("[data-said=file]");
  setWords(place, words);
  place?.classList.toggle("campaign-bad", bad);
}

function send(file: File) {
  const here = step(); // a page that was left is in the document no more
  if (sending || !here) return;
  const [drop, bar, model] = [need(".campaign-drop", here), need<HTMLProgressElement>("progress", here), need("#campaign").dataset.model ?? ""];
  const show = (is: boolean) => { need(".campaign-sending", here).hidden = !is; drop.hidden = is; };
  const request = (sending = new XMLHttpRequest());
  show(true);
  need("[data-does=stop-sending]", here).focus();
  bar.value = 0;
  say(sentence("sending", { file: file.name }));
  const end = (words: string, bad: boolean) => {
    sending = null;
    show(false);
    need<HTMLInputElement>("#campaign-file", here).value = "";
    if (here.isConnected) say(words, bad);
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    if (!here.isConnected) request.abort();
    bar.value = total ? loaded / total : 0;
    bar.setAttribute("aria-valuetext", `${Math.round(100 * bar.value)} %`);
  });
  request.addEventListener("abort", () => end(sentence("sending_cancelled"), false));
  request.addEventListener("error", () => end(sentence("sending_broke"), true));
  request.addEventListener("load", () => {
    const { id, error: { message = sentence("not_taken"), hint = "" } = {} } = read(request.responseText);
    if (request.status !== 202 || !id) end(`${message} ${hint}`.replace(/^The body\b/, "The file"), true); // programs send bodies, people files
    else {
      sending = null;
      if (here.isConnected) go(`${location.pathname}?${new URLSearchParams({ job: id })}`);
    }
  });
  request.open("POST", address(`/api/v1/models/${encodeURIComponent(model)}/jobs?${new URLSearchParams({ held: "true", name: file.name, language: document.documentElement.lang })}`));
  request.setRequestHeader("Content-Type", "application/octet-stream"); // the server finds out the kind of file
  request.send(file);
}

function read(text: string): Answer {
  try { return JSON.parse(text); } catch { return {}; } // a proxy may answer without JSON
}

addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.id === "campaign-file" && target.files?.[0]) send(target.files[0]);
});
addEventListener("click", (event) => { if (closest(event, "[data-does=stop-sending]")) sending?.abort(); });
addEventListener("likely:page", () => sending?.abort());
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

// A file dropped beside the field must not replace the page
const dragged = (event: DragEvent) => step() && event.dataTransfer?.types.includes("Files");
const over = (is: boolean) => find(".campaign-drop")?.classList.toggle("campaign-drop-over", is);
for (const kind of ["dragenter", "dragover"] as const) {
  addEventListener(kind, (event) => { if (dragged(event)) { event.preventDefault(); over(true); } });
}
addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
addEventListener("drop", (event) => {
  if (!dragged(event)) return;
  event.preventDefault();
  over(false);
  const [file, more] = event.dataTransfer?.files ?? [];
  if (more) say(sentence("one_file"), true);
  else if (file) send(file);
});
