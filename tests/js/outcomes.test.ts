import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { called, formOf, type } from "./page.ts";
import "../../assets/ts/predict/outcomes.ts";
import "../../assets/ts/predict/outcome-keys.ts";

type Own = { note: string; event: string };
type Sent = { key: string; kind: string; outcome?: string; due?: number; own: Own[]; scenario: { record_id: string; record: object }; cut_offs?: object };

const WORDS = {
  loan: { about: "", came: "Took a loan", missed: "Took none", whole: ["Took a loan", "Took none"] },
  card: { about: "Card", came: "Bought", missed: "Not", whole: ["Card: Bought", "Card: Not"] },
};
let serial = 0;

const one = (kind: string) => document.querySelector<HTMLButtonElement>(`#outcomes .outcome-buttons [data-outcome=${kind}]`)!;
const named = (kind: string) => [one(kind).textContent, one(kind).getAttribute("aria-label")];
const about = () => document.querySelector<HTMLElement>(".outcome-about")!;
const undo = () => document.querySelector<HTMLButtonElement>("#outcomes [data-outcome=undo]")!;
const words = () => document.querySelector(".outcome-words")!.textContent;
const sent = () => called.filter(({ id }) => id === "outcome-act").map(({ props }) => props.data as Sent);
const isNoted = (kind: string) => one(kind).getAttribute("aria-pressed") === "true";
const tick = () => new Promise((done) => { setTimeout(done, 0); });

function key(text: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key: text, bubbles: true, cancelable: true, ...more }));
}

/* The row as layouts/predict/outcome_row.py writes it; `name` where its buttons are about one class alone. */
function page(name = "") {
  const own = (name ? ` data-name="${name}"` : "");
  const keyed = (at: number) => `data-key="${at}" data-key-words="Key ${at}" aria-keyshortcuts="${at}" title="Key ${at}"`;
  const form = formOf({ income: "50", age: "30" });
  document.querySelector("#result [data-focus]")!.setAttribute("data-focus", "loan");
  document.body.insertAdjacentHTML("beforeend", `
    <section id="outcomes" data-noting="Noting …" data-kept="It is kept." data-failed="It is not known.">
      <p class="outcome-about"></p>
      <div class="outcome-buttons">
        <button data-outcome="came"${own} ${keyed(1)}><span class="outcome-word">Yes</span></button>
        <button data-outcome="missed"${own} ${keyed(2)}><span class="outcome-word">No</span></button>
        <button data-outcome="no_answer" ${keyed(3)}><span class="outcome-word">No answer</span></button>
        <button data-outcome="call_back" data-unfolds="later" ${keyed(4)}><span class="outcome-word">Call back</span></button>
      </div>
      <div class="outcome-later" hidden><button data-outcome="call_back" data-hours="1">In an hour</button><input class="outcome-at" type="datetime-local"></div>
      <textarea class="outcome-note"></textarea>
      <p class="outcome-words"></p><button data-outcome="undo" hidden>Undo</button>
    </section>
    <div id="history"></div><input type="checkbox" data-outcome-keys checked>`);
  document.getElementById("outcomes")!.dataset.words = JSON.stringify(WORDS);
  dispatchEvent(new CustomEvent("likely:page"));
  return form;
}

function current(record = "7") {
  const form = document.querySelector<HTMLElement>(".form")!;
  const other = form.dataset.record !== record;
  form.dataset.record = record;
  if (other) dispatchEvent(new CustomEvent("likely:filled", { detail: { form } }));
  const question = { serial: ++serial, model: "loan@1", record_id: record, row: null };
  dispatchEvent(new CustomEvent("likely:current", { detail: { form, question } }));
}

