import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import "./page.ts";

const CALLBACK = "/_dash-update-component";
let replies: (Response | Error)[] = [];
let sent: string[] = [];
let clock: ReturnType<typeof FakeTimers.install>;

window.fetch = globalThis.fetch = (async (address: string, options?: RequestInit) => {
  sent.push(`${address} ${options?.body ?? ""}`);
  const reply = replies.shift() ?? new Response("{}");
  if (reply instanceof Error) throw reply;
  return reply;
}) as typeof fetch;
const { untilAnswered } = await import("../../assets/ts/shared/connection.ts");

const state = () => document.documentElement.dataset.connection;
const words = () => document.getElementById("connection")!.textContent;
const ask = (output: string) => window.fetch(CALLBACK, { body: JSON.stringify({ output }) });

beforeEach(() => {
  clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  document.body.innerHTML = '<p id="connection" data-lost="No connection." data-away="No records." data-failed="An error." data-slow="Waiting."></p>';
  [replies, sent] = [[], []];
});
afterEach(() => clock.uninstall());

test("what nobody answers is asked again until somebody does, and a line says so meanwhile", async () => {
  replies = [new Error("offline"), new Response(null, { status: 503 }), new Response("done")];
  const answer = ask("plot.children");
  await clock.tickAsync(10);
  assert.equal(state(), "lost");
  assert.equal(words(), "No connection.");
  await clock.tickAsync(1000);
  assert.equal(sent.length, 2);
  await clock.tickAsync(2000);
  assert.equal(await (await answer).text(), "done");
  assert.equal(state(), undefined);
  assert.equal(words(), "");
});

test("a page that somebody on the way gives in place of an answer is none", async () => {
  const page = () => new Response("<html>Sign in to this network</html>", { headers: { "content-type": "text/html; charset=utf-8" } });
  replies = [page(), page(), new Response("done")];
  const [plot, file] = [ask("plot.children"), untilAnswered("file", () => fetch("/file"), true)];
  await clock.tickAsync(10);
  assert.equal(state(), "lost");
  await clock.tickAsync(2000);
  assert.equal(await (await plot).text(), "done");
  assert.equal(await (await file).text(), "{}");
  assert.equal(state(), undefined);
});

test("an answer that changes nothing is one, though it is called a page", async () => {
  replies = [new Response(null, { status: 204, headers: { "content-type": "text/html; charset=utf-8" } })];
  const answer = ask("plot.children");
  await clock.tickAsync(10);
  assert.equal((await answer).status, 204);
  assert.equal(state(), undefined);
});

test("where only the records cannot be reached, the line says that, and who asked hears that it is asked again", async () => {
  const heard: string[] = [];
  const hear = ({ detail }: WindowEventMap["likely:waiting"]) => heard.push(detail.outputs);
  addEventListener("likely:waiting", hear);
  replies = [new Response('{"error": {"code": "store_away"}}', { status: 503 }), new Response("done")];
  const answer = window.fetch(CALLBACK, { body: JSON.stringify({ outputs: "said" }) });
  await clock.tickAsync(10);
  assert.equal(state(), "away");
  assert.equal(words(), "No records.");
  assert.deepEqual(heard, ['"said"']);
  await clock.tickAsync(2000);
  assert.equal(await (await answer).text(), "done");
  assert.equal(state(), undefined);
  removeEventListener("likely:waiting", hear);
});

test("a newer request for the same outputs ends the repetition of the older one", async () => {
  replies = [new Error("offline"), new Response("new")];
  const older = ask("plot.children");
  await clock.tickAsync(10);
  assert.equal(await (await ask("plot.children")).text(), "new");
  await clock.tickAsync(20000);
  assert.equal((await older).status, 204);
  assert.equal(sent.length, 2);
});

test("a lost connection stays said while the next try is under way, for ever so long", async () => {
  let came: (answer: Response) => void = () => {};
  const tries = [Promise.reject(new Error("offline")), new Promise<Response>((done) => { came = done; })];
  const sent = untilAnswered("file", () => tries.shift()!);
  await clock.tickAsync(30000);
  assert.equal(state(), "lost");
  came(new Response("done"));
  assert.equal(await (await sent).text(), "done");
});

test("what moves is not slow, and what is slow is not any more once it moves", async () => {
  let moves = () => {};
  let came: (answer: Response) => void = () => {};
  const sent = untilAnswered("file", (told) => { moves = told; return new Promise((done) => { came = done; }); });
  for (let at = 0; at < 3; at++) {
    await clock.tickAsync(9000);
    moves();
    assert.equal(state(), undefined);
  }
  await clock.tickAsync(10000);
  assert.equal(state(), "slow");
  moves();
  assert.equal(state(), undefined);
  came(new Response("done"));
  await sent;
});

test("for a file, an error that the service puts in words is an answer; that of a proxy is none", async () => {
  const tries = [new Response("<html>", { status: 503 }), new Response('{"error": {"code": "busy"}}', { status: 503 })];
  const sent = untilAnswered("file", async () => tries.shift()!, true);
  await clock.tickAsync(10);
  assert.equal(state(), "lost");
  await clock.tickAsync(1000);
  assert.equal((await (await sent).json()).error.code, "busy");
  assert.equal(state(), undefined); // the page says so where the file was chosen
});

test("an error of the server stays said until the page changes", async () => {
  replies = [new Response("{}", { status: 500 })];
  assert.equal((await ask("result.children")).status, 500);
  assert.equal(state(), "failed");
  dispatchEvent(new CustomEvent("likely:page"));
  assert.equal(state(), undefined);
});

test("other requests go by untouched", async () => {
  replies = [new Response(null, { status: 503 })];
  assert.equal((await window.fetch("/api/v1/models")).status, 503);
  assert.equal(state(), undefined);
});

test("a cancelled request is not repeated", async () => {
  const cancelled = Object.assign(new Error("cancelled"), { name: "AbortError" });
  replies = [cancelled];
  await assert.rejects(ask("result.children"), { name: "AbortError" });
  assert.equal(sent.length, 1);
});
