/* Search over items of the page: fields of a long form, models or people of a long list. Items that do not match are hidden, not
   removed: their values stay and count. */
import { all, byId, find, hasModifier, need, setWords } from "./dom.ts";
import { filled } from "./sentences.ts";

const box = () => byId<HTMLInputElement>("search");
const itemsOf = (place: ParentNode) => all("[data-words]", place);
/* Case and accents are ignored: Strasse finds Straße. */
const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss");

const placeOf = (search: HTMLInputElement) => need(`#${search.dataset.searches}`);

function filter(search: HTMLInputElement) {
  const asked = fold(search.value).split(/\s+/).filter(Boolean);
  const items = itemsOf(placeOf(search));
  const hits = new Set(items.filter((item) => {
    const words = fold(item.dataset.words ?? "");
    return asked.every((word) => words.includes(word));
  }));
  for (const item of items) item.hidden = !hits.has(item) && item.dataset.state !== "problem";
  gather(placeOf(search));
  const { some = "", none = "" } = search.dataset;
  const found = filled(hits.size ? some : none, { n: hits.size, all: items.length, typed: search.value.trim() });
  setWords(byId("search-words"), asked.length ? found : "");
}

/* A heading without visible items is hidden, too. */
function gather(place: ParentNode) {
  for (const group of all(".group", place)) group.hidden = !find("[data-words]:not([hidden])", group);
}

function clear(search: HTMLInputElement) {
  search.value = "";
  filter(search);
}

/* Show the field to which another control leads. */
export function reveal(field: Element) {
  const search = box();
  if (search && field.closest("[hidden]")) clear(search);
}

function toFirst(search: HTMLInputElement) {
  const first = itemsOf(placeOf(search)).find((item) => !item.hidden);
  const control = first && (find("input:checked", first) ?? find("input:not([type=range], [type=hidden]), select, textarea, a[href]", first) ?? find("button", first));
  control?.focus();
  if (control instanceof HTMLInputElement && control.matches(":not([type=checkbox], [type=radio])")) control.select();
}

addEventListener("input", (event) => {
  const search = box();
  if (search && event.target === search) filter(search);
});

addEventListener("keydown", (event) => {
  const search = box();
  if (!search) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.target !== search || hasModifier(event)) return;
  if (event.key === "Escape") { event.preventDefault(); clear(search); }
  if (event.key === "Enter") { event.preventDefault(); toFirst(search); }
});

// Fields with problems are shown whatever was searched for
addEventListener("likely:stale", ({ detail: { form } }) => {
  if (!box() || form.dataset.standing !== "invalid") return;
  for (const item of itemsOf(form)) if (item.dataset.state === "problem") item.hidden = false;
  gather(form);
});
