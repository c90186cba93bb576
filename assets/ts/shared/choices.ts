/* Field with very many choices, as a combobox. During a search the typed text is no value yet: it is taken on Enter, with a
   click, or when the field is left. */
import { need, setWords } from "./dom.ts";
import { addKind, Combobox, type Answer } from "./combobox.ts";
import { nameOf, setText } from "./fields.ts";
import { ask } from "./form.ts";

type Found = Answer<string> & { same: string | null }; // the choice that is the typed text but for case and accents

class Choices extends Combobox<string, Found> {
  before = this.box.value; // to which Escape returns

  get field() { return this.box.closest<HTMLElement>("[data-feature]")!; }
  get isSearching() { return Boolean(this.field.dataset.searching); }
  get text() { return this.isSearching ? this.box.value : ""; }
  override asks() { return { feature: nameOf(this.field) }; }
  override say(words: string) { setWords(need(".combobox-words", this.field), words); }
  override focused() { this.before = this.box.value; }
  override clicked() { if (!this.isOpen) this.seek(""); }
  override left() { if (this.isSearching) this.take(null); else this.done(); }

  override typed() {
    this.field.dataset.searching = "true";
    super.typed();
  }

  override takenAtOnce(answer: Found) {
    if (!super.takenAtOnce(answer)) this.take(null);
    return true;
  }

  override open(on: boolean) {
    super.open(on);
    if (on) this.list.scrollIntoView({ block: "nearest" });
  }

  override take(label: string | null) {
    const text = label ?? (this.isSearching ? this.answer?.same : null);
    this.done();
    if (text && text !== this.box.value) setText(this.box, text);
    this.before = this.box.value;
    ask();
  }

  override escape() {
    if (!this.isOpen && !this.isSearching) return false;
    this.done();
    setText(this.box, this.before);
    ask();
    return true;
  }

  done() {
    delete this.field.dataset.searching;
    this.forget();
    this.wanted = false;
    this.open(false);
    this.say("");
  }
}

addKind("choice-search", Choices);
