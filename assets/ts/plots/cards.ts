/* Cards of plots: each requests its plot when it comes near the screen, and again when its options or the page's cut-off
   change. The address holds the options. */

import { address, setProps } from "../shared/dash.ts";
import { marksOf, read } from "../shared/numbers.ts";
import { loadPlotly } from "./plotly.ts";

const TYPING = 400; // ms of quiet after a keystroke in a number
const REST = 300;   // ms without a change of the cut-off before plots that need it send requests
const SOON = 1000, LATER = 10000; // ms until an unfinished plot is requested again
const NEAR = "500px";
const LEAVE = 50;   // ms until the requests are sent: starting plotly.js blocks for a while
const byId = (id) => document.getElementById(id);
const page = () => byId("plots");
const cards = () => [...document.querySelectorAll("#plots .plot-card")];
const state = new WeakMap(); // card: { near, held, asked, drawn, timer }

/* { value, extra }: the cut-off with which the page opens, later that of its threshold table. */
let cutOff = null;

/* The first card is drawn before the others ask: plotly draws all that it has without a pause, and nobody would see
   the first plot before the last. */
let first = { page: null, card: null, over: true };
const PATIENCE = 2000; // ms that the others wait at most
const LOOK = 30;       // ms between checks whether it is drawn

function goesFirst(card) {
  if (first.page !== page()) {
    first = { page: page(), card, over: false };
    const mine = first;
    const end = performance.now() + PATIENCE;
    const watch = setInterval(() => {
      if (performance.now() < end && card.isConnected && !drawn(card)) return;
      clearInterval(watch);
      others(mine);
    }, LOOK);
  }
  return first.over || first.card === card;
}

function others(mine) {
  if (mine.over) return;
  mine.over = true;
  if (mine === first) cards().forEach(ask);
}

const seen = (card) => !card.querySelector(".plot-waiting")
  && (card.querySelector(".main-svg") || !card.querySelector(".dash-graph"));
const drawn = (card) => seen(card) && !card.querySelector(".dash-graph--pending");

const stateOf = (card) => {
  if (!state.has(card)) {
    state.set(card, { near: false, held: false, asked: "", drawn: false, timer: 0 });
    observer.observe(card);
  }
  return state.get(card);
};
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const card = stateOf(entry.target);
    card.near = entry.isIntersecting;
    card.known = true;
    if (card.near) ask(entry.target);
  }
  if (entries.some((entry) => entry.isIntersecting)) dispatchEvent(new CustomEvent("likely:cards"));
}, { rootMargin: NEAR });

/* Fields of a plot's options; plots with the same options have them on one card. */
function optionsOf(card) {
  const other = card.dataset.optionsOf;
  const owner = other ? document.querySelector(`.plot-card[data-plot="${other}"]`) ?? card : card;
  return [...owner.querySelectorAll("[data-option]")];
}
const controlOf = (option) => option.querySelector("input, select");
const valueOf = (option) => {
  const control = controlOf(option);
  return control.tagName === "SELECT" ? control.value : read(control.value, marksOf(control));
};

function questionOf(card) {
  const { model, outcome } = page().dataset;
  const options = Object.fromEntries(optionsOf(card).map((option) => [option.dataset.option, valueOf(option)]));
  const question = { model, plot: card.dataset.plot, outcome, options };
  if (cutOff && card.dataset.followsCutOff) options.cut_off = cutOff.value;
  if (cutOff && card.dataset.mark) Object.assign(question, { cut_off: cutOff.value, extra: cutOff.extra });
  return question;
}

/* The mark moves without a request, so its place is left out. */
function textOf(card, question) {
  const { cut_off: _mark, ...rest } = question;
  const options = { ...rest.options };
  if (card.dataset.followsCutOff === "moves") delete options.cut_off;
  return JSON.stringify({ ...rest, options });
}

function ask(card) {
  const now = stateOf(card);
  const waits = (card.dataset.mark || card.dataset.followsCutOff) && page()?.dataset.cutOff !== undefined && !cutOff;
  if (!(now.near || now.held) || !page() || waits || card.hidden) return;
  const question = questionOf(card);
  const text = textOf(card, question);
  link(card, question);
  if (now.asked === text) return;
  now.held = !goesFirst(card); // then requested later even if it was scrolled past
  if (now.held) return;
  now.asked = text;
  now.drawn = false;
  const id = { type: "plot-request", model: question.model, key: question.plot };
  setProps(id, { data: question });
  setTimeout(loadPlotly, LEAVE);
}

function later(card, wait) {
  const now = stateOf(card);
  clearTimeout(now.timer);
  now.timer = setTimeout(() => ask(card), wait);
}

function link(card, question) {
  const table = card.querySelector("[data-table]");
  if (!table) return;
  const query = new URLSearchParams({ outcome: question.outcome, ...question.options });
  table.href = address(`/api/v1/models/${encodeURIComponent(question.model).replace("%40", "@")}/plots/${question.plot}.csv?${query}`);
  table.download = `${question.model} ${question.plot}.csv`;
}

// ---- changes of a person --------------------------------------------------------------------
function changed(option, wait) {
  const owner = option.closest(".plot-card");
  const key = owner.dataset.plot;
  cards().filter((card) => card === owner || card.dataset.optionsOf === key).forEach((card) => later(card, wait));
  mirror();
}

