/* The page as the server wrote it (layouts/before.py) lies over the place of the real one until that stands.
   First its figure is drawn, where it can be seen; then Dash starts, whose scripts take so long that nobody
   would see the figure before. */
(() => {
  "use strict";
  const NEAR = 500;      // px below the screen
  const PATIENCE = 1500; // ms for which Dash waits for the script that draws
  const LONGEST = 4000;  // ms that this lies over the real page at most
  const TOUCHES = ["pointerdown", "keydown"];
  const before = document.getElementById("before");
  const graph = before.querySelector(".dash-graph > div");

  const wait = (time) => new Promise((done) => { setTimeout(done, time); });
  const painted = () => new Promise((done) => {
    if (document.hidden) done(); else requestAnimationFrame(() => setTimeout(done));
  });

  function load(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      script.src = address;
      document.head.append(script);
    });
  }

  async function draw() {
    if (!graph || graph.getBoundingClientRect().top > innerHeight + NEAR) return;
    await load(document.querySelector("meta[name=likely-drawing]").content);
    if (before.isConnected) await Plotly.newPlot(graph, JSON.parse(before.dataset.figure));
  }

  function start() {
    const woken = [...document.querySelectorAll('script[type="text/later"]')].map((old) => {
      const script = document.createElement("script");
      for (const { name, value } of old.attributes) if (name !== "type") script.setAttribute(name, value);
      script.textContent = old.textContent;
      script.async = false; // in their order
      old.remove();
      return script;
    });
    const files = woken.filter((script) => script.src);
    files.at(-1).addEventListener("load", () => document.head.append(...woken.filter((script) => !script.src)));
    document.head.append(...files);
  }

  // ---- away -----------------------------------------------------------------------------------
  function away() {
    removeEventListener("likely:stands", away);
    for (const kind of TOUCHES) removeEventListener(kind, touched, true);
    clearInterval(watch);
    before.remove();
    if (graph?.data) Plotly.purge(graph);
  }

  /* Whoever begins to do something wants the real page, as soon as there is one. */
  const real = () => document.querySelector("#content [data-title]");
  const touched = () => { if (real()) away(); };
  for (const kind of TOUCHES) addEventListener(kind, touched, true);

  addEventListener("likely:stands", away); // from 60-cards.js
  let since = 0;
  const watch = setInterval(() => {
    if (!real()) return;
    since ||= performance.now();
    if (!document.getElementById("plots") || performance.now() - since > LONGEST) away();
  }, 100);

  Promise.race([draw().catch(() => {}), wait(PATIENCE)]).then(painted).then(start);
})();
