/* Recent customers: the last records that were opened in this tab, for the finder while its box is empty. The tab's
   session storage keeps their ids and names; no address does. */
import { kept } from "../shared/dom.ts";
import { sentence } from "../shared/sentences.ts";

const MOST = 5;
type Recent = { id: string; said: string; version: string };

const placeOf = (form: HTMLElement) => `recent:${form.dataset.model?.split("@")[0]}`;
const recents = (form: HTMLElement) => (kept.get(placeOf(form)) ?? []) as Recent[];

/* Those that can be opened here: each version numbers its own sample. */
export const recentOf = (form: HTMLElement) => recents(form)
  .filter((one) => one.id !== form.dataset.record && (!one.version || one.version === form.dataset.version))
  .map(({ id, said }) => ({ id, beside: said }));

addEventListener("likely:current", ({ detail: { form } }) => {
  const { mirror, record: id, said = "", row, version = "" } = form.dataset;
  if (!mirror || !id) return;
  const now = { id, said: said.split(" · ").slice(1).join(" · ") || sentence("recent"), version: row ? version : "" };
  kept.set(placeOf(form), [now, ...recents(form).filter((one) => one.id !== id)].slice(0, MOST));
});
