/* Pins: what stands in the form is pinned, and compared once it has a result. Dash keeps and compares them (callbacks/pins.py);
   the tab's session storage holds them, personal values included, and no address does. */
import { byId, closest, find, need } from "../shared/dom.ts";
import { setProps } from "../shared/dash.ts";
import type { Question } from "../shared/events.ts";
import { snapshot, type Snapshot } from "../shared/fields.ts";
import { questionOf, turn } from "../shared/form.ts";
import { sentence } from "../shared/sentences.ts";
import { onMessage, onSignal } from "../shared/signals.ts";
import { formHere } from "./call.ts";
import { restore } from "./finder.ts";

let now: Question | null = null;    // of the result that belongs to the form, if there is one
let refocus: number | null = null; // the place of a pin that was removed

const place = () => byId("pins");
/* Announce a message even if it repeats the last one. */
const say = (words: string) => byId("pins-words")?.replaceChildren(words);
const act = (kind: string, more: object) => setProps("pins-act", { data: { kind, serial: Date.now(), ...more } });

addEventListener("likely:current", ({ detail: { form, question } }) => {
  if (!form.dataset.mirror || !place()) return;
  now = question;
  if (find("#pins > *")) compare();
});

addEventListener("likely:stale", ({ detail: { form } }) => {
  const pins = place();
  if (!form.dataset.mirror || !pins) return;
  now = null;
  pins.dataset.state = "waiting";
});

const compare = () => setProps("pins-now", { data: now });

function pin(form: HTMLElement) {
  compare();
  act("pin", { scenario: { ...questionOf(form), kept: snapshot(form) } });
}

// The table was drawn beside the values of a result
onSignal("pins", ["data-of", "data-pins"], ({ dataset }) => {
  if (refocus !== null) find(`#pins-table [data-pin="${refocus}"][data-pin-act=remove]`)?.focus();
  refocus = null;
  if (!now) return;
  if (dataset.of === String(now.serial)) need("#pins").dataset.state = "current"; else compare();
});

onMessage("pins-said", ({ words, left }: { words: string; left: number }) => {
  say(words);
  if (refocus === null) return;
  refocus = Math.min(refocus, left - 1);
  if (!left) find("[data-do=pin]")?.focus();
});

addEventListener("click", (event) => {
  const button = closest(event, "button");
  const form = formHere();
  if (!button || !form || !place()) return;
  const { do: does, pinAct, pin: at, kept = "" } = button.dataset;
  if (does === "pin") pin(form);
  else if (does === "compare") {
    place()?.scrollIntoView();
    find(".pins-frame")?.focus({ preventScroll: true });
  } else if (pinAct === "remove") {
    refocus = Number(at);
    act("remove", { at: refocus });
  } else if (pinAct === "load") {
    const snapshot: Snapshot = JSON.parse(kept);
    if (snapshot.record !== form.dataset.record) turn(); // another record is an entry of the browser's history
    restore(form, snapshot);
    say(sentence("pin_loaded", { name: button.dataset.name ?? "" }));
  }
});

const nameOf = (event: Event) => closest<HTMLInputElement>(event, "[data-pin-name]");

addEventListener("keydown", (event) => {
  const [name, form] = [nameOf(event), formHere()];
  if (!place() || !form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    if (!event.repeat) pin(form);
  } else if (name && event.key === "Enter") name.blur();
  else if (name && event.key === "Escape") name.value = name.defaultValue;
});

addEventListener("change", (event) => {
  const name = nameOf(event);
  if (!name) return;
  name.value = name.value.trim() || name.defaultValue;
  act("rename", { at: Number(name.dataset.pinName), name: name.value });
});
