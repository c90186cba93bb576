import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import { called, formOf, likely, press, type } from "./page.ts";
import "../../assets/ts/shared/shell.ts";
import { withoutField } from "../../assets/ts/shared/fields.ts";
import { questionOf, settle } from "../../assets/ts/shared/form.ts";

const state = () => document.getElementById("panel")!.dataset.state;
const asked = () => called.at(-1)!.props.data;
const record = (income: string, age: string) => ({ income, age });

/* What the server answers about these values, and Dash then draws. */
function answer(serial: number, values: Record<string, string>, more: object = {}) {
  document.querySelector<HTMLElement>("#result [data-serial]")!.dataset.serial = String(serial);
  const about = { model: "loan@1", values, outcome: "Y", declined: "", record_id: "", order: "" };
  settle({ serial, asked: about, problems: {}, notes: {}, ...more });
}

/* A key, and the moment in which Dash calls back. */
function hit(name: string, key: string, more: KeyboardEventInit = {}) {
  press(name, key, more);
  clock.tick(0);
}

let clock: ReturnType<typeof FakeTimers.install>;

beforeEach(() => {
  clock = FakeTimers.install({ now: 1e6, toFake: ["setTimeout", "clearTimeout", "Date"] });
  formOf({ income: "50", age: "30" });
  settle({ serial: 0, record: record("50", "30"), problems: {}, notes: {} });
  called.length = 0;
});

afterEach(() => clock.uninstall());

test("the opening answer belongs to the values in the form", () => {
  assert.equal(state(), "current");
  assert.deepEqual(called, []);
});

test("typing asks after a pause, and the result is marked as that of earlier values at once", () => {
  type("income", "60");
  assert.equal(state(), "waiting");
  assert.equal(called.length, 0);
  clock.tick(260);
  assert.equal(called.length, 1);
  assert.equal(asked().serial, 1);
});

test("Enter and arrows ask at once; an arrow steps within the limits", () => {
  hit("income", "ArrowUp");
  assert.equal(document.querySelector<HTMLInputElement>("#c-income")!.value, "51");
  assert.equal(called.length, 1);
  hit("age", "PageUp", { shiftKey: true });
  assert.equal(document.querySelector<HTMLInputElement>("#c-age")!.value, "100");
});

test("keys of an input method neither ask nor step: those of candidates, and the one that ends a composition", () => {
  const input = document.querySelector<HTMLInputElement>("#c-income")!;
  type("income", "60");
  for (const composed of [{ isComposing: true }, { keyCode: 229 }]) {
    for (const key of ["Enter", "ArrowDown", "PageUp"]) hit("income", key, composed);
  }
  assert.deepEqual([input.value, called.length], ["60", 0]);
  hit("income", "Enter");
  assert.equal(called.length, 1);
});

test("an arrow in a blank field begins where values lie, else at the lower limit, else at 0", () => {
  const field = document.querySelector<HTMLElement>("[data-feature=income]")!;
  const control = document.querySelector<HTMLInputElement>("#c-income")!;
  const stepped = (given: Record<string, string>, key: string) => {
    for (const name of ["low", "high", "typical"]) delete field.dataset[name];
    Object.assign(field.dataset, given);
    type("income", "");
    hit("income", key);
    return control.value;
  };
  assert.equal(stepped({ typical: "1986" }, "ArrowUp"), "1987");
  assert.equal(stepped({ typical: "-52.5" }, "ArrowDown"), "-53.5");
  assert.equal(stepped({ typical: "0", low: "-5" }, "ArrowUp"), "1");
  assert.equal(stepped({ low: "18" }, "ArrowUp"), "19");
  assert.equal(stepped({}, "ArrowUp"), "1");
});

test("an answer about other values is not called current", () => {
  type("income", "60");
  hit("income", "Enter");
  type("income", "61");
  answer(1, record("60", "30"));
  assert.equal(state(), "waiting");
  clock.tick(1000);
  assert.equal(asked().serial, 2);
  answer(2, record("61", "30"));
  assert.equal(state(), "current");
});

test("a late answer to an earlier request changes nothing", () => {
  hit("income", "ArrowUp");
  clock.tick(200);
  hit("income", "ArrowUp");
  clock.tick(200);
  answer(2, record("52", "30"));
  assert.equal(state(), "current");
  settle({ serial: 1, asked: { model: "loan@1", values: record("51", "30"), outcome: "Y", declined: "", record_id: "", order: "" }, problems: {}, notes: {} });
  assert.notEqual(state(), "current");
});

test("an answer counts once Dash has drawn it, not before", () => {
  hit("income", "ArrowUp");
  const about = { model: "loan@1", values: record("51", "30"), outcome: "Y", declined: "", record_id: "", order: "" };
  settle({ serial: 1, asked: about, problems: {}, notes: {} });
  assert.equal(state(), "waiting");
  document.querySelector<HTMLElement>("#result [data-serial]")!.dataset.serial = "1";
  settle({ serial: 1, asked: about, problems: {}, notes: {} });
  assert.equal(state(), "current");
});

