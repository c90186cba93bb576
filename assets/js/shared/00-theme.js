/* Light or dark, before anything is drawn: what was chosen here, else what the system prefers. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = () => root.setAttribute("data-bs-theme", chosen() ?? (dark.matches ? "dark" : "light"));
  apply();
  if (root.dataset.themed) return; // listed in the head and again among the scripts: one file, one set-up
  root.dataset.themed = "yes";
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("click", (event) => {
    if (!event.target.closest?.("#theme")) return;
    const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", next); } catch { /* private windows may refuse; it then holds until reload */ }
    root.setAttribute("data-bs-theme", next);
  });
})();
