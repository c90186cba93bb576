/* Small habits of every page: the tab's title, the open tab, and help that closes again. */
(() => {
  "use strict";
  let titled = "";

  function dress() {
    const page = document.querySelector("[data-title]");
    if (!page) return;
    document.querySelectorAll(".model-tab").forEach((tab) => {
      if (tab.classList.contains("model-tab-open")) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
    if (titled === page.dataset.title) return;
    if (titled) {
      // After a link inside the house the keyboard goes on from the top of the new page.
      document.getElementById("content").focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    document.title = titled = page.dataset.title;
  }

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; dress(); });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-title"] });

  const closeHelp = (except) => document.querySelectorAll("details.help[open]").forEach((help) => {
    if (help !== except) help.open = false;
  });
  addEventListener("click", (event) => closeHelp(event.target.closest?.("details.help")));
  addEventListener("keydown", (event) => { if (event.key === "Escape") closeHelp(null); });
})();
