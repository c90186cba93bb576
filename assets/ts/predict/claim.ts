/* The claim on a customer of a seller's list: given back as soon as the page is left. While it is open, Dash renews it
   (layouts/predict/outcome_row.py); a lost one runs out by itself. */
import { address } from "../shared/dash.ts";
import { find, setWords } from "../shared/dom.ts";
import { onMessage, onSignal } from "../shared/signals.ts";

let held = ""; // JSON of the claim of the page

function leave() {
  if (held) navigator.sendBeacon(address("/_leave-customer"), new Blob([held], { type: "application/json" }));
  held = "";
}

onSignal("claim", ["data-held"], ({ dataset: { held: now = "" } }) => {
  if (now !== held) leave(); // the customer before
  held = now;
});

addEventListener("likely:page", () => { if (!find("likely-claim")) leave(); });
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => { if (event.persisted) held = find("likely-claim")?.dataset.held ?? ""; });

onMessage("claim-said", ({ words }: { words: string }) => { if (words) setWords(find(".outcome-words"), words); });
