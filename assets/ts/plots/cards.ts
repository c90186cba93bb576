/* Cards of plots: each asks for its plot when it comes near the screen, and again when the page's cut-off rests at another
   value, if its plot is computed there. Options are inputs of the plot's callback (callbacks/plots.py). */
import { address, register, setProps } from "../shared/dash.ts";
import { all, byId, closest, find, make, need } from "../shared/dom.ts";
import { marksOf, read } from "../shared/numbers.ts";
import { sentence } from "../shared/sentences.ts";
import { cutOff, cutOffText, follow, isCounted, onMove } from "./cut-off.ts";
import { loadPlotly, onDrawn, picture, type Graph } from "./plotly.ts";

const REST = 300;   // ms without a change of the cut-off before plots that need it ask
const SOON = 1000, LATER = 10000; // ms until what was unfinished is asked for again
const NEAR = "500px";
const LEAVE = 50;   // ms until the requests are sent: starting plotly.js blocks for a while
const PATIENCE = 2000; // ms that the others wait for the first card at most

type Card = { near?: boolean; held: boolean; asked: string; drawn: boolean; rest?: number };
const state = new WeakMap<HTMLElement, Card>();
const cards = () => all("#plots .plot-card");

// ---- asking ---------------------------------------------------------------------------------
/* The first card is drawn before the others ask: plotly draws all that it has without a pause, and nobody would see the
   first plot before the last. */
let first: { card: HTMLElement; over: boolean } | null = null;

function goesFirst(card: HTMLElement) {
  if (!first?.card.isConnected) {
    const mine = first = { card, over: false };
    setTimeout(() => others(mine.card), PATIENCE);
  }
  return first.over || first.card === card;
}

function others(card: HTMLElement) {
  if (card !== first?.card || first.over) return;
  first.over = true;
  cards().forEach(ask);
}

/* The mark of a cut-off moves without a request, so its place is left out. */
function textOf({ followsCutOff, mark }: DOMStringMap) {
  const now = cutOff();
  return JSON.stringify([followsCutOff === "asks" && now?.cut_off, mark && now?.extra]);
}

function ask(card: HTMLElement) {
  const mine = state.get(card);
  const text = textOf(card.dataset);
  if (!mine || !(mine.near || mine.held) || card.hidden || mine.asked === text) return;
  mine.held = !goesFirst(card); // then it asks later even if it was scrolled past
  if (mine.held) return;
  mine.asked = text;
  const now = cutOff();
  const needs = card.dataset.mark || card.dataset.followsCutOff;
  setProps({ ...JSON.parse(need(".plot-body", card).id), type: "plot-request" }, { data: needs && now ? { cut_off: now.cut_off, extra: now.extra } : {} });
  setTimeout(loadPlotly, LEAVE);
}

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const mine = state.get(target as HTMLElement);
    if (!mine) continue;
    mine.near = isIntersecting;
    if (mine.near) { ask(target as HTMLElement); follow(target as HTMLElement); }
  }
  stands();
}, { rootMargin: NEAR });

/* The place of a plot that was not asked for yet: its card has come with a page. */
customElements.define("likely-waiting", class extends HTMLElement {
  connectedCallback() {
    const card = this.closest<HTMLElement>("#plots .plot-card");
    if (!card) return;
    state.set(card, { held: false, asked: "", drawn: false });
    if (first?.card === card) first = null; // another outcome on the same page
    observer.unobserve(card); // so that it is told anew whether it is near
    observer.observe(card);
  }
});

/* In the place of what the server goes on computing: asks again until it is there. */
customElements.define("likely-unfinished", class extends HTMLElement {
  timer = 0;
  connectedCallback() { this.ask(SOON); }
  disconnectedCallback() { clearTimeout(this.timer); }
  ask(wait: number) {
    this.timer = setTimeout(() => {
      const card = this.closest<HTMLElement>(".plot-card");
      const mine = card && state.get(card);
      if (card && mine) { mine.asked = ""; ask(card); } else setProps("averages", { "data-asked": Date.now() });
      this.ask(LATER);
    }, wait);
  }
});

onMove(() => {
  for (const card of cards()) {
    const mine = state.get(card);
    if (!mine) continue;
    clearTimeout(mine.rest);
    mine.rest = setTimeout(() => ask(card), REST);
    if (mine.near) follow(card);
  }
  mirror();
  stands();
});

// ---- answers --------------------------------------------------------------------------------
/* A card was answered: with a figure, which is drawn a moment later, or with words. */
function answered(_: unknown, id: Record<string, string>) {
  const place = byId(JSON.stringify(id, Object.keys(id).toSorted()));
  const card = place?.closest<HTMLElement>(".plot-card");
  if (!card || !place) return dash_clientside.no_update;
  const shown = () => {
    const mine = state.get(card);
    if (mine) mine.drawn = true;
    follow(card);
    others(card);
    stands();
  };
  if (find(".dash-graph", place)) onDrawn(place, shown); else shown();
  return dash_clientside.no_update;
}

/* Fires an event once the opened page shows its numbers and its first plot, if that is near the screen. */
let stood = false;
function stands() {
  const [card] = cards();
  const mine = card && state.get(card);
  const numbers = byId("averages")?.hasChildNodes() !== false && isCounted();
  if (stood || !numbers || !(!card || card.hidden || mine?.near === false || mine?.drawn)) return;
  stood = true;
  dispatchEvent(new CustomEvent("likely:stands"));
}