/* What the server says of the last press: it was noted, and is told of the record beside what was before. */
async function said(event: string, more: object = {}, note = "") {
  const { key: of, kind, outcome, own } = sent().at(-1)!;
  document.querySelector("likely-outcome-said")?.remove();
  const message = document.createElement("likely-outcome-said");
  const now = { note: note || (["came", "missed"].includes(kind) ? `${kind} ${outcome}` : kind), event };
  const left = own.filter((each) => !(["came", "missed"].includes(kind) && each.note.endsWith(` ${outcome}`)));
  message.dataset.message = JSON.stringify({ key: of, words: `Noted ${event}`, own: kind === "undo" ? own.slice(0, -1) : [...left, now], ...more });
  document.body.append(message);
  await tick();
}

async function history(notes: object[]) {
  const own = document.createElement("likely-own");
  own.dataset.notes = JSON.stringify(notes);
  document.getElementById("history")!.replaceChildren(own);
  await tick();
}

beforeEach(async () => {
  if (sent().length) await said("", { own: undefined }); // so that none of the test before is open
  localStorage.clear();
  page();
  current();
  called.length = 0;
});

test("a press is sent once with a key of its own, and is noted when the server says so", async () => {
  one("came").click();
  one("came").click();
  assert.equal(sent().length, 1);
  assert.match(sent()[0].key, /^[0-9a-f]{32}$/);
  assert.equal(sent()[0].outcome, "loan");
  assert.equal(isNoted("came"), false);
  await said("e1");
  assert.equal(words(), "Noted e1");
  assert.equal(isNoted("came"), true);
  assert.equal(undo().hidden, false);
  one("came").click();
  assert.equal(sent().length, 1);
});

test("the next press brings along what was told before, so that it can take its place", async () => {
  one("came").click();
  await said("e1");
  one("missed").click();
  assert.deepEqual(sent()[1].own, [{ note: "came loan", event: "e1" }]);
  await said("e2");
  assert.deepEqual([isNoted("came"), isNoted("missed")], [false, true]);
});

test("each of several products has an answer of its own", async () => {
  one("came").click();
  await said("e1");
  document.querySelector<HTMLElement>("#result [data-focus]")!.dataset.focus = "card";
  current();
  assert.equal(isNoted("came"), false);
  assert.deepEqual([named("came"), named("missed")], [["Bought", "Card: Bought"], ["Not", "Card: Not"]]);
  assert.deepEqual([about().textContent, about().hidden], ["Card", false]);
  one("missed").click();
  assert.equal(sent()[1].outcome, "card");
  await said("e2");
  document.querySelector<HTMLElement>("#result [data-focus]")!.dataset.focus = "loan";
  current();
  assert.deepEqual([isNoted("came"), isNoted("missed")], [true, false]);
  assert.deepEqual([named("came"), named("missed")], [["Took a loan", null], ["Took none", null]]); // they say it themselves
  assert.equal(about().hidden, true);
});

test("buttons about one class keep their words, whatever is in focus", () => {
  page("loan");
  document.querySelector<HTMLElement>("#result [data-focus]")!.dataset.focus = "card";
  current();
  assert.deepEqual([named("came"), named("missed")], [["Yes", null], ["No", null]]);
});

test("of several classes the whole name of a long one that is chosen stands below the list", () => {
  const long = "Retirement savings plan with monthly contributions";
  document.querySelector(".outcome-buttons")!.innerHTML = `
    <select data-outcome-choice="true"><option value="">What came?</option><option value="a">${long}</option><option value="b">Card</option></select>
    <button data-outcome="came"><span class="outcome-word">Note it</span></button>`;
  document.querySelector(".outcome-buttons")!.insertAdjacentHTML("afterend", '<p class="outcome-chosen" data-short="20" hidden></p>');
  const chosen = document.querySelector<HTMLElement>(".outcome-chosen")!;
  const shown = (value: string) => {
    const choice = document.querySelector("select")!;
    choice.value = value;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    return [chosen.textContent, chosen.hidden];
  };
  assert.deepEqual([shown(""), shown("a"), shown("b"), shown("a")], [["", true], [long, false], ["", true], [long, false]]);
  assert.equal(one("came").textContent, "Note it");
});

