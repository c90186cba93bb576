/* Combobox for very many choices: the server searches the typed text, and the list under the field shows matches.
   During a search the typed text is no value yet: it is taken on Enter, with a click, or when the field is left. */
import { setProps } from "./dash.ts";
import { closest, hasModifier, make, need, setWords } from "./dom.ts";
import { controlOf, nameOf, setText } from "./fields.ts";
import { ask } from "./form.ts";
import { Listbox } from "./listbox.ts";
import { sentence } from "./sentences.ts";
import { onMessage } from "./signals.ts";

const TYPING = 120;    // ms of quiet after a keystroke
const PATIENCE = 6000; // ms without a response until a message says so

type Response = { serial: number; hits: string[]; same: string | null; words: string };

/* The field that is searched. */
class Search extends Listbox {
  readonly field: HTMLElement;
  before: string;      // the value to which Escape returns
  hits: string[] = [];
  same: string | null = null; // the choice that is the typed text but for case and accents
  fresh = false;       // the list belongs to the typed text
  wanted = false;      // Enter came before the response
  typing?: number;
  patience?: number;

  constructor(box: HTMLInputElement, field: HTMLElement) {
    super(box, need("[role=listbox]", field));
    this.field = field;
    this.before = box.value;
  }

  get isSearching() { return Boolean(this.field.dataset.searching); }
  /* Where the model takes any text, a match replaces the typed text only if it was chosen by hand. */
  get isFree() { return "unknown" in this.field.dataset; }

  // ---- asking -------------------------------------------------------------------------------
  seek(text: string) {
    this.calm();
    serial += 1;
    this.patience = setTimeout(() => { if (this.wanted) this.take(null); else this.say(sentence("no_answer")); }, PATIENCE);
    const model = this.field.closest<HTMLElement>("[data-model]")?.dataset.model;
    setProps("choice-search", { data: { serial, model, feature: nameOf(this.field), text } });
  }

  calm() {
    clearTimeout(this.typing);
    clearTimeout(this.patience);
  }

  found({ hits, same, words }: Response) {
    this.calm();
    Object.assign(this, { hits, same, fresh: true });
    if (this.wanted) { this.take(this.isFree ? null : hits[0] ?? null); return; }
    this.fill(hits.map((label) => [label]));
    this.list.append(make("li", { className: "combobox-foot", role: "presentation" }, words));
    this.say(words);
    this.open(document.activeElement === this.box);
    this.mark(this.isSearching && this.box.value.trim() && !this.isFree ? 0 : -1);
  }

  say(words: string) { setWords(need(".combobox-words", this.field), words); }

  override open(on: boolean) {
    super.open(on);
    if (on) this.list.scrollIntoView({ block: "nearest" });
  }

  override move(by: number) {
    if (this.isOpen) super.move(by);
    else if (this.fresh) this.open(true);
    else this.seek("");
  }

  // ---- taking -------------------------------------------------------------------------------
  /* Take the text as the value: as chosen, or the choice that differs from it by case or accents only. */
  take(label: string | null) {
    const text = label ?? (this.isSearching && this.fresh ? this.same : null);
    delete this.field.dataset.searching;
    this.done();
    if (text && text !== this.box.value) setText(this.box, text);
    this.before = this.box.value;
    ask();
  }

  done() {
    this.calm();
    serial += 1; // ignore a response that is under way
    this.fresh = this.wanted = false;
    this.open(false);
    this.say("");
  }

  enter() {
    const { isOpen, marked, hits, box } = this;
    if (this.fresh || !this.isSearching || !box.value.trim()) { this.take(isOpen && marked >= 0 ? hits[marked] : null); return; }
    this.wanted = true; // the answer is not here yet
    this.seek(box.value);
  }

  escape() {
    delete this.field.dataset.searching;
    this.done();
    setText(this.box, this.before);
    ask();
  }
}

let now: Search | null = null;
let serial = 0;

onMessage("choices", (answer: Response) => { if (answer.serial === serial) now?.found(answer); });

function enter(box: HTMLInputElement, field: HTMLElement) {
  if (now?.box !== box) now = new Search(box, field);
  return now;
}

/* The combobox of an event, where it is in the box. */
function boxOf(event: Event): [HTMLInputElement, HTMLElement] | null {
  const field = closest(event, ".combobox") && closest(event, "[data-feature]");
  return field && event.target === controlOf(field) ? [event.target as HTMLInputElement, field] : null;
}

// ---- events ---------------------------------------------------------------------------------
// Before the form's own keys, which step numbers, commit and clear
addEventListener("keydown", (event) => {
  const search = now;
  if (!search || event.target !== search.box || hasModifier(event) || event.isComposing) return;
  if (event.key === "Escape" && !search.isOpen && !search.isSearching) return;
  const keys: Record<string, () => void> = {
    ArrowDown: () => search.move(1), ArrowUp: () => search.move(-1), Enter: () => search.enter(), Escape: () => search.escape(),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keys[event.key]();
}, true);

addEventListener("input", (event) => {
  const place = event.isTrusted ? boxOf(event) : null; // else a record fills the form
  if (!place) return;
  const search = enter(...place);
  search.field.dataset.searching = "true";
  search.fresh = search.wanted = false;
  search.calm();
  serial += 1; // what is under way belongs to an older text
  search.typing = setTimeout(() => search.seek(search.box.value), TYPING);
}, true);

addEventListener("focusin", (event) => {
  const place = boxOf(event);
  if (place) enter(...place).before = place[0].value;
});

addEventListener("focusout", (event) => {
  if (!now || event.target !== now.box) return;
  if (now.isSearching) now.take(null);
  else now.done();
  now = null;
});

// Pressing an option must not blur the box, which would take its text first
addEventListener("mousedown", (event) => { if (closest(event, ".combobox [role=listbox]")) event.preventDefault(); });

addEventListener("click", (event) => {
  const option = closest(event, ".combobox [role=option]");
  if (option && now) now.take(option.textContent);
  else if (now && event.target === now.box && !now.isOpen) now.seek("");
});
