/* Elements of the page: found, made, and listened to. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type Place = ParentNode;

export const byId = <E extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as E | null;

/* The element that must be there. */
export function need<E extends Element = HTMLElement>(selector: string, place: Place = document): E {
  const found = place.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

export const find = <E extends Element = HTMLElement>(selector: string, place: Place = document) => place.querySelector<E>(selector);
export const all = <E extends Element = HTMLElement>(selector: string, place: Place = document) => [...place.querySelectorAll<E>(selector)];

/* The element of an event, or the nearest around it, that fits. */
export const closest = <E extends Element = HTMLElement>(event: Event, selector: string) =>
  (event.target instanceof Element ? event.target.closest<E>(selector) : null);

/* Set the words of a place; words that stand already are not announced again. */
export function setWords(place: Element | null, words: string) {
  if (place && place.textContent !== words) place.textContent = words;
}

/* An element with properties. */
export const make = <K extends keyof HTMLElementTagNameMap>(tag: K, given: Partial<HTMLElementTagNameMap[K]>) =>
  Object.assign(document.createElement(tag), given);

/* What the tab keeps until it is closed. */
export const kept = {
  get: (key: string): unknown => JSON.parse(sessionStorage.getItem(key) ?? "null"),
  set(key: string, value: unknown) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* it is full */ } },
};

export const hasModifier = (event: KeyboardEvent | MouseEvent) => event.ctrlKey || event.metaKey || event.altKey;
