/* Inflate plotly.js, then draw the figures one after the other, so that the page never stands still. */
(async () => {
  "use strict";
  const figures = [...document.querySelectorAll("script[data-plot]")];
  const place = (script) => document.getElementById(`figure-${script.dataset.plot}`);
  const config = { displayModeBar: false, displaylogo: false, showSendToCloud: false, responsive: true, scrollZoom: false, doubleClick: false };
  const drawn = new Set();
  const draw = (script) => {
    if (drawn.has(script)) return undefined;
    drawn.add(script);
    const { data, layout } = JSON.parse(script.textContent);
    return window.Plotly.newPlot(place(script), data, layout, config);
  };
  try {
    const packed = Uint8Array.from(atob(document.getElementById("plotly").textContent), (each) => each.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const code = document.createElement("script");
    code.textContent = await new Response(stream).text();
    document.head.append(code);
  } catch (problem) {
    for (const script of figures) place(script).dataset.silent = "This browser is too old to draw the figures.";
    throw problem;
  }
  addEventListener("beforeprint", () => figures.forEach(draw));
  for (const script of figures) {
    await draw(script);
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  document.documentElement.dataset.drawn = String(drawn.size);
})();
