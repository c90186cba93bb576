/* The list under a search box: its options, the marked one, and what screen readers are told (ARIA's combobox pattern). */
import { all } from "./dom.ts";

export class Listbox {
  readonly box: HTMLInputElement;
  readonly list: HTMLElement;

  constructor(box: HTMLInputElement, list: HTMLElement) {
    this.box = box;
    this.list = list;
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-haspopup": "listbox" };
    for (const [name, value] of Object.entries(says)) box.setAttribute(name, value);
    if (!box.hasAttribute("aria-expanded")) box.setAttribute("aria-expanded", "false");
    box.spellcheck = false;
  }

  get options() { return all("[role=option]", this.list); }
  get isOpen() { return !this.list.hidden; }
  get marked() { return this.options.findIndex((option) => option.ariaSelected === "true"); }

  /* Replace the options. */
  fill(insides: (string | Node)[][]) {
    this.list.replaceChildren(...insides.map((inside, at) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${at}`;
      option.setAttribute("role", "option");
      option.append(...inside);
      return option;
    }));
  }

  open(on: boolean) {
    this.list.hidden = !on;
    this.box.setAttribute("aria-expanded", String(on));
    if (!on) this.box.removeAttribute("aria-activedescendant");
  }

  mark(at: number) {
    const { options } = this;
    options.forEach((option, place) => { option.ariaSelected = String(place === at); });
    const option = options[at];
    if (!option || this.list.hidden) { this.box.removeAttribute("aria-activedescendant"); return; }
    this.box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  /* To the next option, around the ends. */
  move(by: number) {
    const { options, marked } = this;
    if (options.length) this.mark(marked < 0 && by < 0 ? options.length - 1 : (marked + by + options.length) % options.length);
  }
}
