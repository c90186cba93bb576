import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.ts";
import { draw, inLists, scaleOf, type Sweep } from "../../assets/ts/predict/sweeps.ts";

const sweep = (more: Partial<Sweep> = {}): Sweep =>
  ({ values: ["a", "b"], line: false, at: [0.25, 0.75], p: [0.2, 0.6], shown: ["20 %", "60 %"], here: 0, label: "Over", title: "From", ...more });
const field = () => document.querySelector<HTMLElement>(".field")!;

beforeEach(() => { document.body.innerHTML = '<form><div class="field"><select><option value="a">A</option><option value="b">B</option></select><div class="what-if"></div></div></form>'; });

test("one scale for all fields: at least 20 points wide, within 0 and 1", () => {
  assert.deepEqual(scaleOf({ a: sweep({ p: [0.1, 0.5] }) }), [0.1, 0.5]);
  const [low, high] = scaleOf({ a: sweep({ p: [0.5, 0.52] }) });
  assert.ok(Math.abs(high - low - 0.2) < 1e-12);
  assert.equal(scaleOf({ a: sweep({ p: [0.01, 0.02] }) })[0], 0);
});

test("a drawing says its ends, and replaces the one before", () => {
  draw(field(), sweep(), [0, 1]);
  draw(field(), sweep(), [0, 1]);
  assert.equal(document.querySelectorAll(".sweep").length, 1);
  assert.equal(document.querySelector(".sweep")!.getAttribute("aria-label"), "Over");
  assert.equal(document.querySelectorAll(".sweep-column-here").length, 1);
  draw(field(), undefined, [0, 1]);
  assert.equal(document.querySelectorAll(".sweep").length, 0);
});

test("a list shows the score beside each other choice, and only while it is current", () => {
  const form = document.querySelector("form")!;
  draw(field(), sweep(), [0, 1]);
  inLists(form, true);
  const [here, other] = [...document.querySelectorAll("option")];
  assert.equal(other.getAttribute("label"), "B · 60 %");
  assert.equal(here.getAttribute("label"), null);
  inLists(form, false);
  assert.equal(other.getAttribute("label"), null);
});

test("buttons carry the score of their value, and there is no drawing", () => {
  field().innerHTML = '<div class="codes"><button data-code="a"></button><button data-code="b"></button></div><div class="what-if"></div>';
  draw(field(), sweep(), [0, 1]);
  assert.deepEqual([...document.querySelectorAll("button")].map(({ dataset }) => dataset.score), ["20 %", "60 %"]);
  assert.equal(document.querySelectorAll(".sweep").length, 0);
});