test("without an answer the page says so, asks again, and waits longer each time", () => {
  hit("income", "ArrowUp");
  clock.tick(3001);
  assert.equal(state(), "lost");
  assert.match(document.getElementById("panel-words")!.textContent, /No answer from the server/);
  assert.equal(called.length, 2);
  clock.tick(3100);
  assert.equal(called.length, 2);
  clock.tick(3000);
  assert.equal(called.length, 3);
});

test("a problem is said at its field, and there is no result", () => {
  type("income", "999");
  hit("income", "Enter");
  answer(1, record("999", "30"), { problems: { income: "“999” is above 100." } });
  assert.equal(state(), "invalid");
  assert.equal(document.getElementById("s-income")!.textContent, "“999” is above 100.");
  assert.match(document.getElementById("panel-words")!.textContent, /please correct income/);
});

test("an answer of a page that was left is not shown", () => {
  hit("income", "ArrowUp");
  settle({ serial: 1, asked: { model: "iris@1", values: record("51", "30"), outcome: "", declined: "", record_id: "", order: "" }, problems: {}, notes: {} });
  assert.equal(state(), "waiting");
});

test("the address names what differs from the start, and nothing personal", () => {
  document.querySelector<HTMLElement>("[data-feature=age]")!.dataset.personal = "true";
  hit("income", "ArrowUp");
  hit("age", "ArrowUp");
  clock.tick(200);
  answer(called.at(-1)!.props.data.serial as number, record("51", "31"));
  assert.equal(state(), "current");
  const query = new URLSearchParams(location.search);
  assert.equal(query.get("income"), "51");
  assert.equal(query.get("age"), null);
});

test("while a key is held the next request waits for the answer, so that each is shown", () => {
  for (let at = 0; at < 6; at += 1) {
    hit("income", "ArrowUp");
    clock.tick(33);
  }
  assert.deepEqual(called.map(({ props }) => props.data.serial), [1]);
  answer(1, record("51", "30"));
  clock.tick(1);
  assert.deepEqual(called.map(({ props }) => props.data.serial), [1, 2]);
});

test("without Dash's call for a changed control nothing is asked, and its answer is the request or no update", () => {
  const changed = () => likely().changed?.(null);
  assert.equal(changed(), "no update"); // the result is that of the values
  press("income", "ArrowUp");
  assert.equal(called.length, 0);
  const request = changed() as { serial: number; model: string };
  assert.deepEqual([request.serial, request.model], [1, "loan@1"]);
  press("income", "ArrowUp");
  assert.equal(changed(), "no update"); // an answer is awaited
  assert.equal(called.length, 0);
});

test("a field may be called as a property that every object has", () => {
  const values = { constructor: "1", toString: "2", ["__proto__"]: "3", hasOwnProperty: "4" };
  formOf(values);
  settle({ serial: 0, record: Object.fromEntries(Object.entries(values)), problems: {}, notes: {} });
  type("toString", "5");
  hit("toString", "Enter");
  answer(1, { ...Object.fromEntries(Object.entries(values)), toString: "5" } as unknown as Record<string, string>);
  assert.equal(state(), "current");
  assert.deepEqual([...document.querySelectorAll<HTMLElement>("[data-feature]")].map(({ dataset }) => dataset.state), ["", "", "", ""]);
});

test("values without a field go with each request, and an answer belongs to the form with the same ones only", () => {
  const form = document.querySelector<HTMLElement>(".form")!;
  form.dataset.rest = '{"debt":"7"}';
  hit("income", "Enter");
  assert.equal(asked().rest, '{"debt":"7"}');
  assert.deepEqual(questionOf(form).record, { debt: "7", income: "50", age: "30" });
  answer(1, record("50", "30"));
  assert.equal(state(), "waiting"); // it is about a record whose debt nobody knows
  clock.tick(200);
  answer(2, record("50", "30"), { asked: { model: "loan@1", values: record("50", "30"), outcome: "Y", declined: "", record_id: "", order: "", rest: '{"debt":"7"}' } });
  assert.equal(state(), "current");
});

test("a problem of a value without a field is said in place of a result", () => {
  hit("income", "ArrowUp");
  answer(1, record("51", "30"), { problems: { debt: "Not a number." } });
  assert.equal(state(), "invalid");
  assert.equal(document.getElementById("panel-words")!.textContent, "debt: Not a number.");
});

test("a record's values without a field are those of its names that the form does not have", () => {
  const form = document.querySelector<HTMLElement>(".form")!;
  assert.equal(withoutField(form, { income: "1", debt: "7", size: "" }), '{"debt":"7"}');
  assert.equal(withoutField(form, { income: "1", size: "" }), "");
});
