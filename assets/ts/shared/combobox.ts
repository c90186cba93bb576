/* Combobox: the server searches the typed text and draws the list under the box (ARIA's pattern of a combobox). What is
   searched, and what becomes of a match, say its kinds: choices of a field (choices.ts) and records (predict/finder.ts). */
import { setProps } from "./dash.ts";
import { all, closest, find, hasModifier, need } from "./dom.ts";
import { onMessage } from "./signals.ts";

const TYPING = 150;    // ms of quiet after a keystroke

/* As layouts/shared/combobox_choices.py gives it. */
export type Answer<H> = { serial: number; hits: H[]; list: string; words: string; sure: boolean; marked: number };
type Some = Combobox<any>; // of any kind
type Kind = new (box: HTMLInputElement) => Some;

let found: (answer: Answer<any>) => void = () => {}; // of what searched last
let serial = 0;
const kinds = new Map<string, Kind>();       // by id of the request
const made = new WeakMap<HTMLInputElement, Some>();

export abstract class Combobox<H, A extends Answer<H> = Answer<H>> {
  readonly box: HTMLInputElement;
  readonly list: HTMLElement;
  readonly request: string;
  answer: A | null = null; // to the text in the box; null until that is answered
  wanted = false;          // by Enter, before the answer
  serial = 0;
  timer = 0;

  constructor(box: HTMLInputElement) {
    const place = box.closest<HTMLElement>("[data-search]")!;
    [this.box, this.list, this.request] = [box, need("[role=listbox]", place), place.dataset.search!];
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-haspopup": "listbox", "aria-expanded": "false" };
    for (const [name, value] of Object.entries(says)) box.setAttribute(name, value);
    box.spellcheck = false;
  }

  // ---- what differs between kinds -----------------------------------------------------------
  abstract get text(): string;                // that is searched
  abstract say(words: string): void;
  abstract take(hit: H | null): void;         // null: the text as it is
  abstract escape(): boolean;                 // true where there was something to leave
  asks(): object { return {}; }               // more for the server
  focused() {}
  clicked() {}
  left() { this.open(false); }

  // ---- asking -------------------------------------------------------------------------------
  seek(text: string, more: object = {}) {
    this.forget();
    found = (answer) => this.found(answer as A); // a server that is silent is the connection's to tell (connection.ts)
    const model = this.box.closest<HTMLElement>("[data-model]")?.dataset.model;
    setProps(this.request, { data: { serial: this.serial, model, text, ...this.asks(), ...more } });
  }

  /* An answer that is under way does not count any more. */
  forget() {
    clearTimeout(this.timer);
    this.serial = ++serial;
    this.answer = null;
  }

  typed() {
    this.forget();
    this.wanted = false;
    this.timer = setTimeout(() => this.seek(this.text), TYPING);
  }

  found(answer: A) {
    if (answer.serial !== this.serial) return; // to an older text
    clearTimeout(this.timer);
    this.answer = answer;
    const wanted = this.wanted;
    this.wanted = false;
    if (wanted && this.takenAtOnce(answer)) return;
    this.list.innerHTML = answer.list;
    this.say(answer.words);
    this.open(answer.list !== "" && document.activeElement === this.box);
    this.mark(answer.marked);
  }

  takenAtOnce({ hits, sure }: A) {
    if (sure) this.take(hits[0]);
    return sure;
  }

  // ---- the list -----------------------------------------------------------------------------
  get options() { return all("[role=option]", this.list); }
  get isOpen() { return !this.list.hidden; }
  get marked() { return this.options.findIndex((option) => option.ariaSelected === "true"); }

  open(on: boolean) {
    this.list.hidden = !on;
    this.box.setAttribute("aria-expanded", String(on));
    if (!on) this.box.removeAttribute("aria-activedescendant");
  }

  mark(at: number) {
    const { options } = this;
    options.forEach((option, place) => { option.ariaSelected = String(place === at); });
    const option = this.isOpen ? options[at] : undefined;
    if (!option) { this.box.removeAttribute("aria-activedescendant"); return; }
    this.box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  /* To the next option, around the ends; the first key opens the list. */
  move(by: number) {
    const { options, marked, answer } = this;
    if (!answer) this.seek(this.text);
    else if (!this.isOpen) { this.open(answer.list !== ""); this.mark(answer.marked); }
    else if (options.length) this.mark(marked < 0 && by < 0 ? options.length - 1 : (marked + by + options.length) % options.length);
  }

  enter() {
    const hit = this.isOpen ? this.answer?.hits[this.marked] : undefined;
    this.wanted = hit === undefined && !this.answer && this.text.trim() !== ""; // else it is here
    if (this.wanted) this.seek(this.text); else this.take(hit ?? null);
  }
}

onMessage("matches", (answer: Answer<any>) => found(answer));

export function addKind(request: string, kind: Kind) {
  kinds.set(request, kind);
}

/* The combobox of a box. */
export function comboboxOf(box: HTMLInputElement): Some | null {
  const kind = kinds.get(box.closest<HTMLElement>("[data-search]")?.dataset.search ?? "");
  if (kind && !made.has(box)) made.set(box, new kind(box));
  return made.get(box) ?? null;
}

/* The combobox of an event in its box. */
function at({ target }: Event): Some | null {
  const place = target instanceof HTMLInputElement ? target.closest("[data-search]") : null;
  return place && find("input", place) === target ? comboboxOf(target as HTMLInputElement) : null;
}

// Before the form's own keys, which step numbers, commit and leave
addEventListener("keydown", (event) => {
  const here = at(event);
  if (!here || hasModifier(event)) return;
  const keys: Record<string, () => boolean | void> = {
    ArrowDown: () => here.move(1), ArrowUp: () => here.move(-1), Enter: () => here.enter(), Escape: () => here.escape(),
  };
  if (!keys[event.key] || keys[event.key]() === false) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

addEventListener("input", (event) => { if (event.isTrusted) at(event)?.typed(); }, true); // else a record fills the form
addEventListener("focusin", (event) => at(event)?.focused());
addEventListener("focusout", (event) => at(event)?.left());
// Pressing an option must not blur the box, which would close the list first
addEventListener("mousedown", (event) => { if (closest(event, "[data-search] [role=listbox]")) event.preventDefault(); });
addEventListener("click", (event) => {
  const option = closest(event, "[data-search] [role=option]");
  const box = option && find<HTMLInputElement>("input", option.closest("[data-search]")!);
  const here = box ? comboboxOf(box) : null;
  if (option && here) here.take(here.answer?.hits[here.options.indexOf(option)] ?? null);
  else at(event)?.clicked();
});
