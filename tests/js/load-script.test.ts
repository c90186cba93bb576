import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.ts";
import { loadScript } from "../../assets/ts/shared/load-script.ts";

const tags = () => [...document.querySelectorAll<HTMLScriptElement>("head script")];
const NEXT = "/next.js"; // each test has an address of its own: what is loaded stays loaded
let at = 0;

beforeEach(() => {
  at += 1;
  document.head.innerHTML = `<meta name="likely-grid" content="${NEXT}?${at}">`;
  document.head.append = function append(...nodes) { Element.prototype.append.call(this, ...nodes.map(inert)); };
});

/* The page in memory loads nothing by itself. */
function inert(node: Node | string) {
  if (node instanceof HTMLScriptElement) node.type = "text/inert";
  return node;
}

test("a script is loaded once, whoever needs it", async () => {
  const both = [loadScript("grid"), loadScript("grid")];
  assert.deepEqual(tags().map((tag) => tag.getAttribute("src")), [`${NEXT}?${at}`]);
  tags()[0].dispatchEvent(new Event("load"));
  await Promise.all(both);
  await loadScript("grid");
  assert.equal(tags().length, 1);
});

test("after a failure the next who needs it tries again", async () => {
  const failed = assert.rejects(loadScript("grid"), /next\.js\?\d did not load/);
  tags()[0].dispatchEvent(new Event("error"));
  await failed;
  assert.deepEqual(tags(), []);
  const again = loadScript("grid");
  tags()[0].dispatchEvent(new Event("load"));
  await again;
});

test("what the prerendered page has begun to load is awaited, not loaded twice", async () => {
  const begun = document.createElement("script");
  begun.setAttribute("src", `${NEXT}?${at}`);
  document.head.append(begun);
  const came = loadScript("grid");
  assert.equal(tags().length, 1);
  begun.dispatchEvent(new Event("load"));
  await came;
});
