/* When to call back: hours from now, another morning, or the time that is typed. */
import { find } from "../shared/dom.ts";

const MORNING = 9; // hour of a call-back on another day
const HOUR = 3600;

/* Show the choices, or fold them away. */
export function choose() {
  const choices = find("#outcomes .outcome-later");
  if (!choices) return;
  choices.hidden = !choices.hidden;
  const typed = find<HTMLInputElement>(".outcome-at", choices);
  if (typed && !typed.value) typed.value = local(new Date(1000 * morning(1)));
  if (!choices.hidden) find<HTMLButtonElement>("button", choices)?.focus();
}

/* Seconds since 1970 of a day from now, in the morning by the reader's clock. */
function morning(days: number) {
  const day = new Date();
  day.setDate(day.getDate() + days);
  return day.setHours(MORNING, 0, 0, 0) / 1000;
}

function typedTime() {
  const time = new Date(find<HTMLInputElement>("#outcomes .outcome-at")?.value ?? "").getTime();
  return Number.isFinite(time) ? time / 1000 : undefined;
}

const two = (part: number) => String(part).padStart(2, "0");
const local = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;

/* Seconds since 1970 of the time that a button stands for; undefined where it stands for none. */
export function dueOf({ dataset: { hours, days, at } }: HTMLElement) {
  if (hours) return Date.now() / 1000 + Number(hours) * HOUR;
  return days ? morning(Number(days)) : at ? typedTime() : undefined;
}
