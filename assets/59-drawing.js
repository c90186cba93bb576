/* plotly.js: Dash's graphs wait for what stands in window.Plotly, which may be a promise. */
(() => {
  "use strict";

  function wait(tag) {
    window.Plotly = new Promise((done, failed) => {
      tag.addEventListener("load", () => done(window.Plotly));
      tag.addEventListener("error", () => {
        delete window.Plotly; // the next page tries again
        tag.remove();
        failed(new Error("The script that draws did not load."));
      });
    });
    window.Plotly.catch(() => {});
  }

  /* Called where a page will draw. */
  window.likelyDraws = () => {
    if (window.Plotly) return;
    const tag = document.createElement("script");
    tag.src = document.querySelector("meta[name=likely-drawing]").content;
    wait(tag);
    document.head.append(tag);
  };
})();
