/* Cut-off of the Performance page. The threshold table is requested once for an outcome, its numbers as texts; a cut-off
   picks a row, and every element with data-pick gets its text of that row. While the cut-off moves nothing is computed
   and no request is sent. */

import { register, setProps } from "../shared/dash.ts";
import { marksOf, read, nearest } from "../shared/numbers.ts";
import { cards, near } from "./cards.ts";

const byId = (id) => document.getElementById(id);
const page = () => byId("plots");
let table = null; // the threshold table of the outcome
let row = 0;
let opened = null; // element and request of the page to which it belongs
let former = null;

// ---- asking ---------------------------------------------------------------------------------
function ask(cutOff) {
  const { model, outcome } = page().dataset;
  table = null;
  setProps("threshold-table-request", { data: { model, outcome, cut_off: cutOff } });
}

function open() {
  if (!byId("cut-off")) { opened = null; return; }
  const text = JSON.stringify([page().dataset.model, page().dataset.outcome, page().dataset.cutOff]);
  if (opened?.page === byId("cut-off") && opened.text === text) return;
  opened = { page: byId("cut-off"), text };
  former = null;
  dispatchEvent(new CustomEvent("likely:no-cut-off"));
  ask(page().dataset.cutOff || null);
}

/* The table is still being computed: repeat the request, unless another page is open by then. */
function later(asked) {
  setTimeout(() => { if (opened === asked) ask(page().dataset.cutOff || null); }, 1000);
  return "later";
}

function tally(answer) {
  if (!answer || answer.outcome !== page()?.dataset.outcome) return "";
  const note = page().querySelector("[data-refused]");
  note.hidden = !answer.refused;
  note.textContent = answer.refused;
  if (answer.again) return later(opened);
  for (const part of [byId("cut-off"), page().querySelector(".performance-head")]) part.hidden = Boolean(answer.refused);
  for (const card of cards()) {
    const needs = card.dataset.mark || card.dataset.followsCutOff === "moves";
    card.hidden = Boolean(answer.refused && needs);
  }
  if (answer.refused) { goOn(answer.cut_off); return "refused"; }
  table = answer;
  slider().max = table.reach;
  use(table.in_use);
  go(table.row);
  return String(answer.row);
}

/* Without a table, let the plots that need none start. */
const goOn = (value) => dispatchEvent(new CustomEvent("likely:cut-off", { detail: { value, extra: [] } }));

// ---- moving ---------------------------------------------------------------------------------
const slider = () => byId("cut-off-slider");
const typed = () => byId("cut-off-typed");

function go(next, except = null) {
  row = Math.max(0, Math.min(table.cut_off.length - 1, next));
  fill(document);
  if (except !== slider()) slider().value = table.percent[row];
  slider().setAttribute("aria-valuetext", table.texts.cut_off[row]);
  if (except !== typed()) typed().value = table.texts.typed[row];
  byId("cut-off").querySelector("[data-keep=this]").disabled = row === table.in_use;
  byId("cut-off").dataset.row = row;
  marks();
  dispatchEvent(new CustomEvent("likely:cut-off", { detail: { value: table.cut_off[row], extra: table.extra } }));
}

const textOf = (name) => table.fixed[name] ?? table.texts[name]?.[row];

function fill(root) {
  for (const element of root.querySelectorAll("[data-pick]")) {
    const text = textOf(element.dataset.pick);
    if (text !== undefined && element.textContent !== text) element.textContent = text;
  }
  for (const element of root.querySelectorAll("[data-follows]")) {
    element.texts ??= JSON.parse(element.dataset.follows);
    const text = element.texts.length === table.cut_off.length ? element.texts[row] : "";
    if (element.textContent !== text) element.textContent = text;
  }
}

// ---- marks ----------------------------------------------------------------------------------
let planned = false;
function marks() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    if (table) cards().filter(near).forEach(mark);
  });
}

function mark(card) {
  const graph = card.querySelector(".js-plotly-plot");
  if (!graph?.layout || graph.markedAt === key()) return;
  if (card.dataset.mark) moveMark(graph, ...JSON.parse(card.dataset.mark));
  if (card.dataset.followsCutOff === "moves") fillCells(graph);
  graph.markedAt = key();
}
const key = () => `${table.outcome} ${table.cut_off[row]}`;

function moveMark(graph, xName, yName) {
  const at = (graph.layout.shapes ?? []).findIndex((shape) => shape.name === "cut-off");
  if (at < 0) return;
  const [x, y] = [table.at[xName][row], yName ? table.at[yName][row] : 0];
  const place = yName ? { xanchor: x, yanchor: y } : { x0: x, x1: x };
  const shape = graph.layout.shapes[at];
  const shown = x !== null && y !== null;
  const there = (shape.visible ?? true) === shown && (!shown || Object.keys(place).every((name) => shape[name] === place[name]));
  if (there) return; // it is drawn already
  const change = { [`shapes[${at}].visible`]: shown };
  if (shown) for (const name in place) change[`shapes[${at}].${name}`] = place[name];
  Plotly.relayout(graph, change);
}

