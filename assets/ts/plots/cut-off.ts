/* Cut-off of the Performance page. The threshold table comes once for an outcome, its numbers as texts; a cut-off picks a
   row, and every element with data-pick gets its text of that row. While the cut-off moves nothing is computed and no
   request is sent. Which callbacks call what: callbacks/performance.py. */
import { register, setProps } from "../shared/dash.ts";
import { all, byId, closest, find, hasModifier, need, setWords } from "../shared/dom.ts";
import { marksOf, nearest, read } from "../shared/numbers.ts";
import { sentence } from "../shared/sentences.ts";
import { alone, type Graph, type Shape } from "./plotly.ts";

type Columns<T> = Record<string, T[]>;
type About = { model: string; outcome: string; refused: string };
type Refusal = About & { again?: boolean; texts?: undefined };
type Table = About & {
  again?: undefined;
  cut_off: number[]; percent: number[]; extra: number[]; reach: number; row: number; in_use: number;
  texts: Columns<string>; fixed: Record<string, string>; at: Columns<number | null>;
};
type Kept = { words: string; outcome: string; in_use?: number; former: number; text: string };

const AGAIN = 1000; // ms until a table that is being computed is asked for again
const nothing = () => dash_clientside.no_update;
let told: Table | Refusal | null = null; // the newest answer
let row = 0;
let former: number | null = null; // the cut-off that was in use before the last change
const controls = { slider: "", typed: "", use: "" }; // what they hold
const listeners: (() => void)[] = [];

const page = () => byId("plots");
const answer = () => (told && told.outcome === page()?.dataset.outcome && told.model === page()?.dataset.model ? told : null);
const table = () => { const came = answer(); return came?.texts ? came : null; };

/* The cut-off of the page: of its table, or before that has come the one with which it opens; null where it has none. */
function cutOff(): { cut_off: number; extra: number[]; inUse?: string } | null {
  const rows = table();
  if (!rows) return JSON.parse(page()?.dataset.opens ?? "null");
  return { cut_off: rows.cut_off[row], extra: rows.extra, inUse: String(rows.cut_off[rows.in_use]) };
}

/* The same as people read it; empty where there is none. */
const cutOffText = () => table()?.texts.cut_off[row] ?? "";

// ---- the table ------------------------------------------------------------------------------
function tally(came: Table | Refusal | null) {
  told = came;
  const place = page();
  if (!place || !answer() || !came) return "";
  const note = need("[data-refused]", place);
  note.hidden = !came.refused;
  setWords(note, came.refused);
  if (came.again) {
    setTimeout(() => { if (answer() === came) setProps("plots", { "data-cut-off": place.dataset.cutOff }); }, AGAIN);
    return "later";
  }
  const needs = ".cut-off, .performance-head, [data-mark], [data-follows-cut-off=moves]";
  for (const part of all(needs, place)) part.hidden = Boolean(came.refused);
  const rows = table();
  if (rows) {
    Object.assign(controls, { slider: "", typed: "", use: "" });
    setProps("cut-off-slider", { max: rows.reach });
    go(rows.row);
  } else listeners.forEach((listener) => listener());
  return rows ? String(rows.row) : "refused";
}

function write(control: keyof typeof controls, value: string, props: object) {
  if (controls[control] === value) return;
  controls[control] = value;
  setProps(`cut-off-${control}`, { ...props });
}

function go(next: number, from = "") {
  const rows = table();
  if (!rows) return;
  row = Math.max(0, Math.min(rows.cut_off.length - 1, next));
  const [percent, typed, used] = [String(rows.percent[row]), rows.texts.typed[row], row === rows.in_use];
  if (from !== "slider") write("slider", percent, { value: percent });
  if (from !== "typed") write("typed", typed, { value: typed });
  write("use", String(used), { disabled: used });
  byId("cut-off-slider")?.setAttribute("aria-valuetext", rows.texts.cut_off[row]);
  need("#cut-off").dataset.row = String(row);
  fill(document);
  listeners.forEach((listener) => listener());
}

function fill(root: ParentNode) {
  const rows = table();
  if (!rows) return;
  for (const place of all("[data-pick]", root)) {
    const name = place.dataset.pick ?? "";
    const text = rows.fixed[name] ?? rows.texts[name]?.[row];
    if (text !== undefined) setWords(place, text);
  }
  for (const place of all("[data-follows]", root)) {
    const texts: string[] = JSON.parse(place.dataset.follows ?? "[]");
    setWords(place, texts.length === rows.cut_off.length ? texts[row] : "");
  }
}

// ---- marks ----------------------------------------------------------------------------------
const planned = new Set<HTMLElement>();

/* Move the mark and the texts of a card to the cut-off, in the next frame. */
function follow(card: HTMLElement) {
  if (planned.has(card)) return;
  planned.add(card);
  requestAnimationFrame(() => {
    planned.delete(card);
    const [rows, graph] = [table(), find<Graph>(".js-plotly-plot", card)];
    fill(card);
    if (!rows || !graph?.layout) return;
    if (card.dataset.mark) moveMark(graph, rows, JSON.parse(card.dataset.mark));
    if (card.dataset.followsCutOff === "moves") fillCells(graph, rows);
  });
}

function moveMark(graph: Graph, rows: Table, [xName, yName]: string[]) {
  const shapes = graph.layout.shapes ?? [];
  const at = shapes.findIndex((shape) => shape.name === "cut-off");
  if (at < 0) return;
  const [x, y] = [rows.at[xName][row], yName ? rows.at[yName][row] : 0];
  const shown = x !== null && y !== null;
  const place = { visible: shown, ...(!shown ? {} : yName ? { xanchor: x, yanchor: y } : { x0: x, x1: x }) };
  const shape: Shape = { visible: true, ...shapes[at] };
  if (Object.entries(place).every(([name, value]) => shape[name] === value)) return;
  Object.assign(shapes[at], place);
  // For another place plotly would draw all of the figure anew; for another opacity it draws this shape alone
  Plotly.relayout(alone(graph), { [`shapes[${at}].opacity`]: shape.opacity ?? 1 });
}