test("a button of one class is about that class, whatever is in focus", async () => {
  page("Y");
  one("missed").dataset.name = "N";
  one("missed").dataset.outcome = "came"; // two classes are two buttons of one kind
  current();
  const [first, second] = document.querySelectorAll<HTMLButtonElement>("[data-outcome=came]");
  first.click();
  await said("e1");
  assert.deepEqual([first, second].map((each) => each.getAttribute("aria-pressed")), ["true", "false"]);
  second.click();
  assert.equal(sent().at(-1)!.outcome, "N");
});

test("a second answer that is pressed before the first is noted goes after it, and brings it along", async () => {
  one("came").click();
  one("missed").click();
  assert.equal(sent().length, 1); // one after the other
  await said("e1");
  assert.deepEqual([sent().length, sent()[1].own[0].event], [2, "e1"]);
  await said("e2");
  assert.deepEqual([isNoted("came"), isNoted("missed")], [false, true]);
});

test("presses that are on their way stay with their record when another one is opened", async () => {
  one("no_answer").click();
  one("came").click();
  current("8");
  await said("e1");
  assert.deepEqual([isNoted("no_answer"), undo().hidden, words()], [false, true, ""]);
  assert.deepEqual(sent().map(({ scenario }) => scenario.record_id), ["7", "7"]);
  one("came").click(); // of the other record
  await said("e2");
  assert.equal(isNoted("came"), false);
  assert.equal(sent()[2].scenario.record_id, "8");
  assert.deepEqual(sent()[2].own, []);
  await said("e3");
  assert.equal(isNoted("came"), true);
});

test("a press that is not answered is said to be kept, until it is noted", async () => {
  const waits = (outputs: string) => dispatchEvent(new CustomEvent("likely:waiting", { detail: { outputs } }));
  one("came").click();
  waits('{"id":"history","property":"tree"}');
  assert.equal(words(), "Noting …");
  waits('{"id":"outcome-said","property":"attributes"}');
  assert.deepEqual([words(), isNoted("came")], ["It is kept.", false]);
  await said("e1");
  assert.deepEqual([words(), isNoted("came")], ["Noted e1", true]);
  waits('{"id":"outcome-said","property":"attributes"}'); // nothing is on its way
  assert.equal(words(), "Noted e1");
});

test("an error of the server is said, and the next press is sent", async () => {
  one("came").click();
  dispatchEvent(new CustomEvent("likely:failed", { detail: { outputs: '{"id":"history","property":"tree"}' } }));
  assert.equal(words(), "Noting …");
  dispatchEvent(new CustomEvent("likely:failed", { detail: { outputs: '{"id":"outcome-said","property":"attributes"}' } }));
  assert.deepEqual([words(), isNoted("came")], ["It is not known.", false]);
  one("no_answer").click();
  assert.equal(sent().length, 2);
});

test("a note that is written while another press is on its way stays for the next one", async () => {
  const note = document.querySelector<HTMLTextAreaElement>(".outcome-note")!;
  one("came").click();
  note.value = "moves in May";
  await said("e1");
  assert.equal(note.value, "moves in May");
  one("no_answer").click();
  await said("e2");
  assert.equal(note.value, "");
});

test("a call-back that is noted can be moved to another time", async () => {
  one("call_back").click();
  document.querySelector<HTMLButtonElement>("[data-hours]")!.click();
  assert.ok(sent()[0].due! > Date.now() / 1000);
  await said("e1");
  assert.equal(document.querySelector<HTMLElement>(".outcome-later")!.hidden, true);
  one("call_back").click();
  assert.equal(document.querySelector<HTMLElement>(".outcome-later")!.hidden, false);
  document.querySelector<HTMLButtonElement>("[data-hours]")!.click();
  assert.equal(sent().length, 2);
});

