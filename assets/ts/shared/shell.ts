/* Behaviour of every page: title of the browser's tab, current page's link, help that closes again. */
import { all, byId, closest, find, hasModifier } from "./dom.ts";
import { setProps } from "./dash.ts";
import { onSignal } from "./signals.ts";

let titled = "";
const left = new Map<string, string>(); // path of each page of a model -> the query with which it was left

onSignal("page", ["data-page"], ({ dataset: { page = "" } }) => {
  for (const tab of all(".model-tab[id]")) {
    if (tab.classList.contains("model-tab-open")) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  leadBack();
  // Where a page with a form is opened, Tab leads to its first value; the links above it are a Shift+Tab away
  if (document.activeElement === document.body && !location.hash) byId("fields")?.focus({ preventScroll: true });
  if (titled === page) return;
  dispatchEvent(new CustomEvent("likely:page"));
  if (titled) {
    // After a link to another page the keyboard continues at its top
    byId("content")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  document.title = titled = page;
});

/* Links to a model's other pages keep the query with which each was left. */
function leadBack() {
  for (const tab of all<HTMLAnchorElement>(".model-tab[id]:not([aria-current])")) {
    const target = tab.pathname + (left.get(tab.pathname) ?? "");
    if (left.has(tab.pathname) && tab.getAttribute("href") !== target) setProps(tab.id, { href: target });
  }
}

addEventListener("click", (event) => {
  const tab = closest(event, ".model-tab[id]");
  if (!tab || hasModifier(event) || event.shiftKey) return;
  left.set(location.pathname, location.search);
  if (tab.getAttribute("aria-current") !== "page") return;
  event.preventDefault(); // the page is open already
  event.stopImmediatePropagation();
}, true);

/* Keys of an input method (a text that is composed, its candidates) are no one else's. Safari ends a composition before the
   key that ends it, which has the code 229 too. */
addEventListener("keydown", (event) => {
  const { isComposing, keyCode } = event;
  if (isComposing || keyCode === 229) event.stopImmediatePropagation();
}, true);

function closeHelp(except: Element | null) {
  for (const help of all<HTMLDetailsElement>("details.help[open]")) if (help !== except) help.open = false;
}

addEventListener("click", (event) => closeHelp(closest(event, "details.help")));
addEventListener("keydown", (event) => {
  const field = closest(event, ".field");
  const help = field && find<HTMLDetailsElement>("details.help", field);
  if (event.key === "F1" && help) {
    event.preventDefault();
    closeHelp(help);
    help.open = !help.open;
  }
  if (event.key !== "Escape" || !find("details.help[open]")) return;
  closeHelp(null);
  event.stopImmediatePropagation(); // Escape closes the help and does not clear the field
});

/* A button that its own press disables or hides would lose the focus: what it stands in keeps the keyboard's place. */
new MutationObserver(() => {
  const at = document.activeElement;
  if (!(at instanceof HTMLButtonElement && (at.disabled || at.hidden) && at.parentElement)) return;
  at.parentElement.tabIndex = -1;
  at.parentElement.focus({ preventScroll: true });
}).observe(document, { subtree: true, attributeFilter: ["disabled", "hidden"] });
