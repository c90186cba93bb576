/* Drawings of what-if sweeps in the fields: the score over the values of each feature. */
import { all, find } from "../shared/dom.ts";

const SVG = "http://www.w3.org/2000/svg";

/* As layouts/predict/what_if.py gives it. */
export type Sweep = {
  line: boolean; at: number[]; p: number[]; here: number | null; label: string; title: string;
  values?: string[]; shown?: string[]; // of choices
};
type Scale = [low: number, high: number];

/* One scale for all fields, so that a feature with little effect looks flat. */
export function scaleOf(sweeps: Record<string, Sweep>): Scale {
  const p = Object.values(sweeps).flatMap((sweep) => sweep.p);
  const [low, high] = [Math.min(...p), Math.max(...p)];
  const spare = Math.max(0, 0.2 - (high - low)) / 2;
  return [Math.max(0, low - spare), Math.min(1, high + spare)];
}

/* The sweep of one field: beside its choices as scores, else as a drawing. */
export function draw(field: HTMLElement, sweep: Sweep | undefined, [low, high]: Scale) {
  const place = find(".what-if", field);
  if (place) find(".sweep", place)?.remove();
  const faces = facesOf(field);
  const options = all<HTMLOptionElement>("select option", field);
  for (const { dataset } of [...faces.values(), ...options]) delete dataset.score;
  if (!place || !sweep) return;
  const { values = [], shown = [] } = sweep;
  values.forEach((value, at) => {
    const face = faces.get(value);
    const option = options.find((one) => one.value === value);
    if (face) face.dataset.score = shown[at];
    if (option && at !== sweep.here) option.dataset.score = shown[at];
  });
  if (!faces.size) place.prepend(sweep.line ? line(sweep, low, high) : columns(sweep, high)); // bars begin at 0
}

/* The buttons of a field by their values. */
function facesOf(field: HTMLElement) {
  const radios = all<HTMLInputElement>("[role=radiogroup] input", field).map((input) => [input.value, input.nextElementSibling]);
  const codes = all("[data-code]", field).map((button) => [button.dataset.code, button]);
  return new Map([...radios, ...codes] as [string, HTMLElement][]);
}

/* In an open select, each other choice shows its score beside its name. */
export function inLists(form: HTMLElement, shown: boolean) {
  for (const option of all<HTMLOptionElement>("select option", form)) {
    if (shown && option.dataset.score) option.setAttribute("label", `${option.text} · ${option.dataset.score}`);
    else option.removeAttribute("label");
  }
}

function line(sweep: Sweep, low: number, high: number) {
  const height = (p: number) => 26 - (24 * (p - low)) / (high - low || 1);
  const points = sweep.at.map((at, i) => `${(2 + 196 * at).toFixed(1)},${height(sweep.p[i]).toFixed(1)}`);
  const svg = frame(sweep);
  svg.append(shape("polyline", { points: points.join(" "), class: "sweep-line" }));
  if (sweep.here === null) return svg;
  // A short vertical line at the record's value keeps its shape when the drawing is stretched
  const [x, y] = [2 + 196 * sweep.at[sweep.here], height(sweep.p[sweep.here])];
  svg.append(shape("line", { x1: x, x2: x, y1: 28, y2: y, class: "sweep-stem" }));
  svg.append(shape("line", { x1: x, x2: x, y1: y, y2: y, class: "sweep-here" }));
  return svg;
}

function columns(sweep: Sweep, high: number) {
  const svg = frame(sweep);
  const width = Math.min(200 / sweep.p.length - 4, 36);
  sweep.p.forEach((p, i) => {
    const y = 26 - (24 * p) / high;
    const kind = i === sweep.here ? "sweep-column sweep-column-here" : "sweep-column";
    svg.append(shape("rect", { x: 200 * sweep.at[i] - width / 2, y, width, height: 28 - y, class: kind }));
  });
  return svg;
}

function frame({ label, title }: Sweep) {
  const svg = shape("svg", { class: "sweep", viewBox: "0 0 200 28", preserveAspectRatio: "none", role: "img", "aria-label": label });
  const words = shape("title", {});
  words.textContent = title;
  svg.append(words);
  return svg;
}

function shape(name: string, attributes: Record<string, string | number>) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  return element;
}
