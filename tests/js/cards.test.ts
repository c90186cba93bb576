import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";
import { Window } from "happy-dom";

/* The page's window, with what Dash and the browser give to scripts. */
const window = new Window({ url: "http://localhost/loan/performance?outcome=Y" });
const seen: { card: Element; tell: (near: boolean) => void }[] = [];
class Observer {
  call: (entries: object[]) => void;
  constructor(call: (entries: object[]) => void) { this.call = call; }
  observe(card: Element) { seen.push({ card, tell: (isIntersecting) => this.call([{ target: card, isIntersecting }]) }); }
  unobserve() { /* nothing is kept */ }
}
const sent: { id: unknown; props: Record<string, unknown> }[] = [];
let triggered = "";
const dash = {
  no_update: Symbol("no_update"),
  set_props: (id: unknown, props: Record<string, unknown>) => { sent.push({ id, props }); },
  get callback_context() { return { triggered_id: triggered }; },
};
mock.timers.enable({ apis: ["setTimeout"] });
Object.assign(globalThis, {
  window, document: window.document, location: window.location, history: window.history, HTMLElement: window.HTMLElement, Element: window.Element,
  customElements: window.customElements, CustomEvent: window.CustomEvent, MutationObserver: window.MutationObserver,
  IntersectionObserver: Observer, dash_clientside: dash, dash_component_api: { getLayout: (id: unknown) => ({ props: { id } }) },
  addEventListener: window.addEventListener.bind(window), dispatchEvent: window.dispatchEvent.bind(window),
  requestAnimationFrame: (call: () => void) => setTimeout(call, 0),
});
const { mirrored, outcome, answered, fileName } = await import("../../assets/ts/plots/cards.ts");
const cutOff = await import("../../assets/ts/plots/cut-off.ts");

const place = (plot: string) => ({ key: plot, model: "loan@1", options: plot, outcome: "Y", type: "plot" });
const card = (plot: string, data = "", options = "") => `<section class="plot-card" data-plot="${plot}" ${data}>${options}
  <div class="plot-body" id='${JSON.stringify(place(plot))}'><likely-waiting class="plot-waiting"></likely-waiting></div></section>`;
const option = `<div data-option="call" data-opens="5"><input value="5"></div>`;
const head = `<div id="cut-off" class="cut-off"><input id="cut-off-slider"><input id="cut-off-typed"><p class="cut-off-said"></p></div>
  <p data-refused></p><b data-pick="sentence"></b><dialog id="cut-off-dialog"><b data-pick="cut_off"></b><b data-pick="in_use"></b>
  <textarea id="cut-off-reason" data-undone="Undone." data-missing="Say why."></textarea><p class="cut-off-dialog-said"></p></dialog>`;
const text = (selector: string) => document.querySelector(selector)?.textContent;
const asked = () => sent.filter(({ id }) => (id as { type?: string }).type === "plot-request").map(({ id, props }) => [(id as { key: string }).key, props.data]);
const near = (plot: string, isNear = true) => seen.findLast((each) => (each.card as HTMLElement).dataset.plot === plot)?.tell(isNear);
const table = (more = {}) => ({
  model: "loan@1", outcome: "Y", refused: "", cut_off: [0.1, 0.2, 0.5], percent: [10, 20, 50], extra: [0.2], reach: 60, row: 1, in_use: 2, at: {},
  texts: { cut_off: ["10 %", "20 %", "50 %"], typed: ["10", "20", "50"], sentence: ["ten", "twenty", "fifty"] }, fixed: { in_use: "50 %" }, ...more,
});
const last = (id: string, name: string) => sent.findLast((each) => each.id === id && name in each.props)?.props[name];

beforeEach(() => {
  mock.timers.tick(20_000);
  document.body.innerHTML = `<div id="plots" data-model="loan@1" data-outcome="Y" data-opens='{"cut_off":0.2,"extra":[0.2]}' data-decimal=".">
    ${head}${card("gain", `data-mark='["x",""]'`)}${card("segments", `data-follows-cut-off="asks"`)}${card("profit", "", option)}</div>`;
  sent.length = 0;
  (document.querySelector("dialog") as HTMLDialogElement).showModal = function show() { this.open = true; };
  cutOff.tally(null);
});

test("a card asks when it comes near the screen, the first one before the others", () => {
  near("gain");
  near("segments");
  near("profit", false);
  assert.deepEqual(asked(), [["gain", { cut_off: 0.2, extra: [0.2] }]]);
  near("segments", false); // scrolled past meanwhile
  document.querySelector(".plot-body")?.replaceChildren("No figure");
  answered([], place("gain"));
  assert.deepEqual(asked().map(([plot]) => plot), ["gain", "segments"]);
  near("profit");
  assert.deepEqual(asked().at(-1), ["profit", {}]);
});

test("others wait for the first card no longer than two seconds", () => {
  near("gain");
  near("profit");
  mock.timers.tick(1999);
  assert.equal(asked().length, 1);
  mock.timers.tick(1);
  assert.equal(asked().length, 2);
});

test("only what is computed at the cut-off asks again, once it rests", () => {
  for (const plot of ["gain", "segments", "profit"]) near(plot);
  mock.timers.tick(2000);
  sent.length = 0;
  cutOff.tally(table());
  for (const typed of ["20", "10", "50"]) cutOff.move(last("cut-off-slider", "value"), typed);
  mock.timers.tick(299);
  assert.deepEqual(asked(), []);
  mock.timers.tick(1);
  assert.deepEqual(asked(), [["segments", { cut_off: 0.5, extra: [0.2] }]]);
});

test("a page that is made anew asks anew", () => {
  near("gain");
  const body = document.querySelector(".plot-body") as HTMLElement;
  body.replaceChildren("a figure");
  near("gain");
  assert.equal(asked().length, 1);
  body.innerHTML = "<likely-waiting></likely-waiting>";
  near("gain");
  assert.equal(asked().length, 2);
});

