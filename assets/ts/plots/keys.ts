/* Points of a figure by arrow keys: along a line with left and right, from line to line with up and down (in a table of
   tiles by rows and columns), to the ends with Home and End. Each is marked as by the pointer, and said. */
import { closest, find, hasModifier, setWords } from "../shared/dom.ts";
import { sentence } from "../shared/sentences.ts";
import type { Graph } from "./plotly.ts";

type Trace = { hoverinfo?: string; visible?: boolean | string };
type Calculated = { z?: ArrayLike<ArrayLike<unknown>> }[];
type Full = Graph & { _fullData: Trace[]; calcdata: Calculated[] };
type Place = { trace: number; row: number; at: number };

const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
const DRAWN = 80; // ms until the words of a point stand beside it: plotly draws them at most every 50
const places = new WeakMap<Graph, Place>();

const isRead = ({ hoverinfo, visible }: Trace) => hoverinfo !== "skip" && hoverinfo !== "none" && visible === true;
const rows = (graph: Full, trace: number) => graph.calcdata[trace]?.[0]?.z?.length ?? 1;
const columns = (graph: Full, trace: number) => graph.calcdata[trace]?.[0]?.z?.[0]?.length ?? graph.calcdata[trace]?.length ?? 0;

function moved(graph: Full, key: string): Place | null {
  const traces = graph._fullData.flatMap((trace, at) => (isRead(trace) && columns(graph, at) ? [at] : []));
  const last = places.get(graph);
  const here = last && traces.includes(last.trace) ? { ...last } : null;
  if (!traces.length) return null;
  if (!here) return { trace: traces[0] ?? 0, row: 0, at: 0 };
  const many = columns(graph, here.trace);
  if (key === "Home") here.at = 0;
  else if (key === "End") here.at = many - 1;
  else if (key === "ArrowRight") here.at = Math.min(here.at + 1, many - 1);
  else if (key === "ArrowLeft") here.at = Math.max(here.at - 1, 0);
  else {
    const step = key === "ArrowUp" ? -1 : 1;
    if (here.row + step >= 0 && here.row + step < rows(graph, here.trace)) return { ...here, row: here.row + step };
    const next = traces[traces.indexOf(here.trace) + step];
    if (next !== undefined) return { trace: next, row: step > 0 ? 0 : rows(graph, next) - 1, at: Math.min(here.at, columns(graph, next) - 1) };
  }
  return here;
}

addEventListener("keydown", (event) => {
  if (!KEYS.includes(event.key) || hasModifier(event)) return;
  const place = closest(event, ".plot-figure");
  const graph = place && find<Full>(".js-plotly-plot", place);
  if (!place || !graph?.calcdata) return;
  event.preventDefault();
  const point = moved(graph, event.key);
  if (!point) return;
  places.set(graph, point);
  const pointNumber = rows(graph, point.trace) > 1 ? [point.row, point.at] : point.at;
  Plotly.Fx.hover(graph, [{ curveNumber: point.trace, pointNumber }]);
  setTimeout(() => {
    const words = [...graph.querySelectorAll(".hoverlayer .hovertext tspan.line, .hoverlayer .hovertext .nums:not(:has(tspan.line))")];
    setWords(find("[role=status]", place), words.map((line) => line.textContent).join(", ") || sentence("no_point"));
  }, DRAWN);
});
