import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { withSentences } from "./page.ts";

/* Downloads of reports: asked for again while one is being made, and never saved before it is there. */
mock.timers.enable({ apis: ["setTimeout"] });
const answers: Response[] = [];
const asked: string[] = [];
const saved: Blob[] = [];
window.fetch = globalThis.fetch = (async (address: string) => { asked.push(address); return answers.shift(); }) as unknown as typeof fetch;
URL.createObjectURL = (blob) => { saved.push(blob as Blob); return "blob:report"; };
await import("../../assets/ts/plots/report.ts");

const later = (status: number, body: object = {}) => new Response(JSON.stringify(body), { status, headers: { "Retry-After": "2" } });
const settle = async () => { for (let turn = 0; turn < 40; turn++) { await Promise.resolve(); } };

async function download(...given: Response[]) {
  withSentences();
  document.body.innerHTML = `<p><a data-report="loan report.html" href="/report.html">Report</a><span role="status"></span></p>`;
  answers.splice(0, answers.length, ...given);
  asked.length = saved.length = 0;
  document.querySelector("a")!.click();
  while (answers.length) {
    await settle();
    mock.timers.tick(2000);
  }
  await settle();
  return document.querySelector("[role=status]")!.textContent;
}

test("a report that is being made is asked for again, and only the report is saved", async () => {
  const said = await download(later(202, { state: "working" }), later(429), new Response("<html></html>"));
  assert.equal(asked.length, 3);
  assert.equal(saved.length, 1);
  assert.ok(said);
});

test("a report that is still being made after all tries is not saved", async () => {
  const said = await download(...Array.from({ length: 31 }, () => later(202, { state: "working" })));
  assert.equal(asked.length, 31);
  assert.equal(saved.length, 0);
  assert.ok(said);
});

test("a refusal is said in its words", async () => {
  const said = await download(new Response(JSON.stringify({ error: { message: "No such outcome." } }), { status: 400 }));
  assert.equal(said, "No such outcome.");
  assert.equal(saved.length, 0);
});