test("what is unfinished is asked for again until it is there", () => {
  near("gain");
  const body = document.querySelector(".plot-body") as HTMLElement;
  body.innerHTML = "<likely-unfinished></likely-unfinished>";
  mock.timers.tick(1000);
  assert.equal(asked().length, 2);
  mock.timers.tick(10_000);
  assert.equal(asked().length, 3);
  body.replaceChildren("a figure");
  mock.timers.tick(30_000);
  assert.equal(asked().length, 3);
});

test("the address holds the options and the cut-off that differ from those with which the page opens", () => {
  const page = document.querySelector("#plots") as HTMLElement;
  assert.equal(mirrored("?outcome=Y&profit.call=7", page), "?outcome=Y");
  (document.querySelector("[data-option] input") as HTMLInputElement).value = "7";
  assert.equal(mirrored("", page), "?profit.call=7");
  cutOff.tally(table());
  assert.equal(mirrored("", page), "?profit.call=7&cut_off=0.2");
  cutOff.move("50", "20");
  assert.equal(mirrored("?cut_off=0.2", page), "?profit.call=7");
});

test("another outcome is another address, without the options of this one", () => {
  window.happyDOM.setURL("http://localhost/loan/performance?cut_off=0.3&profit.call=7&view=whole");
  assert.equal(outcome("N"), "?view=whole&outcome=N");
  assert.equal(outcome("Y"), dash.no_update); // as the page opens: Dash calls it then, too
  window.happyDOM.setURL("http://localhost/loan/performance?outcome=Y");
});

test("back to the first outcome before the page of the second has come is a choice, too", () => {
  document.querySelector("#plots")?.insertAdjacentHTML("beforeend", `<select id="plots-outcome"><option value="Y"><option value="N"></select>`);
  window.happyDOM.setURL("http://localhost/loan/performance?outcome=N");
  assert.equal(outcome("Y"), "?outcome=Y");
  window.happyDOM.setURL("http://localhost/loan/performance?outcome=nonsense");
  assert.equal(outcome("Y"), dash.no_update);
});

test("the slider and the field pick the nearest row, and each other's value", () => {
  cutOff.tally(table());
  assert.equal(last("cut-off-typed", "value"), "20");
  cutOff.move("41", "20");
  assert.equal(text("[data-pick]"), "fifty");
  assert.equal(last("cut-off-typed", "value"), "50");
  assert.equal(last("cut-off-use", "disabled"), true);
  cutOff.move("41", "12 %");
  assert.equal(text("[data-pick]"), "ten");
  assert.equal(last("cut-off-slider", "value"), "10");
  assert.equal(last("cut-off-typed", "value"), "50"); // what is typed stays until the field is left
  cutOff.leave(1, null, "12 %");
  assert.equal(last("cut-off-typed", "value"), "10");
});

test("what is no cut-off is said when the field is left, and changes nothing", () => {
  document.body.dataset.sentences = JSON.stringify({ no_cut_off: "“{typed}” is no cut-off." });
  cutOff.tally(table());
  for (const typed of ["x", "-1", "101", ""]) {
    cutOff.move("20", typed);
    assert.equal(text("[data-pick]"), "twenty");
    cutOff.leave(1, null, typed);
    assert.match(text(".cut-off-said") ?? "", /is no cut-off/);
    assert.equal(last("cut-off-typed", "value"), "20");
  }
});

test("a table of another outcome or another model fills nothing", () => {
  cutOff.tally(table());
  for (const other of [{ outcome: "N" }, { model: "iris@2" }]) {
    cutOff.tally(table({ ...other, row: 0 }));
    assert.equal(text("[data-pick]"), "twenty");
    assert.deepEqual(cutOff.cutOff(), { cut_off: 0.2, extra: [0.2] }); // as the page opens
  }
});

test("the dialog wants a reason, keeps it when it is left, and gives the cut-off that it asked about", () => {
  const [dialog, reason] = [document.querySelector("dialog") as HTMLDialogElement, document.querySelector("textarea") as HTMLTextAreaElement];
  cutOff.propose(); // no table yet
  assert.ok(!dialog.open);
  cutOff.tally(table());
  triggered = "cut-off-use";
  cutOff.propose();
  assert.deepEqual([text("[data-pick=cut_off]"), text("[data-pick=in_use]")], ["20 %", "50 %"]);
  triggered = "cut-off-confirm";
  assert.equal(cutOff.confirm(), dash.no_update);
  assert.equal(text(".cut-off-dialog-said"), "Say why.");
  assert.ok(dialog.open);
  reason.value = "fewer calls";
  triggered = "cut-off-cancel";
  assert.equal(cutOff.confirm(), dash.no_update);
  assert.ok(!dialog.open);
  triggered = "cut-off-use";
  cutOff.propose();
  assert.deepEqual([reason.value, text(".cut-off-dialog-said")], ["fewer calls", ""]);
  triggered = "cut-off-confirm";
  const { at, ...request } = cutOff.confirm() as { at: number };
  assert.deepEqual(request, { cut_off: 0.2, reason: "fewer calls" });
  assert.ok(at);
});

test("a file is named after version, plot, outcome and cut-off, without signs that no folder takes", () => {
  const parts = { model: "loan@3f9a1c2b", plot: "gain", outcome: "Y", at: "12.5\u00a0%" };
  assert.equal(fileName(parts, "png"), "loan@3f9a1c2b gain Y at 12.5%.png");
  assert.equal(fileName({ ...parts, outcome: "a/b: <c>", at: "" }, "svg"), "loan@3f9a1c2b gain a-b- -c-.svg");
});
