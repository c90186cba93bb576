/* What is set before anything is drawn, and on pages without Dash, too: the theme, which is the one chosen here, else the
   system's; and where a browser refuses its storage, as for a page in a frame, one that lasts as long as the page. Dash could
   not draw some pages without. */
import { closest } from "./dom.ts";

for (const name of ["localStorage", "sessionStorage"]) {
  try { void Reflect.get(window, name); } catch {
    const kept = new Map<string, string>();
    const value = {
      getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => kept.set(key, String(text)),
      removeItem: (key: string) => kept.delete(key), clear: () => kept.clear(), key: (at: number) => [...kept.keys()][at] ?? null, get length() { return kept.size; },
    };
    Object.defineProperty(window, name, { value });
  }
}

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const apply = () => root.setAttribute("data-bs-theme", localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light"));

apply();
dark.addEventListener("change", apply);
addEventListener("storage", apply);
/* Whoever signs in next in this tab is not shown the customers of who signed out: recent ones, pins, values. */
addEventListener("submit", (event) => { if (closest(event, "[data-signs-out]")) sessionStorage.clear(); });
addEventListener("click", (event) => {
  if (!closest(event, "#theme")) return;
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  try { localStorage.setItem("theme", next); } catch { /* it is full: until a reload */ }
  root.setAttribute("data-bs-theme", next);
});
