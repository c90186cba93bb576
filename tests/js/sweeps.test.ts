import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.ts";
import { inLists, put, type Sweep } from "../../assets/ts/predict/sweeps.ts";

const DRAWN = '<svg class="sweep"></svg>';
const sweep: Sweep = { drawing: DRAWN, scores: { a: "20 %", b: "60 %" }, here: "a" };
const field = () => document.querySelector<HTMLElement>(".field")!;

beforeEach(() => { document.body.innerHTML = '<form><div class="field"><select><option value="a">A</option><option value="b">B</option></select><div class="what-if"></div></div></form>'; });

test("a drawing replaces the one before, and goes where there is none any more", () => {
  put(field(), sweep);
  put(field(), sweep);
  assert.equal(document.querySelectorAll(".what-if > .sweep").length, 1);
  put(field(), undefined);
  assert.equal(document.querySelectorAll(".sweep").length, 0);
});

test("a list shows the score beside each other choice, and only while it is current", () => {
  const form = document.querySelector("form")!;
  put(field(), sweep);
  inLists(form, true);
  const [here, other] = [...document.querySelectorAll("option")];
  assert.equal(other.getAttribute("label"), "B · 60 %");
  assert.equal(here.getAttribute("label"), null);
  inLists(form, false);
  assert.equal(other.getAttribute("label"), null);
});

test("buttons carry the score of their value", () => {
  field().innerHTML = '<div class="codes"><label data-code="a"></label><label data-code="b"></label></div><div class="what-if"></div>';
  put(field(), { scores: sweep.scores });
  assert.deepEqual([...document.querySelectorAll<HTMLElement>("[data-code]")].map(({ dataset }) => dataset.score), ["20 %", "60 %"]);
  put(field());
  assert.equal(document.querySelectorAll("[data-score]").length, 0);
});
