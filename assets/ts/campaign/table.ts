/* The script of AG Grid, 2 MB, is loaded with the first table that is shown: a clientside callback gives the table to
   Dash when its script is there, for a component whose script is missing cannot be drawn. */
import { go, register } from "../shared/dash.ts";
import { closest, find, hasModifier } from "../shared/dom.ts";
import { loadScript } from "../shared/load-script.ts";
import { sentence } from "../shared/sentences.ts";

async function tableShown({ shown, otherwise }: { shown: unknown; otherwise: unknown }) {
  try {
    await loadGrid();
    return shown;
  } catch { return otherwise; }
}

export const loadGrid = () => loadScript("grid");

interface Request { startRow: number; endRow: number; sortModel: unknown[]; filterModel: unknown }
interface Answer { asked: string; rows: unknown }

const question = (request: Request) =>
  JSON.stringify([request.startRow, request.endRow, request.sortModel, request.filterModel]);

/* The table's question, for the server; the first rows are in the page. */
function rowsAsked(request: Request | null, first: Answer) {
  const { no_update: nothing } = dash_clientside;
  if (!request) return [nothing, nothing];
  const asked = question(request);
  return first.asked === asked ? [first.rows, nothing] : [nothing, asked];
}

/* The table takes whatever comes for the answer to its last question, so an answer to an older one is left. */
function rowsCame(answer: Answer | null, request: Request | null) {
  return answer && request && answer.asked === question(request) ? answer.rows : dash_clientside.no_update;
}

/* The cell that tells who somebody is leads to the Prediction page. */
declare const React: { createElement: (tag: string, props: object, words: string) => unknown };
declare global { interface Window { dashAgGridComponentFunctions?: object } }
const OpenRecord = ({ value, data }: { value?: string; data?: { open: string } }) =>
  React.createElement("a", { href: data?.open, className: "campaign-open", title: sentence("open_record") }, value || (data ? sentence("no_name") : ""));
window.dashAgGridComponentFunctions = { ...window.dashAgGridComponentFunctions, OpenRecord };

addEventListener("click", (event) => {
  const link = closest<HTMLAnchorElement>(event, ".campaign-open[href], .record-back"); // there and back
  if (!link || hasModifier(event) || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href") ?? "");
});
addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const cell = closest(event, ".ag-cell");
  if (cell) find(".campaign-open", cell)?.click();
});

register({ tableShown, rowsAsked, rowsCame });
