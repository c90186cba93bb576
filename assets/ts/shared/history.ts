/* The address of a form and the browser's history. The address names the record and the values that differ from it, or
   from the defaults, so a reload or a link opens the same form. Personal values are left out of it; the browser's history
   keeps them for Back. */
import { fieldsOf, focusOf, nameOf, snapshot, valueOf } from "./fields.ts";
import { misread, plain } from "./numbers.ts";

const LONGEST = 200; // characters of a value in the address

/* Write the form into the address. */
export function mirror(form: HTMLElement, turned: boolean) {
  if (!form.dataset.mirror) return;
  const query = queryOf(form);
  const search = query.size ? `?${query}` : "";
  const kept = { ...history.state, likely: snapshot(form) };
  const address = location.pathname + search + location.hash;
  // Another record is an entry of the browser's history; an edit is not
  if (turned && search !== location.search) history.pushState(kept, "", address);
  else if (JSON.stringify(kept) !== JSON.stringify(history.state)) history.replaceState(kept, "", address);
}

export function queryOf(form: HTMLElement) {
  const query = new URLSearchParams();
  const words = (form.dataset.own ?? "").split(" ");
  // Each version numbers its own sample: the same number is another record elsewhere
  const version = form.dataset.row ? form.dataset.version : "";
  const own: Record<string, string | undefined> = { ...focusOf(form), outcome: form.dataset.outcome, version };
  for (const word of words) if (own[word]) query.set(word, own[word]);
  const first = query.has("record") ? "default" : "start";
  let edited = false;
  for (const field of fieldsOf(form)) {
    const value = valueOf(field);
    const written = value !== field.dataset[first] && value.length <= LONGEST && !field.dataset.personal;
    // A text that is no number in these marks may be one in others: it is left out
    if (written && !misread(value)) query.set(nameOf(field), plain(value));
    edited ||= written;
  }
  // Another outcome may be the most probable by now, so the address names the one that is shown
  if (edited && form.dataset.opened && words.includes("outcome") && !own.outcome) query.set("outcome", form.dataset.opened);
  return query;
}