function fillCells(graph) {
  const at = graph.data.findIndex((trace) => trace.meta?.mark === "cells");
  if (at < 0) return;
  const grid = (names, of) => names.map((line) => line.map(of));
  const counts = [["true_negative", "false_positive"], ["false_negative", "true_positive"]];
  const rates = [["specificity", "false_positive_rate"], ["false_negative_rate", "recall"]];
  Plotly.restyle(graph, {
    z: [grid(rates, (name) => table.at[name][row])],
    text: [grid(counts, (name) => table.texts[`${name}.tile`][row])],
    customdata: [grid(counts, (name) => table.at[name][row])],
  }, [at]);
}

// ---- events ---------------------------------------------------------------------------------
const number = (text) => {
  const plain = read(text.replace("%", ""), marksOf(page()));
  return plain === "" ? NaN : Number(plain);
};

addEventListener("input", (event) => {
  if (!table) return;
  if (event.target === slider()) go(nearest(table.percent, Number(slider().value)), slider());
  if (event.target === typed() && number(typed().value) >= 0 && number(typed().value) <= 100) {
    go(nearest(table.percent, number(typed().value)), typed());
  }
});
addEventListener("change", (event) => { // leaving the field shows the cut-off of the row
  if (table && event.target === typed()) {
    const value = number(typed().value);
    const fits = value >= 0 && value <= 100;
    say(fits ? "" : `“${typed().value}” is no cut-off. Accepted: 0 to 100 %.`);
    go(fits ? nearest(table.percent, value) : row);
  }
});
addEventListener("keydown", (event) => {
  if (!table || (event.target !== slider() && event.target !== typed())) return;
  const step = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
  const across = event.target === typed() && (event.key === "ArrowLeft" || event.key === "ArrowRight");
  if (!step || across || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  go(row + step);
});
addEventListener("click", (event) => {
  const keep = event.target.closest?.("[data-keep]");
  const to = event.target.closest?.("[data-go]");
  if (keep && table) confirm(keep.dataset.keep === "this" ? table.cut_off[row] : former, keep.dataset.keep !== "this");
  if (event.target.closest?.("[data-change]")) answered(event.target.closest("[data-change]").dataset.change === "yes");
  if (to && table) {
    const at = table.cut_off.indexOf(Number(to.dataset.go));
    if (at >= 0) go(at); else ask(Number(to.dataset.go));
  }
});

// ---- a change for everybody is confirmed, with a reason -------------------------------------
const dialog = () => byId("cut-off-dialog");
const reason = () => byId("cut-off-reason");
const complain = (words) => { dialog().querySelector(".cut-off-dialog-said").textContent = words; };
let wanted = null;

function confirm(cutOff, undo) {
  wanted = cutOff;
  const texts = { to: table.texts.cut_off[nearest(table.cut_off, cutOff)], from: table.fixed.in_use };
  for (const place of dialog().querySelectorAll("[data-change-text]")) place.textContent = texts[place.dataset.changeText];
  if (undo) reason().value = reason().dataset.undo;
  else if (reason().value === reason().dataset.undo) reason().value = "";
  complain("");
  dialog().showModal();
  reason().focus();
  reason().select();
}

function answered(yes) {
  if (yes && !reason().value.trim()) { complain(reason().dataset.missing); reason().focus(); return; }
  dialog().close();
  if (!yes || !table) return;
  const { model, outcome } = page().dataset;
  const data = { model, outcome, cut_off: wanted, reason: reason().value, at: Date.now() };
  setProps("cut-off-request", { data });
}

// ---- the one in use -------------------------------------------------------------------------
function use(at) {
  table.in_use = at;
  page().dataset.inUse = String(table.cut_off[at]);
}

const say = (words) => { byId("cut-off").querySelector(".cut-off-said").textContent = words; };

function kept(answer) {
  if (!answer || !byId("cut-off")) return "";
  say(answer.words);
  if (answer.in_use === undefined || !table || answer.outcome !== table.outcome) return "";
  const back = byId("cut-off").querySelector("[data-keep=former]");
  const undone = former !== null && answer.in_use === former;
  former = undone ? null : answer.former;
  back.hidden = former === null || former === answer.in_use;
  reason().value = "";
  table.fixed.in_use = answer.text;
  use(nearest(table.cut_off, answer.in_use));
  go(table.in_use);
  return answer.text;
}

addEventListener("likely:cards", marks);
let seen = false;
new MutationObserver(() => {
  if (seen) return;
  seen = true;
  requestAnimationFrame(() => {
    seen = false;
    open();
    if (table && page()) { fill(page()); marks(); }
  });
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-outcome", "data-cut-off"] });

register({ tally, kept });
