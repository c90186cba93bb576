/* Where one goes on when a page changes without being left. A link with `data-stays` leads to the same page with another
   query, and nothing jumps: "rows" shows more of a table, whose first new row gets the focus; "here" shows something else
   under the link, which keeps it. A step of a page, as on Versions, begins at its heading; and who comes back from it goes
   on at the link that led there. */
import { go } from "./dash.ts";
import { all, closest, find, hasModifier, make, setWords } from "./dom.ts";
import { onSignal } from "./signals.ts";

type Left = { at: string; kind: string; rows: string; seen: Set<string>; said: string; top: number };

let left: Left | null = null; // the link that was followed, until what it shows is there
const told = make("p", { className: "visually-hidden" });
told.setAttribute("role", "status");
document.body.append(told);

const here = () => location.pathname + location.search;
const linksOf = (rows: string) => all<HTMLAnchorElement>(`[data-rows="${rows}"] tbody a`);

addEventListener("click", (event) => {
  const link = closest<HTMLAnchorElement>(event, "a[data-stays]");
  if (!link || hasModifier(event) || event.shiftKey) return;
  event.preventDefault();
  const rows = link.closest<HTMLElement>("[data-rows]")?.dataset.rows ?? "";
  const seen = new Set(linksOf(rows).map(({ href }) => href));
  const at = link.pathname + link.search;
  left = { at, kind: link.dataset.stays ?? "", rows, seen, said: link.dataset.said ?? "", top: scrollY };
  setWords(told, "");
  if (at !== here()) go(at);
});

onSignal("stays", ["data-at"], () => {
  const from = left;
  left = null;
  if (!from || from.at !== here()) return;
  scrollTo({ top: from.top, behavior: "instant" }); // however the page was drawn
  const link = from.kind === "rows" ? linksOf(from.rows).find(({ href }) => !from.seen.has(href)) : linkTo(from.at);
  link?.focus({ preventScroll: from.kind !== "rows" });
  if (link) setWords(told, from.said);
});

const linkTo = (at: string) => all<HTMLAnchorElement>("main a").find((link) => link.pathname + link.search === at);

// ---- steps -----------------------------------------------------------------------------------
let step = { path: "", of: "", at: "" };

onSignal("step", ["data-of"], ({ dataset: { of = "" } }) => {
  const before = step;
  step = { path: location.pathname, of, at: here() };
  if (before.path !== step.path || before.of === of) return;
  const back = of ? undefined : linkTo(before.at);
  const heading = back ?? find("main :is(.versions-step, .versions) :is(h2, [role=alert])");
  if (!heading) return;
  if (!back) heading.tabIndex = -1;
  heading.focus();
});
