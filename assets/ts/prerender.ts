/* The prerendered page (docs/PRERENDER.md) covers the place of the real one until that is drawn.
   First its figure is drawn, where it can be seen; then Dash starts, whose scripts take so long that nobody
   would see the figure before. Whatever fails, Dash starts and this goes. */
import type { Graph } from "./plots/plotly.ts";
import { loadScript } from "./shared/load-script.ts";

const NEAR = 500;        // px below the screen
const DRAWS = 1500;      // ms from the click until plotly.js must be loaded
const FRAME = 200;       // ms until a frame must be painted; hidden windows paint none
const BESIDE = 4000;     // ms over a real page at most
const ALONE = 10000;     // ms without a real page at most
const HEIGHT = "likely-height";
const page = document.getElementById("prerender") as HTMLElement; // this script is sent with it only
const graph = page.querySelector<Graph>(".dash-graph > div");

const wait = (time: number) => new Promise<void>((done) => { setTimeout(done, time); });
const parsed = new Promise<void>((done) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => done()); else done();
});
const painted = () => Promise.race([new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); }), wait(FRAME)]);

// ---- away -----------------------------------------------------------------------------------
const real = () => document.querySelector("#content [data-title]");
const touched = () => { if (real()) away(); }; // the first click or key needs the real page
const came = () => { if (document.getElementById("plots")) setTimeout(away, BESIDE); else away(); };
const ends: Record<string, () => void> = { "likely:stands": away, "likely:page": came, popstate: away, pointerdown: touched, keydown: touched };

function away() {
  if (!page.isConnected) return;
  for (const kind in ends) removeEventListener(kind, ends[kind], true);
  page.remove();
  if (graph?.data) Plotly.purge(graph);
  if (location.hash && scrollY < 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

// ---- its figure -----------------------------------------------------------------------------
async function draw() {
  if (!graph || graph.getBoundingClientRect().top > innerHeight + NEAR) return;
  await loadScript("drawing"); // after a failure the real page tries again
  if (!page.isConnected) return;
  const figure = JSON.parse(page.dataset.figure!);
  figure.config.responsive = false; // a listener would outlive the prerendered page
  await Plotly.newPlot(graph, figure);
}

// ---- Dash -----------------------------------------------------------------------------------
function start() {
  const woken = [...document.querySelectorAll<HTMLScriptElement>('script[type="text/deferred"]')].map((old) => {
    const script = document.createElement("script");
    for (const { name, value } of old.attributes) if (name !== "type") script.setAttribute(name, value);
    script.textContent = old.textContent;
    script.async = false; // in their order
    old.remove();
    return script;
  });
  const files = woken.filter((script) => script.src);
  const last = () => document.head.append(...woken.filter((script) => !script.src));
  for (const file of files) file.addEventListener("error", away);
  for (const kind of ["load", "error"]) files.at(-1)?.addEventListener(kind, last);
  document.head.append(...files);
}

/* Draw the figure, then start Dash. */
function begin() {
  for (const kind in ends) addEventListener(kind, ends[kind], true);
  setTimeout(away, ALONE - performance.now());
  // The height that it had, so that a reload restores the scroll position
  const [address, height] = JSON.parse(sessionStorage.getItem(HEIGHT) ?? "[]");
  if (address === location.href) page.style.minHeight = `${height}px`;
  addEventListener("pagehide", () => {
    sessionStorage.setItem(HEIGHT, JSON.stringify([location.href, document.documentElement.scrollHeight]));
  });
  const patience = wait(Math.max(0, DRAWS - performance.now()));
  Promise.race([draw().catch(() => {}), patience]).then(painted).then(() => parsed).then(start);
}

// Back shows the index from the browser's cache, whose numbers may be out of date
if ((performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type === "back_forward") {
  away();
  parsed.then(start);
} else begin();
