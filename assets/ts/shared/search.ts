/* Search over items of the page: fields of a long form, models of a long list. Items that do not match are hidden, not
   removed: their values stay and count. */
const byId = (id) => document.getElementById(id);
const box = () => byId("search");
const place = () => byId(box().dataset.searches);
const itemsOf = (place) => [...place.querySelectorAll("[data-words]")];
/* Case and accents are ignored: Strasse finds Straße. */
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss");

const folded = new WeakMap();
function wordsOf(item) {
  if (!folded.has(item)) folded.set(item, fold(item.dataset.words));
  return folded.get(item);
}

function filter() {
  const asked = fold(box().value).split(/\s+/).filter(Boolean);
  const items = itemsOf(place());
  const hits = items.filter((item) => asked.every((word) => wordsOf(item).includes(word)));
  const shown = new Set(hits);
  for (const item of items) item.hidden = !shown.has(item) && item.dataset.state !== "problem";
  gather();
  say(asked.length ? hits.length : null, items.length);
}

/* A heading without visible items is hidden, too. */
function gather() {
  for (const group of place().querySelectorAll(".group")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
}

function say(hits, all) {
  const { noun } = box().dataset;
  const words = hits === null ? "" : hits ? `${hits} of ${all} ${noun}` : `None of ${all} ${noun} matches “${box().value.trim()}”.`;
  if (byId("search-words").textContent !== words) byId("search-words").textContent = words;
}

function clear() {
  box().value = "";
  filter();
}

/* Show the field to which another control leads. */
function reveal(field) {
  if (box() && field.closest("[hidden]")) clear();
}

function toFirst() {
  const first = itemsOf(place()).find((item) => !item.hidden);
  const control = first?.querySelector("[data-code][tabindex='0'], input:checked, [role=radiogroup] input, input:not([type=range], [type=radio]), select, textarea, a[href]");
  control?.focus();
  if (control?.matches("input:not([type=checkbox], [type=radio])")) control.select();
}

addEventListener("input", (event) => { if (box() && event.target === box()) filter(); });

addEventListener("keydown", (event) => {
  if (!box() || event.isComposing) return;
  const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
  if (wanted) {
    event.preventDefault();
    box().focus();
    box().select();
  }
  if (event.target !== box()) return;
  if (event.key === "Escape") { event.preventDefault(); clear(); }
  if (event.key === "Enter") { event.preventDefault(); toFirst(); }
});

// Fields with problems are shown whatever was searched for
addEventListener("likely:stale", ({ detail: { form } }) => {
  if (!box() || form.dataset.standing !== "invalid") return;
  for (const item of itemsOf(form)) if (item.dataset.state === "problem") item.hidden = false;
  gather();
});

export { reveal };