addEventListener("input", (event) => {
  const option = event.target.closest?.("[data-option]");
  if (option) changed(option, event.target.tagName === "SELECT" ? 0 : TYPING);
});
addEventListener("change", (event) => {
  const option = event.target.closest?.("[data-option]");
  if (option) changed(option, 0);
  if (event.target.id === "plots-outcome") choose(event.target.value);
});

/* Another outcome has other options and another cut-off: the page opens anew, as an entry of the history. */
function choose(outcome) {
  const query = new URLSearchParams(location.search);
  for (const name of new Set(query.keys())) if (name === "cut_off" || name.includes(".")) query.delete(name);
  query.set("outcome", outcome);
  setProps("location", { search: `?${query}` });
}

addEventListener("likely:cut-off", ({ detail }) => {
  const first = !cutOff || cutOff.extra.join() !== detail.extra.join();
  cutOff = detail.value === null ? null : { value: detail.value, extra: detail.extra };
  for (const card of cards()) {
    if (first) later(card, 0);
    else if (card.dataset.followsCutOff === "asks") later(card, REST);
  }
  mirror();
});
addEventListener("likely:no-cut-off", () => { cutOff = JSON.parse(page().dataset.opens ?? "null"); });

function mirror() {
  if (!page()) return;
  const query = new URLSearchParams(location.search);
  for (const option of document.querySelectorAll("[data-option]")) {
    const name = `${option.closest(".plot-card").dataset.plot}.${option.dataset.option}`;
    if (valueOf(option) === option.dataset.opens) query.delete(name);
    else query.set(name, valueOf(option));
  }
  if (cutOff) {
    if (page().dataset.inUse === String(cutOff.value)) query.delete("cut_off");
    else query.set("cut_off", cutOff.value);
  }
  const search = query.size ? `?${query}` : "";
  if (search !== location.search) history.replaceState(history.state, "", location.pathname + search + location.hash);
}

/* The server goes on computing a plot that takes long: repeat the request until it is there. */
function again(card, wait) {
  stateOf(card).again = setTimeout(() => {
    stateOf(card).again = 0;
    if (!card.isConnected || !card.querySelector("[data-again]")) return;
    stateOf(card).asked = "";
    ask(card);
    again(card, LATER);
  }, wait);
}

/* The same for the table of all outcomes. */
let waits = 0;
function averagesAgain(wait) {
  waits = setTimeout(() => {
    waits = 0;
    if (!byId("averages")?.querySelector("[data-again]")) return;
    setProps("plots", { "data-model": page().dataset.model });
    averagesAgain(LATER);
  }, wait);
}

// ---- responses ------------------------------------------------------------------------------
/* Fires an event once the opened page shows its numbers and its first visible plot. */
let stood = false;
function stands() {
  const [card] = cards();
  const empty = byId("averages") && !byId("averages").hasChildNodes();
  const numbers = !byId("cut-off") || byId("cut-off").dataset.tally;
  return numbers && !empty && (!card || card.hidden || (stateOf(card).known && (!stateOf(card).near || seen(card))));
}

function look() {
  if (!stood && stands()) {
    stood = true;
    dispatchEvent(new CustomEvent("likely:stands"));
  }
  if (!waits && byId("averages")?.querySelector("[data-again]")) averagesAgain(SOON);
  for (const card of cards()) {
    const now = stateOf(card);
    const waiting = card.querySelector(".plot-waiting");
    if (now.drawn && waiting) { now.asked = ""; now.drawn = false; ask(card); }
    if (!waiting && now.asked) now.drawn = true;
    if (!now.again && card.querySelector("[data-again]")) again(card, SOON);
  }
}
let planned = false;
new MutationObserver(() => {
  if (planned || !page()) return;
  planned = true;
  requestAnimationFrame(() => { planned = false; look(); });
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-tally"] });

// ---- pictures -------------------------------------------------------------------------------
/* Figures have no background and grey text on the page; in a file, a white background and dark text. */
async function picture(card, format) {
  const graph = card.querySelector(".js-plotly-plot");
  if (!graph) return;
  const title = `${card.querySelector("h3").textContent} – ${page().dataset.name}`;
  const height = graph.clientHeight + 60; // a responsive graph has no height of its own
  const layout = {
    ...graph.layout, autosize: false, width: 900, height, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff",
    font: { ...graph.layout.font, color: "#1b212b" },
    title: { text: title, x: 0.02, xanchor: "left", y: 0.98, yanchor: "top", font: { size: 17 } },
    margin: { l: 24, r: 32, b: 24, ...(graph.layout.margin?.l > 40 ? graph.layout.margin : {}), t: 68 },
  };
  const size = { format, width: layout.width, height, scale: format === "png" ? 2 : 1 };
  const address = await Plotly.toImage({ data: graph.data, layout }, size);
  const anchor = document.createElement("a");
  Object.assign(anchor, { href: address, download: `${page().dataset.model} ${card.dataset.plot}.${format}` });
  anchor.click();
}
addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-picture]");
  if (button) picture(button.closest(".plot-card"), button.dataset.picture);
});

const near = (card) => stateOf(card).near;
export { cards, near };