// ---- options and address --------------------------------------------------------------------
function valueOf(option: HTMLElement) {
  const control = need<HTMLInputElement | HTMLSelectElement>("input, select", option);
  return control.tagName === "SELECT" ? control.value : read(control.value, marksOf(control));
}

/* The query with the options and the cut-off of the page, those left out with which it opens by itself. */
function mirrored(search: string, page: HTMLElement, now = cutOff()) {
  const query = new URLSearchParams(search);
  const put = (name: string, value: string, opens?: string) => { if (value === opens) query.delete(name); else query.set(name, value); };
  for (const option of all("[data-option]", page)) {
    put(`${option.closest<HTMLElement>(".plot-card")?.dataset.plot}.${option.dataset.option}`, valueOf(option), option.dataset.opens);
  }
  if (now?.inUse !== undefined) put("cut_off", String(now.cut_off), now.inUse);
  return query.size ? `?${query}` : "";
}

function mirror() {
  const page = byId("plots");
  const search = page ? mirrored(location.search, page) : location.search;
  if (search !== location.search) history.replaceState(history.state, "", location.pathname + search + location.hash);
  return dash_clientside.no_update;
}

/* Another outcome has other options and another cut-off: the page opens anew, as an entry of the history. Dash calls this
   also when a page has come: then its outcome is the address's, or the one of which that says nothing. */
function outcome(name: string) {
  const query = new URLSearchParams(location.search);
  const asked = query.get("outcome");
  const choices = [...byId<HTMLSelectElement>("plots-outcome")?.options ?? []];
  const now = choices.some(({ value }) => value === asked) ? asked : byId("plots")?.dataset.outcome;
  if (name === now) return dash_clientside.no_update;
  for (const key of new Set(query.keys())) if (key === "cut_off" || key.includes(".")) query.delete(key);
  query.set("outcome", name);
  return `?${query}`;
}

// ---- files ----------------------------------------------------------------------------------
/* The plot on a card: that of an answer may be another one than the first that was meant. */
const shownOn = (card: HTMLElement) => find("[data-drawn]", card)?.dataset.drawn ?? card.dataset.plot ?? "";

/* The cut-off that a card is about, as people read it; empty where it is about none. */
function cutOffOf(card: HTMLElement) {
  const { mark, followsCutOff } = card.dataset;
  return find("[data-at]", card)?.dataset.at ?? (mark || followsCutOff ? cutOffText() : "");
}

/* The name of a file: version, plot, outcome, and the cut-off where it matters. */
function fileName(parts: { model: string; plot: string; outcome: string; at: string }, kind: string) {
  const at = parts.at.replace(/\s/g, "");
  const name = [parts.model, parts.plot, parts.outcome, at && `at ${at}`].filter(Boolean).join(" ");
  return `${name.replace(/[^\p{L}\p{N} .,@%_-]+/gu, "-")}.${kind}`;
}

function fileOf(card: HTMLElement, kind: string) {
  const { model = "", outcome: name = "" } = need("#plots").dataset;
  return fileName({ model, plot: shownOn(card), outcome: name, at: cutOffOf(card) }, kind);
}

/* What stands above a picture: the question, and below it method, model, outcome, cut-off and version. */
function titleOf(card: HTMLElement) {
  const { name = "", model = "", label = "" } = need("#plots").dataset;
  const at = cutOffOf(card);
  const method = find("header p, .answer-method", card)?.textContent;
  const about = [method, name, `“${label}”`, at && sentence("at_cut_off", { cut_off: at }), sentence("of_version", { version: model.split("@").at(-1) ?? "" })];
  return [need("h2, h3", card).textContent, about.filter(Boolean).join(" · ")];
}

/* The address of a plot's data as CSV; plots with the same options have their controls on one card. */
function table(card: HTMLElement) {
  const page = need("#plots");
  const plot = shownOn(card);
  const { optionsOf = plot, followsCutOff } = card.dataset;
  const { model = "", outcome: name = "" } = page.dataset;
  const owner = find(`.plot-card[data-plot="${optionsOf}"]`, page) ?? card;
  const query = new URLSearchParams({ outcome: name });
  for (const option of all("[data-option]", owner)) query.set(option.dataset.option ?? "", valueOf(option));
  const now = cutOff();
  if (now && followsCutOff) query.set("cut_off", String(now.cut_off));
  return address(`/api/v1/models/${encodeURIComponent(model).replace("%40", "@")}/plots/${plot}.csv?${query}`);
}

for (const kind of ["pointerdown", "click"]) { // before the link is followed, or saved by its menu
  addEventListener(kind, (event) => {
    const link = closest<HTMLAnchorElement>(event, "[data-table]");
    const card = link?.closest<HTMLElement>(".plot-card");
    if (link && card) link.href = table(card); // the server names the file
  }, true);
}
addEventListener("click", async (event) => {
  const button = closest(event, "[data-picture]");
  const card = button?.closest<HTMLElement>(".plot-card");
  const graph = card && find<Graph>(".js-plotly-plot", card);
  if (!graph || !button?.dataset.picture) return;
  const { picture: kind } = button.dataset;
  const href = await picture(graph, titleOf(card), kind);
  make("a", { href, download: fileOf(card, kind) }).click();
});

register({ answered, mirror, outcome, averages: () => { stands(); return dash_clientside.no_update; } });
export { answered, fileName, mirrored, outcome };
