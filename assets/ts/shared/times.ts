/* Times in the reader's zone: the server writes them in UTC, which it knows. */
import { all } from "./dom.ts";
import { onSignal } from "./signals.ts";

const DAY = 86_400_000;

/* "14:05" of today, else "3 Dec, 14:05"; in English where the browser does not know the language. */
export function localTime(iso: string, now = new Date()) {
  const at = new Date(iso);
  const near = at.toDateString() === now.toDateString();
  const year = Math.abs(at.getTime() - now.getTime()) > 180 * DAY ? { year: "numeric" } as const : {};
  const day = near ? {} : { day: "numeric", month: "short", ...year } as const;
  return new Intl.DateTimeFormat([document.documentElement.lang || "en", "en"], { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

onSignal("times", ["data-of"], () => {
  for (const time of all<HTMLTimeElement>("time[data-local]")) {
    time.title ||= time.textContent ?? "";
    time.textContent = localTime(time.dateTime);
  }
});
