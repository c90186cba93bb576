import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.ts";
import "../../assets/ts/predict/claim.ts";

const left: [string, string][] = [];
const tick = () => new Promise((done) => { setTimeout(done, 0); });

Object.defineProperty(navigator, "sendBeacon", {
  value: (to: string, body: Blob) => { void body.text().then((claim) => left.push([to, claim])); return true; },
});

async function holds(claim: string) {
  document.body.innerHTML = '<p class="outcome-words"></p>';
  const held = document.createElement("likely-claim");
  held.dataset.held = claim;
  document.body.append(held);
  await tick();
}

beforeEach(async () => {
  dispatchEvent(new Event("pagehide"));
  await tick();
  left.length = 0;
});

test("the next customer gives back the one before, once", async () => {
  await holds('{"row":1}');
  assert.deepEqual(left, []);
  await holds('{"row":2}');
  await tick();
  assert.deepEqual(left, [["/_leave-customer", '{"row":1}']]);
});

test("a page that is left gives the customer back, and another page of the service does, too", async () => {
  await holds('{"row":3}');
  document.body.innerHTML = "";
  dispatchEvent(new CustomEvent("likely:page"));
  dispatchEvent(new Event("pagehide"));
  await tick();
  assert.deepEqual(left, [["/_leave-customer", '{"row":3}']]);
});

test("a page that stays keeps its customer", async () => {
  await holds('{"row":4}');
  dispatchEvent(new CustomEvent("likely:page"));
  await tick();
  assert.deepEqual(left, []);
});

test("who else is with the customer is said at the row", async () => {
  await holds('{"row":5}');
  const message = document.createElement("likely-claim-said");
  message.dataset.message = JSON.stringify({ words: "Bob is with this customer now." });
  document.body.append(message);
  await tick();
  assert.equal(document.querySelector(".outcome-words")!.textContent, "Bob is with this customer now.");
});
