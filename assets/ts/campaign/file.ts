/* The first step of a campaign: a file is chosen or dropped, and uploaded as it is. */

import { address } from "../shared/dash.ts";
import { c } from "./campaign.ts";

const step = () => c.page()?.querySelector(".campaign-file");
let sending = null;

c.steps.file = () => {
  sending?.abort();
  c.part("file").value = "";
  rest();
};

function rest() {
  sending = null;
  step().querySelector(".campaign-sending").hidden = true;
  step().querySelector(".campaign-drop").hidden = false;
}

function send(file) {
  if (sending) return;
  const current = c.begin();
  const request = (sending = new XMLHttpRequest());
  const bar = c.part("upload");
  step().querySelector(".campaign-drop").hidden = true;
  step().querySelector(".campaign-sending").hidden = false;
  step().querySelector("[data-does=stop-sending]").focus();
  bar.value = 0;
  c.say("file", `Sending ${file.name} …`);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    if (!current()) return;
    bar.value = total ? loaded / total : 0;
    bar.setAttribute("aria-valuetext", `${c.size(loaded)} of ${c.size(total)}`);
  });
  const end = (words, bad) => { if (current()) { rest(); c.part("file").value = ""; c.say("file", words, bad); } };
  request.addEventListener("abort", () => end("Cancelled. Nothing was kept.", false));
  request.addEventListener("error", () => end("The file did not arrive: the connection broke. Choose it again.", true));
  request.addEventListener("load", () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* a proxy may answer without JSON */ }
    if (request.status === 202 && answer.id) {
      sending = null;
      if (current()) c.go(answer.id);
    } else {
      const { message = "The server did not take the file.", hint = "" } = answer.error ?? {};
      end(`${message} ${hint}`.replace(/^The body\b/, "The file"), true); // programs send bodies, people files
    }
  });
  const name = encodeURIComponent(file.name);
  request.open("POST", address(`/api/v1/models/${encodeURIComponent(c.page().dataset.model)}/jobs?held=true&name=${name}`));
  request.setRequestHeader("Content-Type", "application/octet-stream"); // the server finds out the kind of file
  request.send(file);
}

addEventListener("change", (event) => {
  if (event.target.id === "campaign-file" && event.target.files.length) send(event.target.files[0]);
});
addEventListener("click", (event) => {
  if (event.target.closest?.("[data-does=stop-sending]")) sending?.abort();
});

// A file dropped beside the field must not replace the page
const dragged = (event) => step() && !step().hidden && event.dataTransfer?.types.includes("Files");
const over = (is) => step()?.querySelector(".campaign-drop").classList.toggle("campaign-drop-over", is);
for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => { if (dragged(event)) { event.preventDefault(); over(true); } });
}
addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
addEventListener("drop", (event) => {
  if (!dragged(event)) return;
  event.preventDefault();
  over(false);
  const files = event.dataTransfer.files;
  if (files.length > 1) c.say("file", "One file at a time, please.", true);
  else if (files.length) send(files[0]);
});
addEventListener("likely:campaign-left", () => sending?.abort());
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
