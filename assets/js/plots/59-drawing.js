/* plotly.js: Dash's graphs wait for what stands in window.Plotly, and load a larger build where nothing does.
   So from the start something stands there: a promise that begins when it is first waited for. */
(() => {
  "use strict";
  let loaded = null; // the promise, once begun

  function load() {
    loaded ??= new Promise((done, failed) => {
      const address = document.querySelector("meta[name=likely-drawing]").content;
      const begun = document.head.querySelector(`script[src="${address}"]`); // it may be on its way already
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

  if (window.Plotly) { // the page came with a figure, and with this script before all others
    window.likelyDraws = () => {};
    return;
  }
  window.Plotly = { then: (...next) => load().then(...next) };

  /* Called where a page will draw: sooner than its first graph is there. */
  window.likelyDraws = () => { load().catch(() => {}); };
})();
