import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.ts";
import { Combobox, type Answer } from "../../assets/ts/shared/combobox.ts";

class Names extends Combobox<string> {
  taken: (string | null)[] = [];
  get text() { return this.box.value; }
  say() {}
  take(hit: string | null) { this.taken.push(hit); }
  escape() { return false; }
}

const answer = (more: Partial<Answer<string>> = {}): Answer<string> => ({
  serial: 1, hits: ["Anna", "Ben", "Cleo"], words: "3", sure: false, marked: -1,
  list: ["Anna", "Ben", "Cleo"].map((name, at) => `<li id="list-${at}" role="option">${name}</li>`).join(""), ...more,
});

let names: Names;

beforeEach(() => {
  document.body.innerHTML = '<div data-search="names"><input><ul id="list" role="listbox" hidden></ul></div>';
  Element.prototype.scrollIntoView = () => {};
  names = new Names(document.querySelector("input")!);
  names.serial = 1;
  names.box.focus();
});

test("the box says to screen readers that it has a list, and which option is marked", () => {
  assert.equal(names.box.getAttribute("role"), "combobox");
  assert.equal(names.box.getAttribute("aria-expanded"), "false");
  names.found(answer());
  names.mark(1);
  assert.equal(names.box.getAttribute("aria-expanded"), "true");
  assert.equal(names.box.getAttribute("aria-activedescendant"), "list-1");
  names.open(false);
  assert.equal(names.box.hasAttribute("aria-activedescendant"), false);
});

test("arrows go around the ends", () => {
  names.found(answer());
  names.move(-1);
  assert.equal(names.marked, 2);
  names.move(1);
  assert.equal(names.marked, 0);
  names.move(-1);
  assert.equal(names.marked, 2);
});

test("an answer to an older text is none, and does not keep the newer one from being asked", () => {
  const { timer } = names;
  names.found(answer({ serial: 0 }));
  assert.equal(names.answer, null);
  assert.equal(names.timer, timer);
  assert.equal(names.list.innerHTML, "");
});

test("an empty list is not opened and marks nothing", () => {
  names.found(answer({ hits: [], list: "", marked: 0 }));
  names.move(1);
  assert.equal(names.marked, -1);
  assert.equal(names.isOpen, false);
});

test("Enter takes the marked option; before the answer it takes the first only where that is sure", () => {
  names.found(answer({ marked: 1 }));
  names.enter();
  names.wanted = true;
  names.found(answer());
  assert.deepEqual(names.taken, ["Ben"]);
  names.wanted = true;
  names.found(answer({ sure: true }));
  assert.deepEqual(names.taken, ["Ben", "Anna"]);
});
