/* plotly.js: Dash's graphs await window.Plotly, and load a larger build where it is missing. So it is set from the
   start, to a promise that starts loading when it is first awaited. */
let loaded = null; // the promise, once loading has started

function load() {
  loaded ??= new Promise((done, failed) => {
    const address = document.querySelector("meta[name=likely-drawing]").content;
    const begun = document.head.querySelector(`script[src="${address}"]`); // it may be loading already
    const tag = begun ?? document.createElement("script");
    tag.addEventListener("load", () => done(window.Plotly));
    tag.addEventListener("error", () => {
      loaded = null; // the next page tries again
      tag.remove();
      failed(new Error("The script that draws did not load."));
    });
    if (begun) return;
    tag.src = address;
    document.head.append(tag);
  });
  return loaded;
}

// The prerendered page may have loaded it for its figure
const isThere = Boolean(window.Plotly);
if (!isThere) window.Plotly = { then: (...next) => load().then(...next) };

/* Called when a page will draw, before its first graph is there. */
export function loadPlotly() {
  if (!isThere) load().catch(() => {});
}
