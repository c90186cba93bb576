/* plotly.js: Dash's graphs await window.Plotly, and load a larger build where it is missing. So it is set from the
   start, to a promise that starts loading when it is first awaited. */
import { all, find } from "../shared/dom.ts";
import { loadScript } from "../shared/load-script.ts";

export type Shape = { name?: string; visible?: boolean; [place: string]: unknown };
type Layout = { shapes?: Shape[]; font?: object; margin?: { l?: number } } & Record<string, unknown>;
type Trace = { meta?: { mark?: string }; text?: unknown } & Record<string, unknown>;
type Figure = { data: Trace[]; layout: Layout };
export type Graph = HTMLElement & Figure & {
  on: (event: string, done: () => void) => void;
  removeAllListeners: (event: string) => void;
};
type Library = {
  newPlot: (graph: HTMLElement, figure: Figure) => Promise<Graph>;
  relayout: (graph: Graph, change: object) => Promise<Graph>;
  restyle: (graph: Graph, change: object, traces: number[]) => Promise<Graph>;
  toImage: (figure: Figure, size: object) => Promise<string>;
  purge: (graph: HTMLElement) => void;
  Fx: { hover: (graph: Graph, points: { curveNumber: number; pointNumber: number | number[] }[]) => void };
};

declare global {
  interface Window { Plotly?: Library | PromiseLike<Library> }
  const Plotly: Library;
}

const load = () => loadScript("drawing").then(() => Plotly);

// The prerendered page may have loaded it for its figure
const isThere = Boolean(window.Plotly);
if (!isThere) window.Plotly = { then: (...next) => load().then(...next) };

/* Called when a page will draw, before its first graph is there. */
export function loadPlotly() {
  if (!isThere) load().catch(() => {});
}

const heard = new WeakSet<Graph>();

/* Call back when the figure in a place is drawn, and whenever it is drawn anew. A graph of Dash says nothing before
   plotly has made it, so its place is watched until then. */
export function onDrawn(place: Element, call: () => void) {
  const begin = () => {
    const graph = find<Graph>(".js-plotly-plot", place);
    if (!graph || !find(".main-svg", graph)) return false;
    if (!heard.has(graph)) graph.on("plotly_afterplot", call);
    heard.add(graph);
    call();
    return true;
  };
  if (begin()) return;
  const observer = new MutationObserver(() => { if (begin() || !place.isConnected) observer.disconnect(); });
  observer.observe(place, { childList: true, subtree: true });
}

/* Change a figure without Dash, which would keep the change as a property and then draw all of the figure once more. */
export function alone(graph: Graph) {
  for (const event of ["plotly_relayout", "plotly_restyle"]) graph.removeAllListeners(event);
  return graph;
}

// ---- paper ----------------------------------------------------------------------------------
const SHEET = { width: 660, height: 760 }; // px of A4 between its margins, with room for a card's words

/* Figures have the size that they have on the screen: what is larger than a sheet is made smaller on paper. */
function toPaper() {
  for (const graph of all(".dash-graph")) {
    const { width, height } = graph.getBoundingClientRect();
    graph.style.zoom = String(Math.min(1, SHEET.width / (width || 1), SHEET.height / (height || 1)));
  }
}

addEventListener("beforeprint", toPaper);
addEventListener("afterprint", () => { for (const graph of all(".dash-graph")) graph.style.zoom = ""; });

/* A figure as a file. It has no background and grey text on the page; in the file, a white background and dark text. */
export async function picture(graph: Graph, [title, about]: string[], format: string) {
  const words = [title, about].map((text) => text.replaceAll("<", "&lt;"));
  const height = graph.clientHeight + 80; // a responsive graph has no height of its own
  const { margin } = graph.layout;
  const layout = {
    ...graph.layout, autosize: false, width: 900, height, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff",
    font: { ...graph.layout.font, color: "#1b212b" },
    title: { text: `${words[0]}<br><span style="font-size:13px">${words[1]}</span>`, x: 0.02, xanchor: "left", y: 1 - 28 / height, yanchor: "top", font: { size: 17 } },
    margin: { l: 24, r: 32, b: 24, ...((margin?.l ?? 0) > 40 ? margin : {}), t: 88 },
  };
  return Plotly.toImage({ data: graph.data, layout }, { format, width: layout.width, height, scale: format === "png" ? 2 : 1 });
}
