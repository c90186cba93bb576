/* The prerendered page (docs/PRERENDER.md) covers the place of the real one until that is drawn.
   First its figure is drawn, where it can be seen; then Dash starts, whose scripts take so long that nobody
   would see the figure before. Whatever fails, Dash starts and this goes. */
const NEAR = 500;        // px below the screen
const DRAWS = 1500;      // ms from the click until plotly.js must be loaded
const FRAME = 200;       // ms until a frame must be painted; hidden windows paint none
const BESIDE = 4000;     // ms over a real page at most
const ALONE = 10000;     // ms without a real page at most
const HEIGHT = "likely-height";
const page = document.getElementById("prerender");
const graph = page.querySelector(".dash-graph > div");

const wait = (time) => new Promise((done) => { setTimeout(done, time); });
const parsed = new Promise((done) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done); else done();
});
const painted = () => Promise.race([new Promise((done) => requestAnimationFrame(() => setTimeout(done))), wait(FRAME)]);

// ---- away -----------------------------------------------------------------------------------
const real = () => document.querySelector("#content [data-title]");
const touched = () => { if (real()) away(); }; // the first click or key needs the real page
const ends = { "likely:stands": away, popstate: away, pointerdown: touched, keydown: touched };
let since = 0;
const watch = setInterval(() => {
  since ||= real() ? performance.now() : 0;
  const late = since && performance.now() - since > BESIDE;
  if (late || (since && !document.getElementById("plots")) || performance.now() > ALONE) away();
}, 100);

function away() {
  for (const kind in ends) removeEventListener(kind, ends[kind], true);
  clearInterval(watch);
  page.remove();
  if (graph?.data) Plotly.purge(graph);
  if (location.hash && scrollY < 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

// ---- its figure -----------------------------------------------------------------------------
function load(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.addEventListener("load", done);
    script.addEventListener("error", () => { script.remove(); failed(); }); // the real page tries again
    script.src = address;
    document.head.append(script);
  });
}

async function draw() {
  if (!graph || graph.getBoundingClientRect().top > innerHeight + NEAR) return;
  await load(document.querySelector("meta[name=likely-drawing]").content);
  if (!page.isConnected) return;
  const figure = JSON.parse(page.dataset.figure);
  figure.config.responsive = false; // a listener would outlive the prerendered page
  await Plotly.newPlot(graph, figure);
}

// ---- Dash -----------------------------------------------------------------------------------
function start() {
  const woken = [...document.querySelectorAll('script[type="text/deferred"]')].map((old) => {
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
  files.at(-1).addEventListener("load", last);
  files.at(-1).addEventListener("error", last);
  document.head.append(...files);
}

/* Draw the figure, then start Dash. */
function begin() {
  for (const kind in ends) addEventListener(kind, ends[kind], true);
  try { // the height that it had, so that a reload restores the scroll position
    const [address, height] = JSON.parse(sessionStorage.getItem(HEIGHT) ?? "[]");
    if (address === location.href) page.style.minHeight = `${height}px`;
    addEventListener("pagehide", () => {
      sessionStorage.setItem(HEIGHT, JSON.stringify([location.href, document.documentElement.scrollHeight]));
    });
  } catch { /* private windows may refuse */ }
  const patience = wait(Math.max(0, DRAWS - performance.now()));
  Promise.race([draw().catch(() => {}), patience]).then(painted).then(() => parsed).then(start);
}

// Back shows the index from the browser's cache, whose numbers may be out of date
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  away();
  parsed.then(start);
} else begin();
