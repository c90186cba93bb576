/* Theme, set before anything is drawn: the one chosen here, else the system's. */
import { closest } from "./dom.ts";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const chosen = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
const apply = () => root.setAttribute("data-bs-theme", chosen() ?? (dark.matches ? "dark" : "light"));

apply();
dark.addEventListener("change", apply);
addEventListener("storage", apply);
addEventListener("click", (event) => {
  if (!closest(event, "#theme")) return;
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  try { localStorage.setItem("theme", next); } catch { /* private windows may refuse; it then holds until reload */ }
  root.setAttribute("data-bs-theme", next);
});
