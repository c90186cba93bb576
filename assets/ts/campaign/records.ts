/* The result of a campaign: AG Grid requests blocks of rows during scrolling, so a million rows cost no more than a
   hundred. Its script is loaded when the first result is shown, and not for other pages. */

import { setProps } from "../shared/dash.ts";
import { c } from "./campaign.ts";

const BLOCK = 100;
let job = null;
let order = "rank";
let first = null; // the first response, which names the columns
let exclusive = true;
let loading = null;
let grids = 0; // each grid has an id of its own: AG Grid still knows the one of a page that was left

// ---- asking ---------------------------------------------------------------------------------
function records(start, end) {
  const query = new URLSearchParams({ order, start, end });
  if (c.part("outcome").value) query.set("outcome", c.part("outcome").value);
  return c.job(job.id, `/records?${query}`);
}

/* Called with the job and the choices of lists; resolves when the table is shown. */
async function showRecords(found, choices, current) {
  job = found;
  exclusive = choices.exclusive;
  setOrder("rank");
  offerOutcomes(choices);
  const [answer] = await Promise.all([records(0, BLOCK), script()]);
  if (!current()) return;
  first = answer;
  grids += 1;
  setProps("campaign-table", { children: grid() });
  const api = await gridApi();
  // Once ready, the component sets a data source of its own, which would use Dash's callbacks
  while (current() && !api.isDestroyed() && !api.getGridOption("datasource")) await new Promise((done) => { setTimeout(done, 20); });
  if (current() && !api.isDestroyed()) api.setGridOption("datasource", { getRows });
}

const idOf = () => `campaign-grid-${grids}`;
const gridApi = () => window.dash_ag_grid.getApiAsync(idOf());

function script() {
  loading ??= new Promise((done, failed) => {
    const tag = document.createElement("script");
    tag.src = document.querySelector("meta[name=likely-grid]").content;
    tag.addEventListener("load", done);
    tag.addEventListener("error", () => {
      loading = null; // so that the next result tries again
      tag.remove();
      failed(Object.assign(new Error(), { words: "The table did not load. The download below holds all of it." }));
    });
    document.head.append(tag);
  });
  return loading;
}

async function getRows({ startRow, endRow, successCallback, failCallback }) {
  const asked = job.id;
  try {
    const atHand = first && startRow === 0 && order === first.order;
    const { rows, total } = atHand ? first : await records(startRow, endRow);
    first &&= null; // used once: the order may change before the next request
    if (job.id === asked) successCallback(rows.map(line), total);
    c.say("result", "");
  } catch (error) {
    failCallback();
    c.say("result", `Some rows did not come: ${error.words ?? error.message} Scroll on and back to try again.`, true);
  }
}

// ---- the table ------------------------------------------------------------------------------
let outcomes = [];
function grid() {
  outcomes = first.outcomes;
  first.order = order;
  const columns = [
    { field: "rank", headerName: "Rank", width: 90, type: "rightAligned" },
    { field: "row", headerName: "Record", width: 100, type: "rightAligned" },
    ...outcomes.map(({ label }, at) => ({ field: `p${at}`, headerName: label, width: Math.min(240, Math.max(120, 48 + 9 * label.length)), type: "rightAligned" })),
    { field: "band", headerName: "Band", width: 130 },
    ...(first.rows.some(({ action }) => action) ? [{ field: "action", headerName: "What to do", width: 240, tooltipField: "action" }] : []),
    { field: "label", headerName: "Model says", width: 150 },
    ...(first.rows.some(({ reasons }) => reasons.length) ? [{ field: "why", headerName: "Why", width: 420, tooltipField: "why" }] : []),
    ...first.header.map((name, at) => ({ field: `c${at}`, headerName: name, width: 150 })),
    { field: "problems", headerName: "Problem", width: 420, tooltipField: "problems" },
  ];
  const dashGridOptions = {
    cacheBlockSize: BLOCK,
    maxBlocksInCache: 30,
    maxConcurrentDatasourceRequests: 2,
    blockLoadDebounceMillis: 60,
    infiniteInitialRowCount: Math.min(BLOCK, first.total),
    rowHeight: 40,
    enableCellTextSelection: true,
    ensureDomOrder: true,
    animateRows: false,
  };
  const defaultColDef = { sortable: false, filter: false, resizable: true, suppressMovable: true };
  const props = { id: idOf(), rowModelType: "infinite", columnDefs: columns, defaultColDef, dashGridOptions, style: { height: "100%" } };
  return { namespace: "dash_ag_grid", type: "AgGrid", props };
}

const labelOf = (name) => outcomes.find((each) => each.name === name)?.label ?? name;
const labelsOf = (names) => (labelOf(names) === names ? names.split(", ").map(labelOf).join(", ") : labelOf(names));

function line({ row, cells, rank, label, probabilities, outcome, band, action, reasons, problems }) {
  const made = { row: c.count(row), rank: rank ? c.count(rank) : "–", label: labelsOf(label), band, why: reasons.join("; "), problems };
  made.action = action && !exclusive ? `${labelOf(outcome)}: ${action}` : action;
  const known = outcomes.filter(({ name }) => name in probabilities);
  const shown = c.percents(known.map(({ name }) => probabilities[name]), exclusive);
  known.forEach((outcome, at) => { made[`p${outcomes.indexOf(outcome)}`] = shown[at]; });
  cells.forEach((cell, at) => { made[`c${at}`] = cell; });
  return made;
}

// ---- its order ------------------------------------------------------------------------------
function offerOutcomes({ outcomes: all, exclusive: only, positive }) {
  const several = !c.single();
  c.part("outcome").replaceChildren(...(several ? [...only ? [] : [new Option("any of them", "")], ...all.map(({ name, label }) => new Option(label, name))] : []));
  if (several && only) c.part("outcome").value = positive;
  c.part("outcome").closest("div").hidden = !several;
}

function setOrder(next) {
  order = next;
  for (const button of c.page().querySelectorAll("[data-order]")) {
    button.setAttribute("aria-pressed", String(button.dataset.order === order));
  }
}

async function again() {
  const api = await gridApi();
  first = null;
  api.setGridOption("datasource", { getRows }); // from the top
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-order]");
  if (!button || !c.page() || button.dataset.order === order) return;
  setOrder(button.dataset.order);
  if (grids) again();
});
addEventListener("change", (event) => {
  if (event.target.id !== "campaign-outcome") return;
  setOrder("rank");
  if (grids) again();
});

Object.assign(c, { showRecords });
