/* The campaigns that were opened in this browser, the newest first: a dcc.Store that is read from the browser's storage
   itself, for its property is empty until Dash has read it, and another tab may have added a campaign since. */
import { register } from "../shared/dash.ts";

interface Campaign { job: string; list?: string }
type Id = { campaign: string; job: string };

const STORE = "campaigns-kept"; // layouts/shared/ids.py

function read(): Campaign[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch { return []; } // it is not ours
}

/* Add the campaign that is open, with the list that was made of it last, or remove the one of a button. */
function campaignsKept([opened]: (Campaign | undefined)[], [list]: (string | null)[], clicks: unknown[], [ofList]: Id[]) {
  const asked = dash_clientside.callback_context.triggered_id as Id | undefined;
  const kept = read();
  if (asked?.campaign === "forget" && clicks.some(Boolean)) return kept.filter(({ job }) => job !== asked.job);
  if (!opened) return dash_clientside.no_update; // as where the list is drawn, with buttons nobody has clicked
  const before = kept.find(({ job }) => job === opened.job);
  const made = (ofList?.job === opened.job && list) || before?.list;
  return [{ ...opened, ...(made ? { list: made } : {}) }, ...kept.filter(({ job }) => job !== opened.job)];
}

register({ campaignsKept });
