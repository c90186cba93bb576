import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.ts";
import { Listbox } from "../../assets/ts/shared/listbox.ts";

let listbox: Listbox;

beforeEach(() => {
  document.body.innerHTML = '<input id="box"><ul id="list" hidden></ul>';
  const [box, list] = ["box", "list"].map((id) => document.getElementById(id)!);
  list.scrollIntoView = () => {};
  listbox = new Listbox(box as HTMLInputElement, list);
  listbox.fill([["Anna"], ["Ben"], ["Cleo"]]);
  for (const option of listbox.options) option.scrollIntoView = () => {};
});

test("the box says to screen readers that it has a list, and which option is marked", () => {
  assert.equal(listbox.box.getAttribute("role"), "combobox");
  assert.equal(listbox.box.getAttribute("aria-expanded"), "false");
  listbox.open(true);
  listbox.mark(1);
  assert.equal(listbox.box.getAttribute("aria-expanded"), "true");
  assert.equal(listbox.box.getAttribute("aria-activedescendant"), "list-1");
  listbox.open(false);
  assert.equal(listbox.box.hasAttribute("aria-activedescendant"), false);
});

test("arrows go around the ends", () => {
  listbox.open(true);
  listbox.move(-1);
  assert.equal(listbox.marked, 2);
  listbox.move(1);
  assert.equal(listbox.marked, 0);
  listbox.move(-1);
  assert.equal(listbox.marked, 2);
});

test("an empty list marks nothing", () => {
  listbox.fill([]);
  listbox.open(true);
  listbox.move(1);
  assert.equal(listbox.marked, -1);
});
