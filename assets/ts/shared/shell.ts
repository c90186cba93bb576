/* Behaviour of every page: title of the browser's tab, current page's link, help that closes again. */

import { setProps } from "./dash.ts";

let titled = "";
const left = new Map(); // path of each page of a model -> the query with which it was left

function dress() {
  const page = document.querySelector("[data-title]");
  if (!page) return;
  document.querySelectorAll(".model-tab").forEach((tab) => {
    if (tab.classList.contains("model-tab-open")) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  });
  leadBack();
  if (titled === page.dataset.title) return;
  dispatchEvent(new CustomEvent("likely:page"));
  if (titled) {
    // After a link to another page the keyboard continues at its top
    document.getElementById("content").focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  document.title = titled = page.dataset.title;
}

/* Links to a model's other pages keep the query with which each was left. */
function leadBack() {
  for (const tab of document.querySelectorAll(".model-tab[id]:not([aria-current])")) {
    const path = tab.pathname;
    if (left.has(path) && tab.getAttribute("href") !== path + left.get(path)) {
      setProps(tab.id, { href: path + left.get(path) });
    }
  }
}

addEventListener("click", (event) => {
  const tab = event.target.closest?.(".model-tab[id]");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  left.set(location.pathname, location.search);
  if (tab.getAttribute("aria-current") !== "page") return;
  event.preventDefault(); // the page is open already
  event.stopImmediatePropagation();
}, true);

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
addEventListener("keydown", (event) => {
  const help = event.target.closest?.(".field")?.querySelector("details.help");
  if (event.key === "F1" && help) {
    event.preventDefault();
    closeHelp(help);
    help.open = !help.open;
  }
  if (event.key !== "Escape" || !document.querySelector("details.help[open]")) return;
  closeHelp(null);
  event.stopImmediatePropagation(); // Escape closes the help and does not clear the field
});
