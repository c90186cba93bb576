/* Reasons and sweeps of a score: requested once a result is current, shown only beside it. The serial number of the
   request is the form's (form.ts). */
import { setProps } from "../shared/dash.ts";
import { byId, find } from "../shared/dom.ts";
import type { Current } from "../shared/events.ts";
import { entryOf, fieldsOf, nameOf } from "../shared/fields.ts";
import { onMessage, onSignal } from "../shared/signals.ts";
import { inLists, put, type Sweep } from "./sweeps.ts";

const PATIENCE = 6000; // ms without a response until the request is repeated
const FRAME = 17;      // ms
const REST = 400;      // ms without an edit until reasons with smaller errors are requested

type Advice = { serial: number; model: string; outcome: string; step: number; sharper: number | null; sweeps: Record<string, Sweep> };

let wanted: Current | null = null; // the result on the screen; null while it is not current
let asked: (Current & { step: number }) | null = null; // the request under way; none is answered after its page is left
let latest: Advice | null = null;  // the latest response
let timer = 0;
let rest = 0;

type Numbered = { serial?: number | string; model?: string };
const same = (a?: Numbered | null, b?: Numbered | null) => Boolean(a && b && Number(a.serial) === Number(b.serial) && a.model === b.model);
const shown = () => find("#reasons [data-serial]")?.dataset;

function mark(state: "current" | "waiting") {
  const section = find(".reasons");
  if (section) section.dataset.state = state;
  if (!section || !wanted) return;
  wanted.form.dataset.reasons = state;
  inLists(wanted.form, state === "current");
}

addEventListener("likely:current", ({ detail }) => {
  if (!byId("reasons")) return;
  wanted = detail;
  if (same(shown(), wanted.question)) { mark("current"); sharpen(); return; }
  clearTimeout(rest);
  rest = setTimeout(() => { // once the number is painted: what Dash does about the request would hold it back
    if (wanted === detail && (asked?.form !== wanted.form || asked.step)) request(wanted); // smaller errors need not be awaited
  }, FRAME);
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  if (wanted?.form === form) mark("waiting");
  wanted = null;
});

function request(about: Current, step = 0) {
  asked = { ...about, step };
  clearTimeout(timer);
  timer = setTimeout(() => {
    asked = null;
    if (wanted && !step) request(wanted);
  }, PATIENCE);
  setProps("reasons-request", { data: { ...about.question, step } });
}

/* Request the same reasons with smaller errors, until the digits shown are sure or the server has no smaller errors. The
   first of these waits until the person rests: it and those after it are sixteen times the work of the first
   reasons, and the next edit would wait for them in vain. */
function sharpen() {
  const step = latest && same(latest, wanted?.question) ? latest.sharper : null;
  find(".reasons")?.toggleAttribute("data-sharpening", step !== null);
  clearTimeout(rest);
  if (step === null) return;
  rest = setTimeout(() => { if (wanted && !asked && same(latest, wanted.question)) request(wanted, step); }, step > 1 ? 0 : REST);
}

function advise(advice: Advice) {
  if (same(advice, asked?.question) && advice.step === asked?.step) { clearTimeout(timer); asked = null; }
  latest = advice;
  drawn();
  if (wanted && !asked && !same(advice, wanted.question)) request(wanted);
}
onMessage("advice", advise);

/* The response and what Dash draws of it come in either order. */
function drawn() {
  if (!wanted || !latest?.outcome || !same(latest, wanted.question)) return;
  if (!same(shown(), latest) || Number(shown()?.step) !== latest.step) return;
  for (const field of fieldsOf(wanted.form)) put(field, entryOf(latest.sweeps, nameOf(field)));
  mark("current");
  sharpen();
}
onSignal("reasons", ["data-of"], drawn);
