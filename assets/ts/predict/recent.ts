/* Recent customers: the last records that were opened in this tab, for the finder while its box is empty. The tab's
   session storage keeps their ids and names; no address does. */
const MOST = 5;

const placeOf = (form) => `recent:${form.dataset.model.split("@")[0]}`;

function kept(form) {
  try { return JSON.parse(sessionStorage.getItem(placeOf(form))) ?? []; } catch { return []; }
}

/* Those that can be opened here: each version numbers its own sample. */
const of = (form) => kept(form)
  .filter((one) => one.id !== form.dataset.record && (!one.version || one.version === form.dataset.version))
  .map(({ id, said }) => ({ id, beside: said }));

addEventListener("likely:current", ({ detail: { form } }) => {
  const { record: id, said, row, version } = form.dataset;
  if (!form.dataset.mirror || !id) return;
  const others = kept(form).filter((one) => one.id !== id);
  const now = { id, said: said.split(" · ").slice(1).join(" · ") || "recent", version: row ? version : "" };
  try { sessionStorage.setItem(placeOf(form), JSON.stringify([now, ...others].slice(0, MOST))); } catch { /* none are kept */ }
});

export { of as recentOf };