function fillCells(graph: Graph, rows: Table) {
  const at = graph.data.findIndex((trace) => trace.meta?.mark === "cells");
  if (at < 0) return;
  const grid = <T>(names: string[][], of: (name: string) => T) => names.map((line) => line.map(of));
  const counts = [["true_negative", "false_positive"], ["false_negative", "true_positive"]];
  const rates = [["specificity", "false_positive_rate"], ["false_negative_rate", "recall"]];
  const text = grid(counts, (name) => rows.texts[`${name}.tile`][row]);
  if (JSON.stringify(graph.data[at].text) === JSON.stringify(text)) return;
  const numbers = (names: string[][]) => [grid(names, (name) => rows.at[name][row])];
  Plotly.restyle(alone(graph), { z: numbers(rates), text: [text], customdata: numbers(counts) }, [at]);
}

// ---- moving ---------------------------------------------------------------------------------
/* The row of a typed percentage; null where it is none. */
function rowOf(text: string, percents: number[], place: Element) {
  const plain = read(text.replace("%", ""), marksOf(place));
  const value = plain === "" ? NaN : Number(plain);
  return value >= 0 && value <= 100 ? nearest(percents, value) : null;
}

const typedRow = (rows: Table, text: string) => rowOf(text, rows.percent, need("#plots"));

/* One of the controls has another value, by a person or by `go`. */
function move(slid: unknown, typed: unknown) {
  const rows = table();
  const [slider, text] = [String(slid), String(typed ?? "")];
  if (!rows) return nothing();
  if (slider !== controls.slider) {
    controls.slider = slider;
    go(nearest(rows.percent, Number(slider)), "slider");
  } else if (text !== controls.typed) {
    controls.typed = text;
    const found = typedRow(rows, text);
    if (found !== null) go(found, "typed");
  }
  return nothing();
}

/* Leaving the field, or Enter, shows the cut-off of the row. */
function leave(_left: unknown, _entered: unknown, typed: unknown) {
  const rows = table();
  const text = String(typed ?? "");
  if (!rows || text === rows.texts.typed[row]) return nothing();
  const found = typedRow(rows, text);
  say(found === null ? sentence("no_cut_off", { typed: text }) : "");
  controls.typed = text;
  go(found ?? row);
  return nothing();
}

addEventListener("keydown", (event) => {
  const control = closest(event, "#cut-off-slider, #cut-off-typed");
  const across = control?.id === "cut-off-typed" && (event.key === "ArrowLeft" || event.key === "ArrowRight");
  const step = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
  if (!control || !step || !table() || across || hasModifier(event)) return;
  event.preventDefault();
  go(row + step);
});
addEventListener("click", (event) => {
  const to = closest(event, "[data-go]")?.dataset.go;
  const at = to && table()?.cut_off.indexOf(Number(to));
  if (at === "" || at === undefined) return;
  if (at >= 0) go(at); else setProps("plots", { "data-cut-off": to });
});

// ---- a change for everybody is confirmed, with a reason -------------------------------------
const say = (words: string) => setWords(find("#cut-off .cut-off-said"), words);
const complain = (words: string) => setWords(find("#cut-off-dialog .cut-off-dialog-said"), words);
const triggered = () => dash_clientside.callback_context.triggered_id;

/* Ask whether the cut-off of the page, or first the former one, is to be used. */
function propose() {
  const [rows, reason] = [table(), need<HTMLTextAreaElement>("#cut-off-reason")];
  const { undone = "" } = reason.dataset;
  if (!rows) return nothing();
  if (triggered() === "cut-off-undo" && former !== null) {
    go(nearest(rows.cut_off, former));
    reason.value = undone;
  } else if (reason.value === undone) reason.value = "";
  complain("");
  need<HTMLDialogElement>("#cut-off-dialog").showModal();
  reason.select();
  return nothing();
}

/* The request of a change that was confirmed, with its reason. */
function confirm() {
  const [rows, reason] = [table(), need<HTMLTextAreaElement>("#cut-off-reason")];
  const yes = triggered() === "cut-off-confirm";
  if (yes && !reason.value.trim()) {
    complain(reason.dataset.missing ?? "");
    reason.focus();
    return nothing();
  }
  need<HTMLDialogElement>("#cut-off-dialog").close();
  return yes && rows ? { cut_off: rows.cut_off[row], reason: reason.value, at: Date.now() } : nothing();
}

function kept(came: Kept | null) {
  const rows = table();
  if (!came || !find("#cut-off")) return "";
  say(came.words);
  if (came.in_use === undefined || !rows || came.outcome !== rows.outcome) return "";
  former = former === came.in_use ? null : came.former; // it was undone
  setProps("cut-off-undo", { hidden: former === null || former === came.in_use });
  need<HTMLTextAreaElement>("#cut-off-reason").value = "";
  rows.fixed.in_use = came.text;
  rows.in_use = nearest(rows.cut_off, came.in_use);
  go(rows.in_use);
  return came.text;
}

const isCounted = () => !find("#cut-off") || (answer() !== null && !answer()?.again);
const onMove = (listener: () => void) => { listeners.push(listener); };

register({ tally, move, leave, propose, confirm, kept });
export { tally, move, leave, propose, confirm, cutOff, cutOffText, follow, isCounted, onMove, rowOf };