test("a press while the result is on its way is about the values that stand in the form", () => {
  const form = document.querySelector<HTMLElement>(".form")!;
  type("income", "64");
  dispatchEvent(new CustomEvent("likely:stale", { detail: { form } }));
  one("no_answer").click();
  assert.deepEqual([sent()[0].scenario.record, words()], [{ income: "64", age: "30" }, "Noting …"]);
});

test("a press is about the cut-offs of the result that the reader sees", async () => {
  one("no_answer").click();
  document.querySelector<HTMLElement>("#result [data-focus]")!.dataset.cutOffs = '{"loan": 0.3, "card": 1}';
  one("came").click();
  await said("e1");
  assert.deepEqual(sent().map(({ cut_offs }) => cut_offs), [null, { loan: 0.3, card: 1 }]);
});

test("what the reader told lately comes with the history, and is taken back after a reload", async () => {
  await history([{ note: "came loan", event: "e7" }, { note: "call_back", event: "e8" }]);
  assert.deepEqual([isNoted("came"), isNoted("call_back"), undo().hidden], [true, true, false]);
  undo().click();
  assert.equal(sent()[0].own.at(-1)!.event, "e8");
  await said("e8");
  assert.deepEqual([isNoted("came"), isNoted("call_back")], [true, false]);
});

test("who did not answer before is tried again, and what was told here stays noted", async () => {
  await history([{ note: "", event: "e7" }]);
  assert.deepEqual([isNoted("no_answer"), undo().hidden], [false, false]);
  one("no_answer").click();
  await said("e8");
  await history([{ note: "", event: "e7" }, { note: "", event: "e8" }]);
  assert.equal(isNoted("no_answer"), true);
});

test("another record has nothing noted", async () => {
  await history([{ note: "came loan", event: "e8" }]);
  current("8");
  assert.deepEqual([isNoted("came"), undo().hidden], [false, true]);
  assert.equal(called.at(-1)!.id, "history-asked");
});

test("a history that was asked for before another record was opened is none of that record", async () => {
  one("came").click();
  await said("e1"); // and its history is asked for
  const form = document.querySelector<HTMLElement>(".form")!;
  form.dataset.record = "8";
  dispatchEvent(new CustomEvent("likely:filled", { detail: { form } }));
  await history([{ note: "came loan", event: "e1" }]);
  assert.deepEqual([isNoted("came"), undo().hidden], [false, true]);
  current("8");
  await history([{ note: "missed loan", event: "e9" }]);
  assert.deepEqual([isNoted("came"), isNoted("missed")], [false, true]);
});

test("a press that fails is noted nowhere", async () => {
  one("came").click();
  await said("", { own: undefined, words: "It cannot be stored." });
  assert.deepEqual([words(), isNoted("came"), undo().hidden], ["It cannot be stored.", false, true]);
});

test("keys press the buttons where nothing is typed, and not while a key is held", () => {
  key("3");
  assert.equal(sent()[0].kind, "no_answer");
  const before = called.length;
  key("1", document.querySelector("#c-income")!);
  key("1", document.querySelector(".outcome-note")!);
  key("1", document.body, { ctrlKey: true });
  key("1", document.body, { repeat: true });
  key("9");
  assert.equal(called.length, before);
});

test("who turns the keys off presses digits without effect, here and on the next page", () => {
  const box = () => document.querySelector<HTMLInputElement>("[data-outcome-keys]")!;
  box().click();
  assert.equal(box().checked, false);
  key("3");
  assert.deepEqual(sent(), []);
  assert.deepEqual([one("came").title, one("came").hasAttribute("aria-keyshortcuts")], ["", false]);
  page();
  current();
  assert.equal(box().checked, false);
  key("3");
  assert.deepEqual(sent(), []);
  box().click();
  assert.equal(one("came").getAttribute("aria-keyshortcuts"), "1");
  key("3");
  assert.equal(sent().length, 1);
});
