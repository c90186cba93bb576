import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";
import "../../assets/ts/shared/search.ts";

function searched(items: string, text: string) {
  document.body.innerHTML = `<input id="search" data-searches="list" data-some="{n} of {all}" data-none="no {typed}"><p id="search-words"></p><ul id="list">${items}</ul>`;
  const search = document.querySelector<HTMLInputElement>("#search")!;
  search.value = text;
  search.dispatchEvent(new Event("input", { bubbles: true }));
  search.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  return document.activeElement?.id;
}

const item = (words: string, inside: string) => `<li data-words="${words}">${inside}</li>`;
const other = item("other", '<input id="other">');

for (const [name, inside] of Object.entries({
  "the first value": '<input id="to"><input>', "a tick that is set": '<input type="radio"><input type="radio" id="to" checked>',
  "the number beside a slider": '<input type="range"><input id="to">', "a link": '<button></button><a id="to" href="/x"></a>',
  "no value that a form keeps to itself": '<form><input type="hidden" value="x"><select id="to"></select></form>',
  "a button where there is nothing else": '<form><input type="hidden" value="x"><button id="to"></button></form>',
})) {
  test(`Enter leads to ${name} of the first match`, () => {
    assert.equal(searched(other + item("Straße", inside), "STRASSE"), "to");
    assert.equal(document.querySelector("#search-words")?.textContent, "1 of 2");
  });
}
