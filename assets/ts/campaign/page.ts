/* What Dash has no property for on the Campaign page, as clientside callbacks (callbacks/campaign/): the focus after a
   step, an address that is mended in place, attributes of fields, and a file that is fetched. */
import { go, register, setProps } from "../shared/dash.ts";
import { all, byId, closest, find, make, need } from "../shared/dom.ts";
import { loadGrid } from "./table.ts";

type Query = Record<string, string>;
let shown = { path: "", at: "" }; // the step before

/* Screen readers and the keyboard continue at the heading of the new step. */
function stepShown(at: string) {
  const moved = shown.path === location.pathname && shown.at !== at;
  shown = { path: location.pathname, at };
  if (moved) requestAnimationFrame(focusHeading);
  if (at === "result") loadGrid().catch(() => {}); // while the server makes the table, which tells a failure
  return at;
}

function focusHeading() {
  const heading = find("#campaign [data-step] h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.closest(".page")?.scrollIntoView({ block: "nearest" });
}

/* The address names how the file is read, as soon as it is said, and the list that was made; without another entry in
   the history. */
function addressed(reads: (string | null)[], [list]: (string | null)[], ofReads: Query[], [ofList]: Query[]) {
  const job = (ofReads[0] ?? ofList)?.job;
  if (!job) return dash_clientside.no_update; // a step that names nothing
  const query = new URLSearchParams({ job, ...(list ? { list } : {}) });
  ofReads.forEach(({ name }, at) => { if (reads[at]) query.set(name, String(reads[at])); });
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
  return String(query);
}

interface Seen { read: Query; matches: string[]; blanks: boolean; asks_blanks: boolean; ready: boolean }

/* Whether nothing can be started: the controls say something else than what was looked at, which is looked at again where
   an answer came meanwhile. */
function lookedAt(seen: Seen | null, reads: string[], matches: string[], blanks: boolean, again: Query) {
  if (!seen) return true;
  const told = (values: unknown[]) => JSON.stringify(values.map((value) => value ?? ""));
  const same = told(reads.filter(Boolean).toSorted()) === told(Object.values(seen.read).toSorted()) && told(matches) === told(seen.matches);
  if (!same && isAnswered("seen")) setProps(again, { data: Date.now() });
  return !(same && (blanks && seen.asks_blanks) === seen.blanks && seen.ready);
}

/* Whether the forecast is about what stands in the fields. An answer that is not is asked for again, once for each state
   of the fields. */
function foreseen(asked: unknown[] | null, ...rest: unknown[]) {
  const again = rest.pop() as Query;
  if (!asked) return dash_clientside.no_update; // the first is on its way
  const told = (values: unknown[]) => JSON.stringify(values, (_, value: unknown) => value ?? "");
  const here = told(rest);
  if (told(asked) === here) { askedAgain = ""; return "yes"; }
  if (isAnswered("forecast-asked") && askedAgain !== here) {
    askedAgain = here;
    setProps(again, { data: Date.now() });
  }
  return "no";
}

let askedAgain = ""; // what stood in the fields then

/* Whether an answer is among what has changed: Dash calls once for it and for what was typed meanwhile. */
const isAnswered = (part: string) => dash_clientside.callback_context.triggered.some(({ prop_id }) => prop_id.includes(`"${part}"`));


function begunAnew(times: number | null) {
  if (times) go(location.pathname);
  return times;
}

/* Inputs of dash-bootstrap-components have no aria attributes. */
function fieldsMarked() {
  requestAnimationFrame(() => {
    for (const field of all(".campaign-wish .field[data-wish]")) {
      const input = need<HTMLInputElement>("input", field);
      input.inputMode = "decimal";
      input.setAttribute("aria-invalid", String(field.dataset.state === "problem"));
      input.setAttribute("aria-describedby", need(".field-said", field).id);
    }
  });
  return "";
}

/* The browser fetches a file that is written now. */
function fetched(export_: { address?: string } | null) {
  if (!export_?.address) return "";
  make("a", { href: export_.address, download: "" }).click();
  return export_.address;
}

addEventListener("click", (event) => {
  const link = closest<HTMLAnchorElement>(event, ".campaign-formats a");
  if (!link || !byId("campaign")) return;
  const menu = link.closest("details");
  if (menu) menu.open = false;
  if (link.dataset.written) event.preventDefault(); // its callback has the file written first
}, true);

register({ stepShown, lookedAt, foreseen, addressed, begunAnew, fieldsMarked, fetched });
