/* Times in the reader's zone: the server writes them in UTC, which it knows. */
import { all } from "./dom.ts";
import { onSignal } from "./signals.ts";

const DAY = 86_400_000;

/* "14:05" of today, else "3 Dec, 14:05". */
export function localTime(iso: string, now = new Date()) {
  const at = new Date(iso);
  const near = at.toDateString() === now.toDateString();
  const year = Math.abs(at.getTime() - now.getTime()) > 180 * DAY ? { year: "numeric" } as const : {};
  const day = near ? {} : { day: "numeric", month: "short", ...year } as const;
  return new Intl.DateTimeFormat(languageOf(), { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

/* A language that the browser does not know is written as English. */
function languageOf() {
  const { lang } = document.documentElement;
  try { return Intl.DateTimeFormat.supportedLocalesOf(lang)[0] ?? "en"; } catch { return "en"; }
}

onSignal("times", ["data-of"], () => {
  for (const time of all<HTMLTimeElement>("time[data-local]")) {
    time.title ||= time.textContent ?? "";
    time.textContent = localTime(time.dateTime);
  }
});
